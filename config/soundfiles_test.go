package config

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// waveOf is a WAV file of some format, with a chunk before its sound as editors write.
func waveOf(coding, channels uint16, rate uint32, bits uint16, sound int) []byte {
	var b bytes.Buffer
	for _, v := range []any{
		[]byte("RIFF"), uint32(48 + sound), []byte("WAVE"), []byte("LIST"), uint32(3), []byte("abc\x00"),
		[]byte("fmt "), uint32(16), coding, channels, rate, rate * uint32(bits/8), bits / 8, bits, []byte("data"), uint32(sound), make([]byte, sound),
	} {
		_ = binary.Write(&b, binary.LittleEndian, v)
	}
	return b.Bytes()
}

func TestASoundFileIsWhatATelephoneLineCarries(t *testing.T) {
	t.Parallel()
	good := waveOf(1, 1, 8000, 16, 160)
	for name, c := range map[string]struct {
		file    []byte
		problem string
	}{
		"a.wav":    {good, ""},
		"b.wav":    {waveOf(1, 2, 8000, 16, 160), "has 2 channels"},
		"c.wav":    {waveOf(1, 1, 44100, 16, 160), "has 44100 samples a second"},
		"d.wav":    {waveOf(1, 1, 8000, 8, 160), "samples of 8 bits"},
		"e.wav":    {waveOf(6, 1, 8000, 16, 160), "is coded (kind 6)"},
		"f.wav":    {waveOf(1, 1, 8000, 16, 0), "holds no sound"},
		"g.wav":    {good[:30], "has a broken head"},
		"h.wav":    {[]byte("ID3 an MP3 by another name"), "is not a WAV file"},
		"i.wav":    {nil, "is empty"},
		"j.wav":    {append(append([]byte{}, good[:12]...), good[48:]...), "has sound before it says of what kind"},
		"k.alaw":   {[]byte{1}, ""},
		"l.alaw":   {good, "is a WAV file by another name"},
		"m.gsm":    {make([]byte, 66), ""},
		"n.gsm":    {make([]byte, 67), "is not made of frames of GSM"},
		"nowhere":  {nil, "file does not exist"},
		"o.sln16":  {make([]byte, 4), ""},
		"folder.x": {nil, "is empty"},
	} {
		files := fstest.MapFS{}
		if name != "nowhere" {
			files[name] = &fstest.MapFile{Data: c.file}
		}
		if err := checkSound(files, name); c.problem == "" {
			assert.NoError(t, err, name)
		} else {
			assert.ErrorContains(t, err, c.problem, name)
		}
	}
}

// describedSound is the file that a fixture describes by a line: a WAV file by its coding,
// channels, rate, bits and bytes of sound, which may be cut, be without its format or have
// other things before it; so many bytes; or else a file of that very line.
func describedSound(line string) []byte {
	var coding, channels, rate, bits, sound, n int
	if _, err := fmt.Sscanf(line, "bytes %d", &n); err == nil {
		return make([]byte, n)
	}
	if _, err := fmt.Sscanf(line, "wave %d %d %d %d %d", &coding, &channels, &rate, &bits, &sound); err != nil {
		return []byte(line)
	}
	file := waveOf(uint16(coding), uint16(channels), uint32(rate), uint16(bits), sound)
	_, behind, _ := strings.Cut(line, " cut ")
	if n, err := strconv.Atoi(behind); err == nil {
		return file[:n]
	}
	if strings.HasSuffix(line, " without format") {
		return append(file[:12:12], file[48:]...)
	}
	if _, behind, _ = strings.Cut(line, " behind "); behind != "" {
		n, _ := strconv.Atoi(behind)
		chunk := binary.LittleEndian.AppendUint32([]byte("LIST"), uint32(n))
		return slices.Concat(file[:48], chunk, make([]byte, n), file[48:])
	}
	return file
}

func TestEverySoundThatCannotBeHeardIsReportedWithPlaceAndRemedy(t *testing.T) {
	t.Parallel()
	eachFixture(t, "testdata/unheard/*.txt", func(t *testing.T, files fstest.MapFS) []Problem {
		dir := t.TempDir()
		for name, file := range files {
			content := file.Data
			if strings.HasPrefix(name, "prompts/") && name != "prompts/prompts.yaml" {
				content = describedSound(strings.TrimSpace(string(content)))
			}
			require.NoError(t, os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o755))
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), content, 0o644))
		}
		site, problems := Load(dir)
		require.Empty(t, problems)
		unheard := site.Unheard("")
		for i := range unheard {
			unheard[i].Hint = strings.ReplaceAll(unheard[i].Hint, dir, "DIR")
		}
		return unheard
	})
}

const heardByMany = `
languages: [fr, en]
start: choix
on_failure: {prompt: menu, goto: conseiller}
nodes:
  choix: {type: language, prompt: choix, choices: {"1": fr, "2": en}, goto: annonce}
  annonce: {type: play, prompt: [menu, "number:12"], goto: conseiller}
  conseiller: {type: queue, set: {topic: paiement}}
`

// What is missing or broken is told with its place in the folder, where callers would
// hear it, and what to do; a language that no tree speaks is nobody's loss.
func TestWhatCallersWouldNotHearIsAProblem(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name string, content []byte) {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), content, 0o644))
	}
	for name, file := range goodSite(t) {
		write(name, file.Data)
	}
	write("ivr/accueil.yaml", []byte(heardByMany))
	write("prompts/prompts.yaml", []byte("prompts:\n  choix: {in: {all: \"1, 2\"}}\n  menu:\n    in:\n      fr: Le menu.\n      en: The menu.\n      de: Das Menü.\n"))
	site, problems := Load(dir)
	require.Empty(t, problems)
	told := func(elsewhere string) (all []string) {
		for _, p := range site.Unheard(elsewhere) {
			all = append(all, strings.ReplaceAll(p.String(), dir, "DIR"))
		}
		return all
	}
	const remedy = "; record it, or make drafts: guichet prompts synth --site DIR"
	all := told("")
	require.Len(t, all, 5)
	assert.Equal(t, "prompts/prompts.yaml:2:21: choix all has no sound: there is no prompts/choix-all.wav, and callers hear it at accueil:choix"+remedy, all[0])
	assert.Equal(t, "prompts/prompts.yaml:5:11: menu fr has no sound: there is no prompts/menu-fr.wav, and callers hear it at accueil:on_failure, accueil:annonce"+remedy, all[1])
	assert.Contains(t, all[2], "menu en has no sound")
	assert.Regexp(t, `^ivr/accueil.yaml:7:\d+: \d+ words of numbers, dates and waits have no sound in en \(.*, …\): there is no prompts/word-en-.*\.wav, and callers hear it at accueil:annonce`, all[3])
	assert.Contains(t, all[4], "have no sound in fr")

	for r := range site.Recordings() {
		if r.Word != "" {
			write(r.File, waveOf(1, 1, 8000, 16, 160))
		}
	}
	write("prompts/choix-all.wav", waveOf(1, 1, 16000, 16, 160))
	write("prompts/menu-fr.g722", []byte{1})
	write("prompts/menu-en.alaw", []byte{1})
	assert.Equal(t, []string{
		"prompts/prompts.yaml:2:21: prompts/choix-all.wav, of choix all, has 16000 samples a second, and a telephone line 8000; convert it: ffmpeg -i FILE -ac 1 -ar 8000 -c:a pcm_s16le OUT.wav",
		"prompts/prompts.yaml:5:11: menu fr is there in no format that a line of the telephone is played without transcoding; add prompts/menu-fr.wav, mono, 8000 samples of 16 bits a second; the other file may stay beside it",
	}, told(""))
	write("prompts/choix-all.wav", waveOf(1, 1, 8000, 16, 160))
	write("prompts/menu-fr.wav", waveOf(1, 1, 8000, 16, 160))
	assert.Empty(t, told(""))
	assert.Len(t, told(t.TempDir()), 5, "in another folder there is nothing")
}
