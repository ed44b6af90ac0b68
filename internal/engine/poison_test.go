package engine_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
)

// Without tree, plan and floor: whatever the safe route asked of them would panic.
func TestThePoisonedAreLetGoWhereverTheyStand(t *testing.T) {
	t.Parallel()
	offered := engine.Record{ID: "c1", Medium: contact.Voice, Queue: "q", Offer: "o1"}
	transferring := engine.Record{ID: "c1", Medium: contact.Voice, Transfer: &engine.Transfer{ID: "t1"}}
	answered := offered
	answered.AnsweredAt, answered.Outcome = 5, contact.Answered
	for name, c := range map[string]struct {
		session engine.Session
		drops   bool // the leg
		writes  []fact.Kind
		stays   bool
	}{
		"menu":     {session: engine.Resume(engine.Record{ID: "c1", Medium: contact.Voice})},
		"waiting":  {session: engine.Resume(engine.Record{ID: "c1", Medium: contact.Voice, Queue: "q"})},
		"trying":   {session: engine.Resume(offered), drops: true},
		"joining":  {session: engine.Session{Record: offered, Phase: engine.Joining}, drops: true},
		"claiming": {session: engine.Session{Record: transferring, Phase: engine.Claiming}, writes: []fact.Kind{fact.TransferEnded{}.Kind()}},
		"talking":  {session: engine.Resume(answered), stays: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			next, effects := engine.Step(engine.Rules{}, c.session, 10, engine.Poisoned{})
			assert.Equal(t, c.writes, kinds(effects))
			if c.stays {
				assert.Equal(t, c.session, next)
				assert.Empty(t, effects.Commands)
				return
			}
			assert.Contains(t, effects.Commands, engine.Release{Cause: 34})
			assert.Equal(t, c.drops, contains[engine.DropLeg](effects))
			next, effects = engine.Step(engine.Rules{}, next, 11, engine.CallerLeft{})
			assert.Contains(t, effects.Facts, fact.Closed{
				Outcome: contact.Failed, Reason: "poisoned", Queue: c.session.Record.Queue,
			})
			if leg := next.Record.Leg(); leg != "" {
				next, _ = engine.Step(engine.Rules{}, next, 12, engine.AgentLeft{Offer: leg})
			}
			assert.True(t, next.Over())
		})
	}
}

func TestAPoisonedArrivalIsCounted(t *testing.T) {
	t.Parallel()
	arrived := engine.Arrived{ID: "c1", Fact: fact.Arrived{Medium: contact.Voice, Entry: "2014"}}
	s, effects := engine.Step(engine.Rules{}, engine.Session{}, 1, engine.Poisoned{Arrived: &arrived})
	assert.Equal(t, []fact.Fact{arrived.Fact}, effects.Facts)
	assert.Equal(t, engine.Leaving, s.Phase)
}

func kinds(e engine.Effects) (all []fact.Kind) {
	for _, f := range e.Facts {
		all = append(all, f.Kind())
	}
	return all
}

func contains[C engine.Command](e engine.Effects) bool {
	for _, c := range e.Commands {
		if _, is := c.(C); is {
			return true
		}
	}
	return false
}
