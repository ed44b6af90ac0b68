package node_test

import (
	"slices"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/node"
)

// chokingBench has proposals panic that would offer a contact or an agent who is bad.
func chokingBench(t *testing.T) (b *bench, bad *atomic.Value) {
	t.Helper()
	bad = &atomic.Value{}
	bad.Store("")
	b = raise(t, aritest.Config{}, noWrapUp)
	b.before = func(c *node.Controller) {
		c.Choke(func(f *acd.Floor, at int64) bool {
			return slices.ContainsFunc(f.Propose(at, 100), func(o fact.Offered) bool {
				return string(o.Contact) == bad.Load() || string(o.Agent) == bad.Load()
			})
		})
	}
	b.start()
	return b, bad
}

func pause(b *bench, agents ...contact.Agent) {
	b.Helper()
	for _, a := range agents {
		b.command(a, fact.Paused{Agent: a})
	}
}

func resume(b *bench, agents ...contact.Agent) {
	b.Helper()
	for _, a := range agents {
		b.command(a, fact.Resumed{Agent: a})
	}
}

// Case 40 of the faults, where everybody's offers go through one pair of hands.
func TestAContactOnWhichProposalsPanicIsLetGoAndTheOthersAreServed(t *testing.T) {
	t.Parallel()
	b, bad := chokingBench(t)
	b.phone("a1001", aritest.Answers(0))
	b.phone("a1002", aritest.Answers(0))
	b.login("a1001", "a1002")
	pause(b, "a1001", "a1002")
	poisoned := b.waits()
	var id contact.ID
	b.c.View(func(s *fold.State) {
		for c := range s.Floor.Tickets {
			id = c
		}
	})
	bad.Store(string(id))
	first, second := b.waits(), b.waits()
	resume(b, "a1001", "a1002")
	b.until("the caller to be let go", func() bool { return poisoned.Channel().Gone })
	assert.Equal(t, 34, poisoned.Channel().Cause)
	b.untilTalking(first, "a1001")
	b.untilTalking(second, "a1002")
	assert.EqualValues(t, 1, b.repairs("poisoned"))
	assert.NotZero(t, b.repairs("panic"))
	assert.Equal(t, 1, b.logs.FilterMessageSnippet("contact left out of all decisions").Len())
	first.Hangup()
	second.Hangup()
	b.broken = map[string]uint64{"I1": 1}
	b.untilQuiet()
	assert.EqualValues(t, 1, b.outcomes()["failed"])
	assert.EqualValues(t, 2, b.outcomes()["answered"])
	b.sameAfterReplay()
}

func TestAnAgentOnWhomProposalsPanicIsLoggedOutAndTheOthersServe(t *testing.T) {
	t.Parallel()
	b, bad := chokingBench(t)
	b.phone("a1002", aritest.Answers(0))
	b.login("a1002")
	pause(b, "a1002")
	first, second := b.waits(), b.waits()
	bad.Store("a1001")
	b.login("a1001")
	b.agentIs("a1001", acd.LoggedOut)
	assert.EqualValues(t, 1, b.repairs("poisoned"))
	assert.Equal(t, 1, b.logs.FilterMessageSnippet("agent logged out").Len())
	resume(b, "a1002")
	b.untilTalking(first, "a1002")

	b.login("a1001") // he tries again, and is still what he was
	b.agentIs("a1001", acd.LoggedOut)
	first.Hangup()
	b.untilTalking(second, "a1002")
	second.Hangup()
	b.untilQuiet()
	assert.EqualValues(t, 2, b.outcomes()["answered"])
	b.sameAfterReplay()
}

// Lines and crews are derived from the state: spoilt, they are made anew.
func TestLinesThatAreSpoiltAreMadeAnew(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp)
	b.phone("a1001", aritest.Answers(0))
	b.login("a1001")
	b.c.Spoil(func(s *fold.State) {
		a := s.Floor.Agents["a1001"]
		*a = acd.Agent{ // without his crew
			ID: a.ID, Name: a.Name, Node: a.Node, Phone: a.Phone, Card: a.Card, WrapUp: a.WrapUp,
			State: a.State, Version: a.Version, Since: a.Since, ReadySince: a.ReadySince,
		}
	})
	caller := b.ask()
	b.untilTalking(caller, "a1001")
	assert.EqualValues(t, 1, b.repairs("spoilt_lines"))
	assert.Zero(t, b.repairs("poisoned"))
	caller.Hangup()
	b.untilQuiet()
	b.sameAfterReplay()
}
