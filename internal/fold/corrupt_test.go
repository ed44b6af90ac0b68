package fold_test

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

// FuzzCorruptEntry puts any body into a recorded ledger, at any place. It is
// refused by whoever reads it, or it stops the fold, or it is void, or it counts:
// it never makes the fold panic, and what was recorded behind it can still be
// folded, each entry with a verdict, with nobody lost and nobody stuck.
//
// Most bodies would be void for who wrote them; so each is tried a second time as
// if the right one had.
func FuzzCorruptEntry(f *testing.F) {
	entries := readLedger(f, recorded(f)[0])
	for i, e := range entries {
		body, err := e.Body()
		require.NoError(f, err)
		if i%5 == 0 {
			f.Add(uint16(i+i%2), body) // every other one twice
		}
		c := corruptions[i%len(corruptions)]
		if bad := bytes.Replace(body, []byte(c.good), []byte(c.bad), c.times); !bytes.Equal(bad, body) {
			f.Add(uint16(i), bad)
		}
	}
	before := statesOf(f, entries)
	f.Fuzz(func(t *testing.T, place uint16, body []byte) {
		i := int(place) % len(entries)
		last := before[i].Position
		e, err := ledger.ReadBody(after(last.ID), last, body)
		if err != nil {
			return
		}
		s := restored(t, before[i])
		sane(t, s, s.Apply(e))
		goOn(t, s, entries[i:])
		s = restored(t, before[i])
		sane(t, s, s.Apply(inTheRightHand(s, e)))
		goOn(t, s, entries[i:])
	})
}

// corruptions are what a bad writer, disk or version may do to a body.
var corruptions = []struct {
	good, bad string
	times     int
}{
	{`"at":`, `"at":-`, 1}, {`"at":`, fmt.Sprintf(`"at":%d,"was":`, int64(math.MaxInt64)), 1}, {`"seq":`, `"seq":9`, 1},
	{`"version":`, `"version":1844674407370955161`, -1}, {`"offer":"`, `"offer":"9`, -1}, {`"agent":"`, `"agent":"x`, -1},
	{`"centers":[`, `"centers":["nowhere",`, -1}, {`"steps":[{`, `"steps":[],"other":[{`, 1}, {`"rank":`, `"rank":-`, 1},
	{`"kind":"`, `"kind":"un`, 1}, {`"step":1`, `"step":-1`, 1}, {`:"c0`, `:"c1`, -1}, {`"`, `'`, 2}, {`}`, ``, 1}, {`,`, `,,`, 1},
	{`00`, `99999999`, -1}, {`"medium":"voice"`, `"medium":"email"`, 1}, {`"medium":"voice"`, `"medium":""`, 1}, {`{"`, `{"":{},"`, 2},
}

func after(id ledger.ID) ledger.ID { return ledger.ID{Ms: id.Ms, Seq: id.Seq + 1} }

// inTheRightHand is the entry as whoever may write it would have written it next.
func inTheRightHand(s *fold.State, e ledger.Entry) ledger.Entry {
	e.Gen, e.Format, e.Writer = s.Protocol.Gen, 1, writer
	switch role, _, _ := strings.Cut(mayWrite[e.Kind], " "); role {
	case "owner":
		e.Role, e.Epoch, e.Seq = ledger.Owner(node), s.Protocol.Nodes[node].Epoch, s.Protocol.Seq(e.Subject)+1
	case "leader":
		e.Role, e.Epoch = ledger.RoleLeader, s.Protocol.Nodes[ledger.Site].Epoch
	case "api":
		e.Role, e.Op = ledger.RoleAPI, "op-"+e.Self.ID.String()
	}
	return e
}

// goOn folds what was recorded behind a place, chained anew.
func goOn(t require.TestingT, s *fold.State, behind []ledger.Entry) {
	for _, next := range behind[:min(15, len(behind))] {
		next.Gen, next.Prev = max(s.Protocol.Gen, 1), s.Protocol.Last
		if next.Kind == ledger.KindHistory || next.Kind == ledger.KindGenesis {
			next.Gen = s.Protocol.Gen + 1
		}
		next.Self = next.Prev.Next(after(next.Prev.ID), []byte(next.Kind))
		a := s.Apply(next)
		require.False(t, a.Verdict.Stops(), a.Verdict)
		sane(t, s, a)
	}
	require.Equal(t, indented(t, s), indented(t, readBack(t, s)))
}

func sane(t require.TestingT, s *fold.State, a fold.Applied) {
	require.NotContains(t, a.Void, "panic")
	conserved(t, s)
	agents := map[contact.Agent]bool{}
	for id, o := range s.Floor.Offers {
		require.False(t, agents[o.Agent], "%s is bound twice", o.Agent)
		agents[o.Agent] = true
		require.Equal(t, id, s.Floor.Agents[o.Agent].Offer)
		require.Equal(t, id, s.Contacts[o.Contact].Offer)
	}
	for id, agent := range s.Floor.Agents {
		bound := agent.State == acd.Reserved || agent.State == acd.Ringing || agent.State == acd.Talking
		require.Equal(t, bound, agents[id], "%s is %s", id, agent.State)
		require.False(t, agent.State == acd.WrapUp && agent.Until == 0, "%s is stuck", id)
	}
	for id := range s.Floor.Tickets {
		require.Contains(t, s.Contacts, id)
	}
	s.Floor.Propose(a.Entry.At, 3)
	s.Floor.Changes(a.Entry.At, 3)
	s.Floor.Expiries(a.Entry.At)
}

// statesOf are those before each entry of a ledger.
func statesOf(t require.TestingT, entries []ledger.Entry) (before []ledger.Snapshot) {
	s := fold.New()
	for _, e := range entries {
		snap, err := s.Snapshot()
		require.NoError(t, err)
		before = append(before, snap)
		require.False(t, s.Apply(e).Verdict.Stops())
	}
	return before
}

func restored(t require.TestingT, snap ledger.Snapshot) *fold.State {
	s, err := fold.Restore(snap)
	require.NoError(t, err)
	return s
}
