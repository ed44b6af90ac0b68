package api

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"
)

// door is an address at which a server answers. The first one is for programs and
// people of this machine, and needs no account, as far as it did before there were
// any. At the other one everybody signs in: it is for browsers elsewhere.
type door struct {
	// people: everybody signs in here.
	people bool
	// encrypted: what people send here is, by us or by a proxy.
	encrypted bool
	// proxied: something in front passes requests on, and says from where.
	proxied bool
	// open: the network reaches this door, and nothing encrypts.
	open bool
}

type doorKey struct{}

// through is the door by which a request came. A request that came by none, as in a
// test, is from here.
func through(r *http.Request) door {
	d, _ := r.Context().Value(doorKey{}).(door)
	return d
}

func (d door) handle(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if d.encrypted {
			w.Header().Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), doorKey{}, d)))
	})
}

// Door is an address at which people sign in from elsewhere.
type Door struct {
	// Certificate and Key are files in PEM; they are read again when they change.
	Certificate, Key string
	// Proxy is the address that people use, if something in front encrypts.
	Proxy string
}

// ServePeople answers on the listener those who sign in, until ctx ends. It is called
// once, beside Serve. The error of a certificate that cannot be used comes at once.
func (s *Server) ServePeople(ctx context.Context, l net.Listener, d Door) error {
	handler := door{people: true, encrypted: true, proxied: d.Proxy != ""}.handle(s.handler)
	if d.Proxy != "" {
		proxy, err := url.Parse(d.Proxy)
		if err != nil {
			return fmt.Errorf("serve people behind %s: %w", d.Proxy, err)
		}
		return s.serve(ctx, l, s.forHere(l.Addr(), handler, strings.ToLower(proxy.Hostname())))
	}
	c := &certificate{file: d.Certificate, key: d.Key}
	if _, err := c.get(nil); err != nil {
		return err
	}
	return s.serve(ctx, tls.NewListener(l, &tls.Config{
		MinVersion: tls.VersionTLS12, GetCertificate: c.get, NextProtos: []string{"h2", "http/1.1"},
	}), handler)
}

// certificate is read anew when its file has changed: it is renewed while people talk.
type certificate struct {
	file, key string

	mu   sync.Mutex
	of   time.Time
	pair *tls.Certificate
}

func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	info, err := os.Stat(c.file)
	if err == nil && c.pair != nil && info.ModTime().Equal(c.of) {
		return c.pair, nil
	}
	pair, also := tls.LoadX509KeyPair(c.file, c.key)
	switch {
	case err == nil && also == nil:
		c.pair, c.of = &pair, info.ModTime()
	case c.pair == nil:
		return nil, fmt.Errorf("use the certificate %s with the key %s: %w; give files in PEM that belong together at http.people.tls", c.file, c.key, also)
	}
	return c.pair, nil // half renewed: the one before still proves who we are
}
