package ari

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"sync"
	"syscall"
	"time"
)

// ErrRefused says that the machine of Asterisk answers, and that nothing listens at
// any of its addresses.
var ErrRefused = errors.New("connection refused")

// knockPatience bounds one Knock: whoever is there answers in milliseconds.
const knockPatience = time.Second

// Knock opens a connection to Asterisk and closes it again, nil if that was possible.
// The error is ErrRefused only if every address of the host has refused: one that
// keeps silent may be Asterisk behind a broken network. It takes a second at most.
func (c *Client) Knock(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, knockPatience)
	defer cancel()
	err := c.knock(ctx)
	if err != nil && !errors.Is(err, ErrRefused) {
		c.unrefused.note(err)
	}
	if err != nil {
		return fmt.Errorf("knock at %s: %w", c.base, err)
	}
	return nil
}

func (c *Client) knock(ctx context.Context) error {
	host, port, err := c.place()
	if err != nil {
		return err
	}
	addresses, err := net.DefaultResolver.LookupHost(ctx, host)
	if err != nil {
		return err
	}
	refused := 0
	for _, address := range addresses {
		var dialer net.Dialer
		conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(address, port))
		switch {
		case err == nil:
			c.unrefused.note(nil)
			return conn.Close()
		case errors.Is(err, syscall.ECONNREFUSED):
			refused++
		case !nowhere(address, err):
			return err
		}
	}
	if refused == 0 {
		return errors.New("no address can be reached from here")
	}
	return ErrRefused
}

// nowhere: this machine has no IPv6, though a name such as localhost leads there, too.
func nowhere(address string, err error) bool {
	ip := net.ParseIP(address)
	return ip != nil && ip.To4() == nil &&
		(errors.Is(err, syscall.EADDRNOTAVAIL) || errors.Is(err, syscall.ENETUNREACH) || errors.Is(err, syscall.EAFNOSUPPORT))
}

// place is the host and port of the base address.
func (c *Client) place() (host, port string, err error) {
	u, err := url.Parse(c.base)
	if err != nil {
		return "", "", err
	}
	if port = u.Port(); port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return u.Hostname(), port, nil
}

// Unrefused returns when Asterisk last gave a sign of any kind, or a try to reach it
// last came to anything but a refused connection: an answer, whatever it said, an
// event, a time-out, a connection that broke. It is the zero time if nothing did.
func (c *Client) Unrefused() time.Time { return c.unrefused.last() }

// unrefused notes what is no sign that nothing listens.
type unrefused struct {
	mu sync.Mutex
	at time.Time
}

// note takes what came of a try; err is nil for any answer. A refusal says nothing here,
// and neither does a try that we gave up.
func (u *unrefused) note(err error) {
	if errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, context.Canceled) {
		return
	}
	now := time.Now()
	u.mu.Lock()
	defer u.mu.Unlock()
	u.at = now
}

func (u *unrefused) last() time.Time {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.at
}
