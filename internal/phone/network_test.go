package phone

import (
	"bytes"
	"net"
	"net/netip"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// badNetwork is a socket that loses what a test tells it to lose.
type badNetwork struct {
	net.PacketConn
	mu    sync.Mutex
	lose  func(sent []byte) bool
	isCut bool
}

func (b *badNetwork) WriteTo(p []byte, to net.Addr) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.isCut || b.lose != nil && b.lose(p) {
		return len(p), nil
	}
	return b.PacketConn.WriteTo(p, to)
}

func (b *badNetwork) ReadFrom(p []byte) (int, net.Addr, error) {
	for {
		n, from, err := b.PacketConn.ReadFrom(p)
		b.mu.Lock()
		cut := b.isCut
		b.mu.Unlock()
		if err != nil || !cut {
			return n, from, err
		}
	}
}

func (b *badNetwork) cut() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.isCut = true
}

// loseFirst loses the first message that begins with start and has all parts.
func loseFirst(start string, parts ...string) func([]byte) bool {
	lost := false
	return func(sent []byte) bool {
		match := !lost && bytes.HasPrefix(sent, []byte(start))
		for _, part := range parts {
			match = match && bytes.Contains(sent, []byte(part))
		}
		lost = lost || match
		return match
	}
}

func openOnBadNetwork(t *testing.T, ip string, options Options, lose func([]byte) bool) (*Exchange, *badNetwork) {
	t.Helper()
	conn, err := net.ListenPacket("udp4", ip+":0")
	require.NoError(t, err)
	bad := &badNetwork{PacketConn: conn, lose: lose}
	options.LocalIP = ip
	x := openOn(bad, netip.MustParseAddr(ip), options)
	t.Cleanup(func() { require.NoError(t, x.Close()) })
	return x, bad
}

// newLossyLine loses what each side's function says of what that side sends.
func newLossyLine(t *testing.T, b Behaviour, callerLoses, agentLoses func([]byte) bool) *line {
	t.Helper()
	t.Parallel()
	l := &line{t: t, ctx: within(t)}
	l.callers, _ = openOnBadNetwork(t, "127.0.0.2", Options{}, callerLoses)
	l.agents, _ = openOnBadNetwork(t, "127.0.0.3", Options{}, agentLoses)
	var err error
	l.phone, err = l.agents.Plug(Account{User: "1001"}, b)
	require.NoError(t, err)
	return l
}
