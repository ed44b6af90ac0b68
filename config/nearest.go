package config

import (
	"fmt"
	"slices"
	"strings"
)

// guess is the name somebody probably meant, empty if none is near.
type guess string

// nearest returns the known name with the fewest typing errors between it and
// what was written, if they are few enough to be errors.
func nearest(written string, known []string) guess {
	best, bestDistance := "", 1+max(1, len([]rune(written))/3)
	for _, name := range slices.Sorted(slices.Values(known)) {
		if d := distance(written, name, bestDistance); d < bestDistance {
			best, bestDistance = name, d
		}
	}
	return guess(best)
}

// orKeys makes a hint of the guess, or else of the list of all names if short.
func (g guess) orKeys(known []string) string {
	switch {
	case g != "":
		return fmt.Sprintf("did you mean %q?", string(g))
	case len(known) == 0:
		return ""
	case len(known) <= 12:
		return "known are " + strings.Join(slices.Sorted(slices.Values(known)), ", ")
	}
	return ""
}

// distance counts the insertions, deletions, replacements and swaps of
// neighbours that turn a into b, ignoring case; it gives up at limit.
func distance(a, b string, limit int) int {
	x, y := []rune(strings.ToLower(a)), []rune(strings.ToLower(b))
	if len(x)-len(y) >= limit || len(y)-len(x) >= limit || len(x) > 200 || len(y) > 200 {
		return limit
	}
	before, last := make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row := make([]int, len(y)+1)
		row[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(y)]
}

// Nearest is the known name that somebody probably meant; empty if none is near.
func Nearest(written string, known []string) string { return string(nearest(written, known)) }
