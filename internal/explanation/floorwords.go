package explanation

import (
	"fmt"
	"strings"
	"time"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/report"
	"github.com/guichet/guichet/internal/terminal"
)

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// total counts everybody of the floor, who are each once in every step.
func total(e *acd.Explanation) int {
	n := 0
	for _, groups := range [][]acd.Group{e.Steps[0].Able, e.Steps[0].Others} {
		for _, g := range groups {
			n += g.Count
		}
	}
	return n
}

// steps says who could serve at each step, and in full who could not and why.
func (p *page) steps(e *acd.Explanation, full bool) {
	for i := range e.Steps {
		s := &e.Steps[i]
		p.say(0, "%s", p.stepTitle(e, s))
		for _, c := range s.Centers {
			if !c.Serves {
				p.say(1, "%s does not serve at that time%s.", p.center(c.Center), p.unless(c.Opens))
			} else if !c.Open {
				p.say(1, "%s has closed, and serves who waited already until %s.", p.center(c.Center), p.time(c.Stops))
			}
		}
		switch {
		case len(s.Able) == 0:
			p.say(1, "Nobody may serve.")
		case s.Here == 0 && !full:
			p.say(1, "Nobody who may serve is logged in.")
		}
		for _, g := range s.Able {
			if full || g.Reason != acd.Reason(acd.LoggedOut) {
				p.say(1, "%s", p.able(g))
			}
		}
		for _, g := range s.Others {
			if full {
				p.say(1, "%s", p.other(g, s))
			}
		}
	}
}

// next says which step opens next, and what it waits for.
func (p *page) next(n *acd.Next) {
	if n == nil {
		return
	}
	skipped := ""
	if len(n.Skipped) > 0 {
		skipped = " What lies before it is passed over: nobody is logged in who could serve it."
	}
	switch n.Why {
	case acd.NobodyHere:
		p.say(0, "Nobody who may serve the open step is logged in: step %d opens at once.%s", n.Step, skipped)
	case acd.ReadyBefore:
		p.say(0, "Step %d opens when no agent of the open step is ready any more; its time has come.%s", n.Step, skipped)
	case acd.AfterDelay:
		p.say(0, "Step %d opens next, at %s, unless an agent of the open step is ready then.%s", n.Step, p.time(n.At), skipped)
	}
}

func (p *page) unless(opens time.Time) string {
	if opens.IsZero() {
		return ""
	}
	return "; it does from " + p.time(opens) + " on"
}

func (p *page) stepTitle(e *acd.Explanation, s *acd.StepView) string {
	var names []string
	for _, c := range s.Centers {
		names = append(names, p.center(c.Center))
	}
	text := fmt.Sprintf("Step %d, ", s.Number)
	switch {
	case s.Number > e.Step && s.Opens.IsZero():
		text += fmt.Sprintf("after %s but with its centers closed", terminal.Clock(seconds(s.AfterSeconds)))
	case s.Number > e.Step:
		text += fmt.Sprintf("after %s of waiting (%s)", terminal.Clock(seconds(s.AfterSeconds)), p.time(s.Opens))
	case s.Number > 1:
		text += "open since " + p.time(e.Since)
	default:
		text += "at once"
	}
	text += report.SoonerInWords(contact.Step{EstimatedWait: seconds(s.EstimatedWaitSeconds), PerAgent: s.PerAgent})
	text += ": " + and(names)
	if len(s.Need) > 0 {
		text += ", with " + needWords(s.Need)
	}
	if s.Files {
		text += ", with the right to the files of " + department(s.Department)
	}
	return fmt.Sprintf("%s; logged in who may serve: %d.", text, s.Here)
}

// doing says what those do who may serve.
var doing = map[acd.Reason]string{
	acd.Reason(acd.Ready):           "ready",
	acd.Reason(acd.NoSpareCapacity): "ready for calls, with as many at hand as they may have (no spare capacity)",
	acd.Reason(acd.Reserved):        "being called for another contact",
	acd.Reason(acd.Ringing):         "with the phone ringing",
	acd.Reason(acd.Talking):         "with a contact",
	acd.Reason(acd.WrapUp):          "in wrap-up after a contact",
	acd.Reason(acd.SetAside):        "set aside",
	acd.Reason(acd.Paused):          "on a pause",
	acd.Reason(acd.LoggedOut):       "not logged in",
}

func (p *page) able(g acd.Group) string {
	text := fmt.Sprintf("%s %s", people(g.Count), doing[g.Reason])
	if g.Reason == acd.Reason(acd.Ready) && g.Count > 1 {
		text += ", in the order in which they are asked"
	}
	return text + p.named(g, p.standing) + "."
}

// other says why those of a group may not serve.
func (p *page) other(g acd.Group, s *acd.StepView) string {
	why := ""
	switch acd.Refusal(g.Reason) {
	case acd.ClosedCenter:
		why = "of " + p.center(g.Center) + ", which does not serve at that time"
	case acd.LacksSkill:
		why = fmt.Sprintf("with %s at level %d, where %d is needed", g.Skill, g.Has, g.Needs)
		if g.Has == 0 {
			why = fmt.Sprintf("without %s, where level %d is needed", g.Skill, g.Needs)
		}
	case acd.NoFileRight:
		why = "without the right to the files of " + department(s.Department)
		if s.Department == "" {
			why = "without the right to the file"
		}
	case acd.OtherCenter:
		why = "of " + p.center(g.Center) + ", which has no part in this step"
	case acd.OtherMedium:
		why = "for other media"
	}
	text := fmt.Sprintf("Not: %s %s", people(g.Count), why)
	if g.Ready > 0 && !p.standIn {
		text += fmt.Sprintf(", %d of them ready", g.Ready)
	}
	return text + p.named(g, func(a acd.Person) string { return p.agent(a.Agent, a.Name) }) + "."
}

// named are the people of a group, and how many more there are.
func (p *page) named(g acd.Group, say func(acd.Person) string) string {
	if len(g.People) == 0 {
		return ""
	}
	names := make([]string, len(g.People))
	for i, a := range g.People {
		names[i] = say(a)
	}
	text := ": " + strings.Join(names, "; ")
	if more := g.Count - len(g.People); more > 0 {
		text += fmt.Sprintf("; and %d more", more)
	}
	return text
}

// standing is an agent with what he does and for how long yet.
func (p *page) standing(a acd.Person) string {
	text := p.agent(a.Agent, a.Name)
	if a.Level > 0 {
		text += fmt.Sprintf(", level %d", a.Level)
	}
	if a.Capacity > 0 && !p.standIn {
		text += fmt.Sprintf(", %d of %d at hand", a.AtHand, a.Capacity)
	}
	if !a.Since.IsZero() && a.State != acd.LoggedOut && !p.standIn {
		text += ", since " + p.time(a.Since)
	}
	if a.Why != "" {
		text += " (" + strings.ReplaceAll(a.Why, "_", " ") + ")"
	}
	if !a.Until.IsZero() {
		text += ", until " + p.time(a.Until)
	}
	if a.Then != "" {
		text += ", then " + a.Then
	}
	return text
}
