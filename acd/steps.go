package acd

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// Who may serve a waiting contact changes with time: a step opens after its
// delay, or at once when nobody of the present one is logged in; centers open
// and close. A step never opens while an eligible agent of the present one is
// ready, and never closes again. Changes finds what is due; SetCircle and GiveUp
// are what its facts do.

// inHours reports whether a center serves a contact at a time: it is open, or
// was when the contact had come already and closed less than ServeWaiting ago.
func (t *Ticket) inHours(c contact.Center, at int64) bool {
	windows, listed := t.Hours[c]
	if !listed {
		return true
	}
	for _, w := range windows {
		if w.From <= at && at < w.Until+t.serve() && w.Until > t.QueuedAt {
			return true
		}
	}
	return false
}

func (t *Ticket) serve() int64 { return t.Closing.ServeWaiting.Microseconds() }

// serving are the centers of a step that serve the contact at a time.
func (t *Ticket) serving(step int, at int64) []contact.Center {
	centers := []contact.Center{}
	for _, c := range t.Steps[step].Centers {
		if t.inHours(c, at) {
			centers = append(centers, c)
		}
	}
	return centers
}

// begin is the first step of which a center is open; the first of all if none
// is.
func (t *Ticket) begin(at int64) (step int, centers []contact.Center) {
	for i := range t.Steps {
		if centers = t.serving(i, at); len(centers) > 0 {
			return i, centers
		}
	}
	return 0, centers
}

// interactive reports whether the person waits at the other end: nobody lets
// him wait for the next morning.
func (t *Ticket) interactive() bool { return t.Medium.Interactive() }

// Change is a fact about a waiting contact that has become due.
type Change struct {
	Contact contact.ID
	Fact    fact.Fact
}

// Changes lists the contacts, at most limit of them and by id, whose circle is
// to change at the given time, or whose wait is to end. It changes nothing: the
// leader writes it down, and only the facts move a contact.
func (f *Floor) Changes(at int64, limit int) []Change {
	return f.changes(at, f.pressed, limit)
}

// ChangesAmong is Changes on a crowded floor: of those for whom a step may open before its
// time it looks at so many, from a place in their order on. Next is the place to go on
// from, 0 if everybody was looked at.
func (f *Floor) ChangesAmong(at int64, from, many, limit int) (changes []Change, next int) {
	from = min(from, len(f.pressed))
	next = min(from+many, len(f.pressed))
	changes = f.changes(at, f.pressed[from:next], limit)
	if next == len(f.pressed) {
		next = 0
	}
	return changes, next
}

func (f *Floor) changes(at int64, pressed []*Ticket, limit int) []Change {
	candidates := map[contact.ID]*Ticket{}
	overdue, _ := f.due.until(at)
	for _, t := range overdue {
		candidates[t.Contact] = t
	}
	for _, t := range pressed {
		candidates[t.Contact] = t
	}
	for _, c := range f.rounds {
		if c.serving > 0 {
			continue
		}
		for _, t := range c.line {
			if t.reach.laterStep() {
				candidates[t.Contact] = t
			}
		}
	}
	var changes []Change
	for _, t := range candidates {
		if due := f.change(t, at); due != nil {
			changes = append(changes, Change{Contact: t.Contact, Fact: due})
		}
	}
	if len(changes) > limit { // who is before others in line goes first
		slices.SortFunc(changes, func(a, b Change) int { return f.Tickets[a.Contact].before(f.Tickets[b.Contact]) })
		changes = changes[:limit]
	}
	slices.SortFunc(changes, func(a, b Change) int { return cmp.Compare(a.Contact, b.Contact) })
	return changes
}

// change is what is due for one waiting contact, or nil.
func (f *Floor) change(t *Ticket, at int64) fact.Fact {
	if reason := t.hopeless(at); reason != "" {
		return fact.GivenUp{ContactVersion: t.Version, Reason: reason}
	}
	step, why := f.opening(t, at)
	centers := t.serving(step, at)
	if step == t.Step {
		if slices.Equal(centers, t.Centers) {
			return nil
		}
		why = t.hoursWhy(centers)
	}
	return fact.Circle{ContactVersion: t.Version, Step: step, Centers: centers, Why: why}
}

// hopeless says why a person who waits should not be kept waiting any longer.
func (t *Ticket) hopeless(at int64) contact.Refusal {
	switch {
	case !t.interactive() || t.Callback:
		return ""
	case t.AloneSince != 0 && at-t.AloneSince >= t.Closing.NobodyLeft.Microseconds():
		return contact.NoAgent
	case t.allClosed(at):
		return contact.Closed
	}
	return ""
}

// allClosed reports whether no center serves the contact, now or at a step to
// come.
func (t *Ticket) allClosed(at int64) bool {
	for i := t.Step; i < len(t.Steps); i++ {
		if len(t.serving(i, at)) > 0 {
			return false
		}
	}
	return true
}

// opening is the step that should be open, which is the present one if nothing
// is due, and why. Delays count from queueing, so the step in force at a time is
// the last one that is due, even if those between were never opened; a step is due
// before its time if what it says of the line holds.
func (f *Floor) opening(t *Ticket, at int64) (step int, why string) {
	able := func(i int) bool {
		return t.reach.steps[i-t.Step].able(func(c contact.Center) bool { return t.inHours(c, at) })
	}
	nobody := t.circle.serving == 0
	for i := t.Step + 1; nobody && i < len(t.Steps); i++ {
		if able(i) {
			return i, fmt.Sprintf("nobody of step %d is there", t.Step+1)
		}
	}
	if t.circle.somebodyReady(f.ready) {
		return t.Step, ""
	}
	for i := len(t.Steps) - 1; i > t.Step; i-- {
		if !able(i) {
			continue
		}
		if t.QueuedAt+t.Steps[i].After.Microseconds() <= at {
			return i, fmt.Sprintf("after %s", t.Steps[i].After)
		}
		if why := f.pressure(t, i, at); why != "" {
			return i, why
		}
	}
	return t.Step, ""
}

// hoursWhy says which centers of the open step opened or closed.
func (t *Ticket) hoursWhy(now []contact.Center) string {
	var what []string
	for _, c := range now {
		if !slices.Contains(t.Centers, c) {
			what = append(what, string(c)+" has opened")
		}
	}
	for _, c := range t.Centers {
		if !slices.Contains(now, c) {
			what = append(what, string(c)+" has closed")
		}
	}
	return strings.Join(what, ", ")
}

// SetCircle opens a step, or follows centers that opened or closed.
func (f *Floor) SetCircle(at int64, id contact.ID, c fact.Circle) Void {
	t := f.Tickets[id]
	switch {
	case t == nil || t.Offer != "":
		return "contact does not wait"
	case t.Version != c.ContactVersion:
		return "contact has changed"
	case c.Step < t.Step:
		return "a step does not close again"
	case c.Step >= len(t.Steps):
		return "there is no such step"
	}
	for _, center := range c.Centers {
		if !slices.Contains(t.Steps[c.Step].Centers, center) {
			return "a center outside the step"
		}
	}
	f.unawait(t)
	t.Step, t.Centers, t.CircleSince = c.Step, c.Centers, at
	t.Version++
	f.await(t)
	f.noteAlone(t, at)
	return Accepted
}

// GiveUp takes a contact out whom nobody will serve any more.
func (f *Floor) GiveUp(id contact.ID, g fact.GivenUp) Void {
	t := f.Tickets[id]
	switch {
	case t == nil || t.Offer != "":
		return "contact does not wait"
	case !t.interactive():
		return "a mail is not given up"
	case t.Callback:
		return "a callback is not given up"
	case t.Version != g.ContactVersion:
		return "contact has changed"
	case g.Reason != contact.Closed && g.Reason != contact.NoAgent:
		return "given up for no known reason"
	}
	f.unawait(t)
	f.Left[id] = t.Version
	f.discard(t)
	return Accepted
}

// opensAt is the first time, from its delay and from a given time on, at which
// a center of a step serves; never if all are closed as far as the hours say.
func (t *Ticket) opensAt(step int, from int64) (at int64, ever bool) {
	from = max(from, t.QueuedAt+t.Steps[step].After.Microseconds())
	for _, c := range t.Steps[step].Centers {
		if opens, opened := t.serves(c, from); opened && (!ever || opens < at) {
			at, ever = opens, true
		}
	}
	return at, ever
}

// serves is the first time from a given one on at which a center serves.
func (t *Ticket) serves(c contact.Center, from int64) (at int64, ever bool) {
	if t.inHours(c, from) {
		return from, true
	}
	for _, w := range t.Hours[c] {
		if w.From > from {
			return w.From, true
		}
	}
	return 0, false
}

// stops is the first time from a given one on at which a center does not serve.
func (t *Ticket) stops(c contact.Center, from int64) (at int64, ever bool) {
	if _, listed := t.Hours[c]; !listed {
		return 0, false
	}
	for t.inHours(c, from) {
		for _, w := range t.Hours[c] {
			if end := w.Until + t.serve(); w.From <= from && from < end {
				from = end
				break
			}
		}
	}
	return from, true
}

// moments tells the times from a given one on at which time alone may change
// something for a waiting contact: one of each cause.
func (t *Ticket) moments(from int64, tell func(at int64)) {
	for _, c := range t.Steps[t.Step].Centers {
		if slices.Contains(t.Centers, c) {
			if at, ever := t.stops(c, from); ever {
				tell(at)
			}
		} else if at, ever := t.serves(c, from); ever {
			tell(at)
		}
	}
	for i := t.Step + 1; i < len(t.Steps); i++ {
		if len(t.reach.steps[i-t.Step].crews) == 0 {
			continue // no time opens it before somebody comes
		}
		if at, ever := t.opensAt(i, from); ever {
			tell(at)
		}
		for _, c := range t.Steps[i].Centers { // the step may be next before its delay
			if at, ever := t.serves(c, from); ever && at > from {
				tell(at)
			}
		}
	}
	if !t.interactive() || t.Callback {
		return
	}
	if at, ever := t.closesAt(from); ever {
		tell(at)
	}
	if t.AloneSince != 0 {
		tell(t.AloneSince + t.Closing.NobodyLeft.Microseconds())
	}
}

// closesAt is the first time from a given one on at which no center of the
// present step or a later one serves.
func (t *Ticket) closesAt(from int64) (at int64, ever bool) {
	at = from
	for again := true; again; {
		again = false
		for i := t.Step; i < len(t.Steps); i++ {
			for _, c := range t.Steps[i].Centers {
				switch end, ends := t.stops(c, at); {
				case !ends:
					return 0, false
				case end > at:
					at, again = end, true
				}
			}
		}
	}
	return at, true
}
