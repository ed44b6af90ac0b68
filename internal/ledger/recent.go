package ledger

import "slices"

// recent remembers the last names pushed, in order, up to a bound. Which name
// is forgotten follows from the pushes alone, so that every controller forgets
// the same.
type recent struct {
	names  []string
	oldest int // once the bound is reached, names is a ring that starts here
}

// push remembers name; full says that forgotten had to go for it.
func (r *recent) push(name string, bound int) (forgotten string, full bool) {
	if len(r.names) < bound {
		r.names = append(r.names, name)
		return "", false
	}
	forgotten = r.names[r.oldest]
	r.names[r.oldest] = name
	r.oldest = (r.oldest + 1) % len(r.names)
	return forgotten, true
}

func (r *recent) oldestFirst() []string {
	return append(slices.Clone(r.names[r.oldest:]), r.names[:r.oldest]...)
}

func (r *recent) clone() recent {
	return recent{names: slices.Clone(r.names), oldest: r.oldest}
}
