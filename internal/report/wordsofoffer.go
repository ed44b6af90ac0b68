package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// offerInWords tells what became of an offer.
func (s speaker) offerInWords(l *life, at int64, f fact.Fact) string {
	agent := s.naming.agent(l.offer.Agent)
	switch f := f.(type) {
	case fact.Offered:
		return s.offeredInWords(f)
	case fact.OfferVoid:
		return fmt.Sprintf("offer to %s taken back before it rang: %s", agent, f.Reason)
	case fact.Ringing:
		if !l.onTheLine() {
			return fmt.Sprintf("the %s lies on the screen of %s", l.medium.Written(), agent)
		}
		return fmt.Sprintf("the phone of %s rings, %s after it was possible", agent, Span(at-l.offer.PossibleSince))
	case fact.Taken:
		if l.medium == contact.Voicemail {
			return fmt.Sprintf("%s took the message, to deal with it", agent)
		}
		return fmt.Sprintf("%s took the mail, to answer it", agent)
	case fact.OfferFailed:
		return s.failedInWords(l, f)
	case fact.Connected:
		queued := l.queued
		if l.bridged != at { // by another agent before, and it was queued again
			queued = l.waited
		}
		if l.medium == contact.Voicemail {
			return fmt.Sprintf("done by %s of %s, %s after queueing", agent, s.center(f.ServedBy), Span(at-queued))
		}
		return fmt.Sprintf("answered by %s of %s, %s after queueing", agent, s.center(f.ServedBy), Span(at-queued))
	case fact.LegEnded:
		who := s.naming.agent(l.left.agent)
		if l.left.unanswered {
			return fmt.Sprintf("the leg of %s ended unanswered, by the %s", who, f.By)
		}
		return fmt.Sprintf("the leg of %s ended, by the %s, after %s", who, f.By, l.left.talked)
	}
	return ""
}

// offeredInWords says why this agent: the rule, what he is by it, and who would
// have been next.
func (s speaker) offeredInWords(f fact.Offered) string {
	text := fmt.Sprintf("offered to %s of %s: %s", s.naming.agent(f.Agent), s.center(f.Center), s.ruleInWords(f))
	if len(f.RunnersUp) > 0 {
		next := make([]string, len(f.RunnersUp))
		for i, c := range f.RunnersUp {
			next[i] = s.candidate(f, c)
		}
		text += "; next would have been " + and(next)
	}
	for _, why := range slices.Sorted(maps.Keys(f.Refusals)) {
		text += fmt.Sprintf("; %d more ready, but %s", f.Refusals[why], cmp.Or(refusals[why], words(why)))
	}
	return text
}

// refusals of agents who were ready and passed over; why the others are named
// in full by explain.
var refusals = map[string]string{
	"other_medium":      "for another medium",
	"other_center":      "of centers that do not serve this contact now",
	"lacks_skill":       "without the skill or the level",
	"no_file_right":     "without the right to the file",
	"no_spare_capacity": "with as many at hand as they may have",
}

func (s speaker) ruleInWords(f fact.Offered) string {
	turn := "ready longest"
	if othersWereReadyBefore(f) {
		turn = "with the fewest at hand, then " + turn
	}
	rule := turn
	switch contact.Strategy(f.Rule) {
	case contact.LongestReady:
	case contact.BestLevel:
		rule = fmt.Sprintf("highest level (%d) of those ready, then %s", f.Level, turn)
	default:
		rule = words(f.Rule)
	}
	if f.ReadySince != 0 {
		rule += ", since " + s.clock(f.ReadySince)
	}
	return rule
}

// othersWereReadyBefore reports whether what decided was who has the fewest contacts at hand
// beside his calls.
func othersWereReadyBefore(f fact.Offered) bool {
	return slices.ContainsFunc(f.RunnersUp, func(c fact.Candidate) bool { return c.Level == f.Level && c.ReadySince < f.ReadySince })
}

func (s speaker) candidate(f fact.Offered, c fact.Candidate) string {
	text := s.naming.agent(c.Agent) + ", ready since " + s.clock(c.ReadySince)
	if contact.Strategy(f.Rule) == contact.BestLevel {
		text += fmt.Sprintf(", level %d", c.Level)
	}
	return text
}

// failedInWords says what happened and what follows for both sides.
func (s speaker) failedInWords(l *life, f fact.OfferFailed) string {
	agent := s.naming.agent(l.offer.Agent)
	text := map[contact.RingResult]string{
		contact.NoAnswer:    agent + " did not answer",
		contact.Busy:        agent + " was busy",
		contact.Refused:     agent + " refused",
		contact.Unreachable: "the phone of " + agent + " could not be reached",
		contact.Lost:        "the leg to " + agent + " was lost",
		contact.Returned:    agent + " gave the " + l.medium.Written() + " back",
	}[f.Result]
	text = cmp.Or(text, agent+": "+words(string(f.Result))) + cause(f.Cause)
	if b := s.recount.agent(l.offer.Agent); b.state == "set aside" {
		until := "until the phone registers again"
		if b.deadline != 0 {
			until = "until " + s.clock(b.deadline)
		}
		text += "; set aside " + until
	}
	return strings.Join([]string{text, "the contact is back at its rank"}, "; ")
}
