package node_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/ari/aritest"
)

// deafWhile loses every event of what happens, but for the echoes of the probe:
// the link seems to be in order.
func (b *bench) deafWhile(happens func()) {
	b.asterisk.Hold()
	happens()
	b.asterisk.Release(func(frames []aritest.Frame) []aritest.Frame {
		return slices.DeleteFunc(frames, func(f aritest.Frame) bool { return f.Type != "ChannelUserevent" })
	})
}

// settled waits until the one in the queue hears music: the answer to a request
// that is on its way would tell that he is gone.
func (b *bench) settled(f floorOf) {
	b.Helper()
	b.until("the music", func() bool { return f.waiting.Channel().Music != "" })
}

// compared compares until a repair of that kind is counted.
func (b *bench) compared(kind string) {
	b.Helper()
	b.until("a repair: "+kind, func() bool {
		b.c.Compare(context.Background(), 50*time.Millisecond)
		return b.c.Live().Repairs[kind] > 0
	})
	assert.EqualValues(b, 1, b.c.Live().Repairs[kind])
}

func TestALostEventIsFoundOutByComparing(t *testing.T) {
	t.Parallel()
	for kind, c := range map[string]struct {
		happens func(*bench, floorOf)
		check   func(*bench, floorOf)
	}{
		"lost_caller": {
			func(b *bench, f floorOf) { b.deafWhile(f.waiting.Hangup) },
			func(b *bench, _ floorOf) {
				b.until("the caller to be counted", func() bool { return b.abandoned()["queue"] == 1 })
			},
		},
		"lost_leg": {
			func(b *bench, f floorOf) { b.deafWhile(f.talks.Hangup) },
			func(b *bench, f floorOf) {
				b.until("his caller to be released", func() bool { return f.talking.Channel().Gone })
				b.untilTalking(f.waiting, "a1001")
			},
		},
		"adopted": {
			func(b *bench, f floorOf) {
				id := b.record(f.waiting).ID
				b.c.Neglect(id)
				b.until("the contact to have no session", func() bool { return b.c.Neglected(id) })
			},
			func(b *bench, f floorOf) {
				f.talks.Hangup()
				b.untilTalking(f.waiting, "a1001")
			},
		},
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, noWrapUp)
			f := b.everywhere()
			b.settled(f)
			before := b.c.Live().Repairs // the listing at the start may have found a caller first
			b.c.Compare(context.Background(), 50*time.Millisecond)
			assert.Equal(t, before, b.c.Live().Repairs, "nothing differs")
			c.happens(b, f)
			b.compared(kind)
			c.check(b, f)
			assert.True(t, b.ready(), "the link was up all the time")
			for _, caller := range []*aritest.Caller{f.talking, f.ringing, f.waiting, f.menu} {
				caller.Hangup()
			}
			b.untilQuiet()
			b.sameAfterReplay()
		})
	}
}

// Nobody asks for it: the controller compares every 30 s by itself, and mends what
// differs still 3 s later.
func TestAsteriskAndLedgerAreComparedEveryThirtySeconds(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp)
	f := b.everywhere()
	b.settled(f)
	b.deafWhile(f.waiting.Hangup)
	lost := time.Now()
	b.until("the lost caller to be found", func() bool { return b.c.Live().Repairs["lost_caller"] == 1 })
	t.Logf("found after %s", time.Since(lost).Round(time.Millisecond))
	b.until("the caller to be counted", func() bool { return b.abandoned()["queue"] == 1 })
	assert.True(t, b.ready(), "the link was up all the time")
	for _, caller := range []*aritest.Caller{f.talking, f.ringing, f.menu} {
		caller.Hangup()
	}
	b.untilQuiet()
}

func TestWhatBelongsToNobodyIsFoundByComparing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	client, err := ari.New(b.asterisk.Options())
	require.NoError(t, err)
	ctx := context.Background()

	var unknown *aritest.Caller
	b.deafWhile(func() {
		unknown = b.call()
		b.until("the caller to be in the application", func() bool { return unknown.Channel().InStasis })
	})
	b.compared("unknown_caller")
	b.until("the caller to be a contact", func() bool { return b.record(unknown) != nil })

	phone := b.phone("a1001", aritest.Rings())
	b.deafWhile(func() {
		require.NoError(t, client.Create(ctx, ari.CreateChannel{ID: "guichet-leg-1-0-nobody", Endpoint: "PJSIP/a1001"}))
	})
	b.compared("orphan_leg")
	b.until("the leg to be gone", func() bool { return len(phone.Legs()) == 0 })

	require.NoError(t, client.CreateBridge(ctx, "guichet-bridge-nobody", "mixing", "nobody"))
	b.compared("orphan_bridge")
	b.until("the bridge to be gone", func() bool { return len(b.asterisk.Bridges()) == 0 })
	unknown.Hangup()
	b.untilQuiet()
}

// A second leg at the phone of an agent who talks, which no live offer explains, is hung
// up; and that there was one is a broken invariant.
func TestASecondLegOfAnAgentIsABrokenInvariant(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp)
	f := b.everywhere()
	b.settled(f)
	client, err := ari.New(b.asterisk.Options())
	require.NoError(t, err)
	b.deafWhile(func() {
		require.NoError(t, client.Create(context.Background(), ari.CreateChannel{ID: "guichet-leg-1-0-nobody", Endpoint: "PJSIP/a1001"}))
	})
	b.compared("orphan_leg")
	b.broken = map[string]uint64{"I4": 1}
	assert.Equal(t, b.broken, b.c.Live().Violations)
	assert.True(t, b.talks(f.talking, f.talks), "the conversation goes on")
	for _, caller := range []*aritest.Caller{f.talking, f.ringing, f.waiting, f.menu} {
		caller.Hangup()
	}
	b.untilQuiet()
	b.sameAfterReplay()
}

// What is only on its way when the first listing is taken is no difference.
func TestADifferenceThatSettlesByItselfIsNotMended(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp)
	f := b.everywhere()
	b.settled(f)
	b.asterisk.Inject(1, "GET /channels", aritest.Slow(0))
	second := b.asterisk.Inject(0, "GET /channels", aritest.Hang())
	defer second()
	b.asterisk.Hold()
	f.waiting.Hangup()
	var kept []aritest.Frame // all but the echoes of the probe: the link is in order
	hears := func() {
		b.asterisk.Release(func(frames []aritest.Frame) (echoes []aritest.Frame) {
			for _, f := range frames {
				if f.Type == "ChannelUserevent" {
					echoes = append(echoes, f)
				} else {
					kept = append(kept, f)
				}
			}
			return echoes
		})
		b.asterisk.Hold()
	}
	b.until("all to be written down", func() bool { hears(); return b.c.Live().Journal == 0 })
	listed := b.asterisk.Count("GET /channels")
	done := make(chan struct{})
	go func() {
		defer close(done)
		b.c.Compare(context.Background(), 0)
	}()
	b.until("the second listing to be asked for", func() bool { hears(); return b.asterisk.Count("GET /channels") >= listed+2 })
	b.asterisk.Release(func(frames []aritest.Frame) []aritest.Frame { return append(kept, frames...) })
	b.until("the caller to be counted", func() bool { return b.abandoned()["queue"] == 1 })
	second()
	<-done
	assert.Zero(t, b.c.Live().Repairs["lost_caller"])
	b.agentIs("a1001", acd.Talking)
	for _, caller := range []*aritest.Caller{f.talking, f.ringing, f.menu} {
		caller.Hangup()
	}
	b.untilQuiet()
}

// While the ledger is away nothing can be said of what differs.
func TestNothingIsMendedWhileTheLedgerIsAway(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp)
	f := b.everywhere()
	b.settled(f)
	b.away()
	b.deafWhile(f.waiting.Hangup)
	b.c.Compare(context.Background(), 50*time.Millisecond)
	assert.Zero(t, b.c.Live().Repairs["lost_caller"])
	b.back()
	b.compared("lost_caller")
	for _, caller := range []*aritest.Caller{f.talking, f.ringing, f.menu} {
		caller.Hangup()
	}
	b.untilQuiet()
}
