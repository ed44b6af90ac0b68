package voice

import (
	"strings"
	"unicode"
)

// maxDisplay bounds what a phone's screen is sent, in characters.
const maxDisplay = 60

// display cleans what a phone's small screen shows: nothing that cannot be
// seen (control characters, direction marks), none of the signs that end a
// display name or a dialplan argument, a bounded length.
func display(text string) string {
	var clean strings.Builder
	n := 0
	for _, r := range text {
		switch {
		case unicode.IsSpace(r) && unicode.IsGraphic(r):
			r = ' '
		case !unicode.IsPrint(r), r == unicode.ReplacementChar, strings.ContainsRune(`"<>|;\`, r):
			continue
		}
		if n++; n > maxDisplay {
			break
		}
		clean.WriteRune(r)
	}
	return clean.String()
}

// anonymous is shown as the number of a caller who withheld it. A name alone
// would not do: Asterisk 22.10 then shows the whole identity as anonymous.
const anonymous = "anonymous"

// shownNumber is the caller's number as the agent's phone may see it.
func shownNumber(number string) string {
	if clean := strings.TrimSpace(display(number)); clean != "" {
		return clean
	}
	return anonymous
}
