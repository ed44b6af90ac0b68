package drawing

import (
	"fmt"
	"strings"
)

// mermaidShapes are the frames that Mermaid has for the kinds.
var mermaidShapes = map[kind][2]string{
	arrival: {"([", "])"}, play: {">", "]"}, set: {"[", "]"}, flow: {"[[", "]]"}, menu: {"(", ")"}, collect: {"[/", "/]"}, identify: {"[/", "/]"},
	hours: {"{{", "}}"}, branch: {"{", "}"}, lookup: {"[(", ")]"}, http: {"[/", "\\]"}, online: {">", "]"}, callback: {">", "]"}, message: {"[(", ")]"}, queue: {"([", "])"}, transfer: {">", "]"}, hangup: {"[\\", "/]"},
}

// Mermaid writes the tree as a flow chart of Mermaid, which many wikis and forges
// draw.
func (d *Drawing) Mermaid() string {
	var s strings.Builder
	fmt.Fprintf(&s, "%%%% menu tree %s\nflowchart LR\n", oneLine(d.name))
	for i, c := range d.cards {
		frame, known := mermaidShapes[c.kind]
		if !known {
			frame = [2]string{"[", "]"}
		}
		fmt.Fprintf(&s, "  n%d%s\"%s\"%s\n", i, frame[0], mermaidText(c.lines()), frame[1])
	}
	for _, e := range d.edges() {
		arrow := "-->"
		if d.cards[e.from].troubleOnly(e) {
			arrow = "-.->"
		}
		words := d.cards[e.from].wordsOf(e)
		if len(words) > 0 {
			arrow += "|\"" + mermaidText(words) + "\"|"
		}
		fmt.Fprintf(&s, "  n%d %s n%d\n", e.from, arrow, e.to)
	}
	return s.String()
}

// lines is a card in a few lines, with what happens on its rows without a line.
func (c *card) lines() []string {
	lines := []string{c.title}
	if c.kind != arrival {
		lines = append(lines, string(c.kind)+" · "+string(c.id))
	}
	lines = append(lines, c.details...)
	for _, r := range c.rows {
		if r.to == nowhere {
			lines = append(lines, r.line()+": "+r.then)
		}
	}
	return lines
}

// wordsOf are those of the rows of an edge, one a line.
func (c *card) wordsOf(e edge) []string {
	var all []string
	for _, i := range e.rows {
		if words := c.rows[i].line(); words != "" {
			all = append(all, words)
		}
	}
	return all
}

// troubleOnly tells whether nobody chooses an edge.
func (c *card) troubleOnly(e edge) bool {
	for _, i := range e.rows {
		if !c.rows[i].trouble {
			return false
		}
	}
	return true
}

// mermaidText is the text of several lines, quoted.
func mermaidText(lines []string) string {
	quoted := make([]string, len(lines))
	for i, line := range lines {
		quoted[i] = mermaidLine(oneLine(line))
	}
	return strings.Join(quoted, "<br/>")
}

// mermaidLine writes as numbers what Mermaid would read as its own: marks of its
// language, of HTML, and of Markdown, which makes a list of what begins "1." or "-".
func mermaidLine(line string) string {
	const marks = "\"#&<>;`*~\\[]{}()|%$@^"
	var s strings.Builder
	number := true // all before is digits
	for i, r := range line {
		list := number && (r == '.' || i == 0 && (r == '-' || r == '+'))
		if list || strings.ContainsRune(marks, r) {
			fmt.Fprintf(&s, "#%d;", r)
		} else {
			s.WriteRune(r)
		}
		number = number && r >= '0' && r <= '9'
	}
	return s.String()
}

// oneLine leaves out what would break a line.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
