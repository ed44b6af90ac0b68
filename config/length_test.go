package config

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/guichet/guichet/ivr"
)

// wave is a WAV file of 8 kHz, 16 bits, with another part before the sound.
func wave(lasts time.Duration) []byte {
	var file bytes.Buffer
	word := func(values ...any) {
		for _, v := range values {
			if text, ok := v.(string); ok {
				file.WriteString(text)
				continue
			}
			_ = binary.Write(&file, binary.LittleEndian, v) // a bytes.Buffer never fails
		}
	}
	sound := uint32(16000 * lasts / time.Second)
	word("RIFF", 36+14+sound, "WAVE", "fmt ", uint32(16), uint16(1), uint16(1), uint32(8000), uint32(16000), uint16(2), uint16(16))
	word("LIST", uint32(5), "INFOx", uint8(0), "data", sound)
	file.Write(make([]byte, sound))
	return file.Bytes()
}

func TestAPromptLastsAsLongAsItsRecordingOrItsText(t *testing.T) {
	t.Parallel()
	files := goodSite(t)
	files["prompts/prompts.yaml"] = &fstest.MapFile{Data: []byte(`prompts:
  menu: Pour un paiement, tapez 1.
  recorded: {text: "court", file: recorded.wav}
  beside: long
  raw: {text: "court", file: raw.alaw}
  broken: {text: "0123456789 0123456789 012345", file: broken.wav}
  asterisk: {file: "sound:beep"}
  both: {in: {fr: "0123456789 012", en: "0123456789 0123456789 012345"}}
`)}
	files["prompts/recorded.wav"] = &fstest.MapFile{Data: wave(12 * time.Second)}
	files["prompts/beside.wav"] = &fstest.MapFile{Data: wave(3 * time.Second)}
	files["prompts/raw.alaw"] = &fstest.MapFile{Data: make([]byte, 20_000)}
	files["prompts/broken.wav"] = &fstest.MapFile{Data: []byte("RIFF1234WAVE")}
	site, problems := load(".", files, func(string) (string, bool) { return "", false })
	require.Empty(t, problems)
	for prompt, want := range map[ivr.Prompt]time.Duration{
		"recorded": 12 * time.Second, "beside": 3 * time.Second, "raw": 2500 * time.Millisecond, "broken": 2 * time.Second,
		"asterisk": time.Second, "both": time.Second, "sound:beep": time.Second,
		"menu": 26 * time.Second / 14,
	} {
		assert.Equal(t, want, site.Heard(prompt, "fr").Lasts, prompt)
	}
	assert.Equal(t, 2*time.Second, site.Heard("both", "en").Lasts)
	assert.Equal(t, "Pour un paiement, tapez 1.", site.Heard("menu", "fr").Text)
}

func TestAStrangeSoundFileIsNoReasonToStop(t *testing.T) {
	t.Parallel()
	good := wave(time.Second)
	rapid.Check(t, func(t *rapid.T) {
		head := bytes.Clone(good[:rapid.IntRange(0, 120).Draw(t, "length")])
		for range rapid.IntRange(0, 8).Draw(t, "changes") {
			if len(head) > 0 {
				head[rapid.IntRange(0, len(head)-1).Draw(t, "at")] = rapid.Byte().Draw(t, "byte")
			}
		}
		require.LessOrEqual(t, waveLasts(head, int64(len(good))), 24*time.Hour)
	})
	assert.Zero(t, waveLasts([]byte(strings.Repeat("x", 100)), 100))
}
