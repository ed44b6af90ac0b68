package drawing

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/guichet/guichet/ivr"
)

// rectangle is a place on the sheet.
type rectangle struct{ left, top, right, low int }

func (r rectangle) overlaps(o rectangle) bool {
	return r.left < o.right && o.left < r.right && r.top < o.low && o.top < r.low
}

func (l *layout) rectangles() []rectangle {
	var all []rectangle
	for i, s := range l.spots {
		if s.card != nowhere {
			all = append(all, rectangle{l.x[s.column], s.y, l.x[s.column] + l.widths[s.column], l.bottom(i)})
		}
	}
	return all
}

func TestNoTwoCardsOverlapAndNoLineRunsThroughOne(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l := newLayout(New(anyTree(t), nil).cards)
		cards := l.rectangles()
		require.Len(t, cards, len(l.boxes))
		for i, a := range cards {
			require.True(t, a.left >= 0 && a.top >= 0 && a.right <= l.width && a.low <= l.height)
			for _, b := range cards[i+1:] {
				require.False(t, a.overlaps(b), "%v and %v", a, b)
			}
		}
		for _, line := range l.strokes() {
			for _, card := range cards {
				require.False(t, line.overlaps(card), "%v runs through %v", line, card)
			}
		}
	})
}

// strokes are the straight parts of all lines, one pixel thick.
func (l *layout) strokes() []rectangle {
	var all []rectangle
	for _, s := range l.spots {
		if s.card == nowhere {
			all = append(all, rectangle{l.x[s.column], s.y + passageHeight/2, l.x[s.column] + l.widths[s.column], s.y + passageHeight/2 + 1})
		}
	}
	for i := range l.pieces {
		p := &l.pieces[i]
		left := l.x[p.lines.column] + l.widths[p.lines.column]
		all = append(all, rectangle{p.x, p.top, p.x + 1, p.low}, rectangle{left, p.sinkY, left + l.gaps[p.lines.column], p.sinkY + 1})
	}
	return all
}

// Whatever leads from one card to another is one connected line: from the port of
// the row, by way of the gaps and passages, to the card.
func TestEveryLineArrives(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l := newLayout(New(anyTree(t), nil).cards)
		for _, line := range l.lines {
			require.True(t, l.arrives(line), "%+v", line)
		}
	})
}

// arrives follows a line from piece to piece.
func (l *layout) arrives(line line) bool {
	gap, from := l.column[line.from], line.from
	for range 2 * len(l.columns) {
		p, ok := l.pieceOf(passage{line.to, line.back, gap}, from, line.row)
		if !ok {
			return false
		}
		from = nowhere
		switch {
		case p.arrives:
			return l.column[line.to] == gap+1
		case p.sinkRight:
			gap++
		default:
			gap--
		}
	}
	return false
}

func (l *layout) pieceOf(lines passage, from, row int) (piece, bool) {
	for _, p := range l.pieces {
		for _, s := range p.sources {
			if p.lines == lines && s.from == from && (from == nowhere || s.row == row) {
				return p, true
			}
		}
	}
	return piece{}, false
}

// By the measure that is used here, no text leaves its card or meets another.
func TestNoTextIsWiderThanItsPlace(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := New(anyTree(t), func(ivr.Prompt) string { return strings.Join(strangeWords, " ") })
		for _, c := range d.cards {
			fits(t, newBox(c))
		}
	})
}

func fits(t require.TestingT, b *box) {
	place := func(x text) rectangle {
		r := rectangle{x.x, x.y - x.size*3/4, x.x + x.width(), x.y}
		switch {
		case x.atEnd:
			r.left, r.right = b.width-sidePadding-x.width(), b.width-sidePadding
		case x.class == "key":
			r.left, r.right = x.x-x.width()/2, x.x+x.width()/2
		}
		return r
	}
	require.LessOrEqual(t, b.width, mostText+2*sidePadding)
	for i, x := range b.texts {
		r := place(x)
		require.True(t, r.left >= sidePadding && r.right <= b.width-sidePadding && r.top > 0 && r.low < b.height, "%q in a box of %d × %d: %v", x.words, b.width, b.height, r)
		for _, y := range b.texts[i+1:] {
			require.False(t, r.overlaps(place(y)), "%q and %q", x.words, y.words)
		}
	}
}

func TestTheSheetIsAsWideAsItsLegend(t *testing.T) {
	t.Parallel()
	l := newLayout(New(small(t), texts).cards)
	for _, item := range newLegend(l, leastSheet-2*margin).items {
		assert.LessOrEqual(t, item.x+sampleWidth+8+width(item.words, heardSize, false), leastSheet-2*margin, item.words)
	}
}

func TestLinesToOneCardShareTheirWay(t *testing.T) {
	t.Parallel()
	d := New(small(t), texts)
	l := newLayout(d.cards)
	seen := map[passage]bool{}
	backs := 0
	for _, s := range l.spots {
		if s.card == nowhere {
			require.False(t, seen[s.lines])
			seen[s.lines] = true
		}
	}
	for _, line := range l.lines {
		if line.back {
			backs++
			assert.Equal(t, "infos", d.cards[line.from].title)
		}
	}
	assert.Equal(t, 1, backs, "only from the information back to the menu")
}

func TestALongTextIsCutBetweenWordsAndMarked(t *testing.T) {
	t.Parallel()
	lines := wrap("Pour votre déclaration de revenus, tapez 1. Pour un paiement, tapez 2.", heardSize, false, 160, 2)
	require.Len(t, lines, 2)
	assert.Equal(t, "Pour votre déclaration", lines[0])
	assert.True(t, strings.HasSuffix(lines[1], "…"), lines[1])
	assert.Empty(t, wrap(" ", heardSize, false, 160, 2))
	assert.Equal(t, "…", cut("WWW", heardSize, false, 1))
}
