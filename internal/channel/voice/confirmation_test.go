package voice

import (
	"testing"
	"time"

	v5 "github.com/CyCoreSystems/ari/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
)

const home = "+33612345678"

func saysPressOne() []string { return []string{"sound:guichet/agent_confirmation"} }

func homeDesk(t *testing.T) *desk {
	return outsideDesk(t, Call{Number: "0699999999", Trunk: "PJSIP/{number}@trunk", Confirmation: saysPressOne})
}

func (d *desk) ringHome() []string {
	return d.do(engine.Ring{Offer: offer, Agent: "a1", Phone: home, Display: "paiement · 35 · 4s", Timeout: 18 * time.Second})
}

// homeUp is the leg to an agent outside, picked up by whomever.
func homeUp(t *testing.T) *desk {
	d := homeDesk(t)
	d.ringHome()
	d.done(OpCreate, nil)
	d.see(enters(leg1))
	d.done(OpDial, nil)
	d.done(OpMakeBridge, nil)
	require.Equal(t, []string{"ask_key"}, d.see(isUp(leg1)), "up is not answered")
	return d
}

func (d *desk) press(digit string) []string {
	return d.see(&v5.ChannelDtmfReceived{Channel: channel(leg1, "Up"), Digit: digit})
}

// prompted ends the n-th prompt of the leg.
func (d *desk) prompted(n int) []string {
	return d.see(&v5.PlaybackFinished{Playback: v5.PlaybackData{ID: string(d.line.legs[offer].prompt(n))}})
}

var taken = []string{"stop_asking", "stop_asking", about("AgentAnswered")}

func TestAnAgentOutsideIsCalledThroughTheTrunkAndNothingOfTheCallGoesThere(t *testing.T) {
	t.Parallel()
	d := homeDesk(t)
	assert.Equal(t, []string{"listen leg", "create"}, d.ringHome())
	to := d.line.legs[offer].to
	assert.Equal(t, "PJSIP/+33612345678@trunk", to.endpoint)
	assert.Equal(t, 18*time.Second, to.timeout)
	assert.Empty(t, to.variables, "neither topic and wait nor the caller's number nor the contact")

	d = outsideDesk(t, Call{Confirmation: saysPressOne})
	assert.Equal(t, []string{left(contact.Unreachable, 0)}, d.ringHome(), "without a trunk nobody is reached")
}

func TestOnlyKeyOneOfAnAgentOutsideIsAnAnswer(t *testing.T) {
	t.Parallel()
	d := homeUp(t)
	d.done(OpAskKey, nil)
	for _, other := range []string{"2", "#", "0", "11", ""} {
		assert.Empty(t, d.press(other), other)
	}
	assert.Equal(t, taken, d.press("1"))
	assert.NotContains(t, d.press("1"), about("AgentAnswered"), "and once")
	assert.Empty(t, d.prompted(1), "nothing is said any more")
	d.done(OpStopAsking, nil)
	d.done(OpStopAsking, &ari.Error{Status: 404})
	assert.Equal(t, []string{"join"}, d.do(engine.Join{Offer: offer}))
	d.done(OpJoin, nil)
	d.see(joins(caller))
	assert.Equal(t, []string{about("Bridged")}, d.see(joins(leg1)))
	assert.NotContains(t, d.press("1"), about("AgentAnswered"), "in the conversation a key is a key")
	assert.Empty(t, d.do(engine.AskLeg{Offer: offer}), "they talk")
}

func TestAKeyBeforeTheAnswerOrOfTheCallerConfirmsNothing(t *testing.T) {
	t.Parallel()
	d := homeDesk(t)
	d.ringHome()
	d.see(enters(leg1))
	assert.Equal(t, []string{"make_bridge", rings()}, d.done(OpDial, nil))
	assert.Empty(t, d.press("1"))
	assert.Equal(t, []string{"ask_key"}, d.see(isUp(leg1)))
	assert.Equal(t, []string{"Key{Key:49}"}, d.see(&v5.ChannelDtmfReceived{Channel: channel(caller, "Up"), Digit: "1"}))
	assert.Equal(t, taken, d.press("1"))
}

// A voicemail answers, greets, and records whatever it hears.
func TestAVoicemailIsAskedUntilTheRingTimeIsOverAndHasNotAnswered(t *testing.T) {
	t.Parallel()
	d := homeUp(t)
	for n := 1; n < 6; n++ {
		assert.Empty(t, d.done(OpAskKey, nil))
		assert.Equal(t, []string{"ask_key"}, d.prompted(n), "a greeting hides the first")
		assert.Equal(t, askPause, d.pending[len(d.pending)-1].After)
		assert.Empty(t, d.prompted(n), "told twice, it is asked once")
	}
	assert.Equal(t, []string{"hang_up_leg"}, d.do(engine.AskLeg{Offer: offer}))
	assert.Empty(t, d.press("1"), "too late")
	assert.Empty(t, d.prompted(6))
	assert.Empty(t, d.do(engine.Join{Offer: offer}))
	assert.Equal(t, []string{left(contact.NoAnswer, 0)}, d.see(ends(leg1)))
}

func TestWhoHangsUpBeforeTheKeyHasRefused(t *testing.T) {
	t.Parallel()
	d := homeUp(t)
	d.see(hangsUp(leg1, 16))
	assert.Equal(t, []string{left(contact.Refused, 16)}, d.see(ends(leg1)))
	assert.Empty(t, d.done(OpAskKey, &ari.Error{Status: 404}))
}

func TestWhenTheCallerLeavesNobodyIsAskedAnyMore(t *testing.T) {
	t.Parallel()
	d := homeUp(t)
	assert.Equal(t, []string{"hang_up_leg"}, d.do(engine.DropLeg{Offer: offer}))
	waiting := d.pending[0]
	require.Equal(t, OpAskKey, waiting.Op)
	assert.ErrorIs(t, waiting.Send(t.Context(), nil), errUnwanted)
	assert.Empty(t, d.prompted(1))
	assert.Empty(t, d.press("1"))
}

func TestAPromptThatWaitsForItsTurnIsNotSaidInTheConversation(t *testing.T) {
	t.Parallel()
	d := homeUp(t)
	d.done(OpAskKey, nil)
	d.prompted(1)
	waiting := d.pending[len(d.pending)-1]
	require.Equal(t, OpAskKey, waiting.Op)
	d.press("1")
	assert.ErrorIs(t, waiting.Send(t.Context(), nil), errUnwanted)
	assert.Empty(t, d.told(d.line.Done(waiting, errUnwanted)))
}

func TestAPromptThatFailedIsSaidAnew(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{"lost": lostAnswer, "refused": &ari.Error{Status: 500}} {
		d := homeUp(t)
		assert.Equal(t, []string{"ask_key"}, d.done(OpAskKey, err), name)
		assert.Equal(t, taken, d.press("1"), name)
		assert.Equal(t, []string{"stop_asking again in 100ms"}, d.done(OpStopAsking, lostAnswer), name)
	}
}

func TestWithoutAPromptTheKeyIsOwedAllTheSame(t *testing.T) {
	t.Parallel()
	for _, says := range []func() []string{nil, func() []string { return nil }} {
		d := outsideDesk(t, Call{Trunk: "PJSIP/{number}@trunk", Confirmation: says})
		d.ringHome()
		d.see(enters(leg1))
		d.done(OpDial, nil)
		assert.Empty(t, d.see(isUp(leg1)))
		assert.Equal(t, taken, d.press("1"))
	}
}

// owing marks the leg of a listing as Asterisk shows one that we made so.
func owing(s Snapshot) Snapshot {
	leg := s.Channels[leg1]
	leg.Dialplan = ari.Dialplan{App: "Stasis", AppData: "guichet,leg,c1,confirm"}
	s.Channels[leg1] = leg
	return s
}

func TestTheLegItselfTellsWhetherItOwesTheKey(t *testing.T) {
	t.Parallel()
	assert.True(t, marked(owing(listing("Up")).Channels[leg1]))
	for _, data := range []string{"", "guichet,leg,c1", "guichet,leg,confirmed"} {
		assert.False(t, marked(ari.Channel{Dialplan: ari.Dialplan{AppData: data}}), data)
	}
}

func TestAfterAGapWhoeverOwesTheKeyIsAskedAgain(t *testing.T) {
	t.Parallel()
	both := []ari.ChannelID{caller, leg1}
	again := []string{"make_bridge", "stop_asking", "stop_asking", "ask_key", restarted}
	for name, tc := range map[string]struct {
		knew  func(*testing.T) *desk
		found Snapshot
		want  []string
	}{
		"rang, picked up in the gap": {func(t *testing.T) *desk {
			d := homeDesk(t)
			d.ringHome()
			d.see(enters(leg1))
			d.done(OpDial, nil)
			return d
		}, listing("Up"), again},
		"was asked": {homeUp, listing("Up"), again},
		"pressed, the join was dropped": {func(t *testing.T) *desk {
			d := homeUp(t)
			d.press("1")
			return d
		}, listing("Up"), []string{"make_bridge", about("AgentAnswered"), restarted}},
		"taken up, rings":             {takenUp(false), owing(listing("Ringing")), []string{"make_bridge", rings(), restarted}},
		"taken up, owes the key":      {takenUp(false), owing(listing("Up")), append([]string{"make_bridge", "stop_asking", "stop_asking", "ask_key"}, rings(), restarted)},
		"taken up, half joined":       {takenUp(false), owing(listing("Up", leg1)), []string{rings(), about("AgentAnswered"), restarted}},
		"taken up, they talk":         {takenUp(false), owing(listing("Up", both...)), []string{about("Bridged"), restarted}},
		"taken up, the bridge fell":   {takenUp(true), owing(listing("Up")), []string{"make_bridge", rings(), about("AgentAnswered"), restarted}},
		"taken up, the house's phone": {takenUp(false), listing("Up"), []string{"make_bridge", rings(), about("AgentAnswered"), restarted}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := tc.knew(t)
			d.pending = nil
			assert.Equal(t, tc.want, d.told(d.line.Resync(tc.found)))
		})
	}
}

func takenUp(met bool) func(*testing.T) *desk {
	return func(t *testing.T) *desk {
		c := Call{Contact: "c1", Channel: caller, Salt: "s", Met: met, Confirmation: saysPressOne}
		return &desk{t: t, line: New(c, sounds, offer)}
	}
}

func TestALegTakenUpIsConfirmedRefusedOrGivenUpAsEver(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		happens func(*desk) []string
		want    []string
	}{
		"the key":         {func(d *desk) []string { return d.press("1") }, taken},
		"a hang-up":       {func(d *desk) []string { return d.see(ends(leg1)) }, []string{left(contact.Refused, 0)}},
		"the end of time": {func(d *desk) []string { return d.do(engine.AskLeg{Offer: offer}) }, []string{"hang_up_leg"}},
	} {
		d := takenUp(false)(t)
		d.told(d.line.Resync(owing(listing("Up"))))
		assert.Equal(t, tc.want, tc.happens(d), name)
	}
	d := takenUp(false)(t)
	d.told(d.line.Resync(owing(listing("Ringing"))))
	assert.Equal(t, []string{"ask_key"}, d.see(isUp(leg1)), "picked up after the next controller came")
}
