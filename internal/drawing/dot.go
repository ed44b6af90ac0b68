package drawing

import (
	"fmt"
	"strings"
)

// dotShapes are the frames that Graphviz has for the kinds.
var dotShapes = map[kind]string{
	arrival: `shape="circle"`, play: `shape="note"`, set: `shape="tab"`, flow: `shape="component"`, menu: `shape="box" style="rounded"`,
	collect: `shape="parallelogram"`, identify: `shape="parallelogram"`, hours: `shape="hexagon"`, branch: `shape="diamond"`,
	lookup: `shape="cylinder"`, http: `shape="cds"`, online: `shape="note"`, callback: `shape="note"`, message: `shape="tab"`,
	queue: `shape="box" style="rounded" peripheries="2"`, transfer: `shape="rarrow"`, hangup: `shape="octagon"`,
}

// DOT writes the tree in the language of Graphviz.
func (d *Drawing) DOT() string {
	var s strings.Builder
	fmt.Fprintf(&s, "digraph %s {\n", dotText(d.name))
	s.WriteString("  rankdir=LR;\n  node [fontname=\"sans-serif\" fontsize=\"12\"];\n  edge [fontname=\"sans-serif\" fontsize=\"11\"];\n")
	for i, c := range d.cards {
		shape, known := dotShapes[c.kind]
		if !known {
			shape = `shape="box"`
		}
		fmt.Fprintf(&s, "  n%d [label=%s %s];\n", i, dotText(c.lines()...), shape)
	}
	for _, e := range d.edges() {
		var how []string
		if words := d.cards[e.from].wordsOf(e); len(words) > 0 {
			how = append(how, "label="+dotText(words...))
		}
		if d.cards[e.from].troubleOnly(e) {
			how = append(how, `style="dashed"`)
		}
		attributes := ""
		if len(how) > 0 {
			attributes = " [" + strings.Join(how, " ") + "]"
		}
		fmt.Fprintf(&s, "  n%d -> n%d%s;\n", e.from, e.to, attributes)
	}
	s.WriteString("}\n")
	return s.String()
}

// dotText is the text of several lines, quoted. Graphviz reads escapes in it, so a
// backslash of the text is doubled.
func dotText(lines ...string) string {
	plain := strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	quoted := make([]string, len(lines))
	for i, line := range lines {
		quoted[i] = plain.Replace(oneLine(line))
	}
	return `"` + strings.Join(quoted, `\n`) + `"`
}
