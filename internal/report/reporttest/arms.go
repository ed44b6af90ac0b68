package reporttest

import (
	"time"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// The two organisations of Arms, and the home center of each.
const (
	Adossement = contact.Organisation("adossement")
	Plateau    = contact.Organisation("plateau")
)

var homeOf = map[contact.Organisation]contact.Center{Adossement: "cis_ouest", Plateau: "cps_lyon"}

// Arms is an afternoon of two organisations that help each other after a minute:
//
//	p1 adossement, answered at home       p5 plateau, answered by overflow
//	p2 adossement, answered by overflow   p6 adossement, dissuaded, full
//	p3 plateau, answered at home          p7 adossement, no number, short abandon
//	p4 plateau, abandoned after 40 s      p8 adossement, at home, in the next hour
//	p4b the same person, answered at home
//
// Agent a1 works at cis_ouest and logs out after an hour and a half, a3 at cps_lyon.
func Arms(site *config.Site) *Ledger {
	l := Floor(site, "a1", "a3")
	l.AtHome("p1", "p1", Adossement, "a1", 5*time.Second, time.Minute)
	l.Overflow("p2", Adossement, "a3", 30*time.Second)
	l.AtHome("p3", "p3", Plateau, "a3", 10*time.Second, time.Minute)
	l.Call("p4", "p4")
	l.EnqueueIn("p4", Plateau)
	l.Pass(40 * time.Second)
	l.Close("p4", contact.Abandoned, contact.InQueue)
	l.Pass(10 * time.Minute)
	l.AtHome("p4b", "p4", Plateau, "a3", 18*time.Second, time.Minute)
	l.Overflow("p5", Plateau, "a1", 2*time.Minute)
	l.Call("p6", "p6")
	l.Own("p6", fact.Closed{Outcome: contact.Dissuaded, Refusal: contact.Full, Queue: "recouvrement", Organisation: Adossement, Asked: true, Topic: "payment", Reason: "full"})
	l.Call("p7", "")
	l.EnqueueIn("p7", Adossement)
	l.Pass(3 * time.Second)
	l.Close("p7", contact.Abandoned, contact.InQueue)
	l.Pass(time.Hour)
	l.AtHome("p8", "p8", Adossement, "a1", 8*time.Second, time.Minute)
	l.Now = Begin.Add(90 * time.Minute).UnixMicro()
	l.Wish("a1", "logout-a1", fact.LoggedOut{Agent: "a1"})
	l.Beat()
	return l
}

// Call brings a contact from a number to the entry 2014.
func (l *Ledger) Call(id contact.ID, hash string) {
	l.Own(id, fact.Arrived{Medium: contact.Voice, Entry: "2014", Node: Node, Line: "line-" + string(id), CallerHash: hash, Config: "0123", Rank: l.Now})
}

// EnqueueIn queues a contact for the home center of its organisation, and for
// both after a minute.
func (l *Ledger) EnqueueIn(id contact.ID, o contact.Organisation) {
	l.Own(id, fact.Queued{
		Queue: "particuliers", Topic: "payment", Department: "35", Rank: l.State.Contacts[id].Rank,
		Steps: []contact.Step{
			{Centers: []contact.Center{homeOf[o]}},
			{After: time.Minute, Centers: []contact.Center{"cis_ouest", "cps_lyon"}},
		},
		Policies: contact.DefaultPolicies(), Organisation: o, Rule: string(o) + "#1",
	})
}

// Widen opens the second step of a contact.
func (l *Ledger) Widen(id contact.ID) {
	l.Lead(string(id), fact.Circle{
		ContactVersion: l.State.Floor.Tickets[id].Version, Step: 1,
		Centers: []contact.Center{"cis_ouest", "cps_lyon"}, Why: "after 1m0s",
	})
}

// AtHome brings a call that an agent of its home center answers.
func (l *Ledger) AtHome(id contact.ID, hash string, o contact.Organisation, agent contact.Agent, rings, talks time.Duration) {
	l.Call(id, hash)
	l.EnqueueIn(id, o)
	l.served(id, o, agent, rings, talks)
}

// Overflow brings a call that an agent of the other center answers.
func (l *Ledger) Overflow(id contact.ID, o contact.Organisation, agent contact.Agent, talks time.Duration) {
	l.Call(id, string(id))
	l.EnqueueIn(id, o)
	l.Pass(time.Minute)
	l.Widen(id)
	l.served(id, o, agent, 5*time.Second, talks)
}

// served is rung, answered and hung up; 20 s later the agent is ready again.
func (l *Ledger) served(id contact.ID, o contact.Organisation, agent contact.Agent, rings, talks time.Duration) {
	offer := l.Ring(id, agent)
	l.Pass(rings)
	l.Own(id, fact.Connected{Offer: offer, Organisation: o, ServedBy: l.State.Floor.Agents[agent].Center})
	l.Pass(talks)
	l.HangUp(id, offer)
	l.Pass(20 * time.Second)
	l.Expire(agent)
}
