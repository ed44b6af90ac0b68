package engine

import (
	"slices"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/routing"
)

// A mail, and the contact of a recorded message (voicemail.go), lives as a call does: it waits, is tried at one agent after the other,
// is answered, closed, by the same steps and facts. What is different is all
// here: nobody is on a line, so nothing is said and no menu asks; and between
// the moment at which the agent takes it (Joining) and the answer (Replied)
// there may be an hour, after which it is given back.

// interactive reports whether somebody is at the other end of a line.
func (st *step) interactive() bool { return st.s.Record.Medium.Interactive() }

// posted routes a mail, or a message, that has just arrived. What a caller says in the menu
// is written on it.
func (st *step) posted() {
	st.s.Phase = Waiting
	st.routeMail()
}

// rerouteAfter is how long a mail may wait on one decision, whose open hours
// reach eight days.
const rerouteAfter = 7 * 24 * time.Hour

// routeMail queues the mail, or queues it anew at its own rank when it has
// waited for so long that the hours of the last decision end.
func (st *step) routeMail() {
	rec := &st.s.Record
	m := st.written()
	d := st.decideFor(m)
	queueable := d.Refused == "" && d.Service == nil
	switch {
	case queueable:
		queued := st.queuedBy(d, m.Topic, m.Language)
		queued.Authentication = m.Authentication
		queued.Steps = openedBy(queued.Steps, st.waited())
		st.write(queued)
	case rec.Queueings == 0:
		st.refuseMail(d)
		return
	}
	st.armRouteIn(st.untilRouted(rerouteAfter))
}

// QueueingVoid says that the ledger has not accepted the latest place of something that waits
// without a caller, because an agent was tried at that moment: what it was queued by before
// holds.
type QueueingVoid struct {
	Queueings, Priority int
	Urgent              bool
}

func (QueueingVoid) event() {}

// QueueingOf is what the ledger has, by which a place that it has not accepted is taken back.
func QueueingOf(rec *Record) QueueingVoid {
	return QueueingVoid{Queueings: rec.Queueings, Priority: rec.Priority, Urgent: rec.Urgent}
}

// queueingVoid takes the place back. It is tried again once the offer is over that came
// before it; if none is under way any more, after a while, for nobody knows the reason.
func (st *step) queueingVoid(e QueueingVoid) {
	rec := &st.s.Record
	if st.interactive() || rec.ClosedAt != 0 || e.Queueings >= rec.Queueings {
		return
	}
	rec.Queueings, rec.Priority, rec.Urgent = e.Queueings, e.Priority, e.Urgent
	if st.s.Phase == Waiting {
		st.armRouteIn(routedInVain)
	}
}

// waited is for how long it has waited in its queue: 0 at first.
func (st *step) waited() time.Duration {
	if rec := &st.s.Record; rec.Queueings > 0 {
		return time.Duration(st.at-rec.QueuedAt) * time.Microsecond
	}
	return 0
}

// openedBy are the steps of who has waited already: what had opened stays open.
func openedBy(steps []contact.Step, waited time.Duration) []contact.Step {
	steps = slices.Clone(steps)
	for i := range steps {
		steps[i].After = max(steps[i].After-waited, 0)
	}
	return steps
}

// letter is what routing asks of something that waits without a caller; queue is where a
// message goes, and empty for a mail.
type letter struct {
	routing.Attributes
	queue contact.Queue
}

// written is what is written on it; nothing if a fact came without.
func (st *step) written() letter {
	rec := &st.s.Record
	l := letter{Attributes: routing.Attributes{Entry: rec.Entry, Medium: rec.Medium, Organisation: rec.Organisation}}
	if m := rec.Mail; m != nil {
		l.Topic, l.Department, l.PostalCode, l.Language = m.Topic, m.Department, m.PostalCode, m.Language
	}
	if v := rec.Voicemail; v != nil {
		l.queue = v.For.Queue
		l.Topic, l.Department, l.PostalCode, l.Language = v.Topic, v.For.Department, v.For.PostalCode, v.Language
		l.Authentication = v.For.Authentication
		if l.Organisation == "" {
			l.Organisation = v.For.Organisation
		}
	}
	return l
}

// refuseMail closes a mail for which the site has no queue. Whoever takes mails
// in asks first (channel/email), so that nobody is told it was accepted.
func (st *step) refuseMail(d routing.Decision) {
	refusal := d.Refused
	if refusal == "" {
		refusal = contact.NoAgent
	}
	st.leave(&fact.Closed{
		Outcome: contact.Dissuaded, Refusal: refusal, Queue: d.Queue, Organisation: st.organisation(d),
		Asked: true, Topic: st.written().Topic, Reason: string(refusal),
	}, normalClearing)
}

// taken: the agent works on the answer. Told twice, it is taken once.
func (st *step) taken() {
	if st.s.Phase != Trying {
		return
	}
	rec := &st.s.Record
	st.s.Phase = Joining
	st.write(fact.Taken{Offer: rec.Offer})
	st.arm(RingTimer, rec.Policies.Handle)
}

// mailRestarted derives again what a new process must know: the deadline of who
// has the mail, or when it is to be routed anew.
func (st *step) mailRestarted() {
	rec := &st.s.Record
	switch st.s.Phase {
	case Waiting:
		if rec.Queueings == 0 {
			st.routeMail() // its queueing was lost
			return
		}
		st.armRoute()
	case Trying:
		st.armRing()
	case Joining:
		st.arm(RingTimer, st.left(rec.TakenAt, rec.Policies.Handle))
	case Leaving:
		st.do(Release{Cause: normalClearing})
	case Gone:
		st.dropLeg()
	}
}

// armRoute starts the route timer of a mail that waits, or what is left of the time
// to call somebody back.
func (st *step) armRoute() {
	if st.s.Record.Away() {
		st.armExpiry()
		return
	}
	if rec := &st.s.Record; !st.interactive() {
		weeks := rec.Queueings
		switch {
		case rec.Urgent && weeks > 1:
			weeks-- // queued anew for that, and not after a week
		case !rec.Urgent && rec.Voicemail != nil && rec.Voicemail.Urgent(st.at):
			st.armRouteIn(0) // it has become so while an agent was tried
			return
		}
		st.armRouteIn(st.untilRouted(st.left(rec.QueuedAt, time.Duration(weeks)*rerouteAfter)))
	}
}

func (st *step) armRouteIn(after time.Duration) { st.arm(RouteTimer, after) }

func (st *step) disarmRoute() {
	if !st.interactive() || st.s.Record.Away() {
		st.disarm(RouteTimer)
	}
}

// left is what remains now of a time that began then.
func (st *step) left(began int64, lasts time.Duration) time.Duration {
	return max(lasts-time.Duration(st.at-began)*time.Microsecond, 0)
}
