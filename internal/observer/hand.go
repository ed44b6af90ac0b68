package observer

// beside reports whether the contact is at hand of the agent, beside his calls: he has a
// capacity for its medium.
func (a *agent) beside(p *person) bool {
	return p.medium != "voice" && a.card.Capacity[p.medium] > 0
}

// room reports whether the agent may have one more of a medium at hand.
func (f *floor) room(a *agent, medium string) bool {
	n := 0
	for _, o := range f.offers {
		if o.beside && o.agent == a.id && f.contacts[o.contact].medium == medium {
			n++
		}
	}
	return n < a.card.Capacity[medium] && a.asides[medium] == 0
}

// isRidOf ends an offer at hand of who may have some, or of who had only laid it down to call
// for it: he is set aside, as he would have been.
func (a *agent) isRidOf(at int64, o *offer, p *person, result string) {
	switch {
	case !o.laidDown || a.beside(p):
		a.putDown(at, p.medium, result, o.policies)
	case a.state == "ready" && result != "lost" && result != "":
		a.aside(at, result, o.policies)
	}
}

// putDown is what the end of an offer at hand leaves behind: by its result nothing more of
// the medium, for a while.
func (a *agent) putDown(at int64, medium, result string, p policies) {
	pauses := map[string]int64{"no_answer": p.NoAnswer, "busy": p.Busy, "refused": p.Refused, "returned": p.Refused}
	length, kept := pauses[result]
	if until := at + length/1000; kept && a.state != "out" && until > a.asides[medium] {
		if a.asides == nil {
			a.asides = map[string]int64{}
		}
		a.asides[medium] = until
	}
}

// atWork reports whether the agent has a call, or works on after one: what he answers beside
// is not the contact that he talked with last.
func (a *agent) atWork() bool { return a.offer != "" || a.state == "wrap_up" }
