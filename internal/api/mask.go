package api

import (
	"strings"

	"github.com/guichet/guichet/internal/contact"
)

// hidden stands for a number that cannot be opened.
const hidden = "hidden"

// caller shows of a number what helps to recognise a call and no more.
func (s *Server) caller(sealed string) string {
	switch {
	case sealed == "":
		return "withheld"
	case s.Reveal == nil:
		return hidden
	}
	number, ok := s.Reveal(sealed)
	if !ok || strings.Contains(number, "@") {
		return hidden // an address is a name: nothing of it is shown
	}
	return mask(number)
}

// mask keeps the last two digits of a number long enough to stay unknown.
func mask(number string) string {
	const shown, least = 2, 6
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, number)
	if len(digits) < least {
		return strings.Repeat("•", len(digits))
	}
	return strings.Repeat("•", len(digits)-shown) + digits[len(digits)-shown:]
}

// shownPhone masks an agent's phone that is a number outside: it may be private.
func shownPhone(phone string) string {
	if contact.IsOutside(phone) {
		return mask(phone)
	}
	return phone
}
