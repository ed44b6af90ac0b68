package observer

// callsBack is what begins the contact by which an agent calls back who left the message that
// he has.
type callsBack struct {
	Message, Agent, Offer, Number, Queue, Topic string
	NumberHash                                  string `json:"number_hash"`
	Policies                                    policies
	ByAgent                                     int `json:"by_agent"`
	InAll                                       int `json:"in_all"`
}

// mayCallBack judges its arrival: the agent has taken the message, and is ready with it at hand,
// or busy with nothing else.
func (f *floor) mayCallBack(at int64, d facts) string {
	c := d.CallsBack
	if c == nil {
		return ""
	}
	m := f.contacts[c.Message]
	if m == nil || m.medium != "voicemail" || m.closed || m.connected || d.Medium != "voice" || c.Number == "" || c.NumberHash == "" || c.Queue == "" {
		return "no message, or nothing to call"
	}
	o, a := f.offers[m.offer], f.agents[c.Agent]
	switch {
	case c.Offer == "" || f.offers[c.Offer] != nil || f.errands[c.Offer] != nil:
		return "an offer without a name of its own"
	case a == nil || o == nil || o.agent != c.Agent || o.takenAt == 0:
		return "the agent has not taken the message"
	case o.beside && a.state != "ready", !o.beside && a.offer != o.name:
		return "the agent is not free"
	case a.trouble != "":
		return "the phone cannot ring"
	case f.promisedAlready(facts{NumberHash: c.NumberHash, Place: struct{ Topic string }{c.Topic}}):
		return "a call to that number about that topic is promised already"
	case c.ByAgent > 0 && f.calledOutside(c.Agent, at) >= c.ByAgent || c.InAll > 0 && f.calledOutside("*", at) >= c.InAll:
		return "too many numbers within the hour"
	}
	return ""
}

// callsBack binds the agent to the call; the message stays at hand.
func (f *floor) callsBack(at int64, p *person, c callsBack) {
	message, a := f.offers[f.contacts[c.Message].offer], f.agents[c.Agent]
	message.laidDown = message.laidDown || !message.beside
	message.beside = true
	p.queue, p.policies, p.promised, p.away, p.number, p.topic = c.Queue, c.Policies, true, true, c.NumberHash, c.Topic
	o := &offer{name: c.Offer, contact: p.id, agent: a.id, at: at, policies: c.Policies}
	f.offers[o.name], p.offer = o, o.name
	a.enter("bound", at, 0)
	a.offer = o.name
	f.outside[c.Agent] = append(f.outside[c.Agent], at)
	f.outside["*"] = append(f.outside["*"], at)
}
