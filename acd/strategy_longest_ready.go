package acd

import "github.com/guichet/guichet/internal/contact"

// longestReady sees no difference between agents who may serve: the one who has
// been ready longest gets the contact.
type longestReady struct{}

func (longestReady) level(*Card, contact.Need) int { return 0 }
