package acd

import (
	"slices"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// Place is where a contact stands in the line.
type Place struct {
	// Position counts all who wait in the queue from 1, those included whose
	// agent's phone is being tried; Waiting is how many they are.
	Position int `json:"position"`
	Waiting  int `json:"waiting"`
	Priority int `json:"priority,omitempty"`
	// HeadStart is the waiting that its priority is worth where priorities age; less than
	// none for a mail.
	HeadStart time.Duration `json:"head_start,omitempty"`
	// Rank is the first arrival, which decides between equal priorities.
	Rank time.Time `json:"rank"`
	// Since is when it was queued.
	Since time.Time `json:"since"`
	// Ahead counts those who wait for some of the same agents and come first, in
	// whatever queue: by a higher priority, or by an earlier arrival; where priorities age,
	// ByPriority are those of them who came later. First are the next few of them.
	Ahead      int     `json:"ahead"`
	ByPriority int     `json:"by_priority,omitempty"`
	First      []Ahead `json:"first,omitempty"`
	// Beside counts those before it in the queue who wait for other agents, and
	// hold nobody up.
	Beside int `json:"beside,omitempty"`
	// HeldUntil is until when it is out of the line, after an offer that came to
	// nothing for no fault of the agent.
	HeldUntil time.Time `json:"held_until,omitzero"`
	// Offer is the offer being tried, and Agent the agent.
	Offer fact.OfferID  `json:"offer,omitempty"`
	Agent contact.Agent `json:"agent,omitempty"`
}

// Ahead is a contact that comes first.
type Ahead struct {
	Contact  contact.ID    `json:"contact"`
	Queue    contact.Queue `json:"queue"`
	Priority int           `json:"priority,omitempty"`
	Rank     time.Time     `json:"rank"`
	// Why is priority, arrival, ageing when its wait has made up for a lower priority, line
	// when it is on the line and the other is a mail, version when the priority of only one of
	// both ages, or id when both arrived at the same instant.
	Why string `json:"why"`
}

// place of a contact of the floor.
func (x *explainer) place() *Place {
	t := x.Ticket
	p := &Place{
		Position: 1, Priority: t.Priority, HeadStart: time.Duration(t.headStart()) * time.Microsecond,
		Rank: x.time(t.Rank), Since: x.time(t.QueuedAt), HeldUntil: x.time(t.NotBefore),
	}
	if o := x.floor.Offers[t.Offer]; o != nil {
		p.Offer, p.Agent = o.ID, o.Agent
	}
	waitBefore := 0 // in the queue, and not being tried
	for _, other := range x.floor.Tickets {
		if other.Queue != t.Queue {
			continue
		}
		p.Waiting++
		if other.before(t) < 0 {
			p.Position++
			if other.Offer == "" {
				waitBefore++
			}
		}
	}
	sameQueue := x.rivals(p)
	p.Beside = max(waitBefore-sameQueue, 0)
	return p
}

// rivals counts those who come first at some of the same agents, names the next
// few, and says how many of them are of the same queue.
func (x *explainer) rivals(p *Place) (sameQueue int) {
	t := x.Ticket
	var next []*Ticket
	for _, c := range x.floor.circles {
		if !x.shares(c) {
			continue
		}
		n, _ := slices.BinarySearchFunc(c.line, t, (*Ticket).before)
		for _, other := range c.line[:n] {
			if t.behind(other) == "priority" {
				p.ByPriority++
			}
			if other.Queue == t.Queue {
				sameQueue++
			}
		}
		p.Ahead += n
		next = append(next, c.line[:min(n, maxNamed)]...)
	}
	slices.SortFunc(next, (*Ticket).before)
	for _, other := range next[:min(len(next), maxNamed)] {
		p.First = append(p.First, Ahead{
			Contact: other.Contact, Queue: other.Queue, Priority: other.Priority, Rank: x.time(other.Rank), Why: t.behind(other),
		})
	}
	return sameQueue
}

// shares reports whether some logged-in agent may serve both a circle and the
// contact.
func (x *explainer) shares(c *circle) bool {
	ask := x.Ticket.Ask()
	return slices.ContainsFunc(x.floor.crews, func(w *crew) bool {
		return Serves(&w.card, ask) == NoRefusal && Serves(&w.card, c.ask) == NoRefusal
	})
}

// behind says why another contact comes first.
func (t *Ticket) behind(other *Ticket) string {
	ages := t.Ageing.Ages() && other.Ageing.Ages()
	switch {
	case t.Ageing.Ages() != other.Ageing.Ages() && (t.strict() != other.strict() || t.patience() != other.patience()):
		return "version"
	case other.Priority > t.Priority && (!ages || other.Rank >= t.Rank):
		return "priority"
	case other.interactive() && !t.interactive() && other.Rank >= t.Rank:
		return "line"
	case ages && (other.Priority < t.Priority || !other.interactive() && t.interactive()):
		return "ageing"
	case other.Rank < t.Rank:
		return "arrival"
	}
	return "id"
}
