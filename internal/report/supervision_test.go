package report_test

import (
	"bytes"
	"encoding/json"
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

// Who listened to whom, when and how is in the report, in the story, and in both for
// programs.
func TestTheReportTellsWhoListenedToWhom(t *testing.T) {
	t.Parallel()
	l := reporttest.Floor(reporttest.Site(), "a1", "a2", "a3")
	own := func(f fact.Fact) { require.Empty(t, l.Own("mb0x1y2z-4k5l6m7n", f).Void, "%T", f) }
	supervisor := func(party fact.OfferID, agent contact.Agent, role fact.Role) fact.Invited {
		return fact.Invited{Party: party, Role: role, Agent: agent, By: agent, Ring: 30 * time.Second}
	}
	l.Arrive("mb0x1y2z-4k5l6m7n")
	l.Enqueue("mb0x1y2z-4k5l6m7n", "avis")
	offer := l.Answer("mb0x1y2z-4k5l6m7n", "a1", 2*time.Second)
	began := l.Now
	own(supervisor("p1", "a2", fact.Listening))
	l.Pass(3 * time.Second)
	own(fact.PartyJoined{Party: "p1"})
	l.Pass(10 * time.Second)
	own(fact.PartyMoved{Party: "p1", Role: fact.Whispers, By: "a2"})
	l.Pass(20 * time.Second)
	own(supervisor("p2", "a3", fact.Listening))
	own(fact.PartyLeft{Party: "p2", Result: contact.NoAnswer, By: "party"}) // heard nothing
	own(fact.PartyMoved{Party: "p1", Role: fact.Barging, By: "a2"})
	l.Pass(5 * time.Second)
	own(fact.HandedOver{Party: "p1"})
	own(fact.LegEnded{Offer: offer, By: "agent"})
	own(supervisor("p3", "a3", fact.Listening))
	own(fact.PartyJoined{Party: "p3"})
	l.Pass(4 * time.Second)
	own(fact.PartyLeft{Party: "p3", By: "party"})
	l.Pass(time.Second)
	own(fact.LegEnded{Offer: "p1", By: "agent"})
	l.Close("mb0x1y2z-4k5l6m7n", contact.Answered, "")

	at := func(after time.Duration) time.Time {
		return time.UnixMicro(began).Add(after).In(reporttest.Site().Zone)
	}
	want := []report.Supervision{
		{Supervisor: "a2", Agent: "a1", Mode: fact.Listening, From: at(3 * time.Second), To: at(13 * time.Second)},
		{Supervisor: "a2", Agent: "a1", Mode: fact.Whispers, From: at(13 * time.Second), To: at(33 * time.Second)},
		{Supervisor: "a2", Agent: "a1", Mode: fact.Barging, From: at(33 * time.Second), To: at(38 * time.Second), TookOver: true},
		{Supervisor: "a3", Agent: "a2", Mode: fact.Listening, From: at(38 * time.Second), To: at(42 * time.Second)},
	}
	c := reporttest.NewController(l, reporttest.Site())
	r, err := report.Make(t.Context(), c, report.Period{From: reporttest.Begin.Add(-time.Hour), To: reporttest.Begin.Add(2 * time.Hour)})
	require.NoError(t, err)
	assert.True(t, r.Checks.OK(), "%v %v", r.Checks.Differences, r.Checks.Violations)
	require.Len(t, r.Contacts, 1)
	assert.Equal(t, want, r.Contacts[0].Supervisions)
	var text bytes.Buffer
	require.NoError(t, r.WriteText(&text))
	for _, line := range []string{
		`SUPERVISION +contact +supervisor +agent +mode +for\n`, ` +mb0x1y2z-4k5l6m7n +a2 +a1 +listening +10`, ` +mb0x1y2z-4k5l6m7n +a2 +a1 +whispering +20`,
		` +mb0x1y2z-4k5l6m7n +a2 +a1 +barging, took over +5`, ` +mb0x1y2z-4k5l6m7n +a3 +a2 +listening +4`,
	} {
		assert.Regexp(t, line, text.String())
	}
	for line := range strings.Lines(text.String()) {
		assert.LessOrEqual(t, len([]rune(strings.TrimRight(line, "\n"))), 80, line)
	}

	s, err := tell(t, l, "mb0x1y2z-4k5l6m7n")
	require.NoError(t, err)
	var told []string
	for _, line := range s.Lines {
		told = append(told, line.Text)
	}
	for _, line := range []string{
		"Dominique (a2) is called to listen to Camille (a1), heard by nobody", "Dominique (a2) has answered, and listens to Camille (a1), heard by nobody",
		"Dominique (a2) whispers to Camille (a1), heard by nobody else from now on", "Dominique (a2) barges in on Camille (a1), heard by everybody from now on",
		"Claude (a3) has answered, and listens to Dominique (a2), heard by nobody", "Claude (a3) supervises no more",
	} {
		assert.Contains(t, strings.Join(told, "\n"), line)
	}
	written, err := json.Marshal(s)
	require.NoError(t, err)
	assert.Contains(t, string(written), `"supervisions":[{"supervisor":"a2","agent":"a1","mode":"listening"`)
}
