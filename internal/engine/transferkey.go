package engine

import "github.com/guichet/guichet/internal/fact"

// The Transfer key of the telephone of who has the call is a transfer as any other, but for
// two things. Who has pressed it keeps the call until the other has answered, since his
// phone waits to be told what became of it: if nothing comes of it, he has the caller again.
// And he dials whom he means.
//
//	together, held ─► sending, and he has the call still ─► the other has it   told: done
//	       ▲                      │        │
//	       └── nobody answers ◄───┘        └─► he hangs up: sending, as ever
//	           told: unreached
//
// A queue that he dials has the caller at once, and that is told as done.
//
// What is told follows from the record alone once the ledger has the party: whoever takes
// the call up tells it.

type (
	// PhoneTransfers says that the Transfer key of the phone of a leg was pressed, and whom
	// was dialled; Attended that the caller is to take the place of another call of that
	// phone, which is Call if it is one that we look after.
	PhoneTransfers struct {
		Offer    fact.OfferID
		To       string
		Attended bool
		Call     string
	}
	// TellPhone tells that phone what becomes of it.
	TellPhone struct {
		Offer fact.OfferID
		News  News
	}
)

func (PhoneTransfers) event() {}
func (TellPhone) command()    {}

// News is what a phone is told of the transfer that it asked for, from a closed list.
type News string

// The news. All but TransferBegun are the last word.
const (
	TransferBegun     News = "begun"     // the other is being called
	TransferDone      News = "done"      // the other has the call
	TransferUnreached News = "unreached" // he has not, and will not
	TransferRefused   News = "refused"   // nothing was done: for whoever is told of NotDone
)

// ByOwnCall is why a transfer to another call of the phone is refused that is none with
// whom the agent consults.
const ByOwnCall WhyNot = "second_call"

// phoneTransfers sends the caller to whom the agent has dialled.
func (st *step) phoneTransfers(e PhoneTransfers) {
	if st.s.ByKey != "" && e.Offer == st.s.Record.Leg() {
		return // asked for again, it is told what the first one is told
	}
	if e.Attended && e.Call != "" && e.Call == st.s.Ear.Call && e.Offer == st.s.Record.Offer {
		st.completesByKey()
		return
	}
	d, refused := st.dialled(e)
	if refused == nil {
		refused = st.refuses(d)
	}
	if refused != nil {
		st.out.Refused = refused
		st.s.KeyRefused, st.s.KeyRefusedAt = e.Offer, st.at
		return
	}
	if d.Queue != "" {
		st.do(TellPhone{Offer: e.Offer, News: TransferDone})
		st.requeue(d.Queue, "", d.By)
		return
	}
	st.invite(d, fact.Target)
	st.s.ByKey = st.s.Asked
}

// dialled is the deed that the key of a phone stands for.
func (st *step) dialled(e PhoneTransfers) (Direct, *NotDone) {
	rec := &st.s.Record
	d := Direct{Do: SendTo}
	switch p := rec.Party(e.Offer); {
	case e.Offer == "":
	case e.Offer == rec.Offer:
		d.By = rec.Agent
	case p != nil:
		d.By = p.Agent
	}
	if e.Attended {
		return d, no(ByOwnCall, "the caller is not sent to another call of the phone than one with whom he is to speak: dial that one while you have the caller")
	}
	st.means(&d, e.To)
	return d, nil
}

// tellDone tells a phone that its transfer is done, before its call is ended.
func (st *step) tellDone(had, to fact.OfferID) {
	if st.s.ByKey != to {
		return
	}
	st.s.ByKey = ""
	if had != "" {
		st.do(TellPhone{Offer: had, News: TransferDone})
	}
}

// tellUnreached tells a phone that nobody has the call whom it was transferred to.
func (st *step) tellUnreached() {
	rec := &st.s.Record
	if st.s.ByKey == "" || rec.Party(st.s.ByKey) != nil {
		return
	}
	st.s.ByKey = ""
	if leg := rec.Leg(); leg != "" && st.s.Phase == Talking {
		st.do(TellPhone{Offer: leg, News: TransferUnreached})
	}
}

// byKey is whom a key sends the caller to, found again: no other transfer that the ledger
// has accepted leaves the call to who had it.
func (r *Record) byKey() fact.OfferID {
	if p := r.second(); p != nil && p.Role == fact.Target && r.Leg() != "" {
		return p.ID
	}
	return ""
}
