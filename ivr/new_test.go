package ivr

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func faultsOf(t Tree) []string {
	_, faults := New(t)
	var all []string
	for _, f := range faults {
		all = append(all, f.String())
	}
	return all
}

func TestNewReportsEveryFaultWithItsPlace(t *testing.T) {
	t.Parallel()
	bad := Tree{Start: "a", Nodes: map[NodeID]Node{
		"a": &Menu{
			Common:  Common{Serves: true},
			Tries:   Tries{MaxAttempts: 11, NoInputTimeout: time.Hour, InterDigitTimeout: time.Second},
			Choices: []Choice{{Keys: "1", Goto: "b"}, {Keys: "1", Goto: "z"}, {Keys: "x", Goto: "b"}},
		},
		"b":    &Collect{MaxDigits: 40, MinDigits: -1, FinishKey: '#', CancelKey: '#', Check: "iban", Next: Repeat, Tries: tries()},
		"back": &Hangup{},
		"c":    &Hours{Open: Exit{Goto: "b"}, Holiday: Exit{Prompts: []Prompt{"x"}}},
	}}
	assert.Equal(t, []string{
		"node a, serves: only play, hangup and link nodes can serve",
		"node a, max_attempts: max_attempts cannot be 11",
		"node a, no_input_timeout: no_input_timeout cannot be 1h0m0s",
		`node a, choices.1: two choices have the keys "1"`,
		`node a, choices.x: "x" is not something a caller can press`,
		"node b, variable: the collect keeps its digits nowhere",
		"node b, max_digits: max_digits cannot be 40",
		"node b, min_digits: min_digits cannot be -1 with max_digits 40",
		`node b, check: there is no check "iban"`,
		"node b, cancel_key: finish_key and cancel_key are both '#'",
		`node back: a node cannot be called "back": the word means a target`,
		`node a, choices.1: choices.1 leads to "z", which is no node of this tree`,
		"node a, on_failure: on_failure leads nowhere",
		"node b, goto: goto cannot repeat: only choices, on_no_input and on_invalid can",
		"node b, on_failure: on_failure leads nowhere",
		"node c, closed: closed leads nowhere",
		"node c, holiday: holiday leads nowhere",
	}, faultsOf(bad))
	assert.Equal(t, []string{"tree, nodes: the tree has no nodes"}, faultsOf(Tree{}))
	assert.Equal(t, []string{"tree, start: the tree has no start"}, faultsOf(Tree{Nodes: map[NodeID]Node{"a": &Hangup{}}}))
}

// The loader refuses these as it reads, so that only trees that a program builds have them.
func TestWhatNoFileCanSayIsRefusedAllTheSame(t *testing.T) {
	t.Parallel()
	told := strings.Join(faultsOf(Tree{Start: "a", Nodes: map[NodeID]Node{
		"a": &Branch{Cases: []Case{{Goto: "b"}}, Else: Exit{Goto: "b"}},
		"b": &Queue{WayOut: []WayOut{{Keys: "1", Goto: "c"}, {Keys: "1", Goto: "c"}}},
		"c": &Voicemail{Mailbox: "accueil", Prompts: []Prompt{"laissez"}, FinishKey: '1', MaxDuration: time.Minute, MaxSilence: 4 * time.Second},
		"d": &Link{Inquiry: Inquiry{Path: template("/")}, Channel: SMS, To: template("{caller} {var.x}"), Text: template("x"), PerDay: 1},
	}}), "\n")
	for _, fault := range []string{
		"node a, cases.1: the case has no condition", `node b, way_out.1: two ways out have the key "1"`,
		"node c, finish_key: a message cannot be ended by the key '1'", "node d, to: a message goes to one value of the call",
	} {
		assert.Contains(t, told, fault)
	}
}

func TestOnlyCyclesWithoutAKeyAreRefused(t *testing.T) {
	t.Parallel()
	silent := Tree{Start: "a", Nodes: map[NodeID]Node{
		"a": &Play{Prompts: []Prompt{"x"}, Next: "b"},
		"b": &Hours{Open: Exit{Goto: End}, Closed: Exit{Goto: Back}},
	}}
	assert.Equal(t, []string{"node a: callers would go round for ever without being asked for a key: a → b → a"}, faultsOf(silent))

	menu := &Menu{Tries: tries(), Choices: []Choice{{Keys: "1", Goto: "a"}, {Keys: "2", Goto: Home}}}
	menu.Failure = Exit{Goto: "a"}
	asked := Tree{Start: "a", Nodes: map[NodeID]Node{"a": &Play{Prompts: []Prompt{"x"}, Next: "b"}, "b": menu}}
	assert.Empty(t, faultsOf(asked))
}

func TestANodeThatOnlyTheFailureExitReachesIsReachable(t *testing.T) {
	t.Parallel()
	assert.Empty(t, faultsOf(accueil()))
	tree := accueil()
	tree.Nodes["oubli"] = &Hangup{}
	assert.Equal(t, []string{`node oubli: no caller can reach node "oubli"`}, faultsOf(tree))
}

func TestANodeLeadsToAnAgentIfEveryChoiceDoes(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]map[NodeID]bool{
		"accueil": {"conseiller": true, "sans_motif": true, "paiement": true, "motif": false, "infos": false, "encore": false, "adieu": false},
		"postal":  {"motif": true, "code": true, "confirme": true, "conseiller": true},
		"prefix":  {"menu": false},
	} {
		tree, faults := New(testTrees[name])
		require.Empty(t, faults)
		for id, asks := range want {
			assert.Equal(t, asks, tree.LeadsToAgent(id), "%s of %s", id, name)
		}
	}
}

func TestChecksOfWholeNumbers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		check  Check
		digits string
		holds  bool
	}{
		{NoCheck, "", true}, {NoCheck, "123", true},
		{Luhn, "79927398713", true}, {Luhn, "79927398710", false}, {Luhn, "", false},
		{Siret, "73282932000074", true}, {Siret, "73282932000075", false}, {Siret, "79927398713", false},
		{PostalCode, "44000", true}, {PostalCode, "00100", false}, {PostalCode, "97400", true}, {PostalCode, "4400", false}, {PostalCode, "99100", false},
		{FiscalNumber, fiscal(1234567890), true}, {FiscalNumber, fiscal(3000000001), true}, {FiscalNumber, fiscal(4000000000), false},
		{FiscalNumber, "1234567890999", false}, {FiscalNumber, "123", false},
	} {
		assert.Equal(t, c.holds, c.check.Holds(c.digits), "%s of %q", c.check, c.digits)
	}
	assert.True(t, Siret.Known() && NoCheck.Known())
	assert.False(t, Check("iban").Known())
}

// fiscal completes ten digits with the three that follow from them.
func fiscal(first int) string { return fmt.Sprintf("%010d%03d", first, first%511) }
