package api

import (
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/report"
	"github.com/guichet/guichet/internal/terminal"
)

// floor is what agents choose from: the same for all of the site.
func (s *Server) floor(w http.ResponseWriter, _ *http.Request) error {
	f := s.Controller.Site().Floor
	view := Floor{Pauses: []Pause{}, Extend: report.Span(f.Extend.Microseconds()), Longest: report.Span(f.Longest.Microseconds())}
	for _, p := range f.Pauses {
		view.Pauses = append(view.Pauses, Pause{Name: p.Name, Label: p.Label})
	}
	return reply(w, http.StatusOK, view)
}

// seat is the body of a log-in.
type seat struct {
	// Phone is where the agent sits; without it, his own.
	Phone string `json:"phone"`
	// PIN proves who he is, where somebody types it; without it nothing is proved.
	PIN string `json:"pin"`
}

func (s *Server) login(w http.ResponseWriter, r *http.Request) error {
	return command(s, w, r, func(id contact.Agent, b seat) (fact.Fact, error) {
		card, configured := s.Controller.Card(id)
		if !configured {
			return nil, notFound("configured agent", string(id), "only agents of the site folder can log in")
		}
		if b.PIN != "" {
			if err := s.Controller.Prove(id, b.PIN, origin(r)); err != nil {
				return nil, refusal(err)
			}
		}
		if b.Phone == "" {
			return card, nil
		}
		seated, err := s.Controller.Seat(r.Context(), id, b.Phone)
		if err != nil {
			return nil, refusal(err)
		}
		return seated, nil
	})
}

// maxReason bounds a reason, in characters.
const maxReason = 120

// why is the body of a pause.
type why struct {
	Reason string `json:"reason"`
}

func (s *Server) pause(w http.ResponseWriter, r *http.Request) error {
	return command(s, w, r, func(id contact.Agent, b why) (fact.Fact, error) {
		reason := strings.TrimSpace(terminal.Plain(b.Reason))
		if utf8.RuneCountInString(reason) > maxReason {
			return nil, badRequest(fmt.Sprintf("the reason is longer than %d characters", maxReason), "use a word or two")
		}
		f := s.Controller.Site().Floor
		if _, known := f.Pause(reason); !known && reason != "" {
			return nil, &Error{Status: http.StatusBadRequest, Code: "unknown_reason", Message: fmt.Sprintf("%q is no reason for a pause", reason),
				Hint: "choose one of " + strings.Join(pauseNames(f), ", ")}
		}
		return fact.Paused{Agent: id, Reason: reason}, nil
	})
}

func pauseNames(f config.Floor) []string {
	names := make([]string, len(f.Pauses))
	for i, p := range f.Pauses {
		names[i] = p.Name
	}
	return names
}

// longer is the body of what makes a wrap-up longer.
type longer struct {
	Seconds int `json:"seconds"`
}

// extend makes the running wrap-up longer, finish ends it.
func (s *Server) extend(w http.ResponseWriter, r *http.Request) error {
	return command(s, w, r, func(id contact.Agent, b longer) (fact.Fact, error) {
		f := s.Controller.Site().Floor
		by := f.Extend
		if b.Seconds != 0 {
			by = time.Duration(b.Seconds) * time.Second
		}
		switch {
		case f.Longest == 0:
			return nil, conflict("no_effect", "no wrap-up is made longer at this site", "floor.yaml says so: wrap_up.longest is 0s")
		case b.Seconds < 0 || by > f.Longest:
			return nil, badRequest(fmt.Sprintf("%d seconds are not between 1 and %d", b.Seconds, int(f.Longest.Seconds())), "without seconds it is "+f.Extend.String())
		}
		return fact.AgentWrapUp{Agent: id, Since: s.wrapUpSince(id), Extend: by, Longest: f.Longest}, nil
	})
}

func (s *Server) finish(w http.ResponseWriter, r *http.Request) error {
	return command(s, w, r, func(id contact.Agent, _ nothing) (fact.Fact, error) {
		if err := s.owes(r, id); err != nil {
			return nil, err
		}
		return fact.AgentWrapUp{Agent: id, Since: s.wrapUpSince(id)}, nil
	})
}

// wrapUpSince is when the running wrap-up of an agent began, in µs; 0 without one, which
// the fold answers.
func (s *Server) wrapUpSince(id contact.Agent) (since int64) {
	s.look(func(l lens) {
		if a := l.Floor.Agents[id]; a != nil && a.State == acd.WrapUp {
			since = a.Since
		}
	})
	return since
}

func conflict(code, message, hint string) *Error {
	return &Error{Status: http.StatusConflict, Code: code, Message: message, Hint: hint}
}

// withoutEffect says why a command of an agent changed nothing.
func withoutEffect(id contact.Agent, why string) *Error {
	for _, v := range voids {
		if string(v.void) == why {
			return conflict(v.code, fmt.Sprintf("agent %s: %s", id, why), v.hint)
		}
	}
	return conflict("no_effect", fmt.Sprintf("agent %s: %s", id, why), "see /api/v1/agents/"+string(id)+" for what the agent does")
}

// voids are the reasons that programs tell apart, and what to do.
var voids = []struct {
	void       acd.Void
	code, hint string
}{
	{acd.NotLoggedIn, "not_logged_in", "log in first"},
	{acd.AgentElsewhere, "already_logged_in", "log out there first"},
	{acd.PhoneTaken, "phone_taken", "take another phone, or have that agent log out"},
	{acd.PhoneUnregistered, "phone_unregistered", "plug the phone in; the agent is ready as soon as it registers"},
	{acd.PhoneOnOwnCall, "phone_on_call", "hang up; the agent is ready as soon as the call is over"},
	{acd.NoWrapUp, "no_wrap_up", "there is a wrap-up after a contact only, for as long as it lasts"},
	{acd.WrapUpLongest, "wrap_up_longest", "pause instead: that lasts for as long as you like"},
}

// setAsideLabels say in French why an agent is set aside.
var setAsideLabels = map[string]string{
	string(contact.NoAnswer): "n'a pas répondu", string(contact.Busy): "poste occupé", string(contact.Refused): "appel refusé",
	string(contact.Returned): "message rendu", string(contact.Unreachable): "poste injoignable",
	string(contact.Unregistered): "poste non enregistré", string(contact.OnOwnCall): "en communication sur ce poste",
}

// asideLabels say in French why a medium is kept from an agent: nothing has rung.
var asideLabels = map[string]string{
	string(contact.NoAnswer): "non pris à temps", string(contact.Refused): "refusé", string(contact.Returned): "rendu",
}

// whyLabel is the reason of a pause or a set-aside as people of the site call it.
func whyLabel(f config.Floor, state acd.State, why string) string {
	switch state {
	case acd.Paused:
		p, _ := f.Pause(why)
		return p.Label
	case acd.SetAside:
		return setAsideLabels[why]
	}
	return ""
}
