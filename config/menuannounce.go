package config

import (
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/rehearsal"
	"github.com/guichet/guichet/ivr"
)

// announceYAML is something that is announced in a test, as guichet announcement set
// does.
type announceYAML struct {
	at place
	// Entry is where it is heard before the menu, by the name of the entry or a number
	// that is dialled; only before the call comes, so in the first steps.
	Entry value[string] `yaml:"entry"`
	// Queue is where it is heard instead, in the place of the music.
	Queue value[string] `yaml:"queue"`
	// Prompt is what is heard.
	Prompt value[string] `yaml:"prompt"`
	// Sound is a recording of Asterisk that is heard instead of a prompt; it is heard as
	// sound:NAME.
	Sound value[string] `yaml:"sound"`
	// Until is its end: 18:00 of the day of the call, 2026-12-24T18:00, or 2h.
	Until value[string] `yaml:"until,required"`
	// Then is hangup if the call ends after it; only at an entry.
	Then value[string] `yaml:"then"`
}

type announceFields announceYAML

func (y *announceYAML) read(d *document, n ast.Node) {
	d.read(n, (*announceFields)(y))
	y.at = d.at(n)
}

// announces checks an announcement and makes it. before says that the call is still to
// come, at that time.
func (b *builder) announces(y announceYAML, call time.Time, before bool) rehearsal.Announcement {
	b.oneOf(y.Then, "hangup")
	a := rehearsal.Announcement{HangUp: y.Then.set, Until: call}
	var audience Audience
	switch {
	case y.Entry.set && y.Queue.set:
		b.add(y.at, "write two steps", "the announcement has both entry and queue")
	case !y.Entry.set && !y.Queue.set:
		b.add(y.at, "add entry: NAME or queue: NAME", "nothing says where the announcement is heard")
	case y.Entry.set && !before:
		b.add(y.Entry.at, "write it as the first step", "what is announced at an entry is not heard by who is in its menu already")
	case y.Entry.set:
		a.Entry = b.announcedEntry(y.Entry)
		audience = b.site.AudienceAt(a.Entry)
	case b.refers(y.Queue, "queue", b.queues):
		a.Queue, audience = contact.Queue(y.Queue.v), b.site.AudienceInQueues()
	}
	if y.Then.set && y.Queue.set {
		b.add(y.Then.at, "leave it out", "only an entry can be closed")
	}
	a.Prompt = b.announcedPrompt(y, a.Place, audience)
	if y.Until.set {
		var problem, hint string
		if a.Until, a.For, problem, hint = AnnouncedUntil(y.Until.v, call); problem != "" {
			b.add(y.Until.at, hint, "%s", problem)
		}
	}
	return a
}

func (b *builder) announcedEntry(y value[string]) contact.Entry {
	if e, known := b.site.Entry(y.v); known {
		return e.Name
	}
	b.refers(y, "entry", b.entries)
	return contact.Entry(y.v)
}

// announcedPrompt is what is heard, by everybody who may come to the place.
func (b *builder) announcedPrompt(y announceYAML, at rehearsal.Place, to Audience) ivr.Prompt {
	switch {
	case y.Prompt.set && y.Sound.set:
		b.add(y.at, "keep one of them", "the announcement has both prompt and sound")
	case !y.Prompt.set && !y.Sound.set:
		b.add(y.at, "add prompt: NAME", "nothing says what is announced")
	case y.Sound.set && (strings.TrimSpace(y.Sound.v) == "" || strings.Contains(y.Sound.v, ":")):
		b.add(y.Sound.at, "write it like urgence/panne, without the ending of the file", "%q is no sound of Asterisk", y.Sound.v)
	case y.Sound.set:
		return ivr.Prompt("sound:" + y.Sound.v)
	case b.refers(y.Prompt, "prompt", b.promptNames) && at.Valid():
		if known, built := b.site.Prompts[ivr.Prompt(y.Prompt.v)]; built {
			if _, _, why, hint := to.Hears(y.Prompt.v, known, at.String()); why != "" {
				b.add(y.Prompt.at, hint, "%s", why)
			}
		}
	}
	return ivr.Prompt(y.Prompt.v)
}

// AnnouncedUntil reads the end of an announcement, as people write it who set one: a
// time of the day at which it is announced, a date with a time, or for how long. Else it
// says what is wrong, and what to write.
func AnnouncedUntil(text string, at time.Time) (until time.Time, lasts time.Duration, problem, hint string) {
	hint = "write 18:00, 2026-12-24T18:00 or 2h"
	if d, err := time.ParseDuration(text); err == nil {
		until, lasts = at.Add(d), d
	} else if t, err := time.Parse("15:04", text); err == nil {
		y, m, d := at.Date()
		until = time.Date(y, m, d, t.Hour(), t.Minute(), 0, 0, at.Location())
	} else if until, err = time.ParseInLocation(instantForm, text, at.Location()); err != nil {
		return at, 0, `"` + text + `" is no time`, hint
	}
	switch {
	case !until.After(at):
		return at, 0, until.Format("2006-01-02 15:04") + " has passed when the call comes", hint
	case until.Sub(at) > MaxAnnouncement:
		return at, 0, "it would be heard for more than 31 days", "what stays so long belongs in the site folder"
	}
	return until, lasts, "", ""
}

// splitAnnounced takes the announcements before the first other step, which are made
// before the call comes.
func splitAnnounced(steps []rehearsal.Step) (before []rehearsal.Announcement, rest []rehearsal.Step) {
	n := slices.IndexFunc(steps, func(s rehearsal.Step) bool { _, is := s.(rehearsal.Announce); return !is })
	if n < 0 {
		n = len(steps)
	}
	for _, s := range steps[:n] {
		before = append(before, s.(rehearsal.Announce).Announcement)
	}
	return before, steps[n:]
}

// announceText is an announcement as a step.
func announceText(a rehearsal.Announcement) string {
	text := "entry: " + quoted(string(a.Entry))
	if a.Queue != "" {
		text = "queue: " + quoted(string(a.Queue))
	}
	if sound, is := strings.CutPrefix(string(a.Prompt), "sound:"); is {
		text += ", sound: " + quoted(sound)
	} else {
		text += ", prompt: " + quoted(string(a.Prompt))
	}
	if a.For != 0 {
		text += ", until: " + brief(a.For)
	} else {
		text += ", until: " + a.Until.Format(instantForm)
	}
	if a.HangUp {
		text += ", then: hangup"
	}
	return "announce: {" + text + "}"
}
