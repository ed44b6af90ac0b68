package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/terminal"
)

// inWords tells a fact about a contact that has just been counted.
func inWords(l *life, at int64, f fact.Fact) string {
	agent := l.offer.Agent
	switch f := f.(type) {
	case fact.Arrived:
		return fmt.Sprintf("arrived at %s by %s, on %s", f.Entry, f.Medium, f.Node)
	case fact.Waiting:
		return waitingInWords(f)
	case fact.Queued:
		return queuedInWords(f)
	case fact.Offered:
		return offeredInWords(f)
	case fact.OfferVoid:
		return fmt.Sprintf("offer to agent %s taken back before it rang: %s", agent, f.Reason)
	case fact.Ringing:
		return fmt.Sprintf("the phone of agent %s rings, %s after it was possible", agent, Span(at-l.offer.PossibleSince))
	case fact.Taken:
		return fmt.Sprintf("agent %s took the mail, to answer it", agent)
	case fact.OfferFailed:
		return fmt.Sprintf("agent %s: %s%s; the contact is back at its rank", agent, words(string(f.Result)), cause(f.Cause))
	case fact.Connected:
		return fmt.Sprintf("answered by agent %s of %s, %s after queueing", agent, f.ServedBy, Span(at-l.queued))
	case fact.LegEnded:
		return legEndedInWords(l, f)
	case fact.Closed:
		text := closedInWords(f)
		if l.service != "" && l.live == "" { // no agent's phone was it
			text = strings.Replace(text, "the agent's phone", "the local service's phone", 1)
		}
		return text
	case fact.Transferring:
		return fmt.Sprintf("sent to the local service %s, %s, by rule %s; it is called for at most %s",
			f.Service, f.Number, f.Rule, terminal.Clock(f.Ring))
	case fact.TransferFailed:
		return fmt.Sprintf("the local service %s was not reached: %s%s; the contact is back in the menu", l.service, words(string(f.Result)), cause(f.Cause))
	case fact.Transferred:
		return fmt.Sprintf("connected with the local service %s, with the caller's own number", l.service)
	case fact.TransferEnded:
		return fmt.Sprintf("the leg to the local service %s ended, by the %s", l.service, f.By)
	}
	return words(string(f.Kind()))
}

func waitingInWords(f fact.Waiting) string {
	text := "the menu waits at " + f.Node
	if len(f.Crossed) > 0 {
		text += ", after " + strings.Join(f.Crossed, " → ")
	}
	if f.Asked != "" {
		text += "; asked for an agent about " + string(f.Asked)
	}
	return text
}

func queuedInWords(f fact.Queued) string {
	text := "queued in " + string(f.Queue)
	for _, detail := range []struct{ name, value string }{
		{"topic", string(f.Topic)}, {"department", string(f.Department)}, {"language", f.Language},
		{"organisation", string(f.Organisation)}, {"rule", f.Rule},
	} {
		if detail.value != "" {
			text += ", " + detail.name + " " + detail.value
		}
	}
	if f.Priority != 0 {
		text += fmt.Sprintf(", priority %d", f.Priority)
	}
	for i, s := range f.Steps {
		link := ", then "
		if i == 0 {
			link = "; served by "
		}
		text += link + StepInWords(s)
	}
	return text
}

// StepInWords says who may serve at a step: "after 1:00 cis_ouest with topic ≥ 2".
func StepInWords(s contact.Step) string {
	text := join(s.Centers)
	if s.After > 0 {
		text = "after " + terminal.Clock(s.After) + " " + text
	}
	for i, need := range s.Need {
		link := " and "
		if i == 0 {
			link = " with "
		}
		text += fmt.Sprintf("%s%s ≥ %d", link, need.Skill, need.Level)
	}
	if s.Files {
		text += ", right to the file"
	}
	return text
}

func offeredInWords(f fact.Offered) string {
	text := fmt.Sprintf("offered to agent %s of %s: %s", f.Agent, f.Center, words(f.Rule))
	if len(f.RunnersUp) > 0 {
		var others []contact.Agent
		for _, c := range f.RunnersUp {
			others = append(others, c.Agent)
		}
		text += "; then came " + join(others)
	}
	var refusals []string
	for why, n := range f.Refusals {
		refusals = append(refusals, fmt.Sprintf("%d %s", n, words(why)))
	}
	slices.Sort(refusals)
	if len(refusals) > 0 {
		text += "; passed over " + strings.Join(refusals, ", ")
	}
	return text
}

func legEndedInWords(l *life, f fact.LegEnded) string {
	if l.bridged == 0 {
		return fmt.Sprintf("the leg of agent %s ended unanswered, by the %s", l.offer.Agent, f.By)
	}
	return fmt.Sprintf("the leg of agent %s ended, by the %s, after %s", l.offer.Agent, f.By, l.talk())
}

func closedInWords(f fact.Closed) string {
	text := "closed: " + words(string(f.Outcome))
	switch f.Stage {
	case contact.InMenu:
		text += " in the menu"
	case contact.InQueue:
		text += " while waiting"
	case contact.InRing:
		text += " while the agent's phone rang"
	}
	if f.Refusal != "" {
		text += ", " + words(string(f.Refusal))
	}
	if f.Reason != "" && f.Reason != string(f.Refusal) {
		text += " (" + words(f.Reason) + ")"
	}
	return text
}

func cause(code int) string {
	if code == 0 {
		return ""
	}
	return fmt.Sprintf(" (cause %d)", code)
}

func join[T ~string](names []T) string {
	texts := make([]string, len(names))
	for i, n := range names {
		texts[i] = string(n)
	}
	return strings.Join(texts, ", ")
}
