package routing

import (
	"slices"
	"time"
)

// service is the local service that a rule sends the contact to, if there is
// one that was not tried in vain.
func (p *Plan) service(r *Rule, a Attributes) (LocalService, bool) {
	if !r.ToService || p.Services == nil {
		return LocalService{}, false
	}
	s, found := p.Services(a.Topic, a.PostalCode)
	return s, found && !slices.Contains(a.Tried, s.Number)
}

// LeadsOut reports whether the first rule that matches sends to a local service,
// where there is one. A person who chose such a topic has not asked for an agent,
// though the postal code that finds the service may still be missing.
func (p *Plan) LeadsOut(a Attributes, at time.Time) bool {
	if p.Services == nil {
		return false
	}
	a = p.placed(a)
	for _, rules := range [][]Rule{p.Always, p.Organisations[p.organisation(a, at)]} {
		for i := range rules {
			if rules[i].Match.Holds(a) && (a.PostalCode == "" || p.holds(&rules[i], a)) {
				return rules[i].ToService
			}
		}
	}
	return false
}
