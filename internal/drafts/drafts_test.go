package drafts

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// voice is a command that "says" a tone as long as its text: the rest is our own.
func voice(t *testing.T) Voice {
	t.Helper()
	script := filepath.Join(t.TempDir(), "speak")
	said := filepath.Join(t.TempDir(), "said.wav")
	require.NoError(t, os.WriteFile(said, formatWAV(tone(1000, 22050), 22050), 0o600))
	require.NoError(t, os.WriteFile(script, []byte("#!/bin/sh\n[ -n \"$2\" ] || { echo 'no text' >&2; exit 3; }\ncat "+said+"\n"), 0o700))
	return Voice(script + " {language} {text}")
}

func read(t *testing.T, path ...string) []byte {
	t.Helper()
	file, err := os.ReadFile(filepath.Join(path...))
	require.NoError(t, err)
	return file
}

func TestDraftsAreTelephoneFilesWithAMark(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	made, err := Make(t.Context(), dir, voice(t), []Draft{
		{Name: "menu/debut", Language: "fr", Text: "-1 est un texte, pas une option; $(ni une commande)"},
		{Name: "accueil", Language: "fr", Text: "Bonjour."},
		{Name: "pause", Language: "fr", Silence: 250 * time.Millisecond},
	})
	require.NoError(t, err)
	assert.Equal(t, []string{"accueil", "menu/debut", "pause"}, made)
	file := read(t, dir, "accueil.wav")
	assert.Equal(t, "WAVE", string(file[8:12]))
	assert.EqualValues(t, 1, binary.LittleEndian.Uint16(file[22:]), "channels")
	assert.EqualValues(t, 8000, binary.LittleEndian.Uint32(file[24:]), "samples per second")
	assert.EqualValues(t, len(file)-44, binary.LittleEndian.Uint32(file[40:]), "bytes of sound")
	assert.InDelta(t, 16000, len(file)-44, 20, "a second")
	assert.Len(t, read(t, dir, "pause.wav"), 44+2*2000)
	assert.True(t, strings.HasSuffix(string(read(t, dir, "accueil"+Mark)), "\nBonjour."))
	assert.True(t, IsDraft(filepath.Join(dir, "accueil.wav")))
	assert.NoFileExists(t, filepath.Join(dir, "accueil.wav.part"))
}

func TestADraftIsMadeAnewOnlyWhenItsTextHasChanged(t *testing.T) {
	t.Parallel()
	dir, speak := t.TempDir(), voice(t)
	for _, c := range []struct {
		text string
		made []string
	}{{"Bonjour.", []string{"accueil"}}, {"Bonjour.", nil}, {"Bonsoir.", []string{"accueil"}}} {
		made, err := Make(t.Context(), dir, speak, []Draft{{Name: "accueil", Language: "fr", Text: c.text}})
		require.NoError(t, err)
		assert.Equal(t, c.made, made, c.text)
		assert.True(t, strings.HasSuffix(string(read(t, dir, "accueil"+Mark)), "\n"+c.text))
	}
}

func TestARecordingIsNeverReplaced(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "accueil.wav"), []byte("a human voice"), 0o644))
	made, err := Make(t.Context(), dir, voice(t), []Draft{{Name: "accueil", Language: "fr", Text: "Bonjour."}})
	require.NoError(t, err)
	assert.Empty(t, made)
	assert.Equal(t, "a human voice", string(read(t, dir, "accueil.wav")))
	assert.False(t, IsDraft(filepath.Join(dir, "accueil.wav")))
}

func TestARecordingInThePlaceOfADraftIsNeverReplaced(t *testing.T) {
	t.Parallel()
	dir, speak := t.TempDir(), voice(t)
	say := func(text string) []string {
		made, err := Make(t.Context(), dir, speak, []Draft{{Name: "accueil", Language: "fr", Text: text}})
		require.NoError(t, err)
		return made
	}
	say("Bonjour.")
	file := filepath.Join(dir, "accueil.wav")
	require.NoError(t, os.WriteFile(file, []byte("a human voice"), 0o644))
	assert.False(t, IsDraft(file), "though nobody removed the mark")
	assert.Empty(t, say("Bonsoir."))
	assert.Equal(t, "a human voice", string(read(t, file)))
}

func TestADraftsNameStaysInsideItsFolder(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"../x", "/etc/x", ""} {
		_, err := Make(t.Context(), t.TempDir(), voice(t), []Draft{{Name: name, Text: "x"}})
		assert.ErrorContains(t, err, "stays inside")
	}
}

func TestACommandThatFailsIsOneSentence(t *testing.T) {
	t.Parallel()
	speak := voice(t)
	for command, want := range map[Voice]string{
		"":                      "make prompt x: there is no command that speaks",
		"/nowhere/speak {text}": "make prompt x: run the command that speaks: fork/exec /nowhere/speak: no such file or directory",
		"true {text}":           "make prompt x: read what true said: header: EOF",
		"false {text}":          "make prompt x: false: exit status 1",
		"true {text} {file}":    "no such file or directory",
		speak[:len(speak)-len(" {language} {text}")]: "exit status 3: no text",
	} {
		_, err := Make(t.Context(), t.TempDir(), command, []Draft{{Name: "x", Language: "fr", Text: "x"}})
		assert.ErrorContains(t, err, want, command)
	}
}

// What espeak-ng says can be heard; make test has it.
func TestEspeakSpeaks(t *testing.T) {
	t.Parallel()
	if os.Getenv("GUICHET_LAB") != "1" {
		t.Skip("needs espeak-ng; set GUICHET_LAB=1 (make test does)")
	}
	dir := t.TempDir()
	_, err := Make(t.Context(), dir, Espeak, []Draft{{Name: "accueil", Language: "fr", Text: "Bonjour, vous êtes au guichet des impôts."}})
	require.NoError(t, err)
	file := read(t, dir, "accueil.wav")
	assert.InDelta(t, 2.5, float64(len(file)-44)/16000, 1.5, "seconds")
	assert.Greater(t, loudest(file[44:]), 4000, "it can be heard")
}

func loudest(pcm []byte) (peak int) {
	for i := 0; i+1 < len(pcm); i += 2 {
		peak = max(peak, int(int16(binary.LittleEndian.Uint16(pcm[i:]))))
	}
	return peak
}
