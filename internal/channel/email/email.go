// Package email translates between the core and the medium of mails: commands of
// the core in, what follows from them out, and what agents do with the mail that
// was offered to them. A recorded message that a queue serves lies on their screens
// likewise, and is said to be done instead of answered.
//
// A mail has no line. What the core commands for the ears of a caller is nothing
// here, and what a phone would report happens at once: a mail that is offered
// lies on the agent's screen, one that is taken away lies there no more. Nothing
// is sent or received, so nothing can be lost on the way. Fetching mails from a
// mailbox and sending the answers is not done here yet.
//
// Read Do and Deed first.
package email

import (
	"fmt"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
)

// Do carries out a command of the core and tells what follows.
func Do(c engine.Command) []engine.Event {
	switch c := c.(type) {
	case engine.Ring:
		return []engine.Event{engine.AgentRings{Offer: c.Offer, Leg: Screen(c.Agent)}}
	case engine.AskLeg: // the time is over and the agent has done nothing
		return []engine.Event{engine.AgentLeft{Offer: c.Offer, Result: contact.NoAnswer}}
	case engine.DropLeg:
		return []engine.Event{engine.AgentLeft{Offer: c.Offer, Result: contact.Lost}}
	case engine.Release:
		return []engine.Event{engine.CallerLeft{}}
	}
	return nil
}

// Screen names where an agent sees the mail, in the place of a leg.
func Screen(a contact.Agent) string { return "screen of " + string(a) }

// Found tells what there is of a mail after a gap: what was on an agent's screen
// is there still, and who has answered is done with it.
func Found(rec *engine.Record) []engine.Event {
	switch {
	case rec.Offer == "":
		return nil
	case rec.Connected():
		return []engine.Event{engine.AgentLeft{Offer: rec.Offer}}
	}
	return []engine.Event{engine.AgentRings{Offer: rec.Offer, Leg: Screen(rec.Agent)}}
}

// Gone tells what becomes of a mail whose agent has logged out while it was at hand: he has
// given it back.
func Gone(rec *engine.Record) engine.Event {
	return engine.AgentLeft{Offer: rec.Offer, Result: returned(rec.TakenAt != 0)}
}

func returned(taken bool) contact.RingResult {
	if taken {
		return contact.Returned
	}
	return contact.Refused
}

// Act is what an agent does with a mail.
type Act string

// The acts of an agent.
const (
	Accept Act = "accept" // takes it, to answer it
	Answer Act = "answer"
	Done   Act = "done"   // has dealt with a recorded message
	Return Act = "return" // gives it back, taken or not
)

// Deed is an act of one agent. Reply is the sealed text of an answer.
type Deed struct {
	Act   Act
	Agent contact.Agent
	Reply string
}

// Happens says what a deed means to the mail's session, or why it cannot be done.
// Accepting what one has accepted already is no mistake, and means nothing.
func (d Deed) Happens(s *engine.Session) (events []engine.Event, refusal string) {
	rec := &s.Record
	switch {
	case rec.Outcome != contact.StillHere:
		return nil, fmt.Sprintf("the %s has been %s", rec.Medium.Written(), rec.Outcome)
	case rec.Offer == "":
		return nil, fmt.Sprintf("the %s is with nobody", rec.Medium.Written())
	case rec.Agent != d.Agent:
		return nil, fmt.Sprintf("the %s is with agent %s", rec.Medium.Written(), rec.Agent)
	case d.Act == Answer && rec.Medium == contact.Voicemail:
		return nil, "a message is said to be done, not answered"
	case d.Act == Done && rec.Medium != contact.Voicemail:
		return nil, "a mail is answered, not said to be done"
	}
	taken := s.Phase == engine.Joining
	switch d.Act {
	case Accept:
		if taken {
			return nil, ""
		}
		return []engine.Event{engine.AgentAnswered{Offer: rec.Offer}}, ""
	case Answer, Done:
		return []engine.Event{
			engine.Replied{Offer: rec.Offer, Reply: d.Reply}, engine.AgentLeft{Offer: rec.Offer},
		}, ""
	case Return:
		return []engine.Event{engine.AgentLeft{Offer: rec.Offer, Result: returned(taken)}}, ""
	}
	return nil, fmt.Sprintf("%q is not an act", d.Act)
}
