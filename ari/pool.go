package ari

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptrace"
	"slices"
	"sync"
	"syscall"
	"time"
)

// pool has the kept connections to one Asterisk, for requests whose answers are short. Whoever
// sends a request writes it and reads its answer on its own goroutine. The transport of
// net/http hands both to goroutines of the connection: on a quiet machine each of these hands
// wakes a thread, which takes longer than the request itself, while a phone is to ring.
//
// Requests and answers are encoded by net/http, and what is repeated, handed over and closed
// follows its transport. Of a server such as Asterisk's it expects no answer of status 1xx.
type pool struct {
	dial  func(ctx context.Context, network, address string) (net.Conn, error)
	turns chan struct{} // a token for each request under way, and so for each connection in use

	mu      sync.Mutex
	idle    []*kept    // the one used last at the end
	dialing []*dialing // the one that has waited longest first
	tidy    *time.Timer
	closing bool // what is given back is closed, until the next request
}

// kept is a connection; one request has it at a time.
type kept struct {
	net.Conn
	limit *io.LimitedReader // of the head of an answer
	in    *bufio.Reader
	out   *bufio.Writer
	since time.Time // idle since then
}

// dialing is a request that opens a connection. One that is given back meanwhile spares it
// that: the queue in which Asterisk accepts connections is short, and who does not fit into it
// tries again after a second.
type dialing struct {
	stop  context.CancelFunc
	given *kept
}

// maxHead bounds status and headers of an answer, in bytes; Asterisk's have some hundred.
const maxHead = 1 << 20

func newPool(maxConns int, dial func(context.Context, string, string) (net.Conn, error)) *pool {
	return &pool{dial: dial, turns: make(chan struct{}, maxConns)}
}

// RoundTrip sends a request and returns the answer, whose connection is kept once it was read
// to its end. A request on a kept connection that turns out to be closed is sent again if
// nothing of it was sent, or if it may be done twice and nothing of an answer came. An error
// before httptrace's GotConn means that nothing was sent.
func (p *pool) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != "http" {
		return nil, fmt.Errorf("%s is not for connections in clear", r.URL.Redacted())
	}
	if err := p.begin(r.Context()); err != nil {
		return nil, err
	}
	answer, err := p.send(r)
	if err != nil {
		<-p.turns
	}
	return answer, err // whoever ends the body ends the turn
}

// begin waits for a turn.
func (p *pool) begin(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	p.mu.Lock()
	p.closing = false
	p.mu.Unlock()
	select {
	case p.turns <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (p *pool) send(r *http.Request) (*http.Response, error) {
	for {
		c, again, err := p.get(r)
		if err != nil {
			return nil, err
		}
		answer, heard, err := p.exchange(c, r, again)
		switch {
		case err == nil:
			return answer, nil
		case r.Context().Err() != nil:
			return nil, context.Cause(r.Context())
		case !again, heard == inPart, heard == perhaps && !repeatable(r):
			return nil, err
		}
		if r.GetBody != nil {
			if r.Body, err = r.GetBody(); err != nil {
				return nil, err
			}
		}
	}
}

// hearing is what the other side knows of a request that failed.
type hearing int

const (
	unsent  hearing = iota
	perhaps         // something was written
	inPart          // and something of an answer has come
)

// repeatable reports whether a request may be done twice, by the marks that net/http knows.
func repeatable(r *http.Request) bool {
	_, marked := r.Header["Idempotency-Key"]
	return marked || r.Method == http.MethodGet
}

// get returns a kept connection, or opens one, unless another request gives one back meanwhile.
func (p *pool) get(r *http.Request) (c *kept, again bool, err error) {
	ctx, stop := context.WithCancel(r.Context())
	defer stop()
	d := &dialing{stop: stop}
	if c = p.takeOrWait(d); c != nil {
		return c, true, nil
	}
	address := r.URL.Host
	if r.URL.Port() == "" {
		address = net.JoinHostPort(r.URL.Hostname(), "80")
	}
	conn, err := p.dial(ctx, "tcp", address)
	if err == nil {
		limit := &io.LimitedReader{R: conn}
		c = &kept{Conn: conn, limit: limit, in: bufio.NewReader(limit), out: bufio.NewWriter(conn)}
	}
	given := p.waitsNoMore(d)
	if r.Context().Err() != nil { // nothing is sent any more
		err = context.Cause(r.Context())
		p.put(c)
		p.put(given)
		return nil, false, err
	}
	if given != nil {
		p.put(c) // both came
		return given, true, nil
	}
	return c, false, err
}

// takeOrWait returns a kept connection that the other side has left open. If there is none,
// the next that is given back is for d.
func (p *pool) takeOrWait(d *dialing) *kept {
	for {
		c := p.lastOrWait(d)
		if c == nil || c.alive() {
			return c
		}
		_ = c.Close()
	}
}

func (p *pool) lastOrWait(d *dialing) *kept {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.idle)
	if n == 0 {
		p.dialing = append(p.dialing, d)
		return nil
	}
	c := p.idle[n-1]
	p.idle = p.idle[:n-1]
	return c
}

func (p *pool) waitsNoMore(d *dialing) (given *kept) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dialing = slices.DeleteFunc(p.dialing, func(other *dialing) bool { return other == d })
	return d.given
}

// exchange sends the request and reads the head of its answer. After an error the connection
// is closed.
func (p *pool) exchange(c *kept, r *http.Request, again bool) (*http.Response, hearing, error) {
	if trace := httptrace.ContextClientTrace(r.Context()); trace != nil && trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{Conn: c.Conn, Reused: again})
	}
	inTime := context.AfterFunc(r.Context(), func() { _ = c.SetDeadline(time.Unix(1, 0)) })
	answer, heard, err := c.ask(r)
	if err != nil {
		inTime()
		_ = c.Close()
		return nil, heard, err
	}
	b := &body{ReadCloser: answer.Body, pool: p, conn: c, inTime: inTime, last: answer.Close}
	if answer.Body = b; answer.ContentLength == 0 {
		b.end(true)
	}
	return answer, heard, nil
}

func (c *kept) ask(r *http.Request) (answer *http.Response, heard hearing, err error) {
	written := counted{to: c.Conn}
	c.out.Reset(&written)
	c.limit.N = maxHead
	if err = r.Write(c.out); err == nil {
		err = c.out.Flush()
	}
	if err == nil {
		answer, err = http.ReadResponse(c.in, r)
	}
	if err == nil && answer.StatusCode < http.StatusOK {
		err = fmt.Errorf("answer of status %d before the answer", answer.StatusCode)
	}
	switch {
	case c.limit.N < maxHead:
		heard = inPart
	case written.n > 0:
		heard = perhaps
	}
	c.limit.N = math.MaxInt64
	return answer, heard, err
}

// counted counts what was written.
type counted struct {
	to io.Writer
	n  int
}

func (w *counted) Write(b []byte) (int, error) {
	n, err := w.to.Write(b)
	w.n += n
	return n, err
}

// body is that of an answer.
type body struct {
	io.ReadCloser
	pool   *pool
	conn   *kept
	inTime func() bool
	last   bool // Asterisk closes the connection after it
	once   sync.Once
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		b.end(errors.Is(err, io.EOF))
	}
	return n, err
}

// Close gives up the connection, unless the end was read before: not only as many bytes as
// there are, but that there are no more.
func (b *body) Close() error {
	b.end(false)
	return nil
}

// end gives the connection back, or closes it unless the answer was read whole and in time.
func (b *body) end(whole bool) {
	b.once.Do(func() {
		if b.inTime() && whole && !b.last && b.conn.in.Buffered() == 0 {
			b.pool.put(b.conn)
		} else {
			_ = b.conn.Close()
		}
		<-b.pool.turns
	})
}

// alive reports whether nothing has come since the last answer: neither the end of the
// connection nor what nobody asked for.
func (c *kept) alive() bool {
	plain, is := c.Conn.(syscall.Conn)
	if !is {
		return true
	}
	raw, err := plain.SyscallConn()
	if err != nil {
		return false
	}
	quiet := false
	err = raw.Read(func(fd uintptr) bool {
		var b [1]byte
		_, _, err := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		quiet = errors.Is(err, syscall.EAGAIN)
		return true
	})
	return err == nil && quiet
}

// put takes a connection back, if there is one, for who waits for one or for later.
func (p *pool) put(c *kept) {
	if c == nil {
		return
	}
	c.since = time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case len(p.dialing) > 0:
		d := p.dialing[0]
		p.dialing = p.dialing[1:]
		d.given = c
		d.stop()
		return
	case p.closing, len(p.idle) == maxIdleConns:
		_ = c.Close()
		return
	}
	p.idle = append(p.idle, c)
	if p.tidy == nil {
		p.tidy = time.AfterFunc(idleTimeout, p.closeOld)
	}
}

// closeOld closes what was not needed for long.
func (p *pool) closeOld() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tidy = nil
	for len(p.idle) > 0 {
		left := idleTimeout - time.Since(p.idle[0].since)
		if left > 0 {
			p.tidy = time.AfterFunc(left, p.closeOld)
			return
		}
		_ = p.idle[0].Close()
		p.idle = p.idle[1:]
	}
}

// CloseIdleConnections closes what no request has, and what those under way give back.
func (p *pool) CloseIdleConnections() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closing = true
	if p.tidy != nil {
		p.tidy.Stop()
		p.tidy = nil
	}
	for _, c := range p.idle {
		_ = c.Close()
	}
	p.idle = nil
}
