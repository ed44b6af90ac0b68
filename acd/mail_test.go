package acd

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// mail waits for an agent who may open the files of 35.
func mail35(rank int64) fact.Queued {
	q := queued(rank)
	q.Department = "35"
	q.Steps = []contact.Step{{Centers: []contact.Center{"ouest"}, Files: true}}
	q.Policies = contact.DefaultPolicies()
	q.Policies.Ring, q.Policies.Handle = 2*time.Minute, time.Hour
	return q
}

// writes is an agent who serves mails of 35 beside calls.
func writes(id contact.Agent) fact.LoggedIn {
	in := login(id)
	in.Files, in.Media = []contact.Department{"35"}, []contact.Medium{contact.Voice, contact.Email}
	return in
}

func TestAMailGoesOnlyToWhoServesMailsAndMayOpenTheFile(t *testing.T) {
	t.Parallel()
	f := New()
	accepted(t, f.Enqueue(1*second, "m", contact.Email, mail35(1*second)))
	accepted(t, f.Login(2*second, login("calls only")))
	elsewhere := writes("of 44")
	elsewhere.Files = []contact.Department{"44"}
	accepted(t, f.Login(2*second, elsewhere))
	assert.Empty(t, f.Propose(3*second, 10))
	accepted(t, f.Login(4*second, writes("a1")))
	offers := f.Propose(5*second, 10)
	require.Equal(t, []string{"m→a1"}, pairs(offers))
	assert.Equal(t, map[string]int{string(OtherMedium): 1, string(NoFileRight): 1}, offers[0].Refusals)
}

func TestPeopleOnTheLineComeBeforeMailsOfTheSamePriority(t *testing.T) {
	t.Parallel()
	f := New()
	accepted(t, f.Enqueue(1*second, "mail of the night", contact.Email, mail35(1*second)))
	accepted(t, f.Enqueue(9*second, "caller", contact.Voice, queued(9*second)))
	accepted(t, f.Login(10*second, writes("a1")))
	assert.Equal(t, []string{"caller→a1"}, pairs(f.Propose(10*second, 10)))
	urgent := mail35(10 * second)
	urgent.Priority = 1
	accepted(t, f.Enqueue(10*second, "urgent mail", contact.Email, urgent))
	assert.Equal(t, []string{"urgent mail→a1"}, pairs(f.Propose(10*second, 10)))
	accepted(t, f.Login(11*second, writes("a2")))
	accepted(t, f.Login(12*second, writes("a3")))
	assert.Equal(t, []string{"urgent mail→a1", "caller→a2", "mail of the night→a3"}, pairs(f.Propose(12*second, 10)))
}

func TestAMailTakesNobodysPlaceInAQueueAndIsNeverGivenUp(t *testing.T) {
	t.Parallel()
	f := New()
	q := mail35(1 * second)
	q.Closing = contact.Closing{NobodyLeft: time.Second}
	q.Hours = contact.Hours{"ouest": {{From: 100 * second, Until: 200 * second}}}
	accepted(t, f.Enqueue(1*second, "m", contact.Email, q))
	assert.Zero(t, f.InQueue("particuliers"))
	assert.Empty(t, f.Changes(50*second, 10), "it waits for the next opening")
	version := f.Tickets["m"].Version
	refused(t, f, "a mail is not given up", func() Void {
		return f.GiveUp("m", fact.GivenUp{ContactVersion: version, Reason: contact.NoAgent})
	})
	accepted(t, f.Login(60*second, writes("a1")))
	assert.Empty(t, f.Propose(99*second, 10))
	due(t, f, 100*second)
	assert.Equal(t, []string{"m→a1"}, pairs(f.Propose(100*second, 10)))
}

func TestATakenMailKeepsItsPlaceUntilItIsAnswered(t *testing.T) {
	t.Parallel()
	f := New()
	accepted(t, f.Login(1*second, writes("a1")))
	accepted(t, f.Enqueue(2*second, "m", contact.Email, mail35(2*second)))
	offered(t, f, 3*second, "o1")
	accepted(t, f.Rings(3*second, "o1"))
	accepted(t, f.Take(4*second, "o1"))
	assert.Equal(t, Talking, f.Agents["a1"].State, "busy: no call comes in between")
	refused(t, f, "taken already", func() Void { return f.Take(5*second, "o1") })
	refused(t, f, "the phone was dialled", func() Void { return f.VoidOffer(5*second, "o1") })
	accepted(t, f.FailOffer(6*second, fact.OfferFailed{Offer: "o1", Result: contact.Returned}))
	assert.Equal(t, SetAside, f.Agents["a1"].State)
	assert.Equal(t, 66*second, f.Agents["a1"].Until, "as for one who refuses")
	assert.Equal(t, 2*second, f.Tickets["m"].Rank)

	accepted(t, f.Resume(7*second, "a1"))
	offered(t, f, 8*second, "o2")
	accepted(t, f.Rings(8*second, "o2"))
	accepted(t, f.Take(9*second, "o2"))
	accepted(t, f.Connect(10*second, "o2"))
	assert.Empty(t, f.Tickets, "answered")
	refused(t, f, "taken already", func() Void { return f.Take(11*second, "o2") })
	accepted(t, f.EndLeg(10*second, "o2"))
	assert.Equal(t, WrapUp, f.Agents["a1"].State)
}

func TestACallIsNotTaken(t *testing.T) {
	t.Parallel()
	f := floor(t, 1)
	accepted(t, f.Enqueue(5*second, "c", contact.Voice, queued(5*second)))
	offered(t, f, 6*second, "o1")
	refused(t, f, "only a mail is taken", func() Void { return f.Take(7*second, "o1") })
	refused(t, f, "no such offer", func() Void { return f.Take(7*second, "o9") })
}
