package cli

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/explanation"
	"github.com/guichet/guichet/internal/report/reporttest"
)

const explainedSite = "../explanation/testdata/site"

func explainedDesk(t *testing.T) *desk {
	t.Helper()
	site, problems := config.Load(explainedSite)
	require.NotNil(t, site, "%v", problems)
	return deskOf(t, reporttest.NewController(reporttest.Floor(site, "ouest1", "sud1", "lyon1"), site))
}

func TestARouteIsPrintedInSentencesThatFit(t *testing.T) {
	t.Parallel()
	d := explainedDesk(t)
	args := strings.Fields("route --entry 2014 --topic prelevement --postal 35000 --at 2026-12-24T15:50")
	brief := d.prints(t, args...)
	full := d.prints(t, append(args, "--explain")...)
	assert.True(t, strings.HasPrefix(full, brief), "the reasons follow")
	assert.Greater(t, len(full), len(brief))
	golden(t, "route.txt", full)
	for line := range strings.Lines(full) {
		assert.LessOrEqual(t, utf8.RuneCountInString(line), 81, "with its end: %q", line)
	}
	var r explanation.Routed
	require.NoError(t, json.Unmarshal([]byte(d.prints(t, append(args, "--json")...)), &r))
	assert.Equal(t, "recouvrement", string(r.Routing.Queue))

	assert.NotContains(t, brief, "authentication")
	assert.Contains(t, d.prints(t, append(args, "--authentication", "2")...), "authentication 2, so department 35")
}

func TestARouteNeedsNoControllerBesideASiteFolder(t *testing.T) {
	t.Parallel()
	nobody := &desk{url: "http://127.0.0.1:1"}
	args := strings.Fields("route --entry 2014 --topic paiement --postal 44000 --at 2027-01-05T10:00 --site " + explainedSite)
	assert.Contains(t, nobody.prints(t, args...), "all agents of the site stand in")
	var r explanation.Routed
	require.NoError(t, json.Unmarshal([]byte(nobody.prints(t, append(args, "--json")...)), &r))
	assert.True(t, r.StandIn)

	code, _, errs := nobody.types(t, "route", "--site", explainedSite, "--entry", "2014", "--topic", "payement")
	assert.Equal(t, exitWrong, code)
	assert.Contains(t, errs, `there is no topic "payement"; did you mean "paiement"?`)
	code, _, errs = nobody.types(t, "route", "--site", explainedSite, "--entry", "2014", "--authentication", "full")
	assert.Equal(t, exitWrong, code)
	assert.Contains(t, errs, `there is no authentication "full"; write 0, 1 or 2`)
	code, _, errs = nobody.types(t, "route", "--site", "/nonexistent", "--entry", "2014")
	assert.Equal(t, exitWrong, code)
	assert.Contains(t, errs, "see guichet check --site /nonexistent")
}

func TestAnExplanationIsPrintedInSentencesThatFit(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	text := d.prints(t, "explain", "c04")
	golden(t, "explain.txt", text)
	for line := range strings.Lines(text) {
		assert.LessOrEqual(t, utf8.RuneCountInString(line), 81, "with its end: %q", line)
	}
	assert.Contains(t, d.prints(t, "explain", "c10"), "Place 1 of ")
	var c explanation.Contact
	require.NoError(t, json.Unmarshal([]byte(d.prints(t, "explain", "c10", "--json")), &c))
	assert.NotNil(t, c.Waiting)
	code, _, errs := d.types(t, "explain", "nothing")
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, errs, `there is no contact "nothing"`)
}
