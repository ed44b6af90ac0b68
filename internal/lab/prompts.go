package lab

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"
)

// promptRate is the sampling of telephone prompts, in samples per second.
const promptRate = 8000

// DraftMark ends the name of the file beside a draft that says that it is one: it
// holds the text from which it was made.
const DraftMark = ".draft"

// SynthesisePrompts makes a draft of each prompt whose file dir lacks, from its
// text in a language: DIR/NAME.wav, 8 kHz, mono, 16 bits, and DIR/NAME.draft with the
// text. A draft is intelligible, not pleasant. One whose text has changed is made
// anew; a file without a mark is a recording and is left alone. It needs
// espeak-ng, which Prepare installs.
func SynthesisePrompts(ctx context.Context, dir, language string, texts map[string]string) error {
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(runtime.NumCPU())
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		if !filepath.IsLocal(name) {
			return fmt.Errorf("make prompt %q: a prompt's name stays inside its folder", name)
		}
		path, mark := filepath.Join(dir, name+".wav"), filepath.Join(dir, name+DraftMark)
		if exists(path) && !outdated(mark, texts[name]) {
			continue
		}
		work.Go(func() error {
			if err := synthesise(ctx, path, language, texts[name]); err != nil {
				return fmt.Errorf("make prompt %s: %w", name, err)
			}
			if err := os.WriteFile(mark, []byte(texts[name]), 0o644); err != nil {
				return fmt.Errorf("mark prompt %s as a draft: %w", name, err)
			}
			return nil
		})
	}
	return work.Wait()
}

// outdated reports whether a mark is there and of another text.
func outdated(mark, text string) bool {
	of, err := os.ReadFile(mark)
	return err == nil && string(of) != text
}

func synthesise(ctx context.Context, path, language, text string) error {
	cmd := exec.CommandContext(ctx, "espeak-ng", "-v", language, "-s", "150", "--stdout", "--", text)
	spoken, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("speak: %w", err)
	}
	samples, rate, err := parseWAV(spoken)
	if err != nil {
		return fmt.Errorf("read what espeak-ng said: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	// A reader, Asterisk for one, must never see half a file.
	draft := path + ".part"
	if err := os.WriteFile(draft, formatWAV(resample(samples, rate, promptRate), promptRate), 0o644); err != nil {
		return err
	}
	return os.Rename(draft, path)
}

// wavHeader is the canonical header of a mono file of 16-bit samples.
type wavHeader struct {
	RIFF          [4]byte
	Size          uint32
	WAVE, Fmt     [4]byte
	FmtSize       uint32
	Format        uint16
	Channels      uint16
	Rate          uint32
	BytesPerSec   uint32
	BlockAlign    uint16
	BitsPerSample uint16
	Data          [4]byte
	DataSize      uint32
}

// parseWAV reads a canonical file. espeak-ng cannot know the length when it
// writes to a pipe and gives a huge one, so the data is what follows the header.
func parseWAV(file []byte) (samples []int16, rate int, err error) {
	var h wavHeader
	r := bytes.NewReader(file)
	if err := binary.Read(r, binary.LittleEndian, &h); err != nil {
		return nil, 0, fmt.Errorf("header: %w", err)
	}
	if string(h.RIFF[:]) != "RIFF" || string(h.Data[:]) != "data" || h.Format != 1 || h.Channels != 1 || h.BitsPerSample != 16 || h.Rate == 0 {
		return nil, 0, errors.New("not a mono file of 16-bit samples")
	}
	samples = make([]int16, r.Len()/2)
	if err := binary.Read(r, binary.LittleEndian, samples); err != nil {
		return nil, 0, fmt.Errorf("samples: %w", err)
	}
	return samples, int(h.Rate), nil
}

func formatWAV(samples []int16, rate int) []byte {
	size := uint32(2 * len(samples))
	var b bytes.Buffer
	// Writes to a bytes.Buffer of fixed-size values do not fail.
	_ = binary.Write(&b, binary.LittleEndian, wavHeader{
		RIFF: [4]byte{'R', 'I', 'F', 'F'}, Size: 36 + size,
		WAVE: [4]byte{'W', 'A', 'V', 'E'}, Fmt: [4]byte{'f', 'm', 't', ' '},
		FmtSize: 16, Format: 1, Channels: 1,
		Rate: uint32(rate), BytesPerSec: uint32(2 * rate), BlockAlign: 2, BitsPerSample: 16,
		Data: [4]byte{'d', 'a', 't', 'a'}, DataSize: size,
	})
	_ = binary.Write(&b, binary.LittleEndian, samples)
	return b.Bytes()
}
