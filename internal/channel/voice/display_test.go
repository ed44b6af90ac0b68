package voice

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/guichet/guichet/ivr"
)

// prompts makes a list of one prompt.
func prompts(p ivr.Prompt) []ivr.Prompt { return []ivr.Prompt{p} }

func TestADisplayShowsNothingThatAPhoneCouldMistake(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"impôt · 2A · 3min05":        "impôt · 2A · 3min05",
		"a\r\nX-Evil: 1":             "aX-Evil: 1",
		"a\x00b\x1bc\x7fd\u0085e":    "abcde",
		`pipe|quote"less<more>;\`:    "pipequotelessmore",
		"\u202egauche\u200b":         "gauche", // direction and width marks
		"mot\u00a0insécable\u2003là": "mot insécable là",
		"bad \xff\xfe utf8":          "bad  utf8",
		"":                           "",
		strings.Repeat("é", 10_000):  strings.Repeat("é", 60),
	} {
		assert.Equal(t, want, display(text))
	}
}

func TestADisplayIsAlwaysShortAndPrintable(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		shown := display(rapid.StringN(0, 200, -1).Draw(t, "text"))
		assert.True(t, utf8.ValidString(shown))
		assert.LessOrEqual(t, utf8.RuneCountInString(shown), maxDisplay)
		assert.NotContains(t, shown, "\n")
		assert.False(t, strings.ContainsAny(shown, "\"<>|;\\\r\x00"))
		assert.Equal(t, shown, display(shown), "clean is clean")
	})
}

func TestAWithheldNumberIsShownAsAnonymous(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "0612345678", shownNumber("0612345678"))
	assert.Equal(t, "anonymous", shownNumber(""))
	assert.Equal(t, "anonymous", shownNumber("\x00|\" "))
}
