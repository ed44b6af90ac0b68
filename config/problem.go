package config

import (
	"cmp"
	"fmt"
	"slices"
)

// Problem is one thing wrong with a site folder.
type Problem struct {
	// File is relative to the site folder; Line and Column count from 1, and are
	// 0 when the problem is the file itself.
	File   string `json:"file"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
	// Message says what is wrong, Hint what to do about it.
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
	// Excerpt is the line that it is about.
	Excerpt Excerpt `json:"excerpt,omitzero"`

	// unquoted says that the line must not be shown.
	unquoted bool
}

// String writes the problem as file:line:column: message; hint.
func (p Problem) String() string {
	place := p.File
	if p.Line > 0 {
		place = fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
	}
	if p.Hint == "" {
		return place + ": " + p.Message
	}
	return place + ": " + p.Message + "; " + p.Hint
}

// sortProblems puts problems in reading order and drops repetitions.
func sortProblems(problems []Problem) []Problem {
	slices.SortStableFunc(problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column), cmp.Compare(a.Message, b.Message))
	})
	return slices.Compact(problems)
}

// sorted returns all problems, or the first of them if there are absurdly many.
func (r *report) sorted() []Problem { return atMost(sortProblems(r.problems)) }

func atMost(problems []Problem) []Problem {
	if more := len(problems) - maxProblems; more > 0 {
		problems = append(problems[:maxProblems:maxProblems], Problem{File: problems[maxProblems].File,
			Message: fmt.Sprintf("%d more problems are not shown", more)})
	}
	return problems
}
