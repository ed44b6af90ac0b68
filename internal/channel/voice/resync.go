package voice

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	v5 "github.com/CyCoreSystems/ari/v5"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
)

// Snapshot is what Asterisk has now, listed after a link came (back) up.
type Snapshot struct {
	// Booted is when this Asterisk started, by its own clock: no channel is older.
	Booted   time.Time
	Channels map[ari.ChannelID]ari.Channel
	Bridges  map[ari.BridgeID]v5.BridgeData
	// Lost: there is nothing any more, for the process of Asterisk is gone.
	Lost bool
}

// Resync compares the line with what Asterisk has, after a gap in which events
// were lost and requests dropped, and derives again what is wanted. It only
// moves forward: what an event has told already is not taken back by a listing
// that is older.
func (l *Line) Resync(s Snapshot) Out {
	var out Out
	caller, there := s.Channels[l.caller]
	if !there && l.caller != "" {
		l.callerIsLost(&out, s.Lost || l.diedUnder(s.Booted))
	}
	l.up = there && caller.State == "Up"
	bridge, made := s.Bridges[l.bridge]
	members := bridge.ChannelIDs
	l.bridgeMade, l.bridgeAsked = made, made
	l.bridged = l.caller != "" && slices.Contains(members, string(l.caller))
	l.tape.starting = false // what was under way was given up with the link
	l.found(members)
	l.resyncEar(&out, s, members)
	l.foundSnoops(&out, s)
	for _, g := range l.sortedLegs() {
		l.resyncLeg(&out, g, s, slices.Contains(members, string(g.id)))
	}
	l.ringBack(&out)
	l.tellBridged(&out)
	if l.recording.n != 0 && l.callerGone {
		out.send(l.look())
	}
	if !l.callerGone && !s.Lost {
		out.tell(engine.Restarted{})
	}
	return out
}

// Lost says that the Asterisk of the call is gone, and everything with it. What is asked
// for then cannot be sent; the next Resync derives it again.
func (l *Line) Lost() Out { return l.Resync(Snapshot{Lost: true}) }

// callerIsLost tells a caller who left in the gap from one whose Asterisk died
// under him.
func (l *Line) callerIsLost(out *Out, died bool) {
	if l.callerGone || !died {
		l.callerIsGone(out, 0)
		return
	}
	l.callerGone = true
	out.tell(engine.NodeDied{})
}

// diedUnder: the Asterisk that started then is not the one in which the call began.
// Both times are of the same clock, that of Asterisk.
func (l *Line) diedUnder(booted time.Time) bool { return !l.born.IsZero() && booted.After(l.born) }

// CallerLost says that the caller's channel is gone, though no event said so.
func (l *Line) CallerLost(booted time.Time) Out {
	var out Out
	if l.caller != "" {
		l.callerIsLost(&out, l.diedUnder(booted))
		return out
	}
	for _, g := range l.sortedLegs() {
		if g.person {
			return l.LegLost(g.offer)
		}
	}
	return out
}

// LegLost says that a leg is gone, though no event said so. One that has not come
// yet cannot be lost.
func (l *Line) LegLost(o fact.OfferID) Out {
	var out Out
	if g := l.legs[o]; g != nil && (g.here || g.dialled || g.dropping.Load()) {
		if !g.dropping.Load() {
			g.result = contact.Lost
		}
		l.legIsGone(&out, g, 0)
	}
	return out
}

func (l *Line) resyncLeg(out *Out, g *leg, s Snapshot, member bool) {
	ch, there := s.Channels[g.id]
	switch {
	case !there:
		if !g.dropping.Load() {
			g.result = contact.Lost // what became of it was not told
		}
		l.legIsGone(out, g, 0)
		return
	case g.dropping.Load():
		l.tellAgain(out, g)
		out.send(l.hangUpLeg(g))
		return
	}
	l.tellAgain(out, g)
	g.here, g.bridged, g.ringsBack = true, member, false
	g.up = g.up || ch.State == "Up"
	g.recallKey(ch, member)
	switch {
	case g.up && member && l.bridged:
		g.dialled = true
	case g.up:
		// Answered while nobody listened, or answered but not joined yet.
		g.added, g.joined, g.result = false, false, contact.Lost
		l.haveBridge(out, g)
		l.legRings(out, g)
		l.answeredAgain(out, g)
	case ch.State == "Down" && !g.dialled:
		// Created but perhaps never dialled: nothing late may ring.
		l.giveUp(out, g.offer, contact.Lost)
	default:
		l.haveBridge(out, g)
		l.legIsRinging(out, g)
	}
}

// sortedLegs begins with the person who is called back: whoever has answered is told
// of before the end of the agent's leg would give the call up.
func (l *Line) sortedLegs() []*leg {
	var legs []*leg
	for _, g := range l.legs {
		legs = append(legs, g)
	}
	slices.SortFunc(legs, func(a, b *leg) int {
		if a.person != b.person {
			if a.person {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.id, b.id)
	})
	return legs
}

func itoa(n int) string { return strconv.Itoa(n) }
