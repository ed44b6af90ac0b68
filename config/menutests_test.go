package config

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/rehearsal"
	"github.com/guichet/guichet/ivr"
)

func noEnvironment(string) (string, bool) { return "", false }

func TestTheTestsOfMenuTreesAreCountedAndPartOfTheVersion(t *testing.T) {
	t.Parallel()
	dir := goodFolder(t)
	write(t, dir, "ivr/tests/more.yaml", `tests:
  - {name: an agent, tree: accueil, at: 2026-11-23T10:00, steps: [press: "1", queued: particuliers]}
  - {name: by number, entry: "2014", at: 2026-11-23T10:00, steps: [hangs_up, ends: abandoned]}
`)
	site := loaded(t, dir)
	assert.Equal(t, MenuTests{Passed: 2, Steps: 4}, site.MenuTests)
	packed, err := site.Content.Pack()
	require.NoError(t, err)
	restored, err := Restore(dir, packed)
	require.NoError(t, err)
	assert.Equal(t, site.MenuTests, restored.MenuTests)
	site.Content["ivr/tests/more.yaml"] = []byte("tests: [{name: wrong now, tree: accueil, at: 2026-11-23T10:00, steps: [ends]}]\n")
	packed, err = site.Content.Pack()
	require.NoError(t, err)
	_, err = Restore(dir, packed)
	require.NoError(t, err, "a version that was in use stays usable by another program")

	write(t, dir, "ivr/tests/more.yaml", `tests:
  - {name: an agent, tree: accueil, at: 2026-11-23T10:00, steps: [press: "1", ends]}
`)
	refused, problems := Load(dir)
	assert.Nil(t, refused, "a failing test refuses the folder")
	require.Len(t, problems, 1)
	assert.NotEmpty(t, problems[0].Excerpt)
	site, tests, problems := Rehearse(dir)
	require.NotNil(t, site, "whoever mends the test needs the site")
	assert.Empty(t, problems)
	require.Len(t, tests, 1)
	assert.Contains(t, tests[0].Failure.String(), `the test "an agent" expected the call to end`)
	assert.NotEmpty(t, tests[0].Failure.Excerpt)
}

func TestRehearseSaysWhatIsWrongWithAFolderThatCannotBeTested(t *testing.T) {
	t.Parallel()
	_, _, problems := Rehearse("/nonexistent")
	assert.NotEmpty(t, problems)
	dir := goodFolder(t)
	write(t, dir, "queues.yaml", "queues: 3\n")
	site, tests, problems := Rehearse(dir)
	assert.Nil(t, site)
	assert.Empty(t, tests)
	assert.NotEmpty(t, problems)
}

func TestTheMenuTestsOfTheReferencePass(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../docs/site-folder.md")
	require.NoError(t, err)
	_, example, found := strings.Cut(string(text), "```yaml\n# ivr/tests/accueil.yaml\n")
	require.True(t, found)
	example, _, _ = strings.Cut(example, "```")
	files := readSite(t, "../examples/dgfip")
	before, problems := load(".", files, noEnvironment)
	require.Empty(t, problems)
	files["ivr/tests/example.yaml"] = &fstest.MapFile{Data: []byte(example)}
	site, problems := load(".", files, noEnvironment)
	require.Empty(t, problems)
	assert.Equal(t, before.MenuTests.Passed+2, site.MenuTests.Passed)
}

func TestCoverageNamesTheExitsThatNoTestHasTaken(t *testing.T) {
	t.Parallel()
	dir := goodFolder(t)
	site, tests, problems := Rehearse(dir)
	require.Empty(t, problems)
	assert.Empty(t, CoverageOf(site, tests), "a tree that no test is about is not judged")
	write(t, dir, "ivr/tests/more.yaml", `tests:
  - {name: a key, tree: accueil, at: 2026-11-23T10:00, steps: [press: "7", hears: [menu], press: "1"]}
`)
	site, tests, problems = Rehearse(dir)
	require.Empty(t, problems)
	assert.Equal(t, []TreeCoverage{{Tree: "accueil", Exits: 7, Taken: 2, Left: []LeftExit{
		{"conseiller", "on_full", ivr.End}, {"conseiller", "on_closed", ivr.End}, {"conseiller", "on_no_agent", ivr.End},
		{"motif", "on_no_input", ivr.Repeat}, {"motif", "on_failure", "conseiller"},
	}}}, CoverageOf(site, tests))
}

// What somebody tries by hand is a test that passes.
func TestWhateverWasTriedIsATestThatPasses(t *testing.T) {
	t.Parallel()
	files := readSite(t, "../examples/dgfip")
	site, problems := load(".", files, noEnvironment)
	require.Empty(t, problems)
	rapid.Check(t, func(t *rapid.T) {
		walk := rehearsal.NewWalk(anyScene(t, site))
		for range rapid.IntRange(0, 12).Draw(t, "length") {
			if walk.Call().Waits() && rapid.Bool().Draw(t, "refuse") {
				walk.Refuse(rapid.SampledFrom([]contact.Refusal{contact.Full, contact.Closed, contact.NoAgent}).Draw(t, "why"))
				continue
			}
			walk.Do(anyAct(t, walk.Call()))
		}
		text := "tests:\n" + MenuTestText("essai", walk.Scene, walk.Steps())
		tried := fstest.MapFS{"ivr/tests/essai.yaml": &fstest.MapFile{Data: []byte(text)}}
		for name, file := range files {
			tried[name] = file
		}
		saved, problems := load(".", tried, noEnvironment)
		require.Empty(t, problems, text)
		require.Equal(t, site.MenuTests.Passed+1, saved.MenuTests.Passed)
	})
}

func anyScene(t *rapid.T, site *Site) rehearsal.Scene {
	entry := site.Entries[rapid.SampledFrom([]contact.Entry{"2014", "2014", "relais", "direct_44"}).Draw(t, "entry")]
	at := time.Date(2026, 12, 21, 8, 0, 0, 0, site.Zone).Add(time.Duration(rapid.IntRange(0, 6*24*60).Draw(t, "minute")) * time.Minute)
	s := site.Rehearsal(entry.Name, nil, at)
	s.Caller = rapid.SampledFrom([]string{"", "0612345678", "+33612345678"}).Draw(t, "caller")
	s.Withheld = s.Caller == "" && rapid.Bool().Draw(t, "withheld")
	if entry.Name == "2014" {
		s.From = rapid.SampledFrom([]ivr.NodeID{"", "", "motif", "departement", "code_postal", "service_local", "ouverture"}).Draw(t, "from")
	}
	s.Authentication = rapid.SampledFrom([]int{0, 0, 1, 2}).Draw(t, "authentication")
	if rapid.Bool().Draw(t, "announced") {
		a := anyAnnouncement(t, rehearsal.Place{Entry: entry.Name}, s.At)
		a.HangUp = rapid.Bool().Draw(t, "closed")
		s = s.Announcing(a)
	}
	if rapid.Bool().Draw(t, "given") {
		s.Given = ivr.Vars{
			ivr.VarTopic: rapid.SampledFrom([]string{"avis", "controle_fiscal"}).Draw(t, "topic"),
			"note":       rapid.StringMatching(`[a-z"\\:# é]{0,8}`).Draw(t, "note"),
		}
	}
	return s
}

// anyAnnouncement is one that lasts from a time on.
func anyAnnouncement(t *rapid.T, at rehearsal.Place, now time.Time) rehearsal.Announcement {
	a := rehearsal.Announcement{Place: at, Prompt: rapid.SampledFrom([]ivr.Prompt{"panne", "evacuation", "sound:urgence/panne"}).Draw(t, "prompt")}
	minutes := time.Duration(rapid.IntRange(1, 600).Draw(t, "lasts")) * time.Minute
	if a.Until = now.Truncate(time.Minute).Add(minutes); rapid.Bool().Draw(t, "for") {
		a.For = minutes
	}
	return a
}

// anyAct is a thing that somebody at the terminal may do.
func anyAct(t *rapid.T, call *rehearsal.Call) rehearsal.Step {
	switch rapid.IntRange(0, 11).Draw(t, "act") {
	case 10:
		return rehearsal.Identifies{Level: rapid.IntRange(0, 2).Draw(t, "level")}
	case 11:
		queue := rapid.SampledFrom([]contact.Queue{"particuliers", "recouvrement"}).Draw(t, "queue")
		return rehearsal.Announce{Announcement: anyAnnouncement(t, rehearsal.Place{Queue: queue}, call.Now())}
	case 0:
		return rehearsal.Wait{For: time.Duration(rapid.IntRange(0, 90).Draw(t, "seconds")) * time.Second}
	case 1:
		return rehearsal.Silence{}
	case 2:
		return rehearsal.HangsUp{}
	case 3:
		return rehearsal.NotReached{}
	case 4:
		return rehearsal.Press{Keys: rapid.SampledFrom([]string{"42", "35400", "35", "24", "#"}).Draw(t, "several")}
	}
	return rehearsal.Press{Keys: rapid.StringMatching(`[1-59]`).Draw(t, "key")}
}

func TestATestSaysHowOftenTheNumberCalled(t *testing.T) {
	t.Parallel()
	files := goodSite(t)
	files["ivr/accueil.yaml"] = &fstest.MapFile{Data: []byte(`start: encore
nodes:
  encore: {type: branch, cases: [{when: calls_today > 2, goto: conseiller}], else: motif}
  motif: {type: menu, prompt: menu, choices: {"1": {goto: conseiller, set: {topic: paiement}}}, on_failure: conseiller}
  conseiller: {type: queue}
tests:
  - {name: first, at: 2026-11-23T10:00, caller: "0612345678", steps: [hears: menu]}
  - {name: third, at: 2026-11-23T10:00, caller: "0612345678", calls_today: 3, steps: [queued: particuliers]}
  - {name: nobody knows, at: 2026-11-23T10:00, calls_today: 3, steps: [hears: menu]}
`)}
	site, problems := load(".", files, noEnvironment)
	require.Empty(t, problems)
	assert.Equal(t, 3, site.MenuTests.Passed)
}

// Hundreds of tests take less than a second, the rest of check included.
func BenchmarkAThousandTestsOfTheSample(b *testing.B) {
	files := readSite(b, "../examples/dgfip")
	var text strings.Builder
	text.WriteString("tests:\n")
	for n := range 1000 {
		fmt.Fprintf(&text, "  - {name: n%d, tree: accueil, at: 2026-11-23T10:00, steps: [hears: menu_motif, wait: 7s, press: \"3\", hears: departement, press: \"44\", queued: particuliers]}\n", n)
	}
	files["ivr/tests/many.yaml"] = &fstest.MapFile{Data: []byte(text.String())}
	for b.Loop() {
		_, problems := load(".", files, noEnvironment)
		require.Empty(b, problems)
	}
}

// What a test says of emergency messages and of who calls is what callers meet.
func TestATestAnnouncesAndIdentifies(t *testing.T) {
	t.Parallel()
	files := goodSite(t)
	files["prompts/prompts.yaml"].Data = append(files["prompts/prompts.yaml"].Data, "\n  panne: {text: Panne., file: \"sound:press-1\"}\n"...)
	files["ivr/accueil.yaml"] = &fstest.MapFile{Data: []byte(`start: connu
nodes:
  connu: {type: branch, cases: [{when: authentication >= 1, goto: conseiller}], else: numero}
  numero:
    type: identify
    prompt: menu
    birth_date: {prompt: menu}
    identified: conseiller
    not_identified: motif
  motif: {type: menu, prompt: menu, choices: {"1": {goto: conseiller, set: {topic: paiement}}}, on_failure: conseiller}
  conseiller: {type: queue}
tests:
  - name: before the menu, until its end
    at: 2026-11-23T10:00
    steps:
      - announce: {entry: "2014", prompt: panne, until: 10:05}
      - announce: {queue: particuliers, sound: urgence/panne, until: 2h}
      - hears: [panne, menu]
      - identifies: 2
      - authentication: 2
      - hears: "sound:urgence/panne"
      - queued: {queue: particuliers, authentication: 2}
      - wait: 10m
      - announce: {queue: particuliers, prompt: panne, until: 2026-11-23T18:00}
      - hears: panne
  - {name: closed, at: 2026-11-23T10:00, steps: [announce: {entry: "2014", prompt: panne, until: 2h, then: hangup}, hears: panne, ends: dissuaded]}
  - {name: known before, at: 2026-11-23T10:00, authentication: 1, steps: [queued: particuliers, path: [connu, conseiller]]}
  - {name: no number, at: 2026-11-23T10:00, steps: [identifies: 0, path: [connu, numero, motif], authentication: 0]}
`)}
	site, problems := load(".", files, noEnvironment)
	require.Empty(t, problems)
	assert.Equal(t, MenuTests{Passed: 4, Steps: 18}, site.MenuTests)
}

// Routing knows how far the menu has identified the caller, and so does a branch that
// looks at a queue at the same time.
func TestRoutingGoesByWhatTheMenuHasIdentified(t *testing.T) {
	t.Parallel()
	files := goodSite(t)
	files["ivr/accueil.yaml"] = &fstest.MapFile{Data: []byte(`start: numero
nodes:
  numero: {type: identify, prompt: menu, set: {topic: paiement}, identified: ouvert, not_identified: ouvert}
  ouvert: {type: branch, cases: [{when: queue("particuliers").open, goto: conseiller}], else: adieu}
  conseiller: {type: queue}
  adieu: {type: hangup}
tests:
  - {name: identified, at: 2026-11-23T10:00, steps: [identifies: 1, path: [numero, ouvert, adieu]]}
  - {name: at the right hour, at: 2026-11-23T08:00, steps: [identifies: 1, queued: {priority: 5, authentication: 1}]}
  - {name: not identified, at: 2026-11-23T10:00, steps: [identifies: 0, queued: {priority: 0, authentication: 0}]}
  - {name: at the last attempt, at: 2026-11-23T10:00, steps: [wait: 30s, queued: {priority: 0}]}
  - {name: before, at: 2026-11-23T08:00, from: conseiller, with: {topic: paiement}, authentication: 1, steps: [queued: {rule: "existant, rule 1"}]}
`)}
	files["calendars.yaml"] = &fstest.MapFile{Data: append(files["calendars.yaml"].Data, "\n  matin: {hours: {mon-fri: 07:00-09:00}}\n"...)}
	files["centers.yaml"] = &fstest.MapFile{Data: []byte("centers: {cis_ouest: {kind: cis}, expert: {kind: cis, calendar: matin}}\n")}
	files["agents.yaml"] = &fstest.MapFile{Data: append(files["agents.yaml"].Data, "\n  a9: {center: expert, phone: PJSIP/a9, skills: {topic: 3}}\n"...)}
	files["routing.yaml"] = &fstest.MapFile{Data: []byte(`organisations:
  existant:
    - {authentication: 1, queue: particuliers, priority: 5, steps: [{centers: [expert]}]}
    - {queue: particuliers, steps: [{centers: [cis_ouest]}]}
assign: [{departments: rest, organisation: existant}]
tests:
  - {name: each, entry: "2014", authentication: [0, 2], at: 2026-11-23T10:00, expect: {priority: 0}}
  - {name: one, entry: "2014", authentication: 1, at: 2026-11-23T08:00, expect: {priority: 5}}
`)}
	site, problems := load(".", files, noEnvironment)
	require.Empty(t, problems)
	assert.Equal(t, 5, site.MenuTests.Passed)
	assert.Equal(t, RoutingTests{Passed: 2, Contacts: 3}, site.Tests)
}

// A campaign swaps trees and prompts by date, for rehearsals as for callers.
func TestACallDuringACampaignMeetsItsTree(t *testing.T) {
	t.Parallel()
	files := readSite(t, "../examples/dgfip")
	files["ivr/tests/campagne.yaml"] = &fstest.MapFile{Data: []byte(`tests:
  - {name: during, entry: "2014", at: 2027-09-06T10:00, steps: [hears: menu_avis]}
  - {name: before, entry: "2014", at: 2027-08-20T10:00, steps: [hears: menu_motif]}
  - {name: its tree, tree: accueil_avis, at: 2026-11-23T10:00, steps: [hears: menu_avis]}
`)}
	site, problems := load(".", files, noEnvironment)
	require.Empty(t, problems)
	at := time.Date(2027, 9, 6, 10, 0, 0, 0, site.Zone)
	assert.Equal(t, "avis", site.Rehearsal("2014", nil, at).Campaign)
	assert.Equal(t, contact.Entry("2014"), site.EntryTo(site.Trees["accueil_avis"], at))
	assert.Equal(t, contact.Entry("2014"), site.EntryTo(site.Trees["accueil_avis"], at.AddDate(-1, 0, 0)))
	assert.Empty(t, site.EntryTo(nil, at))
}

// A value is heard as it is said, and one that nobody has set is not heard at all.
func TestValuesAreHeardAsTheyAreSaid(t *testing.T) {
	t.Parallel()
	files := goodSite(t)
	files["ivr/accueil.yaml"] = &fstest.MapFile{Data: []byte(`start: code
nodes:
  code: {type: play, prompt: [menu, "digits:var.postal_code"], goto: rien}
  rien: {type: play, prompt: "number:var.department", goto: motif}
  motif: {type: menu, prompt: menu, choices: {"1": {goto: conseiller, set: {topic: paiement}}}, on_failure: conseiller}
  conseiller: {type: queue}
tests:
  - {name: value, at: 2026-11-23T10:00, with: {postal_code: "35"}, steps: [hears: [menu, "digits:35", menu], path: [code, rien, motif]]}
`)}
	site, problems := load(".", files, noEnvironment)
	require.Empty(t, problems)
	assert.Equal(t, 1, site.MenuTests.Passed)
}
