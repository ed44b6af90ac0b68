package node

import (
	"cmp"
	"context"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
)

// A recorded message of a mailbox that names a queue has a contact of its own, which the
// mailroom brings to the ledger once the message is there. Nothing but the ledger says which
// messages have theirs, and the name of the contact follows from the message: whoever holds the
// room next goes on where the one before died, and a second birth is void.

// bearAgainAfter is the pause before a message is tried again that its queue did not take: the
// site has no rule that leads there, or none of its centers exists now.
const bearAgainAfter = time.Minute

// bear brings the contacts that are missing, the oldest message first.
func (m *mailroom) bear(ctx context.Context) {
	for _, message := range m.unborn() {
		if !m.held(ctx) {
			return
		}
		if err := m.bearFor(ctx, message); err != nil {
			m.c.log.Debug("a recorded message waits for its contact", zap.String("message", string(message.ID)), zap.Error(err))
			return
		}
	}
}

// unborn are the messages that are to be brought now. One whose letter is here though the ledger
// knows no such contact, because a failover has lost it and its message came back later, begins
// anew once that letter is gone.
func (m *mailroom) unborn() (all []fold.Message) {
	unwritten := m.c.journal.pending(contact.Mailroom) > 0
	m.c.mu.RLock()
	defer m.c.mu.RUnlock()
	for message := range m.c.state.Waiting() {
		if !message.Unborn() || time.Since(m.refused[message.ID]) < bearAgainAfter {
			continue
		}
		v := m.c.lives[message.ID.Contact()]
		switch {
		case v == nil:
			all = append(all, *message)
		case !unwritten:
			v.box.put(stop{})
		}
	}
	slices.SortFunc(all, func(a, b fold.Message) int { return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.ID, b.ID)) })
	return all
}

// bearFor brings the contact of one message: its arrival and its place in the queue in one
// batch, or nothing.
func (m *mailroom) bearFor(ctx context.Context, message fold.Message) error {
	d := m.draftFor(message)
	if d.state.Record.Queueings == 0 {
		if _, told := m.refused[message.ID]; !told {
			m.c.log.Warn("a recorded message stays in its mailbox alone: no rule of the site leads to its queue, or none of its centers exists now",
				zap.String("message", string(message.ID)), zap.String("mailbox", message.Mailbox), zap.String("queue", string(message.For.Queue)))
		}
		m.refused[message.ID] = time.Now()
		return nil
	}
	delete(m.refused, message.ID)
	if !m.admitFor(d, message.ID) {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, commandPatience)
	defer cancel()
	return m.bring(ctx, d)
}

// draftFor writes the arrival and has the core route it, by the version of the site that is
// active now: the caller's may be gone.
func (m *mailroom) draftFor(message fold.Message) *draft {
	site, id := m.c.Site(), message.ID.Contact()
	d := &draft{letter: m.newLetter(id, m.c.rules(site, site.Entries[message.Entry]))}
	v, now := message.Voicemail(), m.c.clock.now()
	next, effects := engine.Step(d.rules, engine.Session{}, now, engine.Arrived{ID: id, Fact: fact.Arrived{
		Medium: contact.Voicemail, Entry: message.Entry, Node: contact.Mailroom, Line: string(message.ID),
		Caller: message.Caller, CallerHash: message.CallerHash, Withheld: message.Withheld, Config: site.Hash, Rank: message.At,
		Voicemail: &v,
	}})
	m.c.mu.RLock()
	before := m.c.state.Protocol.Seq(string(id)) // void facts of a birth that came before its message use up theirs
	m.c.mu.RUnlock()
	d.state, d.seq = next, before+uint64(len(effects.Facts))
	d.facts = records(contact.Mailroom, string(id), before+1, now, nil, effects.Facts)
	d.commands = effects.Commands
	return d
}

// admitFor registers the letter, so that no offer can be missed, unless the message needs none
// any more.
func (m *mailroom) admitFor(d *draft, id fact.MessageID) bool {
	m.c.mu.Lock()
	defer m.c.mu.Unlock()
	message := m.c.state.Messages[id]
	if m.since.IsZero() || message == nil || !message.Unborn() || m.c.lives[d.id] != nil {
		return false
	}
	m.c.lives[d.id] = &d.life
	return true
}

// queueingVoid tells a letter that a place was not accepted: an offer came before it.
func (v *life) queueingVoid(a fold.Applied) {
	if _, is := a.Fact.(fact.Queued); is && a.Void != "" && a.Record != nil && a.Entry.Writer == v.c.instance {
		v.box.put(engineEvent{engine.QueueingOf(a.Record)})
	}
}

// messageDone tells the letter of a message that somebody has dealt with it. Called with the
// lock held.
func (c *Controller) messageDone(id contact.ID, f fact.MessageDone) {
	if v := c.lives[id]; v != nil {
		v.box.put(engineEvent{engine.MessageDone{By: f.By}})
	}
}
