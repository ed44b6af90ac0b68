package ivr

import "slices"

// Check is a rule that a collected number must satisfy as a whole.
type Check string

// The checks a collect may name.
const (
	NoCheck      Check = ""
	Luhn         Check = "luhn"
	Siret        Check = "siret"
	FiscalNumber Check = "fiscal_number"
	PostalCode   Check = "postal_code"
)

// Checks lists the names, for messages.
var Checks = []Check{Luhn, Siret, FiscalNumber, PostalCode}

// Known reports whether the check exists.
func (c Check) Known() bool { return c == NoCheck || slices.Contains(Checks, c) }

// Holds reports whether digits, a string of 0 to 9, satisfies the check.
func (c Check) Holds(digits string) bool {
	switch c {
	case Luhn:
		return luhn(digits)
	case Siret:
		return len(digits) == 14 && luhn(digits)
	case FiscalNumber:
		return fiscalNumber(digits)
	case PostalCode:
		return len(digits) == 5 && digits >= "01000" && digits < "99000"
	}
	return true
}

// luhn doubles every second digit from the right; the sum ends in zero.
func luhn(digits string) bool {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			d *= 2
		}
		sum += d/10 + d%10
	}
	return len(digits) > 0 && sum%10 == 0
}

// fiscalNumber holds for 13 digits of which the first is 0 to 3 and the last
// three are the first ten modulo 511.
func fiscalNumber(digits string) bool {
	if len(digits) != 13 || digits[0] > '3' {
		return false
	}
	return number(digits[:10])%511 == number(digits[10:])
}

func number(digits string) int {
	n := 0
	for _, d := range digits {
		n = n*10 + int(d-'0')
	}
	return n
}
