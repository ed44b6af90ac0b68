package acd

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

const minute = 60 * second

// widening waits for ouest, after a minute also for sud.
func widening() fact.Queued {
	q := queued(10 * second)
	q.Steps = []contact.Step{
		{Centers: []contact.Center{"ouest"}},
		{After: time.Minute, Centers: []contact.Center{"ouest", "sud"}},
	}
	q.Closing = contact.Closing{ServeWaiting: 20 * time.Minute, NobodyLeft: 2 * time.Minute}
	return q
}

func at(center contact.Center, in fact.LoggedIn) fact.LoggedIn {
	in.Center = center
	return in
}

// due expects one change and makes it.
func due(t *testing.T, f *Floor, at int64) fact.Fact {
	t.Helper()
	changes := f.Changes(at, 10)
	require.Len(t, changes, 1)
	switch what := changes[0].Fact.(type) {
	case fact.Circle:
		accepted(t, f.SetCircle(at, changes[0].Contact, what))
	case fact.GivenUp:
		accepted(t, f.GiveUp(changes[0].Contact, what))
	}
	return changes[0].Fact
}

func TestAStepOpensAfterItsDelayAndTheContactKeepsItsPlace(t *testing.T) {
	t.Parallel()
	f := New()
	accepted(t, f.Login(1*second, login("o1")))
	accepted(t, f.Pause(2*second, fact.Paused{Agent: "o1"}))
	accepted(t, f.Login(2*second, at("sud", login("s1"))))
	accepted(t, f.Enqueue(10*second, "c", contact.Voice, widening()))
	accepted(t, f.Enqueue(11*second, "later", contact.Voice, queued(11*second)))

	assert.Empty(t, f.Changes(10*second+minute-1, 10))
	assert.Empty(t, f.Propose(10*second+minute-1, 10))
	_, next := f.Expiries(30 * second)
	assert.Equal(t, 40*time.Second, next, "the leader is woken for the step")

	assert.Equal(t, fact.Circle{ContactVersion: 1, Step: 1, Centers: []contact.Center{"ouest", "sud"}, Why: "after 1m0s"}, due(t, f, 10*second+minute))
	assert.Equal(t, []string{"c→s1"}, pairs(f.Propose(10*second+minute, 10)))
	assert.Equal(t, 10*second, f.Tickets["c"].Rank)
}

func TestTheLastStepThatIsDueOpensBecauseDelaysCountFromQueueing(t *testing.T) {
	t.Parallel()
	f := New()
	accepted(t, f.Login(1*second, login("o1")))
	accepted(t, f.Login(1*second, at("sud", login("s1"))))
	accepted(t, f.Login(1*second, at("nord", login("n1"))))
	q := widening()
	q.Steps = append(q.Steps,
		contact.Step{After: 2 * time.Minute, Centers: []contact.Center{"ouest", "sud", "nord"}},
		contact.Step{After: 5 * time.Minute, Centers: []contact.Center{"nord"}})
	accepted(t, f.Enqueue(10*second, "c", contact.Voice, q))
	accepted(t, f.Pause(10*second+3*minute, fact.Paused{Agent: "o1"})) // who was ready held every step back

	opened := due(t, f, 10*second+3*minute).(fact.Circle)
	assert.Equal(t, 2, opened.Step, "neither the second, which is past, nor the fourth, which is to come")
	assert.Equal(t, "after 2m0s", opened.Why)
}

func TestAStepIsSkippedAtOnceWhenNobodyOfItIsLoggedIn(t *testing.T) {
	t.Parallel()
	f := New()
	accepted(t, f.Login(1*second, at("sud", login("s1"))))
	accepted(t, f.Enqueue(10*second, "c", contact.Voice, widening()))
	assert.Equal(t, "nobody of step 1 is there", due(t, f, 10*second).(fact.Circle).Why)
	assert.Equal(t, []string{"c→s1"}, pairs(f.Propose(10*second, 10)))
}

func TestAStepIsNotOpenedWhileAnEligibleAgentIsReady(t *testing.T) {
	t.Parallel()
	f := New()
	accepted(t, f.Login(1*second, login("o1")))
	accepted(t, f.Login(1*second, at("sud", login("s1"))))
	accepted(t, f.Enqueue(10*second, "c", contact.Voice, widening()))
	assert.Empty(t, f.Changes(10*second+2*minute, 10), "o1 is offered the contact first")
	accepted(t, f.Pause(10*second+2*minute, fact.Paused{Agent: "o1"}))
	assert.Len(t, f.Changes(10*second+2*minute, 10), 1)
}

func TestAStepDoesNotCloseAgain(t *testing.T) {
	t.Parallel()
	f := New()
	accepted(t, f.Login(1*second, at("sud", login("s1"))))
	accepted(t, f.Enqueue(10*second, "c", contact.Voice, widening()))
	due(t, f, 10*second)
	version := f.Tickets["c"].Version
	for why, c := range map[Void]fact.Circle{
		"a step does not close again": {ContactVersion: version, Step: 0, Centers: []contact.Center{"ouest"}},
		"there is no such step":       {ContactVersion: version, Step: 2},
		"a center outside the step":   {ContactVersion: version, Step: 1, Centers: []contact.Center{"nord"}},
		"contact has changed":         {ContactVersion: version - 1, Step: 1},
	} {
		refused(t, f, why, func() Void { return f.SetCircle(11*second, "c", c) })
	}
}

func TestADecisionAboutAPlaceThatWasGivenUpDoesNotFitTheNextOne(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(f *Floor){
		"given up": func(f *Floor) {
			accepted(t, f.GiveUp("c", fact.GivenUp{ContactVersion: 1, Reason: contact.NoAgent}))
		},
		"gone elsewhere": func(f *Floor) { f.Leave("c") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := New()
			accepted(t, f.Enqueue(10*second, "c", contact.Voice, widening()))
			leave(f)
			accepted(t, f.Enqueue(20*second, "c", contact.Voice, widening()))
			refused(t, f, "contact has changed", func() Void {
				return f.GiveUp("c", fact.GivenUp{ContactVersion: 1, Reason: contact.NoAgent})
			})
			refused(t, f, "contact has changed", func() Void {
				return f.SetCircle(21*second, "c", fact.Circle{ContactVersion: 1, Step: 1})
			})
		})
	}
}

func TestACenterServesWhoWaitsForAWhileAfterClosing(t *testing.T) {
	t.Parallel()
	f := New()
	accepted(t, f.Login(1*second, login("o1")))
	accepted(t, f.Pause(2*second, fact.Paused{Agent: "o1"}))
	q := widening()
	q.Steps = q.Steps[:1]
	q.Hours = contact.Hours{"ouest": {{From: 0, Until: 5 * minute}}}
	accepted(t, f.Enqueue(10*second, "c", contact.Voice, q))

	assert.Empty(t, f.Changes(24*minute, 10), "accepted before closing, it is served 20 minutes longer")
	accepted(t, f.Resume(24*minute, "o1"))
	assert.Len(t, f.Propose(24*minute, 10), 1)
	accepted(t, f.Pause(24*minute, fact.Paused{Agent: "o1"}))
	assert.Equal(t, fact.GivenUp{ContactVersion: 1, Reason: contact.Closed}, due(t, f, 25*minute))
	assert.Zero(t, f.InQueue("particuliers"))
	assert.Empty(t, f.Tickets)
}

func TestACenterThatOpensJoinsTheStep(t *testing.T) {
	t.Parallel()
	f := New()
	accepted(t, f.Login(1*second, login("o1")))
	accepted(t, f.Login(1*second, at("sud", login("s1"))))
	accepted(t, f.Pause(2*second, fact.Paused{Agent: "o1"}))
	q := widening()
	q.Steps = q.Steps[1:]
	q.Steps[0].After = 0
	q.Hours = contact.Hours{"sud": {{From: 5 * minute, Until: 9 * minute}}}
	accepted(t, f.Enqueue(10*second, "c", contact.Voice, q))
	assert.Empty(t, f.Propose(4*minute, 10), "sud is closed")
	assert.Equal(t, "sud has opened", due(t, f, 5*minute).(fact.Circle).Why)
	assert.Equal(t, []string{"c→s1"}, pairs(f.Propose(5*minute, 10)))
}

func TestWhoWaitsIsGivenUpTwoMinutesAfterTheLastAgentWhoCouldServeHasLeft(t *testing.T) {
	t.Parallel()
	f := New()
	accepted(t, f.Login(1*second, login("o1")))
	accepted(t, f.Pause(2*second, fact.Paused{Agent: "o1"}))
	accepted(t, f.Enqueue(10*second, "c", contact.Voice, widening()))
	accepted(t, f.Logout(3*minute, "o1"))
	assert.Empty(t, f.Changes(5*minute-1, 10))
	accepted(t, f.Login(4*minute, at("nord", login("n1"))))
	_, next := f.Expiries(4 * minute)
	assert.Equal(t, time.Minute, next, "somebody who cannot serve changes nothing")
	assert.Equal(t, contact.NoAgent, due(t, f, 5*minute).(fact.GivenUp).Reason)
}

func TestWhoeverComesBackInTimeEndsTheLonelyWait(t *testing.T) {
	t.Parallel()
	f := New()
	accepted(t, f.Login(1*second, login("o1")))
	accepted(t, f.Pause(2*second, fact.Paused{Agent: "o1"}))
	accepted(t, f.Enqueue(10*second, "c", contact.Voice, queuedFor(2*time.Minute)))
	accepted(t, f.Logout(3*minute, "o1"))
	accepted(t, f.Login(4*minute, login("o1")))
	accepted(t, f.Pause(4*minute, fact.Paused{Agent: "o1"}))
	accepted(t, f.Logout(6*minute, "o1"))
	assert.Empty(t, f.Changes(8*minute-1, 10), "the two minutes begin anew")
	assert.Len(t, f.Changes(8*minute, 10), 1)
}

func queuedFor(nobodyLeft time.Duration) fact.Queued {
	q := queued(10 * second)
	q.Closing.NobodyLeft = nobodyLeft
	return q
}

func TestAMailWaitsForTheNextOpening(t *testing.T) {
	t.Parallel()
	f := New()
	in := login("o1")
	in.Media = []contact.Medium{contact.Voice, contact.Email}
	accepted(t, f.Login(1*second, in))
	q := queuedFor(2 * time.Minute)
	q.Hours = contact.Hours{"ouest": {{From: 600 * minute, Until: 900 * minute}}}
	accepted(t, f.Enqueue(10*second, "m", contact.Email, q))
	accepted(t, f.Logout(20*second, "o1"))
	assert.Empty(t, f.Changes(500*minute, 10), "neither closed nor deserted")
	accepted(t, f.Login(590*minute, in))
	assert.Empty(t, f.Propose(590*minute, 10))
	due(t, f, 600*minute)
	assert.Equal(t, []string{"m→o1"}, pairs(f.Propose(600*minute, 10)))
}

func TestAnAgentOfOneMediumIsNotOfferedAnother(t *testing.T) {
	t.Parallel()
	f := floor(t, 1)
	accepted(t, f.Enqueue(10*second, "m", contact.Email, queued(10*second)))
	assert.Empty(t, f.Propose(11*second, 10))
	assert.Equal(t, OtherMedium, Serves(&f.Agents["a1"].Card, f.Tickets["m"].Ask()))
}

func TestTheBestLevelIsAskedFirst(t *testing.T) {
	t.Parallel()
	f := New()
	for i, level := range []int{2, 4, 3, 4} {
		in := login(contact.Agent([]string{"a1", "a2", "a3", "a4"}[i]))
		in.Skills = map[contact.Skill]int{"anglais": level}
		accepted(t, f.Login(int64(i+1)*second, in))
	}
	q := queued(10 * second)
	q.Strategy = contact.BestLevel
	q.Steps[0].Need = contact.Need{{Skill: "anglais", Level: 3}}
	accepted(t, f.Enqueue(10*second, "c", contact.Voice, q))
	o := f.Propose(11*second, 1)[0]
	assert.Equal(t, contact.Agent("a2"), o.Agent, "as good as a4, and ready longer")
	assert.Equal(t, 4, o.Level)
	assert.Equal(t, "best_level", o.Rule)
	assert.Equal(t, []fact.Candidate{{Agent: "a4", ReadySince: 4 * second, Level: 4}, {Agent: "a3", ReadySince: 3 * second, Level: 3}}, o.RunnersUp)
	assert.Equal(t, map[string]int{string(LacksSkill): 1}, o.Refusals)
}

func TestASkillChangedByHandActsAtOnceAndOutlivesALogIn(t *testing.T) {
	t.Parallel()
	f := floor(t, 1)
	q := queued(10 * second)
	q.Steps[0].Need = contact.Need{{Skill: "anglais", Level: 2}}
	accepted(t, f.Enqueue(10*second, "c", contact.Voice, q))
	assert.Empty(t, f.Propose(11*second, 1))

	accepted(t, f.Change(12*second, fact.AgentChanged{Agent: "a1", Skills: map[contact.Skill]int{"anglais": 2}, By: "lead"}))
	assert.Equal(t, []string{"c→a1"}, pairs(f.Propose(12*second, 1)))
	accepted(t, f.Logout(13*second, "a1"))
	accepted(t, f.Login(14*second, login("a1")))
	assert.Equal(t, []string{"c→a1"}, pairs(f.Propose(14*second, 1)))
	accepted(t, f.Change(15*second, fact.AgentChanged{Agent: "a1", Reset: true}))
	assert.Empty(t, f.Propose(15*second, 1))
	refused(t, f, "nothing was changed by hand", func() Void { return f.Change(16*second, fact.AgentChanged{Agent: "a1", Reset: true}) })
}
