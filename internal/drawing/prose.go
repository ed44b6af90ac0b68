package drawing

import (
	"fmt"
	"slices"
	"strings"
)

// Prose tells the whole tree in words, for whoever cannot see a picture: a line
// for each node, in the order in which callers come to them.
func (d *Drawing) Prose() string {
	lines := []string{fmt.Sprintf("Menu tree %s: %s.", d.name, d.summary())}
	for _, c := range d.cards {
		lines = append(lines, c.prose(func(to int) string { return d.cards[to].fullName() }))
	}
	return strings.Join(lines, "\n")
}

// prose tells one card; name is what it calls others.
func (c *card) prose(name func(int) string) string {
	var s strings.Builder
	s.WriteString(c.title)
	if c.kind != arrival {
		fmt.Fprintf(&s, " (%s, %s)", c.kind, c.id)
	}
	if c.heard != "" {
		s.WriteString(": “" + c.heard + "”")
	}
	for _, detail := range c.details {
		s.WriteString("; " + detail)
	}
	for _, r := range c.rows {
		s.WriteString("; ")
		if words := r.line(); words != "" {
			s.WriteString(words + " ")
		}
		s.WriteString("→ " + r.where(name))
		s.WriteString(r.remarks())
	}
	return s.String() + "."
}

// where is what a row leads to.
func (r row) where(name func(int) string) string {
	if r.to == nowhere {
		return r.then
	}
	return name(r.to)
}

// remarks are the notes of a row: once if the same holds for all its ways.
func (r row) remarks() string {
	differs := func(n note) bool { return n.text != r.notes[0].text }
	several := slices.ContainsFunc(r.notes, differs)
	all := ""
	for i, n := range r.notes {
		switch {
		case n.text == "":
		case several:
			all += ", " + n.words + " " + n.text
		case i == 0:
			all += ", " + n.text
		}
	}
	return all
}

// fullName tells a card from others with the same title.
func (c *card) fullName() string {
	if string(c.id) == c.title || c.id == "" {
		return c.title
	}
	return c.title + " (" + string(c.id) + ")"
}
