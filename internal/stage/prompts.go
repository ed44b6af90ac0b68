package stage

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/drafts"
)

func (s *Stage) promptDir() string { return filepath.Join(s.options.Dir, "prompts") }

// speak puts into dir what callers hear: the site's recordings, and a synthesised
// draft of each sound that nobody has recorded.
func (s *Stage) speak(ctx context.Context, site *config.Site, dir string) error {
	wanted, err := s.unrecorded(site, dir)
	if err != nil {
		return err
	}
	voice := voiceOf(site)
	done := s.options.Progress.Step(fmt.Sprintf("speak %d prompts (drafts by %s)", len(wanted), voice.Program()))
	_, err = drafts.Make(ctx, dir, voice, wanted)
	done(err)
	return err
}

// voiceOf is the synthesiser that the folder names.
func voiceOf(site *config.Site) drafts.Voice {
	return drafts.Voice(cmp.Or(site.Synth, string(drafts.Espeak)))
}

// unrecorded puts the recordings into dir, and returns the drafts that it needs besides.
func (s *Stage) unrecorded(site *config.Site, dir string) (wanted []drafts.Draft, err error) {
	for r := range site.Recordings() {
		missing, err := s.recorded(site, dir, r.Sound)
		if err != nil {
			return nil, fmt.Errorf("bring prompt %s: %w", r, err)
		}
		if missing != "" {
			wanted = append(wanted, drafts.Draft{Name: missing, Language: r.Spoken(), Text: r.Text, Silence: r.Silence})
		}
	}
	return wanted, nil
}

// followEvery is how often Follow looks: guichet takes a changed folder half a second after
// the last write, and refuses one of which a sound is missing.
const followEvery = 100 * time.Millisecond

// Follow speaks what is new in the texts of the site folder, until ctx ends, so that the
// next caller of a changed version hears what it says. told is told what was spoken, or why
// it was not; a folder with problems is for guichet to refuse.
func (s *Stage) Follow(ctx context.Context, told func(names []string, err error)) {
	last := s.texts
	look := time.NewTicker(followEvery)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
		now, err := config.Fingerprint(s.options.Site)
		if err != nil || now == last {
			continue
		}
		last = now
		site, err := s.site()
		if err != nil {
			continue
		}
		made, err := s.speakNew(ctx, site)
		if len(made) > 0 || err != nil && ctx.Err() == nil {
			told(made, err)
		}
	}
}

func (s *Stage) speakNew(ctx context.Context, site *config.Site) ([]string, error) {
	wanted, err := s.unrecorded(site, s.promptDir())
	if err != nil {
		return nil, err
	}
	return drafts.Make(ctx, s.promptDir(), voiceOf(site), wanted)
}

// recorded copies the recording of a sound. Without one, the sound needs a draft
// of the name that it returns.
func (s *Stage) recorded(site *config.Site, dir string, sound config.Sound) (draft string, err error) {
	if sound.File == "" {
		return "", nil
	}
	base, own := filepath.Base(sound.File), filepath.Join(site.Dir, sound.File)
	recording, err := os.ReadFile(own)
	switch {
	case err == nil && !drafts.IsDraft(own):
		path := filepath.Join(dir, base)
		if was, err := os.ReadFile(path); err == nil && bytes.Equal(was, recording) {
			return "", unmark(path)
		}
		if err := os.WriteFile(path, recording, 0o644); err != nil {
			return "", fmt.Errorf("copy the recording: %w", err)
		}
		return "", unmark(path)
	case sound.Text == "" && sound.Silence == 0:
		return "", nil
	}
	return strings.TrimSuffix(base, filepath.Ext(base)), nil
}

// unmark forgets that there was a draft where a recording is now.
func unmark(path string) error {
	err := os.Remove(strings.TrimSuffix(path, filepath.Ext(path)) + drafts.Mark)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("unmark a recorded prompt: %w", err)
	}
	return nil
}

// speakAnew replaces every prompt, each in one instant: a text may have changed,
// and Asterisk may be playing.
func (s *Stage) speakAnew(ctx context.Context, site *config.Site) error {
	fresh, err := os.MkdirTemp(s.promptDir(), ".new-")
	if err != nil {
		return fmt.Errorf("make a folder for new prompts: %w", err)
	}
	defer os.RemoveAll(fresh)
	if err := s.speak(ctx, site, fresh); err != nil {
		return err
	}
	files, err := os.ReadDir(fresh)
	if err != nil {
		return fmt.Errorf("list new prompts: %w", err)
	}
	for _, file := range files {
		if filepath.Ext(file.Name()) != drafts.Mark {
			if err := unmark(filepath.Join(s.promptDir(), file.Name())); err != nil {
				return err
			}
		}
		if err := os.Rename(filepath.Join(fresh, file.Name()), filepath.Join(s.promptDir(), file.Name())); err != nil {
			return fmt.Errorf("replace prompt: %w", err)
		}
	}
	return nil
}
