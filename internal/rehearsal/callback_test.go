package rehearsal_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/rehearsal"
	"github.com/guichet/guichet/ivr"
)

func TestARehearsedCallEndsWhenACallBackIsPromised(t *testing.T) {
	t.Parallel()
	tries := ivr.Tries{Interruptible: true, NoInputTimeout: 5 * time.Second, InterDigitTimeout: 2 * time.Second, MaxAttempts: 2}
	end := ivr.Exit{Goto: ivr.End}
	tree, faults := ivr.New(ivr.Tree{
		ID: "t", Start: "rappel", Languages: []string{"fr"}, Failure: end,
		Nodes: map[ivr.NodeID]ivr.Node{"rappel": &ivr.CallbackNode{
			Common: ivr.Common{Set: ivr.Vars{ivr.VarTopic: "autre"}}, Number: ivr.Given, Prompts: []ivr.Prompt{"numero"}, FinishKey: '#',
			Confirm: ivr.Confirm{Prompts: []ivr.Prompt{"juste"}, Yes: '1', No: '2'}, Accepted: ivr.Exit{Prompts: []ivr.Prompt{"promis"}},
			Refused: end, Full: end, Already: end, Failed: end, Tries: tries,
		}},
	})
	require.Empty(t, faults)
	scene := sample(t)
	scene.Tree = tree
	c := rehearsal.Begin(scene)
	goes(t, c, rehearsal.Hears{Prompts: []ivr.Prompt{"numero"}}, rehearsal.Press{Keys: "0299000001"},
		rehearsal.Hears{Prompts: []ivr.Prompt{"digits:0299000001", "juste"}}, rehearsal.Press{Keys: "1"},
		rehearsal.Hears{Prompts: []ivr.Prompt{"promis"}}, rehearsal.Ends{As: contact.Callback})
	assert.False(t, c.Waits(), "the caller is gone")
	assert.Equal(t, "the call over: callback", c.Stands())
	var told []string
	for _, m := range c.Story() {
		switch m := m.(type) {
		case rehearsal.Promised:
			told = append(told, string(m.Place.Queue))
		case rehearsal.Queued:
			told = append(told, "queued")
		}
	}
	assert.Equal(t, []string{"particuliers"}, told)
}
