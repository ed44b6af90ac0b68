package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/guichet/guichet/ari"
)

// spool finds out whether an Asterisk can keep recorded messages. It says that it has
// recorded whether or not a file could be written, so the only way to know, from
// wherever the doctor runs, is to make a recording: of an empty bridge, which no caller
// hears of, and which is removed again with its file.
func spool(ctx context.Context, what string, client *ari.Client) finding {
	mark := fmt.Sprintf("guichet-doctor-%d", time.Now().UnixNano())
	bridge, name := ari.BridgeID(mark), ari.RecordingName(mark)
	if err := client.CreateBridge(ctx, bridge, "mixing", mark); err != nil {
		return finding{gradeFail, what, err.Error(), "callers are bridged to agents in the same way: is res_ari_bridges loaded (asterisk -rx 'module show like res_ari')?"}
	}
	defer func() { _ = client.DestroyBridge(context.WithoutCancel(ctx), bridge) }()
	switch err := client.RecordBridge(ctx, bridge, name, lookPatience); {
	case err == nil:
	case !errors.Is(err, ari.ErrNotFound):
		return finding{gradeWarn, what, "it is not known whether messages can be recorded: " + err.Error(), "load chan_bridge_media, by which a bridge is recorded, as modules.conf of deploy/asterisk does"}
	default:
		return finding{gradeFail, what, err.Error(), "callers cannot leave messages: are res_stasis_recording and res_ari_recordings loaded (asterisk -rx 'module show like recording')?"}
	}
	written, err := recordedThere(ctx, client, bridge, name)
	switch {
	case err != nil:
		return finding{gradeWarn, what, "it is not known whether messages can be recorded: " + err.Error(), "look again when it is less busy"}
	case !written:
		return finding{gradeFail, what, "nothing can be recorded: Asterisk wrote no file into the folder recording of its spool", "on its machine: install -d -o asterisk -g asterisk -m 0750 /var/spool/asterisk/recording, and is the disk full (df -h /var/spool/asterisk)?"}
	}
	return ok(what, "messages can be recorded")
}

// spoolLook is how often it is asked what became of a recording.
const spoolLook = 20 * time.Millisecond

// recordedThere ends the recording as soon as it runs, and reports whether there is a
// file then; it deletes that.
func recordedThere(ctx context.Context, client *ari.Client, bridge ari.BridgeID, name ari.RecordingName) (bool, error) {
	look := time.NewTicker(spoolLook)
	defer look.Stop()
	for {
		switch live, err := client.LiveRecording(ctx, name); {
		case errors.Is(err, ari.ErrNotFound):
			err = client.DeleteRecording(ctx, name)
			if errors.Is(err, ari.ErrNotFound) {
				return false, nil
			}
			return err == nil, err
		case err != nil:
			return false, err
		case live.State == "recording":
			if err := client.DestroyBridge(ctx, bridge); err != nil && !errors.Is(err, ari.ErrNotFound) {
				return false, err
			}
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
}
