package api_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/report/reporttest"
	"github.com/guichet/guichet/internal/status"
)

func (h *house) skillsOf(id contact.Agent) (skills map[contact.Skill]int) {
	h.View(func(s *fold.State) { skills = s.Floor.Agents[id].Skills })
	return skills
}

func TestASkillIsChangedAtOnceAndTakenBack(t *testing.T) {
	t.Parallel()
	h := newHouse()
	code, text := h.ask(t, "POST", "/api/v1/agents/a1/skills", `{"skills": {"payment": 5, "topic": 2}, "center": "cps_lyon", "by": "marie"}`)
	require.Equal(t, http.StatusOK, code, text)
	assert.Equal(t, map[contact.Skill]int{"payment": 5, "topic": 2}, h.skillsOf("a1"))
	h.View(func(s *fold.State) { assert.Equal(t, "marie", s.Floor.Overlays["a1"].By) })
	code, text = h.ask(t, "POST", "/api/v1/agents/a1/skills", `{"reset": true}`)
	require.Equal(t, http.StatusOK, code, text)
	assert.Equal(t, map[contact.Skill]int{"payment": 3}, h.skillsOf("a1"))
	h.fails(t, http.StatusConflict, "no_effect", "POST", "/api/v1/agents/a1/skills", `{"reset": true}`)
}

func TestTheGeneralLevelIsThatOfTheTopicsWithoutOneOfTheirOwn(t *testing.T) {
	t.Parallel()
	site := reporttest.Site()
	site.Topics = []contact.Topic{"notices", "payment", "refund"}
	a := site.Agents["a1"]
	a.Skills = map[contact.Skill]int{"topic": 2, "notices": 2, "payment": 4, "refund": 2}
	site.Agents["a1"] = a
	h := houseOf(reporttest.NewController(reporttest.Floor(site, "a1"), site))
	h.ask(t, "POST", "/api/v1/agents/a1/skills", `{"skills": {"topic": 3, "refund": 1}}`)
	assert.Equal(t, map[contact.Skill]int{"topic": 3, "notices": 3, "payment": 4, "refund": 1}, h.skillsOf("a1"))
}

func TestAWrongChangeOfSkillsChangesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse()
	before := h.skillsOf("a1")
	for body, says := range map[string]string{
		`{"skills": {"payment": 6}}`:                "the level 6 of payment is out of range",
		`{"skills": {"payment": -1}}`:               "the level -1 of payment is out of range",
		`{"skills": {"paiment": 2}}`:                `nobody in the site has a skill "paiment"`,
		`{"skills": {"payment": 2}, "center": "x"}`: `there is no center "x"`,
		`{}`: "say what to change",
		`{"reset": true, "skills": {"payment": 1}}`: "say what to change",
		`{"level": 3}`: "the body is not the JSON that is expected",
	} {
		e := h.fails(t, http.StatusBadRequest, "bad_request", "POST", "/api/v1/agents/a1/skills", body)
		assert.Contains(t, e.Message, says)
		assert.NotEmpty(t, e.Hint)
	}
	h.fails(t, http.StatusNotFound, "not_found", "POST", "/api/v1/agents/a9/skills", `{"skills": {"payment": 2}}`)
	assert.Equal(t, before, h.skillsOf("a1"))
}

func TestVersionsAreListedWithTheirAuthorsAndContacts(t *testing.T) {
	t.Parallel()
	h := newHouse()
	h.Change(func(l *reporttest.Ledger) {
		for _, hash := range []string{"v1", "v2", "v1"} {
			l.Lead("", fact.ConfigActivated{Hash: hash, Cause: fact.Cause{By: "marie", Source: fact.ByAPI, Summary: "file changed: queues.yaml"}})
		}
	})
	h.VersionNow = status.Version{Folder: "v2", Drift: []status.Drift{{Agent: "a1", Words: []string{"topic 3 instead of 2"}, At: h.Now(), By: "paul"}}}
	v := get[api.Versions](t, h, "/api/v1/versions")
	assert.Equal(t, "v1", v.Active)
	assert.Equal(t, "v2", v.Folder)
	require.Len(t, v.Versions, 3)
	assert.Equal(t, []bool{true, false, false}, []bool{v.Versions[0].Active, v.Versions[1].Active, v.Versions[2].Active}, "the mark stands once")
	assert.Equal(t, "marie", v.Versions[0].By)
	assert.Equal(t, []string{"topic 3 instead of 2"}, v.Drift[0].Changes)
	assert.Equal(t, []string{"topic 3 instead of 2"}, get[api.Agent](t, h, "/api/v1/agents/a1").Changed)
}

func TestAnActivationSaysWhatChangedOrWhyNothingDid(t *testing.T) {
	t.Parallel()
	h := newHouse()
	h.Next = func() (status.Activated, error) {
		return status.Activated{Hash: "v2", From: "v1", Changes: []string{"file changed: queues.yaml"}}, nil
	}
	for path, body := range map[string]string{"/api/v1/activate": `{"by": "marie"}`, "/api/v1/rollback": `{"hash": "v2"}`} {
		code, text := h.ask(t, "POST", path, body)
		require.Equal(t, http.StatusOK, code, text)
		var done api.Activated
		require.NoError(t, json.Unmarshal([]byte(text), &done))
		assert.True(t, done.Changed)
		assert.Equal(t, []string{"file changed: queues.yaml"}, done.Changes)
		assert.NotNil(t, done.Drift)
	}
	h.fails(t, http.StatusBadRequest, "bad_request", "POST", "/api/v1/activate", `{"hash": "v2"}`)
	for why, code := range map[status.Why]int{
		status.NeedsRestart: http.StatusConflict, status.Overtaken: http.StatusConflict, status.LeaderRefused: http.StatusConflict,
		status.NoLeader: http.StatusServiceUnavailable, status.LedgerAway: http.StatusServiceUnavailable,
		status.UnknownVersion: http.StatusNotFound, status.BadSite: http.StatusUnprocessableEntity,
	} {
		h.Next = func() (status.Activated, error) {
			return status.Activated{}, status.Refuse(why, "do this", "it cannot be")
		}
		e := h.fails(t, code, string(why), "POST", "/api/v1/activate", "")
		assert.Equal(t, "it cannot be; do this", e.Error())
	}
	h.Next = func() (status.Activated, error) {
		return status.Activated{}, &status.Refused{Why: status.BadSite, Message: "1 problem", Problems: []config.Problem{{File: "queues.yaml", Line: 3, Message: "no"}}}
	}
	e := h.fails(t, http.StatusUnprocessableEntity, "site_problems", "POST", "/api/v1/activate", "{}")
	assert.Equal(t, "queues.yaml", e.Problems[0].File)
}
