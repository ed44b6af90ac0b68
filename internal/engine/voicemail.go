package engine

import (
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/routing"
)

// A recorded message of a mailbox that names a queue is a contact of its own: it lives as a
// mail does (mail.go), and what is different is all here. The caller who left it is another
// contact, whose outcome it does not touch.

// MessageDone says that somebody has dealt with the message outside of what was offered to
// agents: the ledger has closed its contact.
type MessageDone struct{ By string }

func (MessageDone) event() {}

// forQueue is the queue that serves the messages of a mailbox, with what routing asks of the
// caller; nil without one, and beside an older controller, which could not read it.
func (st *step) forQueue(mailbox string) *fact.ForQueue {
	if st.rules.MailboxQueue == nil || !st.understands(fact.FormatVoicemail) {
		return nil
	}
	queue, within := st.rules.MailboxQueue(mailbox)
	if queue == "" {
		return nil
	}
	a := st.attributes(st.s.Menu.Topic(), st.s.Menu.Vars)
	return &fact.ForQueue{
		Queue: queue, Department: a.Department, PostalCode: a.PostalCode, Authentication: a.Authentication, Organisation: a.Organisation,
		Within: within,
	}
}

// decideFor routes what waits without a caller: a mail by its rules, a message to its queue.
func (st *step) decideFor(m letter) routing.Decision {
	rec, at := &st.s.Record, time.UnixMicro(st.at)
	if m.queue == "" {
		return st.rules.Plan.Route(m.Attributes, at)
	}
	d := st.rules.Plan.Toward(m.queue, m.Attributes, at)
	if rec.Voicemail.Urgent(st.at) {
		d.Priority++
		d.Ageing.Mail = 0 // its own wait counts from now on as that of somebody on the line
	}
	return d
}

// becomesUrgent is added to the moment at which a message does, so that it is past by the
// clock of the site when the timer fires.
const becomesUrgent = 100 * time.Millisecond

// routedInVain is how long one waits that has become urgent, and that no rule leads to its
// queue any more.
const routedInVain = time.Minute

// untilRouted is when what waits without a caller is routed anew: before the hours of its
// last decision end, and when a message becomes urgent.
func (st *step) untilRouted(after time.Duration) time.Duration {
	rec := &st.s.Record
	if v := rec.Voicemail; v != nil && v.For.Within != 0 && !rec.Urgent {
		if soon := st.left(v.UrgentFrom(), becomesUrgent); soon > 0 {
			return min(after, soon)
		}
		return min(after, routedInVain)
	}
	return after
}

// messageDone ends the contact: nobody need hear the message any more. Whoever has it on his
// screen sees it go.
func (st *step) messageDone(e MessageDone) {
	v := st.s.Record.Voicemail
	if v == nil || st.s.Record.ClosedAt != 0 {
		return
	}
	st.disarm(RingTimer)
	st.disarm(RouteTimer)
	st.s.Record.Apply(st.at, "", fact.MessageDone{Message: v.Message, By: e.By})
	st.s.Phase = Gone
	st.dropLeg()
}

// heardBy closes the record of a message that somebody has dealt with.
func (r *Record) heardBy(at int64, f fact.MessageDone) {
	if r.Outcome == contact.StillHere {
		r.Outcome = contact.Answered
		if f.By != "" && f.By == string(r.Agent) {
			r.ServedBy = r.Center
		}
	}
	r.ClosedAt, r.Reason = at, "message done"
}
