package geography

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/internal/contact"
)

func TestEveryDepartmentIsThereOnce(t *testing.T) {
	t.Parallel()
	all := Departments()
	assert.Len(t, all, 96+12, "94 by number, two of Corsica, twelve overseas")
	assert.True(t, slices.IsSorted(slices.DeleteFunc(slices.Clone(all), func(d contact.Department) bool { return d == "2A" || d == "2B" })))
	for n := 1; n <= 95; n++ {
		code := contact.Department(fmt.Sprintf("%02d", n))
		assert.Equal(t, n != 20, Is(code), code)
	}
	for _, d := range all {
		assert.NotEmpty(t, Name(d), d)
	}
	for _, no := range []contact.Department{"", "20", "96", "00", "1", "979", "985", contact.Unknown} {
		assert.False(t, Is(no), no)
		assert.Empty(t, Name(no), no)
	}
	assert.Equal(t, "Ille-et-Vilaine", Name("35"))
}

func TestAPostalCodeLiesInADepartment(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]contact.Department{
		"35000": "35", "75116": "75", "01000": "01", "95880": "95", "90000": "90",
		// Corsica
		"20000": "2A", "20167": "2A", "20200": "2B", "20290": "2B", "20600": "2B", "20900": Corsica,
		// overseas
		"97100": "971", "97200": "972", "97300": "973", "97400": "974", "97500": "975", "97600": "976", "97133": "977", "97150": "978",
		"98600": "986", "98714": "987", "98800": "988", "98410": "984",
		// across a border
		"94390": "91", "94310": "94", "33220": "33", "01410": "01", "13780": "13",
		// only the beginning
		"35": "35", "20": Corsica, "971": "971", "201": "2A", "206": "2B", "350": "35", "3500": "35",
		// no department
		"98000": contact.Unknown, "98799": contact.Unknown, "99138": contact.Unknown, "00000": contact.Unknown, "96": contact.Unknown,
		"97": contact.Unknown, "98": contact.Unknown, "979": contact.Unknown, "": contact.Unknown, "3": contact.Unknown,
		"350000": contact.Unknown, "2A000": contact.Unknown, "3 5": contact.Unknown, "٣٥": contact.Unknown,
	} {
		assert.Equal(t, want, DepartmentOf(code), code)
	}
}

func TestTheBeginningOfAPostalCodeSaysTheSameAsTheWhole(t *testing.T) {
	t.Parallel()
	for n := range 100_000 {
		code := fmt.Sprintf("%05d", n)
		d := DepartmentOf(code)
		if _, crosses := crossings[code]; crosses {
			continue
		}
		assert.Equal(t, d, DepartmentOf(code[:3]), code)
		if d != contact.Unknown {
			assert.True(t, Is(d) || d == Corsica, code)
		}
	}
}

func TestCodesThatCrossABorderNameBothSides(t *testing.T) {
	t.Parallel()
	assert.Equal(t, contact.Department("74"), Also("01200"))
	assert.Empty(t, Also("35000"))
	assert.Empty(t, Also("94390"), "all of it lies in one department")
	for code, c := range crossings {
		assert.Len(t, code, 5)
		assert.True(t, Is(c.in) || c.in == contact.Unknown, code)
		assert.True(t, Is(c.also) || c.also == "", code)
		assert.NotEqual(t, c.in, c.also, code)
		// Whatever is written here must not be what the digits say anyway.
		assert.True(t, c.also != "" || c.in != byPrefix(code), code)
	}
}
