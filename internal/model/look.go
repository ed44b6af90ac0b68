package model

import (
	"maps"
	"slices"
	"time"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/channel/voice"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
)

// The bounds of what must happen, outside of outages.
const (
	unownedFor  = 3 * time.Second
	overdue     = time.Second
	offeredIn   = 3 * time.Second // of the first instant at which it could be
	settlesIn   = 12 * time.Second
	lookEvery   = 250 * time.Millisecond
	givenUpIn   = 25 * time.Second // an owner whom nobody reaches
	takenOverIn = 8 * time.Second  // by whoever can, while a fault goes on
)

// look judges what is so now, every lookEvery.
func (o *observer) look() {
	o.ownerless()
	o.stuckAgents()
	o.passedOver()
	o.lettersHold()
	o.deathsNoticed()
	o.commandsHold()
	o.announcementsHold()
	if o.books.differ(o.state.Tally) {
		o.report("I5", "tally", "the counters are not a recount of the ledger")
	}
	if o.w.now/lookEvery.Microseconds()%40 == 0 {
		o.agree()
	}
	o.w.nature(lookEvery, o.look)
}

// ownerless (I2): each live caller has a session that can act, at who holds the
// node, unless nobody could be it.
func (o *observer) ownerless() {
	for _, p := range o.w.callers {
		if p.done || !p.ch.stasis || o.w.owner(p) || !o.w.somebodyFit(p.ch.a) {
			delete(o.since, p.id)
			continue
		}
		since, known := o.since[p.id]
		if !known {
			o.since[p.id] = o.w.now
			continue
		}
		unowned := o.w.now - since
		o.longest = max(o.longest, unowned)
		if unowned > takenOverIn.Microseconds() || unowned > unownedFor.Microseconds() && o.w.calmFor() > unownedFor {
			o.report("I2", string(p.id), "has no owner for %.1f s", float64(unowned)/1e6)
		}
	}
}

// owner reports whether somebody looks after a caller.
func (w *World) owner(p *caller) bool {
	for _, c := range w.controllers {
		if c.dead || c.frozen {
			continue
		}
		l := c.links[p.ch.a.name]
		s := c.lives[p.id]
		if s != nil && !s.paused && l.client != nil && l.client.commandable() {
			return true
		}
	}
	return false
}

// somebodyFit: a controller can reach the node and the ledger.
func (w *World) somebodyFit(a *asterisk) bool {
	r := w.redis
	if a.down || r.away || r.frozen > w.now || r.slow > 0 {
		return false
	}
	return slices.ContainsFunc(w.controllers, func(c *controller) bool {
		net := a.paths[c.name]
		return !c.dead && !c.frozen && c.claiming != nil && r.cut != c.name && !net.half && !net.deaf && !net.mute && net.losing == 0
	})
}

// somebodyLeads: the ledger answers, and a controller is there to lead.
func (w *World) somebodyLeads() bool {
	r := w.redis
	return !r.away && r.frozen <= w.now && r.slow == 0 && !slices.ContainsFunc(w.controllers, func(c *controller) bool {
		return c.dead || c.frozen || c.claiming == nil || r.cut == c.name
	})
}

// stuckAgents (I3): each state with a deadline ends by it.
func (o *observer) stuckAgents() {
	for _, a := range o.state.Floor.Roll() {
		by := int64(0)
		switch a.State {
		case acd.WrapUp, acd.SetAside:
			if a.Until != 0 {
				by = a.Until
			}
		case acd.Reserved, acd.Ringing:
			if f := o.state.Floor.Offers[a.Offer]; f != nil {
				limit := f.Policies.Ring + engine.RingGrace + engine.JoinTime
				by = max(f.At, f.RungAt) + limit.Microseconds()
			}
			if e := o.state.Floor.Errands[a.Offer]; e != nil {
				limit := engine.ClaimTime + engine.PartyRing + engine.RingGrace + engine.JoinTime
				by = e.At + limit.Microseconds()
			}
		case acd.Talking:
			if !o.w.legLives(a.Offer) {
				by = o.w.now // nobody is at his phone
			}
		}
		if by == 0 || o.w.now < by || o.onScreen(a.Offer) {
			delete(o.stuck, a.ID)
			continue
		}
		if _, known := o.stuck[a.ID]; !known {
			o.stuck[a.ID] = max(by, o.w.faults.until)
		}
		o.stuck[a.ID] = max(o.stuck[a.ID], o.w.faults.until)
		late := o.w.now - o.stuck[a.ID]
		allowed := overdue
		if o.w.calmFor() < settlesIn+10*time.Second || a.State == acd.Talking {
			allowed += settlesIn
		}
		if late > allowed.Microseconds() {
			o.report("I3", string(a.ID), "is %s for %.1f s too long", a.State, float64(late)/1e6)
		}
	}
}

// legLives reports whether the phone of an offer, or a party, is off the hook for it.
func (w *World) legLives(o fact.OfferID) bool {
	for _, a := range w.nodes {
		if a.channels[voice.LegID(o)] != nil {
			return true
		}
	}
	return false
}

// passedOver (live): whoever can be offered is, soon after the last fault; and
// while a fault goes on, if ledger and leader have long been there.
func (o *observer) passedOver() {
	if !o.w.somebodyLeads() {
		o.fit = o.w.now
	}
	could := map[contact.ID]bool{}
	for _, f := range o.state.Floor.Propose(o.w.now, 100) {
		could[f.Contact] = true
	}
	maps.DeleteFunc(o.waits, func(id contact.ID, _ int64) bool { return !could[id] })
	for _, id := range slices.Sorted(maps.Keys(could)) {
		if _, known := o.waits[id]; !known {
			o.waits[id] = o.w.now
		}
		since := max(o.waits[id], o.w.faults.until+settlesIn.Microseconds())
		long := o.w.now-max(o.waits[id], o.fit) > givenUpIn.Microseconds()
		if long || o.w.now-since > offeredIn.Microseconds() {
			o.report("live", string(id), "waits though an agent is ready for it, for %.1f s", float64(o.w.now-o.waits[id])/1e6)
		}
	}
}

// commandsHold: the log decides between commands. The last one of an agent that came to
// it, in any of its histories, holds after the last fault if he was told that it is done,
// unless those who told him are gone.
func (o *observer) commandsHold() {
	if !o.w.wordsHold() {
		return
	}
	for _, who := range o.w.agents {
		a, last := o.state.Floor.Agents[who.id], o.wishes[who.id]
		if a == nil || !who.told[last.op] {
			continue
		}
		if a.State == acd.LoggedOut || a.LeaveWanted {
			continue // said before it: whoever leaves does not come back for a pause
		}
		_, wanted := last.is.(fact.Paused)
		if paused := a.State == acd.Paused || a.PauseWanted != ""; paused != wanted {
			o.report("live", string(who.id), "was told that %T is done, and is %s", last.is, a.State)
		}
	}
}

// everybodyDone: nobody is left, as far as the ledger and the lines tell.
func (o *observer) everybodyDone() bool {
	resting := func(a *acd.Agent) bool { return a.State == acd.Ready || a.State == acd.LoggedOut }
	for _, a := range o.state.Floor.Roll() {
		if !resting(a) {
			return false
		}
	}
	for _, p := range o.w.callers {
		if !p.done {
			return false
		}
	}
	return len(o.state.Contacts) == 0 && o.lettersDone()
}

// atTheEnd: everybody has an outcome and everybody is free.
func (o *observer) atTheEnd() {
	o.agree()
	o.promisesKept()
	o.messagesKept()
	o.lettersAnswered()
	s := o.state
	for _, id := range slices.Sorted(maps.Keys(s.Contacts)) {
		o.report("live", string(id), "is still here: %s", s.Contacts[id].Standing())
	}
	for _, p := range o.w.callers {
		if outcome, known := o.books.outcomes[p.id]; p.met && known && outcome != contact.Answered {
			o.w.misjudged++
			o.w.trace(string(p.id), "MISJUDGED: talked with an agent, and counts as %s", outcome)
		}
	}
	for _, a := range s.Floor.Roll() {
		if a.State != acd.Ready && a.State != acd.Paused && a.State != acd.LoggedOut {
			o.report("live", string(a.ID), "is %s in the end", a.State)
		}
	}
	for _, name := range o.w.nodeNames() {
		for _, id := range o.w.nodes[name].channelIDs() {
			o.report("live", string(id), "is left in %s", name)
		}
		for _, b := range o.w.nodes[name].bridges {
			if len(b.members) > 0 {
				o.report("live", string(b.id), "is left in %s with somebody in it", name)
			}
			o.w.bridgesLeft++
		}
	}
	for _, c := range o.w.controllers {
		if c.dead || c.state.Protocol.Last.ID.Compare(s.Protocol.Last.ID) < 0 && !o.close(c) {
			o.report("fold", c.name, "is not at the head of the ledger in the end")
		}
	}
}

// close: the controller is behind by what is on its way.
func (o *observer) close(c *controller) bool {
	behind := o.w.redis.after(c.state.Protocol.Last.ID)
	return len(behind) <= 8
}
