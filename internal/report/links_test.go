package report

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

func TestLinksAreCountedByWhatTheNodesDecided(t *testing.T) {
	t.Parallel()
	sent := []fact.Decided{
		{Node: "lien/send", Case: "sent", Asked: "POST /messages of sms", Answer: "202"}, {Node: "tri", Case: "sent"}, {Node: "lien/send", Case: "refused", Asked: "POST /messages of sms", Answer: "limited"},
	}
	for _, f := range []fact.Fact{fact.Waiting{Decided: sent}, fact.Queued{Decided: sent}, fact.Transferring{Decided: sent}, fact.Closed{Decided: sent}} {
		assert.Equal(t, 1, linksIn(f), "%T", f)
	}
	assert.Zero(t, linksIn(fact.GivenUp{}))

	s := summarise([]*life{
		{links: 1, outcome: contact.SelfServed}, {links: 2, outcome: contact.Answered}, {outcome: contact.SelfServed},
	})
	assert.Equal(t, Links{Sent: 3, Served: 1}, s.Links)
	assert.Equal(t, "by a link 1, of 3 sent", s.detail(contact.SelfServed))
	assert.Empty(t, Summary{}.detail(contact.SelfServed))
}

func TestWhatCameOfABackendIsToldInWords(t *testing.T) {
	t.Parallel()
	asked := func(answer string, ms int64) string {
		return decidedInWords([]fact.Decided{{Node: "etat", Case: "on_error", Asked: "GET /d/{var.x} of dossier", Answer: answer, Took: ms}})
	}
	assert.Equal(t, "; at etat: on_error, since GET /d/{var.x} of dossier answered 404 after 120ms", asked("404", 120))
	assert.Equal(t, "; at etat: on_error, since GET /d/{var.x} of dossier answered 200, unreadable after 0s", asked("200, unreadable", 0))
	assert.Equal(t, "; at etat: on_error, since GET /d/{var.x} of dossier gave no answer in 2s: timeout", asked("timeout", 2000))
	assert.Equal(t, "; at etat: on_error, since GET /d/{var.x} of dossier was not asked: not a mobile", asked("not_a_mobile", 0))
	assert.Equal(t, "the menu asks at etat: GET /d of dossier", waitingInWords(fact.Waiting{Node: "etat", Asks: "GET /d of dossier"}))
}

func TestALinkThatIsCountedIsToldInTheStory(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "a link by sms counts as one of 3 that this person may get today, and may be sent", linkInWords(fact.LinkClaimed{Channel: "sms", PerDay: 3, To: "h"}))
	assert.Equal(t, "the link was not sent, and does not count", linkInWords(fact.LinkReleased{}))
	assert.Empty(t, linkInWords(fact.GivenUp{}))
}
