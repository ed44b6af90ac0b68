package config

import (
	"bytes"
	"encoding/binary"
	"io"
	"io/fs"
	"path"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/guichet/guichet/ivr"
)

// How long callers listen: to a recording as long as it lasts, to a text as long as
// it would take to say it.

// Speech is how long a text lasts that nobody has recorded: a calm speaker of French
// says about fourteen characters a second, blanks and stops included.
func Speech(text string) time.Duration {
	const perSecond = 14
	return time.Duration(utf8.RuneCountInString(text)) * time.Second / perSecond
}

// Heard is what callers of a language hear of a prompt, and for how long: the time of
// its recording if that is at hand, or that of its text.
func (s *Site) Heard(p ivr.Prompt, language string) ivr.Heard {
	if kind, value, is := spokenValue(string(p)); is && s.Words[language] != nil {
		return s.Words[language].heard(kind, value)
	}
	sound := Sound{Media: []string{string(p)}}
	if known, ok := s.Prompts[p]; ok {
		sound, _ = known.Said(language)
	}
	return ivr.Heard{Text: strings.Join(strings.Fields(sound.Text), " "), Lasts: s.Lasts(sound)}
}

// Lasts is how long a sound is: its recording, or what its text would take to say. A
// sound of which neither is known counts as a second.
func (s *Site) Lasts(sound Sound) time.Duration {
	text := strings.Join(strings.Fields(sound.Text), " ")
	switch recording := s.recorded[sound.File]; {
	case recording > 0:
		return recording
	case sound.Silence > 0:
		return sound.Silence
	case text != "":
		return Speech(text)
	}
	return time.Duration(len(sound.Media)) * time.Second
}

// measure finds out how long the recordings of the folder last.
func (b *builder) measure() {
	b.site.recorded = map[string]time.Duration{}
	for r := range b.site.Recordings() {
		if r.File == "" {
			continue
		}
		if lasts := recordingLasts(b.files, r.File); lasts > 0 {
			b.site.recorded[r.File] = lasts
		}
	}
}

// bytesPerSecond of the formats without a header, mono.
var bytesPerSecond = map[string]int64{".alaw": 8000, ".ulaw": 8000, ".g722": 8000, ".sln16": 32000, ".gsm": 1650}

// recordingLasts is how long a sound file lasts; 0 if that cannot be told.
func recordingLasts(files fs.FS, name string) time.Duration {
	file, err := files.Open(name)
	if err != nil {
		return 0
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return 0
	}
	if rate := bytesPerSecond[path.Ext(name)]; rate > 0 {
		return time.Duration(info.Size()) * time.Second / time.Duration(rate)
	}
	head, err := io.ReadAll(io.LimitReader(file, 4096))
	if err != nil {
		return 0
	}
	return waveLasts(head, info.Size())
}

// waveLasts reads the length from the head of a WAV file: its bytes of sound, of
// which there are no more than the file has, by the bytes of each second.
func waveLasts(head []byte, size int64) time.Duration {
	if len(head) < 12 || !bytes.HasPrefix(head, []byte("RIFF")) || string(head[8:12]) != "WAVE" {
		return 0
	}
	var rate int64
	for at := int64(12); at+8 <= int64(len(head)); {
		kind, length := string(head[at:at+4]), int64(binary.LittleEndian.Uint32(head[at+4:]))
		at += 8
		switch {
		case kind == "fmt " && at+12 <= int64(len(head)):
			rate = int64(binary.LittleEndian.Uint32(head[at+8:]))
		case kind == "data" && rate > 0:
			return time.Duration(min(length, size-at)) * time.Second / time.Duration(rate)
		}
		at += length + length%2
	}
	return 0
}
