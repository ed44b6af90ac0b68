package drawing

import "slices"

// legend says what shapes and lines mean: of those that the picture has.
type legend struct {
	items  []legendItem
	height int
}

type legendItem struct {
	x, y  int
	kind  kind
	class string // of a line
	words string
}

const (
	sampleWidth, sampleHeight = 36, 22
	legendGap                 = 26
)

// kindsInOrder is the order in which a legend explains them.
var kindsInOrder = []kind{arrival, hours, play, menu, collect, identify, branch, lookup, http, online, callback, set, flow, queue, transfer, hangup}

func newLegend(layout *layout, room int) *legend {
	var l legend
	for _, k := range kindsInOrder {
		if k != arrival && slices.ContainsFunc(layout.boxes, func(b *box) bool { return b.kind == k }) {
			l.items = append(l.items, legendItem{kind: k, words: string(k) + ": " + meanings[k]})
		}
	}
	l.items = append(l.items, legendItem{class: "line", words: "what callers choose, or what comes next"})
	if slices.ContainsFunc(layout.lines, func(one line) bool { return one.faint }) {
		l.items = append(l.items, legendItem{class: "line faint", words: "silence, wrong keys, refusals"})
	}
	if slices.ContainsFunc(layout.lines, func(one line) bool { return one.back }) {
		l.items = append(l.items, legendItem{class: "line back", words: "back to an earlier node"})
	}
	x, y := 0, 0
	for i := range l.items {
		item := &l.items[i]
		need := sampleWidth + 8 + width(item.words, heardSize, false)
		if x > 0 && x+need > room {
			x, y = 0, y+legendRow
		}
		item.x, item.y = x, y
		x += need + legendGap
	}
	l.height = y + legendRow
	return &l
}

func (l *legend) write(s *sheet) {
	for _, item := range l.items {
		s.printf(`<g transform="translate(%d %d)"`, item.x, item.y)
		if item.class != "" {
			s.printf(`><path class="%s" d="M0 %dH%d"/>`, item.class, sampleHeight/2, sampleWidth)
		} else {
			sh := shapeOf(item.kind)
			s.printf(` class="%s">`, sh.class)
			s.WriteString(sh.outline(sampleWidth, sampleHeight))
		}
		s.text(text{class: "legend", words: item.words}, sampleWidth+8, sampleHeight/2+4, "")
		s.printf("</g>\n")
	}
}
