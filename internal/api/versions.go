package api

import (
	"errors"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/status"
	"github.com/guichet/guichet/internal/terminal"
)

// Versions is what became of the versions of the site folder.
type Versions struct {
	// Active is the hash of the active version, Folder that of the controller's
	// own folder when it was read last.
	Active string `json:"active"`
	Folder string `json:"folder"`
	// Missing says why this controller cannot load the active version.
	Missing string `json:"missing,omitempty"`
	// Versions are the latest activations, the newest first.
	Versions []Version `json:"versions"`
	// Drift is what was changed by hand over what the active version says.
	Drift []Drift `json:"drift"`
}

// Version is one activation of a version.
type Version struct {
	Hash    string      `json:"hash"`
	At      time.Time   `json:"at"`
	By      string      `json:"by,omitempty"`
	Source  fact.Source `json:"source"`
	Summary string      `json:"summary,omitempty"`
	// Contacts is how many live contacts go by it.
	Contacts int  `json:"contacts"`
	Active   bool `json:"active"`
}

// Drift is one agent of whom something else holds than the site says.
type Drift struct {
	Agent contact.Agent `json:"agent"`
	// Changes name each difference: "topic 3 instead of 2".
	Changes []string  `json:"changes"`
	At      time.Time `json:"at"`
	By      string    `json:"by,omitempty"`
}

// Activated is what an activation changed, or would change.
type Activated struct {
	Hash string `json:"hash"`
	From string `json:"from"`
	// Changed is false if that version was the active one already.
	Changed bool `json:"changed"`
	DryRun  bool `json:"dry_run"`
	// Changes say in words what is different.
	Changes []string `json:"changes"`
	// Differences say in words what is different for those who call.
	Differences []string `json:"differences"`
	Drift       []Drift  `json:"drift"`
}

func (s *Server) versions(w http.ResponseWriter, _ *http.Request) error {
	self := s.Controller.Version()
	answer := Versions{Folder: self.Folder, Missing: self.Missing, Versions: []Version{}}
	s.look(func(l lens) {
		answer.Active = l.Config
		contacts := map[string]int{}
		for _, rec := range l.Contacts {
			contacts[rec.Config]++
		}
		seen := map[string]bool{}
		for _, a := range l.Activations {
			v := Version{Hash: a.Hash, At: l.at(a.At), By: a.By, Source: a.Source, Summary: a.Summary}
			if !seen[a.Hash] { // of one that was active twice, the last time tells
				v.Contacts, v.Active, seen[a.Hash] = contacts[a.Hash], a.Hash == l.Config, true
			}
			answer.Versions = append(answer.Versions, v)
		}
		answer.Drift = l.drift(self.Drift)
	})
	return reply(w, http.StatusOK, answer)
}

func (l lens) drift(found []status.Drift) []Drift {
	all := []Drift{}
	for _, d := range found {
		all = append(all, Drift{Agent: d.Agent, Changes: d.Words, At: l.at(d.At), By: d.By})
	}
	return all
}

// change is the body of an activation or a way back.
type change struct {
	By     string `json:"by"`
	DryRun bool   `json:"dry_run"`
	// Hash is the version to go back to, or a beginning of it.
	Hash string `json:"hash"`
}

func (s *Server) activate(w http.ResponseWriter, r *http.Request) error {
	body, err := readChange(r)
	if err != nil {
		return err
	}
	if body.Hash != "" {
		return badRequest("an activation names no version", "the controller's own folder is activated; see /api/v1/rollback for an earlier one")
	}
	done, err := s.Controller.Activate(r.Context(), status.Ask{By: body.By, Source: fact.ByAPI, DryRun: body.DryRun})
	return s.changed(w, done, body, err)
}

func (s *Server) rollback(w http.ResponseWriter, r *http.Request) error {
	body, err := readChange(r)
	if err != nil {
		return err
	}
	done, err := s.Controller.Rollback(r.Context(), body.Hash, status.Ask{By: body.By, Source: fact.ByRollback, DryRun: body.DryRun})
	return s.changed(w, done, body, err)
}

func readChange(r *http.Request) (change, error) {
	var body change
	if err := readBody(r, &body); err != nil {
		return change{}, err
	}
	var err error
	body.By, err = actor(r, body.By)
	return body, err
}

// maxAuthor bounds the name of who wants something, in characters.
const maxAuthor = 64

// author is who says to want something: for the audit, not for rights.
func author(by string) (string, error) {
	by = strings.TrimSpace(terminal.Plain(by))
	if utf8.RuneCountInString(by) > maxAuthor {
		return "", badRequest("by is longer than a name", "use up to 64 characters")
	}
	return by, nil
}

// httpStatus of each reason to refuse.
var httpStatus = map[status.Why]int{
	status.BadSite:        http.StatusUnprocessableEntity,
	status.NeedsRestart:   http.StatusConflict,
	status.Overtaken:      http.StatusConflict,
	status.LeaderRefused:  http.StatusConflict,
	status.NoLeader:       http.StatusServiceUnavailable,
	status.LedgerAway:     http.StatusServiceUnavailable,
	status.UnknownVersion: http.StatusNotFound,

	status.NoKey:         http.StatusConflict,
	status.NotHolder:     http.StatusServiceUnavailable,
	status.NoQueue:       http.StatusUnprocessableEntity,
	status.ReferenceUsed: http.StatusConflict,
	status.TooManyMails:  http.StatusServiceUnavailable,
	status.UnknownMail:   http.StatusNotFound,

	status.UnknownPhone: http.StatusBadRequest, status.PhoneUnregistered: http.StatusConflict, status.PhoneUnseen: http.StatusServiceUnavailable,
	status.NoPIN: http.StatusForbidden, status.WrongPIN: http.StatusForbidden, status.PINLocked: http.StatusTooManyRequests,
	status.NoEffect: http.StatusConflict,

	status.NoConversation: http.StatusConflict,
	status.NotYours:       http.StatusConflict,
	status.HeldAlready:    http.StatusConflict,
	status.NotHeld:        http.StatusConflict,
	status.OthersCalled:   http.StatusConflict,
	status.NobodyCalled:   http.StatusConflict,
	status.Nowhere:        http.StatusUnprocessableEntity,
	status.Oneself:        http.StatusUnprocessableEntity,
	status.NotReady:       http.StatusConflict,
	status.NumberRefused:  http.StatusForbidden,
	status.QueueRefused:   http.StatusConflict,
	status.MovedTooOften:  http.StatusConflict,
	status.PassedTooOften: http.StatusConflict,
	status.OlderBeside:    http.StatusServiceUnavailable,
	status.CatchingUp:     http.StatusServiceUnavailable,
	status.NotRecorded:    http.StatusConflict,
	status.PausedAlready:  http.StatusConflict,
	status.NotPaused:      http.StatusConflict,

	status.NoCallback: http.StatusConflict, status.OnTheLine: http.StatusConflict, status.BeingCalled: http.StatusConflict,
	status.NoNumber: http.StatusConflict, status.NotFree: http.StatusConflict, status.OutsideHours: http.StatusConflict, status.CalledAlready: http.StatusConflict,
	status.TooManyCalls: http.StatusForbidden, status.NoTrunk: http.StatusConflict,
	status.UnknownNode: http.StatusNotFound, status.NodeAnswers: http.StatusConflict, status.HeldElsewhere: http.StatusConflict, status.NotConfirmed: http.StatusBadRequest,

	status.NoIdentification: http.StatusConflict,
	status.BeingIdentified:  http.StatusConflict,
}

func (s *Server) changed(w http.ResponseWriter, done status.Activated, body change, err error) error {
	var refused *status.Refused
	if errors.As(err, &refused) {
		return &Error{
			Status: httpStatus[refused.Why], Code: string(refused.Why),
			Message: refused.Message, Hint: refused.Hint, Problems: refused.Problems,
		}
	}
	if err != nil {
		return err
	}
	answer := Activated{
		Hash: done.Hash, From: done.From, Changed: done.Hash != done.From && !body.DryRun, DryRun: body.DryRun,
		Changes: list(done.Changes), Differences: list(done.Differences),
	}
	s.look(func(l lens) { answer.Drift = l.drift(done.Drift) })
	return reply(w, http.StatusOK, answer)
}
