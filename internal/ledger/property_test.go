package ledger_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/guichet/guichet/internal/ledger"
)

// anyEntry draws an entry that is often nearly right.
func anyEntry(t *rapid.T, f *ledger.Fold) ledger.Entry {
	names := rapid.SampledFrom([]string{"a", "b", "n1", "n2", ledger.Site, ""})
	holder := f.Nodes[names.Draw(t, "of")]
	e := ledger.Entry{
		Gen: f.Gen, Prev: f.Last, Format: 1,
		Kind: rapid.SampledFrom([]string{
			"note", "note", "decide", ledger.KindBeat, ledger.KindTake, ledger.KindTake, ledger.KindYield,
			ledger.KindCaughtUp, ledger.KindHistory, ledger.KindGenesis, ledger.KindFormatRaised, ledger.KindHistoryGap,
		}).Draw(t, "kind"),
		Subject: names.Draw(t, "subject"), Writer: names.Draw(t, "writer"),
		Role:  rapid.SampledFrom([]string{ledger.Owner("n1"), ledger.Owner("n2"), "leader", "api", "controller", "ledger", "?"}).Draw(t, "role"),
		Epoch: rapid.SampledFrom([]ledger.ID{holder.Epoch, {}, {Ms: 3}}).Draw(t, "epoch"),
		Seq:   rapid.Uint64Range(0, 5).Draw(t, "seq"),
		Op:    rapid.SampledFrom([]string{"", "op-1", "op-2", "op-3"}).Draw(t, "op"),
	}
	if e.Kind == ledger.KindHistory || e.Kind == ledger.KindGenesis {
		e.Gen += rapid.Uint64Range(0, 2).Draw(t, "gens")
	}
	e.Data = rapid.SampledFrom([]json.RawMessage{
		nil, json.RawMessage(`{"format":2,"process":"p"}`), json.RawMessage(`{"format":2}`),
		mustJSON(ledger.Take{Holder: holder.Holder, Beat: f.Controllers[holder.Holder].Beat}),
		mustJSON(ledger.Take{}),
	}).Draw(t, "data")
	return e
}

func mustJSON(v any) json.RawMessage {
	data, err := ledger.Canonical(v)
	if err != nil {
		panic(err)
	}
	return data
}

func bytesOf(t require.TestingT, f *ledger.Fold) string {
	data, err := ledger.Canonical(f)
	require.NoError(t, err)
	return string(data)
}

func TestTheSameEntriesGiveTheSameBytesWhereverASnapshotWasTaken(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		straight, resumed := &ledger.Fold{}, &ledger.Fold{}
		straight.Know(domain)
		resumed.Know(domain)
		for i := range rapid.IntRange(1, 60).Draw(t, "length") {
			e := anyEntry(t, straight)
			if i == 0 {
				e = ledger.Entry{Gen: 1, Kind: ledger.KindGenesis, Format: 1, Role: ledger.RoleLedger}
			}
			body, err := e.Body()
			require.NoError(t, err)
			e.Self = e.Prev.Next(ledger.ID{Ms: uint64(i + 1)}, body)

			before := bytesOf(t, straight)
			v := straight.Accept(e)
			require.Equal(t, v, resumed.Accept(e), "the verdict too")
			switch {
			case v.Stops():
				require.Equal(t, before, bytesOf(t, straight))
			default:
				require.Equal(t, e.Self, straight.Last)
			}
			if v.Accepted() && rapid.Bool().Draw(t, "domain voids") {
				straight.Settle(e, "no")
				resumed.Settle(e, "no")
			}
			if rapid.IntRange(0, 9).Draw(t, "snapshot") == 0 {
				text := bytesOf(t, resumed)
				resumed = &ledger.Fold{}
				require.NoError(t, json.Unmarshal([]byte(text), resumed))
				resumed.Know(domain)
			}
			require.Equal(t, bytesOf(t, straight), bytesOf(t, resumed))
		}
	})
}

func FuzzAcceptIsTotal(f *testing.F) {
	f.Add("take", "n1", "a", "controller", uint64(1), uint64(1), 1, "", []byte(`{"beat":"0-0","holder":"","process":"p"}`))
	f.Add("note", "c-1", "a", "owner:n1", uint64(1), uint64(1), 1, "op", []byte(nil))
	f.Add("history", "", "", "ledger", uint64(2), uint64(0), 1, "", []byte(`{"run":"x"}`))
	f.Fuzz(func(t *testing.T, kind, subject, writer, role string, gen, seq uint64, format int, op string, data []byte) {
		c := newChain(t)
		epoch := c.holds(c.write(c.take("a", "n1", "", ledger.ID{})))
		e := ledger.Entry{
			Gen: gen, Prev: c.Last, Self: ledger.Position{ID: ledger.ID{Ms: 9}}, Format: format, Kind: kind,
			Subject: subject, Writer: writer, Role: role, Epoch: epoch, Seq: seq, Op: op, Data: data,
		}
		before := canonical(t, c.Fold)
		v := c.Accept(e)
		require.Equal(t, v.Accepted(), v.Reason == "")
		if v.Stops() {
			require.Equal(t, before, canonical(t, c.Fold))
		}
		c.Settle(e, "no")
		_ = bytesOf(t, c.Fold)
		// The second time the same entry never follows the last one.
		if !v.Stops() {
			require.Equal(t, ledger.BrokenChain, c.Accept(e).Reason)
		}
	})
}

// world is several controllers in front of one log, each folding at its own
// pace, some of them standing still for a while.
type world struct {
	log         []ledger.Entry
	last        ledger.Position
	controllers []*controller
	now         time.Duration
}

type controller struct {
	name        string
	fold        *ledger.Fold
	candidate   *ledger.Candidate
	folded      int           // entries of the log
	frozenUntil time.Duration // neither folds nor writes before
}

func newWorld(n int) *world {
	w := &world{}
	w.append(ledger.Entry{Kind: ledger.KindGenesis, Role: ledger.RoleLedger})
	for i := range n {
		name := fmt.Sprint("ctl-", i)
		w.controllers = append(w.controllers, &controller{
			name: name, fold: &ledger.Fold{}, candidate: ledger.NewCandidate(name, "p", 1, false),
		})
	}
	return w
}

func (w *world) append(e ledger.Entry) {
	e.Gen, e.Format, e.Prev = 1, 1, w.last
	body, err := e.Body()
	if err != nil {
		panic(err)
	}
	w.last = w.last.Next(ledger.ID{Ms: uint64(len(w.log) + 1)}, body)
	e.Self = w.last
	w.log = append(w.log, e)
}

// step lets every controller that is not frozen fold and write.
func (w *world) step(by time.Duration, lag func(*controller) int) {
	w.now += by
	for _, c := range w.controllers {
		if w.now < c.frozenUntil {
			continue
		}
		until := max(c.folded, len(w.log)-lag(c))
		for ; c.folded < until; c.folded++ {
			e := w.log[c.folded]
			c.candidate.Folded(e, c.fold.Accept(e), w.now)
		}
		for _, e := range c.candidate.Due(c.fold, []string{"n1", ledger.Site}, w.now) {
			w.append(e)
		}
	}
}

func TestALiveHolderKeepsItsNodeAndADeadOneIsReplacedInTime(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(rapid.IntRange(2, 4).Draw(t, "controllers"))
		lag := func(c *controller) int { return rapid.IntRange(0, 3).Draw(t, "lag of "+c.name) }
		current := func(c *controller) int { return 0 }
		frozenLong := map[string]bool{}
		for range rapid.IntRange(10, 60).Draw(t, "steps") {
			if rapid.IntRange(0, 14).Draw(t, "freeze") == 0 {
				c := rapid.SampledFrom(w.controllers).Draw(t, "who")
				d := time.Duration(rapid.IntRange(100, 6000).Draw(t, "for ms")) * time.Millisecond
				c.frozenUntil = max(c.frozenUntil, w.now+d)
				frozenLong[c.name] = true
			}
			w.step(time.Duration(rapid.IntRange(20, 120).Draw(t, "ms"))*time.Millisecond, lag)
		}
		judge := &ledger.Fold{}
		holder := ""
		for _, e := range w.log {
			require.False(t, judge.Accept(e).Stops())
			if now := judge.Nodes["n1"].Holder; now != holder {
				require.True(t, holder == "" || frozenLong[holder], "%s lost its node to %s without ever standing still", holder, now)
				holder = now
			}
		}
		// Whoever still stands still is dead now; the others agree within 3 s.
		alive := map[string]bool{}
		for _, c := range w.controllers {
			if c.frozenUntil > w.now {
				c.frozenUntil = time.Hour
			} else {
				alive[c.name] = true
			}
		}
		for deadline := w.now + 3*time.Second; w.now < deadline; {
			w.step(100*time.Millisecond, current)
		}
		for _, c := range w.controllers {
			if alive[c.name] {
				require.True(t, alive[c.fold.Nodes["n1"].Holder], "n1 is held by %q", c.fold.Nodes["n1"].Holder)
				require.True(t, alive[c.fold.Nodes[ledger.Site].Holder])
			}
		}
	})
}
