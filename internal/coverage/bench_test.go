package coverage

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// bigSite is a folder with 3,000 agents in 100 centers, each with the files of one
// department and hours of its own kind, and 12 topics.
func bigSite(t testing.TB) string {
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS("../../testdata/site")))
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	var centers, agents, rules, assign strings.Builder
	for i, d := range departments[:100] {
		fmt.Fprintf(&centers, "  c%d: {kind: cis, files: [%q], calendar: %s}\n", i, d, []string{"bureau", "court", "long"}[i%3])
		for n := range 30 {
			fmt.Fprintf(&agents, "  a%d_%d: {center: c%d, phone: PJSIP/a%d_%d, skills: {topic: %d, t%d: %d}}\n", i, n, i, i, n, 1+n%3, n%12, 1+n%5)
		}
		fmt.Fprintf(&rules, "  o%d:\n    - {queue: particuliers, steps: [{centers: [c%d], need: topic >= 2, files: required}, {after: 60s, add: [c%d, c%d], need: topic >= 1, files: optional}]}\n",
			i, i, (i+1)%100, (i+2)%100)
		fmt.Fprintf(&assign, "  - {departments: [%q], organisation: o%d}\n", d, i)
	}
	var choices strings.Builder
	for n := range 12 {
		fmt.Fprintf(&choices, "      \"%02d\": {goto: ou, set: {topic: t%d}}\n", n, n)
	}
	write("centers.yaml", "centers:\n"+centers.String())
	write("agents.yaml", "agents:\n"+agents.String())
	write("routing.yaml", "department: {from: postal_code}\norganisations:\n"+rules.String()+"assign:\n"+assign.String()+"  - {departments: rest, organisation: o0}\n")
	write("calendars.yaml", "calendars:\n  bureau: {hours: {mon-fri: 08:30-19:00}, holidays: france}\n  court: {hours: {mon-fri: 09:00-17:00}}\n  long: {hours: {mon-sat: 08:00-20:00}}\n")
	write("ivr/accueil.yaml", "start: heures\non_failure: hangup\nnodes:\n  heures: {type: hours, open: menu, closed: hangup}\n  menu:\n    type: menu\n    prompt: sound:beep\n    choices:\n"+
		choices.String()+"  ou: {type: collect, variable: postal_code, prompt: sound:beep, min_digits: 5, max_digits: 5, goto: conseiller}\n  conseiller: {type: queue}\n")
	return dir
}

// BenchmarkCheck3000Agents is the time that guichet check takes for a big site,
// reading included. The target is a second.
func BenchmarkCheck3000Agents(b *testing.B) {
	dir := bigSite(b)
	for b.Loop() {
		v := Check(dir, monday)
		require.Empty(b, v.Problems)
		require.Len(b, v.Site.Agents, 3000)
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)*1000, "ms/check")
}
