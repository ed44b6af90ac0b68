package config

import (
	"cmp"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/password"
)

// accountsFile is accounts.yaml: who signs in with a browser, and how that is
// proved. A site may have none: then there is no agent card.
type accountsFile struct {
	// Accounts by the name that people sign in with: an agent's is the agent's id.
	Accounts table[accountYAML] `yaml:"accounts,required"`
}

// accountYAML is one account.
type accountYAML struct {
	// Role is agent, for the agent of that id, by default, or supervisor.
	Role value[string] `yaml:"role"`
	// Name as colleagues read it: of an agent, the agent's by default, of a
	// supervisor, that of the account.
	Name value[string] `yaml:"name"`
	// Password is the hash that `guichet agents password` prints.
	Password hashYAML `yaml:"password,required"`
}

// hashYAML is a hash of a password. What stands in its place by mistake may be the
// password itself: it is never shown.
type hashYAML struct {
	at      place
	written value[string]
	hash    password.Hash
}

func (h *hashYAML) read(d *document, n ast.Node) {
	h.at = d.at(n)
	before := len(d.problems)
	h.written.read(d, n)
	if h.written.set {
		var err error
		if h.hash, err = password.Parse(h.written.v); err != nil {
			d.add(h.at, "write what `guichet agents password` prints, in quotes", "%s", err)
		}
	}
	d.hide(before)
}

// Role is what an account may do.
type Role string

// The roles: an agent acts for himself only, a supervisor for everybody.
const (
	AsAgent      Role = "agent"
	AsSupervisor Role = "supervisor"
)

// Account is somebody who may sign in.
type Account struct {
	// Login is what the person signs in as. Of an agent it is the agent's id.
	Login string
	Role  Role
	Name  string
	// Password is the hash of the password.
	Password password.Hash
}

// Agent is the one that the account is of; empty for a supervisor.
func (a Account) Agent() contact.Agent {
	if a.Role != AsAgent {
		return ""
	}
	return contact.Agent(a.Login)
}

func (b *builder) buildAccounts(f accountsFile) {
	if len(f.Accounts) == 0 {
		return
	}
	b.site.Accounts = make(map[string]Account, len(f.Accounts))
	for _, r := range f.Accounts {
		b.name(r.key, "an account")
		b.oneOf(r.v.Role, string(AsAgent), string(AsSupervisor))
		a := Account{Login: r.key.v, Role: Role(r.v.Role.or(string(AsAgent))), Name: r.v.Name.or(r.key.v), Password: r.v.Password.hash}
		if a.Role == AsAgent {
			agent, known := b.site.Agents[contact.Agent(a.Login)]
			if !known && !b.broken["agents"] {
				b.add(r.key.at, cmp.Or(nearest(a.Login, b.agentIDs()).orKeys(nil), "name it after one, or write role: supervisor"), "there is no agent %q", a.Login)
			}
			if !r.v.Name.set && known {
				a.Name = agent.Name
			}
		}
		b.site.Accounts[a.Login] = a
	}
}

func (b *builder) agentIDs() (ids []string) {
	for id := range b.site.Agents {
		ids = append(ids, string(id))
	}
	return ids
}

// peopleYAML is where people sign in from other machines.
type peopleYAML struct {
	written bool
	at      place
	keys    struct {
		// Listen is host:port, such as 0.0.0.0:8443.
		Listen value[string] `yaml:"listen,required"`
		// TLS is what this address proves itself with.
		TLS certificateYAML `yaml:"tls"`
		// Proxy is the address that people use, such as https://guichet.example, when
		// something in front of guichet encrypts and passes on to listen.
		Proxy value[string] `yaml:"proxy"`
	}
}

func (p *peopleYAML) read(d *document, n ast.Node) {
	p.written, p.at = true, d.at(n)
	d.read(n, &p.keys)
}

// certificateYAML is a certificate with its key.
type certificateYAML struct {
	written bool
	at      place
	keys    struct {
		// Certificate is a file in PEM, with those that lead to an authority.
		Certificate value[string] `yaml:"certificate,required"`
		// Key is the file of its private key.
		Key value[string] `yaml:"key,required"`
	}
}

func (c *certificateYAML) read(d *document, n ast.Node) {
	c.written, c.at = true, d.at(n)
	d.read(n, &c.keys)
}

// People is where people sign in from other machines; nothing is there without a
// Listen.
type People struct {
	Listen string
	// Certificate and Key are files; empty behind a proxy.
	Certificate, Key string
	// Proxy is the address that people use then; empty otherwise.
	Proxy string
}

// buildHTTP sees to it that no password crosses a network in clear, and that
// nothing which needs one is open to a network without any.
func (b *builder) buildHTTP(f siteFile) {
	h := &b.site.HTTP
	h.Listen = f.HTTP.Listen.or(defaultListen)
	b.address(f.HTTP.Listen, true)
	p := f.HTTP.People
	if !p.written {
		if len(b.site.Accounts) > 0 && !IsLoopback(h.Listen) {
			b.add(f.HTTP.Listen.at, "listen at 127.0.0.1, and add people: {listen: …, tls: {certificate: …, key: …}} beside it",
				"accounts.yaml has people sign in, and %s is open to the network without encryption", h.Listen)
		}
		return
	}
	b.address(p.keys.Listen, true)
	h.People = People{Listen: p.keys.Listen.v, Proxy: strings.TrimSuffix(p.keys.Proxy.v, "/"),
		Certificate: b.beside(p.keys.TLS.keys.Certificate.v), Key: b.beside(p.keys.TLS.keys.Key.v)}
	switch u, err := url.Parse(p.keys.Proxy.v); {
	case p.keys.TLS.written && p.keys.Proxy.set:
		b.add(p.keys.Proxy.at, "keep tls if people reach guichet itself, or else proxy", "either guichet encrypts or a proxy in front of it, not both")
	case p.keys.Proxy.set && (err != nil || u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil):
		b.add(p.keys.Proxy.at, "write it like https://guichet.example", "%q is not an address at which a proxy encrypts", p.keys.Proxy.v)
	case !p.keys.TLS.written && !p.keys.Proxy.set:
		b.add(p.at, "add tls: {certificate: …, key: …}, or proxy: https://guichet.example if something in front encrypts",
			"people would sign in without encryption")
	}
	if len(b.site.Accounts) == 0 && !b.broken["accounts.yaml"] {
		b.add(p.at, "add accounts.yaml; `guichet agents password` makes its passwords", "nobody could sign in here")
	}
	if p.keys.Listen.set && p.keys.Listen.v == h.Listen {
		b.add(p.keys.Listen.at, "choose another port", "http.listen is there already")
	}
}

// beside is a file by its path from the site folder.
func (b *builder) beside(path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(b.dir, path)
}

// IsLoopback reports whether an address host:port is reached from its own machine
// only.
func IsLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}
