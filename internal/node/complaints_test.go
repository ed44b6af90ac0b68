package node_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
)

// asterisk#66, asterisk#1021: a pause, its reason and since when it lasts are there after a
// restart; qpanel#113: and so are the figures of the day.
func TestAPauseItsReasonAndTheFiguresOutliveTheController(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp)
	f := b.everywhere()
	f.waiting.Hangup()
	f.talks.Hangup()
	f.rings.Answer()
	b.untilTalking(f.ringing, "a1002")
	f.ringing.Hangup()
	f.menu.Hangup()
	b.untilQuiet()
	b.command("a1001", fact.Paused{Agent: "a1001", Reason: "repas"})
	type seen struct {
		state    acd.State
		why      string
		since    int64
		outcomes map[string]uint64
		offered  uint64
	}
	look := func() (s seen) {
		b.c.View(func(state *fold.State) {
			a := state.Floor.Agents[contact.Agent("a1001")]
			s = seen{state: a.State, why: a.Why, since: a.Since, offered: state.Tally.Offered.Total()}
		})
		s.outcomes = b.outcomes()
		return s
	}
	before := look()
	assert.Equal(t, acd.Paused, before.state)
	assert.Equal(t, "repas", before.why)
	assert.EqualValues(t, 4, before.offered)
	b.kill()
	b.start()
	b.until("the link to be up", b.ready)
	assert.Equal(t, before, look())
}

// wazo-calld#284, #310, #316, #354: what the API wishes and what the telephones do come in
// the same instant, from different sides. One comes first, the other finds that out, and
// whichever it was, nobody is left in anything.
func TestADeedAndAHangUpInTheSameInstantLeaveNobodyBehind(t *testing.T) {
	t.Parallel()
	for _, deed := range []engine.Deed{engine.Complete, engine.Cancel, engine.Conference} {
		for who, hangs := range map[string]func(*conversation){
			"caller":    func(c *conversation) { c.caller.Hangup() },
			"agent":     func(c *conversation) { c.agent.Hangup() },
			"colleague": func(c *conversation) { c.second.Hangup() },
		} {
			t.Run(fmt.Sprintf("%s while the %s hangs up", deed, who), func(t *testing.T) {
				t.Parallel()
				c := talking(t, aritest.Answers(0))
				c.done("a1001", engine.Consult, colleague)
				c.hear(false, c.agent, c.second)
				var both sync.WaitGroup
				both.Go(func() { _ = c.wish("a1001", deed) })
				both.Go(func() { hangs(c) })
				both.Wait()
				for _, rest := range []func(){c.agent.Hangup, c.second.Hangup, c.caller.Hangup} {
					rest()
				}
				c.over()
				for _, id := range []contact.Agent{"a1001", "a1003"} {
					c.until("the agent to be freed", func() bool { s := c.bench.agent(id); return s == acd.WrapUp || s == acd.Ready })
				}
				c.sameAfterReplay()
			})
		}
	}
}
