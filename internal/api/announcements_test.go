package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/report/reporttest"
	"github.com/guichet/guichet/ivr"
)

// announcingHouse has an entry in French and one in French and German, and prompts
// that are said in one of these, in both, or to everybody.
func announcingHouse() *house {
	site := reporttest.Site()
	french, both := &ivr.Tree{ID: "accueil", Languages: []string{"fr"}}, &ivr.Tree{ID: "alsace", Languages: []string{"fr", "de"}}
	site.Trees = map[string]*ivr.Tree{"accueil": french, "alsace": both}
	site.Entries = map[contact.Entry]config.Entry{
		"2014": {Name: "2014", Tree: french}, "strasbourg": {Name: "strasbourg", Tree: both},
	}
	sound := func(name string) config.Sound {
		return config.Sound{Text: "Panne.", Media: []string{"sound:guichet/" + name}}
	}
	site.Prompts = map[ivr.Prompt]config.Prompt{
		"panne":  {Name: "panne", Sound: sound("panne")},
		"greve":  {Name: "greve", In: map[string]config.Sound{"fr": sound("greve-fr"), "de": sound("greve-de")}},
		"franco": {Name: "franco", In: map[string]config.Sound{"fr": sound("franco-fr")}},
		"gong":   {Name: "gong", In: map[string]config.Sound{config.AllLanguages: sound("gong-all")}},
	}
	return houseOf(reporttest.NewController(reporttest.Afternoon(site), site))
}

// announces sends an announcement that is accepted.
func (h *house) announces(t *testing.T, path, body string) api.Announcements {
	t.Helper()
	code, text := h.ask(t, "POST", "/api/v1/announcements"+path, body)
	require.Equal(t, http.StatusOK, code, text)
	var a api.Announcements
	require.NoError(t, json.Unmarshal([]byte(text), &a))
	return a
}

func TestAnAnnouncementIsShownEverywhereUntilItIsClearedOrOver(t *testing.T) {
	t.Parallel()
	h := announcingHouse()
	assert.Empty(t, get[api.Announcements](t, h, "/api/v1/announcements").Announcements)
	said := h.announces(t, "", `{"entries": ["2014"], "queues": ["particuliers"], "prompt": "greve", "until": "2h", "by": "marie"}`)
	assert.Equal(t, []string{"entry 2014", "queue particuliers"}, said.Changed)
	require.Len(t, said.Announcements, 2)
	one, two := said.Announcements[0], said.Announcements[1]
	assert.Equal(t, contact.Entry("2014"), one.Entry)
	assert.Equal(t, map[string][]string{"fr": {"sound:guichet/greve-fr"}}, one.Sounds, "what callers of that entry speak")
	assert.Equal(t, map[string][]string{"fr": {"sound:guichet/greve-fr"}, "de": {"sound:guichet/greve-de"}}, two.Sounds)
	assert.Equal(t, "Panne.", one.Text)
	assert.Equal(t, "marie", one.By)
	assert.WithinDuration(t, one.Since.Add(2*time.Hour), one.Until, time.Second)

	assert.Equal(t, said.Announcements, get[api.Status](t, h, "/api/v1/status").Announcements)
	assert.Equal(t, said.Announcements, get[api.Top](t, h, "/api/v1/top").Announcements)
	_, metrics := h.ask(t, "GET", "/metrics", "")
	assert.Contains(t, metrics, `guichet_announced{entry="2014",queue=""} 1`)
	assert.Contains(t, metrics, `guichet_announced{entry="strasbourg",queue=""} 0`)
	assert.Contains(t, metrics, `guichet_announced{entry="",queue="particuliers"} 1`)

	h.announces(t, "", `{"entries": ["2014"], "prompt": "panne", "until": "1h", "then": "hangup"}`)
	again := get[api.Announcements](t, h, "/api/v1/announcements").Announcements
	require.Len(t, again, 2)
	assert.Equal(t, "panne", again[0].Prompt, "it takes the place of the one before")
	assert.True(t, again[0].HangUp)

	left := h.announces(t, "/clear", `{"queues": ["particuliers"], "by": "marie"}`)
	assert.Equal(t, []string{"queue particuliers"}, left.Changed)
	assert.Len(t, left.Announcements, 1)
	h.fails(t, http.StatusConflict, "no_effect", "POST", "/api/v1/announcements/clear", `{"queues": ["particuliers"]}`)
	h.Change(func(l *reporttest.Ledger) { l.Pass(time.Hour) })
	assert.Empty(t, get[api.Announcements](t, h, "/api/v1/announcements").Announcements, "it has ended by itself")
}

func TestAllAnnouncementsAreClearedAtOnce(t *testing.T) {
	t.Parallel()
	h := announcingHouse()
	h.announces(t, "", `{"entries": ["2014", "strasbourg"], "prompt": "gong", "until": "1h"}`)
	assert.Equal(t, api.Announcements{
		Changed: []string{"entry 2014", "entry strasbourg"}, Announcements: []api.Announcement{},
	}, h.announces(t, "/clear", `{"all": true}`))
}

func TestAnAnnouncementThatCannotBeHeardIsRefusedInWords(t *testing.T) {
	t.Parallel()
	h := announcingHouse()
	for body, want := range map[string]string{
		`{"entries": ["strasbourg"], "prompt": "franco", "until": "1h"}`:                               `the prompt "franco" is not said in de, which the tree "alsace" of the entry strasbourg speaks; announce something else, or add it to prompts/prompts.yaml and activate that`,
		`{"entries": ["strasbourg"], "prompt": "panne", "until": "1h"}`:                                `the prompt "panne" is said in one language, and callers of the entry strasbourg speak fr, de; write`,
		`{"queues": ["particuliers"], "prompt": "franco", "until": "1h"}`:                              `is not said in de, which the tree "alsace" of the queue particuliers speaks`,
		`{"entries": ["2014"], "prompt": "pane", "until": "1h"}`:                                       `there is no prompt "pane"; did you mean "panne"?`,
		`{"entries": ["2015"], "prompt": "panne", "until": "1h"}`:                                      `there is no entry "2015"; did you mean "2014"?`,
		`{"queues": ["pro"], "prompt": "panne", "until": "1h"}`:                                        `there is no queue "pro"; the site has particuliers, recouvrement`,
		`{"prompt": "panne", "until": "1h"}`:                                                           `no entry and no queue is given`,
		`{"entries": ["2014"], "until": "1h"}`:                                                         `nothing is given that could be heard`,
		`{"entries": ["2014"], "prompt": "panne"}`:                                                     `it has no end; say until when`,
		`{"entries": ["2014"], "prompt": "panne", "until": "demain"}`:                                  `"demain" is no time; write it like 18:00`,
		`{"entries": ["2014"], "prompt": "panne", "until": "00:00"}`:                                   `has passed`,
		`{"entries": ["2014"], "prompt": "panne", "until": "2028-01-01T08:00"}`:                        `more than 31 days`,
		`{"entries": ["2014"], "prompt": "panne", "until": "1h", "then": "menu"}`:                      `then cannot be "menu"`,
		`{"queues": ["particuliers"], "prompt": "gong", "until": "1h", "then": "hangup"}`:              `only an entry can be closed`,
		`{"entries": ["2014"], "sound": "urgence/panne", "until": "1h"}`:                               `give its text with the sound`,
		`{"entries": ["2014"], "sound": "../panne", "text": "Panne", "until": "1h"}`:                   `"../panne" is no sound of Asterisk`,
		`{"entries": ["strasbourg"], "sound": "urgence/panne", "text": "Panne", "until": "1h"}`:        `a sound is said in one language`,
		`{"entries": ["2014"], "prompt": "panne", "sound": "x", "text": "Panne", "until": "1h"}`:       `both a prompt and a sound are given`,
		`{"entries": ["2014"], "prompt": "panne", "until": "1h", "text": "` + strings.Repeat("x", 501): ``,
	} {
		code, text := h.ask(t, "POST", "/api/v1/announcements", body)
		assert.Contains(t, []int{http.StatusBadRequest, http.StatusNotFound}, code, body)
		var f api.Failure
		require.NoError(t, json.Unmarshal([]byte(text), &f))
		assert.Contains(t, f.Error.Error(), want, body)
	}
	assert.Empty(t, get[api.Announcements](t, h, "/api/v1/announcements").Announcements)
}

func TestARecordingOfAsteriskIsAnnouncedWithItsText(t *testing.T) {
	t.Parallel()
	h := announcingHouse()
	said := h.announces(t, "", `{"entries": ["2014"], "sound": "urgence/panne", "text": " Panne du serveur ", "until": "2026-11-23T18:00"}`)
	require.Len(t, said.Announcements, 1)
	assert.Equal(t, map[string][]string{"fr": {"sound:urgence/panne"}}, said.Announcements[0].Sounds)
	assert.Equal(t, "Panne du serveur", said.Announcements[0].Text)
	assert.Equal(t, "18:00", said.Announcements[0].Until.Format("15:04"))
}

func TestARepeatedAnnouncementTakesEffectOnceAtEachPlace(t *testing.T) {
	t.Parallel()
	h := announcingHouse()
	body := `{"entries": ["2014", "strasbourg"], "prompt": "gong", "until": "1h"}`
	for range 2 {
		code, text := h.ask(t, "POST", "/api/v1/announcements", body, "Idempotency-Key", "op-1")
		require.Equal(t, http.StatusOK, code, text)
	}
	h.Away = true
	e := h.fails(t, http.StatusServiceUnavailable, "ledger_unavailable", "POST", "/api/v1/announcements", body, "Idempotency-Key", "op-2")
	assert.Contains(t, e.Hint, "op-2")
	assert.Equal(t, "entry:2014", fact.Place{Entry: "2014"}.Subject())
}
