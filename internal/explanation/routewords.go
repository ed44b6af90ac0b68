package explanation

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/calendar"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/report"
	"github.com/guichet/guichet/internal/terminal"
	"github.com/guichet/guichet/routing"
)

// write says what was found: in brief, and why.
func (r *Routed) write(site *config.Site) {
	p := &page{site: site, at: r.At, standIn: r.StandIn}
	p.asked(r)
	p.goes(r)
	if r.Floor != nil {
		p.say(0, "")
		p.standIns(r)
		p.steps(r.Floor, false)
		if r.Refused == "" {
			p.next(r.Floor.Next)
		}
		p.ahead(r)
	}
	r.Brief = p.lines

	p.lines = nil
	p.assignments(r.Routing)
	p.rules(r.Routing)
	p.stepsAsWritten(r.Routing)
	p.hours(r.Routing)
	if r.Floor != nil {
		p.say(0, "")
		p.say(0, "Who may serve and who may not, of all %s:", people(total(r.Floor)))
		p.steps(r.Floor, true)
	}
	r.Details = p.lines
}

func (p *page) asked(r *Routed) {
	e := r.Routing
	parts := []string{fmt.Sprintf("A %s to %s", mediumWord(e.Medium), p.entry(e.Entry))}
	for _, part := range []struct{ name, value string }{
		{"topic", string(e.Topic)}, {"postal code", e.PostalCode}, {"language", e.Language},
	} {
		if part.value != "" {
			parts = append(parts, part.name+" "+part.value)
		}
	}
	if e.Authentication > 0 {
		parts = append(parts, fmt.Sprintf("authentication %d", e.Authentication))
	}
	switch {
	case e.ByPostalCode:
		parts = append(parts, "so department "+department(e.Department))
	case e.Department != "":
		parts = append(parts, "department "+department(e.Department))
	default:
		parts = append(parts, "no department")
	}
	p.say(0, "%s, on %s.", strings.Join(parts, ", "), r.At.Format("Monday 2 January 2006 at 15:04:05 -07:00"))
	if r.EntryHours != calendar.Open && e.Medium == contact.Voice {
		p.say(0, "The hours of the entry say %s then: its menu may turn callers away first.", r.EntryHours)
	}
}

func (p *page) goes(r *Routed) {
	e := r.Routing
	rule := e.Decision.Rule
	switch {
	case e.Service != nil && r.Refused != "":
		p.say(0, "Goes to the local service %s, %s, by %s; it is closed then%s.", e.Service.Name, e.Service.Number, rule, p.opens(e.Service.Turn))
		return
	case e.Service != nil:
		p.say(0, "Goes to the local service %s, %s, by %s; it is open then.", e.Service.Name, e.Service.Number, rule)
		return
	case e.Queue == "":
		p.say(0, "No rule of the site holds for it: it would be turned away.")
		return
	}
	where := "Goes to the queue " + p.queue(e.Queue)
	if e.Organisation != "" {
		where += ", in the organisation " + string(e.Organisation)
	}
	if e.Priority > 0 {
		where += fmt.Sprintf(", with priority %d", e.Priority)
		if e.Ageing.Ages() {
			where += fmt.Sprintf(" (each level worth %s of waiting)", terminal.Clock(e.Ageing.Level))
		}
	}
	p.say(0, "%s, by %s.", where, rule)
	p.say(0, "%s there now. An agent is chosen by: %s.", wait(r.Waiting), strategyWords(e.Strategy))
	switch r.Refused {
	case contact.Closed:
		p.say(0, "It would be turned away: every center that may serve it is closed then.")
	case contact.NoAgent:
		p.say(0, "It would be turned away: nobody is logged in who could serve it at a center that is open.")
	case contact.Full:
		p.say(0, "It would be turned away: the queue is full: %s.", r.full)
	}
}

func wait(n int) string {
	switch n {
	case 0:
		return "Nobody waits"
	case 1:
		return "1 contact waits"
	}
	return fmt.Sprintf("%d contacts wait", n)
}

// standIns says of what floor it speaks.
func (p *page) standIns(r *Routed) {
	switch {
	case r.StandIn:
		p.say(0, "There is no controller: all agents of the site stand in, as if each were logged in and ready.")
	case !r.ofNow():
		p.say(0, "The agents are those of now, %s; who will be there then nobody knows.", p.time(r.FloorAt))
	}
}

// ofNow reports whether floor and contact are of the same minute.
func (r *Routed) ofNow() bool {
	return r.FloorAt.Truncate(time.Minute).Equal(r.At.Truncate(time.Minute))
}

// ahead names who would get the contact, where nothing can come between.
func (p *page) ahead(r *Routed) {
	if !r.StandIn && r.ofNow() && r.Refused == "" && r.Floor.Steps[0].Ready() > 0 && r.Waiting == 0 {
		first := r.Floor.Steps[0].Able[0].People[0]
		p.say(0, "It would be offered at once to %s of %s.", p.agent(first.Agent, first.Name), p.center(first.Center))
	}
}

func (p *page) opens(t routing.Turn) string {
	if t.Changes.IsZero() {
		return ""
	}
	if t.Open {
		return " until " + p.time(t.Changes)
	}
	return ", until " + p.time(t.Changes)
}

func (p *page) assignments(e routing.Explanation) {
	p.say(0, "Whose organisation, in the order of the site:")
	if len(e.Assignments) == 0 {
		p.say(1, "the site assigns no departments")
	}
	for _, a := range e.Assignments {
		what := "all that are left"
		if len(a.Departments) > 0 {
			names := make([]string, len(a.Departments))
			for i, d := range a.Departments {
				names[i] = cmp.Or(string(d), "not asked for")
			}
			what = "department " + or(names)
		}
		if !a.From.IsZero() {
			what += ", from " + a.From.Format("2 January 2006")
		}
		if !a.Until.IsZero() {
			what += ", until " + a.Until.Format("2 January 2006")
		}
		p.say(1, "%s %s → %s: %s", mark(a.Holds), what, a.Organisation, absenceWords(a.Why))
	}
}

func mark(holds bool) string {
	if holds {
		return "→"
	}
	return "-"
}

func absenceWords(why routing.Absence) string {
	switch why {
	case routing.OtherDepartment:
		return "another department"
	case routing.NotBegun:
		return "has not begun then"
	case routing.Over:
		return "is over then"
	}
	return "holds"
}

func (p *page) rules(e routing.Explanation) {
	p.say(0, "Which rule, in the order of the site, up to the first that holds:")
	for _, rule := range e.Rules {
		why := make([]string, len(rule.Why))
		for i, m := range rule.Why {
			why[i] = mismatchWords(m)
		}
		if rule.Holds {
			why = []string{"holds"}
		}
		p.say(1, "%s %s: %s", mark(rule.Holds), rule.Name, strings.Join(why, "; "))
	}
}

func mismatchWords(m routing.Mismatch) string {
	if m.What == "service" {
		return "no local service is known for this topic and postal code"
	}
	wanted := make([]string, len(m.Wanted))
	for i, w := range m.Wanted {
		wanted[i] = cmp.Or(w, "none")
	}
	return fmt.Sprintf("is for the %s %s, and here it is %s", m.What, or(wanted), cmp.Or(m.Has, "none"))
}

func (p *page) stepsAsWritten(e routing.Explanation) {
	if len(e.Steps) == 0 {
		return
	}
	p.say(0, "Its steps, as the rule has them:")
	for _, s := range e.Steps {
		name := fmt.Sprintf("step %d", s.Number)
		if s.Number == 0 {
			name = "left out"
		}
		sooner := report.SoonerInWords(contact.Step{EstimatedWait: seconds(s.EstimatedWaitSeconds), PerAgent: s.PerAgent})
		text := fmt.Sprintf("%s, after %s%s: %s", name, terminal.Clock(seconds(s.AfterSeconds)), sooner, orNobody(p.centers(s.Centers)))
		if len(s.Need) > 0 {
			text += " with " + needWords(s.Need)
		}
		if s.Files {
			text += ", with the right to the file"
		}
		p.say(1, "%s", text)
		for _, out := range s.LeftOut {
			p.say(2, "without %s, which %s", p.center(out.Center), absenceWords(out.Why))
		}
	}
}

func orNobody(text string) string {
	if text == "" {
		return "nobody"
	}
	return text
}

func (p *page) hours(e routing.Explanation) {
	if len(e.Centers) == 0 {
		return
	}
	p.say(0, "Hours of its centers at that time:")
	for _, c := range e.Centers {
		switch {
		case c.Open && c.Calendar == "":
			p.say(1, "%s never closes", p.center(c.Center))
		case c.Open:
			p.say(1, "%s is open%s, by the calendar %s", p.center(c.Center), p.opens(c.Turn), c.Calendar)
		default:
			p.say(1, "%s is not open (%s)%s, by the calendar %s", p.center(c.Center), c.Status, p.opens(c.Turn), c.Calendar)
		}
	}
}
