package drawing

import (
	"fmt"
	"strings"
)

// The sheet around the picture, in pixels.
const (
	margin     = 24
	headHeight = 58
	legendRow  = 30
	leastSheet = 760
)

// SVG draws the tree as a picture that needs nothing else: it is laid out here, its
// fonts are the reader's, and it is legible on light and on dark. Texts that had to
// be shortened are whole in the title of their card, and the description tells the
// whole tree in words.
func (d *Drawing) SVG() string {
	l := newLayout(d.cards)
	legend := newLegend(l, max(leastSheet, l.width+2*margin)-2*margin)
	sheet := sheet{width: max(leastSheet, l.width+2*margin)}
	sheet.height = headHeight + l.height + margin + legend.height + margin
	id := "tree-" + plainID(d.name)
	sheet.printf(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-labelledby="%s-title %s-desc">`+"\n",
		sheet.width, sheet.height, sheet.width, sheet.height, id, id)
	sheet.printf("<title id=\"%s-title\">Menu tree %s</title>\n<desc id=\"%s-desc\">%s</desc>\n", id, escaped(d.name), id, escaped(d.Prose()))
	sheet.printf("<style>%s</style>\n", style)
	sheet.printf(`<rect class="paper" width="%d" height="%d"/>`+"\n", sheet.width, sheet.height)
	sheet.heading(d, sheet.width-2*margin)
	sheet.printf("<g transform=\"translate(%d %d)\">\n", margin, headHeight)
	sheet.lines(l)
	for _, s := range l.spots {
		if s.card != nowhere {
			sheet.card(l, s)
		}
	}
	sheet.printf("</g>\n<g transform=\"translate(%d %d)\">\n", margin, headHeight+l.height+margin)
	legend.write(&sheet)
	sheet.printf("</g>\n</svg>\n")
	return sheet.String()
}

type sheet struct {
	strings.Builder
	width, height int
}

func (s *sheet) printf(format string, args ...any) { fmt.Fprintf(s, format, args...) }

func (s *sheet) text(t text, x, y int, anchor string) {
	if anchor != "" {
		anchor = ` text-anchor="` + anchor + `"`
	}
	s.printf(`<text class="%s" x="%d" y="%d"%s>%s</text>`+"\n", t.class, x, y, anchor, escaped(t.words))
}

func (s *sheet) heading(d *Drawing, room int) {
	title := text{size: headingSize, class: "heading", words: cut(d.name, headingSize, true, room)}
	s.text(title, margin, 30, "")
	s.text(text{class: "detail", words: cut(d.summary(), heardSize, false, room)}, margin, 47, "")
}

const headingSize = 19

// summary is what the heading says of the tree.
func (d *Drawing) summary() string {
	nodes := fmt.Sprintf("%d nodes", len(d.cards)-1)
	if len(d.cards) == 2 {
		nodes = "1 node"
	}
	if d.safety != "" {
		return nodes + "; when all attempts are used and nothing else is said: " + d.safety
	}
	return nodes
}

// lines draws all lines, those of trouble first, so that choices lie above them.
func (s *sheet) lines(l *layout) {
	for _, faint := range []bool{true, false} {
		for _, spot := range l.spots {
			if spot.card == nowhere && spot.faint == faint {
				y := spot.y + passageHeight/2
				x := l.x[spot.column]
				s.path(fmt.Sprintf("M%d %dH%d", x, y, x+l.widths[spot.column]), faint, spot.lines.back, "")
			}
		}
		for i := range l.pieces {
			for _, from := range l.pieces[i].sources {
				if from.faint == faint {
					s.path(l.pieces[i].path(l, from), faint, l.pieces[i].lines.back, l.tooltip(&l.pieces[i], from))
				}
			}
		}
	}
	for i := range l.pieces {
		if p := &l.pieces[i]; p.arrives {
			x := l.x[p.lines.column+1]
			s.printf(`<path class="arrow" d="M%d %dl-10 -4.5v9z"/>`+"\n", x, p.sinkY)
		}
	}
}

func (s *sheet) path(d string, faint, back bool, title string) {
	class := "line"
	if faint {
		class += " faint"
	}
	if back {
		class += " back"
	}
	if title == "" {
		s.printf(`<path class="%s" d="%s"/>`+"\n", class, d)
		return
	}
	s.printf(`<path class="%s" d="%s"><title>%s</title></path>`+"\n", class, d, escaped(title))
}

// tooltip says what a line is, where it leaves its card.
func (l *layout) tooltip(p *piece, from source) string {
	if from.from == nowhere {
		return ""
	}
	b, to := l.boxes[from.from], l.boxes[p.lines.to]
	if words := b.rows[from.row].line(); words != "" {
		return b.title + ", " + words + " → " + to.title
	}
	return b.title + " → " + to.title
}

// path is the way from one source to the sink: across, along the upright, across.
func (p *piece) path(l *layout, from source) string {
	left := l.x[p.lines.column] + l.widths[p.lines.column]
	right := left + l.gaps[p.lines.column]
	begin, end := left, left
	if from.from != nowhere {
		begin = l.x[p.lines.column] + l.boxes[from.from].width - sidePadding // the card lies above
	}
	if from.right {
		begin = right
	}
	if p.sinkRight {
		end = right
		if p.arrives {
			end -= 6 // the arrow covers the rest
		}
	}
	if from.y == p.sinkY {
		if from.right == p.sinkRight {
			return fmt.Sprintf("M%d %dH%dH%d", begin, from.y, p.x, end)
		}
		return fmt.Sprintf("M%d %dH%d", begin, from.y, end)
	}
	const corner = 6
	r := min(corner, abs(p.sinkY-from.y)/2)
	in, down, out := toward(begin, p.x, r), toward(from.y, p.sinkY, r), toward(p.x, end, r)
	return fmt.Sprintf("M%d %dH%dQ%d %d %d %dV%dQ%d %d %d %dH%d",
		begin, from.y, p.x-in, p.x, from.y, p.x, from.y+down, p.sinkY-down, p.x, p.sinkY, p.x+out, p.sinkY, end)
}

// toward is a step of r from a to b.
func toward(a, b, r int) int {
	if b < a {
		return -r
	}
	return r
}

func (s *sheet) card(l *layout, spot *spot) {
	b := l.boxes[spot.card]
	width := l.widths[spot.column]
	if b.kind == arrival {
		width = b.width
	}
	s.printf("<g class=\"card %s\" transform=\"translate(%d %d)\">\n<title>%s</title>\n", shapeOf(b.kind).class, l.x[spot.column], spot.y, escaped(b.prose(func(card int) string { return l.boxes[card].fullName() })))
	s.WriteString(shapeOf(b.kind).outline(width, b.height))
	s.printf(`<g class="icon" transform="translate(%d %d)">%s</g>`+"\n", sidePadding-2, entryY-11, shapeOf(b.kind).icon)
	if b.rule > 0 {
		s.printf(`<path class="rule" d="M%d %dH%d"/>`+"\n", sidePadding-6, b.rule, width-sidePadding+6)
	}
	for _, k := range b.caps {
		s.printf(`<rect class="cap" x="%d" y="%d" width="%d" height="%d" rx="4"/>`+"\n", k.x, k.y, k.width, capHeight)
	}
	for _, t := range b.texts {
		switch {
		case t.atEnd:
			s.text(t, width-sidePadding, t.y, "end")
		case t.class == "key":
			s.text(t, t.x, t.y, "middle")
		default:
			s.text(t, t.x, t.y, "")
		}
	}
	s.printf("</g>\n")
}

// escaped is a text inside XML. What XML cannot hold is left out.
func escaped(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0xFFFE || r == 0xFFFF || r == 0x7F {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "�"))
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(text)
}

// plainID is a name as it may stand in an id.
func plainID(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-' {
			return r
		}
		return '_'
	}, name)
}
