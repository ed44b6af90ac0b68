package routing

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
)

func need(t *testing.T, text string) contact.Need {
	t.Helper()
	n, err := ParseNeed(text)
	require.NoError(t, err)
	return n
}

func day(month time.Month, d int) time.Time { return time.Date(2026, month, d, 0, 0, 0, 0, time.UTC) }

// plan is the sample of facts/routing.md in small: a rule for everybody's relay,
// an organisation from September for one department, and the rest.
func plan(t *testing.T) *Plan {
	everybody := Rule{Name: "existant 1", Queue: "particuliers", Steps: []Step{{Centers: []contact.Center{"cis_ouest", "cis_sud"}}}}
	return &Plan{
		Always: []Rule{{
			Name: "always 1", Match: Match{Entries: []contact.Entry{"relais"}}, Queue: "particuliers", Priority: 9,
			Steps: []Step{{Centers: []contact.Center{"cis_sud"}, Need: need(t, "relais >= 1")}},
		}},
		Organisations: map[contact.Organisation][]Rule{
			"existant": {everybody},
			"adossement": {
				{Name: "adossement 1", Match: Match{Topics: []contact.Topic{"prelevement", "delai"}}, Queue: "recouvrement",
					Steps: []Step{
						{Centers: []contact.Center{"cps_lyon"}, Need: need(t, "recouvrement >= 2")},
						{After: time.Minute, Centers: []contact.Center{"cps_lyon", "renfort"}, Need: need(t, "recouvrement >= 1")},
					}},
				{Name: "adossement 2", Queue: "particuliers", Steps: []Step{{Centers: []contact.Center{"cis_ouest"}, Need: need(t, "topic >= 2 and anglais >= 1"), Files: true}}},
			},
		},
		Assign: []Assignment{
			{Departments: []contact.Department{"35"}, Organisation: "adossement", Period: Period{From: day(time.September, 1)}},
			{Organisation: "existant"},
		},
		Centers: map[contact.Center]CenterTerms{
			"cis_ouest": {}, "cis_sud": {}, "cps_lyon": {Period: Period{Until: day(time.December, 1)}},
			"renfort": {Period: Period{From: day(time.October, 1), Until: day(time.December, 1)}},
		},
		Queues: map[contact.Queue]QueueTerms{"recouvrement": {
			Policies: contact.Policies{WrapUp: 45 * time.Second}, Strategy: contact.BestLevel, Closing: contact.DefaultClosing(),
		}},
	}
}

func TestTheFirstRuleThatMatchesDecides(t *testing.T) {
	t.Parallel()
	p := plan(t)
	for _, c := range []struct {
		name string
		a    Attributes
		at   time.Time
		rule string
		arm  contact.Organisation
	}{
		{"the relay comes first whatever the topic", Attributes{Entry: "relais", Topic: "delai", Department: "35"}, day(9, 2), "always 1", "adossement"},
		{"a topic of its own", Attributes{Topic: "delai", Department: "35"}, day(9, 2), "adossement 1", "adossement"},
		{"everybody else", Attributes{Topic: "avis", Department: "35"}, day(9, 2), "adossement 2", "adossement"},
		{"the day before the arm begins", Attributes{Topic: "delai", Department: "35"}, day(9, 1).Add(-time.Second), "existant 1", "existant"},
		{"the instant the arm begins", Attributes{Topic: "delai", Department: "35"}, day(9, 1), "adossement 1", "adossement"},
		{"another department", Attributes{Topic: "delai", Department: "44"}, day(9, 2), "existant 1", "existant"},
		{"nobody asked for the department", Attributes{Topic: "delai"}, day(9, 2), "existant 1", "existant"},
		{"an unknown department is normal", Attributes{Department: contact.Unknown}, day(9, 2), "existant 1", "existant"},
	} {
		d := p.Route(c.a, c.at)
		assert.Equal(t, c.rule, d.Rule, c.name)
		assert.Equal(t, c.arm, d.Organisation, c.name)
		assert.NotEmpty(t, d.Steps, c.name)
	}
}

func TestADecisionIsCompleteInItself(t *testing.T) {
	t.Parallel()
	d := plan(t).Route(Attributes{Topic: "delai", Department: "35"}, day(9, 2))
	assert.Equal(t, Decision{
		Queue: "recouvrement", Organisation: "adossement", Department: "35", Rule: "adossement 1",
		Strategy: contact.BestLevel, Closing: contact.DefaultClosing(),
		Policies: contact.Policies{WrapUp: 45 * time.Second},
		Steps: []contact.Step{
			{Centers: []contact.Center{"cps_lyon"}, Need: contact.Need{{Skill: "recouvrement", Level: 2}}},
			{After: time.Minute, Centers: []contact.Center{"cps_lyon"}, Need: contact.Need{{Skill: "recouvrement", Level: 1}}},
		},
	}, d, "the center renfort only begins in October")
}

func TestTheWordTopicBecomesTheSkillOfTheTopic(t *testing.T) {
	t.Parallel()
	p := plan(t)
	got := p.Route(Attributes{Topic: "avis", Department: "35"}, day(9, 2)).Steps[0]
	assert.Equal(t, contact.Need{{Skill: "avis", Level: 2}, {Skill: "anglais", Level: 1}}, got.Need)
	assert.True(t, got.Files)

	none := p.Route(Attributes{Department: "35"}, day(9, 2)).Steps[0]
	assert.Equal(t, contact.Need{{Skill: "topic", Level: 2}, {Skill: "anglais", Level: 1}}, none.Need, "without a topic the general level is asked for")

	same := p.Route(Attributes{Topic: "anglais", Department: "35"}, day(9, 2)).Steps[0]
	assert.Equal(t, contact.Need{{Skill: "anglais", Level: 2}}, same.Need, "of two levels of one skill the higher holds")
	assert.Equal(t, need(t, "topic >= 2 and anglais >= 1"), p.Organisations["adossement"][1].Steps[0].Need, "the plan itself is not changed")
}

func TestACenterThatIsGoneServesNobody(t *testing.T) {
	t.Parallel()
	d := plan(t).Route(Attributes{Topic: "delai", Department: "35"}, day(12, 1))
	assert.Equal(t, contact.NoAgent, d.Refused)
	assert.Empty(t, d.Steps)
	assert.Equal(t, contact.Queue("recouvrement"), d.Queue, "the refusal is counted for the queue")
}

func TestAQueueWithoutTimesHasTheDefaultOnes(t *testing.T) {
	t.Parallel()
	d := plan(t).Route(Attributes{}, day(9, 2))
	assert.Equal(t, contact.DefaultPolicies(), d.Policies)
}

func TestAnEmptyPlanRefuses(t *testing.T) {
	t.Parallel()
	assert.Equal(t, contact.NoAgent, new(Plan).Route(Attributes{}, day(9, 2)).Refused)
}

func TestAMatchCoversWhatItContains(t *testing.T) {
	t.Parallel()
	all, topics := Match{}, Match{Topics: []contact.Topic{"a", "b"}}
	narrow := Match{Topics: []contact.Topic{"a"}, Languages: []string{"fr"}}
	assert.True(t, all.Covers(topics))
	assert.True(t, topics.Covers(narrow))
	assert.True(t, topics.Covers(topics))
	assert.False(t, topics.Covers(all))
	assert.False(t, narrow.Covers(topics))
	assert.False(t, topics.Covers(Match{Entries: []contact.Entry{"relais"}}))
}

func TestAMailIsAcceptedAtAnyHourAndFollowsTheRightToTheFile(t *testing.T) {
	t.Parallel()
	p := plan(t)
	p.Queues["particuliers"] = QueueTerms{Policies: contact.DefaultPolicies(), MailHandle: 30 * time.Minute}
	at := day(time.June, 1)
	call := p.Route(Attributes{Medium: contact.Voice, Topic: "avis", Department: "44"}, at)
	mail := p.Route(Attributes{Medium: contact.Email, Topic: "avis", Department: "44"}, at)
	assert.Equal(t, call.Queue, mail.Queue, "the same rules")
	assert.Equal(t, call.Rule, mail.Rule)
	assert.False(t, call.Steps[0].Files, "the phone is national")
	assert.True(t, mail.Steps[0].Files)
	assert.Equal(t, DefaultMailTake, mail.Policies.Ring, "no phone rings")
	assert.Equal(t, 30*time.Minute, mail.Policies.Handle)
	assert.Zero(t, call.Policies.Handle)
	assert.Equal(t, call.Policies.WrapUp, mail.Policies.WrapUp)

	for _, nowhere := range []contact.Department{contact.Unknown, ""} {
		d := p.Route(Attributes{Medium: contact.Email, Department: nowhere}, at)
		assert.False(t, d.Steps[0].Files, "who is outside every department has no file to open")
	}
}

func TestTheOrganisationOfAnEarlierRoutingStays(t *testing.T) {
	t.Parallel()
	p := plan(t)
	before := Attributes{Entry: "2014", Department: "35", Organisation: "existant"}
	d := p.Route(before, day(time.October, 1))
	assert.Equal(t, contact.Organisation("existant"), d.Organisation, "it was August when he was first queued")
	assert.Equal(t, "existant 1", d.Rule)
	elsewhere := p.Route(Attributes{Entry: "2014", Department: "75", Organisation: "adossement"}, day(time.October, 1))
	assert.Equal(t, "adossement 2", elsewhere.Rule, "whatever department is named now")
	e := p.Explain(before, day(time.October, 1))
	assert.True(t, e.Keeps)
	assert.Empty(t, e.Assignments, "none was looked at")
	assert.Equal(t, contact.Organisation("existant"), e.Organisation)

	before.Organisation = "abolished"
	e = p.Explain(before, day(time.October, 1))
	assert.Equal(t, contact.Organisation("adossement"), e.Organisation, "rules that are no more cannot say who serves")
	assert.False(t, e.Keeps)
	assert.Len(t, e.Assignments, 1)
}

func TestAQueueIsLookedAtAsTheContactWouldFindIt(t *testing.T) {
	t.Parallel()
	p := plan(t)
	for _, c := range []struct {
		name  string
		queue contact.Queue
		a     Attributes
		rule  string
	}{
		{"by the rule of the contact", "particuliers", Attributes{Entry: "relais", Department: "35"}, "always 1"},
		{"past the rules that lead elsewhere", "particuliers", Attributes{Topic: "delai", Department: "35"}, "adossement 2"},
		{"by the first that leads there, while the topic is not known", "recouvrement", Attributes{Department: "35"}, "adossement 1"},
		{"not in an organisation without it", "recouvrement", Attributes{Department: "44"}, ""},
	} {
		d := p.Toward(c.queue, c.a, day(9, 2))
		assert.Equal(t, c.rule, d.Rule, c.name)
		assert.Equal(t, c.queue, d.Queue, c.name)
		assert.Equal(t, c.rule == "", d.Refused == contact.NoAgent, c.name)
	}
}
