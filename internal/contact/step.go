package contact

import (
	"cmp"
	"slices"
	"time"
)

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
	// EstimatedWait opens the step before its time for who has longer than that to wait
	// still, by estimate; PerAgent, while more wait on the line for each agent who is logged
	// in and may serve the step that is open. 0 is neither.
	EstimatedWait time.Duration `json:"estimated_wait,omitempty"`
	PerAgent      int           `json:"per_agent,omitempty"`
}

// Pressed reports whether the step may open before its time.
func (s Step) Pressed() bool { return s.EstimatedWait > 0 || s.PerAgent > 0 }

// Window is an open time of a center: [From, Until), in µs of site time.
type Window struct {
	From  int64 `json:"from"`
	Until int64 `json:"until"`
}

// Common are the times that are in windows of both, in order.
func Common(a, b []Window) []Window {
	both := []Window{}
	for _, x := range a {
		for _, y := range b {
			if w := (Window{From: max(x.From, y.From), Until: min(x.Until, y.Until)}); w.From < w.Until {
				both = append(both, w)
			}
		}
	}
	slices.SortFunc(both, func(x, y Window) int { return cmp.Compare(x.From, y.From) })
	return slices.Compact(both)
}

// Hours are the open times of the centers of a contact's steps, in order. A
// center that is not listed is always open; one with no windows never.
type Hours map[Center][]Window

// Open reports whether a center is open at a time in µs.
func (h Hours) Open(c Center, at int64) bool {
	windows, listed := h[c]
	if !listed {
		return true
	}
	for _, w := range windows {
		if w.From <= at && at < w.Until {
			return true
		}
	}
	return false
}

// Strategy names the rule by which one of several agents who may serve a
// contact gets it.
type Strategy string

// The strategies. In both the one who has been ready longest wins among equals,
// then the smaller id.
const (
	// LongestReady takes the agent who has been ready longest.
	LongestReady Strategy = "longest_ready"
	// BestLevel takes the agent with the highest levels in what is needed.
	BestLevel Strategy = "best_level"
)

// Closing is how long an accepted contact may still wait when nobody new is
// accepted.
type Closing struct {
	// ServeWaiting counts from the closing of the last center that may serve.
	ServeWaiting time.Duration `json:"serve_waiting"`
	// NobodyLeft counts from the moment at which nobody is logged in who could
	// serve one of the steps.
	NobodyLeft time.Duration `json:"nobody_left"`
}

// MaxRedial bounds for how long the place of somebody who hung up is kept.
const MaxRedial = 15 * time.Minute

// DefaultClosing is that of a site that says nothing else.
func DefaultClosing() Closing {
	return Closing{ServeWaiting: 20 * time.Minute, NobodyLeft: 2 * time.Minute}
}

// Ageing makes priorities worth a time, so that whoever waits long enough goes before a
// higher one who came later. The zero value is none: priorities are strict.
type Ageing struct {
	// Level is how much waiting one level of priority is worth.
	Level time.Duration `json:"level,omitempty"`
	// Mail is how much later than a mail those on the line may come and still go first, at
	// equal priority.
	Mail time.Duration `json:"mail,omitempty"`
}

// Ages reports whether waiting makes up for priority.
func (a Ageing) Ages() bool { return a.Level > 0 }

// HeadStart is how much waiting a contact is spared, in µs: less than none for a mail.
func (a Ageing) HeadStart(priority int, m Medium) int64 {
	if !a.Ages() {
		return 0
	}
	start := int64(priority) * a.Level.Microseconds()
	if !m.Interactive() {
		start -= a.Mail.Microseconds()
	}
	return start
}

// Policies are the times that govern an offer and what follows it, resolved
// from the site and the queue when a contact is queued.
type Policies struct {
	// Ring is how long the agent's phone may ring, or a mail may lie on his
	// screen before he takes it.
	Ring time.Duration `json:"ring"`
	// WrapUp is the agent's time after the contact.
	WrapUp time.Duration `json:"wrap_up"`
	// NoAnswer, Busy and Refused are how long an agent is set aside after such
	// a ring result.
	NoAnswer time.Duration `json:"no_answer"`
	Busy     time.Duration `json:"busy"`
	Refused  time.Duration `json:"refused"`
	// Unreachable is how long an agent is set aside whose phone could not be reached. 0 is
	// until it registers again, and at a number outside, which never does, for NoAnswer.
	Unreachable time.Duration `json:"unreachable,omitempty"`
	// Handle is how long an agent may work on the answer to a mail he has
	// taken. It is 0 for a call.
	Handle time.Duration `json:"handle,omitempty"`
}

// UnreachableAtLeast keeps an agent whose phone says it is there, but could not be
// reached, from being offered a call every other second.
const UnreachableAtLeast = 10 * time.Second

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
