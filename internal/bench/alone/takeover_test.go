package alone_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger/ledgertest"
	"github.com/guichet/guichet/internal/ledger/redis"
	"github.com/guichet/guichet/internal/node"
)

// BenchmarkTakeover has 5,000 callers in a menu, at five nodes, whose controller is
// gone at once: from then until the second one asks that a caller hears his menu again.
func BenchmarkTakeover(b *testing.B) {
	b.Run("5000", func(b *testing.B) {
		all := takeOver(b, 5000)
		all.report(b, "owned-again")
		gate("5,000 callers at five nodes: p99 of the time from the end of their controller until each is owned again",
			all.at(0.99), 3*time.Second, silence)
	})
}

// silence is how long a controller must not have beaten before another one takes over.
const silence = 1500 * time.Millisecond

func TestEveryCallerIsTakenOverFromAControllerThatIsGone(t *testing.T) {
	t.Parallel()
	assert.Len(t, takeOver(t, 50), 50)
}

// takeOver tells how long each caller was without an owner.
func takeOver(t testing.TB, callers int) (waits sample) {
	t.Helper()
	server, asked := ledgertest.StartRedis(t), &prompts{first: map[string]time.Time{}}
	var asterisks []*aritest.Server
	var direct []config.Asterisk
	for i := range 5 {
		a := aritest.NewWith(t, aritest.Config{Tap: func(c net.Conn) net.Conn { return overheard{c, i, asked} }})
		a.SetMediaLength(func(string) time.Duration { return aritest.Forever })
		here := connection(t, a.Options())
		here.Node = contact.Node(fmt.Sprint("a", i+1))
		asterisks, direct = append(asterisks, a), append(direct, here)
	}
	line := &line{}
	defer line.cut()
	var behind []config.Asterisk
	for _, a := range direct {
		at, err := url.Parse(a.URL)
		require.NoError(t, err)
		at.Host = line.to(t, at.Host)
		a.URL = at.String()
		behind = append(behind, a)
	}
	first := launch(t, "c1", line.to(t, server.Address), behind)
	require.Eventually(t, func() bool { return len(first.NotReady()) == 0 }, patience, time.Millisecond)
	second := launch(t, "c2", server.Address, direct)
	for i := range callers {
		asterisks[i%len(asterisks)].Call("0612345678", "2014", "entry", "2014")
	}
	require.Eventually(t, func() bool { return asked.count() == callers }, patience, 10*time.Millisecond, "everybody hears the menu")
	second.until(t, "the second to know everybody", func(s *fold.State) bool { return len(s.Contacts) == callers })
	require.Eventually(t, func() bool { return first.Live().Journal == 0 }, patience, 10*time.Millisecond)

	asked.forget()
	gone := time.Now()
	line.cut()
	require.Eventually(t, func() bool { return asked.count() == callers }, patience, 10*time.Millisecond, "everybody hears it again")
	return asked.since(gone)
}

// launch runs a controller of the sample site at these nodes. How it ends is not asked:
// one that reaches nothing cannot end well.
func launch(t testing.TB, instance, address string, nodes []config.Asterisk) *run {
	t.Helper()
	log, err := redis.New(redis.Options{Site: "alone", Address: address, Timeout: 2 * time.Second})
	require.NoError(t, err)
	s := site(t, 0, nodes[0])
	s.Asterisk = nodes
	c, err := node.New(node.Options{
		Site: s, Log: zap.NewNop(), Ledger: log, Instance: instance, Locked: true,
		Load:    func() (*config.Site, []config.Problem) { return s, nil },
		Restore: func([]byte) (*config.Site, error) { return s, nil },
	})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = c.Run(ctx) }()
	r := &run{Controller: c, end: func() { cancel(); <-done; _ = log.Close() }}
	t.Cleanup(r.end)
	return r
}

// prompts notes when the first prompt was asked for on each channel; two nodes have
// channels of one name.
type prompts struct {
	mu    sync.Mutex
	first map[string]time.Time
}

type overheard struct {
	net.Conn
	node int
	by   *prompts
}

func (c overheard) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.by.look(c.node, b[:n])
	return n, err
}

// look finds the line of a request, all of whose bytes but the first come together.
func (p *prompts) look(node int, piece []byte) {
	at := time.Now()
	_, path, is := bytes.Cut(piece, []byte("/ari/channels/"))
	channel, _, plays := bytes.Cut(path, []byte("/play/"))
	if !is || !plays || bytes.ContainsAny(channel, "/ ") {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	name := fmt.Sprint(node, " ", string(channel))
	if _, known := p.first[name]; !known {
		p.first[name] = at
	}
}

func (p *prompts) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.first)
}

func (p *prompts) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.first)
}

func (p *prompts) since(begin time.Time) (all sample) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, at := range p.first {
		all = append(all, at.Sub(begin))
	}
	return all
}

// line is all that a controller reaches, until it is cut as if its process were gone.
type line struct {
	mu   sync.Mutex
	ends []io.Closer
	gone bool
	work sync.WaitGroup
}

// to is an address from which one comes to another.
func (l *line) to(t testing.TB, address string) string {
	t.Helper()
	door, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	l.keep(door)
	l.work.Go(func() {
		for {
			in, err := door.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", address)
			if err != nil {
				_ = in.Close()
				continue
			}
			l.keep(in, out)
			for _, way := range [][2]net.Conn{{in, out}, {out, in}} {
				l.work.Go(func() {
					_, _ = io.Copy(way[1], way[0])
					_, _ = in.Close(), out.Close()
				})
			}
		}
	})
	return door.Addr().String()
}

func (l *line) keep(ends ...io.Closer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.gone {
		for _, end := range ends {
			_ = end.Close()
		}
		return
	}
	l.ends = append(l.ends, ends...)
}

func (l *line) cut() {
	l.mu.Lock()
	l.gone = true
	for _, end := range l.ends {
		_ = end.Close()
	}
	l.mu.Unlock()
	l.work.Wait()
}
