package acd

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

func card(agent contact.Agent) fact.LoggedIn {
	return fact.LoggedIn{Agent: agent, Center: "ouest", Phone: "PJSIP/" + string(agent)}
}

func seat(agent contact.Agent, phone string) fact.AgentSeated {
	return fact.AgentSeated{Card: card(agent), Phone: phone}
}

func TestAnAgentSitsAtAnyPhoneUntilHeLogsOut(t *testing.T) {
	t.Parallel()
	f := New()
	accepted(t, f.Seat(1, seat("a1", "PJSIP/desk")))
	a := f.Agents["a1"]
	assert.Equal(t, Ready, a.State)
	assert.Equal(t, "PJSIP/desk", a.Phone)
	accepted(t, f.Login(2, card("a1")))
	assert.Equal(t, "PJSIP/desk", a.Phone, "a log-in of who is there moves nobody")
	moved := card("a1")
	moved.Phone = "PJSIP/new"
	accepted(t, f.Renew(3, fact.AgentRenewed{Card: moved, Version: a.Version}))
	assert.Equal(t, "PJSIP/desk", a.Phone, "nor does a new version of the site")
	assert.True(t, f.Knows("a1", moved), "and the leader has nothing more to do")
	accepted(t, f.Logout(4, "a1"))
	assert.Equal(t, "PJSIP/new", a.Phone)
	accepted(t, f.Seat(5, seat("a2", "PJSIP/desk")))
}

func TestNobodyIsLoggedInTwiceOrBesideAnother(t *testing.T) {
	t.Parallel()
	f := New()
	accepted(t, f.Seat(1, seat("a1", "PJSIP/a2")))
	refused(t, f, AgentElsewhere, func() Void { return f.Seat(2, seat("a1", "PJSIP/a1")) })
	refused(t, f, PhoneTaken, func() Void { return f.Seat(3, seat("a3", "PJSIP/a2")) })
	refused(t, f, PhoneTaken, func() Void { return f.Login(4, card("a2")) })
	accepted(t, f.Login(5, card("a3")))
	refused(t, f, PhoneTaken, func() Void { return f.Seat(6, seat("a2", "PJSIP/a3")) })
	accepted(t, f.Seat(7, seat("a1", "PJSIP/a2"))) // said again
	accepted(t, f.Logout(8, "a1"))
	accepted(t, f.Login(9, card("a2")))
}

// Somebody sits at the phone of an agent who is out, and who then logs in at another.
func TestWhoSitsDownElsewhereTakesNobodysSeat(t *testing.T) {
	t.Parallel()
	f := New()
	accepted(t, f.Login(1, card("a1")))
	accepted(t, f.Logout(2, "a1"))
	accepted(t, f.Seat(3, seat("a3", "PJSIP/a1")))
	accepted(t, f.Seat(4, seat("a1", "PJSIP/desk")))
	assert.Equal(t, map[string]contact.Agent{"PJSIP/a1": "a3", "PJSIP/desk": "a1"}, f.Seats)
}

func TestAPhoneInTroubleKeepsTheAgentFromBeingReadyAndNothingElse(t *testing.T) {
	t.Parallel()
	f := floor(t, 1)
	a := f.Agents["a1"]
	see := func(at int64, trouble contact.PhoneTrouble) Void {
		return f.SeePhone(at, fact.AgentPhone{Agent: "a1", Phone: a.Phone, Trouble: trouble})
	}
	accepted(t, see(1*second, contact.Unregistered))
	assert.Equal(t, SetAside, a.State)
	assert.Equal(t, "unregistered", a.Why)
	refused(t, f, PhoneUnregistered, func() Void { return f.Resume(2*second, "a1") })
	accepted(t, see(3*second, contact.OnOwnCall))
	assert.Equal(t, "own_call", a.Why)
	refused(t, f, PhoneOnOwnCall, func() Void { return f.Resume(4*second, "a1") })
	accepted(t, f.Pause(5*second, fact.Paused{Agent: "a1", Reason: "repas"}))
	accepted(t, f.Resume(6*second, "a1"))
	assert.Equal(t, SetAside, a.State, "out of the pause, and not yet to be rung")
	accepted(t, see(7*second, ""))
	assert.Equal(t, Ready, a.State)
	refused(t, f, "known already", func() Void { return see(8*second, "") })
	refused(t, f, "agent has another phone", func() Void {
		return f.SeePhone(9*second, fact.AgentPhone{Agent: "a1", Phone: "PJSIP/other", Trouble: contact.Unregistered})
	})

	accepted(t, f.Enqueue(10*second, "c", contact.Voice, queued(10*second)))
	offered(t, f, 11*second, "o")
	accepted(t, f.Rings(11*second, "o"))
	accepted(t, see(12*second, contact.OnOwnCall))
	assert.Equal(t, Ringing, a.State, "what is under way goes on")
	accepted(t, f.Connect(13*second, "o"))
	accepted(t, f.EndLeg(14*second, "o"))
	assert.Equal(t, WrapUp, a.State)
	due, _ := f.Expiries(1 << 50)
	require.Len(t, due, 1)
	accepted(t, f.Expire(50*second, due[0]))
	assert.Equal(t, SetAside, a.State)
	accepted(t, see(51*second, ""))
	assert.Equal(t, Ready, a.State)
}

func TestAWrapUpIsMadeLongerWithinALimitAndEnded(t *testing.T) {
	t.Parallel()
	f := floor(t, 1)
	a := f.Agents["a1"]
	accepted(t, f.Enqueue(10*second, "c", contact.Voice, queued(10*second)))
	offered(t, f, 11*second, "o")
	accepted(t, f.Rings(11*second, "o"))
	accepted(t, f.Connect(12*second, "o"))
	wish := fact.AgentWrapUp{Agent: "a1", Since: 20 * second, Extend: 15 * time.Second, Longest: 40 * time.Second}
	refused(t, f, NoWrapUp, func() Void { return f.WrappedUp(13*second, wish) })
	accepted(t, f.EndLeg(20*second, "o"))
	before, _ := f.Expiries(1 << 50)
	ends := a.Until
	accepted(t, f.WrappedUp(21*second, wish))
	assert.Equal(t, ends+15*second, a.Until)
	refused(t, f, "nothing of that version to expire", func() Void { return f.Expire(ends, before[0]) })
	for range 3 {
		f.WrappedUp(22*second, wish)
	}
	assert.Equal(t, 60*second, a.Until, "40 s from its begin")
	refused(t, f, WrapUpLongest, func() Void { return f.WrappedUp(23*second, wish) })
	other := wish
	other.Since++
	refused(t, f, NoWrapUp, func() Void { return f.WrappedUp(24*second, other) })
	accepted(t, f.Pause(25*second, fact.Paused{Agent: "a1", Reason: "repas"}))
	wish.Extend = 0
	accepted(t, f.WrappedUp(26*second, wish))
	assert.Equal(t, Paused, a.State, "the pause that was asked for follows at once")
	assert.Equal(t, "repas", a.Why)
}
