// Package reporttest is a ledger in memory, written fact by fact as a test
// needs it, and a controller over it, for the tests of those who show a running
// controller: report, metrics, api and cli.
//
// Facts go through the real fold, so that what a test shows is what a
// controller would hold. Read Ledger, Controller and Afternoon.
package reporttest

import (
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

// Instance is the controller that holds everything, Node the one Asterisk.
const (
	Instance = "a"
	Node     = contact.Node("ast1")
)

// Ledger is a log with its fold and its own clock. It panics on what a test
// wrote wrongly: a broken chain, an entry that cannot be stored.
type Ledger struct {
	State   *fold.State
	Applied []fold.Applied
	// Now is the site time of the next entry, in µs.
	Now int64

	epochs map[string]ledger.ID
	seqs   map[string]uint64
	serial int
}

// NewLedger begins at a site time, with one controller that holds everything.
func NewLedger(at time.Time) *Ledger {
	l := &Ledger{State: fold.New(), Now: at.UnixMicro(), epochs: map[string]ledger.ID{}, seqs: map[string]uint64{}}
	l.Append(ledger.Entry{Kind: ledger.KindGenesis, Role: ledger.RoleLedger})
	l.Beat()
	for _, node := range []string{ledger.Site, string(Node)} {
		a := l.Append(ledger.Entry{Kind: ledger.KindTake, Subject: node, Writer: Instance, Role: ledger.RoleController,
			Data: canonical(ledger.Take{Process: "p"})})
		l.epochs[node] = a.Entry.Self.ID
	}
	return l
}

func canonical(v any) []byte {
	data, err := ledger.Canonical(v)
	if err != nil {
		panic(err)
	}
	return data
}

// Append adds an entry as the log would, and folds it.
func (l *Ledger) Append(e ledger.Entry) fold.Applied {
	l.serial++
	e.Gen, e.Prev, e.At, e.Format = max(l.State.Protocol.Gen, 1), l.State.Protocol.Last, l.Now, 1
	body, err := e.Body()
	if err != nil {
		panic(err)
	}
	e.Self = e.Prev.Next(ledger.ID{Ms: uint64(l.Now / 1000), Seq: uint64(l.serial)}, body)
	a := l.State.Apply(e)
	if a.Verdict.Stops() {
		panic("reporttest: " + a.Verdict.String())
	}
	if a.Record != nil {
		last := *a.Record // the fold goes on with its own
		a.Record = &last
	}
	l.Applied = append(l.Applied, a)
	return a
}

// Beat is a sign of life of the controller.
func (l *Ledger) Beat() {
	l.Append(ledger.Entry{Kind: ledger.KindBeat, Subject: Instance, Writer: Instance, Role: ledger.RoleController,
		Data: canonical(ledger.Beat{Format: 1, Process: "p"})})
}

// Pass lets time go by, with the beats of a living controller.
func (l *Ledger) Pass(d time.Duration) {
	end := l.Now + d.Microseconds()
	for beat := ledger.BeatEvery.Microseconds(); l.Now+beat < end; {
		l.Now += beat
		l.Beat()
	}
	l.Now = end
}

// Own writes a fact of the node's owner about a contact.
func (l *Ledger) Own(id contact.ID, f fact.Fact) fold.Applied {
	l.seqs[string(id)]++
	return l.Append(ledger.Entry{
		Kind: string(f.Kind()), Subject: string(id), Writer: Instance, Role: ledger.Owner(string(Node)),
		Epoch: l.epochs[string(Node)], Seq: l.seqs[string(id)], Data: canonical(f),
	})
}

// Lead writes a fact of the leader.
func (l *Ledger) Lead(subject string, f fact.Fact) fold.Applied {
	return l.Append(ledger.Entry{
		Kind: string(f.Kind()), Subject: subject, Writer: Instance, Role: ledger.RoleLeader,
		Epoch: l.epochs[ledger.Site], Data: canonical(f),
	})
}

// Wish writes what a person commanded about an agent.
func (l *Ledger) Wish(subject, op string, f fact.Fact) fold.Applied {
	return l.Append(ledger.Entry{
		Kind: string(f.Kind()), Subject: subject, Writer: Instance, Role: ledger.RoleAPI, Op: op, Data: canonical(f),
	})
}

// Expire writes the end of an agent's wrap-up or set-aside.
func (l *Ledger) Expire(agent contact.Agent) fold.Applied {
	return l.Lead(string(agent), fact.Expired{Agent: agent, Version: l.State.Floor.Agents[agent].Version})
}

// Pretend lets the last entry have had its effect, as a fold with a fault in it
// would: it is for those who must find such faults.
func (l *Ledger) Pretend() { l.Applied[len(l.Applied)-1].Void = "" }

// Offer makes an offer of exactly these two, with the versions of the moment.
func (l *Ledger) Offer(id contact.ID, agent contact.Agent) (fact.OfferID, fold.Applied) {
	t, a := l.State.Floor.Tickets[id], l.State.Floor.Agents[agent]
	applied := l.Lead(string(id), fact.Offered{
		Contact: id, Agent: agent, Queue: t.Queue, Center: a.Center,
		ContactVersion: t.Version, AgentVersion: a.Version, QueueVersion: l.State.Floor.QueueVersions[t.Queue],
		PossibleSince: max(t.WaitingSince, a.Since), Rule: "longest_ready", ReadySince: a.ReadySince,
	})
	return fact.OfferID(applied.Entry.Self.String()), applied
}
