package acd

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// foreseen reads what follows a fact that is not there yet.
func foreseen(o fact.Offered, known bool) []string {
	if !known {
		return nil
	}
	return pairs([]fact.Offered{o})
}

func TestWhoIsQueuedWhileSomebodyIsReadyIsForeseenToGetHim(t *testing.T) {
	t.Parallel()
	f := floor(t, 1)
	ask := func() []string {
		return foreseen(f.ForeseeQueued(20*second, 20*second, "c1", contact.Voice, queued(20*second)))
	}
	require.Empty(t, ask(), "nobody has asked for these people yet")
	accepted(t, f.Enqueue(10*second, "c0", contact.Voice, queued(10*second)))
	require.Empty(t, ask(), "somebody waits before")
	f.Leave("c0")
	require.Equal(t, []string{"c1→a1"}, ask())
	accepted(t, f.Enqueue(15*second, "c0", contact.Voice, queued(10*second)))
	offered(t, f, 15*second, "o")
	require.Empty(t, ask(), "nobody is ready")
}

func TestWhoBecomesReadyWhileSomebodyWaitsIsForeseenToGetHim(t *testing.T) {
	t.Parallel()
	none, minute := time.Duration(0), time.Minute
	f := talking(t, &none)
	id := f.Agents["a1"].Offer
	require.Empty(t, foreseen(f.ForeseeEnded(30*second, 30*second, id)), "nobody waits")
	accepted(t, f.Enqueue(21*second, "c8", contact.Voice, queued(21*second)))
	require.Equal(t, []string{"c8→a1"}, foreseen(f.ForeseeEnded(30*second, 30*second, id)))
	accepted(t, f.Pause(22*second, fact.Paused{Agent: "a1"}))
	require.Empty(t, foreseen(f.ForeseeEnded(30*second, 30*second, id)), "goes on a pause")

	f = talking(t, &minute)
	accepted(t, f.Enqueue(21*second, "c8", contact.Voice, queued(21*second)))
	id = f.Agents["a1"].Offer
	require.Empty(t, foreseen(f.ForeseeEnded(30*second, 30*second, id)), "works on first")
	accepted(t, f.EndLeg(30*second, id))
	due, _ := f.Expiries(30*second + minute.Microseconds())
	require.Len(t, due, 1)
	require.Equal(t, []string{"c8→a1"}, foreseen(f.ForeseeExpired(30*second+minute.Microseconds(), 30*second+minute.Microseconds(), due[0])))
}

// The closing of a center is a fact that comes a moment later; until then its agents
// are not rung for somebody who may not be called any more.
func TestNobodyIsCalledBackOnceTheHoursAreOver(t *testing.T) {
	t.Parallel()
	f := floor(t, 1)
	q := queued(10 * second)
	q.Callback, q.Hours = true, contact.Hours{"ouest": {{From: 1, Until: 20 * second}}}
	accepted(t, f.Enqueue(10*second, "c", contact.Voice, q))
	require.Equal(t, []string{"c→a1"}, pairs(f.Propose(19*second, 1)))
	require.Empty(t, f.Propose(20*second, 1))
}
