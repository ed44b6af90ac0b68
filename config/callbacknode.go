package config

import (
	"slices"

	"github.com/goccy/go-yaml/ast"

	"github.com/guichet/guichet/ivr"
)

// callbackNodeYAML promises the caller a call back about the topic set so far. The
// place in the queue is kept: the call comes when it would have been the caller's
// turn. queues.yaml says how often, how long and when people are called.
type callbackNodeYAML struct {
	commonYAML
	// Number is confirm, by default: the caller's own number is read back and may be
	// replaced; caller: the own number, without a question; or ask: a number is asked
	// for. Numbers that are withheld, abroad, or cost extra are not called.
	Number value[string] `yaml:"number"`
	// Appointment has the caller choose when he is called, among the next three free slots
	// of a center (centers.yaml): a call back at a time. on_full is taken when none is free,
	// or when the one that was chosen has been taken meanwhile.
	Appointment appointmentYAML `yaml:"appointment"`
	// Prompt asks for a number of ten digits, Reprompt at further attempts; Prompt by
	// default. With number caller nothing is asked.
	Prompt   promptList `yaml:"prompt"`
	Reprompt promptList `yaml:"reprompt"`
	// Confirm reads a number back and has the caller accept it or give another.
	Confirm confirmYAML `yaml:"confirm"`
	// FinishKey, pressed alone, takes on_refused; "#" by default. CancelKey erases what
	// was typed; none by default.
	FinishKey value[string] `yaml:"finish_key"`
	CancelKey value[string] `yaml:"cancel_key"`
	// OnAccepted is taken when the call is promised, to say so; it hangs up after its
	// prompts when it names no target.
	OnAccepted exitYAML `yaml:"on_accepted,required"`
	// OnRefused is taken by who wants no call, with number caller by whose number cannot
	// be called, and when all attempts are used and there is no on_failure.
	OnRefused exitYAML `yaml:"on_refused,required"`
	// OnFull is taken when too many wait to be called, or when this caller has asked for
	// as many calls today as one may; on_error by default.
	OnFull exitYAML `yaml:"on_full"`
	// OnAlready is taken when this number is to be called about this topic already;
	// on_error by default.
	OnAlready exitYAML `yaml:"on_already"`
	// OnError is taken when the call cannot be promised: no queue serves the topic, or
	// the ledger is away.
	OnError exitYAML `yaml:"on_error,required"`
	attemptsYAML
}

// appointmentYAML is how slots are offered.
type appointmentYAML struct {
	at place
	// Prompt is said before the slots.
	Prompt promptList `yaml:"prompt"`
	// Slot is said of each, and says its date, its time and the key that chooses it:
	// [pour_le, "date:var.slot_date", a, "time:var.slot_time", tapez, "number:var.slot_key"].
	Slot promptList `yaml:"slot,required"`
}

type appointmentFields appointmentYAML

func (a *appointmentYAML) read(d *document, n ast.Node) {
	a.at = d.at(n)
	d.read(n, (*appointmentFields)(a))
}

func (y *callbackNodeYAML) build(b *treeBuilder) ivr.Node {
	if sources := []string{string(ivr.Confirmed), string(ivr.Own), string(ivr.Given)}; !slices.Contains(sources, y.Number.or(string(defaultNumber))) {
		b.oneOf(y.Number, sources...)
		y.Number = value[string]{at: y.Number.at}
	}
	node := &ivr.CallbackNode{
		Common: b.common(y.commonYAML), Number: ivr.NumberSource(y.Number.or(string(defaultNumber))),
		Prompts: b.prompts(y.Prompt), Reprompt: b.prompts(y.Reprompt), Confirm: b.confirmNumber(y),
		FinishKey: b.key(y.FinishKey, defaultFinishKey), CancelKey: b.key(y.CancelKey, 0),
		Accepted: b.exit(y.OnAccepted), Refused: b.exit(y.OnRefused), Failed: b.exit(y.OnError), Tries: b.tries(y.attemptsYAML),
	}
	if y.Appointment.at != (place{}) {
		node.Appointment = &ivr.Appointment{Prompts: b.prompts(y.Appointment.Prompt), Slot: b.prompts(y.Appointment.Slot)}
	}
	node.Full, node.Already = b.exitOr(y.OnFull, node.Failed), b.exitOr(y.OnAlready, node.Failed)
	if node.Failure.Goto == "" && len(node.Failure.Prompts) == 0 {
		node.Failure = node.Refused
	}
	at := y.Type.at
	if node.Number != ivr.Own {
		if len(y.Prompt) == 0 {
			b.add(at, "add prompt: a name of prompts/prompts.yaml", "nothing asks for the number to call")
		}
		if y.Confirm.at == (place{}) {
			b.add(at, "add confirm: {prompt: …}, which says what the keys do", "nobody hears which number will be called")
		}
	}
	b.promises = append(b.promises, at)
	return node
}

// exitOr is an exit, or another if it was not written.
func (b *treeBuilder) exitOr(e exitYAML, otherwise ivr.Exit) ivr.Exit {
	if e.at == (place{}) {
		return otherwise
	}
	return b.exit(e)
}

// confirmNumber builds the question. Digits must be said in every language.
func (b *treeBuilder) confirmNumber(y *callbackNodeYAML) ivr.Confirm {
	c := y.Confirm
	if c.at != (place{}) {
		if kind, what, is := spokenValue("digits:0123456789"); is {
			b.says(value[string]{v: "digits:0123456789", at: c.at, set: true}, kind, what)
		}
	}
	return ivr.Confirm{
		Before: b.prompts(c.Before), Prompts: b.prompts(c.Prompt), Yes: b.answer(c.ConfirmKey, defaultConfirmKey), No: b.answer(c.CorrectKey, defaultCorrectKey),
	}
}
