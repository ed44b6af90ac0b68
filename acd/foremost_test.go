package acd

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// linedUp is a floor with one agent and n contacts who wait for him, c00 before c01.
func linedUp(t *testing.T, n int64) *Floor {
	t.Helper()
	f := floor(t, 1)
	for i := range n {
		accepted(t, f.Enqueue(10*second+i, contact.ID(fmt.Sprintf("c%02d", i)), contact.Voice, queued(10*second+i)))
	}
	return f
}

// outOfOrder is what no fold may make of a line.
func outOfOrder(f *Floor) { slices.Reverse(f.Tickets["c00"].circle.line) }

func TestAContactThatIsPassedByIsFoundWhenALineIsOutOfOrder(t *testing.T) {
	t.Parallel()
	f := linedUp(t, maxForemost+4)
	front := f.Foremost()
	for _, first := range front {
		require.Len(t, first, maxForemost)
	}
	outOfOrder(f)
	o := offered(t, f, 20*second, "o1")
	require.Equal(t, contact.ID("c19"), o.Contact)
	assert.Equal(t, contact.ID("c00"), f.Passed(front, o.Contact, 20*second))
	assert.Empty(t, f.Passed(nil, o.Contact, 20*second), "nobody has looked")
	assert.Empty(t, f.Passed(front, "unknown", 20*second))
}

func TestNobodyIsPassedByWhoDoesNotWaitAllTheTime(t *testing.T) {
	t.Parallel()
	for name, happens := range map[string]func(*testing.T, *Floor){
		"has left":        func(_ *testing.T, f *Floor) { f.Leave("c00") },
		"is offered":      func(t *testing.T, f *Floor) { offered(t, f, 15*second, "o0") },
		"waits elsewhere": func(t *testing.T, f *Floor) { accepted(t, f.Enqueue(15*second, "c00", contact.Voice, elsewhere())) },
		"waits anew": func(t *testing.T, f *Floor) {
			offered(t, f, 15*second, "o0")
			accepted(t, f.FailOffer(16*second, fact.OfferFailed{Offer: "o0", Result: contact.NoAnswer}))
		},
		"is out of the line": func(_ *testing.T, f *Floor) { f.Tickets["c00"].NotBefore = 30 * second },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := linedUp(t, 2)
			front := f.Foremost()
			happens(t, f)
			assert.Empty(t, f.Passed(front, "c01", 20*second))
		})
	}
	f := linedUp(t, 2)
	assert.Equal(t, contact.ID("c00"), f.Passed(f.Foremost(), "c01", 20*second), "who waits is")
}

func elsewhere() fact.Queued {
	q := queued(10 * second)
	q.Queue, q.Strategy = "recouvrement", contact.BestLevel
	return q
}

// BenchmarkForemost is what a look costs with many contacts waiting.
func BenchmarkForemost(b *testing.B) {
	f := benchFloor(b, 50_000)
	for b.Loop() {
		f.Foremost()
	}
}
