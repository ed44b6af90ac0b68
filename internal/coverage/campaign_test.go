package coverage_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/coverage"
)

// The tree of a campaign that comes in nine months lets callers through on Saturdays,
// when no center serves.
func TestACampaignIsLookedAtBeforeItBegins(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS("../../testdata/site")))
	for name, text := range map[string]string{
		"calendars.yaml": `calendars:
  bureau: {hours: {mon-fri: 08:30-19:00}, holidays: france}
  samedi: {hours: {mon-sat: 08:30-19:00}, holidays: france}
campaigns: {avis: {from: 2027-08-23, until: 2027-09-30}}
`,
		"centers.yaml": "centers:\n  cis_ouest: {kind: cis, calendar: bureau}\n",
		"entries.yaml": "entries:\n  \"2014\": {tree: accueil, calendar: bureau, during: {avis: {calendar: samedi}}}\n",
		"ivr/accueil.yaml": `start: ouverture
nodes:
  ouverture: {type: hours, open: motif, closed: hangup}
  motif: {type: menu, prompt: menu, choices: {"1": {goto: conseiller, set: {topic: paiement}}}, on_failure: conseiller}
  conseiller: {type: queue, on_closed: hangup}
`,
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	verdict := coverage.Check(dir, time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC))
	require.Empty(t, verdict.Problems)
	assert.True(t, saysOf(verdict.Warnings, "let in and then told that it is closed (entry 2014, from 2027-08-23, sat 08:30-19:00, until 2027-09-30)"), "%v", verdict.Warnings)
	require.Len(t, verdict.Campaigns, 1)
	assert.Equal(t, config.Coming, verdict.Campaigns[0].Standing)

	verdict = coverage.Check(dir, time.Date(2027, 10, 1, 12, 0, 0, 0, time.UTC))
	assert.True(t, saysOf(verdict.Warnings, `the campaign "avis" has been over since 2027-10-01 00:00; give it its next dates`), "%v", verdict.Warnings)
	assert.False(t, saysOf(verdict.Warnings, "let in"))
}

func saysOf(problems []config.Problem, text string) bool {
	for _, p := range problems {
		if strings.Contains(p.String(), text) {
			return true
		}
	}
	return false
}
