package config

import (
	"github.com/goccy/go-yaml/ast"

	"github.com/guichet/guichet/ivr"
)

// identifyYAML asks for a fiscal number, checks it by its own key, and sets the
// authentication of the contact: 0 none, 1 a plausible number, 2 a plausible birth
// date too. What is typed is sensitive.
type identifyYAML struct {
	commonYAML
	// Prompt asks for the 13 digits, Reprompt at further attempts; Prompt by default.
	Prompt   promptList `yaml:"prompt,required"`
	Reprompt promptList `yaml:"reprompt"`
	// Variable receives the number, fiscal_number by default. It is sensitive.
	Variable value[string] `yaml:"variable"`
	// BirthDate asks for a birth date after the number; nothing by default.
	BirthDate birthDateYAML `yaml:"birth_date"`
	// FinishKey, pressed alone, takes not_identified; "#" by default. CancelKey erases
	// what was typed; none by default.
	FinishKey value[string] `yaml:"finish_key"`
	CancelKey value[string] `yaml:"cancel_key"`
	// Identified is taken when all that is asked for is plausible, NotIdentified by who
	// presses the finish key alone, and when all attempts are used and there is no
	// on_failure.
	Identified    exitYAML `yaml:"identified,required"`
	NotIdentified exitYAML `yaml:"not_identified,required"`
	attemptsYAML
}

// birthDateYAML is the second question of an identify: eight digits, 31121960.
type birthDateYAML struct {
	at place
	// Prompt asks for the date, Reprompt at further attempts; Prompt by default.
	Prompt   promptList `yaml:"prompt,required"`
	Reprompt promptList `yaml:"reprompt"`
	// Variable receives the digits, birth_date by default. It is sensitive.
	Variable value[string] `yaml:"variable"`
}

type birthDateFields birthDateYAML

func (y *birthDateYAML) read(d *document, n ast.Node) {
	d.read(n, (*birthDateFields)(y))
	y.at = d.at(n)
}

func (y *identifyYAML) build(b *treeBuilder) ivr.Node {
	node := &ivr.Identify{
		Common: b.common(y.commonYAML), Prompts: b.prompts(y.Prompt), Reprompt: b.prompts(y.Reprompt),
		Variable: y.Variable.or(defaultFiscalNumber), FinishKey: b.key(y.FinishKey, defaultFinishKey), CancelKey: b.key(y.CancelKey, 0),
		Identified: b.exit(y.Identified), NotIdentified: b.exit(y.NotIdentified), Tries: b.tries(y.attemptsYAML),
	}
	if y.Variable.set {
		b.name(y.Variable, "a variable")
	}
	if node.Failure.Goto == "" && len(node.Failure.Prompts) == 0 {
		node.Failure = node.NotIdentified
	}
	if d := y.BirthDate; d.at != (place{}) {
		if d.Variable.set {
			b.name(d.Variable, "a variable")
		}
		node.BirthDate = &ivr.BirthDate{Prompts: b.prompts(d.Prompt), Reprompt: b.prompts(d.Reprompt), Variable: d.Variable.or(defaultBirthDate)}
	}
	return node
}
