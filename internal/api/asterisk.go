package api

import (
	"net/http"
	"time"

	"go.uber.org/zap"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/status"
	"github.com/guichet/guichet/internal/terminal"
)

// DeclaredLost is the answer to who declares an Asterisk lost.
type DeclaredLost struct {
	Node contact.Node `json:"node"`
	// By, Reason and At are of the first who did; it lasts until that Asterisk answers.
	By     string    `json:"by"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
	// Calls is how many callers were on the line, Open how many of their contacts are not
	// closed yet, because the ledger is slow.
	Calls int `json:"calls"`
	Open  int `json:"open"`
}

// declareLost closes the calls of an Asterisk whose machine is off. Without that being
// said nothing is changed, and the refusal says what would be.
func (s *Server) declareLost(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		MachineIsOff bool   `json:"machine_is_off"`
		By           string `json:"by"`
		Reason       string `json:"reason"`
	}
	if err := readBody(r, &body); err != nil {
		return err
	}
	by, reason, err := accountable(r, body.By, body.Reason, "declares it lost")
	if !body.MachineIsOff {
		_, err = actor(r, body.By) // it changes nothing, and needs no reason
	}
	if err != nil {
		return err
	}
	loss := status.Loss{Node: contact.Node(r.PathValue("node")), By: by, Reason: reason, MachineIsOff: body.MachineIsOff}
	done, err := s.Controller.DeclareLost(r.Context(), loss)
	if err != nil {
		return refusal(err)
	}
	s.Log.Info("asterisk declared lost", zap.String("node", string(loss.Node)), zap.String("by", by), zap.String("from", terminal.Plain(r.RemoteAddr)))
	return reply(w, http.StatusOK, DeclaredLost{
		Node: loss.Node, By: done.By, Reason: done.Reason, At: timeIn(s.Controller.Site().Zone, done.At), Calls: done.Calls, Open: done.Open,
	})
}
