package fold

import "slices"

// Called is when people called lately, in µs, by the hash of their number. Menus ask
// how often somebody called today, and a day is at most dayMinutes long.
type Called struct {
	Times map[string][]int64 `json:"times,omitempty"`
	// Swept is when what is older was forgotten last.
	Swept int64 `json:"swept,omitempty"`
}

const (
	// maxCalled bounds the calls that are remembered of one number: a machine that
	// calls all day is known by then.
	maxCalled  = 50
	sweptEvery = 60 * minute
)

const minute int64 = 60_000_000 // in µs

// add notes a call. It comes late from a journal now and then, so times have no order.
func (c *Called) add(at int64, hash string) { c.addUpTo(maxCalled, at, hash) }

func (c *Called) addUpTo(most int, at int64, hash string) {
	if hash == "" {
		return
	}
	if c.Times == nil {
		c.Times = map[string][]int64{}
	}
	times := append(c.Times[hash], at)
	c.Times[hash] = times[max(0, len(times)-most):]
	if at-c.Swept > sweptEvery {
		c.sweep(at)
	}
}

func (c *Called) sweep(at int64) {
	for hash, times := range c.Times {
		left := slices.DeleteFunc(times, func(t int64) bool { return at-t > dayMinutes*minute })
		if len(left) == 0 {
			delete(c.Times, hash)
			continue
		}
		c.Times[hash] = left
	}
	c.Swept = at
}

// since is how often that was from a time on.
func (c *Called) since(hash string, from int64) int {
	n := 0
	for _, at := range c.Times[hash] {
		if at >= from {
			n++
		}
	}
	return n
}

// CalledSince is how often somebody with this number called since a time, the call
// that asks included: 0 for a number that is withheld or not known.
func (s *State) CalledSince(callerHash string, since int64) int {
	return s.Called.since(callerHash, since)
}
