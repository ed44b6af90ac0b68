package cli

import (
	"os"
	"path/filepath"

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
	file := filepath.Join(site.Dir, r.File)
	switch _, err := os.Stat(file); {
	case err == nil && drafts.IsDraft(file):
		return drafted
	case err == nil:
		return recorded
	case r.Text == "" && r.Silence == 0:
		return nothing
	}
	return draftWanted
}
