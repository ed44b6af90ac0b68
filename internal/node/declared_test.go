package node_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/internal/status"
)

// powerCut is what an admin says of the one Asterisk.
var powerCut = status.Loss{Node: "a1", By: "marie", Reason: "alimentation coupée", MachineIsOff: true}

// silenced has Asterisk keep silent until the node is given back: nobody is given up.
func (b *bench) silenced(contacts int) {
	b.Helper()
	b.wire.hush()
	b.whileUntil("the node to be given back", func() bool { return b.contacts() == contacts }, func() bool { return b.holder("a1") == "" })
}

// declares has the one Asterisk declared lost.
func (b *bench) declares() status.DeclaredLost {
	b.Helper()
	done, err := b.c.DeclareLost(b.Context(), powerCut)
	require.NoError(b, err)
	return done
}

// The machine of an Asterisk is off: it keeps silent, and somebody says so. Whether refused
// connections would have closed the calls is another question.
func TestTheCallsOfAnAsteriskWhoseMachineIsOffAreClosedOnceSomebodySaysSo(t *testing.T) {
	t.Parallel()
	for name, after := range map[string]time.Duration{"refusals do it, too": soon, "refusals never do": 0} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, noWrapUp, lostAfter(after))
			b.everywhere()
			before := b.upSince()
			b.silenced(4)
			_, err := b.c.DeclareLost(t.Context(), status.Loss{Node: "a1"})
			b.refusedAs(status.NotConfirmed, err)
			assert.ErrorContains(t, err, "4 calls on asterisk a1 would be closed for good")
			assert.Equal(t, 4, b.contacts(), "nobody said that it is off")

			done := b.declares()
			assert.Equal(t, []any{"marie", "alimentation coupée", 4}, []any{done.By, done.Reason, done.Calls})
			b.allClosed()
			b.until("nobody to be looked after", func() bool { return b.live().Contacts == 0 })
			assert.Contains(t, b.whyNotReady(), "a1: declared lost by marie at ")
			assert.Contains(t, b.whyNotReady(), "its machine is off (alimentation coupée), and its 4 calls were closed (guichet report --cut-off); start it again")
			told := b.logs.FilterMessageSnippet("asterisk is declared lost").All()
			require.Len(t, told, 1)
			assert.Equal(t, map[string]any{"node": "a1", "by": "marie", "reason": "alimentation coupée", "calls": int64(4)}, told[0].ContextMap())

			declared := time.Now()
			b.whileUntil("the time after which a silent node is given back", func() bool { return b.holder("a1") == "c1" },
				func() bool { return time.Since(declared) > 4*time.Second })
			assert.Contains(t, b.whyNotReady(), "declared lost by marie", "no time-out ends it")
			again, err := b.c.DeclareLost(t.Context(), status.Loss{Node: "a1", By: "paul", Reason: "encore", MachineIsOff: true})
			require.NoError(t, err)
			done.Open = 0
			assert.Equal(t, done, again, "it is said already")

			b.asterisk.Reboot()
			b.wire.cut(false)
			b.untilBack(before)
			assert.Empty(t, b.c.Degraded())
			b.until("the restart to be known", func() bool { return b.live().Repairs["node_restarted"] == 1 })
			b.servesTheNext()
			b.untilQuiet()
			b.sameAfterReplay()
			assert.Equal(t, []uint64{1, 0}, []uint64{b.live().Repairs["node_declared_lost"], b.live().Repairs["node_lost"]})
		})
	}
}

// The link is not even known to be down when it is said.
func TestAnAsteriskIsDeclaredLostAsSoonAsItIsSilent(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp)
	b.everywhere()
	b.wire.hush()
	b.until("it to be declared lost", func() bool {
		_, err := b.c.DeclareLost(t.Context(), powerCut)
		return err == nil
	})
	b.allClosed()
}

// Whoever answers is not off, whatever he answers; and nobody is given up by a misspelt name.
func TestAnAsteriskThatAnswersIsNotDeclaredLost(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp)
	f := b.everywhere()
	before := b.upSince()
	_, err := b.c.DeclareLost(t.Context(), powerCut)
	b.refusedAs(status.NodeAnswers, err)
	_, err = b.c.DeclareLost(t.Context(), status.Loss{Node: "a2", By: "marie", Reason: "r", MachineIsOff: true})
	b.refusedAs(status.UnknownNode, err)
	assert.ErrorContains(t, err, `there is no Asterisk "a2"; the site has a1`)

	clear := b.asterisk.Inject(0, "*", aritest.Refuse(503, "Service Unavailable"))
	b.asterisk.Cut()
	b.until("the node to be given back", func() bool { return b.holder("a1") == "" })
	_, err = b.c.DeclareLost(t.Context(), powerCut)
	b.refusedAs(status.NodeAnswers, err)
	clear()
	b.until("the node to be taken again", func() bool { return b.holder("a1") == "c1" })
	b.untilBack(before)

	// Its events still come, though its web server is stuck.
	stuck := b.asterisk.Inject(0, "GET /asterisk/info", aritest.Hang())
	_, err = b.c.DeclareLost(t.Context(), powerCut)
	b.refusedAs(status.NodeAnswers, err)
	stuck()
	b.everybodyGoesOn(f)
	assert.Zero(t, b.live().Repairs["node_declared_lost"])
}

// It was only cut off. What is left of its calls belongs to nobody, and is ended.
func TestAnAsteriskThatWasDeclaredLostInVainIsCleared(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp)
	b.everywhere()
	before := b.upSince()
	b.silenced(4)
	b.declares()
	b.allClosed()
	b.broken = map[string]uint64{"I1": 1} // callers who lived were given up
	b.wire.cut(false)
	b.untilBack(before)
	b.until("all lines to be ended", func() bool { return len(b.asterisk.Channels()) == 0 })
	b.until("it to be told", func() bool {
		return b.logs.FilterMessageSnippet("marie declared it lost while it was only cut off, or held still").Len() == 1
	})
	assert.EqualValues(t, 4, b.live().Repairs["orphan_caller"])
	assert.Empty(t, b.c.Degraded())
	b.servesTheNext()
	b.untilQuiet()
}

// One controller is cut off from an Asterisk that another one serves.
func TestAnAsteriskThatAnotherControllerHasIsNotDeclaredLost(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp)
	f := b.everywhere()
	second := *b
	second.unreachable = true
	second.launch("c2")
	second.until("c2 to know who has the node", func() bool { return second.holder("a1") == "c1" })
	_, err := second.c.DeclareLost(t.Context(), powerCut)
	b.refusedAs(status.HeldElsewhere, err)
	assert.ErrorContains(t, err, "controller c1 has asterisk a1")
	assert.Equal(t, "c1", b.holder("a1"))
	b.everybodyGoesOn(f)
}

// A holder that is cut off from the ledger cannot know whether it is the holder still. What it
// closed would be written later, when it has the node again, over the callers of another one.
func TestWhoCannotReachTheLedgerDeclaresNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp)
	f := b.everywhere()
	b.wire.hush()
	thaw := b.ledger.freeze()
	defer thaw()
	_, err := b.c.DeclareLost(t.Context(), powerCut)
	b.refusedAs(status.LedgerAway, err)
	assert.Zero(t, b.live().Repairs["node_declared_lost"])
	assert.False(t, b.c.IsDeclaredLost("a1"))
	thaw()
	b.wire.cut(false)
	b.until("the link to be back", b.ready)
	b.everybodyGoesOn(f)
}

// The controller died with it: whoever is asked takes the node.
func TestTheNextControllerIsToldThatTheMachineIsOff(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp)
	b.everywhere()
	b.kill()
	b.silent = true
	b.launch("c2")
	b.until("it to be declared lost", func() bool {
		_, err := b.c.DeclareLost(t.Context(), powerCut)
		return err == nil
	})
	b.allClosed()
	assert.Equal(t, "c2", b.holder("a1"))
}

// Another controller reaches it after all: those whom it serves from then on are not to be
// given up for what was said before.
func TestADeclarationEndsWhenAnotherControllerTakesTheNode(t *testing.T) {
	t.Parallel()
	b := newBench(t, lostAfter(soon))
	b.wire.cut(true)
	b.until("the node to be given back", func() bool { return b.holder("a1") == "" })
	assert.Zero(t, b.declares().Calls)
	assert.Contains(t, b.whyNotReady(), "declared lost by marie")
	declared := time.Now()
	b.whileUntil("some knocks", func() bool { return b.c.IsDeclaredLost("a1") }, func() bool { return time.Since(declared) > 2*time.Second }) // a port that is open is no answer
	first := *b
	b.launch("c2")
	b.until("c2 to serve", b.ready)
	first.until("it not to be declared lost any more", func() bool { return !first.c.IsDeclaredLost("a1") })
	caller := b.inMenu()
	caller.Hangup()
	b.untilQuiet()
}

// Who was promised a call keeps his place, and no agent is kept for him: not even after the
// controller forgot it, once it was told again.
func TestWhoIsToBeCalledBackWaitsForAnAsteriskThatWasDeclaredLost(t *testing.T) {
	t.Parallel()
	b := newBench(t, callsBack, noWrapUp)
	agent, called := b.phone("a1001", aritest.Rings()), b.person(aritest.Rings())
	b.promised()
	b.silenced(1)
	assert.Zero(t, b.declares().Calls, "nobody is on the line")
	b.login("a1001")
	b.until("the agent to be offered him, more than once", func() bool { return b.offers()["lost"] >= 2 })
	b.agentIs("a1001", acd.Ready)

	b.stop()
	b.silent = true
	b.launch("c1")
	b.until("the ledger to be folded", func() bool { return b.contacts() == 1 })
	lost := b.offers()["lost"]
	b.until("it to be declared lost again", func() bool {
		_, err := b.c.DeclareLost(t.Context(), powerCut)
		return err == nil
	})
	b.until("the agent to be offered him again", func() bool { return b.offers()["lost"] >= lost+2 })
	assert.Zero(t, agent.Calls())
	b.onlyIs("callback")
	b.asterisk.Reboot()
	b.wire.cut(false)
	b.until("the agent's phone to ring", agent.Ringing)
	agent.Answer()
	b.until("the person's phone to ring", called.Ringing)
	called.Answer()
	b.until("both to talk", func() bool { return together(agent, called) })
	agent.Hangup()
	b.untilQuiet()
	assert.Equal(t, map[string]uint64{"answered": 1}, b.outcomes())
}
