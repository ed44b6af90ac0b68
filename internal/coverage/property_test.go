package coverage

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/calendar"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/routing"
)

// anySite is the site of the tests with other rules, agents, hours and dates.
func anySite(t *rapid.T) *config.Site {
	s := site(t)
	centers := []contact.Center{"west", "south", "north"}
	somewhere := func(what string) []contact.Department {
		return rapid.SliceOfN(rapid.SampledFrom([]contact.Department{"01", "2A", "35", "44", "988", contact.Unknown}), 0, 3).Draw(t, what)
	}
	period := func(what string) routing.Period {
		var p routing.Period
		if rapid.Bool().Draw(t, what+" begins") {
			p.From = monday.AddDate(0, 0, rapid.IntRange(-5, 90).Draw(t, what+" from"))
		}
		if rapid.Bool().Draw(t, what+" ends") {
			p.Until = monday.AddDate(0, 0, rapid.IntRange(-5, 90).Draw(t, what+" until"))
		}
		return p
	}
	for _, c := range centers {
		terms := routing.CenterTerms{Period: period(string(c))}
		if from := rapid.IntRange(0, 20).Draw(t, "opens"); from > 8 {
			name := string(c) + " hours"
			terms.Calendar = hours(t, name, fmt.Sprintf("%d:00", from), fmt.Sprintf("%d:00", from+rapid.IntRange(1, 4).Draw(t, "lasts")), weekdays[from%3:]...)
			s.Calendars[name] = terms.Calendar
		}
		s.Plan.Centers[c] = terms
	}
	for n := range rapid.IntRange(0, 6).Draw(t, "groups") {
		hire(s, fmt.Sprintf("g%d_", n), rapid.IntRange(1, 3).Draw(t, "count"), rapid.SampledFrom(centers).Draw(t, "center"),
			config.Files{All: rapid.Bool().Draw(t, "all"), Departments: somewhere("files")},
			map[contact.Skill]int{"payment": rapid.IntRange(0, 5).Draw(t, "payment"), "notice": rapid.IntRange(0, 5).Draw(t, "notice")})
	}
	rules := func(name string) []routing.Rule {
		var all []routing.Rule
		for i := range rapid.IntRange(1, 3).Draw(t, name+" rules") {
			r := routing.Rule{Name: fmt.Sprint(name, i), Queue: "public", Match: routing.Match{Departments: somewhere("match")}}
			for n := range rapid.IntRange(1, 3).Draw(t, "steps") {
				r.Steps = append(r.Steps, routing.Step{
					After: time.Duration(n) * time.Minute, Files: rapid.Bool().Draw(t, "files required"),
					Centers: rapid.SliceOfN(rapid.SampledFrom(centers), 1, 3).Draw(t, "centers"),
					Need:    contact.Need{{Skill: routing.TopicSkill, Level: rapid.IntRange(1, 5).Draw(t, "level")}},
				})
			}
			all = append(all, r)
		}
		return all
	}
	s.Plan.Organisations = map[contact.Organisation][]routing.Rule{"west": rules("west"), "rest": rules("rest")}
	s.Plan.Assign[0] = routing.Assignment{Departments: append(somewhere("arm"), "35"), Organisation: "west", Period: period("arm")}
	return s
}

// At any time and for anybody, the coverage says what routing and a look at every
// single agent say.
func TestCoverageAgreesWithALookAtEveryAgent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := anySite(t)
		c := Of(s, monday.Add(10*time.Hour))
		for range 20 {
			i := rapid.IntRange(0, len(c.timeline.segments)-1).Draw(t, "segment")
			g := c.timeline.segments[i]
			at := g.from.Add(time.Duration(rapid.Int64Range(0, int64(g.until.Sub(g.from))-1).Draw(t, "within")))
			table := c.courses[0].tables[i]
			if s.Calendars["office"].At(at) != calendar.Open {
				require.Nil(t, table)
				continue
			}
			require.Len(t, table.cells, 2*len(departments))
			cell := rapid.SampledFrom(table.cells).Draw(t, "cell")
			agrees(t, s, cell, at)
		}
	})
}

func agrees(t *rapid.T, s *config.Site, c cell, at time.Time) {
	d := s.Plan.Route(routing.Attributes{
		Entry: "2014", Medium: contact.Voice, Topic: c.topic, Department: c.department, Language: c.language,
	}, at)
	require.Equal(t, d.Rule, c.outlook.Rule)
	require.Equal(t, d.Organisation, c.outlook.Organisation)
	require.Equal(t, d.Refused, c.outlook.Refused)
	require.Len(t, c.outlook.Steps, len(d.Steps))
	for i, step := range d.Steps {
		var centers []contact.Center
		for _, center := range step.Centers {
			if d.Hours.Open(center, at.UnixMicro()) {
				centers = append(centers, center)
			}
		}
		able := 0
		for _, a := range s.Agents {
			card := cardOf(a)
			if acd.Serves(&card, acd.AskOf(contact.Voice, c.department, step, centers)) == acd.NoRefusal {
				able++
			}
		}
		require.Equal(t, able, c.outlook.Steps[i].Agents, "step %d of %s for %s at %s", i, d.Rule, c.department, at)
	}
}
