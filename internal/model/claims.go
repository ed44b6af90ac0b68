package model

import (
	"slices"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/ledger"
)

const (
	claimTick = 50 * time.Millisecond
	deafFor   = 3 * time.Second
)

// claims beats, takes what may be taken, and gives back the nodes that cannot be
// commanded.
func (c *controller) claims(t *task) {
	for {
		c.claimOnce(t)
		t.sleep(claimTick)
	}
}

func (c *controller) claimOnce(t *task) {
	for _, name := range c.nodeNames() {
		if c.links[name].deaf(deafFor) && !c.w.breaks(NeverYield) {
			c.yield(t, string(name))
		}
	}
	entries, err := c.append(t, func() []ledger.Entry {
		return c.stamp(c.candidate.Due(c.state.Protocol, c.wanted(), c.monotonic()))
	})
	if err != nil {
		c.settle(t, err)
		return
	}
	if slices.ContainsFunc(entries, func(e ledger.Entry) bool { return e.Kind == ledger.KindTake }) {
		c.journal.signal()
	}
	if !c.restateCommands(t) {
		return
	}
	for _, node := range c.heldNodes() {
		c.tellCaughtUp(t, node)
	}
}

// tellCaughtUp says, after a history, that our facts are in the ledger again.
func (c *controller) tellCaughtUp(t *task, node contact.Node) {
	if !c.state.Protocol.Nodes[string(node)].Waiting || c.journal.pending(node) > 0 {
		return
	}
	for _, id := range c.liveIDs() {
		if s := c.lives[id]; s.node == node {
			c.tellOffer(s)
		}
	}
	if node == contact.Mailroom {
		c.room.tellOffers()
	}
	_, err := c.append(t, func() []ledger.Entry {
		epoch, holds := c.epoch(string(node))
		if !holds || !c.state.Protocol.Nodes[string(node)].Waiting {
			return nil
		}
		return c.stamp([]ledger.Entry{{
			Kind: ledger.KindCaughtUp, Format: 1, Subject: string(node), Writer: c.name,
			Role: ledger.Owner(string(node)), Epoch: epoch,
		}})
	})
	if err != nil {
		c.settle(t, err)
	}
}

func (c *controller) wanted() []string {
	wanted := []string{ledger.Site}
	if c.w.profile.Letters {
		wanted = append(wanted, string(contact.Mailroom))
	}
	for _, name := range c.nodeNames() {
		if l := c.links[name]; l.restOK || l.needed() {
			wanted = append(wanted, string(name))
		}
	}
	return wanted
}

func (c *controller) yield(t *task, node string) {
	_, err := c.append(t, func() []ledger.Entry {
		now := c.monotonic()
		if c.w.breaks(TakenBackAtOnce) {
			now -= ledger.RestAfterYield
		}
		e, holds := c.candidate.Yield(c.state.Protocol, node, now)
		if !holds {
			return nil
		}
		c.w.trace(c.name, "yields %s", node)
		return c.stamp([]ledger.Entry{e})
	})
	if err != nil {
		c.settle(t, err)
	}
}
