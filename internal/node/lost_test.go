package node_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
	"github.com/guichet/guichet/internal/node"
	"github.com/guichet/guichet/internal/status"
)

// lostAfter is for how long the fake refuses until its calls are lost.
func lostAfter(d time.Duration) func(*config.Site) {
	return func(s *config.Site) { s.Asterisk[0].LostAfter = d }
}

const soon = 300 * time.Millisecond

// holder is who holds a node, "" for nobody.
func (b *bench) holder(node string) (holder string) {
	b.c.View(func(s *fold.State) { holder = s.Protocol.Nodes[node].Holder })
	return holder
}

// whyNotReady is what /readyz says.
func (b *bench) whyNotReady() string { return strings.Join(b.c.NotReady(), "; ") }

// allClosed waits until the four of everywhere are closed and their agents free.
func (b *bench) allClosed() {
	b.Helper()
	b.until("all to be closed", func() bool { return b.contacts() == 0 })
	b.agentIs("a1001", acd.Ready)
	b.agentIs("a1002", acd.Ready)
	assert.Equal(b, map[string]uint64{"answered": 1, "failed": 3}, b.outcomes(), "who had talked was answered; nobody hung up")
	assert.Empty(b, b.abandoned())
	for _, closed := range b.facts(fact.KindClosed) {
		assert.Equal(b, "node_died", closed.Fact.(fact.Closed).Reason)
	}
}

// Case 15: Asterisk is killed and stays away.
func TestTheCallsOfAnAsteriskThatIsGoneAreClosed(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp, lostAfter(soon))
	f := b.everywhere()
	before, killed := b.upSince(), time.Now()
	b.wire.refuse()
	b.allClosed()
	t.Logf("closed and freed %d ms after the kill", time.Since(killed).Milliseconds())
	b.until("it to be told", func() bool { return b.live().Repairs["node_lost"] == 1 })
	assert.Contains(t, b.whyNotReady(), "a1: it refuses every connection since ")
	assert.Contains(t, b.whyNotReady(), "its process is gone, and its 4 calls were closed")
	b.until("nobody to be looked after", func() bool { return b.live().Contacts == 0 })
	assert.Equal(t, "c1", b.holder("a1"), "there may be offers to refuse")

	b.until("the time after which a silent node is given back", func() bool { return time.Since(killed) > 4*time.Second })
	assert.Equal(t, "c1", b.holder("a1"))
	b.asterisk.Reboot()
	b.wire.listenAgain(b)
	back := time.Now()
	b.untilBack(before)
	t.Logf("served again %d ms after it was back", time.Since(back).Milliseconds())
	assert.Equal(t, 1, b.takes("a1"), "nobody had to take it again")
	assert.Empty(t, b.c.NotReady())
	assert.Empty(t, b.c.Degraded())
	b.until("the restart to be known", func() bool { return b.live().Repairs["node_restarted"] == 1 })
	b.servesTheNext()
	b.untilQuiet()
	b.sameAfterReplay()
	assert.EqualValues(t, 1, b.live().Repairs["node_lost"])
	assert.Equal(t, 1, f.talks.Peak())
}

// takes counts how often a node was taken.
func (b *bench) takes(node string) (n int) {
	require.NoError(b, b.c.Replay(context.Background(), func(a fold.Applied) {
		if a.Entry.Kind == ledger.KindTake && a.Entry.Subject == node {
			n++
		}
	}))
	return n
}

// Asterisk lives on, whatever the network does: nobody is given up.
func TestWhatIsNoRefusalIsNoDeath(t *testing.T) {
	t.Parallel()
	for name, break_ := range map[string]func(*bench) (end func()){
		"connections are reset": func(b *bench) func() {
			b.wire.cut(true)
			return b.wire.mend
		},
		"requests time out": func(b *bench) func() { return b.asterisk.Freeze() },
		"events are lost": func(b *bench) func() {
			b.asterisk.Mute(true)
			return func() { b.asterisk.Mute(false) }
		},
		"it is overloaded": func(b *bench) func() {
			clear := b.asterisk.Inject(0, "*", aritest.Refuse(503, "Service Unavailable"))
			b.asterisk.Cut()
			return clear
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, noWrapUp, lostAfter(soon))
			f := b.everywhere()
			before := b.upSince()
			end := break_(b)
			b.whileUntil("the node to be given back", func() bool { return b.contacts() == 4 && b.live().Repairs["node_lost"] == 0 },
				func() bool { return b.holder("a1") == "" })
			end()
			b.untilBack(before)
			b.everybodyGoesOn(f)
			assert.Zero(t, b.live().Repairs["node_lost"])
		})
	}
}

// everybodyGoesOn plays the calls of everywhere to their end.
func (b *bench) everybodyGoesOn(f floorOf) {
	b.Helper()
	b.until("all to be where they were", func() bool {
		return assert.ObjectsAreEqual([]string{"talking", "ringing", "waiting", "menu"}, b.standings(f.talking, f.ringing, f.waiting, f.menu))
	})
	assert.True(b, b.talks(f.talking, f.talks))
	f.rings.Answer()
	b.untilTalking(f.ringing, "a1002")
	for _, caller := range []*aritest.Caller{f.talking, f.ringing, f.waiting, f.menu} {
		caller.Hangup()
	}
	b.untilQuiet()
	assert.EqualValues(b, 2, b.outcomes()["answered"])
	assert.Empty(b, b.outcomes()["failed"])
}

// The port of ARI is closed for a moment, by a reload for instance.
func TestWhoRefusesForAMomentLosesNobody(t *testing.T) {
	t.Parallel()
	for name, after := range map[string]time.Duration{"shorter than lost_after": 10 * time.Second, "however long, if it is never": 0} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, noWrapUp, lostAfter(after))
			f := b.everywhere()
			before, refused := b.upSince(), time.Now()
			b.wire.refuse()
			for1 := time.Second
			if after == 0 {
				for1 = 4 * time.Second
			}
			b.whileUntil("a while", func() bool { return b.contacts() == 4 }, func() bool { return time.Since(refused) > for1 })
			assert.NotContains(t, b.whyNotReady(), "process is gone")
			b.wire.listenAgain(b)
			b.untilBack(before)
			b.everybodyGoesOn(f)
			assert.Zero(t, b.live().Repairs["node_lost"])
			assert.Zero(t, b.live().Repairs["node_restarted"])
		})
	}
}

// Asterisk is back between the refusal by which it is taken for dead and what follows from it, as
// when this process was frozen in between: who lives is left alone, who was there before, and who
// has come since.
func TestWhoIsBackBeforeHisCallsAreGivenUpLosesNobody(t *testing.T) {
	t.Parallel()
	for name, late := range map[string]func(c *node.Controller, session uint64){
		"the decision comes late":      func(c *node.Controller, session uint64) { assert.False(t, c.LoseCalls(session)) },
		"the contacts hear of it late": (*node.Controller).TellLost,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, noWrapUp, lostAfter(soon))
			f := b.everywhere()
			before, session := b.upSince(), b.sessions()
			b.asterisk.Cut()
			b.untilBack(before)
			b.until("the listing to be compared", func() bool { return b.c.Links()[0].Commandable })
			newcomer := b.inMenu()
			late(b.c, session)
			newcomer.Hangup()
			b.until("him to be gone", func() bool { return b.contacts() == 4 })
			b.everybodyGoesOn(f)
			assert.Zero(t, b.live().Repairs["node_lost"])
		})
	}
}

// Its machine is off, and another one has its place (docs/asterisk.md): a controller that starts with
// the address of that closes what nobody could close before.
func TestTheCallsOfASilentAsteriskAreClosedOnceAnotherHasItsPlace(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp, lostAfter(soon))
	b.everywhere()
	b.asterisk.Freeze()
	b.whileUntil("the node to be given back", func() bool { return b.contacts() == 4 }, func() bool { return b.holder("a1") == "" })
	b.until("nobody to have the calls", func() bool { return b.live().Contacts == 0 })
	b.refusedAs(status.NotHolder, b.c.Direct(t.Context(), status.Wish{Of: "a1001", By: "a1001", Do: string(engine.End)}))
	b.agentIs("a1001", acd.Talking)
	b.stop()
	b.asterisk = aritest.NewWith(t, aritest.Config{})
	b.phone("a1001", aritest.Rings())
	b.phone("a1002", aritest.Rings())
	b.start()
	b.allClosed()
	b.servesTheNext()
	b.untilQuiet()
}

// servesTheNext has somebody call who is served, and hangs up.
func (b *bench) servesTheNext() {
	b.Helper()
	caller := b.ask()
	b.until("the next call to be served", func() bool { return b.standingOf(caller) == "talking" || b.standingOf(caller) == "ringing" })
	caller.Hangup()
}

// Something refused in its place: Asterisk was there all the time. What is left of its
// calls belongs to nobody, and is ended.
func TestAnAsteriskThatWasNeverGoneIsCleared(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp, lostAfter(soon))
	f := b.everywhere()
	before := b.upSince()
	b.wire.refuse()
	b.allClosed()
	b.broken = map[string]uint64{"I1": 1} // callers who lived were given up
	b.wire.listenAgain(b)
	b.untilBack(before)
	b.until("all lines to be ended", func() bool { return len(b.asterisk.Channels()) == 0 })
	b.until("it to be told", func() bool {
		return b.logs.FilterMessageSnippet("asterisk answers again and was never gone").Len() == 1
	})
	repairs := b.live().Repairs
	assert.EqualValues(t, 4, repairs["orphan_caller"])
	assert.EqualValues(t, 2, repairs["orphan_leg"])
	assert.Zero(t, repairs["node_restarted"])
	assert.Equal(t, 1, f.talks.Calls())
	b.until("nobody to listen", func() bool { return b.c.Listening() == 0 })
	b.servesTheNext()
	b.untilQuiet()
	assert.Equal(t, map[string]uint64{"offered": 5}, map[string]uint64{"offered": b.offered()}, "nobody is counted twice")
}

func (b *bench) offered() (n uint64) {
	b.c.View(func(s *fold.State) { n = s.Tally.Offered.Total() })
	return n
}

// Who was promised a call keeps his place; no agent is kept for him meanwhile.
func TestWhoIsToBeCalledBackWaitsForTheNextAsterisk(t *testing.T) {
	t.Parallel()
	b := newBench(t, callsBack, noWrapUp, lostAfter(soon))
	agent, called := b.phone("a1001", aritest.Rings()), b.person(aritest.Rings())
	b.promised()
	before := b.upSince()
	b.wire.refuse()
	b.until("the node to be lost", func() bool { return b.live().Repairs["node_lost"] == 1 })
	b.login("a1001")
	b.until("the agent to be offered him, more than once", func() bool { return b.offers()["lost"] >= 2 })
	b.agentIs("a1001", acd.Ready)
	assert.Zero(t, agent.Calls())
	b.onlyIs("callback")
	b.asterisk.Reboot()
	b.wire.listenAgain(b)
	b.untilBack(before)
	b.until("the agent's phone to ring", agent.Ringing)
	agent.Answer()
	b.until("the person's phone to ring", called.Ringing)
	called.Answer()
	b.until("both to talk", func() bool { return together(agent, called) })
	agent.Hangup()
	b.untilQuiet()
	assert.Equal(t, map[string]uint64{"answered": 1}, b.outcomes())
}

// The controller dies with Asterisk, or begins while it is away: it takes the node, to
// close what nobody can serve.
func TestTheNextControllerClosesTheCallsOfAnAsteriskThatIsGone(t *testing.T) {
	t.Parallel()
	for _, next := range []string{"c1", "c2"} {
		t.Run(next, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, noWrapUp, lostAfter(soon))
			b.everywhere()
			b.kill()
			b.unreachable = true
			b.launch(next)
			b.allClosed()
			b.until("it to be told", func() bool { return b.live().Repairs["node_lost"] == 1 })
			b.asterisk.Reboot()
			b.wire.listenAgain(b)
			b.until("the link to be up", b.ready)
			b.servesTheNext()
			b.untilQuiet()
			b.sameAfterReplay()
		})
	}
}

// Another Asterisk of the site goes on, and has the agents whom the lost one frees.
func TestAnotherAsteriskGoesOnAndHasTheAgentsWhoAreFreed(t *testing.T) {
	t.Parallel()
	b := raise(t, aritest.Config{}, noWrapUp)
	other := aritest.NewWith(t, aritest.Config{})
	b.connections[0].LostAfter = soon
	second := b.connections[0]
	second.Node, second.URL = "a2", other.URL()
	b.connections = append(b.connections, second)
	b.site = b.loadSite()
	b.start()
	b.until("the other link to be up", func() bool { return b.c.Links()[1].Held && b.c.Links()[1].Commandable })
	there, talks := other.Phone("PJSIP/a1001", aritest.Rings()), other.Phone("PJSIP/a1003", aritest.Answers(0))
	b.login("a1003")
	kept := other.Call("0612345670", "2014", "entry", "2014")
	kept.Press(forCIS)
	b.until("somebody to talk there", func() bool { return b.standingOf(kept) == "talking" && b.talks(kept, talks) })
	b.everywhere()
	b.wire.refuse()
	b.until("all but him to be closed", func() bool { return b.contacts() == 1 })
	assert.Equal(t, []string{"asterisk a1"}, firstWords(b.c.Degraded()))
	assert.Empty(t, b.c.NotReady(), "the other serves")
	waits := other.Call("0612345679", "2014", "entry", "2014")
	waits.Press(forCIS)
	b.until("the agent who was freed to be called there", there.Ringing)
	there.Answer()
	b.until("them to talk", func() bool { return b.standingOf(waits) == "talking" && b.talks(waits, there) })
	assert.True(t, b.talks(kept, talks), "a conversation is left alone")
	kept.Hangup()
	waits.Hangup()
	b.until("nobody to be left", func() bool { return b.contacts() == 0 && b.live().Contacts == 0 })
	b.sound()
}

// firstWords are the first two of each sentence.
func firstWords(sentences []string) (all []string) {
	for _, s := range sentences {
		all = append(all, strings.TrimSuffix(strings.Join(strings.Fields(s)[:2], " "), ":"))
	}
	return all
}
