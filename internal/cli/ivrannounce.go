package cli

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/rehearsal"
	"github.com/guichet/guichet/ivr"
)

// announcedForm is how an announcement is typed: near to guichet announcement set.
const announcedForm = "write it like entry 2014 panne until 18:00, or queue NAME PROMPT until 2h"

// announced reads an announcement that is made at a time: where, what, until when, and
// whether the call ends after it.
func announced(site *config.Site, text string, at time.Time) (a rehearsal.Announcement, err error) {
	words := strings.Fields(text)
	if n := len(words); n > 2 && words[n-2] == "then" && words[n-1] == "hangup" {
		a.HangUp, words = true, words[:n-2]
	}
	if len(words) != 5 || words[3] != "until" {
		return a, wrong("%q announces nothing; %s", text, announcedForm)
	}
	audience, err := announcedPlace(site, words[0], words[1], &a)
	if err != nil {
		return a, err
	}
	if a.HangUp && a.Queue != "" {
		return a, wrong("only an entry can be closed; leave out then hangup")
	}
	a.Prompt = ivr.Prompt(words[2])
	if prompt, known := site.Prompts[a.Prompt]; known {
		if _, _, why, hint := audience.Hears(words[2], prompt, a.Place.String()); why != "" {
			return a, wrong("%s; %s", why, hint)
		}
	} else if sound, is := strings.CutPrefix(words[2], "sound:"); !is || sound == "" {
		return a, wrong("there is no prompt %q%s", words[2], orNearest(words[2], site.Prompts))
	}
	var problem, hint string
	if a.Until, a.For, problem, hint = config.AnnouncedUntil(words[4], at); problem != "" {
		return a, wrong("%s; %s", problem, hint)
	}
	return a, nil
}

func announcedPlace(site *config.Site, kind, name string, a *rehearsal.Announcement) (config.Audience, error) {
	switch kind {
	case "entry":
		e, known := site.Entry(name)
		if !known {
			if e, known = site.Entries[contact.Entry(name)]; !known {
				return config.Audience{}, wrong("there is no entry %q%s", name, orNearest(name, site.Entries))
			}
		}
		a.Entry = e.Name
		return site.AudienceAt(e.Name), nil
	case "queue":
		if _, known := site.Queues[contact.Queue(name)]; !known {
			return config.Audience{}, wrong("there is no queue %q%s", name, orNearest(name, site.Queues))
		}
		a.Queue = contact.Queue(name)
		return site.AudienceInQueues(), nil
	}
	return config.Audience{}, wrong("nothing is announced at %q; %s", kind, announcedForm)
}

// announce has something be heard from now on. At an entry it is for calls to come, so
// the call begins anew.
func (s *stage) announce(text string) {
	at := s.walk.Call().Now()
	if strings.HasPrefix(text, "entry ") {
		at = s.walk.Scene.At
	}
	a, err := announced(s.site, text, at)
	switch {
	case err != nil:
		s.line("  " + err.Error())
	case a.Queue != "":
		s.do(rehearsal.Announce{Announcement: a})
	default:
		s.walk.Announce(a)
		s.line("  another call, which hears it: who is in the menu already does not")
		s.shown = 0
		clear(s.read)
		s.show()
	}
}

// identify answers an identify with what is invented: all that it asks, or so much
// that it leads to a level.
func (s *stage) identify(text string) {
	n, asks := s.walk.Call().Identifying()
	if !asks {
		s.line("  not now: nobody asks for a fiscal number")
		return
	}
	level := ivr.NumberPlausible
	if n.BirthDate != nil {
		level = ivr.BirthDatePlausible
	}
	if text != "" {
		said, err := strconv.Atoi(text)
		if err != nil || !slices.Contains([]int{ivr.Unidentified, ivr.NumberPlausible, ivr.BirthDatePlausible}, said) {
			s.line("  write identify, or identify 0, 1 or 2 for the authentication that it leads to")
			return
		}
		level = said
	}
	s.do(rehearsal.Identifies{Level: level})
}
