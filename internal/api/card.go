package api

import (
	"embed"
	"net/http"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
)

// Card is what an agent sees of himself and of who is calling. It is read from the
// fold and from what this server keeps, so that a page that is loaded again shows
// what the one before did.
type Card struct {
	Now   time.Time `json:"now"`
	Site  string    `json:"site"`
	Ready bool      `json:"ready"` // of the controller: false while commands cannot be taken
	Agent Agent     `json:"agent"`
	// Caller is the contact that the agent has; absent without one.
	Caller *Caller `json:"caller,omitempty"`
}

// Caller is a contact as its agent sees it.
type Caller struct {
	Call
	// Number is the number to be seen by who talks to it; absent when it was withheld.
	Number string `json:"number,omitempty"`
	// EntryLabel and QueueLabel are what they are called.
	EntryLabel string `json:"entry_label,omitempty"`
	QueueLabel string `json:"queue_label,omitempty"`
}

//go:embed card/dist
var cardFiles embed.FS

// cardPage serves the agent card and its two files.
func (s *Server) cardPage(w http.ResponseWriter, r *http.Request) error {
	name := "card/dist/index.html"
	if r.URL.Path != "/agent" {
		name = "card/dist" + r.URL.Path[len("/agent"):]
	}
	http.ServeFileFS(w, r, cardFiles, name)
	return nil
}

// card shows the card once; cardEvents shows it as it changes.
func (s *Server) card(w http.ResponseWriter, r *http.Request) error {
	c, err := s.cardOf(visiting(r).Agent())
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, c)
}

func (s *Server) cardEvents(w http.ResponseWriter, r *http.Request) error {
	agent := visiting(r).Agent()
	return s.stream(w, r, s.cards, "agent cards", func(st *stream) error {
		c, err := s.cardOf(agent)
		if err != nil {
			return err
		}
		same := *c
		same.Now = time.Time{}
		return st.snapshot("card", c, same)
	})
}

func (s *Server) cardOf(id contact.Agent) (*Card, error) {
	agent, err := s.find(id)
	if err != nil {
		return nil, err
	}
	c := &Card{Now: s.now(), Site: s.Controller.Site().Name, Ready: len(s.Controller.NotReady()) == 0, Agent: agent}
	s.look(func(l lens) {
		a := l.Floor.Agents[id]
		if a == nil || l.Floor.Offers[a.Offer] == nil {
			return
		}
		if rec := l.Contacts[l.Floor.Offers[a.Offer].Contact]; rec != nil {
			c.Caller = s.callerOf(l, rec)
		}
	})
	return c, nil
}

func (s *Server) callerOf(l lens, rec *engine.Record) *Caller {
	c := &Caller{Call: l.call(rec), EntryLabel: l.site.Entries[rec.Entry].Label, QueueLabel: l.site.Queues[rec.Queue].Label}
	if number, ok := s.reveal(rec.Caller); ok && !rec.Withheld {
		c.Number = number
	}
	return c
}
