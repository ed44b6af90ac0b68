package model

import (
	"time"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/channel/voice"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/ledger"
)

// Revealing are days made for one rule each: so unlucky that missing it shows in
// many of them, whatever else the day brings. With all rules they are quiet.
var Revealing = []Profile{
	{Name: "changed minds", Steady: true, strike: changedMinds},
	{Name: "node given back", strike: nodeGivenBack},
	{Name: "same ids", strike: sameIDs},
	{Name: "callers too quick", strike: callersTooQuick},
	{Name: "legs orphaned", strike: legsOrphaned},
	{Name: "owner behind", Others: 10, strike: ownerBehind},
	{Name: "called while behind", Talks: 30, strike: ownerBehind},
	{Name: "minds changed elsewhere", Steady: true, strike: mindsChangedElsewhere},
	{Name: "announced and lost", strike: announcedAndLost},
	{Name: "frozen in foresight", strike: frozenInForesight},
	{Name: "emptied and slow", strike: emptiedAndSlow},
}

// await calls do as soon as something is so, unless it takes longer than that.
func (w *World) await(atMost time.Duration, so func() bool, do func()) {
	const grain = 5 * time.Millisecond
	switch {
	case so():
		do()
	case atMost > 0:
		w.nature(grain, func() { w.await(atMost-grain, so, do) })
	}
}

// offerSince finds the newest offer of this time that fits, and its place in the
// log.
func (w *World) offerSince(ago time.Duration, fits func(acd.Offer) bool) (at int, found bool) {
	for i := len(w.redis.log) - 1; i >= 0 && w.observer.appendedAt(i) >= w.now-ago.Microseconds(); i-- {
		live := w.observer.state.Floor.Offers[fact.OfferID(w.redis.log[i].Self.String())]
		if live != nil && fits(*live) {
			return i, true
		}
	}
	return 0, false
}

// oneMore is the number of a caller beside those of the day.
func (w *World) oneMore() int {
	w.extra++
	return 2*someCallers + w.extra
}

// changedMinds is a failover that loses what every agent has just commanded, and
// half of them take it back while no ledger answers.
func changedMinds(w *World) time.Duration {
	const awayFor = time.Second
	w.struck("failover")
	for _, a := range w.agents {
		c, known := w.someController(), w.observer.state.Floor.Agents[a.id] != nil
		if c == nil || !known {
			continue
		}
		first, second := fact.Fact(fact.Paused{Agent: a.id, Reason: "repas"}), fact.Fact(fact.Resumed{Agent: a.id})
		if _, paused := a.last.(fact.Paused); paused {
			first, second = second, first
		}
		w.nature(w.between(0, 300*time.Millisecond), func() { a.commandAt(c, first) })
		if w.chance(50) {
			w.nature(w.between(500*time.Millisecond, 500*time.Millisecond+awayFor), func() { a.commandAt(c, second) })
		}
	}
	w.nature(500*time.Millisecond, func() {
		w.redis.failover(600*time.Millisecond, w.between(0, time.Second))
		w.redis.awayFor(awayFor)
	})
	return 3 * time.Second
}

// mindsChangedElsewhere has every agent command the opposite of what he wants through one
// controller, and what he wants through another one: at the same time, or when a failover
// has lost the first and a slow server does not know yet that it is said again.
func mindsChangedElsewhere(w *World) time.Duration {
	const (
		awayFor = 300 * time.Millisecond
		slowFor = 4 * time.Second
	)
	w.struck("failover")
	fails := w.between(500*time.Millisecond, 1500*time.Millisecond)
	for _, a := range w.agents {
		here, there := w.someController(), w.someController()
		if here == nil || w.observer.state.Floor.Agents[a.id] == nil {
			continue
		}
		first, second := fact.Fact(fact.Paused{Agent: a.id, Reason: "repas"}), fact.Fact(fact.Resumed{Agent: a.id})
		if _, paused := a.last.(fact.Paused); paused {
			first, second = second, first
		}
		at := fails - w.between(0, 500*time.Millisecond)
		w.nature(at, func() { a.commandAt(here, first) })
		if w.chance(30) {
			at += w.between(0, time.Second)
		} else {
			at = fails + awayFor + w.between(0, slowFor)
		}
		w.nature(at, func() { a.commandAt(there, second) })
	}
	w.nature(fails, func() {
		w.redis.failover(w.between(0, time.Second), w.between(0, time.Second))
		w.redis.awayFor(awayFor)
		w.redis.slow = 250 * time.Millisecond
		w.nature(awayFor+slowFor, func() { w.redis.slow = 0 })
	})
	return fails + awayFor + slowFor + 2*time.Second
}

// announcedAndLost is a failover that loses what was announced just before.
func announcedAndLost(w *World) time.Duration {
	w.struck("failover")
	for _, h := range w.heralds {
		w.nature(w.between(0, 400*time.Millisecond), h.say)
	}
	w.nature(500*time.Millisecond, func() {
		w.redis.failover(600*time.Millisecond, w.between(0, time.Second))
		w.redis.awayFor(300 * time.Millisecond)
	})
	return 3 * time.Second
}

// nodeGivenBack cuts the holder of a node from the ledger when many have just
// called. Whoever takes the node then cannot command it and gives it back, and just
// then the ledger freezes: what the holder did while it was cut off is still on its
// way when it begins again.
func nodeGivenBack(w *World) time.Duration {
	const (
		rush     = 24 // callers
		begins   = time.Second
		atOthers = begins + 1200*time.Millisecond
		cutUntil = begins + 8*time.Second
		over     = 15 * time.Second
	)
	a := w.nodes[w.nodeNames()[w.random.IntN(len(w.nodes))]]
	if a.app == nil || w.now < w.faults.until || a.app.k.p.dead {
		return 0
	}
	holder := a.app.k.l.c
	for range rush {
		n := w.oneMore()
		w.nature(w.between(0, begins), func() { w.callAt(a, n) })
	}
	w.nature(begins, func() {
		w.trace(holder.name, "cut from the ledger")
		w.redis.cut = holder.name
	})
	w.nature(cutUntil, func() { w.redis.cut = "" })
	for _, c := range w.controllers {
		if c == holder {
			continue
		}
		net := a.paths[c.name]
		w.nature(atOthers, func() { net.half = true })
		w.nature(over, func() {
			net.half = false
			net.mended()
		})
	}
	held := func() string { return w.observer.state.Protocol.Nodes[string(a.name)].Holder }
	w.await(over, func() bool { return held() != holder.name }, func() {
		w.await(over, func() bool { return held() == holder.name }, func() {
			w.trace("redis", "frozen")
			w.redis.frozen = w.now + w.between(3*time.Second, 4*time.Second).Microseconds()
		})
	})
	return over + 2*time.Second
}

// sameIDs lets a controller sleep through two failovers. The first server in
// place has a slow clock and gives the ids of what was lost to other entries, and
// the second keeps just those that have them.
func sameIDs(w *World) time.Duration {
	w.struck("failover")
	c := w.victim()
	if len(w.redis.log) == 0 || c.dead || c.frozen {
		return 0
	}
	r, p := w.redis, c.process
	r.failover(0, 4*time.Second)
	w.nature(w.between(time.Second, 2*time.Second), func() {
		if p.dead {
			return
		}
		w.trace(p.name, "frozen")
		p.freeze()
		last := c.state.Protocol.Last
		r.failover(time.Second, 0)
		w.await(4*time.Second, func() bool { return r.last().ID.Compare(last.ID) >= 0 }, func() {
			if i, found := r.search(last.ID); found {
				r.keepFirst(i+1, 0)
			}
			p.thaw()
		})
		w.nature(4100*time.Millisecond, p.thaw)
	})
	return 8 * time.Second
}

// callersTooQuick is a slow ledger, and callers who leave as soon as it has an
// offer for them, of which their controller does not know yet.
func callersTooQuick(w *World) time.Duration {
	const slowFor = 8 * time.Second
	w.trace("redis", "slow for %s", slowFor)
	w.redis.slow = 600 * time.Millisecond
	w.nature(slowFor, func() { w.redis.slow = 0 })
	until := w.now + slowFor.Microseconds()
	var leave func()
	leave = func() {
		for _, p := range w.callers {
			if rec := w.observer.state.Contacts[p.id]; rec != nil && rec.Offer != "" && !p.met && w.chance(10) {
				p.hangUp("does not wait")
			}
		}
		if w.now < until {
			w.nature(100*time.Millisecond, leave)
		}
	}
	leave()
	return slowFor + 2*time.Second
}

// legsOrphaned is the death of an owner whose agent's phone has just begun to
// ring, and of the server that knew why.
func legsOrphaned(w *World) time.Duration {
	const within = 6 * time.Second
	var at int
	var node contact.Node
	rings := func() bool {
		i, found := w.offerSince(500*time.Millisecond, func(o acd.Offer) bool {
			for _, name := range w.nodeNames() {
				if ch := w.nodes[name].channels[voice.LegID(o.ID)]; ch != nil && ch.rings {
					node = name
					return true
				}
			}
			return false
		})
		at = i
		return found
	}
	w.await(within, rings, func() {
		app := w.nodes[node].app
		if app == nil || app.k.p.dead {
			return
		}
		c := app.k.l.c
		w.struck("failover")
		w.struck("killed")
		c.crash()
		w.redis.keepFirst(at, 0)
		w.nature(w.between(2*time.Second, 5*time.Second), c.boot)
	})
	return within + 7*time.Second
}

// ownerBehind is a failover that loses how callers came to agents, and cuts their
// owner from the new server: it has not said yet who talks, while the leader sees
// agents who seem to be free, and others who wait.
func ownerBehind(w *World) time.Duration {
	const (
		moves = 5 * time.Second // until the node has another owner than the leader
		rush  = 10
		over  = moves + 9*time.Second
	)
	leader := w.observer.state.Protocol.Nodes[ledger.Site].Holder
	a := w.nodes[w.nodeNames()[w.random.IntN(len(w.nodes))]]
	if leader == "" || w.now < w.faults.until {
		return 0
	}
	if w.observer.state.Protocol.Nodes[string(a.name)].Holder == leader {
		net := a.paths[leader]
		net.half = true
		w.nature(moves, func() {
			net.half = false
			net.mended()
		})
	}
	for range rush {
		n := w.oneMore()
		w.nature(w.between(moves-2*time.Second, moves+2*time.Second), func() { w.call(n) })
	}
	lag := w.between(300*time.Millisecond, time.Second)
	rings := func() bool {
		_, found := w.offerSince(lag, func(o acd.Offer) bool {
			ch := a.channels[voice.LegID(o.ID)]
			return ch != nil && ch.rings
		})
		return found
	}
	w.nature(moves, func() {
		w.await(4*time.Second, rings, func() {
			holder := w.observer.state.Protocol.Nodes[string(a.name)].Holder
			w.struck("failover")
			w.redis.failover(lag, 0)
			w.trace(holder, "cut from the ledger")
			w.redis.cut = holder
			w.nature(1200*time.Millisecond, func() { w.redis.cut = "" })
			for in := time.Duration(0); w.profile.Talks > 0 && in < 1200*time.Millisecond; in += 20 * time.Millisecond {
				w.nature(in, w.everybodyConsults)
			}
		})
	})
	return over
}

// frozenInForesight stops the leader right before it writes facts of its own with the
// offer that it foresees from them, for so long that another one leads, owns the node,
// and has offered contact and agent anew when it goes on and writes. A failover while it
// sleeps lets the batch into another history too.
func frozenInForesight(w *World) time.Duration {
	const within = 6 * time.Second
	lasts := w.between(2*time.Second, 30*time.Second)
	lost := w.chance(30)
	w.faults.freezeBefore = func(c *controller) {
		w.faults.freezeBefore = nil
		p := c.process
		w.trace(p.name, "frozen for %s before it writes what it foresees", lasts)
		w.frozenWriting++
		p.freeze()
		w.nature(lasts, p.thaw)
		w.faults.until = max(w.faults.until, w.now+(lasts+2*time.Second).Microseconds())
		if lost && len(w.redis.log) > 0 {
			w.struck("failover")
			w.nature(lasts/2, func() { w.redis.failover(w.between(0, time.Second), w.between(0, time.Second)) })
		}
	}
	w.nature(within, func() { w.faults.freezeBefore = nil })
	for range 6 { // somebody to foresee for
		n := w.oneMore()
		w.nature(w.between(0, within), func() { w.call(n) })
	}
	return within
}

// emptiedAndSlow is a slow server that loses everything: the controllers have not folded
// the same, all find the log missing, and each takes its time to put it back.
func emptiedAndSlow(w *World) time.Duration {
	const slowFor, atOnce = 4 * time.Second, 800 * time.Millisecond
	w.struck("emptied")
	w.redis.slow = 300 * time.Millisecond
	w.nature(atOnce, func() {
		w.redis.lose()
		w.redis.awayFor(50 * time.Millisecond)
	})
	w.nature(slowFor, func() { w.redis.slow = 0 })
	return slowFor + 5*time.Second
}
