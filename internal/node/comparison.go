package node

import (
	"cmp"
	"context"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/channel/voice"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
)

const (
	// compareEvery is how often Asterisk and ledger are compared though nothing
	// seems wrong: an event may have been lost without a sign.
	compareEvery = 30 * time.Second
	// confirmAfter is the pause after which a difference must be there still. What
	// was only on its way is settled by then, or the link is known to be silent.
	confirmAfter = 3 * time.Second
)

// difference is something that Asterisk and ledger say differently. Its kind is
// the label under which its repair is counted.
type difference struct {
	kind string
	// id is that of a channel, a bridge or a contact.
	id string
	// of is the contact whose session is concerned, if there is one.
	of contact.ID
	// leg is the offer or transfer of a missing leg.
	leg fact.OfferID
}

// The kinds of differences. Those of callers, orphans and contacts without a
// session are also found, at once, when a link comes up.
const (
	unknownCaller = "unknown_caller" // waits in our application, and has no contact
	lostCaller    = "lost_caller"    // a contact is open, and its channel is gone
	lostLeg       = "lost_leg"       // an agent is bound to a leg that is gone
	orphanLeg     = "orphan_leg"     // a leg of no live offer
	orphanCaller  = "orphan_caller"  // is on the line though his contact is closed
	orphanBridge  = "orphan_bridge"  // a bridge of no contact
	orphanSnoop   = "orphan_snoop"   // a supervisor's ear on no contact
	lostSnoop     = "lost_snoop"     // a supervisor is to hear, and does not
	forgotten     = "adopted"        // a contact that has no session
)

// keepComparing compares from time to time while the node is held.
func (l *link) keepComparing(ctx context.Context) {
	tick := time.NewTicker(compareEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			l.compare(ctx, confirmAfter)
		case <-ctx.Done():
			return
		}
	}
}

// compare mends the differences that are found twice, a pause apart, on the same
// websocket session.
func (l *link) compare(ctx context.Context, confirm time.Duration) {
	session := l.current().Session()
	first, _ := l.differences(ctx)
	if len(first) == 0 {
		return
	}
	pause(ctx, confirm)
	second, snapshot := l.differences(ctx)
	if l.current().Session() != session {
		return // it has just been compared as a whole
	}
	for _, d := range second {
		if slices.Contains(first, d) && ctx.Err() == nil {
			l.c.log.Warn("asterisk and ledger differ; mended", zap.String("node", string(l.name)),
				zap.String("kind", d.kind), zap.String("id", d.id))
			l.mend(d, snapshot, session)
		}
	}
}

// differences lists what Asterisk has and says where the ledger, and the sessions
// of this process, disagree. It finds nothing while one of the three cannot be
// trusted: the link is silent, the ledger is away, or facts are on their way.
func (l *link) differences(ctx context.Context) ([]difference, voice.Snapshot) {
	if !l.reliable() {
		return nil, voice.Snapshot{}
	}
	snapshot, err := l.list(ctx)
	if err != nil || !l.reliable() {
		return nil, voice.Snapshot{}
	}
	found := append(l.missing(snapshot), l.unexpected(snapshot)...)
	slices.SortFunc(found, func(a, b difference) int { return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.id, b.id)) })
	return found, snapshot
}

// reliable reports whether everything that we did is in the ledger, and everything
// that the ledger says has reached us.
func (l *link) reliable() bool {
	if !l.current().Commandable() || !l.connectedFor(0) || !l.c.live.ledgerAnswers() || l.c.journal.pending(l.name) > 0 {
		return false
	}
	waiting := false
	l.c.View(func(s *fold.State) { waiting = s.Protocol.Nodes[string(l.name)].Waiting })
	return !waiting && l.c.holds(l.name)
}

// missing are contacts and legs of the ledger that Asterisk does not have, and
// contacts that have no session.
func (l *link) missing(snapshot voice.Snapshot) (found []difference) {
	l.c.mu.RLock()
	defer l.c.mu.RUnlock()
	for id, rec := range l.c.state.Contacts {
		if rec.Node != l.name {
			continue
		}
		if l.c.lives[id] == nil {
			found = append(found, difference{kind: forgotten, id: string(id), of: id})
			continue
		}
		caller := voice.CallerOf(rec)
		if _, there := snapshot.Channels[caller]; caller != "" && !there && rec.ClosedAt == 0 {
			found = append(found, difference{kind: lostCaller, id: string(caller), of: id})
		}
		for _, leg := range rec.Legs() {
			if _, there := snapshot.Channels[voice.LegID(leg)]; !there {
				found = append(found, difference{kind: lostLeg, id: string(voice.LegID(leg)), of: id, leg: leg})
			}
		}
		if snoop := voice.MissingSnoop(id, rec.Spies(), snapshot); snoop != "" {
			found = append(found, difference{kind: lostSnoop, id: string(snoop), of: id})
		}
	}
	return found
}

// unexpected are channels and bridges that are ours, and that neither the ledger
// nor a session knows.
func (l *link) unexpected(snapshot voice.Snapshot) (found []difference) {
	known, open := map[string]bool{}, map[contact.ID]bool{}
	for _, v := range l.c.livesAt(l.name) {
		open[v.id] = true
	}
	l.c.View(func(s *fold.State) {
		for id, rec := range s.Contacts {
			open[id] = true
			known[string(voice.BridgeID(id))], known[string(voice.CallerOf(rec))] = true, true
			for _, leg := range rec.Legs() {
				known[string(voice.LegID(leg))] = true
			}
		}
	})
	l.mu.Lock()
	for id := range l.heard {
		known[id] = true
	}
	l.mu.Unlock()
	for id, ch := range snapshot.Channels {
		switch {
		case known[string(id)]:
		case voice.IsLeg(id):
			found = append(found, difference{kind: orphanLeg, id: string(id)})
		case voice.IsSnoop(id):
			if !open[voice.SuperviseOf(string(id))] {
				found = append(found, difference{kind: orphanSnoop, id: string(id)})
			}
		case l.isCaller(ch):
			found = append(found, difference{kind: unknownCaller, id: string(id)})
		}
	}
	for id := range snapshot.Bridges {
		if voice.IsBridge(id) && !known[string(id)] && !open[voice.SuperviseOf(string(id))] {
			found = append(found, difference{kind: orphanBridge, id: string(id)})
		}
	}
	return found
}

// mend repairs one difference, and counts it when it did.
func (l *link) mend(d difference, snapshot voice.Snapshot, session uint64) {
	switch d.kind {
	case unknownCaller: // counts itself
		l.adoptCaller(snapshot.Channels[ari.ChannelID(d.id)])
	case forgotten: // likewise
		l.adoptContacts()
		l.tell(d.of, resync{snapshot: snapshot, session: session})
	case lostCaller:
		l.tell(d.of, callerLost{booted: snapshot.Booted})
	case lostLeg:
		l.tell(d.of, legLost{leg: d.leg})
	case orphanLeg:
		l.c.live.repaired(orphanLeg)
		l.rungTwice(snapshot.Channels[ari.ChannelID(d.id)], snapshot)
		l.refuse(ari.ChannelID(d.id), newMailbox(), orphanLeg, errNoOffer)
	case lostSnoop:
		l.tell(d.of, snoopLost{snapshot: snapshot})
	case orphanSnoop:
		l.c.live.repaired(orphanSnoop)
		l.refuse(ari.ChannelID(d.id), newMailbox(), orphanSnoop, errNobodyHears)
	case orphanBridge:
		l.c.live.repaired(orphanBridge)
		l.endBridge(ari.BridgeID(d.id))
	}
}

// tell puts something in the mailbox of a contact's session, which knows best
// whether it is still so.
func (l *link) tell(id contact.ID, m any) {
	l.c.mu.RLock()
	defer l.c.mu.RUnlock()
	if v := l.c.lives[id]; v != nil {
		v.box.put(m)
	}
}

// What a comparison tells a session: that its caller, or a leg, or what a supervisor
// hears by, is gone and nobody has said so.
type (
	callerLost struct{ booted time.Time }
	legLost    struct{ leg fact.OfferID }
	snoopLost  struct{ snapshot voice.Snapshot }
)

// lost takes such news up unless the session is in the middle of a listing, or
// knows it already.
func (s *session) lost(m any) {
	if s.paused {
		return
	}
	var out voice.Out
	kind := lostCaller
	switch m := m.(type) {
	case callerLost:
		out = s.line.CallerLost(m.booted)
	case legLost:
		kind, out = lostLeg, s.line.LegLost(m.leg)
	case snoopLost:
		kind, out = lostSnoop, s.line.SnoopLost(m.snapshot)
	}
	if len(out.Events)+len(out.Requests) > 0 {
		s.c.live.repaired(kind)
		s.follow(out)
	}
}
