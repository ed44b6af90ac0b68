package redis

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/guichet/guichet/internal/ledger"
)

// Read implements ledger.Log.
func (l *Log) Read(ctx context.Context, after ledger.ID, count int, wait time.Duration) ([]ledger.Entry, error) {
	read := l.waitFor
	if wait <= 0 {
		read = l.readNow
	}
	messages, err := read(ctx, after, count, wait)
	if err != nil {
		return nil, fmt.Errorf("read the ledger in redis after %s: %w", after, err)
	}
	return l.readEntries(messages)
}

func (l *Log) readNow(ctx context.Context, after ledger.ID, count int, _ time.Duration) ([]goredis.XMessage, error) {
	ctx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	return l.client.XRangeN(ctx, ledgerKey(l.site), "("+after.String(), "+", int64(count)).Result()
}

// waitFor reads with XREAD BLOCK. go-redis does not notice a cancelled context
// while it waits for a reply (v9.23), and adds ten seconds to a blocking wait:
// when the context ends, or the time is over, the socket is closed under it.
func (l *Log) waitFor(ctx context.Context, after ledger.ID, count int, wait time.Duration) ([]goredis.XMessage, error) {
	l.tailing.Lock()
	defer l.tailing.Unlock()
	waiting, cancel := context.WithTimeout(ctx, wait+l.timeout)
	defer cancel()
	l.sockets.mend()
	cut := make(chan struct{})
	stop := context.AfterFunc(waiting, func() { defer close(cut); l.sockets.cut() })
	defer func() {
		if !stop() {
			<-cut // or it would cut the next read
		}
	}()

	streams, err := l.block(waiting, after, count, wait)
	for errors.Is(err, net.ErrClosed) && waiting.Err() == nil {
		// The pool had kept a socket that was cut with an earlier read. Reading
		// twice harms nobody, and each try removes one.
		streams, err = l.block(waiting, after, count, wait)
	}
	switch {
	case errors.Is(err, goredis.Nil):
		return nil, nil
	case err != nil && waiting.Err() != nil:
		return nil, waiting.Err()
	case err != nil:
		return nil, err
	}
	return streams[0].Messages, nil
}

func (l *Log) block(ctx context.Context, after ledger.ID, count int, wait time.Duration) ([]goredis.XStream, error) {
	return l.tail.XRead(ctx, &goredis.XReadArgs{
		Streams: []string{ledgerKey(l.site), after.String()},
		Count:   int64(count),
		Block:   max(wait, time.Millisecond), // less is 0 for Redis: for ever
	}).Result()
}

// At implements ledger.Log.
func (l *Log) At(ctx context.Context, id ledger.ID) (ledger.Entry, bool, error) {
	ctx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	messages, err := l.client.XRangeN(ctx, ledgerKey(l.site), id.String(), id.String(), 1).Result()
	if err != nil {
		return ledger.Entry{}, false, fmt.Errorf("read ledger entry %s in redis: %w", id, err)
	}
	entries, err := l.readEntries(messages)
	if err != nil || len(entries) == 0 {
		return ledger.Entry{}, false, err
	}
	return entries[0], true, nil
}

// Now implements ledger.Log.
func (l *Log) Now(ctx context.Context) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	now, err := l.client.Time(ctx).Result()
	if err != nil {
		return time.Time{}, fmt.Errorf("ask redis for its time: %w", err)
	}
	return now, nil
}

// sockets are the open connections of the tail. Cutting them ends a wait at once.
type sockets struct {
	mu      sync.Mutex
	severed bool
	open    map[*socket]struct{}
}

type socket struct {
	net.Conn
	of *sockets
}

func (s *sockets) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := plainDial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == nil {
		s.open = map[*socket]struct{}{}
	}
	opened := &socket{Conn: conn, of: s}
	s.open[opened] = struct{}{}
	return opened, nil
}

// cut closes all sockets; those dialled afterwards read nothing until mend.
func (s *sockets) cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.severed = true
	for socket := range s.open {
		socket.Conn.Close()
	}
}

func (s *sockets) mend() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.severed = false
}

// Read fails when the sockets were cut before it; a cut during it closes it.
func (s *socket) Read(into []byte) (int, error) {
	s.of.mu.Lock()
	severed := s.of.severed
	s.of.mu.Unlock()
	if severed {
		return 0, net.ErrClosed
	}
	return s.Conn.Read(into)
}

// Close forgets the socket.
func (s *socket) Close() error {
	s.of.mu.Lock()
	delete(s.of.open, s)
	s.of.mu.Unlock()
	return s.Conn.Close()
}
