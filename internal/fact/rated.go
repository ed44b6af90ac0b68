package fact

import "github.com/guichet/guichet/internal/contact"

// Rated is what a caller answered to the one question that he was asked after his agent had
// hung up. Written by the owner of the contact, once.
type Rated struct {
	// Key is the one that he pressed, a digit; empty if he was asked and gave no answer.
	Key string `json:"key,omitempty"`
	// Queue is the one that asked, Center that of the agent who had the call last.
	Queue  contact.Queue  `json:"queue"`
	Center contact.Center `json:"center"`
}

// Answers reports whether the key is one of those by which people answer, or none.
func (f Rated) Answers() bool {
	return f.Key == "" || len(f.Key) == 1 && f.Key[0] >= '0' && f.Key[0] <= '9'
}

// Kind is that of the struct.
func (Rated) Kind() Kind { return KindRated }
