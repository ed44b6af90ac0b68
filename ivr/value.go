package ivr

import (
	"slices"
	"strings"
)

// ofVariable begins what a prompt says if that is known only in the call:
// number:var.position says the number that the variable position holds. The
// machine puts the value there, number:12; how it is said is for the shell.
const ofVariable = "var."

// Variable is the one whose value the prompt says.
func (p Prompt) Variable() (name string, ok bool) {
	_, value, _ := strings.Cut(string(p), ":")
	return strings.CutPrefix(value, ofVariable)
}

// fill puts the values of variables into prompts. One that was never set leaves
// nothing to say.
func (v Vars) fill(prompts []Prompt) []Prompt {
	if !slices.ContainsFunc(prompts, func(p Prompt) bool { _, of := p.Variable(); return of }) {
		return prompts
	}
	var filled []Prompt
	for _, p := range prompts {
		name, of := p.Variable()
		switch value := v[name]; {
		case !of:
			filled = append(filled, p)
		case value != "":
			kind, _, _ := strings.Cut(string(p), ":")
			filled = append(filled, Prompt(kind+":"+value))
		}
	}
	return filled
}

// saying asks for prompts in the language of the caller, with the values of now.
func (w *walk) saying(prompts []Prompt, interruptible bool) {
	w.act(Say{
		Prompts: w.state.Vars.fill(prompts), Language: w.tree.Speaks(w.state.Vars), Interruptible: interruptible,
	})
}

// spoken visits the variables of which a node says the value, and where.
func spoken(node Node, visit func(key, variable string)) {
	look := func(key string, prompts []Prompt) {
		for _, p := range prompts {
			if name, of := p.Variable(); of {
				visit(key, name)
			}
		}
	}
	switch n := node.(type) {
	case *Play:
		look("prompt", n.Prompts)
	case *Menu:
		look("prompt", n.Prompts)
		look("reprompt", n.Reprompt)
	case *Collect:
		look("prompt", n.Prompts)
		look("reprompt", n.Reprompt)
		if n.Confirm != nil {
			look("confirm", slices.Concat(n.Confirm.Before, n.Confirm.Prompts))
		}
	case *CallbackNode:
		look("prompt", n.Prompts)
		look("reprompt", n.Reprompt)
		look("confirm", slices.Concat(n.Confirm.Before, n.Confirm.Prompts))
		if a := n.Appointment; a != nil { // of the times, by variables of their own
			look("appointment", slices.Concat(a.Prompts, slices.DeleteFunc(slices.Clone(a.Slot), ofASlot)))
		}
	case *Identify:
		look("prompt", n.Prompts)
		look("reprompt", n.Reprompt)
		if b := n.BirthDate; b != nil {
			look("birth_date", slices.Concat(b.Prompts, b.Reprompt))
		}
	case *Hangup:
		look("prompt", n.Prompts)
	case *Voicemail:
		look("prompt", n.Prompts)
	case asker:
		look("hold_prompt", n.inquiry().Hold)
	}
	node.exits(func(exit string, e Exit) { look(exit, e.Prompts) })
}
