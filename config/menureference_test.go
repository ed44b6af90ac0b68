package config

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// page is the reference of menus in one language.
type page struct {
	file, above                          string
	key, required, meaning, node, common string
	t                                    *testing.T
	// usual is what keys mean that mean the same everywhere.
	usual map[string]string
	// text is what a field means.
	text func(field, name, english string) string
}

var pages = []page{
	{
		file: "reference-menus.fr.md", node: "Nœud", key: "clé", required: "obligatoire", meaning: "sens", common: "Clés de tous les nœuds",
		above: "# Référence des menus\n\nEngendrée des types qui lisent les fichiers `ivr/*.yaml` : `go test ./config -run TestTheReference -update`.\n" +
			"[site-folder.md](site-folder.md) explique comment tout cela s'emploie ; [in English](reference-menus.md).\n",
		usual: map[string]string{
			"goto": "Où l'appel continue : un nœud, ou back, start ou hangup.", "prompt": "Le message dit, ou une liste de messages dits l'un après l'autre.",
			"reprompt": "Dit aux essais suivants ; prompt de nouveau par défaut.", "tags": "Mots libres pour les auteurs.",
			"on_invalid": "Quand autre chose est pressé que ce qui est demandé.", "on_failure": "Quand les essais sont épuisés ; on_failure du menu par défaut.",
			"max_digits": "Nombre maximal de chiffres, 20 par défaut.", "cancel_key": "Efface la saisie ; aucune par défaut.",
			"closed": "Quand c'est fermé.", "holiday": "Un jour férié ; closed par défaut.", "exception": "Une date fermée par exception ; closed par défaut.",
			"on_closed": "Quand tout est fermé.", "on_no_agent": "Quand personne n'est là pour répondre.", "not_found": "Quand aucune ligne n'a cette clé.",
			"not_identified": "Pour qui n'est pas identifié.", "cases": "Les cas, dans l'ordre : {when, goto, label}. Le premier dont la condition est vraie décide.",
			"flow": "La partie parcourue, un fichier de flows/.", "result": "Le résultat par lequel la partie se termine.",
		},
		text: func(field, _, _ string) string { return frenchOfFields[field] },
	},
	{
		file: "reference-menus.md", node: "Node", key: "key", required: "required", meaning: "meaning", common: "Keys of all nodes",
		above: "# Reference of menus\n\nMade from the types that read the files `ivr/*.yaml`: `go test ./config -run TestTheReference -update`.\n" +
			"[site-folder.md](site-folder.md) says how all of this is used; [en français](reference-menus.fr.md).\n",
		usual: map[string]string{
			"goto": "Where the call goes on: a node, or back, start or hangup.", "prompt": "What is said, or a list said one after the other.",
			"reprompt": "Said at further attempts; prompt again by default.", "tags": "Free words for the authors.",
			"on_invalid": "When something else is pressed than what is asked for.", "on_failure": "When all attempts are used; on_failure of the tree by default.",
			"max_digits": "The most digits, 20 by default.", "cancel_key": "Erases what was typed; none by default.",
			"closed": "When it is closed.", "holiday": "On a holiday; closed by default.", "exception": "On a date that is closed by exception; closed by default.",
			"on_closed": "When all is closed.", "on_no_agent": "When nobody is there to answer.", "not_found": "When no line has that key.",
			"not_identified": "For who is not identified.", "cases": "The cases in order: {when, goto, label}. The first whose condition holds decides.",
			"flow": "The part that is gone through, a file of flows/.", "result": "The result with which the part ends.",
		},
		text: func(_, _, english string) string { return english },
	},
}

func TestTheReferenceSaysWhatTheTypesSay(t *testing.T) {
	t.Parallel()
	comments, examples := commentsOfFields(t), exampleNodes(t)
	for _, p := range pages {
		p.t = t
		got := p.write(comments, examples)
		path := filepath.Join("..", "docs", p.file)
		if *update {
			require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
			continue
		}
		committed, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, string(committed), got, "%s is out of date: go test ./config -run TestTheReference -update", path)
	}
}

func (p page) write(comments, examples map[string]string) string {
	var out strings.Builder
	out.WriteString(p.above)
	fmt.Fprintf(&out, "\n## %s\n\n", p.common)
	p.table(&out, reflect.TypeFor[commonYAML](), comments, false)
	for _, kind := range nodeTypes {
		fmt.Fprintf(&out, "\n## %s `%s`\n\n", p.node, kind)
		p.table(&out, reflect.TypeOf(newNodeBody(kind)).Elem(), comments, true)
		if example := examples[kind]; example != "" {
			fmt.Fprintf(&out, "\n```yaml\n%s```\n", example)
		}
	}
	return out.String()
}

func (p page) table(out *strings.Builder, t reflect.Type, comments map[string]string, own bool) {
	fmt.Fprintf(out, "| %s | | %s |\n|---|---|---|\n", p.key, p.meaning)
	p.rows(out, t, comments, own)
}

// rows are the keys of a struct, without those of all nodes if only its own are wanted.
func (p page) rows(out *strings.Builder, t reflect.Type, comments map[string]string, own bool) {
	for i := range t.NumField() {
		f := t.Field(i)
		tag, tagged := f.Tag.Lookup("yaml")
		switch {
		case f.Type == reflect.TypeFor[commonYAML]() && own || f.Type == reflect.TypeFor[later]():
		case f.Anonymous && !tagged:
			p.rows(out, f.Type, comments, own)
		case tagged:
			name, option, _ := strings.Cut(tag, ",")
			needed := ""
			if option == "required" {
				needed = p.required
			}
			field := t.Name() + "." + f.Name
			meaning := p.text(field, name, comments[field])
			if meaning == "" {
				meaning = p.usual[name]
			}
			require.NotEmpty(p.t, meaning, "%s has no meaning: write a comment and its French text, or one for all keys of that name", field)
			text := strings.ReplaceAll(meaning, "|", `\|`)
			fmt.Fprintf(out, "| `%s` | %s | %s |\n", name, needed, text)
		}
	}
}

var (
	nodeBlock = regexp.MustCompile(`(?m)^  [a-z_0-9]+:.*\n(?:(?:    .*)?\n)*`)
	nodeKind  = regexp.MustCompile(`\btype: ([a-z]+)`)
)

// exampleNodes are the first node of each type in the samples, which other tests load.
func exampleNodes(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, pattern := range []string{"../examples/*/ivr/*.yaml", "../testdata/site/ivr/*.yaml", "../testdata/site/flows/*.yaml"} {
		paths, err := filepath.Glob(pattern)
		require.NoError(t, err)
		for _, path := range paths {
			content, err := os.ReadFile(path)
			require.NoError(t, err)
			for _, block := range nodeBlock.FindAllString(string(content), -1) {
				if kind := nodeKind.FindStringSubmatch(block); kind != nil && found[kind[1]] == "" {
					found[kind[1]] = strings.TrimRight(block, "\n") + "\n"
				}
			}
		}
	}
	return found
}
