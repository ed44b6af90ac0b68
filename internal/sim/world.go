package sim

import (
	"cmp"
	"container/heap"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/ivr"
)

// PromptTime is how long every prompt lasts.
const PromptTime = 2 * time.Second

// World is a site in virtual time. Its methods that do something happen at Now
// and carry out everything that follows in the same instant; Advance lets time
// pass. Not safe for concurrent use.
type World struct {
	// OnFact is told each fact as it is folded, and OnCommand what a call's
	// medium is asked to do. Either may be nil.
	OnFact    func(fold.Applied)
	OnCommand func(contact.ID, engine.Command)

	site   *config.Site
	book   *book
	now    int64
	serial int
	queue  agenda
	calls  map[contact.ID]*call
	// legs are by the agent, or by the number of the local service, or of the person
	// who is called back.
	legs map[contact.Agent]*leg
}

// call is a caller's line and the session of his contact; of a mail, or of a message that a
// queue serves, there is no line, see letter.go.
type call struct {
	id      contact.ID
	node    contact.Node
	number  string
	site    *config.Site // as it was when the call came
	entry   config.Entry
	session engine.Session
	// gone says that nobody is on the line, who may be called back yet.
	gone   bool
	timers map[engine.Timer]int
	// process counts the controllers that have led the call.
	process int
	// recording is the message that the caller leaves, or nil.
	recording *recording
}

// letter reports whether nobody is on a line.
func (c *call) letter() bool { return c.node == contact.Mailroom }

// leg is the phone of an agent, of a local service, or of a person who is called back,
// that rings or talks.
type leg struct {
	call   *call
	offer  fact.OfferID
	up     bool
	person bool
}

// New returns a site at an instant, with nobody logged in.
func New(site *config.Site, at time.Time) *World {
	w := &World{
		site: site, book: open(string(site.Asterisk[0].Node)), now: at.UnixMicro(),
		calls: map[contact.ID]*call{}, legs: map[contact.Agent]*leg{},
	}
	return w
}

// Now is the virtual time in the site's zone.
func (w *World) Now() time.Time { return time.UnixMicro(w.now).In(w.site.Zone) }

// State is the state of the site, to be read only.
func (w *World) State() *fold.State { return w.book.state }

// Session is the live state of a call, to be read only.
func (w *World) Session(id contact.ID) (engine.Session, bool) {
	c := w.calls[id]
	if c == nil {
		return engine.Session{}, false
	}
	return c.session, true
}

// Advance lets time pass: timers fire, prompts end, steps open, wrap-ups are
// over, each at its own instant.
func (w *World) Advance(to time.Time) error {
	for {
		next := w.settle()
		if len(w.queue) > 0 && (next == 0 || w.queue[0].at < next) {
			next = w.queue[0].at
		}
		if next == 0 || next > to.UnixMicro() {
			break
		}
		w.now = max(w.now, next)
		w.happen()
		if err := w.reread(); err != nil {
			return fmt.Errorf("at %s: %w", w.Now().Format(time.DateTime), err)
		}
	}
	w.now = max(w.now, to.UnixMicro())
	return nil
}

// happen runs what is due now.
func (w *World) happen() {
	for len(w.queue) > 0 && w.queue[0].at <= w.now {
		heap.Pop(&w.queue).(event).run()
	}
}

// settle carries out what the leader decides now, until nothing is left to
// decide, and returns when it has to look again; 0 is never.
func (w *World) settle() int64 {
	for {
		floor := w.book.state.Floor
		expired, wait := floor.Expiries(w.now)
		for _, e := range expired {
			w.fold(w.book.leader(w.now, string(e.Agent), e))
		}
		offers := floor.Propose(w.now, 100)
		for _, o := range offers {
			w.fold(w.book.leader(w.now, string(o.Contact), o))
		}
		changes := floor.Changes(w.now, 100)
		for _, c := range changes {
			w.fold(w.book.leader(w.now, string(c.Contact), c.Fact))
		}
		if len(expired)+len(offers)+len(changes) > 0 {
			continue
		}
		if wait == 0 {
			return 0
		}
		return w.now + wait.Microseconds()
	}
}

// fold tells whom a fact concerns: the observer, and the contact's session if
// somebody else wrote it.
func (w *World) fold(a fold.Applied) {
	if w.OnFact != nil {
		w.OnFact(a)
	}
	c := w.calls[a.Contact]
	switch {
	case a.Effective():
		w.heed(c, a)
	case c != nil && a.Void != "":
		w.promiseVoid(c, a)
		w.placeVoid(c, a)
	}
}

// promiseVoid tells the session of a promise that the ledger did not accept.
func (w *World) promiseVoid(c *call, a fold.Applied) {
	if _, promise := a.Fact.(fact.CallbackRequested); !promise {
		return
	}
	why := ivr.CallbackFailed
	switch a.Void {
	case fold.AlreadyPromised:
		why = ivr.CallbackAlready
	case fold.SlotTaken:
		why = ivr.CallbackFull
	}
	w.after(0, func() { w.step(c, engine.CallbackRefused{Why: why}) })
}

// heed tells the session what follows from a fact.
func (w *World) heed(c *call, a fold.Applied) {
	switch f := a.Fact.(type) {
	case fact.Announced:
		w.tellQueue(f.Queue)
	case fact.MessageLeft:
		w.after(0, func() { w.bear(f.Message) })
	case fact.LoggedOut:
		w.after(0, func() { w.takeBack(f.Agent) })
	}
	if c == nil {
		return
	}
	switch f := a.Fact.(type) {
	case fact.Offered:
		phone := w.book.state.Floor.Agents[f.Agent].Phone
		w.step(c, engine.OfferAccepted{Offer: fact.OfferID(a.Entry.Self.String()), Fact: f, Phone: phone})
	case fact.Transferring:
		w.after(0, func() { w.tell(c, engine.TransferAccepted{Transfer: f.Transfer}) })
	case fact.CallbackRequested:
		w.after(0, func() { w.step(c, engine.CallbackAccepted{}) })
	case fact.CallingBack:
		w.after(0, func() { w.step(c, engine.TransferAccepted{Transfer: f.Call}) })
	case fact.MessageDone:
		w.after(0, func() { w.step(c, engine.MessageDone{By: f.By}) })
	case fact.GivenUp:
		w.step(c, engine.GivenUp{Reason: f.Reason, Queueing: a.Record.Queueings})
	}
}

// tellQueue has those hear what is announced who wait there already, in the order in
// which they came.
func (w *World) tellQueue(q contact.Queue) {
	if q == "" {
		return
	}
	for _, id := range slices.Sorted(maps.Keys(w.book.state.Floor.Tickets)) {
		if w.book.state.Floor.Tickets[id].Queue == q && w.calls[id] != nil {
			w.after(0, func() { w.tell(w.calls[id], engine.Announced{Queue: q}) })
		}
	}
}

// step runs the core for one call and carries out what it asks for.
func (w *World) step(c *call, e engine.Event) {
	next, effects := engine.Step(w.rules(c), c.session, w.now, e)
	c.session = next
	for _, f := range effects.Facts {
		w.fold(w.book.owner(c.node, w.now, string(c.id), f))
	}
	for _, command := range effects.Commands {
		if w.OnCommand != nil {
			w.OnCommand(c.id, command)
		}
		if c.letter() {
			w.onScreen(c, command)
			continue
		}
		w.carryOut(c, command)
	}
}

func (w *World) rules(c *call) engine.Rules {
	return engine.Rules{
		Tree: c.entry.Tree, Hours: c.site.Hours(c.entry.Name), Campaign: c.site.Campaign, Zone: w.site.Zone, Plan: w.site.Plan,
		Caller:    c.number,
		Floor:     func(q engine.FloorQuery) engine.FloorView { return w.book.state.View(q) },
		Announced: func(at fact.Place, now int64) *fact.Announced { return w.book.state.Announced(at, now) },
		Callbacks: c.site.CallbackPolicy, Numbers: numbers{c.site},
		MailboxQueue: c.site.MailboxQueue,
		Retention:    func(mailbox string) time.Duration { return c.site.Mailboxes[mailbox].Retention },
		MailboxFull: func(mailbox string) bool {
			most := c.site.Mailboxes[mailbox].MaxWaiting
			return most > 0 && w.book.state.MessagesWaiting(mailbox) >= most
		},
		Called:  func(callerHash string, since int64) int { return w.book.state.CalledSince(callerHash, since) },
		Comfort: w.site.Comfort,
		Whisper: w.site.Whisper, Recording: w.site.Recorded, Satisfaction: w.site.Satisfaction,
		Appointments: w.site.Appointments,
		Booked:       func(center contact.Center) []contact.Window { return w.book.state.Booked(center) },
		Standing:     func(id contact.ID, at int64) (engine.Standing, bool) { return w.book.state.Standing(id, at) },
		Limit:        w.site.Limit,
	}
}

// reread sends the state of the site and of each call through its JSON form.
// Keys pressed and not used yet never leave a process, so they stay.
func (w *World) reread() error {
	if err := w.book.reread(); err != nil {
		return err
	}
	for _, c := range w.calls {
		text, err := json.Marshal(c.session)
		if err != nil {
			return fmt.Errorf("encode the session of %s: %w", c.id, err)
		}
		var again engine.Session
		if err := json.Unmarshal(text, &again); err != nil {
			return fmt.Errorf("read the session of %s back: %w", c.id, err)
		}
		menu := again.Menu
		again.Menu = c.session.Menu
		if !reflect.DeepEqual(again.Record, c.session.Record) || !sameJSON(menu, c.session.Menu) {
			return fmt.Errorf("the session of %s is another after it was read back", c.id)
		}
		c.session = again
	}
	return nil
}

func sameJSON(a, b any) bool {
	one, err := json.Marshal(a)
	two, err2 := json.Marshal(b)
	return err == nil && err2 == nil && string(one) == string(two)
}

// event is something that happens at its time.
type event struct {
	at     int64
	serial int
	run    func()
}

type agenda []event

func (a agenda) Len() int { return len(a) }
func (a agenda) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(a[i].at, a[j].at), cmp.Compare(a[i].serial, a[j].serial)) < 0
}
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(e any)   { *a = append(*a, e.(event)) }
func (a *agenda) Pop() any {
	last := (*a)[len(*a)-1]
	*a = (*a)[:len(*a)-1]
	return last
}

// after plans something.
func (w *World) after(d time.Duration, run func()) {
	w.serial++
	heap.Push(&w.queue, event{at: w.now + d.Microseconds(), serial: w.serial, run: run})
}
