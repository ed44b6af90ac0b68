package config

import (
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/rehearsal"
)

// satisfactionYAML is the one question that is asked after the call.
type satisfactionYAML struct {
	// Prompt asks, and says which keys answer. It is said once more to who is silent or
	// presses another key.
	Prompt promptList `yaml:"prompt,required"`
	// Keys are the answers, digits: ["1", "2", "3", "4", "5"].
	Keys answersYAML `yaml:"keys,required"`
	// Thanks is said in the end, after an answer or without one; nothing by default.
	Thanks promptList `yaml:"thanks"`
	// Share is how many of the calls are asked about, 100% by default.
	Share percentYAML `yaml:"share"`
	// Timeout is for how long an answer is waited for after the question, 5s by default.
	Timeout value[time.Duration] `yaml:"timeout"`
}

// answersYAML is a list of keys.
type answersYAML struct{ keys list[value[string]] }

func (a *answersYAML) read(d *document, n ast.Node) { a.keys.read(d, n) }

// Satisfaction is what callers of a queue are asked after the call; nobody is asked without
// a question.
type Satisfaction = rehearsal.Satisfaction

// What holds of a question that says nothing else.
const (
	defaultAsked      = 100
	defaultAnswerTime = 5 * time.Second
)

// answerKeys are those by which people answer.
var answerKeys = []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}

// asked builds the question of a queue.
func (b *builder) asked(y satisfactionYAML, of string) Satisfaction {
	b.lasts(y.Timeout, time.Second, 30*time.Second)
	said := b.comfortWords(of)
	s := Satisfaction{
		Question: said.prompts(y.Prompt), Thanks: said.prompts(y.Thanks), Keys: b.answers(y.Keys.keys),
		Share: y.Share.percent(defaultAsked), Timeout: y.Timeout.or(defaultAnswerTime),
	}
	if len(s.Question) == 0 || s.Keys == "" {
		return Satisfaction{} // not written, or reported already
	}
	return s
}

// answers are the keys written, as one text.
func (b *builder) answers(written list[value[string]]) (keys string) {
	for _, k := range written {
		switch {
		case !k.set:
		case !slices.Contains(answerKeys, k.v):
			b.add(k.at, "answers are digits, 0 to 9", "%q is not known here", k.v)
		case strings.Contains(keys, k.v):
			b.add(k.at, "leave it out", "the key %s answers already", k.v)
		default:
			keys += k.v
		}
	}
	if len(written) == 1 && keys != "" {
		b.add(written[0].at, `write two answers or more: ["1", "2"]`, "one key alone answers nothing")
	}
	return keys
}

// Satisfaction is what callers of a queue are asked after the call, for the engine.
func (s *Site) Satisfaction(q contact.Queue) Satisfaction { return s.Queues[q].Satisfaction }
