package backend

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/ivr"
)

// desk is one back-end: its own connections, and a bound on what is under way.
type desk struct {
	backend config.Backend
	origin  string
	http    *http.Client
	slots   chan struct{}
	breaker breaker
}

const (
	maxHeaderBytes = 32 << 10
	maxRedirects   = 3
	// dialTime bounds a connection that is made for whoever asked first and may be
	// used by the next.
	dialTime = 5 * time.Second
	idleTime = time.Minute
	// leftover is how much is read of an answer that nobody wants, so that its
	// connection can be used again.
	leftover = 8 << 10
)

func newDesk(closing context.Context, b config.Backend) (*desk, error) {
	trusted, err := authorities(b.CA)
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(b.URL)
	if err != nil {
		return nil, errors.New("the address of the back-end cannot be read")
	}
	d := &desk{backend: b, origin: originOf(u), slots: make(chan struct{}, max(b.AtOnce, 1))}
	dialer := net.Dialer{Timeout: dialTime, Resolver: &net.Resolver{PreferGo: true}}
	d.http = &http.Client{CheckRedirect: d.redirect, Transport: &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			defer context.AfterFunc(closing, cancel)()
			return dialer.DialContext(ctx, network, address)
		},
		TLSClientConfig:        &tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2:      true,
		DisableCompression:     true, // a small answer must not become a large one
		MaxIdleConnsPerHost:    cap(d.slots),
		MaxResponseHeaderBytes: maxHeaderBytes,
		IdleConnTimeout:        idleTime,
		TLSHandshakeTimeout:    dialTime,
	}}
	return d, nil
}

func authorities(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the certificate authority of the back-end: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("the certificate authority %s holds no certificate", file)
	}
	return pool, nil
}

func originOf(u *url.URL) string { return strings.ToLower(u.Scheme + "://" + u.Host) }

// redirect follows what only reads, to the same host or to those that the site
// names; others get the status as it is. No secret and no address asked for before
// goes to another host.
func (d *desk) redirect(next *http.Request, before []*http.Request) error {
	origin := originOf(next.URL)
	reads := next.Method == http.MethodGet || next.Method == http.MethodHead
	wanted := before[0].Method == next.Method
	if !reads || !wanted || len(before) > maxRedirects || origin != d.origin && !slices.Contains(d.backend.RedirectTo, origin) {
		return http.ErrUseLastResponse
	}
	next.Header.Del("Referer")
	if origin != d.origin {
		for _, h := range d.backend.Headers {
			next.Header.Del(h.Name)
		}
	}
	return nil
}

// attempt asks once. The error says why there is no answer, without what was asked
// for.
func (d *desk) attempt(ctx context.Context, f ivr.Fetch) (ivr.Fetched, error) {
	ctx, cancel := context.WithTimeout(ctx, f.Timeout)
	defer cancel()
	select {
	case d.slots <- struct{}{}:
		defer func() { <-d.slots }()
	case <-ctx.Done():
		return ivr.Fetched{Failure: ivr.Busy}, errors.New("as many requests as it may have are under way")
	}
	request, err := d.request(ctx, f)
	if err != nil {
		return ivr.Fetched{Failure: ivr.Unreachable}, err
	}
	answer, err := d.http.Do(request)
	if err != nil {
		return failed(ctx, err)
	}
	defer answer.Body.Close()
	a := ivr.Fetched{Status: answer.StatusCode}
	if a.Status/100 != 2 {
		_, _ = io.CopyN(io.Discard, answer.Body, leftover)
		return a, nil
	}
	a.Body, err = io.ReadAll(io.LimitReader(answer.Body, int64(f.MaxAnswer)+1))
	switch {
	case err != nil:
		return failed(ctx, err)
	case len(a.Body) > f.MaxAnswer:
		return ivr.Fetched{Failure: ivr.TooLarge}, fmt.Errorf("the answer has more than %d bytes", f.MaxAnswer)
	}
	return a, nil
}

func (d *desk) request(ctx context.Context, f ivr.Fetch) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, f.Method, d.backend.URL+f.Path, bytes.NewReader(f.Body))
	if err != nil {
		return nil, errors.New("the address asked for cannot be read")
	}
	request.Header.Set("User-Agent", "guichet")
	request.Header.Set("Accept", "application/json")
	for _, h := range d.backend.Headers {
		value, err := h.Value.Read()
		if err != nil {
			return nil, fmt.Errorf("header %s: %w", h.Name, err)
		}
		request.Header.Set(h.Name, value)
	}
	for _, h := range f.Headers {
		request.Header.Set(h.Name, h.Value)
	}
	return request, nil
}

// failed tells a time-out from a connection that broke. What is told of it leaves
// out the address asked for, in which values of a call stand.
func failed(ctx context.Context, err error) (ivr.Fetched, error) {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	if ctx.Err() != nil {
		return ivr.Fetched{Failure: ivr.TimedOutThere}, ctx.Err()
	}
	var wire *net.OpError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &wire), errors.As(err, &certificate), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return ivr.Fetched{Failure: ivr.Unreachable}, err
	}
	return ivr.Fetched{Failure: ivr.Unreachable}, fmt.Errorf("the answer is not HTTP, or has more than %d bytes of headers", maxHeaderBytes)
}
