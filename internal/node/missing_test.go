package node

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

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
