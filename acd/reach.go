package acd

import (
	"maps"
	"slices"

	"github.com/guichet/guichet/internal/contact"
)

// reach is everybody who may serve a waiting contact at its present step or at
// one to come, whatever the hours. Contacts that ask the same share it.
type reach struct {
	key     string
	steps   []stepReach
	tickets map[*Ticket]struct{}
	// whole are the steps of one of its contacts from the first on, which all that
	// have the same share.
	whole []contact.Step
}

// stepReach is the crews that may serve one step.
type stepReach struct {
	ask   Ask
	crews []*crew
}

func (t *Ticket) appendReachKey(key []byte) []byte {
	for _, s := range t.Steps[t.Step:] {
		key = AskOf(t.Medium, t.Department, s, s.Centers).appendKey(key)
	}
	return key
}

// reachOf returns the reach of a ticket, a new one if it is the first.
func (f *Floor) reachOf(t *Ticket) *reach {
	var room [keyRoom]byte
	key := t.appendReachKey(room[:0])
	if r := f.reaches[string(key)]; r != nil {
		return r
	}
	r := &reach{key: string(key), tickets: map[*Ticket]struct{}{}}
	for _, s := range t.Steps[t.Step:] {
		r.steps = append(r.steps, stepReach{ask: AskOf(t.Medium, t.Department, s, s.Centers)})
	}
	for _, c := range f.crews {
		r.meet(c)
	}
	f.reaches[r.key] = r
	f.idleReaches++
	return r
}

// share has a ticket share what it says like others of its circle and reach: with
// many contacts that is most of what they need.
func (t *Ticket) share() {
	if t.Step == 0 && t.reach.whole == nil {
		t.reach.whole = t.Steps
	}
	if slices.EqualFunc(t.Steps, t.reach.whole, sameStep) {
		t.Steps = t.reach.whole
	}
	if len(t.Centers) > 0 {
		t.Centers = t.circle.ask.Centers
	}
}

// sameStep is exact: the state must be written down with the same bytes.
func sameStep(a, b contact.Step) bool {
	return a.After == b.After && a.Files == b.Files && a.EstimatedWait == b.EstimatedWait && a.PerAgent == b.PerAgent && slices.Equal(a.Need, b.Need) &&
		slices.Equal(a.Centers, b.Centers) && (a.Centers == nil) == (b.Centers == nil)
}

// sweepReaches forgets the reaches of which nobody waits.
func (f *Floor) sweepReaches() {
	f.idleReaches = 0
	maps.DeleteFunc(f.reaches, func(_ string, r *reach) bool { return len(r.tickets) == 0 })
}

// meet takes a new crew into account, and reports whether it is the first of a
// step.
func (r *reach) meet(c *crew) (turned bool) {
	for i := range r.steps {
		if s := &r.steps[i]; Serves(&c.card, s.ask) == NoRefusal {
			s.crews = append(s.crews, c)
			turned = turned || len(s.crews) == 1
		}
	}
	return turned
}

// lose forgets a crew, and reports whether it was the last of a step.
func (r *reach) lose(c *crew) (turned bool) {
	for i := range r.steps {
		s := &r.steps[i]
		before := len(s.crews)
		s.crews = slices.DeleteFunc(s.crews, func(other *crew) bool { return other == c })
		turned = turned || before == 1 && len(s.crews) == 0
	}
	return turned
}

// laterStep reports whether somebody is logged in who could serve at a step to
// come.
func (r *reach) laterStep() bool {
	return slices.ContainsFunc(r.steps[1:], func(s stepReach) bool { return len(s.crews) > 0 })
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
	switch alone := t.reach.nobody(); {
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

// noteAllAlone does so for every waiting contact whom it may concern, after
// agents came or went.
func (f *Floor) noteAllAlone(at int64) {
	for _, r := range f.turned {
		for t := range r.tickets {
			f.noteAlone(t, at)
			f.reschedule(t) // a step may open now, or not any more
		}
	}
	f.turned = f.turned[:0]
}
