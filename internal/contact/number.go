package contact

import (
	"slices"
	"strings"
)

// Number is a telephone number that can be dialled: +33299000001, or a short
// one of an operator such as 3939.
type Number string

// country is that of numbers written without one.
const country = "33"

// subscriberDigits is how many digits a number of the country has after the zero, or after
// +33.
const subscriberDigits = 9

// ParseNumber reads a number as people write it, with spaces, dots or hyphens:
// 02 99 00 00 01, +33 2 99 00 00 01, +33 02 99 00 00 01, 0033299000001 and 3939
// are numbers. Two or three digits are not: they are emergency services, which
// nothing dials by itself.
//
// Each number of the country has one form, that in which it is dialled: with a zero
// left before it, or of another length, one number would be judged and another dialled,
// for +33 0 252… in the national form is 00 252….
func ParseNumber(text string) (Number, bool) {
	digits := strings.NewReplacer(" ", "", "\u00a0", "", ".", "", "-", "").Replace(text)
	international := strings.HasPrefix(digits, "+")
	digits = strings.TrimPrefix(digits, "+")
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return "", false
	}
	if rest, abroad := strings.CutPrefix(digits, "00"); abroad && !international {
		international, digits = true, rest
	}
	ours, national := strings.CutPrefix(digits, country)
	switch {
	case international && national:
		ours = strings.TrimPrefix(ours, "0")
		if len(ours) != subscriberDigits || ours[0] == '0' {
			return "", false
		}
		return Number("+" + country + ours), true
	case international && len(digits) >= 8 && len(digits) <= 15 && digits[0] != '0':
		return Number("+" + digits), true
	case international:
		return "", false
	case len(digits) == 1+subscriberDigits && digits[0] == '0' && digits[1] != '0':
		return Number("+" + country + digits[1:]), true
	case len(digits) >= 4 && len(digits) <= 6 && digits[0] != '0':
		return Number(digits), true
	}
	return "", false
}

// IsOutside reports whether an agent's phone is a number, reached by the trunk,
// and no endpoint of Asterisk. The site folder gives numbers their plus.
func IsOutside(phone string) bool { return strings.HasPrefix(phone, "+") }

// premium begin the French numbers whose calls cost more than an ordinary one:
// 081, 082 and 089 in the national numbering plan. Those from 0800 to 0809 do not.
var premium = []string{"+3381", "+3382", "+3389"}

// Premium reports whether who calls the number pays its owner beside the call.
func (n Number) Premium() bool {
	return slices.ContainsFunc(premium, func(p string) bool { return strings.HasPrefix(string(n), p) })
}

// Subscriber reports whether the number is that of somebody in the country, on a line
// or a mobile phone: neither a service, of which some cost extra, nor abroad.
func (n Number) Subscriber() bool {
	rest, ours := strings.CutPrefix(string(n), "+"+country)
	return ours && len(rest) == subscriberDigits && rest[0] != '0' && rest[0] != '8' && !n.overseas()
}

// overseas begin, in the national numbering plan, numbers of departments and
// collectivities overseas: geographic ones, then mobile phones. They have country codes
// of their own (+262, +508, +590, +594, +596), calls there cost more, and what
// ParseNumber makes of their national form is nobody's number.
var overseas = []string{
	"+33262", "+33263", "+33269", "+33508", "+33590", "+33594", "+33596",
	"+33639", "+33690", "+33691", "+33692", "+33693", "+33694", "+33696", "+33697",
}

func (n Number) overseas() bool {
	return slices.ContainsFunc(overseas, func(p string) bool { return strings.HasPrefix(string(n), p) })
}

// National is the number as it is dialled within the country.
func (n Number) National() string {
	if rest, ours := strings.CutPrefix(string(n), "+"+country); ours {
		return "0" + rest
	}
	if rest, abroad := strings.CutPrefix(string(n), "+"); abroad {
		return "00" + rest
	}
	return string(n)
}

// Forms are all the ways in which trunks write the number.
func (n Number) Forms() []string {
	e164, international := strings.CutPrefix(string(n), "+")
	if !international {
		return []string{e164}
	}
	return slices.Compact([]string{string(n), e164, "00" + e164, n.National()})
}

// MaxOutside bounds how many calls to numbers outside are counted within an hour, and so
// how high a cap on them can be.
const MaxOutside = 1000
