package explanation

import (
	"context"
	"fmt"
	"time"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
	"github.com/guichet/guichet/internal/report"
)

// Source is the controller, as far as an explanation needs it.
type Source interface {
	report.Source
	Now() int64
	// Refold shows the state before each entry of the ledger.
	Refold(ctx context.Context, visit func(before *fold.State, e ledger.Entry) (goOn bool)) error
}

// Contact is why a contact waits still, and why each agent got it to whom it was
// offered.
type Contact struct {
	ID contact.ID `json:"contact"`
	At time.Time  `json:"at"`
	// Standing is where it is: menu, queue, ring, talking, … or closed.
	Standing string          `json:"standing"`
	Outcome  contact.Outcome `json:"outcome,omitempty"`
	// Waiting is what the floor says of a contact that holds a place in a queue.
	Waiting *acd.Explanation `json:"waiting,omitempty"`
	// Offers are those that were made, the oldest first.
	Offers []Offer `json:"offers"`
	// Text says all of it in sentences.
	Text []string `json:"text"`
}

// Offer is why one agent got an offer, and what came of it.
type Offer struct {
	At       time.Time      `json:"at"`
	Position ledger.ID      `json:"position"`
	Agent    contact.Agent  `json:"agent"`
	Center   contact.Center `json:"center"`
	Rule     string         `json:"rule"`
	Level    int            `json:"level,omitempty"`
	// ReadySince is what counted for the agent's turn.
	ReadySince time.Time `json:"ready_since,omitzero"`
	// Then are the facts that followed, in words.
	Then []string `json:"then"`
	// Floor is what everybody did right before, refolded from the ledger.
	Floor *acd.Explanation `json:"floor"`
}

// Of explains one contact, live or past, by its id or a prefix that no other has.
// It reads the ledger. The error is report.ErrUnknown or *report.Ambiguous, or
// says that the ledger could not be read.
func Of(ctx context.Context, s Source, prefix string) (*Contact, error) {
	story, err := report.Tell(ctx, s, prefix)
	if err != nil {
		return nil, err
	}
	site, now := s.Site(), s.Now()
	c := &Contact{ID: story.Contact.ID, At: time.UnixMicro(now).In(site.Zone), Standing: "closed", Outcome: story.Contact.Outcome, Offers: []Offer{}}
	s.View(func(state *fold.State) {
		if rec := state.Contacts[c.ID]; rec != nil {
			c.Standing = rec.Standing()
		}
		if ticket := state.Floor.Tickets[c.ID]; ticket != nil {
			e := state.Floor.Explain(acd.Question{At: now, Zone: site.Zone, Ticket: ticket, Beside: beside(site)})
			c.Waiting = &e
		}
	})
	if err := c.refold(ctx, s, story); err != nil {
		return nil, err
	}
	c.write(site, story)
	return c, nil
}

// refold looks at the floor as it was right before each offer that had effect.
func (c *Contact) refold(ctx context.Context, s Source, story *report.Story) error {
	at := map[ledger.ID]int{}
	for _, l := range story.Lines {
		switch {
		case l.Void != "":
		case l.Kind == string(fact.KindOffered):
			at[l.Position] = len(c.Offers)
			c.Offers = append(c.Offers, Offer{At: l.At, Position: l.Position, Then: []string{}})
		case len(c.Offers) > 0 && ofOffers[fact.Kind(l.Kind)]:
			last := &c.Offers[len(c.Offers)-1]
			last.Then = append(last.Then, l.Text)
		}
	}
	left, zone := len(at), s.Site().Zone
	if left == 0 {
		return nil
	}
	err := s.Refold(ctx, func(before *fold.State, e ledger.Entry) bool {
		if i, wanted := at[e.Self.ID]; wanted {
			c.Offers[i].look(before, e, zone)
			left--
		}
		return left > 0
	})
	if err != nil {
		return fmt.Errorf("refold the ledger for %s: %w", c.ID, err)
	}
	return nil
}

// ofOffers are the facts that follow an offer.
var ofOffers = map[fact.Kind]bool{
	fact.KindOfferVoid: true, fact.KindOfferFailed: true, fact.KindTaken: true, fact.KindConnected: true, fact.KindLegEnded: true,
}

// look explains the offer by the state that it was made on.
func (o *Offer) look(before *fold.State, e ledger.Entry, zone *time.Location) {
	f, err := fact.Decode(e.Kind, e.Data)
	offered, is := f.(fact.Offered)
	if err != nil || !is {
		return // the story read the same entry: it is one
	}
	o.Agent, o.Center, o.Rule, o.Level = offered.Agent, offered.Center, offered.Rule, offered.Level
	if a := before.Floor.Agents[offered.Agent]; a != nil {
		o.ReadySince = time.UnixMicro(a.ReadySince).In(zone)
	}
	if ticket := before.Floor.Tickets[offered.Contact]; ticket != nil {
		explained := before.Floor.Explain(acd.Question{At: e.At, Zone: zone, Ticket: ticket})
		o.Floor = &explained
	}
}
