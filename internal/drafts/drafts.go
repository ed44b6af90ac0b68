// Package drafts has a machine say what nobody has recorded yet. A draft is
// intelligible, not pleasant: it lets a menu be tried before a speaker comes. It is
// made beforehand, never during a call, and each is marked as one.
package drafts

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// promptRate is the sampling of telephone prompts, in samples per second.
const promptRate = 8000

// Mark ends the name of the file beside a draft that says that it is one: it holds
// a digest of the sound, and the text from which it was made. A sound of another digest
// is a recording that somebody put in the place of the draft.
const Mark = ".draft"

// Voice is the command line of a speech synthesiser: {text} stands for what it says,
// {language} for the code of the language, and {file} for the WAV file that it writes,
// mono, of 16-bit samples at any rate. Without {file} it writes that to its output.
// It is run without a shell: each word is one argument, whatever the text holds.
type Voice string

// Espeak is espeak-ng, which most distributions have.
const Espeak Voice = "espeak-ng -v {language} -s 150 --stdout -- {text}"

// Draft is what is to be said in a file.
type Draft struct {
	// Name is that of the file, without its ending.
	Name, Language, Text string
	// Silence is how long nothing is said, instead of a text.
	Silence time.Duration
}

// mark is what tells whether a draft is still of this text.
func (d Draft) mark() string {
	if d.Silence > 0 {
		return fmt.Sprintf("[%s]", d.Silence)
	}
	return d.Text
}

// Make makes each draft of which dir lacks the file: DIR/NAME.wav, 8 kHz, mono, 16
// bits, and DIR/NAME.draft with the text. One whose text has changed is made anew; a
// file without a mark is a recording and is left alone. It returns the names of those
// made, in order; with an error, those that were made before it.
func Make(ctx context.Context, dir string, voice Voice, all []Draft) (made []string, err error) {
	var mu sync.Mutex
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(runtime.NumCPU())
	for _, d := range all {
		if !filepath.IsLocal(d.Name) {
			err = fmt.Errorf("make prompt %q: a prompt's name stays inside its folder", d.Name)
			break
		}
		if !Wanted(dir, d) {
			continue
		}
		work.Go(func() error {
			if err := d.make(ctx, dir, voice); err != nil {
				return fmt.Errorf("make prompt %s: %w", d.Name, err)
			}
			mu.Lock()
			defer mu.Unlock()
			made = append(made, d.Name)
			return nil
		})
	}
	err = errors.Join(err, work.Wait())
	slices.Sort(made)
	return made, err
}

// Wanted reports whether a draft is still to be made: there is no file, or one that was
// made of another text.
func Wanted(dir string, d Draft) bool {
	path := filepath.Join(dir, d.Name+".wav")
	if _, err := os.Stat(path); err != nil {
		return true
	}
	of, is := draftOf(path)
	return is && of != d.mark()
}

// IsDraft reports whether a sound file was made here.
func IsDraft(file string) bool {
	_, is := draftOf(file)
	return is
}

// draftOf is the text of which a sound file was made here; false for a recording.
func draftOf(file string) (text string, is bool) {
	mark, err := os.ReadFile(markOf(file))
	if err != nil {
		return "", false
	}
	digest, text, whole := strings.Cut(string(mark), "\n")
	if !whole {
		return "", true // it is being made
	}
	sound, err := os.ReadFile(file)
	return text, err == nil && digest == digestOf(sound)
}

func digestOf(sound []byte) string { return fmt.Sprintf("sha256:%x", sha256.Sum256(sound)) }

func markOf(file string) string { return strings.TrimSuffix(file, filepath.Ext(file)) + Mark }

func (d Draft) make(ctx context.Context, dir string, voice Voice) error {
	samples := make([]int16, int64(d.Silence)*promptRate/int64(time.Second))
	if d.Silence == 0 {
		said, err := voice.say(ctx, d.Language, d.Text)
		if err != nil {
			return err
		}
		spoken, rate, err := parseWAV(said)
		if err != nil {
			return fmt.Errorf("read what %s said: %w", voice.Program(), err)
		}
		samples = resample(spoken, rate, promptRate)
	}
	path := filepath.Join(dir, d.Name+".wav")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	// An empty mark first: a draft must not pass for a recording, nor an old one for a
	// new one, whatever happens now.
	if err := os.WriteFile(markOf(path), nil, 0o644); err != nil {
		return fmt.Errorf("mark it as a draft: %w", err)
	}
	// A reader, Asterisk for one, must never see half a file.
	part := path + ".part"
	sound := formatWAV(samples, promptRate)
	if err := os.WriteFile(part, sound, 0o644); err != nil {
		return err
	}
	if err := os.Rename(part, path); err != nil {
		return err
	}
	if err := os.WriteFile(markOf(path), []byte(digestOf(sound)+"\n"+d.mark()), 0o644); err != nil {
		return fmt.Errorf("mark it as a draft: %w", err)
	}
	return nil
}

func (v Voice) Program() string {
	words := strings.Fields(string(v))
	if len(words) == 0 {
		return "nothing"
	}
	return words[0]
}

// say has the command say a text.
func (v Voice) say(ctx context.Context, language, text string) ([]byte, error) {
	words := strings.Fields(string(v))
	if len(words) == 0 {
		return nil, errors.New("there is no command that speaks")
	}
	file := ""
	if strings.Contains(string(v), "{file}") {
		dir, err := os.MkdirTemp("", "guichet-draft-")
		if err != nil {
			return nil, fmt.Errorf("make room for a draft: %w", err)
		}
		defer os.RemoveAll(dir)
		file = filepath.Join(dir, "draft.wav")
	}
	fill := strings.NewReplacer("{text}", text, "{language}", language, "{file}", file)
	for i := range words[1:] {
		words[i+1] = fill.Replace(words[i+1])
	}
	said, err := exec.CommandContext(ctx, words[0], words[1:]...).Output()
	var failed *exec.ExitError
	switch {
	case errors.As(err, &failed):
		if said := strings.TrimSpace(string(failed.Stderr)); said != "" {
			return nil, fmt.Errorf("%s: %w: %s", words[0], err, said)
		}
		return nil, fmt.Errorf("%s: %w", words[0], err)
	case err != nil:
		return nil, fmt.Errorf("run the command that speaks: %w", err)
	case file == "":
		return said, nil
	}
	return os.ReadFile(file)
}
