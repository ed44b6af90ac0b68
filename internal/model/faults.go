package model

import (
	"fmt"
	"slices"
	"time"

	"github.com/guichet/guichet/internal/contact"
)

// Profile is a kind of bad day.
type Profile struct {
	Name string
	// SlowLegs is the percentage of legs about which REST is slow.
	SlowLegs int
	// Steady agents command nothing of their own accord.
	Steady bool
	// Others is the percentage of callers who want to be called back or to leave a
	// message.
	Others int
	// Slots is the percentage of callers who want to choose when to be called.
	Slots int
	// Talks is the percentage of the bridges in which the agent wants something of the
	// conversation.
	Talks int
	// Moves is the percentage of the bridges in which the call goes back to the queue, or a
	// supervisor takes part in it.
	Moves int
	// Letters is a day on which people write too, messages are for a queue, and agents have
	// both at hand beside their calls.
	Letters bool
	// strike is one fault, which ends by itself after the returned time.
	strike func(*World) time.Duration
}

// asks reports whether callers are asked after the call: on the days of conversations.
func (p Profile) asks() bool { return p.Talks == 100 }

// Profiles are the kinds of bad days, a good one first.
var Profiles = []Profile{
	{Name: "none", Others: 10},
	{Name: "slow redis", Others: 30, strike: slowRedis},
	{Name: "frozen redis", Others: 30, strike: frozenRedis},
	{Name: "failover", Others: 30, strike: failover},
	{Name: "emptied", Others: 30, strike: emptied},
	{Name: "killed", Others: 30, strike: killed},
	{Name: "frozen controller", Others: 30, strike: frozenController},
	{Name: "link cut", Others: 30, strike: linkCut},
	{Name: "half-open link", Others: 30, strike: halfOpen},
	{Name: "events lost", Others: 30, strike: eventsLost},
	{Name: "rest blocked", Others: 30, strike: restBlocked},
	{Name: "answers lost", Others: 30, strike: answersLost},
	{Name: "slow legs", Others: 30, SlowLegs: 30},
	{Name: "reboot", Others: 30, strike: reboot},
	{Name: "conversations", Talks: 100},
	{Name: "conversations failed over", Talks: 100, strike: failover},
	{Name: "conversations killed", Talks: 100, strike: killed},
	{Name: "conversations in everything", Talks: 100, SlowLegs: 5, strike: everything},
	{Name: "calls moved", Moves: 100},
	{Name: "calls moved, failed over", Moves: 100, strike: failover},
	{Name: "calls moved, killed", Moves: 100, strike: killed},
	{Name: "calls moved in everything", Moves: 50, Talks: 50, SlowLegs: 5, strike: everything},
	{Name: "appointments", Slots: 70},
	{Name: "appointments, slow redis", Slots: 70, strike: slowRedis},
	{Name: "appointments failed over", Slots: 70, strike: failover},
	{Name: "appointments killed", Slots: 70, strike: killed},
	{Name: "letters", Others: 40, Letters: true},
	{Name: "letters, slow redis", Others: 40, Letters: true, strike: slowRedis},
	{Name: "letters failed over", Others: 40, Letters: true, strike: failover},
	{Name: "letters killed", Others: 40, Letters: true, strike: killed},
	{Name: "letters in everything", Others: 40, Letters: true, SlowLegs: 5, strike: everything},
	{Name: "asterisk dead", Others: 30, strike: asteriskDead},
	{Name: "node away", strike: nodeAway},
	{Name: "everything", Others: 30, SlowLegs: 5, strike: everything},
}

// ProfileOf finds a profile by its name, among those made for one rule as well.
func ProfileOf(name string) (Profile, error) {
	all := slices.Concat(Profiles, Revealing)
	i := slices.IndexFunc(all, func(p Profile) bool { return p.Name == name })
	if i < 0 {
		return Profile{}, fmt.Errorf("no profile %q", name)
	}
	return all[i], nil
}

// faults are what is wrong now.
type faults struct {
	until int64 // when the last fault is over
	kinds map[string]bool
	// freezeBefore, if it is set, stops a controller whose next batch holds a foreseen
	// offer right before it is written.
	freezeBefore func(*controller)
}

// calmFor is how long nothing has been wrong.
func (w *World) calmFor() time.Duration {
	return time.Duration(max(0, w.now-w.faults.until)) * time.Microsecond
}

// wordsHold reports whether what somebody was told must be so by now: the last fault is over, and
// none took those away who told it, or the ledger.
func (w *World) wordsHold() bool {
	return w.calmFor() >= settlesIn && !w.hasStruck("killed", "emptied")
}

// trouble strikes now and then until the given time.
func (w *World) trouble(until int64) {
	if w.profile.strike == nil {
		return
	}
	w.nature(w.between(3*time.Second, 20*time.Second), func() {
		if w.now < until {
			lasts := w.profile.strike(w)
			w.faults.until = max(w.faults.until, w.now+lasts.Microseconds())
			w.trouble(until)
		}
	})
}

func (w *World) struck(what string) { w.faults.kinds[what] = true }

// hasStruck reports whether any of these kinds has.
func (w *World) hasStruck(kinds ...string) bool {
	return slices.ContainsFunc(kinds, func(k string) bool { return w.faults.kinds[k] })
}

func everything(w *World) time.Duration {
	strikes := []func(*World) time.Duration{
		slowRedis, frozenRedis, failover, emptied, killed, frozenController,
		linkCut, halfOpen, eventsLost, restBlocked, answersLost, reboot,
	}
	return strikes[w.random.IntN(len(strikes))](w)
}

func slowRedis(w *World) time.Duration {
	w.struck("slow redis")
	for_ := w.between(2*time.Second, 15*time.Second)
	r := w.redis
	r.slow, r.losing = w.between(20*time.Millisecond, 900*time.Millisecond), w.random.IntN(10)
	w.trace("redis", "slow by up to %s, loses %d %%, for %s", r.slow, r.losing, for_)
	w.nature(for_, func() { r.slow, r.losing = 0, 0 })
	return for_ + 2*time.Second
}

func frozenRedis(w *World) time.Duration {
	w.struck("frozen redis")
	for_ := w.between(500*time.Millisecond, 8*time.Second)
	w.trace("redis", "frozen for %s", for_)
	w.redis.frozen = w.now + for_.Microseconds()
	return for_ + time.Second
}

// away is the time in which a server is replaced.
func (r *redis) awayFor(d time.Duration) {
	r.away = true
	r.w.nature(d, func() { r.away = false })
}

func failover(w *World) time.Duration {
	w.struck("failover")
	if len(w.redis.log) == 0 {
		return 0
	}
	w.redis.failover(w.between(0, time.Second), w.between(0, 1500*time.Millisecond))
	for_ := w.between(10*time.Millisecond, 3*time.Second)
	w.redis.awayFor(for_)
	if w.chance(50) {
		return max(for_+time.Second, slowRedis(w))
	}
	return for_ + time.Second
}

func emptied(w *World) time.Duration {
	w.struck("emptied")
	w.redis.lose()
	for_ := w.between(10*time.Millisecond, time.Second)
	w.redis.awayFor(for_)
	return for_ + 5*time.Second
}

func (w *World) victim() *controller { return w.controllers[w.random.IntN(len(w.controllers))] }

func killed(w *World) time.Duration {
	c := w.victim()
	if c.dead {
		return 0
	}
	w.struck("killed")
	c.crash()
	for_ := w.between(200*time.Millisecond, 10*time.Second)
	w.nature(for_, c.boot)
	return for_ + 2*time.Second
}

func frozenController(w *World) time.Duration {
	c := w.victim()
	if c.dead || c.frozen {
		return 0
	}
	w.struck("frozen controller")
	for_ := w.between(time.Second, 30*time.Second)
	w.trace(c.name, "frozen for %s", for_)
	p := c.process
	p.freeze()
	w.nature(for_, p.thaw)
	return for_ + 2*time.Second
}

// somePath is the network between a controller and a node, and a bound.
func (w *World) somePath() (*asterisk, *controller, *path) {
	a, c := w.nodes[w.nodeNames()[w.random.IntN(len(w.nodes))]], w.victim()
	return a, c, a.paths[c.name]
}

func linkCut(w *World) time.Duration {
	a, c, _ := w.somePath()
	w.trace(c.name, "cut from %s", a.name)
	if a.app != nil && a.app.k.p == c.process {
		a.app.closed(a)
	}
	return time.Second
}

// broken applies a fault to a path for a while.
func brokenPath(w *World, what string, break_, mend func(*path)) time.Duration {
	a, c, net := w.somePath()
	for_ := w.between(500*time.Millisecond, 20*time.Second)
	w.trace(c.name, "%s to %s for %s", what, a.name, for_)
	break_(net)
	w.nature(for_, func() {
		mend(net)
		net.mended()
	})
	return for_ + 2*time.Second
}

func halfOpen(w *World) time.Duration {
	return brokenPath(w, "half-open", func(p *path) { p.half = true }, func(p *path) { p.half = false })
}

func eventsLost(w *World) time.Duration {
	return brokenPath(w, "events lost", func(p *path) { p.deaf = true }, func(p *path) { p.deaf = false })
}

func restBlocked(w *World) time.Duration {
	return brokenPath(w, "requests lost", func(p *path) { p.mute = true }, func(p *path) { p.mute = false })
}

func answersLost(w *World) time.Duration {
	return brokenPath(w, "answers lost", func(p *path) { p.losing = 30 }, func(p *path) { p.losing = 0 })
}

func reboot(w *World) time.Duration {
	a := w.nodes[w.nodeNames()[w.random.IntN(len(w.nodes))]]
	if a.down {
		return 0
	}
	w.struck("reboot")
	a.die()
	for_ := w.between(time.Second, 6*time.Second)
	w.nature(for_, func() {
		a.down = false
		w.trace(string(a.name), "is back")
	})
	return for_ + 2*time.Second
}

// asteriskDead is an Asterisk that is killed and stays away for long; nothing else is
// wrong. Soon after, everything must be as it should, though it is not back.
func asteriskDead(w *World) time.Duration {
	a := w.nodes[w.nodeNames()[w.random.IntN(len(w.nodes))]]
	if a.down {
		return 0
	}
	w.struck("reboot")
	a.die()
	w.nature(w.between(10*time.Second, 45*time.Second), func() {
		a.down = false
		w.trace(string(a.name), "is back")
	})
	return closedIn
}

// nodeAway is the death of a machine: a node that stays away for long, the
// controller that held it, and the first of the ledger's servers.
func nodeAway(w *World) time.Duration {
	a := w.nodes[w.nodeNames()[w.random.IntN(len(w.nodes))]]
	if a.down {
		return failover(w)
	}
	w.struck("reboot")
	for _, c := range w.controllers {
		if !c.dead && a.app != nil && a.app.k.p == c.process {
			w.struck("killed")
			c.crash()
			w.nature(w.between(time.Second, 10*time.Second), c.boot)
		}
	}
	a.die()
	a.off = true
	for_ := w.between(20*time.Second, 45*time.Second)
	w.nature(for_, func() {
		a.down, a.off = false, false
		w.trace(string(a.name), "is back")
	})
	return max(for_+2*time.Second, failover(w))
}

// nodeNames are the Asterisk nodes, sorted.
func (w *World) nodeNames() []contact.Node {
	names := make([]contact.Node, 0, len(w.nodes))
	for n := range w.nodes {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}
