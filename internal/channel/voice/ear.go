package voice

import (
	"context"
	"errors"
	"slices"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/engine"
)

// ear is a call that the agent's phone makes itself, by which he speaks with whom he
// consults. We did not make its channel, and nothing of it is in the ledger.
type ear struct {
	id ari.ChannelID
	// ending are those that are being hung up.
	ending []ari.ChannelID
}

// BeginEar says that the events of a channel are those of such a call, unless there is one
// already.
func (l *Line) BeginEar(id ari.ChannelID) {
	if l.ear.id == "" {
		l.ear.id = id
	}
}

func (l *Line) earRequest(id ari.ChannelID, op Op, send func(context.Context, Asterisk) error) Request {
	r := l.request(Lane(id), op, send)
	r.ear = id
	return r
}

func (l *Line) ringEar(out *Out, id ari.ChannelID) {
	out.send(l.earRequest(id, OpRingEar, func(ctx context.Context, a Asterisk) error { return a.StartRinging(ctx, id) }))
}

// putEarIn answers the call and puts it in the bridge.
func (l *Line) putEarIn(out *Out, id ari.ChannelID) {
	out.send(
		l.earRequest(id, OpAnswerEar, func(ctx context.Context, a Asterisk) error { return a.Answer(ctx, id) }),
		l.earRequest(id, OpPutEarIn, func(ctx context.Context, a Asterisk) error { return a.AddToBridge(ctx, l.bridge, id) }),
	)
}

// hangUpEar ends it, also one that is not that of the line: nobody else would.
func (l *Line) hangUpEar(out *Out, id ari.ChannelID) {
	if l.ear.id == id {
		l.ear.id = ""
	}
	if !slices.Contains(l.ear.ending, id) {
		l.ear.ending = append(l.ear.ending, id)
	}
	out.send(l.earRequest(id, OpEndEar, func(ctx context.Context, a Asterisk) error { return a.Hangup(ctx, id, "rejected") }))
}

// earIsGone follows the end of a channel, if it is such a call.
func (l *Line) earIsGone(out *Out, id ari.ChannelID) {
	l.ear.ending = slices.DeleteFunc(l.ear.ending, func(other ari.ChannelID) bool { return other == id })
	if id == l.ear.id && id != "" {
		l.ear.id = ""
		out.tell(engine.OwnCallEnded{Call: string(id)})
	}
}

// earDone takes the result of a request about such a call; false if it is about none.
func (l *Line) earDone(out *Out, r Request, err error) bool {
	switch {
	case r.ear == "":
		return false
	case err == nil:
	case r.Op == OpEndEar && errors.Is(err, ari.ErrNotFound):
		l.earIsGone(out, r.ear)
	case r.Op == OpEndEar, r.Op == OpPutEarIn && r.Attempt < maxJoins, unclear(err):
		l.again(out, r)
	case r.ear == l.ear.id && r.Op != OpRingEar && r.Op != OpTellPhone:
		l.hangUpEar(out, r.ear)
		out.tell(engine.OwnCallEnded{Call: string(r.ear)})
	}
	return true
}

// resyncEar compares with what Asterisk has.
func (l *Line) resyncEar(out *Out, s Snapshot, members []string) {
	for _, id := range slices.Clone(l.ear.ending) {
		if _, there := s.Channels[id]; there {
			l.hangUpEar(out, id)
		}
	}
	switch _, there := s.Channels[l.ear.id]; {
	case l.ear.id == "":
	case !there:
		l.earIsGone(out, l.ear.id)
	case slices.Contains(members, string(l.ear.id)):
		l.wanted.Ear = string(l.ear.id)
	}
}
