package fact

import "github.com/guichet/guichet/internal/contact"

// Treated is what an agent notes of a contact that he has or had last: what it was
// really about, what he did, and what came of it. Said again, it replaces what was
// said before.
type Treated struct {
	Agent contact.Agent `json:"agent"`
	// Topic is what the contact was really about.
	Topic contact.Topic `json:"topic,omitempty"`
	// Acts are what was done to the person's file, by the site's names for it.
	Acts []string `json:"acts,omitempty"`
	// Result is what came of it, by the site's name.
	Result string `json:"result,omitempty"`
	// Note is free text about a person, encrypted with the site key.
	Note string `json:"note,omitempty"`
}

// Kind is that of the struct.
func (Treated) Kind() Kind { return KindTreated }

// CrossedOf are the nodes that were entered since the fact before, of any kind that
// tells it.
func CrossedOf(f Fact) []string {
	switch f := f.(type) {
	case Waiting:
		return f.Crossed
	case Queued:
		return f.Crossed
	case Transferring:
		return f.Crossed
	case MessageLeft:
		return f.Crossed
	case CallbackRequested:
		return f.Place.Crossed
	}
	return nil
}
