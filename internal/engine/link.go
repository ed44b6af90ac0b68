package engine

import (
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/ivr"
)

// Link is a message with a link, as the ledger counts it: without what it says, and
// with a keyed hash of who gets it.
type Link struct {
	N  int    `json:"n"`
	To string `json:"to"`
	// At is when it was claimed, in µs.
	At       int64 `json:"at"`
	Released bool  `json:"released,omitempty"`
}

type (
	// LinkAccepted says that the ledger counts the message of that number, which may
	// be sent.
	LinkAccepted struct{ N int }
	// LinkRefused says that the ledger does not, since this person got as many as
	// anybody may today (Limited) or for another reason.
	LinkRefused struct {
		N       int
		Limited bool
	}
)

func (LinkAccepted) event() {}
func (LinkRefused) event()  {}

// claimLink asks the ledger to count a message before it is sent. What it says and to
// whom stays in this process.
func (st *step) claimLink(f ivr.Fetch) {
	st.s.claim = &f
	st.write(fact.LinkClaimed{
		N: f.ID, Channel: string(f.Message.Channel), To: st.person(f.Message.To), PerDay: f.Message.PerDay, Since: st.midnight(),
	})
}

// person recognises a number or an address, in facts that do not tell it.
func (st *step) person(address string) string {
	if st.rules.Person == nil {
		return "somebody"
	}
	return st.rules.Person(address)
}

// linkAccepted sends what was claimed, if it is still wanted.
func (st *step) linkAccepted(e LinkAccepted) {
	if f := st.s.claim; f != nil && f.ID == e.N {
		st.s.claim = nil
		st.do(Fetch{*f})
	}
}

func (st *step) linkRefused(e LinkRefused) {
	f := st.s.claim
	if f == nil || f.ID != e.N {
		return
	}
	st.s.claim = nil
	failure := ivr.Unclaimed
	if e.Limited {
		failure = ivr.Limited
	}
	st.fetched(Fetched{ivr.Fetched{ID: e.N, Failure: failure}})
}

// unsent gives back what was claimed for a message that was not sent for certain. One
// that may have arrived all the same counts: nobody is flooded.
func (st *step) unsent(a ivr.Fetched) {
	link := st.s.Record.Link
	if link == nil || link.N != a.ID || link.Released || a.Failure == "" && a.Status/100 == 2 {
		return
	}
	switch a.Failure {
	case "", ivr.Unreachable, ivr.Busy, ivr.Resting:
		st.write(fact.LinkReleased{N: a.ID})
	}
}

// dropClaim takes back what was claimed and is not wanted any more.
func (st *step) dropClaim() {
	if f := st.s.claim; f != nil {
		st.s.claim = nil
		st.write(fact.LinkReleased{N: f.ID})
	}
}

func (r *Record) linkReleased() {
	if r.Link != nil {
		link := *r.Link // records are shared
		link.Released = true
		r.Link = &link
	}
}
