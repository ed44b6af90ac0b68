package model

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
	"github.com/guichet/guichet/internal/orders"
)

// controller is the shell of internal/node in virtual time, one life after the
// other. What a goroutine is there is a task here, under the same name.
type controller struct {
	*process
	w    *World
	name string
	life int

	state     *fold.State
	candidate *ledger.Candidate
	journal   *journal
	spoken    orders.Memory
	leader    leader
	links     map[contact.Node]*link
	lives     map[contact.ID]*session
	room      *mailroom

	appending bool
	turns     []*turn // who waits to append
	claiming  *task
	reloading bool
	ledgerBad bool // the ledger did not answer last
}

// turn is a place in the line of those who append, one at a time.
type turn struct{ done func() }

func newController(w *World, name string) *controller { return &controller{w: w, name: name} }

// boot starts a new life. It has folded nothing yet.
func (c *controller) boot() {
	c.life++
	c.w.trace(c.name, "starts")
	c.process = &process{w: c.w, name: c.name, tasks: map[*task]struct{}{}}
	c.state = fold.New()
	// A lock file is held: a holder of the same name is the dead predecessor.
	c.candidate = ledger.NewCandidate(c.name, fmt.Sprintf("%s-%d", c.name, c.life), fold.Understands, true)
	c.journal = &journal{c: c}
	c.spoken, c.leader = orders.Memory{}, leader{c: c, silent: map[string]silence{}}
	c.lives, c.room = map[contact.ID]*session{}, newMailroom(c)
	c.appending, c.turns, c.reloading, c.ledgerBad, c.claiming = false, nil, false, false, nil
	c.links = map[contact.Node]*link{}
	for name, a := range c.w.nodes {
		c.links[name] = &link{c: c, a: a, name: name}
	}
	c.start(c.begin)
}

// crash is kill -9.
func (c *controller) crash() {
	c.w.trace(c.name, "killed")
	c.kill()
	for _, name := range c.nodeNames() {
		c.links[name].drop()
	}
}

func (c *controller) begin(t *task) {
	for c.open(t) != nil {
		t.sleep(tailRetry)
	}
	c.start(c.tail)
	c.start(c.keep)
	c.journal.task = c.start(c.journal.run)
	c.claiming = c.start(c.claims)
	c.leader.task = c.start(c.leader.run)
	for _, name := range c.nodeNames() {
		c.links[name].task = c.start(c.links[name].run)
	}
	if c.w.profile.Letters {
		c.start(c.room.run)
	}
}

// keep saves a snapshot now and then, the leader's is enough.
func (c *controller) keep(t *task) {
	for {
		t.sleep(20 * time.Second) // of 60 s in the product: runs are short
		if c.holds(ledger.Site) {
			_ = c.saveSnapshot(t)
		}
	}
}

// nobodyIsThere: it knows of no agent who could serve anybody.
func (c *controller) nobodyIsThere() bool {
	return !slices.ContainsFunc(c.state.Floor.Roll(), func(a *acd.Agent) bool { return a.State != acd.LoggedOut && !a.LeaveWanted })
}

func (c *controller) nodeNames() []contact.Node { return slices.Sorted(maps.Keys(c.links)) }

// liveIDs are the contacts that live here, in order.
func (c *controller) liveIDs() []contact.ID { return slices.Sorted(maps.Keys(c.lives)) }

// epoch of the node or of the site, if this very process holds it.
func (c *controller) epoch(node string) (ledger.ID, bool) {
	return c.candidate.Holds(c.state.Protocol, node)
}

func (c *controller) holds(node string) bool {
	_, holds := c.epoch(node)
	return holds
}

func (c *controller) heldNodes() (held []contact.Node) {
	for _, n := range c.nodeNames() {
		if c.holds(string(n)) {
			held = append(held, n)
		}
	}
	if c.room.held() {
		held = append(held, contact.Mailroom)
	}
	return held
}

// monotonic is this process's own clock.
func (c *controller) monotonic() time.Duration { return time.Duration(c.w.now) * time.Microsecond }

func (c *controller) entry(f fact.Fact, subject string, at int64) ledger.Entry {
	data, err := ledger.Canonical(f)
	if err != nil {
		panic("model: a fact is not canonical: " + err.Error())
	}
	return ledger.Entry{Format: fact.EntryFormat(f), Kind: string(f.Kind()), Subject: subject, Writer: c.name, At: at, Data: data}
}

func (c *controller) stamp(entries []ledger.Entry) []ledger.Entry {
	for i := range entries {
		entries[i].At = c.w.now
	}
	return entries
}

// siteRules are what the site says to every contact of this run.
func (c *controller) siteRules(id contact.ID) engine.Rules {
	r := c.w.rules
	if i := slices.IndexFunc(c.w.callers, func(p *caller) bool { return p.id == id }); i >= 0 {
		r.Caller = c.w.callers[i].number
	}
	r.Announced = func(at fact.Place, now int64) *fact.Announced { return c.state.Announced(at, now) }
	r.Colleague = c.colleague
	r.MayWrite = func(kind fact.Kind) bool { return c.state.MayWrite(kind) }
	r.Understood = func(format int) bool { return c.state.Understood(format) }
	r.Floor = func(q engine.FloorQuery) engine.FloorView { return c.state.View(q) }
	r.Appointments = c.w.slots
	r.Booked = func(center contact.Center) []contact.Window { return c.state.Booked(center) }
	r.Called = func(callerHash string, since int64) int { return c.state.CalledSince(callerHash, since) }
	return r
}
