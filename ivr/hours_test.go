package ivr

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/calendar"
)

// A day that is special is remembered with what made it so.
func TestAnHoursNodeNotesWhatIsSpecialAboutTheDay(t *testing.T) {
	t.Parallel()
	tree, faults := New(Tree{ID: "t", Start: "hours", Nodes: map[NodeID]Node{
		"hours": &Hours{Calendar: "bureau", Open: Exit{Goto: "open"}, Closed: Exit{Goto: "closed"}},
		"open":  &Hangup{}, "closed": &Hangup{},
	}})
	require.Empty(t, faults)
	for why, want := range map[string][]Decision{
		"":                       nil,
		"Noël":                   {{Node: "hours", Case: "holiday", Read: map[string]string{"today": "Noël"}}},
		strings.Repeat("é", 100): {{Node: "hours", Case: "holiday", Read: map[string]string{"today": strings.Repeat("é", maxRemembered)}}},
	} {
		_, actions := Start(tree, Input{
			Hours: func(string, time.Time) calendar.Status { return calendar.Holiday },
			Why: func(name string, _ time.Time) string {
				assert.Equal(t, "bureau", name)
				return why
			},
		})
		assert.Equal(t, []Action{HangUp{Cause: normalClearing, Reason: OutOfHours, Crossed: []NodeID{"hours", "closed"}, Decisions: want}}, actions)
	}
}
