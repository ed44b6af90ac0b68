package config

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/calendar"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/routing"
)

// callingBack is the sample with these lines in the defaults of queues.yaml.
func callingBack(t *testing.T, lines string) *Site {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS("../testdata/site")))
	path := filepath.Join(dir, "queues.yaml")
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NotContains(t, string(text), "defaults:")
	require.NoError(t, os.WriteFile(path, append([]byte("defaults:\n  callback: "+lines+"\n"), text...), 0o644))
	site, problems := Load(dir)
	require.Empty(t, problems)
	return site
}

func TestEachQueueIsCalledBackAsTheDefaultsSay(t *testing.T) {
	t.Parallel()
	site := callingBack(t, "{max_attempts: 2, retry_after: 5m, ring: 20s, expires_after: 6h, max_open: 7, max_per_caller: 2}")
	for name, q := range site.Queues {
		assert.Equal(t, Callbacks{MaxAttempts: 2, RetryAfter: 5 * time.Minute, Ring: 20 * time.Second, ExpiresAfter: 6 * time.Hour, MaxOpen: 7, MaxPerCaller: 2}, q.Callbacks, name)
		p := site.CallbackPolicy(name)
		assert.Equal(t, 2, p.Attempts)
		assert.Equal(t, 6*time.Hour, p.ExpiresAfter)
		at := time.Date(2026, 11, 27, 12, 0, 0, 0, site.Zone)
		assert.Equal(t, []contact.Window{{From: at.UnixMicro(), Until: at.Add(8 * 24 * time.Hour).UnixMicro()}}, p.Hours(at), "whenever a center serves")
	}
}

func TestOnlySubscribersOfTheCountryAreCalledBackAndNobodyAtOurOwnNumbers(t *testing.T) {
	t.Parallel()
	site := &Site{aliases: map[string]contact.Entry{
		"0199002014": "2014", "2014": "2014", "33199002015": "2015", "0033199002016": "2016", "+33199002017": "2017",
	}}
	for keyed, number := range map[string]contact.Number{
		"0612345678": "+33612345678", "+33299000001": "+33299000001", "0033 2 99 00 00 01": "+33299000001", "+330252612345": "+33252612345", "09 99 00 00 01": "+33999000001",
		"0199002014": "", "+330199002014": "", "+3300252612345": "", "0199002015": "", "+33199002016": "", "01 99 00 20 17": "", "2014": "", "3939": "", "15": "", "112": "", "0899000001": "", "0800000001": "", "+15551234567": "",
		"00441632960000": "", "+3361234567": "", "061234567": "", "0612345678/x": "", "PJSIP/1": "", "": "",
	} {
		called, ok := site.MayCall(keyed)
		assert.Equal(t, number, called, keyed)
		assert.Equal(t, number != "", ok, keyed)
	}
}

// Whoever is logged in at night has nobody called, though the queue says no hours.
func TestPeopleAreCalledFromACenterWithinItsHoursAndThoseOfTheQueue(t *testing.T) {
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
	site := &Site{
		Queues: map[contact.Queue]Queue{"toujours": {}, "matin": {Callbacks: Callbacks{Calendar: on(6, 12)}}, "soir": {Callbacks: Callbacks{Calendar: on(20, 22)}}},
		Plan: &routing.Plan{Centers: map[contact.Center]routing.CenterTerms{
			"cis": {}, "bureau": {Calendar: on(8, 18)}, "renfort": {Period: routing.Period{Until: time.Date(2026, 11, 27, 10, 0, 0, 0, time.UTC)}},
		}},
	}
	hour := func(h int) time.Time { return time.Date(2026, 11, 27, h, 0, 0, 0, time.UTC) }
	first := func(c contact.Center, q contact.Queue, from int) contact.Window {
		windows := site.CallsFrom(c, q, hour(from))
		require.NotEmpty(t, windows)
		return windows[0]
	}
	between := func(from, until int) contact.Window {
		return contact.Window{From: hour(from).UnixMicro(), Until: hour(until).UnixMicro()}
	}
	assert.Equal(t, between(9, 18), first("bureau", "toujours", 9))
	assert.Equal(t, between(24+8, 24+18), first("bureau", "toujours", 23), "not at night")
	assert.Equal(t, between(8, 12), first("bureau", "matin", 7))
	assert.Equal(t, between(7, 12), first("cis", "matin", 7), "which has no hours of its own")
	assert.Equal(t, between(9, 10), first("renfort", "toujours", 9), "which is there until then")
	assert.Empty(t, site.CallsFrom("renfort", "toujours", hour(10)))
	assert.Empty(t, site.CallsFrom("bureau", "soir", hour(9)))
}
