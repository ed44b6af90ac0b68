package acd

import (
	"cmp"
	"slices"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// Ticket is a contact's place in a queue. It stays while an offer is being
// tried, so that a failed offer gives back the very same place.
type Ticket struct {
	Contact      contact.ID         `json:"contact"`
	Medium       contact.Medium     `json:"medium"`
	Queue        contact.Queue      `json:"queue"`
	Topic        contact.Topic      `json:"topic,omitempty"`
	Department   contact.Department `json:"department,omitempty"`
	Priority     int                `json:"priority,omitempty"`
	Ageing       contact.Ageing     `json:"ageing,omitzero"`
	Rank         int64              `json:"rank"`
	QueuedAt     int64              `json:"queued_at"`
	WaitingSince int64              `json:"waiting_since"`
	Version      uint64             `json:"version"`
	Steps        []contact.Step     `json:"steps"`
	// Step is the number of the step that is open, and Centers those of its
	// centers that serve now, since CircleSince.
	Step         int                  `json:"step"`
	Centers      []contact.Center     `json:"centers"`
	CircleSince  int64                `json:"circle_since"`
	Hours        contact.Hours        `json:"hours,omitempty"`
	Closing      contact.Closing      `json:"closing,omitzero"`
	Strategy     contact.Strategy     `json:"strategy,omitempty"`
	Policies     contact.Policies     `json:"policies"`
	Organisation contact.Organisation `json:"organisation,omitempty"`
	// NotBefore keeps the contact out of the line until then, after an offer
	// that came to nothing; those behind it go first meanwhile. 0 is none.
	NotBefore int64 `json:"not_before,omitempty"`
	// Lost counts the offers lost one after the other.
	Lost int `json:"lost,omitempty"`
	// Callback says that nobody is on the line: the person is called when an agent is.
	Callback bool `json:"callback,omitempty"`
	// AloneSince is since when nobody is logged in who could serve it; 0 while
	// somebody is.
	AloneSince int64 `json:"alone_since,omitempty"`
	// Offer is the live offer, empty while the contact waits.
	Offer fact.OfferID `json:"offer,omitempty"`

	circle *circle // in which it waits; nil while it does not
	reach  *reach  // likewise
	dueAt  int64   // when it is due; 0 is never
	duePos int     // its place among the due
}

// before orders contacts: strict priority, people on the line before mails, then whose turn
// came first, then first arrival, then id. A mail of the night must not keep the morning's
// callers waiting; one that may is given a higher priority. A priority that ages is in the
// turn instead, so that the order of two contacts never changes while they wait
// (docs/decisions/0010).
func (t *Ticket) before(o *Ticket) int {
	if c := cmp.Or(
		cmp.Compare(o.strict(), t.strict()),
		cmp.Compare(t.patience(), o.patience()),
		cmp.Compare(t.turn(), o.turn()),
		cmp.Compare(t.Rank, o.Rank),
	); c != 0 {
		return c
	}
	return cmp.Compare(t.Contact, o.Contact)
}

// strict is the priority for which no wait makes up.
func (t *Ticket) strict() int {
	if t.Ageing.Ages() {
		return 0
	}
	return t.Priority
}

// patience is 0 for somebody on the line and 1 for a mail. Where priorities age, so does
// patience.
func (t *Ticket) patience() int {
	if t.interactive() || t.Ageing.Ages() {
		return 0
	}
	return 1
}

// turn is the first arrival in µs, as if the contact had come earlier by its head start.
func (t *Ticket) turn() int64 { return t.Rank - t.headStart() }

func (t *Ticket) headStart() int64 { return t.Ageing.HeadStart(t.Priority, t.Medium) }

// Line sorts waiting contacts by whose turn is first.
func Line(tickets []*Ticket) { slices.SortFunc(tickets, (*Ticket).before) }

// Ask is what the contact asks of whoever serves it now.
func (t *Ticket) Ask() Ask { return AskOf(t.Medium, t.Department, t.Steps[t.Step], t.Centers) }

// Enqueue gives a contact a place, or moves it to another queue with its rank.
func (f *Floor) Enqueue(at int64, id contact.ID, m contact.Medium, q fact.Queued) Void {
	if v := f.mayEnqueue(id, q); v != Accepted {
		return v
	}
	old := f.Tickets[id]
	t := newTicket(at, id, m, q)
	t.Version = f.Left[id]
	delete(f.Left, id)
	if old != nil {
		f.unawait(old)
		f.leaveQueue(old)
		t.Version = old.Version
	}
	f.Tickets[id] = t
	f.joinQueue(t)
	f.requeue(t, at)
	return Accepted
}

func (f *Floor) mayEnqueue(id contact.ID, q fact.Queued) Void {
	old := f.Tickets[id]
	switch {
	case q.Queue == "" || len(q.Steps) == 0:
		return "queued without a queue or a step"
	case strategies[q.Strategy] == nil:
		return "queued by an unknown strategy"
	case old != nil && old.Offer != "":
		return "an offer is being tried"
	}
	return Accepted
}

// newTicket is a place that is in no line yet.
func newTicket(at int64, id contact.ID, m contact.Medium, q fact.Queued) *Ticket {
	t := &Ticket{
		Contact: id, Medium: m, Queue: q.Queue, Topic: q.Topic, Department: q.Department,
		Priority: q.Priority, Ageing: q.Ageing, Rank: q.Rank, QueuedAt: at,
		Steps: q.Steps, Hours: q.Hours, Closing: q.Closing, Strategy: q.Strategy,
		Policies: q.Policies, Organisation: q.Organisation, Callback: q.Callback,
	}
	t.Step, t.Centers = t.begin(at)
	t.CircleSince = at
	return t
}

// Leave takes a contact out: it is closed, or goes elsewhere. An offer that is being tried goes on
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
	f.Left[id] = t.Version
	f.discard(t)
}

// Forget says that a contact will not queue again.
func (f *Floor) Forget(id contact.ID) { delete(f.Left, id) }

// discard forgets a ticket that is in no line.
func (f *Floor) discard(t *Ticket) {
	delete(f.Tickets, t.Contact)
	f.leaveQueue(t)
}

// requeue makes a ticket wait, under a new version of itself and of its queue.
func (f *Floor) requeue(t *Ticket, at int64) {
	t.Offer = ""
	t.WaitingSince = at
	t.Version++
	f.QueueVersions[t.Queue]++
	f.await(t)
	f.noteAlone(t, at)
}

// await puts a waiting ticket in its line, its reach and among the due.
func (f *Floor) await(t *Ticket) {
	t.circle, t.reach = f.circleOf(t), f.reachOf(t)
	t.share()
	if len(t.circle.line) == 0 {
		f.idleCircles--
	}
	if len(t.reach.tickets) == 0 {
		f.idleReaches--
	}
	t.circle.line = inserted(t.circle.line, t, (*Ticket).before)
	t.reach.tickets[t] = struct{}{}
	f.countWaiting(t, 1)
	if t.pressable() {
		f.pressed = inserted(f.pressed, t, (*Ticket).before)
	}
	if t.NotBefore != 0 {
		f.heldBack = inserted(f.heldBack, t, byReturn)
	}
	f.schedule(t)
}

func (f *Floor) unawait(t *Ticket) {
	if t.circle == nil {
		return
	}
	c, r := t.circle, t.reach
	f.countWaiting(t, -1)
	c.line = removed(c.line, t, (*Ticket).before)
	delete(r.tickets, t)
	f.pressed = removed(f.pressed, t, (*Ticket).before)
	f.heldBack = removed(f.heldBack, t, byReturn)
	f.unschedule(t)
	t.circle, t.reach = nil, nil
	if len(c.line) > 0 && len(r.tickets) > 0 {
		return
	}
	if len(c.line) == 0 {
		f.idleCircles++
	}
	if len(r.tickets) == 0 {
		f.idleReaches++
	}
	f.sweep()
}

// inLine reports whether a waiting contact may be offered at a time. Nobody is called
// back outside the hours, not even before the fact is folded that says so: his agent
// would be rung in vain.
func (t *Ticket) inLine(at int64) bool {
	return t.NotBefore <= at && (!t.Callback || slices.ContainsFunc(t.Centers, func(c contact.Center) bool { return t.inHours(c, at) }))
}

// byReturn orders contacts that were held back: the soonest to return first.
func byReturn(t, o *Ticket) int {
	return cmp.Or(cmp.Compare(t.NotBefore, o.NotBefore), cmp.Compare(t.Contact, o.Contact))
}

// Able counts the agents who are logged in and meet one of the asks, whatever
// they do now.
func (f *Floor) Able(asks ...Ask) int {
	n := 0
	for _, c := range f.crews {
		for _, k := range asks {
			if Serves(&c.card, k) == NoRefusal {
				n += c.here
				break
			}
		}
	}
	return n
}

// Free counts those of them who are ready now, with room for what is asked.
func (f *Floor) Free(asks ...Ask) int {
	n := 0
	for _, c := range f.ready {
		for _, k := range asks {
			if Serves(&c.card, k) == NoRefusal {
				n += len(c.forMedium(k.Medium))
				break
			}
		}
	}
	return n
}
