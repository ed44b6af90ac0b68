package ari

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	v5 "github.com/CyCoreSystems/ari/v5"
)

// RecordingName names a recording at its node.
type RecordingName string

// RecordChannel describes a recording of what one caller says. It is a WAV file of
// 8,000 samples a second.
type RecordChannel struct {
	Name RecordingName
	// MaxDuration and MaxSilence end it, in whole seconds; 0 is no bound.
	MaxDuration, MaxSilence time.Duration
	// TerminateOn is the key that ends it: "#", "*" or "none".
	TerminateOn string
	Beep        bool
}

// Record begins a recording, once what plays on the channel has ended. A
// RecordingStarted says that it runs. RecordingFinished comes at its end, whatever
// that was: the key, the silence, the bound, a hang-up, and also if no file could be
// written; its duration is in whole seconds. So only the file tells what was said.
//
// Repeating it is safe: ErrConflict if a recording of that name is under way or lies
// there.
func (c *Client) Record(ctx context.Context, id ChannelID, r RecordChannel) error {
	q := channelRequest(http.MethodPost, "record", id, "record")
	q.body = struct {
		Name        RecordingName `json:"name"`
		Format      string        `json:"format"`
		MaxDuration int64         `json:"maxDurationSeconds"`
		MaxSilence  int64         `json:"maxSilenceSeconds"`
		IfExists    string        `json:"ifExists"`
		Beep        bool          `json:"beep"`
		TerminateOn string        `json:"terminateOn"`
	}{r.Name, "wav", int64(r.MaxDuration / time.Second), int64(r.MaxSilence / time.Second), "fail", r.Beep, r.TerminateOn}
	return c.call(ctx, q, nil)
}

// RecordBridge begins a recording of a bridge, also of one that nobody is in; it ends
// with the bridge at the latest. Whether a file could be written is seen when it is over
// only: by RecordingFile.
func (c *Client) RecordBridge(ctx context.Context, id BridgeID, name RecordingName, longest time.Duration) error {
	r := bridgeRequest(http.MethodPost, "record", id, "record")
	r.body = struct {
		Name        RecordingName `json:"name"`
		Format      string        `json:"format"`
		MaxDuration int64         `json:"maxDurationSeconds"`
		IfExists    string        `json:"ifExists"`
	}{name, "wav", int64(longest / time.Second), "fail"}
	return c.call(ctx, r, nil)
}

// LiveRecording returns a recording that is under way or waits for its turn;
// ErrNotFound otherwise, also if it is over. Asterisk tells RecordingFinished first and
// forgets the recording a moment later (res_stasis_recording.c of 22.10.1): what it still
// shows meanwhile is over by its state.
func (c *Client) LiveRecording(ctx context.Context, name RecordingName) (v5.LiveRecordingData, error) {
	var live v5.LiveRecordingData
	if err := c.call(ctx, recordingRequest(http.MethodGet, "live", name, "live"), &live); err != nil {
		return live, err
	}
	switch live.State {
	case "done", "failed", "canceled":
		return live, fmt.Errorf("recording %s is over (%s): %w", name, live.State, ErrNotFound)
	}
	return live, nil
}

// RecordingFile returns the file of a short recording that is over, such as a message;
// ErrNotFound if there is none.
func (c *Client) RecordingFile(ctx context.Context, name RecordingName) ([]byte, error) {
	var file []byte
	err := c.call(ctx, fileRequest(name), &file)
	return file, err
}

// OpenRecording opens the file of a recording that is over, however long it is; whoever
// reads it closes it. ErrNotFound if there is none.
func (c *Client) OpenRecording(ctx context.Context, name RecordingName) (io.ReadCloser, error) {
	return c.open(ctx, fileRequest(name))
}

func fileRequest(name RecordingName) request {
	r := recordingRequest(http.MethodGet, "file", name, "stored")
	r.path = append(r.path, "file")
	return r
}

// DeleteRecording removes the file of a recording; ErrNotFound if there is none.
func (c *Client) DeleteRecording(ctx context.Context, name RecordingName) error {
	return c.call(ctx, recordingRequest(http.MethodDelete, "delete", name, "stored"), nil)
}

// PauseRecording has a recording that is under way leave out what is said from now on, or
// goes on with it: nothing of a pause is in the file. Repeating it is safe. ErrConflict if
// it waits for its turn still (22.10.1), ErrNotFound if it is over.
func (c *Client) PauseRecording(ctx context.Context, name RecordingName, paused bool) error {
	method := http.MethodPost
	if !paused {
		method = http.MethodDelete
	}
	r := recordingRequest(method, "pause", name, "live")
	r.path = append(r.path, "pause")
	return c.call(ctx, r, nil)
}

// StopRecording ends a recording and keeps its file; ErrNotFound if it is over.
func (c *Client) StopRecording(ctx context.Context, name RecordingName) error {
	r := recordingRequest(http.MethodPost, "stop", name, "live")
	r.path = append(r.path, "stop")
	return c.call(ctx, r, nil)
}

func recordingRequest(method, op string, name RecordingName, kind string) request {
	return request{op: "recording." + op, id: string(name), method: method, path: []string{"recordings", kind, string(name)}}
}

// raw reads an answer that is no JSON.
func raw(r io.Reader, into *[]byte) error {
	body, err := io.ReadAll(io.LimitReader(r, maxAnswer+1))
	if err == nil && len(body) > maxAnswer {
		err = fmt.Errorf("the answer is larger than %d bytes", maxAnswer)
	}
	*into = body
	return err
}
