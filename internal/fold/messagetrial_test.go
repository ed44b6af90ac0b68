package fold_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

// The same trials, of a site where callers leave messages besides, for which contacts are born
// that agents have at hand as they have mails.
func TestAnyInterleavingKeepsTheInvariantsWithMessagesOfAQueue(t *testing.T) {
	t.Parallel()
	leaning := production.withMessages().leansTo((*trial).speakOfAMessage, (*trial).serve, (*trial).decide, (*trial).aboutAnOffer)
	rapid.Check(t, func(t *rapid.T) {
		if found := try(t, leaning); found != nil {
			t.Fatal(found)
		}
	})
}

// withMessages is a fold in whose trials there are mails and messages.
func (v variant) withMessages() variant {
	v.mails, v.messages = true, true
	return v
}

// trialMailbox is where everything is left that is said to a machine.
const trialMailbox = "accueil"

// speakOfAMessage has one left, its contact born, or somebody say what became of it.
func (tr *trial) speakOfAMessage(c *controller) {
	switch tr.pick(6, "of a message") {
	case 0:
		tr.leaveMessage(c)
	case 1, 2:
		tr.bear(c)
	case 3:
		tr.saysDone(c)
	case 4:
		tr.deleteMessage(c)
	default:
		tr.leaveMessage(c)
		tr.bear(c)
	}
}

// leaveMessage has somebody on the line say something: of each four messages one stays in its
// mailbox alone. Now and then it is said again under the name of another.
func (tr *trial) leaveMessage(c *controller) {
	speaks := func(r *engine.Record) bool { return r.Medium == contact.Voice && r.ClosedAt == 0 && !r.Met() }
	c = tr.whoever(c, func(c *controller) bool { return len(c.contacts(speaks)) > 0 })
	rec := tr.contactOf(c, speaks)
	if rec == nil {
		tr.arrive(tr.whoever(c, func(c *controller) bool { return len(c.owned()) > 0 }))
		return
	}
	tr.names++
	f := fact.MessageLeft{
		Message: fact.MessageID(fmt.Sprintf("%s.%d", rec.ID, tr.names)), Mailbox: trialMailbox, Lasts: 9 * time.Second, Spoken: 7 * time.Second,
		Retention: time.Duration(tr.pick(2, "kept for")) * time.Minute,
	}
	if all := slices.Sorted(maps.Keys(c.state.Messages)); len(all) > 0 && tr.oneIn(8, "an old name") {
		f.Message = all[tr.pick(len(all), "whose")]
	}
	if !tr.oneIn(4, "for no queue") {
		f.For = &fact.ForQueue{Queue: trialQueues[tr.pick(len(trialQueues), "queue")], Within: time.Duration(tr.pick(3, "within")) * 40 * time.Second}
	}
	tr.say(c, tr.own(c, string(rec.Node), string(rec.ID), f))
}

// message is one that this controller knows, and that fits unless it does not matter.
func (tr *trial) message(c *controller, fits func(*fold.Message) bool) *fold.Message {
	all := slices.Sorted(maps.Keys(c.state.Messages))
	if !tr.oneIn(6, "any message") {
		all = slices.DeleteFunc(all, func(id fact.MessageID) bool { return !fits(c.state.Messages[id]) })
	}
	if len(all) == 0 {
		return nil
	}
	return c.state.Messages[all[tr.pick(len(all), "message")]]
}

// bear brings the contact of a message and its place, at whichever node: of one that has its
// contact already too, or needs none, and now and then as no contact is born.
func (tr *trial) bear(c *controller) {
	unborn := func(c *controller) bool {
		return len(c.owned()) > 0 && slices.ContainsFunc(slices.Collect(maps.Values(c.state.Messages)), (*fold.Message).Unborn)
	}
	c = tr.whoever(c, unborn)
	m, nodes := tr.message(c, (*fold.Message).Unborn), c.owned()
	if m == nil || len(nodes) == 0 {
		return
	}
	whole := *m
	if whole.For == nil {
		whole.For = &fact.ForQueue{Queue: trialQueues[0]}
	}
	v, node, subject := whole.Voicemail(), nodes[tr.pick(len(nodes), "at")], string(m.ID.Contact())
	came := fact.Arrived{
		Medium: contact.Voicemail, Entry: m.Entry, Node: contact.Node(node), Line: string(m.ID), Config: "v1", Rank: m.At, Voicemail: &v,
	}
	switch tr.pick(12, "how it is born") {
	case 0:
		subject = "vm-another"
	case 1:
		came.Voicemail = nil
	case 2:
		came.Medium = contact.Email
	}
	tr.say(c, tr.own(c, node, subject, came), tr.own(c, node, subject, tr.queueing(&engine.Record{Rank: m.At})))
}

// saysDone is somebody who has heard a message in its mailbox: an agent perhaps, who may have
// it on his screen.
func (tr *trial) saysDone(c *controller) {
	m := tr.message(c, func(m *fold.Message) bool { return m.DoneAt == 0 })
	if m == nil {
		return
	}
	by := append([]contact.Agent{"marie"}, trialAgents...)
	s := tr.command(c, fact.MessageDone{Message: m.ID, By: string(by[tr.pick(len(by), "who heard it")])})
	s.entry.Subject = m.ID.Subject()
	tr.say(c, s)
}

// deleteMessage has the leader forget a message, whose time may not have come.
func (tr *trial) deleteMessage(c *controller) {
	c = tr.whoever(c, func(c *controller) bool { return c.state.Protocol.Nodes[ledger.Site].Holder == c.name })
	m := tr.message(c, func(m *fold.Message) bool { return m.Due(tr.now) })
	if m == nil {
		return
	}
	s := tr.entry(c, m.ID.Subject(), fact.MessageDeleted{Message: m.ID})
	s.entry.Role, s.entry.Epoch = ledger.RoleLeader, c.state.Protocol.Nodes[ledger.Site].Epoch
	tr.say(c, s)
}

// What the books know of messages.

// word is what matters of one message.
type word struct {
	forQueue  bool
	retention time.Duration
	born      contact.ID
	done      bool
	doneAt    int64
	deleted   bool
}

// ofMessages follows what becomes of each, by docs/ledger.md: it is dealt with once, and one
// contact is born for it, of one that a queue serves and that nobody has dealt with.
func (b *books) ofMessages(a fold.Applied) {
	at, id := a.Entry.At, contact.ID(a.Entry.Subject)
	switch f := a.Fact.(type) {
	case fact.MessageLeft:
		if w := b.messages[f.Message]; w == nil || w.deleted { // of one that was deleted nothing is known
			b.messages[f.Message] = &word{forQueue: f.For != nil, retention: f.Retention}
			b.left++
			return
		}
		b.wrong(true, "%s was left twice", f.Message)
	case fact.Arrived:
		if f.Voicemail == nil {
			return
		}
		w := b.messages[f.Voicemail.Message]
		if b.wrong(w == nil || !w.forQueue || w.done || w.deleted, "%s is born for %s, which needs no contact", id, f.Voicemail.Message) {
			return
		}
		b.wrong(w.born != "", "%s is born for %s, and %s was", id, f.Voicemail.Message, w.born)
		w.born = id
	case fact.Connected:
		if s := b.contacts[id]; s != nil && s.arrived.Voicemail != nil {
			b.hasDone(b.messages[s.arrived.Voicemail.Message], at)
		}
	case fact.MessageDone:
		w := b.messages[f.Message]
		if b.wrong(w == nil || w.done, "%s is done twice, or was never left", f.Message) {
			return
		}
		b.hasDone(w, at)
		b.closedByThat(w, at, contact.Agent(f.By))
	case fact.MessageDeleted:
		w := b.messages[f.Message]
		if !b.wrong(w == nil || !w.done || at < w.doneAt+w.retention.Microseconds(), "%s is deleted, and was to be kept", f.Message) {
			w.deleted = true
			b.deleted++
		}
	}
}

// hasDone notes that somebody has dealt with a message, unless somebody had before.
func (b *books) hasDone(w *word, at int64) {
	if !w.done {
		w.done, w.doneAt = true, at
		b.done++
	}
}

// closedByThat settles the contact of a message that somebody has heard in its mailbox: it is
// answered, and for the center of whoever had it on his screen if that was he.
func (b *books) closedByThat(w *word, at int64, by contact.Agent) {
	s := b.contacts[w.born]
	if s == nil {
		return
	}
	center := contact.Center("")
	if leg := b.legs[s.offer]; s.offer != "" && leg.agent == by {
		center = leg.center
	}
	b.settle(s, at, contact.Answered, center, fact.Closed{})
}

func (b *books) wrong(is bool, format string, args ...any) bool {
	if is && b.misheard == "" {
		b.misheard = fmt.Sprintf(format, args...)
	}
	return is
}

// messagesAddUp compares them with the fold.
func (tr *trial) messagesAddUp() {
	tr.holds(tr.books.misheard == "", "messages", "%s", tr.books.misheard)
	for id, w := range tr.books.messages {
		m := tr.state.Messages[id]
		tr.holds((m == nil) == w.deleted, "messages", "%s is deleted: %t", id, w.deleted)
		tr.holds(m == nil || m.DoneAt == w.doneAt && m.Born == w.born, "messages", "%s: %s, done at %d", id, asJSON(tr, m), w.doneAt)
		if s := tr.books.contacts[w.born]; s != nil && w.done {
			rec, t := tr.state.Contacts[w.born], tr.state.Floor.Tickets[w.born]
			tr.holds(rec == nil || rec.Outcome != contact.StillHere, "messages", "%s is done, and %s is not", id, w.born)
			tr.holds(t == nil || s.answered != 0, "messages", "%s is done, and %s waits in %v", id, w.born, t)
		}
	}
	box := tr.state.Mailboxes[trialMailbox]
	if box == nil {
		box = &fold.Mailbox{}
	}
	b := tr.books
	tr.holds(*box == fold.Mailbox{Left: b.left, Done: b.done, Deleted: b.deleted}, "recount", "%d messages left, %d done, %d deleted: %s", b.left, b.done, b.deleted, asJSON(tr, box))
	tr.holds(uint64(len(tr.state.Messages)) == b.left-b.deleted, "recount", "%d messages", len(tr.state.Messages))
}

// knowsWhatIsUrgent: a message is, once it is queued in the last quarter of its time.
func (tr *trial) knowsWhatIsUrgent(r *record) {
	rec := tr.state.Contacts[r.applied.Contact]
	if _, is := r.said.fact.(fact.Queued); !is || rec == nil {
		return
	}
	urgent := false
	if v := tr.books.contacts[rec.ID].arrived.Voicemail; v != nil && v.For.Within != 0 {
		urgent = r.entry.At >= v.LeftAt+v.For.Within.Microseconds()*3/4
	}
	tr.holds(rec.Urgent == urgent, "urgent in time", "%s at %d: %t", rec.ID, r.entry.At, rec.Urgent)
}

// asIf folds an entry after the message it is about was changed, and puts that right if the
// entry was void.
func asIf[T fact.Fact](of func(T) fact.MessageID, put func(*fold.Message)) variant {
	var kind T
	return variant{apply: func(s *fold.State, e ledger.Entry) fold.Applied {
		var f T
		if e.Kind != string(kind.Kind()) || json.Unmarshal(e.Data, &f) != nil || s.Messages[of(f)] == nil {
			return s.Apply(e)
		}
		m := s.Messages[of(f)]
		was := *m
		put(m)
		a := s.Apply(e)
		if !a.Effective() {
			*m = was
		}
		return a
	}}
}

// ofBirth is the message of which an arrival says that a contact is born for it.
func ofBirth(f fact.Arrived) fact.MessageID {
	if f.Voicemail == nil {
		return ""
	}
	return f.Voicemail.Message
}

// The rules of messages, each broken once.
var brokenMessages = []brokenFold{
	{"one contact is born for a message", 317, asIf(ofBirth, func(m *fold.Message) { m.Born = "" }).heard((*trial).aboutAContact)},
	{"no contact is born for a message that is done", 1, asIf(ofBirth, func(m *fold.Message) { m.DoneAt, m.DoneBy = 0, "" }).heard()},
	{"no contact is born for a message that no queue serves", 1, asIf(ofBirth, func(m *fold.Message) {
		if m.For == nil {
			m.For = &fact.ForQueue{Queue: trialQueues[0]}
		}
	}).heard()},
	{"a message is done once", 1, asIf(func(f fact.MessageDone) fact.MessageID { return f.Message }, func(m *fold.Message) { m.DoneAt = 0 }).heard()},
	{"a message that an agent has heard is done", 1, afterwards(func(s *fold.State, a fold.Applied) {
		if _, is := a.Fact.(fact.Connected); is && a.Effective() && a.Record.Voicemail != nil {
			if m := s.Messages[a.Record.Voicemail.Message]; m != nil && m.DoneAt == a.Entry.At {
				m.DoneAt, m.DoneBy = 0, ""
				s.Mailboxes[m.Mailbox].Done--
			}
		}
	}).heard()},
	{"a message that is done is answered once", 1, afterwards(func(s *fold.State, a fold.Applied) {
		if _, is := a.Fact.(fact.MessageDone); is && a.Effective() && a.Record != nil {
			s.Tally.Outcomes[fold.Join("answered", string(a.Record.Queue), string(a.Record.ServedBy), "voicemail")]++
		}
	}).heard()},
	{"a message that is done takes its contact out of the line", 1, variant{apply: func(s *fold.State, e ledger.Entry) fold.Applied {
		var f fact.MessageDone
		if e.Kind != string(fact.KindMessageDone) || json.Unmarshal(e.Data, &f) != nil || s.Messages[f.Message] == nil {
			return s.Apply(e)
		}
		m := s.Messages[f.Message]
		born := m.Born
		m.Born = ""
		defer func() { m.Born = born }()
		return s.Apply(e)
	}}.heard()},
	{"a message that is done does not free the agent", 1, afterwards(func(s *fold.State, a fold.Applied) {
		if _, done := a.Fact.(fact.MessageDone); !done || !a.Effective() || a.Record == nil || a.Record.Offer == "" {
			return
		}
		s.Floor.EndLeg(a.Entry.At, a.Record.Offer)
		delete(s.Offers, a.Record.Offer)
		a.Record.WithoutOffer(a.Record.Offer)
	}).heard()},
	{"a message is deleted after its time", 1, asIf(func(f fact.MessageDeleted) fact.MessageID { return f.Message }, func(m *fold.Message) {
		m.DoneAt, m.Retention = 1, 0
	}).heard()},
	{"a message is urgent in the last quarter of its time", 1, afterwards(func(_ *fold.State, a fold.Applied) {
		if _, queued := a.Fact.(fact.Queued); queued && a.Effective() && a.Record.Voicemail != nil {
			a.Record.Urgent = a.Record.Voicemail.For.Within != 0 && a.Entry.At >= a.Record.Voicemail.Due()
		}
	}).heard((*trial).aboutAContact)},
}

// heard is a fold in whose trials most of what happens is about messages, and some of it of
// other kinds.
func (v variant) heard(others ...func(*trial, *controller)) variant {
	deeds := []func(*trial, *controller){(*trial).speakOfAMessage, (*trial).speakOfAMessage, (*trial).serve, (*trial).decide, (*trial).aboutAnOffer}
	return v.withMessages().leansTo(append(deeds, others...)...)
}
