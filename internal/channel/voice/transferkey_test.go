package voice

import (
	"context"
	"errors"
	"testing"

	v5 "github.com/CyCoreSystems/ari/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/engine"
)

// refers is the Transfer key of the phone of a channel, as Asterisk tells it.
func refers(from ari.ChannelID, to ari.RequestedDestination) *ari.ChannelTransfer {
	return &ari.ChannelTransfer{
		ReferTo: ari.ReferTo{RequestedDestination: to}, ReferredBy: ari.ReferredBy{SourceChannel: v5.ChannelData{ID: string(from)}},
	}
}

// answerer notes what a phone is told of its transfer.
type answerer struct {
	Asterisk
	of    ari.ChannelID
	state ari.TransferState
}

func (a *answerer) TransferProgress(_ context.Context, of ari.ChannelID, state ari.TransferState) error {
	a.of, a.state = of, state
	return nil
}

func TestTheTransferKeyOfALegIsToldAndAnswered(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.bridged()
	asks := refers(leg1, ari.RequestedDestination{Destination: "1002"})
	assert.Equal(t, []string{"PhoneTransfers{Offer:" + string(offer) + " To:1002 Attended:false Call:}"}, d.see(asks))
	assert.Equal(t, []string{"PhoneTransfers{Offer:" + string(offer) + " To:1002 Attended:true Call:}"},
		d.see(refers(leg1, ari.RequestedDestination{Destination: "1002", ProtocolID: "other-call"})))
	asks.State = "channel_progress"
	assert.Empty(t, d.see(asks), "told again with what was answered")
	assert.Empty(t, d.see(refers("1700000000.9", ari.RequestedDestination{Destination: "1002"})), "of a channel that is none of ours")
	assert.Empty(t, d.see(refers(caller, ari.RequestedDestination{Destination: "1002"})), "and callers send nobody anywhere")

	for news, state := range map[engine.News]ari.TransferState{
		engine.TransferBegun: "channel_progress", engine.TransferDone: "channel_answered",
		engine.TransferUnreached: "channel_unavailable", engine.TransferRefused: "channel_declined",
	} {
		require.Equal(t, []string{"tell_phone"}, d.do(engine.TellPhone{Offer: offer, News: news}))
		var told answerer
		require.NoError(t, d.pending[len(d.pending)-1].Send(t.Context(), &told))
		assert.Equal(t, answerer{of: leg1, state: state}, told)
		assert.Equal(t, []string{"tell_phone again in 100ms"}, d.done(OpTellPhone, ari.ErrAmbiguous), "said twice is no harm")
		assert.Empty(t, d.done(OpTellPhone, nil))
	}
	d.do(engine.TellPhone{Offer: offer, News: engine.TransferRefused})
	listed := Snapshot{Channels: map[ari.ChannelID]ari.Channel{caller: {ID: caller, State: "Up"}, leg1: {ID: leg1, State: "Up"}}}
	assert.Contains(t, d.told(d.line.Resync(listed)), "tell_phone", "after a gap the last word is said again")
	d.see(refers(leg1, ari.RequestedDestination{Destination: "1002"}))
	assert.NotContains(t, d.told(d.line.Resync(listed)), "tell_phone", "but not to who asks anew")
	assert.Empty(t, d.done(OpTellPhone, errors.New("refused")))
	assert.Empty(t, d.do(engine.TellPhone{Offer: "gone", News: engine.TransferDone}))
	told := len(d.pending)
	d.do(engine.TellPhone{Offer: offer, News: engine.TransferDone})
	d.do(engine.DropLeg{Offer: offer})
	require.Len(t, d.pending, told+2)
	assert.Equal(t, []string{"tell_phone", "hang_up_leg"}, d.told(d.line.Resync(listed))[:2], "nor after a gap before that")
	assert.Equal(t, d.pending[told].Lane, d.pending[told+1].Lane, "the phone hears of it before its call ends")
	assert.Empty(t, d.see(refers(leg1, ari.RequestedDestination{Destination: "1002"})), "whose call is being ended transfers it no more")
}
