package node

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

// leader makes the site's decisions while this controller holds the virtual
// node site: offers, steps that open, contacts to be given up, and the ends of
// wrap-ups and set-asides. One batch is in
// flight at a time; a lost reply stops new ones until the fold has caught up.
type leader struct {
	c     *Controller
	woken chan struct{}

	flight   flight
	pressure pressure

	silent map[string]silence // nodes that wait for a holder of whom nothing is heard

	suspects suspects
	blame    blame

	propose func(f *acd.Floor, at int64, limit int) []fact.Offered // the floor's, but for tests
}

// silence is since when a holder, "" for nobody, has not beaten, and since when its
// node is waited for.
type silence struct {
	since, waited time.Time
	beat          ledger.ID
}

// abandonAfter is how long the site's offers wait, after a history, for the
// owner of a node that nobody reaches.
const abandonAfter = 10 * time.Second

// abandonAnyway is how long they wait for one who beats: it may be another process
// of the holder's name, which cannot reach the node either.
const abandonAnyway = 2 * abandonAfter

// lateBy is how late a timer may be before the fold is brought to the head
// first: this process may have been frozen, and the world gone on.
const lateBy = 500 * time.Millisecond

// idleLook is how often the leader looks though nothing woke it.
const idleLook = time.Second

func newLeader(c *Controller) *leader {
	return &leader{
		c: c, woken: make(chan struct{}, 1), silent: map[string]silence{}, suspects: suspects{who: map[contact.Agent]bool{}},
		blame: newBlame(), propose: (*acd.Floor).Propose,
	}
}

func (l *leader) signal() {
	select {
	case l.woken <- struct{}{}:
	default:
	}
}

func (l *leader) run(ctx context.Context) error {
	timer := time.NewTimer(idleLook)
	defer timer.Stop()
	defer l.flight.lost() // whoever leads no more foresees nothing either
	due := time.Now().Add(idleLook)
	for {
		select {
		case <-l.woken:
		case <-timer.C:
			if time.Since(due) > lateBy {
				if err := l.c.catchUp(ctx); err != nil {
					timer.Reset(tailRetry)
					continue
				}
			}
		case <-ctx.Done():
			return nil
		}
		wait := l.decide(ctx)
		due = time.Now().Add(wait)
		timer.Reset(wait)
	}
}

// decide writes what is to be decided now and returns when to look again.
func (l *leader) decide(ctx context.Context) time.Duration {
	wait := idleLook
	if l.flight.isUnclear() {
		if err := l.c.catchUp(ctx); err != nil {
			return tailRetry
		}
		l.flight.found()
	}
	_, err := l.c.append(ctx, "decide", func(s *fold.State) []ledger.Entry {
		epoch, leads := l.c.epoch(s, ledger.Site)
		if !leads {
			l.rehearse(s)
			return nil
		}
		if !l.flight.over(s) {
			return nil
		}
		var batch []ledger.Entry
		batch, wait = l.decisions(s)
		for i := range batch {
			batch[i].Role, batch[i].Epoch = ledger.RoleLeader, epoch
		}
		return batch
	})
	if err != nil {
		pause(ctx, tailRetry)
		l.c.settle(ctx, err)
		l.signal()
	}
	l.isolate()
	if l.flight.isUnclear() {
		return tailRetry // the journal lost a reply meanwhile
	}
	return wait
}

// decisions are what is due on this state.
func (l *leader) decisions(s *fold.State) (batch []ledger.Entry, wait time.Duration) {
	now := l.c.clock.now()
	wait = idleLook
	floor := l.floor(s)
	var expired []fact.Expired
	l.onFloor("expiries", s, now, func() {
		var next time.Duration
		expired, next = floor.Expiries(now)
		expired = slices.DeleteFunc(expired, func(e fact.Expired) bool { return l.c.owesCode(s, e.Agent, now) })
		for _, e := range expired {
			batch = append(batch, l.c.entry(e, string(e.Agent), now))
		}
		if next > 0 {
			wait = min(wait, next)
		}
	})
	batch = append(batch, l.loggedOut(s, now)...)
	batch = append(batch, l.givenUp(s, now)...)
	batch = append(batch, l.verdict(s, now)...)
	batch = batch[:min(len(batch), ledger.MaxBatch)]
	l.surely("renewals", func() { batch = append(batch, l.renewals(s, now, ledger.MaxBatch-len(batch))...) })
	if len(s.Protocol.WaitingFor()) == 0 {
		l.onFloor("offers", s, now, func() {
			for _, o := range l.offers(s, floor, now, expired, batch) {
				batch = append(batch, l.c.entry(o, string(o.Contact), now))
			}
		})
		// After the offers: whoever joins a circle may be before those offered now.
		l.onFloor("changes", s, now, func() {
			changes, again := l.pressure.changes(floor, now, ledger.MaxBatch-len(batch))
			for _, c := range changes {
				batch = append(batch, l.c.entry(c.Fact, string(c.Contact), now))
			}
			wait = min(wait, again)
		})
	}
	return batch, wait
}

// pressure is how far the leader has looked for steps that may open before their time: at
// everybody once a second, and on a crowded floor at a part every tenth of one, for an
// estimate takes up to 0.1 ms in a long line, and nothing else is decided meanwhile.
type pressure struct {
	at   int64 // the last look
	from int   // where the next goes on, 0 for a new round
	more bool  // than there was room for
}

const (
	pressedAtOnce = 250
	pressureRound = time.Second
	pressureGoOn  = 100 * time.Millisecond
)

// changes are those due, and when to look again at the latest.
func (p *pressure) changes(f *acd.Floor, now int64, limit int) (due []acd.Change, again time.Duration) {
	many, pause := 0, pressureRound
	if p.from > 0 || p.more {
		pause = pressureGoOn
	}
	if since := now - p.at; since >= pause.Microseconds() || since < 0 {
		p.at, many = now, pressedAtOnce
	}
	due, next := f.ChangesAmong(now, p.from, many, limit)
	if many > 0 {
		if p.more = len(due) >= limit; !p.more {
			p.from = next
		}
	}
	if p.from > 0 || p.more {
		return due, pressureGoOn
	}
	return due, pressureRound
}

// offers are those due as things are, or else the one that is due when all that the
// batch says has happened: one agent is ready again.
func (l *leader) offers(s *fold.State, floor *acd.Floor, now int64, expired []fact.Expired, batch []ledger.Entry) []fact.Offered {
	due := l.propose(floor, now, ledger.MaxBatch-len(batch))
	if len(due) == 0 && len(expired) == 1 && len(batch) == 1 && l.blame.aside.Empty() {
		l.surely("foresight", func() {
			if o, known := s.Foresee(now, []fold.Coming{{At: now, Subject: batch[0].Subject, Fact: expired[0]}}); known {
				due = append(due, o)
			}
		})
	}
	return due
}

// givenUp ends the wait for nodes whose owner cannot catch up: nobody holds
// them, or their holder has been silent as long and nobody else reaches them.
func (l *leader) givenUp(s *fold.State, now int64) (batch []ledger.Entry) {
	waiting := s.Protocol.WaitingFor()
	maps.DeleteFunc(l.silent, func(node string, _ silence) bool { return !slices.Contains(waiting, node) })
	for _, node := range waiting {
		beat := s.Protocol.Controllers[s.Protocol.Nodes[node].Holder].Beat
		seen, known := l.silent[node]
		switch {
		case !known:
			l.silent[node] = silence{since: time.Now(), waited: time.Now(), beat: beat}
		case time.Since(seen.since) > abandonAfter && seen.beat == beat, time.Since(seen.waited) > abandonAnyway:
			l.c.live.repaired("node_given_up")
			batch = append(batch, ledger.Entry{
				Kind: ledger.KindCaughtUp, Format: 1, Subject: node, Writer: l.c.instance, At: now,
			})
		case seen.beat != beat:
			seen.since, seen.beat = time.Now(), beat
			l.silent[node] = seen
		}
	}
	return batch
}
