package config

import (
	"slices"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/rehearsal"
	"github.com/guichet/guichet/ivr"
)

// whisperYAML is what an agent hears of the contact he has answered.
type whisperYAML struct {
	// Language is that of agents, fr by default.
	Language value[string] `yaml:"language"`
	// Topic says what the contact is about, by topic: {paiement: un_paiement}. Of a
	// topic that is not named here nothing is said.
	Topic table[promptList] `yaml:"topic"`
	// Department says where the caller is from: [departement, "number:var.department"].
	// It is not said when it is not known, nor one with a letter.
	Department promptList `yaml:"department"`
	// Wait says how long the caller has waited: [attend_depuis, "wait:var.wait"].
	Wait promptList `yaml:"wait"`
}

// Whisper is what agents of a queue hear before the caller hears them.
type Whisper = rehearsal.Whisper

// defaultWhisperLanguage is that of agents of a site that says nothing else.
const defaultWhisperLanguage = "fr"

// whisper builds what is said in a queue.
func (b *builder) whisper(y whisperYAML, of string) Whisper {
	b.languageCode(y.Language)
	w := Whisper{Language: y.Language.or(defaultWhisperLanguage)}
	said := &treeBuilder{builder: b, languages: []string{w.Language}, node: of}
	for _, r := range y.Topic {
		if !b.refers(r.key, "topic", b.topicsKnown()) {
			continue
		}
		b.tells(r.v, "topic", "", "")
		if w.Topics == nil {
			w.Topics = map[contact.Topic][]ivr.Prompt{}
		}
		w.Topics[contact.Topic(r.key.v)] = said.prompts(r.v)
	}
	b.tells(y.Department, "department", ivr.VarDepartment, "number:var.department")
	b.tells(y.Wait, "wait", rehearsal.VarWait, "wait:var.wait")
	w.Department, w.Wait = said.prompts(y.Department), said.prompts(y.Wait)
	if y.Language.set && len(y.Topic)+len(y.Department)+len(y.Wait) == 0 {
		b.add(y.Language.at, "add topic, department or wait", "nothing is said to agents")
	}
	return w
}

// tells checks which variable a part of a whisper says: what it is about, and no other.
func (b *builder) tells(written promptList, key, about, example string) {
	tells := about == "" || len(written) == 0
	for _, v := range written {
		switch name, of := ivr.Prompt(v.v).Variable(); {
		case !of:
		case name == about:
			tells = true
		default:
			b.add(v.at, "agents are told topic, department and wait, each under its own key", "%s cannot say var.%s", key, name)
		}
	}
	if !tells && !slices.ContainsFunc(written, func(v value[string]) bool { return !v.set }) {
		b.add(written[0].at, "add "+example, "%s does not say what it is about", key)
	}
}

// Whisper is what agents of a queue hear before the caller hears them, for the engine.
func (s *Site) Whisper(q contact.Queue) Whisper { return s.Queues[q].Whisper }
