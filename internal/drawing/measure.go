package drawing

import (
	"strings"
	"unicode"
)

// The reader's computer chooses the font, by the generic name sans-serif. So texts
// are measured by the widest of the usual ones, in thousandths of the font size:
// boxes may come out a little too wide, never too narrow.
const (
	widthOfOther = 670
	widthOfUpper = 800
	widthOfWide  = 1050
	boldPercent  = 113
)

var widths = func() map[rune]int {
	all := map[rune]int{}
	for width, text := range map[int]string{
		360: "ijl '’", 460: "I|.,:;!ftr()[]/\\-`·", 600: "\"{}*ksvxyzcJ?“”", 710: "ABCEFKLPRSTVXYZ", 890: "mwM", 1090: "W%@—œŒæÆ…→+=<>",
	} {
		for _, r := range text {
			all[r] = width
		}
	}
	return all
}()

// width is how wide a text is at most, in pixels.
func width(text string, size int, bold bool) int {
	sum := 0
	for _, r := range text {
		sum += widthOf(r)
	}
	if bold {
		sum = sum * boldPercent / 100
	}
	return (sum*size + 999) / 1000
}

func widthOf(r rune) int {
	known, ok := widths[r]
	switch {
	case ok:
		return known
	case r >= 0x1100:
		return widthOfWide
	case unicode.IsUpper(r):
		return widthOfUpper
	}
	return widthOfOther
}

// wrap breaks a text between words into lines that are not wider than most; what
// does not fit into the last is cut with an ellipsis.
func wrap(text string, size int, bold bool, most, lines int) []string {
	var all []string
	line := ""
	words := strings.Fields(text)
	for i, word := range words {
		longer := strings.TrimSpace(line + " " + word)
		if line == "" || width(longer, size, bold) <= most {
			line = longer
			continue
		}
		if len(all) == lines-1 {
			line += " " + strings.Join(words[i:], " ")
			break
		}
		all = append(all, cut(line, size, bold, most))
		line = word
	}
	if line != "" {
		all = append(all, cut(line, size, bold, most))
	}
	return all
}

// cut shortens a line to a width.
func cut(line string, size int, bold bool, most int) string {
	if width(line, size, bold) <= most {
		return line
	}
	runes := []rune(line)
	for n := len(runes) - 1; n > 0; n-- {
		if short := strings.TrimRight(string(runes[:n]), " ,.;:") + "…"; width(short, size, bold) <= most {
			return short
		}
	}
	return "…"
}
