package drawing

import (
	"cmp"
	"slices"
)

// piece is what lines to one card do in one gap: all come to one upright, and
// leave it at one height.
type piece struct {
	lines   passage // its column is the gap
	sources []source
	// sinkY and sinkRight are where they leave, arrives says that it is at the card.
	sinkY     int
	sinkRight bool
	arrives   bool
	x         int
	top, low  int
}

// source is where a line enters a gap: from the card or passage left or right of it.
type source struct {
	y     int
	right bool
	faint bool
	// from is the card whose row it is, or nowhere.
	from, row int
}

const (
	trackWidth = 11
	gapMargin  = 16
	arrowRoom  = 12
	tooClose   = 7
	mostPasses = 40
)

// route decides where lines turn. The gap right of column i has number i.
func (l *layout) route() {
	links := make([][]link, len(l.columns))
	for _, k := range l.links {
		links[l.gapOf(k)] = append(links[l.gapOf(k)], k)
	}
	for gap := range l.columns {
		l.gaps = append(l.gaps, 0)
		pieces := l.piecesOf(gap, links[gap])
		tracks := assignTracks(pieces)
		l.pieces = append(l.pieces, pieces...)
		if len(pieces) > 0 {
			l.gaps[gap] = 2*gapMargin + arrowRoom + max(0, tracks-1)*trackWidth
		}
	}
	l.placeColumns()
}

// placeColumns turns columns and tracks into pixels.
func (l *layout) placeColumns() {
	x := 0
	for c, column := range l.columns {
		l.widths = append(l.widths, 0)
		for _, s := range column {
			if card := l.spots[s].card; card != nowhere {
				l.widths[c] = max(l.widths[c], l.boxes[card].width)
			}
		}
		l.x = append(l.x, x)
		x += l.widths[c] + l.gaps[c]
	}
	l.width = x
	for i := range l.pieces {
		p := &l.pieces[i]
		p.x = l.x[p.lines.column] + l.widths[p.lines.column] + gapMargin + p.x*trackWidth
	}
}

// piecesOf gathers what crosses a gap.
func (l *layout) piecesOf(gap int, links []link) []piece {
	var all []piece
	at := map[passage]int{}
	of := func(to int, back bool) *piece {
		p := passage{to, back, gap}
		if _, known := at[p]; !known {
			at[p] = len(all)
			all = append(all, piece{lines: p})
		}
		return &all[at[p]]
	}
	for _, k := range links {
		to, back := l.linesOf(k)
		from, end := l.spots[k.from], l.spots[k.to]
		p := of(to, back)
		s := source{y: from.y + k.fromPort, faint: from.faint, from: nowhere}
		sinkY, sinkRight := end.y+k.toPort, true
		switch {
		case from.card != nowhere: // a row of a card, perhaps of several lines
			s.from, s.row = from.card, l.rowAt(from.card, k.fromPort, to)
			s.faint = l.boxes[from.card].rows[s.row].trouble
			sinkRight = !k.turns
		case k.turns: // comes home from the passage beside the card
			s.right = true
		case back: // goes on to the left
			s = source{y: end.y + k.toPort, right: true, faint: end.faint, from: nowhere}
			sinkY, sinkRight = from.y+k.fromPort, false
		}
		p.sources = append(p.sources, s)
		p.sinkY, p.sinkRight, p.arrives = sinkY, sinkRight, end.card != nowhere
	}
	for i := range all {
		all[i].measure()
	}
	return all
}

// gapOf is the gap in which a link runs.
func (l *layout) gapOf(k link) int {
	gap := l.spots[k.from].column
	if k.turns && l.spots[k.from].card == nowhere {
		return gap - 1
	}
	return gap
}

// linesOf says where the lines of a link lead.
func (l *layout) linesOf(k link) (to int, back bool) {
	switch from, end := l.spots[k.from], l.spots[k.to]; {
	case from.card == nowhere:
		return from.lines.to, from.lines.back
	case end.card == nowhere:
		return end.lines.to, end.lines.back
	default:
		return end.card, false
	}
}

// rowAt finds the row of a card from whose port a line leads to another.
func (l *layout) rowAt(card, port, to int) int {
	b := l.boxes[card]
	for i, r := range b.rows {
		if r.to == to && b.ports[i] == port {
			return i
		}
	}
	return 0
}

func (p *piece) measure() {
	p.top, p.low = p.sinkY, p.sinkY
	for _, s := range p.sources {
		p.top, p.low = min(p.top, s.y), max(p.low, s.y)
	}
	slices.SortStableFunc(p.sources, func(a, b source) int { return cmp.Compare(a.y, b.y) })
}

// assignTracks gives the uprights of a gap places from left to right, so that
// lines cross little, and none runs on another. It returns how many places.
func assignTracks(pieces []piece) int {
	order := make([]int, len(pieces))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(pieces[a].top, pieces[b].top) })
	for range min(len(pieces), mostPasses) {
		moved := false
		for i := 0; i+1 < len(order); i++ {
			a, b := &pieces[order[i]], &pieces[order[i+1]]
			if b.beside(a) < a.beside(b) {
				order[i], order[i+1] = order[i+1], order[i]
				moved = true
			}
		}
		if !moved {
			break
		}
	}
	tracks := 0
	for i, at := range order {
		p := &pieces[at]
		for _, before := range order[:i] {
			if q := &pieces[before]; q.top-tooClose <= p.low && p.top-tooClose <= q.low {
				p.x = max(p.x, q.x+1)
			}
		}
		tracks = max(tracks, p.x+1)
	}
	return tracks
}

// beside is how bad it is to have p left of q: where the lines of one cross the
// upright of the other, and, much worse, where they would run on each other.
func (p *piece) beside(q *piece) int {
	const crosses, covers = 1, 100
	cost := 0
	for _, y := range q.levels(false) {
		if p.top-tooClose < y && y < p.low+tooClose {
			cost += crosses
		}
		for _, mine := range p.levels(true) {
			if abs(mine-y) < tooClose {
				cost += covers
			}
		}
	}
	for _, y := range p.levels(true) {
		if q.top-tooClose < y && y < q.low+tooClose {
			cost += crosses
		}
	}
	return cost
}

// levels are the heights at which lines touch a side of the gap.
func (p *piece) levels(right bool) []int {
	var all []int
	if p.sinkRight == right {
		all = append(all, p.sinkY)
	}
	for _, s := range p.sources {
		if s.right == right {
			all = append(all, s.y)
		}
	}
	return all
}
