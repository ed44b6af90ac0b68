package config

import (
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/guichet/guichet/ivr"
)

// backendYAML is a server that menus ask. What is secret about it stands here, and
// never in a tree.
type backendYAML struct {
	// URL is its address, http or https; the path of a node follows it.
	URL value[string] `yaml:"url,required"`
	// Headers are sent with each request: a text, or {file: …} or {env: …} for what is
	// secret.
	Headers table[secretYAML] `yaml:"headers"`
	// CA is the file of the authority that signed the server's certificate; by default
	// those that this machine trusts.
	CA value[string] `yaml:"ca"`
	// Timeout of each attempt where a node says nothing else, 2s by default.
	Timeout value[time.Duration] `yaml:"timeout"`
	// AtOnce is how many requests may be under way at the same time, 20 by default, 500
	// at most. Further ones wait within their own time-out.
	AtOnce value[int] `yaml:"at_once"`
	// RedirectTo are other addresses, scheme and host, to which it may send us on; by
	// default none. The headers above are not sent there.
	RedirectTo list[value[string]] `yaml:"redirect_to"`
}

// Backend is a server that menus ask.
type Backend struct {
	// Name is that of the site, or the address itself where a tree gives one.
	Name, URL string
	Headers   []BackendHeader
	// CA is a file; empty for the authorities that the machine trusts.
	CA      string
	Timeout time.Duration
	// AtOnce bounds the requests under way.
	AtOnce int
	// RedirectTo are further origins that a redirect may lead to.
	RedirectTo []string
}

// BackendHeader is sent with each request to a back-end.
type BackendHeader struct {
	Name  string
	Value Secret
}

// The times and bounds of a back-end that says nothing else.
const (
	backendTimeout = 2 * time.Second
	backendAtOnce  = 20
)

func (b *builder) buildBackends(written table[backendYAML]) {
	b.site.Backends = make(map[string]Backend, len(written))
	for _, r := range written {
		b.name(r.key, "a back-end")
		y := r.v
		b.lasts(y.Timeout, 100*time.Millisecond, 30*time.Second)
		b.between(y.AtOnce, 1, 500)
		backend := Backend{
			Name: r.key.v, URL: strings.TrimSuffix(y.URL.v, "/"), Headers: b.backendHeaders(y.Headers), CA: b.authority(y.CA),
			Timeout: y.Timeout.or(backendTimeout), AtOnce: y.AtOnce.or(backendAtOnce),
		}
		if u, err := url.Parse(y.URL.v); y.URL.set && (err != nil || !plainAddress(u) || u.RawQuery != "" || u.Fragment != "" || strings.Contains(y.URL.v, "{")) {
			b.add(y.URL.at, "write it like https://dossiers.example/api, without names, passwords or a query", "%q is not the address of a back-end", y.URL.v)
		}
		for _, v := range y.RedirectTo {
			if u, err := url.Parse(v.v); v.set && (err != nil || !plainAddress(u) || u.Path != "" || u.RawQuery != "") {
				b.add(v.at, "write scheme and host, such as https://autre.example", "%q cannot be redirected to", v.v)
			}
			backend.RedirectTo = append(backend.RedirectTo, strings.ToLower(v.v))
		}
		b.site.Backends[r.key.v] = backend
	}
}

// plainAddress tells an address of http or https with a host and without a user.
func plainAddress(u *url.URL) bool {
	return (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil && portFits(u.Port(), false)
}

// sensitive are words in the name of a header whose value opens something.
var sensitive = []string{"auth", "token", "secret", "key", "password", "cookie"}

func (b *builder) backendHeaders(written table[secretYAML]) []BackendHeader {
	var all []BackendHeader
	for _, r := range written {
		problem, secret := ivr.HeaderFor(r.key.v)
		if problem != "" {
			b.add(r.key.at, "leave it out", "%s", problem)
			continue
		}
		for _, word := range sensitive {
			secret = secret || strings.Contains(strings.ToLower(r.key.v), word)
		}
		all = append(all, BackendHeader{Name: r.key.v, Value: b.secret(r.v, !secret)})
	}
	return all
}

// authority is the file of a certificate authority.
func (b *builder) authority(v value[string]) string {
	if v.v == "" || filepath.IsAbs(v.v) {
		return v.v
	}
	return filepath.Join(b.dir, v.v)
}
