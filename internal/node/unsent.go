package node

import (
	"slices"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

// Facts of an earlier hold may still wait when a node is ours again, behind a
// ledger that is slow. They will be written, so whoever takes a contact up begins
// behind them: another session would give their numbers to other facts, which
// would be lost as duplicates.

// ours is a contact as we know it: the ledger's record of it, and our facts that
// are on their way there, with the number of the last. Called with the state
// locked.
func (c *Controller) ours(rec engine.Record) (engine.Record, uint64) {
	seq := c.state.Protocol.Seq(string(rec.ID))
	for _, r := range c.journal.unsent(string(rec.ID), seq) {
		rec.Apply(r.at, "", r.fact)
		seq = r.seq
	}
	return rec, seq
}

// unsent are the facts of a subject on their way that follow the number, without
// a hole.
func (j *journal) unsent(subject string, seq uint64) (facts []record) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, r := range slices.Concat(j.kept, j.waiting) {
		if r.subject == subject && r.seq == seq+1 && !r.overtaken {
			facts = append(facts, r)
			seq++
		}
	}
	return facts
}

// begun are the contacts of a node of which not even the arrival is written.
// Called with the state locked.
func (j *journal) begun(node contact.Node, s *fold.State) (ids []contact.ID) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, r := range slices.Concat(j.kept, j.waiting) {
		if r.node == node && r.kind == fact.KindArrived && !r.overtaken && s.Protocol.Seq(r.subject) == 0 {
			ids = append(ids, contact.ID(r.subject))
		}
	}
	return ids
}

// overtaken drops our facts about a subject from a number on: another owner wrote
// that one, and what we meant to write is of a story that did not go on.
func (j *journal) overtaken(e ledger.Entry) {
	node, owner := ledger.OwnedNode(e.Role)
	j.mu.Lock()
	defer j.mu.Unlock()
	if !owner || !j.nodes[contact.Node(node)] {
		return
	}
	for i := range j.waiting {
		r := &j.waiting[i]
		r.overtaken = r.overtaken || r.subject == e.Subject && r.seq >= e.Seq
	}
	j.kept = slices.DeleteFunc(j.kept, func(r record) bool { return r.subject == e.Subject && r.seq >= e.Seq })
}
