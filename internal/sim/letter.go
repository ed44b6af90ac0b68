package sim

import (
	"fmt"
	"time"

	"github.com/guichet/guichet/internal/channel/email"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
)

// Mails, and the contacts of messages that a queue serves: they lie on agents' screens, and
// agents take them, deal with them, or give them back.

// Write is a mail about a topic to an entry of the site, under a name of the scenario's choice.
func (w *World) Write(id contact.ID, name contact.Entry, topic contact.Topic) error {
	entry, known := w.site.At(time.UnixMicro(w.now)).Entries[name]
	switch {
	case !known:
		return fmt.Errorf("%q is not an entry of the site", name)
	case w.calls[id] != nil:
		return fmt.Errorf("%s is known already", id)
	}
	entry.Name = name
	w.begin(&call{id: id, entry: entry}, fact.Arrived{
		Medium: contact.Email, Line: string(id), Rank: w.now, Mail: &fact.Mail{Topic: topic, Content: "sealed", Digest: string(id)},
	})
	return w.done()
}

// bear begins the contact of a message that a queue serves.
func (w *World) bear(id fact.MessageID) {
	m := w.book.state.Messages[id]
	if m == nil || !m.Unborn() || w.calls[id.Contact()] != nil {
		return
	}
	v, entry := m.Voicemail(), w.calls[m.Contact].entry
	w.begin(&call{id: id.Contact(), entry: entry}, fact.Arrived{
		Medium: contact.Voicemail, Line: string(id), CallerHash: m.CallerHash, Rank: m.At, Voicemail: &v,
	})
}

// begin is the arrival of something that nobody waits for on a line.
func (w *World) begin(c *call, arrived fact.Arrived) {
	c.node, c.site, c.timers = contact.Mailroom, w.site.At(time.UnixMicro(w.now)), map[engine.Timer]int{}
	arrived.Node, arrived.Entry, arrived.Config = c.node, c.entry.Name, w.site.Hash
	w.calls[c.id] = c
	w.step(c, engine.Arrived{ID: c.id, Fact: arrived})
}

// onScreen carries out what is asked of a screen: it happens at once.
func (w *World) onScreen(c *call, command engine.Command) {
	switch command := command.(type) {
	case engine.Arm, engine.Disarm:
		w.carryOut(c, command)
	default:
		for _, e := range email.Do(command) {
			w.step(c, e)
		}
	}
}

// Does is what an agent does with a mail or a message that lies on his screen.
func (w *World) Does(a contact.Agent, id contact.ID, act email.Act) error {
	c := w.calls[id]
	if c == nil || !c.letter() {
		return fmt.Errorf("%s is neither a mail nor a message of a queue", id)
	}
	events, refusal := email.Deed{Act: act, Agent: a, Reply: "sealed"}.Happens(&c.session)
	if refusal != "" {
		return fmt.Errorf("%s cannot %s %s: %s", a, act, id, refusal)
	}
	for _, e := range events {
		w.step(c, e)
	}
	return w.done()
}

// Hears is somebody who has dealt with a message that he found in its mailbox.
func (w *World) Hears(who string, id fact.MessageID) error {
	a := w.book.command(w.now, id.Subject(), fact.MessageDone{Message: id, By: who})
	w.fold(a)
	if a.Void != "" {
		return fmt.Errorf("message %s is done by %s: %s", id, who, a.Void)
	}
	return w.done()
}

// takeBack has back what is at hand of an agent who has left.
func (w *World) takeBack(id contact.Agent) {
	for _, o := range w.book.state.Floor.AtHand(id) {
		if rec, c := w.book.state.Contacts[o.Contact], w.calls[o.Contact]; rec != nil && rec.Offer == o.ID {
			w.step(c, email.Gone(rec))
		}
	}
}

// placeVoid tells a letter that the ledger has not accepted its place.
func (w *World) placeVoid(c *call, a fold.Applied) {
	if _, is := a.Fact.(fact.Queued); is && c.letter() && a.Record != nil {
		w.after(0, func() { w.step(c, engine.QueueingOf(a.Record)) })
	}
}

// takeUp goes on with a letter after the controller was lost.
func (w *World) takeUp(c *call, rec *engine.Record) {
	for _, e := range email.Found(rec) {
		w.step(c, e)
	}
	w.step(c, engine.Restarted{})
}
