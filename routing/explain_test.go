package routing

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/guichet/guichet/internal/calendar"
	"github.com/guichet/guichet/internal/contact"
)

// office is open on weekdays from 8:30 to 19:00, and closed on holidays.
func office(t *testing.T) *calendar.Calendar {
	t.Helper()
	rules := calendar.Rules{Holidays: []calendar.Set{calendar.France}, Dates: map[calendar.Date][]calendar.Span{{Year: 2026, Month: time.December, Day: 24}: {}}}
	for day := time.Monday; day <= time.Friday; day++ {
		rules.Week[day] = []calendar.Span{{From: 8*time.Hour + 30*time.Minute, To: 19 * time.Hour}}
	}
	c, err := calendar.New("bureau", rules)
	require.NoError(t, err)
	return c
}

func TestAnExplanationNamesEveryRuleUpToTheOneThatHolds(t *testing.T) {
	t.Parallel()
	p := plan(t)
	e := p.Explain(Attributes{Entry: "2014", Topic: "declaration", Department: "35"}, day(time.November, 3))
	assert.Equal(t, []RuleLook{
		{Name: "always 1", Why: []Mismatch{{What: "entry", Wanted: []string{"relais"}, Has: "2014"}}},
		{Name: "adossement 1", Why: []Mismatch{{What: "topic", Wanted: []string{"prelevement", "delai"}, Has: "declaration"}}},
		{Name: "adossement 2", Holds: true},
	}, e.Rules)
	assert.Equal(t, "adossement 2", e.Decision.Rule)
	assert.Equal(t, []StepLook{{
		Number: 1, Centers: []contact.Center{"cis_ouest"}, Need: need(t, "declaration >= 2 and anglais >= 1"), Files: true,
	}}, e.Steps)
	assert.Equal(t, []CenterLook{{Center: "cis_ouest", Turn: Turn{Open: true}}}, e.Centers)
}

func TestAnAssignmentOutsideItsDatesSaysSo(t *testing.T) {
	t.Parallel()
	p := plan(t)
	p.Assign[0].Period.Until = day(time.December, 1)
	for _, c := range []struct {
		department contact.Department
		at         time.Time
		why        Absence
	}{
		{"35", day(time.August, 31), NotBegun},
		{"35", day(time.September, 1), ""},
		{"35", day(time.December, 1), Over},
		{"44", day(time.October, 1), OtherDepartment},
		{contact.Unknown, day(time.October, 1), OtherDepartment},
	} {
		e := p.Explain(Attributes{Department: c.department}, c.at)
		assert.Equal(t, c.why, e.Assignments[0].Why, c)
		assert.Equal(t, c.why == "", e.Assignments[0].Holds)
		last := e.Assignments[len(e.Assignments)-1]
		assert.True(t, last.Holds)
		assert.Equal(t, last.Organisation, e.Organisation)
	}
}

func TestACenterLeftOutOfAStepHasItsDates(t *testing.T) {
	t.Parallel()
	p := plan(t)
	ask := Attributes{Topic: "delai", Department: "35"}
	e := p.Explain(ask, day(time.September, 2))
	require.Len(t, e.Steps, 2)
	assert.Equal(t, []CenterOut{{Center: "renfort", Why: NotBegun, From: day(time.October, 1), Until: day(time.December, 1)}}, e.Steps[1].LeftOut)
	assert.Equal(t, []contact.Center{"cps_lyon"}, e.Steps[1].Centers)

	e = p.Explain(ask, day(time.December, 2))
	assert.Equal(t, []int{0, 0}, []int{e.Steps[0].Number, e.Steps[1].Number}, "no center of either is left")
	assert.Equal(t, Over, e.Steps[0].LeftOut[0].Why)
	assert.Equal(t, contact.NoAgent, e.Refused)
}

func TestAClosedCenterSaysWhyAndWhenItOpens(t *testing.T) {
	t.Parallel()
	p := plan(t)
	p.Centers["cis_ouest"] = CenterTerms{Calendar: office(t)}
	for at, want := range map[time.Time]Turn{
		day(time.November, 3).Add(10 * time.Hour):  {Open: true, Status: calendar.Open, Changes: day(time.November, 3).Add(19 * time.Hour)},
		day(time.November, 10).Add(20 * time.Hour): {Status: calendar.Closed, Changes: day(time.November, 12).Add(8*time.Hour + 30*time.Minute)},
		day(time.November, 11).Add(10 * time.Hour): {Status: calendar.Holiday, Changes: day(time.November, 12).Add(8*time.Hour + 30*time.Minute)},
		day(time.December, 24).Add(15 * time.Hour): {Status: calendar.Exception, Changes: day(time.December, 28).Add(8*time.Hour + 30*time.Minute)},
	} {
		want.Calendar = "bureau"
		e := p.Explain(Attributes{Topic: "declaration", Department: "35", Medium: contact.Voice}, at)
		assert.Equal(t, []CenterLook{{Center: "cis_ouest", Turn: want}}, e.Centers, at)
		assert.Equal(t, !want.Open, e.Refused == contact.Closed, at)
	}
}

func TestALocalServiceIsExplainedWithItsHours(t *testing.T) {
	t.Parallel()
	p := plan(t)
	p.Always = append(p.Always, Rule{Name: "always 2", Match: Match{Topics: []contact.Topic{"recouvrement_force"}}, ToService: true})
	p.DepartmentOf = func(code string) contact.Department { return contact.Department(code[:2]) }
	p.Services = func(_ contact.Topic, code string) (LocalService, bool) {
		return LocalService{Name: "Trésorerie de Rennes", Number: "0299000000", Calendar: office(t)}, code == "35000"
	}
	at := day(time.November, 3).Add(20 * time.Hour)
	e := p.Explain(Attributes{Topic: "recouvrement_force", PostalCode: "35000"}, at)
	require.NotNil(t, e.Service)
	assert.Equal(t, "Trésorerie de Rennes", e.Service.Name)
	assert.False(t, e.Service.Open)
	assert.Equal(t, day(time.November, 4).Add(8*time.Hour+30*time.Minute), e.Service.Changes)
	assert.True(t, e.ByPostalCode)
	assert.Equal(t, contact.Department("35"), e.Department)

	e = p.Explain(Attributes{Topic: "recouvrement_force", PostalCode: "44000"}, at)
	assert.Equal(t, RuleLook{Name: "always 2", Why: []Mismatch{{What: "service", Has: "44000"}}}, e.Rules[1])
	assert.Nil(t, e.Service)
	assert.Equal(t, "existant 1", e.Decision.Rule)
}

func TestARuleForWhoIsIdentifiedIsExplained(t *testing.T) {
	t.Parallel()
	p := plan(t)
	p.Organisations["existant"] = append([]Rule{{Name: "existant 0", Match: Match{Authentications: []int{1, 2}}, Queue: "recouvrement"}}, p.Organisations["existant"]...)
	for level, rule := range []string{"existant 1", "existant 0", "existant 0"} {
		e := p.Explain(Attributes{Entry: "2014", Authentication: level}, day(time.November, 3))
		assert.Equal(t, rule, e.Decision.Rule)
		assert.Equal(t, level, e.Authentication)
		if level == 0 {
			assert.Equal(t, RuleLook{Name: "existant 0", Why: []Mismatch{{What: "authentication", Wanted: []string{"1", "2"}, Has: "0"}}}, e.Rules[1])
		}
	}
	assert.False(t, Match{Authentications: []int{0, 1, 2}}.Everybody(), "a catch-all has no matcher")
	assert.True(t, Match{Authentications: []int{1, 2}}.Covers(Match{Authentications: []int{2}, Topics: []contact.Topic{"avis"}}))
	assert.False(t, Match{Authentications: []int{1, 2}}.Covers(Match{}))
}

// What is explained is what Route decides, whoever asks and whenever.
func TestAnExplanationIsOfTheDecision(t *testing.T) {
	t.Parallel()
	p := plan(t)
	p.Centers["cis_sud"] = CenterTerms{Calendar: office(t)}
	p.Always = append(p.Always, Rule{
		Name: "always 2", Match: Match{Topics: []contact.Topic{"delai"}, Authentications: []int{1, 2}}, Queue: "recouvrement",
		Steps: []Step{{Centers: []contact.Center{"cps_lyon"}}},
	})
	rapid.Check(t, func(t *rapid.T) {
		ask := Attributes{
			Authentication: rapid.IntRange(0, 2).Draw(t, "authentication"),
			Entry:          rapid.SampledFrom([]contact.Entry{"2014", "relais"}).Draw(t, "entry"),
			Topic:          rapid.SampledFrom([]contact.Topic{"", "delai", "prelevement", "declaration"}).Draw(t, "topic"),
			Department:     rapid.SampledFrom([]contact.Department{"", "35", "44", contact.Unknown}).Draw(t, "department"),
			Medium:         rapid.SampledFrom([]contact.Medium{contact.Voice, contact.Email}).Draw(t, "medium"),
		}
		at := day(time.January, 1).Add(time.Duration(rapid.IntRange(0, 366*24).Draw(t, "hours")) * time.Hour)
		e, d := p.Explain(ask, at), p.Route(ask, at)
		require.Equal(t, d, e.Decision)
		require.Equal(t, d.Rule, e.Rules[len(e.Rules)-1].Name)
		for i, look := range e.Rules {
			require.Equal(t, i == len(e.Rules)-1, look.Holds)
			require.Equal(t, look.Holds, len(look.Why) == 0)
		}
		var steps []contact.Step
		for _, s := range e.Steps {
			if s.Number > 0 {
				steps = append(steps, contact.Step{After: time.Duration(s.AfterSeconds * float64(time.Second)), Centers: s.Centers, Need: s.Need, Files: s.Files})
				require.Equal(t, len(steps), s.Number)
			}
		}
		require.Equal(t, d.Steps, steps)
		for _, c := range e.Centers {
			require.Equal(t, d.Hours.Open(c.Center, at.UnixMicro()), c.Open)
		}
	})
}
