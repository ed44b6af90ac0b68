package api

import (
	"cmp"
	"embed"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
)

// Card is what an agent sees of himself and of who is calling. It is read from the
// fold and from what this server keeps, so that a page that is loaded again shows
// what the one before did.
type Card struct {
	Now   time.Time `json:"now"`
	Site  string    `json:"site"`
	Ready bool      `json:"ready"` // of the controller: false while commands cannot be taken
	Agent Agent     `json:"agent"`
	// CenterLabel is what the agent's center is called.
	CenterLabel string `json:"center_label,omitempty"`
	// Can are the commands that there are, by the last part of their path.
	Can []string `json:"can"`
	// Pauses are the reasons to choose from; none means any words. Queues are where a
	// call can be sent.
	Pauses []Pause        `json:"pauses"`
	Queues []config.Coded `json:"queues"`
	// Caller is the contact that the agent has, or had just before; absent without one.
	Caller *Caller `json:"caller,omitempty"`
	// Hand is what the agent has at hand beside his calls.
	Hand []*Caller `json:"hand,omitempty"`
	// Treatment is what can be noted of that contact.
	Treatment *Treatment `json:"treatment,omitempty"`
}

// Caller is a contact as its agent sees it.
type Caller struct {
	Call
	// Over: the agent has it no more, and may note what it was.
	Over bool `json:"over,omitempty"`
	// Role is the agent's in the conversation if he was called into it, by the colleague
	// named By, or is being let go; absent for who has the call.
	Role fact.Role `json:"role,omitempty"`
	By   string    `json:"by,omitempty"`
	// Number is the number to be seen by who talks to it; absent when it was withheld.
	Number string `json:"number,omitempty"`
	// CalledBack is the number at which the person is called back, through Relay if the
	// entry has one; absent for who has called.
	CalledBack string `json:"called_back,omitempty"`
	Relay      string `json:"relay,omitempty"`
	// EntryLabel and QueueLabel are what they are called.
	EntryLabel string `json:"entry_label,omitempty"`
	QueueLabel string `json:"queue_label,omitempty"`
	// Path are the nodes of the menu that were crossed.
	Path []string `json:"path"`
	// Earlier are the last contacts of the same number, the latest first.
	Earlier []Earlier `json:"earlier"`
	// Callbacks are the calls back that the person is promised, by when they are due.
	Callbacks []Callback `json:"callbacks,omitempty"`
	// Message and Mail are what lies on the agent's screen, while he has it.
	Message *GivenMessage `json:"message,omitempty"`
	Mail    *Mail         `json:"mail,omitempty"`
	// FilePage is a page of another system for the person.
	FilePage string `json:"file_page,omitempty"`
}

// Earlier is a contact that the same number had before.
type Earlier struct {
	Contact contact.ID      `json:"contact"`
	At      time.Time       `json:"at"`
	Medium  contact.Medium  `json:"medium"`
	Topic   contact.Topic   `json:"topic,omitempty"`
	Outcome contact.Outcome `json:"outcome"`
	// Agent is the name of who answered.
	Agent string `json:"agent,omitempty"`
	Noted *Noted `json:"noted,omitempty"`
	// Result is what agents call the result that was noted.
	Result string `json:"result,omitempty"`
}

// Colleague is somebody who can be called into a conversation, or could be later.
type Colleague struct {
	ID     contact.Agent `json:"id"`
	Name   string        `json:"name"`
	Center string        `json:"center"`
	State  acd.State     `json:"state"`
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

// colleagues are the others who are logged in, those who can be called first.
func (s *Server) colleagues(w http.ResponseWriter, r *http.Request) error {
	all := []Colleague{}
	s.look(func(l lens) {
		for id, a := range l.Floor.Agents {
			if a.State != acd.LoggedOut && id != visiting(r).Agent() {
				all = append(all, Colleague{ID: id, Name: l.nameOf(id), Center: cmp.Or(l.site.Centers[a.Center].Label, string(a.Center)), State: a.State})
			}
		}
	})
	later := map[bool]int{false: 1} // who cannot be called now
	slices.SortFunc(all, func(a, b Colleague) int {
		return cmp.Or(later[a.State == acd.Ready]-later[b.State == acd.Ready], cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return reply(w, http.StatusOK, all)
}

// nameOf is what people call an agent.
func (l lens) nameOf(id contact.Agent) string {
	if a := l.Floor.Agents[id]; a != nil && a.Name != "" {
		return a.Name
	}
	return cmp.Or(l.site.Agents[id].Name, string(id))
}

func (s *Server) cardOf(id contact.Agent) (*Card, error) {
	agent, err := s.find(id)
	if err != nil {
		return nil, err
	}
	site := s.Controller.Site()
	c := &Card{
		Now: s.now(), Site: site.Name, Ready: len(s.Controller.NotReady()) == 0, Agent: agent, CenterLabel: site.Centers[agent.Center].Label,
		Can: s.can(site), Pauses: []Pause{}, Queues: []config.Coded{},
	}
	for _, p := range site.Floor.Pauses {
		c.Pauses = append(c.Pauses, Pause{Name: p.Name, Label: p.Label})
	}
	for _, name := range names(site.Queues) {
		c.Queues = append(c.Queues, config.Coded{Name: name, Label: site.Queues[contact.Queue(name)].Label})
	}
	s.look(func(l lens) {
		c.Treatment = s.treatmentIn(l, id)
		a, served := l.Floor.Agents[id], l.Served[id]
		if a != nil { // as it is in the same look as the caller
			c.Agent = l.agent(a)
			c.Agent.Changed = agent.Changed
		}
		for _, o := range l.Floor.AtHand(id) {
			if rec := l.Contacts[o.Contact]; rec != nil {
				c.Hand = append(c.Hand, s.callerOf(l, rec))
			}
		}
		if rec := l.Contacts[l.Floor.ContactOf(id)]; rec != nil {
			c.Caller = s.callerOf(l, rec)
			if p := rec.Party(a.Offer); p != nil {
				c.Caller.Role, c.Caller.By = p.Role, l.nameOf(p.By)
			}
			if served != nil && served.Contact != rec.ID {
				c.Treatment = nil // it rings, or is talked to: the one before is past
			}
			return
		}
		if served == nil || a == nil || a.State != acd.WrapUp && served.Treated != nil {
			c.Treatment = nil
			return
		}
		c.Caller = s.callerBefore(l, id, served)
	})
	return c, nil
}

// can are the commands that agents may give about themselves.
func (s *Server) can(site *config.Site) []string {
	var verbs []string
	for _, r := range s.routes() {
		if verb, is := strings.CutPrefix(r.path, "/api/v1/agents/{id}/"); is && r.method == http.MethodPost && r.access() == himself {
			if verb == string(engine.Identify) && site.Floor.Identification == nil {
				continue
			}
			verbs = append(verbs, verb)
		}
	}
	return verbs
}

func (s *Server) callerOf(l lens, rec *engine.Record) *Caller {
	c := s.known(l, &Caller{Call: l.call(rec), Path: list(rec.Path)}, rec.Caller, rec.CallerHash, rec.Withheld)
	if cb := rec.Callback; cb != nil && s.RevealCallback != nil {
		if number, ok := s.RevealCallback(rec.ID, cb.Number); ok {
			c.CalledBack, c.Relay = number, string(l.site.Entries[rec.Entry].Relay)
		}
	}
	c.Callbacks = s.callbacksOf(l, rec)
	c.Message = s.given(l, rec)
	if mail := l.mail(rec); mail != nil && s.unseal(mail, rec) == nil {
		c.Mail = mail
	}
	return c
}

// callerBefore is the contact that an agent had last. It may be over: what is shown of
// it is what the agent's own record keeps.
func (s *Server) callerBefore(l lens, agent contact.Agent, f *fold.Served) *Caller {
	return s.known(l, &Caller{Over: true, Path: list(f.Path), Call: Call{
		ID: f.Contact, Medium: f.Medium, Entry: f.Entry, Caller: l.caller(f.Caller), Standing: "closed",
		Arrived: l.at(f.ArrivedAt), Queued: l.at(f.QueuedAt), Answered: l.at(f.AnsweredAt),
		Topic: f.Topic, Authentication: f.Authentication, Department: f.Department, Queue: f.Queue, Agent: agent,
	}}, f.Caller, f.CallerHash, f.Withheld)
}

// known adds what is told to the agent alone.
func (s *Server) known(l lens, c *Caller, sealed, hash string, withheld bool) *Caller {
	c.EntryLabel, c.QueueLabel = l.site.Entries[c.Entry].Label, l.site.Queues[c.Queue].Label
	if number, ok := s.reveal(sealed); ok && !withheld {
		c.Number = number
	}
	c.Earlier = []Earlier{}
	for _, p := range l.Earlier(hash, c.ID) {
		e := Earlier{
			Contact: p.Contact, At: l.at(p.At), Medium: p.Medium, Topic: p.Topic, Outcome: p.Outcome,
			Agent: l.nameOf(p.Agent), Noted: s.noted(p.Contact, p.Treated),
		}
		if e.Noted != nil {
			e.Result = labelOf(l.site.Treatment.Results, e.Noted.Result)
		}
		c.Earlier = append(c.Earlier, e)
	}
	slices.Reverse(c.Earlier)
	c.FilePage = l.site.Treatment.FilePageOf(map[string]string{
		"contact": string(c.ID), "number": c.Number, "topic": string(c.Topic), "department": string(c.Department), "queue": string(c.Queue),
		"authentication": strconv.Itoa(c.Authentication), "agent": string(c.Agent),
	})
	return c
}
