package config

import (
	"net"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"time"
	// Opening hours must not depend on whether a machine has zone files.
	_ "time/tzdata"

	"github.com/goccy/go-yaml/ast"

	"github.com/guichet/guichet/internal/contact"
)

// siteFile is site.yaml: what differs between one installation and the next.
//
// Any scalar of this file, and of this file only, may contain ${NAME} or
// ${NAME:-value}: the environment variable NAME, or the value when it is not
// set. It is meant for addresses and paths; what the environment gives is not
// part of the version of the folder.
type siteFile struct {
	// Name of the site, part of every Redis key: letters, digits, _ and -.
	Name value[string] `yaml:"name,required"`
	// Zone of all hours and reports, Europe/Paris by default.
	Zone value[string] `yaml:"zone"`
	// Calendar of the entries that name none themselves.
	Calendar value[string] `yaml:"calendar"`
	// CalendarEverywhere stands in for every other calendar, of entries, trees,
	// centers and local services: a try-out names one that is always open.
	CalendarEverywhere value[string] `yaml:"calendar_everywhere"`
	// Asterisk lists the servers by the name of the node.
	Asterisk table[asteriskYAML] `yaml:"asterisk,required"`
	// Ledger is redis or memory; memory forgets everything at the end.
	Ledger value[string] `yaml:"ledger,required"`
	Redis  redisYAML     `yaml:"redis"`
	HTTP   struct {
		// Listen is host:port, 127.0.0.1:8080 by default.
		Listen value[string] `yaml:"listen"`
		// People is where people sign in from other machines, with the accounts of
		// accounts.yaml. Without it they do so on this machine only.
		People peopleYAML `yaml:"people"`
	} `yaml:"http"`
	Log struct {
		// Level is debug, info (default), warn or error.
		Level value[string] `yaml:"level"`
	} `yaml:"log"`
	// Backends are the servers that menus ask, by name.
	Backends table[backendYAML] `yaml:"backends"`
	// Outside is which numbers agents may have called: ordinary ones of the country, so many
	// within an hour.
	Outside outsideYAML `yaml:"outside"`
	// Key encrypts callers' numbers in the ledger: {file: …} or {env: …}.
	Key secretYAML `yaml:"key"`
}

// asteriskYAML is one Asterisk and its ARI account.
type asteriskYAML struct {
	// URL of ARI, such as http://127.0.0.1:8088/ari.
	URL value[string] `yaml:"url,required"`
	// Application is the Stasis application, guichet by default.
	Application value[string] `yaml:"application"`
	// Username of the account, as text or as {file: …} or {env: …}.
	Username secretYAML `yaml:"username,required"`
	// Password of the account: {file: …} or {env: …}, never text.
	Password secretYAML `yaml:"password,required"`
	// Trunk is how a local service, or an agent outside, is called, such as
	// PJSIP/{number}@trunk: {number} becomes +33299000001, {national} 0299000001.
	Trunk value[string] `yaml:"trunk"`
	// LostAfter is for how long Asterisk must refuse every connection until its calls are
	// taken for lost and closed, 2s by default; never where something else answers in its
	// place and refuses by itself, such as a proxy or a Kubernetes service.
	LostAfter neverYAML `yaml:"lost_after"`
}

// redisYAML is the Redis of the ledger: an address or Sentinel, not both.
type redisYAML struct {
	// Address is host:port, or the path of a socket on the same machine.
	Address value[string] `yaml:"address"`
	// Sentinel finds the Redis that is the primary now.
	Sentinel sentinelYAML `yaml:"sentinel"`
	Username secretYAML   `yaml:"username"`
	Password secretYAML   `yaml:"password"`
	// Database is a number, 0 by default.
	Database value[int] `yaml:"database"`
	// TLS encrypts the way to Redis, and to the sentinels.
	TLS     tlsYAML `yaml:"tls"`
	Cluster later   `yaml:"cluster"`
}

// tlsYAML is whom to trust.
type tlsYAML struct {
	written bool
	at      place
	keys    struct {
		// CA is the file of the authority that signed the server's certificate; by
		// default those that this machine trusts.
		CA value[string] `yaml:"ca"`
	}
}

func (t *tlsYAML) read(d *document, n ast.Node) {
	t.written, t.at = true, d.at(n)
	d.read(n, &t.keys)
}

// sentinelYAML is how to reach the sentinels.
type sentinelYAML struct {
	written bool
	at      place
	keys    struct {
		// Primary is the name under which the sentinels watch it.
		Primary value[string] `yaml:"primary,required"`
		// Addresses lists host:port of the sentinels; three of them survive the loss
		// of one.
		Addresses list[value[string]] `yaml:"addresses,required"`
		// Password of the sentinels, if they ask for one: {file: …} or {env: …}.
		Password secretYAML `yaml:"password"`
	}
}

func (s *sentinelYAML) read(d *document, n ast.Node) {
	s.written, s.at = true, d.at(n)
	d.read(n, &s.keys)
}

// secretYAML is a reference to a value kept elsewhere.
type secretYAML struct {
	at        place
	plain     value[string]
	reference struct {
		File value[string] `yaml:"file"`
		Env  value[string] `yaml:"env"`
	}
}

func (s *secretYAML) read(d *document, n ast.Node) {
	s.at = d.at(n)
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		d.read(n, &s.reference)
		if s.reference.File.set == s.reference.Env.set {
			d.add(s.at, "write {file: path} or {env: NAME}", "a secret is read from one file or one environment variable")
		}
	default:
		before := len(d.problems)
		s.plain.read(d, n)
		d.hide(before)
	}
}

// secret resolves a reference; text is accepted only where nothing is secret.
func (b *builder) secret(s secretYAML, mayBePlain bool) Secret {
	if s.plain.set && !mayBePlain {
		before := len(b.problems)
		b.add(s.at, "write {file: path} or {env: NAME}", "a secret cannot stand in the site folder")
		b.hide(before)
	}
	path := s.reference.File.v
	if path != "" && !filepath.IsAbs(path) {
		path = filepath.Join(b.dir, path)
	}
	return Secret{File: path, Env: s.reference.Env.v, plain: s.plain.v}
}

func (b *builder) buildSite(f siteFile) {
	s := b.site
	s.Name = f.Name.v
	if f.Name.set && !identifier.MatchString(f.Name.v) {
		b.add(f.Name.at, "use letters, digits, _ and -", "%q cannot name a site", f.Name.v)
	}
	s.Zone = b.zone(f.Zone)
	b.oneOf(f.Ledger, "redis", "memory")
	b.oneOf(f.Log.Level, "debug", "info", "warn", "error")
	s.Ledger = Ledger{Backend: f.Ledger.v, Redis: b.redis(f)}
	s.Log.Level = f.Log.Level.or(defaultLevel)
	s.Outside = b.mayCallOutside(f.Outside)
	s.Key = b.secret(f.Key, false)
	b.refers(f.Calendar, "calendar", b.calendars)
	for i, r := range f.Asterisk {
		s.Asterisk = append(s.Asterisk, b.asterisk(r))
		if i > 0 {
			b.add(r.key.at, "keep one; phones and callers must be on the same Asterisk", "a second Asterisk is not available in this version")
		}
	}
	if f.Name.set && len(f.Asterisk) == 0 && !b.broken["site.yaml"] {
		b.add(f.Name.at, "add one under asterisk:", "the site has no Asterisk")
	}
}

func (b *builder) zone(v value[string]) *time.Location {
	zone, err := time.LoadLocation(v.or(defaultZone))
	if err != nil || v.v == "Local" {
		b.add(v.at, "write it like Europe/Paris", "the time zone %q is not known on this machine", v.or(defaultZone))
		return time.UTC
	}
	return zone
}

func (b *builder) redis(f siteFile) Redis {
	if f.Ledger.v == "redis" && !f.Redis.Address.set && !f.Redis.Sentinel.written {
		b.add(f.Ledger.at, "add redis: {address: 127.0.0.1:6379}, or say ledger: memory", "the ledger needs the address of a Redis")
	}
	if f.Redis.Address.set && f.Redis.Sentinel.written {
		b.add(f.Redis.Sentinel.at, "keep sentinel if sentinels watch that Redis, or else address", "the ledger is at an address or found by Sentinel, not both")
	}
	if !filepath.IsAbs(f.Redis.Address.v) {
		b.address(f.Redis.Address, false)
	}
	b.between(f.Redis.Database, 0, 1000)
	if f.Redis.TLS.written && filepath.IsAbs(f.Redis.Address.v) {
		b.add(f.Redis.TLS.at, "remove tls, or write address: host:port", "a socket of the same machine has no TLS")
	}
	ca := f.Redis.TLS.keys.CA.v
	if ca != "" && !filepath.IsAbs(ca) {
		ca = filepath.Join(b.dir, ca)
	}
	return Redis{
		Address:  f.Redis.Address.v,
		Sentinel: b.sentinel(f.Redis.Sentinel),
		Username: b.secret(f.Redis.Username, true),
		Password: b.secret(f.Redis.Password, false),
		Database: f.Redis.Database.v,
		TLS:      f.Redis.TLS.written,
		CA:       ca,
	}
}

// watched is what Sentinel lets a primary be called.
var watched = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)

func (b *builder) sentinel(s sentinelYAML) Sentinel {
	if !s.written {
		return Sentinel{}
	}
	if s.keys.Primary.set && !watched.MatchString(s.keys.Primary.v) {
		b.add(s.keys.Primary.at, "write what stands behind `sentinel monitor` in sentinel.conf", "%q cannot name the primary of Sentinel", s.keys.Primary.v)
	}
	found := Sentinel{Primary: s.keys.Primary.v, Password: b.secret(s.keys.Password, false)}
	for _, address := range s.keys.Addresses {
		b.address(address, false)
		if slices.Contains(found.Addresses, address.v) {
			b.add(address.at, "remove it; each sentinel is a machine of its own", "the sentinel %s is listed twice", address.v)
		}
		found.Addresses = append(found.Addresses, address.v)
	}
	if s.keys.Addresses != nil && len(found.Addresses) == 0 {
		b.add(s.at, "write addresses: [10.0.0.1:26379, 10.0.0.2:26379, 10.0.0.3:26379]", "Sentinel has no address")
	}
	return found
}

func (b *builder) asterisk(r row[asteriskYAML]) Asterisk {
	b.name(r.key, "a node")
	if n := contact.Node(r.key.v); n == contact.Mailroom || n == "site" {
		b.add(r.key.at, "name it after the machine, for instance", "%q is what the controllers call something else: no Asterisk can have that name", n)
	}
	if u, err := url.Parse(r.v.URL.v); r.v.URL.set && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || !portFits(u.Port(), false)) {
		b.add(r.v.URL.at, "write it like http://127.0.0.1:8088/ari", "%q is not the address of an ARI", r.v.URL.v)
	}
	if r.v.Application.set {
		b.name(r.v.Application, "a Stasis application")
	}
	return Asterisk{
		Node:        contact.Node(r.key.v),
		URL:         r.v.URL.v,
		Application: r.v.Application.or(defaultApplication),
		Username:    b.secret(r.v.Username, true),
		Password:    b.secret(r.v.Password, false),
		Trunk:       b.trunk(r.v.Trunk),
		LostAfter:   b.lostAfter(r.v.LostAfter),
	}
}

// address checks host:port; a listener may leave out the host.
func (b *builder) address(v value[string], listens bool) {
	if !v.set {
		return
	}
	host, port, err := net.SplitHostPort(v.v)
	if err != nil || host == "" && !listens || !portFits(port, listens) || port == "" {
		b.add(v.at, "write it like 127.0.0.1:6379, with a port up to 65535", "%q is not a host and port", v.v)
	}
}

// portFits accepts no port at all and 1 to 65535; a listener may ask for 0, any
// free port.
func portFits(port string, listens bool) bool {
	if port == "" {
		return true
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && (n > 0 || listens)
}
