package observer

// party is a further leg of a conversation, or that of who was let go.
type party struct {
	role, agent string
	joined      bool
	served      bool // has talked with the caller
}

// talks reports whether the contact is in a conversation.
func (p *person) talks() bool {
	if !p.connected || p.closed {
		return false
	}
	for _, q := range p.parties {
		if q.role == "consulted" || q.role == "target" {
			return true
		}
	}
	return p.offer != "" || p.transfer != ""
}

// conversationFact is what an owner says of the parties of a conversation.
func (f *floor) conversationFact(e entry, p *person, d facts) (void string, broken []string) {
	q := p.parties[d.Party]
	switch e.Kind {
	case "held", "retrieved":
		if !p.talks() || p.held != (e.Kind == "retrieved") {
			return "in no conversation, or so already", nil
		}
		p.held, p.identifying = e.Kind == "held", false
	case "identifying":
		if !p.talks() || p.held || p.offer == "" || p.medium != "voice" {
			return "with no agent, or on hold", nil
		}
		p.held, p.identifying = true, true
	case "identified":
		if !p.talks() || !p.identifying || d.Authentication < 0 || d.Authentication > 2 {
			return "not being asked", nil
		}
		p.held, p.identifying = false, false
	case "invited":
		return f.invited(e, p, d), nil
	case "party_joined":
		if q == nil || q.role == "leaving" || q.joined || p.closed {
			return "no such party is called", nil
		}
		q.joined = true
		f.hears(p, q)
		if a := f.agents[q.agent]; a != nil {
			a.since = e.At
		}
	case "party_moved":
		if d.Role == "leaving" && d.Party != "" && (d.Party == p.offer || d.Party == p.transfer) && (p.connected || p.transferred) {
			f.letGo(p)
			return "", nil
		}
		if q == nil || q.role == "leaving" || d.Role == "leaving" || q.role == d.Role || p.closed {
			return "no such party, or so already", nil
		}
		q.role = d.Role
		f.hears(p, q)
	case "party_left":
		if q == nil || q.role == "leaving" {
			return "no such party", nil
		}
		delete(p.parties, d.Party)
		f.partyFree(e.At, d.Party, q, d.Result)
	case "handed_over":
		if q == nil || !q.joined || q.role == "leaving" || p.closed || !p.connected {
			return "no such party has answered", nil
		}
		f.letGo(p)
		delete(p.parties, d.Party)
		p.held, p.identifying = false, false
		if q.agent == "" {
			p.transfer = d.Party
			break
		}
		o := f.errands[d.Party]
		delete(f.errands, d.Party)
		o.connected = true
		f.offers[d.Party], p.offer = o, d.Party
		f.serves(q.agent, p)
	case "requeued":
		if p.closed || !p.connected || d.Callback {
			return "was not answered", nil
		}
		if d.Queue == "" || len(d.Steps) == 0 {
			return "queued without a queue or a step", nil
		}
		f.letGo(p)
		version, away, promised := f.queues[d.Queue], p.away, p.promised
		p.connected, p.held, p.identifying, p.away, p.place = false, false, false, false, true
		p.version = max(p.version, version)
		void, broken = f.queued(e.At, p, d)
		if away && p.call != "" {
			p.line = legOf(p.call) // who was called back is on the line of that call
		}
		p.promised = promised
	}
	return void, broken
}

// hears notes that the caller hears a party: its agent works on afterwards.
func (f *floor) hears(p *person, q *party) {
	if q.joined && (q.role == "member" || q.role == "target") {
		q.served = true
		f.serves(q.agent, p)
	}
}

func (f *floor) invited(e entry, p *person, d facts) string {
	supervises := d.Role == "listening" || d.Role == "whispering" || d.Role == "barging"
	switch {
	case !p.talks():
		return "in no conversation"
	case d.Party == "" || p.parties[d.Party] != nil || (d.Agent == "") == (d.Number == ""):
		return "a party without a name, or without one to call"
	}
	if d.Agent == "" {
		if d.ByAgent > 0 && f.calledOutside(d.By, e.At) >= d.ByAgent || d.InAll > 0 && f.calledOutside("*", e.At) >= d.InAll {
			return "too many numbers within the hour"
		}
		f.outside[d.By] = append(f.outside[d.By], e.At)
		f.outside["*"] = append(f.outside["*"], e.At)
	} else {
		a := f.agents[d.Agent]
		if a == nil || a.state != "ready" && !(a.state == "paused" && supervises) {
			return "the agent called is not ready"
		}
		a.pauses = a.pauses || a.state == "paused"
		a.enter("bound", e.At, 0)
		a.offer = d.Party
		f.errands[d.Party] = &offer{name: d.Party, contact: p.id, agent: a.id, at: e.At, policies: d.Policies}
	}
	if p.parties == nil {
		p.parties = map[string]*party{}
	}
	p.parties[d.Party] = &party{role: d.Role, agent: d.Agent}
	return ""
}

func (f *floor) calledOutside(by string, at int64) (n int) {
	for _, t := range f.outside[by] {
		if t >= at-3_600_000_000 {
			n++
		}
	}
	return n
}

// letGo makes a leaving party of who has the call.
func (f *floor) letGo(p *person) {
	if p.parties == nil {
		p.parties = map[string]*party{}
	}
	switch {
	case p.offer != "":
		o := f.offers[p.offer]
		delete(f.offers, p.offer)
		f.errands[p.offer] = o
		p.parties[p.offer] = &party{role: "leaving", agent: o.agent, joined: true, served: true}
	case p.transfer != "":
		p.parties[p.transfer] = &party{role: "leaving", joined: true}
	}
	p.offer, p.transfer = "", ""
}

// partyFree frees the agent of a party whose leg is gone.
func (f *floor) partyFree(at int64, name string, q *party, result string) {
	o := f.errands[name]
	delete(f.errands, name)
	a := f.agents[q.agent]
	if o == nil || a == nil {
		return
	}
	a.offer = ""
	switch supervises := q.role == "listening" || q.role == "whispering" || q.role == "barging"; {
	case q.served:
		a.worksOn(at, o.policies)
	case result != "" && !supervises:
		a.aside(at, result, o.policies)
	default:
		a.release(at)
	}
}

// worksOn lets an agent work on after a conversation.
func (a *agent) worksOn(at int64, p policies) {
	wrapUp := p.WrapUp
	if a.card.WrapUp != nil {
		wrapUp = *a.card.WrapUp
	}
	if wrapUp > 0 {
		a.enter("wrap_up", at, at+wrapUp/1000)
		return
	}
	a.release(at)
}

// wasLetGo frees who was let go, by the end of his leg.
func (f *floor) wasLetGo(e entry, p *person, name string) bool {
	q := p.parties[name]
	if q == nil || q.role != "leaving" || (q.agent == "") == (e.Kind == "leg_ended") {
		return false
	}
	delete(p.parties, name)
	f.partyFree(e.At, name, q, "")
	return true
}
