package ivr

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
)

// choosing is a callback node with appointments, whatever the number.
func choosing(t require.TestingT, from NumberSource) *Tree {
	tree := *calling(t, from)
	n := *tree.Nodes["rappel"].(*CallbackNode)
	n.Appointment = &Appointment{
		Prompts: []Prompt{"choisissez"}, Slot: []Prompt{"le", "date:var.slot_date", "a", "time:var.slot_time", "tapez", "number:var.slot_key"},
	}
	n.Accepted = Exit{Prompts: []Prompt{"date:var.slot_date", "time:var.slot_time"}}
	tree.Nodes = map[NodeID]Node{"rappel": &n}
	built, faults := New(tree)
	require.Empty(t, faults)
	return built
}

// tuesday has slots from the next morning on, by the clock of Paris.
func tuesday(t require.TestingT, slots int) (Input, []Slot) {
	paris, err := time.LoadLocation("Europe/Paris")
	require.NoError(t, err)
	var free []Slot
	for i := range slots {
		from := time.Date(2026, 11, 25, 9, 30*i, 0, 0, paris)
		free = append(free, Slot{Center: "cis_ouest", From: from.UnixMicro(), Until: from.Add(30 * time.Minute).UnixMicro()})
	}
	return Input{
		At: time.Date(2026, 11, 24, 10, 0, 0, 0, paris), Caller: "+33612345678", Callable: subscriber,
		Slots: func(contact.Topic, Vars, int) []Slot { return free },
	}, free
}

// says are the prompts and the promise that are asked for.
func says(actions []Action) (said []Prompt, asked *Callback) {
	for _, a := range actions {
		switch a := a.(type) {
		case Say:
			said = a.Prompts
		case Callback:
			asked = &a
		}
	}
	return said, asked
}

func TestACallerChoosesOneOfTheNextThreeSlots(t *testing.T) {
	t.Parallel()
	tree := choosing(t, Confirmed)
	in, free := tuesday(t, 5)
	s, actions := Start(tree, in)
	said, _ := says(actions)
	assert.Equal(t, []Prompt{
		"choisissez",
		"le", "date:2026-11-25", "a", "time:09:00", "tapez", "number:1",
		"le", "date:2026-11-25", "a", "time:09:30", "tapez", "number:2",
		"le", "date:2026-11-25", "a", "time:10:00", "tapez", "number:3",
	}, said)
	s, actions = Step(tree, s, Digit{'2'}, in)
	said, _ = says(actions)
	assert.Equal(t, []Prompt{"au", "digits:0612345678", "juste"}, said, "the number is the next question")
	s, actions = Step(tree, s, Digit{'1'}, in)
	_, asked := says(actions)
	require.NotNil(t, asked)
	assert.Equal(t, &free[1], asked.Slot)
	_, actions = Step(tree, s, Promised{}, in)
	said, _ = says(actions)
	assert.Equal(t, []Prompt{"date:2026-11-25", "time:09:30"}, said)
}

func TestWhatIsNoSlotIsAnAttempt(t *testing.T) {
	t.Parallel()
	tree := choosing(t, Own)
	in, free := tuesday(t, 2)
	for name, c := range map[string]struct {
		keys  string
		said  []Prompt
		slot  *Slot
		timed bool
	}{
		"the second":         {"2", nil, &free[1], false},
		"ahead of the words": {"1", nil, &free[0], false},
		"a third":            {"3", nil, nil, false},
		"a wrong one first":  {"91", nil, &free[0], false},
		"none is wanted":     {"#", []Prompt{"non"}, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, actions := Start(tree, in)
			said, asked := says(actions)
			for i := range len(c.keys) {
				s, actions = Step(tree, s, Digit{c.keys[i]}, in)
				if s.Phase == Prompting { // a key that answers nothing counts at the end of the words
					var more []Action
					s, more = Step(tree, s, PromptEnded{}, in)
					actions = append(actions, more...)
				}
				more, promise := says(actions)
				if len(more) > 0 {
					said = more
				}
				if promise != nil {
					asked = promise
				}
			}
			if c.said != nil {
				assert.Equal(t, c.said, said)
			}
			if c.slot == nil {
				assert.Nil(t, asked)
				return
			}
			require.NotNil(t, asked)
			assert.Equal(t, c.slot, asked.Slot)
		})
	}
}

func TestWithoutAFreeSlotTheNodeIsFull(t *testing.T) {
	t.Parallel()
	tree := choosing(t, Confirmed)
	in, _ := tuesday(t, 0)
	_, actions := Start(tree, in)
	said, _ := says(actions)
	assert.Equal(t, []Prompt{"plein"}, said)
	in.Slots = nil
	_, actions = Start(tree, in)
	said, _ = says(actions)
	assert.Equal(t, []Prompt{"plein"}, said)
}

// Another process says the same slots under the same keys, though others are free by now; and
// it knows what was chosen.
func TestAKeyMeansWhatTheCallerHeard(t *testing.T) {
	t.Parallel()
	tree := choosing(t, Confirmed)
	in, free := tuesday(t, 3)
	lost := func(s State) (again State) {
		text, err := json.Marshal(s)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(text, &again))
		return again
	}
	s, first := Start(tree, in)
	heard, _ := says(first)
	in.Slots = func(contact.Topic, Vars, int) []Slot { return free[2:] }
	s, actions := Resume(tree, lost(s), in)
	said, _ := says(actions)
	assert.Equal(t, heard, said)
	s, _ = Step(tree, s, Digit{'1'}, in)
	s, actions = Resume(tree, lost(s), in)
	said, _ = says(actions)
	assert.Equal(t, []Prompt{"au", "digits:0612345678", "juste"}, said)
	_, actions = Step(tree, s, Digit{'1'}, in)
	_, asked := says(actions)
	require.NotNil(t, asked)
	assert.Equal(t, &free[0], asked.Slot)
}

func TestASlotIsSaidWhole(t *testing.T) {
	t.Parallel()
	tree := *calling(t, Own)
	n := *tree.Nodes["rappel"].(*CallbackNode)
	n.Appointment = &Appointment{Slot: []Prompt{"le", "date:var.slot_date", "time:var.autre"}}
	tree.Nodes = map[NodeID]Node{"rappel": &n}
	_, faults := New(tree)
	var problems []string
	for _, f := range faults {
		problems = append(problems, f.Problem)
	}
	assert.ElementsMatch(t, []string{
		"nobody hears the time of a slot", "nobody hears the key of a slot",
		`nothing in this tree sets the variable "autre"`,
	}, problems)
}
