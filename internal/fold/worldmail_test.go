package fold_test

import (
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/channel/email"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
)

// The mails of the world: written by people who then wait for nothing, and
// answered, forgotten or given back by the same agents.

func (w *world) post(id contact.ID) {
	if w.closing {
		return
	}
	p := &person{id: id, mail: true}
	w.people[id] = p
	w.step(p, w.arrival(p))
}

// postage is the arrival of a mail; after a crash it is the sender's repetition.
func (w *world) postage(p *person) engine.Event {
	m := &fact.Mail{Topic: "paiement", Department: "35", Content: "sealed", Digest: "d"}
	if p.id[len(p.id)-1]%3 == 0 {
		m.Topic, m.Department = "avis", "44" // whose files nobody may open until the evening
	}
	return engine.Arrived{ID: p.id, Fact: fact.Arrived{
		Medium: contact.Email, Entry: "2014", Node: node, Line: string(p.id), Rank: w.now, Mail: m,
	}}
}

func (w *world) carryOutMail(p *person, c engine.Command) {
	switch c := c.(type) {
	case engine.Arm:
		w.owned(c.After.Microseconds(), func() { w.step(p, engine.Fired{Timer: c.Timer, N: c.N}) })
	case engine.Ring:
		if o := w.ledger.state.Floor.Offers[c.Offer]; o == nil || !o.Beside {
			require.Empty(w.t, w.phones[c.Agent], "%s has a mail while the phone rings", c.Agent)
		}
		w.atWork(p, c)
	}
	for _, e := range email.Do(c) {
		w.step(p, e)
	}
}

// atWork is what the agent does with the mail, or the message, on his screen, in his own time.
func (w *world) atWork(p *person, c engine.Ring) {
	soon := w.between(100_000, 12e6)
	later := soon + w.between(1e6, 20e6) // either may be too late
	deed := func(in int64, act email.Act) {
		w.nature(in, func() { w.deed(p, email.Deed{Act: act, Agent: c.Agent, Reply: "sealed"}) })
	}
	if w.closing {
		deed(soon/10, email.Answer)
		return
	}
	switch w.random.IntN(6) {
	case 0: // not there
	case 1:
		deed(soon, email.Return)
	case 2, 3:
		deed(soon, email.Accept)
		deed(later, email.Return)
	case 4:
		deed(soon, email.Answer)
	default:
		deed(soon, email.Accept)
		deed(later, email.Answer)
		deed(later+1, email.Answer) // twice
	}
}

// mailsBack takes the mails back that were at hand of who has logged out.
func (w *world) mailsBack() {
	for _, a := range w.ledger.state.Floor.Roll() {
		for _, o := range w.ledger.state.Floor.AtHand(a.ID) {
			if p := w.people[o.Contact]; a.State == acd.LoggedOut && p.session.Record.Offer == o.ID {
				w.step(p, email.Gone(&p.session.Record))
				w.goneWith++
			}
		}
	}
}

func (w *world) deed(p *person, d email.Deed) {
	if p.message != "" && d.Act == email.Answer {
		d.Act, d.Reply = email.Done, ""
	}
	before := p.session.Record.Offer
	events, refused := d.Happens(&p.session)
	for _, e := range events {
		w.step(p, e)
	}
	if refused == "" && (d.Act == email.Answer || d.Act == email.Done) {
		require.Equal(w.t, contact.Answered, p.session.Record.Outcome, "answered by %s from offer %s", d.Agent, before)
	}
}

func (w *world) takeUpMail(p *person, rec *engine.Record) {
	kept := rec.Offer
	for _, e := range email.Found(rec) {
		w.step(p, e)
	}
	w.step(p, engine.Restarted{})
	if kept != "" && rec.TakenAt != 0 && !rec.Connected() && rec.ClosedAt == 0 {
		require.Equal(w.t, kept, p.session.Record.Offer, "who had taken the mail keeps it")
	}
	if w.closing && kept != "" {
		w.nature(1000, func() { w.deed(p, email.Deed{Act: email.Answer, Agent: rec.Agent, Reply: "sealed"}) })
	}
}

// evening brings everybody to the mails that are left: they are never given up.
func (w *world) evening() {
	w.closing = true
	for _, id := range w.agents {
		in := w.loginOf(id)
		in.Skills = map[contact.Skill]int{"paiement": 3}
		in.Center, in.AllFiles, in.Media = "ouest", true, []contact.Medium{contact.Voice, contact.Email, contact.Voicemail}
		w.command(id, in)
		w.command(id, fact.Resumed{Agent: id})
	}
}
