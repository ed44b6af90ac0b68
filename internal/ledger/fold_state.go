package ledger

import (
	"encoding/json"
	"fmt"
	"maps"
)

// Clone is an independent copy, for a snapshot taken while folding goes on.
func (f *Fold) Clone() *Fold {
	clone := *f
	clone.Controllers = maps.Clone(f.Controllers)
	clone.Nodes = maps.Clone(f.Nodes)
	clone.Voids = maps.Clone(f.Voids)
	clone.seqs = maps.Clone(f.seqs)
	clone.answers = maps.Clone(f.answers)
	clone.released = f.released.clone()
	clone.asked = f.asked.clone()
	return &clone
}

// foldState is a Fold in a snapshot.
type foldState struct {
	Gen         uint64                `json:"gen"`
	Last        Position              `json:"last"`
	Format      int                   `json:"format,omitempty"`
	Controllers map[string]Controller `json:"controllers,omitempty"`
	Nodes       map[string]Node       `json:"nodes,omitempty"`
	Voids       map[string]uint64     `json:"voids,omitempty"`
	Seqs        map[string]uint64     `json:"seqs,omitempty"`
	Released    []string              `json:"released,omitempty"`
	Operations  []operation           `json:"operations,omitempty"`
}

type operation struct {
	ID     string `json:"id"`
	Answer Answer `json:"answer"`
}

// MarshalJSON writes the whole state, without the registered kinds.
func (f *Fold) MarshalJSON() ([]byte, error) {
	state := foldState{
		Gen: f.Gen, Last: f.Last, Format: f.Format, Controllers: f.Controllers,
		Nodes: f.Nodes, Voids: f.Voids, Seqs: f.seqs, Released: f.released.oldestFirst(),
	}
	for _, op := range f.asked.oldestFirst() {
		state.Operations = append(state.Operations, operation{op, f.answers[op]})
	}
	return Canonical(state)
}

// UnmarshalJSON reads what MarshalJSON wrote and keeps the registered kinds.
func (f *Fold) UnmarshalJSON(text []byte) error {
	var state foldState
	if err := json.Unmarshal(text, &state); err != nil {
		return fmt.Errorf("read the fold of the ledger's protocol: %w", err)
	}
	*f = Fold{
		Gen: state.Gen, Last: state.Last, Format: state.Format, Controllers: state.Controllers,
		Nodes: state.Nodes, Voids: state.Voids, seqs: state.Seqs, kinds: f.kinds,
	}
	for _, subject := range state.Released {
		f.released.push(subject, maxReleased)
	}
	if len(state.Operations) > 0 {
		f.answers = make(map[string]Answer, len(state.Operations))
	}
	for _, op := range state.Operations {
		f.answers[op.ID] = op.Answer
		f.asked.push(op.ID, maxAnswers)
	}
	return nil
}
