package voice

import (
	"context"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/engine"
)

// phoneTransfers tells of the Transfer key of an agent's phone. Asterisk tells of each
// press again when it was answered.
func (l *Line) phoneTransfers(out *Out, v *ari.ChannelTransfer) {
	if id := ari.ChannelID(v.ReferredBy.SourceChannel.ID); id != "" && id == l.ear.id && v.State == "" {
		out.send(l.earRequest(id, OpTellPhone, func(ctx context.Context, a Asterisk) error {
			return a.TransferProgress(ctx, id, ari.TransferDeclined) // it has no caller to send
		}))
		return
	}
	g := l.legOf(v.ReferredBy.SourceChannel)
	if g == nil || g.dropping.Load() || v.State != "" {
		return
	}
	g.lastWord = ""
	to := v.ReferTo.RequestedDestination
	asked := engine.PhoneTransfers{Offer: g.offer, To: to.Destination, Attended: to.ProtocolID != ""}
	if other := v.ReferTo.DestinationChannel.ID; other != "" && ari.ChannelID(other) == l.ear.id {
		asked.Call = other
	}
	out.tell(asked)
}

var transferStates = map[engine.News]ari.TransferState{
	engine.TransferBegun: ari.TransferBegun, engine.TransferDone: ari.TransferDone,
	engine.TransferUnreached: ari.TransferUnavailable, engine.TransferRefused: ari.TransferDeclined,
}

// tellPhone answers the phone of a leg, in the lane of that: it hears that its transfer is
// done before its call is ended.
func (l *Line) tellPhone(out *Out, c engine.TellPhone) {
	g := l.legs[c.Offer]
	if g == nil {
		return
	}
	state := transferStates[c.News]
	if g.lastWord = state; c.News == engine.TransferBegun {
		g.lastWord = ""
	}
	out.send(l.tell(g, state))
}

func (l *Line) tell(g *leg, state ari.TransferState) Request {
	return l.aboutLeg(g, OpTellPhone, func(ctx context.Context, a Asterisk) error {
		return a.TransferProgress(ctx, g.id, state)
	})
}

// tellAgain says the last word once more, which a gap may have lost. A phone that has
// heard it hears nothing; what one has asked for in the gap is not done either.
func (l *Line) tellAgain(out *Out, g *leg) {
	if g.lastWord != "" {
		out.send(l.tell(g, g.lastWord))
	}
}
