package fold

import (
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
)

// transferFact judges what an owner writes about a contact's local service. No
// agent is concerned, so the floor has no say; it only forgets the place of
// somebody who goes elsewhere.
func (s *State) transferFact(rec *engine.Record, f fact.Fact) string {
	switch f := f.(type) {
	case fact.Transferring:
		switch {
		case rec.ClosedAt != 0 || rec.Met() || rec.Away():
			return "contact is past its menu"
		case rec.Leg() != "":
			return "another leg is being tried"
		case f.Transfer == "" || f.Number == "":
			return "transfer without a name or a number"
		}
		s.Floor.Leave(rec.ID)
	case fact.TransferFailed:
		if rec.TransferredAt != 0 {
			return "the local service has answered"
		}
		return ofTransfer(rec, f.Transfer)
	case fact.Transferred:
		if rec.ClosedAt != 0 || rec.TransferredAt != 0 {
			return "contact has its outcome"
		}
		return ofTransfer(rec, f.Transfer)
	case fact.TransferEnded:
		if p := rec.Party(f.Transfer); p != nil && p.Role == fact.Leaving && p.Agent == "" {
			return ""
		}
		return ofTransfer(rec, f.Transfer)
	}
	return ""
}

// ofTransfer refuses what does not concern the live transfer of the contact.
func ofTransfer(rec *engine.Record, id fact.OfferID) string {
	if rec.Transfer == nil || rec.Transfer.ID != id {
		return "not the live transfer of the contact"
	}
	return ""
}
