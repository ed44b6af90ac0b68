package drawing

import (
	"cmp"
	"slices"
)

// reduceCrossings reorders the columns: each spot to the middle of what it is
// joined with, back and forth, then neighbors the other way round where that
// crosses less. The best order seen is kept.
func (l *layout) reduceCrossings() {
	n := l.neighbors()
	best, least := l.copyColumns(), l.crossings()
	for sweep := 0; sweep < l.sweeps() && least > 0; sweep++ {
		place := l.places()
		if sweep%2 == 0 {
			for c := 1; c < len(l.columns); c++ {
				l.sortColumn(c, place, n.left, n.home)
			}
		} else {
			for c := len(l.columns) - 1; c >= 0; c-- {
				l.sortColumn(c, place, n.right, n.away)
			}
		}
		l.swapNeighbors(n)
		if now := l.crossings(); now < least {
			best, least = l.copyColumns(), now
		}
	}
	l.columns = best
}

// sweeps is how often the columns are reordered: less for trees beyond what anybody
// looks at as a whole, so that even they are drawn soon.
func (l *layout) sweeps() int {
	const most, work = 24, 100_000
	return max(2, min(most, work/(len(l.spots)+1)))
}

// end is the far end of a link, with the ports at both.
type end struct {
	spot        int
	near, there int
}

// neighbors lists the far ends of the links of each spot.
type neighbors struct {
	// left and right are those of other columns.
	left, right [][]end
	// away are, for a passage, the cards beside it from which its lines come, home
	// the card to which they lead; turns are both, for passages and cards.
	away, home, turns [][]end
}

func (l *layout) neighbors() *neighbors {
	n := &neighbors{}
	for _, side := range []*[][]end{&n.left, &n.right, &n.away, &n.home, &n.turns} {
		*side = make([][]end, len(l.spots))
	}
	for _, k := range l.links {
		from, to := end{k.from, k.toPort, k.fromPort}, end{k.to, k.fromPort, k.toPort}
		switch {
		case !k.turns:
			n.left[k.to] = append(n.left[k.to], from)
			n.right[k.from] = append(n.right[k.from], to)
			continue
		case l.spots[k.to].card == nowhere:
			n.away[k.to] = append(n.away[k.to], from)
		default:
			n.home[k.from] = append(n.home[k.from], to)
		}
		n.turns[k.from], n.turns[k.to] = append(n.turns[k.from], to), append(n.turns[k.to], from)
	}
	return n
}

func (l *layout) copyColumns() [][]int {
	all := make([][]int, len(l.columns))
	for i, c := range l.columns {
		all[i] = slices.Clone(c)
	}
	return all
}

// places is where each spot stands in its column.
func (l *layout) places() []int {
	at := make([]int, len(l.spots))
	for _, column := range l.columns {
		for i, s := range column {
			at[s] = i
		}
	}
	return at
}

// fine is how many places a spot counts for when its ports are told apart.
const fine = 1024

// position is where a link ends, as an order.
func (l *layout) position(place []int, e end) int {
	return place[e.spot]*fine + min(fine-1, e.there*fine/max(1, l.spots[e.spot].height))
}

// sortColumn sorts a column by what it is joined with on one side. A passage where
// lines only turn goes beside their card: above the one they lead to, for lines
// enter cards near the top, and below the one they come from. It keeps place.
func (l *layout) sortColumn(c int, place []int, side, turns [][]end) {
	middle := make(map[int]int, len(l.columns[c]))
	for i, s := range l.columns[c] {
		middle[s] = i*fine + fine/2
		if n := len(side[s]); n > 0 {
			sum := 0
			for _, e := range side[s] {
				sum += l.position(place, e)
			}
			middle[s] = sum / n
		}
	}
	for _, s := range l.columns[c] {
		if len(turns[s]) > 0 && len(side[s]) == 0 {
			card := turns[s][0].spot
			middle[s] = middle[card] - 1
			if place[s] > place[card] {
				middle[s] = middle[card] + 1
			}
		}
	}
	slices.SortStableFunc(l.columns[c], func(a, b int) int { return cmp.Compare(middle[a], middle[b]) })
	for i, s := range l.columns[c] {
		place[s] = i
	}
}

// swapNeighbors exchanges neighbors in a column as long as that crosses less.
func (l *layout) swapNeighbors(n *neighbors) {
	const rounds = 8
	place := l.places()
	for range rounds {
		swapped := false
		for _, column := range l.columns {
			for i := 0; i+1 < len(column); i++ {
				a, b := column[i], column[i+1]
				now := l.crossing(place, n.left[a], n.left[b]) + l.crossing(place, n.right[a], n.right[b]) + n.detour(place, a, b)
				place[a], place[b] = i+1, i
				then := l.crossing(place, n.left[b], n.left[a]) + l.crossing(place, n.right[b], n.right[a]) + n.detour(place, a, b)
				if then < now {
					column[i], column[i+1] = b, a
					swapped = true
				} else {
					place[a], place[b] = i, i+1
				}
			}
		}
		if !swapped {
			return
		}
	}
}

// detour is how much lines must pass that turn at these spots.
func (n *neighbors) detour(place []int, spots ...int) int {
	sum := 0
	for _, s := range spots {
		for _, e := range n.turns[s] {
			sum += abs(place[s]-place[e.spot]) - 1
		}
	}
	return sum
}

// crossing counts how many links of the upper spot cross links of the lower.
func (l *layout) crossing(place []int, upper, lower []end) int {
	n := 0
	for _, u := range upper {
		for _, v := range lower {
			if l.position(place, u) > l.position(place, v) {
				n++
			}
		}
	}
	return n
}

// crossings counts the pairs of links that cross, and what lines pass that turn.
func (l *layout) crossings() int {
	place := l.places()
	between := make([][][2]int, len(l.columns))
	for _, k := range l.links {
		if !k.turns {
			c := l.spots[k.from].column
			between[c] = append(between[c], [2]int{
				l.position(place, end{spot: k.from, there: k.fromPort}), l.position(place, end{spot: k.to, there: k.toPort}),
			})
		}
	}
	n := 0
	for _, k := range l.links {
		if k.turns {
			n += abs(place[k.from]-place[k.to]) - 1
		}
	}
	for _, pairs := range between {
		slices.SortFunc(pairs, func(a, b [2]int) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
		for i, a := range pairs {
			for _, b := range pairs[i+1:] {
				if a[1] > b[1] {
					n++
				}
			}
		}
	}
	return n
}
