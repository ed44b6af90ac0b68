package acd

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

func TestAContactIsOverlookedWhileSomebodyWhoMayServeItHasBeenReadyForTooLong(t *testing.T) {
	t.Parallel()
	f := floor(t, 1)
	rare := queued(1 * second)
	rare.Steps = []contact.Step{{Centers: []contact.Center{"ouest"}, Need: contact.Need{{Skill: "anglais", Level: 3}}}}
	accepted(t, f.Enqueue(10*second, "rare", contact.Voice, rare))
	accepted(t, f.Enqueue(12*second, "plain", contact.Voice, queued(2*second)))
	overlooked := func(at int64) map[contact.Queue]int { return f.Overlooked(at, time.Second) }

	assert.Empty(t, overlooked(13*second), "just one second")
	assert.Equal(t, map[contact.Queue]int{"particuliers": 1}, overlooked(13*second+1), "nobody could serve the rare one")
	before := encoded(t, f)
	offered(t, f, 14*second, "o1")
	assert.Empty(t, overlooked(100*second), "its agent's phone is being tried")
	assert.NotEqual(t, before, encoded(t, f))

	accepted(t, f.FailOffer(20*second, fact.OfferFailed{Offer: "o1", Result: contact.NoAnswer}))
	assert.Empty(t, overlooked(100*second), "the only agent is set aside")
	accepted(t, f.Login(110*second, login("a2")))
	assert.Empty(t, overlooked(111*second), "ready since then only")
	assert.Equal(t, map[contact.Queue]int{"particuliers": 1}, overlooked(112*second))
}

func TestNobodyIsOverlookedDuringAHoldOrBeforeHisStepOpens(t *testing.T) {
	t.Parallel()
	f := floor(t, 1)
	accepted(t, f.Enqueue(10*second, "c", contact.Voice, queued(2*second)))
	offered(t, f, 10*second, "o1")
	accepted(t, f.VoidOffer(20*second, "o1"))
	held := f.Tickets["c"].NotBefore
	assert.Greater(t, held, 20*second)
	assert.Empty(t, f.Overlooked(held+second, time.Second))
	assert.Len(t, f.Overlooked(held+second+1, time.Second), 1)

	g := floor(t, 1)
	q := queued(2 * second)
	q.Steps = []contact.Step{{Centers: []contact.Center{"sud"}}, {After: 30 * time.Second, Centers: []contact.Center{"sud", "ouest"}}}
	accepted(t, g.Login(3*second, at("sud", login("s1"))))
	accepted(t, g.Pause(4*second, fact.Paused{Agent: "s1"}))
	accepted(t, g.Enqueue(10*second, "c", contact.Voice, q))
	assert.Empty(t, g.Overlooked(39*second, time.Second), "a1 may not serve before the step opens")
	accepted(t, g.SetCircle(40*second, "c", fact.Circle{ContactVersion: g.Tickets["c"].Version, Step: 1, Centers: q.Steps[1].Centers}))
	assert.Empty(t, g.Overlooked(41*second, time.Second))
	assert.Len(t, g.Overlooked(41*second+1, time.Second), 1)
}
