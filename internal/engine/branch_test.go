package engine_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/ivr"
)

// branching asks a caller who is told of a long wait, and queues the others.
func branching(t *testing.T) *ivr.Tree {
	t.Helper()
	compile := func(text string) *ivr.Condition {
		c, flaw := ivr.Compile(text)
		require.Nil(t, flaw)
		return c
	}
	tree, faults := ivr.New(ivr.Tree{
		ID: "t", Start: "attente", Languages: []string{"fr"}, Failure: ivr.Exit{Goto: "conseiller"},
		Nodes: map[ivr.NodeID]ivr.Node{
			"attente": &ivr.Branch{
				Cases: []ivr.Case{
					{When: compile(`queue("particuliers").estimated_wait > 600 and caller startsWith "+336"`), Label: "long", Goto: "avertir"},
					{When: compile(`now.hour == 1 and dialled == "2014" and not withheld`), Goto: "adieu"},
				},
				Else: ivr.Exit{Goto: "conseiller"},
			},
			"avertir": &ivr.Menu{
				Prompts: []ivr.Prompt{"long"}, Choices: []ivr.Choice{{Keys: "1", Goto: "conseiller"}},
				Tries: ivr.Tries{MaxAttempts: 1, NoInputTimeout: time.Second, InterDigitTimeout: time.Second},
			},
			"adieu":      &ivr.Hangup{},
			"conseiller": &ivr.Queue{},
		},
	})
	require.Empty(t, faults)
	return tree
}

// arrive begins a call to the tree and returns its facts but the first.
func arrive(t *testing.T, rules engine.Rules, at int64, withheld bool) []fact.Fact {
	t.Helper()
	_, effects := engine.Step(rules, engine.Session{}, at, engine.Arrived{ID: "c", Fact: fact.Arrived{
		Medium: contact.Voice, Entry: "2014", Node: "a1", Withheld: withheld, Rank: at,
	}})
	text, err := json.Marshal(effects.Facts)
	require.NoError(t, err)
	assert.NotContains(t, string(text), "33612345678", "the number of a caller is in no fact")
	require.NotEmpty(t, effects.Facts)
	return effects.Facts[1:]
}

func TestTheFactAfterABranchCarriesWhatItLookedAt(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.rules.Tree, s.rules.Caller = branching(t), "+33612345678"
	s.floor = engine.FloorView{Able: 1, Ready: 0, InQueue: 9, Wait: 11 * time.Minute}
	read := map[string]string{`queue("particuliers").estimated_wait`: "660", "caller": "a number"}

	facts := arrive(t, s.rules, 0, false)
	require.Len(t, facts, 1)
	assert.Equal(t, []fact.Decided{{Node: "attente", Case: "long", Read: read}}, facts[0].(fact.Waiting).Decided)

	facts = arrive(t, s.rules, 0, true)
	require.Len(t, facts, 1)
	queued := facts[0].(fact.Queued)
	assert.Equal(t, "else", queued.Decided[0].Case)
	assert.Equal(t, "no number", queued.Decided[0].Read["caller"])
	assert.Equal(t, "true", queued.Decided[0].Read["withheld"])

	s.floor.Wait = time.Minute
	s.rules.Zone = time.FixedZone("UTC+1", 3600)
	closed := ended(t, s.rules)
	assert.Equal(t, `now.hour == 1 and dialled == "2014" and not withheld`, closed.Decided[0].Case, "hours are those of the site")
}

// ended is the closing fact of a call that the tree ends at once.
func ended(t *testing.T, rules engine.Rules) fact.Closed {
	t.Helper()
	session, effects := engine.Step(rules, engine.Session{}, 0, engine.Arrived{ID: "c", Fact: fact.Arrived{Medium: contact.Voice, Entry: "2014", Node: "a1"}})
	require.Len(t, effects.Facts, 1)
	_, effects = engine.Step(rules, session, 1, engine.CallerLeft{})
	require.Len(t, effects.Facts, 1)
	return effects.Facts[0].(fact.Closed)
}

func TestTodayBeginsAtMidnightWhereTheSiteIs(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	often, flaw := ivr.Compile("calls_today >= 3")
	require.Nil(t, flaw)
	tree, faults := ivr.New(ivr.Tree{
		ID: "t", Start: "souvent", Languages: []string{"fr"}, Failure: ivr.Exit{Goto: "conseiller"},
		Nodes: map[ivr.NodeID]ivr.Node{
			"souvent":    &ivr.Branch{Cases: []ivr.Case{{When: often, Goto: "conseiller"}}, Else: ivr.Exit{Goto: "hangup"}},
			"conseiller": &ivr.Queue{},
		},
	})
	require.Empty(t, faults)
	s.rules.Tree, s.floor = tree, engine.FloorView{Able: 1}
	s.rules.Zone = time.FixedZone("UTC+1", 3600)
	var asked int64
	s.rules.Called = func(_ string, since int64) int { asked = since; return 3 }

	facts := arrive(t, s.rules, time.Date(2026, 11, 26, 23, 30, 0, 0, time.UTC).UnixMicro(), false)
	assert.Equal(t, time.Date(2026, 11, 26, 23, 0, 0, 0, time.UTC).UnixMicro(), asked)
	decided := facts[0].(fact.Queued).Decided
	assert.Equal(t, []fact.Decided{{Node: "souvent", Case: "calls_today >= 3", Read: map[string]string{"calls_today": "3"}}}, decided)
}
