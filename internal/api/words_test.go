package api

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/status"
)

// elsewhere are refusals that no key of the card leads to: those of other media, of the
// administration, of supervisors, of commands with a PIN, and of machines.
var elsewhere = []string{
	"site_problems", "needs_restart", "overtaken", "leader_refused", "no_leader", // versions
	"no_queue", "reference_used", "too_many_mails", "no_such_mail", // mails
	"unknown_node", "node_answers", "held_elsewhere", "not_confirmed", // an Asterisk that is declared lost
	"no_pin", "wrong_pin", "pin_locked", // the card has its own sign-in
	"ambiguous", "sealed", "too_large", "foreign_host", "method_not_allowed", "cross_origin",
}

// The card says in French whatever is refused to an agent: a code without words of its own
// would show the English sentence of the API.
func TestTheCardHasWordsForEveryRefusal(t *testing.T) {
	t.Parallel()
	written, err := os.ReadFile(filepath.Join("card", "src", "words.ts"))
	require.NoError(t, err)
	var codes []string
	for why := range httpStatus {
		codes = append(codes, string(why))
	}
	for _, v := range voids {
		codes = append(codes, v.code)
	}
	sources, err := filepath.Glob("*.go")
	require.NoError(t, err)
	literal := regexp.MustCompile(`(?:Code: |conflict\()"([a-z_]+)"`)
	for _, name := range sources {
		source, err := os.ReadFile(name)
		require.NoError(t, err)
		for _, m := range literal.FindAllSubmatch(source, -1) {
			codes = append(codes, string(m[1]))
		}
	}
	assert.Contains(t, codes, string(status.MovedTooOften))
	assert.Contains(t, codes, string(status.PassedTooOften))
	assert.Contains(t, codes, "code_required")
	for _, code := range codes {
		said := regexp.MustCompile(`(?m)^  ` + code + `: "`).Match(written)
		assert.NotEqual(t, slices.Contains(elsewhere, code), said, "words.ts has to say what %s means, or it is met elsewhere", code)
	}
}

// The board says in French whatever is refused to a supervisor.
func TestTheBoardHasWordsForEveryRefusalOfASupervisor(t *testing.T) {
	t.Parallel()
	written, err := board.ReadFile("board/supervise.js")
	require.NoError(t, err)
	for _, why := range []status.Why{
		status.NoConversation, status.NotYours, status.Oneself, status.OthersCalled, status.Nowhere, status.NotReady, status.OlderBeside,
		status.CatchingUp, status.NotHolder,
	} {
		assert.Regexp(t, `\b`+string(why)+`: "`, string(written))
	}
}
