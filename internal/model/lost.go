package model

import (
	"maps"
	"slices"
	"time"

	"github.com/guichet/guichet/internal/channel/voice"
	"github.com/guichet/guichet/internal/contact"
)

// The death of an Asterisk, as internal/node/lost.go knows it: by nothing but refused
// connections for a while.
const (
	lostAfter  = 2 * time.Second
	knockEvery = 100 * time.Millisecond
	knockPause = time.Second
	lostHold   = time.Minute
)

// refusals are a series of refused connections; times in µs, 0 for none.
type refusals struct {
	since, last int64
	lost        bool
}

// knock reports whether the node is lost.
func (l *link) knock(t *task) bool {
	w := l.c.w
	err := l.call(t, func() error { return nil })
	switch silent := w.breaks(SilenceIsDeath); {
	case err == nil || err != errRefused && !silent:
		l.refusals = refusals{}
		return false
	case l.refusals.since == 0 || w.now-l.refusals.last > knockPause.Microseconds() && !silent:
		l.refusals = refusals{since: w.now}
	}
	l.refusals.last = w.now
	if w.now-l.refusals.since >= lostAfter.Microseconds() && !w.breaks(DeathsIgnored) {
		l.refusals.lost = true
	}
	return l.refusals.lost
}

// watchLoss closes the calls of a node that is lost, and begins the hold afresh once it
// answers.
func (l *link) watchLoss(t *task, k *client) {
	for closed := false; !k.closed; t.sleep(knockEvery) {
		switch {
		case k.commandable():
			closed = false
		case l.knock(t):
			if !closed && !k.closed {
				l.loseCalls()
			}
			closed = true
		case closed && !k.closed && l.call(t, func() error { return nil }) == nil:
			k.close()
			l.task.signal()
		}
	}
}

func (l *link) loseCalls() {
	l.c.w.trace(l.c.name, "takes %s for dead", l.name)
	l.c.w.deaths++
	l.gaveUp = true
	l.goSilent()
	l.adoptContacts()
	for _, id := range l.c.liveIDs() {
		if s := l.c.lives[id]; s.node == l.name {
			s.put(nodeLost{})
		}
	}
}

// answered ends the refusals.
func (l *link) answered() { l.refusals, l.gaveUp = refusals{}, false }

// needed: a lost node has contacts still.
func (l *link) needed() bool {
	if l.refusals.lost {
		for _, rec := range l.c.state.Contacts {
			if rec.Node == l.name {
				return true
			}
		}
	}
	return false
}

// isOver: the ledger had such a contact, and has closed it.
func (c *controller) isOver(id contact.ID) bool {
	return c.lives[id] == nil && c.state.Contacts[id] == nil && c.state.Protocol.Seq(string(id)) > 0
}

// nodeLost tells a session that nothing of its contact is in Asterisk any more.
type nodeLost struct{}

// loseLine closes what went through the line.
func (s *session) loseLine() {
	s.paused = true
	s.dropRequests()
	s.follow(s.line.Lost())
	s.dropRequests()
}

// closedIn is how long after its Asterisk died a contact may be open, and an agent bound
// to its leg, though everybody is there to see it: the refusals, and a new holder if
// there was none.
const closedIn = 8 * time.Second

// deathsNoticed (I2, I3): what a dead Asterisk had is closed, and its agents are free. Of
// whoever hung up before, a recording may still be looked for.
func (o *observer) deathsNoticed() {
	cut := map[contact.ID]bool{}
	for _, p := range o.w.callers {
		cut[p.id] = p.rebooted
	}
	for _, name := range o.w.nodeNames() {
		a := o.w.nodes[name]
		since := max(a.diedAt, o.fit)
		if !a.down || a.off || o.w.now-since <= closedIn.Microseconds() {
			continue
		}
		for _, id := range slices.Sorted(maps.Keys(o.state.Contacts)) {
			rec := o.state.Contacts[id]
			if rec.Node != name {
				continue
			}
			if rec.ClosedAt == 0 && voice.CallerOf(rec) != "" && cut[id] {
				o.report("I2", string(id), "is open, %.1f s after its Asterisk died", float64(o.w.now-a.diedAt)/1e6)
			}
			if offer := o.state.Floor.Offers[rec.Leg()]; offer != nil && o.w.now-max(since, offer.At) > closedIn.Microseconds() {
				o.report("I3", string(offer.Agent), "is bound to an offer, %.1f s after its Asterisk died", float64(o.w.now-a.diedAt)/1e6)
			}
		}
	}
}
