package cli

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// speaker is a command that "says" silence of a tenth of a second.
func speaker(t *testing.T) string {
	t.Helper()
	var wav bytes.Buffer
	for _, v := range []any{
		[]byte("RIFF"), uint32(36 + 1600), []byte("WAVEfmt "), uint32(16), uint16(1), uint16(1), uint32(8000), uint32(16000), uint16(2), uint16(16),
		[]byte("data"), uint32(1600), make([]byte, 1600),
	} {
		require.NoError(t, binary.Write(&wav, binary.LittleEndian, v))
	}
	file := filepath.Join(t.TempDir(), "silence.wav")
	require.NoError(t, os.WriteFile(file, wav.Bytes(), 0o600))
	return "cp " + file + " {file}"
}

// unspoken is the sample of which nobody has said anything; who tries it makes drafts.
func unspoken(t *testing.T) string {
	t.Helper()
	site := filepath.Join(t.TempDir(), "site")
	require.NoError(t, os.CopyFS(site, os.DirFS(sampleSite)))
	for _, ending := range []string{"*.wav", "*.draft"} {
		sounds, err := filepath.Glob(filepath.Join(site, "prompts", ending))
		require.NoError(t, err)
		for _, sound := range sounds {
			require.NoError(t, os.Remove(sound))
		}
	}
	return site
}

func TestPromptsAreListedDraftedAndRefusedUntilTheyAreRecorded(t *testing.T) {
	t.Parallel()
	site := unspoken(t)
	d := &desk{}
	states := func() map[recordingState]int {
		var all []promptView
		require.NoError(t, json.Unmarshal([]byte(d.prints(t, "prompts", "list", "--site", site, "--json")), &all))
		counts := map[recordingState]int{}
		for _, v := range all {
			counts[v.State]++
		}
		return counts
	}
	missing := states()[draftWanted]
	require.Greater(t, missing, 10)
	out := d.prints(t, "prompts", "list", "--site", site, "--language", "fr")
	assert.Contains(t, out, "Pour votre déclaration de revenus, tapez 1.")
	assert.Contains(t, out, "bienvenue during avis")
	code, _, said := d.types(t, "prompts", "list", "--site", site, "--language", "de")
	assert.Equal(t, exitWrong, code)
	assert.Contains(t, said, `is said in "de"`)

	var lost []promptView
	require.NoError(t, json.Unmarshal([]byte(d.prints(t, "prompts", "list", "--site", site, "--json", "--unused")), &lost))
	require.Len(t, lost, 2, "what is there to be announced")
	assert.Equal(t, "evacuation", lost[0].Name)
	var all []promptView
	require.NoError(t, json.Unmarshal([]byte(d.prints(t, "prompts", "list", "--site", site, "--json")), &all))
	for _, v := range all {
		if v.Name == "bienvenue" {
			assert.Equal(t, []string{"accueil:bienvenue", "accueil_avis:bienvenue"}, v.Used)
		}
	}
	code, out, _ = d.types(t, "check", "--brief", "--site", site)
	assert.Equal(t, exitWrong, code)
	assert.Contains(t, out, "sounds: what callers would not hear\n  prompts/prompts.yaml:8:10: panne has no sound: there is no prompts/panne.wav;")
	assert.Contains(t, out, "make drafts: guichet prompts synth --site "+site)

	code, out, _ = d.types(t, "check", "--strict", "--site", site)
	assert.Equal(t, exitWrong, code)
	assert.Contains(t, out, "prompts/panne.wav: nobody has recorded panne; record it\n")

	speak := speaker(t)
	assert.Equal(t, fmt.Sprintf("%d drafts made in %s\n", missing, filepath.Join(site, "prompts")),
		d.prints(t, "prompts", "synth", "--site", site, "--command", speak))
	assert.Equal(t, missing, states()[drafted])
	assert.Contains(t, d.prints(t, "prompts", "synth", "--site", site, "--command", speak), "0 drafts made")
	manifest := filepath.Join(site, "prompts", "prompts.yaml")
	text, err := os.ReadFile(manifest)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(manifest, append(bytes.Clone(text), []byte("  nouveau: Un texte nouveau.\nsynth: 'env SAYS={text} "+speak+"'\n")...), 0o644))
	assert.Equal(t, "by the command that the folder names: env SAYS={text} "+speak+"\nmade "+filepath.Join(site, "prompts", "nouveau.wav")+"\n1 drafts made in "+filepath.Join(site, "prompts")+"\n",
		d.prints(t, "prompts", "synth", "--site", site), "the folder names its own voice")
	require.NoError(t, os.WriteFile(manifest, text, 0o644))
	require.NoError(t, os.Remove(filepath.Join(site, "prompts", "nouveau.wav")))
	code, out, _ = d.types(t, "check", "--strict", "--site", site)
	assert.Equal(t, exitWrong, code)
	assert.Contains(t, out, "prompts/bienvenue.wav: bienvenue is a draft; put a recording in its place")
	assert.Contains(t, d.prints(t, "check", "--brief", "--site", site), "dgfip is fine", "a draft is good for trying")

	files, err := filepath.Glob(filepath.Join(site, "prompts", "*.wav"))
	require.NoError(t, err)
	for i, file := range files {
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		if i%2 == 0 { // in another format, beside the draft
			file = strings.TrimSuffix(file, ".wav") + ".alaw"
			content = []byte("a human voice")
		}
		require.NoError(t, os.WriteFile(file, append(content, 1, 1), 0o644))
	}
	assert.Equal(t, missing, states()[recorded])
	assert.Contains(t, d.prints(t, "check", "--strict", "--brief", "--site", site), "dgfip is fine")

	other := unspoken(t)
	code, _, said = d.types(t, "prompts", "synth", "--site", other, "--command", "nobody-here {text}")
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, said, `"nobody-here": executable file not found`)
}
