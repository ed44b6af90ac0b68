package acd

import (
	"cmp"
	"slices"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// Reasons why what an agent wants is without effect, for those who tell them apart.
const (
	NotLoggedIn       Void = "agent is not logged in"
	AgentElsewhere    Void = "agent is logged in at another phone"
	PhoneTaken        Void = "another agent is logged in at this phone"
	PhoneUnregistered Void = "the agent's phone is not registered"
	PhoneOnOwnCall    Void = "the agent's phone is in a call of its own"
	NoWrapUp          Void = "agent is not in that wrap-up"
	WrapUpLongest     Void = "the wrap-up is as long as it may be"
)

// inTroubleFor is why an agent cannot be ready whose phone cannot ring.
var inTroubleFor = map[contact.PhoneTrouble]Void{contact.Unregistered: PhoneUnregistered, contact.OnOwnCall: PhoneOnOwnCall}

// Seat logs an agent in at a phone, if nobody has to give way: neither another agent
// there, nor the agent himself at another phone. Who is there already gets his card
// renewed.
func (f *Floor) Seat(at int64, in fact.AgentSeated) Void {
	if in.Card.Agent == "" || in.Card.Phone == "" || in.Phone == "" {
		return "agent without id or phone"
	}
	a := f.Agents[in.Card.Agent]
	switch here := a != nil && a.State != LoggedOut; {
	case here && a.Phone != in.Phone:
		return AgentElsewhere
	case !here && f.At(in.Phone) != nil:
		return PhoneTaken
	}
	f.admit(at, in)
	return Accepted
}

// At is who is logged in at a phone, nil if nobody is; of several, whom a change of
// the site has brought together, the first by id.
func (f *Floor) At(phone string) (found *Agent) {
	for _, a := range f.Agents {
		if a.Phone == phone && a.State != LoggedOut && (found == nil || a.ID < found.ID) {
			found = a
		}
	}
	return found
}

// sit has an agent at a phone, which may be the own one.
func (f *Floor) sit(a *Agent, phone, own string) {
	// At the phone that he had, his own, somebody else may sit by now.
	if f.Seats[a.Phone] == a.ID {
		delete(f.Seats, a.Phone)
	}
	a.Phone, a.Home = phone, ""
	if phone == own {
		return
	}
	a.Home = own
	if f.Seats == nil {
		f.Seats = map[string]contact.Agent{}
	}
	f.Seats[phone] = a.ID
}

// stand has an agent who leaves keep nothing of where he sat.
func (f *Floor) stand(a *Agent) {
	if a.Trouble = ""; a.Home != "" {
		delete(f.Seats, a.Phone)
		a.Phone, a.Home = a.Home, ""
	}
}

// own is the phone that the site gives the agent.
func (a *Agent) own() string { return cmp.Or(a.Home, a.Phone) }

// WrappedUp ends the running wrap-up of an agent, as its deadline would, or makes it
// longer.
func (f *Floor) WrappedUp(at int64, w fact.AgentWrapUp) Void {
	a := f.Agents[w.Agent]
	switch {
	case a == nil || a.State == LoggedOut:
		return NotLoggedIn
	case a.State != WrapUp || a.Since != w.Since:
		return NoWrapUp
	case w.Extend < 0:
		return "a wrap-up is not made shorter"
	case w.Extend == 0:
		f.release(a, at)
		return Accepted
	}
	until := min(a.Until+w.Extend.Microseconds(), a.Since+w.Longest.Microseconds())
	if until <= a.Until {
		return WrapUpLongest
	}
	f.dropDeadline(a)
	f.setDeadline(a, until)
	a.Version++
	return Accepted
}

// SeePhone notes whether an agent's phone can ring. Who is ready and cannot be rung is
// not; everybody else keeps what he does, and is set aside when he would be ready.
func (f *Floor) SeePhone(at int64, p fact.AgentPhone) Void {
	a := f.Agents[p.Agent]
	switch {
	case a == nil || a.State == LoggedOut:
		return NotLoggedIn
	case a.Phone != p.Phone:
		return "agent has another phone"
	case !p.Trouble.Known():
		return "no trouble of the list"
	case a.Trouble == p.Trouble:
		return "known already"
	case p.Trouble == "":
		f.untrouble(a, at)
		return Accepted
	}
	troubled := a.inTrouble()
	a.Trouble = p.Trouble
	switch {
	case a.State == Ready:
		f.enter(a, Ready, at)
	case troubled:
		a.Why = string(p.Trouble)
	}
	a.Version++
	return Accepted
}

// inTrouble reports whether nothing but the trouble of the phone keeps the agent from
// being ready.
func (a *Agent) inTrouble() bool {
	return a.State == SetAside && a.Trouble != "" && a.Why == string(a.Trouble)
}

// untrouble has an agent ready whom nothing but the trouble of the phone kept from it.
func (f *Floor) untrouble(a *Agent, at int64) {
	ready := a.inTrouble()
	if a.Trouble = ""; ready {
		f.enter(a, Ready, at)
	}
	a.Version++
}

// Calls reports whether the agent serves callers, and not only what is written.
func (a *Agent) Calls() bool { return len(a.Media) == 0 || slices.Contains(a.Media, contact.Voice) }
