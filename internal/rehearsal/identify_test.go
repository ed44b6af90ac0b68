package rehearsal_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/rehearsal"
	"github.com/guichet/guichet/ivr"
)

// identifying is a call to a tree that asks for a fiscal number, and for a birth date
// if it is to, and then for a key.
func identifying(t *testing.T, birth *ivr.BirthDate, finish byte) rehearsal.Scene {
	t.Helper()
	tries := ivr.Tries{Interruptible: true, NoInputTimeout: 5 * time.Second, InterDigitTimeout: 2 * time.Second, MaxAttempts: 2}
	end := ivr.Exit{Goto: ivr.End}
	tree, faults := ivr.New(ivr.Tree{
		ID: "t", Start: "qui", Languages: []string{"fr"}, Failure: end,
		Nodes: map[ivr.NodeID]ivr.Node{
			"qui": &ivr.Identify{
				Prompts: []ivr.Prompt{"numero"}, Variable: "fiscal_number", BirthDate: birth, FinishKey: finish,
				Identified: ivr.Exit{Goto: "oui"}, NotIdentified: ivr.Exit{Goto: "non"}, Tries: tries,
			},
			"oui": &ivr.Queue{Common: ivr.Common{Set: ivr.Vars{ivr.VarTopic: "avis"}}, Full: end, Closed: end, NoAgent: end},
			"non": &ivr.Queue{Common: ivr.Common{Set: ivr.Vars{ivr.VarTopic: "autre"}}, Full: end, Closed: end, NoAgent: end},
		},
	})
	require.Empty(t, faults)
	s := sample(t)
	s.Tree = tree
	return s
}

func TestACallerIsIdentifiedWithInventedNumbers(t *testing.T) {
	t.Parallel()
	birth := &ivr.BirthDate{Prompts: []ivr.Prompt{"naissance"}, Variable: "birth_date"}
	for name, c := range map[string]struct {
		birth *ivr.BirthDate
		level int
		topic string
	}{
		"no number":            {nil, 0, "autre"},
		"a number":             {nil, 1, "avis"},
		"no number, of two":    {birth, 0, "autre"},
		"a number, and no day": {birth, 1, "autre"},
		"both":                 {birth, 2, "avis"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			call := rehearsal.Begin(identifying(t, c.birth, '#'))
			goes(t, call, rehearsal.Identifies{Level: c.level}, rehearsal.IsIdentified{Level: c.level},
				rehearsal.Has{Vars: ivr.Vars{ivr.VarTopic: c.topic}}, rehearsal.Arrives{Queue: "particuliers"})
			assert.Equal(t, c.level, call.Authentication())
			assert.NotNil(t, rehearsal.IsIdentified{Level: 2 - c.level/2*2}.Run(call))
		})
	}
}

func TestTheSecondQuestionIsAnsweredAlone(t *testing.T) {
	t.Parallel()
	birth := &ivr.BirthDate{Prompts: []ivr.Prompt{"naissance"}, Variable: "birth_date"}
	for _, level := range []int{1, 2} {
		c := rehearsal.Begin(identifying(t, birth, '#'))
		goes(t, c, rehearsal.Press{Keys: "3000000001250"}, hears("naissance"))
		assert.NotNil(t, rehearsal.Identifies{Level: 0}.Run(c), "the number was given")
		goes(t, c, rehearsal.Identifies{Level: level}, rehearsal.IsIdentified{Level: level}, rehearsal.Arrives{Queue: "particuliers"})
	}
}

func TestWhatCannotBeAnsweredIsSaid(t *testing.T) {
	t.Parallel()
	miss := rehearsal.Identifies{Level: 2}.Run(rehearsal.Begin(identifying(t, nil, '#')))
	require.NotNil(t, miss)
	assert.Equal(t, "that qui cannot lead there", miss.Came)
	require.NotNil(t, rehearsal.Identifies{Level: 0}.Run(rehearsal.Begin(identifying(t, nil, 0))))
	miss = rehearsal.Identifies{Level: 1}.Run(rehearsal.Begin(sample(t)))
	require.NotNil(t, miss)
	assert.Equal(t, "only a node of type identify asks for one", miss.Hint)
	miss = rehearsal.IsIdentified{Level: 1}.Run(rehearsal.Begin(identifying(t, nil, '#')))
	require.NotNil(t, miss)
	assert.Equal(t, "let the caller answer first: identifies: 1", miss.Hint)
}

// A branch at the very start knows how far the scene has identified the caller.
func TestACallBeginsAsFarIdentifiedAsItIsTold(t *testing.T) {
	t.Parallel()
	s := identifying(t, nil, '#')
	s.From, s.Authentication = "oui", 1
	c := rehearsal.Begin(s)
	goes(t, c, rehearsal.IsIdentified{Level: 1}, rehearsal.Path{Nodes: []ivr.NodeID{"oui"}}, rehearsal.Arrives{Queue: "particuliers"})
	s.From = ""
	c = rehearsal.Begin(s)
	goes(t, c, hears("numero"), rehearsal.IsIdentified{Level: 0})
}
