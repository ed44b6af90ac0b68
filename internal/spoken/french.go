package spoken

import "strings"

// french is the French of France. What an ear notices is in the words: the et of
// vingt et un, quatre-vingts without its s before another number, mille without
// un, a feminine une before heures and minutes, un million d'euros. And it is in
// the sounds: six, dix and huit lose their end before a consonant, and numbers
// are tied to heures and euros; see tied.
type french struct{}

// frenchUnits are the numbers below twenty.
var frenchUnits = []string{
	"zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze", "treize",
	"quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf",
}

var frenchTens = []string{"", "", "vingt", "trente", "quarante", "cinquante", "soixante", "soixante", "quatre-vingt", "quatre-vingt"}

var frenchMonths = []string{
	"", "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre",
}

func (f french) number(n int64, feminine bool) phrase {
	if n == 0 {
		return phrase(nil).add("zéro")
	}
	var p phrase
	for _, scale := range []struct {
		value int64
		name  string
	}{{1e9, "milliard"}, {1e6, "million"}} {
		if many := n / scale.value; many > 0 {
			p = append(p, tied(f.below1000(many, true, false).counted(scale.name, many))...)
			n %= scale.value
		}
	}
	if thousands := n / 1000; thousands > 0 {
		if thousands > 1 {
			p = append(p, f.below1000(thousands, false, false)...)
		}
		p = p.add("mille")
	}
	if rest := n % 1000; rest > 0 {
		p = append(p, f.below1000(rest, true, feminine)...)
	}
	return tied(p)
}

// below1000 is for 1 to 999. Cent and vingt take their s only last.
func (f french) below1000(n int64, last, feminine bool) phrase {
	var p phrase
	hundreds, rest := n/100, n%100
	if hundreds > 1 {
		p = p.add(frenchUnits[hundreds])
	}
	if hundreds > 0 {
		p = append(p, plural("cent", hundreds > 1 && rest == 0 && last))
	}
	if rest == 0 {
		return p
	}
	return append(p, f.below100(rest, last, feminine)...)
}

func (f french) below100(n int64, last, feminine bool) phrase {
	if n < 20 {
		return phrase{frenchUnit(n, feminine)}
	}
	tens, unit := n/10, n%10
	if tens == 7 || tens == 9 {
		unit += 10
	}
	p := phrase{plural(frenchTens[tens], n == 80 && last)}
	if unit == 0 {
		return p
	}
	w := frenchUnit(unit, feminine)
	if (unit == 1 || unit == 11) && tens < 8 {
		return append(p.add("et"), w)
	}
	w.Text = "-" + w.Text
	return append(p, w)
}

func frenchUnit(n int64, feminine bool) Word {
	text := frenchUnits[n]
	if n == 1 && feminine {
		text = "une"
	}
	return Word{Sound: name(text), Text: text}
}

// plural writes an s that nobody hears.
func plural(text string, many bool) Word {
	w := Word{Sound: name(text), Text: text}
	if many {
		w.Text += "s"
	}
	return w
}

// counted adds what there are n of: zero and one are singular.
func (p phrase) counted(noun string, n int64) phrase { return append(p, plural(noun, n > 1)) }

// group says leading zeros one by one: zéro six, zéro cinquante-trois.
func (f french) group(digits string) phrase {
	var p phrase
	rest := strings.TrimLeft(digits, "0")
	for range len(digits) - len(rest) {
		p = p.add("zéro")
	}
	if rest == "" {
		return p
	}
	return append(p, f.number(integer(rest), false)...)
}

func (french) plus() Word { return Word{Sound: "plus", Text: "plus"} }

// date has no article: the prompt before it says le, au or jusqu'au.
func (f french) date(d date) phrase {
	p := phrase(nil).add("premier")
	if d.day > 1 {
		p = f.number(int64(d.day), false)
	}
	return append(p.add(frenchMonths[d.month]), f.number(int64(d.year), false)...)
}

// time says midi and minuit for these instants only; what follows them is said by
// the clock, douze heures trente, so that nobody confuses the two.
func (f french) time(c clock) phrase {
	switch c {
	case clock{0, 0}:
		return phrase(nil).add("minuit")
	case clock{12, 0}:
		return phrase(nil).add("midi")
	}
	p := f.counting(int64(c.hour), "heure", true)
	if c.minute > 0 {
		p = append(p, f.number(int64(c.minute), true)...)
	}
	return p
}

// counting is a number and what it counts, tied.
func (f french) counting(n int64, noun string, feminine bool) phrase {
	return tied(f.number(n, feminine).counted(noun, n))
}

// amount leaves out cents that are none, and euros if there are only cents.
func (f french) amount(a amount) phrase {
	cents := f.counting(int64(a.cents), "centime", false)
	switch {
	case a.cents > 0 && a.euros == 0:
		return cents
	case a.cents > 0:
		return append(f.euros(a.euros).add("et"), cents...)
	}
	return f.euros(a.euros)
}

func (f french) euros(n int64) phrase {
	if n > 0 && n%1e6 == 0 {
		return f.number(n, false).add("d'euros")
	}
	return f.counting(n, "euro", false)
}

func (f french) wait(minutes int) phrase {
	if minutes == 0 {
		return phrase(nil).add("moins d'une minute")
	}
	hours, rest := int64(minutes/60), int64(minutes%60)
	switch {
	case hours == 0:
		return f.counting(rest, "minute", true)
	case rest == 0:
		return f.counting(hours, "heure", true)
	}
	return append(f.counting(hours, "heure", true).add("et"), f.counting(rest, "minute", true)...)
}
