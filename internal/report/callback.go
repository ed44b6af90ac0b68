package report

import (
	"fmt"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/terminal"
)

// promise counts somebody as asking who is to be called back.
func (l *life) promise(f fact.CallbackRequested) {
	l.asked, l.callback = true, true
	l.routed(f.Place.Department, f.Place.Organisation)
	if f.Place.Topic != "" {
		l.topic = f.Place.Topic
	}
}

// cancelled counts a call back that somebody cancelled.
func (r *recount) cancelled(l *life, f fact.Fact) {
	if closed, is := f.(fact.Closed); is && closed.Cancelled != nil {
		l.cancelled = true
		r.numbers.add("cancelled", l.queue)
	}
}

// notCalled holds a contact back whose person was not reached. Its agent's leg ends by
// its own fact.
func (r *recount) notCalled(at int64, l *life, f fact.CallbackFailed) {
	if f.Result != contact.Lost {
		l.calls++
	}
	l.held = f.NotBefore
	if l.live == "" {
		r.order.leave(l)
		r.waitsAgain(at, l)
	}
}

// callbackInWords tells the facts of a callback.
func (s speaker) callbackInWords(l *life, f fact.Fact) string {
	switch f := f.(type) {
	case fact.CallbackRequested:
		if a := f.Appointment; a != nil {
			return fmt.Sprintf("an appointment: a call back is promised by %s, for %s about %s, on %s to %s, by %s; at most %d attempts, %s apart%s",
				s.queue(f.Place.Queue), "the number given", f.Place.Topic, time.UnixMicro(a.From).In(s.site.Zone).Format("2006-01-02 15:04"),
				time.UnixMicro(a.Until).In(s.site.Zone).Format("15:04"), a.Center, f.Attempts, terminal.Clock(f.RetryAfter), decidedInWords(f.Place.Decided))
		}
		return fmt.Sprintf("a call back is promised by %s, for %s about %s; at most %d attempts, %s apart, until %s%s",
			s.queue(f.Place.Queue), "the number given", f.Place.Topic, f.Attempts, terminal.Clock(f.RetryAfter),
			time.UnixMicro(f.ExpiresAt).In(s.site.Zone).Format("2006-01-02 15:04"), decidedInWords(f.Place.Decided))
	case fact.CallbackWithdrawn:
		return "no call back is promised: " + f.Reason
	case fact.CallingBack:
		return "agent " + s.naming.agent(l.offer.Agent) + " is on the line; the person is called back"
	case fact.CallbackFailed:
		text := fmt.Sprintf("the person was not reached: %s%s", words(string(f.Result)), cause(f.Cause))
		if f.Result == contact.Returned {
			text = "the agent hung up before the person answered"
		}
		if f.NotBefore != 0 {
			text += "; not called again before " + s.clock(f.NotBefore)
		}
		return text + "; the contact keeps its rank"
	}
	return ""
}
