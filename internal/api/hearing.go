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

// hearing is a place where something is to be announced, with who may hear it there.
type hearing struct {
	place fact.Place
	config.Audience
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
	return hearing{place: fact.Place{Entry: e.Name}, Audience: site.AudienceAt(e.Name)}, nil
}

func atQueue(site *config.Site, name string) (hearing, error) {
	if _, known := site.Queues[contact.Queue(name)]; !known {
		return hearing{}, unknownName("queue", name, slices.Collect(maps.Keys(site.Queues)))
	}
	return hearing{place: fact.Place{Queue: contact.Queue(name)}, Audience: site.AudienceInQueues()}, nil
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
	sounds, text, why, hint := h.Hears(a.Prompt, prompt, h.place.String())
	if why != "" {
		return badRequest(why, hint+" and activate that")
	}
	if f.Sounds = sounds; f.Text == "" {
		f.Text = bounded(text)
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
	case len(h.Languages) > 1:
		return badRequest(fmt.Sprintf("a sound is said in one language, and callers of the %s speak %s", h.place, strings.Join(h.Languages, ", ")),
			"name a prompt of the site that is said in each of them")
	}
	f.Sounds = map[string][]string{h.Languages[0]: {"sound:" + a.Sound}}
	return nil
}

// bounded is the beginning of a text.
func bounded(text string) string {
	runes := []rune(text)
	return string(runes[:min(len(runes), maxAnnouncedText)])
}
