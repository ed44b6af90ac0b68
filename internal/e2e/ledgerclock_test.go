package e2e

import (
	"bytes"
	"net"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/lab"
)

// ledgerClock stands between a controller and its Redis and answers TIME as if it were later.
// Site time is anchored to the clock of Redis when a controller starts, and a later step is not
// followed: so a controller that is started again after pass takes it that this time has
// passed while nobody was there. Nothing of guichet knows of it, and everything else that is
// said to Redis goes through as it is.
type ledgerClock struct {
	redis    string
	listener net.Listener
	relays   sync.WaitGroup

	mu    sync.Mutex
	later time.Duration
	conns []net.Conn
}

// before is the detour of a stage.
func (c *ledgerClock) before(t *testing.T) func(*lab.Lab) ([]string, error) {
	return func(l *lab.Lab) (env []string, err error) {
		if c.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			return nil, err
		}
		c.redis = l.Redis.Addr()
		c.relays.Go(c.accept)
		t.Cleanup(c.close)
		return []string{"GUICHET_REDIS=" + c.listener.Addr().String()}, nil
	}
}

// pass has it be so much later from now on.
func (c *ledgerClock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.later += d
}

func (c *ledgerClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.later)
}

func (c *ledgerClock) close() {
	_ = c.listener.Close()
	c.mu.Lock()
	for _, conn := range c.conns {
		_ = conn.Close()
	}
	c.mu.Unlock()
	c.relays.Wait()
}

func (c *ledgerClock) accept() {
	for {
		client, err := c.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", c.redis)
		if err != nil {
			_ = client.Close()
			continue
		}
		c.mu.Lock()
		c.conns = append(c.conns, client, server)
		c.mu.Unlock()
		asked := make(chan struct{}, 1)
		c.relays.Go(func() { c.relay(client, server, func(text []byte) { c.asks(text, asked) }) })
		c.relays.Go(func() { c.relay(server, client, func(text []byte) { c.answers(text, asked) }) })
	}
}

// relay passes on what comes, and ends both ends.
func (c *ledgerClock) relay(from, to net.Conn, seen func([]byte)) {
	defer from.Close()
	defer to.Close()
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		seen(buffer[:n])
		if _, failed := to.Write(buffer[:n]); err != nil || failed != nil {
			return
		}
	}
}

// asks notes that the time was asked for: a command that is sent alone, as go-redis does.
func (c *ledgerClock) asks(text []byte, asked chan<- struct{}) {
	if bytes.EqualFold(text, []byte("*1\r\n$4\r\ntime\r\n")) {
		select {
		case asked <- struct{}{}:
		default:
		}
	}
}

// answers puts the time right, whose seconds have ten digits in our days.
func (c *ledgerClock) answers(text []byte, asked <-chan struct{}) {
	head := []byte("*2\r\n$10\r\n")
	if !bytes.HasPrefix(text, head) || len(text) < len(head)+10 {
		return
	}
	select {
	case <-asked:
	default:
		return
	}
	seconds := text[len(head) : len(head)+10]
	if at, err := strconv.ParseInt(string(seconds), 10, 64); err == nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		copy(seconds, strconv.FormatInt(at+int64(c.later/time.Second), 10))
	}
}

func TestTheLedgerClockAnswersTimeAndNothingElse(t *testing.T) {
	t.Parallel()
	c := &ledgerClock{later: time.Hour}
	answer := []byte("*2\r\n$10\r\n1764323999\r\n$6\r\n123456\r\n")
	asked := make(chan struct{}, 1)
	untouched := bytes.Clone(answer)
	c.answers(answer, asked)
	assert.Equal(t, untouched, answer, "nobody asked")
	c.asks([]byte("*1\r\n$4\r\ntime\r\n"), asked)
	c.answers(answer, asked)
	require.Equal(t, "*2\r\n$10\r\n1764327599\r\n$6\r\n123456\r\n", string(answer))
}
