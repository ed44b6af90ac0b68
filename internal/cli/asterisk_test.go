package cli

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/status"
)

func TestAnAsteriskIsDeclaredLostOnlyByWhoSaysThatItsMachineIsOff(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	code, out, said := d.types(t, "asterisk", "lost", "ast1")
	assert.Equal(t, exitWrong, code)
	assert.Empty(t, out)
	assert.Equal(t, "guichet: nothing is changed yet: 3 calls would be closed; who is sure that it is off gives --machine-is-off and --reason\n", said)
	code, _, said = d.types(t, "asterisk", "lost", "ast1", "--machine-is-off")
	assert.Equal(t, exitWrong, code)
	assert.Contains(t, said, "say why in up to 128 printable characters")
	code, _, said = d.types(t, "asterisk", "lost")
	assert.Equal(t, exitWrong, code)
	assert.Contains(t, said, "an argument is missing: give the name of an Asterisk, as guichet status lists them")
	assert.Empty(t, d.Losses)

	assert.Regexp(t, `^ast1 is declared lost by \S+ since \d\d:\d\d:\d\d: 3 calls are closed\nit serves again by itself once it is started\n$`,
		d.prints(t, "asterisk", "lost", "ast1", "--machine-is-off", "--reason", "alimentation coupée"))
	require.Len(t, d.Losses, 1)
	assert.Equal(t, "alimentation coupée", d.Losses[0].Reason)
	assert.NotEmpty(t, d.Losses[0].By)
	assert.Contains(t, d.prints(t, "asterisk", "lost", "ast1", "--machine-is-off", "--reason", "r", "--json"), `"calls": 3`)

	d.Refusal = status.Refuse(status.NodeAnswers, "see /api/v1/status for what keeps it from being commanded", "asterisk ast1 answers")
	code, _, said = d.types(t, "asterisk", "lost", "ast1", "--machine-is-off", "--reason", "r")
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, said, "asterisk ast1 answers; see guichet status for what keeps it")
}
