package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// siteWith is the small good site with a file in place of its own.
func siteWith(t *testing.T, name, content string) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS("../../testdata/site")))
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644))
	return dir
}

const strasbourg = `calendars:
  bureau:
    label: Strasbourg
    hours: {mon-thu: ["08:30-12:00", "13:30-17:00"], fri: 08:30-16:00}
    holidays: [france, alsace_moselle]
    worked: [whit_monday]
    closed: [2027-12-24, {date: 2027-12-31, reason: "Arrêté des comptes, toute la journée, dans les trois sites de la direction régionale"}]
    open: {2027-05-08: {hours: 09:00-12:00, reason: Campagne}, 2027-06-05: 09:00-12:00}
`

func TestACalendarShowsTheSpecialDaysOfAYear(t *testing.T) {
	t.Parallel()
	shown := (&desk{}).prints(t, "calendar", "show", "bureau", "--site", siteWith(t, "calendars.yaml", strasbourg), "--year", "2027")
	golden(t, "calendar.txt", shown)
	for line := range strings.SplitSeq(shown, "\n") {
		assert.LessOrEqual(t, utf8.RuneCountInString(line), 80, line)
	}
}

func TestACalendarIsJSONForPrograms(t *testing.T) {
	t.Parallel()
	var v calendarView
	text := (&desk{}).prints(t, "calendar", "show", "bureau", "--json", "--site", siteWith(t, "calendars.yaml", strasbourg), "--year", "2027")
	require.NoError(t, json.Unmarshal([]byte(text), &v))
	assert.Equal(t, "Europe/Paris", v.Zone)
	assert.Equal(t, []string{"08:30-12:00", "13:30-17:00"}, v.Week[0].Hours)
	assert.Contains(t, v.Days, specialDayView{Date: "2027-03-26", Day: "fri", Hours: []string{}, Why: "Vendredi saint", Holiday: "good_friday"})
	assert.Contains(t, v.Days, specialDayView{Date: "2027-05-08", Day: "sat", Hours: []string{"09:00-12:00"}, Why: "Campagne", Holiday: "victory_day"})
	assert.Empty(t, v.Status)
}

func TestACalendarOfNowSaysWhetherItIsOpen(t *testing.T) {
	t.Parallel()
	var v calendarView
	require.NoError(t, json.Unmarshal([]byte((&desk{}).prints(t, "calendar", "show", "bureau", "--json", "--site", sampleSite)), &v))
	assert.NotEmpty(t, v.Status)
	require.NotNil(t, v.Changes)
	assert.GreaterOrEqual(t, len(v.Days), 10)
	assert.Contains(t, (&desk{}).prints(t, "calendar", "show", "bureau", "--site", sampleSite), "\nnow "+string(v.Status)+", until ")
}

func TestACalendarThatIsNotThereIsRefusedWithTheOthers(t *testing.T) {
	t.Parallel()
	for _, wrong := range [][]string{{"calendar", "show", "burau"}, {"calendar", "show", "bureau", "--year", "1"}, {"calendar", "show"}} {
		code, _, err := (&desk{}).types(t, append(wrong, "--site", sampleSite)...)
		assert.Equal(t, exitWrong, code, wrong)
		assert.NotEmpty(t, err)
	}
	_, _, err := (&desk{}).types(t, "calendar", "show", "burau", "--site", sampleSite)
	assert.Contains(t, err, `has no calendar "burau"; it has bureau, campagne_avis`)
}
