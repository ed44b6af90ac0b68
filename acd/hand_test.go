package acd

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// handles is who writes, and has so many mails at hand beside his calls.
func handles(id contact.Agent, mails int) fact.LoggedIn {
	in := writes(id)
	in.Capacity = map[contact.Medium]int{contact.Email: mails}
	return in
}

// mailsWait puts mails in line, the first of them first.
func mailsWait(t *testing.T, f *Floor, ids ...contact.ID) {
	t.Helper()
	for i, id := range ids {
		accepted(t, f.Enqueue(int64(i+1), id, contact.Email, mail35(int64(i+1))))
	}
}

func TestMailsAtHandLeaveAnAgentReadyForCalls(t *testing.T) {
	t.Parallel()
	f := New()
	accepted(t, f.Login(1*second, handles("a1", 2)))
	accepted(t, f.Login(2*second, login("a2")))
	mailsWait(t, f, "m1", "m2", "m3")
	offered(t, f, 3*second, "o1")
	accepted(t, f.Rings(3*second, "o1"))
	offered(t, f, 4*second, "o2")
	accepted(t, f.Rings(4*second, "o2"))
	accepted(t, f.Take(5*second, "o2"))
	a := f.Agents["a1"]
	assert.Equal(t, Ready, a.State)
	assert.Equal(t, 1*second, a.ReadySince, "his turn for calls is what it was")
	assert.Empty(t, f.Propose(6*second, 10), "two are what he may have")
	assert.Equal(t, []fact.OfferID{"o1", "o2"}, []fact.OfferID{f.AtHand("a1")[0].ID, f.AtHand("a1")[1].ID})
	assert.Empty(t, f.ContactOf("a1"))

	accepted(t, f.Enqueue(7*second, "c", contact.Voice, queued(7*second)))
	require.Equal(t, []string{"c→a1"}, pairs(f.Propose(7*second, 10)), "the longest ready, mails or not")
	offered(t, f, 7*second, "o3")
	assert.Equal(t, contact.ID("c"), f.ContactOf("a1"))
	accepted(t, f.Connect(8*second, "o2"))
	assert.Equal(t, Reserved, a.State, "what he does with mails is no matter for the call")
	accepted(t, f.EndLeg(8*second, "o2"))
	assert.Equal(t, Reserved, a.State, "no wrap-up either")
	assert.Empty(t, f.Propose(9*second, 10), "during a call he gets no new mail, though he has room")
	accepted(t, f.Rings(9*second, "o3"))
	accepted(t, f.Connect(9*second, "o3"))
	assert.Empty(t, f.Propose(10*second, 10))
	accepted(t, f.EndLeg(11*second, "o3"))
	require.Equal(t, WrapUp, a.State)
	assert.Empty(t, f.Propose(11*second, 10), "nor in the wrap-up")
	accepted(t, f.Resume(12*second, "a1"))
	offers := f.Propose(12*second, 10)
	require.Equal(t, []string{"m3→a1"}, pairs(offers))
	assert.Equal(t, 12*second, offers[0].PossibleSince)
	assert.Equal(t, map[string]int{string(OtherMedium): 1}, offers[0].Refusals)
}

func TestAMailLeftUnansweredKeepsOnlyMailsFromAnAgent(t *testing.T) {
	t.Parallel()
	f := New()
	accepted(t, f.Login(1*second, handles("a1", 2)))
	mailsWait(t, f, "m1", "m2")
	offered(t, f, 2*second, "o1")
	accepted(t, f.FailOffer(3*second, fact.OfferFailed{Offer: "o1", Result: contact.NoAnswer}))
	a := f.Agents["a1"]
	assert.Equal(t, Ready, a.State, "he is not taken off the phone")
	assert.Equal(t, int64(1), f.Tickets["m1"].Rank, "it is back at its rank")
	assert.Empty(t, f.Propose(4*second, 10))
	accepted(t, f.Enqueue(4*second, "c", contact.Voice, queued(4*second)))
	require.Equal(t, []string{"c→a1"}, pairs(f.Propose(4*second, 10)))

	ends := 3*second + contact.DefaultPolicies().NoAnswer.Microseconds()
	expired, next := f.Expiries(4 * second)
	assert.Empty(t, expired)
	assert.Equal(t, time.Duration(ends-4*second)*time.Microsecond, next)
	expired, _ = f.Expiries(ends)
	require.Equal(t, []fact.Expired{{Agent: "a1", Version: a.Version, Medium: contact.Email}}, expired)
	f.Leave("c")
	stale := expired[0]
	stale.Version--
	refused(t, f, "nothing of that version to expire", func() Void { return f.Expire(ends, stale) })
	accepted(t, f.Expire(ends, expired[0]))
	refused(t, f, "nothing of that version to expire", func() Void { return f.Expire(ends, expired[0]) })
	offered(t, f, ends, "o2")
	assert.Equal(t, contact.ID("m1"), f.Offers["o2"].Contact)
	accepted(t, f.FailOffer(ends, fact.OfferFailed{Offer: "o2", Result: contact.Returned}))
	require.Empty(t, f.Propose(ends, 10))
	accepted(t, f.Resume(ends+1, "a1"))
	assert.Len(t, f.Propose(ends+1, 10), 1, "whoever says that he is ready is so for mails too")
}

func TestWhoHasFewerMailsAtHandGetsTheNext(t *testing.T) {
	t.Parallel()
	f := New()
	accepted(t, f.Login(1*second, handles("a1", 3)))
	accepted(t, f.Login(2*second, handles("a2", 3)))
	other := handles("a3", 1)
	other.Skills = map[contact.Skill]int{"topic": 5}
	accepted(t, f.Login(3*second, other))
	mailsWait(t, f, "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8")
	got := map[contact.Agent]int{}
	for i := range 7 {
		o := f.Propose(4*second, 1)[0]
		accepted(t, f.Offer(4*second, fact.OfferID(string(rune('a'+i))), o))
		got[o.Agent]++
		if i == 2 {
			assert.Equal(t, map[contact.Agent]int{"a1": 1, "a2": 1, "a3": 1}, got)
		}
	}
	assert.Equal(t, map[contact.Agent]int{"a1": 3, "a2": 3, "a3": 1}, got)
	assert.Empty(t, f.Propose(4*second, 1))
}

func TestWithoutACapacityAMailIsTheOneContact(t *testing.T) {
	t.Parallel()
	f := New()
	in := writes("a1")
	in.Capacity = map[contact.Medium]int{"fax": 3, contact.Voice: 2}
	accepted(t, f.Login(1*second, in))
	mailsWait(t, f, "m1")
	accepted(t, f.Enqueue(2*second, "c1", contact.Voice, queued(2*second)))
	accepted(t, f.Enqueue(2*second, "c2", contact.Voice, queued(2*second)))
	offered(t, f, 3*second, "o1")
	assert.Equal(t, contact.ID("c1"), f.Offers["o1"].Contact)
	assert.Equal(t, Reserved, f.Agents["a1"].State, "nobody talks with two people")
	assert.Empty(t, f.Propose(3*second, 10))
}

func TestWhoLogsOutIsOutAndHasHisMailsUntilTheyAreTakenBack(t *testing.T) {
	t.Parallel()
	f := New()
	accepted(t, f.Login(1*second, handles("a1", 2)))
	mailsWait(t, f, "m1", "m2")
	offered(t, f, 2*second, "o1")
	offered(t, f, 2*second, "o2")
	accepted(t, f.FailOffer(2*second, fact.OfferFailed{Offer: "o1", Result: contact.Refused}))
	accepted(t, f.Take(3*second, "o2"))
	accepted(t, f.Logout(4*second, "a1"))
	a := f.Agents["a1"]
	assert.Equal(t, LoggedOut, a.State)
	assert.Len(t, f.AtHand("a1"), 1)
	expired, _ := f.Expiries(1000 * second)
	assert.Empty(t, expired, "nothing is kept from who is not there")
	accepted(t, f.FailOffer(5*second, fact.OfferFailed{Offer: "o2", Result: contact.Returned}))
	assert.Empty(t, a.Hands)
	assert.Empty(t, f.Offers)
	accepted(t, f.Login(6*second, handles("a1", 2)))
	assert.NotEmpty(t, f.Propose(6*second, 10))
}

func TestWhoPausesKeepsHisMailsAndGetsNoOthers(t *testing.T) {
	t.Parallel()
	f := New()
	accepted(t, f.Login(1*second, handles("a1", 2)))
	mailsWait(t, f, "m1", "m2")
	offered(t, f, 2*second, "o1")
	accepted(t, f.Pause(3*second, fact.Paused{Agent: "a1", Reason: "repas"}))
	assert.Equal(t, Paused, f.Agents["a1"].State, "at once: no call is to be finished")
	assert.Empty(t, f.Propose(4*second, 10))
	accepted(t, f.Take(4*second, "o1"))
	accepted(t, f.Connect(5*second, "o1"))
	accepted(t, f.EndLeg(5*second, "o1"))
	assert.Equal(t, Paused, f.Agents["a1"].State)
	assert.Empty(t, f.Offers)
}

func TestACardOfTheSiteChangesWhatAnAgentMayHaveAtHand(t *testing.T) {
	t.Parallel()
	f := New()
	accepted(t, f.Login(1*second, handles("a1", 1)))
	mailsWait(t, f, "m1", "m2", "m3")
	offered(t, f, 2*second, "o1")
	require.Empty(t, f.Propose(2*second, 10))
	accepted(t, f.Renew(3*second, fact.AgentRenewed{Card: handles("a1", 2), Version: f.Agents["a1"].Version}))
	assert.True(t, f.Knows("a1", handles("a1", 2)))
	assert.False(t, f.Knows("a1", handles("a1", 1)))
	offered(t, f, 3*second, "o2")
	accepted(t, f.Renew(4*second, fact.AgentRenewed{Card: handles("a1", 1), Version: f.Agents["a1"].Version}))
	assert.Len(t, f.AtHand("a1"), 2, "what he has he keeps")
	accepted(t, f.FailOffer(5*second, fact.OfferFailed{Offer: "o2", Result: contact.Lost}))
	assert.Empty(t, f.Propose(5*second, 10))
}

func TestWhoHasAsManyAsHeMayIsSaidToHaveNoSpareCapacity(t *testing.T) {
	t.Parallel()
	f := New()
	accepted(t, f.Login(1*second, handles("full", 1)))
	mailsWait(t, f, "m1", "m2")
	offered(t, f, 2*second, "o1")
	accepted(t, f.Login(3*second, handles("returned", 3)))
	offered(t, f, 3*second, "o2")
	accepted(t, f.FailOffer(4*second, fact.OfferFailed{Offer: "o2", Result: contact.Returned}))
	e := f.Explain(Question{At: 5 * second, Zone: time.UTC, Ticket: f.Tickets["m2"]})
	step := e.Steps[0]
	assert.Zero(t, step.Ready(), "nobody could have it at once")
	assert.Equal(t, 2, step.Here)
	require.Len(t, step.Able, 2)
	assert.Equal(t, Reason(NoSpareCapacity), step.Able[0].Reason)
	assert.Equal(t, []Person{{Agent: "full", Center: "ouest", State: Ready, Since: time.UnixMicro(1 * second).UTC(), AtHand: 1, Capacity: 1}}, step.Able[0].People)
	assert.Equal(t, Reason(SetAside), step.Able[1].Reason)
	aside := step.Able[1].People[0]
	assert.Equal(t, SetAside, aside.State)
	assert.Equal(t, "returned", aside.Why)
	assert.Equal(t, time.UnixMicro(64*second).UTC(), aside.Until)
}

func TestWhatIsAtHandIsThereAgainAfterAFailoverThatLostIt(t *testing.T) {
	t.Parallel()
	f := New()
	accepted(t, f.Login(1*second, handles("a1", 1)))
	mailsWait(t, f, "m1")
	accepted(t, f.Enqueue(2*second, "c", contact.Voice, queued(2*second)))
	offered(t, f, 2*second, "o1")
	require.Equal(t, contact.ID("c"), f.Offers["o1"].Contact)
	accepted(t, f.Connect(3*second, "o1"))
	bond := fact.Bond{Agent: "a1", Center: "ouest", Queue: "particuliers", Policies: contact.DefaultPolicies()}
	gone, called, v := f.Restore(4*second, "o2", "m1", bond)
	accepted(t, v)
	assert.Empty(t, gone)
	assert.Nil(t, called)
	accepted(t, f.Rings(4*second, "o2"))
	assert.Equal(t, Talking, f.Agents["a1"].State, "a mail on the screen is beside the conversation")
	assert.Len(t, f.AtHand("a1"), 1)
}

func TestAnAgentWithoutACapacityIsWrittenAsBefore(t *testing.T) {
	t.Parallel()
	f := New()
	accepted(t, f.Login(1*second, writes("a1")))
	mailsWait(t, f, "m1")
	offered(t, f, 2*second, "o1")
	text, err := json.Marshal(f)
	require.NoError(t, err)
	for _, word := range []string{"capacity", "hands", "beside"} {
		assert.NotContains(t, string(text), word)
	}
}

func TestAStepOpensForAMailWhenNobodyOfThePresentOneHasRoom(t *testing.T) {
	t.Parallel()
	f := New()
	accepted(t, f.Login(1*second, handles("a1", 1)))
	elsewhere := handles("b1", 1)
	elsewhere.Center = "sud"
	accepted(t, f.Login(1*second, elsewhere))
	for i, id := range []contact.ID{"m1", "m2"} {
		q := mail35(int64(i + 1))
		q.Steps = append(q.Steps, contact.Step{After: 10 * time.Second, Centers: []contact.Center{"ouest", "sud"}, Files: true})
		accepted(t, f.Enqueue(2*second, id, contact.Email, q))
	}
	offered(t, f, 2*second, "o1")
	require.Equal(t, contact.ID("m1"), f.Offers["o1"].Contact)
	assert.Empty(t, f.Changes(11*second, 10))
	due(t, f, 12*second)
	assert.Equal(t, []string{"m2→b1"}, pairs(f.Propose(12*second, 10)))
}
