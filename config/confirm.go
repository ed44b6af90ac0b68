package config

import (
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/guichet/guichet/ivr"
)

// confirmYAML reads the digits of a collect back and asks if they are right.
type confirmYAML struct {
	at place
	// Before is said before the digits; nothing by default.
	Before promptList `yaml:"before"`
	// Prompt is said after them: which keys to press.
	Prompt promptList `yaml:"prompt,required"`
	// ConfirmKey accepts the number, "1" by default; CorrectKey asks for it again, "2"
	// by default.
	ConfirmKey value[string] `yaml:"confirm_key"`
	CorrectKey value[string] `yaml:"correct_key"`
}

type confirmFields confirmYAML

func (y *confirmYAML) read(d *document, n ast.Node) {
	d.read(n, (*confirmFields)(y))
	y.at = d.at(n)
}

// confirm builds the question. The digits must be said in every language.
func (b *treeBuilder) confirm(y *collectYAML) *ivr.Confirm {
	c := y.Confirm
	if c.at == (place{}) {
		return nil
	}
	if !y.Sensitive.v && y.Variable.set {
		digits := value[string]{v: "digits:var." + y.Variable.v, at: c.at, set: true}
		if kind, what, is := spokenValue(digits.v); is {
			b.says(digits, kind, what)
		}
	}
	return &ivr.Confirm{
		Before: b.prompts(c.Before), Prompts: b.prompts(c.Prompt), Yes: b.answer(c.ConfirmKey, defaultConfirmKey), No: b.answer(c.CorrectKey, defaultCorrectKey),
	}
}

// answer is a key that says yes or no.
func (b *treeBuilder) answer(v value[string], otherwise byte) byte {
	switch {
	case !v.set:
		return otherwise
	case len(v.v) == 1 && strings.Contains("0123456789*#", v.v):
		return v.v[0]
	}
	b.add(v.at, "write one of 0 to 9, * and #, in quotes", "%q is not one key", v.v)
	return otherwise
}
