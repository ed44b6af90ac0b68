package cli

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/drafts"
)

// recordingState is what there is of a sound in the site folder.
type recordingState string

const (
	recorded    recordingState = "recorded"
	drafted     recordingState = "draft"
	draftWanted recordingState = "no sound"
	nothing     recordingState = "missing" // there is no text either
	asterisks   recordingState = "Asterisk"
)

func stateOf(site *config.Site, r config.Recording) recordingState {
	if r.File == "" {
		return asterisks
	}
	state := draftWanted
	if r.Text == "" && r.Silence == 0 {
		state = nothing
	}
	own := filepath.Ext(r.File)
	name := strings.TrimSuffix(filepath.Join(site.Dir, r.File), own)
	for _, format := range append([]string{own}, config.SoundFormats...) {
		switch _, err := os.Stat(name + format); {
		case err == nil && !drafts.IsDraft(name+format):
			return recorded
		case err == nil:
			state = drafted // unless there is a recording in another format
		}
	}
	return state
}
