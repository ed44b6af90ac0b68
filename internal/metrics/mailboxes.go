package metrics

import (
	"maps"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/fold"
)

// mailboxes sends what was left and what waits, with a series for each mailbox of the
// site, and for each that an earlier version of it had.
func (s *sink) mailboxes(state *fold.State, site *config.Site, now int64) {
	all := maps.Clone(state.Mailboxes)
	if all == nil {
		all = map[string]*fold.Mailbox{}
	}
	for name, mailbox := range site.Mailboxes {
		if all[name] == nil {
			all[name] = &fold.Mailbox{}
		}
		s.add(recordingsMost, float64(mailbox.MaxWaiting), name)
		if mailbox.Within > 0 {
			s.add(recordingsDue, float64(late(state, mailbox, now)), name)
		}
	}
	for name, counted := range all {
		s.add(recorded, float64(counted.Left), name)
		s.add(unkept, float64(counted.Failed), name, "not_recorded")
		s.add(unkept, float64(counted.Refused), name, "full")
		s.add(recordings, float64(state.MessagesWaiting(name)), name)
		since := state.OldestMessage(name)
		if since == 0 {
			since = now
		}
		s.add(recordingsOld, seconds(max(now-since, 0)), name)
	}
}

// late is how many messages of a mailbox wait for longer than they should.
func late(state *fold.State, in config.Mailbox, now int64) (n int) {
	for m := range state.Waiting() {
		if m.Mailbox == in.Name && now-m.At > in.Within.Microseconds() {
			n++
		}
	}
	return n
}
