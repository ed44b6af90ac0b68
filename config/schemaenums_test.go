package config

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// heldTo are the messages by which the decoder refuses what a key is not held to.
var heldTo = regexp.MustCompile(`^"?([^"]*?)"? (?:is not known here|is not available in this version|is not between .*)$` +
	`|^there is no (?:channel|method) "(.*)"$|^(?:\w+ cannot be|a number cannot ring for) (\S+)(?: with .*)?$`)

// stepsToTry are steps of tests with each key that only some values may follow. Whether
// the test passes is another matter.
const stepsToTry = `tests:
  - name: pas
    tree: accueil
    at: 2026-11-23T10:00
    steps:
      - announce: {entry: "2014", prompt: menu, until: "18:00", then: hangup}
      - queued: {queue: particuliers, refused: closed}
      - refused: closed
      - given_up: closed
      - not_reached: busy
      - identifies: 1
      - authentication: 1
      - wait: 1s
      - speaks: 2s
      - ends: answered
`

// longNumber has room for as many digits as can be asked for.
const longNumber = `start: compte
on_failure: hangup
nodes:
  compte: {type: collect, prompt: menu, variable: compte, max_digits: 32, goto: conseiller}
  conseiller: {type: queue}
`

// What the rules made by hand hold a key to is what the decoder holds it to: it
// accepts each member and both bounds, nothing beside them, and knows no other member.
func TestTheDecoderAcceptsWhatTheRulesOfSchemasName(t *testing.T) {
	t.Parallel()
	sites, seen := sitesToTry(t), map[string]bool{}
	steps := maps.Clone(sites[0])
	steps["ivr/tests/pas.yaml"] = &fstest.MapFile{Data: []byte(stepsToTry)}
	steps["routing.yaml"] = &fstest.MapFile{Data: append(slices.Clone(steps["routing.yaml"].Data), "always: [{topic: [controle], to: local_service, closed: message}]\n"...)}
	steps["ivr/compte.yaml"] = &fstest.MapFile{Data: []byte(longNumber)}
	for _, site := range append([]fstest.MapFS{steps}, sites...) {
		for _, s := range spotsOf(site) {
			for _, p := range s.keys {
				name := strings.TrimSuffix(p.owner, "YAML") + "." + p.name
				if rule, narrow := narrower[name]; narrow && !seen[name] && rule["additionalProperties"] == nil {
					seen[name] = s.holds(t, name, p.name, rule)
				}
			}
		}
	}
	for name, rule := range narrower {
		assert.True(t, seen[name] || rule["additionalProperties"] != nil, "no site has a place for %s: write one in testdata/defaults", name)
	}
}

// holds tries the members of a rule and what lies just outside it. It is false where
// there is no room for the key.
func (s spot) holds(t *testing.T, name, key string, rule schema) bool {
	if outside := s.value("to") != nil; name == "rule.closed" && !outside || name == "rule.priority" && outside {
		return false // one is of rules to local services, the other of those to queues
	}
	inside, outside := membersOf(name, rule)
	for _, v := range inside {
		refusal, room := s.refusal(key, v)
		if !room {
			return false
		}
		assert.Nil(t, refusal, "%s: %v", name, v)
	}
	for _, v := range outside {
		refusal, _ := s.refusal(key, v)
		if !assert.NotNil(t, refusal, "%s: the decoder accepts %v, which the schema refuses", name, v) {
			continue
		}
		if known, told := strings.CutPrefix(refusal.Hint, "known are "); told {
			assert.ElementsMatch(t, inside, strings.Split(known, ", "), "%s: the decoder knows other words than the schema", name)
		}
	}
	return true
}

func membersOf(name string, rule schema) (inside, outside []any) {
	if bounds, is := lasting[name]; is {
		inside, outside = []any{brief(bounds[0]), brief(bounds[1])}, []any{fmt.Sprintf("%ds", int(bounds[1]/time.Second)+1)}
		if low := bounds[0]; low > 0 {
			outside = append(outside, fmt.Sprintf("%dms", low/time.Millisecond-1))
		}
		return inside, outside
	}
	if either, is := rule["anyOf"].([]schema); is {
		rule = either[0] // one, or a list of them
	}
	members, is := rule["enum"].([]string)
	if !is {
		low, high := rule["minimum"].(int), rule["maximum"].(int)
		return []any{low, high}, []any{low - 1, high + 1}
	}
	for _, m := range members {
		inside = append(inside, m)
	}
	return inside, []any{"zzzzzzzzzzzz", members[0] + "x"}
}

// refusal is how the decoder refuses a value of a key, if it does.
func (s spot) refusal(key string, v any) (refusal *Problem, room bool) {
	site, room := s.instead(key, inYAML(v))
	if s.value(key) == nil {
		_, site, room = s.written(key, inYAML(v))
	}
	if !room {
		return nil, false
	}
	_, problems := load(".", site, noVariables)
	for _, p := range problems {
		if m := heldTo.FindStringSubmatch(p.Message); m != nil && p.File == s.file && sameValue(m[1]+m[2]+m[3], fmt.Sprint(v)) {
			return &p, true
		}
	}
	return nil, true
}

// sameValue reports whether two texts are one value: of a duration, written in two ways.
func sameValue(told, written string) bool {
	a, errA := time.ParseDuration(told)
	b, errB := time.ParseDuration(written)
	return strings.EqualFold(told, written) || errA == nil && errB == nil && a == b
}

// Steps that are a word, whose files may be opened, and types of nodes are read by
// rules of their own.
func TestTheDecoderKnowsTheWordsOfTheSchemas(t *testing.T) {
	t.Parallel()
	for _, word := range stepWordsOfMenus {
		assert.NotContains(t, refusedSteps(t, word), "is not a step", word)
	}
	assert.Contains(t, refusedSteps(t, "zzzzzzzzzzzz"), `"zzzzzzzzzzzz" is not a step`)
	assert.Empty(t, readFrom("all", new(filesYAML)))
	assert.NotEmpty(t, readFrom("some", new(filesYAML)))
	for _, kind := range nodeTypes {
		for _, p := range readFrom("{type: "+kind+"}", new(nodeYAML)) {
			assert.Regexp(t, "^the key .* is missing$", p.Message, kind)
		}
	}
	for _, kind := range append([]string{"zzzzzzzzzzzz"}, laterNodes...) {
		assert.NotEmpty(t, readFrom("{type: "+kind+"}", new(nodeYAML)), kind)
	}
}

// refusedSteps is all that is said of a test with that step.
func refusedSteps(t *testing.T, word string) string {
	t.Helper()
	site := goodSite(t)
	content := "tests: [{name: mot, tree: accueil, at: 2026-11-23T10:00, steps: [" + word + "]}]"
	site["ivr/tests/mot.yaml"] = &fstest.MapFile{Data: []byte(content)}
	_, problems := load(".", site, noVariables)
	var all []string
	for _, p := range problems {
		all = append(all, p.Message)
	}
	return strings.Join(all, "\n")
}

// readFrom is what is wrong with a value.
func readFrom(text string, into reader) []Problem {
	r := &report{}
	d := r.parse("f.yaml", []byte(text))
	into.read(d, d.root)
	return r.sorted()
}

// No enumeration comes into the schemas that the tests above do not try.
func TestEveryEnumerationOfTheSchemasIsTried(t *testing.T) {
	t.Parallel()
	tried := [][]string{stepWordsOfMenus, nodeTypes, {"all"}, {untilRegistered}}
	for _, kind := range nodeTypes {
		tried = append(tried, []string{kind})
	}
	for _, rule := range narrower {
		if either, is := rule["anyOf"].([]schema); is {
			rule = either[0]
		}
		if members, is := rule["enum"].([]string); is {
			tried = append(tried, members)
		}
	}
	paths, err := filepath.Glob("../schema/*.schema.json")
	require.NoError(t, err)
	found := 0
	for _, path := range paths {
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		var s any
		require.NoError(t, json.Unmarshal(content, &s))
		eachEnumeration(s, func(members []string) {
			found++
			assert.True(t, slices.ContainsFunc(tried, func(m []string) bool { return reflect.DeepEqual(m, members) }), "%s: %v", path, members)
		})
	}
	assert.Greater(t, found, len(tried)-1)
}

func eachEnumeration(s any, f func(members []string)) {
	switch s := s.(type) {
	case []any:
		for _, item := range s {
			eachEnumeration(item, f)
		}
	case map[string]any:
		for key, inner := range s {
			members, list := inner.([]any)
			word, single := inner.(string)
			switch {
			case key == "enum" && list:
				var words []string
				for _, m := range members {
					words = append(words, fmt.Sprint(m))
				}
				f(words)
			case key == "const" && single:
				f([]string{word})
			default:
				eachEnumeration(inner, f)
			}
		}
	}
}
