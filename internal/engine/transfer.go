package engine

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/ivr"
	"github.com/guichet/guichet/routing"
)

// Transfer is the outside leg of a contact who is sent to a local service.
type Transfer struct {
	ID      fact.OfferID  `json:"id"`
	Service string        `json:"service"`
	Number  string        `json:"number"`
	At      int64         `json:"at"`
	Ring    time.Duration `json:"ring"`
}

// A transfer is bounded: ClaimTime is for how long the ledger may take to accept
// it, ServiceRing for how long the local service may take to answer.
const (
	ClaimTime   = 10 * time.Second
	ServiceRing = 30 * time.Second
)

// transfer claims the leg to the contact's local service.
func (st *step) transfer(a ivr.Ask, d routing.Decision) {
	st.s.Refused = nil
	st.claim(fact.Transferring{
		Service: d.Service.Name, Number: d.Service.Number, Ring: ServiceRing,
		Topic: a.Topic, Department: d.Department, Organisation: st.organisation(d), Rule: d.Rule,
		Crossed: names(a.Crossed), Decided: st.decided(a.Decisions),
	})
}

// sendOut claims the leg to the number that the menu itself names. What a queue has
// refused before stays refused: who is not reached outside either is dissuaded by it.
func (st *step) sendOut(a ivr.SendOut) {
	st.claim(fact.Transferring{
		Service: a.Name, Number: a.Number, Ring: a.Ring, Topic: a.Topic, Department: a.Department,
		Crossed: names(a.Crossed), Decided: st.decided(a.Decisions),
	})
}

// claim writes that a number outside is to be called. Nothing is dialled before the
// ledger has accepted it; the caller hears music meanwhile.
func (st *step) claim(f fact.Transferring) {
	f.Transfer, f.Authentication, f.Menu = st.transferID(), st.s.Menu.Authentication, st.menu()
	st.write(f)
	st.disarm(MenuTimer)
	st.stopPlay()
	st.s.Phase = Claiming
	st.do(st.music())
	st.arm(RingTimer, ClaimTime)
}

// transferID names a transfer by its contact and its instant. Whoever takes the
// contact up after us without knowing of it will choose another instant, and so
// another leg.
func (st *step) transferID() fact.OfferID {
	rec := &st.s.Record
	return fact.OfferID(fmt.Sprintf("out-%s-%s.%d", rec.ID, strconv.FormatInt(st.at, 36), len(rec.Tried)))
}

// transferAccepted dials. What is told twice is done once, and what the caller
// or the clock has ended meanwhile is not done at all.
func (st *step) transferAccepted(e TransferAccepted) {
	t := st.s.Record.Transfer
	if st.s.Phase != Claiming || t == nil || t.ID != e.Transfer {
		return
	}
	st.s.Phase = Trying
	st.do(CallOut{Transfer: t.ID, Number: t.Number, Timeout: t.Ring})
	st.arm(RingTimer, t.Ring+RingGrace)
}

// serviceLeft is defined for every phase: the outside leg is gone.
func (st *step) serviceLeft(e AgentLeft) {
	switch st.s.Phase {
	case Talking:
		st.transferEnded("service")
		if !st.inherited() {
			st.leave(nil, normalClearing) // who talked with somebody outside last is asked nothing
		}
	case Claiming, Trying, Joining:
		st.notReached(e.Result, e.Cause)
	default:
		st.transferEnded("caller")
	}
}

func (st *step) transferEnded(by string) {
	st.write(fact.TransferEnded{Transfer: st.s.Record.Transfer.ID, By: by})
}

// notReached gives the caller back to the menu, which says so or goes on to the
// agents.
func (st *step) notReached(result contact.RingResult, cause int) {
	if result == "" {
		result = contact.Lost
	}
	st.write(fact.TransferFailed{Transfer: st.s.Record.Transfer.ID, Result: result, Cause: cause})
	st.disarm(RingTimer)
	st.s.Phase = InMenu
	st.do(StopMusic{})
	st.walk(ivr.NotReached{Result: result})
}

// applyTransfer folds the facts of a transfer.
func (r *Record) applyTransfer(at int64, f fact.Fact) {
	switch f := f.(type) {
	case fact.Transferring:
		r.transferring(at, f)
	case fact.TransferFailed:
		if r.transfers(f.Transfer) {
			r.Tried = append(slices.Clip(r.Tried), r.Transfer.Number)
			r.Transfer, r.Unreached = nil, f.Result
		}
	case fact.Transferred:
		r.TransferredAt = at
		if r.Outcome == contact.StillHere {
			r.Outcome = contact.TransferredOut
		}
	case fact.TransferEnded:
		if r.transfers(f.Transfer) {
			r.Transfer = nil
		}
		r.withoutParty(f.Transfer) // who was let go
	default:
		r.applyCallback(at, f)
	}
}

// transferring takes the contact out of the queue that it may have waited in:
// it is not that queue's contact any more.
func (r *Record) transferring(at int64, f fact.Transferring) {
	r.Transfer = &Transfer{ID: f.Transfer, Service: f.Service, Number: f.Number, At: at, Ring: f.Ring}
	r.Queue, r.GivenUp, r.Unreached, r.Callback = "", "", "", nil
	r.routed(f.Department, f.Organisation)
	if f.Topic != "" {
		r.Topic = f.Topic
	}
	if len(f.Menu) > 0 {
		r.Menu = f.Menu
	}
}

// transfers reports whether this is the live transfer of the contact.
func (r *Record) transfers(id fact.OfferID) bool { return r.Transfer != nil && r.Transfer.ID == id }

// Met reports whether the person is or was bridged to somebody.
func (r *Record) Met() bool { return r.Connected() || r.TransferredAt != 0 }
