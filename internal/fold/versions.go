package fold

import (
	"slices"

	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/ledger"
)

// Versions is what became of the versions of the site folder; the hash of the
// active one is State.Config.
type Versions struct {
	// Activations are the latest, the newest first.
	Activations []Activation `json:"activations,omitempty"`
	// Proposal waits for the leader.
	Proposal *Proposal `json:"proposal,omitempty"`
	// Refusal is that of the latest proposal the leader could not follow.
	Refusal *fact.ConfigRefused `json:"refusal,omitempty"`
}

// Activation is one version that became the active one.
type Activation struct {
	fact.ConfigActivated
	// From is the version before.
	From string `json:"from,omitempty"`
	At   int64  `json:"at"`
}

// Proposal is a version that somebody wants to be active.
type Proposal struct {
	fact.ConfigProposed
	Op string `json:"op"`
	At int64  `json:"at"`
}

// keptActivations is how many activations are remembered, and with them their
// contents: one can go back to these. A bound of the protocol: it decides what
// the state holds.
const keptActivations = 20

func (s *State) propose(e ledger.Entry, f fact.ConfigProposed) string {
	switch {
	case f.Hash == "":
		return "a version without a hash"
	case s.Proposal != nil:
		return "another version is just being activated"
	case f.From != s.Config:
		return "another version was activated meanwhile"
	}
	s.Proposal = &Proposal{ConfigProposed: f, Op: e.Op, At: e.At}
	return ""
}

// activate makes a version the current one. What the leader decides without a
// proposal leaves an open one as it is; its From tells that it came too late.
func (s *State) activate(e ledger.Entry, f fact.ConfigActivated) string {
	switch {
	case f.Hash == "":
		return "a version without a hash"
	case f.Op != "" && (s.Proposal == nil || s.Proposal.Op != f.Op || s.Proposal.Hash != f.Hash):
		return "nobody asks for this any more"
	}
	if f.Op != "" {
		s.Proposal = nil
	}
	latest := Activation{ConfigActivated: f, From: s.Config, At: e.At}
	s.Activations = slices.Insert(s.Activations, 0, latest)
	s.Activations = s.Activations[:min(len(s.Activations), keptActivations)]
	s.Config = f.Hash
	return ""
}

func (s *State) refuse(f fact.ConfigRefused) string {
	if s.Proposal == nil || s.Proposal.Op != f.Op {
		return "nobody asks for this any more"
	}
	s.Proposal, s.Refusal = nil, &f
	return ""
}
