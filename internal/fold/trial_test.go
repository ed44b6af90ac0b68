package fold_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

// Two or three controllers write what they believe, each on its own copy of the
// state: fresh, stale, or of a history that a failover took away. Whatever they
// write, repeat, lose and find again: the invariants hold after each entry, void
// facts leave no trace, and every copy that has read the same log has the same
// bytes. `-rapid.checks=N` for more than 100 trials.
func TestAnyInterleavingOfControllersKeepsTheInvariants(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		if found := try(t, production); found != nil {
			t.Fatal(found)
		}
	})
}

// trial is one log with the controllers around it, and everything that is known
// about its entries without asking the fold.
type trial struct {
	*rapid.T
	fold  variant
	log   []*record
	state *fold.State // of the whole log
	// readable is the first entry that can still be read: a log that was lost
	// begins anew behind a snapshot.
	readable int
	snaps    map[int]ledger.Snapshot // by how many entries they hold
	lost     []ledger.ID             // of offers that failovers took away

	referee *referee
	books   *books
	text    string // the domain's state in full, after the last entry
	bytes   string // all of the state, once it was needed after the last entry

	gen       uint64 // of the log as it is
	primaries uint64

	controllers []*controller
	now         int64
	names       int
	depth       int // of facts that are on their way
}

// record is an entry of the log, why it was written, and what became of it.
type record struct {
	entry   ledger.Entry
	said    *said
	applied fold.Applied
	// atWork says of a mail that was answered that its agent has a call then, or works on after one.
	atWork bool
}

// variant is a fold to be tried: that of production, or one that was broken on
// purpose (see broken_test.go).
type variant struct {
	apply   func(*fold.State, ledger.Entry) fold.Applied
	restore func(*fold.State) // after a snapshot was read; may be nil
	// onlyCounts is about the store: generations that do not name their primary.
	onlyCounts bool
	// leaning is what happens in two of three steps, of a rule for which it rarely would by
	// chance; nil for nothing.
	leaning func(*trial, *controller)
	// mails has every other contact a mail, and agents with a capacity for them; messages has
	// callers leave messages besides, for which contacts are born.
	mails, messages bool
}

var production = variant{apply: (*fold.State).Apply}

// breach is an invariant that does not hold, by the name of the check.
type breach struct{ check, detail string }

func (b *breach) String() string { return b.check + ": " + b.detail }

// holds ends the trial unless the condition does.
func (tr *trial) holds(condition bool, check, format string, args ...any) {
	if !condition {
		panic(&breach{check, fmt.Sprintf(format, args...)})
	}
}

// try runs one trial and returns the first breach, if there is one.
func try(t *rapid.T, v variant) (found *breach) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case *breach:
			found = p
		default:
			panic(p)
		}
	}()
	tr := &trial{
		T: t, fold: v, state: fold.New(), snaps: map[int]ledger.Snapshot{}, now: 10 * second,
		referee: newReferee(), books: newBooks(),
	}
	tr.text = domain(tr, tr.state)
	tr.open(rapid.IntRange(2, 3).Draw(t, "controllers"))
	for range 2 { // a trial is twice as long as rapid's steps
		t.Repeat(map[string]func(*rapid.T){"something": func(*rapid.T) { tr.something() }})
	}
	tr.agree()
	return nil
}

func (tr *trial) pick(of int, label string) int { return rapid.IntRange(0, of-1).Draw(tr.T, label) }
func (tr *trial) oneIn(n int, label string) bool {
	return rapid.IntRange(0, n-1).Draw(tr.T, label) == n-1
}

// head is the position of the last entry, zero of an empty log.
func (tr *trial) head() ledger.Position {
	if len(tr.log) == 0 {
		return ledger.Position{}
	}
	return tr.log[len(tr.log)-1].entry.Self
}

// append writes a batch of a controller, and appendTo one that was decided under
// this generation of the log: all of it, or nothing if the log is of another now.
func (tr *trial) append(c *controller, batch ...*said) { tr.appendTo(c.gen(), batch...) }

func (tr *trial) appendTo(decidedUnder uint64, batch ...*said) {
	if decidedUnder != tr.gen {
		return
	}
	for _, s := range batch {
		tr.land(s)
	}
}

// nextGen is the generation after a failover, as the script in Redis makes it: it
// counts, and it names the primary. Another one may count from the same number.
func (tr *trial) nextGen() uint64 {
	tr.primaries++
	if tr.fold.onlyCounts {
		return tr.gen + 1
	}
	return (tr.gen/1000+1)*1000 + tr.primaries
}

// land makes a fact the next entry of the log and folds it.
func (tr *trial) land(s *said) {
	e := s.entry
	e.Gen = tr.gen
	body, err := e.Body()
	tr.holds(err == nil, "encoding", "%v", err)
	prev := tr.head()
	e, err = ledger.ReadBody(tr.nextID(prev.ID, e.Kind), prev, body)
	tr.holds(err == nil, "encoding", "%v", err)
	r := &record{entry: e, said: s}
	before := tr.look(r)
	tr.bytes = ""
	r.applied = tr.fold.apply(tr.state, e)
	tr.log = append(tr.log, r)
	tr.examine(r, before)
}

// nextID is the next place in the log. After a failover the clock may be slower,
// and ids come again; those of lost offers are the ones that could be confused.
func (tr *trial) nextID(last ledger.ID, kind string) ledger.ID {
	for _, id := range tr.lost {
		if id.Compare(last) > 0 && kind == "offered" && tr.oneIn(2, "the id of a lost offer") {
			return id
		}
	}
	return ledger.ID{Ms: last.Ms + 1}
}

// after are the entries behind a place that can be read, as a tail reads them.
func (tr *trial) after(id ledger.ID) []*record {
	i, _ := slices.BinarySearchFunc(tr.log, id, func(r *record, id ledger.ID) int {
		if r.entry.Self.ID.Compare(id) <= 0 {
			return -1
		}
		return 1
	})
	return tr.log[max(i, tr.readable):]
}

// has reports whether an entry is in the log, by its digest too.
func (tr *trial) has(p ledger.Position) bool {
	return p.IsZero() || slices.ContainsFunc(tr.log, func(r *record) bool { return r.entry.Self == p })
}

// load folds the log as it is from one of the snapshots that belong to it, or
// from its beginning.
func (tr *trial) load() *fold.State {
	from := 0
	for n := range len(tr.log) + 1 {
		if _, kept := tr.snaps[n]; kept && n >= tr.readable && (n == tr.readable || tr.oneIn(3, "from this snapshot")) {
			from = n
		}
	}
	return tr.replay(max(from, tr.readable))
}

// replay folds the log from after its first n entries.
func (tr *trial) replay(n int) *fold.State {
	state := fold.New()
	if snap, kept := tr.snaps[n]; kept {
		var err error
		state, err = fold.Restore(snap)
		tr.holds(err == nil, "snapshots", "%v", err)
		if tr.fold.restore != nil {
			tr.fold.restore(state)
		}
	}
	for _, r := range tr.log[n:] {
		a := tr.fold.apply(state, r.entry)
		tr.holds(!a.Verdict.Stops(), "snapshots", "after %d entries, %s: %s", n, r.entry.Self.ID, a.Verdict)
	}
	return state
}

func (tr *trial) save() {
	snap, err := tr.state.Snapshot()
	tr.holds(err == nil, "snapshots", "%v", err)
	tr.snaps[len(tr.log)] = snap
}

// sameAs: the same facts give the same bytes.
func (tr *trial) sameAs(other *fold.State, who string) {
	if tr.bytes == "" {
		tr.bytes = bytesOf(tr, tr.state)
	}
	theirs := bytesOf(tr, other)
	tr.holds(tr.bytes == theirs, "same bytes", "%s has another state\n%s\n%s", who, tr.bytes, theirs)
}

func bytesOf(tr *trial, s *fold.State) string {
	snap, err := s.Snapshot()
	tr.holds(err == nil, "snapshots", "%v", err)
	return string(snap.Data)
}

// agree lets everybody read to the end, and replays from the oldest snapshot and
// from the newest.
func (tr *trial) agree() {
	for _, c := range tr.controllers {
		tr.catchUp(c)
		tr.sameAs(c.state, c.name)
	}
	usable := slices.DeleteFunc(slices.Sorted(maps.Keys(tr.snaps)), func(n int) bool { return n < tr.readable })
	for i, n := range usable {
		if i == 0 || i == len(usable)-1 {
			tr.sameAs(tr.replay(n), fmt.Sprintf("whoever reads on from entry %d", n))
		}
	}
	if tr.readable == 0 {
		tr.sameAs(tr.replay(0), "whoever reads all")
	}
}
