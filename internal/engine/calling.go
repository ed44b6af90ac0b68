package engine

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// Somebody is called into a conversation: claimed, accepted, dialled; who answers, does not, or
// leaves.

// PartyRing is how long the phone of whom somebody calls into a conversation rings.
const PartyRing = 30 * time.Second

// invite claims the leg of a further party; nothing changes before that is accepted.
func (st *step) invite(d Direct, role fact.Role) {
	rec := &st.s.Record
	f := fact.Invited{
		Party: st.partyID(), Role: role, Agent: d.Agent, By: d.By, Ring: PartyRing, Policies: rec.Policies,
	}
	if d.Agent != "" {
		f.Center = st.rules.Colleague(d.Agent).Center
	} else {
		number, _ := st.rules.Outside.Target(d.Number)
		f.Number = st.rules.Outside.Seal(rec.ID, number)
		f.ByAgent, f.InAll = st.rules.Outside.Caps()
	}
	st.write(f)
	st.s.Asked = f.Party
	st.arm(RingTimer, ClaimTime)
}

// partyID names a party by its contact and its instant, as transferID does.
func (st *step) partyID() fact.OfferID {
	rec := &st.s.Record
	return fact.OfferID(fmt.Sprintf("with-%s-%s.%d", rec.ID, strconv.FormatInt(st.at, 36), len(rec.Parties)))
}

// partyAccepted dials, once. Only now does something change for those who talk.
func (st *step) partyAccepted(e PartyAccepted) {
	p := st.s.Record.Party(e.Party)
	if st.s.Asked != e.Party || e.Party == "" {
		return
	}
	st.s.Asked = ""
	if p == nil || st.s.Phase != Talking {
		return
	}
	if p.Agent != "" {
		st.do(Ring{Offer: p.ID, Agent: p.Agent, Phone: e.Phone, Display: st.displayTo(p), Timeout: p.Ring})
	} else {
		st.do(CallParty{Party: p.ID, Number: p.Number, Timeout: p.Ring, AsCaller: p.Role == fact.Target})
	}
	if st.s.Ear.Party == p.ID {
		st.do(RingEar{Call: st.s.Ear.Call})
	}
	st.arm(RingTimer, p.Ring+RingGrace)
	switch {
	case p.Role != fact.Target:
	case st.s.ByKey == p.ID:
		st.do(TellPhone{Offer: st.s.Record.Leg(), News: TransferBegun})
	default:
		st.letGo()
	}
}

// displayTo is what the phone of a party shows: what it is called for, and the rest as
// for any agent.
func (st *step) displayTo(p *Party) string {
	why := map[fact.Role]string{
		fact.Consulted: "consultation", fact.Target: "transfert", fact.Member: "conférence",
		fact.Listening: "écoute", fact.Whispers: "conseil", fact.Barging: "intervention",
	}[p.Role]
	return why + " · " + st.display()
}

// dropParty hangs up on a party; one that was never dialled is gone at once.
func (st *step) dropParty(p *Party, by string) {
	switch {
	case p == nil:
	case st.s.Asked == p.ID:
		st.s.Asked = ""
		st.disarm(RingTimer)
		st.write(fact.PartyLeft{Party: p.ID, Result: contact.Lost, By: by})
	default:
		st.do(DropLeg{Offer: p.ID})
	}
}

// callOff is dropParty for one on whom the caller may depend: who was sent to somebody that
// is never dialled waits again.
func (st *step) callOff(p Party, by string) {
	undialled := st.s.Asked == p.ID
	st.dropParty(&p, by)
	if undialled {
		st.partyMissing(&p)
	}
}

// dropParties lets everybody go but the caller and who has the call.
func (st *step) dropParties() {
	for _, p := range slices.Clone(st.s.Record.Parties) {
		st.dropParty(&p, "caller")
	}
}

// partyAnswered: a party is on the line.
func (st *step) partyAnswered(p *Party) {
	switch {
	case p.Role == fact.Leaving || st.s.Phase != Talking || st.s.Record.astray(p):
		st.do(DropLeg{Offer: p.ID})
		return
	case p.Joined():
		return // told again after a gap: what is arranged anew has it
	}
	id, role := p.ID, p.Role
	st.disarm(RingTimer)
	st.write(fact.PartyJoined{Party: id})
	if role == fact.Target {
		st.handOver(id)
	}
}

// partyGone is defined in every phase: the leg of a party is gone, or never came to be.
func (st *step) partyGone(p *Party, e AgentLeft) {
	gone := *p
	if gone.Role == fact.Leaving {
		st.write(endOf(&gone))
		return
	}
	f := fact.PartyLeft{Party: gone.ID, Cause: e.Cause, By: "party"}
	if !gone.Joined() {
		f.Result = cmp.Or(e.Result, contact.Lost)
		st.s.Asked = ""
		st.disarm(RingTimer)
	}
	st.write(f)
	st.partyMissing(&gone)
}

// endOf is the fact that frees who was let go.
func endOf(p *Party) fact.Fact {
	if p.Agent == "" {
		return fact.TransferEnded{Transfer: p.ID, By: "system"}
	}
	return fact.LegEnded{Offer: p.ID, By: "agent"}
}

// partyMissing is for a caller who was sent to somebody who is not there.
func (st *step) partyMissing(p *Party) {
	if st.s.Phase == Talking && p.Role == fact.Target && st.s.Record.Leg() == "" {
		st.withNobody()
	}
}

// partyRefused follows the ledger, which has no such party.
func (st *step) partyRefused(e PartyRefused) {
	rec := &st.s.Record
	p := rec.Party(e.Party)
	switch {
	case p == nil && rec.Leg() != e.Party, e.Party == "":
		return
	case p == nil: // a failover lost it since, and it has the call
		st.do(DropLeg{Offer: e.Party})
		rec.noOffer()
		rec.Transfer = nil
		p = &Party{ID: e.Party, Role: fact.Target}
	case st.s.Asked == e.Party:
		st.s.Asked = ""
		st.disarm(RingTimer)
	default:
		st.do(DropLeg{Offer: e.Party})
	}
	gone := *p
	rec.withoutParty(e.Party)
	st.partyMissing(&gone)
}

// partyLate is for a party whose claim, or whose phone, has taken too long.
func (st *step) partyLate() {
	p := st.s.Record.invited()
	switch {
	case p == nil:
	case st.s.Asked == p.ID:
		st.callOff(*p, "system")
	default:
		st.do(AskLeg{Offer: p.ID})
	}
}
