package ari_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	v5 "github.com/CyCoreSystems/ari/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/ari/aritest"
)

const (
	patience = 30 * time.Second
	tick     = time.Millisecond
)

// inbox is a default sink that keeps what it hears.
type inbox struct {
	mu     sync.Mutex
	events []ari.Event
}

func (b *inbox) take(e ari.Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.events = append(b.events, e)
}

func (b *inbox) types() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	types := make([]string, 0, len(b.events))
	for _, e := range b.events {
		types = append(types, e.Type)
	}
	return types
}

func (b *inbox) all(typ string) []ari.Event {
	b.mu.Lock()
	defer b.mu.Unlock()
	var found []ari.Event
	for _, e := range b.events {
		if e.Type == typ {
			found = append(found, e)
		}
	}
	return found
}

// wait waits for the n-th event of a type and returns it.
func (b *inbox) wait(t *testing.T, typ string, n int) ari.Event {
	t.Helper()
	require.Eventually(t, func() bool { return len(b.all(typ)) >= n }, patience, tick, "%s number %d; got %v", typ, n, b.types())
	return b.all(typ)[n-1]
}

// quick makes a fault show in milliseconds, but for a silent link: a machine that stands
// still must not cut one that no test wants to be cut.
func quick(o ari.Options) ari.Options {
	o.ProbeEvery = 10 * time.Millisecond
	o.ProbeDeadline = time.Minute
	o.ReconnectMin, o.ReconnectMax = time.Millisecond, 5*time.Millisecond
	return o
}

// linked runs a client of the server until the test ends and waits until its
// link is up.
func linked(t *testing.T, o ari.Options) (*ari.Client, *inbox) {
	t.Helper()
	c, box := running(t, o)
	box.wait(t, ari.TypeLinkUp, 1)
	return c, box
}

func running(t *testing.T, o ari.Options) (*ari.Client, *inbox) {
	t.Helper()
	c, err := ari.New(o)
	require.NoError(t, err)
	box := &inbox{}
	c.Default(box.take)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		assert.NoError(t, <-ended)
	})
	return c, box
}

func TestTheLinkIsUpOnceAProbeHasComeBack(t *testing.T) {
	t.Parallel()
	s := aritest.New(t)
	s.Mute(true)
	c, box := running(t, quick(s.Options()))
	require.Eventually(t, func() bool { return s.Count("POST /events/user/*") > 0 }, patience, tick)
	assert.False(t, c.Commandable())
	assert.Empty(t, box.types())
	s.Mute(false)
	up := box.wait(t, ari.TypeLinkUp, 1)
	assert.Equal(t, ari.LinkUp{Session: up.Session}, up.Value)
	assert.True(t, c.Commandable())
	assert.Positive(t, c.Lag())
	assert.WithinDuration(t, time.Now(), c.LastEcho(), patience)
}

func TestEventsOfOneCallArriveInOrderAndOnce(t *testing.T) {
	t.Parallel()
	s := aritest.New(t)
	_, box := linked(t, quick(s.Options()))
	caller := s.Call("0199001234", "2014", "first")
	caller.Press("1234567890*#")
	caller.Hangup()
	box.wait(t, "StasisEnd", 1)
	var digits strings.Builder
	for _, e := range box.all("ChannelDtmfReceived") {
		digits.WriteString(e.Value.(*v5.ChannelDtmfReceived).Digit)
		assert.Equal(t, caller.ID(), e.Channel())
		assert.False(t, e.At.IsZero())
		assert.False(t, e.Received.IsZero())
	}
	assert.Equal(t, "1234567890*#", digits.String())
	assert.Len(t, box.all("StasisStart"), 1)
	assert.Empty(t, box.all("ChannelUserevent"), "probes are not for the user")
}

func TestACutLinkComesBackAsANewSessionWithoutReplay(t *testing.T) {
	t.Parallel()
	s := aritest.New(t)
	c, box := linked(t, quick(s.Options()))
	caller := s.Call("1", "2014")
	box.wait(t, "StasisStart", 1)

	release := s.Inject(0, "POST /events/user/*", aritest.Hang()) // keeps the next link from coming up
	s.Cut()
	down := box.wait(t, ari.TypeLinkDown, 1)
	assert.Equal(t, uint64(1), down.Session)
	require.Error(t, down.Value.(ari.LinkDown).Err)
	assert.False(t, c.Commandable())
	release()
	up := box.wait(t, ari.TypeLinkUp, 2)
	assert.Greater(t, up.Session, uint64(1))
	assert.Equal(t, up.Session, c.Session())

	caller.Press("5")
	assert.Equal(t, up.Session, box.wait(t, "ChannelDtmfReceived", 1).Session)
	assert.Len(t, box.all("StasisStart"), 1, "Asterisk repeats no StasisStart")
}

func TestAHalfOpenLinkIsNoticedAndReplaced(t *testing.T) {
	t.Parallel()
	s := aritest.New(t)
	o := quick(s.Options())
	o.ProbeDeadline = 200 * time.Millisecond
	c, box := linked(t, o)
	s.Mute(true)
	down := box.wait(t, ari.TypeLinkDown, 1)
	assert.ErrorContains(t, down.Value.(ari.LinkDown).Err, "no echo")
	assert.Positive(t, c.Counters().ProbesLost)
	s.Mute(false)
	box.wait(t, ari.TypeLinkUp, 2)
}

// Events that come late come from a link that works: it is kept, and commands wait
// until the events have caught up.
func TestALateEchoStopsCommandsAndKeepsTheLink(t *testing.T) {
	t.Parallel()
	s := aritest.New(t)
	o := quick(s.Options())
	o.ProbeDeadline = 2 * time.Second // the machine may stand still for as long
	c, box := linked(t, o)
	caller := s.Call("1", "2014")
	box.wait(t, "StasisStart", 1)
	s.Hold()
	caller.Press("5")
	require.Eventually(t, func() bool {
		s.SendRaw(`{"type":"ChannelTransfer"}`) // something comes
		return !c.Commandable()
	}, patience, tick)
	until := time.Now().Add(o.ProbeDeadline / 2)
	require.Eventually(t, func() bool {
		s.SendRaw(`{"type":"ChannelTransfer"}`)
		return time.Now().After(until)
	}, patience, tick)
	s.Release(nil)
	box.wait(t, "ChannelDtmfReceived", 1)
	require.Eventually(t, c.Commandable, patience, tick)
	assert.Equal(t, uint64(1), c.Session())
	assert.Empty(t, box.all(ari.TypeLinkDown))
	assert.Zero(t, c.Counters().ProbesLost)
}

func TestAProbeWaitsForNoConnectionOfOthers(t *testing.T) {
	t.Parallel()
	s := aritest.New(t)
	o := quick(s.Options())
	o.MaxConns, o.RequestTimeout = 1, patience
	c, _ := linked(t, o)
	release := s.Inject(0, "GET /asterisk/info", aritest.Hang())
	asked := make(chan error, 1)
	go func() {
		_, err := c.Info(t.Context())
		asked <- err
	}()
	require.Eventually(t, func() bool { return s.Count("GET /asterisk/info") > 0 }, patience, tick)
	echoes := c.Counters().Echoes
	require.Eventually(t, func() bool { return c.Counters().Echoes > echoes+3 }, patience, tick)
	release()
	assert.NoError(t, <-asked)
}

func TestADeafRegistrationIsLeftForANewOne(t *testing.T) {
	t.Parallel()
	s := aritest.New(t)
	s.DeafenNext()
	o := quick(s.Options())
	o.ProbeDeadline = 200 * time.Millisecond
	_, box := linked(t, o)
	for _, e := range append(box.all(ari.TypeLinkUp), box.all(ari.TypeLinkDown)...) {
		assert.NotEqual(t, uint64(1), e.Session, "the deaf session was never up")
	}
}

func TestBlockedRESTMakesTheNodeNotCommandable(t *testing.T) {
	t.Parallel()
	s := aritest.New(t)
	o := quick(s.Options())
	o.ProbeDeadline = 200 * time.Millisecond
	c, box := linked(t, o)
	thaw := s.Freeze()
	require.Eventually(t, func() bool { return !c.Commandable() }, patience, tick)
	thaw()
	require.Eventually(t, c.Commandable, patience, tick)
	assert.NotEmpty(t, box.types())
}

func TestAReplacedClientStaysAwayUntilToldToRegister(t *testing.T) {
	t.Parallel()
	s := aritest.New(t)
	first, box := linked(t, quick(s.Options()))
	_, other := linked(t, quick(s.Options()))
	replaced := box.wait(t, ari.TypeLinkReplaced, 1)
	assert.Equal(t, ari.LinkReplaced{Session: 1}, replaced.Value)
	assert.False(t, first.Commandable())
	assert.Empty(t, box.all(ari.TypeLinkDown), "a session ends once")

	s.Call("1", "2014")
	other.wait(t, "StasisStart", 1)
	assert.Empty(t, box.all("StasisStart"))
	assert.Equal(t, uint64(1), first.Session(), "it did not come back by itself")

	first.Reregister()
	first.Reregister() // once is enough, twice no harm
	box.wait(t, ari.TypeLinkUp, 2)
	other.wait(t, ari.TypeLinkReplaced, 1)
}

func TestASinkMayTakeTheApplicationBackAtOnce(t *testing.T) {
	t.Parallel()
	s := aritest.New(t)
	c, err := ari.New(quick(s.Options()))
	require.NoError(t, err)
	box := &inbox{}
	c.Default(func(e ari.Event) {
		box.take(e)
		if e.Type == ari.TypeLinkReplaced {
			c.Reregister()
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	box.wait(t, ari.TypeLinkUp, 1)
	running(t, quick(s.Options()))
	box.wait(t, ari.TypeLinkUp, 2)
	cancel()
	require.NoError(t, <-ended)
}

func TestReregisterWithoutAReplacementDoesNothing(t *testing.T) {
	t.Parallel()
	s := aritest.New(t)
	c, box := linked(t, quick(s.Options()))
	c.Reregister()
	linked(t, quick(s.Options()))
	box.wait(t, ari.TypeLinkReplaced, 1)
	assert.Equal(t, uint64(1), c.Session())
}

func TestTheEndOfTheContextEndsRunFromEveryState(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(*testing.T, *aritest.Server) ari.Options{
		"up":        func(_ *testing.T, s *aritest.Server) ari.Options { return quick(s.Options()) },
		"no server": func(_ *testing.T, s *aritest.Server) ari.Options { s.Close(); return quick(s.Options()) },
		"mute": func(_ *testing.T, s *aritest.Server) ari.Options {
			s.Mute(true)
			return quick(s.Options())
		},
		"frozen": func(_ *testing.T, s *aritest.Server) ari.Options {
			s.Freeze()
			return quick(s.Options())
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _ := running(t, prepare(t, aritest.New(t)))
			require.Eventually(t, func() bool { return c.Counters().Sessions+c.Counters().DialsFailed > 0 }, patience, tick)
		})
	}
}

func TestBadFramesAreCountedAndTheLinkStaysUp(t *testing.T) {
	t.Parallel()
	s := aritest.New(t)
	core, logged := observer.New(zapcore.WarnLevel)
	o := quick(s.Options())
	o.Log = zap.New(core)
	o.MaxFrame = 64 << 10
	c, box := linked(t, o)
	for range 3 {
		s.SendRaw(`{"type":"BrandNewThing","x":1}`)
		s.SendRaw(`not json at all`)
		s.SendRaw(`{"type":"StasisStart","channel":7}`)
		s.SendRaw(`{"type":"StasisStart","timestamp":null}`)
		s.SendRaw(`{"type":"RESTResponse","status_code":200}`)
		s.SendRaw(`{"type":"StasisStart","pad":"` + strings.Repeat("x", 1<<20) + `"}`)
	}
	s.Call("1", "2014")
	box.wait(t, "StasisStart", 1)
	n := c.Counters()
	assert.Equal(t, uint64(3), n.Unknown)
	assert.Equal(t, uint64(9), n.Malformed)
	assert.Equal(t, uint64(3), n.Ignored)
	assert.Equal(t, uint64(3), n.Oversized)
	assert.Equal(t, uint64(1), n.Sessions, "the link outlived them all")
	assert.Equal(t, 4, logged.Len(), "one line per kind: unknown, malformed, malformed StasisStart, oversized")
}

func TestAFloodOfUnknownTypesFillsACounterAndNotTheLog(t *testing.T) {
	t.Parallel()
	s := aritest.New(t)
	core, logged := observer.New(zapcore.WarnLevel)
	o := quick(s.Options())
	o.Log = zap.New(core)
	c, _ := linked(t, o)
	for i := range 500 {
		s.SendRaw(fmt.Sprintf(`{"type":"New%d"}`, i))
	}
	require.Eventually(t, func() bool { return c.Counters().Unknown == 500 }, patience, tick)
	assert.LessOrEqual(t, logged.Len(), 100)
}

func TestTwentyThousandEventsBehindASlowSinkAreAllDelivered(t *testing.T) {
	t.Parallel()
	s := aritest.NewWith(t, aritest.Config{WriteTimeout: time.Minute}) // who reads late is not cut off here
	c, _ := linked(t, quick(s.Options()))
	release, got, wrong := make(chan struct{}), make(chan struct{}), 0
	n := 0
	c.Listen("call", ari.NewListener(func(e ari.Event) {
		if n == 0 {
			<-release // the reader stands still while the burst comes in
		}
		if e.Value.(*v5.ChannelDtmfReceived).Digit != strconv.Itoa(n%10) {
			wrong++
		}
		if n++; n == 20_000 {
			close(got)
		}
	}))
	for i := range 20_000 {
		s.SendRaw(fmt.Sprintf(`{"type":"ChannelDtmfReceived","digit":"%d","channel":{"id":"call"}}`, i%10))
	}
	close(release)
	select {
	case <-got:
	case <-time.After(time.Minute):
		require.Fail(t, "events were lost")
	}
	assert.Zero(t, wrong, "events out of order")
}

func TestDuplicatedAndReorderedEventsAreDeliveredAsTheyCome(t *testing.T) {
	t.Parallel()
	s := aritest.New(t)
	_, box := linked(t, quick(s.Options()))
	s.Hold()
	caller := s.Call("1", "2014")
	caller.Press("1")
	caller.Hangup()
	s.Release(func(frames []aritest.Frame) []aritest.Frame {
		var calls []aritest.Frame
		for _, f := range frames {
			if f.Type != "ChannelUserevent" {
				calls = append([]aritest.Frame{f}, calls...) // last first
			}
		}
		return append(calls, calls[0])
	})
	box.wait(t, "StasisEnd", 2)
	assert.Equal(t, []string{ari.TypeLinkUp, "StasisEnd", "ChannelHangupRequest", "ChannelDtmfReceived", "StasisStart", "StasisEnd"}, box.types())
}

func TestManyCutsNeverLeaveTheClientDeaf(t *testing.T) {
	t.Parallel()
	s := aritest.New(t)
	_, box := linked(t, quick(s.Options()))
	for cycle := range 50 {
		s.Cut()
		box.wait(t, ari.TypeLinkUp, cycle+2)
	}
	s.Call("1", "2014")
	box.wait(t, "StasisStart", 1)
	require.Eventually(t, func() bool { return s.Connections() <= 5 }, patience, tick, "sockets leak")
}

func TestWrongCredentialsAreSaidInTheLogWithTheRemedy(t *testing.T) {
	t.Parallel()
	s := aritest.New(t)
	core, logged := observer.New(zapcore.WarnLevel)
	o := quick(s.Options())
	o.Log, o.Password = zap.New(core), "wrong"
	c, _ := running(t, o)
	require.Eventually(t, func() bool { return c.Counters().DialsFailed > 1 }, patience, tick)
	require.Equal(t, 1, logged.Len())
	said := fmt.Sprint(logged.All()[0].ContextMap()["error"])
	assert.Contains(t, said, "401")
	assert.Contains(t, said, "ari.conf")
	assert.NotContains(t, said, "wrong")
}

func TestARebootShowsInTheStartUpTime(t *testing.T) {
	t.Parallel()
	s := aritest.New(t)
	c, box := linked(t, quick(s.Options()))
	before, err := c.Info(t.Context())
	require.NoError(t, err)
	s.Reboot()
	box.wait(t, ari.TypeLinkUp, 2)
	after, err := c.Info(t.Context())
	require.NoError(t, err)
	assert.True(t, after.Started.After(before.Started))
	assert.Equal(t, before.EntityID, after.EntityID)
}

func TestOptionsThatCannotWorkAreRefusedWithTheirName(t *testing.T) {
	t.Parallel()
	good := ari.Options{URL: "http://127.0.0.1:8088/ari", Application: "app", Username: "u"}
	for want, change := range map[string]func(*ari.Options){
		"URL":         func(o *ari.Options) { o.URL = "127.0.0.1:8088" },
		"credentials": func(o *ari.Options) { o.URL = "http://u:secret@127.0.0.1:8088/ari" },
		"parameters":  func(o *ari.Options) { o.URL += "?api_key=u:secret" },
		"Application": func(o *ari.Options) { o.Application = "a,b" },
		"Username":    func(o *ari.Options) { o.Username = "" },
	} {
		o := good
		change(&o)
		_, err := ari.New(o)
		require.ErrorContains(t, err, want)
		assert.NotContains(t, err.Error(), "secret")
	}
	_, err := ari.New(good)
	require.NoError(t, err)
}

func TestAClientRunsOnce(t *testing.T) {
	t.Parallel()
	s := aritest.New(t)
	c, _ := linked(t, quick(s.Options()))
	require.ErrorContains(t, c.Run(t.Context()), "already")
}
