package report_test

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/report"
	"github.com/guichet/guichet/internal/report/reporttest"
)

func tell(t *testing.T, l *reporttest.Ledger, prefix string) (*report.Story, error) {
	t.Helper()
	return report.Tell(t.Context(), reporttest.NewController(l, reporttest.Site()), prefix)
}

func TestAStoryTellsEachFactInWords(t *testing.T) {
	t.Parallel()
	l := reporttest.Afternoon(reporttest.Site())
	for _, id := range []string{"c01", "c04", "c09", "c10"} {
		s, err := tell(t, l, id)
		require.NoError(t, err)
		var text bytes.Buffer
		require.NoError(t, s.WriteText(&text))
		golden(t, "story-"+id+".txt", text.String())
	}
}

func TestAPrefixThatNoOtherHasIsEnough(t *testing.T) {
	t.Parallel()
	l := floor()
	l.Arrive("ab-1")
	l.Arrive("ab-12")
	l.Arrive("cd-1")
	s, err := tell(t, l, "c")
	require.NoError(t, err)
	assert.Equal(t, contact.ID("cd-1"), s.Contact.ID)
	s, err = tell(t, l, "ab-1")
	require.NoError(t, err, "a whole id is meant, although another begins with it")
	assert.Equal(t, contact.ID("ab-1"), s.Contact.ID)

	_, err = tell(t, l, "ab")
	var ambiguous *report.Ambiguous
	require.ErrorAs(t, err, &ambiguous)
	assert.Equal(t, []contact.ID{"ab-1", "ab-12"}, ambiguous.Matches)
	for _, none := range []string{"x", ""} {
		_, err = tell(t, l, none)
		assert.ErrorIs(t, err, report.ErrUnknown)
	}
}

func TestAFactWithoutEffectIsToldWithItsReason(t *testing.T) {
	t.Parallel()
	l := floor()
	l.Arrive("c")
	l.Own("c", fact.Connected{Offer: "none", ServedBy: "cis_ouest"})
	s, err := tell(t, l, "c")
	require.NoError(t, err)
	require.Len(t, s.Lines, 2)
	assert.Equal(t, "not the live offer of the contact", s.Lines[1].Void)
	assert.Equal(t, contact.StillHere, s.Contact.Outcome)
}

func TestControlCharactersNeverReachATerminal(t *testing.T) {
	t.Parallel()
	l := floor()
	l.Arrive("c")
	l.Own("c", fact.Waiting{Node: "motif\x1b[2J", Menu: []byte(`{}`)})
	s, err := tell(t, l, "c")
	require.NoError(t, err)
	assert.Equal(t, "the menu waits at motif[2J", s.Lines[1].Text)
}

// eventful is a call to which everything happens that may happen to a wait.
func eventful(t *testing.T) *reporttest.Ledger {
	l := floor("a1", "a3")
	work := func(a fold.Applied) {
		t.Helper()
		require.Empty(t, a.Void)
	}
	circle := func(step int, why string, centers ...contact.Center) {
		t.Helper()
		work(l.Lead("c", fact.Circle{ContactVersion: l.State.Floor.Tickets["c"].Version, Step: step, Centers: centers, Why: why}))
	}
	l.Arrive("c")
	work(l.Own("c", fact.Queued{
		Queue: "particuliers", Topic: "payment", Department: "35", Priority: 2, Rank: l.Now - 90_000_000, Organisation: "existant",
		Rule: "existant#1", Redial: "c0", Policies: contact.DefaultPolicies(), Closing: contact.DefaultClosing(), Strategy: contact.BestLevel,
		Steps: []contact.Step{
			{Centers: []contact.Center{"cis_ouest"}, Need: contact.Need{{Skill: "payment", Level: 2}}, Files: true},
			{After: 30 * time.Second, Centers: []contact.Center{"cis_ouest", "cps_lyon"}, Need: contact.Need{{Skill: "payment", Level: 1}}},
		},
		Hours: contact.Hours{"cps_lyon": {{From: l.Now + 1, Until: l.Now + 60_000_000}}},
	}))
	l.Pass(2 * time.Millisecond)
	ticket, agent := l.State.Floor.Tickets["c"], l.State.Floor.Agents["a1"]
	offered := l.Lead("c", fact.Offered{
		Contact: "c", Agent: "a1", Queue: "particuliers", Center: "cis_ouest", ContactVersion: ticket.Version,
		AgentVersion: agent.Version, QueueVersion: l.State.Floor.QueueVersions["particuliers"], PossibleSince: l.Now, Rule: "best_level",
		Level: 3, ReadySince: agent.ReadySince, RunnersUp: []fact.Candidate{{Agent: "a2", ReadySince: agent.ReadySince, Level: 2}},
		Refusals: map[string]int{"other_center": 1},
	})
	work(offered)
	work(l.Own("c", fact.OfferFailed{Offer: fact.OfferID(offered.Entry.Self.String()), Result: contact.Refused, Cause: 21}))
	l.Pass(30 * time.Second)
	circle(1, "after 30s", "cis_ouest", "cps_lyon")
	l.Pass(30 * time.Second)
	circle(1, "cps_lyon has closed", "cis_ouest")
	l.Pass(2 * time.Minute)
	work(l.Lead("c", fact.GivenUp{ContactVersion: l.State.Floor.Tickets["c"].Version, Reason: contact.NoAgent}))
	work(l.Own("c", fact.Transferring{Transfer: "out-c-1", Service: "SIP Rennes", Number: "+33299000001", Ring: 30 * time.Second, Rule: "always#2", Organisation: "existant"}))
	work(l.Own("c", fact.TransferFailed{Transfer: "out-c-1", Result: contact.NoAnswer, Cause: 19}))
	work(l.Own("c", fact.Closed{Outcome: contact.Failed, Asked: true, Reason: "nobody came: no_agent"}))
	return l
}

func TestAStoryTellsWhatHappenedToAWaitAndWhy(t *testing.T) {
	t.Parallel()
	s, err := tell(t, eventful(t), "c")
	require.NoError(t, err)
	var text bytes.Buffer
	require.NoError(t, s.WriteText(&text))
	golden(t, "story-eventful.txt", text.String())
	for line := range strings.Lines(text.String()) {
		assert.LessOrEqual(t, utf8.RuneCountInString(line), 81, "with its end: %q", line)
	}
}

// A caller who was turned away, and was promised a call or sent elsewhere instead, is told
// with the figures that decided.
func TestAFullQueueIsToldWithWhatItWasFullBy(t *testing.T) {
	t.Parallel()
	for want, read := range map[string]map[string]string{
		"since 16:10 is the estimated wait, by head of line, and 15:00 the longest that anybody is asked to accept": {
			fact.FullBy: fact.FullWait, fact.FullLimit: "900", fact.FullWait: "970", fact.FullWaitBy: "head_of_line",
		},
		"since 41 on the line for 10 agents who are logged in, none of them free, and 4 may wait for each": {
			fact.FullBy: fact.FullPerAgent, fact.FullLimit: "4", fact.FullOnLine: "41", fact.FullAgents: "10",
		},
		"since 60 on the line, and 60 may wait": {fact.FullBy: fact.FullOnLine, fact.FullLimit: "60", fact.FullOnLine: "60"},
		"since var.x is 1":                      {"var.x": "1"},
	} {
		l := floor()
		l.Arrive("c")
		l.Own("c", fact.Waiting{Node: "rappel", Menu: []byte(`{}`), Decided: []fact.Decided{{Node: "conseiller", Case: fact.OnFull, Read: read}}})
		s, err := tell(t, l, "c")
		require.NoError(t, err)
		assert.Equal(t, "the menu waits at rappel; at conseiller: on_full, "+want, s.Lines[1].Text)
	}
}

func TestBranchesOfTheMenuAreToldWithWhatTheyLookedAt(t *testing.T) {
	t.Parallel()
	l := floor()
	l.Arrive("c")
	l.Own("c", fact.Waiting{Node: "motif", Menu: []byte(`{}`), Decided: []fact.Decided{
		{Node: "jour", Case: "else", Read: map[string]string{"now.weekday": "tue", "caller": "no number"}},
		{Node: "numero", Case: "else", Read: map[string]string{"var.x": ""}, Failed: "int(var.x) > 1"},
	}})
	s, err := tell(t, l, "c")
	require.NoError(t, err)
	assert.Equal(t, "the menu waits at motif; at jour: else, since caller is no number, now.weekday is tue; "+
		"at numero: else, since var.x is empty; it could not be computed whether int(var.x) > 1", s.Lines[1].Text)
}
