package status

import "github.com/guichet/guichet/internal/contact"

// Treatment is what an agent notes of a contact, the note in clear.
type Treatment struct {
	Contact contact.ID
	Topic   contact.Topic
	Acts    []string
	Result  string
	Note    string
}
