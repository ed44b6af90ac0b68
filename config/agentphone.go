package config

import (
	"strings"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/ivr"
)

// ConfirmationPrompt is what an agent hears who is called at a number outside:
// that key 1 takes the call. Whoever picks up there may be a voicemail, which
// never presses it.
const ConfirmationPrompt ivr.Prompt = "agent_confirmation"

// agentPhone checks where an agent is called, and gives a number the one form in
// which it is dialled: however it is written, it is the same phone.
func (b *builder) agentPhone(v value[string]) value[string] {
	switch {
	case !v.set:
	case v.v != "" && strings.Contains("+0123456789", v.v[:1]):
		b.outside = append(b.outside, v.at)
		if number, ok := contact.ParseNumber(b.phoneNumber(v, "agent")); ok {
			v.v = string(number)
		}
	case !endpoint.MatchString(v.v):
		b.add(v.at, `write it like PJSIP/a1001, or "06 12 34 56 78" for a number outside`, "%q is not a phone of Asterisk", v.v)
	}
	return v
}

// confirmationNeeded reports the first agent who could be told nothing.
func (b *builder) confirmationNeeded() {
	if p := b.site.Prompts[ConfirmationPrompt]; len(b.outside) > 0 && p.In != nil {
		if _, said := p.Said(AllLanguages); !said {
			b.add(b.outside[0], "say it under all in prompts/prompts.yaml, or without in", "agents of every language hear %q, which is said by language only", ConfirmationPrompt)
		}
	}
	if len(b.outside) > 0 && b.promptNames.complete && !b.promptNames.has(string(ConfirmationPrompt)) {
		b.add(b.outside[0], "add it to prompts/prompts.yaml, such as: Appel pour vous. Pour le prendre, tapez 1.",
			"whoever is called outside must press 1, but there is no prompt %q that says so", ConfirmationPrompt)
	}
}
