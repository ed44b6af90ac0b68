package spoken

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// everyValue holds enough of each kind for every word of a language to be said.
func everyValue() map[Kind][]string {
	all := map[Kind][]string{
		Phone:        {"+3222101234", "0160157100"},
		FiscalNumber: {"3023217600053"},
		Amount:       {"1000000", "0.01", "2.02"},
		Number:       {"999999999999", "1000001000"},
		Digits:       {"0123456789"},
	}
	for n := range 2000 {
		all[Number] = append(all[Number], fmt.Sprint(n), fmt.Sprint(n*1000), fmt.Sprint(n*1000000))
		all[Feminine] = append(all[Feminine], fmt.Sprint(n))
		all[Amount] = append(all[Amount], fmt.Sprint(n), fmt.Sprintf("%d.%02d", n%3, n%100))
	}
	for minute := range 24 * 60 {
		all[Time] = append(all[Time], fmt.Sprintf("%02d:%02d", minute/60, minute%60))
		all[Wait] = append(all[Wait], fmt.Sprint(60*minute))
	}
	for day := range 31 {
		all[Date] = append(all[Date], fmt.Sprintf("2028-%02d-%02d", []int{1, 3, 5, 7, 8, 10, 12}[day%7], day+1))
	}
	for month := range 12 {
		all[Date] = append(all[Date], fmt.Sprintf("19%02d-%02d-01", month, month+1))
	}
	return all
}

// The reader below knows the numbers of French as a table of words and nothing
// of how phrases are made.
var wordsRead = map[string]int64{
	"zéro": 0, "un": 1, "une": 1, "premier": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8,
	"neuf": 9, "dix": 10, "onze": 11, "douze": 12, "treize": 13, "quatorze": 14, "quinze": 15, "seize": 16, "vingt": 20,
	"trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60, "octante": 80,
}

// read is the number that a French text says.
func read(t require.TestingT, text string) int64 {
	text = strings.NewReplacer("quatre-vingts", "octante", "quatre-vingt", "octante").Replace(text)
	var total, below1e3 int64
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '-' }) {
		scale := map[string]int64{"mille": 1e3, "million": 1e6, "milliard": 1e9}[strings.TrimSuffix(word, "s")]
		switch {
		case scale > 0:
			total, below1e3 = total+max(below1e3, 1)*scale, 0
		case word == "cent" || word == "cents":
			below1e3 = max(below1e3, 1) * 100
		case word == "et":
		default:
			n, known := wordsRead[word]
			require.True(t, known, "%q in %q", word, text)
			below1e3 += n
		}
	}
	return total + below1e3
}

func sayFrench(t require.TestingT, kind Kind, value string) string {
	words, ok := languages["fr"].Say(kind, value)
	require.True(t, ok)
	return Text(words)
}

func TestReadingAFrenchNumberBackGivesIt(t *testing.T) {
	t.Parallel()
	for n := range int64(3000) {
		require.Equal(t, n, read(t, sayFrench(t, Number, fmt.Sprint(n))))
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(0, 999_999_999_999).Draw(t, "n")
		kind := rapid.SampledFrom([]Kind{Number, Feminine}).Draw(t, "kind")
		require.Equal(t, n, read(t, sayFrench(t, kind, fmt.Sprint(n))))
	})
}

func TestReadingAFrenchDateBackGivesIt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		year, month, day := rapid.IntRange(1, 9999).Draw(t, "year"), rapid.IntRange(1, 12).Draw(t, "month"), rapid.IntRange(1, 28).Draw(t, "day")
		words := strings.Fields(sayFrench(t, Date, fmt.Sprintf("%04d-%02d-%02d", year, month, day)))
		at := slices.IndexFunc(words, func(w string) bool { return slices.Contains(frenchMonths, w) })
		require.Equal(t, month, slices.Index(frenchMonths, words[at]))
		require.EqualValues(t, day, read(t, strings.Join(words[:at], " ")))
		require.EqualValues(t, year, read(t, strings.Join(words[at+1:], " ")))
	})
}

func TestReadingAFrenchTimeBackGivesIt(t *testing.T) {
	t.Parallel()
	for n := range int64(24 * 60) {
		text := sayFrench(t, Time, fmt.Sprintf("%02d:%02d", n/60, n%60))
		switch text {
		case "minuit":
			require.Zero(t, n)
		case "midi":
			require.EqualValues(t, 12*60, n)
		default:
			hour, minute, found := strings.Cut(strings.Replace(text, "heures", "heure", 1), "heure")
			require.True(t, found)
			require.Equal(t, n, 60*read(t, hour)+read(t, minute))
		}
	}
}

func TestReadingAFrenchAmountBackGivesIt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cents := rapid.Int64Range(0, 99_999_999_999).Draw(t, "cents")
		text := strings.NewReplacer("d'euros", "euro", "euros", "euro", "centimes", "", "centime", "").Replace(sayFrench(t, Amount, fmt.Sprintf("%d.%02d", cents/100, cents%100)))
		euros, rest, found := strings.Cut(text, "euro")
		if !found {
			euros, rest = "", text
		}
		require.Equal(t, cents, 100*read(t, euros)+read(t, rest))
	})
}

func TestReadingAFrenchWaitBackGivesItsMinutes(t *testing.T) {
	t.Parallel()
	for minutes := int64(1); minutes <= 24*60; minutes++ {
		text := strings.NewReplacer("heures", "heure", "minutes", "", "minute", "").Replace(sayFrench(t, Wait, fmt.Sprint(60*minutes-rest(minutes))))
		hours, left, found := strings.Cut(text, "heure")
		if !found {
			hours, left = "", text
		}
		require.Equal(t, minutes, 60*read(t, hours)+read(t, left))
	}
}

// rest makes waits that are not whole minutes, but for the first.
func rest(minutes int64) int64 {
	if minutes == 1 {
		return 0
	}
	return minutes % 60
}

// A group is heard between pauses, and its zeros are said.
func TestReadingGroupsOfDigitsBackGivesThem(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		kind, pattern := Phone, `0[0-9]{9}`
		if rapid.Bool().Draw(t, "fiscal") {
			kind, pattern = FiscalNumber, `[0-9]{13}`
		}
		value := rapid.StringMatching(pattern).Draw(t, "value")
		var heard strings.Builder
		for _, group := range strings.Split(sayFrench(t, kind, value), ", ") {
			for strings.HasPrefix(group, "zéro") {
				heard.WriteByte('0')
				group = strings.TrimSpace(strings.TrimPrefix(group, "zéro"))
			}
			if group != "" {
				fmt.Fprint(&heard, read(t, group))
			}
		}
		require.Equal(t, value, heard.String())
	})
}

// Two values that sound the same would deceive somebody; in no language may they.
func TestDifferentNumbersAreSaidDifferently(t *testing.T) {
	t.Parallel()
	for code, l := range languages {
		heard := map[string]int{}
		for n := range 30_000 {
			words, _ := l.Say(Number, fmt.Sprint(n))
			text := Text(words)
			other, twice := heard[text]
			require.False(t, twice, "%s says %d and %d alike: %s", code, n, other, text)
			heard[text] = n
		}
	}
}

func FuzzSay(f *testing.F) {
	for _, s := range slices.Concat(inFrench, inEnglish) {
		f.Add(string(s.kind), s.value)
	}
	f.Fuzz(func(t *testing.T, kind, value string) {
		for code, l := range languages {
			words, ok := l.Say(Kind(kind), value)
			require.Equal(t, ok, len(words) > 0)
			require.LessOrEqual(t, len(words), 40+len(value))
			for _, w := range words {
				require.True(t, slices.ContainsFunc(l.sounds, func(s Sound) bool { return s.Name == w.Sound }), "%s lacks %s", code, w.Sound)
			}
		}
	})
}
