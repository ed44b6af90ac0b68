package config

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/internal/contact"
)

func TestAgentsHaveOrdinaryNumbersOfTheCountryCalled(t *testing.T) {
	t.Parallel()
	s := &Site{Outside: Outside{Allow: []contact.Number{"3939", "+3222345678"}}, aliases: map[string]contact.Entry{"0199002014": "2014", "2014": "2014"}}
	for written, want := range map[string]contact.Number{
		"02 99 00 00 01": "+33299000001", "0033299000001": "+33299000001", "+33 6 12 34 56 78": "+33612345678",
		"0800 00 00 01": "+33800000001", "3939": "3939", "+32 2 234 56 78": "+3222345678",
		"+330252612345": "+33252612345", "00330252612345": "+33252612345", "0033 0 1 23 45 67 89": "+33123456789", "+330612345678": "+33612345678",
	} {
		n, why := s.MayDial(written)
		assert.Empty(t, why, written)
		assert.Equal(t, want, n, written)
	}
	for _, written := range []string{
		"", "17", "112", "0899 12 34 56", "0810 12 34 56", "+1 900 234 5678", "+44 20 7946 0958", "00 44 20 7946 0958", "+262 262 12 34 56",
		"0262 12 34 56", "3240", "0199002014", "2014", "PJSIP/1001@trunk", "06123456789", "+33000000000", "0612345678,,1", "+881612345678",
		"02&99", "sip:0299000001@elsewhere", "+330199002014", "0033 0 199 00 20 14", "+330899123456", "+33801234567890", "+3380512", "+33805",
		"+3300252612345", "+33 0 262 12 34 56", "+33252612345678",
	} {
		n, why := s.MayDial(written)
		assert.NotEmpty(t, why, written)
		assert.Empty(t, n, written)
	}
}

func TestWhatIsJudgedIsWhatIsDialled(t *testing.T) {
	t.Parallel()
	for _, n := range []contact.Number{"+330252612345", "+33801234567890", "+3380512", "+330800000001"} {
		assert.NotEmpty(t, barred(n), "the library drops the zero, the trunk would not: %s is %s", n, n.National())
	}
}
