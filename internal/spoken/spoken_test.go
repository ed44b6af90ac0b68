package spoken

import (
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// saying is what a value should be, written out by hand.
type saying struct {
	kind        Kind
	value, text string
}

var inFrench = []saying{
	{Number, "0", "zéro"},
	{Number, "1", "un"},
	{Number, "17", "dix-sept"},
	{Number, "20", "vingt"},
	{Number, "21", "vingt et un"},
	{Number, "22", "vingt-deux"},
	{Number, "31", "trente et un"},
	{Number, "69", "soixante-neuf"},
	{Number, "70", "soixante-dix"},
	{Number, "71", "soixante et onze"},
	{Number, "77", "soixante-dix-sept"},
	{Number, "80", "quatre-vingts"},
	{Number, "81", "quatre-vingt-un"},
	{Number, "90", "quatre-vingt-dix"},
	{Number, "91", "quatre-vingt-onze"},
	{Number, "99", "quatre-vingt-dix-neuf"},
	{Number, "100", "cent"},
	{Number, "101", "cent un"},
	{Number, "171", "cent soixante et onze"},
	{Number, "200", "deux cents"},
	{Number, "201", "deux cent un"},
	{Number, "280", "deux cent quatre-vingts"},
	{Number, "1000", "mille"},
	{Number, "1001", "mille un"},
	{Number, "1100", "mille cent"},
	{Number, "2000", "deux mille"},
	{Number, "21000", "vingt et un mille"},
	{Number, "80000", "quatre-vingt mille"},
	{Number, "200000", "deux cent mille"},
	{Number, "201000", "deux cent un mille"},
	{Number, "1000000", "un million"},
	{Number, "80000000", "quatre-vingts millions"},
	{Number, "200000000", "deux cents millions"},
	{Number, "1000001000", "un milliard mille"},
	{Number, "999999999999", "neuf cent quatre-vingt-dix-neuf milliards neuf cent quatre-vingt-dix-neuf millions neuf cent quatre-vingt-dix-neuf mille neuf cent quatre-vingt-dix-neuf"},
	{Feminine, "1", "une"},
	{Feminine, "2", "deux"},
	{Feminine, "11", "onze"},
	{Feminine, "21", "vingt et une"},
	{Feminine, "71", "soixante et onze"},
	{Feminine, "81", "quatre-vingt-une"},
	{Feminine, "101", "cent une"},
	{Feminine, "21000", "vingt et un mille"},
	{Feminine, "1000001", "un million une"},
	{Digits, "44000", "quatre quatre zéro zéro zéro"},
	{Digits, "07", "zéro sept"},
	{Phone, "0612345678", "zéro six, douze, trente-quatre, cinquante-six, soixante-dix-huit"},
	{Phone, "+33612345678", "zéro six, douze, trente-quatre, cinquante-six, soixante-dix-huit"},
	{Phone, "0160157100", "zéro un, soixante, quinze, soixante et onze, zéro zéro"},
	{Phone, "3939", "trente-neuf, trente-neuf"},
	{Phone, "112", "cent douze"},
	{Phone, "15", "quinze"},
	{Phone, "+3222101234", "plus trente-deux, vingt-deux, dix, douze, trente-quatre"},
	{FiscalNumber, "3023217600053", "trente, vingt-trois, deux cent dix-sept, six cents, zéro cinquante-trois"},
	{Date, "2026-12-01", "premier décembre deux mille vingt-six"},
	{Date, "2026-02-21", "vingt et un février deux mille vingt-six"},
	{Date, "1980-08-11", "onze août mille neuf cent quatre-vingts"},
	{Date, "31122000", "trente et un décembre deux mille"},
	{Time, "00:00", "minuit"},
	{Time, "00:05", "zéro heure cinq"},
	{Time, "01:01", "une heure une"},
	{Time, "08:30", "huit heures trente"},
	{Time, "8:30", "huit heures trente"},
	{Time, "11:30", "onze heures trente"},
	{Time, "12:00", "midi"},
	{Time, "1230", "douze heures trente"},
	{Time, "21:21", "vingt et une heures vingt et une"},
	{Time, "23:59", "vingt-trois heures cinquante-neuf"},
	{Amount, "0", "zéro euro"},
	{Amount, "0.01", "un centime"},
	{Amount, "0,50", "cinquante centimes"},
	{Amount, "1", "un euro"},
	{Amount, "1.5", "un euro et cinquante centimes"},
	{Amount, "5.00", "cinq euros"},
	{Amount, "5,05", "cinq euros et cinq centimes"},
	{Amount, "21", "vingt et un euros"},
	{Amount, "80", "quatre-vingts euros"},
	{Amount, "200.01", "deux cents euros et un centime"},
	{Amount, "1000", "mille euros"},
	{Amount, "1000000", "un million d'euros"},
	{Amount, "2000000.10", "deux millions d'euros et dix centimes"},
	{Amount, "1000200", "un million deux cents euros"},
	{Wait, "0", "moins d'une minute"},
	{Wait, "59", "moins d'une minute"},
	{Wait, "60", "une minute"},
	{Wait, "61", "deux minutes"},
	{Wait, "120", "deux minutes"},
	{Wait, "1260", "vingt et une minutes"},
	{Wait, "3600", "une heure"},
	{Wait, "3660", "une heure et une minute"},
	{Wait, "86400", "vingt-quatre heures"},
}

var inEnglish = []saying{
	{Number, "0", "zero"},
	{Number, "21", "twenty-one"},
	{Number, "100", "one hundred"},
	{Number, "101", "one hundred and one"},
	{Number, "1000", "one thousand"},
	{Number, "1001", "one thousand and one"},
	{Number, "1100", "one thousand one hundred"},
	{Number, "345678", "three hundred and forty-five thousand six hundred and seventy-eight"},
	{Number, "2000000000", "two billion"},
	{Feminine, "21", "twenty-one"},
	{Digits, "44000", "four four zero zero zero"},
	{Phone, "0612345678", "zero six, one two, three four, five six, seven eight"},
	{Date, "2026-12-01", "the first of December two thousand and twenty-six"},
	{Date, "1999-08-21", "the twenty-first of August nineteen ninety-nine"},
	{Date, "1905-01-30", "the thirtieth of January nineteen oh five"},
	{Date, "1900-01-12", "the twelfth of January nineteen hundred"},
	{Time, "00:00", "midnight"},
	{Time, "00:05", "twelve oh five a.m."},
	{Time, "11:30", "eleven thirty a.m."},
	{Time, "12:00", "midday"},
	{Time, "12:30", "twelve thirty p.m."},
	{Time, "17:00", "five p.m."},
	{Amount, "0", "zero euros"},
	{Amount, "1.01", "one euro and one cent"},
	{Amount, "0.50", "fifty cents"},
	{Amount, "1000000", "one million euros"},
	{Wait, "30", "less than one minute"},
	{Wait, "60", "one minute"},
	{Wait, "120", "two minutes"},
	{Wait, "7260", "two hours and one minute"},
}

func TestValuesAreSaidAsPeopleSayThem(t *testing.T) {
	t.Parallel()
	for code, list := range map[string][]saying{"fr": inFrench, "en": inEnglish} {
		l, known := In(code)
		require.True(t, known)
		for _, s := range list {
			words, ok := l.Say(s.kind, s.value)
			assert.True(t, ok, "%s %s:%s", code, s.kind, s.value)
			assert.Equal(t, s.text, Text(words), "%s %s:%s", code, s.kind, s.value)
		}
	}
}

func TestFrenchNumbersSoundAsTheWordThatFollowsWants(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind   Kind
		value  string
		sounds []string
	}{
		{Number, "6", []string{"six"}},
		{Number, "26", []string{"vingt_v", "six"}},
		{Number, "21", []string{"vingt_v", "et", "un"}},
		{Number, "20", []string{"vingt"}},
		{Number, "120", []string{"cent", "vingt"}},
		{Number, "81", []string{"quatre-vingt", "un"}},
		{Number, "600", []string{"six_c", "cent"}},
		{Number, "10000", []string{"dix_c", "mille"}},
		{Number, "98000", []string{"quatre-vingt", "dix-huit_c", "mille"}},
		{Number, "101000", []string{"cent", "un", "mille"}},
		{Wait, "360", []string{"six_c", "minute"}},
		{Wait, "1560", []string{"vingt_v", "six_c", "minute"}},
		{Wait, "21600", []string{"six_v", "heure"}},
		{Time, "09:10", []string{"neuf_v", "heure", "dix"}},
		{Time, "19:08", []string{"dix-neuf_v", "heure", "huit"}},
		{Time, "20:20", []string{"vingt_v", "heure", "vingt"}},
		{Time, "22:00", []string{"vingt_v", "deux_v", "heure"}},
		{Amount, "1", []string{"un_v", "euro"}},
		{Amount, "9", []string{"neuf", "euro"}},
		{Amount, "80", []string{"quatre-vingts_v", "euro"}},
		{Amount, "100", []string{"cent_v", "euro"}},
		{Amount, "200", []string{"deux", "cents_v", "euro"}},
		{Amount, "2,10", []string{"deux_v", "euro", "et", "dix_c", "centime"}},
		{Amount, "10000000", []string{"dix_c", "million", "d_euros"}},
	} {
		words, ok := languages["fr"].Say(c.kind, c.value)
		require.True(t, ok)
		var sounds []string
		for _, w := range words {
			sounds = append(sounds, w.Sound)
		}
		assert.Equal(t, c.sounds, sounds, "%s:%s", c.kind, c.value)
	}
}

func TestWhatIsNoSuchValueIsSaidDigitByDigit(t *testing.T) {
	t.Parallel()
	for _, s := range []saying{
		{Number, "1234567890123", "un deux trois quatre cinq six sept huit neuf zéro un deux trois"},
		{Number, "-5", "cinq"},
		{FiscalNumber, "302", "trois zéro deux"},
		{Date, "2026-02-30", "deux zéro deux six zéro deux trois zéro"},
		{Time, "24:00", "deux quatre zéro zéro"},
		{Amount, "1.234", "un deux trois quatre"},
		{Amount, "1e9", "un neuf"},
		{Wait, "90000", "neuf zéro zéro zéro zéro"},
		{Phone, "06 12", "zéro six un deux"},
	} {
		words, ok := languages["fr"].Say(s.kind, s.value)
		assert.True(t, ok)
		assert.Equal(t, s.text, Text(words), "%s:%s", s.kind, s.value)
	}
	for _, kind := range Kinds {
		for _, value := range []string{"", "abc", "+", "٣"} {
			words, ok := languages["fr"].Say(kind, value)
			assert.False(t, ok, "%s:%s", kind, value)
			assert.Empty(t, words)
		}
	}
}

// Each sound that a language lists is needed by some value, and no value needs
// another: a site that has them all never leaves a gap.
func TestTheSoundsOfALanguageAreThoseThatItsValuesNeed(t *testing.T) {
	t.Parallel()
	file := regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]*$`)
	for code, l := range languages {
		listed := map[string]bool{}
		for _, s := range l.Sounds() {
			assert.False(t, listed[s.Name], "%s lists %s twice", code, s.Name)
			assert.Regexp(t, file, s.Name)
			assert.Equal(t, s.Name == Pause, s.Text == "", s.Name)
			listed[s.Name] = true
		}
		needed := map[string]bool{}
		for kind, values := range everyValue() {
			for _, value := range values {
				words, ok := l.Say(kind, value)
				require.True(t, ok, "%s:%s", kind, value)
				for _, w := range words {
					needed[w.Sound] = true
				}
			}
		}
		assert.ElementsMatch(t, keys(listed), keys(needed), code)
	}
}

func keys(set map[string]bool) []string {
	var all []string
	for k := range set {
		all = append(all, k)
	}
	slices.Sort(all)
	return all
}
