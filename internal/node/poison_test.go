package node_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/ivr"
)

// poisonKey leads from the first menu to a node that makes the machine panic.
const poisonKey = "8"

func poisonMenu(s *config.Site) {
	tree := s.Entries["2014"].Tree
	tree.Nodes["poison"] = (*ivr.Menu)(nil)
	for _, n := range tree.Nodes {
		if m, is := n.(*ivr.Menu); is && m != nil {
			m.Choices = append(m.Choices, ivr.Choice{Keys: poisonKey, Goto: "poison"})
		}
	}
}

// poisonStart is a site whose menu cannot even begin.
func poisonStart(s *config.Site) {
	tree := s.Entries["2014"].Tree
	tree.Nodes[tree.Start] = (*ivr.Menu)(nil)
}

func (b *bench) repairs(kind string) uint64 { return b.c.Live().Repairs[kind] }

// Case 40 of the faults: a poison call is tried three times and then let go; all
// others are served.
func TestAPoisonCallIsLetGoAndNobodyElseNotices(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp, poisonMenu)
	b.phone("a1001", aritest.Answers(0))
	b.login("a1001")
	talking := b.ask()
	b.untilTalking(talking, "a1001")
	waiting := b.waits()

	poisoned := b.call()
	for n := range uint64(3) {
		menus := b.played(poisoned, "menu_motif")
		b.until("the menu", func() bool { return b.played(poisoned, "menu_motif") >= max(menus, 1) })
		poisoned.Press(poisonKey)
		b.until("the panic", func() bool { return b.repairs("panic") == n+1 })
		if n < 2 {
			assert.False(t, poisoned.Channel().Gone, "tried again")
			b.until("the menu again", func() bool { return b.played(poisoned, "menu_motif") > menus })
		}
	}
	b.until("the caller to be let go", func() bool { return poisoned.Channel().Gone })
	assert.Equal(t, 34, poisoned.Channel().Cause)
	b.until("the count", func() bool { return b.outcomes()["failed"] == 1 })
	assert.EqualValues(t, 1, b.repairs("poisoned"))
	b.broken = map[string]uint64{"I1": 1}
	assert.Equal(t, 3, b.logs.FilterMessageSnippet("panic while an event").Len())
	assert.Equal(t, 1, b.logs.FilterMessageSnippet("contact given up").Len())

	assert.Equal(t, acd.Talking, b.agent("a1001"))
	talking.Hangup()
	b.untilTalking(waiting, "a1001")
	waiting.Hangup()
	b.untilQuiet()
	b.sameAfterReplay()
}

func TestACallThatCannotEvenBeginIsCountedAndLetGo(t *testing.T) {
	t.Parallel()
	b := newBench(t, poisonStart)
	callers := []*aritest.Caller{b.call(), b.call()}
	for _, c := range callers {
		b.until("the caller to be let go", func() bool { return c.Channel().Gone })
	}
	b.untilQuiet()
	assert.EqualValues(t, 2, b.outcomes()["failed"])
	assert.EqualValues(t, 6, b.repairs("panic"))
	assert.EqualValues(t, 2, b.repairs("poisoned"))
	b.sameAfterReplay()
}

// A new version of the program may panic where the old one did not: the callers
// whom it takes up are let go, and it stays up.
func TestAPoisonCallThatIsTakenUpDoesNotEndTheController(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp)
	b.phone("a1001", aritest.Answers(0))
	b.login("a1001")
	talking := b.ask()
	b.untilTalking(talking, "a1001")
	inMenu := b.inMenu()
	b.kill()
	b.changes = append(b.changes, func(s *config.Site) {
		for id := range s.Entries["2014"].Tree.Nodes {
			s.Entries["2014"].Tree.Nodes[id] = (*ivr.Menu)(nil)
		}
	})
	b.site = b.loadSite()
	b.start()
	b.until("the caller to be let go", func() bool { return inMenu.Channel().Gone })
	b.until("the count", func() bool { return b.outcomes()["failed"] == 1 })
	assert.False(t, talking.Channel().Gone)
	talking.Hangup()
	b.broken = map[string]uint64{"I1": 1}
	b.untilQuiet()
	b.agentIs("a1001", acd.Ready)
	b.sameAfterReplay()
}

// A fact on which every fold panics is void, and its contact is let go.
func TestAContactWhoseFactPanicsIsLetGo(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp)
	rings := b.phone("a1001", aritest.Rings())
	b.login("a1001")
	poisoned := b.ask()
	b.agentIs("a1001", acd.Ringing)
	b.c.Spoil(func(s *fold.State) { delete(s.Floor.Agents, "a1001") })
	rings.Refuse()
	b.until("the caller to be let go", func() bool { return poisoned.Channel().Gone })
	b.until("the count", func() bool { return b.outcomes()["failed"] == 1 })
	assert.EqualValues(t, 1, b.repairs("panic"))
	assert.Equal(t, 1, b.logs.FilterMessageSnippet("panic while a fact was folded").Len())

	b.phone("a1002", aritest.Answers(0))
	b.login("a1002")
	other := b.ask()
	b.untilTalking(other, "a1002")
	other.Hangup()
}
