package model

import (
	"context"
	"time"

	v5 "github.com/CyCoreSystems/ari/v5"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/channel/voice"
)

// request is what a line wants done, caught on its way out: the line's own
// requests are sent to it in place of Asterisk.
type request struct {
	a     *asterisk
	about ari.ChannelID
	do    func() error
}

var _ voice.Asterisk = (*request)(nil)

// catch sends a line's request to nowhere and returns what it would have done.
// The error is the line's own refusal to send it any more.
func catch(a *asterisk, r voice.Request) (*request, error) {
	caught := &request{a: a}
	if r.Op == voice.OpFindRecording {
		caught.do = func() error { return r.Send(context.Background(), now{&request{a: a}}) }
		return caught, nil
	}
	err := r.Send(context.Background(), caught)
	return caught, err
}

func (r *request) note(about ari.ChannelID, do func() error) error {
	r.about, r.do = about, do
	return nil
}

// Answer implements voice.Asterisk.
func (r *request) Answer(_ context.Context, id ari.ChannelID) error {
	return r.note(id, func() error {
		ch, err := r.a.ready(id)
		if err == nil {
			ch.setState("Up")
		}
		return err
	})
}

// Play implements voice.Asterisk.
func (r *request) Play(_ context.Context, on ari.ChannelID, id ari.PlaybackID, _ []string, _ string) error {
	return r.note(on, func() error { return r.a.play(on, id) })
}

// StopPlayback implements voice.Asterisk.
func (r *request) StopPlayback(_ context.Context, id ari.PlaybackID) error {
	return r.note("", func() error { return r.a.stopPlayback(id) })
}

// StartMusic implements voice.Asterisk.
func (r *request) StartMusic(_ context.Context, on ari.ChannelID, _ string) error {
	return r.note(on, func() error {
		_, err := r.a.ready(on)
		return err
	})
}

// StopMusic implements voice.Asterisk.
func (r *request) StopMusic(ctx context.Context, on ari.ChannelID) error {
	return r.StartMusic(ctx, on, "")
}

// StartRinging implements voice.Asterisk.
func (r *request) StartRinging(ctx context.Context, on ari.ChannelID) error {
	return r.StartMusic(ctx, on, "")
}

// StopRinging implements voice.Asterisk.
func (r *request) StopRinging(ctx context.Context, on ari.ChannelID) error {
	return r.StartMusic(ctx, on, "")
}

// TransferProgress implements voice.Asterisk.
func (r *request) TransferProgress(ctx context.Context, on ari.ChannelID, _ ari.TransferState) error {
	return r.StartMusic(ctx, on, "")
}

// Create implements voice.Asterisk.
func (r *request) Create(_ context.Context, leg ari.CreateChannel) error {
	return r.note(leg.ID, func() error { return r.a.create(leg) })
}

// Dial implements voice.Asterisk.
func (r *request) Dial(_ context.Context, leg, _ ari.ChannelID, timeout time.Duration) error {
	return r.note(leg, func() error { return r.a.dial(leg, timeout) })
}

// Hangup implements voice.Asterisk.
func (r *request) Hangup(_ context.Context, id ari.ChannelID, _ string) error {
	return r.note(id, func() error { return r.a.hangUp(id) })
}

// CreateBridge implements voice.Asterisk.
func (r *request) CreateBridge(_ context.Context, id ari.BridgeID, _, _ string) error {
	return r.note("", func() error { return r.a.createBridge(id) })
}

// Record implements voice.Asterisk.
func (r *request) Record(_ context.Context, on ari.ChannelID, wanted ari.RecordChannel) error {
	return r.note(on, func() error { return r.a.record(on, wanted) })
}

// LiveRecording implements voice.Asterisk; see now.
func (r *request) LiveRecording(context.Context, ari.RecordingName) (v5.LiveRecordingData, error) {
	panic("model: asked before it was sent")
}

// RecordingFile implements voice.Asterisk.
func (r *request) RecordingFile(context.Context, ari.RecordingName) ([]byte, error) {
	panic("model: asked before it was sent")
}

// DeleteRecording implements voice.Asterisk.
func (r *request) DeleteRecording(_ context.Context, name ari.RecordingName) error {
	return r.note("", func() error {
		if r.a.files[name] == nil {
			return errNoPlayback
		}
		delete(r.a.files, name)
		return nil
	})
}

// PlayOnBridge implements voice.Asterisk. No conversation is recorded in the days of this
// model, as in the next three.
func (r *request) PlayOnBridge(context.Context, ari.BridgeID, ari.PlaybackID, []string, string) error {
	panic("model: nobody is recorded")
}

// RecordBridge implements voice.Asterisk.
func (r *request) RecordBridge(context.Context, ari.BridgeID, ari.RecordingName, time.Duration) error {
	panic("model: nobody is recorded")
}

// PauseRecording implements voice.Asterisk.
func (r *request) PauseRecording(context.Context, ari.RecordingName, bool) error {
	panic("model: nobody is recorded")
}

// StopRecording implements voice.Asterisk.
func (r *request) StopRecording(context.Context, ari.RecordingName) error {
	panic("model: nobody is recorded")
}

// RemoveFromBridge implements voice.Asterisk.
func (r *request) RemoveFromBridge(_ context.Context, id ari.BridgeID, members ...ari.ChannelID) error {
	return r.note(members[len(members)-1], func() error { return r.a.removeFromBridge(id, members...) })
}

// Snoop implements voice.Asterisk. Supervisors barge in, in the days of this model.
func (r *request) Snoop(context.Context, ari.ChannelID, ari.Snoop) error {
	panic("model: a snoop without a supervisor")
}

// DestroyBridge implements voice.Asterisk.
func (r *request) DestroyBridge(_ context.Context, id ari.BridgeID) error {
	return r.note("", func() error { return r.a.destroyBridge(id) })
}

// AddToBridge implements voice.Asterisk.
func (r *request) AddToBridge(_ context.Context, id ari.BridgeID, members ...ari.ChannelID) error {
	return r.note(members[len(members)-1], func() error { return r.a.addToBridge(id, members...) })
}
