package contact_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/internal/contact"
)

func TestANumberIsReadAsPeopleWriteIt(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]contact.Number{
		"0299000001": "+33299000001", "02 99 00 00 01": "+33299000001", "02.99-00\u00a000 01": "+33299000001",
		"+33 2 99 00 00 01": "+33299000001", "0033299000001": "+33299000001", "+4915112345678": "+4915112345678",
		"+330299000001": "+33299000001", "0033 0 2 99 00 00 01": "+33299000001", "+33 0899 12 34 56": "+33899123456",
		"+330252612345": "+33252612345", "00330252612345": "+33252612345",
		"3939": "3939", "36 46": "3646", "118218": "118218",
	} {
		got, ok := contact.ParseNumber(text)
		assert.True(t, ok, text)
		assert.Equal(t, want, got, text)
	}
}

func TestWhatIsNoNumberToDialIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "+", "112", "15", "0", "000000", "029900000", "02990000010", "+0299000001", "+3312345", "+1234567890123456",
		"0299000001@trunk", "0299000001&PJSIP/1", "${X}", "0299,1", "zéro", "++33299000001", "+33+299000001",
		"+3300252612345", "+330029900000", "+33801234567890", "+3380512", "+3329900000", "+332990000011", "0033 00 299 000 001", "+33", "+330", "२०१४",
	} {
		n, ok := contact.ParseNumber(text)
		assert.False(t, ok, text)
		assert.Empty(t, n, text)
	}
}

func TestANumberCanBeDialledInTheNationalForm(t *testing.T) {
	t.Parallel()
	for number, want := range map[contact.Number]string{
		"+33299000001": "0299000001", "+4915112345678": "004915112345678", "3939": "3939",
	} {
		assert.Equal(t, want, number.National())
	}
}

func TestANumberIsKnownInEachFormOfATrunk(t *testing.T) {
	t.Parallel()
	for number, want := range map[contact.Number][]string{
		"+33299000001":   {"+33299000001", "33299000001", "0033299000001", "0299000001"},
		"+4915112345678": {"+4915112345678", "4915112345678", "004915112345678"},
		"3939":           {"3939"},
	} {
		assert.Equal(t, want, number.Forms())
	}
}

func TestASubscriberIsSomebodyOfTheCountryAndNotOverseas(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"02 99 00 00 01": true, "05 91 00 00 01": true, "06 12 34 56 78": true, "0695 00 00 01": true, "0698 00 00 01": true, "07 00 00 00 01": true,
		"0262 00 00 01": false, "0269 00 00 01": false, "0508 00 00 01": false, "0590 00 00 01": false, "0594 00 00 01": false, "0596 00 00 01": false,
		"0639 00 00 01": false, "0690 00 00 01": false, "0692 00 00 01": false, "0694 00 00 01": false, "0696 00 00 01": false, "+33 697 00 00 01": false,
		"+262 262 00 00 01": false, "0800 000 001": false, "3939": false, "+49 81 000 0001": false,
	} {
		n, ok := contact.ParseNumber(text)
		assert.True(t, ok, text)
		assert.Equal(t, want, n.Subscriber(), text)
	}
}

func TestNumbersThatCostExtraAreKnown(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"08 10 00 00 01": true, "0826 000 001": true, "+33 899 00 00 01": true, "0033892000001": true,
		"0800 000 001": false, "0809 401 401": false, "01 89 00 00 01": false, "06 12 34 56 78": false, "+49 81 000 0001": false, "3939": false,
	} {
		n, ok := contact.ParseNumber(text)
		assert.True(t, ok, text)
		assert.Equal(t, want, n.Premium(), text)
	}
}
