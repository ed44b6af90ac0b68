package config

import (
	"time"

	"github.com/guichet/guichet/internal/calendar"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/rehearsal"
)

// recordingYAML has the conversations of a queue recorded: for a purpose, until a day, and
// after both were told.
type recordingYAML struct {
	// Purpose is what it is made for, in a few words.
	Purpose value[string] `yaml:"purpose,required"`
	// Until is the last day on which anything is recorded.
	Until value[calendar.Date] `yaml:"until,required"`
	// Announcement tells caller and agent, once they are joined and before anything is
	// recorded.
	Announcement promptList `yaml:"announcement,required"`
	// RetentionDays is for how many days a recording is kept, 180 at most; then it is
	// deleted.
	RetentionDays value[int] `yaml:"retention_days,required"`
}

// RecordingPolicy is how conversations of a queue are recorded; nothing is without a purpose.
type RecordingPolicy = rehearsal.Recording

// maxPurpose bounds a purpose, in characters.
const maxPurpose = 200

func (b *builder) recorded(y recordingYAML, of string) RecordingPolicy {
	said := b.comfortWords(of).prompts(y.Announcement)
	if !y.Purpose.set || !y.Until.set || !y.RetentionDays.set {
		return RecordingPolicy{} // not written, or reported already
	}
	if n := len([]rune(y.Purpose.v)); n == 0 || n > maxPurpose {
		b.add(y.Purpose.at, "say in a few words what the recordings are for", "a recording needs a purpose of 1 to %d characters", maxPurpose)
	}
	b.between(y.RetentionDays, 1, maxRetentionDays)
	return RecordingPolicy{
		Purpose: y.Purpose.v, Until: y.Until.v.Add(1).Begin(b.site.Zone), Announcement: said,
		Retention: time.Duration(y.RetentionDays.v) * 24 * time.Hour,
	}
}

// Recorded is how conversations of a queue are recorded, for the engine.
func (s *Site) Recorded(q contact.Queue) RecordingPolicy { return s.Queues[q].Recording }
