package e2e

import (
	"encoding/json"
	"maps"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/report"
)

// sameFigures compares all who count: what people heard, the API, the metrics and the
// report, which recounts the ledger.
func (f *floor) sameFigures(heard int) {
	f.t.Helper()
	var top api.Top
	f.get("/api/v1/top", &top)
	var r report.Report
	require.NoError(f.t, json.Unmarshal([]byte(f.guichet("report", "--from", "2h", "--json")), &r))
	f.t.Log(f.guichet("report", "--from", "2h"))

	f.sameOnCards(r)
	assert.True(f.t, r.Checks.OK(), "%+v", r.Checks)
	assert.True(f.t, r.Checks.Compared)
	assert.Zero(f.t, r.Checks.Found("I6"), "nobody is overtaken")
	assert.Zero(f.t, top.StillHere+r.Summary.StillHere)
	unseen := len(f.lots) - r.Summary.Offered
	assert.True(f.t, unseen >= 0 && unseen <= f.unheard, "%d of %d were not seen", unseen, len(f.lots))
	assert.EqualValues(f.t, top.Offered, r.Summary.Offered)
	assert.Equal(f.t, r.Summary.Offered, f.count("guichet_contacts_offered_total"))
	assert.Equal(f.t, r.Summary.Asked, f.count("guichet_contacts_asked_total"))
	for _, o := range contact.Outcomes {
		assert.EqualValues(f.t, r.Summary.Outcomes[o], top.Outcomes[o], o)
		assert.Equal(f.t, r.Summary.Outcomes[o], max(0, f.outcome(string(o))), o)
		for _, q := range r.Queues {
			assert.Equal(f.t, q.Outcomes[o], max(0, f.count("guichet_contacts_outcome_total", "outcome="+string(o), "queue="+q.Name)), "%s of %s", o, q.Name)
		}
		for _, c := range r.Centers {
			assert.Equal(f.t, c.Outcomes[o], max(0, f.count("guichet_contacts_outcome_total", "outcome="+string(o), "center="+c.Name)), "%s by %s", o, c.Name)
		}
	}
	assert.Equal(f.t, r.Summary.Outcomes[contact.Abandoned], f.count("guichet_contacts_abandoned_total"))
	for _, w := range top.Answered {
		if w.Window == "1h" {
			assert.Equal(f.t, r.Summary.AnsweredRate, w.Rate)
		}
	}

	// And what people saw: who was let go had an agent, who hung up had one or not.
	of := map[lot]int{}
	for _, l := range f.lots {
		of[l]++
	}
	reached := r.Summary.Outcomes[contact.Answered] - heard - of[promised]
	assert.GreaterOrEqual(f.t, reached, 0)
	assert.Equal(f.t, nonzero(map[contact.Outcome]int{
		contact.Answered: heard + of[promised] + reached, contact.Abandoned: of[impatient] - reached - unseen, contact.Failed: of[missed],
	}), nonzero(r.Summary.Outcomes))
}

func nonzero(outcomes map[contact.Outcome]int) map[contact.Outcome]int {
	some := maps.Clone(outcomes)
	maps.DeleteFunc(some, func(_ contact.Outcome, n int) bool { return n == 0 })
	return some
}

// everybodyIsFree: no agent is left in anything.
func (f *floor) everybodyIsFree() {
	f.t.Helper()
	f.until("every agent to be ready", func() bool {
		return f.serving.Load() == 0 && f.count("guichet_agents", "state=ready") == len(f.agents)
	})
	var all []struct{ ID, State, Contact string }
	f.get("/api/v1/agents", &all)
	ready := 0
	for _, a := range all {
		assert.Empty(f.t, a.Contact, a.ID)
		if a.State == "ready" {
			ready++
		}
	}
	assert.Equal(f.t, len(f.agents), ready, "as the API has it")
	for _, p := range f.phones {
		assert.LessOrEqual(f.t, p.Peak(), 1, "%s was called twice at a time", p.User())
	}
}
