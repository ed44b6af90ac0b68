package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/guichet/guichet/internal/spoken"
	"github.com/guichet/guichet/ivr"
)

// Words are the sounds that values are put together from in one language: the vingt,
// et and un of number:21.
type Words struct {
	language *spoken.Language
	sounds   map[string]Sound // by the name that package spoken gives them
}

// pauseLasts is how long the silence between two groups of digits is.
const pauseLasts = 250 * time.Millisecond

// wordsYAML is the words of a language whose recordings have names of their own.
type wordsYAML = table[soundYAML]

// wordFile is what a recording of a word is called by default, word-fr-vingt.wav.
func wordFile(language, word string) string { return "word-" + language + "-" + word }

// spokenValue splits a prompt that says a value, such as number:12.
func spokenValue(text string) (kind spoken.Kind, value string, ok bool) {
	scheme, value, colon := strings.Cut(text, ":")
	kind = spoken.Kind(scheme)
	return kind, value, colon && slices.Contains(spoken.Kinds, kind)
}

// buildWords takes the words of each language that trees say values in.
func (b *builder) buildWords(written table[wordsYAML]) {
	b.site.Words = map[string]*Words{}
	for _, r := range written {
		b.languageCode(r.key)
		language, known := spoken.In(r.key.v)
		if !known {
			b.add(r.key.at, "values are said in "+strings.Join(spoken.Languages(), ", "), "no value is said in %q", r.key.v)
			continue
		}
		words := b.words(r.key.v, language)
		names := slices.Sorted(maps.Keys(words.sounds))
		for _, w := range r.v {
			if _, needed := words.sounds[w.key.v]; !needed {
				b.add(w.key.at, nearest(w.key.v, names).orKeys(names), "no value in %q needs the word %q", r.key.v, w.key.v)
				continue
			}
			words.sounds[w.key.v] = b.sound(wordFile(r.key.v, w.key.v), w.v)
		}
	}
}

// words are those of a language, as drafts would be made of them until somebody
// records them.
func (b *builder) words(code string, language *spoken.Language) *Words {
	if w := b.site.Words[code]; w != nil {
		return w
	}
	w := &Words{language: language, sounds: map[string]Sound{}}
	for _, sound := range language.Sounds() {
		file := b.recordedAs(wordFile(code, sound.Name))
		s := Sound{Text: sound.Text, Like: sound.Like, File: file, Media: media(file)}
		if sound.Name == spoken.Pause {
			s.Silence = pauseLasts
		}
		w.sounds[sound.Name] = s
	}
	b.site.Words[code] = w
	return w
}

// examples of values, one of each kind.
var examples = map[spoken.Kind]string{
	spoken.Number: "12", spoken.Feminine: "21", spoken.Digits: "44000", spoken.Phone: "0612345678", spoken.FiscalNumber: "3023217600053",
	spoken.Date: "2026-12-01", spoken.Time: "11:30", spoken.Amount: "12,50", spoken.Wait: "180",
}

// says checks a value: it can be read, and callers of each language understand it.
func (b *treeBuilder) says(v value[string], kind spoken.Kind, what string) bool {
	name, variable := ivr.Prompt(v.v).Variable()
	switch {
	case variable && !identifier.MatchString(name), !variable && !kind.Reads(what):
		b.add(v.at, fmt.Sprintf("write it like %[1]s:%[2]s, or %[1]s:var.name for what a variable holds", kind, examples[kind]),
			"%q cannot be said as %s", what, kind)
		return false
	}
	for _, code := range b.languages {
		language, known := spoken.In(code)
		if !known {
			b.add(v.at, "values are said in "+strings.Join(spoken.Languages(), ", "), "%q cannot be said in %q, a language of the tree", v.v, code)
			return false
		}
		b.words(code, language)
		b.usesWords(code, v)
	}
	return true
}

// say is a value in words.
func (w *Words) say(kind spoken.Kind, value string) []spoken.Word {
	words, _ := w.language.Say(kind, value)
	return words
}

// media are the sounds of a value, one after the other.
func (w *Words) media(kind spoken.Kind, value string) []string {
	var all []string
	for _, word := range w.say(kind, value) {
		all = append(all, w.sounds[word.Sound].Media...)
	}
	return all
}

// heard is a value as it is written, and how long it takes to say it. What is known
// only in the call counts as a few digits.
func (w *Words) heard(kind spoken.Kind, value string) ivr.Heard {
	if name, variable := strings.CutPrefix(value, "var."); variable {
		return ivr.Heard{Text: fmt.Sprintf("[%s: %s]", kind, name), Lasts: 2 * time.Second}
	}
	text := spoken.Text(w.say(kind, value))
	return ivr.Heard{Text: text, Lasts: Speech(text)}
}
