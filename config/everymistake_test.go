package config

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// unmistakable are messages that no fixture can bring about, each with an example of what is
// put in, and why.
var unmistakable = map[string]string{
	`no permission to read it`:                     "who runs the tests may read everything",
	`there is no such folder`:                      "a fixture is one; TestAFolderThatIsNotThereIsOneProblem",
	`this is a file`:                               "a fixture is a folder; TestAFolderThatIsNotThereIsOneProblem",
	`12 more problems are not shown`:               "TestAbsurdlyManyProblemsAreCut",
	`calendar bureau, Monday: hours leave the day`: "parseSpan and spans refuse such hours, with the line of each",

	// Of trees that a program builds: the loader refuses it as it reads. Tested in package ivr.
	`the tree has no nodes`:                    "the tree X has no nodes",
	`the case has no condition`:                "when is required",
	`a message goes to one value of the call`:  "a message cannot go to X",
	`a message cannot be ended by the key '1'`: "X cannot end a message",
	`two choices have the keys "1"`:            "a key that is there twice",
	`two ways out have the key "1"`:            "a key that is there twice",
	`there is no number "strange"`:             "X is not known here",
	`there is no check "iban"`:                 "X is not known here",
}

// others are the files in which somebody else's text becomes a message as it is.
var others = map[string]string{
	"config/load.go":   "what the operating system says of a file",
	"ivr/condition.go": "what the library of expressions says of types and of its grammar",
}

// Whoever adds a message adds the mistake that it is about: every text that the loader
// and the checker can say is expected by some fixture. Of texts that look alike, a
// message counts for the one that says most of it.
func TestEveryMistakeTheCheckerKnowsHasItsFixture(t *testing.T) {
	t.Parallel()
	p := readProgram(t, "config")
	known := p.messages(t, "config", "Problem", "Message")
	said := map[string]bool{}
	delete(known, "") // said where nothing is wrong
	for _, s := range known[`.*`] {
		file, _, _ := strings.Cut(p.place(s), ":")
		assert.NotEmpty(t, others[file], "nobody knows what is said at %s: write it as a text, or add its file to others", p.place(s))
	}
	patterns := slices.Collect(maps.Keys(known))
	slices.SortFunc(patterns, func(a, b string) int { return known[b][0].known - known[a][0].known })
	compiled := map[string]*regexp.Regexp{}
	for _, pattern := range patterns {
		compiled[pattern] = regexp.MustCompile(`^(?:` + pattern + `)(?:; .*)?$`)
	}
	of := func(message string) string {
		return patterns[slices.IndexFunc(patterns, func(pattern string) bool { return compiled[pattern].MatchString(message) })]
	}
	for _, message := range expectedMessages(t) {
		said[of(message)] = true
	}
	cannot := map[string]bool{}
	for example := range unmistakable {
		require.NotEqual(t, `.*`, of(example), example)
		cannot[of(example)] = true
	}
	for _, pattern := range patterns {
		switch {
		case said[pattern] && cannot[pattern]:
			assert.Failf(t, "a fixture says it after all", "%s", pattern)
		case !said[pattern] && !cannot[pattern]:
			var places []string
			for _, s := range known[pattern] {
				places = append(places, p.place(s))
			}
			assert.Failf(t, "no fixture expects this message", "%s (%s)", pattern, strings.Join(slices.Compact(places), ", "))
		}
	}
}

// What is said of who could serve whom, and of drafts, is said of a folder without mistakes,
// and expected by the tests of those who say it.
func TestWhateverElseTheCheckSaysIsExpectedBySomeTest(t *testing.T) {
	t.Parallel()
	own := readProgram(t, "config").messages(t, "config", "Problem", "Message")
	p := readProgram(t, "config", "internal/coverage", "internal/cli")
	expected := ""
	for _, folder := range []string{"coverage", "cli"} {
		files, err := filepath.Glob("../internal/" + folder + "/*_test.go")
		require.NoError(t, err)
		for _, file := range files {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			expected += string(text)
		}
	}
	others := 0
	for pattern, sayings := range p.messages(t, "config", "Problem", "Message") {
		if own[pattern] != nil {
			continue
		}
		others++
		fixed, _, _ := strings.Cut(pattern, ` \(entry `) // where and when are put together
		if !regexp.MustCompile(fixed).MatchString(expected) {
			assert.Failf(t, "no test expects this message", "%s (%s)", pattern, p.place(sayings[0]))
		}
	}
	assert.Greater(t, others, 10)
}

// expectedMessages are those of all fixtures, without their places.
func expectedMessages(t *testing.T) []string {
	t.Helper()
	placed := regexp.MustCompile(`^\S+?: `)
	var all []string
	fixtures, err := filepath.Glob("testdata/*/*.txt")
	require.NoError(t, err)
	for _, fixture := range fixtures {
		content, err := os.ReadFile(fixture)
		require.NoError(t, err)
		_, want, _ := bytes.Cut(content, []byte(section+"want --\n"))
		for line := range strings.Lines(string(want)) {
			all = append(all, strings.TrimRight(placed.ReplaceAllString(line, ""), "\n"))
		}
	}
	return all
}
