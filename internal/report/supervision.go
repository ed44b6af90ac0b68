package report

import (
	"fmt"
	"io"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/terminal"
)

// Supervision is a time during which a supervisor heard the conversation of an agent, in
// one mode.
type Supervision struct {
	Supervisor contact.Agent `json:"supervisor"`
	// Agent is who had the call then; empty if it was a number outside.
	Agent contact.Agent `json:"agent,omitempty"`
	// Mode is listening, whispering or barging: heard by nobody, by the agent alone, by all.
	Mode fact.Role `json:"mode"`
	From time.Time `json:"from"`
	// To is when it ended, or another mode began; absent while it lasts.
	To time.Time `json:"to,omitzero"`
	// TookOver: the supervisor had the call from then on.
	TookOver bool `json:"took_over,omitempty"`
}

// supervision is one of a life, in µs.
type supervision struct {
	party    fact.OfferID
	what     Supervision
	from, to int64
}

// superviseFact follows who hears whom by what happens to a party.
func (l *life) superviseFact(at int64, id fact.OfferID) {
	p := l.parties[id]
	l.superviseEnds(at, id)
	if p == nil || !p.joined || !p.role.Supervises() {
		return
	}
	l.supervisions = append(l.supervisions, &supervision{
		party: id, from: at, what: Supervision{Supervisor: p.agent, Agent: l.whose(), Mode: p.role},
	})
}

// superviseEnds ends what lasts of a party, and returns it; nil for nothing.
func (l *life) superviseEnds(at int64, id fact.OfferID) *supervision {
	for _, s := range l.supervisions {
		if s.party == id && s.to == 0 {
			s.to = at
			return s
		}
	}
	return nil
}

// whose is the agent who has the call, empty if none has.
func (l *life) whose() contact.Agent {
	if l.live == "" {
		return ""
	}
	return l.offer.Agent
}

func (l *life) supervised(zone *time.Location) (all []Supervision) {
	for _, s := range l.supervisions {
		what := s.what
		what.From = time.UnixMicro(s.from).In(zone)
		if s.to != 0 {
			what.To = time.UnixMicro(s.to).In(zone)
		}
		all = append(all, what)
	}
	return all
}

// does says what a supervisor does, to complete "Camille (a1002) …".
func (n naming) does(l *life, role fact.Role) string {
	return fmt.Sprintf(map[fact.Role]string{
		fact.Listening: "listens to %s, heard by nobody", fact.Whispers: "whispers to %s, heard by nobody else", fact.Barging: "barges in on %s, heard by everybody",
	}[role], n.who(l.whose()))
}

// isToSupervise says what a supervisor is called for.
func (n naming) isToSupervise(l *life, role fact.Role) string {
	return fmt.Sprintf(map[fact.Role]string{
		fact.Listening: "listen to %s, heard by nobody", fact.Whispers: "whisper to %s, heard by nobody else", fact.Barging: "barge in on %s, heard by everybody",
	}[role], n.who(l.whose()))
}

// writeSupervisions lists who heard whom; the JSON has it with each contact.
func writeSupervisions(w io.Writer, contacts []Contact) {
	t := terminal.NewTable("SUPERVISION", "contact", "supervisor", "agent", "mode", ">for")
	n := 0
	for _, c := range contacts {
		for _, s := range c.Supervisions {
			if n++; n > maxListed {
				continue
			}
			lasted, mode := any(terminal.Nothing), string(s.Mode)
			if !s.To.IsZero() {
				lasted = Span(s.To.Sub(s.From).Microseconds())
			}
			if s.TookOver {
				mode += ", took over"
			}
			t.Row(s.From.Format("01-02 15:04:05"), c.ID, s.Supervisor, s.Agent, mode, lasted)
		}
	}
	switch {
	case n == 0:
		return
	case n > maxListed:
		fmt.Fprintln(w, t)
		fmt.Fprintf(w, "and %d more, see --json\n\n", n-maxListed)
	default:
		fmt.Fprintln(w, t)
	}
}
