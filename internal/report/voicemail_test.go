package report_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/report"
	"github.com/guichet/guichet/internal/report/reporttest"
)

// leftForQueue has a caller leave a message for a mailbox that a queue serves, and its contact wait
// for a1.
func leftForQueue(l *reporttest.Ledger, caller contact.ID) (contact.ID, fact.MessageID) {
	l.Wish("a1", "media of "+string(caller), fact.LoggedIn{
		Agent: "a1", Center: "cis_ouest", Node: "ast1", Phone: "PJSIP/a1", Media: []contact.Medium{contact.Voice, contact.Voicemail},
	})
	l.Arrive(caller)
	id := fact.MessageID(caller + ".1")
	goes := fact.ForQueue{Queue: "particuliers", Within: 48 * time.Hour}
	l.Own(caller, fact.MessageLeft{Message: id, Mailbox: "accueil", Lasts: 8 * time.Second, Spoken: 4 * time.Second, Retention: time.Hour, For: &goes, Menu: []byte(`{}`)})
	at := l.Now
	l.Own(caller, fact.Closed{Outcome: contact.Message, Reason: "message_left"})
	l.Pass(time.Second)
	policies := contact.DefaultPolicies()
	policies.Ring, policies.Handle = 2*time.Minute, time.Hour
	l.Own(id.Contact(), fact.Arrived{
		Medium: contact.Voicemail, Entry: "2014", Node: "ast1", Rank: at,
		Voicemail: &fact.Voicemail{Message: id, Mailbox: "accueil", LeftBy: caller, LeftAt: at, Lasts: 8 * time.Second, For: goes},
	})
	l.Own(id.Contact(), fact.Queued{
		Queue: "particuliers", Rank: at, Policies: policies, Steps: []contact.Step{{Centers: []contact.Center{"cis_ouest"}}},
	})
	return id.Contact(), id
}

// One message is done by the agent to whom it was offered, one by somebody who saw it in the mailbox
// while it lay on a screen, one while it waited.
func TestTheContactsOfMessagesAreRecountedAndTheirMailboxWithThem(t *testing.T) {
	t.Parallel()
	l := floor("a1")
	heard, _ := leftForQueue(l, "c1")
	offer := l.Ring(heard, "a1")
	l.Pass(time.Minute)
	l.Own(heard, fact.Taken{Offer: offer})
	l.Pass(5 * time.Minute)
	l.Own(heard, fact.Connected{Offer: offer, ServedBy: "cis_ouest"})
	l.Own(heard, fact.LegEnded{Offer: offer, By: "agent"})
	l.Close(heard, contact.Answered, "")
	l.Pass(20 * time.Second)
	l.Expire("a1")

	shown, shownID := leftForQueue(l, "c2")
	offer = l.Ring(shown, "a1")
	waits, waitsID := leftForQueue(l, "c3")
	l.Wish(string(shownID.Subject()), "done 2", fact.MessageDone{Message: shownID, By: "marie"})
	l.Own(shown, fact.LegEnded{Offer: offer, By: "caller"})
	l.Wish(string(waitsID.Subject()), "done 3", fact.MessageDone{Message: waitsID, By: "marie"})
	open, _ := leftForQueue(l, "c4")

	r := made(t, l)
	assert.True(t, r.Checks.OK(), "%+v", r.Checks)
	assert.Equal(t, []report.Mailbox{{Name: "accueil", Left: 4, Done: 3, Waiting: 1}}, r.Mailboxes)
	assert.EqualValues(t, 8, r.Checks.Offered)
	assert.EqualValues(t, 7, r.Checks.Outcomes)
	assert.Equal(t, map[contact.Outcome]int{contact.Message: 4, contact.Answered: 3}, nonZero(r.Summary.Outcomes))
	assert.Equal(t, 3, r.Summary.Asked)
	assert.Zero(t, r.Summary.AnsweredRate.Denominator, "a rate is about people on the line")
	by := map[contact.ID]report.Contact{}
	for _, c := range r.Contacts {
		by[c.ID] = c
	}
	assert.EqualValues(t, "cis_ouest", by[heard].ServedBy)
	assert.InDelta(t, 5*time.Minute, by[heard].Talk.Duration(), float64(time.Second), "from taking it")
	assert.Empty(t, by[shown].ServedBy, "somebody else has dealt with it")
	assert.Equal(t, contact.Answered, by[waits].Outcome)
	assert.Equal(t, contact.StillHere, by[open].Outcome)

	story, err := report.Tell(t.Context(), reporttest.NewController(l, reporttest.Site()), string(shown))
	require.NoError(t, err)
	var text strings.Builder
	require.NoError(t, story.WriteText(&text))
	assert.Contains(t, text.String(), "message c2.1 for accueil, of 0:08, left by contact c2")
	assert.Contains(t, text.String(), "the message is done, by marie")
	assert.Contains(t, text.String(), "the message lies on the screen of")
}

func nonZero(all map[contact.Outcome]int) map[contact.Outcome]int {
	some := map[contact.Outcome]int{}
	for o, n := range all {
		if n != 0 {
			some[o] = n
		}
	}
	return some
}
