package config

import (
	"fmt"
	"maps"
	"reflect"
	"strings"
	"time"
	"unicode"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/rehearsal"
	"github.com/guichet/guichet/ivr"
	"github.com/guichet/guichet/routing"
)

// ownReading says what those types accept that have a read method of their own.
var ownReading map[reflect.Type]func(*schemaWriter, reflect.Type) schema

func init() {
	ownReading = map[reflect.Type]func(*schemaWriter, reflect.Type) schema{
		reflect.TypeFor[nodeYAML]():          nodeSchema,
		reflect.TypeFor[shapeYAML]():         anything,
		reflect.TypeFor[secretYAML]():        secretSchema,
		reflect.TypeFor[spanYAML]():          anyText,
		reflect.TypeFor[needYAML]():          anyText,
		reflect.TypeFor[statusYAML]():        exactly(schema{"type": []string{"integer", "string"}}),
		reflect.TypeFor[neverYAML]():         durationOrNever,
		reflect.TypeFor[percentYAML]():       exactly(schema{"type": "string", "pattern": `^\+?0*([1-9][0-9]?|100)%$`}),
		reflect.TypeFor[unreachableYAML]():   exactly(schema{"anyOf": []schema{{"const": untilRegistered}, {"type": "string", "pattern": durationBetween(contact.UnreachableAtLeast, 12*time.Hour)}}}),
		reflect.TypeFor[mediaYAML]():         exactly(oneOrMore(schema{"type": "string"})),
		reflect.TypeFor[answersYAML]():       exactly(oneOrMore(schema{"type": "string", "pattern": "^[0-9]$"})),
		reflect.TypeFor[actsYAML]():          exactly(oneOrMore(schema{"type": "string"})),
		reflect.TypeFor[restYAML]():          exactly(oneOrMore(schema{"type": "string"})),
		reflect.TypeFor[filesYAML]():         exactly(schema{"anyOf": []schema{{"const": "all"}, {"type": "array", "items": schema{"type": "string"}}}}),
		reflect.TypeFor[confirmYAML]():       (*schemaWriter).structure,
		reflect.TypeFor[birthDateYAML]():     (*schemaWriter).structure,
		reflect.TypeFor[appointmentYAML]():   (*schemaWriter).structure,
		reflect.TypeFor[announceYAML]():      (*schemaWriter).structure,
		reflect.TypeFor[choiceYAML]():        shortFor("Goto"),
		reflect.TypeFor[wayOutYAML]():        shortFor("Goto"),
		reflect.TypeFor[exitYAML]():          shortFor("Goto"),
		reflect.TypeFor[saveYAML]():          shortFor("At"),
		reflect.TypeFor[closedYAML]():        shortFor("Date"),
		reflect.TypeFor[openYAML]():          shortFor("Hours"),
		reflect.TypeFor[promptYAML]():        shortFor("Text"),
		reflect.TypeFor[soundYAML]():         shortFor("Text"),
		reflect.TypeFor[variantYAML]():       shortFor("Text"),
		reflect.TypeFor[answerYAML]():        shortFor("Status"),
		reflect.TypeFor[queuedYAML]():        shortFor("Queue"),
		reflect.TypeFor[menuStepYAML]():      stepSchema,
		reflect.TypeFor[tlsYAML]():           keysWithin,
		reflect.TypeFor[sentinelYAML]():      keysWithin,
		reflect.TypeFor[peopleYAML]():        keysWithin,
		reflect.TypeFor[certificateYAML]():   keysWithin,
		reflect.TypeFor[hashYAML]():          anyText,
		reflect.TypeFor[fullYAML]():          (*schemaWriter).structure,
		reflect.TypeFor[ruleYAML]():          (*schemaWriter).structure,
		reflect.TypeFor[stepYAML]():          (*schemaWriter).structure,
		reflect.TypeFor[assignYAML]():        (*schemaWriter).structure,
		reflect.TypeFor[expectYAML]():        (*schemaWriter).structure,
		reflect.TypeFor[expectFields]():      (*schemaWriter).structure,
		reflect.TypeFor[expectedStepYAML]():  (*schemaWriter).structure,
		reflect.TypeFor[localServicesYAML](): (*schemaWriter).structure,
	}
}

func exactly(s schema) func(*schemaWriter, reflect.Type) schema {
	return func(*schemaWriter, reflect.Type) schema { return s }
}

func durationOrNever(g *schemaWriter, _ reflect.Type) schema {
	return g.orVariable(schema{"anyOf": []schema{{"type": "string", "pattern": "^(never|0s?)$"}, {"type": "integer", "minimum": 0, "maximum": 0}, {"type": "string", "pattern": durationBetween(minLostAfter, maxLostAfter)}}})
}

func anything(*schemaWriter, reflect.Type) schema { return schema{} }

func anyText(g *schemaWriter, _ reflect.Type) schema { return g.scalar(reflect.TypeFor[string]()) }

// shortFor is keys and values, or the value of one of its keys alone.
func shortFor(field string) func(*schemaWriter, reflect.Type) schema {
	return func(g *schemaWriter, t reflect.Type) schema {
		f, _ := t.FieldByName(field)
		return schema{"anyOf": []schema{g.of(f.Type), g.structure(t)}}
	}
}

// keysWithin is a struct that keeps its keys in a field, to know that it was written.
func keysWithin(g *schemaWriter, t reflect.Type) schema {
	f, _ := t.FieldByName("keys")
	return g.structureOf(f.Type, t.Name()+".keys")
}

func secretSchema(g *schemaWriter, _ reflect.Type) schema {
	text := g.scalar(reflect.TypeFor[string]())
	one := func(key string) schema {
		described := schema{"description": g.meaning("secretYAML.reference."+key, key)}
		maps.Copy(described, text)
		return schema{"type": "object", "properties": schema{key: described}, "required": []string{key}, "additionalProperties": false}
	}
	return schema{"anyOf": []schema{text, one("file"), one("env")}}
}

func stepSchema(g *schemaWriter, t reflect.Type) schema {
	return schema{"anyOf": []schema{{"enum": stepWordsOfMenus}, g.structure(t)}}
}

// nodeSchema is the schema of the type that the node names.
func nodeSchema(g *schemaWriter, _ reflect.Type) schema {
	var bodies []schema
	for _, kind := range nodeTypes {
		bodies = append(bodies, schema{
			"if":   schema{"properties": schema{"type": schema{"const": kind}}, "required": []string{"type"}},
			"then": g.of(reflect.TypeOf(newNodeBody(kind)).Elem()),
		})
	}
	return schema{
		"type": "object", "required": []string{"type"}, "allOf": bodies,
		"properties": schema{"type": schema{"enum": nodeTypes, "description": g.meaning("commonYAML.Type", "type")}},
	}
}

// narrower are the values that a key is held to once it is read, by type and key.
var narrower = map[string]schema{
	"siteFile.ledger":          {"enum": []string{"redis", "memory"}},
	"siteFile.Log.level":       {"enum": []string{"debug", "info", "warn", "error"}},
	"account.role":             {"enum": []string{"agent", "supervisor"}},
	"center.kind":              {"enum": []string{"cis", "cps", "plateau"}},
	"department.from":          {"enum": []string{"postal_code"}},
	"queue.code":               {"enum": []string{"optional", "required"}},
	"queue.strategy":           {"enum": []string{"longest_ready", "best_level"}},
	"rule.to":                  {"enum": []string{"local_service"}},
	"rule.priority":            {"minimum": 0, "maximum": 9},
	"step.files":               {"enum": []string{"required", "optional"}},
	"step.per_agent":           {"minimum": 1, "maximum": 1000},
	"routingTest.medium":       {"enum": []string{"voice", "email"}},
	"redis.database":           {"minimum": 0, "maximum": 1000},
	"backend.at_once":          {"minimum": 1, "maximum": 500},
	"outside.max_per_agent":    {"minimum": 1, "maximum": contact.MaxOutside},
	"outside.max_per_hour":     {"minimum": 1, "maximum": contact.MaxOutside},
	"group.count":              {"minimum": 1, "maximum": 5000},
	"group.first":              {"minimum": 0, "maximum": 1_000_000},
	"queuesFile.max_moves":     {"minimum": 1, "maximum": 50},
	"queuesFile.max_transfers": {"minimum": 1, "maximum": 50},
	"full.waiting":             {"minimum": 1, "maximum": 1_000_000},
	"full.per_agent":           {"minimum": 1, "maximum": 1000},
	"tries.max_attempts":       {"minimum": 1, "maximum": 10},
	"hangup.cause":             {"minimum": 1, "maximum": 127},
	"menuStepFields.refused":   {"enum": []string{"full", "closed", "no_agent"}},

	"collect.check":              {"enum": spelled(ivr.Checks)},
	"callbackNode.number":        {"enum": []string{"confirm", "caller", "ask"}},
	"link.channel":               {"enum": []string{"sms", "email"}},
	"menuStepFields.given_up":    {"enum": []string{"closed", "no_agent"}},
	"menuStepFields.not_reached": {"enum": rehearsal.Unreached},
	"menuStepFields.ends":        {"enum": spelled(contact.Outcomes)},
	"expect.strategy":            {"enum": []string{"longest_ready", "best_level"}},
	"expect.refused":             {"enum": []string{"closed", "no_agent"}},
	"expectFields.strategy":      {"enum": []string{"longest_ready", "best_level"}},
	"expectFields.refused":       {"enum": []string{"closed", "no_agent"}},
	"expectedStep.files":         {"enum": []string{"required", "optional"}},

	"rule.closed":  {"enum": []string{"message"}},
	"full.then":    {"enum": []string{"dissuade"}},
	"close.then":   {"enum": []string{"menu"}},
	"person.media": oneOrMore(schema{"enum": []string{"voice", "email", "voicemail"}}),
	// Capital letters or small ones: editors offer the capitals.
	"inquiry.method": {"anyOf": []schema{{"enum": ivr.Methods}, {"pattern": inAnyCase(ivr.Methods)}}},

	"appointments.per_slot":    {"minimum": 1, "maximum": 1000},
	"appointments.days_ahead":  {"minimum": 1, "maximum": maxDaysAhead},
	"callback.max_attempts":    {"minimum": 1, "maximum": 10},
	"callback.max_open":        {"minimum": 1, "maximum": 10_000},
	"callback.max_per_caller":  {"minimum": 1, "maximum": mostPerCaller},
	"save.max":                 {"minimum": 1, "maximum": ivr.MaxSavedChars},
	"inquiry.retries":          {"minimum": 0, "maximum": 2},
	"inquiry.max_answer":       {"minimum": 1, "maximum": ivr.MaxAnswer},
	"link.per_day":             {"minimum": 1, "maximum": 20},
	"collect.min_digits":       {"minimum": 0, "maximum": 32},
	"collect.max_digits":       {"minimum": 1, "maximum": 32},
	"mailbox.retention_days":   {"minimum": 0, "maximum": maxRetentionDays},
	"recording.retention_days": {"minimum": 1, "maximum": maxRetentionDays},
	"mailbox.max_waiting":      {"minimum": 1, "maximum": maxMaxWaiting},
	"menuTest.calls_today":     {"minimum": 1, "maximum": 1000},
	"queueView.waiting":        {"minimum": 0, "maximum": 100_000},
	"queueView.ready":          {"minimum": 0, "maximum": 100_000},
	"queueView.agents":         {"minimum": 0, "maximum": 100_000},
	"expect.priority":          {"minimum": 0, "maximum": 9},
	"expectFields.priority":    {"minimum": 0, "maximum": 9},
	"person.capacity":          {"additionalProperties": schema{"minimum": 1, "maximum": maxCapacity}},
	"person.skills":            {"additionalProperties": schema{"minimum": routing.MinLevel, "maximum": routing.MaxLevel}},

	"announce.then":                 {"enum": []string{"hangup"}},
	"rule.authentication":           oneOrMore(level),
	"routingTest.authentication":    oneOrMore(level),
	"menuTest.authentication":       level,
	"menuStepFields.authentication": level,
	"menuStepFields.identifies":     level,
	"queuedFields.authentication":   level,
}

// level is how far a caller is identified.
var level = schema{"minimum": 0, "maximum": 2}

// inAnyCase is a pattern of words in capital and small letters.
func inAnyCase(words []string) string {
	var all []string
	for _, w := range words {
		var letters strings.Builder
		for _, l := range w {
			fmt.Fprintf(&letters, "[%c%c]", l, unicode.ToLower(l))
		}
		all = append(all, letters.String())
	}
	return "^(" + strings.Join(all, "|") + ")$"
}

// spelled are words of a type of their own, as they are written.
func spelled[T ~string](words []T) []string {
	var all []string
	for _, w := range words {
		all = append(all, string(w))
	}
	return all
}
