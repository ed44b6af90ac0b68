package explanation_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/explanation"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/routing"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name string, lines []string) {
	t.Helper()
	path, text := filepath.Join("testdata", name), strings.Join(lines, "\n")+"\n"
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), text)
}

func fixture(t *testing.T) *config.Site {
	t.Helper()
	site, problems := config.Load("testdata/site")
	require.NotNil(t, site, "%v", problems)
	return site
}

// morning is a floor on a Tuesday at ten: who came when, one on a pause.
func morning(t *testing.T, site *config.Site) (state *fold.State, now int64) {
	t.Helper()
	begin := time.Date(2027, 1, 5, 9, 0, 0, 0, site.Zone).UnixMicro()
	state = fold.New()
	for i, id := range []contact.Agent{"ouest2", "ouest1", "sud1", "lyon2", "lyon1"} {
		a := site.Agents[id]
		require.Empty(t, state.Floor.Login(begin+int64(i)*60_000_000, fact.LoggedIn{
			Agent: a.ID, Name: a.Name, Center: a.Center, Phone: a.Phone, Skills: a.Skills, Files: a.Files.Departments, AllFiles: a.Files.All,
		}))
	}
	require.Empty(t, state.Floor.Pause(begin+600_000_000, fact.Paused{Agent: "ouest2", Reason: "repas"}))
	return state, begin + 3600_000_000
}

func whole(r *explanation.Routed) []string { return slices.Concat(r.Brief, []string{""}, r.Details) }

func TestARouteIsToldWithEveryReason(t *testing.T) {
	t.Parallel()
	site := fixture(t)
	for name, ask := range map[string]explanation.Ask{
		"route-own-department.txt": {Entry: "2014", Topic: "paiement", PostalCode: "35000"},
		"route-best-level.txt":     {Entry: "2014", Topic: "prelevement", Department: "35"},
		"route-nobody.txt":         {Entry: "2014", Topic: "paiement", PostalCode: "44000"},
		"route-closed.txt":         {Entry: "2014", Topic: "paiement", PostalCode: "75001", At: "2027-01-09T10:00"},
		"route-before.txt":         {Entry: "2014", Topic: "paiement", PostalCode: "44000", At: "2026-12-24T15:50"},
		"route-relay.txt":          {Entry: "2015", At: "15:59"},
	} {
		state, now := morning(t, site)
		r, err := explanation.Dry(site, state, now, ask)
		require.NoError(t, err)
		assert.Empty(t, state.Floor.Tickets, "nothing is changed")
		golden(t, name, whole(r))
	}
}

// A rule for who is identified is told like the others, with how far the person is.
func TestARouteOfWhoIsIdentifiedIsTold(t *testing.T) {
	t.Parallel()
	site := fixture(t)
	site.Plan.Always = append(site.Plan.Always, routing.Rule{
		Name: "always, rule 2", Queue: "recouvrement", Match: routing.Match{Authentications: []int{1, 2}},
		Steps: []routing.Step{{Centers: []contact.Center{"cps_lyon"}}},
	})
	for level, queue := range map[string]contact.Queue{"": "particuliers", "0": "particuliers", "1": "recouvrement", "2": "recouvrement"} {
		state, now := morning(t, site)
		r, err := explanation.Dry(site, state, now, explanation.Ask{Entry: "2014", Topic: "paiement", PostalCode: "44000", Authentication: level})
		require.NoError(t, err)
		assert.Equal(t, queue, r.Routing.Queue, "authentication %q", level)
		said := strings.Join(whole(r), "\n")
		if queue == "particuliers" {
			assert.Contains(t, said, "is for the authentication 1 or 2, and here it is 0")
			assert.NotContains(t, said, "authentication 0")
		} else {
			assert.Contains(t, said, "postal code 44000, authentication "+level+", so department 44")
		}
	}
}

func TestWithoutAControllerTheAgentsOfTheSiteStandIn(t *testing.T) {
	t.Parallel()
	site := fixture(t)
	now := time.Date(2027, 1, 5, 10, 0, 0, 0, site.Zone).UnixMicro()
	r, err := explanation.Offline(site, now, explanation.Ask{Entry: "2014", Topic: "paiement", PostalCode: "85000"})
	require.NoError(t, err)
	assert.True(t, r.StandIn)
	assert.Equal(t, contact.Queue("particuliers"), r.Routing.Queue)
	golden(t, "route-offline.txt", whole(r))
}

func TestTheSameQuestionGetsTheSameAnswer(t *testing.T) {
	t.Parallel()
	site := fixture(t)
	answer := func() string {
		state, now := morning(t, site)
		r, err := explanation.Dry(site, state, now, explanation.Ask{Entry: "2014", Topic: "prelevement", PostalCode: "35000"})
		require.NoError(t, err)
		text, err := json.Marshal(r)
		require.NoError(t, err)
		return string(text)
	}
	first := answer()
	for range 20 {
		require.Equal(t, first, answer())
	}
}

func TestAQuestionMayBePutAsFilesAndCallersPutIt(t *testing.T) {
	t.Parallel()
	site := fixture(t)
	relay, err := explanation.Offline(site, 0, explanation.Ask{Entry: "relais", Topic: "paiement"})
	require.NoError(t, err, "an entry by its name, which nobody can dial")
	assert.Equal(t, contact.Entry("relais"), relay.Routing.Entry)
	for _, keyed := range []string{"44", "44000"} {
		r, err := explanation.Offline(site, 0, explanation.Ask{Entry: "2014", Topic: "paiement", PostalCode: keyed})
		require.NoError(t, err, "what a menu collects")
		assert.Equal(t, contact.Department("44"), r.Routing.Department)
	}
}

func TestAWrongQuestionIsAnsweredWithWhatWasMeant(t *testing.T) {
	t.Parallel()
	site := fixture(t)
	right := explanation.Ask{Entry: "2014", Topic: "paiement"}
	for _, c := range []struct {
		change          func(*explanation.Ask)
		message, advice string
	}{
		{func(a *explanation.Ask) { a.Entry = "2041" }, `there is no entry "2041"`, `did you mean "2014"?`},
		{func(a *explanation.Ask) { a.Entry = "" }, "no entry is given", "the site has 2014, relais"},
		{func(a *explanation.Ask) { a.Topic = "payement" }, `there is no topic "payement"`, `did you mean "paiement"?`},
		{func(a *explanation.Ask) { a.Medium = "emial" }, `there is no medium "emial"`, `did you mean "email"?`},
		{func(a *explanation.Ask) { a.Department = "1" }, `there is no department "1"`, "write it like 44, 01, 2A or 971, or unknown"},
		{func(a *explanation.Ask) { a.PostalCode = "4400" }, `there is no postal code "4400"`, "write five digits, like 44000, or the first two, overseas three"},
		{func(a *explanation.Ask) { a.Language = "français" }, `there is no language "français"`, "write its code, like fr"},
		{func(a *explanation.Ask) { a.Authentication = "3" }, `there is no authentication "3"`, "write 0, 1 or 2: how far an identify has identified the person"},
		{func(a *explanation.Ask) { a.At = "noon" }, `there is no time "noon"`, "write it like 2026-12-24T15:50, or 15:50 for today"},
	} {
		ask := right
		c.change(&ask)
		_, err := explanation.Offline(site, 0, ask)
		var wrong *explanation.Wrong
		require.ErrorAs(t, err, &wrong, c.message)
		assert.Equal(t, c.message, wrong.Error())
		assert.Equal(t, c.advice, wrong.Advice())
	}
}
