package api

import (
	"errors"
	"net/http"

	"github.com/guichet/guichet/internal/explanation"
)

// route says where an imagined contact would go on the site and the floor of
// now, and why. It changes nothing.
func (s *Server) route(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	ask := explanation.Ask{
		Entry: q.Get("entry"), Topic: q.Get("topic"), PostalCode: q.Get("postal_code"), Department: q.Get("department"),
		Language: q.Get("language"), Authentication: q.Get("authentication"), Medium: q.Get("medium"), At: q.Get("at"),
	}
	var routed *explanation.Routed
	var err error
	s.look(func(l lens) { routed, err = explanation.Dry(l.site, l.State, l.now, ask) })
	if err != nil {
		return wrongAsk(err)
	}
	return reply(w, http.StatusOK, routed)
}

func wrongAsk(err error) error {
	var wrong *explanation.Wrong
	if errors.As(err, &wrong) {
		return badRequest(wrong.Error(), wrong.Advice())
	}
	return err
}
