package config

import (
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// words are what people and YAML itself put in unexpected places.
var words = []string{
	"", "~", "null", "[]", "{}", "[[]]", "[~]", "{a: ~}", "- a", "01", "-1", "1e9", ".inf", "true", "\"\"", "''", "repeat", "start", "hangup",
	"back", "x: y", "|", ">", "? a", "rest", "all", "${X}", "${X:-y}", "2026-02-30", "5s", "topic >= 2", "\"01\"", ";", ",", "\"", "sound:beep", "é", "menu", "queue",
}

var scalar = regexp.MustCompile(`[\p{L}0-9_.:/%"'-]+`)

// A mangled site is one that somebody edited badly: words replaced by others,
// lines lost, doubled, moved in or out. It is refused with places, or it is good.
func TestAMangledSiteNeverPanics(t *testing.T) {
	t.Parallel()
	good := readSite(t, "../examples/dgfip")
	names := []string{"site.yaml", "entries.yaml", "ivr/accueil.yaml", "routing.yaml", "queues.yaml", "centers.yaml",
		"agents/cis_ouest.yaml", "calendars.yaml", "prompts/prompts.yaml", "departements.csv", "services_locaux.csv", "tests/organisations.yaml"}
	rapid.Check(t, func(t *rapid.T) {
		files := fstest.MapFS{}
		for name, f := range good {
			files[name] = f
		}
		for range rapid.IntRange(1, 3).Draw(t, "mistakes") {
			name := rapid.SampledFrom(names).Draw(t, "file")
			files[name] = &fstest.MapFile{Data: []byte(mangle(t, string(files[name].Data)))}
		}
		site, problems := load(".", files, func(string) (string, bool) { return "", false })
		require.Equal(t, site == nil, len(problems) > 0)
		for _, p := range problems {
			require.NotEmpty(t, p.File)
			require.NotEmpty(t, p.Message)
			require.Truef(t, p.Line > 0 == (p.Column > 0), "%s", p)
			require.LessOrEqual(t, p.Excerpt.Column, utf8.RuneCountInString(p.Excerpt.Text)+1)
		}
		if site == nil {
			return
		}
		for _, e := range site.Entries {
			require.NotNil(t, e.Tree, "a site that is good leads callers somewhere")
		}
		for _, p := range site.Warnings {
			require.Positive(t, p.Line, "%s", p)
			require.NotEmpty(t, p.Hint)
		}
		require.GreaterOrEqual(t, len(site.Journeys()), len(site.Entries))
	})
}

func mangle(t *rapid.T, text string) string {
	lines := strings.Split(text, "\n")
	i := rapid.IntRange(0, len(lines)-1).Draw(t, "line")
	switch rapid.IntRange(0, 5).Draw(t, "how") {
	case 0:
		lines[i] = ""
	case 1:
		lines[i] += "\n" + lines[i]
	case 2:
		lines[i] = "  " + lines[i]
	case 3:
		lines[i] = strings.TrimPrefix(lines[i], "  ")
	default:
		at := scalar.FindAllStringIndex(lines[i], -1)
		if len(at) == 0 {
			break
		}
		span := rapid.SampledFrom(at).Draw(t, "word")
		lines[i] = lines[i][:span[0]] + rapid.SampledFrom(words).Draw(t, "by") + lines[i][span[1]:]
	}
	return strings.Join(lines, "\n")
}
