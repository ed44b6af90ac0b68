package ivr

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/guichet/guichet/internal/calendar"
	"github.com/guichet/guichet/internal/contact"
)

// office asks for the topic first, and for the postal code where it matters.
func office(t require.TestingT) *Tree {
	tree, faults := New(Tree{
		Start: "hours", Languages: []string{"fr"}, Failure: Exit{Goto: "help"},
		Nodes: map[NodeID]Node{
			"hours": &Hours{Open: Exit{Goto: "menu"}, Closed: Exit{Goto: "late"}},
			"menu": &Menu{Prompts: []Prompt{"menu"}, Tries: tries(), Choices: []Choice{
				{Keys: "1", Goto: "where", Set: Vars{VarTopic: "payment"}},
				{Keys: "2", Goto: "agent", Set: Vars{VarTopic: "notice"}},
				{Keys: "3", Goto: "lille"},
			}},
			"where": &Collect{Prompts: []Prompt{"where"}, Variable: VarPostalCode, MinDigits: 5, MaxDigits: 5, Next: "agent", Tries: tries()},
			"lille": &Queue{Common: Common{Set: Vars{VarTopic: "audit", VarPostalCode: "59000", VarDepartment: "59"}}, Full: Exit{Goto: "help"}},
			"agent": &Queue{},
			"help":  &Queue{Common: Common{Set: Vars{VarTopic: "other"}}},
			"late":  &Hangup{Prompts: []Prompt{"closed"}},
		},
	})
	require.Empty(t, faults)
	return tree
}

func always(s calendar.Status) func(string) calendar.Status {
	return func(string) calendar.Status { return s }
}

func TestATreeTellsWhatCallersCanAskFor(t *testing.T) {
	t.Parallel()
	assert.Equal(t, []Request{
		{Topic: "audit", Department: "59", PostalCode: "59000", Language: "fr", InHours: true},
		{Topic: "notice", Language: "fr", InHours: true},
		{Topic: "other", Language: "fr", InHours: true},
		{Topic: "other", Department: "59", PostalCode: "59000", Language: "fr", InHours: true},
		{Topic: "payment", Located: true, Language: "fr", InHours: true},
	}, office(t).Requests(always(calendar.Open)))
	assert.Empty(t, office(t).Requests(always(calendar.Holiday)), "nobody is let through outside the hours")
}

// Whatever a caller does, short of going back, what he asks for in the end is
// one of the requests.
func TestEveryAskOfAnyCallIsAmongTheRequests(t *testing.T) {
	t.Parallel()
	tree := office(t)
	requests := tree.Requests(always(calendar.Open))
	rapid.Check(t, func(t *rapid.T) {
		in := Input{}
		s, actions := Start(tree, in)
		var o observer
		for range rapid.IntRange(0, 60).Draw(t, "length") {
			for _, a := range actions {
				if ask, asks := a.(Ask); asks {
					require.Contains(t, requests, Request{
						Topic: ask.Topic, Language: ask.Language, InHours: true, Located: ask.Vars[VarPostalCode] != "" && ask.Department == "",
						Department: ask.Department, PostalCode: map[contact.Department]string{"59": "59000"}[ask.Department],
					})
				}
			}
			o.see(t, s, actions)
			s, actions = Step(tree, s, o.next(t, s), in)
		}
	})
}

// Who is identified asks for something else than who is not, as far as rules may tell.
func TestWhoIsIdentifiedIsAmongTheRequests(t *testing.T) {
	t.Parallel()
	asked := func(birth *BirthDate) []Request {
		tree, faults := New(Tree{
			ID: "t", Start: "qui", Failure: Exit{Goto: "repli"},
			Nodes: map[NodeID]Node{
				"qui": &Identify{
					Prompts: []Prompt{"p"}, Variable: "n", BirthDate: birth, FinishKey: '#', Tries: tries(),
					Identified: Exit{Goto: "agent"}, NotIdentified: Exit{Goto: "encore"},
				},
				"agent":  &Queue{Common: Common{Set: Vars{VarTopic: "avis"}}},
				"encore": &Queue{Common: Common{Set: Vars{VarTopic: "autre"}}},
				"repli":  &Queue{Common: Common{Set: Vars{VarTopic: "repli"}}},
			},
		})
		require.Empty(t, faults)
		return tree.Requests(always(calendar.Open))
	}
	assert.Equal(t, []Request{{Topic: "autre"}, {Topic: "avis", Authentication: 1}, {Topic: "repli"}}, asked(nil))
	assert.Equal(t, []Request{
		{Topic: "autre"}, {Topic: "autre", Authentication: 1}, {Topic: "avis", Authentication: 2},
		{Topic: "repli"}, {Topic: "repli", Authentication: 1},
	}, asked(&BirthDate{Prompts: []Prompt{"d"}, Variable: "d"}), "who gives up at the second question has given a number")
}

// What a branch looks at can be anything when somebody calls.
func TestEveryCaseOfABranchCanBeAskedFor(t *testing.T) {
	t.Parallel()
	tree, faults := New(Tree{
		ID: "t", Start: "jour", Failure: Exit{Goto: End},
		Nodes: map[NodeID]Node{
			"jour": &Branch{
				Cases: []Case{{When: when(`now.hour < 12`), Goto: "matin"}, {When: when(`withheld`), Goto: "fin"}},
				Else:  Exit{Goto: "soir"},
			},
			"matin": &Set{Common: Common{Set: Vars{VarTopic: "matin"}}, Next: "agent"},
			"soir":  &Set{Common: Common{Set: Vars{VarTopic: "soir"}}, Next: "agent"},
			"fin":   &Hangup{},
			"agent": &Queue{},
		},
	})
	require.Empty(t, faults)
	assert.Equal(t, []Request{{Topic: "matin"}, {Topic: "soir"}}, tree.Requests(always(calendar.Open)))
	assert.True(t, tree.LeadsToAgent("matin"))
	assert.False(t, tree.LeadsToAgent("jour"), "one case ends the call")
}
