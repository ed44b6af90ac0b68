package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/ivr"
)

// Audience is who hears what is announced at a place: the languages that they may
// speak.
type Audience struct {
	Languages []string
	// spokenBy is a tree that speaks each of them.
	spokenBy map[string]string
}

// AudienceAt is that of an entry.
func (s *Site) AudienceAt(e contact.Entry) Audience {
	a := Audience{spokenBy: map[string]string{}}
	for _, tree := range s.TreesOf(e) {
		a.speak(tree)
	}
	return a
}

// AudienceInQueues is that of any queue: callers of every entry, for any tree may lead
// there.
func (s *Site) AudienceInQueues() Audience {
	a := Audience{spokenBy: map[string]string{}}
	for _, id := range slices.Sorted(maps.Keys(s.Trees)) {
		a.speak(s.Trees[id])
	}
	return a
}

func (a *Audience) speak(tree *ivr.Tree) {
	if tree == nil {
		return // of an entry whose tree is a mistake
	}
	for _, language := range tree.Languages {
		if a.spokenBy[language] == "" {
			a.Languages = append(a.Languages, language)
			a.spokenBy[language] = tree.ID
		}
	}
}

// Hears finds what each of the audience hears of a prompt: media by language, and
// the text of the first. Or else it says why some would not understand it, and what to
// do; place is where they are.
func (a Audience) Hears(name string, p Prompt, place string) (sounds map[string][]string, text, why, hint string) {
	if p.In == nil && len(a.Languages) > 1 {
		return nil, "", fmt.Sprintf("the prompt %q is said in one language, and callers of the %s speak %s", name, place, strings.Join(a.Languages, ", ")),
			"write what it says in each of them under in, in prompts/prompts.yaml"
	}
	sounds = map[string][]string{}
	for _, language := range a.Languages {
		sound, said := p.Said(language)
		if !said || len(sound.Media) == 0 {
			return nil, "", fmt.Sprintf("the prompt %q is not said in %s, which the tree %q of the %s speaks", name, language, a.spokenBy[language], place),
				"announce something else, or add it to prompts/prompts.yaml"
		}
		if sounds[language] = sound.Media; text == "" {
			text = sound.Text
		}
	}
	return sounds, text, "", ""
}

// MaxAnnouncement is how long something may be announced.
const MaxAnnouncement = 31 * 24 * time.Hour
