package email_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/channel/email"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/routing"
)

// mail is the session of a mail, with the facts that it wrote.
type mail struct {
	t       *testing.T
	session engine.Session
	at      int64
	facts   []fact.Kind
}

func newMail(t *testing.T) *mail {
	m := &mail{t: t}
	m.step(engine.Arrived{ID: "m1", Fact: fact.Arrived{
		Medium: contact.Email, Entry: "2014", Node: contact.Mailroom, Mail: &fact.Mail{Topic: "payment", Department: "35"},
	}})
	return m
}

// step lets an event happen and all that follows from it.
func (m *mail) step(e engine.Event) {
	m.at += 1000
	rules := engine.Rules{Plan: &routing.Plan{Organisations: map[contact.Organisation][]routing.Rule{
		"": {{Name: "all", Queue: "q", Steps: []routing.Step{{Centers: []contact.Center{"c"}}}}},
	}}}
	next, effects := engine.Step(rules, m.session, m.at, e)
	m.session = next
	for _, f := range effects.Facts {
		m.facts = append(m.facts, f.Kind())
	}
	for _, c := range effects.Commands {
		for _, follows := range email.Do(c) {
			m.step(follows)
		}
	}
}

func (m *mail) offer(id fact.OfferID, a contact.Agent) {
	m.step(engine.OfferAccepted{Offer: id, Fact: fact.Offered{Contact: "m1", Agent: a, Queue: "q", Center: "c"}})
}

func (m *mail) does(act email.Act, a contact.Agent) (refusal string) {
	events, refusal := email.Deed{Act: act, Agent: a, Reply: "sealed"}.Happens(&m.session)
	for _, e := range events {
		m.step(e)
	}
	return refusal
}

func TestAMailIsTakenAnsweredAndClosed(t *testing.T) {
	t.Parallel()
	m := newMail(t)
	assert.Equal(t, "waiting", m.session.Record.Standing())
	assert.Equal(t, "the mail is with nobody", m.does(email.Accept, "a1"))
	m.offer("o1", "a1")
	assert.Equal(t, "offered", m.session.Record.Standing())
	assert.Equal(t, "the mail is with agent a1", m.does(email.Answer, "a2"))
	require.Empty(t, m.does(email.Accept, "a1"))
	require.Empty(t, m.does(email.Accept, "a1"), "said twice")
	assert.Equal(t, "handling", m.session.Record.Standing())
	assert.Empty(t, m.session.Record.Outcome, "it counts when the agent replies")
	require.Empty(t, m.does(email.Answer, "a1"))
	assert.True(t, m.session.Over())
	assert.Equal(t, "the mail has been answered", m.does(email.Answer, "a1"))
	assert.Equal(t, []fact.Kind{
		fact.KindArrived, fact.KindQueued, fact.KindRinging, fact.KindTaken,
		fact.KindConnected, fact.KindLegEnded, fact.KindClosed,
	}, m.facts)
}

func TestAMailGoesBackHoweverItIsLeft(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		taken bool
		leave func(*mail)
	}{
		"declined":      {false, func(m *mail) { m.does(email.Return, "a1") }},
		"not taken":     {false, (*mail).timeIsOver},
		"given back":    {true, func(m *mail) { m.does(email.Return, "a1") }},
		"not answered":  {true, (*mail).timeIsOver},
		"ledger undoes": {false, func(m *mail) { m.step(engine.AgentLeft{Offer: "o1", Result: contact.Lost}) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMail(t)
			m.offer("o1", "a1")
			if c.taken {
				m.does(email.Accept, "a1")
			}
			c.leave(m)
			assert.Equal(t, "waiting", m.session.Record.Standing())
			assert.Equal(t, fact.KindOfferFailed, m.facts[len(m.facts)-1])
			assert.Equal(t, "the mail is with nobody", m.does(email.Answer, "a1"))
			m.offer("o2", "a2")
			require.Empty(t, m.does(email.Answer, "a2"), "without taking it first")
			assert.True(t, m.session.Over())
		})
	}
}

func (m *mail) timeIsOver() {
	m.step(engine.Fired{Timer: engine.RingTimer, N: m.session.Timers[engine.RingTimer]})
}

func TestWhatIsFoundAfterAGapIsWhatWasThere(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		acts []email.Act
		rec  func(*engine.Record) // what the ledger had not heard
		then string
	}{
		"on the screen": {nil, func(r *engine.Record) { r.RungAt = 0 }, "offered"},
		"in hand":       {[]email.Act{email.Accept}, func(*engine.Record) {}, "handling"},
		"answered": {nil, func(r *engine.Record) {
			r.AnsweredAt, r.Outcome = 7, contact.Answered
		}, "closed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMail(t)
			m.offer("o1", "a1")
			for _, act := range c.acts {
				require.Empty(t, m.does(act, "a1"))
			}
			rec := m.session.Record
			c.rec(&rec)
			m.session = engine.Resume(rec)
			m.at += time.Second.Microseconds()
			for _, e := range email.Found(&rec) {
				m.step(e)
			}
			m.step(engine.Restarted{})
			assert.Equal(t, c.then, m.session.Record.Standing())
			if c.then != "closed" {
				require.Empty(t, m.does(email.Answer, "a1"), "the agent keeps it")
			}
			assert.True(t, m.session.Over())
		})
	}
	assert.Empty(t, email.Found(&engine.Record{}), "one that waits is nowhere")
}
