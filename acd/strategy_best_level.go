package acd

import "github.com/guichet/guichet/internal/contact"

// bestLevel asks first whoever knows most of what is needed: the sum of an
// agent's levels in the skills of the need. Without a need all are equal.
type bestLevel struct{}

func (bestLevel) level(c *Card, need contact.Need) int {
	sum := 0
	for _, r := range need {
		sum += c.Skills[r.Skill]
	}
	return sum
}
