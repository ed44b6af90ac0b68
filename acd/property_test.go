package acd

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// Whatever facts come, in whatever order: each has its effect or none at all,
// the same facts give the same floor, and the floor is one that may be.
func TestAFloorStaysTrueUnderAnyFacts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := &world{t: t, at: 1, floor: New(), twin: New(), alone: map[contact.ID]int64{}}
		w.floor.keepIdle = rapid.IntRange(0, 3).Draw(t, "idle")
		t.Repeat(map[string]func(*rapid.T){
			"":             w.check,
			"log in":       w.login,
			"log out":      w.logout,
			"pause":        w.pause,
			"resume":       w.resume,
			"phone back":   w.reachable,
			"seat":         w.seat,
			"wrap up":      w.wrapUp,
			"see phone":    w.seePhone,
			"queue":        w.enqueue,
			"queue more":   w.enqueue,
			"offer":        w.offer,
			"offer all":    w.offerAll,
			"offer later":  w.skip,
			"look":         func(*rapid.T) { w.front = w.floor.Foremost() },
			"stale offer":  w.staleOffer,
			"take back":    w.void,
			"ring":         w.ring,
			"observe":      w.observe,
			"take":         w.take,
			"fail":         w.fail,
			"connect":      w.connect,
			"end leg":      w.endLeg,
			"leave":        w.leave,
			"time":         w.expire,
			"turn":         w.turn,
			"change card":  w.change,
			"forget index": w.reload,
		})
	})
}

// world drives two floors with the same facts. The twin is written out and
// read back now and then: its indexes must not show.
type world struct {
	t      *rapid.T
	at     int64
	floor  *Floor
	twin   *Floor
	offers int
	queued int
	// alone is since when nobody is there for a waiting contact, kept by hand.
	alone map[contact.ID]int64
	front Foremost // when it was looked at last
}

var (
	someAgents  = []contact.Agent{"a1", "a2", "a3", "a4", "a5"}
	someCenters = []contact.Center{"ouest", "sud"}
	someQueues  = []contact.Queue{"particuliers", "recouvrement"}
	departments = []contact.Department{"", "35", "44", contact.Unknown}
	someSkills  = []contact.Skill{"topic", "anglais"}
	ringResults = []contact.RingResult{contact.NoAnswer, contact.Busy, contact.Refused, contact.Unreachable, contact.Lost, contact.Returned, "nonsense"}
	wrapUps     = []time.Duration{0, time.Second, time.Minute}
	someMedia   = []contact.Medium{contact.Voice, contact.Email}
	someAgeings = []contact.Ageing{{}, {}, {Level: 2 * time.Microsecond, Mail: 4 * time.Microsecond}, {Level: 10 * time.Minute, Mail: time.Hour}}
	closing     = contact.Closing{ServeWaiting: 100 * time.Second, NobodyLeft: 150 * time.Second}
)

func pick[T any](t *rapid.T, of []T, label string) T { return rapid.SampledFrom(of).Draw(t, label) }

// fold applies one fact to both floors. Void facts leave no trace, accepted
// ones raise the version of each agent they touch.
func (w *world) fold(t *rapid.T, apply func(f *Floor) Void) Void {
	w.at += rapid.Int64Range(0, 3).Draw(t, "passed") // two facts may have the same time
	before, agents := encoded(t, w.floor), agentsOf(t, w.floor)
	v := apply(w.floor)
	require.Equal(t, v, apply(w.twin), "the same fact, another verdict")
	if v != Accepted {
		require.Equal(t, before, encoded(t, w.floor), "void (%s), and yet something changed", v)
	}
	for id, text := range agentsOf(t, w.floor) {
		if old, known := agents[id]; known && old.text != text.text {
			require.Greater(t, text.version, old.version, "%s changed under the same version", id)
		}
	}
	w.keepAlone()
	return v
}

// keepAlone notes for whom nobody is logged in.
func (w *world) keepAlone() {
	for id := range w.alone {
		if w.floor.Tickets[id] == nil {
			delete(w.alone, id)
		}
	}
	for id, ticket := range w.floor.Tickets {
		if ticket.Offer != "" {
			continue
		}
		switch {
		case somebody(w.floor, ticket, ticket.Step, len(ticket.Steps), func(contact.Center) bool { return true }):
			delete(w.alone, id)
		case w.alone[id] == 0:
			w.alone[id] = w.at
		}
	}
}

type written struct {
	text    string
	version uint64
}

func agentsOf(t *rapid.T, f *Floor) map[contact.Agent]written {
	all := map[contact.Agent]written{}
	for id, a := range f.Agents {
		text, err := json.Marshal(a)
		require.NoError(t, err)
		all[id] = written{string(text), a.Version}
	}
	return all
}

func (w *world) login(t *rapid.T) {
	in := fact.LoggedIn{
		Agent: pick(t, someAgents, "agent"), Phone: "PJSIP/x", Center: pick(t, someCenters, "center"),
		Skills:   rapid.MapOf(rapid.SampledFrom(someSkills), rapid.IntRange(1, 3)).Draw(t, "skills"),
		Files:    rapid.SliceOfN(rapid.SampledFrom(departments[1:3]), 0, 2).Draw(t, "files"),
		AllFiles: rapid.Bool().Draw(t, "all files"),
		Media:    rapid.SliceOfNDistinct(rapid.SampledFrom(someMedia), 0, 2, rapid.ID).Draw(t, "media"),
	}
	if rapid.Bool().Draw(t, "has mails at hand") {
		in.Media = someMedia[rapid.IntRange(0, 1).Draw(t, "mails alone"):]
		in.Capacity = map[contact.Medium]int{contact.Email: rapid.IntRange(0, 3).Draw(t, "capacity"), contact.Voice: 2}
	}
	if rapid.Bool().Draw(t, "own wrap-up") {
		wrapUp := pick(t, wrapUps, "wrap-up")
		in.WrapUp = &wrapUp
	}
	w.fold(t, func(f *Floor) Void { return f.Login(w.at, in) })
}

func (w *world) logout(t *rapid.T) {
	agent := pick(t, someAgents, "agent")
	w.fold(t, func(f *Floor) Void { return f.Logout(w.at, agent) })
}

func (w *world) pause(t *rapid.T) {
	agent := pick(t, someAgents, "agent")
	w.fold(t, func(f *Floor) Void { return f.Pause(w.at, fact.Paused{Agent: agent, Reason: "repas"}) })
}

func (w *world) resume(t *rapid.T) {
	agent := pick(t, someAgents, "agent")
	w.fold(t, func(f *Floor) Void { return f.Resume(w.at, agent) })
}

func (w *world) seat(t *rapid.T) {
	agent := pick(t, someAgents, "agent")
	in := fact.AgentSeated{
		Card:  fact.LoggedIn{Agent: agent, Phone: "PJSIP/" + string(agent), Center: pick(t, someCenters, "center")},
		Phone: "PJSIP/" + string(pick(t, someAgents, "phone")), OnCall: rapid.Bool().Draw(t, "on call"),
	}
	other := w.floor.At(in.Phone)
	if w.fold(t, func(f *Floor) Void { return f.Seat(w.at, in) }) == Accepted {
		require.True(t, other == nil || other.ID == agent, "%s sat there", in.Phone)
		require.Equal(t, in.Phone, w.floor.Agents[agent].Phone)
	}
}

func (w *world) wrapUp(t *rapid.T) {
	end := fact.AgentWrapUp{
		Agent: pick(t, someAgents, "agent"), Longest: 90 * time.Second,
		Extend: time.Duration(rapid.IntRange(-1, 40).Draw(t, "longer")) * time.Second,
	}
	a := w.floor.Agents[end.Agent]
	if a != nil {
		end.Since = a.Since - rapid.Int64Range(0, 1).Draw(t, "another")
	}
	if w.fold(t, func(f *Floor) Void { return f.WrappedUp(w.at, end) }) == Accepted && end.Extend > 0 {
		require.LessOrEqual(t, a.Until, a.Since+end.Longest.Microseconds())
	}
}

func (w *world) seePhone(t *rapid.T) {
	see := fact.AgentPhone{
		Agent:   pick(t, someAgents, "agent"),
		Trouble: pick(t, []contact.PhoneTrouble{"", contact.Unregistered, contact.OnOwnCall}, "trouble"),
	}
	a := w.floor.Agents[see.Agent]
	if a != nil {
		see.Phone = a.Phone
	}
	if w.fold(t, func(f *Floor) Void { return f.SeePhone(w.at, see) }) == Accepted {
		require.False(t, a.State == Ready && a.Trouble != "", "who cannot be rung is ready")
	}
}

func (w *world) reachable(t *rapid.T) {
	for _, a := range w.floor.Roll() {
		if a.Why == string(contact.Unreachable) {
			r := fact.Reachable{Agent: a.ID, Version: a.Version - rapid.Uint64Range(0, 1).Draw(t, "stale")}
			w.fold(t, func(f *Floor) Void { return f.Reachable(w.at, r) })
			return
		}
	}
}

func (w *world) enqueue(t *rapid.T) {
	id := contact.ID(fmt.Sprintf("c%02d", w.queued))
	if waiting := slices.Sorted(maps.Keys(w.floor.Tickets)); len(waiting) > 0 && rapid.IntRange(0, 4).Draw(t, "move") == 0 {
		id = pick(t, waiting, "contact")
	}
	w.queued++
	q := fact.Queued{
		Queue: pick(t, someQueues, "queue"), Department: pick(t, departments, "department"),
		Priority: rapid.IntRange(0, 2).Draw(t, "priority"), Ageing: pick(t, someAgeings, "ageing"),
		Rank: w.at - rapid.Int64Range(0, 5).Draw(t, "came earlier"), Steps: steps(t), Policies: policies,
		Strategy: pick(t, []contact.Strategy{"", contact.LongestReady, contact.BestLevel}, "strategy"),
		Hours:    w.hours(t), Closing: closing,
	}
	delete(w.alone, id)
	medium := pick(t, someMedia, "medium")
	w.foldForeseen(t, func(f *Floor, now int64) (fact.Offered, bool) { return f.ForeseeQueued(now, w.at, id, medium, q) },
		func(f *Floor) Void { return f.Enqueue(w.at, id, medium, q) })
}

// foldForeseen folds a fact of which it is foreseen what the leader does next.
func (w *world) foldForeseen(t *rapid.T, foresee func(f *Floor, now int64) (fact.Offered, bool), apply func(*Floor) Void) Void {
	var next fact.Offered
	var known bool
	late := rapid.Int64Range(0, 2*second).Draw(t, "written later")
	v := w.fold(t, func(f *Floor) Void {
		before := encoded(t, f)
		next, known = foresee(f, w.at+late)
		require.Equal(t, before, encoded(t, f), "foreseeing changed something")
		return apply(f)
	})
	if known {
		require.Equal(t, Accepted, v, "an offer was foreseen after what is void")
		require.Equal(t, []fact.Offered{next}, w.floor.Propose(w.at+late, 1))
	}
	return v
}

func steps(t *rapid.T) []contact.Step {
	all := make([]contact.Step, rapid.IntRange(1, 3).Draw(t, "steps"))
	for i := range all {
		all[i] = contact.Step{
			After:   time.Duration(i) * rapid.SampledFrom([]time.Duration{time.Second, time.Minute}).Draw(t, "after"),
			Centers: rapid.SliceOfNDistinct(rapid.SampledFrom(someCenters), 1, 2, rapid.ID).Draw(t, "centers"),
			Files:   rapid.Bool().Draw(t, "files"),
		}
		if rapid.Bool().Draw(t, "needs") {
			all[i].Need = contact.Need{{Skill: pick(t, someSkills, "skill"), Level: rapid.IntRange(1, 3).Draw(t, "level")}}
		}
	}
	return all
}

// hours are two open times of some centers, from now on.
func (w *world) hours(t *rapid.T) contact.Hours {
	hours := contact.Hours{}
	for _, c := range someCenters {
		if rapid.Bool().Draw(t, "always open") {
			continue
		}
		at := w.at
		hours[c] = nil
		for range rapid.IntRange(0, 2).Draw(t, "windows") {
			from := at + rapid.Int64Range(0, 200*second).Draw(t, "opens")
			at = from + rapid.Int64Range(1, 300*second).Draw(t, "lasts")
			hours[c] = append(hours[c], contact.Window{From: from, Until: at})
			at++
		}
	}
	return hours
}

// change lays skills or a center over what the site says of an agent.
func (w *world) change(t *rapid.T) {
	ch := fact.AgentChanged{Agent: pick(t, someAgents, "agent"), Reset: rapid.IntRange(0, 3).Draw(t, "reset") == 0}
	if !ch.Reset {
		ch.Skills = rapid.MapOf(rapid.SampledFrom(someSkills), rapid.IntRange(0, 3)).Draw(t, "skills")
		ch.Center = pick(t, append([]contact.Center{""}, someCenters...), "center")
	}
	w.fold(t, func(f *Floor) Void { return f.Change(w.at, ch) })
}

func (w *world) make(t *rapid.T, o fact.Offered) Void {
	w.offers++
	id, decided := fact.OfferID(fmt.Sprintf("%d-0/x", w.offers)), w.at
	a, ticket := w.floor.Agents[o.Agent], w.floor.Tickets[o.Contact]
	var was Agent
	if a != nil {
		was = *a
	}
	v := w.fold(t, func(f *Floor) Void { return f.Offer(decided, id, o) })
	if v == Accepted {
		require.Empty(t, w.floor.Passed(w.front, o.Contact, decided), "nobody is passed by")
	}
	if v == Accepted && besideCalls(&was, ticket) {
		require.Less(t, atHand(w.floor, o.Agent), was.Capacity[ticket.Medium]+1, "more than he may have")
		require.Equal(t, []any{was.State, was.ReadySince, was.Since, was.Offer}, []any{a.State, a.ReadySince, a.Since, a.Offer}, "a mail at hand changes his turn for calls")
	}
	return v
}

func (w *world) offer(t *rapid.T) {
	for _, o := range w.floor.Propose(w.at, 1) {
		require.Equal(t, Accepted, w.make(t, o))
	}
}

// skip makes an offer whose elders in the batch were void: it may take nobody's
// turn who could be served by the same agents.
func (w *world) skip(t *rapid.T) {
	proposals := w.floor.Propose(w.at, 10)
	if len(proposals) == 0 {
		return
	}
	o := pick(t, proposals, "offer")
	late := w.floor.Tickets[o.Contact]
	overtakes := false
	for _, other := range w.floor.Tickets {
		overtakes = overtakes || other.Offer == "" && other.NotBefore <= w.at && other.circle == late.circle && other.before(late) < 0
	}
	require.Equal(t, overtakes, w.make(t, o) != Accepted)
}

// offerAll makes a whole batch, as the leader does: no offer may void another.
func (w *world) offerAll(t *rapid.T) {
	for _, o := range w.floor.Propose(w.at, rapid.IntRange(1, 3).Draw(t, "batch")) {
		require.Equal(t, Accepted, w.make(t, o))
	}
}

// staleOffer was decided on a floor that is not the present one.
func (w *world) staleOffer(t *rapid.T) {
	proposals := w.floor.Propose(w.at, 1)
	if len(proposals) == 0 {
		return
	}
	o := proposals[0]
	switch rapid.IntRange(0, 4).Draw(t, "which") {
	case 0:
		o.ContactVersion--
	case 1:
		o.AgentVersion--
	case 2:
		o.QueueVersion--
	case 3:
		o.Contact = "nobody"
	case 4:
		o.Queue = "elsewhere"
	}
	require.NotEqual(t, Accepted, w.make(t, o))
}

// some offer that is alive, or one that never was.
func (w *world) some(t *rapid.T) fact.OfferID {
	return pick(t, append(slices.Sorted(maps.Keys(w.floor.Offers)), "0-0/never"), "offer")
}

func (w *world) void(t *rapid.T) {
	id := w.some(t)
	place := w.placeOf(id)
	if w.fold(t, func(f *Floor) Void { return f.VoidOffer(w.at, id) }) == Accepted {
		w.keeps(t, place)
	}
}

func (w *world) ring(t *rapid.T) {
	id := w.some(t)
	w.fold(t, func(f *Floor) Void { return f.Rings(w.at, id) })
}

// take is an agent who takes a mail: a call is answered, not taken.
func (w *world) take(t *rapid.T) {
	id := w.some(t)
	o := w.floor.Offers[id]
	may := o != nil && !o.Connected && o.TakenAt == 0 && !o.CallerGone && w.floor.Tickets[o.Contact].Medium == contact.Email
	v := w.fold(t, func(f *Floor) Void { return f.Take(w.at, id) })
	require.Equal(t, may, v == Accepted, "taking was %q", v)
}

// observe is what an owner sees of an offer that the ledger has lost: a phone
// that rings, or a bridge. It holds whatever else was intended.
func (w *world) observe(t *rapid.T) {
	w.offers++
	id := fact.OfferID(fmt.Sprintf("%d-0/lost", w.offers))
	c := pick(t, append(slices.Sorted(maps.Keys(w.floor.Tickets)), "nobody"), "contact")
	b := fact.Bond{Agent: pick(t, someAgents, "agent"), Center: "ouest", Queue: pick(t, someQueues, "queue"), Policies: policies}
	bridged := rapid.Bool().Draw(t, "bridged")
	busy := w.floor.Agents[b.Agent]
	// Work on a mail gives way to what is really there, a conversation does not.
	talks := busy != nil && busy.State == Talking && w.floor.Offers[busy.Offer].Connected
	// So does a conversation go on beside which it is at hand.
	talks = talks && !besideCalls(busy, w.floor.Tickets[c])
	v := w.fold(t, func(f *Floor) Void {
		if _, _, v := f.Restore(w.at, id, c, b); v != Accepted {
			return v
		}
		if bridged {
			return f.Connect(w.at, id)
		}
		return f.Rings(w.at, id)
	})
	require.Equal(t, w.floor.Agents[b.Agent] != nil && !talks && c != "nobody", v == Accepted, "an observation was %q", v)
}

func (w *world) fail(t *rapid.T) {
	r := fact.OfferFailed{Offer: w.some(t), Result: pick(t, ringResults, "result")}
	place := w.placeOf(r.Offer)
	if w.fold(t, func(f *Floor) Void { return f.FailOffer(w.at, r) }) == Accepted {
		w.keeps(t, place)
	}
}

// placeOf is the ticket of an offer as it was before the offer ended.
func (w *world) placeOf(id fact.OfferID) *Ticket {
	o := w.floor.Offers[id]
	if o == nil || w.floor.Tickets[o.Contact] == nil {
		return nil
	}
	place := *w.floor.Tickets[o.Contact]
	return &place
}

func (w *world) keeps(t *rapid.T, place *Ticket) {
	if place == nil {
		return // the contact had left
	}
	now := w.floor.Tickets[place.Contact]
	require.NotNil(t, now)
	require.Empty(t, now.Offer)
	require.Zero(t, place.before(now), "the place was not kept")
	require.Equal(t, place.QueuedAt, now.QueuedAt)
	require.Greater(t, now.Version, place.Version)
}

func (w *world) connect(t *rapid.T) {
	id := w.some(t)
	w.fold(t, func(f *Floor) Void { return f.Connect(w.at, id) })
}

func (w *world) endLeg(t *rapid.T) {
	id := w.some(t)
	o := w.floor.Offers[id]
	ended := w.foldForeseen(t, func(f *Floor, now int64) (fact.Offered, bool) { return f.ForeseeEnded(now, w.at, id) },
		func(f *Floor) Void { return f.EndLeg(w.at, id) })
	if ended != Accepted {
		return
	}
	if a := w.floor.Agents[o.Agent]; !o.Connected && !o.Beside && a.State == Ready {
		require.Equal(t, o.ReadySince, a.ReadySince, "as ready as before the offer")
	}
}

func (w *world) leave(t *rapid.T) {
	id := pick(t, append(slices.Sorted(maps.Keys(w.floor.Tickets)), "nobody"), "contact")
	w.fold(t, func(f *Floor) Void { f.Leave(id); return Accepted })
}

// expire lets time pass and folds what the leader finds due.
func (w *world) expire(t *rapid.T) {
	w.at += rapid.Int64Range(0, 400*second).Draw(t, "passed")
	due, next := w.floor.Expiries(w.at)
	var want []fact.Expired
	soonest := int64(0)
	for _, a := range w.floor.Roll() {
		due := false
		ends := func(until int64, m contact.Medium) {
			switch {
			case until == 0:
			case until <= w.at && !due:
				due = true
				want = append(want, fact.Expired{Agent: a.ID, Version: a.Version, Medium: m})
			case until > w.at && (soonest == 0 || until < soonest):
				soonest = until
			}
		}
		ends(a.Until, "")
		ends(a.Hands[contact.Email].Until, contact.Email)
	}
	for _, ticket := range w.floor.Tickets {
		if ticket.Offer == "" && ticket.NotBefore > w.at && (soonest == 0 || ticket.NotBefore < soonest) {
			soonest = ticket.NotBefore
		}
	}
	require.Equal(t, want, due)
	if soonest != 0 {
		require.Positive(t, next)
		require.LessOrEqual(t, next.Microseconds(), soonest-w.at, "not woken for the next deadline")
	}
	sleep := next.Microseconds() - 1
	if next == 0 {
		sleep = 1e12
	}
	if sleep > 0 {
		later := w.at + rapid.Int64Range(0, sleep).Draw(t, "asleep")
		now := w.wanted(w.at)
		for id, what := range w.wanted(later) {
			require.Contains(t, now, id, "%s became due while the leader slept: %s", id, what)
		}
	}
	for _, e := range due {
		require.Equal(t, Accepted, w.foldForeseen(t, func(f *Floor, now int64) (fact.Offered, bool) { return f.ForeseeExpired(now, w.at, e) },
			func(f *Floor) Void { return f.Expire(w.at, e) }))
	}
}

// turn folds what is due of the contacts' circles.
func (w *world) turn(t *rapid.T) {
	now := w.at
	for _, c := range w.floor.Changes(now, rapid.IntRange(1, 3).Draw(t, "batch")) {
		v := w.fold(t, func(f *Floor) Void {
			switch due := c.Fact.(type) {
			case fact.Circle:
				return f.SetCircle(now, c.Contact, due)
			case fact.GivenUp:
				return f.GiveUp(c.Contact, due)
			}
			return "neither"
		})
		require.Equal(t, Accepted, v)
	}
}

// wanted is what should change at a time, by the sentences of facts/routing.md,
// contact by contact and agent by agent.
func (w *world) wanted(at int64) map[contact.ID]string {
	due := map[contact.ID]string{}
	for id, ticket := range w.floor.Tickets {
		if ticket.Offer == "" {
			if what := w.wantedOf(ticket, at); what != "" {
				due[id] = what
			}
		}
	}
	return due
}

func (w *world) wantedOf(t *Ticket, at int64) string {
	last := len(t.Steps)
	open := func(c contact.Center) bool { return servesAt(t, c, at) }
	if t.Medium == contact.Voice {
		if since := w.alone[t.Contact]; since != 0 && at-since >= closing.NobodyLeft.Microseconds() {
			return "given up: no_agent"
		}
		anyOpen := false
		for _, s := range t.Steps[t.Step:] {
			anyOpen = anyOpen || slices.ContainsFunc(s.Centers, open)
		}
		if !anyOpen {
			return "given up: closed"
		}
	}
	step := t.Step
	if !somebodyOf(w.floor, t, t.Step, t.Centers, func(*Agent) bool { return true }) {
		for i := last - 1; i > t.Step; i-- { // skipped at once
			if somebody(w.floor, t, i, i+1, open) {
				step = i
			}
		}
	}
	ready := somebodyOf(w.floor, t, t.Step, t.Centers, func(a *Agent) bool { return a.State == Ready && takesMore(w.floor, a, t) })
	for i := t.Step + 1; i < last && step == t.Step && !ready; i++ {
		for j := i; j < last; j++ {
			if at-t.QueuedAt >= t.Steps[j].After.Microseconds() && somebody(w.floor, t, j, j+1, open) {
				step = j
			}
		}
	}
	var centers []contact.Center
	for _, c := range t.Steps[step].Centers {
		if open(c) {
			centers = append(centers, c)
		}
	}
	if step == t.Step && slices.Equal(centers, t.Centers) {
		return ""
	}
	return fmt.Sprint("step ", step, " of ", centers)
}

func servesAt(t *Ticket, c contact.Center, at int64) bool {
	windows, listed := t.Hours[c]
	for _, w := range windows {
		if at >= w.From && at < w.Until+closing.ServeWaiting.Microseconds() && w.Until > t.QueuedAt {
			return true
		}
	}
	return !listed
}

// somebody is logged in who could serve one of the steps and whose center will do.
func somebody(f *Floor, t *Ticket, from, to int, center func(contact.Center) bool) bool {
	for i := from; i < to; i++ {
		if somebodyOf(f, t, i, t.Steps[i].Centers, func(a *Agent) bool { return center(a.Center) }) {
			return true
		}
	}
	return false
}

func somebodyOf(f *Floor, t *Ticket, step int, centers []contact.Center, also func(*Agent) bool) bool {
	for _, a := range f.Agents {
		if a.State != LoggedOut && !a.LeaveWanted && also(a) && mayServe(a, t, step, centers) {
			return true
		}
	}
	return false
}

func changes(f *Floor, at int64) map[contact.ID]string {
	due := map[contact.ID]string{}
	for _, c := range f.Changes(at, 100) {
		switch what := c.Fact.(type) {
		case fact.Circle:
			due[c.Contact] = fmt.Sprint("step ", what.Step, " of ", what.Centers)
		case fact.GivenUp:
			due[c.Contact] = "given up: " + string(what.Reason)
		}
	}
	return due
}

// reload writes the twin out and reads it back, as a restart does.
func (w *world) reload(t *rapid.T) {
	twin := New()
	require.NoError(t, json.Unmarshal([]byte(encoded(t, w.twin)), twin))
	twin.Reindex()
	w.twin = twin
}

func (w *world) check(t *rapid.T) {
	f := w.floor
	require.Equal(t, encoded(t, f), encoded(t, w.twin), "the same facts, another floor")
	proposals := f.Propose(w.at, 100)
	require.Equal(t, proposals, w.twin.Propose(w.at, 100), "a floor read back decides otherwise")
	require.Equal(t, oracle(f, w.at), pairs(proposals))
	require.Equal(t, w.wanted(w.at), changes(f, w.at))
	require.Equal(t, changes(f, w.at), changes(w.twin, w.at))
	require.Equal(t, pairs(proposals[:min(2, len(proposals))]), pairs(f.Propose(w.at, 2)))
	nobodyTwice(t, f)
	nobodyStuck(t, f)
	indexesAreTrue(t, f)
}

// key is what contacts are ordered by, as docs/ledger.md has it: the higher first of the
// first number, the lower of the others.
func key(t *Ticket) []int64 {
	if t.Ageing.Level == 0 {
		return []int64{int64(t.Priority), int64(mail(t)), t.Rank, t.Rank}
	}
	turn := t.Rank - int64(t.Priority)*t.Ageing.Level.Microseconds() + int64(mail(t))*t.Ageing.Mail.Microseconds()
	return []int64{0, 0, turn, t.Rank}
}

// oracle matches by two plain loops. Work conservation follows: whoever is not
// in its answer has nobody left.
func oracle(f *Floor, at int64) []string {
	var waiting []*Ticket
	for _, t := range f.Tickets {
		if t.Offer == "" && t.NotBefore <= at {
			waiting = append(waiting, t)
		}
	}
	slices.SortFunc(waiting, func(a, b *Ticket) int {
		return cmp.Or(cmp.Compare(key(b)[0], key(a)[0]), slices.Compare(key(a)[1:], key(b)[1:]), cmp.Compare(a.Contact, b.Contact))
	})
	var ready []*Agent
	for _, a := range f.Agents {
		if a.State == Ready {
			ready = append(ready, a)
		}
	}
	slices.SortFunc(ready, func(a, b *Agent) int {
		return cmp.Or(cmp.Compare(a.ReadySince, b.ReadySince), cmp.Compare(a.ID, b.ID))
	})
	var matched []string
	for _, t := range waiting {
		best := -1
		for i, a := range ready {
			if !mayServe(a, t, t.Step, t.Centers) || !takesMore(f, a, t) {
				continue
			}
			better := func(a, b *Agent) int {
				if t.Strategy == contact.BestLevel && levels(a, t) != levels(b, t) {
					return levels(a, t) - levels(b, t)
				}
				return busyWith(f, b, t) - busyWith(f, a, t)
			}
			if best < 0 || better(a, ready[best]) > 0 {
				best = i
			}
		}
		if best >= 0 {
			matched = append(matched, string(t.Contact)+"→"+string(ready[best].ID))
			ready = slices.Delete(ready, best, best+1)
		}
	}
	return matched
}

// besideCalls: what has no person at the other end is at hand of who has a capacity for it.
func besideCalls(a *Agent, t *Ticket) bool {
	return a != nil && t != nil && t.Medium == contact.Email && a.Capacity[contact.Email] > 0
}

// atHand counts what is bound to an agent beside his calls.
func atHand(f *Floor, a contact.Agent) (n int) {
	for id, o := range f.Offers {
		if o.Agent == a && f.Agents[a].Offer != id {
			n++
		}
	}
	return n
}

// takesMore: who has as many at hand as he may, or left one, is offered no other.
func takesMore(f *Floor, a *Agent, t *Ticket) bool {
	return !besideCalls(a, t) || atHand(f, a.ID) < a.Capacity[t.Medium] && a.Hands[t.Medium].Until == 0
}

// busyWith is what a mail is given to fewer hands for.
func busyWith(f *Floor, a *Agent, t *Ticket) int {
	if besideCalls(a, t) {
		return atHand(f, a.ID)
	}
	return 0
}

// mail is 1 for a mail, which comes after people on the line.
func mail(t *Ticket) int {
	if t.Medium == contact.Email {
		return 1
	}
	return 0
}

// mayServe is facts/routing.md word for word, and no code of the package.
func mayServe(a *Agent, t *Ticket, n int, centers []contact.Center) bool {
	step := t.Steps[n]
	center, need, file := false, true, !step.Files || a.AllFiles
	medium := len(a.Media) == 0 && t.Medium == contact.Voice
	for _, m := range a.Media {
		medium = medium || m == t.Medium
	}
	for _, c := range centers {
		center = center || c == a.Center
	}
	for _, r := range step.Need {
		need = need && a.Skills[r.Skill] >= r.Level
	}
	for _, d := range a.Files {
		file = file || d == t.Department
	}
	return medium && center && need && file
}

func levels(a *Agent, t *Ticket) int {
	sum := 0
	for _, r := range t.Steps[t.Step].Need {
		sum += a.Skills[r.Skill]
	}
	return sum
}

// nobodyTwice is invariant I4.
func nobodyTwice(t *rapid.T, f *Floor) {
	agents, contacts := map[contact.Agent]bool{}, map[contact.ID]bool{}
	for id, o := range f.Offers {
		require.Equal(t, id, o.ID)
		a := f.Agents[o.Agent]
		require.Equal(t, o.Beside, slices.Contains(a.Hands[contact.Email].Offers, id), "%s is at hand, or is not", id)
		require.Equal(t, !o.Beside, a.Offer == id)
		if !o.Beside {
			require.False(t, agents[o.Agent], "%s is bound twice", o.Agent)
			agents[o.Agent] = true
		}
		if !o.CallerGone {
			require.False(t, contacts[o.Contact], "%s is offered twice", o.Contact)
			contacts[o.Contact] = true
		}
		ticket := f.Tickets[o.Contact]
		held := ticket != nil && ticket.Offer == id
		require.Equal(t, !o.Connected && !o.CallerGone, held, "an offer being tried holds its contact's place")
	}
	for _, ticket := range f.Tickets {
		if ticket.Offer != "" {
			require.Contains(t, f.Offers, ticket.Offer)
		}
	}
	for id, a := range f.Agents {
		require.Len(t, a.Hands[contact.Email].Offers, atHand(f, id), "%s has at hand what is not alive", id)
	}
}

// nobodyStuck is invariant I3: whatever is not up to the agent himself ends by
// an offer's end or by a deadline.
func nobodyStuck(t *rapid.T, f *Floor) {
	for id, a := range f.Agents {
		bound := a.State == Reserved || a.State == Ringing || a.State == Talking
		require.Equal(t, bound, a.Offer != "", "%s is %s", id, a.State)
		deadline := a.State == WrapUp || a.State == SetAside && a.Why != string(contact.Unreachable) && !a.inTrouble()
		require.Equal(t, deadline, a.Until != 0, "%s is %s", id, a.State)
		if a.State == LoggedOut {
			require.Zero(t, a.Hands[contact.Email].Until, "%s is out", id)
		}
		if !bound && a.State != WrapUp {
			require.False(t, a.LeaveWanted, "%s wants to leave and is %s", id, a.State)
			require.Empty(t, a.PauseWanted, "%s wants to pause and is %s", id, a.State)
		}
		if o := f.Offers[a.Offer]; o != nil {
			want := Reserved
			if o.RungAt != 0 {
				want = Ringing
			}
			if o.Connected || o.TakenAt != 0 {
				want = Talking
			}
			require.Equal(t, want, a.State)
		}
	}
}

// indexesAreTrue counts again what the floor keeps sorted.
func indexesAreTrue(t *rapid.T, f *Floor) {
	var ready []*Agent
	for _, a := range f.Roll() {
		if a.State == Ready {
			ready = append(ready, a)
		}
	}
	slices.SortStableFunc(ready, func(a, b *Agent) int { return cmp.Compare(a.ReadySince, b.ReadySince) })
	here := map[*crew]int{}
	for _, c := range f.crews {
		mine := slices.DeleteFunc(slices.Clone(ready), func(a *Agent) bool { return a.crew != c })
		require.True(t, slices.Equal(mine, c.ready), "the ready are not in the order they should be")
		mine = slices.DeleteFunc(mine, func(a *Agent) bool {
			return a.Capacity[contact.Email] == 0 || atHand(f, a.ID) >= a.Capacity[contact.Email] || a.Hands[contact.Email].Until != 0
		})
		slices.SortStableFunc(mine, func(a, b *Agent) int { return cmp.Compare(atHand(f, a.ID), atHand(f, b.ID)) })
		require.True(t, slices.Equal(mine, c.spare[contact.Email]), "those with room are not in the order they should be")
		require.Empty(t, c.spare[contact.Voice])
	}
	for _, a := range f.Agents {
		require.Equal(t, a.State != LoggedOut && !a.LeaveWanted, a.crew != nil)
		if a.crew != nil {
			here[a.crew]++
			require.Equal(t, a.Card.key(), a.crew.key)
		}
	}
	someReady := 0
	for _, c := range f.crews {
		if len(c.ready) > 0 {
			someReady++
			require.Same(t, c, f.ready[c.readyAt])
		}
	}
	require.Len(t, f.ready, someReady)
	require.Len(t, f.crews, len(here))
	require.Len(t, f.crewOf, len(here))
	for i, c := range f.crews {
		require.Equal(t, i, c.at)
		require.Equal(t, here[c], c.here)
	}

	with := slices.DeleteFunc(f.Roll(), func(a *Agent) bool { return a.Until == 0 })
	slices.SortStableFunc(with, func(a, b *Agent) int { return cmp.Compare(a.Until, b.Until) })
	require.True(t, slices.Equal(with, f.deadlines), "the deadlines are not in the order they should be")
	keeps := 0
	for _, a := range f.Agents {
		if until := a.Hands[contact.Email].Until; until != 0 {
			keeps++
			require.Contains(t, f.asides, aside{until, a, contact.Email})
		}
	}
	require.Len(t, f.asides, keeps)
	require.True(t, slices.IsSortedFunc(f.asides, byEnd))
	held := 0
	for _, ticket := range f.Tickets {
		if ticket.Offer == "" && ticket.NotBefore != 0 {
			held++
			require.Contains(t, f.heldBack, ticket)
		}
	}
	require.Len(t, f.heldBack, held)

	onTheLine := map[contact.Queue]int{}
	for _, ticket := range f.Tickets {
		if mail(ticket) == 0 {
			onTheLine[ticket.Queue]++
		}
	}
	for _, q := range someQueues {
		require.Equal(t, onTheLine[q], f.InQueue(q))
	}

	inLine := map[contact.ID]int{}
	require.Len(t, f.rounds, len(f.circles))
	require.Empty(t, f.turned, "contacts were not told who came or went")
	idleCircles, idleReaches := 0, 0
	for _, r := range f.reaches {
		if len(r.tickets) == 0 {
			idleReaches++
		}
	}
	for i, c := range f.rounds {
		require.Equal(t, i, c.at)
		require.Same(t, c, f.circles[c.key])
		require.Len(t, c.verdicts, len(f.crews))
		if len(c.line) == 0 {
			idleCircles++
		}
		serving := 0
		for _, w := range f.crews {
			may := Serves(&w.card, c.ask) == NoRefusal
			if may {
				serving++
			}
			require.Equal(t, may, c.verdicts[w.at].why == 0)
			require.Equal(t, may, slices.Contains(w.circles, c))
		}
		require.Equal(t, serving, c.serving)
		require.True(t, slices.IsSortedFunc(c.line, (*Ticket).before))
		for _, ticket := range c.line {
			inLine[ticket.Contact]++
			require.Equal(t, c.key, circleKey(ticket.appendCircleKey(nil)))
			require.Same(t, ticket, f.Tickets[ticket.Contact])
			require.Same(t, c, ticket.circle)
			require.Same(t, ticket.reach, f.reaches[string(ticket.appendReachKey(nil))])
			require.Contains(t, ticket.reach.tickets, ticket)
			require.Equal(t, ticket.nextDue(), ticket.dueAt)
			if ticket.dueAt != 0 {
				require.Same(t, ticket, f.due[ticket.duePos])
			}
		}
	}
	require.Equal(t, []int{idleCircles, idleReaches}, []int{f.idleCircles, f.idleReaches})
	for id, ticket := range f.Tickets {
		want := 0
		if ticket.Offer == "" {
			want = 1
		}
		require.Equal(t, want, inLine[id], "%s stands in that many lines", id)
	}
}
