package acd

import (
	"cmp"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// State is what an agent is doing, as far as offers are concerned.
type State string

// The states of an agent; see the diagram in the package comment.
const (
	LoggedOut State = "logged_out"
	Ready     State = "ready"
	Reserved  State = "reserved"
	Ringing   State = "ringing"
	Talking   State = "talking"
	WrapUp    State = "wrap_up"
	SetAside  State = "set_aside"
	Paused    State = "paused"
)

// States lists all states in the order a board shows them.
var States = []State{Ready, Reserved, Ringing, Talking, WrapUp, SetAside, Paused, LoggedOut}

// Agent is one person on the floor. Times are µs of site time.
type Agent struct {
	ID   contact.Agent `json:"id"`
	Name string        `json:"name"`
	Node contact.Node  `json:"node"`
	// Phone is where the agent is rung.
	Phone string `json:"phone"`
	// Home is the agent's own phone, of one who sits at another.
	Home string `json:"home,omitempty"`
	Card
	// WrapUp replaces that of the queue when it is given.
	WrapUp *time.Duration `json:"wrap_up,omitempty"`

	State State `json:"state"`
	// Version is raised by every change that an offer must have seen.
	Version uint64 `json:"version"`
	// Since is when the present state began.
	Since int64 `json:"since"`
	// ReadySince orders the ready agents. It is Since, unless the agent got
	// back a place that a contact who left first had taken.
	ReadySince int64 `json:"ready_since,omitempty"`
	// Until is the deadline of a wrap-up or a set-aside; 0 means none (an
	// unreachable phone of the house is set aside until it registers, and one in
	// trouble until that is over).
	Until int64 `json:"until,omitempty"`
	// Why is the reason of a set-aside or of a pause.
	Why string `json:"why,omitempty"`
	// Hands are what he has at hand beside, by medium.
	Hands map[contact.Medium]Hand `json:"hands,omitempty"`
	// Offer is the live offer the agent is bound to; those at hand are beside it.
	Offer fact.OfferID `json:"offer,omitempty"`
	// PauseWanted and LeaveWanted were asked for during a contact.
	PauseWanted string `json:"pause_wanted,omitempty"`
	LeaveWanted bool   `json:"leave_wanted,omitempty"`
	// Trouble is why the phone cannot ring, whatever the agent does meanwhile.
	Trouble contact.PhoneTrouble `json:"trouble,omitempty"`

	crew *crew // nil unless logged in to stay
}

// busy reports whether an offer binds the agent.
func (a *Agent) busy() bool { return a.Offer != "" }

// Login brings an agent to the floor, or renews skills, rights and phone of
// one who is there already without disturbing a running contact.
func (f *Floor) Login(at int64, in fact.LoggedIn) Void {
	if in.Agent == "" || in.Phone == "" {
		return "agent without id or phone"
	}
	a := f.Agents[in.Agent]
	if _, visited := f.Seats[in.Phone]; visited && (a == nil || a.State == LoggedOut) {
		return PhoneTaken
	}
	f.admit(at, fact.AgentSeated{Card: in})
	return Accepted
}

// admit has an agent on the floor, at a seat if there is one.
func (f *Floor) admit(at int64, in fact.AgentSeated) {
	a := f.Agents[in.Card.Agent]
	if a == nil {
		a = &Agent{ID: in.Card.Agent, State: LoggedOut}
		f.Agents[a.ID] = a
	}
	a.LeaveWanted = false
	f.write(at, a, in.Card)
	if a.State == LoggedOut {
		if in.Phone != "" {
			f.sit(a, in.Phone, in.Card.Phone)
		}
		if in.OnCall {
			a.Trouble = contact.OnOwnCall
		}
		f.enter(a, Ready, at)
	}
	f.noteAllAlone(at)
}

// write puts what the site says of an agent in the place of what it said before. Who
// sits elsewhere stays there.
func (f *Floor) write(at int64, a *Agent, in fact.LoggedIn) {
	a.Name, a.Node, a.WrapUp = in.Name, in.Node, in.WrapUp
	switch {
	case a.Home != "":
		f.sit(a, a.Phone, in.Phone)
	case a.Phone != in.Phone:
		if a.Phone = in.Phone; a.Trouble != "" { // of another phone
			f.untrouble(a, at)
		}
	}
	f.deal(a, f.overlaid(a.ID, cardOf(in)))
}

// deal gives an agent a card, which acts at once, and a new version.
func (f *Floor) deal(a *Agent, card Card) {
	f.dropReady(a)
	if a.crew != nil {
		f.quit(a)
	}
	a.Card = card
	a.Version++
	f.present(a)
	if a.State == Ready {
		f.insertReady(a)
	}
}

// Logout takes an agent from the floor, after the running contact if there is
// one.
func (f *Floor) Logout(at int64, agent contact.Agent) Void {
	a := f.Agents[agent]
	if a == nil || a.State == LoggedOut {
		return NotLoggedIn
	}
	a.Version++
	if a.busy() {
		a.LeaveWanted = true
		f.present(a)
	} else {
		f.enter(a, LoggedOut, at)
	}
	f.noteAllAlone(at)
	return Accepted
}

// Pause stops offers to an agent, after the running contact and its wrap-up if
// there is one.
func (f *Floor) Pause(at int64, p fact.Paused) Void {
	a := f.Agents[p.Agent]
	if a == nil || a.State == LoggedOut {
		return NotLoggedIn
	}
	a.Version++
	why := p.Reason
	if why == "" {
		why = "pause"
	}
	if a.busy() || a.State == WrapUp {
		a.PauseWanted = why
		return Accepted
	}
	if a.State != Paused { // said again, a pause has not begun again
		f.enter(a, Paused, at)
	}
	a.Why = why
	return Accepted
}

// Resume ends a pause, a wrap-up or a set-aside by the agent's own will, and
// takes back a pause or a log-out that was asked for during a contact: the last
// wish counts.
func (f *Floor) Resume(at int64, agent contact.Agent) Void { return f.resume(at, agent, false) }

// ResumeHands is Resume that ends what keeps a medium from the agent also while his phone is in
// trouble: he may have said it by that phone.
func (f *Floor) ResumeHands(at int64, agent contact.Agent) Void { return f.resume(at, agent, true) }

func (f *Floor) resume(at int64, agent contact.Agent, hands bool) Void {
	a := f.Agents[agent]
	switch {
	case a == nil || a.State == LoggedOut:
		return NotLoggedIn
	case a.State == Ready, a.inTrouble() && hands && a.Kept():
		f.freeHands(a, at)
		return Accepted
	case a.inTrouble():
		return inTroubleFor[a.Trouble]
	}
	a.PauseWanted, a.LeaveWanted = "", false
	f.freeHands(a, at)
	if a.busy() {
		a.Version++
		f.present(a)
	} else {
		f.enter(a, Ready, at)
	}
	f.noteAllAlone(at)
	return Accepted
}

// Reachable ends the set-aside of an agent whose phone has registered again.
func (f *Floor) Reachable(at int64, r fact.Reachable) Void {
	a := f.Agents[r.Agent]
	if a == nil || a.Version != r.Version || a.State != SetAside || a.Why != string(contact.Unreachable) {
		return "agent is not set aside as unreachable any more"
	}
	f.enter(a, Ready, at)
	return Accepted
}

// Expire ends a wrap-up or a set-aside, of one medium perhaps, whose deadline the leader saw
// passing.
func (f *Floor) Expire(at int64, e fact.Expired) Void {
	if e.Medium != "" {
		return f.expireHand(at, e)
	}
	a := f.Agents[e.Agent]
	if a == nil || a.Version != e.Version || (a.State != WrapUp && a.State != SetAside) || a.Until == 0 {
		return "nothing of that version to expire"
	}
	f.release(a, at)
	return Accepted
}

// release lets an agent go on after a contact: out, into the pause that was
// asked for meanwhile, or ready.
func (f *Floor) release(a *Agent, at int64) {
	switch {
	case a.LeaveWanted:
		f.enter(a, LoggedOut, at)
	case a.PauseWanted != "":
		why := a.PauseWanted
		f.enter(a, Paused, at)
		a.Why = why
	default:
		f.enter(a, Ready, at)
	}
}

// giveBack releases an agent whose contact left before it was answered: the
// place among the ready is the one held before the offer.
func (f *Floor) giveBack(a *Agent, at, readySince int64) {
	f.release(a, at)
	if a.State == Ready {
		f.dropReady(a)
		a.ReadySince = readySince
		f.insertReady(a)
	}
}

// enter is the only place where an agent's state changes. Who would be ready and
// whose phone is in trouble is set aside until that is over.
func (f *Floor) enter(a *Agent, s State, at int64) {
	f.dropReady(a)
	f.dropDeadline(a)
	why := ""
	if s == Ready && a.Trouble != "" {
		s, why = SetAside, string(a.Trouble)
	}
	a.State, a.Since, a.Why = s, at, why
	a.Version++
	switch s {
	case LoggedOut:
		a.LeaveWanted, a.PauseWanted = false, ""
		f.stand(a)
		f.freeHands(a, at)
	case Paused:
		a.PauseWanted = ""
	}
	f.present(a)
	if s == Ready {
		a.ReadySince = at
		f.insertReady(a)
	}
}

// byReadiness orders agents: longest ready first, then by id. It is asked so often
// that the ids are compared only where they count.
func byReadiness(a, b *Agent) int {
	if c := cmp.Compare(a.ReadySince, b.ReadySince); c != 0 {
		return c
	}
	return cmp.Compare(a.ID, b.ID)
}
