package cli

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/password"
)

func TestAPasswordBecomesAHashForTheSiteFolder(t *testing.T) {
	t.Parallel()
	var out, said bytes.Buffer
	p := Program{In: strings.NewReader("quatre mots pour Anne\n"), Out: &out, Err: &said, Getenv: func(string) string { return "" }}
	require.Equal(t, exitFine, p.Execute(t.Context(), []string{"agents", "password"}), said.String())
	hash, err := password.Parse(strings.TrimSpace(out.String()))
	require.NoError(t, err)
	assert.True(t, hash.Matches("quatre mots pour Anne"))
}

func TestAPasswordThatIsShortOrMissingIsRefused(t *testing.T) {
	t.Parallel()
	for input, why := range map[string]string{"": "read the password", "court\n": "fewer than 12", "éééééé\n": "fewer than 12", strings.Repeat("x", 300): "must have 1 to 256", "\xff\xfe345678901234\n": "UTF-8"} {
		var out, said bytes.Buffer
		p := Program{In: strings.NewReader(input), Out: &out, Err: &said, Getenv: func(string) string { return "" }}
		assert.Equal(t, exitWrong, p.Execute(t.Context(), []string{"agents", "password"}), input)
		assert.Contains(t, said.String(), why)
		assert.Empty(t, out.String())
	}
}
