package terminal

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

func TestAnExcerptMarksThePlaceWhateverTheLineIsMadeOf(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text       string
		column     int
		line, mark string
	}{
		"plain":                        {`prompt: menuu`, 9, `prompt: menuu`, `        ^`},
		"the first character":          {`x: 1`, 1, `x: 1`, `^`},
		"behind the end":               {`goto:`, 7, `goto:`, `     ^`},
		"an empty line":                {``, 1, ``, `^`},
		"accents":                      {`clé: Été`, 6, `clé: Été`, `     ^`},
		"an accent of its own":         {"cle\u0301: x", 7, "cle\u0301: x", `     ^`},
		"tabs":                         {"a\tb\tc", 5, "a   b   c", `        ^`},
		"a tab at the place":           {"  \tx", 3, "    x", `  ^`},
		"wide characters":              {`名前: x`, 5, `名前: x`, `      ^`},
		"pictures":                     {`📞: x`, 4, `📞: x`, `    ^`},
		"what would move the cursor":   {"a\x1b[2Jb", 6, "a\ufffd[2Jb", `     ^`},
		"what would turn it round":     {"a\u202eb", 3, "a\ufffdb", `  ^`},
		"bytes that are no text":       {"a\xffb", 3, "a\ufffdb", `  ^`},
		"a place that is nowhere":      {`a`, 99, `a`, ` ^`},
		"blanks at the end are let go": {`a   `, 1, `a`, `^`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			line, mark := Excerpt(c.text, c.column, 76)
			assert.Equal(t, c.line, line)
			assert.Equal(t, c.mark, mark)
		})
	}
}

func TestALongLineIsCutAroundThePlace(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("0123456789", 10)
	line, mark := Excerpt(text, 1, 30)
	assert.Equal(t, "0123456789012345678901234567…", line)
	assert.Equal(t, "^", mark)
	line, mark = Excerpt(text, 51, 30)
	assert.Equal(t, "…7890123456789012345678901234…", line)
	assert.Equal(t, "    ^", mark)
	line, mark = Excerpt(text, 100, 30)
	assert.Equal(t, "…234567890123456789012345678"+"9", line)
	assert.Equal(t, strings.Repeat(" ", 28)+"^", mark)
}

func TestAnExcerptFitsAndItsMarkIsBelowTheCharacter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune("ab \té名📞\u0301\x1b"))).Draw(t, "text")
		column := rapid.IntRange(1, 120).Draw(t, "column")
		columns := rapid.IntRange(30, 100).Draw(t, "columns")
		line, mark := Excerpt(text, column, columns)
		assert.LessOrEqual(t, width(line), columns)
		assert.LessOrEqual(t, width(mark), columns)
		assert.Equal(t, "^", strings.TrimLeft(mark, " "))
		if runes := []rune(text); column <= len(runes) && runes[column-1] == 'a' {
			assert.Equal(t, "a", under(line, width(mark)-1))
		}
	})
}

func width(text string) int {
	n := 0
	for _, r := range text {
		n += Width(r)
	}
	return n
}

// under is the character that begins at a column, counted from 0.
func under(line string, column int) string {
	at := 0
	for _, r := range line {
		if at == column && Width(r) > 0 {
			return string(r)
		}
		at += Width(r)
	}
	return ""
}
