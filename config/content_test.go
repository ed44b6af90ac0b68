package config

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func loaded(t testing.TB, dir string) *Site {
	t.Helper()
	site, problems := Load(dir)
	require.Empty(t, problems)
	return site
}

func TestAPackedVersionIsTheSameSiteThoughTheFolderHasMovedOn(t *testing.T) {
	t.Parallel()
	dir := goodFolder(t)
	before := loaded(t, dir)
	packed, err := before.Content.Pack()
	require.NoError(t, err)
	again, err := loaded(t, dir).Content.Pack()
	require.NoError(t, err)
	assert.Equal(t, packed, again, "the same content, the same archive")

	require.NoError(t, os.RemoveAll(filepath.Join(dir, "prompts")), "sounds included")
	write(t, dir, "queues.yaml", "queues: {}\n")
	after, err := Restore(dir, packed)
	require.NoError(t, err)
	assert.Equal(t, before.Hash, after.Hash)
	assert.Equal(t, before.Agents, after.Agents)
	assert.Equal(t, before.Prompts, after.Prompts)
	assert.Equal(t, before.Asterisk, after.Asterisk)
	assert.Empty(t, Compare(before, after))
	assert.Empty(t, after.Fixed(before))
}

func TestAVersionThatThisProgramCannotReadIsAnErrorThatSaysWhy(t *testing.T) {
	t.Parallel()
	dir := goodFolder(t)
	content := loaded(t, dir).Content
	content["queues.yaml"] = []byte("queues: {q: {teleport: yes}}\n")
	packed, err := content.Pack()
	require.NoError(t, err)
	_, err = Restore(dir, packed)
	require.ErrorContains(t, err, "queues.yaml:1:")
	_, err = Restore(dir, []byte("not an archive"))
	assert.ErrorContains(t, err, "unpack a site folder")
}

func TestNoSecretIsInAVersion(t *testing.T) {
	t.Parallel()
	dir := goodFolder(t)
	site := loaded(t, dir)
	for name := range site.Content {
		assert.Contains(t, []string{".yaml", ".csv"}, filepath.Ext(name), name)
	}
	text, err := os.ReadFile(filepath.Join(dir, "site.yaml"))
	require.NoError(t, err)
	write(t, dir, "site.yaml", string(text)+"\nkey: hunter2\n")
	_, problems := Load(dir)
	assert.Contains(t, fmt.Sprint(problems), "a secret cannot stand in the site folder", "refused before it becomes a version")
}

func TestTwoVersionsAreComparedInWords(t *testing.T) {
	t.Parallel()
	dir := goodFolder(t)
	before := loaded(t, dir)
	write(t, dir, "agents/sud.yaml", "agents:\n  a901: {center: cis_ouest, phone: PJSIP/a901}\n  a902: {center: cis_ouest, phone: PJSIP/a902}\n")
	lines := Compare(before, loaded(t, dir))
	assert.Equal(t, []string{"file added: agents/sud.yaml", "2 agents added: a901, a902"}, lines)
	assert.Equal(t, []string{"file removed: agents/sud.yaml", "2 agents removed: a901, a902"}, Compare(loaded(t, dir), before))
	assert.NotEmpty(t, Compare(nil, before))
}

func TestWhatIsFixedAtTheStartIsNamed(t *testing.T) {
	t.Parallel()
	running := loaded(t, goodFolder(t))
	wants := *running
	assert.Empty(t, wants.Fixed(running))
	wants.Name, wants.HTTP, wants.Key = "other", HTTP{Listen: ":1"}, Secret{File: "/k"}
	wants.Asterisk = append([]Asterisk{{Node: "a9"}}, running.Asterisk...)
	wants.Ledger.Redis.Address = "elsewhere:1"
	assert.Equal(t, []string{"name", "asterisk", "redis", "http", "key"}, wants.Fixed(running))
}
