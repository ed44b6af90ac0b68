package fold_test

import (
	"maps"
	"slices"

	"github.com/guichet/guichet/internal/ledger"
)

// failOver is a new primary that lacks the last entries. Whoever folded them has
// folded what never was.
func (tr *trial) failOver(*controller) {
	keep := len(tr.log) - tr.pick(min(12, len(tr.log)-tr.readable), "lost entries")
	if tr.pick(3, "to one that never heard of the last failover") == 2 {
		keep = tr.beforeLastHistory(keep)
	}
	tr.cut(keep)
	tr.begin(ledger.KindHistory)
	tr.recover()
}

func (tr *trial) beforeLastHistory(otherwise int) int {
	for i := len(tr.log) - 1; i > tr.readable; i-- {
		if tr.log[i].entry.Kind == ledger.KindHistory {
			return i
		}
	}
	return otherwise
}

// recover is what controllers do after a failover, most of the time at once: read
// anew, write what is missing, say so.
func (tr *trial) recover() {
	for _, c := range tr.controllers {
		if tr.pick(4, "recovers later") == 3 {
			continue
		}
		tr.catchUp(c)
		if tr.pick(4, "restates later") < 3 {
			tr.restate(c)
		}
		tr.caughtUp(c)
	}
}

// loseLog is an empty Redis: the first controller with a fold goes on from it.
func (tr *trial) loseLog(c *controller) {
	if !tr.has(c.state.Protocol.Last) || c.state.Protocol.Last.IsZero() || !tr.oneIn(3, "all is lost") {
		return
	}
	keep := 1 + slices.IndexFunc(tr.log, func(r *record) bool { return r.entry.Self == c.state.Protocol.Last })
	if keep < tr.readable {
		return
	}
	tr.cut(keep)
	tr.save()
	tr.readable = keep
	tr.begin(ledger.KindGenesis)
	tr.recover()
}

func (tr *trial) begin(kind string) {
	tr.gen = tr.nextGen()
	tr.land(&said{entry: ledger.Entry{Kind: kind, Format: 1, Role: ledger.RoleLedger, At: tr.now, Data: tr.canonical(ledger.Began{Run: "r"})}})
}

// cut forgets what is behind an entry, and everything that is known of it.
func (tr *trial) cut(keep int) {
	for _, r := range tr.log[keep:] {
		if r.entry.Kind == "offered" && r.applied.Effective() {
			tr.lost = append(tr.lost, r.entry.Self.ID)
		}
	}
	tr.log = tr.log[:keep]
	maps.DeleteFunc(tr.snaps, func(n int, _ ledger.Snapshot) bool { return n > keep })
	tr.referee, tr.books, tr.gen = newReferee(), newBooks(), tr.log[keep-1].entry.Gen
	for _, r := range tr.log {
		tr.referee.judge(r)
		tr.books.add(r.applied, r.atWork)
	}
	tr.state = tr.load()
	tr.text, tr.bytes = domain(tr, tr.state), ""
	tr.addsUp()
}

// foreign is an entry that is not the next of this log, or that only a newer
// version can read: whoever meets it stops, and nothing has changed.
func (tr *trial) foreign(*controller) {
	e := tr.log[tr.pick(len(tr.log), "like")].entry
	e.Prev, e.Gen = tr.state.Protocol.Last, tr.state.Protocol.Gen
	switch tr.pick(6, "foreign") {
	case 0:
		e.Prev.Digest[3]++
	case 1:
		e.Prev.ID.Ms++
	case 2:
		e.Gen += 2
	case 3:
		e.Gen--
	case 4:
		e.Kind = "from_next_year"
	case 5:
		e.Format = 8
	}
	e.Self = e.Prev.Next(ledger.ID{Ms: e.Prev.ID.Ms + 1}, []byte("foreign"))
	want, was := tr.referee.stops(e), bytesOf(tr, tr.state)
	if want == "" {
		return // a genesis may raise the generation by more than one
	}
	a := tr.fold.apply(tr.state, e)
	tr.holds(string(a.Verdict.Reason) == want && a.Verdict.Stops(), "acceptance table", "a foreign %s: %s, the table says %q", e.Kind, a.Verdict, want)
	tr.holds(was == bytesOf(tr, tr.state), "a stop changes nothing", "%s", a.Verdict)
}
