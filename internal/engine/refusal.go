package engine

import (
	"fmt"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// WhyNot is why a deed was refused, from a closed list.
type WhyNot string

// The reasons.
const (
	NoConversation WhyNot = "no_conversation" // the agent talks with nobody
	NotYours       WhyNot = "not_yours"       // he is in it, but does not have the call
	HeldAlready    WhyNot = "held_already"
	NotHeld        WhyNot = "not_held"
	OthersCalled   WhyNot = "others_called" // somebody is being called, or consulted
	NobodyCalled   WhyNot = "nobody_called"
	NowhereToGo    WhyNot = "nowhere"
	ToOneself      WhyNot = "oneself"
	NotReady       WhyNot = "not_ready"
	NumberBarred   WhyNot = "number_refused"
	QueueRefuses   WhyNot = "queue_refused"
	MovedTooOften  WhyNot = "moved_too_often"
	PassedTooOften WhyNot = "transferred_too_often"
	OlderBeside    WhyNot = "older_controller"
	CatchingUp     WhyNot = "catching_up" // the ledger may not know yet who talks
	// Of a call back that somebody wants to cancel.
	NoCallbackOpen WhyNot = "no_callback"  // nobody is to be called back
	OnTheLine      WhyNot = "on_the_line"  // the person has not hung up yet
	BeingCalled    WhyNot = "being_called" // a phone rings for it, or they talk
)

// NotDone says why a deed was not done, for programs and for people.
type NotDone struct {
	Why  WhyNot
	Text string
}

func no(why WhyNot, format string, args ...any) *NotDone {
	return &NotDone{Why: why, Text: fmt.Sprintf(format, args...)}
}

// Colleague is what the floor knows of an agent whom somebody wants to call.
type Colleague struct {
	// Known: he is of the site, and logged in.
	Known  bool
	Center contact.Center
	// State is what he does, in the words of the floor; Ready that he may be called.
	State string
	Ready bool
	// Paused: a supervisor may call himself out of that.
	Paused bool
	// Behind is a node whose owner has not caught up since a failover of the ledger: he may
	// be in a conversation that it has lost. Empty if there is none.
	Behind contact.Node
}

// Outside is which numbers outside may be called by agents.
type Outside interface {
	// Target is the number in the one form in which it is dialled; why is empty if it may be.
	Target(written string) (number, why string)
	// Seal encrypts a number for the ledger, the same way each time for one contact; empty if
	// the site has no key.
	Seal(id contact.ID, number string) (sealed string)
	// Caps are how many numbers one agent, and all of them, may have called within an hour.
	Caps() (agent, all int)
}

// refuses says why a deed is not done now, nil if it is.
func (st *step) refuses(d Direct) *NotDone {
	rec := &st.s.Record
	mine := rec.Offer != "" && rec.Agent == d.By
	party := st.partyOf(d.By)
	switch {
	case st.s.Phase != Talking || rec.Leg() == "" && rec.second() == nil || d.By == "":
		return no(NoConversation, "agent %s talks with nobody", d.By)
	case d.Do == Supervise:
		return st.refusesSupervisor(d)
	case d.Do == TakeOver:
		if party == nil || !party.Role.Supervises() || !party.Joined() {
			return no(NotYours, "agent %s does not supervise this conversation", d.By)
		}
		return st.refusesOlder(fact.KindHandedOver)
	case !mine && party == nil:
		return no(NoConversation, "agent %s is not in this conversation", d.By)
	case !mine && d.Do != End:
		return no(NotYours, "agent %s does not have the call", d.By)
	case d.Do == End:
		return nil
	}
	if d.Do == PauseRecording || d.Do == ResumeRecording {
		return st.refusesTape(d)
	}
	if d.Do == Identify {
		return st.refusesIdentify()
	}
	if older := st.refusesOlder(fact.KindInvited); older != nil {
		return older
	}
	if rec.Identifying && d.Do != Unhold && d.Do != Remove {
		return no(BeingIdentified, "the caller is being asked who he is; take him back first")
	}
	second := rec.second()
	switch d.Do {
	case Hold:
		if rec.HeldAt != 0 || second != nil {
			return no(HeldAlready, "the caller hears music already")
		}
	case Unhold:
		if rec.HeldAt == 0 {
			return no(NotHeld, "the caller is not on hold")
		}
	case Complete, Cancel:
		if second == nil {
			return no(NobodyCalled, "nobody is being consulted")
		}
		if d.Do == Complete && second.Role == fact.Target {
			return no(OthersCalled, "the call is being transferred already")
		}
		if d.Do == Complete && second.Agent != "" {
			return st.refusesTransfer()
		}
	case Remove:
		if p := rec.Party(d.Party); p == nil || p.Role == fact.Leaving || p.Role.Supervises() {
			return no(NobodyCalled, "no such party is in the conversation")
		}
	case Conference:
		if d.Agent == "" && d.Number == "" {
			if second == nil || !second.Joined() {
				return no(NobodyCalled, "nobody is being consulted who could be joined")
			}
			return nil
		}
		return st.refusesTarget(d)
	case SendTo, Consult:
		return st.refusesTarget(d)
	}
	return nil
}

func (st *step) refusesOlder(kind fact.Kind) *NotDone {
	if !st.mayWrite(kind) {
		return no(OlderBeside, "a controller of an older version is beside this one and could not read it; replace that one")
	}
	return nil
}

// refusesTarget judges whom somebody wants to call, or where he wants to send the caller.
func (st *step) refusesTarget(d Direct) *NotDone {
	given := 0
	for _, is := range []bool{d.Queue != "", d.Agent != "", d.Number != ""} {
		if is {
			given++
		}
	}
	switch rec := &st.s.Record; {
	case given != 1 || d.Queue != "" && d.Do != SendTo:
		return no(NowhereToGo, "say whom: an agent or a number, or for a transfer a queue")
	case rec.invited() != nil || rec.second() != nil:
		return no(OthersCalled, "somebody is being called or consulted already; complete or cancel that first")
	case d.Queue != "":
		return st.refusesQueue(d)
	case d.Agent != "":
		return st.refusesColleague(d)
	}
	if st.rules.Outside == nil {
		return no(NumberBarred, "this site calls no numbers")
	}
	number, why := st.rules.Outside.Target(d.Number)
	if why == "" && st.rules.Outside.Seal(st.s.Record.ID, number) == "" {
		why = "the site has no key to encrypt it with"
	}
	if why != "" {
		return no(NumberBarred, "the number may not be called: %s", why)
	}
	return nil
}

func (st *step) refusesColleague(d Direct) *NotDone {
	c := st.colleague(d.Agent)
	switch {
	case d.Agent == d.By:
		return no(ToOneself, "agent %s cannot call himself", d.By)
	case st.s.Record.partyWhere(func(p *Party) bool { return p.Agent == d.Agent }) != nil:
		return no(NotReady, "agent %s is in this conversation already", d.Agent)
	case !c.Known:
		return no(NowhereToGo, "there is no agent %s, or he is not logged in", d.Agent)
	case d.Do == SendTo && st.refusesTransfer() != nil:
		return st.refusesTransfer()
	case c.Behind != "":
		return refusesBehind(d.Agent, c)
	case !c.Ready:
		return no(NotReady, "agent %s is not ready: %s", d.Agent, c.State)
	}
	return nil
}

// refusesTransfer: nobody is passed on from colleague to colleague without end. Who hangs
// up in a consultation or a conference, or is taken over from, passes the caller on as well,
// and is not refused.
func (st *step) refusesTransfer() *NotDone {
	passed, most := st.s.Record.Transfers, st.rules.MaxTransfers
	if most == 0 || passed < most {
		return nil
	}
	return no(PassedTooOften, "agents have passed this call on to colleagues %d times, and %d is the most: serve it, or send it to a queue or a number", passed, most)
}

// refusesBehind: who only seems to be free is not called. What is seen of his conversation
// would end the call.
func refusesBehind(a contact.Agent, c Colleague) *NotDone {
	return no(CatchingUp, "it is not known whether agent %s is free: after a failover of the ledger, node %s has not caught up", a, c.Behind)
}

func (st *step) colleague(a contact.Agent) Colleague {
	if st.rules.Colleague == nil {
		return Colleague{}
	}
	return st.rules.Colleague(a)
}

// refusesQueue: a queue that would turn a caller away at its door does so here, where
// there is still somebody to tell him.
func (st *step) refusesQueue(d Direct) *NotDone {
	rec := &st.s.Record
	if st.rules.Queue != nil && !st.rules.Queue(d.Queue) {
		return no(NowhereToGo, "there is no queue %s", d.Queue)
	}
	decision := st.toward(d.Queue, d.Topic)
	if len(decision.Steps) == 0 && decision.Refused == "" {
		return no(NowhereToGo, "no rule leads to queue %s", d.Queue)
	}
	if most := st.rules.MaxMoves; most > 0 && rec.Moves >= most {
		return no(MovedTooOften, "agents have sent this call on to a queue %d times, and %d is the most: serve it, or send it to a colleague or a number", rec.Moves, most)
	}
	floor := st.rules.Floor(FloorQuery{
		Contact: rec.ID, Medium: rec.Medium, CallerHash: rec.CallerHash, Topic: rec.Topic, At: st.at, Decision: decision,
	})
	if why := st.admit(decision, floor); why != "" {
		return no(QueueRefuses, "queue %s takes nobody now: %s", d.Queue, refusalInWords[why])
	}
	return nil
}

var refusalInWords = map[contact.Refusal]string{
	contact.Closed: "it is closed", contact.Full: "it is full", contact.NoAgent: "nobody is logged in who could serve",
}

// refusesSupervisor judges who wants to listen to, or take part in, a conversation.
func (st *step) refusesSupervisor(d Direct) *NotDone {
	if no := st.s.Record.RefusesSupervisor(d.By, d.Of, d.Role); no != nil {
		return no
	}
	if st.partyOf(d.By) != nil {
		return st.refusesOlder(fact.KindPartyMoved)
	}
	if c := st.colleague(d.By); !c.Known {
		return no(NowhereToGo, "agent %s is not logged in", d.By)
	} else if c.Behind != "" {
		return refusesBehind(d.By, c)
	} else if !c.Ready && !c.Paused {
		return no(NotReady, "agent %s is not free: %s", d.By, c.State)
	}
	return st.refusesOlder(fact.KindInvited)
}

// RefusesSupervisor says why, by what is known of a conversation, nobody can supervise agent
// of in it, or by cannot in that role; nil if nothing forbids it.
func (r *Record) RefusesSupervisor(by, of contact.Agent, role fact.Role) *NotDone {
	party := r.partyOf(by)
	switch {
	case r.Offer != "" && r.Agent == by, party != nil && !party.Role.Supervises():
		return no(ToOneself, "agent %s is in this conversation himself", by)
	case !role.Supervises():
		return no(NowhereToGo, "supervise by listening, whispering or barging")
	case r.Offer == "" || r.Agent != of:
		return no(NotYours, "agent %s does not have the call", of)
	case party != nil && party.Role == role:
		return no(OthersCalled, "agent %s does so already", by)
	case party != nil && !party.Joined():
		return no(OthersCalled, "the phone of agent %s rings", by)
	case party == nil && r.invited() != nil:
		return no(OthersCalled, "somebody is being called into the conversation just now")
	}
	return nil
}
