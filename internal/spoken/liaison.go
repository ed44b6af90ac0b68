package spoken

import "strings"

// tied gives each number the sound that it has before the next word: French six
// is "sis" alone, "si" in six minutes and "siz" in six heures. Names of months
// change nothing, as in careful speech; nor does a number that follows another,
// but for vingt, of which the t is heard from 21 to 29.
func tied(p phrase) phrase {
	for i := 1; i < len(p); i++ {
		before := strings.TrimPrefix(p[i-1].Text, "-")
		if form, ok := frenchForms[tie{before, onset(p[i])}]; ok {
			p[i-1].Sound = form
		}
	}
	return p
}

// tie is a word and how the next one begins.
type tie struct {
	word string
	next next
}

type next int

const (
	consonant next = iota + 1
	heures
	euros
	added // to a ten: et, or a unit
)

// onset is how a word begins that numbers are tied to; 0 for all others.
func onset(w Word) next {
	switch w.Sound {
	case "cent", "cent_v", "cents_v", "mille", "million", "milliard", "minute", "centime":
		return consonant
	case "heure":
		return heures
	case "euro":
		return euros
	case "et":
		return added
	}
	if w.Text[0] == '-' {
		return added
	}
	return 0
}

// frenchForms names the sound of a word before a consonant, _c, and before a
// vowel, _v. The t of cent euros and the z of deux cents euros are two sounds.
var frenchForms = map[tie]string{
	{"six", consonant}:      "six_c",
	{"huit", consonant}:     "huit_c",
	{"dix", consonant}:      "dix_c",
	{"dix-huit", consonant}: "dix-huit_c",

	{"un", euros}:   "un_v",
	{"deux", euros}: "deux_v", {"deux", heures}: "deux_v",
	{"trois", euros}: "trois_v", {"trois", heures}: "trois_v",
	{"six", euros}: "six_v", {"six", heures}: "six_v",
	{"dix", euros}: "dix_v", {"dix", heures}: "dix_v",
	{"neuf", heures}: "neuf_v", {"dix-neuf", heures}: "dix-neuf_v",
	{"vingt", euros}: "vingt_v", {"vingt", heures}: "vingt_v", {"vingt", added}: "vingt_v",
	{"quatre-vingts", euros}: "quatre-vingts_v",
	{"cent", euros}:          "cent_v",
	{"cents", euros}:         "cents_v",
}
