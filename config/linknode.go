package config

import (
	"slices"
	"strings"

	"github.com/guichet/guichet/ivr"
)

// linkYAML offers the online service: it sends a message with a link.
type linkYAML struct {
	commonYAML
	inquiryYAML
	// Channel is sms or email.
	Channel value[string] `yaml:"channel,required"`
	// To is caller, the number of the call, or var.NAME, a number or an address that
	// was collected or found; caller by default.
	To value[string] `yaml:"to"`
	// Text is the message, up to 480 characters, with values of the call. Body and
	// form of the request say {to} and {text} where the gateway wants them; by default
	// the body is {to: "{to}", text: "{text}"}.
	Text value[string] `yaml:"text,required"`
	// PerDay is how many messages one person may get in a day, those of other links
	// included, 3 by default, 20 at most. The ledger counts them.
	PerDay value[int] `yaml:"per_day"`
	// Prompt asks whether the caller wants the message: the key Accept is yes, any
	// other is no, and silence after all attempts, too. Without a prompt it is sent at
	// once.
	Prompt   promptList `yaml:"prompt"`
	Reprompt promptList `yaml:"reprompt"`
	// Accept is the key of those who want it, "1" by default.
	Accept value[string] `yaml:"accept"`
	triesYAML
	// Sent is taken when the gateway has accepted the message.
	Sent exitYAML `yaml:"sent,required"`
	// Refused is taken when the caller does not want it, when it may not be sent to
	// this number (no French mobile number for an SMS, no address for a mail), and
	// when this person got as many as anybody may in a day.
	Refused exitYAML `yaml:"refused,required"`
	// OnError is taken when the gateway did not accept it.
	OnError exitYAML `yaml:"on_error,required"`
}

// sending is what the node that sends is called, below the one that asks.
const sending = "/send"

// build makes the node, and a menu before it that asks for consent. Nothing
// distinguishes that from any other menu.
func (y *linkYAML) build(b *treeBuilder) ivr.Node {
	link := &ivr.Link{
		Common: b.common(y.commonYAML), Channel: ivr.Channel(y.Channel.v), To: b.recipient(y.To),
		Text: b.template(y.Text), PerDay: y.PerDay.or(defaultPerDay),
		Sent: b.exit(y.Sent), Refused: b.exit(y.Refused), Error: b.exit(y.OnError),
	}
	if y.Body.at == (place{}) && y.Form == nil {
		y.Body = shapeYAML{at: y.Text.at, members: table[shapeYAML]{
			{key: written("to"), v: shapeYAML{text: written("{to}")}}, {key: written("text"), v: shapeYAML{text: written("{text}")}},
		}}
	}
	link.Inquiry = b.inquiry(&y.inquiryYAML, "POST", ivr.LinkNames...)
	if link.Text == nil {
		link.Text = noText
		b.whole = false
	}
	b.links = append(b.links, y.Type.at)
	if len(y.Prompt) == 0 {
		return link
	}
	return b.consent(y, link)
}

// linksNeed reports a site that could not tell after a restart who got how many links:
// the ledger counts people by a keyed hash.
func (b *builder) linksNeed() {
	if len(b.links) > 0 && b.site.Ledger.Backend == "redis" && !b.site.Key.Given() {
		b.add(b.links[0], "give site.yaml a key: {file: …} or {env: …}",
			"the site has no key to count with how many messages somebody got, so a restart would forget it")
	}
}

func written(text string) value[string] { return value[string]{v: text, set: true} }

var noText, _ = ivr.ParseTemplate("-")

// consent is the menu before a link.
func (b *treeBuilder) consent(y *linkYAML, link *ivr.Link) ivr.Node {
	id := ivr.NodeID(b.node)
	send := id + sending
	b.origins[send] = b.origins[id]
	menu := &ivr.Menu{
		Common: link.Common, Prompts: b.prompts(y.Prompt), Reprompt: b.prompts(y.Reprompt),
		Choices: []ivr.Choice{{Keys: y.Accept.or(defaultAccept), Goto: ivr.Target(send), Label: "accepts the message"}},
		Tries:   b.tries(attemptsYAML{triesYAML: y.triesYAML}),
	}
	b.origins[id].places["choices."+y.Accept.or(defaultAccept)] = y.Accept.at
	menu.Serves, link.Set = false, nil
	no := link.Refused
	if !b.scope.leads(y.Refused.Goto.v) {
		no = ivr.Exit{Goto: ivr.End} // reported at the node that sends
	}
	menu.Invalid, menu.Failure = no, no
	b.tree.Nodes[send] = link
	return menu
}

// leads reports whether a target of the file is there.
func (s *scope) leads(to string) bool {
	_, known := s.nodes.find(to)
	return known || slices.Contains([]string{string(ivr.Back), string(ivr.Home), string(ivr.End)}, to)
}

// recipient is to whom a message goes: one value of the call.
func (b *treeBuilder) recipient(v value[string]) *ivr.Template {
	to := v.or(defaultRecipient)
	if to != defaultRecipient && !strings.HasPrefix(to, "var.") {
		b.add(v.at, "write caller, or var.NAME", "a message cannot go to %q", to)
		to = defaultRecipient
	}
	v.v, v.set = "{"+to+"}", true
	v.inner = 0
	if t := b.template(v); t != nil {
		return t
	}
	return noText
}
