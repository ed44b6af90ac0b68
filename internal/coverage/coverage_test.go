package coverage

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/calendar"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/ivr"
	"github.com/guichet/guichet/routing"
)

// monday is the begin of the weeks that the tests look at.
var monday = time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)

func hours(t require.TestingT, name, from, to string, days ...time.Weekday) *calendar.Calendar {
	clock := func(text string) time.Duration {
		var h, m int
		_, err := fmt.Sscanf(text, "%d:%d", &h, &m)
		require.NoError(t, err)
		return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute
	}
	var rules calendar.Rules
	for _, d := range days {
		rules.Week[d] = []calendar.Span{{From: clock(from), To: clock(to)}}
	}
	c, err := calendar.New(name, rules)
	require.NoError(t, err)
	return c
}

var weekdays = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}

func tree(t require.TestingT, start ivr.NodeID, nodes map[ivr.NodeID]ivr.Node) *ivr.Tree {
	for _, n := range nodes {
		var tries *ivr.Tries
		switch n := n.(type) {
		case *ivr.Menu:
			tries = &n.Tries
		case *ivr.Collect:
			tries = &n.Tries
		default:
			continue
		}
		tries.MaxAttempts, tries.NoInputTimeout, tries.InterDigitTimeout = 3, time.Second, time.Second
		if tries.Failure.Goto == "" {
			tries.Failure.Goto = ivr.End
		}
		tries.NoInput.Goto, tries.Invalid.Goto = ivr.Repeat, ivr.Repeat
	}
	checked, faults := ivr.New(ivr.Tree{ID: "t", Start: start, Nodes: nodes, Languages: []string{"fr"}, Failure: ivr.Exit{Goto: ivr.End}})
	require.Empty(t, faults)
	return checked
}

// site is two departments with a center each and the rest of the country: topics
// payment and notice, asked for in office hours, the department known.
func site(t require.TestingT) *config.Site {
	office := hours(t, "office", "08:30", "19:00", weekdays...)
	west := routing.Rule{Name: "west 1", Queue: "public", Steps: []routing.Step{
		{Centers: []contact.Center{"west"}, Need: contact.Need{{Skill: "topic", Level: 2}}, Files: true},
		{After: time.Minute, Centers: []contact.Center{"west", "south"}, Need: contact.Need{{Skill: "topic", Level: 1}}},
	}}
	rest := routing.Rule{Name: "rest 1", Queue: "public", Steps: []routing.Step{{Centers: []contact.Center{"south"}, Need: contact.Need{{Skill: "topic", Level: 1}}}}}
	s := &config.Site{
		Zone:      time.UTC,
		Calendars: map[string]*calendar.Calendar{"office": office},
		Centers:   map[contact.Center]config.Center{},
		Agents:    map[contact.Agent]config.Agent{},
		Plan: &routing.Plan{
			Organisations: map[contact.Organisation][]routing.Rule{"west": {west}, "rest": {rest}},
			Assign: []routing.Assignment{
				{Departments: []contact.Department{"35", "44"}, Organisation: "west"}, {Organisation: "rest"},
			},
			Centers: map[contact.Center]routing.CenterTerms{"west": {}, "south": {}},
		},
	}
	s.Entries = map[contact.Entry]config.Entry{"2014": {Name: "2014", Calendar: "office", Tree: tree(t, "hours", map[ivr.NodeID]ivr.Node{
		"hours": &ivr.Hours{Open: ivr.Exit{Goto: "menu"}, Closed: ivr.Exit{Goto: ivr.End}},
		"menu": &ivr.Menu{Prompts: []ivr.Prompt{"menu"}, Choices: []ivr.Choice{
			{Keys: "1", Goto: "where", Set: ivr.Vars{ivr.VarTopic: "payment"}}, {Keys: "2", Goto: "where", Set: ivr.Vars{ivr.VarTopic: "notice"}},
		}},
		"where": &ivr.Collect{Prompts: []ivr.Prompt{"where"}, Variable: ivr.VarPostalCode, MinDigits: 5, MaxDigits: 5, Next: "agent"},
		"agent": &ivr.Queue{},
	})}}
	hire(s, "w", 4, "west", config.Files{Departments: []contact.Department{"35"}}, map[contact.Skill]int{"payment": 2, "notice": 2})
	hire(s, "v", 2, "west", config.Files{Departments: []contact.Department{"35", "44"}}, map[contact.Skill]int{"payment": 3, "notice": 1})
	hire(s, "s", 10, "south", config.Files{}, map[contact.Skill]int{"payment": 1, "notice": 1})
	return s
}

func hire(s *config.Site, name string, count int, c contact.Center, f config.Files, skills map[contact.Skill]int) {
	for n := range count {
		id := contact.Agent(fmt.Sprintf("%s%d", name, n))
		s.Agents[id] = config.Agent{ID: id, Center: c, Files: f, Skills: skills}
	}
}

func printed(t *testing.T, s *config.Site) string {
	t.Helper()
	var out strings.Builder
	require.NoError(t, Of(s, monday).Write(&out, 80))
	return out.String()
}

func findings(s *config.Site) (grave, others []string) {
	for _, f := range Of(s, monday).Findings(s) {
		if f.Grave {
			grave = append(grave, f.Message+"; "+f.Hint)
		} else {
			others = append(others, f.Message+"; "+f.Hint)
		}
	}
	return grave, others
}

func TestTheTableCountsWhoCouldServeAtEachStep(t *testing.T) {
	t.Parallel()
	s := site(t)
	assert.Equal(t, `
2014, mon-fri 08:30-19:00
           35    44    others
           west  west  rest
  notice   4→16  0→16  10
  payment  6→16  2→16  10
  others: everywhere except 35 44
`, printed(t, s))
	grave, others := findings(s)
	assert.Empty(t, grave)
	assert.Empty(t, others, "a step that somebody else fills is no hole")
}

func TestAHoleNamesWhoWaitsInVainAndWhatWouldHelp(t *testing.T) {
	t.Parallel()
	const when = " (entry 2014, mon-fri 08:30-19:00); "
	for name, c := range map[string]struct {
		spoil func(s *config.Site)
		want  []string
	}{
		"a level that nobody has": {
			func(s *config.Site) {
				s.Plan.Organisations["rest"][0].Steps[0].Need[0].Level = 4
			},
			[]string{"nobody could serve notice, payment from everywhere except 35 44: none of the 10 agents of south has topic >= 4" + when +
				"raise levels in the agents' files, or end with a step that needs less"},
		},
		"files that nobody may open": {
			func(s *config.Site) {
				s.Plan.Organisations["rest"][0].Steps[0].Files = true
			},
			[]string{"nobody could serve notice, payment from everywhere except 35 44: none of the 10 agents who hold the need of south may open the files" + when +
				"add the department to files of a center, or end with a step of files: optional"},
		},
		"a center without agents": {
			func(s *config.Site) {
				s.Plan.Organisations["west"][0].Steps = []routing.Step{{Centers: []contact.Center{"north"}}}
			},
			[]string{"nobody could serve notice, payment from 35 44: no agent belongs to north" + when +
				"give agents to a center of the rule, or name another center"},
		},
		"a center that is no more": {
			func(s *config.Site) {
				s.Plan.Centers["south"] = routing.CenterTerms{Period: routing.Period{Until: monday.AddDate(0, -1, 0)}}
			},
			[]string{"nobody could serve notice, payment from everywhere except 35 44: none of its centers exists then" + when +
				"change the dates of a center, or name another center in the rule"},
		},
		"agents who answer mail alone": {
			func(s *config.Site) {
				for id, a := range s.Agents {
					if a.Center == "south" {
						a.Media = []contact.Medium{contact.Email}
						s.Agents[id] = a
					}
				}
			},
			[]string{"nobody could serve notice, payment from everywhere except 35 44: none of the 10 agents of south serves this medium" + when +
				"give agents the medium"},
		},
		"one topic of one department": {
			func(s *config.Site) {
				s.Plan.Organisations["west"][0].Steps = s.Plan.Organisations["west"][0].Steps[:1]
			},
			[]string{"nobody could serve notice from 44: none of the 4 agents who hold the need of west may open the files" + when +
				"add the department to files of a center, or end with a step of files: optional"},
		},
	} {
		s := site(t)
		c.spoil(s)
		grave, _ := findings(s)
		assert.Equal(t, c.want, grave, name)
		assert.Contains(t, printed(t, s), "NOBODY", name)
	}
}

// Where a rule asks how far callers are identified, each level is looked at.
func TestWhoIsIdentifiedIsServedToo(t *testing.T) {
	t.Parallel()
	s := site(t)
	entry := s.Entries["2014"]
	tries := ivr.Tries{MaxAttempts: 1, NoInputTimeout: time.Second, InterDigitTimeout: time.Second, Failure: ivr.Exit{Goto: "notice"}}
	entry.Tree = tree(t, "who", map[ivr.NodeID]ivr.Node{
		"who": &ivr.Identify{
			Prompts: []ivr.Prompt{"who"}, Variable: "number", FinishKey: '#', Tries: tries,
			Identified: ivr.Exit{Goto: "notice"}, NotIdentified: ivr.Exit{Goto: "notice"},
		},
		"notice": &ivr.Queue{Common: ivr.Common{Set: ivr.Vars{ivr.VarTopic: "notice"}}},
	})
	s.Entries["2014"] = entry
	grave, _ := findings(s)
	assert.Empty(t, grave)
	assert.NotContains(t, printed(t, s), "authentication", "no rule asks")

	expert := routing.Rule{
		Name: "rest 0", Queue: "public", Match: routing.Match{Authentications: []int{1}},
		Steps: []routing.Step{{Centers: []contact.Center{"south"}, Need: contact.Need{{Skill: "topic", Level: 4}}}},
	}
	s.Plan.Organisations["rest"] = append([]routing.Rule{expert}, s.Plan.Organisations["rest"]...)
	grave, _ = findings(s)
	require.Len(t, grave, 1)
	assert.Contains(t, grave[0], "nobody could serve notice")
	out := printed(t, s)
	assert.Contains(t, out, "notice (authentication 1)")
	assert.Regexp(t, `notice +10`, out)
}

func TestAHoleOfAnHourIsFound(t *testing.T) {
	t.Parallel()
	s := site(t)
	s.Plan.Centers["south"] = routing.CenterTerms{Calendar: hours(t, "short", "08:30", "17:00", weekdays...)}
	s.Plan.Centers["north"] = routing.CenterTerms{}
	s.Plan.Organisations["rest"][0].Steps[0].Centers = []contact.Center{"south", "north"}
	grave, _ := findings(s)
	assert.Equal(t, []string{"nobody could serve notice, payment from everywhere except 35 44: those who could are in south, closed then " +
		"(entry 2014, mon-fri 17:00-19:00); align the calendars, or name a center that is open then"}, grave)
}

func TestCallersWhoAreToldThatItIsClosedAreAWarning(t *testing.T) {
	t.Parallel()
	s := site(t)
	s.Plan.Centers["south"] = routing.CenterTerms{Calendar: hours(t, "short", "08:30", "17:00", weekdays...)}
	grave, others := findings(s)
	assert.Empty(t, grave)
	assert.Equal(t, []string{"callers of notice, payment from everywhere except 35 44 are let in and then told that it is closed " +
		"(entry 2014, mon-fri 17:00-19:00); let the hours of the entry and of the centers agree"}, others)
	assert.Contains(t, printed(t, s), "notice   4→6   0→6   closed", "the west serves on without the south")
}

func TestACenterThatEndsIsSeenFromFarAndStopsNothingYet(t *testing.T) {
	t.Parallel()
	s := site(t)
	s.Plan.Centers["south"] = routing.CenterTerms{Period: routing.Period{Until: time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC)}}
	s.Plan.Organisations["west"][0].Steps[1].Need = nil
	grave, others := findings(s)
	assert.Empty(t, grave)
	assert.Equal(t, []string{"nobody could serve notice, payment from everywhere except 35 44: none of its centers exists then " +
		"(entry 2014, from 2027-03-01, mon-fri 08:30-19:00); change the dates of a center, or name another center in the rule"}, others)
	s.Plan.Centers["south"] = routing.CenterTerms{Period: routing.Period{Until: monday.AddDate(0, 0, 3)}}
	grave, _ = findings(s)
	assert.Len(t, grave, 1, "on Thursday it is a matter of this week")
}

func TestACenterAndAnArmThatBeginLaterAreSeen(t *testing.T) {
	t.Parallel()
	s := site(t)
	begin := time.Date(2027, 1, 4, 0, 0, 0, 0, time.UTC)
	s.Plan.Centers["plateau"] = routing.CenterTerms{Period: routing.Period{From: begin}}
	hire(s, "p", 5, "plateau", config.Files{All: true}, map[contact.Skill]int{"payment": 3, "notice": 3})
	s.Plan.Organisations["plateau"] = []routing.Rule{{Name: "plateau 1", Queue: "public", Steps: []routing.Step{{Centers: []contact.Center{"plateau"}}}}}
	s.Plan.Assign = append([]routing.Assignment{{Departments: []contact.Department{"85"}, Organisation: "plateau", Period: routing.Period{From: begin}}}, s.Plan.Assign...)
	grave, others := findings(s)
	assert.Empty(t, grave)
	assert.Empty(t, others)
	assert.Contains(t, printed(t, s), `
2014, from 2027-01-04, mon-fri 08:30-19:00
           85
           plateau
  notice   5
  payment  5
`, "only what changes is shown again")
	s.Plan.Assign[0].Period.From = begin.AddDate(0, 0, -14)
	_, others = findings(s)
	assert.Equal(t, []string{"nobody could serve notice, payment from 85: none of its centers exists then " +
		"(entry 2014, from 2026-12-21, mon-fri 08:30-19:00, until 2027-01-03); change the dates of a center, or name another center in the rule"}, others,
		"the arm begins before its center")
}

func TestOneAgentAloneIsThinAndAStepForNobodyIsOdd(t *testing.T) {
	t.Parallel()
	s := site(t)
	s.Plan.Organisations["rest"][0].Steps = append(s.Plan.Organisations["rest"][0].Steps,
		routing.Step{After: 2 * time.Minute, Centers: []contact.Center{"south"}, Need: contact.Need{{Skill: "opera", Level: 1}}})
	hire(s, "x", 1, "south", config.Files{}, map[contact.Skill]int{"dance": 1})
	s.Plan.Organisations["west"][0].Steps = []routing.Step{{Centers: []contact.Center{"south"}, Need: contact.Need{{Skill: "dance", Level: 1}}}}
	grave, others := findings(s)
	assert.Empty(t, grave)
	assert.Equal(t, []string{
		"nobody could ever serve at the step after 2m0s: every contact passes it at once; compare its centers and need with the agents, or delete the step",
		"only one agent could serve notice, payment from 35 44 (entry 2014, mon-fri 08:30-19:00); let others learn it, or widen the last step",
	}, others)
}

func TestLocalServicesTakeThoseWhoHaveOne(t *testing.T) {
	t.Parallel()
	s := site(t)
	s.Plan.Always = []routing.Rule{{Name: "always 1", ToService: true, Match: routing.Match{Topics: []contact.Topic{"notice"}}}}
	s.Plan.Services = func(_ contact.Topic, postal string) (routing.LocalService, bool) {
		return routing.LocalService{Name: "SIP"}, postal == "75001"
	}
	assert.Contains(t, printed(t, s), "notice   local, 4→16  local, 0→16  local, 10")
}

func TestCallersWhoWereNotAskedWhereTheyLiveCountToo(t *testing.T) {
	t.Parallel()
	s := site(t)
	e := s.Entries["2014"]
	e.Tree.Nodes["where"].(*ivr.Collect).Failure = ivr.Exit{Goto: "agent"}
	s.Plan.Organisations["rest"][0].Steps[0].Files = true
	hire(s, "n", 3, "south", config.Files{All: true}, map[contact.Skill]int{"payment": 1, "notice": 1})
	assert.Equal(t, `
2014, mon-fri 08:30-19:00
           35    44    others  not asked
           west  west  rest    rest
  notice   4→19  0→19  3       3
  payment  6→19  2→19  3       3
  others: everywhere except 35 44
`, printed(t, s))
}

func TestManyDepartmentsAreTakenTogetherByTheirRules(t *testing.T) {
	t.Parallel()
	s := site(t)
	for i, d := range departments[:60] {
		hire(s, string(d)+"n", 2+i%7, "west", config.Files{Departments: []contact.Department{d}}, map[contact.Skill]int{"payment": 5, "notice": 5})
		s.Plan.Assign[0].Departments = append(s.Plan.Assign[0].Departments, d)
	}
	out := printed(t, s)
	assert.Contains(t, out, "  notice   2-8→310  10")
	for line := range strings.Lines(out) {
		assert.LessOrEqual(t, len([]rune(line)), 81, line)
	}
}

func TestAWideTableIsCutIntoPieces(t *testing.T) {
	t.Parallel()
	s := site(t)
	for i, d := range departments[:7] {
		o := contact.Organisation(fmt.Sprintf("organisation_%d", i))
		s.Plan.Organisations[o] = s.Plan.Organisations["rest"]
		s.Plan.Assign = append([]routing.Assignment{{Departments: []contact.Department{d}, Organisation: o}}, s.Plan.Assign...)
	}
	out := printed(t, s)
	assert.Equal(t, 2, strings.Count(out, "  payment "), out)
	for line := range strings.Lines(out) {
		assert.LessOrEqual(t, len([]rune(line)), 81, line)
	}
}

func TestTheSampleHasNoHoles(t *testing.T) {
	t.Parallel()
	v := Check("../../examples/dgfip", time.Now())
	require.Empty(t, v.Problems)
	assert.Empty(t, v.Holes)
	assert.True(t, v.Fine())
}

func TestAFolderWithHolesIsNotLoadedInPlaceOfAnother(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS("../../testdata/site")))
	site, problems := Load(dir, monday)
	require.Empty(t, problems)
	require.NotNil(t, site)
	agent := "agents:\n  a1001: {center: cis_ouest, phone: PJSIP/a1001, skills: {paiement: 2}}\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "agents.yaml"), []byte(agent), 0o644))
	site, problems = Load(dir, monday)
	assert.Nil(t, site)
	require.NotEmpty(t, problems)
	assert.Equal(t, "routing.yaml:4:7: nobody could serve (no topic): not the only agent of cis_ouest has topic >= 1 "+
		"(entry 2014, at any time); raise levels in the agents' files, or end with a step that needs less", problems[0].String())
	_, problems = Load(filepath.Join(dir, "nowhere"), monday)
	assert.Len(t, problems, 1)
}

func TestAFolderWhoseMenuTestsFailIsNotPutToUse(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS("../../testdata/site")))
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "ivr", "tests"), 0o755))
	test := "tests:\n  - {name: silence, tree: accueil, at: 2026-11-23T10:00, steps: [wait: 1m, %s]}\n"
	write := func(demand string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "ivr", "tests", "a.yaml"), fmt.Appendf(nil, test, demand), 0o644))
	}
	write("queued: particuliers")
	site, problems := Load(dir, monday)
	require.Empty(t, problems)
	assert.Equal(t, 1, site.MenuTests.Passed)
	write("ends")
	site, problems = Load(dir, monday)
	assert.Nil(t, site)
	require.Len(t, problems, 1)
	assert.Contains(t, problems[0].Message, `the test "silence" expected the call to end, found the call waiting in the queue particuliers`)
}
