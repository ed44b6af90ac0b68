package acd

import (
	"strings"

	"github.com/guichet/guichet/internal/contact"
)

// reach is everybody who may serve a waiting contact at its present step or at
// one to come, whatever the hours. Contacts that ask the same share it.
type reach struct {
	steps   []stepReach
	tickets map[*Ticket]struct{}
}

// stepReach is the crews that may serve one step.
type stepReach struct {
	ask   Ask
	crews []*crew
}

func (t *Ticket) reachKey() string {
	var key strings.Builder
	for _, s := range t.Steps[t.Step:] {
		key.WriteString(AskOf(t.Medium, t.Department, s, s.Centers).key())
		key.WriteString(" then ")
	}
	return key.String()
}

func (f *Floor) reachOf(t *Ticket) *reach {
	r := f.reaches[t.reachID]
	if r == nil {
		r = &reach{tickets: map[*Ticket]struct{}{}}
		for _, s := range t.Steps[t.Step:] {
			r.steps = append(r.steps, stepReach{ask: AskOf(t.Medium, t.Department, s, s.Centers)})
		}
		for _, c := range f.crews {
			r.meet(c)
		}
		f.reaches[t.reachID] = r
	}
	return r
}

func (r *reach) meet(c *crew) {
	for i := range r.steps {
		if Serves(&c.card, r.steps[i].ask) == NoRefusal {
			r.steps[i].crews = append(r.steps[i].crews, c)
		}
	}
}

func (r *reach) lose(c *crew) {
	for i := range r.steps {
		r.steps[i].crews = without(r.steps[i].crews, c)
	}
}

// nobody reports whether no agent is logged in who could serve any step.
func (r *reach) nobody() bool {
	for _, s := range r.steps {
		if len(s.crews) > 0 {
			return false
		}
	}
	return true
}

// able reports whether somebody of a step is logged in whose center is in hours.
func (s *stepReach) able(inHours func(contact.Center) bool) bool {
	for _, c := range s.crews {
		if inHours(c.card.Center) {
			return true
		}
	}
	return false
}

// noteAlone writes down since when nobody is there for a waiting contact.
func (f *Floor) noteAlone(t *Ticket, at int64) {
	since := t.AloneSince
	switch alone := f.reachOf(t).nobody(); {
	case !alone:
		since = 0
	case since == 0:
		since = at
	}
	if since != t.AloneSince {
		t.AloneSince = since
		f.reschedule(t)
	}
}

// noteAllAlone does so for every waiting contact, after an agent came or went.
func (f *Floor) noteAllAlone(at int64) {
	for _, r := range f.reaches {
		nobody := r.nobody()
		for t := range r.tickets {
			if nobody == (t.AloneSince != 0) {
				break // they share it: as one is, all are
			}
			f.noteAlone(t, at)
		}
	}
}
