package contact

import "time"

// Requirement asks for a skill at a level of at least Level (1 to 5).
type Requirement struct {
	Skill Skill `json:"skill"`
	Level int   `json:"level"`
}

// Need is a conjunction of requirements; an empty need holds for everybody.
type Need []Requirement

// Met reports whether somebody with these skills fulfils the whole need.
func (n Need) Met(skills map[Skill]int) bool {
	for _, r := range n {
		if skills[r.Skill] < r.Level {
			return false
		}
	}
	return true
}

// Step is one widening of the circle of people who may serve a contact.
// Values are resolved: a step in a fact can be read without any configuration.
type Step struct {
	// After counts from queueing; the first step has zero.
	After time.Duration `json:"after"`
	// Centers whose agents may serve.
	Centers []Center `json:"centers"`
	// Need is what an agent must know.
	Need Need `json:"need,omitempty"`
	// Files requires the right to open the person's file (its department).
	Files bool `json:"files,omitempty"`
}

// Policies are the times that govern an offer and what follows it, resolved
// from the site and the queue when a contact is queued.
type Policies struct {
	// Ring is how long the agent's phone may ring.
	Ring time.Duration `json:"ring"`
	// WrapUp is the agent's time after the contact.
	WrapUp time.Duration `json:"wrap_up"`
	// NoAnswer, Busy and Refused are how long an agent is set aside after such
	// a ring result. An unreachable agent is set aside until the phone
	// registers again.
	NoAnswer time.Duration `json:"no_answer"`
	Busy     time.Duration `json:"busy"`
	Refused  time.Duration `json:"refused"`
}

// DefaultPolicies are those of a site that says nothing else.
func DefaultPolicies() Policies {
	return Policies{
		Ring:     18 * time.Second,
		WrapUp:   20 * time.Second,
		NoAnswer: 5 * time.Minute,
		Busy:     30 * time.Second,
		Refused:  60 * time.Second,
	}
}
