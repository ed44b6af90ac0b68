package node

import (
	"context"
	"time"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
)

// Compare compares Asterisk and ledger at every node, as is done from time to time.
func (c *Controller) Compare(ctx context.Context, confirm time.Duration) {
	for _, l := range c.links {
		l.compare(ctx, confirm)
	}
}

// Neglect ends the session of a contact, though the contact is not over.
func (c *Controller) Neglect(id contact.ID) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	c.lives[id].box.put(stop{})
}

// Neglected reports whether an open contact has no session.
func (c *Controller) Neglected(id contact.ID) bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.lives[id] == nil && c.state.Contacts[id] != nil
}

// Adopt takes up the contacts that have no session, as when a node is taken again.
func (c *Controller) Adopt(ctx context.Context) error {
	for _, l := range c.links {
		l.adoptContacts()
		snapshot, err := l.list(ctx)
		if err != nil {
			return err
		}
		l.adopt(snapshot, l.current().Session())
	}
	return nil
}

// Listening is how many ids some session listens to, over all links.
func (c *Controller) Listening() (n int) {
	for _, l := range c.links {
		l.mu.Lock()
		n += len(l.heard)
		l.mu.Unlock()
	}
	return n
}

// Lose forgets a version, as a process that never held it.
func (c *Controller) Lose(hash string) {
	c.versions.mu.Lock()
	defer c.versions.mu.Unlock()
	delete(c.versions.held, hash)
}

// Prune looks once for contents that nobody needs.
func (c *Controller) Prune(ctx context.Context) error { return c.versions.prune(ctx) }

// Stocked reports whether the ledger was given the active content.
func (c *Controller) Stocked() bool {
	c.versions.mu.Lock()
	defer c.versions.mu.Unlock()
	return c.versions.stocked != ""
}

// MailroomOpen reports whether mails are taken in here.
func (c *Controller) MailroomOpen() bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return !c.mail.since.IsZero()
}

// SnapshotBeside saves a snapshot as the leader does from time to time.
func (c *Controller) SnapshotBeside(ctx context.Context) error {
	_, err := c.snapshotBeside(ctx)
	return err
}

// MakeRoom saves a snapshot and trims the ledger as the leader does, once with a
// tail of no length.
func (c *Controller) MakeRoom(ctx context.Context) error {
	snap, err := c.snapshotBeside(ctx)
	if err != nil {
		return err
	}
	t := newTrimmer(c)
	t.tail = 0
	return t.look(ctx, snap)
}

// Spoil changes the state behind the ledger's back.
func (c *Controller) Spoil(how func(*fold.State)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	how(c.state)
}

// MaxIdleCouriers is how many goroutines wait for requests to carry.
const MaxIdleCouriers = maxIdleCouriers

// Retention looks for recordings to delete at a time, as happens every half minute.
func (c *Controller) Retention() (look func(ctx context.Context, at int64)) {
	return newRetention(c).look
}

// Choke has the leader's proposals panic when a floor is such. Before Run.
func (c *Controller) Choke(on func(f *acd.Floor, at int64) bool) {
	c.leader.propose = func(f *acd.Floor, at int64, limit int) []fact.Offered {
		if on(f, at) {
			panic("choked")
		}
		return f.Propose(at, limit)
	}
}

// OnTheirWay counts the facts of that kind that wait for the ledger.
func (c *Controller) OnTheirWay(kind fact.Kind) (n int) {
	c.journal.mu.Lock()
	defer c.journal.mu.Unlock()
	for _, r := range c.journal.waiting {
		if r.kind == kind {
			n++
		}
	}
	return n
}

// ProveByKeys proves who keys a number and a PIN at a phone.
func (c *Controller) ProveByKeys(number, pin, phone string) (contact.Agent, error) {
	return c.proveByKeys(number, pin, phone)
}

// LoseCalls takes every node for lost, as was so after that websocket session, and reports
// whether any still is.
func (c *Controller) LoseCalls(session uint64) (lost bool) {
	for _, l := range c.links {
		lost = l.loseCalls(session) || lost
	}
	return lost
}

// TellLost tells every contact that its node is lost, likewise.
func (c *Controller) TellLost(session uint64) {
	for name := range c.links {
		for _, s := range c.livesAt(name) {
			s.box.put(nodeLost{session: session})
		}
	}
}

// Births writes the arrival of a contact at the mailroom as a draft does, and keeps a letter for it.
func (c *Controller) Births(ctx context.Context, id contact.ID, f fact.Arrived) {
	d := &draft{letter: c.mail.newLetter(id, engine.Rules{})}
	d.seq = 1
	d.facts = records(contact.Mailroom, string(id), 1, c.clock.now(), nil, []fact.Fact{f})
	c.mu.Lock()
	c.lives[id] = &d.life
	c.mail.running.Go(d.run)
	c.mu.Unlock()
	_ = c.mail.write(ctx, d)
}

// IsDeclaredLost reports whether somebody declared the node lost here.
func (c *Controller) IsDeclaredLost(node contact.Node) bool { return c.links[node].isDeclared() }
