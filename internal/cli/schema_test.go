package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSchemaListsPrintsAndWritesTheSchemas(t *testing.T) {
	t.Parallel()
	d, dir := &desk{}, filepath.Join(t.TempDir(), ".schema")
	names := strings.Fields(d.prints(t, "schema"))
	assert.Contains(t, names, "tree")
	assert.Empty(t, d.prints(t, "schema", "--out", dir))
	for _, name := range names {
		written, err := os.ReadFile(filepath.Join(dir, name+".schema.json"))
		require.NoError(t, err)
		assert.True(t, json.Valid(written), name)
		assert.Equal(t, string(written), d.prints(t, "schema", name))
	}
}

func TestSchemaWritesNothingForAnUnknownName(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), ".schema")
	code, out, errs := (&desk{}).types(t, "schema", "--out", dir, "trees")
	assert.Equal(t, exitWrong, code)
	assert.Empty(t, out)
	assert.Contains(t, errs, `there is no schema "trees"; there are accounts, agents, calendars`)
	assert.NoDirExists(t, dir)
}
