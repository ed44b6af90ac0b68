package api

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/terminal"
)

// Announcement is what is announced at an entry or a queue, outside its menu.
type Announcement struct {
	Entry contact.Entry `json:"entry,omitempty"`
	Queue contact.Queue `json:"queue,omitempty"`
	// Prompt is what the site calls it, if it is one of its prompts; Text what it says.
	Prompt string `json:"prompt,omitempty"`
	Text   string `json:"text,omitempty"`
	// Sounds are what is played, by language.
	Sounds map[string][]string `json:"sounds"`
	Since  time.Time           `json:"since"`
	// Until is when it ends by itself.
	Until time.Time `json:"until"`
	// HangUp: the call ends after it.
	HangUp bool   `json:"hang_up"`
	By     string `json:"by,omitempty"`
}

// Place names where it is heard.
func (a Announcement) Place() string { return fact.Place{Entry: a.Entry, Queue: a.Queue}.String() }

// Announcements is the answer of each route about them: Changed are the places of a
// command, Announcements what is announced afterwards.
type Announcements struct {
	Changed       []string       `json:"changed"`
	Announcements []Announcement `json:"announcements"`
}

// announcements lists what is announced now, by place.
func (l lens) announcements() []Announcement {
	found := []Announcement{}
	for _, a := range l.Announcements {
		if !a.Over(l.now) {
			found = append(found, l.announcement(a))
		}
	}
	slices.SortFunc(found, func(a, b Announcement) int { return strings.Compare(a.Place(), b.Place()) })
	return found
}

func (l lens) announcement(a fold.Announcement) Announcement {
	return Announcement{
		Entry: a.Entry, Queue: a.Queue, Prompt: a.Prompt, Text: a.Text, Sounds: a.Sounds,
		Since: l.at(a.At), Until: l.at(a.Until), HangUp: a.HangUp, By: a.By,
	}
}

func (s *Server) listAnnouncements(w http.ResponseWriter, _ *http.Request) error {
	return s.announcedAre(w, []string{})
}

func (s *Server) announcedAre(w http.ResponseWriter, changed []string) error {
	answer := Announcements{Changed: changed}
	s.look(func(l lens) { answer.Announcements = l.announcements() })
	return reply(w, http.StatusOK, answer)
}

// announcing is the body of an announcement.
type announcing struct {
	Entries []string `json:"entries"`
	Queues  []string `json:"queues"`
	Prompt  string   `json:"prompt"`
	// Sound is a recording that Asterisk has and the site does not name, with what it
	// says as Text.
	Sound string `json:"sound"`
	Text  string `json:"text"`
	Until string `json:"until"`
	// Then is hangup, or empty.
	Then string `json:"then"`
	By   string `json:"by"`
}

func (s *Server) announce(w http.ResponseWriter, r *http.Request) error {
	var body announcing
	if err := readBody(r, &body); err != nil {
		return err
	}
	facts, err := body.facts(s.Controller.Site().At(s.now()), s.now())
	if err != nil {
		return err
	}
	return s.announced(w, r, facts)
}

// clearing is the body of what ends announcements.
type clearing struct {
	Entries []string `json:"entries"`
	Queues  []string `json:"queues"`
	// All ends every one, whatever the site has by now.
	All bool   `json:"all"`
	By  string `json:"by"`
}

func (s *Server) clearAnnouncements(w http.ResponseWriter, r *http.Request) error {
	var body clearing
	err := readBody(r, &body)
	if err == nil {
		body.By, err = actor(r, body.By)
	}
	if err != nil {
		return err
	}
	places, err := s.announcedPlaces(body)
	if err != nil {
		return err
	}
	var facts []placed
	for _, at := range places {
		facts = append(facts, placed{at, fact.AnnouncementCleared{Place: at, By: body.By}})
	}
	return s.announced(w, r, facts)
}

// announcedPlaces are those of a body. What is not of the site any more can be
// cleared too.
func (s *Server) announcedPlaces(body clearing) (places []fact.Place, err error) {
	site := s.Controller.Site()
	if body.All {
		s.look(func(l lens) {
			for _, a := range l.announcements() {
				places = append(places, fact.Place{Entry: a.Entry, Queue: a.Queue})
			}
		})
		return places, nil
	}
	for _, name := range body.Entries {
		if e, known := entryOf(site, name); known {
			name = string(e.Name)
		}
		places = append(places, fact.Place{Entry: contact.Entry(name)})
	}
	for _, name := range body.Queues {
		places = append(places, fact.Place{Queue: contact.Queue(name)})
	}
	switch {
	case len(places) == 0:
		return nil, badRequest("no entry and no queue is given", "name at least one, or say all")
	case slices.ContainsFunc(places, func(at fact.Place) bool { return len(at.Subject()) > maxPlace }):
		return nil, badRequest("nothing can be announced at a place of such a name", "see /api/v1/announcements for what is announced")
	}
	return places, nil
}

// placed is a fact about one place.
type placed struct {
	at   fact.Place
	fact fact.Fact
}

// announced writes one fact for each place. They stand alone: when one is refused,
// the answer says which of them hold.
func (s *Server) announced(w http.ResponseWriter, r *http.Request, facts []placed) error {
	op, err := operation(r)
	if err != nil {
		return err
	}
	done := []string{}
	so := func() string {
		if len(done) == 0 {
			return ""
		}
		return "; done: " + strings.Join(done, ", ")
	}
	for _, f := range facts {
		answer, err := s.Controller.Announce(r.Context(), f.at, f.fact, op+"/"+f.at.Subject())
		switch {
		case err != nil:
			return &Error{Status: http.StatusServiceUnavailable, Code: "ledger_unavailable",
				Message: "the command could not be written: " + err.Error() + so(),
				Hint:    "send it again with the header Idempotency-Key: " + op + ", each place then takes effect once"}
		case answer.Void != "":
			return &Error{Status: http.StatusConflict, Code: "no_effect",
				Message: f.at.String() + ": " + answer.Void + so(), Hint: "see /api/v1/announcements for what is announced"}
		}
		done = append(done, f.at.String())
	}
	return s.announcedAre(w, done)
}

// The bounds of an announcement.
const (
	maxAnnouncedText  = 500
	maxAnnouncedAtOne = 64
	maxPlace          = 100 // bytes; the ledger takes 256
)

// facts are the announcement for each of its places, or what is wrong with it.
func (a announcing) facts(site *config.Site, now time.Time) ([]placed, error) {
	by, err := author(a.By)
	if err != nil {
		return nil, err
	}
	until, err := endOf(a.Until, now)
	if err != nil {
		return nil, err
	}
	text := strings.TrimSpace(terminal.Plain(a.Text))
	switch {
	case len(a.Entries)+len(a.Queues) == 0:
		return nil, badRequest("no entry and no queue is given", "name where it is to be heard")
	case len(a.Entries)+len(a.Queues) > maxAnnouncedAtOne:
		return nil, badRequest("these are too many places", fmt.Sprintf("name at most %d at a time", maxAnnouncedAtOne))
	case a.Then != "" && a.Then != "hangup":
		return nil, badRequest(fmt.Sprintf("then cannot be %q", a.Then), "write hangup, or leave it out")
	case a.Then != "" && len(a.Queues) > 0:
		return nil, badRequest("only an entry can be closed", "leave out then, or the queues")
	case utf8.RuneCountInString(text) > maxAnnouncedText:
		return nil, badRequest(fmt.Sprintf("the text is longer than %d characters", maxAnnouncedText), "it is for people who look, and need not be the whole")
	}
	heard := fact.Announced{Prompt: a.Prompt, Text: text, Until: until.UnixMicro(), HangUp: a.Then != "", By: by}
	var all []placed
	for _, at := range []struct {
		names []string
		place func(string) (hearing, error)
	}{{a.Entries, func(n string) (hearing, error) { return atEntry(site, n) }}, {a.Queues, func(n string) (hearing, error) { return atQueue(site, n) }}} {
		for _, name := range at.names {
			h, err := at.place(name)
			if err != nil {
				return nil, err
			}
			one := heard
			one.Place = h.place
			if err := a.resolve(site, h, &one); err != nil {
				return nil, err
			}
			all = append(all, placed{h.place, one})
		}
	}
	return all, nil
}

// endOf reads the end of an announcement: it has one, and not in years.
func endOf(text string, now time.Time) (time.Time, error) {
	const forms = "write it like 18:00, 2026-12-24T18:00, or 2h from now"
	if text == "" {
		return now, badRequest("it has no end", "say until when: "+forms)
	}
	until, known := readEnd(text, now)
	switch {
	case !known:
		return now, badRequest(fmt.Sprintf("%q is no time", text), forms)
	case !until.After(now):
		return now, badRequest(fmt.Sprintf("%s has passed", until.Format("2006-01-02 15:04")), forms)
	case until.Sub(now) > config.MaxAnnouncement:
		return now, badRequest("it would be heard for more than 31 days", "what stays so long belongs in the site folder")
	}
	return until, nil
}

func readEnd(text string, now time.Time) (time.Time, bool) {
	if d, err := time.ParseDuration(text); err == nil {
		return now.Add(d), true
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t.In(now.Location()), true
	}
	for _, form := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02 15:04:05"} {
		if t, err := time.ParseInLocation(form, text, now.Location()); err == nil {
			return t, true
		}
	}
	if t, err := time.Parse("15:04", text); err == nil {
		y, m, d := now.Date()
		return time.Date(y, m, d, t.Hour(), t.Minute(), 0, 0, now.Location()), true
	}
	return now, false
}
