// Package spoken says values in words: a number, a date, an amount, a wait, each
// as the list of sounds of which recordings are put together, in the order and
// with the agreement of a language. It knows no file and plays nothing; package
// config says which sounds a site has.
//
// A language is a template of its own, not a translation of another: see french
// and english. Read Language, Kind and Word first.
package spoken

import (
	"maps"
	"slices"
	"strings"
)

// Kind is how a value is said.
type Kind string

// The kinds, and how their values are written.
const (
	// Number is a whole number: 21.
	Number Kind = "number"
	// Feminine is a number that counts something feminine, as of "demandes": 21
	// is vingt et une.
	Feminine Kind = "number_feminine"
	// Digits are said one by one: 44000.
	Digits Kind = "digits"
	// Phone is a telephone number: 0612345678, +33612345678, 3939.
	Phone Kind = "phone"
	// FiscalNumber is the thirteen digits by which the tax office knows a person.
	FiscalNumber Kind = "fiscal_number"
	// Date is 2026-12-01, or as callers type it, 01122026.
	Date Kind = "date"
	// Time is a time of day: 11:30, or typed, 1130.
	Time Kind = "time"
	// Amount is in euros: 12, 12.5 or 12,50.
	Amount Kind = "amount"
	// Wait is in seconds, and said in minutes, rounded up.
	Wait Kind = "wait"
)

// Kinds lists them, for messages.
var Kinds = []Kind{Number, Feminine, Digits, Phone, FiscalNumber, Date, Time, Amount, Wait}

// Reads reports whether a value is one of the kind, so that it is not just said
// digit by digit.
func (k Kind) Reads(value string) bool {
	ok := false
	switch k {
	case Number, Feminine:
		_, ok = parseNumber(value)
	case Digits:
		ok = allDigits(value, 1, maxDigits)
	case Phone:
		_, groups := phoneGroups(value)
		ok = groups != nil
	case FiscalNumber:
		ok = fiscalGroups(value) != nil
	case Date:
		_, ok = parseDate(value)
	case Time:
		_, ok = parseTime(value)
	case Amount:
		_, ok = parseAmount(value)
	case Wait:
		_, ok = parseWait(value)
	}
	return ok
}

// Word is one sound of a phrase, as it is written there: deux cents and deux cent
// end in the same sound. A text that begins with a hyphen is written together with
// the word before.
type Word struct {
	Sound string
	Text  string
}

// Sound is one recording that a language needs.
type Sound struct {
	// Name is made of letters without accents, digits, _ and -.
	Name string
	// Text is what the voice of a machine reads for a draft. It is empty for
	// Pause.
	Text string
	// Like is a phrase from which a speaker takes the sound, if alone it would be
	// spoken otherwise: the six of "six minutes".
	Like string
}

// Pause is a short silence. Without it soixante, quinze would be
// soixante-quinze.
const Pause = "pause"

// Language says values in one language.
type Language struct {
	template
	sounds []Sound
}

// template is what each language says in its own way. Whoever calls it vouches
// that the values are within the bounds of value.go.
type template interface {
	number(n int64, feminine bool) phrase
	// group is part of a longer number, from its first digit to the next pause.
	group(digits string) phrase
	plus() Word
	date(date) phrase
	time(clock) phrase
	amount(amount) phrase
	wait(minutes int) phrase
}

var languages = map[string]*Language{
	"fr": {french{}, frenchSounds},
	"en": {english{}, englishSounds},
}

// Languages lists the codes of the languages that values are said in.
func Languages() []string { return slices.Sorted(maps.Keys(languages)) }

// In returns a language by its code.
func In(code string) (*Language, bool) {
	l, known := languages[code]
	return l, known
}

// Sounds are all that the language can ever need.
func (l *Language) Sounds() []Sound { return slices.Clone(l.sounds) }

// Say puts a value into words. What cannot be read as such is said digit by
// digit, for a caller must not hear a gap in a sentence; false means that there
// is not even a digit.
func (l *Language) Say(kind Kind, value string) (words []Word, ok bool) {
	if p := l.say(kind, value); p != nil {
		return p, true
	}
	p := l.digits(value)
	return p, p != nil
}

func (l *Language) say(kind Kind, value string) phrase {
	switch kind {
	case Number, Feminine:
		if n, ok := parseNumber(value); ok {
			return l.number(n, kind == Feminine)
		}
	case Phone:
		return l.phone(value)
	case FiscalNumber:
		return l.groups(fiscalGroups(value))
	case Date:
		if d, ok := parseDate(value); ok {
			return l.date(d)
		}
	case Time:
		if c, ok := parseTime(value); ok {
			return l.time(c)
		}
	case Amount:
		if a, ok := parseAmount(value); ok {
			return l.amount(a)
		}
	case Wait:
		if minutes, ok := parseWait(value); ok {
			return l.wait(minutes)
		}
	case Digits: // said as every other value that has no better way
	}
	return nil
}

// digits says those of the value, and nothing else that is in it.
func (l *Language) digits(value string) phrase {
	var p phrase
	for _, c := range value {
		if c >= '0' && c <= '9' {
			p = append(p, l.number(int64(c-'0'), false)...)
		}
	}
	return p
}

func (l *Language) phone(value string) phrase {
	abroad, groups := phoneGroups(value)
	p := l.groups(groups)
	if abroad && p != nil {
		p = append(phrase{l.plus()}, p...)
	}
	return p
}

func (l *Language) groups(groups []string) phrase {
	var p phrase
	for i, g := range groups {
		if i > 0 {
			p = append(p, Word{Sound: Pause, Text: ","})
		}
		p = append(p, l.group(g)...)
	}
	return p
}

// phrase is words in the order in which they are said.
type phrase []Word

// add appends words that have one sound only.
func (p phrase) add(texts ...string) phrase {
	for _, text := range texts {
		p = append(p, Word{Sound: name(text), Text: text})
	}
	return p
}

// name is how the sound of a written word is called.
func name(text string) string { return unaccented.Replace(text) }

var unaccented = strings.NewReplacer(" ", "_", "'", "_", ".", "", "é", "e", "û", "u")

// Text writes a phrase down.
func Text(words []Word) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 && w.Sound != Pause && w.Text[0] != '-' {
			b.WriteByte(' ')
		}
		b.WriteString(w.Text)
	}
	return b.String()
}
