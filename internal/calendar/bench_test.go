package calendar_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/calendar"
)

// BenchmarkOpens looks up the next day of a center that is always open, and of one
// with office hours, as each contact that is queued does for each center.
func BenchmarkOpens(b *testing.B) {
	paris, err := time.LoadLocation("Europe/Paris")
	require.NoError(b, err)
	for name, span := range map[string]calendar.Span{
		"always": {To: 24 * time.Hour}, "office": {From: 8 * time.Hour, To: 19 * time.Hour},
	} {
		rules := calendar.Rules{Zone: paris}
		if name == "office" {
			rules.Holidays = []calendar.Set{calendar.France}
		}
		for day := range rules.Week {
			rules.Week[day] = []calendar.Span{span}
		}
		c, err := calendar.New(name, rules)
		require.NoError(b, err)
		at := time.Date(2026, 11, 26, 10, 31, 0, 0, paris)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				require.NotEmpty(b, c.Opens(at, at.Add(24*time.Hour)))
			}
		})
	}
}
