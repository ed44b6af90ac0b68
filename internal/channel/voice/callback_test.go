package voice

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/engine"
)

// callingBack is a line on which the agent waits and the person is being called.
func callingBack(t *testing.T) *desk {
	d := newDesk(t)
	d.line = New(Call{Contact: "c1", Salt: "s", Trunk: "PJSIP/{number}@trunk"}, sounds, "")
	d.answered()
	d.do(engine.CallBack{Call: call, Number: "+33612345678"})
	d.done(OpCreate, nil)
	d.see(enters(LegID(call)))
	return d
}

func TestTheAgentHearsThatThePersonsPhoneRingsUntilTheyAreJoined(t *testing.T) {
	t.Parallel()
	d := callingBack(t)
	assert.Contains(t, d.done(OpDial, nil), "start_ringing")
	assert.NotContains(t, d.see(isRinging(LegID(call))), "start_ringing", "once")
	d.see(isUp(LegID(call)))
	assert.Equal(t, []string{"stop_ringing", "join"}, d.do(engine.Join{Offer: offer}))
	assert.Empty(t, d.done(OpStartRinging, ari.ErrAmbiguous), "started again late, it would ring into the conversation")
	assert.Equal(t, []string{"stop_ringing again in 100ms"}, d.done(OpStopRinging, ari.ErrAmbiguous))
}

func TestARingingToneThatMayNotHaveBegunIsAskedForAgain(t *testing.T) {
	t.Parallel()
	d := callingBack(t)
	d.done(OpDial, nil)
	assert.Equal(t, []string{"start_ringing again in 100ms"}, d.done(OpStartRinging, ari.ErrAmbiguous))
}

func TestAnAgentWhoIsDroppedHearsNoRinging(t *testing.T) {
	t.Parallel()
	d := callingBack(t)
	d.do(engine.DropLeg{Offer: offer})
	assert.NotContains(t, d.done(OpDial, nil), "start_ringing")
}

// Whoever calls in hears what the menu plays; their agent has nothing to wait for.
func TestNobodyHearsRingingWhenThePersonHasCalled(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.answered()
	assert.Equal(t, []string{"join"}, d.do(engine.Join{Offer: offer}))
}
