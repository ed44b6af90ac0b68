package fold_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/ivr"
)

// The messages of the world: some callers speak to a machine, the controller brings a contact
// for each message, and the agents who serve mails hear them; of some of them somebody says so
// who has heard them in the mailbox, whoever has them on his screen then.

// urgentWithin is how soon a message is to be heard.
const urgentWithin = 20 * time.Second

var toTheMachine = &ivr.Voicemail{
	Mailbox: trialMailbox, Prompts: []ivr.Prompt{"parlez"}, MaxDuration: 10 * time.Second, MaxSilence: 2 * time.Second,
	MinDuration: time.Second, FinishKey: '#', Next: "info", Empty: ivr.Exit{Goto: "info"}, Error: ivr.Exit{Goto: "info"},
}

// record has the caller speak for a while.
func (w *world) record(p *person, n int) {
	chances := rand.New(rand.NewPCG(uint64(w.serial), 4))
	if p.said == nil {
		p.said = map[int]bool{}
	}
	p.said[n] = true
	w.nature(1e6+chances.Int64N(5e6), func() {
		if chances.IntN(3) == 0 {
			w.hangUp(p) // what he said is looked for
			return
		}
		w.tell(p, 5_000, spoken(n))
	})
}

func spoken(n int) engine.Event {
	return engine.Recorded{N: n, Lasts: 5 * time.Second, Spoken: 4 * time.Second}
}

// find tells what became of what he said.
func (w *world) find(p *person, n int) {
	if p.said[n] {
		w.tell(p, 5_000, spoken(n))
		return
	}
	w.tell(p, 5_000, engine.Recorded{N: n, Never: true})
}

// bear begins the contacts of messages that have none.
func (w *world) bear() {
	for _, id := range slices.Sorted(maps.Keys(w.ledger.state.Messages)) {
		if m := w.ledger.state.Messages[id]; m.Unborn() && w.people[id.Contact()] == nil {
			p := &person{id: id.Contact(), mail: true, message: id}
			w.people[p.id] = p
			w.step(p, w.arrival(p))
		}
	}
}

func (w *world) birth(p *person) engine.Event {
	m := w.ledger.state.Messages[p.message]
	v := m.Voicemail()
	return engine.Arrived{ID: p.id, Fact: fact.Arrived{
		Medium: contact.Voicemail, Entry: m.Entry, Node: node, Line: string(m.ID), Rank: m.At, Voicemail: &v,
	}}
}

// hear follows messages: once one has its contact, somebody may say that he has heard it in the
// mailbox, and its session is told.
func (w *world) hear(a fold.Applied) {
	switch f := a.Fact.(type) {
	case fact.Arrived:
		chances := rand.New(rand.NewPCG(uint64(w.serial), 5))
		if v := f.Voicemail; v != nil && chances.IntN(3) == 0 {
			w.nature(chances.Int64N(20e6), func() {
				if w.ledger.state.Messages[v.Message].DoneAt == 0 {
					w.elsewhere++
					w.land(w.ledger.api(w.now, v.Message.Subject(), fact.MessageDone{Message: v.Message, By: "marie"}))
				}
			})
		}
	case fact.Queued:
		if a.Record.Urgent && a.Record.Queueings > 1 {
			w.urgent++
		}
	case fact.MessageDone:
		if a.Record != nil {
			w.tell(w.people[a.Contact], 3_000, engine.MessageDone{By: f.By})
		}
	}
}

// everyMessageIsHeard: whatever was said to the machine has had one contact, and somebody has
// dealt with it.
func (w *world) everyMessageIsHeard() {
	s := w.ledger.state
	for id, m := range s.Messages {
		require.NotZero(w.t, m.DoneAt, "nobody has heard %s", id)
		require.Equal(w.t, id.Contact(), m.Born)
		require.Equal(w.t, contact.Answered, w.recount.done[m.Born], "message %s", id)
		require.Equal(w.t, contact.Message, w.recount.done[m.Contact], "who left %s", id)
	}
	require.Greater(w.t, len(s.Messages), 5, "too few messages to prove anything")
	require.Positive(w.t, w.urgent, "no message became urgent")
	require.Positive(w.t, w.elsewhere, "nobody has heard a message in the mailbox")
}
