package config

import (
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/guichet/guichet/ivr"
)

// Prompt is one line of the manifest: one sound, or one for each language.
type Prompt struct {
	Name ivr.Prompt
	// Sound is the only one, of a site whose callers hear one language.
	Sound
	// In holds a sound for each language, and under AllLanguages one that all
	// callers hear. Nil for a prompt that has but one sound.
	In map[string]Sound
	// During is what it says in campaigns instead, by name. Site.At applies it.
	During map[string]Prompt
}

// Sound is what is played of a prompt.
type Sound struct {
	// Text is what is said; from it a draft can be synthesised.
	Text string
	// Like is a phrase from which a speaker takes the sound, if alone it would be
	// spoken otherwise.
	Like string
	// Silence is how long nothing is said, of a sound that is a pause.
	Silence time.Duration
	// Media are the Asterisk media URIs, played one after the other.
	Media []string
	// File is the sound file relative to the site folder, empty for sounds that
	// Asterisk brings. It may be absent when Text can make a draft of it.
	File string
}

// AllLanguages stands for every language in the manifest: the question in which
// language to go on, or a jingle.
const AllLanguages = "all"

// Said returns what callers of a language hear, and whether there is anything for
// them: what was recorded for all does for each.
func (p Prompt) Said(language string) (Sound, bool) {
	if p.In == nil {
		return p.Sound, true
	}
	if sound, ok := p.In[language]; ok {
		return sound, true
	}
	sound, ok := p.In[AllLanguages]
	return sound, ok
}

// recordings visits the sounds of a prompt in the order of their languages; those of
// campaigns behind the ordinary ones.
func (p Prompt) recordings(campaign string, yield func(Recording) bool) bool {
	if p.In == nil && !yield(Recording{Name: p.Name, Campaign: campaign, Sound: p.Sound}) {
		return false
	}
	for _, language := range slices.Sorted(maps.Keys(p.In)) {
		if !yield(Recording{Name: p.Name, Language: language, Campaign: campaign, Sound: p.In[language]}) {
			return false
		}
	}
	for _, during := range slices.Sorted(maps.Keys(p.During)) {
		if !p.During[during].recordings(during, yield) {
			return false
		}
	}
	return true
}

// Recording is a sound with its place in the manifest.
type Recording struct {
	// Name is that of the prompt; of a word it is empty, and Word is what it is called.
	Name ivr.Prompt
	Word string
	// Language is empty for the only sound of a prompt, Campaign outside of campaigns.
	Language, Campaign string
	Sound
}

// Recordings visits all that callers may hear: the prompts, and the words of the
// languages in which trees say values, each in order.
func (s *Site) Recordings() iter.Seq[Recording] {
	return func(yield func(Recording) bool) {
		for _, name := range slices.Sorted(maps.Keys(s.Prompts)) {
			if !s.Prompts[name].recordings("", yield) {
				return
			}
		}
		for _, language := range slices.Sorted(maps.Keys(s.Words)) {
			words := s.Words[language].sounds
			for _, word := range slices.Sorted(maps.Keys(words)) {
				if !yield(Recording{Word: word, Language: language, Sound: words[word]}) {
					return
				}
			}
		}
	}
}

// Spoken is the language of a voice that reads it: French where the manifest names
// none.
func (r Recording) Spoken() string {
	if r.Language == "" || r.Language == AllLanguages {
		return "fr"
	}
	return r.Language
}

// String names a recording for people.
func (r Recording) String() string {
	name := string(r.Name)
	if r.Word != "" {
		name = "word " + r.Word
	}
	if r.Campaign != "" {
		name += " during " + r.Campaign
	}
	return strings.TrimSpace(name + " " + r.Language)
}
