package terminal

import (
	"strings"
	"unicode"
)

// Excerpt shows a place in a line of text: the line, and below it a mark at its
// character number column, counted from 1. What does not fit into the columns of a
// terminal is cut around the place.
func Excerpt(text string, column, columns int) (line, mark string) {
	cells, place := cellsOf(text, column)
	cells, place = around(cells, place, columns)
	var shown strings.Builder
	before := 0
	for i, c := range cells {
		if i < place {
			before += c.width
		}
		shown.WriteString(c.text)
	}
	return strings.TrimRight(shown.String(), " "), strings.Repeat(" ", before) + "^"
}

// cell is a character as a terminal shows it.
type cell struct {
	text  string
	width int
}

// tabWidth is that of most editors of configuration files.
const tabWidth = 4

// cellsOf divides text into what is shown of each of its characters, and finds that
// of the place; behind the end it is the number of all.
func cellsOf(text string, column int) (cells []cell, place int) {
	at, n := 0, 0
	place = -1
	for _, r := range text {
		if n++; n == column {
			place = len(cells)
		}
		c := cell{string(r), Width(r)}
		switch {
		case r == '\t':
			c.width = tabWidth - at%tabWidth
			c.text = strings.Repeat(" ", c.width)
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' || r == unicode.ReplacementChar:
			c = cell{string(unicode.ReplacementChar), 1} // it would move the cursor, or turn the line round
		}
		at += c.width
		cells = append(cells, c)
	}
	if place < 0 {
		place = len(cells)
	}
	return cells, place
}

// ahead is how much of a long line is shown behind the place at least.
const ahead = 24

// around cuts cells to a number of columns so that the place is among them.
func around(cells []cell, place, columns int) ([]cell, int) {
	room := columns
	if place >= len(cells) {
		room-- // the mark stands behind the last
	}
	if widthOf(cells) <= room {
		return cells, place
	}
	from := 0
	for from < place && widthOf(cells[from:min(len(cells), place+1)])+min(ahead, widthOf(cells[min(len(cells), place+1):]))+2 > room {
		from++
	}
	to := len(cells)
	for to > place+1 && widthOf(cells[from:to]) > room-2 {
		to--
	}
	var shown []cell
	if from > 0 {
		shown = append(shown, cell{"…", 1})
		place++
	}
	shown = append(shown, cells[from:to]...)
	if to < len(cells) {
		shown = append(shown, cell{"…", 1})
	}
	return shown, place - from
}

func widthOf(cells []cell) int {
	width := 0
	for _, c := range cells {
		width += c.width
	}
	return width
}

// wide are the characters that take two columns: the scripts of East Asia, their
// signs and full-width forms, and pictures.
var wide = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0x1100, 0x115f, 1}, {0x231a, 0x231b, 1}, {0x23e9, 0x23ec, 1}, {0x2614, 0x2615, 1}, {0x2648, 0x2653, 1},
		{0x26aa, 0x26ab, 1}, {0x26bd, 0x26be, 1}, {0x2705, 0x2705, 1}, {0x270a, 0x270b, 1}, {0x2728, 0x2728, 1},
		{0x274c, 0x274c, 1}, {0x2753, 0x2755, 1}, {0x2757, 0x2757, 1}, {0x2795, 0x2797, 1}, {0x2b1b, 0x2b1c, 1},
		{0x2e80, 0x303e, 1}, {0x3041, 0x33ff, 1}, {0x3400, 0x4dbf, 1}, {0x4e00, 0x9fff, 1}, {0xa000, 0xa4cf, 1},
		{0xa960, 0xa97f, 1}, {0xac00, 0xd7a3, 1}, {0xf900, 0xfaff, 1}, {0xfe30, 0xfe6f, 1}, {0xff01, 0xff60, 1}, {0xffe0, 0xffe6, 1},
	},
	R32: []unicode.Range32{
		{0x1f300, 0x1f64f, 1}, {0x1f680, 0x1f6ff, 1}, {0x1f900, 0x1f9ff, 1}, {0x1fa70, 0x1faff, 1}, {0x20000, 0x3fffd, 1},
	},
}

// Width is how many columns of a terminal a character takes: none for an accent
// that is put over the one before, two for the wide ones of East Asia.
func Width(r rune) int {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me):
		return 0
	case unicode.Is(wide, r):
		return 2
	}
	return 1
}
