package observer

import "strings"

// callbackFact is what an owner says of somebody who is to be called back.
func (f *floor) callbackFact(e entry, p *person, d facts) string {
	switch e.Kind {
	case "callback_requested":
		if p.connected || p.closed || p.promised || p.place || p.offer != "" || p.transfer != "" {
			return "past its menu"
		}
		if d.Once && f.promisedAlready(d) {
			return "a call to that number about that topic is promised already"
		}
		if a := d.Appointment; a != nil {
			if a.Center == "" || a.From >= a.Until || a.PerSlot < 1 || f.booked(*a) >= a.PerSlot {
				return "no place is left at that time"
			}
		}
		p.promised, p.number, p.topic, p.appointment = true, d.NumberHash, d.Place.Topic, d.Appointment
	case "callback_withdrawn":
		if !p.promised || p.away || p.closed {
			return "no callback was asked for"
		}
		p.promised = false
	case "calling_back":
		o := f.offers[d.Offer]
		if !p.away || p.closed || p.connected || p.call != "" || d.Call == "" || o == nil || p.offer != d.Offer {
			return "nobody is to be called"
		}
		p.call, o.takenAt = d.Call, e.At
		f.agents[o.agent].since = e.At
	case "callback_failed":
		if !p.away || p.closed || p.connected || p.call == "" || p.call != d.Call {
			return "not the live call"
		}
		p.call, p.notBefore = "", d.NotBefore
	}
	return ""
}

// appointment is a time at which somebody wants to be called by a center, in µs.
type appointment struct {
	Center      string
	From, Until int64
	PerSlot     int `json:"per_slot"`
}

// booked counts who is to be called by a center at a time.
func (f *floor) booked(a appointment) (n int) {
	for _, p := range f.contacts {
		if o := p.appointment; o != nil && p.promised && p.outcome == "" && o.Center == a.Center && o.From == a.From {
			n++
		}
	}
	return n
}

// promisedAlready reports whether somebody else of that number and topic is to be called.
func (f *floor) promisedAlready(d facts) bool {
	for _, p := range f.contacts {
		if p.promised && !p.closed && !p.connected && p.number == d.NumberHash && p.topic == d.Place.Topic {
			return true
		}
	}
	return false
}

// channel is where the person of a contact is: the caller's own, or that of the call
// back; empty while nobody is on the line.
func (p *person) channel() string {
	switch {
	case !p.away:
		return p.line
	case p.call != "":
		return legOf(p.call)
	}
	return ""
}

// isPerson reports whether a channel calls somebody back.
func (c Channel) isPerson() bool { return strings.HasPrefix(c.ID, legPrefix+"back-") }
