package drawing

// layout is where everything of a drawing is.
//
// Cards stand in columns from left to right, in the order in which callers come to
// them. A line that spans more than one column goes through a passage in each
// between. Lines to the same card share their passages: however many lead there,
// one line arrives. A line against the order, back to an earlier card, leaves to
// the right like all others, turns, and passes through its own column and all
// before it.
type layout struct {
	boxes   []*box
	lines   []line
	spots   []*spot
	columns [][]int // spots, from top to bottom
	links   []link
	// column is that of each card, passages finds what lines share.
	column   []int
	passages map[passage]int
	// x and widths are those of the columns, gaps[i] lies left of column i.
	x, widths, gaps []int
	pieces          []piece
	width, height   int
}

// line is one way from a row of a card to a card.
type line struct {
	from, row, to int
	// back marks a line against the order.
	back  bool
	faint bool
}

// spot is what has a place in a column: a card, or a passage of lines.
type spot struct {
	card   int // nowhere for a passage
	lines  passage
	column int
	y      int
	height int
	faint  bool
}

// passage is the place where all lines to a card cross a column.
type passage struct {
	to     int
	back   bool
	column int
}

// link joins spots of neighboring columns, or of the same where a line turns. The
// ports are counted from the top of each.
type link struct {
	from, to         int
	fromPort, toPort int
	turns            bool
}

const passageHeight = 6

func newLayout(cards []*card) *layout {
	l := &layout{passages: map[passage]int{}}
	for at, c := range cards {
		l.boxes = append(l.boxes, newBox(c))
		for i, r := range c.rows {
			if r.to != nowhere {
				l.lines = append(l.lines, line{from: at, row: i, to: r.to, faint: r.trouble})
			}
		}
	}
	l.turnCycles()
	l.assignColumns()
	l.fillColumns()
	l.reduceCrossings()
	l.assignHeights()
	l.route()
	return l
}

// turnCycles marks lines as back until no cycle is left: those that lead to a card
// on the way to which they were met.
func (l *layout) turnCycles() {
	const (
		onPath = 1
		done   = 2
	)
	mark := make([]int, len(l.boxes))
	leaving := l.leaving()
	var visit func(card int)
	visit = func(card int) {
		mark[card] = onPath
		for _, i := range leaving[card] {
			switch to := l.lines[i].to; mark[to] {
			case onPath:
				l.lines[i].back = true
			case 0:
				visit(to)
			}
		}
		mark[card] = done
	}
	for card := range l.boxes {
		if mark[card] == 0 {
			visit(card)
		}
	}
}

// leaving lists the lines of each card.
func (l *layout) leaving() [][]int {
	all := make([][]int, len(l.boxes))
	for i, line := range l.lines {
		all[line.from] = append(all[line.from], i)
	}
	return all
}

// assignColumns puts each card right of all that lead to it, and what nothing
// leads to right before what it leads to. The first column is for the arrival, to
// which nothing leads.
func (l *layout) assignColumns() {
	l.column = make([]int, len(l.boxes))
	for card := 1; card < len(l.column); card++ {
		l.column[card] = 1
	}
	reached := make([]bool, len(l.boxes))
	for range l.boxes {
		moved := false
		for _, line := range l.lines {
			if line.back {
				continue
			}
			reached[line.to] = true
			if least := l.column[line.from] + 1; l.column[line.to] < least {
				l.column[line.to], moved = least, true
			}
		}
		if !moved {
			break
		}
	}
	for card, leaving := range l.leaving() {
		if reached[card] || card == 0 {
			continue
		}
		first := len(l.boxes)
		for _, i := range leaving {
			if !l.lines[i].back {
				first = min(first, l.column[l.lines[i].to])
			}
		}
		if first < len(l.boxes) {
			l.column[card] = first - 1
		}
	}
}

// fillColumns makes the spots and links, each where it is met first on the way
// from the callers' arrival: the order to begin with.
func (l *layout) fillColumns() {
	columns := 0
	for _, c := range l.column {
		columns = max(columns, c+1)
	}
	l.columns = make([][]int, columns)
	place := make([]int, len(l.boxes))
	for i := range place {
		place[i] = nowhere
	}
	leaving := l.leaving()
	var visit func(card int)
	visit = func(card int) {
		if place[card] != nowhere {
			return
		}
		place[card] = l.newSpot(spot{card: card, column: l.column[card], height: l.boxes[card].height})
		for _, i := range leaving[card] {
			l.passColumns(&l.lines[i])
			visit(l.lines[i].to)
		}
	}
	for card := range l.boxes {
		visit(card)
	}
	l.joinSpots(place)
}

func (l *layout) newSpot(s spot) int {
	at := len(l.spots)
	l.spots = append(l.spots, &s)
	l.columns[s.column] = append(l.columns[s.column], at)
	return at
}

// span is the first and last column in which a line needs a passage.
func (l *layout) span(line *line) (first, last int) {
	from, to := l.column[line.from], l.column[line.to]
	if line.back {
		return to, from
	}
	return from + 1, to - 1
}

func (l *layout) passColumns(line *line) {
	first, last := l.span(line)
	for column := first; column <= last; column++ {
		p := passage{to: line.to, back: line.back, column: column}
		at, known := l.passages[p]
		if !known {
			at = l.newSpot(spot{card: nowhere, lines: p, column: column, height: passageHeight, faint: true})
			l.passages[p] = at
		}
		l.spots[at].faint = l.spots[at].faint && line.faint
	}
}

// joinSpots links what lines join, each pair once.
func (l *layout) joinSpots(place []int) {
	joined := map[link]bool{}
	join := func(k link) {
		if !joined[k] {
			joined[k] = true
			l.links = append(l.links, k)
		}
	}
	for i := range l.lines {
		line := &l.lines[i]
		first, last := l.span(line)
		at := link{from: place[line.from], fromPort: l.boxes[line.from].ports[line.row]}
		at.turns = line.back
		for column := first; column <= last; column++ {
			next := l.passages[passage{to: line.to, back: line.back, column: column}]
			if line.back {
				next = l.passages[passage{to: line.to, back: true, column: last + first - column}]
			}
			at.to, at.toPort = next, passageHeight/2
			join(at.upright(line.back && !at.turns))
			at = link{from: next, fromPort: passageHeight / 2}
		}
		at.to, at.toPort, at.turns = place[line.to], entryY, line.back
		join(at)
	}
}

// upright turns a link that leads to the left.
func (k link) upright(leftward bool) link {
	if leftward {
		k.from, k.to, k.fromPort, k.toPort = k.to, k.from, k.toPort, k.fromPort
	}
	return k
}
