package node_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/status"
)

func (b *bench) callOff(id contact.ID, op string) error {
	return b.c.CancelCallback(context.Background(), id, status.Cancelling{By: "marie", Reason: "a rappelé", Op: op})
}

func (b *bench) cancelled() uint64 {
	return b.count(func(t *fold.Tally) fold.Counter { return t.Cancelled })["particuliers"]
}

func TestWhoNeedsNoCallIsCalledByNobody(t *testing.T) {
	t.Parallel()
	b := newBench(t, callsBack, noWrapUp)
	agent, called := b.phone("a1001", aritest.Rings()), b.person(aritest.Rings())
	b.promised()
	id := b.only().ID
	for range 2 { // sent again, it takes effect once
		require.NoError(t, b.callOff(id, "op-1"))
	}
	assert.Nil(t, b.only(), "whoever was told so finds it done")
	b.refusedAs(status.NoCallback, b.callOff(id, "op-2"))
	b.refusedAs(status.NoCallback, b.callOff("nobody", "op-3"))
	b.login("a1001")
	b.untilQuiet()
	assert.Zero(t, agent.Calls()+called.Calls())
	assert.Equal(t, map[string]uint64{"failed": 1}, b.outcomes())
	assert.EqualValues(t, 1, b.cancelled())
	closed := b.facts(fact.KindClosed)
	require.Len(t, closed, 1)
	assert.Equal(t, &fact.Cancelled{By: "marie", Reason: "a rappelé"}, closed[0].Fact.(fact.Closed).Cancelled)
	assert.Equal(t, fact.EntryFormat(closed[0].Fact), closed[0].Entry.Format)
	b.sameAfterReplay()
	b.sound()
}

// Whoever is being called, or whose agent's phone rings, is called: nobody who has answered
// finds the other gone.
func TestACallBackIsNotCancelledWhileAPhoneRingsForIt(t *testing.T) {
	t.Parallel()
	b := newBench(t, callsBack, noWrapUp)
	agent, called := b.phone("a1001", aritest.Rings()), b.person(aritest.Rings())
	promise := b.site.PromptMedia("attente_saturee", "fr")[0]
	b.asterisk.SetMediaLength(func(media string) time.Duration {
		if media == promise { // he hears it until he hangs up
			return aritest.Forever
		}
		return 0
	})
	caller := b.ask()
	b.hearsNow(caller, promise)
	id := b.only().ID
	b.refusedAs(status.OnTheLine, b.callOff(id, "op-1"))
	caller.Hangup()
	b.onlyIs("callback")
	b.login("a1001")
	b.until("the agent's phone to ring", agent.Ringing)
	b.refusedAs(status.BeingCalled, b.callOff(id, "op-2"))
	agent.Answer()
	b.until("the person's phone to ring", called.Ringing)
	b.refusedAs(status.BeingCalled, b.callOff(id, "op-3"))
	called.Answer()
	b.until("both to talk", func() bool { return together(agent, called) })
	b.onlyIs("talking")
	b.refusedAs(status.NoCallback, b.callOff(id, "op-4"))
	called.Hangup()
	b.untilQuiet()
	assert.Equal(t, map[string]uint64{"answered": 1}, b.outcomes())
	assert.Zero(t, b.cancelled())
}

// The failover loses the cancelling, which somebody was told is done: the owner writes it again
// before anybody is offered, and nobody is called.
func TestACancelledCallBackStaysSoOverAFailoverThatLostIt(t *testing.T) {
	t.Parallel()
	b := newBench(t, callsBack, noWrapUp)
	agent, called := b.phone("a1001", aritest.Answers(0)), b.person(aritest.Answers(0))
	b.promised()
	id := b.only().ID
	before := b.mark()
	require.NoError(t, b.callOff(id, "op-1"))
	b.login("a1001")
	b.failOver(before)
	b.untilQuiet()
	assert.Zero(t, agent.Calls()+called.Calls())
	assert.Equal(t, map[string]uint64{"failed": 1}, b.outcomes())
	assert.EqualValues(t, 1, b.cancelled())
	require.NoError(t, b.callOff(id, "op-1"), "and its operation is known")
}

// Until the ledger has it nobody is told that it is done, and it is done once it has.
func TestACallBackIsCancelledWhenTheLedgerHasIt(t *testing.T) {
	t.Parallel()
	b := newBench(t, afterNoon(), appoints)
	caller := b.ask()
	b.until("to be asked", func() bool { return b.asking() == 1 })
	caller.Press("1")
	b.onlyIs("callback")
	rec := b.only()
	slot := rec.Callback.Appointment
	thaw := b.ledger.freeze()
	defer thaw()
	b.refusedAs(status.LedgerAway, b.callOff(rec.ID, "op-1"))
	assert.NotNil(t, b.only())
	thaw()
	b.until("it to be over", func() bool { return b.contacts() == 0 })
	require.NoError(t, b.callOff(rec.ID, "op-1"))
	b.c.View(func(s *fold.State) { assert.Empty(t, s.Booked(slot.Center), "its place is free") })
	assert.EqualValues(t, 1, b.cancelled())
}

// The next controller cancels what the one before it had promised.
func TestACallBackIsCancelledAtTheNextController(t *testing.T) {
	t.Parallel()
	b := newBench(t, callsBack)
	b.promised()
	id := b.only().ID
	b.kill()
	b.launch("c2")
	b.until("the link to be up", b.ready)
	b.until("the contact to be taken up", func() bool { return b.callOff(id, "op-1") == nil })
	assert.EqualValues(t, 1, b.cancelled())
	b.kill()
	b.launch("c1")
	assert.Zero(t, b.contacts())
	b.sameAfterReplay()
}
