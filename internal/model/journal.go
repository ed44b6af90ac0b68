package model

import (
	"slices"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

// keepFor is how long facts are kept after they were written.
const keepFor = 30 * time.Second

// journal carries the facts of an owner to the ledger, in the order they
// happened.
type journal struct {
	c    *controller
	task *task

	waiting []record
	kept    []record // written, oldest first
	swept   int64
	again   bool // a history came: what the fold lacks is written again
}

// record is a fact on its way.
type record struct {
	node    contact.Node
	written int64
	entry   ledger.Entry
	fact    fact.Fact
	// overtaken: another owner went on in its place; it is not written any more.
	overtaken bool
}

func (j *journal) signal() {
	if j.task != nil {
		j.task.signal()
	}
}

// write appends facts of one subject, the first of which has this number.
func (j *journal) write(node contact.Node, subject string, seq uint64, at int64, facts []fact.Fact) {
	for i, f := range facts {
		e := j.c.entry(f, subject, at)
		e.Role, e.Seq = ledger.Owner(string(node)), seq+uint64(i)
		j.waiting = append(j.waiting, record{node: node, entry: e, fact: f})
		j.c.w.trace(j.c.name, "%s writes %s %d %s", subject, e.Kind, e.Seq, e.Data)
	}
	j.signal()
}

// restate asks for the kept facts to be written again if they are missing.
func (j *journal) restate() {
	if !j.c.w.breaks(FactsNotRestated) {
		j.again = true
	}
	j.signal()
}

func (j *journal) run(t *task) {
	for {
		if !j.flush(t) {
			t.wait(time.Second)
		}
	}
}

func (j *journal) flush(t *task) bool {
	if j.again {
		j.waiting, j.kept, j.again = append(j.kept, j.waiting...), nil, false
	}
	var taken []int
	_, err := j.c.append(t, func() []ledger.Entry {
		var entries []ledger.Entry
		var facts []fold.Coming
		taken, entries, facts = j.batch()
		if len(entries) == ledger.MaxBatch {
			return entries
		}
		return append(entries, j.c.leader.foresee(facts)...)
	})
	if err != nil {
		t.sleep(tailRetry)
		j.c.settle(t, err)
		return true
	}
	more := j.done(taken)
	j.sweep()
	return more
}

// batch takes the first waiting facts of the nodes we hold and leaves out those
// the fold has already.
func (j *journal) batch() (taken []int, entries []ledger.Entry, facts []fold.Coming) {
	for i, r := range j.waiting {
		if len(entries) == ledger.MaxBatch {
			break
		}
		if r.overtaken || r.entry.Seq <= j.c.state.Protocol.Seq(r.entry.Subject) {
			taken = append(taken, i)
			continue
		}
		epoch, holds := j.c.epoch(string(r.node))
		if !holds {
			continue
		}
		taken = append(taken, i)
		r.entry.Epoch = epoch
		entries = append(entries, r.entry)
		facts = append(facts, fold.Coming{At: r.entry.At, Subject: r.entry.Subject, Fact: r.fact})
	}
	return taken, entries, facts
}

// done moves what was written to the kept.
func (j *journal) done(taken []int) bool {
	var rest []record
	next := 0
	for i, r := range j.waiting {
		if next < len(taken) && taken[next] == i {
			next++
			if r.written = j.c.w.now; !r.overtaken {
				j.kept = append(j.kept, r)
			}
			continue
		}
		rest = append(rest, r)
	}
	j.waiting = rest
	return len(taken) > 0 && len(j.waiting) > 0
}

// sweep forgets what can be missed no more.
func (j *journal) sweep() {
	if j.c.w.now-j.swept < 1e6 {
		return
	}
	j.swept = j.c.w.now
	j.kept = slices.DeleteFunc(j.kept, func(r record) bool {
		return j.c.w.now-r.written > keepFor.Microseconds() && j.c.state.Contacts[contact.ID(r.entry.Subject)] == nil &&
			r.entry.Seq <= j.c.state.Protocol.Seq(r.entry.Subject)
	})
}

// pending is how many facts of a node are not in the ledger yet.
func (j *journal) pending(node contact.Node) int {
	n := 0
	for _, r := range j.waiting {
		if r.node == node {
			n++
		}
	}
	if j.again {
		n += len(j.kept)
	}
	return n
}

// fills reports whether the fact with this number is still at hand.
func (j *journal) fills(subject string, seq uint64) bool {
	is := func(r record) bool { return r.entry.Subject == subject && r.entry.Seq == seq }
	return slices.ContainsFunc(j.kept, is) || slices.ContainsFunc(j.waiting, is)
}

// waits reports whether a fact about the subject is on its way.
func (j *journal) waits(subject string) bool {
	return slices.ContainsFunc(j.waiting, func(r record) bool { return r.entry.Subject == subject })
}

// ours is a contact as we know it: the ledger's record, and our facts on their
// way there.
func (c *controller) ours(rec engine.Record) (engine.Record, uint64) {
	seq := c.state.Protocol.Seq(string(rec.ID))
	if c.w.breaks(UnsentForgotten) {
		return rec, seq
	}
	for _, r := range slices.Concat(c.journal.kept, c.journal.waiting) {
		if r.entry.Subject == string(rec.ID) && r.entry.Seq == seq+1 && !r.overtaken {
			rec.Apply(r.entry.At, "", r.fact)
			seq++
		}
	}
	return rec, seq
}

// begun are the contacts of a node of which not even the arrival is written.
func (j *journal) begun(node contact.Node) (ids []contact.ID) {
	for _, r := range slices.Concat(j.kept, j.waiting) {
		if r.node == node && r.entry.Kind == string(fact.KindArrived) && !r.overtaken && j.c.state.Protocol.Seq(r.entry.Subject) == 0 {
			ids = append(ids, contact.ID(r.entry.Subject))
		}
	}
	return ids
}

// overtakenBy drops our facts from a number on that another owner wrote.
func (j *journal) overtakenBy(e ledger.Entry) {
	for i := range j.waiting {
		r := &j.waiting[i]
		r.overtaken = r.overtaken || r.entry.Subject == e.Subject && r.entry.Seq >= e.Seq
	}
	j.kept = slices.DeleteFunc(j.kept, func(r record) bool { return r.entry.Subject == e.Subject && r.entry.Seq >= e.Seq })
}
