package e2e

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/phone"
	"github.com/guichet/guichet/internal/report"
)

// errand is what one person calls for, and what must become of it.
type errand struct {
	topic, department string
	number, keys      string
	organisation      string
	centers           []contact.Center // any of them may serve
	caller            *phone.Call
}

// topicKeys are what a caller keys for each topic before the department.
var topicKeys = []struct{ topic, keys string }{
	{"declaration", "1"}, {"paiement", "21"}, {"prelevement", "22"},
	{"recouvrement_amiable", "23"}, {"avis", "3"}, {"reclamation", "41"},
}

// errands are each topic from each department, one for which no department is
// asked, and one whose caller does not answer that.
func errands() []*errand {
	both := []contact.Center{"cis_ouest", "cis_sud"}
	debit := func(topic string, centers []contact.Center, topics ...string) []contact.Center {
		if slices.Contains(topics, topic) {
			return []contact.Center{"cps_lyon"}
		}
		return centers
	}
	all := []*errand{
		{topic: "autre", keys: "5", organisation: "hors_comparaison", centers: both},
		{topic: "declaration", department: "unknown", keys: "1", organisation: "hors_comparaison", centers: both},
	}
	for _, t := range topicKeys {
		west := debit(t.topic, both[:1], "prelevement", "recouvrement_amiable")
		all = append(all,
			&errand{topic: t.topic, department: "35", keys: t.keys + "35", organisation: "adossement_cis", centers: west},
			&errand{topic: t.topic, department: "44", keys: t.keys + "44", organisation: "plateau", centers: []contact.Center{"plateau_44"}},
			&errand{topic: t.topic, department: "85", keys: t.keys + "85", organisation: "plateau", centers: []contact.Center{"plateau_44"}},
			&errand{topic: t.topic, department: "75", keys: t.keys + "75", organisation: "existant", centers: debit(t.topic, both, "prelevement")})
	}
	for i, e := range all {
		e.number = fmt.Sprintf("06%08d", 40_000_000+i)
	}
	return all
}

// Each topic, from departments of both organisations and of the control, reaches
// an agent of a center that serves it there: who served, what the phone showed and
// what was written down agree.
func TestEachTopicOfEachDepartmentReachesTheRightCenter(t *testing.T) {
	t.Parallel()
	th := raise(t)
	centers := map[string]contact.Center{
		"a1001": "cis_ouest", "a1101": "cis_sud", "a2001": "cps_lyon", "a3001": "plateau_44", "a3002": "plateau_44",
	}
	team := th.login(phone.Answers(0).TalksFor(700*time.Millisecond), "a1001", "a1101", "a2001", "a3001", "a3002")
	all := errands()
	var calling errgroup.Group
	calling.SetLimit(5)
	for _, e := range all {
		calling.Go(func() (err error) {
			e.caller, err = th.dial(e.number, e.keys)
			return err
		})
	}
	require.NoError(t, calling.Wait())
	for _, e := range all {
		assert.Equal(t, phone.Remote, th.ended(e.caller).By, "%s from %s", e.topic, e.department)
	}
	th.conserved(len(all))

	legs := map[string]*phone.Call{} // by the caller's number
	for _, p := range team {
		for range p.Received() {
			leg := th.next(p)
			legs[leg.From().Number] = leg
		}
	}
	require.Len(t, legs, len(all), "each caller was offered to one agent")
	for _, e := range all {
		t.Run(e.topic+" from "+cmp.Or(e.department, "nowhere"), func(t *testing.T) {
			leg := legs["+33"+e.number[1:]]
			require.NotNil(t, leg, "no phone rang for him")
			assert.Positive(t, e.caller.Heard(leg.Signature()), "the caller heard this agent")
			assert.Positive(t, leg.Heard(e.caller.Signature()), "the agent heard this caller")
			shown := e.topic
			if e.department != "" {
				shown += " · " + e.department
			}
			assert.Regexp(t, `^`+shown+` · (\d+min)?\d+s?$`, leg.From().Name, "topic, department and wait are shown")

			served := th.story(leg.Header("X-Guichet-Contact"))
			assert.Contains(t, e.centers, served.ServedBy)
			assert.Equal(t, centers[leg.Phone().User()], served.ServedBy)
			assert.Equal(t, leg.Phone().User(), string(served.Agent))
			assert.Equal(t, contact.Answered, served.Outcome)
			assert.Equal(t, contact.Organisation(e.organisation), served.Organisation)
			assert.Equal(t, contact.Topic(e.topic), served.Topic)
			assert.Equal(t, contact.Department(e.department), served.Department)
		})
	}
	var r report.Report
	th.get("/api/v1/report?from=2h", &r)
	answered := map[string]int{}
	for _, g := range r.Organisations {
		answered[g.Name] = g.Outcomes[contact.Answered]
	}
	assert.Equal(t, map[string]int{"adossement_cis": 6, "plateau": 12, "existant": 6, "hors_comparaison": 2}, answered)
	assert.True(t, r.Checks.OK(), "%+v", r.Checks)
}

// story is the row of one contact, live or past.
func (th *theatre) story(id string) report.Contact {
	answer := api.CallStory{Story: &report.Story{}}
	th.get("/api/v1/calls/"+id, &answer)
	return answer.Contact
}

// written is when something was written of a contact for the first time, such as offered.
func (th *theatre) written(id contact.ID, kind string) (at time.Time) {
	th.t.Helper()
	th.until("the story to tell that he is "+kind, func() bool {
		answer := api.CallStory{Story: &report.Story{}}
		th.get("/api/v1/calls/"+string(id), &answer)
		i := slices.IndexFunc(answer.Lines, func(l report.Line) bool { return l.Kind == kind })
		if i >= 0 {
			at = answer.Lines[i].At
		}
		return i >= 0
	})
	return at
}
