package drawing

import "slices"

// The least room between spots of a column.
const (
	betweenCards     = 30
	betweenLines     = 12
	betweenDifferent = 18
)

// room is the least distance between the lower end of a spot and the next.
func (l *layout) room(above, below int) int {
	a, b := l.spots[above].card == nowhere, l.spots[below].card == nowhere
	switch {
	case a && b:
		return betweenLines
	case a || b:
		return betweenDifferent
	}
	return betweenCards
}

// assignHeights finds the place of each spot in its column, in the order decided
// before, so that lines are as straight as can be.
func (l *layout) assignHeights() {
	const sweeps = 8
	n := l.neighbors()
	for _, column := range l.columns {
		y := 0
		for i, s := range column {
			if i > 0 {
				y += l.room(column[i-1], s)
			}
			l.spots[s].y = y
			y += l.spots[s].height
		}
	}
	for range sweeps {
		for c := range l.columns {
			l.settle(c, n.left, n.home)
		}
		for c := len(l.columns) - 1; c >= 0; c-- {
			l.settle(c, n.right, n.away)
		}
	}
	for range sweeps {
		for c := range l.columns {
			l.settle(c, n.left, n.right, n.home, n.away)
		}
	}
	for range 2 {
		l.level(n)
		for c := range l.columns {
			l.straighten(c, n.left)
		}
	}
	l.beginAtZero()
}

// settle moves the spots of a column towards what they are joined with. Each
// wishes for a place; where wishes come too close, all that touch share the
// compromise (pool adjacent violators, which is the best one by least squares).
func (l *layout) settle(c int, sides ...[][]end) {
	column := l.columns[c]
	type pool struct{ sum, weight, count int }
	var pools []pool
	offsets := l.offsets(column)
	for i, s := range column {
		y, weight := l.wish(s, sides...)
		pools = append(pools, pool{(y - offsets[i]) * weight, weight, 1})
		for n := len(pools); n > 1; n = len(pools) {
			a, b := pools[n-2], pools[n-1]
			if a.sum*b.weight <= b.sum*a.weight {
				break
			}
			pools = append(pools[:n-2], pool{a.sum + b.sum, a.weight + b.weight, a.count + b.count})
		}
	}
	i := 0
	for _, p := range pools {
		for range p.count {
			l.spots[column[i]].y = divide(p.sum, p.weight) + offsets[i]
			i++
		}
	}
}

// offsets are the places of the spots of a column that is packed from 0.
func (l *layout) offsets(column []int) []int {
	all := make([]int, len(column))
	for i := 1; i < len(column); i++ {
		all[i] = all[i-1] + l.spots[column[i-1]].height + l.room(column[i-1], column[i])
	}
	return all
}

// wish is where a spot would like to be, and how much that counts: long lines
// should be straight before all.
func (l *layout) wish(s int, sides ...[][]end) (y, weight int) {
	const ofCard, ofLine = 2, 8
	sum := 0
	for _, side := range sides {
		for _, e := range side[s] {
			w := ofCard
			if l.spots[s].card == nowhere && l.spots[e.spot].card == nowhere {
				w = ofLine
			}
			sum += w * (l.spots[e.spot].y + e.there - e.near)
			weight += w
		}
	}
	if weight == 0 {
		return l.spots[s].y, 1
	}
	return divide(sum, weight), weight
}

// level gives the passages of a line one height over as many columns as there is
// room for it: one step is easier to follow than many.
func (l *layout) level(n *neighbors) {
	place := l.places()
	for _, chain := range l.chains() {
		for len(chain) > 0 {
			low, high := l.leeway(chain[0], place)
			run := 1
			for ; run < len(chain); run++ {
				nextLow, nextHigh := l.leeway(chain[run], place)
				if max(low, nextLow) > min(high, nextHigh) {
					break
				}
				low, high = max(low, nextLow), min(high, nextHigh)
			}
			y := l.levelOf(chain[:run], low, high, n)
			for _, s := range chain[:run] {
				l.spots[s].y = y
			}
			chain = chain[run:]
		}
	}
}

// chains are the passages that follow each other, from left to right.
func (l *layout) chains() [][]int {
	var all [][]int
	at := map[passage]int{}
	for _, column := range l.columns {
		for _, s := range column {
			if l.spots[s].card != nowhere {
				continue
			}
			p := l.spots[s].lines
			p.column = 0
			i, known := at[p]
			if !known {
				i = len(all)
				at[p] = i
				all = append(all, nil)
			}
			all[i] = append(all[i], s)
		}
	}
	return all
}

// leeway is how far a spot can move between its neighbors in the column.
func (l *layout) leeway(s int, place []int) (low, high int) {
	const far = 1 << 30
	low, high = -far, far
	column, i := l.columns[l.spots[s].column], place[s]
	if i > 0 {
		low = l.bottom(column[i-1]) + l.room(column[i-1], s)
	}
	if i+1 < len(column) {
		high = l.spots[column[i+1]].y - l.room(s, column[i+1]) - l.spots[s].height
	}
	return low, high
}

// levelOf chooses a height for passages in a row: that of something which they are
// joined with at their ends, if it can be.
func (l *layout) levelOf(run []int, low, high int, n *neighbors) int {
	sum := 0
	for _, s := range run {
		sum += l.spots[s].y
	}
	middle := divide(sum, len(run))
	best, found := min(max(middle, low), high), false
	for _, e := range slices.Concat(n.right[run[len(run)-1]], n.left[run[0]]) {
		y := l.spots[e.spot].y + e.there - e.near
		if low <= y && y <= high && (!found || abs(y-middle) < abs(best-middle)) {
			best, found = y, true
		}
	}
	return best
}

// straighten takes the last small bends out of lines where there is room to.
func (l *layout) straighten(c int, toLeft [][]end) {
	const small = 16
	column := l.columns[c]
	for i, s := range column {
		here := l.spots[s]
		best := small + 1
		for _, e := range toLeft[s] {
			if by := l.spots[e.spot].y + e.there - e.near - here.y; abs(by) < abs(best) {
				best = by
			}
		}
		y := here.y + best
		if best > small ||
			i > 0 && y < l.bottom(column[i-1])+min(betweenDifferent, l.room(column[i-1], s)) ||
			i+1 < len(column) && y+here.height+min(betweenDifferent, l.room(s, column[i+1])) > l.spots[column[i+1]].y {
			continue
		}
		here.y = y
	}
}

func (l *layout) bottom(s int) int { return l.spots[s].y + l.spots[s].height }

func (l *layout) beginAtZero() {
	if len(l.spots) == 0 {
		return
	}
	top := slices.MinFunc(l.spots, func(a, b *spot) int { return a.y - b.y }).y
	for i, s := range l.spots {
		s.y -= top
		l.height = max(l.height, l.bottom(i))
	}
}

// divide rounds down, also below zero, so that a picture does not depend on where
// its zero is.
func divide(a, b int) int {
	q := a / b
	if a%b != 0 && a < 0 {
		q--
	}
	return q
}

func abs(n int) int { return max(n, -n) }
