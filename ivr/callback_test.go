package ivr

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
)

// subscriber may be called.
func subscriber(keyed string) (string, bool) {
	n, ok := contact.ParseNumber(keyed)
	return n.National(), ok && n.Subscriber()
}

func calling(t require.TestingT, from NumberSource) *Tree {
	say := func(what string) Exit { return Exit{Prompts: []Prompt{Prompt(what)}} }
	tree, faults := New(Tree{
		ID: "t", Start: "rappel", Languages: []string{"fr"}, Failure: Exit{Goto: End},
		Nodes: map[NodeID]Node{"rappel": &CallbackNode{
			Number: from, Prompts: []Prompt{"numero"}, Confirm: Confirm{Before: []Prompt{"au"}, Prompts: []Prompt{"juste"}, Yes: '1', No: '2'},
			FinishKey: '#', CancelKey: '*', Accepted: say("promis"), Refused: Exit{Prompts: []Prompt{"non"}, Goto: End},
			Full: Exit{Prompts: []Prompt{"plein"}, Goto: End}, Already: say("deja"), Failed: Exit{Prompts: []Prompt{"erreur"}, Goto: End},
			Tries: Tries{Interruptible: true, MaxAttempts: 2, NoInputTimeout: time.Second, InterDigitTimeout: time.Second, Failure: Exit{Prompts: []Prompt{"echec"}, Goto: End}},
		}},
	})
	require.Empty(t, faults)
	return tree
}

// press walks by keys and gives what was asked for and the latest prompts.
func press(tree *Tree, keys string, in Input) (s State, asked string, said []Prompt) {
	s, actions := Start(tree, in)
	look := func(actions []Action) {
		for _, a := range actions {
			switch a := a.(type) {
			case Callback:
				asked = a.Number
			case Say:
				said = a.Prompts
			}
		}
	}
	look(actions)
	for i := range len(keys) {
		s, actions = Step(tree, s, Digit{keys[i]}, in)
		look(actions)
	}
	return s, asked, said
}

func TestTheNumberToCallIsTheCallersOrAnotherThatMayBeCalled(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		from         NumberSource
		caller, keys string
		number       string
		said         []Prompt
	}{
		"own, read back":           {Confirmed, "+33612345678", "", "", []Prompt{"au", "digits:0612345678", "juste"}},
		"own, confirmed":           {Confirmed, "+33612345678", "1", "0612345678", nil},
		"own, withheld":            {Confirmed, "", "", "", []Prompt{"numero"}},
		"own, abroad":              {Confirmed, "+15551234567", "", "", []Prompt{"numero"}},
		"another":                  {Confirmed, "+33612345678", "2", "", []Prompt{"numero"}},
		"another, read back":       {Confirmed, "+33612345678", "20299000001", "", []Prompt{"au", "digits:0299000001", "juste"}},
		"another, confirmed":       {Confirmed, "+33612345678", "202990000011", "0299000001", nil},
		"another, with a # behind": {Confirmed, "+33612345678", "20299000001#1", "0299000001", nil},
		"another, corrected":       {Confirmed, "+33612345678", "20299000001202990000021", "0299000002", nil},
		"erased by *":              {Given, "", "0611*02990000011", "0299000001", nil},
		"asked for though known":   {Given, "+33612345678", "", "", []Prompt{"numero"}},
		"costs extra":              {Given, "", "0899000001", "", []Prompt{"numero"}},
		"no question":              {Own, "+33612345678", "", "0612345678", nil},
		"no question, no number":   {Own, "", "", "", []Prompt{"non"}},
		"declined":                 {Given, "", "#", "", []Prompt{"non"}},
		"declined when read back":  {Confirmed, "+33612345678", "#", "", []Prompt{"non"}},
		"attempts used":            {Given, "", "08990000010899000001", "", []Prompt{"echec"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := Input{Caller: c.caller, Callable: subscriber}
			s, asked, said := press(calling(t, c.from), c.keys, in)
			assert.Equal(t, c.number, asked)
			assert.Equal(t, c.number != "", s.Phase == AtRouting)
			if c.said != nil {
				assert.Equal(t, c.said, said)
			}
			assert.NotContains(t, string(toJSON(t, s)), "299000001", "numbers are in no state that is written down")
		})
	}
}

func TestEachAnswerToAnAskedCallHasItsExit(t *testing.T) {
	t.Parallel()
	for said, e := range map[Prompt]Event{
		"promis": Promised{}, "plein": NotPromised{CallbackFull}, "deja": NotPromised{CallbackAlready}, "erreur": NotPromised{CallbackFailed},
	} {
		in := Input{Caller: "+33612345678", Callable: subscriber}
		tree := calling(t, Own)
		s, _ := Start(tree, in)
		require.Equal(t, AtRouting, s.Phase)
		s, _ = Step(tree, s, Digit{'1'}, in)
		require.Equal(t, AtRouting, s.Phase, "no key answers for the ledger")
		s, _ = Step(tree, s, e, in)
		assert.Equal(t, []Prompt{said}, s.Message)
		again, _ := Step(tree, s, e, in)
		assert.Equal(t, s, again, "told twice")
	}
}

func TestAfterALossTheNumberIsAskedForAgain(t *testing.T) {
	t.Parallel()
	in, tree := Input{Caller: "+33612345678", Callable: subscriber}, calling(t, Confirmed)
	for keys, said := range map[string][]Prompt{
		"": {"au", "digits:0612345678", "juste"}, "2": {"numero"}, "20299000001": {"numero"},
	} {
		s, _, _ := press(tree, keys, in)
		s.secrets, s.keys = nil, keys0
		_, actions := Resume(tree, s, in)
		require.Len(t, actions, 1, keys)
		assert.Equal(t, said, actions[0].(Say).Prompts, keys)
	}
}

var keys0 keys

func TestWhatACallbackMustNotBeIsRefused(t *testing.T) {
	t.Parallel()
	ok := Tries{MaxAttempts: 1, NoInputTimeout: time.Second, InterDigitTimeout: time.Second, Failure: Exit{Goto: End}}
	end := Exit{Goto: End}
	for problem, n := range map[string]*CallbackNode{
		"there is no number":                   {Number: "strange", Tries: ok, Confirm: Confirm{Yes: '1', No: '2'}},
		"confirm_key and correct_key are both": {Number: Given, Tries: ok, Confirm: Confirm{Yes: '1', No: '1'}},
		"is also a key of confirm":             {Number: Given, Tries: ok, Confirm: Confirm{Yes: '1', No: '2'}, FinishKey: '2'},
		"finish_key and cancel_key are both":   {Number: Given, Tries: ok, Confirm: Confirm{Yes: '1', No: '2'}, FinishKey: '#', CancelKey: '#'},
		"max_attempts cannot be 0":             {Number: Given, Confirm: Confirm{Yes: '1', No: '2'}},
		"on_error leads nowhere":               {Number: Own, Failed: Exit{Prompts: []Prompt{"x"}}},
	} {
		n.Refused, n.Full = end, end
		if problem != "on_error leads nowhere" {
			n.Failed = end
		}
		_, faults := New(Tree{ID: "t", Start: "a", Nodes: map[NodeID]Node{"a": n}, Failure: end})
		found := ""
		for _, f := range faults {
			found += f.Problem + "; "
		}
		assert.Contains(t, found, problem)
	}
}
