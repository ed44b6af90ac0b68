package node

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
)

// The leader cannot have a contact take the safe route that lives at another controller:
// that one finds out by itself.
func TestWhoDoesNotLeadFindsThePoisonAmongItsContactsToo(t *testing.T) {
	t.Parallel()
	c := controllerOf(fold.New())
	c.appending = make(chan struct{}, 1)
	floor := c.state.Floor
	require.Empty(t, floor.Login(1, fact.LoggedIn{Agent: "a1", Center: "ouest", Node: "n1", Phone: "PJSIP/a1"}))
	for _, id := range []contact.ID{"c1", "c2", "c3"} {
		require.Empty(t, floor.Enqueue(2, id, contact.Voice, fact.Queued{Queue: "q", Steps: []contact.Step{{Centers: []contact.Center{"ouest"}}}}))
	}
	c.lives["c2"] = &life{c: c, box: newMailbox()}
	c.Choke(func(f *acd.Floor, _ int64) bool { return f.Tickets["c2"] != nil })

	c.leader.decide(t.Context())
	assert.Equal(t, []any{poison{}}, c.lives["c2"].box.take())
	assert.Equal(t, map[contact.ID]bool{"c2": true}, c.leader.blame.aside.Contacts)

	panics := c.live.repairs[panicked]
	c.leader.blame.rehearsed = time.Time{}
	c.leader.decide(t.Context())
	assert.Equal(t, panics, c.live.repairs[panicked], "it is known")
	floor.Leave("c2")
	c.leader.blame.rehearsed = time.Time{}
	c.leader.decide(t.Context())
	assert.Empty(t, c.leader.blame.aside.Contacts)
}

// Where it may be the contact or the agent it is the contact once, and then the agent:
// one of them would otherwise drive out all others.
func TestWhereItMayBeEitherTheAgentIsBlamedTheSecondTime(t *testing.T) {
	t.Parallel()
	l, _ := leading(t)
	l.accuse(acd.Culprit{Contact: "c1", Agent: "a1001"})
	assert.Empty(t, l.blame.aside.Agents)
	assert.True(t, l.blame.aside.Contacts["c1"])
	l.accuse(acd.Culprit{Contact: "c2", Agent: "a1001"})
	assert.True(t, l.blame.aside.Agents["a1001"])
	assert.False(t, l.blame.aside.Contacts["c2"])

	l.accuse(acd.Culprit{Contact: "c3", Agent: "a1002"})
	l.accuse(acd.Culprit{Agent: "a1002"})
	assert.True(t, l.blame.aside.Agents["a1002"])
}

// An agent on whom the fold panics as well cannot be logged out: that is not tried for ever.
func TestAnAgentWhoIsBlamedIsLoggedOutAFewTimesAtMost(t *testing.T) {
	t.Parallel()
	l, _ := leading(t)
	l.accuse(acd.Culprit{Agent: "a1001"})
	for range maxLogouts {
		assert.Len(t, l.loggedOut(l.c.state, 5), 1)
	}
	assert.Empty(t, l.loggedOut(l.c.state, 5))
	assert.Empty(t, l.floor(l.c.state).Agents, "he stays left out")
}
