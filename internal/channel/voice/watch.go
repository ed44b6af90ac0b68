package voice

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"

	v5 "github.com/CyCoreSystems/ari/v5"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
)

// A supervisor whom the caller is not to hear is not in the bridge of the call. His leg is
// in a bridge of its own, with a snoop channel: one that hears the agent's channel, both
// sides of it, and whose own sound the agent alone hears, or nobody. A snoop channel
// cannot change what it does, so each mode has one of its own.

const (
	snoopPrefix = "guichet-spy-"
	// ownPrefix begins the id of a supervisor's own bridge.
	ownPrefix = "guichet-spies-"
	// ofContact ends the contact in both: no id of a contact, an offer or a leg has it.
	ofContact = "~"
)

// SnoopID names the channel by which a supervisor hears a leg. It follows from the
// contact, the party, what is heard and how, so that whoever takes the call up finds it.
func SnoopID(id contact.ID, s engine.Spy) ari.ChannelID {
	mode := "listens"
	if s.Speaks {
		mode = "whispers"
	}
	leg := strings.TrimPrefix(string(LegID(s.On)), legPrefix)
	return ari.ChannelID(snoopPrefix + string(id) + ofContact + string(s.Party) + ofContact + mode + ofContact + leg)
}

// OwnBridgeID names the bridge of a supervisor who is not in that of the contact.
func OwnBridgeID(id contact.ID, party fact.OfferID) ari.BridgeID {
	return ari.BridgeID(ownPrefix + string(id) + ofContact + string(party))
}

// IsSnoop reports whether a channel was made by a controller of ours for a supervisor.
func IsSnoop(id ari.ChannelID) bool { return strings.HasPrefix(string(id), snoopPrefix) }

// SuperviseOf is the contact that a snoop channel, or a supervisor's own bridge, is of;
// empty for anything else.
func SuperviseOf(id string) contact.ID {
	for _, prefix := range []string{snoopPrefix, ownPrefix} {
		if rest, is := strings.CutPrefix(id, prefix); is {
			of, _, _ := strings.Cut(rest, ofContact)
			return contact.ID(of)
		}
	}
	return ""
}

// snoop is one such channel, from when it is asked for.
type snoop struct {
	engine.Spy
	id   ari.ChannelID
	here bool // it is in our application
	in   bool // and in the supervisor's own bridge, for all we know
	// over: its end was decided. Atomic, for requests that wait in a lane look at it when
	// their turn comes.
	over atomic.Bool
}

// supervision is what a line has for supervisors.
type supervision struct {
	snoops map[ari.ChannelID]*snoop
	// own are the supervisors who have a bridge of their own, or for whom one is made, and
	// whether the leg is in it, or on its way there.
	own map[fact.OfferID]bool
}

func (v *supervision) begin() {
	v.snoops, v.own = map[ari.ChannelID]*snoop{}, map[fact.OfferID]bool{}
}

// watchLane is where everything is sent that moves a supervisor's leg, one after the
// other: what comes late could have him heard by whom he is not to be.
func watchLane(party fact.OfferID) Lane { return Lane(ownPrefix + string(party)) }

// supervises reports whether a party is a supervisor's in an arrangement.
func supervises(a engine.Arrange, o fact.OfferID) bool {
	return slices.Contains(a.Barging, o) || slices.ContainsFunc(a.Spies, func(s engine.Spy) bool { return s.Party == o })
}

// watchNoMore ends what supervisors are to hear no more, before anybody is moved.
func (l *Line) watchNoMore(out *Out, now []engine.Spy) {
	for _, s := range l.sortedSnoops() {
		if !slices.Contains(now, s.Spy) {
			l.endSnoop(out, s)
		}
	}
	for o := range l.supervision.own {
		if !slices.ContainsFunc(now, func(s engine.Spy) bool { return s.Party == o }) {
			l.supervision.own[o] = false // it is kept, and he is on his way out of it
		}
	}
}

// watch has supervisors hear legs. What is there already is left alone.
func (l *Line) watch(out *Out, now []engine.Spy) {
	for _, spy := range now {
		if !l.lives(spy.Party) || !l.lives(spy.On) {
			continue // on its way out: its end will be told
		}
		if in, has := l.supervision.own[spy.Party]; !in {
			l.supervision.own[spy.Party] = true
			if !has {
				out.send(l.makeOwn(spy.Party))
			}
			out.send(l.enterOwn(l.legs[spy.Party]))
		}
		id := SnoopID(l.contact, spy)
		out.Listen = append(out.Listen, id)
		if s := l.supervision.snoops[id]; s == nil {
			s = &snoop{Spy: spy, id: id}
			l.supervision.snoops[id] = s
			out.send(l.makeSnoop(s))
		} else if s.here && !s.in {
			out.send(l.enterSnoop(s))
		}
	}
}

func (l *Line) lives(o fact.OfferID) bool {
	g := l.legs[o]
	return g != nil && !g.dropping.Load()
}

// watchEnds ends what a supervisor hears, or what is heard of a leg: that leg is being
// hung up, or gone.
func (l *Line) watchEnds(out *Out, o fact.OfferID) {
	for _, s := range l.sortedSnoops() {
		if s.Party == o || s.On == o {
			l.endSnoop(out, s)
		}
	}
}

// endOwn destroys the bridge of a supervisor whose leg is gone, and not before: the id of a
// destroyed bridge may stay taken in Asterisk 22.10.1, so that none of that name is made
// again (docs/asterisk.md).
func (l *Line) endOwn(out *Out, o fact.OfferID) {
	if _, has := l.supervision.own[o]; has {
		delete(l.supervision.own, o)
		out.send(l.destroyOwn(OwnBridgeID(l.contact, o), o))
	}
}

func (l *Line) endSnoop(out *Out, s *snoop) {
	s.over.Store(true)
	delete(l.supervision.snoops, s.id)
	out.send(l.hangUpSnoop(s))
}

// snoopIsHere: its own StasisStart came, so that it can be put in a bridge. One that
// nobody wants any more, since its making was late, is ended.
func (l *Line) snoopIsHere(out *Out, id ari.ChannelID) {
	switch s := l.supervision.snoops[id]; {
	case s == nil:
		out.send(l.hangUpSnoop(&snoop{id: id}))
	case !s.here:
		s.here = true
		out.send(l.enterSnoop(s))
	}
}

// snoopIsGone: it ends with the leg it hears, of which is told in a moment. If it ended
// alone, the supervisor is to hear again.
func (l *Line) snoopIsGone(out *Out, id ari.ChannelID) {
	s := l.supervision.snoops[id]
	if s == nil || !s.here {
		return
	}
	l.snoopAgain(out, s)
}

func (l *Line) snoopAgain(out *Out, s *snoop) {
	s.here, s.in = false, false
	again := l.makeSnoop(s)
	again.After = lastRetry
	out.send(again)
}

// SnoopLost says that what a supervisor hears by is not as it should be, though no event
// said so: it is made anew as far as it is not there.
func (l *Line) SnoopLost(s Snapshot) Out {
	var out Out
	wanted := l.wanted.Spies
	l.foundSnoops(&out, s)
	l.watchNoMore(&out, wanted)
	l.watch(&out, wanted)
	return out
}

// foundSnoops takes what Asterisk has for what there is, after a gap. What is of no leg
// that we know is ended at once: nothing else will be said of it.
func (l *Line) foundSnoops(out *Out, s Snapshot) {
	l.supervision.begin()
	for _, party := range l.sortedLegs() {
		own := s.Bridges[OwnBridgeID(l.contact, party.offer)]
		if own.ID != "" {
			l.supervision.own[party.offer] = slices.Contains(own.ChannelIDs, string(party.id))
		}
		for _, on := range l.sortedLegs() {
			for _, speaks := range []bool{false, true} {
				spy := engine.Spy{Party: party.offer, On: on.offer, Speaks: speaks}
				id := SnoopID(l.contact, spy)
				if ch, there := s.Channels[id]; there {
					l.supervision.snoops[id] = &snoop{Spy: spy, id: id, here: ch.Dialplan.App == "Stasis", in: slices.Contains(own.ChannelIDs, string(id))}
					out.Listen = append(out.Listen, id)
				}
			}
		}
	}
	for id := range s.Channels {
		if IsSnoop(id) && SuperviseOf(string(id)) == l.contact && l.supervision.snoops[id] == nil {
			out.send(l.hangUpSnoop(&snoop{id: id}))
		}
	}
	for id := range s.Bridges {
		party, is := strings.CutPrefix(string(id), string(OwnBridgeID(l.contact, "")))
		if is && l.legs[fact.OfferID(party)] == nil {
			out.send(l.destroyOwn(id, fact.OfferID(party)))
		}
	}
}

// MissingSnoop is the first of the channels by which supervisors are to hear that is not
// where it should be in a listing, or without its supervisor there; empty for none.
func MissingSnoop(id contact.ID, spies []engine.Spy, s Snapshot) ari.ChannelID {
	for _, spy := range spies {
		snoop, leg := SnoopID(id, spy), LegID(spy.Party)
		in := s.Bridges[OwnBridgeID(id, spy.Party)].ChannelIDs
		if !slices.Contains(in, string(snoop)) || !slices.Contains(in, string(leg)) {
			return snoop
		}
	}
	return ""
}

func (l *Line) sortedSnoops() []*snoop {
	var all []*snoop
	for _, s := range l.supervision.snoops {
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b *snoop) int { return strings.Compare(string(a.id), string(b.id)) })
	return all
}

// aboutSupervisor is a request in the lane of a supervisor.
func (l *Line) aboutSupervisor(party fact.OfferID, op Op, send func(context.Context, Asterisk) error) Request {
	r := l.request(watchLane(party), op, send)
	r.Offer = party
	return r
}

func (l *Line) makeOwn(party fact.OfferID) Request {
	id := OwnBridgeID(l.contact, party)
	return l.aboutSupervisor(party, OpMakeOwn, func(ctx context.Context, c Asterisk) error {
		return c.CreateBridge(ctx, id, "mixing", string(l.contact))
	})
}

func (l *Line) enterOwn(g *leg) Request {
	id := OwnBridgeID(l.contact, g.offer)
	return l.aboutSupervisor(g.offer, OpEnterOwn, g.unlessDropped(func(ctx context.Context, c Asterisk) error {
		return c.AddToBridge(ctx, id, g.id)
	}))
}

func (l *Line) destroyOwn(id ari.BridgeID, party fact.OfferID) Request {
	return l.aboutSupervisor(party, OpDestroyOwn, func(ctx context.Context, c Asterisk) error {
		return c.DestroyBridge(ctx, id)
	})
}

func (l *Line) makeSnoop(s *snoop) Request {
	wanted := ari.Snoop{ID: s.id, Spy: ari.Both, Whisper: ari.Neither, AppArgs: "spy," + string(l.contact)}
	if s.Speaks {
		wanted.Whisper = ari.Outward // to the phone of the leg, and nobody else
	}
	on := LegID(s.On)
	return l.aboutSnoop(s, OpSnoop, func(ctx context.Context, c Asterisk) error { return c.Snoop(ctx, on, wanted) })
}

func (l *Line) enterSnoop(s *snoop) Request {
	own := OwnBridgeID(l.contact, s.Party)
	return l.aboutSnoop(s, OpEnterSnoop, func(ctx context.Context, c Asterisk) error { return c.AddToBridge(ctx, own, s.id) })
}

func (l *Line) hangUpSnoop(s *snoop) Request {
	r := l.aboutSupervisor(s.Party, OpEndSnoop, func(ctx context.Context, c Asterisk) error { return c.Hangup(ctx, s.id, "") })
	r.snoop = s
	return r
}

// aboutSnoop is a request that is not sent once the end of the snoop was decided.
func (l *Line) aboutSnoop(s *snoop, op Op, send func(context.Context, Asterisk) error) Request {
	r := l.aboutSupervisor(s.Party, op, func(ctx context.Context, c Asterisk) error {
		if s.over.Load() {
			return errUnwanted
		}
		return send(ctx, c)
	})
	r.snoop = s
	return r
}

// snoopDone follows a request about a snoop, or a supervisor's own bridge, that was
// answered; false if it is none of those.
func (l *Line) snoopDone(out *Out, r Request, err error) bool {
	switch r.Op {
	case OpMakeOwn:
		if err != nil && !errors.Is(err, ari.ErrConflict) {
			l.again(out, r)
		}
	case OpSnoop:
		switch {
		case err == nil, errors.Is(err, ari.ErrNotFound): // the leg is gone, of which is told
		case errors.Is(err, ari.ErrConflict): // its StasisStart may have been told before
			l.snoopIsHere(out, r.snoop.id)
		case r.Attempt >= maxSnoops:
			l.giveUp(out, r.Offer, contact.Lost) // rather than a supervisor who hears nothing
		default:
			l.again(out, r)
		}
	case OpEnterSnoop:
		r.snoop.in = err == nil
		if err == nil || l.pointless(r) {
			break
		}
		if errors.Is(err, ari.ErrNotFound) {
			// The channel, or the bridge. Both are made again, and the leg put there.
			if g := l.legs[r.Offer]; g != nil {
				out.send(l.makeOwn(r.Offer), l.enterOwn(g))
			}
			l.snoopAgain(out, r.snoop)
			break
		}
		l.again(out, r)
	case OpEnterOwn:
		if err != nil && !l.pointless(r) {
			out.send(l.makeOwn(r.Offer))
			l.again(out, r)
		}
	case OpEndSnoop, OpDestroyOwn:
		if err != nil && !errors.Is(err, ari.ErrNotFound) {
			l.again(out, r)
		}
	default:
		return false
	}
	return true
}

// maxSnoops bounds how often a snoop is asked for, one refusal after the other.
const maxSnoops = 5

// inOwn notes who comes into, and leaves, a supervisor's own bridge.
func (l *Line) inOwn(b v5.BridgeData, ch v5.ChannelData, in bool) {
	if s := l.supervision.snoops[ari.ChannelID(ch.ID)]; s != nil && ari.BridgeID(b.ID) == OwnBridgeID(l.contact, s.Party) {
		s.in = in
	}
}
