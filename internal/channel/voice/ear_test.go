package voice

import (
	"errors"
	"slices"
	"strings"
	"testing"

	v5 "github.com/CyCoreSystems/ari/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
)

const own = ari.ChannelID("1700000000.7")

// speaksBy is a call of the agent's own that is in the place of his leg.
func speaksBy(d *desk) []string {
	d.bridged()
	d.line.BeginEar(own)
	return d.do(engine.Arrange{Ear: string(own)})
}

func TestACallOfTheAgentsOwnRingsAndIsPutInThePlaceOfHisLeg(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.bridged()
	d.line.BeginEar(own)
	d.line.BeginEar("another")
	assert.Equal(t, []string{"ring_ear"}, d.do(engine.RingEar{Call: string(own)}))
	assert.Empty(t, d.done(OpRingEar, errors.New("refused")), "nobody needs to hear it")
	words := d.do(engine.Arrange{Ear: string(own)})
	assert.Equal(t, []string{"take_out", "take_out", "answer_ear", "put_ear_in", "start_music"}, words)
	assert.Equal(t, []string{"answer_ear again in 100ms"}, d.done(OpAnswerEar, ari.ErrAmbiguous))
	assert.Empty(t, d.done(OpAnswerEar, nil))
	assert.Equal(t, []string{"put_ear_in again in 100ms"}, d.done(OpPutEarIn, ari.ErrNotFound), "the bridge may be missing for a moment")
	assert.Empty(t, d.done(OpPutEarIn, nil))
	assert.Equal(t, "PhoneTransfers{Offer:"+string(offer)+" To: Attended:true Call:"+string(own)+"}", d.see(&ari.ChannelTransfer{
		ReferTo: ari.ReferTo{
			RequestedDestination: ari.RequestedDestination{ProtocolID: "other-call"}, DestinationChannel: v5.ChannelData{ID: string(own)},
		},
		ReferredBy: ari.ReferredBy{SourceChannel: v5.ChannelData{ID: string(leg1)}},
	})[0], "the phone may have the caller sent to it")

	assert.Equal(t, []string{"tell_phone"}, d.see(refers(own, ari.RequestedDestination{Destination: "1003"})), "but it has no caller to send itself")
	var told answerer
	require.NoError(t, d.pending[len(d.pending)-1].Send(t.Context(), &told))
	assert.Equal(t, answerer{of: own, state: ari.TransferDeclined}, told)
	assert.Empty(t, d.done(OpTellPhone, errors.New("refused")))

	assert.Equal(t, []string{"end_ear"}, d.do(engine.EndEar{Call: string(own)}))
	assert.Equal(t, []string{"end_ear again in 100ms"}, d.done(OpEndEar, ari.ErrAmbiguous))
	assert.Equal(t, []string{"end_ear"}, d.told(d.line.Resync(Snapshot{Channels: map[ari.ChannelID]ari.Channel{
		caller: {ID: caller, State: "Up"}, leg1: {ID: leg1, State: "Up"}, own: {ID: own, State: "Up"},
	}}))[:1], "until it is gone")
	assert.Empty(t, d.see(&v5.StasisEnd{Channel: v5.ChannelData{ID: string(own)}}), "we ended it ourselves")
}

func TestTheEndOfACallOfTheAgentsOwnIsToldOnce(t *testing.T) {
	t.Parallel()
	ended := "OwnCallEnded{Call:" + string(own) + "}"
	for name, end := range map[string]func(*desk) []string{
		"its phone hangs up": func(d *desk) []string { return d.see(&v5.ChannelDestroyed{Channel: v5.ChannelData{ID: string(own)}}) },
		"it is not there any more": func(d *desk) []string {
			return d.told(d.line.Resync(Snapshot{Channels: map[ari.ChannelID]ari.Channel{caller: {ID: caller}, leg1: {ID: leg1, State: "Up"}}}))
		},
		"it cannot be answered": func(d *desk) []string { return d.done(OpAnswerEar, ari.ErrNotFound) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			speaksBy(d)
			told := slices.DeleteFunc(end(d), func(word string) bool { return !strings.HasPrefix(word, "OwnCallEnded") })
			assert.Equal(t, []string{ended}, told)
			assert.Empty(t, d.see(&v5.StasisEnd{Channel: v5.ChannelData{ID: string(own)}}))
		})
	}
}

func TestAfterAGapACallOfTheAgentsOwnIsPutInAgainIfItIsMissing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	speaksBy(d)
	bridge := BridgeID("c1")
	listed := Snapshot{
		Channels: map[ari.ChannelID]ari.Channel{caller: {ID: caller, State: "Up"}, leg1: {ID: leg1, State: "Up"}, own: {ID: own, State: "Up"}},
		Bridges:  map[ari.BridgeID]v5.BridgeData{bridge: {ID: string(bridge)}},
	}
	d.told(d.line.Resync(listed))
	assert.Contains(t, d.do(engine.Arrange{Ear: string(own)}), "put_ear_in")
	listed.Bridges[bridge] = v5.BridgeData{ID: string(bridge), ChannelIDs: []string{string(own)}}
	d.told(d.line.Resync(listed))
	assert.NotContains(t, d.do(engine.Arrange{Ear: string(own), Legs: []fact.OfferID{}}), "put_ear_in")
}
