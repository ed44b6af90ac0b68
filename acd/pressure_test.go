package acd

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// busyFloor has one agent at each of two centers, who are logged in, and nobody ready at the first.
func busyFloor(t require.TestingT) *Floor {
	f := New()
	for _, l := range []fact.LoggedIn{login("o1"), at("sud", login("s1"))} {
		require.Equal(t, Accepted, f.Login(1*second, l))
	}
	require.Equal(t, Accepted, f.Pause(2*second, fact.Paused{Agent: "o1"}))
	return f
}

func pressed(wait time.Duration, perAgent int) fact.Queued {
	q := widening()
	q.Steps[1].EstimatedWait, q.Steps[1].PerAgent = wait, perAgent
	return q
}

func TestAStepOpensBeforeItsTimeForWhoWouldWaitTooLong(t *testing.T) {
	t.Parallel()
	f := busyFloor(t)
	left, known := 5*time.Minute, true
	f.Estimate = func(ticket *Ticket, _ int64) (time.Duration, string, bool) {
		assert.Equal(t, contact.ID("c"), ticket.Contact)
		return left, "head_of_line", known
	}
	accepted(t, f.Enqueue(10*second, "c", contact.Voice, pressed(5*time.Minute, 0)))
	assert.Empty(t, f.Changes(10*second, 10), "not longer than that")
	_, again := f.Expiries(10 * second)
	assert.Equal(t, time.Second, again, "an estimate changes with time alone")

	left = 5*time.Minute + 12*time.Second
	known = false
	assert.Empty(t, f.Changes(10*second, 10), "nobody can say")
	known = true
	opened := due(t, f, 11*second).(fact.Circle)
	assert.Equal(t, 1, opened.Step)
	assert.Equal(t, "5m12s still to wait by estimate (head of line), more than 5m0s", opened.Why)
	assert.Equal(t, []string{"c→s1"}, pairs(f.Propose(11*second, 10)))
	left = 0
	assert.Empty(t, f.Changes(12*second, 10), "a step does not close again")
}

func TestAStepOpensBeforeItsTimeWhileTooManyWaitForEachAgent(t *testing.T) {
	t.Parallel()
	f := busyFloor(t)
	accepted(t, f.Pause(2*second, fact.Paused{Agent: "s1"}))
	for i := range 3 {
		accepted(t, f.Enqueue(10*second, contact.ID(fmt.Sprint("c", i)), contact.Voice, pressed(0, 3)))
	}
	assert.Empty(t, f.Changes(10*second, 10), "three for one agent")
	accepted(t, f.Enqueue(11*second, "c3", contact.Voice, pressed(0, 3)))
	changes := f.Changes(11*second, 10)
	require.Len(t, changes, 4)
	for _, c := range changes {
		assert.Equal(t, "4 on the line for 1 agents, more than 3 for each", c.Fact.(fact.Circle).Why)
	}
	accepted(t, f.Login(12*second, login("o2")))
	accepted(t, f.Pause(12*second, fact.Paused{Agent: "o2"}))
	assert.Empty(t, f.Changes(12*second, 10), "two agents, who are logged in though not ready")
}

func TestPressureOpensNothingForWhoDoesNotWaitOnTheLineOrWhileSomebodyIsReady(t *testing.T) {
	t.Parallel()
	f := busyFloor(t)
	f.Estimate = func(*Ticket, int64) (time.Duration, string, bool) { return time.Hour, "length", true }
	callback := pressed(time.Minute, 1)
	callback.Callback = true
	accepted(t, f.Enqueue(10*second, "back", contact.Voice, callback))
	accepted(t, f.Enqueue(10*second, "mail", contact.Email, pressed(time.Minute, 1)))
	assert.Empty(t, f.Changes(10*second, 10))
	_, next := f.Expiries(10 * second)
	assert.NotEqual(t, looksAgain, next)

	accepted(t, f.Enqueue(10*second, "c", contact.Voice, pressed(time.Minute, 1)))
	accepted(t, f.Resume(10*second, "o1"))
	assert.Empty(t, f.Changes(10*second, 10), "who is ready is offered him first")
}

// Whatever comes in whatever order, a step opens by pressure only if what it says holds, never
// closes, and the floor that is made anew of the same state decides the same.
func TestStepsOpenByPressureAsTheySayAndTheSameAfterARestart(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		f := busyFloor(r)
		left := map[contact.ID]time.Duration{}
		f.Estimate = func(ticket *Ticket, _ int64) (time.Duration, string, bool) {
			wait, known := left[ticket.Contact]
			return wait, "length", known
		}
		limit := time.Duration(rapid.IntRange(10, 60).Draw(r, "limit")) * time.Second
		each := rapid.IntRange(0, 4).Draw(r, "each")
		now := 10 * second
		for i := range rapid.IntRange(1, 12).Draw(r, "events") {
			now += int64(rapid.IntRange(0, 2).Draw(r, "pause")) * second
			id := contact.ID(fmt.Sprint("c", i))
			require.Equal(r, Accepted, f.Enqueue(now, id, contact.Voice, pressed(limit, each)))
			if rapid.Bool().Draw(r, "known") {
				left[id] = time.Duration(rapid.IntRange(0, 120).Draw(r, "left")) * time.Second
			}
			changes := f.Changes(now, 100)
			anew := f.Copy()
			anew.Estimate = f.Estimate
			anew.Reindex()
			require.Equal(r, changes, anew.Changes(now, 100))
			opened := map[contact.ID]bool{}
			for _, c := range changes {
				opened[c.Contact] = true
			}
			for _, waiting := range f.Tickets {
				holds := left[waiting.Contact] > limit || each > 0 && f.OnLine(waiting.Queue) > each
				timely := now-waiting.QueuedAt >= waiting.Steps[1].After.Microseconds()
				require.Equal(r, waiting.Step == 0 && (holds || timely), opened[waiting.Contact])
			}
			for _, c := range changes {
				if rapid.Bool().Draw(r, "folded") {
					require.Equal(r, Accepted, f.SetCircle(now, c.Contact, c.Fact.(fact.Circle)))
				}
			}
		}
	})
}

func TestACrowdIsLookedAtInParts(t *testing.T) {
	t.Parallel()
	f := busyFloor(t)
	accepted(t, f.Pause(2*second, fact.Paused{Agent: "s1"}))
	f.Estimate = func(*Ticket, int64) (time.Duration, string, bool) { return time.Hour, "length", true }
	for i := range 7 {
		accepted(t, f.Enqueue(10*second, contact.ID(fmt.Sprint("c", i)), contact.Voice, pressed(time.Minute, 0)))
	}
	var found []contact.ID
	for from := -1; from != 0; {
		var some []Change
		some, from = f.ChangesAmong(11*second, max(from, 0), 3, 100)
		assert.LessOrEqual(t, len(some), 3)
		for _, c := range some {
			found = append(found, c.Contact)
		}
	}
	assert.Equal(t, []contact.ID{"c0", "c1", "c2", "c3", "c4", "c5", "c6"}, found)
	_, next := f.ChangesAmong(11*second, 100, 3, 100)
	assert.Zero(t, next, "they have left meanwhile")
	none, _ := f.ChangesAmong(11*second, 0, 0, 100)
	assert.Empty(t, none)
}
