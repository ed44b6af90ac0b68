package config

import (
	"cmp"
	"net"
	"net/url"
	"strings"

	"github.com/guichet/guichet/ivr"
)

// inClear reports requests that would carry what a caller keyed in secretly over a line
// on which anybody may read it: a plain http address that is not of this machine.
func (b *treeBuilder) inClear(t *ivr.Tree) {
	sealed := t.Sensitive()
	for _, r := range t.Readings() {
		if asks, is := t.Nodes[r.Node].(*ivr.HTTP); is && r.Key == "body" && sealed[r.Variable] {
			b.carriedTo(b.site.Backends[asks.Backend], r)
		}
	}
}

func (b *treeBuilder) carriedTo(backend Backend, r ivr.Reading) {
	for _, address := range append([]string{backend.URL}, backend.RedirectTo...) {
		u, err := url.Parse(address)
		if err != nil || !strings.EqualFold(u.Scheme, "http") || ownMachine(u.Hostname()) {
			continue
		}
		o := b.origins[r.Node]
		at := cmp.Or(o.places["body"], o.places["form"], o.at)
		b.add(at, "give the back-end an https address in site.yaml", "%s is sensitive, and would go to %s, which anybody on the way can read",
			r.Variable, address)
		return
	}
}

// ownMachine tells addresses whose line leaves no machine.
func ownMachine(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}
