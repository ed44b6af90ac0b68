package stage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/drafts"
)

func (s *Stage) promptDir() string { return filepath.Join(s.options.Dir, "prompts") }

// speak puts into dir what callers hear: the site's recordings, and a synthesised
// draft of each sound that nobody has recorded.
func (s *Stage) speak(ctx context.Context, site *config.Site, dir string) error {
	var wanted []drafts.Draft
	for r := range site.Recordings() {
		missing, err := s.recorded(site, dir, r.Sound)
		if err != nil {
			return fmt.Errorf("bring prompt %s: %w", r, err)
		}
		if missing != "" {
			wanted = append(wanted, drafts.Draft{Name: missing, Language: r.Spoken(), Text: r.Text, Silence: r.Silence})
		}
	}
	done := s.options.Progress.Step(fmt.Sprintf("speak %d prompts (drafts by espeak-ng)", len(wanted)))
	_, err := drafts.Make(ctx, dir, drafts.Espeak, wanted)
	done(err)
	return err
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
