package fact

import "github.com/guichet/guichet/internal/contact"

// Identifying says that the caller of a conversation is asked who he is: he hears the
// questions, and nobody hears him or the keys that he presses. It is no claim: it is done at once.
type Identifying struct {
	// By is the agent who wished it.
	By contact.Agent `json:"by"`
}

// Identified says how far he is identified by what he has keyed in, and that he hears the
// agent again. What he has keyed in is in no fact.
type Identified struct {
	// Authentication is that of the menus: 0 for who has given no number.
	Authentication int `json:"authentication,omitempty"`
}

// Known reports whether the level is one of those that there are.
func (f Identified) Known() bool { return 0 <= f.Authentication && f.Authentication <= 2 }

// Kind is that of the struct.
func (Identifying) Kind() Kind { return KindIdentifying }

// Kind is that of the struct.
func (Identified) Kind() Kind { return KindIdentified }
