package demo

import (
	"fmt"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/report"
)

// scenes are what a demo has to show of its contacts, besides three ways of
// organising the centers.
var scenes = []struct {
	name, what string
	seen       func(report.Contact) bool
}{
	{"adossement_cis", "answered", answeredIn("adossement_cis")},
	{"plateau", "answered", answeredIn("plateau")},
	{"existant", "answered: the control", answeredIn("existant")},
	{"overflow", "of the plateau, answered by another center", func(c report.Contact) bool {
		return answeredIn("plateau")(c) && c.ServedBy != "plateau_44"
	}},
	{"dissuasion", "turned away, for their queue was full", func(c report.Contact) bool {
		return c.Outcome == contact.Dissuaded && c.Refusal == contact.Full
	}},
	{"local service", "connected to the office of their postal code", func(c report.Contact) bool {
		return c.Outcome == contact.TransferredOut
	}},
}

func answeredIn(organisation contact.Organisation) func(report.Contact) bool {
	return func(c report.Contact) bool { return c.Outcome == contact.Answered && c.Organisation == organisation }
}

// cast is how many must call for every scene to be played.
const cast = 40

// shows counts the scenes, and says which of them nobody has lived through.
func shows(o Options, contacts []report.Contact) (missing []error) {
	fmt.Fprintln(o.Out, "\nWhat this minute showed:")
	for _, s := range scenes {
		n := 0
		for _, c := range contacts {
			if s.seen(c) {
				n++
			}
		}
		fmt.Fprintf(o.Out, "  %-16s %4d  %s\n", s.name, n, s.what)
		if n == 0 && o.Callers >= cast {
			missing = append(missing, fmt.Errorf("the demo did not show what it should: %s", s.name))
		}
	}
	return missing
}
