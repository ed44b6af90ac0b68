package stage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/lab"
)

func (s *Stage) promptDir() string { return filepath.Join(s.options.Dir, "prompts") }

// speak puts into dir what callers hear: the site's recordings, and a synthesised
// draft of each prompt that nobody has recorded.
func (s *Stage) speak(ctx context.Context, site *config.Site, dir string) error {
	texts := map[string]string{}
	for name, p := range site.Prompts {
		if p.File == "" {
			continue
		}
		recording, err := os.ReadFile(filepath.Join(site.Dir, p.File))
		switch {
		case err == nil:
			path := filepath.Join(dir, filepath.Base(p.File))
			if err := os.WriteFile(path, recording, 0o644); err != nil {
				return fmt.Errorf("copy the recording of prompt %s: %w", name, err)
			}
			if err := unmark(path); err != nil {
				return err
			}
		case p.Text != "":
			texts[string(name)] = p.Text
		}
	}
	done := s.options.Progress.Step(fmt.Sprintf("speak %d prompts (drafts by espeak-ng)", len(texts)))
	err := lab.SynthesisePrompts(ctx, dir, texts)
	done(err)
	return err
}

// unmark forgets that there was a draft where a recording is now.
func unmark(path string) error {
	err := os.Remove(strings.TrimSuffix(path, filepath.Ext(path)) + lab.DraftMark)
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
		if filepath.Ext(file.Name()) != lab.DraftMark {
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
