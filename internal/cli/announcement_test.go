package cli

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/report/reporttest"
	"github.com/guichet/guichet/ivr"
)

// deskThatSpeaks is one at whose site something can be announced.
func deskThatSpeaks(t *testing.T) *desk {
	t.Helper()
	site := reporttest.Site()
	tree := &ivr.Tree{ID: "accueil", Languages: []string{"fr"}}
	site.Trees = map[string]*ivr.Tree{"accueil": tree}
	entry := site.Entries["2014"]
	entry.Tree = tree
	site.Entries["2014"] = entry
	site.Prompts = map[ivr.Prompt]config.Prompt{"panne": {Name: "panne", Sound: config.Sound{
		Text: "En raison d'une panne générale, vos dossiers ne peuvent pas être consultés. Merci de rappeler demain.", Media: []string{"sound:guichet/panne"},
	}}}
	return deskOf(t, reporttest.NewController(reporttest.Afternoon(site), site))
}

func TestOneCommandAnnouncesSomethingAndAnotherEndsIt(t *testing.T) {
	t.Parallel()
	d := deskThatSpeaks(t)
	assert.Equal(t, "nothing is announced\n", d.prints(t, "announcement", "list"))
	said := d.prints(t, "announcement", "set", "--entry", "2014", "--prompt", "panne", "--until", "2026-11-23T18:00", "--then", "hangup")
	assert.Contains(t, said, "entry 2014: panne, then hang up, until 2026-11-23 18:00, by ")
	assert.Contains(t, strings.Join(strings.Fields(said), " "), "Merci de rappeler demain.")
	assert.Equal(t, said, d.prints(t, "notice", "list"), "whatever people call it")
	for _, shows := range [][]string{{"status"}, {"top", "--once"}} {
		text := d.prints(t, shows...)
		assert.Contains(t, text, "announced", shows)
		assert.Contains(t, text, "entry 2014: panne, then hang up", shows)
		for line := range strings.SplitSeq(text, "\n") {
			if strings.Contains(line, "panne") {
				assert.LessOrEqual(t, utf8.RuneCountInString(line), 80, line)
			}
		}
	}
	var listed api.Announcements
	require.NoError(t, json.Unmarshal([]byte(d.prints(t, "announcement", "list", "--json")), &listed))
	require.Len(t, listed.Announcements, 1)
	assert.NotEmpty(t, listed.Announcements[0].By, "who says so is told")
	assert.Equal(t, "nothing is announced\n", d.prints(t, "announcement", "clear", "--all"))
}

func TestAnAnnouncementThatIsRefusedSaysWhy(t *testing.T) {
	t.Parallel()
	d := deskThatSpeaks(t)
	for line, says := range map[string]string{
		"announcement set --entry 2014 --prompt panne":              "it has no end; say until when",
		"announcement set --entry 2014 --prompt pane --until 18:00": `there is no prompt "pane"; did you mean "panne"?`,
		"announcement set --entry 2014 --prompt panne --until tard": `"tard" is no time`,
		"announcement set --prompt panne --until 18:00":             "no entry and no queue is given",
		"announcement clear":                                          "no entry and no queue is given; name at least one, or say all",
		"announcement clear --entry 2014":                             "entry 2014: nothing is announced there",
		"announcement set --queue pro --prompt panne --until 18:00":   `there is no queue "pro"`,
		"announcement set --entry 2014 --sound x --until 18:00 extra": "unknown command",
	} {
		code, _, errs := d.types(t, strings.Fields(line)...)
		assert.NotEqual(t, exitFine, code, line)
		assert.Contains(t, errs, says, line)
	}
}
