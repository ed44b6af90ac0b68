package report

import (
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
)

// doubles is I4: who is bound by which live offer, from its acceptance to the
// end of the agent's leg.
type doubles struct {
	agents   map[contact.Agent]fact.OfferID
	contacts map[contact.ID]fact.OfferID
}

// checkDouble finds an agent or a contact in two live offers.
func (r *recount) checkDouble(a fold.Applied, l *life, f fact.Offered, id fact.OfferID) {
	d := &r.doubles
	beside := r.agent(f.Agent).besideCalls(l)
	if other, bound := d.agents[f.Agent]; bound && !beside {
		r.violate("I4", a.Entry.Self.ID, "agent %s got contact %s while bound by offer %s", f.Agent, l.id, other)
	}
	if other, bound := d.contacts[l.id]; bound {
		r.violate("I4", a.Entry.Self.ID, "contact %s was offered to agent %s while bound by offer %s", l.id, f.Agent, other)
	}
	if d.contacts[l.id] = id; !beside {
		d.agents[f.Agent] = id
	}
}

// end forgets the contact's live offer; a second offer of the same agent stays.
func (d *doubles) end(l *life) {
	if d.agents[l.offer.Agent] == l.live {
		delete(d.agents, l.offer.Agent)
	}
	if d.contacts[l.id] == l.live {
		delete(d.contacts, l.id)
	}
}
