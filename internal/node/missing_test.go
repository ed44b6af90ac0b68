package node

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// Found by internal/model, failover, seed 5051: a lost resumption was written
// again after the pause that came next, and the agent was called in his pause.
func TestACommandThatWasOvertakenIsNotSaidAgain(t *testing.T) {
	t.Parallel()
	in, out := fact.LoggedIn{Agent: "a"}, fact.LoggedOut{Agent: "a"}
	pause, resume := fact.Paused{Agent: "a"}, fact.Resumed{Agent: "a"}
	for name, c := range map[string]struct {
		said  []fact.Fact
		known string // the places of those that the ledger knows
		lost  []fact.Fact
	}{
		"nothing is lost":                {[]fact.Fact{in, pause}, "01", nil},
		"all in their order":             {[]fact.Fact{in, pause}, "", []fact.Fact{in, pause}},
		"a resumption before a pause":    {[]fact.Fact{pause, resume, pause}, "2", nil},
		"a pause after one that is kept": {[]fact.Fact{resume, pause}, "0", []fact.Fact{pause}},
		"a log-in tells more":            {[]fact.Fact{in, pause}, "1", []fact.Fact{in}},
		"a log-out ends it all":          {[]fact.Fact{in, pause, out}, "2", nil},
		"skills are another matter":      {[]fact.Fact{fact.AgentChanged{Agent: "a"}, pause}, "1", []fact.Fact{fact.AgentChanged{Agent: "a"}}},
		"another agent":                  {[]fact.Fact{resume, fact.Paused{Agent: "b"}}, "1", []fact.Fact{resume}},
	} {
		var orders []order
		for i, f := range c.said {
			o := order{agent: "a", fact: f, op: string(rune('0' + i))}
			if p, is := f.(fact.Paused); is {
				o.agent = p.Agent
			}
			orders = append(orders, o)
		}
		var lost []fact.Fact
		for _, o := range missing(orders, func(op string) bool { return strings.Contains(c.known, op) }) {
			lost = append(lost, o.fact)
		}
		assert.Equal(t, c.lost, lost, name)
	}
}

// Found by internal/model, changed minds, seed 23: a pause that a failover had lost
// was written again behind the resumption that was on its way.
func TestACommandOnItsWayOvertakesUntilItCameToNothing(t *testing.T) {
	t.Parallel()
	var s spoken
	lost := func(known ...string) (ops []string) {
		for _, o := range missing(s.orders(), func(op string) bool { return slices.Contains(known, op) }) {
			ops = append(ops, o.op)
		}
		return ops
	}
	say := func(agent contact.Agent, f fact.Fact, op string) {
		s.keep(order{agent: agent, fact: f, op: op, said: time.Now(), sent: true})
	}
	say("a", fact.Paused{Agent: "a"}, "1")
	s.became("1", true)
	say("b", fact.Paused{Agent: "b"}, "2")
	s.became("2", true)
	say("a", fact.Resumed{Agent: "a"}, "3")
	assert.Equal(t, []string{"2"}, lost(), "nobody knows what became of 3")
	s.became("3", true)
	assert.Equal(t, []string{"2"}, lost("3"))
	assert.Equal(t, []string{"1", "2", "3"}, lost(), "all are lost together")
	assert.False(t, s.due())

	say("b", fact.Resumed{Agent: "b"}, "4")
	s.became("4", false)
	assert.True(t, s.due(), "2 may be missing again")
	assert.Equal(t, []string{"2"}, lost("1", "3"))
	assert.False(t, s.due())
}
