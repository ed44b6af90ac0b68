package engine

import (
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// CancelCallback says that the person need not be called back: he said so himself, or a
// supervisor decided it. By and Reason are words of people for the ledger.
//
// It is the owner who writes it, as the end of the contact: so it comes after whatever else
// happened to the contact, and a failover of the ledger that loses it has it written again in
// its place, as any fact of the owner.
type CancelCallback struct{ By, Reason string }

func (CancelCallback) event() {}

// cancelCallback closes who waits to be called: his place is free. Whoever is being called, or
// whose agent's phone rings, is called.
func (st *step) cancelCallback(c CancelCallback) {
	if no := st.refusesCancelling(); no != nil {
		st.out.Refused = no
		return
	}
	rec := &st.s.Record
	st.write(fact.Closed{
		Outcome: contact.Failed, Queue: rec.Queue, Organisation: rec.Organisation, Asked: true, Topic: rec.Topic,
		Reason: "cancelled", Cancelled: &fact.Cancelled{By: c.By, Reason: c.Reason},
	})
	st.disarm(RingTimer)
	st.disarm(RouteTimer)
	st.s.Phase = Gone
}

// refusesCancelling says why not, nil if it may be.
func (st *step) refusesCancelling() *NotDone {
	rec := &st.s.Record
	switch {
	case rec.Callback == nil || rec.ClosedAt != 0 || rec.Met() || rec.Returned:
		return no(NoCallbackOpen, "nobody is to be called back")
	case rec.Callback.Place != nil:
		return no(OnTheLine, "the person was promised a call and is still on the line")
	case st.s.Phase != Waiting || rec.Offer != "" || rec.Callback.Call != "" || st.s.Reached:
		return no(BeingCalled, "the person is just being called back")
	case !st.understands(fact.FormatCancelled):
		return no(OlderBeside, "a controller of an older version is beside this one and could not read it")
	}
	return nil
}
