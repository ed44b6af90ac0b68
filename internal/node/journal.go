package node

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

// keepFor is how long facts are kept at least after they were written, to be
// written again if a failover of Redis loses them. Those of a contact are kept
// until the ledger has closed it: they are about eight, and a loss that goes
// further back would leave a hole before whatever comes next.
const keepFor = 30 * time.Second

// sweepEvery is the pause between two looks for facts that need not be kept.
const sweepEvery = time.Second

// journal carries the facts of this owner to the ledger, in the order they
// happened. While Redis is away they wait, with their own times.
type journal struct {
	c *Controller

	mu      sync.Mutex
	waiting []record
	kept    []record // written, oldest first
	swept   time.Time
	again   bool // a history came: what the fold lacks is written again
	changed chan struct{}
	nodes   map[contact.Node]bool // whose facts were ever ours
}

// record is a fact on its way. Gen, epoch and role are filled at sending.
type record struct {
	node    contact.Node
	subject string
	seq     uint64
	at      int64
	kind    fact.Kind
	op      string
	data    json.RawMessage
	fact    fact.Fact
	written time.Time
	// overtaken: another owner went on in its place; it is not written any more.
	overtaken bool
}

func newJournal(c *Controller) *journal {
	return &journal{c: c, changed: make(chan struct{}, 1), nodes: map[contact.Node]bool{}}
}

// write appends facts of one subject; it never waits. Seq is the subject's number of
// the first of them. Each of the operations, no more than facts, is answered by the fact
// at its place.
func (j *journal) write(node contact.Node, subject string, seq uint64, at int64, ops []string, facts []fact.Fact) {
	j.put(node, subject, seq, at, ops, facts)
	j.signal()
}

// put is write, but that the goroutine that writes is not woken.
func (j *journal) put(node contact.Node, subject string, seq uint64, at int64, ops []string, facts []fact.Fact) {
	if len(facts) == 0 {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.nodes[node] = true
	j.waiting = append(j.waiting, records(node, subject, seq, at, ops, facts)...)
}

// written keeps facts that are in the ledger already, for a failover that loses
// them.
func (j *journal) written(facts []record) {
	j.mu.Lock()
	defer j.mu.Unlock()
	now := time.Now()
	for _, r := range facts {
		r.written = now
		j.kept = append(j.kept, r)
	}
}

func records(node contact.Node, subject string, seq uint64, at int64, ops []string, facts []fact.Fact) (all []record) {
	for i, f := range facts {
		data, err := ledger.Canonical(f)
		if err != nil {
			panic("node: a fact is not canonical: " + err.Error())
		}
		r := record{node: node, subject: subject, seq: seq + uint64(i), at: at, kind: f.Kind(), data: data, fact: f}
		if i < len(ops) {
			r.op = ops[i]
		}
		all = append(all, r)
	}
	return all
}

// entry is the record as it is sent, by who holds its node at that epoch.
func (r record) entry(writer string, epoch ledger.ID) ledger.Entry {
	return ledger.Entry{
		Format: fact.EntryFormat(r.fact), Kind: string(r.kind), Subject: r.subject, Writer: writer, Op: r.op,
		Role: ledger.Owner(string(r.node)), Epoch: epoch, Seq: r.seq, At: r.at, Data: r.data,
	}
}

func (j *journal) signal() {
	select {
	case j.changed <- struct{}{}:
	default:
	}
}

// restate asks for the kept facts to be written again if they are missing.
func (j *journal) restate() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.again = true
	j.signal()
}

// depth is how many facts wait.
func (j *journal) depth() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.waiting)
}

// waits reports whether a fact about the subject is on its way.
func (j *journal) waits(subject string) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.ContainsFunc(j.waiting, func(r record) bool { return r.subject == subject })
}

func (j *journal) run(ctx context.Context) error {
	for ctx.Err() == nil {
		if j.flush(ctx) {
			continue
		}
		select {
		case <-j.changed:
		case <-time.After(time.Second): // a claim may have come back
		case <-ctx.Done():
		}
	}
	return nil
}

// pending is how many facts of a node are not in the ledger yet.
func (j *journal) pending(node contact.Node) int {
	j.mu.Lock()
	defer j.mu.Unlock()
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

// drain waits until the facts of these nodes are written, or until ctx ends.
func (j *journal) drain(ctx context.Context, nodes ...contact.Node) {
	for _, node := range nodes {
		for ctx.Err() == nil && j.pending(node) > 0 {
			pause(ctx, 5*time.Millisecond)
		}
	}
}

// flush writes one batch. It returns false if there is nothing to do now.
func (j *journal) flush(ctx context.Context) bool {
	j.prepare()
	var taken []int
	_, err := j.c.append(ctx, "journal", func(s *fold.State) []ledger.Entry {
		var entries []ledger.Entry
		var facts []fold.Coming
		taken, entries, facts = j.batch(s)
		if len(entries) == ledger.MaxBatch {
			return entries
		}
		return append(entries, j.c.leader.foresee(s, facts)...)
	})
	if err != nil {
		if ctx.Err() == nil {
			j.c.log.Debug("facts wait for the ledger", zap.Error(err), zap.Int("waiting", j.depth()))
			pause(ctx, tailRetry)
			j.c.settle(ctx, err)
		}
		return ctx.Err() == nil
	}
	more := j.done(taken)
	j.c.View(j.sweep)
	return more
}

// prepare puts back, after a history, what was written lately; the next batch
// leaves out what the fold has.
func (j *journal) prepare() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.again {
		j.waiting = append(j.kept, j.waiting...)
		j.kept = nil
		j.again = false
	}
}

// batch takes the first waiting facts of the nodes we hold and leaves out those
// the fold has already. Called with the state locked for reading.
func (j *journal) batch(s *fold.State) (taken []int, entries []ledger.Entry, facts []fold.Coming) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for i, r := range j.waiting {
		if len(entries) == ledger.MaxBatch {
			break
		}
		if r.overtaken || r.seq <= s.Protocol.Seq(r.subject) {
			taken = append(taken, i) // in the log since an unclear append, or never
			continue
		}
		epoch, holds := j.c.epoch(s, string(r.node))
		if !holds {
			continue
		}
		taken = append(taken, i)
		entries = append(entries, r.entry(j.c.instance, epoch))
		facts = append(facts, fold.Coming{At: r.at, Subject: r.subject, Fact: r.fact})
	}
	return taken, entries, facts
}

// done moves what was written to the kept: the waiting facts at the given
// places, which are still theirs, for new ones only come behind. It returns
// whether it is worth trying again at once.
func (j *journal) done(taken []int) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	now := time.Now()
	var rest []record
	next := 0
	for i, r := range j.waiting {
		if next < len(taken) && taken[next] == i {
			next++
			if r.written = now; !r.overtaken {
				j.kept = append(j.kept, r)
			}
			continue
		}
		rest = append(rest, r)
	}
	j.waiting = rest
	return len(taken) > 0 && len(j.waiting) > 0
}

// sweep forgets what was written keepFor ago and can be missed no more: the
// contact is over, or it is a fact about no contact of ours.
func (j *journal) sweep(s *fold.State) {
	j.mu.Lock()
	defer j.mu.Unlock()
	now := time.Now()
	if now.Sub(j.swept) < sweepEvery {
		return
	}
	j.swept = now
	j.kept = slices.DeleteFunc(j.kept, func(r record) bool {
		return now.Sub(r.written) > keepFor && s.Contacts[contact.ID(r.subject)] == nil &&
			r.seq <= s.Protocol.Seq(r.subject)
	})
}

// answers reports whether a fact at hand answers the operation.
func (j *journal) answers(op string) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	is := func(r record) bool { return r.op == op }
	return slices.ContainsFunc(j.waiting, is) || slices.ContainsFunc(j.kept, is)
}

// fills reports whether the fact with this number is still at hand.
func (j *journal) fills(subject string, seq uint64) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	is := func(r record) bool { return r.subject == subject && r.seq == seq }
	return slices.ContainsFunc(j.kept, is) || slices.ContainsFunc(j.waiting, is)
}
