package config

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/calendar"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/routing"
)

func TestACenterIsOpenWithinItsOwnHoursThoseOfAnEntryAndItsPeriod(t *testing.T) {
	t.Parallel()
	on := func(from, to time.Duration) *calendar.Calendar {
		var week [7][]calendar.Span
		for day := range week {
			week[day] = []calendar.Span{{From: from * time.Hour, To: to * time.Hour}}
		}
		c, err := calendar.New("c", calendar.Rules{Week: week})
		require.NoError(t, err)
		return c
	}
	day := func(d, hour int) time.Time { return time.Date(2026, 11, d, hour, 0, 0, 0, time.UTC) }
	site := &Site{
		Entries:   map[contact.Entry]Entry{"2014": {Calendar: "bureau"}},
		Calendars: map[string]*calendar.Calendar{"bureau": on(8, 18)},
		Plan: &routing.Plan{Centers: map[contact.Center]routing.CenterTerms{
			"cis": {}, "matin": {Calendar: on(6, 12)}, "renfort": {Period: routing.Period{From: day(10, 0), Until: day(20, 0)}},
		}},
	}
	for _, c := range []struct {
		center contact.Center
		at     time.Time
		open   bool
	}{
		{"cis", day(12, 8), true}, {"cis", day(12, 7), false}, {"cis", day(12, 18), false},
		{"matin", day(12, 7), false}, {"matin", day(12, 9), true}, {"matin", day(12, 13), false},
		{"renfort", day(9, 9), false}, {"renfort", day(10, 9), true}, {"renfort", day(20, 9), false},
	} {
		assert.Equal(t, c.open, site.CenterOpen(c.center, c.at), "%s at %s", c.center, c.at)
	}
	site.Entries["relais"] = Entry{}
	assert.True(t, site.CenterOpen("cis", day(12, 3)), "an entry without a calendar is always open")
}
