package node_test

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger/memory"
	"github.com/guichet/guichet/internal/node"
)

// floorOf puts one caller in each place of a call: talking to a1001, ringing
// a1002, waiting, and in the menu.
type floorOf struct {
	talking, ringing, waiting, menu *aritest.Caller
	talks, rings                    *aritest.Phone
}

func (b *bench) everywhere() floorOf {
	b.Helper()
	f := floorOf{talks: b.phone("a1001", aritest.Answers(0)), rings: b.phone("a1002", aritest.Rings())}
	b.login("a1001")
	f.talking = b.ask()
	b.untilTalking(f.talking, "a1001")
	b.login("a1002")
	f.ringing = b.ask()
	b.agentIs("a1002", acd.Ringing)
	f.waiting = b.waits()
	f.menu = b.call()
	b.until("the menu", func() bool { return b.played(f.menu, "menu_motif") == 1 })
	return f
}

// sessions counts the websocket sessions so far.
func (b *bench) sessions() uint64 { return b.c.Links()[0].Counters["sessions"] }

// upSince is when the link came up last; untilBack waits for a later time. (The
// count of sessions would begin again, should the node be given back meanwhile.)
func (b *bench) upSince() int64 { return b.c.Links()[0].Since }

func (b *bench) untilBack(before int64) {
	b.Helper()
	b.until("the link to be back", func() bool { return b.upSince() > before && b.ready() })
}

func TestEverythingGoesOnAfterTheSocketBroke(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp)
	f := b.everywhere()
	before := b.upSince()
	b.asterisk.Cut()
	b.untilBack(before)
	b.until("the menu to begin again at its node", func() bool { return b.played(f.menu, "menu_motif") == 2 })
	assert.Equal(t, 1, b.played(f.menu, "bienvenue"), "and not at the beginning")
	assert.Equal(t, []string{"talking", "ringing", "waiting", "menu"}, b.standings(f.talking, f.ringing, f.waiting, f.menu))
	assert.True(t, b.talks(f.talking, f.talks), "a conversation is left alone")
	assert.Equal(t, 1, f.talks.Calls())
	assert.Equal(t, 1, f.rings.Calls(), "a phone that rings rings on")
	f.rings.Answer()
	b.untilTalking(f.ringing, "a1002")
	f.menu.Press(forCIS)
	f.talks.Hangup()
	b.untilTalking(f.waiting, "a1001")
	f.talks.Hangup()
	b.untilTalking(f.menu, "a1001")
	f.menu.Hangup()
	f.ringing.Hangup()
	b.untilQuiet()
	assert.True(t, sortedByRank(b.servedRanks()))
	assert.EqualValues(t, 4, b.outcomes()["answered"])
}

// During a gap in the link both sides move; nothing of it is ever told.
func TestWhatHappensWhileTheLinkIsDownIsFoundOut(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		gap   func(floorOf)
		check func(*bench, floorOf)
	}{
		"the agent who rang answered": {
			func(f floorOf) { f.rings.Answer() },
			func(b *bench, f floorOf) { b.untilTalking(f.ringing, "a1002") },
		},
		"the agent answered and his caller left": {
			func(f floorOf) { f.rings.Answer(); f.ringing.Hangup() },
			func(b *bench, f floorOf) {
				// The one who waited gets the agent, by a new call.
				b.until("the old leg to be gone", func() bool { return f.rings.Calls() == 2 })
				b.until("the caller to be counted", func() bool { return b.abandoned()["ring"] == 1 })
			},
		},
		"the phone refused": {
			func(f floorOf) { f.rings.Refuse() },
			func(b *bench, f floorOf) {
				b.until("the ring to come again", func() bool { return f.rings.Calls() == 2 })
				assert.EqualValues(b, 1, b.offers()["lost"])
				f.rings.Answer()
				b.untilTalking(f.ringing, "a1002")
			},
		},
		"the one in the queue left": {
			func(f floorOf) { f.waiting.Hangup() },
			func(b *bench, _ floorOf) {
				b.until("the caller to be counted", func() bool { return b.abandoned()["queue"] == 1 })
			},
		},
		"the one in the menu left": {
			func(f floorOf) { f.menu.Hangup() },
			func(b *bench, _ floorOf) {
				b.until("the caller to be counted", func() bool { return b.abandoned()["ivr"] == 1 })
			},
		},
		"the talking caller left": {
			func(f floorOf) { f.talking.Hangup() },
			func(b *bench, f floorOf) { b.untilTalking(f.waiting, "a1001") },
		},
		"the talking agent left": {
			func(f floorOf) { f.talks.Hangup() },
			func(b *bench, f floorOf) {
				b.until("his caller to be released", func() bool { return f.talking.Channel().Gone })
				b.untilTalking(f.waiting, "a1001")
			},
		},
		"everybody left": {
			func(f floorOf) {
				f.talking.Hangup()
				f.talks.Hangup()
				f.rings.Refuse()
				f.ringing.Hangup()
				f.waiting.Hangup()
				f.menu.Hangup()
			},
			func(b *bench, _ floorOf) { b.untilQuiet() },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, noWrapUp)
			f := b.everywhere()
			before := b.upSince()
			b.wire.cut(true)
			b.until("the link to be down", func() bool { return !b.ready() })
			c.gap(f)
			b.wire.mend()
			b.untilBack(before)
			c.check(b, f)
			for _, caller := range []*aritest.Caller{f.talking, f.ringing, f.waiting, f.menu} {
				caller.Hangup()
			}
			b.untilQuiet()
			outcomes := b.outcomes()
			assert.EqualValues(t, 4, outcomes["answered"]+outcomes["abandoned"], "each counted once")
			assert.LessOrEqual(t, f.rings.Peak(), 1)
		})
	}
}

func TestACallerWhoCameWhileTheLinkWasDownBecomesAContactAtTheFirstTry(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.wire.cut(true)
	b.asterisk.Cut() // Asterisk has noticed, too
	b.until("the link to be down", func() bool { return !b.ready() })
	caller := b.call() // Stasis fails; the dialplan plays music and tries again
	b.wire.mend()
	b.until("the link to be up", b.ready)
	first := time.Now().Add(-time.Minute)
	require.True(t, caller.Retry("entry", "2014", millis(first)))
	b.until("the contact", func() bool { return b.record(caller) != nil })
	assert.Equal(t, first.UnixMilli()*1000, b.record(caller).Rank, "his first arrival is his rank")
	caller.Hangup()
	b.untilQuiet()
}

// What was commanded is known from its answer, whatever becomes of the events.
func TestAConversationDoesNotDependOnTheEventsOfTheBridge(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp)
	phone := b.phone("a1001", aritest.Answers(0))
	b.login("a1001")
	b.until("our own filter", func() bool { return b.leavesOut("ChannelVarset") })
	other, err := ari.New(b.asterisk.Options())
	require.NoError(t, err)
	require.NoError(t, other.SetEventFilter(context.Background(), "ChannelEnteredBridge"))
	caller := b.ask()
	b.untilTalking(caller, "a1001")
	assert.True(t, b.talks(caller, phone))
	caller.Hangup()
	b.untilQuiet()
}

// Its filter dies with the application, and that with the last client and channel.
func TestAsteriskKeepsToItselfWhatNobodyReads(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp)
	b.until("the filter", func() bool { return b.leavesOut("ChannelVarset") })
	before := b.upSince()
	b.asterisk.Cut()
	b.untilBack(before)
	b.until("the filter again", func() bool { return b.leavesOut("ChannelVarset") })
}

// leavesOut reports whether Asterisk has been asked not to send events of that type.
func (b *bench) leavesOut(event string) bool {
	b.Helper()
	o := b.asterisk.Options()
	r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, o.URL+"/applications/"+o.Application, http.NoBody)
	require.NoError(b, err)
	r.SetBasicAuth(o.Username, o.Password)
	r.Close = true
	answer, err := http.DefaultClient.Do(r)
	require.NoError(b, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(b, err)
	return strings.Contains(string(text), strconv.Quote(event))
}

func TestAListingThatFailsAtFirstIsTakenAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp)
	f := b.everywhere()
	before := b.upSince()
	b.asterisk.Inject(2, "GET /channels", aritest.Refuse(500, "Internal error"))
	b.asterisk.Inject(1, "GET /bridges", aritest.LoseAnswer())
	b.asterisk.Cut()
	b.untilBack(before)
	f.rings.Answer()
	b.untilTalking(f.ringing, "a1002")
	assert.True(t, b.talks(f.talking, f.talks))
	for _, caller := range []*aritest.Caller{f.talking, f.ringing, f.waiting, f.menu} {
		caller.Hangup()
	}
	b.untilQuiet()
}

func TestGarbageOnTheSocketDisturbsNobody(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	phone := b.phone("a1001", aritest.Answers(0))
	b.login("a1001")
	caller := b.ask()
	b.untilTalking(caller, "a1001")
	before := b.sessions()
	for _, frame := range []string{
		"", "null", "[]", "{", `{"type":17}`, `{"type":"NeverHeardOf","channel":{"id":"x"}}`,
		`{"type":"StasisStart","channel":null,"args":["entry","2014"]}`,
		`{"type":"StasisStart","channel":{},"args":["entry"]}`,
		`{"type":"ChannelDestroyed","channel":"no"}`,
		`{"type":"StasisStart","args":["` + strings.Repeat("x", 1<<20) + `"]}`,
	} {
		b.asterisk.SendRaw(frame)
	}
	second := b.call()
	b.until("the next caller to be heard", func() bool { return b.standingOf(second) == "menu" })
	assert.True(t, b.talks(caller, phone))
	assert.Equal(t, before, b.sessions(), "the link stays up")
	counters := b.c.Links()[0].Counters
	assert.NotZero(t, counters["malformed"])
	assert.EqualValues(t, 1, counters["unknown"])
	assert.EqualValues(t, 1, counters["oversized"])
	caller.Hangup()
	second.Hangup()
	b.untilQuiet()
}

func TestARebootOfAsteriskClosesItsContactsAndFreesItsAgents(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp)
	b.settled(b.everywhere()) // a request under way would be told that its channel is not there
	before := b.upSince()
	b.asterisk.Reboot()
	b.untilBack(before)
	b.untilQuiet()
	b.agentIs("a1001", acd.Ready)
	b.agentIs("a1002", acd.Ready)
	assert.Equal(t, map[string]uint64{"answered": 1, "failed": 3}, b.outcomes(), "who had talked was answered; nobody hung up")
	assert.Empty(t, b.abandoned())
	assert.EqualValues(t, 1, b.c.Live().Repairs["node_restarted"])
	b.servesTheNext()
	b.untilQuiet()
}

// Somebody else registers the application while the ledger says that the node
// is ours, such as a former owner whose request came late: it is taken back.
func TestAnApplicationThatSomebodyTookWithoutTheLedgerIsTakenBack(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp)
	phone := b.phone("a1001", aritest.Answers(0))
	b.login("a1001")
	caller := b.ask()
	b.untilTalking(caller, "a1001")
	client, err := ari.New(b.asterisk.Options())
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan struct{})
	go func() {
		defer close(ran)
		_ = client.Run(ctx)
	}()
	defer func() { cancel(); <-ran }()
	b.until("the application to be taken back", func() bool {
		return b.live().Repairs["registered_again"] == 1 && b.ready()
	})
	assert.True(t, b.talks(caller, phone))
	phone.Hangup()
	b.until("the release", func() bool { return caller.Channel().Gone })
	next := b.ask()
	b.untilTalking(next, "a1001")
	next.Hangup()
	b.untilQuiet()
}

// Two controllers of one Asterisk without a common ledger: the one that was
// there first gives way, and says why.
func TestAControllerReplacedWithoutACommonLedgerSaysSoAndEnds(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	first := *b
	b.store = memory.New("run-of-another", time.Now)
	b.launch("c2")
	err := first.ended()
	require.ErrorIs(t, err, node.ErrReplaced)
	assert.ErrorContains(t, err, "same ledger")
	b.until("the other to serve", b.ready)
	select {
	case <-b.run.done:
		t.Fatal("both ended: ", b.run.err)
	default:
	}
}

func TestAControllerReplacedByTheLedgersNewOwnerStaysAsAStandby(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	phone := b.phone("a1001", aritest.Answers(0))
	b.login("a1001")
	caller := b.ask()
	b.untilTalking(caller, "a1001")
	first, broken := *b, b.ledger
	broken.break_(errAway) // it beats no more, and cannot read that it lost the node
	b.launch("c2")
	b.until("the second to hold the node", b.ready)
	first.until("the first to be silent", func() bool { return !first.ready() })
	broken.mend()
	first.until("the first to see it", func() bool { return !first.c.Links()[0].Held })
	select {
	case <-first.run.done:
		t.Fatal("the first ended: ", first.run.err)
	default:
	}
	b.until("the second to have taken the call up", func() bool { return b.c.Live().Contacts == 1 })
	assert.True(t, b.talks(caller, phone))
	assert.Equal(t, 1, phone.Calls())
	caller.Hangup()
	b.untilQuiet()
}

func TestANodeWhoseProbeIsSilentIsGivenBackAndTakenAgain(t *testing.T) {
	t.Parallel()
	for name, silence := range map[string]func(*bench) (end func()){
		"requests freeze": func(b *bench) func() { return b.asterisk.Freeze() },
		"events are lost": func(b *bench) func() {
			b.asterisk.Mute(true)
			return func() { b.asterisk.Mute(false) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, noWrapUp)
			f := b.everywhere()
			end := silence(b)
			b.until("the node to be given back", func() bool {
				holder := ""
				b.c.View(func(s *fold.State) { holder = s.Protocol.Nodes["a1"].Holder })
				return holder == ""
			})
			f.waiting.Hangup()
			f.rings.Answer()
			end()
			b.until("the node to be taken again", b.ready)
			b.untilTalking(f.ringing, "a1002")
			assert.True(t, b.talks(f.talking, f.talks))
			b.until("a key to be heard again", func() bool {
				f.menu.Press(forCIS)
				return b.standingOf(f.menu) != "menu"
			})
			f.talks.Hangup()
			b.untilTalking(f.menu, "a1001")
			f.menu.Hangup()
			f.ringing.Hangup()
			b.untilQuiet()
			assert.Equal(t, map[string]uint64{"queue": 1}, b.abandoned())
		})
	}
}

func millis(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }

// The controller dies with Asterisk: the next one knows the reboot by the time
// at which Asterisk started, and takes no caller for one who hung up.
func TestARebootIsKnownToTheNextController(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp)
	b.everywhere()
	b.kill()
	b.asterisk.Reboot()
	b.start()
	b.untilQuiet()
	b.agentIs("a1001", acd.Ready)
	b.agentIs("a1002", acd.Ready)
	assert.Equal(t, map[string]uint64{"answered": 1, "failed": 3}, b.outcomes())
}
