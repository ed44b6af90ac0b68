package ari

import (
	"context"
	"io"
	"time"
)

// maxFiles is how many files are read of one Asterisk at a time; further ones wait the time
// of a request. Each takes a thread of its web server for as long as the reader wants.
const maxFiles = 4

// stream is an answer that may be long. Asterisk has the time of a request for each part
// that is read, and whoever reads takes what time he wants.
type stream struct {
	body   io.ReadCloser
	ctx    context.Context // ends with cancel, and says why
	cancel context.CancelCauseFunc
	late   *time.Timer
	wait   time.Duration
}

// open sends r and returns the body of the answer as it comes.
func (c *Client) open(ctx context.Context, r request) (io.ReadCloser, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	late := time.AfterFunc(c.opts.RequestTimeout, func() { cancel(context.DeadlineExceeded) })
	start := time.Now()
	response, err := c.send(ctx, c.files, r)
	late.Stop()
	c.measure(r, start, err)
	if err != nil {
		cancel(nil)
		return nil, err
	}
	return &stream{body: response.Body, ctx: ctx, cancel: cancel, late: late, wait: c.opts.RequestTimeout}, nil
}

// Read fails with context.DeadlineExceeded if nothing came for the time of a request, and
// with io.ErrUnexpectedEOF if Asterisk sent less than it had announced.
func (s *stream) Read(p []byte) (int, error) {
	s.late.Reset(s.wait)
	n, err := s.body.Read(p)
	s.late.Stop()
	if err != nil && err != io.EOF {
		err = cause(s.ctx, err)
	}
	return n, err
}

func (s *stream) Close() error {
	s.late.Stop()
	s.cancel(nil)
	return s.body.Close()
}
