package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/terminal"
)

func (s speaker) queuedInWords(l *life, f fact.Queued) string {
	text := "queued in " + s.queue(f.Queue)
	if f.Callback {
		text = "the caller has hung up; waits in " + s.queue(f.Queue) + " to be called back, at the rank of the arrival"
	}
	for _, detail := range []struct{ name, value string }{
		{"topic", string(f.Topic)}, {"department", string(f.Department)}, {"language", f.Language},
		{"organisation", string(f.Organisation)}, {"rule", f.Rule},
	} {
		if detail.value != "" {
			text += ", " + detail.name + " " + detail.value
		}
	}
	text += crossedInWords(f.Crossed) + identifiedInWords(f.Authentication)
	if f.Priority != 0 {
		text += fmt.Sprintf(", priority %d", f.Priority)
	}
	if f.Ageing.Ages() {
		text += fmt.Sprintf(", a level of priority is worth %s of waiting", terminal.Clock(f.Ageing.Level))
	}
	for i, step := range f.Steps {
		link := "; may be served by "
		if i > 0 {
			link = fmt.Sprintf(", after %s%s by ", terminal.Clock(step.After), SoonerInWords(step))
		}
		text += link + and(s.centers(step.Centers)) + conditions(step)
	}
	if f.Redial != "" {
		text += fmt.Sprintf("; keeps the place of the call %s, which came at %s", f.Redial, s.clock(f.Rank))
	}
	return text + decidedInWords(f.Decided) + s.closedAtFirst(l)
}

// closedAtFirst says that a contact does not begin with all of its first step.
func (s speaker) closedAtFirst(l *life) string {
	switch {
	case len(l.circle.centers) == 0:
		return "; every center is closed now"
	case l.circle.step > 0:
		return fmt.Sprintf("; begins with step %d, since no center before it is open", l.circle.step+1)
	}
	closed := without(l.queueing.Steps[0].Centers, l.circle.centers)
	if len(closed) == 0 {
		return ""
	}
	return "; closed now: " + and(s.centers(closed))
}

// circleInWords says which step was opened and why, or which centers opened and
// closed.
func (s speaker) circleInWords(l *life, f fact.Circle) string {
	if f.Step != l.before.step {
		return s.stepInWords(l, f)
	}
	var changes []string
	if opened := without(f.Centers, l.before.centers); len(opened) > 0 {
		changes = append(changes, "opened: "+and(s.centers(opened)))
	}
	if closed := without(l.before.centers, f.Centers); len(closed) > 0 {
		changes = append(changes, "closed for who waits: "+and(s.centers(closed)))
	}
	return strings.Join(append(changes, s.servedNow(f.Centers)), "; ")
}

func (s speaker) stepInWords(l *life, f fact.Circle) string {
	why := f.Why
	if f.Why == "nobody of step "+fmt.Sprint(l.before.step+1)+" is there" {
		why = fmt.Sprintf("nobody who may serve step %d is logged in", l.before.step+1)
	} else if strings.HasPrefix(f.Why, "after ") && f.Step < len(l.queueing.Steps) {
		why = "waited " + terminal.Clock(l.queueing.Steps[f.Step].After) + " for step " + fmt.Sprint(l.before.step+1)
	}
	text := fmt.Sprintf("step %d opened: %s", f.Step+1, why)
	if f.Step-l.before.step > 1 {
		text += fmt.Sprintf("; passed over what lies between, from step %d on", l.before.step+2)
	}
	if f.Step < len(l.queueing.Steps) {
		text += "; " + s.servedNow(f.Centers) + conditions(l.queueing.Steps[f.Step])
	}
	return text
}

func (s speaker) servedNow(centers []contact.Center) string {
	if len(centers) == 0 {
		return "nobody may serve now"
	}
	return "may be served by " + and(s.centers(centers))
}

func givenUpInWords(l *life, f fact.GivenUp) string {
	why := "every center that could serve has closed"
	if f.Reason == contact.NoAgent {
		why = fmt.Sprintf("for %s nobody who could serve has been logged in", terminal.Clock(l.queueing.Closing.NobodyLeft))
	}
	return "the wait was given up: " + why + "; the menu goes on"
}

// foretoldInWords says what the caller heard of the wait, and whose word that was.
func foretoldInWords(at int64, f fact.Foretold) string {
	var told []string
	if f.Position != 0 {
		told = append(told, fmt.Sprintf("number %d in the queue", f.Position))
	}
	if f.Until != 0 {
		told = append(told, fmt.Sprintf("%s to wait, by %s", terminal.Clock(time.Duration(f.Until-at)*time.Microsecond), words(f.By)))
	}
	return "was told: " + strings.Join(told, ", ")
}

// without is what of a list is not in another.
func without(list, other []contact.Center) []contact.Center {
	return slices.DeleteFunc(slices.Clone(list), func(c contact.Center) bool { return slices.Contains(other, c) })
}
