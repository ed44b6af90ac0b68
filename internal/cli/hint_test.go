package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// hint finds what the source of the API tells its callers to see.
var hint = regexp.MustCompile(`"[^"]*(see|as) /api/v1/[^"]*"|` + "`send \\{[^`]*`")

func TestEveryHintOfTheAPIBecomesACommand(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../api/*.go")
	require.NoError(t, err)
	found := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, h := range hint.FindAllString(string(text), -1) {
			found++
			told := typed(h[1 : len(h)-1])
			assert.NotContains(t, told, "/api/", file)
			assert.NotContains(t, told, "{", file)
		}
	}
	assert.Greater(t, found, 6, "the hints are looked for where they are")
	assert.Equal(t, "see guichet status for the ledger, and guichet agents list for whether it took effect all the same",
		typed("send it again with the header Idempotency-Key: 01JD-8Z, it then takes effect once"))
	assert.Equal(t, "see guichet status for the ledger, and guichet announcement list for what took effect all the same",
		typed("send it again with the header Idempotency-Key: 01JD-8Z, each place then takes effect once"))
	assert.Equal(t, "see guichet agents list for what the agent does", typed("see /api/v1/agents/a1001 for what the agent does"))
}
