package report

import (
	"fmt"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// Links counts the messages by which menus send callers to the online service.
type Links struct {
	// Sent were accepted by the gateway. Served are the callers who got one and needed
	// no agent: their outcome is self_served.
	Sent   int `json:"sent"`
	Served int `json:"served_callers"`
}

// linkSent is how a node of type link decides when its message was accepted.
const linkSent = "sent"

// linksIn counts the messages sent before a fact. Only a node that asked a back-end
// can have sent one: the label of a branch may be any word.
func linksIn(f fact.Fact) (sent int) {
	for _, d := range fact.DecisionsOf(f) {
		if d.Asked != "" && d.Case == linkSent {
			sent++
		}
	}
	return sent
}

func (c *Links) count(l *life) {
	c.Sent += l.links
	if l.links > 0 && l.outcome == contact.SelfServed {
		c.Served++
	}
}

func (c Links) String() string {
	if c.Sent == 0 {
		return ""
	}
	return fmt.Sprintf("by a link %d, of %d sent", c.Served, c.Sent)
}
