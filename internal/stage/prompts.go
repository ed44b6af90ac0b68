package stage

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/lab"
)

func (s *Stage) promptDir() string { return filepath.Join(s.options.Dir, "prompts") }

// speak puts into dir what callers hear: the site's recordings, and a synthesised
// draft of each prompt that nobody has recorded.
func (s *Stage) speak(ctx context.Context, site *config.Site, dir string) error {
	texts := map[string]map[string]string{} // by language, then by file
	drafts := 0
	for _, p := range site.Prompts {
		for language, sound := range p.Sounds() {
			draft, err := s.recorded(site, dir, sound)
			if err != nil {
				return fmt.Errorf("bring prompt %s: %w", p.Name, err)
			}
			if draft == "" {
				continue
			}
			voice := voiceOf(language)
			if texts[voice] == nil {
				texts[voice] = map[string]string{}
			}
			texts[voice][draft] = sound.Text
			drafts++
		}
	}
	done := s.options.Progress.Step(fmt.Sprintf("speak %d prompts (drafts by espeak-ng)", drafts))
	for _, voice := range slices.Sorted(maps.Keys(texts)) {
		if err := lab.SynthesisePrompts(ctx, dir, voice, texts[voice]); err != nil {
			done(err)
			return err
		}
	}
	done(nil)
	return nil
}

// voiceOf is who reads a draft: French where the manifest names no language.
func voiceOf(language string) string {
	if language == "" || language == config.AllLanguages {
		return "fr"
	}
	return language
}

// recorded copies the recording of a sound. Without one, the sound needs a draft
// of the name that it returns.
func (s *Stage) recorded(site *config.Site, dir string, sound config.Sound) (draft string, err error) {
	if sound.File == "" {
		return "", nil
	}
	base := filepath.Base(sound.File)
	recording, err := os.ReadFile(filepath.Join(site.Dir, sound.File))
	switch {
	case err == nil:
		path := filepath.Join(dir, base)
		if err := os.WriteFile(path, recording, 0o644); err != nil {
			return "", fmt.Errorf("copy the recording: %w", err)
		}
		return "", unmark(path)
	case sound.Text == "":
		return "", nil
	}
	return strings.TrimSuffix(base, filepath.Ext(base)), nil
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
