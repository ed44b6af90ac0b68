package engine_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/guichet/guichet/config"
)

// nodeTypes are all that a tree can be made of; return stands in flows.
var nodeTypes = slices.DeleteFunc(config.NodeTypes(), func(kind string) bool { return kind == "return" })

// site is a site folder as somebody could write it: a tree of any nodes in any order,
// most of them sensible. Whether it is one that may be used is for the loader to say.
type site struct {
	t     *rapid.T
	ids   []string
	named int // ids that some exit leads to, from the first on
	// used are the types that the tree has.
	used  map[string]bool
	files map[string]string
	// sealed says that a sensitive number may have been asked for before.
	sealed, twoLanguages bool
	// careless is an author who leads callers anywhere, be it round and round or nowhere.
	careless bool
}

// anySite draws the files of a site folder.
func anySite(t *rapid.T) *site {
	s := &site{t: t, used: map[string]bool{}, files: map[string]string{}, twoLanguages: rapid.Bool().Draw(t, "languages"), careless: rapid.IntRange(0, 3).Draw(t, "careless") == 3}
	for i := range rapid.IntRange(2, 9).Draw(t, "nodes") {
		s.ids = append(s.ids, fmt.Sprintf("n%d", i))
	}
	var nodes strings.Builder
	s.named = 1
	for i := range s.ids {
		fmt.Fprintf(&nodes, "  %s: %s\n", s.ids[i], s.node(i))
	}
	tree := "start: debut\n"
	if s.twoLanguages {
		tree += "languages: [fr, en]\n"
	}
	if !s.careless || rapid.Bool().Draw(t, "on_failure of the tree") {
		tree += "on_failure: " + s.exit(0) + "\n"
	}
	s.files["ivr/accueil.yaml"] = tree + "nodes:\n  debut: {type: set, values: {topic: paiement, x: \"1\", numero: \"12345678\"}, goto: n0}\n" + nodes.String()
	s.rest()
	return s
}

// write writes the files over those of a folder.
func (s *site) write(dir string) {
	for _, stale := range []string{"flows", "tables"} {
		require.NoError(s.t, os.RemoveAll(filepath.Join(dir, stale)))
	}
	for _, name := range slices.Sorted(maps.Keys(s.files)) {
		file := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(s.t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(s.t, os.WriteFile(file, []byte(s.files[name]), 0o644))
	}
}

// rest are the files that the tree leans on.
func (s *site) rest() {
	s.files["site.yaml"] = `name: essai
zone: Europe/Paris
calendar: bureau
key: {env: GUICHET_KEY}
asterisk: {a1: {url: "http://127.0.0.1:8088/ari", username: g, password: {env: P}, trunk: "PJSIP/{number}@trunk"}}
ledger: memory
backends: {dossier: {url: "https://dossiers.example/api"}, sms: {url: "https://sms.example"}}
`
	s.files["queues.yaml"] = `queues:
  particuliers:
    full: {waiting: 3, then: dissuade}
    comfort: {first: 30s, every: 60s, prompt: un}
    callback: {max_attempts: 2, retry_after: 10m, ring: 20s}
mailboxes: {accueil: {max_waiting: 2}}
`
	prompts := "prompts:\n"
	for _, name := range []string{"un", "deux", "trois"} {
		if s.twoLanguages {
			prompts += fmt.Sprintf("  %s: {in: {fr: Le texte., en: The text.}}\n", name)
		} else {
			prompts += fmt.Sprintf("  %s: Le texte.\n", name)
		}
	}
	s.files["prompts/prompts.yaml"] = prompts
	if s.used["subflow"] {
		s.files["flows/partage.yaml"] = `start: f0
nodes:
  f0: {type: menu, prompt: un, choices: {"1": f1, "2": f2, "3": start}, on_no_input: {prompt: deux, goto: f2}, on_failure: f2}
  f1: {type: return, result: oui}
  f2: {type: return, result: non}
`
	}
	if s.used["lookup"] {
		s.files["tables/bureaux.csv"] = "numero,bureau\n12345678,Rennes\n1,Nantes\n"
	}
}

func (s *site) often(what string) bool { return rapid.IntRange(0, 4).Draw(s.t, what) > 0 }

func (s *site) one(what string, of ...string) string { return rapid.SampledFrom(of).Draw(s.t, what) }

// target is where an exit of the i-th node leads: most often on, to a node that nothing
// leads to yet, and seldom nowhere.
func (s *site) target(i int, also ...string) string {
	if s.named == i+1 && s.named < len(s.ids) || s.named < len(s.ids) && rapid.IntRange(0, 2).Draw(s.t, "new") == 0 {
		s.named++
		return s.ids[s.named-1]
	}
	if !s.careless {
		return s.one("on", slices.Concat(s.ids[min(i+1, s.named):s.named], []string{"hangup"}, also)...)
	}
	switch rapid.IntRange(0, 20).Draw(s.t, "where") {
	case 20:
		return "nulle_part"
	case 19:
		return s.one("word", append(also, "back", "start")...)
	}
	return s.one("anywhere", s.ids...)
}

// exit is a target, or what is said on the way to one.
func (s *site) exit(i int, also ...string) string {
	to := s.target(i, also...)
	if rapid.Bool().Draw(s.t, "says") {
		return to
	}
	return fmt.Sprintf("{prompt: %s, goto: %s}", s.prompts(), to)
}

func (s *site) prompts() string {
	return s.one("prompts", "un", "deux", "[un, deux]", "[trois, \"number:12\"]", "[un, \"digits:var.numero\"]", "[\"date:2026-12-15\", deux]")
}

// tries is what every node that waits for keys may have.
func (s *site) tries(i int) string {
	text := ""
	if s.often("on_failure") {
		text += ", on_failure: " + s.exit(i)
	}
	if s.often("on_no_input") {
		text += ", on_no_input: " + s.exit(i, "repeat", "repeat")
	}
	if s.often("on_invalid") {
		text += ", on_invalid: " + s.exit(i, "repeat", "repeat")
	}
	return text + s.one("more of the tries", "", "", ", max_attempts: 1", ", max_attempts: 5", ", interruptible: false", ", no_input_timeout: 1s")
}

// choices leads by keys.
func (s *site) choices(i int) string {
	keys := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"1", "2", "3", "9", "*", "12", "0"}), 1, 4, rapid.ID[string]).Draw(s.t, "keys")
	var all []string
	for _, k := range keys {
		to := s.target(i, append(slices.Clone(s.ids[:i+1]), "repeat", "back", "start")...)
		if rapid.Bool().Draw(s.t, "sets") {
			to = fmt.Sprintf("{goto: %s, set: {topic: %s}}", to, s.one("topic", "paiement", "avis"))
		}
		all = append(all, fmt.Sprintf("%q: %s", k, to))
	}
	return "{" + strings.Join(all, ", ") + "}"
}

// conditions may hold or not.
var conditions = []string{
	"now.hour < 12", "withheld", "calls_today > 1", "queue('particuliers').waiting > 1", "queue('particuliers').open", "var.x == '1'", "int(var.x) > 3",
	"authentication >= 1", "caller startsWith '+33'", "var.topic in ['avis', 'paiement']", "var.numero == ''",
}

// node draws the i-th node.
func (s *site) node(i int) string {
	kinds := append(slices.Clone(nodeTypes), "hangup")
	if s.named == i+1 && i+1 < len(s.ids) { // something must lead on
		kinds = slices.DeleteFunc(kinds, func(k string) bool { return k == "hangup" })
	}
	if !s.twoLanguages && !s.careless {
		kinds = slices.DeleteFunc(kinds, func(k string) bool { return k == "language" })
	}
	if s.twoLanguages {
		kinds = append(kinds, "language")
	}
	kind := s.one("type", kinds...)
	s.used[kind] = true
	return "{type: " + kind + s.body(kind, i) + "}"
}

func (s *site) body(kind string, i int) string {
	switch kind {
	case "play":
		return fmt.Sprintf(", prompt: %s, goto: %s%s", s.prompts(), s.target(i), s.one("play", "", ", interruptible: false", ", flush_input: true", ", serves: true"))
	case "menu":
		return fmt.Sprintf(", prompt: %s, choices: %s%s", s.prompts(), s.choices(i), s.tries(i))
	case "collect":
		if rapid.IntRange(0, 3).Draw(s.t, "sensitive") == 0 {
			s.sealed = true
			return fmt.Sprintf(", prompt: %s, variable: carte, sensitive: true, min_digits: 4, max_digits: 8, goto: %s%s", s.prompts(), s.target(i), s.tries(i))
		}
		return fmt.Sprintf(", prompt: %s, variable: %s%s, goto: %s%s", s.prompts(), s.one("variable", "x", "numero", "postal_code"),
			s.one("digits", ", max_digits: 5", ", min_digits: 2, max_digits: 4, cancel_key: \"*\"", ", max_digits: 1, finish_key: \"\"", ", pattern: \"[0-4]*\"", ", check: luhn",
				", confirm: {before: un, prompt: deux}"), s.target(i), s.tries(i))
	case "hours":
		return fmt.Sprintf("%s, open: %s, closed: %s%s", s.one("calendar", "", ", calendar: bureau"), s.exit(i), s.exit(i), s.maybe("holiday", i))
	case "branch":
		var cases []string
		for _, c := range rapid.SliceOfN(rapid.SampledFrom(conditions), 1, 3).Draw(s.t, "cases") {
			cases = append(cases, fmt.Sprintf("{when: %q, goto: %s}", c, s.target(i)))
		}
		return fmt.Sprintf(", cases: [%s], else: %s", strings.Join(cases, ", "), s.exit(i))
	case "set":
		return fmt.Sprintf(", values: {%s}, goto: %s", s.one("values", "x: \"7\"", "topic: avis, x: a", "numero: \"\""), s.target(i))
	case "queue":
		text := s.maybe("on_full", i) + s.maybe("on_closed", i) + s.maybe("on_no_agent", i)
		if rapid.IntRange(0, 3).Draw(s.t, "way out") == 0 {
			text += fmt.Sprintf(", way_out: {\"1\": {goto: %s}}", s.target(i))
		}
		return text
	case "hangup":
		return s.one("hangup", "", ", prompt: un", ", cause: 17")
	}
	return s.outside(kind, i)
}

// maybe is an exit that need not be there.
func (s *site) maybe(name string, i int) string {
	if s.named == i+1 && s.named < len(s.ids) || rapid.Bool().Draw(s.t, name) {
		return ", " + name + ": " + s.exit(i)
	}
	return ""
}

// outside draws the body of a node that needs more than the tree.
func (s *site) outside(kind string, i int) string {
	switch kind {
	case "transfer":
		return fmt.Sprintf(", to: \"02 61 91 00 35\", on_error: %s%s%s", s.exit(i), s.maybe("on_busy", i), s.maybe("on_no_answer", i))
	case "message":
		return fmt.Sprintf(", mailbox: accueil, prompt: un, on_error: %s%s%s%s", s.exit(i), s.one("goto", "", ", goto: "+s.target(i)), s.maybe("on_empty", i), s.maybe("on_full", i))
	case "lookup":
		return fmt.Sprintf(", table: tables/bureaux.csv, key: numero, save: {x: bureau}, found: %s, not_found: %s", s.exit(i), s.exit(i))
	case "http":
		body := s.one("body", "", ", method: POST, body: {n: \"{var.numero}\"}", ", hold_prompt: deux", ", retries: 1, save: {x: /etat}")
		if s.sealed && rapid.Bool().Draw(s.t, "carries") {
			body = ", method: POST, body: {carte: \"{var.carte}\"}"
		}
		status := ""
		if rapid.Bool().Draw(s.t, "on_status") {
			status = ", on_status: {\"404\": " + s.exit(i) + "}"
		}
		return fmt.Sprintf(", backend: dossier, path: \"/demarches/{var.numero}\"%s, on_success: %s, on_error: %s%s%s", body, s.exit(i), s.exit(i), status, s.maybe("on_timeout", i))
	case "link":
		return fmt.Sprintf(", backend: sms, path: /messages, channel: sms, text: Bonjour%s, sent: %s, refused: %s, on_error: %s",
			s.one("offers", "", ", prompt: un", ", to: var.numero"), s.exit(i), s.exit(i), s.exit(i))
	case "callback":
		number := s.one("number", ", number: ask", ", number: caller", "")
		return fmt.Sprintf("%s, prompt: trois, confirm: {before: un, prompt: deux}, on_accepted: %s, on_refused: %s, on_error: %s%s%s",
			number, s.exit(i), s.exit(i), s.exit(i), s.maybe("on_full", i), s.tries(i))
	case "subflow":
		return fmt.Sprintf(", flow: partage, results: {oui: %s, non: %s}", s.target(i), s.target(i))
	case "language":
		return fmt.Sprintf(", prompt: un, choices: {\"1\": fr, \"2\": en}, goto: %s%s", s.target(i), s.tries(i))
	case "identify":
		date := s.one("birth date", "", ", birth_date: {prompt: deux}")
		return fmt.Sprintf(", prompt: un%s, identified: %s, not_identified: %s%s", date, s.exit(i), s.exit(i), s.one("attempts", "", ", max_attempts: 2"))
	}
	panic("no such type: " + kind)
}
