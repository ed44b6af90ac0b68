package acd

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

func explained(f *Floor, at int64, t *Ticket, beside ...*Agent) Explanation {
	return f.Explain(Question{At: at, Zone: time.UTC, Ticket: t, Beside: beside})
}

// said is a group as a test reads it: the reason, and who.
type said struct {
	Reason       Reason
	Count, Ready int
	People       []contact.Agent
}

func tell(groups []Group) []said {
	all := []said{}
	for _, g := range groups {
		s := said{Reason: g.Reason, Count: g.Count, Ready: g.Ready}
		for _, p := range g.People {
			s.People = append(s.People, p.Agent)
		}
		all = append(all, s)
	}
	return all
}

// crowd is a floor on which every reason occurs.
func crowd(t *testing.T) *Floor {
	t.Helper()
	f := New()
	come := func(at int64, id contact.Agent, center contact.Center, level int, files ...contact.Department) {
		accepted(t, f.Login(at*second, fact.LoggedIn{
			Agent: id, Name: "Agent " + string(id), Center: center, Phone: "PJSIP/" + string(id),
			Skills: map[contact.Skill]int{"paiement": level}, Files: files,
		}))
	}
	come(3, "late", "ouest", 2, "35")
	come(1, "early", "ouest", 3, "35")
	come(1, "novice", "ouest", 1, "35")
	come(1, "foreign", "ouest", 3, "44")
	come(1, "elsewhere", "sud", 5, "35")
	come(1, "resting", "ouest", 2, "35")
	come(1, "gone", "ouest", 2, "35")
	come(1, "mute", "ouest", 2, "35")
	accepted(t, f.Pause(5*second, fact.Paused{Agent: "resting", Reason: "déjeuner"}))
	accepted(t, f.Logout(5*second, "gone"))
	return f
}

// payment asks for level 2 of the west with the right to files of 35, after a
// minute for level 1 of both.
func payment() fact.Queued {
	q := queued(10 * second)
	q.Topic, q.Department = "paiement", "35"
	q.Steps = []contact.Step{
		{Centers: []contact.Center{"ouest"}, Need: contact.Need{{Skill: "paiement", Level: 2}}, Files: true},
		{After: time.Minute, Centers: []contact.Center{"ouest", "sud"}, Need: contact.Need{{Skill: "paiement", Level: 1}}},
	}
	q.Closing = contact.Closing{ServeWaiting: 20 * time.Minute, NobodyLeft: 2 * time.Minute}
	return q
}

func TestEverybodyIsToldOnceUnderTheFirstReason(t *testing.T) {
	t.Parallel()
	f := crowd(t)
	mailer := f.Agents["mute"]
	f.deal(mailer, Card{Center: "ouest", Skills: mailer.Skills, Files: mailer.Files, Media: []contact.Medium{contact.Email}})
	e := explained(f, 20*second, Imagine(20*second, contact.Voice, payment()),
		&Agent{ID: "never", Name: "Never", Card: Card{Center: "ouest", Skills: map[contact.Skill]int{"paiement": 2}, AllFiles: true}, State: LoggedOut},
		&Agent{ID: "early", State: LoggedOut})

	require.Len(t, e.Steps, 2)
	assert.Equal(t, []said{
		{"ready", 2, 0, []contact.Agent{"early", "late"}},
		{"paused", 1, 0, []contact.Agent{"resting"}},
		{"logged_out", 2, 0, []contact.Agent{"never", "gone"}},
	}, tell(e.Steps[0].Able))
	assert.Equal(t, []said{
		{"lacks_skill", 1, 1, []contact.Agent{"novice"}},
		{"no_file_right", 1, 1, []contact.Agent{"foreign"}},
		{"other_center", 1, 1, nil},
		{"other_medium", 1, 1, []contact.Agent{"mute"}},
	}, tell(e.Steps[0].Others))
	assert.Equal(t, 3, e.Steps[0].Here)
	lacking := e.Steps[0].Others[0]
	assert.Equal(t, contact.Skill("paiement"), lacking.Skill)
	assert.Equal(t, []int{1, 2}, []int{lacking.Has, lacking.Needs})
	assert.Equal(t, "déjeuner", e.Steps[0].Able[1].People[0].Why)
	assert.Equal(t, contact.Department("35"), e.Steps[0].Department)

	assert.Equal(t, []said{
		{"ready", 5, 0, []contact.Agent{"early", "elsewhere", "foreign", "novice", "late"}},
		{"paused", 1, 0, []contact.Agent{"resting"}},
		{"logged_out", 2, 0, []contact.Agent{"never", "gone"}},
	}, tell(e.Steps[1].Able))
	assert.Nil(t, e.Place, "it is only imagined")
	assert.Empty(t, f.Tickets)
}

func TestTheReadyAreInTheOrderInWhichTheyWouldBeAsked(t *testing.T) {
	t.Parallel()
	f := crowd(t)
	q := payment()
	q.Strategy = contact.BestLevel
	q.Steps = q.Steps[1:]
	q.Steps[0].After = 0
	e := explained(f, 20*second, Imagine(20*second, contact.Voice, q))
	assert.Equal(t, []contact.Agent{"elsewhere", "early", "foreign", "mute", "late"}, tell(e.Steps[0].Able)[0].People)
	assert.Equal(t, 5, e.Steps[0].Able[0].People[0].Level)
	assert.Equal(t, 6, e.Steps[0].Able[0].Count, "five are named, six are counted")
}

func TestWhoIsBusyIsToldWithTheTimeAtWhichItEnds(t *testing.T) {
	t.Parallel()
	f := floor(t, 4)
	accepted(t, f.Enqueue(10*second, "c1", contact.Voice, queued(10*second)))
	offered(t, f, 10*second, "o1")
	accepted(t, f.FailOffer(28*second, fact.OfferFailed{Offer: "o1", Result: contact.NoAnswer}))
	offered(t, f, 28*second, "o2")
	accepted(t, f.Rings(28*second, "o2"))
	accepted(t, f.Connect(30*second, "o2"))
	accepted(t, f.Pause(31*second, fact.Paused{Agent: "a2"}))
	accepted(t, f.Enqueue(32*second, "c2", contact.Voice, queued(32*second)))
	offered(t, f, 32*second, "o3")
	accepted(t, f.Connect(33*second, "o3"))
	accepted(t, f.EndLeg(40*second, "o3"))

	e := explained(f, 45*second, Imagine(45*second, contact.Voice, queued(45*second)))
	at := func(s int64) time.Time { return time.UnixMicro(s * second).UTC() }
	assert.Equal(t, []Group{
		{Reason: "ready", Count: 1, People: []Person{{Agent: "a4", Center: "ouest", State: Ready, Since: at(4)}}},
		{Reason: "talking", Count: 1, People: []Person{{Agent: "a2", Center: "ouest", State: Talking, Since: at(30), Then: "pause"}}},
		{Reason: "wrap_up", Count: 1, People: []Person{{Agent: "a3", Center: "ouest", State: WrapUp, Since: at(40), Until: at(60)}}},
		{Reason: "set_aside", Count: 1, People: []Person{{Agent: "a1", Center: "ouest", State: SetAside, Since: at(28), Until: at(328), Why: "no_answer"}}},
	}, e.Steps[0].Able)
}

func TestAPlaceNamesThoseBeforeItAndWhy(t *testing.T) {
	t.Parallel()
	f := floor(t, 1)
	accepted(t, f.Pause(2*second, fact.Paused{Agent: "a1"}))
	enqueue := func(id contact.ID, rank int64, change func(*fact.Queued)) {
		q := queued(rank * second)
		if change != nil {
			change(&q)
		}
		accepted(t, f.Enqueue(20*second, id, contact.Voice, q))
	}
	enqueue("mine", 15, nil)
	enqueue("urgent", 18, func(q *fact.Queued) { q.Priority = 9 })
	enqueue("early", 10, nil)
	enqueue("twin", 15, nil)
	enqueue("later", 16, nil)
	enqueue("south", 5, func(q *fact.Queued) { q.Steps = []contact.Step{{Centers: []contact.Center{"sud"}}} })
	enqueue("recovery", 6, func(q *fact.Queued) { q.Queue = "recouvrement" })

	p := explained(f, 30*second, f.Tickets["mine"]).Place
	require.NotNil(t, p)
	assert.Equal(t, 4, p.Position, "urgent, south and early come before in the queue")
	assert.Equal(t, 6, p.Waiting)
	assert.Equal(t, 3, p.Ahead, "south asks for others")
	assert.Equal(t, 1, p.ByPriority)
	assert.Equal(t, 1, p.Beside)
	var first []string
	for _, a := range p.First {
		first = append(first, string(a.Contact)+" "+a.Why)
	}
	assert.Equal(t, []string{"urgent priority", "recovery arrival", "early arrival"}, first)
	assert.Equal(t, "id", explained(f, 30*second, f.Tickets["twin"]).Place.First[3].Why)
}

func TestWhatOpensNextIsWhatTheFloorWouldOpen(t *testing.T) {
	t.Parallel()
	at := func(s int64) time.Time { return time.UnixMicro(s * second).UTC() }
	three := func() fact.Queued {
		q := widening()
		q.Steps = append(q.Steps, contact.Step{After: 2 * time.Minute, Centers: []contact.Center{"nord"}})
		return q
	}
	for name, c := range map[string]struct {
		agents map[contact.Agent]contact.Center
		paused []contact.Agent
		at     int64
		want   *Next
	}{
		"after its delay": {map[contact.Agent]contact.Center{"o": "ouest", "s": "sud"}, []contact.Agent{"o"}, 20, &Next{Step: 2, At: at(70), Why: AfterDelay}},
		"a step that nobody could serve is skipped": {map[contact.Agent]contact.Center{"n": "nord", "o": "ouest"}, []contact.Agent{"o"}, 20, &Next{Step: 2, At: at(70), Why: AfterDelay}},
		"at once when nobody is there":              {map[contact.Agent]contact.Center{"n": "nord"}, nil, 20, &Next{Step: 3, At: at(20), Why: NobodyHere, Skipped: []int{2}}},
		"an agent who is ready is asked first":      {map[contact.Agent]contact.Center{"o": "ouest", "s": "sud"}, nil, 80, &Next{Step: 2, At: at(80), Why: ReadyBefore}},
		"nobody at all":                             {nil, nil, 20, nil},
	} {
		f := New()
		for id, center := range c.agents {
			in := login(id)
			in.Center = center
			accepted(t, f.Login(1*second, in))
		}
		for _, id := range c.paused {
			accepted(t, f.Pause(2*second, fact.Paused{Agent: id}))
		}
		accepted(t, f.Enqueue(10*second, "c", contact.Voice, three()))
		assert.Equal(t, c.want, explained(f, c.at*second, f.Tickets["c"]).Next, name)
	}
}

func TestClosingSaysUntilWhenWhoWaitsIsServed(t *testing.T) {
	t.Parallel()
	f := New()
	accepted(t, f.Login(1*second, login("o")))
	q := widening()
	q.Hours = contact.Hours{"ouest": {{From: 0, Until: 600 * second}}, "sud": {{From: 0, Until: 300 * second}, {From: 2000 * second, Until: 3000 * second}}}
	accepted(t, f.Enqueue(10*second, "c", contact.Voice, q))
	e := explained(f, 700*second, f.Tickets["c"])
	at := func(s int64) time.Time { return time.UnixMicro(s * second).UTC() }
	assert.Equal(t, []CenterTurn{{Center: "ouest", Serves: true, Stops: at(1800)}}, e.Steps[0].Centers, "closed, and yet serves who waits")
	assert.Equal(t, CenterTurn{Center: "sud", Serves: true, Stops: at(1500)}, e.Steps[1].Centers[1])
	assert.Equal(t, at(1800), e.End.Closed)
	assert.Zero(t, e.End.AloneSince)

	accepted(t, f.Logout(750*second, "o"))
	e = explained(f, 760*second, f.Tickets["c"])
	assert.Equal(t, End{AloneSince: at(750), Alone: at(870), Closed: at(1800)}, e.End)

	e = explained(f, 1600*second, Imagine(1600*second, contact.Voice, q))
	assert.Equal(t, CenterTurn{Center: "sud", Opens: at(2000)}, e.Steps[1].Centers[1])
	assert.Equal(t, []said{{"logged_out", 1, 0, []contact.Agent{"o"}}}, tell(explained(f, 20*second, Imagine(20*second, contact.Voice, q)).Steps[0].Able))
	accepted(t, f.Login(1590*second, login("o")))
	e = explained(f, 1600*second, Imagine(1600*second, contact.Voice, q))
	assert.Equal(t, []said{{"closed_center", 1, 1, []contact.Agent{"o"}}}, tell(e.Steps[0].Others))
	assert.Equal(t, at(1600), e.End.Closed, "who comes now would not be kept waiting for the south")
}

// Whatever happened on a floor: an explanation changes nothing, tells everybody
// once, and agrees with what the floor decides.
func TestAnExplanationAgreesWithTheFloor(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := &world{t: t, at: 1, floor: New(), twin: New(), alone: map[contact.ID]int64{}}
		t.Repeat(map[string]func(*rapid.T){
			"":            w.explain,
			"log in":      w.login,
			"log out":     w.logout,
			"pause":       w.pause,
			"resume":      w.resume,
			"queue":       w.enqueue,
			"queue more":  w.enqueue,
			"offer":       w.offer,
			"take back":   w.void,
			"fail":        w.fail,
			"connect":     w.connect,
			"end leg":     w.endLeg,
			"time":        w.expire,
			"turn":        w.turn,
			"change card": w.change,
		})
	})
}

func (w *world) explain(t *rapid.T) {
	f := w.floor
	before := encoded(t, f)
	offers := map[contact.ID]fact.Offered{}
	for _, o := range f.Propose(w.at, 100) {
		offers[o.Contact] = o
	}
	taken := map[contact.Agent]bool{}
	for _, o := range f.Propose(w.at, 100) {
		e := explained(f, w.at, f.Tickets[o.Contact])
		if len(taken) == 0 {
			require.Equal(t, o.Agent, e.Steps[0].Able[0].People[0].Agent, "the first of the ready gets it")
			require.Equal(t, o.Level, e.Steps[0].Able[0].People[0].Level)
			for i, r := range o.RunnersUp[:min(len(o.RunnersUp), maxNamed-1)] {
				require.Equal(t, r.Agent, e.Steps[0].Able[0].People[i+1].Agent)
			}
			passed := map[string]int{}
			for _, g := range slices.Concat(e.Steps[0].Able, e.Steps[0].Others) {
				if g.Ready > 0 {
					why := string(g.Reason)
					if g.Reason == Reason(SetAside) {
						why = string(NoSpareCapacity) // ready for calls, and not for this
					}
					if g.Reason == Reason(ClosedCenter) {
						why = string(OtherCenter) // the match knows no closed centers
					}
					passed[why] += g.Ready
				}
			}
			require.Equal(t, len(o.Refusals), len(passed))
			for why, n := range o.Refusals {
				require.Equal(t, n, passed[why], why)
			}
		}
		taken[o.Agent] = true
	}
	due := map[contact.ID]fact.Fact{}
	for _, c := range f.Changes(w.at, 1000) {
		due[c.Contact] = c.Fact
	}
	for _, id := range slices.Sorted(maps.Keys(f.Tickets)) { // in order, so that a failure can be shrunk
		ticket := f.Tickets[id]
		e := explained(f, w.at, ticket)
		again := explained(f, w.at, ticket)
		require.Equal(t, e, again)
		for _, s := range e.Steps {
			n := 0
			for _, g := range append(s.Able, s.Others...) {
				n += g.Count
			}
			require.Equal(t, len(f.Agents), n, "everybody is told once")
		}
		if ticket.Offer != "" {
			continue
		}
		c, opens := due[id].(fact.Circle)
		opens = opens && c.Step > ticket.Step
		_, ends := due[id].(fact.GivenUp)
		soon := e.Next != nil && e.Next.Why != ReadyBefore && !e.Next.At.After(time.UnixMicro(w.at)) && !ends
		require.Equal(t, opens, soon, "%s: %v, floor says %v", id, e.Next, due[id])
		if ends {
			require.True(t, !e.End.Alone.IsZero() && !e.End.Alone.After(time.UnixMicro(w.at)) ||
				!e.End.Closed.IsZero() && !e.End.Closed.After(time.UnixMicro(w.at)))
		}
	}
	text, err := json.Marshal(f)
	require.NoError(t, err)
	require.Equal(t, before, string(text), "an explanation changed the floor")
	indexesAreTrue(t, f)
}
