package ari

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

const (
	maxIdleConns = 32
	// Asterisk closes an idle connection after session_keep_alive, 15 s by
	// default; leaving first avoids writing into a connection being closed.
	idleTimeout = 12 * time.Second
	maxAnswer   = 32 << 20 // a listing of 30,000 channels
	maxRefusal  = 4 << 10
)

// through returns a client with connections of its own. It follows no proxy
// and no redirection: Asterisk is a neighbour.
func through(t http.RoundTripper) *http.Client {
	return &http.Client{
		Transport:     t,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// dialer opens connections to Asterisk.
func dialer() *net.Dialer { return &net.Dialer{Timeout: time.Second, KeepAlive: 5 * time.Second} }

// transport is that of net/http, for what is encrypted or long.
func transport(maxConns int) *http.Transport {
	return &http.Transport{
		DialContext:         dialer().DialContext,
		MaxConnsPerHost:     maxConns,
		MaxIdleConns:        maxIdleConns,
		MaxIdleConnsPerHost: maxIdleConns,
		IdleConnTimeout:     idleTimeout,
		DisableCompression:  true,
	}
}

// short is for requests whose answers are short.
func short(base string, maxConns int) *http.Client {
	if strings.HasPrefix(base, "https:") {
		return through(transport(maxConns))
	}
	return through(newPool(maxConns, dialer().DialContext))
}

// request is one call of the interface.
type request struct {
	op     string // resource.operation, a closed set: it labels metrics
	id     string // what it is about, for errors
	method string
	path   []string   // segments below the base, unescaped
	query  url.Values // kept short: Asterisk 22 cuts a request line at 4096 bytes
	body   any        // parameters as JSON, the place for anything long; nil for none
	// again marks what may be done twice without harm, as GET and DELETE always
	// may. It is then sent once more if a kept connection was closed under it.
	again bool
	// apart marks what has a connection of its own, and so waits behind no other.
	apart bool
}

// call sends r and decodes the answer into answer unless that is nil.
func (c *Client) call(ctx context.Context, r request, answer any) error {
	ctx, cancel := context.WithTimeout(ctx, c.opts.RequestTimeout)
	defer cancel()
	start := time.Now()
	err := c.exchange(ctx, r, answer)
	c.measure(r, start, err)
	return err
}

func (c *Client) measure(r request, start time.Time, err error) {
	c.counts.requests.Add(1)
	if err != nil {
		c.counts.requestErrors.Add(1)
	}
	if errors.Is(err, ErrAmbiguous) {
		c.counts.ambiguous.Add(1)
	}
	if observe := c.opts.Observer.OnRequest; observe != nil {
		observe(r.op, time.Since(start), err)
	}
}

// exchange sends r and reads its answer.
func (c *Client) exchange(ctx context.Context, r request, answer any) error {
	pool := c.http
	if r.apart {
		pool = c.apart
	}
	response, err := c.send(ctx, pool, r)
	if err != nil {
		return err
	}
	defer drain(response.Body)
	if answer == nil {
		return nil
	}
	if file, is := answer.(*[]byte); is {
		err = raw(response.Body, file)
	} else {
		var body []byte
		if body, err = io.ReadAll(io.LimitReader(response.Body, maxAnswer)); err == nil {
			if err := json.Unmarshal(body, answer); err != nil {
				return &Error{Op: r.name(), Status: response.StatusCode, Err: fmt.Errorf("answer is not what was asked for: %w", err)}
			}
		}
	}
	if err != nil {
		return &Error{Op: r.name(), Err: cause(ctx, err), ambiguous: true}
	}
	return nil
}

// send sends r and returns the answer that grants it. From the moment a connection is at
// hand the request may reach Asterisk, so any loss after that is ambiguous.
func (c *Client) send(ctx context.Context, pool *http.Client, r request) (*http.Response, error) {
	var connected atomic.Bool
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }}
	sent, err := c.build(httptrace.WithClientTrace(ctx, trace), r)
	if err != nil {
		return nil, &Error{Op: r.name(), Err: err}
	}
	response, err := pool.Do(sent)
	c.unrefused.note(err)
	if err != nil {
		return nil, &Error{Op: r.name(), Err: cause(ctx, err), ambiguous: connected.Load()}
	}
	if response.StatusCode >= 300 {
		defer drain(response.Body)
		return nil, refusal(r, response)
	}
	return response, nil
}

func (c *Client) build(ctx context.Context, r request) (*http.Request, error) {
	var body io.Reader
	if r.body != nil {
		text, err := json.Marshal(r.body)
		if err != nil {
			return nil, fmt.Errorf("encode parameters: %w", err)
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, r.method, c.address(r), body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", c.authorization())
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if r.again || r.method == http.MethodDelete {
		// An empty, never sent key tells net/http that it may repeat the
		// request after a kept connection broke before any answer.
		req.Header["Idempotency-Key"] = nil
	}
	return req, nil
}

// address escapes with care: Asterisk decodes a plus in a path as a space.
func (c *Client) address(r request) string {
	var b strings.Builder
	b.WriteString(c.base)
	for _, segment := range r.path {
		b.WriteByte('/')
		b.WriteString(strings.ReplaceAll(url.PathEscape(segment), "+", "%2B"))
	}
	if len(r.query) > 0 {
		b.WriteByte('?')
		b.WriteString(r.query.Encode())
	}
	return b.String()
}

func (r request) name() string {
	if r.id == "" {
		return r.op
	}
	return r.op + " " + r.id
}

// cause prefers the reason the context ended over net/http's wording, and
// strips the URL, which an error of the pool repeats.
func cause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}

// refusal reads Asterisk's reason, which is {"message": …} for ARI itself and
// HTML for its web server.
func refusal(r request, response *http.Response) error {
	text, _ := io.ReadAll(io.LimitReader(response.Body, maxRefusal)) // a reason cut short is still one
	var reason struct{ Message, Error string }
	if json.Unmarshal(text, &reason) != nil {
		reason.Message = http.StatusText(response.StatusCode)
	}
	if reason.Message == "" {
		reason.Message = reason.Error
	}
	return &Error{Op: r.name(), Status: response.StatusCode, Message: reason.Message}
}

// drain reads what is left, so that the connection can be used again.
func drain(body io.ReadCloser) {
	_, _ = io.CopyN(io.Discard, body, maxRefusal)
	_ = body.Close()
}
