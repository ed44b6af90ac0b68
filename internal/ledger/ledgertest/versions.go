package ledgertest

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/ledger"
)

func keep(t testing.TB, l ledger.Log, hash string, content []byte) {
	t.Helper()
	require.NoError(t, l.SaveVersion(within(t), hash, content))
}

func kept(t testing.TB, l ledger.Log, hash string) ([]byte, bool) {
	t.Helper()
	content, found, err := l.LoadVersion(within(t), hash)
	require.NoError(t, err)
	return content, found
}

func keptNames(t testing.TB, l ledger.Log) []string {
	t.Helper()
	names, err := l.KeptVersions(within(t))
	require.NoError(t, err)
	return names
}

func versionRoundTrip(t *testing.T, b Backend) {
	l, other := b.Log(t), b.Log(t)
	open(t, l)
	assert.Empty(t, keptNames(t, l))
	_, found := kept(t, l, "v1")
	require.False(t, found)

	content := bytes.Repeat([]byte("PK\x00\xff\r\n"), 50_000)
	keep(t, l, "v2", content)
	keep(t, l, "v1", []byte("y"))
	assert.Equal(t, []string{"v1", "v2"}, keptNames(t, other))
	got, found := kept(t, other, "v2")
	require.True(t, found)
	assert.Equal(t, content, got)

	require.NoError(t, other.DropVersion(within(t), "v2"))
	require.NoError(t, other.DropVersion(within(t), "v2"), "what is gone may be dropped again")
	_, found = kept(t, l, "v2")
	assert.False(t, found)
	assert.Equal(t, []string{"v1"}, keptNames(t, l))
}

func versionStays(t *testing.T, b Backend) {
	l := b.Log(t)
	open(t, l)
	content := []byte("first")
	keep(t, l, "v1", content)
	copy(content, "XXXXX")
	keep(t, b.Log(t), "v1", []byte("second"))
	got, found := kept(t, l, "v1")
	require.True(t, found)
	assert.Equal(t, "first", string(got))
	copy(got, "YYYYY")
	got, _ = kept(t, l, "v1")
	assert.Equal(t, "first", string(got))
}

func versionsSurvive(t *testing.T, b Backend) {
	l := b.Log(t)
	open(t, l)
	keep(t, l, "v1", []byte("x"))
	b.Lose(t)
	open(t, l)
	_, found := kept(t, l, "v1")
	assert.True(t, found)
	require.NoError(t, l.Close())
	require.Error(t, l.SaveVersion(within(t), "v2", nil), "a closed ledger says so")
}
