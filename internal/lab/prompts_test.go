package lab_test

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/lab"
)

func TestSynthesisedPromptsAreTelephoneFiles(t *testing.T) {
	t.Parallel()
	parts(t)
	dir := t.TempDir()

	err := lab.SynthesisePrompts(soon(t, time.Minute), dir, "fr", map[string]string{
		"accueil":    "Bonjour, vous êtes au guichet des impôts.",
		"menu/debut": "-1 est un texte, pas une option.",
	})

	require.NoError(t, err)
	require.FileExists(t, filepath.Join(dir, "menu/debut.wav"))
	file, err := os.ReadFile(filepath.Join(dir, "accueil.wav"))
	require.NoError(t, err)
	assert.Equal(t, "WAVE", string(file[8:12]))
	assert.EqualValues(t, 1, binary.LittleEndian.Uint16(file[22:]), "channels")
	assert.EqualValues(t, 8000, binary.LittleEndian.Uint32(file[24:]), "samples per second")
	assert.EqualValues(t, len(file)-44, binary.LittleEndian.Uint32(file[40:]), "bytes of sound")
	assert.InDelta(t, 2.5, float64(len(file)-44)/16000, 1.5, "seconds")
	assert.Greater(t, loudest(file[44:]), 4000, "it can be heard")
}

func TestADraftIsMarkedAndMadeAnewWhenItsTextHasChanged(t *testing.T) {
	t.Parallel()
	parts(t)
	dir := t.TempDir()
	make := func(text string) (sound, mark string) {
		require.NoError(t, lab.SynthesisePrompts(soon(t, time.Minute), dir, "fr", map[string]string{"accueil": text}))
		wav, err := os.ReadFile(filepath.Join(dir, "accueil.wav"))
		require.NoError(t, err)
		of, err := os.ReadFile(filepath.Join(dir, "accueil"+lab.DraftMark))
		require.NoError(t, err)
		return string(wav), string(of)
	}
	short, mark := make("Bonjour.")
	assert.Equal(t, "Bonjour.", mark)
	again, _ := make("Bonjour.")
	assert.Equal(t, short, again)
	long, mark := make("Bonjour, vous êtes au guichet des impôts.")
	assert.Equal(t, "Bonjour, vous êtes au guichet des impôts.", mark)
	assert.Greater(t, len(long), len(short))
}

func TestAPromptThatExistsIsNeverReplaced(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	recorded := filepath.Join(dir, "accueil.wav")
	require.NoError(t, os.WriteFile(recorded, []byte("a human voice"), 0o644))

	require.NoError(t, lab.SynthesisePrompts(t.Context(), dir, "fr", map[string]string{"accueil": "Bonjour."}))

	kept, err := os.ReadFile(recorded)
	require.NoError(t, err)
	assert.Equal(t, "a human voice", string(kept))
}

func TestAPromptsNameStaysInsideItsFolder(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"../x", "/etc/x", ""} {
		assert.ErrorContains(t, lab.SynthesisePrompts(t.Context(), t.TempDir(), "fr", map[string]string{name: "x"}), "stays inside")
	}
}

func loudest(pcm []byte) (peak int) {
	for i := 0; i+1 < len(pcm); i += 2 {
		peak = max(peak, int(int16(binary.LittleEndian.Uint16(pcm[i:]))))
	}
	return peak
}
