package model

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/channel/email"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

// mailroom is the virtual node at which mails are born, and the contacts of recorded
// messages, as one controller keeps it. Nothing but the ledger is needed for it.
type mailroom struct {
	c       *controller
	open    bool
	posting bool // a mail is being taken in
	letters map[contact.ID]*letter
}

// adoptEvery is the pause between two looks at what has no letter yet, and answerIn how
// long somebody waits for a mail to be taken in, or for the answer to what he did with one.
const (
	adoptEvery = time.Second
	answerIn   = 3 * time.Second
)

func newMailroom(c *controller) *mailroom {
	return &mailroom{c: c, letters: map[contact.ID]*letter{}}
}

func (m *mailroom) held() bool { return m.c.holds(string(contact.Mailroom)) }

func (m *mailroom) run(t *task) {
	for {
		if m.held() {
			m.hold(t)
		}
		t.sleep(holdPoll)
	}
}

// hold takes up what there is, and what comes, until the room is lost. Facts of an earlier
// hold come first: letters are numbered behind them.
func (m *mailroom) hold(t *task) {
	for m.held() && m.c.journal.pending(contact.Mailroom) > 0 {
		t.sleep(holdPoll)
	}
	m.open = true
	for looked := int64(0); m.held(); t.sleep(holdPoll) {
		if m.c.w.now-looked >= adoptEvery.Microseconds() {
			looked = m.c.w.now
			m.adopt()
			m.bear(t)
			m.takeBack()
		}
	}
	m.open = false
	for _, id := range m.ids() {
		m.letters[id].stop()
	}
}

func (m *mailroom) ids() []contact.ID { return slices.Sorted(maps.Keys(m.letters)) }

// adopt makes a letter for whatever has none.
func (m *mailroom) adopt() {
	for _, id := range slices.Sorted(maps.Keys(m.c.state.Contacts)) {
		if rec := m.c.state.Contacts[id]; rec.Node == contact.Mailroom && m.letters[id] == nil {
			m.takeUp(rec)
		}
	}
}

func (m *mailroom) takeUp(rec *engine.Record) {
	l := m.newLetter(rec.ID)
	l.state, l.seq, l.begun = engine.Resume(*rec), m.c.state.Protocol.Seq(string(rec.ID)), true
	m.letters[rec.ID] = l
	m.c.w.trace(m.c.name, "%s taken up in the mailroom, %s", rec.ID, rec.Standing())
	for _, e := range email.Found(rec) {
		l.put(e)
	}
	l.put(engine.Restarted{})
}

// bear brings the contacts of messages that are missing, the oldest message first.
func (m *mailroom) bear(t *task) {
	for _, message := range m.unborn() {
		if !m.held() {
			return
		}
		v := message.Voicemail()
		d := m.draft(message.ID.Contact(), fact.Arrived{
			Medium: contact.Voicemail, Entry: message.Entry, Node: contact.Mailroom, Line: string(message.ID), Rank: message.At, Voicemail: &v,
		})
		now := m.c.state.Messages[message.ID]
		if now == nil || !now.Unborn() {
			continue
		}
		m.letters[d.id] = d.letter
		if !m.bring(t, d) {
			return
		}
	}
}

// unborn are the messages whose contacts are to be brought now. The letter of one that a
// failover lost ends first.
func (m *mailroom) unborn() (all []fold.Message) {
	for _, message := range m.c.state.Messages {
		if !message.Unborn() {
			continue
		}
		switch l := m.letters[message.ID.Contact()]; {
		case l == nil:
			all = append(all, *message)
		case m.c.journal.pending(contact.Mailroom) == 0:
			l.stop()
		}
	}
	slices.SortFunc(all, func(a, b fold.Message) int { return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.ID, b.ID)) })
	return all
}

// takeBack has back what is at hand of agents who have logged out.
func (m *mailroom) takeBack() {
	if m.c.w.breaks(HandsKept) {
		return
	}
	floor := m.c.state.Floor
	for _, id := range slices.Sorted(maps.Keys(floor.Offers)) {
		o := floor.Offers[id]
		if !o.Beside || o.Connected || floor.Agents[o.Agent].State != acd.LoggedOut {
			continue
		}
		rec, l := m.c.state.Contacts[o.Contact], m.letters[o.Contact]
		if rec != nil && l != nil && rec.Offer == o.ID {
			l.put(email.Gone(rec))
			m.c.w.written.takenBack++
		}
	}
}

// draft is a letter that is not in the ledger yet, with the facts that bring it there in one
// batch or not at all.
type draft struct {
	*letter
	facts    []record
	commands []engine.Command
}

func (m *mailroom) draft(id contact.ID, arrived fact.Arrived) *draft {
	d, now := &draft{letter: m.newLetter(id)}, m.c.w.now
	next, effects := engine.Step(d.rules, engine.Session{}, now, engine.Arrived{ID: id, Fact: arrived})
	before := m.c.state.Protocol.Seq(string(id)) // void facts of a birth before its message
	d.state, d.commands = next, effects.Commands
	for i, f := range effects.Facts {
		e := m.c.entry(f, string(id), now)
		e.Role, e.Seq = ledger.Owner(string(contact.Mailroom)), before+uint64(i)+1
		d.facts = append(d.facts, record{node: contact.Mailroom, entry: e, fact: f})
	}
	d.seq = before + uint64(len(d.facts))
	return d
}

// bring puts a draft in the ledger, and begins its letter.
func (m *mailroom) bring(t *task, d *draft) bool {
	if !m.write(t, d) {
		d.stop() // should it have landed all the same, it is taken up
		return false
	}
	if !m.open || m.c.state.Contacts[d.id] == nil {
		d.stop()
		return true
	}
	for _, c := range d.commands {
		if arm, is := c.(engine.Arm); is {
			d.arm(arm)
		}
	}
	d.begun = true
	d.plan()
	return true
}

func (m *mailroom) write(t *task, d *draft) bool {
	entries, err := m.c.append(t, func() (batch []ledger.Entry) {
		epoch, holds := m.c.epoch(string(contact.Mailroom))
		if !holds {
			return nil
		}
		for _, r := range d.facts {
			r.entry.Epoch = epoch
			batch = append(batch, r.entry)
		}
		return batch
	})
	known := func() bool { return m.c.state.Protocol.Seq(string(d.id)) >= d.seq }
	switch {
	case err != nil:
		if m.c.settle(t, err); !known() {
			return false
		}
	case len(entries) == 0:
		return false
	}
	for _, r := range d.facts {
		r.written = m.c.w.now
		m.c.journal.kept = append(m.c.journal.kept, r)
	}
	for until := m.c.w.now + answerIn.Microseconds(); !known() && m.c.w.now < until; {
		t.sleep(tailRetry / 10)
	}
	return known()
}

// post takes a mail in; it is false if it is not known to be in the ledger.
func (m *mailroom) post(t *task, id contact.ID, mail fact.Mail) bool {
	for m.posting {
		t.sleep(tailRetry / 10)
	}
	m.posting = true
	defer func() { m.posting = false }()
	d := m.draft(id, fact.Arrived{
		Medium: contact.Email, Entry: entryNumber, Node: contact.Mailroom, Line: string(id), Rank: m.c.w.now, Mail: &mail,
	})
	switch {
	case m.c.state.Contacts[id] != nil || m.c.state.Protocol.Seq(string(id)) > 0:
		return true // sent again
	case !m.open || m.letters[id] != nil:
		return false
	}
	m.letters[id] = d.letter
	return m.bring(t, d)
}

// tell hands a fact to the letter it concerns.
func (m *mailroom) tell(a fold.Applied) {
	for _, id := range slices.Sorted(maps.Keys(a.Displaced)) {
		m.put(id, engine.OfferGone{Offer: a.Displaced[id]})
	}
	if f, is := a.Fact.(fact.MessageDone); is && a.Contact != "" {
		m.put(a.Contact, engine.MessageDone{By: f.By})
	}
	id := contact.ID(a.Entry.Subject)
	if m.letters[id] != nil && m.c.state.Contacts[id] == nil {
		m.put(id, folded{})
	}
	if !a.Effective() {
		if _, is := a.Fact.(fact.Queued); is && a.Void != "" && a.Record != nil && a.Entry.Writer == m.c.name {
			m.put(id, engine.QueueingOf(a.Record))
		}
		return
	}
	foreign := a.Entry.Writer != m.c.name
	switch f := a.Fact.(type) {
	case fact.Offered:
		m.put(id, engine.OfferAccepted{Offer: fact.OfferID(a.Entry.Self.String()), Fact: f})
	case fact.OfferVoid:
		if foreign {
			m.put(id, engine.OfferGone{Offer: f.Offer})
		}
	case fact.OfferFailed:
		if foreign {
			m.put(id, engine.OfferGone{Offer: f.Offer})
		}
	}
}

func (m *mailroom) put(id contact.ID, e any) {
	if l := m.letters[id]; l != nil {
		l.put(e)
	}
}

// tellOffers tells the letters what the ledger has, after it was read anew or a failover.
func (m *mailroom) tellOffers() {
	for _, id := range m.ids() {
		m.tellOffer(m.letters[id])
	}
}

func (m *mailroom) tellOffer(l *letter) {
	rec, seq := m.c.state.Contacts[l.id], m.c.state.Protocol.Seq(string(l.id))
	if rec == nil {
		l.put(ledgerKnows{unknown: seq == 0, closed: seq > 0})
		return
	}
	l.put(ledgerKnows{offer: rec.Offer, seq: seq, closed: rec.ClosedAt != 0, queueing: engine.QueueingOf(rec)})
	if rec.Offer != "" && !rec.Connected() {
		l.put(engine.OfferAccepted{
			Offer: rec.Offer, Fact: fact.Offered{Contact: rec.ID, Agent: rec.Agent, Queue: rec.Queue, Center: rec.Center},
		})
	}
}
