package alone_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	v5 "github.com/CyCoreSystems/ari/v5"
	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/ari/aritest"
)

// BenchmarkEvents is of part (f): what one link reads, decodes and hands to the
// listener of each channel, in order and without loss, while Asterisk writes as fast
// as it can. The floor is the same frames read off the socket by nobody.
func BenchmarkEvents(b *testing.B) {
	const events, channels = 200_000, 1000
	m := measureEvents(b, events, channels)
	b.ReportMetric(events/m.heard.Seconds(), "events/s")
	b.ReportMetric(events/m.floor.Seconds(), "floor-frames/s")
}

func TestEveryEventReachesItsListenerInOrder(t *testing.T) {
	t.Parallel()
	measureEvents(t, 2000, 10)
}

// flood is how long events took, heard by listeners and read as mere frames.
type flood struct{ heard, floor time.Duration }

func measureEvents(t testing.TB, events, channels int) (m flood) {
	t.Helper()
	frames := make([]string, events)
	for i := range frames {
		frames[i] = pressed(i%channels, i/channels)
	}
	asterisk := aritest.New(t)
	m.heard = heardBy(t, asterisk, frames, channels)
	m.floor = readBy(t, asterisk, frames)
	return m
}

// heardBy sends frames to a link, and checks that each channel's listener hears its
// own in order.
func heardBy(t testing.TB, asterisk *aritest.Server, frames []string, channels int) time.Duration {
	o := asterisk.Options()
	o.ProbeDeadline = patience // its echo comes behind all of them
	client, err := ari.New(o)
	require.NoError(t, err)
	up, all := make(chan struct{}), make(chan struct{})
	var heard, disorder atomic.Int64
	client.Default(func(e ari.Event) {
		if e.Type == ari.TypeLinkUp {
			close(up)
		}
	})
	for i := range channels {
		next := 0 // the reading goroutine's
		client.Listen(channelOf(i), ari.NewListener(func(e ari.Event) {
			if key, is := e.Value.(*v5.ChannelDtmfReceived); !is || key.DurationMs != next {
				disorder.Add(1)
			}
			next++
			if heard.Add(1) == int64(len(frames)) {
				close(all)
			}
		}))
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = client.Run(ctx) }) // it ends with its context only
	defer running.Wait()
	defer cancel()
	await(t, up)
	started := time.Now()
	for _, f := range frames {
		asterisk.SendRaw(f)
	}
	await(t, all)
	took := time.Since(started)
	assert.Zero(t, disorder.Load(), "events out of order")
	return took
}

// readBy reads the same frames off a socket, and does nothing with them.
func readBy(t testing.TB, asterisk *aritest.Server, frames []string) time.Duration {
	o := asterisk.Options()
	r, err := http.NewRequest(http.MethodGet, o.URL+"/events?app="+o.Application, nil)
	require.NoError(t, err)
	r.SetBasicAuth(o.Username, o.Password)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	conn, _, err := websocket.Dial(ctx, r.URL.String(), &websocket.DialOptions{HTTPHeader: r.Header})
	require.NoError(t, err)
	defer func() { _ = conn.CloseNow() }()
	started := time.Now()
	for _, f := range frames {
		asterisk.SendRaw(f)
	}
	for range frames {
		_, _, err := conn.Read(ctx)
		require.NoError(t, err)
	}
	return time.Since(started)
}

func await(t testing.TB, done <-chan struct{}) {
	t.Helper()
	select {
	case <-done:
	case <-time.After(patience):
		t.Fatal("not all events came")
	}
}

func channelOf(i int) string { return fmt.Sprintf("1795690300.%d", i) }

// pressed is the n-th key of a channel, as long as Asterisk's own: 800 bytes.
func pressed(channel, n int) string {
	return fmt.Sprintf(`{"type":"ChannelDtmfReceived","timestamp":"2026-11-26T10:31:40.380+0100","digit":"5","duration_ms":%d,`+
		`"channel":{"id":%q,"name":"PJSIP/trunk-00000001","state":"Up","protocol_id":"1c3f5f6e-0f0e-4b7b-a3f5-6b6c5c1d2e3f@10.0.0.1",`+
		`"caller":{"name":"0612345678","number":"0612345678"},"connected":{"name":"","number":""},"accountcode":"",`+
		`"dialplan":{"context":"guichet","exten":"2014","priority":4,"app_name":"Stasis","app_data":"guichet,entry,2014,,allowed_not_screened"},`+
		`"creationtime":"2026-11-26T10:31:39.112+0100","language":"fr","channelvars":{}},`+
		`"asterisk_id":"00:00:00:00:00:01","application":"app"}`, n, channelOf(channel))
}
