package fact

import (
	"time"

	"github.com/guichet/guichet/internal/contact"
)

// LoggedIn brings an agent to the floor with everything the fold needs.
type LoggedIn struct {
	Agent    contact.Agent         `json:"agent"`
	Name     string                `json:"name"`
	Center   contact.Center        `json:"center"`
	Node     contact.Node          `json:"node"`
	Phone    string                `json:"phone"`
	Skills   map[contact.Skill]int `json:"skills,omitempty"`
	Files    []contact.Department  `json:"files,omitempty"`
	AllFiles bool                  `json:"all_files,omitempty"`
	// Media are those the agent serves; none means voice only.
	Media []contact.Medium `json:"media,omitempty"`
	// Capacity is how many contacts of a medium the agent has at hand beside his calls.
	Capacity map[contact.Medium]int `json:"capacity,omitempty"`
	// WrapUp replaces that of the queue when it is given.
	WrapUp *time.Duration `json:"wrap_up,omitempty"`
}

// AgentChanged lays a change of skills or center over what the site folder says
// of an agent, or takes all such changes back.
type AgentChanged struct {
	Agent contact.Agent `json:"agent"`
	// Skills gives levels from 1 to 5; 0 takes the skill away.
	Skills map[contact.Skill]int `json:"skills,omitempty"`
	// Center replaces the agent's center unless it is empty.
	Center contact.Center `json:"center,omitempty"`
	Reset  bool           `json:"reset,omitempty"`
	// By is who changed it.
	By string `json:"by,omitempty"`
}

// LoggedOut takes an agent from the floor; a running contact is finished first.
type LoggedOut struct {
	Agent contact.Agent `json:"agent"`
}

// Paused stops offers to an agent; a running contact is finished first.
type Paused struct {
	Agent  contact.Agent `json:"agent"`
	Reason string        `json:"reason"`
}

// Resumed ends a pause, and a set-aside, by the agent's own will.
type Resumed struct {
	Agent contact.Agent `json:"agent"`
	// Hands: it ends what keeps more of a medium from him, though his phone may be in trouble.
	Hands bool `json:"hands,omitempty"`
}

// Reachable says that the phone of an agent set aside as unreachable has
// registered again.
type Reachable struct {
	Agent   contact.Agent `json:"agent"`
	Version uint64        `json:"version"`
}

// Expired ends a wrap-up or a set-aside whose deadline has passed.
type Expired struct {
	Agent   contact.Agent `json:"agent"`
	Version uint64        `json:"version"`
	// Medium is given of a set-aside that is for contacts of one medium.
	Medium contact.Medium `json:"medium,omitempty"`
}

func (LoggedIn) Kind() Kind     { return KindLoggedIn }
func (AgentChanged) Kind() Kind { return KindChanged }
func (LoggedOut) Kind() Kind    { return KindLoggedOut }
func (Paused) Kind() Kind       { return KindPaused }
func (Resumed) Kind() Kind      { return KindResumed }
func (Reachable) Kind() Kind    { return KindReachable }
func (Expired) Kind() Kind      { return KindExpired }
