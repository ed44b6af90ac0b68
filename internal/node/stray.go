package node

import (
	"context"
	"errors"
	"time"

	v5 "github.com/CyCoreSystems/ari/v5"
	"go.uber.org/zap"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/channel/voice"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fold"
)

// refuse ends a channel that cannot become a contact; it is counted, and told
// once for each reason. It stays claimed until nobody tells of it any more: a
// listing and an event may do so both, one of them after its end.
func (l *link) refuse(id ari.ChannelID, box *mailbox, why string, err error) {
	if l.c.live.strayed(why) == 1 {
		l.c.log.Warn("call refused; further ones of this kind are only counted",
			zap.String("node", string(l.name)), zap.String("reason", why), zap.Error(err))
	}
	l.insist(func(ctx context.Context) error { return l.current().Hangup(ctx, id, "unallocated") },
		func() {
			pause(l.life, toldLate)
			l.forget(box)
		})
}

// toldLate is how long after the end of a channel an event may still wait in the
// socket, or a listing be under way, that tells of its beginning.
const toldLate = 5 * time.Second

// stray ends a channel in our application that no session expects: a leg whose
// offer is over, or a call of an agent's phone that is for no code and no consultation.
func (l *link) stray(_ context.Context, id ari.ChannelID, v *v5.StasisStart) {
	kind := "channel"
	switch {
	case voice.IsLeg(id):
		kind = "orphan_leg"
	case voice.IsSnoop(id):
		kind = orphanSnoop
	case len(v.Args) > 0 && v.Args[0] == "agent":
		kind = "agent_call"
	}
	box := newMailbox()
	if kind == "agent_call" && !l.claim(id, box) {
		return // a listing has shown it first
	}
	l.refuse(id, box, kind, errors.New("nobody expects it"))
}

// tooLate takes what comes for a session that is over: a leg that a repeated
// create made when its offer had ended still has to be hung up by somebody.
func (l *link) tooLate(m any) {
	if tooLateToDirect(m) || l.tooLateToConsult(m) {
		return
	}
	e, _ := m.(ari.Event)
	start, is := e.Value.(*v5.StasisStart)
	if !is {
		return
	}
	if id := ari.ChannelID(start.Channel.ID); !voice.IsLeg(id) && !voice.IsSnoop(id) {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.box != nil {
		l.box.put(m)
	}
}

// endOrphans hangs up every leg that is not the live leg of an accepted offer or
// transfer we hold, and what supervisors heard by, and destroys bridges, of contacts that
// are over. Of those that are not, each line looks after its own.
func (l *link) endOrphans(snapshot voice.Snapshot) {
	legs, bridges, open := map[ari.ChannelID]bool{}, map[ari.BridgeID]bool{}, map[contact.ID]bool{}
	l.c.View(func(s *fold.State) {
		for id, rec := range s.Contacts {
			open[id], bridges[voice.BridgeID(id)], legs[voice.CallerOf(rec)] = true, true, true
			for _, leg := range rec.Legs() {
				legs[voice.LegID(leg)] = true
			}
		}
	})
	for _, s := range l.c.livesAt(l.name) {
		open[s.id], bridges[voice.BridgeID(s.id)] = true, true
	}
	for id := range snapshot.Channels {
		switch {
		case voice.IsLeg(id) && !legs[id]:
			l.c.live.repaired("orphan_leg")
			l.refuse(id, newMailbox(), "orphan_leg", errNoOffer)
		case voice.IsSnoop(id) && !open[voice.SuperviseOf(string(id))]:
			l.c.live.repaired(orphanSnoop)
			l.refuse(id, newMailbox(), orphanSnoop, errNobodyHears)
		}
	}
	for id := range snapshot.Bridges {
		if voice.IsBridge(id) && !bridges[id] && !open[voice.SuperviseOf(string(id))] {
			l.c.live.repaired("orphan_bridge")
			l.endBridge(id)
		}
	}
}

var (
	errNoOffer     = errors.New("no live offer of that name")
	errNobodyHears = errors.New("no supervisor hears by it")
	errOver        = errors.New("its contact is closed: its Asterisk was taken for dead")
)

// endBridge destroys a bridge that nobody needs any more.
func (l *link) endBridge(id ari.BridgeID) {
	l.insist(func(ctx context.Context) error { return l.current().DestroyBridge(ctx, id) }, func() {})
}

const (
	firstInsist = 50 * time.Millisecond
	lastInsist  = 2 * time.Second
)

// insist sends a request that ends something, until Asterisk has done it or
// says that it is gone, and then calls done; nobody would look after it
// otherwise. It stops with the hold: whoever holds the node next finds the rest
// in the listing.
func (l *link) insist(end func(context.Context) error, done func()) {
	ctx := l.life
	l.running.Go(func() {
		wait := firstInsist
		for ctx.Err() == nil {
			if err := l.inTurn(ctx, end); err == nil || errors.Is(err, ari.ErrNotFound) {
				done()
				return
			}
			pause(ctx, wait)
			wait = min(2*wait, lastInsist)
		}
	})
}

func (l *link) inTurn(ctx context.Context, end func(context.Context) error) error {
	if err := l.turns.take(ctx); err != nil {
		return err
	}
	defer l.turns.give()
	return end(ctx)
}
