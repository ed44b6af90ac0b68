package node

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/password"
	"github.com/guichet/guichet/internal/status"
)

// Seat returns the log-in fact of a configured agent at a phone of his choice, if
// somebody may sit there and it is registered. The error is a *status.Refused.
func (c *Controller) Seat(ctx context.Context, agent contact.Agent, phone string) (fact.AgentSeated, error) {
	card, known := c.Card(agent)
	switch {
	case !known:
		return fact.AgentSeated{}, &status.Refused{Why: status.UnknownPhone, Message: fmt.Sprintf("there is no agent %s", agent)}
	case !c.Site().MaySit(phone):
		return fact.AgentSeated{}, &status.Refused{
			Why: status.UnknownPhone, Message: fmt.Sprintf("nobody may sit at %q", bounded(phone)),
			Hint: "name the phone of an agent of the site, such as " + card.Phone + ", or one of seats in floor.yaml",
		}
	}
	ctx, cancel := context.WithTimeout(ctx, commandPatience)
	defer cancel()
	technology, resource, _ := strings.Cut(phone, "/")
	endpoint, err := c.links[card.Node].current().GetEndpoint(ctx, technology, resource)
	switch {
	case errors.Is(err, ari.ErrNotFound):
		return fact.AgentSeated{}, &status.Refused{Why: status.UnknownPhone, Message: phone + " is not known to Asterisk"}
	case err != nil:
		return fact.AgentSeated{}, &status.Refused{Why: status.PhoneUnseen, Message: "Asterisk could not be asked for " + phone + ": " + err.Error(), Hint: "try again"}
	case endpoint.State != "online":
		return fact.AgentSeated{}, &status.Refused{Why: status.PhoneUnregistered, Message: phone + " is not registered", Hint: "plug it in, or take another one"}
	}
	return fact.AgentSeated{Card: card, Phone: phone}, nil
}

// After pinTries wrong PINs of one agent, or from one phone, nothing is tried for
// pinLocked: a PIN of four digits has ten thousand values.
const (
	pinTries  = 5
	pinLocked = 15 * time.Minute
)

// Prove compares a PIN with the one that the site keeps of an agent; from is the phone,
// or whatever else it was said at. The error is a *status.Refused and says nothing of
// the PIN. Attempts are counted by this controller alone, until it ends.
func (c *Controller) Prove(agent contact.Agent, pin, from string) error {
	now := time.Now()
	if wait := max(c.pins.Begin("agent "+string(agent), now), c.pins.Begin("from "+from, now)); wait > 0 {
		return &status.Refused{
			Why: status.PINLocked, Message: "there were too many wrong PINs",
			Hint: fmt.Sprintf("try again in %d min", int(wait.Minutes())+1),
		}
	}
	hash, err := c.pinOf(agent)
	if err != nil {
		return err
	}
	if !hash.Matches(pin) {
		return &status.Refused{
			Why: status.WrongPIN, Message: fmt.Sprintf("that is not the PIN of agent %s", agent),
			Hint: fmt.Sprintf("after %d wrong ones nothing is tried for %s", pinTries, strings.TrimSuffix(pinLocked.String(), "0s")),
		}
	}
	c.pins.Succeeded("agent " + string(agent))
	c.pins.Succeeded("from " + from)
	return nil
}

// pinOf reads the hash of an agent's PIN: a changed one holds at once.
func (c *Controller) pinOf(agent contact.Agent) (password.Hash, error) {
	pins, err := c.Site().Floor.ReadPINs()
	if err != nil {
		return password.Hash{}, &status.Refused{Why: status.NoPIN, Message: "the PINs of the site cannot be read: " + err.Error()}
	}
	hash, has := pins[agent]
	if !has {
		return password.Hash{}, &status.Refused{
			Why: status.NoPIN, Message: fmt.Sprintf("agent %s has no PIN", agent),
			Hint: "guichet agents pin " + string(agent) + " makes the line for the file that pins in floor.yaml names",
		}
	}
	return hash, nil
}
