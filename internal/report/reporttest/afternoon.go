package reporttest

import (
	"time"
	_ "time/tzdata" // the site's zone, on machines without zone files

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/routing"
)

// Site is a small site in Paris: two queues, two centers, four agents, one
// organisation.
func Site() *config.Site {
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		panic(err)
	}
	agent := func(id contact.Agent, name string, center contact.Center) config.Agent {
		return config.Agent{ID: id, Name: name, Center: center, Phone: "PJSIP/" + string(id), Skills: map[contact.Skill]int{"payment": 3}}
	}
	return &config.Site{
		Name: "dgfip", Hash: "0123456789abcdef0123456789abcdef", Zone: zone,
		Entries: map[contact.Entry]config.Entry{"2014": {Name: "2014", Label: "unique number"}},
		Plan:    &routing.Plan{Organisations: map[contact.Organisation][]routing.Rule{"existant": nil}},
		Queues: map[contact.Queue]config.Queue{
			"particuliers": {Name: "particuliers", Label: "Particuliers"},
			"recouvrement": {Name: "recouvrement", Label: "Recouvrement"},
		},
		Centers: map[contact.Center]config.Center{
			"cis_ouest": {Name: "cis_ouest", Label: "CIS Ouest"},
			"cps_lyon":  {Name: "cps_lyon", Label: "CPS Lyon"},
		},
		Agents: map[contact.Agent]config.Agent{
			"a1": agent("a1", "Camille", "cis_ouest"), "a2": agent("a2", "Dominique", "cis_ouest"),
			"a3": agent("a3", "Claude", "cps_lyon"), "a4": agent("a4", "Sacha", "cps_lyon"),
		},
	}
}

// Begin is when an afternoon begins.
var Begin = time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)

// Floor is a ledger of the site at Begin, with these agents logged in.
func Floor(site *config.Site, agents ...contact.Agent) *Ledger {
	l := NewLedger(Begin)
	c := NewController(l, site)
	for _, id := range agents {
		card, _ := c.Card(id)
		l.Wish(string(id), "login-"+string(id), card)
	}
	l.Pass(time.Second)
	return l
}

// Steps of the site's contacts: everybody of both centers.
var Steps = []contact.Step{{Centers: []contact.Center{"cis_ouest", "cps_lyon"}, Need: contact.Need{{Skill: "payment", Level: 1}}}}

// Arrive brings a contact to the entry 2014.
func (l *Ledger) Arrive(id contact.ID) {
	l.Own(id, fact.Arrived{
		Medium: contact.Voice, Entry: "2014", Node: Node, Line: "line-" + string(id),
		Caller: "sealed:0612345678", CallerHash: "h", Config: "0123", Rank: l.Now,
	})
}

// Enqueue queues a contact that has arrived.
func (l *Ledger) Enqueue(id contact.ID, q contact.Queue) {
	l.Own(id, fact.Queued{
		Queue: q, Topic: "payment", Department: "35", Rank: l.State.Contacts[id].Rank, Steps: Steps,
		Policies: contact.DefaultPolicies(), Organisation: "existant", Rule: "existant#1",
	})
}

// Answer takes a queued contact to its conversation with an agent.
func (l *Ledger) Answer(id contact.ID, agent contact.Agent, rings time.Duration) fact.OfferID {
	offer := l.Ring(id, agent)
	l.Pass(rings)
	l.Own(id, fact.Connected{Offer: offer, Organisation: "existant", ServedBy: l.State.Floor.Agents[agent].Center})
	return offer
}

// Ring offers a queued contact: 2 ms to decide, 6 ms to ring.
func (l *Ledger) Ring(id contact.ID, agent contact.Agent) fact.OfferID {
	l.Pass(2 * time.Millisecond)
	offer, _ := l.Offer(id, agent)
	l.Pass(6 * time.Millisecond)
	l.Own(id, fact.Ringing{Offer: offer, Leg: "leg-" + string(id)})
	return offer
}

// HangUp ends a conversation by the agent, and the contact.
func (l *Ledger) HangUp(id contact.ID, offer fact.OfferID) {
	l.Own(id, fact.LegEnded{Offer: offer, By: "agent"})
	l.Close(id, contact.Answered, "")
}

// Close ends a contact with an outcome.
func (l *Ledger) Close(id contact.ID, o contact.Outcome, s contact.Stage) {
	rec := l.State.Contacts[id]
	l.Own(id, fact.Closed{Outcome: o, Stage: s, Asked: rec.Asked, Queue: rec.Queue, Organisation: rec.Organisation, Topic: rec.Topic})
}

// Afternoon is a ledger with one contact of every kind:
//
//	c01 answered after a menu        c06 dissuaded, full
//	c02 abandoned in the menu        c07 dissuaded, closed
//	c03 abandoned short in the queue c08 self served
//	c04 no answer, then answered     c09 abandoned while ringing
//	c05 failed after asking          c10 waits, c11 talks, c12 is in the menu
func Afternoon(site *config.Site) *Ledger {
	l := Floor(site, "a1", "a2", "a3")
	l.answeredAfterMenu()
	l.brief()
	l.secondAgent()
	l.Arrive("c09")
	l.Enqueue("c09", "recouvrement")
	offer := l.Ring("c09", "a3")
	l.Pass(7 * time.Second)
	l.Close("c09", contact.Abandoned, contact.InRing)
	l.Own("c09", fact.LegEnded{Offer: offer, By: "caller"})
	l.stillHere()
	return l
}

func (l *Ledger) answeredAfterMenu() {
	l.Arrive("c01")
	l.Pass(time.Second)
	l.Own("c01", fact.Waiting{Node: "motif", Crossed: []string{"accueil"}, Menu: []byte(`{}`)})
	l.Pass(3 * time.Second)
	l.Enqueue("c01", "particuliers")
	offer := l.Answer("c01", "a1", 6*time.Second)
	l.Pass(90 * time.Second)
	l.HangUp("c01", offer)
	l.Pass(20 * time.Second)
	l.Expire("a1")
}

// brief are those who never reach an agent.
func (l *Ledger) brief() {
	l.Arrive("c02")
	l.Pass(4 * time.Second)
	l.Close("c02", contact.Abandoned, contact.InMenu)
	l.Arrive("c03")
	l.Enqueue("c03", "particuliers")
	l.Pass(3 * time.Second)
	l.Close("c03", contact.Abandoned, contact.InQueue)
	l.Arrive("c05")
	l.Enqueue("c05", "particuliers")
	l.Pass(8 * time.Second)
	l.Own("c05", fact.Closed{Outcome: contact.Failed, Asked: true, Reason: fact.NodeDied})
	l.Arrive("c06")
	l.Pass(time.Second)
	l.Own("c06", fact.Closed{Outcome: contact.Dissuaded, Refusal: contact.Full, Queue: "recouvrement", Organisation: "existant", Asked: true, Topic: "payment", Reason: "full"})
	l.Arrive("c07")
	l.Pass(time.Second)
	l.Own("c07", fact.Closed{Outcome: contact.Dissuaded, Refusal: contact.Closed, Asked: true, Reason: "out_of_hours"})
	l.Arrive("c08")
	l.Pass(15 * time.Second)
	l.Own("c08", fact.Closed{Outcome: contact.SelfServed, Reason: "served"})
}

func (l *Ledger) secondAgent() {
	l.Arrive("c04")
	l.Enqueue("c04", "particuliers")
	offer := l.Ring("c04", "a2")
	l.Pass(18 * time.Second)
	l.Own("c04", fact.OfferFailed{Offer: offer, Result: contact.NoAnswer, Cause: 19})
	offer = l.Answer("c04", "a3", 4*time.Second)
	l.Pass(45 * time.Second)
	l.HangUp("c04", offer)
	l.Pass(5 * time.Second)
	l.Wish("a3", "resume-a3", fact.Resumed{Agent: "a3"})
}

func (l *Ledger) stillHere() {
	l.Arrive("c11")
	l.Enqueue("c11", "particuliers")
	l.Answer("c11", "a1", 5*time.Second)
	l.Wish("a3", "pause-a3", fact.Paused{Agent: "a3", Reason: "lunch"})
	l.Arrive("c10")
	l.Enqueue("c10", "particuliers")
	l.Pass(12 * time.Second)
	l.Arrive("c12")
	l.Own("c12", fact.Waiting{Node: "motif", Menu: []byte(`{}`)})
	l.Pass(2 * time.Second)
}
