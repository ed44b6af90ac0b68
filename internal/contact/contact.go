// Package contact holds the nouns that every other package speaks: who reached
// us, by which medium, what became of it, and what it deserves.
//
// It is for vocabulary only. It decides nothing, imports nothing of guichet and
// keeps no state. Read ID, Outcome and Step first.
package contact

// ID names one attempt of a person to reach us, from the first ring to the
// closure, whatever transfers happen in between.
type ID string

// Names of things an administration configures. Distinct types, so that a
// center never travels as a queue.
type (
	// Entry names a way in: the main number that people dial, or a word for a
	// number of special use; it leads to a menu tree.
	Entry string
	// Topic is why the person contacts us (motif).
	Topic string
	// Department is a French department code such as "35", "2A" or "971";
	// empty when nobody asked, Unknown when asked and not known.
	Department string
	// Queue is a kind of service that contacts wait for, across centers.
	Queue string
	// Center is a group of agents with hours, file rights and skills.
	Center string
	// Agent is the stable identifier of a person who serves contacts.
	Agent string
	// Organisation is one of the ways of organising the centers (schéma).
	Organisation string
	// Skill is something an agent knows, with a level from 1 to 5.
	Skill string
	// Node is the configured name of one Asterisk (or, later, one mailbox).
	Node string
)

// Unknown is the department of people who are outside every department or
// could not say: a normal value, never an error.
const Unknown Department = "unknown"

// Medium is how the person reached us.
type Medium string

// The media of DESIGN.md, and Voicemail, that of a recorded message which a queue serves.
// Chat has no channel yet; outcomes and facts are per medium from the start.
const (
	Voice     Medium = "voice"
	Email     Medium = "email"
	Voicemail Medium = "voicemail"
	Chat      Medium = "chat"
)

// Interactive reports whether the person waits at the other end. Who wrote a
// mail, or left a message, does not: it may wait for the next morning, and nothing is said
// to it.
func (m Medium) Interactive() bool { return m != Email && m != Voicemail }

// Written is what people call a contact of the medium behind which nobody waits.
func (m Medium) Written() string {
	if m == Voicemail {
		return "message"
	}
	return "mail"
}

// Mailroom is the virtual node at which mails are born, and the contacts of recorded
// messages. Like Site it is held by
// one controller, and no Asterisk may have its name.
const Mailroom Node = "mail"

// Outcome is what became of a contact. Each contact gets exactly one, fixed at
// the first bridge or at closing; the zero value means "still here".
type Outcome string

// The closed list of outcomes (DESIGN.md section 8).
const (
	StillHere      Outcome = ""
	Answered       Outcome = "answered"
	Abandoned      Outcome = "abandoned"
	Dissuaded      Outcome = "dissuaded"
	SelfServed     Outcome = "self_served"
	Callback       Outcome = "callback"
	TransferredOut Outcome = "transferred_out"
	Message        Outcome = "message"
	Failed         Outcome = "failed"
)

// Outcomes lists the closed list in the order reports print it.
var Outcomes = []Outcome{Answered, Abandoned, Dissuaded, SelfServed, Callback, TransferredOut, Message, Failed}

// Valid reports whether o belongs to the closed list.
func (o Outcome) Valid() bool {
	for _, known := range Outcomes {
		if o == known {
			return true
		}
	}
	return false
}

// Stage is how far an abandoned contact had come.
type Stage string

// The stages at which a person can abandon.
const (
	InMenu  Stage = "ivr"
	InQueue Stage = "queue"
	InRing  Stage = "ring"
)

// Refusal is why a contact was dissuaded before it was accepted in a queue.
type Refusal string

// The counted reasons of dissuasion. Closed is counted beside the asked
// contacts, never among them.
const (
	Full    Refusal = "full"
	NoAgent Refusal = "no_agent"
	Closed  Refusal = "closed"
)

// RingResult is how an offer that did not connect ended at the agent's side.
type RingResult string

// The ring results. Each has its own policy (see Policies).
const (
	NoAnswer    RingResult = "no_answer"
	Busy        RingResult = "busy"
	Refused     RingResult = "refused"
	Unreachable RingResult = "unreachable"
	Lost        RingResult = "lost"
	// Returned is of a mail: the agent had taken it and gave it back.
	Returned RingResult = "returned"
)

// PhoneTrouble is why an agent's phone cannot ring for a contact, though nobody has
// tried; empty if it can.
type PhoneTrouble string

// The troubles of a phone.
const (
	// Unregistered: nobody knows where it is.
	Unregistered PhoneTrouble = "unregistered"
	// OnOwnCall: it is in a call that is none of ours.
	OnOwnCall PhoneTrouble = "own_call"
)

// Known reports whether t is one of the list, or none.
func (t PhoneTrouble) Known() bool { return t == "" || t == Unregistered || t == OnOwnCall }
