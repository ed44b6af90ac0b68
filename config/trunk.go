package config

import (
	"regexp"
	"strings"

	"github.com/guichet/guichet/routing"
)

// trunkForm is technology, number and endpoint; nothing in it can be read as a
// second endpoint.
var trunkForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*/[A-Za-z0-9_.:@+{}-]+$`)

func (b *builder) trunk(v value[string]) string {
	places := strings.Count(v.v, "{number}") + strings.Count(v.v, "{national}")
	rest := strings.NewReplacer("{number}", "", "{national}", "").Replace(v.v)
	if v.set && (places != 1 || strings.ContainsAny(rest, "{}") || !trunkForm.MatchString(v.v)) {
		b.add(v.at, "write it like PJSIP/{number}@trunk", "%q does not say how a number is dialled", v.v)
	}
	return v.v
}

// trunkNeeded reports each Asterisk that could not reach the local services to
// which rules send, the numbers to which menus do, or the agents who have a number
// outside.
func (b *builder) trunkNeeded(f siteFile) {
	var why string
	switch {
	case leadsOut(b.site.Plan):
		why = "rules send to local services"
	case len(b.sentOut) > 0:
		why = "a menu sends callers outside, at " + b.sentOut[0].at.label()
	case len(b.outside) > 0:
		why = "agents are called at numbers outside, the first at " + b.outside[0].label()
	case len(b.promises) > 0:
		why = "people are called back, by " + b.promises[0].label()
	default:
		return
	}
	for _, r := range f.Asterisk {
		if !r.v.Trunk.set {
			b.add(r.key.at, "add trunk: PJSIP/{number}@trunk, with the name of the operator's endpoint",
				"%s, but %q has no trunk to reach them", why, r.key.v)
		}
	}
}

// leadsOut reports whether any rule sends to a local service.
func leadsOut(p *routing.Plan) bool {
	if p == nil {
		return false
	}
	all := [][]routing.Rule{p.Always}
	for _, rules := range p.Organisations {
		all = append(all, rules)
	}
	for _, rules := range all {
		for i := range rules {
			if rules[i].ToService {
				return true
			}
		}
	}
	return false
}
