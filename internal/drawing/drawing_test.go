package drawing

import (
	"encoding/xml"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/guichet/guichet/ivr"
)

var update = flag.Bool("update", false, "write the golden files anew")

// small has a node of most types, a silence that leads somewhere, a way back and a
// cycle.
func small(t *testing.T) *ivr.Tree {
	t.Helper()
	weekend, flaw := ivr.Compile(`now.weekday in ["sat", "sun"]`)
	require.Nil(t, flaw)
	tries := ivr.Tries{
		Interruptible: true, NoInputTimeout: 5 * time.Second, InterDigitTimeout: 2 * time.Second, MaxAttempts: 3,
		NoInput: ivr.Exit{Prompts: []ivr.Prompt{"encore"}},
	}
	silent := tries
	silent.NoInput, silent.Failure = ivr.Exit{Goto: "conseiller"}, ivr.Exit{Goto: ivr.End}
	tree, faults := ivr.New(ivr.Tree{
		ID: "petit", Start: "jour", Languages: []string{"fr"}, Failure: ivr.Exit{Goto: "conseiller"},
		Nodes: map[ivr.NodeID]ivr.Node{
			"jour": &ivr.Branch{Common: ivr.Common{Label: "Jour"}, Cases: []ivr.Case{{When: weekend, Goto: "adieu"}}, Else: ivr.Exit{Goto: "ouverture"}},
			"ouverture": &ivr.Hours{
				Common: ivr.Common{Label: "Horaires"}, Calendar: "bureau",
				Open: ivr.Exit{Goto: "motif"}, Closed: ivr.Exit{Prompts: []ivr.Prompt{"ferme"}, Goto: ivr.End},
			},
			"motif": &ivr.Menu{
				Common: ivr.Common{Label: "Motif"}, Prompts: []ivr.Prompt{"menu"}, Tries: silent,
				Choices: []ivr.Choice{
					{Keys: "1", Goto: "code", Label: "Paiement & <avis>", Set: ivr.Vars{"topic": "paiement"}},
					{Keys: "2", Goto: "infos", Label: "Informations"},
					{Keys: "*", Goto: ivr.Home, Label: "Réécouter"},
				},
			},
			"code": &ivr.Collect{
				Common: ivr.Common{Label: "Code postal"}, Prompts: []ivr.Prompt{"code"}, Variable: "postal_code", MinDigits: 5, MaxDigits: 5,
				Next: "note", Tries: tries,
			},
			"note":       &ivr.Set{Common: ivr.Common{Set: ivr.Vars{"priority": "2"}}, Next: "conseiller"},
			"infos":      &ivr.Play{Common: ivr.Common{Serves: true}, Prompts: []ivr.Prompt{"infos"}, Next: "motif"},
			"conseiller": &ivr.Queue{Common: ivr.Common{Label: "Conseiller"}},
			"adieu":      &ivr.Hangup{Common: ivr.Common{Label: "Au revoir"}, Prompts: []ivr.Prompt{"ferme"}},
		},
	})
	require.Empty(t, faults)
	return tree
}

func texts(p ivr.Prompt) string {
	return map[ivr.Prompt]string{
		"ferme": "Nos services sont fermés.", "code": "Tapez les cinq chiffres de votre code postal.", "encore": "Nous n'avons rien reçu.",
		"menu":  "Pour un paiement ou un avis, tapez 1. Pour des informations, tapez 2. Pour réécouter depuis le début, tapez étoile.",
		"infos": "Tout est sur notre site.",
	}[p]
}

// formats are all there are.
var formats = map[string]func(*Drawing) string{"svg": (*Drawing).SVG, "mermaid": (*Drawing).Mermaid, "dot": (*Drawing).DOT}

func TestASmallTreeInEachFormat(t *testing.T) {
	t.Parallel()
	d := New(small(t), texts)
	for format, draw := range formats {
		path := filepath.Join("testdata", "petit."+format)
		if *update {
			require.NoError(t, os.WriteFile(path, []byte(draw(d)), 0o644))
		}
		want, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, string(want), draw(d), format)
	}
}

func TestWordsTellTheWholeTree(t *testing.T) {
	t.Parallel()
	assert.Equal(t, strings.Join([]string{
		"Menu tree petit: 8 nodes; when all attempts are used and nothing else is said: Conseiller.",
		"Callers; → Jour (jour).",
		`Jour (branch, jour); now.weekday in ["sat", "sun"] → Au revoir (adieu); otherwise → Horaires (ouverture).`,
		"Au revoir (hangup, adieu): “Nos services sont fermés.”.",
		"Horaires (hours, ouverture); bureau; open → Motif (motif); closed, holiday, exceptionally closed → hangs up, after “Nos services sont fermés.”.",
		"Motif (menu, motif): “" + texts("menu") + "”; 1 Paiement & <avis> → Code postal (code), topic = paiement; 2 Informations → infos; * Réécouter → from the start; nothing pressed → Conseiller (conseiller); wrong key → again; all 3 attempts used → hangs up.",
		"Code postal (collect, code): “Tapez les cinq chiffres de votre code postal.”; 5 digits into postal_code; accepted → note; nothing pressed, not accepted → again, nothing pressed after “Nous n'avons rien reçu.”; all 3 attempts used → Conseiller (conseiller).",
		"infos (play, infos): “Tout est sur notre site.”; whoever heard this was served; → Motif (motif).",
		"Conseiller (queue, conseiller); full, closed, no agent → hangs up.",
		"note (set, note); priority = 2; → Conseiller (conseiller).",
	}, "\n"), New(small(t), texts).Prose())
}

// strange is a type of node that this package does not know.
type strange struct{ *ivr.Play }

func TestATypeOfNodeThatIsNotKnownIsDrawnAllTheSame(t *testing.T) {
	t.Parallel()
	d := New(&ivr.Tree{ID: "t", Start: "neuf", Nodes: map[ivr.NodeID]ivr.Node{
		"neuf": strange{&ivr.Play{Common: ivr.Common{Label: "Neuf"}, Next: "fin"}},
		"fin":  &ivr.Hangup{},
	}}, nil)
	for format, draw := range formats {
		assert.Contains(t, draw(d), "strange · neuf", format)
	}
	assert.Contains(t, d.Mermaid(), "n1 --> n2")
	assert.Contains(t, d.SVG(), "<title>Neuf → fin</title>")
}

func TestAFlowIsShownWhereItBegins(t *testing.T) {
	t.Parallel()
	assert.Equal(t, flow, kindOf("identite", &ivr.Set{Next: "identite/numero"}))
	assert.Equal(t, set, kindOf("identite", &ivr.Set{Next: "identites"}))
}

func TestAMarkThatAFormatReadsAsItsOwnIsQuoted(t *testing.T) {
	t.Parallel()
	assert.Equal(t, `#42; #34;a#34; #60;b#62; #35;1 snake_case<br/>1#46; un<br/>#45; deux-trois`,
		mermaidText([]string{`* "a" <b> #1 snake_case`, "1. un", "- deux-trois"}))
	assert.Equal(t, `"a \"b\" \\n\nc"`, dotText(`a "b" \n`, "c"))
	assert.Equal(t, "&lt;a&gt; &amp; &quot;b&quot;", escaped("<a>\x00 & \"b\"\x1b"))
}

// strangeWords are labels as no reasonable person writes them.
var strangeWords = []string{
	"", "", "Conseiller", "Déclaration de revenus et de patrimoine pour les particuliers qui habitent hors de France",
	`a "b" <c> & ]]> 'd'`, "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenhersteller", "* # 1. -", "两个字的标签很长很长很长很长很长很长很长很长", "a\x00b\x1b\xff", "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW mmmmmmmm", "\\n\\l {x|y}",
}

// anyTree draws a tree of some size, that ivr.New need not accept: with cycles,
// nodes that nobody reaches, and ways to themselves.
func anyTree(t *rapid.T) *ivr.Tree {
	n := rapid.IntRange(1, 16).Draw(t, "nodes")
	targets := []ivr.Target{ivr.Repeat, ivr.Back, ivr.Home, ivr.End, ""}
	for i := range n {
		targets = append(targets, ivr.Target(fmt.Sprintf("n%d", i)), ivr.Target(fmt.Sprintf("n%d", i)))
	}
	target := rapid.SampledFrom(targets)
	words := rapid.SampledFrom(strangeWords)
	exit := rapid.Custom(func(t *rapid.T) ivr.Exit { return ivr.Exit{Goto: target.Draw(t, "goto")} })
	tree := &ivr.Tree{ID: words.Draw(t, "id"), Start: "n0", Nodes: map[ivr.NodeID]ivr.Node{}, Failure: exit.Draw(t, "failure")}
	for i := range n {
		common := ivr.Common{Label: words.Draw(t, "label"), Serves: rapid.Bool().Draw(t, "serves")}
		tries := ivr.Tries{
			MaxAttempts: rapid.IntRange(1, 3).Draw(t, "attempts"),
			NoInput:     exit.Draw(t, "no input"), Invalid: exit.Draw(t, "invalid"), Failure: exit.Draw(t, "failure"),
		}
		tree.Nodes[ivr.NodeID(fmt.Sprintf("n%d", i))] = anyNode(t, common, tries, target, words)
	}
	return tree
}

func anyNode(t *rapid.T, common ivr.Common, tries ivr.Tries, target *rapid.Generator[ivr.Target], words *rapid.Generator[string]) ivr.Node {
	exit := func() ivr.Exit { return ivr.Exit{Goto: target.Draw(t, "goto")} }
	switch rapid.IntRange(0, 8).Draw(t, "type") {
	case 0:
		return &ivr.Play{Common: common, Prompts: []ivr.Prompt{"p"}, Next: target.Draw(t, "next")}
	case 1:
		common.Set = ivr.Vars{"topic": words.Draw(t, "topic"), "x": "1"}
		return &ivr.Set{Common: common, Next: target.Draw(t, "next")}
	case 2:
		return &ivr.Collect{Common: common, Variable: "x", MaxDigits: 5, Next: target.Draw(t, "next"), Tries: tries}
	case 3:
		return &ivr.Hours{Common: common, Open: exit(), Closed: exit(), Holiday: exit(), Exception: exit()}
	case 4:
		return &ivr.Branch{Common: common, Cases: []ivr.Case{{Goto: target.Draw(t, "case"), Label: words.Draw(t, "label")}}, Else: exit()}
	case 5:
		return &ivr.Queue{Common: common, Full: exit(), Closed: exit(), NoAgent: exit(), Unreachable: exit()}
	case 6:
		return &ivr.Hangup{Common: common}
	}
	m := &ivr.Menu{Common: common, Prompts: []ivr.Prompt{"p"}, Tries: tries}
	for _, keys := range rapid.SliceOfNDistinct(rapid.StringOfN(rapid.RuneFrom([]rune("123*#")), 1, 8, -1), 0, 6, rapid.ID[string]).Draw(t, "choices") {
		m.Choices = append(m.Choices, ivr.Choice{Keys: keys, Goto: target.Draw(t, "choice"), Label: words.Draw(t, "label")})
	}
	return m
}

// drawnEdge is how Mermaid and Graphviz text name an edge.
var drawnEdge = regexp.MustCompile(`(?m)^  n(\d+) -.*?n(\d+)(?: \[.*)?;?$`)

// Every node and every way out is in each format, and the same tree twice gives the
// same bytes.
func TestNothingOfATreeIsMissingInAnyFormat(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tree := anyTree(t)
		d := New(tree, func(p ivr.Prompt) string { return strings.Repeat("dit "+string(p)+" ", 40) })
		drawn := map[string]string{}
		for format, draw := range formats {
			drawn[format] = draw(d)
			require.Equal(t, drawn[format], draw(New(tree, func(p ivr.Prompt) string { return strings.Repeat("dit "+string(p)+" ", 40) })), format)
		}
		picture := wellFormed(t, drawn["svg"])
		index := map[ivr.NodeID]int{}
		for i, c := range d.cards {
			index[c.id] = i
		}
		for id, node := range tree.Nodes {
			require.Contains(t, drawn["mermaid"], string(kindOf(id, node))+" · "+string(id))
			require.Contains(t, drawn["dot"], string(kindOf(id, node))+" · "+string(id))
			require.Contains(t, picture, fmt.Sprintf("(%s, %s)", kindOf(id, node), id))
			for _, w := range tree.Ways(id) {
				to, leads := index[ivr.NodeID(w.Goto)]
				if leads = leads && ivr.NodeID(w.Goto) != id; leads {
					edge := [2]string{fmt.Sprint(index[id]), fmt.Sprint(to)}
					require.Contains(t, edgesIn(drawn["mermaid"]), edge)
					require.Contains(t, edgesIn(drawn["dot"]), edge)
				}
				if words := readable(row{keys: w.Keys, words: wordsFor(node, w)}.line()); words != "" {
					require.Contains(t, picture, words)
					require.Contains(t, drawn["mermaid"], mermaidLine(oneLine(row{keys: w.Keys, words: wordsFor(node, w)}.words)))
				}
			}
		}
	})
}

func edgesIn(text string) [][2]string {
	var all [][2]string
	for _, found := range drawnEdge.FindAllStringSubmatch(text, -1) {
		all = append(all, [2]string{found[1], found[2]})
	}
	return all
}

// readable is a text as XML gives it back.
func readable(text string) string {
	return strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">", "&quot;", `"`).Replace(escaped(text))
}

// wellFormed reads XML to its end and returns its text.
func wellFormed(t require.TestingT, text string) string {
	var all strings.Builder
	for d := xml.NewDecoder(strings.NewReader(text)); ; {
		token, err := d.Token()
		if err == io.EOF {
			return all.String()
		}
		require.NoError(t, err)
		if chars, ok := token.(xml.CharData); ok {
			all.Write(chars)
		}
	}
}
