package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/guichet/guichet/routing"
)

// Which rules no contact can reach, because earlier ones take all they match:
// one of them alone, or several together.

// taker is a rule that takes whatever it matches.
type taker struct {
	match routing.Match
	what  string
	line  int
}

// reachable reports a rule whose contacts are all taken by earlier ones.
func (b *builder) reachable(y ruleYAML, m routing.Match, taken []taker) {
	const hint = "move it up, or delete it"
	for _, t := range taken {
		if t.match.Covers(m) {
			b.add(y.at, hint, "no contact can reach this rule: %s on line %d takes them all", t.what, t.line)
			return
		}
	}
	if together := coverers(m, taken); len(together) > 0 {
		var lines []string
		for _, t := range together {
			lines = append(lines, fmt.Sprint(t.line))
		}
		b.add(y.at, hint, "no contact can reach this rule: those on lines %s take them all", strings.Join(lines, ", "))
	}
}

// coverers are the rules that together take all that m matches; none if some
// contact is left.
func coverers(m routing.Match, taken []taker) []taker {
	if !covered(m, taken) {
		return nil
	}
	needed := slices.Clone(taken)
	for i := len(needed) - 1; i >= 0; i-- {
		if less := slices.Delete(slices.Clone(needed), i, i+1); covered(m, less) {
			needed = less
		}
	}
	return needed
}

// patience bounds the search for a contact that is left, whose length grows with
// what rules name in all of their lists. Beyond it a rule counts as reachable.
const patience = 20_000

func covered(m routing.Match, taken []taker) bool {
	boxes := make([]box, 0, len(taken))
	for _, t := range taken {
		boxes = append(boxes, boxOf(t.match))
	}
	steps := patience
	return boxOf(m).covered(0, boxes, &steps)
}

// box is a match as lists of text, one for each kind of attribute; an empty list
// is everything.
type box [5][]string

func boxOf(m routing.Match) box {
	levels := make([]string, 0, len(m.Authentications))
	for _, level := range m.Authentications {
		levels = append(levels, strconv.Itoa(level))
	}
	return box{texts(m.Entries), texts(m.Topics), texts(m.Departments), texts(m.Languages), levels}
}

// byLevel is the kind of attribute of which every value is known.
const byLevel = 4

var everyLevel = []string{"0", "1", "2"}

func texts[T ~string](list []T) []string {
	all := make([]string, 0, len(list))
	for _, v := range list {
		all = append(all, string(v))
	}
	return all
}

// other stands for a value that no list names.
const other = "\x00"

// covered reports whether every contact in the box is in one of the others,
// looking at the attributes from kind on.
func (m box) covered(kind int, by []box, steps *int) bool {
	if *steps--; *steps < 0 || len(by) == 0 {
		return false
	}
	if kind == len(m) {
		return true
	}
	values := m[kind]
	if len(values) == 0 && kind == byLevel {
		values = everyLevel
	} else if len(values) == 0 {
		values = []string{other}
		for _, o := range by {
			values = append(values, o[kind]...)
		}
	}
	seen := map[string]bool{}
	for _, v := range values {
		if seen[v] {
			continue
		}
		seen[v] = true
		var holding []box
		for _, o := range by {
			if len(o[kind]) == 0 || slices.Contains(o[kind], v) {
				holding = append(holding, o)
			}
		}
		if !m.covered(kind+1, holding, steps) {
			return false
		}
	}
	return true
}
