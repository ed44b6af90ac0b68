package api

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/report"
)

func (s *Server) queues(w http.ResponseWriter, _ *http.Request) error {
	var all []Queue
	s.look(func(l lens) { all = l.queues(l.windows()) })
	return reply(w, http.StatusOK, all)
}

// queues shows the configured queues, and those of an older version of the site
// in which somebody still is.
func (l lens) queues(live windows) []Queue {
	queues := map[contact.Queue]*Queue{}
	open := func(name contact.Queue) *Queue {
		if queues[name] == nil {
			queues[name] = &Queue{Name: name, Label: l.site.Queues[name].Label}
		}
		return queues[name]
	}
	for name := range l.site.Queues {
		open(name)
	}
	for id, ticket := range l.Floor.Tickets {
		if !l.calledLater(id) {
			open(ticket.Queue).wait(ticket, l.queuedAt(id, ticket))
		}
	}
	for _, rec := range l.Contacts {
		switch rec.Standing() {
		case "talking":
			open(rec.Queue).Talking++
		case "handling":
			open(rec.Queue).Handling++
		}
	}
	all := []Queue{}
	for _, name := range slices.Sorted(maps.Keys(queues)) {
		queues[name].Answered = live.rates(func(w fold.Live) fold.Share { return w.Queues[name] })
		all = append(all, *queues[name])
	}
	return all
}

func (q *Queue) wait(t *acd.Ticket, since time.Time) {
	if !t.Medium.Interactive() {
		q.Mails++
		return
	}
	q.Waiting++
	if t.Offer != "" {
		q.Ringing++
	}
	if t.Callback {
		q.Callbacks++
		return // nobody is kept waiting on the line
	}
	if q.OldestSince.IsZero() || since.Before(q.OldestSince) {
		q.OldestSince = since
	}
}

// queuedAt is the first queueing, from which waits count.
func (l lens) queuedAt(id contact.ID, t *acd.Ticket) time.Time {
	if rec := l.Contacts[id]; rec != nil && rec.QueuedAt != 0 {
		return l.at(rec.QueuedAt)
	}
	return l.at(t.QueuedAt)
}

// maxLine bounds how much of a line is shown.
const maxLine = 100

func (s *Server) queue(w http.ResponseWriter, r *http.Request) error {
	name := contact.Queue(r.PathValue("name"))
	var answer *QueueLine
	s.look(func(l lens) {
		for _, q := range l.queues(l.windows()) {
			if q.Name == name {
				answer = &QueueLine{Queue: q, Line: l.line(name)}
			}
		}
	})
	if answer == nil {
		return notFound("queue", string(name), "see /api/v1/queues for those of the site")
	}
	return reply(w, http.StatusOK, answer)
}

// line is who waits, next first: those being tried hold the place they would
// get back.
func (l lens) line(name contact.Queue) []Waiting {
	var tickets []*acd.Ticket
	for _, t := range l.Floor.Tickets {
		if t.Queue == name {
			tickets = append(tickets, t)
		}
	}
	acd.Line(tickets)
	line := []Waiting{}
	for i, t := range tickets[:min(len(tickets), maxLine)] {
		line = append(line, l.waiting(t, i+1))
	}
	return line
}

func (l lens) waiting(t *acd.Ticket, position int) Waiting {
	step := t.Steps[t.Step]
	step.Centers = t.Centers
	v := Waiting{
		Position: position, Contact: t.Contact, Medium: t.Medium, Topic: t.Topic, Department: t.Department, Priority: t.Priority,
		Rank: l.at(t.Rank), Queued: l.queuedAt(t.Contact, t),
		Who: report.StepInWords(step), Able: l.able(t.Ask()),
	}
	appointed := l.appointed(t.Contact, &v)
	if o := l.Floor.Offers[t.Offer]; o != nil {
		v.Agent = o.Agent
		v.Next = tried(t, o)
		return v
	}
	if appointed {
		v.Next = "to be called from " + v.CallFrom.Format("2006-01-02 15:04") + " to " + v.CallUntil.Format("15:04")
		return v
	}
	v.Next = next(v.Able)
	return v
}

// calledLater reports whether somebody has an appointment whose time has not come.
func (l lens) calledLater(id contact.ID) bool {
	rec := l.Contacts[id]
	return rec != nil && rec.CalledLater(l.now)
}

// appointed notes when somebody chose to be called; false of who did not.
func (l lens) appointed(id contact.ID, v *Waiting) bool {
	rec := l.Contacts[id]
	if rec == nil || !rec.Away() || rec.Callback.Appointment == nil {
		return false
	}
	v.CallFrom, v.CallUntil = l.at(rec.Callback.Appointment.From), l.at(rec.Callback.Appointment.Until)
	return true
}

// tried says what an offer waits for.
func tried(t *acd.Ticket, o *acd.Offer) string {
	switch {
	case t.Medium.Interactive():
		return "the phone of agent " + string(o.Agent) + " is being rung"
	case o.TakenAt != 0:
		return "agent " + string(o.Agent) + " works on the " + t.Medium.Written()
	}
	return "the " + t.Medium.Written() + " lies on the screen of agent " + string(o.Agent)
}

// able counts the agents who could serve, by what they do now.
func (l lens) able(ask acd.Ask) map[acd.State]int {
	counts := map[acd.State]int{}
	for _, a := range l.Floor.Agents {
		if acd.Serves(&a.Card, ask) == acd.NoRefusal {
			counts[a.State]++
		}
	}
	return counts
}

// next says what the contact waits for.
func next(able map[acd.State]int) string {
	var doing []string
	here := 0
	for _, state := range acd.States {
		if n := able[state]; n > 0 && state != acd.LoggedOut {
			here += n
			doing = append(doing, fmt.Sprintf("%d %s", n, words(string(state))))
		}
	}
	if here == 0 {
		return "nobody who could serve is logged in"
	}
	return "waits for one of " + strings.Join(doing, ", ")
}

func words(name string) string { return strings.ReplaceAll(name, "_", " ") }
