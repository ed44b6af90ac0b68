package engine

import (
	"slices"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// Party is a further leg of a conversation, beside the caller's and that of who has the
// call. Times are µs.
type Party struct {
	ID   fact.OfferID `json:"id"`
	Role fact.Role    `json:"role"`
	// Agent is who is called, with his center, or Number, encrypted for the contact.
	Agent  contact.Agent  `json:"agent,omitempty"`
	Center contact.Center `json:"center,omitempty"`
	Number string         `json:"number,omitempty"`
	// By is the agent who wished it.
	By   contact.Agent `json:"by,omitempty"`
	At   int64         `json:"at"`
	Ring time.Duration `json:"ring,omitempty"`
	// JoinedAt is when it answered; 0 while it is being called.
	JoinedAt int64 `json:"joined_at,omitempty"`
	// Hears is the leg for whose sake a silent supervisor is there: that of who had the
	// call when he was called, or went silent.
	Hears fact.OfferID `json:"hears,omitempty"`
}

// Joined reports whether the party has answered.
func (p *Party) Joined() bool { return p.JoinedAt != 0 }

// apart reports whether the caller hears music for the sake of this party.
func (p *Party) apart() bool { return p.Role == fact.Consulted || p.Role == fact.Target }

// heir reports whether the party may have the call if nobody else has it any more.
func (p *Party) heir() bool {
	return p.Role == fact.Consulted || p.Role == fact.Target || p.Role == fact.Member || p.Role == fact.Barging
}

// silent reports whether it is a supervisor whom the caller does not hear.
func (p *Party) silent() bool { return p.Role == fact.Listening || p.Role == fact.Whispers }

// astray reports whether a silent supervisor is left over: he was there for somebody who
// does not have the call any more, and hears nobody until his leg is gone.
func (r *Record) astray(p *Party) bool { return p.silent() && p.Hears != "" && p.Hears != r.Leg() }

// hears is whom a party in a role will hear without being in the bridge.
func (r *Record) hears(role fact.Role) fact.OfferID {
	if p := (Party{Role: role}); p.silent() {
		return r.Leg()
	}
	return ""
}

// Party is the further party of a name, nil if there is none.
func (r *Record) Party(id fact.OfferID) *Party {
	for i := range r.Parties {
		if r.Parties[i].ID == id {
			return &r.Parties[i]
		}
	}
	return nil
}

// partyWhere is the first party of which something is so, nil for none.
func (r *Record) partyWhere(is func(*Party) bool) *Party {
	for i := range r.Parties {
		if is(&r.Parties[i]) {
			return &r.Parties[i]
		}
	}
	return nil
}

// second is who is consulted, or gets the call.
func (r *Record) second() *Party { return r.partyWhere((*Party).apart) }

// invited is who is being called.
func (r *Record) invited() *Party {
	return r.partyWhere(func(p *Party) bool { return !p.Joined() && p.Role != fact.Leaving })
}

// Legs names every leg beside the caller's own.
func (r *Record) Legs() []fact.OfferID {
	var legs []fact.OfferID
	if leg := r.Leg(); leg != "" {
		legs = append(legs, leg)
	}
	for _, p := range r.Parties {
		legs = append(legs, p.ID)
	}
	return legs
}

// applyConversation folds the facts of a conversation. Records are shared: what they hold
// is never changed, but replaced.
func (r *Record) applyConversation(at int64, f fact.Fact) {
	switch f := f.(type) {
	case fact.Held:
		r.HeldAt = at
	case fact.Identifying:
		r.HeldAt, r.Identifying = at, true
	case fact.Retrieved:
		r.heard()
	case fact.Identified:
		r.heard()
		r.Authentication = max(r.Authentication, f.Authentication)
	case fact.Invited:
		r.withParty(Party{
			ID: f.Party, Role: f.Role, Agent: f.Agent, Center: f.Center, Number: f.Number, By: f.By, At: at, Ring: f.Ring,
			Hears: r.hears(f.Role),
		})
	case fact.PartyJoined:
		r.changeParty(f.Party, func(p *Party) { p.JoinedAt = at })
	case fact.PartyMoved:
		if f.Role == fact.Leaving {
			r.letGo(at)
			if r.second() == nil { // he was being sent to somebody who has been seen elsewhere since
				r.Unsent = r.ClosedAt == 0
			}
			return
		}
		r.changeParty(f.Party, func(p *Party) { p.Role, p.Hears = f.Role, r.hears(f.Role) })
	case fact.PartyLeft:
		r.withoutParty(f.Party)
	case fact.HandedOver:
		r.handedOver(at, f)
	case fact.Requeued:
		r.requeued(at, f)
	}
}

// heard says that the caller is neither on hold nor being asked who he is.
func (r *Record) heard() { r.HeldAt, r.Identifying = 0, false }

func (r *Record) withParty(p Party) { r.Parties = append(slices.Clip(r.Parties), p) }

// Uncalled forgets a party whose agent was seen with another contact.
func (r *Record) Uncalled(id fact.OfferID) {
	if p := r.Party(id); p != nil && p.Role == fact.Target && r.Leg() == "" {
		r.Unsent = r.ClosedAt == 0
	}
	r.withoutParty(id)
}

func (r *Record) withoutParty(id fact.OfferID) {
	r.Parties = slices.DeleteFunc(slices.Clone(r.Parties), func(p Party) bool { return p.ID == id })
	if len(r.Parties) == 0 {
		r.Parties = nil
	}
}

func (r *Record) changeParty(id fact.OfferID, change func(*Party)) {
	r.Parties = slices.Clone(r.Parties)
	if p := r.Party(id); p != nil {
		change(p)
	}
}

// letGo makes a leaving party of who has the call.
func (r *Record) letGo(at int64) {
	switch {
	case r.Offer != "":
		r.withParty(Party{ID: r.Offer, Role: fact.Leaving, Agent: r.Agent, Center: r.Center, At: r.OfferedAt, JoinedAt: at})
		r.noOffer()
	case r.Transfer != nil:
		r.withParty(Party{ID: r.Transfer.ID, Role: fact.Leaving, Number: r.Transfer.Number, At: r.Transfer.At, JoinedAt: at})
		r.Transfer = nil
	}
}

// handedOver gives the call to a party.
func (r *Record) handedOver(at int64, f fact.HandedOver) {
	p := r.Party(f.Party)
	if p == nil {
		return
	}
	next := *p
	r.letGo(at)
	r.withoutParty(next.ID)
	r.Unsent = false
	r.heard()
	r.Transfers = max(r.Transfers, f.Transfers)
	if next.Agent == "" {
		r.Transfer = &Transfer{ID: next.ID, Number: next.Number, At: next.At, Ring: next.Ring}
		return
	}
	r.Offer, r.OfferedAt, r.Agent, r.Center, r.RungAt = next.ID, next.At, next.Agent, next.Center, next.At
}

// requeued puts an answered caller back in a queue; what was fixed at his first bridge
// stays.
func (r *Record) requeued(at int64, f fact.Requeued) {
	r.letGo(at)
	r.noOffer()          // also of who had left before
	called := r.Callback // who was called back is on the line of that call
	r.queued(at, f.Queued)
	r.Callback, r.Returned, r.Unsent = called, true, false
	r.heard()
	if f.By != "" {
		r.Moves++
	}
	r.Transfers = max(r.Transfers, f.Transfers)
	r.Told = nil // it was kept or broken; this is another wait
}

// Conversation is where the parties of a call stand.
type Conversation string

// The states of a conversation; see the table in conversation.go.
const (
	Apart      Conversation = ""           // nobody talks, or the caller is in no conversation
	Together   Conversation = "together"   // the caller and who has the call
	OnHold     Conversation = "held"       // the caller hears music
	Asking     Conversation = "asking"     // likewise; somebody is called to be consulted
	Consulting Conversation = "consulting" // likewise; and talks with the agent
	Sending    Conversation = "sending"    // likewise; somebody is called who gets the call
	Inviting   Conversation = "inviting"   // the caller talks; somebody is called to join
	Several    Conversation = "conference" // three or more
)

// Conversation says where the parties of a call stand.
func (r *Record) Conversation() Conversation {
	if !r.Connected() || r.ClosedAt != 0 {
		return Apart
	}
	second := r.second()
	switch {
	case second != nil && second.Role == fact.Target:
		return Sending
	case second != nil && second.Joined():
		return Consulting
	case second != nil:
		return Asking
	case r.Leg() == "":
		return Apart
	case r.HeldAt != 0:
		return OnHold
	case r.partyWhere(func(p *Party) bool { return p.Role == fact.Member && !p.Joined() }) != nil:
		return Inviting
	case r.partyWhere(func(p *Party) bool { return p.Joined() && (p.Role == fact.Member || p.Role == fact.Barging) }) != nil:
		return Several
	}
	return Together
}
