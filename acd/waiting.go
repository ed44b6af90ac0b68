package acd

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// Ticket is a contact's place in a queue. It stays while an offer is being
// tried, so that a failed offer gives back the very same place.
type Ticket struct {
	Contact      contact.ID           `json:"contact"`
	Queue        contact.Queue        `json:"queue"`
	Topic        contact.Topic        `json:"topic,omitempty"`
	Department   contact.Department   `json:"department,omitempty"`
	Priority     int                  `json:"priority,omitempty"`
	Rank         int64                `json:"rank"`
	QueuedAt     int64                `json:"queued_at"`
	WaitingSince int64                `json:"waiting_since"`
	Version      uint64               `json:"version"`
	Steps        []contact.Step       `json:"steps"`
	Step         int                  `json:"step"`
	Policies     contact.Policies     `json:"policies"`
	Organisation contact.Organisation `json:"organisation,omitempty"`
	// NotBefore keeps the contact out of the line until then, after an offer
	// that came to nothing; those behind it go first meanwhile. 0 is none.
	NotBefore int64 `json:"not_before,omitempty"`
	// Lost counts the offers lost one after the other.
	Lost int `json:"lost,omitempty"`
	// Offer is the live offer, empty while the contact waits.
	Offer fact.OfferID `json:"offer,omitempty"`

	key circleKey // of the circle it waits in
}

// before orders contacts: priority, then first arrival, then id.
func (t *Ticket) before(o *Ticket) int {
	return cmp.Or(
		cmp.Compare(o.Priority, t.Priority),
		cmp.Compare(t.Rank, o.Rank),
		cmp.Compare(t.Contact, o.Contact),
	)
}

// Enqueue gives a contact a place, or moves it to another queue with its rank.
func (f *Floor) Enqueue(at int64, id contact.ID, q fact.Queued) Void {
	old := f.Tickets[id]
	switch {
	case q.Queue == "" || len(q.Steps) == 0:
		return "queued without a queue or a step"
	case old != nil && old.Offer != "":
		return "an offer is being tried"
	}
	t := &Ticket{
		Contact: id, Queue: q.Queue, Topic: q.Topic, Department: q.Department,
		Priority: q.Priority, Rank: q.Rank, QueuedAt: at,
		Steps: q.Steps, Policies: q.Policies, Organisation: q.Organisation,
	}
	if old != nil {
		f.unawait(old)
		t.Version = old.Version
	}
	f.Tickets[id] = t
	f.requeue(t, at)
	return Accepted
}

// Leave takes a contact out: it is closed. An offer that is being tried goes on
// until its leg ends, for only that frees the agent.
func (f *Floor) Leave(id contact.ID) {
	t := f.Tickets[id]
	if t == nil {
		return
	}
	if t.Offer == "" {
		f.unawait(t)
	} else if o := f.Offers[t.Offer]; o != nil {
		o.CallerGone = true
	}
	delete(f.Tickets, id)
}

// requeue makes a ticket wait, under a new version of itself and of its queue.
func (f *Floor) requeue(t *Ticket, at int64) {
	t.Offer = ""
	t.WaitingSince = at
	t.Version++
	f.QueueVersions[t.Queue]++
	f.await(t)
}

// circleKey names the contacts that the same agents may serve.
type circleKey string

// circle is the ordered line of the contacts that ask for the same people, so
// that a contact nobody can serve never blocks those behind it.
type circle struct {
	step       contact.Step
	department contact.Department
	line       []*Ticket
}

// current is the step whose people may serve the ticket now.
func (t *Ticket) current() contact.Step { return t.Steps[t.Step] }

func (t *Ticket) circleKey() circleKey {
	s := t.current()
	key := fmt.Sprintf("%q", s.Centers)
	for _, r := range s.Need {
		key += fmt.Sprintf(" %q>=%d", r.Skill, r.Level)
	}
	if s.Files {
		// Said even of an empty department: nobody asked, and yet only those
		// who may open all files can serve.
		key += fmt.Sprintf(" files %q", t.Department)
	}
	return circleKey(key)
}

func (f *Floor) await(t *Ticket) {
	key := t.circleKey()
	t.key = key
	c := f.circles[key]
	if c == nil {
		c = &circle{step: t.current(), department: t.Department}
		f.circles[key] = c
	}
	c.line = inserted(c.line, t, (*Ticket).before)
	if t.NotBefore != 0 {
		f.heldBack = inserted(f.heldBack, t, byReturn)
	}
}

func (f *Floor) unawait(t *Ticket) {
	c := f.circles[t.key]
	if c == nil {
		return
	}
	c.line = removed(c.line, t, (*Ticket).before)
	f.heldBack = removed(f.heldBack, t, byReturn)
	if len(c.line) == 0 {
		delete(f.circles, t.key)
	}
}

// inLine reports whether a waiting contact may be offered at a time.
func (t *Ticket) inLine(at int64) bool { return t.NotBefore == 0 || t.NotBefore <= at }

// byReturn orders contacts that were held back: the soonest to return first.
func byReturn(t, o *Ticket) int {
	return cmp.Or(cmp.Compare(t.NotBefore, o.NotBefore), cmp.Compare(t.Contact, o.Contact))
}

// first is the contact whose turn it is at a time, if any.
func (c *circle) first(at int64) *Ticket {
	for _, t := range c.line {
		if t.inLine(at) {
			return t
		}
	}
	return nil
}

// serves says whether an agent belongs to the circle, or why not.
func (c *circle) serves(a *Agent) Refusal { return Serves(a, c.step, c.department) }

// Refusal is why an agent cannot serve a contact; empty means that he can.
type Refusal string

// The reasons for which an agent is passed over, in the order they are tried.
const (
	NoRefusal   Refusal = ""
	OtherCenter Refusal = "other_center"
	LacksSkill  Refusal = "lacks_skill"
	NoFileRight Refusal = "no_file_right"
)

// Serves judges center, need and file right, whatever the agent does now.
func Serves(a *Agent, s contact.Step, d contact.Department) Refusal {
	switch {
	case !slices.Contains(s.Centers, a.Center):
		return OtherCenter
	case !s.Need.Met(a.Skills):
		return LacksSkill
	case s.Files && !a.MayOpen(d):
		return NoFileRight
	}
	return NoRefusal
}

// Waiting lists the contacts of a queue that wait, in the order they will be
// served; an offer being tried does not count as waiting.
func (f *Floor) Waiting(q contact.Queue) []*Ticket {
	var line []*Ticket
	for _, t := range f.Tickets {
		if t.Queue == q && t.Offer == "" {
			line = append(line, t)
		}
	}
	slices.SortFunc(line, (*Ticket).before)
	return line
}

// InQueue counts the contacts that hold a place in a queue, offered or not.
func (f *Floor) InQueue(q contact.Queue) int {
	n := 0
	for _, t := range f.Tickets {
		if t.Queue == q && !f.connected(t) {
			n++
		}
	}
	return n
}

func (f *Floor) connected(t *Ticket) bool {
	o := f.Offers[t.Offer]
	return o != nil && o.Connected
}

// Able counts the agents who are logged in and could serve one of the steps,
// whatever they do now.
func (f *Floor) Able(steps []contact.Step, d contact.Department) int {
	n := 0
	for _, a := range f.Agents {
		if a.State == LoggedOut || a.LeaveWanted {
			continue
		}
		if slices.ContainsFunc(steps, func(s contact.Step) bool { return Serves(a, s, d) == NoRefusal }) {
			n++
		}
	}
	return n
}
