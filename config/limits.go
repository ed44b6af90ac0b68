package config

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/guichet/guichet/routing"
)

// What many files share: how names look, and what values may be.

var identifier = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,63}$`)

// name checks that a key can be used in metrics, Redis keys and expressions.
func (b *builder) name(v value[string], what string) {
	if v.set && (!routing.IsName(v.v) || len(v.v) > 64 || !identifier.MatchString(v.v)) {
		b.add(v.at, "begin with a letter, then use letters without accents, digits and _", "%q cannot name %s", v.v, what)
	}
}

// once checks that a name is new among several files.
func (b *builder) once(v value[string], what string, taken map[string]place) {
	if first, twice := taken[v.v]; twice {
		b.add(v.at, "keep one of them", "the %s %q is already at %s", what, v.v, first.label())
		b.add(first, "keep one of them", "the %s %q is also at %s", what, v.v, v.at.label())
		return
	}
	taken[v.v] = v.at
}

func (b *builder) oneOf(v value[string], known ...string) bool {
	if !v.set || slices.Contains(known, v.v) {
		return true
	}
	b.add(v.at, nearest(v.v, known).orKeys(known), "%q is not known here", v.v)
	return false
}

// available is oneOf for settings that later versions know more about.
func (b *builder) available(v value[string], known []string, later ...string) {
	if v.set && slices.Contains(later, v.v) {
		b.add(v.at, "use "+strings.Join(known, " or "), "%q is not available in this version", v.v)
		return
	}
	b.oneOf(v, known...)
}

func (b *builder) between(v value[int], low, high int) {
	if v.set && (v.v < low || v.v > high) {
		b.add(v.at, "", "%d is not between %d and %d", v.v, low, high)
	}
}

func (b *builder) lasts(v value[time.Duration], low, high time.Duration) {
	if v.set && (v.v < low || v.v > high) {
		b.add(v.at, "", "%s is not between %s and %s", brief(v.v), brief(low), brief(high))
	}
}

// brief writes a duration without its zeros: 5m, not 5m0s.
func brief(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
