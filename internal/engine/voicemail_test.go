package engine_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/routing"
)

// voicemailRules lead to two queues by topic, where priorities age.
func voicemailRules() engine.Rules {
	rule := func(q contact.Queue, p int, topics ...contact.Topic) routing.Rule {
		return routing.Rule{Queue: q, Priority: p, Match: routing.Match{Topics: topics}, Steps: []routing.Step{{Centers: []contact.Center{"ouest"}}}}
	}
	return engine.Rules{Plan: &routing.Plan{
		Always:  []routing.Rule{rule("autres", 5, "avis"), rule("messages", 3, "paiement"), rule("messages", 2)},
		Centers: map[contact.Center]routing.CenterTerms{"ouest": {}},
		Ageing:  contact.Ageing{Level: 10 * time.Minute, Mail: 24 * time.Hour},
	}}
}

const hourly = int64(time.Hour / time.Microsecond)

func messageOf(topic contact.Topic, within time.Duration) engine.Arrived {
	return engine.Arrived{ID: "vm-c1.1", Fact: fact.Arrived{
		Medium: contact.Voicemail, Entry: "2014", Node: contact.Mailroom, Rank: hourly,
		Voicemail: &fact.Voicemail{Message: "c1.1", LeftAt: hourly, Topic: topic, For: fact.ForQueue{Queue: "messages", Authentication: 1, Within: within}},
	}}
}

func queuedBy(t *testing.T, e engine.Effects) fact.Queued {
	t.Helper()
	require.NotEmpty(t, e.Facts)
	q, is := e.Facts[len(e.Facts)-1].(fact.Queued)
	require.True(t, is)
	return q
}

func routeIn(t *testing.T, e engine.Effects) (after time.Duration) {
	t.Helper()
	for _, c := range e.Commands {
		if a, is := c.(engine.Arm); is && a.Timer == engine.RouteTimer {
			after = a.After
		}
	}
	require.NotZero(t, after)
	return after
}

func TestAMessageGoesToTheQueueOfItsMailboxByTheRuleThatMatches(t *testing.T) {
	t.Parallel()
	for topic, priority := range map[contact.Topic]int{"paiement": 3, "avis": 2, "": 2} {
		_, e := engine.Step(voicemailRules(), engine.Session{}, hourly, messageOf(topic, 0))
		q := queuedBy(t, e)
		assert.EqualValues(t, "messages", q.Queue, topic)
		assert.Equal(t, priority, q.Priority, topic)
		assert.Equal(t, 1, q.Authentication)
		assert.Equal(t, contact.Ageing{Level: 10 * time.Minute, Mail: 24 * time.Hour}, q.Ageing)
		assert.Greater(t, routeIn(t, e), 6*24*time.Hour, "it has no deadline")
	}
}

// It has four hours: after three it is queued once more, and a new process knows that it was.
func TestAMessageIsQueuedAnewOnceItIsUrgent(t *testing.T) {
	t.Parallel()
	rules := voicemailRules()
	s, e := engine.Step(rules, engine.Session{}, hourly, messageOf("paiement", 4*time.Hour))
	assert.False(t, s.Record.Urgent)
	assert.InDelta(t, 3*time.Hour, routeIn(t, e), float64(time.Second))
	fires := engine.Fired{Timer: engine.RouteTimer, N: s.Timers[engine.RouteTimer]}

	resumed, e := engine.Step(rules, engine.Resume(s.Record), 2*hourly, engine.Restarted{})
	assert.Empty(t, e.Facts)
	assert.InDelta(t, 2*time.Hour, routeIn(t, e), float64(time.Second), "what is left")
	assert.False(t, resumed.Record.Urgent)

	s, e = engine.Step(rules, s, 4*hourly+1, fires)
	q := queuedBy(t, e)
	assert.Equal(t, []any{4, hourly, contact.Ageing{Level: 10 * time.Minute}}, []any{q.Priority, q.Rank, q.Ageing})
	assert.True(t, s.Record.Urgent)
	assert.Greater(t, routeIn(t, e), 6*24*time.Hour)
	_, e = engine.Step(rules, engine.Resume(s.Record), 5*hourly, engine.Restarted{})
	assert.Empty(t, e.Facts, "it was urgent already")
	assert.Greater(t, routeIn(t, e), 6*24*time.Hour)

	_, e = engine.Step(rules, engine.Session{}, 5*hourly, messageOf("paiement", 4*time.Hour))
	assert.Equal(t, 4, queuedBy(t, e).Priority, "born late, it is urgent at once")
}

// An agent was tried in the moment in which it became urgent, so that the ledger did not accept
// that. It becomes so once he has given it back; if the ledger refuses it for another reason, it is
// tried after a while.
func TestAMessageThatBecameUrgentWhileAnAgentWasTriedIsQueuedAnewAfterIt(t *testing.T) {
	t.Parallel()
	rules := voicemailRules()
	s, _ := engine.Step(rules, engine.Session{}, hourly, messageOf("paiement", 4*time.Hour))
	known := s.Record
	urgent := func() engine.Event { return engine.Fired{Timer: engine.RouteTimer, N: s.Timers[engine.RouteTimer]} }
	s, _ = engine.Step(rules, s, 4*hourly+1, urgent())
	require.True(t, s.Record.Urgent)

	alone, e := engine.Step(rules, s, 4*hourly+2, engine.QueueingOf(&known))
	assert.False(t, alone.Record.Urgent)
	assert.Equal(t, time.Minute, routeIn(t, e), "nobody is tried, and nobody knows why")
	_, e = engine.Step(rules, s, 4*hourly+2, engine.QueueingOf(&s.Record))
	assert.Empty(t, e.Commands, "it was accepted")

	s, _ = engine.Step(rules, s, 4*hourly+2, engine.OfferAccepted{Offer: "1-0/x", Fact: fact.Offered{Contact: "vm-c1.1", Agent: "a1", Center: "ouest"}})
	s, e = engine.Step(rules, s, 4*hourly+3, engine.QueueingOf(&known))
	assert.Empty(t, e.Facts)
	assert.Empty(t, e.Commands, "it is with an agent")
	assert.Equal(t, []any{1, 3, false}, []any{s.Record.Queueings, s.Record.Priority, s.Record.Urgent})
	s, _ = engine.Step(rules, s, 4*hourly+4, engine.AgentRings{Offer: "1-0/x"})
	s, e = engine.Step(rules, s, 4*hourly+5, engine.AgentLeft{Offer: "1-0/x", Result: contact.Refused})
	assert.Contains(t, e.Commands, engine.Command(engine.Arm{Timer: engine.RouteTimer, N: s.Timers[engine.RouteTimer]}), "at once")
	s, e = engine.Step(rules, s, 4*hourly+6, urgent())
	assert.Equal(t, 4, queuedBy(t, e).Priority)
	assert.Equal(t, []any{2, true}, []any{s.Record.Queueings, s.Record.Urgent})
	assert.Greater(t, routeIn(t, e), 6*24*time.Hour)
}

func TestAMessageThatIsDoneIsNobodysAnyMore(t *testing.T) {
	t.Parallel()
	rules := voicemailRules()
	s, _ := engine.Step(rules, engine.Session{}, hourly, messageOf("paiement", 0))
	s, _ = engine.Step(rules, s, hourly+1, engine.OfferAccepted{Offer: "1-0/x", Fact: fact.Offered{Contact: "vm-c1.1", Agent: "a1", Center: "ouest"}})
	s, _ = engine.Step(rules, s, hourly+2, engine.AgentRings{Offer: "1-0/x"})
	s, e := engine.Step(rules, s, hourly+3, engine.MessageDone{By: "marie"})
	assert.Contains(t, e.Commands, engine.Command(engine.DropLeg{Offer: "1-0/x"}))
	assert.Empty(t, e.Facts, "the ledger has closed it")
	assert.Equal(t, contact.Answered, s.Record.Outcome)
	assert.False(t, s.Over(), "the agent has it still")
	s, e = engine.Step(rules, s, hourly+4, engine.AgentLeft{Offer: "1-0/x", Result: contact.Lost})
	require.Len(t, e.Facts, 1)
	assert.Equal(t, fact.LegEnded{Offer: "1-0/x", By: "caller"}, e.Facts[0])
	assert.True(t, s.Over())
	_, e = engine.Step(rules, s, hourly+5, engine.MessageDone{By: "marie"})
	assert.Empty(t, e.Facts)
	assert.Empty(t, e.Commands)
}
