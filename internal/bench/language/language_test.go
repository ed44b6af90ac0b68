package language_test

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml/parser"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/coverage"
	"github.com/guichet/guichet/ivr"
)

var sample = filepath.Join("..", "..", "..", "examples", "dgfip")

// estate is the sample site with so many trees of 50 nodes more, each with a number.
func estate(t testing.TB, trees int) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "site")
	require.NoError(t, os.CopyFS(dir, os.DirFS(sample)))
	var entries strings.Builder
	for i := range trees {
		fmt.Fprintf(&entries, "  \"3%03d\": {label: Service %d, tree: service%03d}\n", i, i, i)
		file := filepath.Join(dir, "ivr", fmt.Sprintf("service%03d.yaml", i))
		require.NoError(t, os.WriteFile(file, []byte(tree()), 0o644))
	}
	known := filepath.Join(dir, "entries.yaml")
	text, err := os.ReadFile(known)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(known, append(text, entries.String()...), 0o644))
	return dir
}

// tree is ten questions, one behind the other; each has hours before it, a condition,
// a collect and a way to an agent: 50 nodes.
func tree() string {
	var b strings.Builder
	b.WriteString("version: 1\nstart: hours0\non_failure: agent0\nnodes:\n")
	for i := range 10 {
		fmt.Fprintf(&b, `
  hours%[1]d: {type: hours, open: branch%[1]d, closed: {prompt: ferme, goto: hangup}}
  branch%[1]d:
    type: branch
    cases: [{when: 'now.hour >= 18 and queue("particuliers").waiting > %[1]d', goto: agent%[1]d}]
    else: menu%[1]d
  menu%[1]d:
    type: menu
    prompt: menu_motif
    choices: {"1": {goto: collect%[1]d, set: {topic: paiement}}, "2": {goto: agent%[1]d, set: {topic: avis}}, "3": hours%[2]d}
    on_no_input: {prompt: pas_de_choix, goto: repeat}
    on_invalid: {prompt: choix_inconnu, goto: repeat}
  collect%[1]d: {type: collect, prompt: departement, variable: postal_code, min_digits: 2, max_digits: 2, goto: agent%[1]d, on_failure: agent%[1]d}
  agent%[1]d: {type: queue, set: {topic: autre}, on_full: {prompt: attente_saturee, goto: hangup}, on_closed: {prompt: ferme, goto: hangup}}
`, i, (i+1)%10)
	}
	return b.String()
}

// BenchmarkEstate reads and checks a site folder of 2,000 nodes more than the sample's.
// The floor is to read the same files and to parse them as YAML.
func BenchmarkEstate(b *testing.B) {
	dir := estate(b, 40)
	var load, check, floor time.Duration
	for b.Loop() {
		began := time.Now()
		_, problems := config.Load(dir)
		load += time.Since(began)
		require.Empty(b, problems)

		began = time.Now()
		verdict := coverage.Check(dir, time.Now())
		check += time.Since(began)

		require.True(b, verdict.Fine())
		began = time.Now()
		parseAll(b, dir)
		floor += time.Since(began)
	}
	each := func(d time.Duration) float64 { return d.Seconds() * 1000 / float64(b.N) }
	b.ReportMetric(each(load), "load-ms")
	b.ReportMetric(each(check), "check-ms")
	b.ReportMetric(each(floor), "floor-parse-ms")
	b.ReportMetric(float64(check)/float64(floor), "check-x-floor")
}

func parseAll(t testing.TB, dir string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".yaml" {
			return err
		}
		_, err = parser.ParseFile(path, 0)
		return err
	}))
}

// BenchmarkStep is one event of a caller in the sample's tree, on one core: keys,
// silence and ends of prompts, by chance.
func BenchmarkStep(b *testing.B) {
	site, problems := config.Load(sample)
	require.Empty(b, problems)
	w := walker{tree: site.Trees["accueil"], chance: rand.New(rand.NewPCG(1, 2014))}
	w.in.At = time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC)
	b.ReportAllocs()
	for b.Loop() {
		w.step()
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "steps/s")
}

// walker walks one caller after the other through a tree.
type walker struct {
	tree   *ivr.Tree
	chance *rand.Rand
	in     ivr.Input
	state  ivr.State
	calls  int
}

func (w *walker) step() {
	switch w.state.Phase {
	case "", ivr.AtRouting, ivr.Ended:
		w.calls++
		w.state, _ = ivr.Start(w.tree, w.in)
	case ivr.Telling:
		w.state, _ = ivr.Step(w.tree, w.state, ivr.PromptEnded{}, w.in)
	default:
		w.state, _ = ivr.Step(w.tree, w.state, w.event(), w.in)
	}
}

func (w *walker) event() ivr.Event {
	switch n := w.chance.IntN(14); {
	case n < 10:
		return ivr.Digit{Key: '0' + byte(n)}
	case n < 13:
		return ivr.PromptEnded{}
	}
	return ivr.TimedOut{}
}

func TestTheEstateIsFineAndTheWalkerGetsSomewhere(t *testing.T) {
	t.Parallel()
	dir := estate(t, 2)
	site, problems := config.Load(dir)
	require.Empty(t, problems)
	assert.Len(t, site.Trees["service001"].Nodes, 50)
	w := walker{tree: site.Trees["accueil"], chance: rand.New(rand.NewPCG(1, 2014))}
	for range 1000 {
		w.step()
	}
	assert.Greater(t, w.calls, 20)
}
