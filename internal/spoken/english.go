package spoken

// english is British, with the and of one hundred and one, and the clock of
// twelve hours.
type english struct{}

var englishUnits = []string{
	"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
	"fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
}

var englishTens = []string{"", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"}

var englishOrdinals = []string{
	"", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth",
	"thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth", "twentieth",
}

var englishMonths = []string{
	"", "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
}

// number has no gender.
func (e english) number(n int64, _ bool) phrase {
	if n == 0 {
		return phrase(nil).add("zero")
	}
	var p phrase
	for _, scale := range []struct {
		value int64
		name  string
	}{{1e9, "billion"}, {1e6, "million"}, {1000, "thousand"}} {
		if many := n / scale.value; many > 0 {
			p = append(p, e.below1000(many)...).add(scale.name)
			n %= scale.value
		}
	}
	if len(p) > 0 && n > 0 && n < 100 {
		p = p.add("and")
	}
	return append(p, e.below1000(n)...)
}

func (e english) below1000(n int64) phrase {
	hundreds, rest := n/100, n%100
	var p phrase
	if hundreds > 0 {
		p = p.add(englishUnits[hundreds], "hundred")
		if rest > 0 {
			p = p.add("and")
		}
	}
	return append(p, e.below100(rest)...)
}

// below100 says nothing of zero.
func (english) below100(n int64) phrase {
	switch {
	case n == 0:
		return nil
	case n < 20:
		return phrase(nil).add(englishUnits[n])
	}
	p := phrase(nil).add(englishTens[n/10])
	if unit := n % 10; unit > 0 {
		p = append(p, Word{Sound: englishUnits[unit], Text: "-" + englishUnits[unit]})
	}
	return p
}

// group is said digit by digit: English numbers are not said in pairs.
func (english) group(digits string) phrase {
	var p phrase
	for _, d := range digits {
		p = p.add(englishUnits[d-'0'])
	}
	return p
}

func (english) plus() Word { return Word{Sound: "plus", Text: "plus"} }

func (e english) date(d date) phrase {
	return append(append(phrase(nil).add("the"), e.ordinal(d.day)...).add("of", englishMonths[d.month]), e.year(d.year)...)
}

// ordinal is for the days of a month.
func (english) ordinal(n int) phrase {
	switch {
	case n <= 20:
		return phrase(nil).add(englishOrdinals[n])
	case n == 30:
		return phrase(nil).add("thirtieth")
	}
	p := phrase(nil).add(englishTens[n/10])
	return append(p, Word{Sound: englishOrdinals[n%10], Text: "-" + englishOrdinals[n%10]})
}

// year is nineteen ninety-nine, but two thousand and twenty-six.
func (e english) year(n int) phrase {
	century, rest := int64(n/100), int64(n%100)
	switch {
	case century < 11 || century > 19:
		return e.number(int64(n), false)
	case rest == 0:
		return e.below100(century).add("hundred")
	case rest < 10:
		return append(e.below100(century).add("oh"), e.below100(rest)...)
	}
	return append(e.below100(century), e.below100(rest)...)
}

func (e english) time(c clock) phrase {
	switch c {
	case clock{0, 0}:
		return phrase(nil).add("midnight")
	case clock{12, 0}:
		return phrase(nil).add("midday")
	}
	p := e.below100(int64((c.hour+11)%12 + 1))
	if c.minute > 0 && c.minute < 10 {
		p = p.add("oh")
	}
	p = append(p, e.below100(int64(c.minute))...)
	if c.hour < 12 {
		return p.add("a.m.")
	}
	return p.add("p.m.")
}

// counting is a number and what it counts; only one is singular.
func (e english) counting(n int64, one, many string) phrase {
	if n == 1 {
		return e.number(n, false).add(one)
	}
	return e.number(n, false).add(many)
}

func (e english) amount(a amount) phrase {
	cents := e.counting(int64(a.cents), "cent", "cents")
	switch {
	case a.cents > 0 && a.euros == 0:
		return cents
	case a.cents > 0:
		return append(e.counting(a.euros, "euro", "euros").add("and"), cents...)
	}
	return e.counting(a.euros, "euro", "euros")
}

func (e english) wait(minutes int) phrase {
	if minutes == 0 {
		return phrase(nil).add("less than one minute")
	}
	hours, rest := int64(minutes/60), int64(minutes%60)
	switch {
	case hours == 0:
		return e.counting(rest, "minute", "minutes")
	case rest == 0:
		return e.counting(hours, "hour", "hours")
	}
	return append(e.counting(hours, "hour", "hours").add("and"), e.counting(rest, "minute", "minutes")...)
}

// englishSounds sound alike wherever they are said.
var englishSounds = func() []Sound {
	all := []Sound{{Name: Pause}}
	for _, texts := range [][]string{
		englishUnits, englishTens[2:], englishOrdinals[1:], englishMonths[1:],
		{"thirtieth", "and", "hundred", "thousand", "million", "billion", "plus", "the", "of", "oh", "midnight", "midday", "a.m.", "p.m."},
		{"euro", "euros", "cent", "cents", "minute", "minutes", "hour", "hours", "less than one minute"},
	} {
		for _, text := range texts {
			all = append(all, Sound{Name: name(text), Text: text})
		}
	}
	return all
}()
