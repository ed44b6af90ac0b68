package bench

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFiguresReplaceThoseOfTheirPartOnly(t *testing.T) {
	t.Parallel()
	page := filepath.Join(t.TempDir(), "benchmarks.md")
	require.NoError(t, os.WriteFile(page, []byte("before\n<!-- measured (a) -->\nold\n<!-- end of (a) -->\nbetween\n<!-- measured (b) -->\nkept\n<!-- end of (b) -->\nafter\n"), 0o644))
	for range 2 { // again and again
		require.NoError(t, document(page, "on a machine.", []result{measured(upTo(17))}))
	}
	text := read(t, page)
	assert.NotContains(t, text, "old")
	assert.Equal(t, 1, strings.Count(text, "| an agent's BYE → its next INVITE, ms | calls | p50 | p90 | p99 | ×floor |\n"))
	assert.Contains(t, text, "| guichet | 17 | 9.0 | 16.0 | 17.0 | 0.4 |\n")
	assert.Contains(t, text, "| BYE → INVITE, p50 | 9.0 ms | 9.0 ms | kept |\n")
	assert.Contains(t, text, "| BYE → INVITE, p99 | 17.0 ms | 15.0 ms | **missed** |\n")
	assert.Contains(t, text, "Measured on a machine.\n")
	assert.True(t, strings.HasPrefix(text, "before\n") && strings.HasSuffix(text, "between\n<!-- measured (b) -->\nkept\n<!-- end of (b) -->\nafter\n"), text)
}

func TestAPageWithoutMarksIsLeftAlone(t *testing.T) {
	t.Parallel()
	page := filepath.Join(t.TempDir(), "benchmarks.md")
	require.NoError(t, os.WriteFile(page, []byte("mine\n"), 0o644))
	assert.ErrorContains(t, document(page, "", []result{measured(upTo(3))}), "<!-- measured (a) -->")
	assert.Equal(t, "mine\n", read(t, page))
}

func TestThePageHasAPlaceForEveryPart(t *testing.T) {
	t.Parallel()
	text := read(t, filepath.Join("..", "..", "docs", "benchmarks.md"))
	for _, letter := range Letters() {
		assert.Contains(t, text, "<!-- measured ("+letter+") -->\n")
		assert.Contains(t, text, "<!-- end of ("+letter+") -->\n")
	}
}

func TestThePictureIsWholeAndItsNamesAreApart(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "plot.svg")
	at := func(load float64, ms int) point {
		return point{load, time.Duration(ms) * time.Millisecond, time.Duration(2*ms) * time.Millisecond}
	}
	require.NoError(t, draw(path, "Routed → INVITE", []curve{
		{guichetName, []point{at(15, 5), at(60, 6)}}, {queueName, []point{at(15, 5), at(60, 6)}}, {createName, []point{at(15, 5), at(60, 6)}},
	}))
	text := read(t, path)
	for d := xml.NewDecoder(strings.NewReader(text)); ; {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
	}
	assert.Equal(t, 6, strings.Count(text, "<polyline"))
	l := newLabels()
	for range 3 {
		l.add(label{y: 100})
	}
	ys := l.apart()
	assert.Equal(t, []float64{100, 84, 68}, []float64{ys[0].y, ys[1].y, ys[2].y})
}

func TestScalesHaveRoundSteps(t *testing.T) {
	t.Parallel()
	for v, want := range map[float64][2]float64{60: {50, 100}, 12: {10, 20}, 5: {5, 5}, 1: {1, 1}, 0.3: {0.2, 0.5}, 427: {200, 500}, 1000: {1000, 1000}} {
		assert.InDelta(t, want[0], roundDown(v), 1e-9, "below %g", v)
		assert.InDelta(t, want[1], roundUp(v), 1e-9, "above %g", v)
	}
	assert.InDelta(t, 20, tick(60), 1e-9)
}
