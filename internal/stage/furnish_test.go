package stage

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/guichet/guichet/internal/drafts"
	"github.com/guichet/guichet/internal/lab"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bare is the sample site with one recorded prompt for each in its manifest, so
// that nothing has to be spoken.
func bare(t *testing.T) Options {
	t.Helper()
	site := t.TempDir()
	require.NoError(t, os.CopyFS(site, os.DirFS("../../examples/dgfip")))
	o := Options{Site: site, Dir: t.TempDir(), SIPAddr: "127.0.0.1:5060", HTTPAddr: "127.0.0.1:8080", Extra: []string{"visiteur"}}
	s, loaded, err := open(o)
	require.NoError(t, err)
	for _, p := range loaded.Prompts {
		if p.File != "" {
			require.NoError(t, os.WriteFile(filepath.Join(site, p.File), []byte("recorded"), 0o644))
		}
	}
	o.Phones = filepath.Join(s.options.Dir, "phones")
	return o
}

func read(t *testing.T, path ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path...))
	require.NoError(t, err)
	return string(text)
}

func TestFurnishWritesWhatContainersNeed(t *testing.T) {
	t.Parallel()
	o := bare(t)
	require.NoError(t, Furnish(context.Background(), o, lab.AsteriskOptions{SIPAddr: o.SIPAddr, HTTPPort: 8088}))
	ari := read(t, o.Dir, "secrets", "ari-password")
	assert.Regexp(t, `^[0-9a-f]{32}\n$`, ari, "128 random bits")
	assert.Contains(t, read(t, o.Dir, "asterisk", "ari.conf"), "password = "+ari)
	assert.Contains(t, read(t, o.Dir, "asterisk", "agents.conf"), read(t, o.Phones, "sip-a1001"))
	assert.Contains(t, read(t, o.Dir, "asterisk", "entries.conf"), "exten => 0199002014,1,Goto(arrive,0199002014,1)")
	assert.NotContains(t, read(t, o.Dir, "asterisk", "entries.conf"), "relais")
	assert.Contains(t, read(t, o.Dir, "asterisk", "http.conf"), "bindport = 8088")
	assert.Equal(t, "recorded", read(t, o.Dir, "prompts", "bienvenue.wav"))
	assert.NoFileExists(t, filepath.Join(o.Dir, "prompts", "bienvenue"+drafts.Mark), "a recording is no draft")
	for _, secret := range []string{filepath.Join(o.Dir, "secrets", "site-key"), filepath.Join(o.Phones, "sip-visiteur"), filepath.Join(o.Dir, "asterisk", "agents.conf")} {
		info, err := os.Stat(secret)
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o600), info.Mode(), secret)
	}
	joined, err := Join(o)
	require.NoError(t, err)
	assert.Equal(t, "http://127.0.0.1:8080", joined.URL)
	assert.Equal(t, read(t, o.Phones, "sip-a1001"), joined.Account("a1001").Password+"\n")
}

func TestASecondFurnishingKeepsSecretsAndWhatTheOperatorTookOver(t *testing.T) {
	t.Parallel()
	o := bare(t)
	node := lab.AsteriskOptions{SIPAddr: o.SIPAddr, HTTPPort: 8088}
	require.NoError(t, Furnish(context.Background(), o, node))
	key := read(t, o.Dir, "secrets", "site-key")
	trunk := filepath.Join(o.Dir, "asterisk", "trunk.conf")
	require.NoError(t, os.WriteFile(trunk, []byte("; mine\n"), 0o600))
	node.HTTPPort = 9099
	require.NoError(t, Furnish(context.Background(), o, node))
	assert.Equal(t, key, read(t, o.Dir, "secrets", "site-key"))
	assert.Equal(t, "; mine\n", read(t, trunk))
	assert.Contains(t, read(t, o.Dir, "asterisk", "http.conf"), "bindport = 9099", "its own files follow the settings")
}

// Whoever changes a text hears it, as the next caller does.
func TestATextThatChangesIsSpokenAnew(t *testing.T) {
	t.Parallel()
	if os.Getenv("GUICHET_LAB") != "1" {
		t.Skip("needs espeak-ng; set GUICHET_LAB=1 (make test does)")
	}
	o := bare(t)
	s, site, err := open(o)
	require.NoError(t, err)
	require.NoError(t, os.Remove(filepath.Join(o.Site, "prompts", "panne.wav")))
	require.NoError(t, os.MkdirAll(s.promptDir(), 0o755))
	require.NoError(t, s.speak(t.Context(), site, s.promptDir()))
	before := read(t, s.promptDir(), "panne.wav")
	ctx, stop := context.WithCancel(t.Context())
	spoken, over := make(chan []string, 9), make(chan struct{})
	go func() {
		defer close(over)
		s.Follow(ctx, func(names []string, err error) {
			assert.NoError(t, err)
			spoken <- names
		})
	}()
	manifest := filepath.Join(o.Site, "prompts", "prompts.yaml")
	text := read(t, manifest)
	require.Contains(t, text, "  panne: ")
	require.NoError(t, os.WriteFile(manifest, []byte("prompts: [\n"), 0o644))
	require.NoError(t, os.WriteFile(manifest, []byte(strings.Replace(text, "  panne: ", "  panne: Chers usagers, ", 1)), 0o644))
	assert.Equal(t, []string{"panne"}, <-spoken, "what has not changed is left alone")
	assert.NotEqual(t, before, read(t, s.promptDir(), "panne.wav"))
	stop()
	<-over
}
