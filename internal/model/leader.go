package model

import (
	"maps"
	"slices"
	"time"

	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

// leader makes the decisions while this controller holds the site, one batch in
// flight at a time.
type leader struct {
	c    *controller
	task *task

	unclear bool
	// foreseeing: the batch that is about to be written holds a foreseen offer.
	foreseeing bool
	pending    ledger.ID
	gen        uint64
	silent     map[string]silence
}

// silence is since when a holder has not beaten, and since when its node is waited
// for.
type silence struct {
	since, waited int64
	beat          ledger.ID
}

const (
	abandonAfter  = 10 * time.Second
	abandonAnyway = 2 * abandonAfter
	lateBy        = 500 * time.Millisecond
	idleLook      = time.Second
)

func (l *leader) run(t *task) {
	wait, due := idleLook, l.c.w.now+idleLook.Microseconds()
	for {
		if !t.wait(wait) && l.c.w.now-due > lateBy.Microseconds() {
			if l.c.catchUp(t) != nil {
				wait = tailRetry
				continue
			}
		}
		wait = l.decide(t)
		due = l.c.w.now + wait.Microseconds()
	}
}

// decide writes what is to be decided now and returns when to look again.
func (l *leader) decide(t *task) time.Duration {
	wait := idleLook
	if l.unclear {
		if l.c.catchUp(t) != nil {
			return tailRetry
		}
		l.unclear = false
	}
	_, err := l.c.append(t, func() []ledger.Entry {
		epoch, leads := l.c.epoch(ledger.Site)
		if !leads || l.unclear || l.inFlight() {
			return nil
		}
		var batch []ledger.Entry
		batch, wait = l.decisions()
		for i := range batch {
			batch[i].Role, batch[i].Epoch = ledger.RoleLeader, epoch
		}
		return batch
	})
	if err != nil {
		t.sleep(tailRetry)
		l.c.settle(t, err)
		t.signal()
	}
	return wait
}

// foresee is the offer that follows from facts of ours which are about to be
// written, in the leader's words.
func (l *leader) foresee(facts []fold.Coming) (batch []ledger.Entry) {
	epoch, leads := l.c.epoch(ledger.Site)
	if !leads || l.unclear || l.inFlight() {
		return nil
	}
	if o, known := l.c.state.Foresee(l.c.w.now, facts); known {
		e := l.c.entry(o, string(o.Contact), l.c.w.now)
		e.Role, e.Epoch = ledger.RoleLeader, epoch
		l.c.w.foreseen++
		l.foreseeing = true
		batch = append(batch, e)
	}
	return batch
}

func (l *leader) inFlight() bool {
	p := l.c.state.Protocol
	return l.gen == p.Gen && p.Last.ID.Compare(l.pending) < 0 && !l.c.w.breaks(TwoBatches)
}

func (l *leader) decisions() (batch []ledger.Entry, wait time.Duration) {
	s, now := l.c.state, l.c.w.now
	wait = idleLook
	expired, next := s.Floor.Expiries(now)
	for _, e := range expired {
		batch = append(batch, l.c.entry(e, string(e.Agent), now))
	}
	if next > 0 {
		wait = min(wait, next)
	}
	batch = append(batch, l.givenUp(now)...)
	batch = batch[:min(len(batch), ledger.MaxBatch)]
	if len(s.Protocol.WaitingFor()) == 0 || l.c.w.breaks(OffersWhileWaiting) {
		offers := s.Floor.Propose(now, ledger.MaxBatch-len(batch))
		if len(offers) == 0 && len(expired) == 1 && len(batch) == 1 {
			if o, known := s.Foresee(now, []fold.Coming{{At: now, Subject: batch[0].Subject, Fact: expired[0]}}); known {
				offers = append(offers, o)
				l.foreseeing = true
			}
		}
		for _, o := range offers {
			batch = append(batch, l.c.entry(o, string(o.Contact), now))
		}
		for _, ch := range s.Floor.Changes(now, ledger.MaxBatch-len(batch)) {
			batch = append(batch, l.c.entry(ch.Fact, string(ch.Contact), now))
		}
	}
	return batch, wait
}

// givenUp ends the wait for nodes whose owner cannot catch up.
func (l *leader) givenUp(now int64) (batch []ledger.Entry) {
	p := l.c.state.Protocol
	waiting := p.WaitingFor()
	maps.DeleteFunc(l.silent, func(node string, _ silence) bool { return !slices.Contains(waiting, node) })
	for _, node := range waiting {
		beat := p.Controllers[p.Nodes[node].Holder].Beat
		seen, known := l.silent[node]
		switch {
		case !known:
			l.silent[node] = silence{since: now, waited: now, beat: beat}
		case l.c.w.breaks(WaitForEver):
		case now-seen.since > abandonAfter.Microseconds() && seen.beat == beat, now-seen.waited > abandonAnyway.Microseconds():
			batch = append(batch, ledger.Entry{Kind: ledger.KindCaughtUp, Format: 1, Subject: node, Writer: l.c.name, At: now})
		case seen.beat != beat:
			seen.since, seen.beat = now, beat
			l.silent[node] = seen
		}
	}
	return batch
}
