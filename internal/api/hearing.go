package api

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/ivr"
)

// hearing is a place where something is to be announced, with the languages of who
// may hear it there, and the tree that speaks each of them.
type hearing struct {
	place     fact.Place
	languages []string
	spokenBy  map[string]string
}

// speak adds the languages of a tree.
func (h *hearing) speak(tree *ivr.Tree) {
	for _, language := range tree.Languages {
		if h.spokenBy[language] == "" {
			h.languages = append(h.languages, language)
			h.spokenBy[language] = tree.ID
		}
	}
}

// entryOf finds an entry by its name or by a number that is dialled.
func entryOf(site *config.Site, name string) (config.Entry, bool) {
	if e, known := site.Entries[contact.Entry(name)]; known {
		return e, true
	}
	return site.Entry(name)
}

func atEntry(site *config.Site, name string) (hearing, error) {
	e, known := entryOf(site, name)
	if !known {
		return hearing{}, unknownName("entry", name, slices.Collect(maps.Keys(site.Entries)))
	}
	h := hearing{place: fact.Place{Entry: e.Name}, spokenBy: map[string]string{}}
	for _, tree := range site.TreesOf(e.Name) {
		h.speak(tree)
	}
	return h, nil
}

// atQueue is heard by callers of every entry: any tree may lead there.
func atQueue(site *config.Site, name string) (hearing, error) {
	if _, known := site.Queues[contact.Queue(name)]; !known {
		return hearing{}, unknownName("queue", name, slices.Collect(maps.Keys(site.Queues)))
	}
	h := hearing{place: fact.Place{Queue: contact.Queue(name)}, spokenBy: map[string]string{}}
	for _, id := range slices.Sorted(maps.Keys(site.Trees)) {
		h.speak(site.Trees[id])
	}
	return h, nil
}

func unknownName[T ~string](what, name string, known []T) *Error {
	names := make([]string, len(known))
	for i, k := range known {
		names[i] = string(k)
	}
	slices.Sort(names)
	hint := "the site has " + strings.Join(names, ", ")
	if near := config.Nearest(name, names); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return notFound(what, name, hint)
}

// recording is a sound of Asterisk that the site does not name.
var recording = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9/_-]{0,120}$`)

// resolve finds what is to be played at a place, in each of its languages.
func (a announcing) resolve(site *config.Site, h hearing, f *fact.Announced) error {
	f.Sounds = map[string][]string{}
	if a.Sound != "" {
		return a.oneRecording(h, f)
	}
	prompt, known := site.Prompts[ivr.Prompt(a.Prompt)]
	switch {
	case a.Prompt == "":
		return badRequest("nothing is given that could be heard", "name a prompt of the site, or a sound that Asterisk has and its text")
	case !known:
		return unknownName("prompt", a.Prompt, slices.Collect(maps.Keys(site.Prompts)))
	}
	if prompt.In == nil && len(h.languages) > 1 {
		return badRequest(fmt.Sprintf("the prompt %q is said in one language, and callers of the %s speak %s", a.Prompt, h.place, strings.Join(h.languages, ", ")),
			"write what it says in each of them under in, in prompts/prompts.yaml, and activate that")
	}
	for _, language := range h.languages {
		sound, said := prompt.Said(language)
		if !said || len(sound.Media) == 0 {
			return badRequest(fmt.Sprintf("the prompt %q is not said in %s, which the tree %q of the %s speaks", a.Prompt, language, h.spokenBy[language], h.place),
				"add it to prompts/prompts.yaml and activate that, or announce something else")
		}
		f.Sounds[language] = sound.Media
		if f.Text == "" {
			f.Text = bounded(sound.Text)
		}
	}
	return nil
}

// oneRecording is said in one language, so nobody there may speak another.
func (a announcing) oneRecording(h hearing, f *fact.Announced) error {
	switch {
	case a.Prompt != "":
		return badRequest("both a prompt and a sound are given", "leave out one of them")
	case !recording.MatchString(a.Sound):
		return badRequest(fmt.Sprintf("%q is no sound of Asterisk", a.Sound), "write it like urgence/panne, without the ending of the file")
	case f.Text == "":
		return badRequest("nobody could read what is said", "give its text with the sound")
	case len(h.languages) > 1:
		return badRequest(fmt.Sprintf("a sound is said in one language, and callers of the %s speak %s", h.place, strings.Join(h.languages, ", ")),
			"name a prompt of the site that is said in each of them")
	}
	f.Sounds[h.languages[0]] = []string{"sound:" + a.Sound}
	return nil
}

// bounded is the beginning of a text.
func bounded(text string) string {
	runes := []rune(text)
	return string(runes[:min(len(runes), maxAnnouncedText)])
}
