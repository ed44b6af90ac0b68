package node_test

import (
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/ivr"
)

// townHall has the menu itself send callers to the number, where it asked for an agent.
func townHall(s *config.Site) {
	s.Asterisk[0].Trunk = "PJSIP/{number}@trunk"
	entry := s.Entries["2014"]
	tree := *entry.Tree
	tree.Nodes = maps.Clone(tree.Nodes)
	tree.Nodes["conseiller"] = &ivr.Transfer{
		Common: ivr.Common{Label: "Mairie"}, Number: number, Ring: 20 * time.Second,
		Busy: ivr.Exit{Prompts: []ivr.Prompt{"attente_saturee"}}, Error: ivr.Exit{Prompts: []ivr.Prompt{"aucun_conseiller"}, Goto: ivr.End},
	}
	checked, faults := ivr.New(tree)
	if len(faults) > 0 {
		panic(faults[0].Problem)
	}
	entry.Tree = checked
	s.Entries["2014"] = entry
}

func TestAMenuSendsACallerOutside(t *testing.T) {
	t.Parallel()
	b := newBench(t, townHall)
	phone := b.office(aritest.Answers(0))
	caller := b.transferred(phone)
	rec := b.record(caller)
	assert.Equal(t, "Mairie", rec.Transfer.Service)
	assert.Equal(t, 20*time.Second, rec.Transfer.Ring)
	phone.Hangup()
	b.untilQuiet()
	b.sameAfterReplay()
	assert.Equal(t, map[string]uint64{"transferred_out": 1}, b.outcomes())
	b.c.View(func(s *fold.State) { assert.Empty(t, s.Tally.Asked, "whoever is sent outside has asked for no agent") })
}

func TestAMenuGoesOnWhereNobodyIsReachedOutside(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		does aritest.Behaviour
		says string
	}{
		"busy":       {aritest.Busy(), "attente_saturee"},
		"no way":     {aritest.Fails(1, 404), "aucun_conseiller"},
		"overloaded": {aritest.Fails(42, 503), "aucun_conseiller"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, townHall)
			b.office(c.does)
			caller := b.ask()
			b.until("the words for it", func() bool { return b.played(caller, c.says) == 1 })
			b.untilQuiet()
			b.sameAfterReplay()
			assert.Equal(t, map[string]uint64{"failed": 1}, b.outcomes())
		})
	}
}

// The next controller finds a caller for whom a number outside rings.
func TestAMenusTransferIsTakenUpByTheNextController(t *testing.T) {
	t.Parallel()
	b := newBench(t, townHall)
	phone := b.office(aritest.Rings())
	caller := b.ask()
	b.until("the town hall to ring", phone.Ringing)
	b.kill()
	b.start()
	phone.Answer()
	b.untilTransferred(caller, phone)
	caller.Hangup()
	b.untilQuiet()
	b.sameAfterReplay()
	assert.Equal(t, map[string]uint64{"transferred_out": 1}, b.outcomes())
}
