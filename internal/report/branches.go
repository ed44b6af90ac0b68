package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/terminal"
)

// decidedInWords tells which branches of the menu were passed, and by what.
func decidedInWords(branches []fact.Decided) string {
	var text strings.Builder
	for _, d := range branches {
		fmt.Fprintf(&text, "; at %s: %s", d.Node, d.Case)
		if full := FullInWords(d.Read); full != "" {
			text.WriteString(", since " + full)
			continue
		}
		var read []string
		for _, name := range slices.Sorted(maps.Keys(d.Read)) {
			read = append(read, fmt.Sprintf("%s is %s", name, orNothing(d.Read[name])))
		}
		if len(read) > 0 {
			text.WriteString(", since " + strings.Join(read, ", "))
		}
		if d.Asked != "" {
			text.WriteString(", since " + answerInWords(d))
		}
		if d.Mailbox != "" {
			text.WriteString(", since " + unrecordedInWords(d))
		}
		if d.Failed != "" {
			text.WriteString("; it could not be computed whether " + d.Failed)
		}
	}
	return text.String()
}

// FullInWords tells by which limit a queue takes nobody more, and what was found; empty of
// what was read for another decision.
func FullInWords(read map[string]string) string {
	limit := read[fact.FullLimit]
	switch by := read[fact.FullBy]; {
	case limit == "":
		return ""
	case by == fact.FullWait:
		return fmt.Sprintf("%s is the estimated wait, by %s, and %s the longest that anybody is asked to accept",
			clockOf(read[fact.FullWait]), words(cmp.Or(read[fact.FullWaitBy], "estimate")), clockOf(limit))
	case by == fact.FullPerAgent:
		return fmt.Sprintf("%s on the line for %s agents who are logged in, none of them free, and %s may wait for each",
			read[fact.FullOnLine], read[fact.FullAgents], limit)
	case by == fact.FullOnLine:
		return fmt.Sprintf("%s on the line, and %s may wait", read[fact.FullOnLine], limit)
	}
	return ""
}

// clockOf writes seconds as people do.
func clockOf(seconds string) string {
	n, err := strconv.Atoi(seconds)
	if err != nil {
		return seconds
	}
	return terminal.Clock(time.Duration(n) * time.Second)
}

// answerInWords tells what came of asking a back-end: a status, or why there is none.
func answerInWords(d fact.Decided) string {
	took := time.Duration(d.Took) * time.Millisecond
	switch status, _, _ := strings.Cut(d.Answer, ","); {
	case len(status) == 3 && strings.Trim(status, "0123456789") == "":
		return fmt.Sprintf("%s answered %s after %s", d.Asked, words(d.Answer), took)
	case took == 0:
		return fmt.Sprintf("%s was not asked: %s", d.Asked, words(d.Answer))
	}
	return fmt.Sprintf("%s gave no answer in %s: %s", d.Asked, took, words(d.Answer))
}

// unrecordedInWords tells why nobody could leave a message.
func unrecordedInWords(d fact.Decided) string {
	if d.Case == fact.OnFull {
		return "the mailbox " + d.Mailbox + " takes no more messages"
	}
	return "nothing could be recorded for " + d.Mailbox
}

func orNothing(value string) string {
	if value == "" {
		return "empty"
	}
	return value
}
