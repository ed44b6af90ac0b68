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
// pinLocked: a PIN of four digits has ten thousand values. Behind one address a whole
// center may be.
const (
	pinTries, pinTriesFrom = 5, 50
	pinLocked              = 15 * time.Minute
)

// pins count wrong PINs: of an agent or a number that was keyed, from a phone, and from
// an address.
type pins struct{ of, phones, addresses *password.Attempts }

func newPINs() pins {
	return pins{
		of: password.NewAttempts(pinTries, pinLocked), phones: password.NewAttempts(pinTries, pinLocked),
		addresses: password.NewAttempts(pinTriesFrom, pinLocked),
	}
}

// Prove compares a PIN with the one that the site keeps of an agent; from is the address
// it came from. The error is a *status.Refused and says nothing of the PIN. Attempts are
// counted by this controller alone, until it ends.
func (c *Controller) Prove(agent contact.Agent, pin, from string) error {
	return c.prove("agent "+string(agent), agent, pin, c.pins.addresses, from)
}

// proveByKeys does the same for whoever keys a number and a PIN at a phone. A number that
// is nobody's takes as long, counts and locks as one that is somebody's.
func (c *Controller) proveByKeys(number, pin, phone string) (contact.Agent, error) {
	of := "number " + number
	agent, known := c.Site().AgentOf(number)
	if known {
		of = "agent " + string(agent)
	}
	return agent, c.prove(of, agent, pin, c.pins.phones, phone)
}

// prove counts an attempt before it is compared, and takes it back if it was right: what
// failed before from the same place may have been about others, and counts on.
func (c *Controller) prove(of string, agent contact.Agent, pin string, places *password.Attempts, from string) error {
	now := time.Now()
	wait := places.Begin(from, now)
	if wait == 0 {
		if wait = c.pins.of.Begin(of, now); wait > 0 {
			places.Withdraw(from, now)
		}
	}
	if wait > 0 {
		return &status.Refused{
			Why: status.PINLocked, Message: "there were too many wrong PINs",
			Hint: fmt.Sprintf("try again in %d min", int(wait.Minutes())+1),
		}
	}
	hashes, err := c.Site().Floor.ReadPINs()
	if err != nil { // nobody's fault who keys one
		c.pins.of.Withdraw(of, now)
		places.Withdraw(from, now)
		return &status.Refused{Why: status.NoPIN, Message: "the PINs of the site cannot be read: " + err.Error()}
	}
	hash, has := hashes[agent]
	if !has {
		hash = password.Nobody()
	}
	switch right := hash.Matches(pin); {
	case !has:
		return &status.Refused{
			Why: status.NoPIN, Message: fmt.Sprintf("agent %s has no PIN", agent),
			Hint: "guichet agents pin " + string(agent) + " makes the line for the file that pins in floor.yaml names",
		}
	case !right:
		return &status.Refused{
			Why: status.WrongPIN, Message: fmt.Sprintf("that is not the PIN of agent %s", agent),
			Hint: fmt.Sprintf("after %d wrong ones nothing is tried for %s", pinTries, strings.TrimSuffix(pinLocked.String(), "0s")),
		}
	}
	c.pins.of.Succeeded(of)
	places.Withdraw(from, now)
	return nil
}
