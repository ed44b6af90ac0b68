package voice

import (
	"context"
	"fmt"
	"testing"
	"time"

	v5 "github.com/CyCoreSystems/ari/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
)

const (
	offer  = fact.OfferID("1700000000000-0/0123456789abcdef0123456789abcdef01234567")
	caller = ari.ChannelID("1700000000.1")
)

var leg1 = LegID(offer)

func sounds(prompt, language string) []string {
	if prompt == "unknown" {
		return nil
	}
	return []string{"sound:" + language + "/" + prompt}
}

// desk is a line under test: what follows from each step, in words.
type desk struct {
	t       *testing.T
	line    *Line
	pending []Request // sent and not answered
	clock   time.Time
}

func newDesk(t *testing.T) *desk {
	return &desk{t: t, line: New(Call{Contact: "c1", Channel: caller, Number: "0612345678", Salt: "s"}, sounds, "")}
}

// told keeps the requests as pending and gives everything in words.
func (d *desk) told(out Out) []string {
	d.pending = append(d.pending, out.Requests...)
	var words []string
	for _, id := range out.Listen {
		words = append(words, "listen "+name(id))
	}
	for _, r := range out.Requests {
		words = append(words, inWords(r))
	}
	for _, e := range out.Events {
		words = append(words, fmt.Sprintf("%T%+v", e, e)[len("engine."):])
	}
	return words
}

func inWords(r Request) string {
	text := string(r.Op)
	if r.Attempt > 0 {
		text += fmt.Sprintf(" again in %s", r.After)
	}
	return text
}

func name(id ari.ChannelID) string {
	switch id {
	case caller:
		return "caller"
	case leg1:
		return "leg"
	}
	return string(id)
}

func (d *desk) do(c engine.Command) []string { return d.told(d.line.Do(c)) }

// see gives the line an event, each some seconds after the one before.
func (d *desk) see(value any) []string {
	d.clock = d.clock.Add(5 * time.Second)
	return d.told(d.line.Observe(ari.Event{At: d.clock, Value: value}))
}

// done answers the oldest pending request of that kind.
func (d *desk) done(op Op, err error) []string {
	d.t.Helper()
	for i, r := range d.pending {
		if r.Op == op {
			d.pending = append(d.pending[:i:i], d.pending[i+1:]...)
			return d.told(d.line.Done(r, err))
		}
	}
	d.t.Fatalf("no %s is pending", op)
	return nil
}

func (d *desk) ring() []string {
	return d.do(engine.Ring{Offer: offer, Agent: "a1", Phone: "PJSIP/1001", Display: "paiement · 35 · 4s", Timeout: 18 * time.Second})
}

// The states of a leg, each reached by the way before it.
func (d *desk) created()  { d.ring(); d.done(OpCreate, nil) }
func (d *desk) here()     { d.created(); d.see(enters(leg1)) }
func (d *desk) dialled()  { d.here(); d.done(OpDial, nil); d.done(OpMakeBridge, nil) }
func (d *desk) answered() { d.dialled(); d.see(isUp(leg1)) }
func (d *desk) bridged() {
	d.answered()
	d.do(engine.Join{Offer: offer})
	d.done(OpJoin, nil)
	d.see(joins(caller))
	d.see(joins(leg1))
}

func channel(id ari.ChannelID, state string) v5.ChannelData {
	return v5.ChannelData{ID: string(id), State: state}
}

func enters(id ari.ChannelID) any { return &v5.StasisStart{Channel: channel(id, "Down")} }
func isRinging(id ari.ChannelID) any {
	return &v5.ChannelStateChange{Channel: channel(id, "Ringing")}
}
func isUp(id ari.ChannelID) any { return &v5.ChannelStateChange{Channel: channel(id, "Up")} }
func joins(id ari.ChannelID) any {
	return &v5.ChannelEnteredBridge{Channel: channel(id, "Up"), Bridge: v5.BridgeData{ID: string(BridgeID("c1"))}}
}
func parts(id ari.ChannelID) any {
	return &v5.ChannelLeftBridge{Channel: channel(id, "Up"), Bridge: v5.BridgeData{ID: string(BridgeID("c1"))}}
}
func hangsUp(id ari.ChannelID, cause int) any {
	return &v5.ChannelHangupRequest{Channel: channel(id, "Up"), Cause: cause}
}
func ends(id ari.ChannelID) any { return &v5.StasisEnd{Channel: channel(id, "Up")} }
func destroyed(id ari.ChannelID, cause int) any {
	return &v5.ChannelDestroyed{Channel: channel(id, "Up"), Cause: cause}
}

func left(result contact.RingResult, cause int) string {
	return fmt.Sprintf("AgentLeft{Offer:%s Result:%s Cause:%d}", offer, result, cause)
}

func about(event string) string { return fmt.Sprintf("%s{Offer:%s}", event, offer) }

func rings() string { return fmt.Sprintf("AgentRings{Offer:%s Leg:%s}", offer, leg1) }

func TestACallIsAnsweredRungBridgedAndReleasedInThatOrder(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	assert.Equal(t, []string{"answer"}, d.do(engine.Answer{}))
	assert.Equal(t, []string{"play"}, d.do(engine.Play{N: 1, Prompts: prompts("bienvenue"), Language: "fr"}))
	assert.Equal(t, []string{"stop_play"}, d.do(engine.StopPlay{N: 1}))
	assert.Equal(t, []string{"start_music"}, d.do(engine.StartMusic{}))
	assert.Equal(t, []string{"listen leg", "create"}, d.ring())
	assert.Empty(t, d.done(OpCreate, nil), "nothing rings yet")
	assert.Equal(t, []string{"dial"}, d.see(enters(leg1)))
	assert.Equal(t, []string{"make_bridge", rings()}, d.done(OpDial, nil))
	assert.Empty(t, d.done(OpMakeBridge, nil))
	assert.Equal(t, []string{about("AgentAnswered")}, d.see(isUp(leg1)))
	assert.Equal(t, []string{"stop_music"}, d.do(engine.StopMusic{}))
	assert.Equal(t, []string{"join"}, d.do(engine.Join{Offer: offer}))
	assert.Empty(t, d.done(OpJoin, nil), "bridged is what Asterisk tells of both")
	assert.Empty(t, d.see(joins(caller)))
	assert.Equal(t, []string{about("Bridged")}, d.see(joins(leg1)))
	assert.Empty(t, d.see(joins(leg1)), "and once")
	assert.Empty(t, d.see(hangsUp(leg1, 16)))
	assert.Empty(t, d.see(parts(leg1)))
	assert.Equal(t, []string{left(contact.Refused, 16)}, d.see(ends(leg1)))
	assert.Empty(t, d.see(destroyed(leg1, 16)), "and once")
	assert.Equal(t, []string{"release"}, d.do(engine.Release{Cause: 16}))
	assert.Equal(t, []string{"CallerLeft{Cause:16}"}, d.see(hangsUp(caller, 16)))
	assert.Empty(t, d.see(ends(caller)))
	id, made := d.line.BridgeMade()
	assert.Equal(t, ari.BridgeID("guichet-bridge-c1"), id)
	assert.True(t, made)
}

func TestOnlyTheCallersSingleKeysAreKeys(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.ring()
	assert.Equal(t, []string{"Key{Key:49}"}, d.see(&v5.ChannelDtmfReceived{Channel: channel(caller, "Up"), Digit: "1"}))
	assert.Empty(t, d.see(&v5.ChannelDtmfReceived{Channel: channel(leg1, "Up"), Digit: "1"}))
	assert.Empty(t, d.see(&v5.ChannelDtmfReceived{Channel: channel(caller, "Up"), Digit: "12"}))
	assert.Empty(t, d.see(&v5.ChannelDtmfReceived{Channel: channel(caller, "Up")}))
	assert.Empty(t, d.see(ari.LinkUp{}), "what the line does not know means nothing")
}

func TestTheNextPromptWaitsForAStopOnlyIfAsteriskMayNotHaveTheOneBefore(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	lane := func(c engine.Command) Lane {
		out := d.line.Do(c)
		require.Len(t, out.Requests, 1)
		d.pending = append(d.pending, out.Requests...)
		return out.Requests[0].Lane
	}
	assert.Equal(t, callerLane, lane(engine.Play{N: 1, Prompts: prompts("bienvenue")}))
	assert.Equal(t, callerLane, lane(engine.StopPlay{N: 1}), "before it, it would stop nothing")
	lane(engine.Play{N: 2, Prompts: prompts("bienvenue")})
	d.done(OpPlay, nil)
	assert.Equal(t, callerLane, lane(engine.StopPlay{N: 2}), "the first has come, not the second")
	d.done(OpPlay, nil)
	assert.Equal(t, stopLane, lane(engine.StopPlay{N: 2}))
	assert.Equal(t, callerLane, lane(engine.Play{N: 3, Prompts: prompts("bienvenue")}))
}

func TestOnlyTheEndOfThePresentPromptCounts(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	finished := func(n int) any {
		return &v5.PlaybackFinished{Playback: v5.PlaybackData{ID: string(d.line.playback(n))}}
	}
	d.do(engine.Play{N: 1, Prompts: prompts("bienvenue")})
	d.do(engine.StopPlay{N: 1})
	assert.Empty(t, d.see(finished(1)), "stopped, it is nobody's business")
	d.do(engine.Play{N: 2, Prompts: prompts("bienvenue")})
	assert.Empty(t, d.see(finished(1)))
	assert.Equal(t, []string{"Played{N:2}"}, d.see(finished(2)))
	assert.Empty(t, d.see(finished(2)), "and once")
	other := New(Call{Contact: "c1", Channel: caller, Salt: "other"}, sounds, "")
	assert.NotEqual(t, d.line.playback(2), other.playback(2), "an earlier life's prompts have other names")
}

func TestAPromptWithoutSoundEndsAtOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	assert.Equal(t, []string{"Played{N:1}"}, d.do(engine.Play{N: 1, Prompts: prompts("unknown")}))
	assert.Empty(t, d.see(&v5.PlaybackFinished{Playback: v5.PlaybackData{ID: string(d.line.playback(1))}}))
}

func TestALegIsDroppedInEveryState(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		reach func(*desk)
		ended contact.RingResult
	}{
		"asked for": {func(d *desk) { d.ring() }, contact.Lost},
		"created":   {(*desk).created, contact.Lost},
		"here":      {(*desk).here, contact.Lost},
		"dialled":   {(*desk).dialled, contact.Lost},
		"answered":  {(*desk).answered, contact.Refused},
		"bridged":   {(*desk).bridged, contact.Refused},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			tc.reach(d)
			assert.Equal(t, []string{"hang_up_leg"}, d.do(engine.DropLeg{Offer: offer}))
			assert.Empty(t, d.see(enters(leg1)), "a dropped leg is not dialled")
			assert.Empty(t, d.do(engine.Join{Offer: offer}), "nor bridged")
			assert.NotContains(t, d.see(joins(leg1)), about("Bridged"))
			assert.Equal(t, []string{left(tc.ended, 0)}, d.see(ends(leg1)))
			assert.Empty(t, d.do(engine.DropLeg{Offer: offer}), "it is gone")
		})
	}
}

func TestALateAnswerAfterTheDropIsHungUpAndNeverBridged(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.dialled()
	d.do(engine.DropLeg{Offer: offer})
	assert.Equal(t, []string{"hang_up_leg"}, d.see(isUp(leg1)))
	assert.Empty(t, d.do(engine.Join{Offer: offer}))
	assert.Empty(t, d.see(joins(caller)))
	assert.Empty(t, d.see(joins(leg1)))
}

func TestWhatWaitsInItsLaneIsNotSentOnceTheLegIsDropped(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.created()
	d.see(enters(leg1)) // dial and join wait behind others
	d.do(engine.Join{Offer: offer})
	waiting := append([]Request{}, d.pending...)
	d.do(engine.DropLeg{Offer: offer})
	for _, r := range waiting {
		err := r.Send(context.Background(), nil) // a client is not needed: nothing is sent
		assert.ErrorIs(t, err, errUnwanted, r.Op)
		assert.Empty(t, d.told(d.line.Done(r, err)), r.Op)
	}
}

func TestTheRingIsToldEvenIfTheAnswerOvertakesTheAnswerToTheDial(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.here()
	assert.Equal(t, []string{"make_bridge", rings(), about("AgentAnswered")}, d.see(isUp(leg1)))
	assert.Empty(t, d.done(OpDial, nil))
	assert.Equal(t, []string{left(contact.Refused, 0)}, d.see(ends(leg1)), "answered, and gone before the bridge")
}

// An answer that was lost may be that of a dial that never was.
func TestADialWhoseAnswerIsLostCountsOnlyWhenItShows(t *testing.T) {
	t.Parallel()
	unsure := func(d *desk) {
		d.here()
		assert.Empty(t, d.done(OpDial, lostAnswer), "neither repeated nor told")
	}
	d := newDesk(t)
	unsure(d)
	assert.Equal(t, []string{"hang_up_leg"}, d.do(engine.AskLeg{Offer: offer}))
	assert.Equal(t, []string{left(contact.Lost, 0)}, d.see(ends(leg1)), "not the agent's fault")

	d = newDesk(t)
	unsure(d)
	assert.Equal(t, []string{"make_bridge", rings(), about("AgentAnswered")}, d.see(isUp(leg1)))

	for name, sign := range map[string]any{
		"dial":  &v5.Dial{Peer: channel(leg1, "Down"), Dialstatus: "RINGING"},
		"state": isRinging(leg1),
	} {
		d := newDesk(t)
		unsure(d)
		assert.Equal(t, []string{"make_bridge", rings()}, d.see(sign), name)
		assert.Empty(t, d.see(sign), "%s: and once", name)
		assert.Equal(t, []string{"hang_up_leg"}, d.do(engine.AskLeg{Offer: offer}), name)
		assert.Equal(t, []string{left(contact.NoAnswer, 0)}, d.see(ends(leg1)), name)
	}
}

func TestALegThatEndsBeforeTheAnswerToItsDialIsWhatItsCauseSays(t *testing.T) {
	t.Parallel()
	for cause, want := range map[int]contact.RingResult{
		0: contact.Lost, 17: contact.Busy, 20: contact.Unreachable, 127: contact.Lost,
	} {
		d := newDesk(t)
		d.here()
		assert.Equal(t, []string{left(want, cause)}, d.see(destroyed(leg1, cause)))
		assert.Empty(t, d.done(OpDial, nil))
	}
}

func TestTheCauseOfTheHangUpSaysWhyAPhoneWasNotAnswered(t *testing.T) {
	t.Parallel()
	for cause, want := range map[int]contact.RingResult{
		17: contact.Busy, 21: contact.Refused, 19: contact.NoAnswer, 20: contact.Unreachable,
		1: contact.Unreachable, 34: contact.Unreachable, 38: contact.Unreachable, 127: contact.NoAnswer,
	} {
		// In Asterisk 22.10.1: the request with the cause, the way out of the
		// application without one, and the end.
		d := newDesk(t)
		d.dialled()
		assert.Empty(t, d.see(hangsUp(leg1, cause)))
		assert.Equal(t, []string{left(want, cause)}, d.see(ends(leg1)), cause)
		assert.Empty(t, d.see(destroyed(leg1, cause)))

		d = newDesk(t)
		d.dialled()
		assert.Equal(t, []string{left(want, cause)}, d.see(destroyed(leg1, cause)), "%d, by the end alone", cause)
	}
}

func TestTheDialsOwnTimeOutIsNoAnswer(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.dialled()
	d.see(&v5.ChannelHangupRequest{Channel: channel(leg1, "Ringing"), Cause: 32, Soft: true})
	assert.Equal(t, []string{left(contact.NoAnswer, 0)}, d.see(ends(leg1)))
}

func TestADialStatusIsBelievedWhereAsteriskGivesOne(t *testing.T) {
	t.Parallel()
	for status, want := range map[string]contact.RingResult{
		"BUSY": contact.Busy, "NOANSWER": contact.NoAnswer, "CONGESTION": contact.Unreachable,
		"CHANUNAVAIL": contact.Unreachable, "RINGING": contact.NoAnswer, "": contact.NoAnswer,
	} {
		d := newDesk(t)
		d.dialled()
		assert.Empty(t, d.see(&v5.Dial{Peer: channel(leg1, "Down"), Dialstatus: status}))
		assert.Equal(t, []string{left(want, 0)}, d.see(ends(leg1)), status)
	}
}

func TestAskingAboutALegGivesItUpUnlessItTalks(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		reach func(*desk)
		ended contact.RingResult
	}{
		"never rang":     {(*desk).here, contact.Lost},
		"rings for ever": {(*desk).dialled, contact.NoAnswer},
		"never bridged":  {(*desk).answered, contact.Lost},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			tc.reach(d)
			assert.Equal(t, []string{"hang_up_leg"}, d.do(engine.AskLeg{Offer: offer}))
			assert.Equal(t, []string{left(tc.ended, 0)}, d.done(OpHangUpLeg, &ari.Error{Status: 404}))
		})
	}
	d := newDesk(t)
	assert.Equal(t, []string{left(contact.Lost, 0)}, d.do(engine.AskLeg{Offer: offer}), "there is none")
	d.bridged()
	assert.Empty(t, d.do(engine.AskLeg{Offer: offer}), "they talk")
}

func TestALegThatNobodyExpectsIsHungUp(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	assert.Equal(t, []string{"hang_up_leg"}, d.see(enters("guichet-leg-1-late")))
	assert.Equal(t, []string{"hang_up_leg again in 100ms"}, d.done(OpHangUpLeg, &ari.Error{Status: 500}))
	assert.Empty(t, d.done(OpHangUpLeg, &ari.Error{Status: 404}))
	assert.Empty(t, d.see(enters(caller)), "the caller is no leg")
}

func TestAnotherBridgeIsNotOurs(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.answered()
	d.see(joins(caller))
	elsewhere := &v5.ChannelEnteredBridge{Channel: channel(leg1, "Up"), Bridge: v5.BridgeData{ID: "other"}}
	assert.Empty(t, d.see(elsewhere))
	assert.Equal(t, []string{about("Bridged")}, d.see(joins(leg1)))
}

func TestALegKnowsItsNamesAgain(t *testing.T) {
	t.Parallel()
	assert.Equal(t, ari.ChannelID("guichet-leg-1700000000000-0-0123456789ab"), leg1)
	assert.True(t, IsLeg(leg1))
	assert.False(t, IsLeg(caller))
	assert.True(t, IsBridge(BridgeID("c1")))
	assert.Equal(t, ari.ChannelID("guichet-leg-out-c1-x.0"), LegID("out-c1-x.0"), "a transfer has its own name")
	d := newDesk(t)
	d.ring()
	assert.Equal(t, []string{string(caller), "guichet-bridge-c1", string(leg1)}, d.line.IDs())
	assert.Equal(t, "line c1", d.line.String())
}

func TestTheNextPhoneFindsTheBridgeOfTheOneThatDidNotAnswer(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.dialled()
	d.do(engine.DropLeg{Offer: offer})
	d.see(ends(leg1))
	d.ring()
	d.see(enters(leg1))
	assert.Equal(t, []string{rings()}, d.done(OpDial, nil))
}

func TestNoBridgeIsMadeForACallerWhoHasLeft(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.here()
	d.see(hangsUp(caller, 16))
	assert.Equal(t, []string{rings()}, d.done(OpDial, nil))
	_, made := d.line.BridgeMade()
	assert.False(t, made)
}
