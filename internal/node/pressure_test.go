package node

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// A crowd for which a step is due is looked at in parts, in its order, and nobody is left
// out because there was no room in a batch.
func TestACrowdUnderPressureIsSentOnInItsOrder(t *testing.T) {
	t.Parallel()
	const second = int64(1_000_000)
	f := acd.New()
	for id, center := range map[contact.Agent]contact.Center{"o1": "ouest", "s1": "sud"} {
		require.Equal(t, acd.Accepted, f.Login(second, fact.LoggedIn{Agent: id, Center: center, Node: "n1", Phone: "PJSIP/" + string(id)}))
		require.Equal(t, acd.Accepted, f.Pause(second, fact.Paused{Agent: id}))
	}
	f.Estimate = func(*acd.Ticket, int64) (time.Duration, string, bool) { return time.Hour, "length", true }
	crowd := 2*pressedAtOnce + 10
	for i := range crowd {
		q := fact.Queued{Queue: "particuliers", Rank: int64(i), Steps: []contact.Step{
			{Centers: []contact.Center{"ouest"}},
			{After: time.Hour, EstimatedWait: time.Minute, Centers: []contact.Center{"ouest", "sud"}},
		}}
		// The later the name, the earlier in line: order is not that of names.
		require.Equal(t, acd.Accepted, f.Enqueue(2*second, contact.ID(fmt.Sprintf("c%04d", crowd-i)), contact.Voice, q))
	}

	var p pressure
	var sent []contact.ID
	for now := 10 * second; len(sent) < crowd; now += second / 20 {
		require.Less(t, now, 20*second, "in vain")
		due, again := p.changes(f, now, 100)
		require.LessOrEqual(t, len(due), 100)
		require.LessOrEqual(t, again, pressureRound)
		for _, c := range due {
			require.Equal(t, acd.Accepted, f.SetCircle(now, c.Contact, c.Fact.(fact.Circle)))
			sent = append(sent, c.Contact)
		}
	}
	for i, id := range sent {
		last := i / 100 * 100
		assert.GreaterOrEqual(t, string(id), fmt.Sprintf("c%04d", crowd-last-99), "of the %d. batch", i/100)
		assert.LessOrEqual(t, string(id), fmt.Sprintf("c%04d", crowd-last), "of the %d. batch", i/100)
	}
}
