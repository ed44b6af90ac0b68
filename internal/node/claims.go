package node

import (
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

const (
	claimTick = 50 * time.Millisecond
	// deafFor is how long a node's probe may be silent before it is given back.
	deafFor = 3 * time.Second
)

// claims beats, takes what may be taken, and gives back the nodes that cannot
// be commanded. A ledger that is away stops it, and nothing else.
func (c *Controller) claims(ctx context.Context) error {
	tick := time.NewTicker(claimTick)
	defer tick.Stop()
	for {
		c.claimOnce(ctx)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

func (c *Controller) claimOnce(ctx context.Context) {
	for _, name := range c.nodeNames() {
		if c.links[name].deaf(deafFor) {
			c.yield(ctx, string(name), "its probe does not echo")
		}
	}
	entries, err := c.append(ctx, "claim", func(s *fold.State) []ledger.Entry {
		c.endDeclarations(s) // before a node is wanted for one
		return c.stamp(c.candidate.Due(s.Protocol, c.wanted(s), monotonic()))
	})
	if err != nil {
		c.settle(ctx, err)
		return
	}
	for _, e := range entries {
		if e.Kind != ledger.KindTake {
			continue
		}
		c.journal.signal()
		if e.Subject == ledger.Site {
			c.leader.suspectAll()
			defer c.claimOnce(ctx) // who leads may have a format to raise
		}
	}
	if !c.restateCommands(ctx) {
		return
	}
	for _, node := range c.heldNodes() {
		c.tellCaughtUp(ctx, node)
	}
}

// tellCaughtUp says, after a history, that our facts are in the ledger again:
// no offer is valid before. Offers that the ledger lost are dropped first.
func (c *Controller) tellCaughtUp(ctx context.Context, node contact.Node) {
	waiting := false
	c.View(func(s *fold.State) { waiting = s.Protocol.Nodes[string(node)].Waiting })
	if !waiting || c.journal.pending(node) > 0 {
		return
	}
	c.tellOffers(node)
	_, err := c.append(ctx, "caught_up", func(s *fold.State) []ledger.Entry {
		epoch, holds := c.epoch(s, string(node))
		if !holds || !s.Protocol.Nodes[string(node)].Waiting {
			return nil
		}
		return c.stamp([]ledger.Entry{{
			Kind: ledger.KindCaughtUp, Format: 1, Subject: string(node), Writer: c.instance,
			Role: ledger.Owner(string(node)), Epoch: epoch,
		}})
	})
	if err != nil {
		c.settle(ctx, err)
	}
}

// tellOffers tells the sessions of a node which offers the ledger has: a
// failover of Redis may have taken some away.
func (c *Controller) tellOffers(node contact.Node) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	for _, s := range c.lives {
		if s.node == node {
			c.tellOffer(s)
		}
	}
}

// wanted are the nodes that we could command at once, and those that are lost, whose
// contacts somebody has to close; and the leadership if we are fit for it. Mails need
// nothing but the ledger.
func (c *Controller) wanted(s *fold.State) []string {
	wanted := []string{string(contact.Mailroom)}
	if c.versions.mayLead(s) {
		wanted = append(wanted, ledger.Site)
	}
	for _, name := range c.nodeNames() {
		if l := c.links[name]; l.answers() || l.needed(s) {
			wanted = append(wanted, string(name))
		}
	}
	return wanted
}

// stamp fills in the site time.
func (c *Controller) stamp(entries []ledger.Entry) []ledger.Entry {
	for i := range entries {
		entries[i].At = c.clock.now()
	}
	return entries
}

func (c *Controller) yield(ctx context.Context, node, why string) {
	_, err := c.append(ctx, "yield", func(s *fold.State) []ledger.Entry {
		e, holds := c.candidate.Yield(s.Protocol, node, monotonic())
		if !holds {
			return nil
		}
		c.log.Warn("giving a node back", zap.String("node", node), zap.String("why", why))
		return c.stamp([]ledger.Entry{e})
	})
	if err != nil {
		c.settle(ctx, err)
	}
}

func (c *Controller) yieldAll(ctx context.Context) {
	for _, name := range append(c.nodeNames(), contact.Mailroom) {
		c.yield(ctx, string(name), "stopping")
	}
	c.yield(ctx, ledger.Site, "stopping")
}

// holds reports whether this process holds the node.
func (c *Controller) holds(node contact.Node) bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	_, ok := c.epoch(c.state, string(node))
	return ok
}

// ownBeat is the place of our last beat.
func (c *Controller) ownBeat() ledger.ID {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.state.Protocol.Controllers[c.instance].Beat
}

// entry makes the envelope of a fact; role, epoch and seq are the caller's.
func (c *Controller) entry(f fact.Fact, subject string, at int64) ledger.Entry {
	data, err := ledger.Canonical(f)
	if err != nil {
		panic("node: a fact is not canonical: " + err.Error())
	}
	return ledger.Entry{
		Format: fact.EntryFormat(f), Kind: string(f.Kind()), Subject: subject, Writer: c.instance, At: at, Data: data,
	}
}
