package config

import (
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"github.com/guichet/guichet/internal/contact"
)

// outsideYAML is which numbers agents may have called, into a conversation or to have it.
type outsideYAML struct {
	// Allow lists numbers that may be called beside those of the country: one abroad, or a
	// short one such as 3939.
	Allow list[value[string]] `yaml:"allow"`
	// MaxPerAgent is how many numbers one agent may have called within an hour, 30 by
	// default.
	MaxPerAgent value[int] `yaml:"max_per_agent"`
	// MaxPerHour is how many all of them may, 300 by default.
	MaxPerHour value[int] `yaml:"max_per_hour"`
}

// Outside is which numbers agents may have called.
type Outside struct {
	Allow                   []contact.Number
	MaxPerAgent, MaxPerHour int
}

const (
	outsidePerAgent = 30
	outsidePerHour  = 300
)

func (b *builder) mayCallOutside(y outsideYAML) Outside {
	b.between(y.MaxPerAgent, 1, contact.MaxOutside)
	b.between(y.MaxPerHour, 1, contact.MaxOutside)
	o := Outside{MaxPerAgent: y.MaxPerAgent.or(outsidePerAgent), MaxPerHour: y.MaxPerHour.or(outsidePerHour)}
	for _, v := range y.Allow {
		n, ok := contact.ParseNumber(v.v)
		switch {
		case !ok:
			b.add(v.at, "write it like +32 2 123 45 67, or 3939", "%q is not a telephone number", v.v)
		case costsExtra(v.v):
			b.add(v.at, "such a number is called by no agent", "each call to %s would be paid to its owner", v.v)
		default:
			o.Allow = append(o.Allow, n)
		}
	}
	return o
}

// country is the region of numbers written without one.
const country = "FR"

// ordinary are the kinds of numbers whose calls cost what calls cost.
var ordinary = []phonenumbers.PhoneNumberType{
	phonenumbers.FIXED_LINE, phonenumbers.MOBILE, phonenumbers.FIXED_LINE_OR_MOBILE, phonenumbers.TOLL_FREE, phonenumbers.VOIP,
}

// barred says why a number is none that is dialled for people: abroad, or one that costs
// extra, or nobody's; empty for an ordinary one of the country. Menus, calls back and
// agents are held to the same.
func barred(n contact.Number) string {
	parsed, err := phonenumbers.Parse(string(n), country)
	switch {
	case err != nil || phonenumbers.Format(parsed, phonenumbers.E164) != string(n):
		return "it is not a telephone number of the country" // or the library corrects what would be dialled as it is
	case strings.HasPrefix(string(n), "+3380") && len(n) == len("+33800000000"):
		return "" // 0800 to 0809 cost nothing extra; the library takes the last four for shared cost
	case !phonenumbers.IsValidNumber(parsed):
		return "it is not a telephone number of the country"
	case phonenumbers.GetRegionCodeForNumber(parsed) != country:
		return "it is abroad, or overseas"
	case n.Premium() || !slices.Contains(ordinary, phonenumbers.GetNumberType(parsed)):
		return costly
	}
	return ""
}

const costly = "calls to it cost extra"

// MayDial is a number in the one form in which it is dialled, if an agent may have it
// called: an ordinary one of the country, or one that the site allows, and none that leads
// back to us. Why says why not; it is for the agent, and names no number.
func (s *Site) MayDial(written string) (n contact.Number, why string) {
	n, ok := contact.ParseNumber(written)
	if !ok {
		return "", "it is not a telephone number"
	}
	if _, ours := s.leadsTo(n); ours {
		return "", "it leads back to this service"
	}
	if slices.Contains(s.Outside.Allow, n) {
		return n, ""
	}
	if why := barred(n); why != "" {
		return "", why
	}
	return n, ""
}
