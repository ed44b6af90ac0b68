package config

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func problemsWith(t *testing.T, name, text string) []Problem {
	t.Helper()
	site := goodSite(t)
	site[name] = &fstest.MapFile{Data: []byte(text)}
	_, problems := load(".", site, func(string) (string, bool) { return "", false })
	require.NotEmpty(t, problems)
	return problems
}

func TestAProblemCarriesTheLineItIsAbout(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, text, line, at string }{
		"YAML":               {"queues.yaml", "queues:\n  particuliers: {rnig: 18s}\n", "  particuliers: {rnig: 18s}", "rnig: 18s}"},
		"Windows":            {"queues.yaml", "\ufeffqueues:\r\n  particuliers: {rnig: 18s}\r\n", "  particuliers: {rnig: 18s}", "rnig: 18s}"},
		"accents before it":  {"queues.yaml", "queues:\n  particuliers: {label: Été à Nîmes, rnig: 18s}\n", "  particuliers: {label: Été à Nîmes, rnig: 18s}", "rnig: 18s}"},
		"a wide label":       {"queues.yaml", "queues:\n  particuliers: {label: 名前📞, rnig: 18s}\n", "  particuliers: {label: 名前📞, rnig: 18s}", "rnig: 18s}"},
		"the first line":     {"queues.yaml", "queus: {}", "queus: {}", "queus: {}"},
		"a tab":              {"queues.yaml", "queues:\n\tparticuliers: {}\n", "\tparticuliers: {}", "\tparticuliers: {}"},
		"a byte of no text":  {"queues.yaml", "queues:\n  caf\xe9: {}\n", "  caf\ufffd: {}", "\ufffd: {}"},
		"inside a condition": {"ivr/accueil.yaml", "start: b\nnodes:\n  b: {type: branch, cases: [{when: 'caler == \"\"', goto: q}], else: q}\n  q: {type: queue}\n", `  b: {type: branch, cases: [{when: 'caler == ""', goto: q}], else: q}`, `caler == ""', goto: q}], else: q}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := problemsWith(t, c.file, c.text)[0]
			assert.Equal(t, c.line, p.Excerpt.Text)
			assert.Equal(t, c.at, string([]rune(p.Excerpt.Text)[p.Excerpt.Column-1:]), p)
		})
	}
}

func TestATableIsQuotedToo(t *testing.T) {
	t.Parallel()
	site := goodSite(t)
	routing := "department: {from: postal_code, table: t.csv}\n" + string(site["routing.yaml"].Data)
	site["routing.yaml"] = &fstest.MapFile{Data: []byte(routing)}
	site["t.csv"] = &fstest.MapFile{Data: []byte("# les départements\npostal_code;department\n44000;Loire\n")}
	_, problems := load(".", site, func(string) (string, bool) { return "", false })
	require.NotEmpty(t, problems)
	assert.Equal(t, Excerpt{Text: "44000;Loire", Column: 7}, problems[0].Excerpt)
}

func TestAVeryLongLineIsQuotedAroundThePlace(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 5000)
	problems := problemsWith(t, "queues.yaml", "queues:\n  particuliers: {label: "+long+", rnig: 18s, music: "+long+"}\n")
	p := problems[slices.IndexFunc(problems, func(p Problem) bool { return strings.Contains(p.Message, "rnig") })]
	text := []rune(p.Excerpt.Text)
	assert.Len(t, text, longestExcerpt)
	assert.Equal(t, 'é', text[1])
	assert.Equal(t, '…', text[0])
	assert.Equal(t, '…', text[len(text)-1])
	assert.True(t, strings.HasPrefix(string(text[p.Excerpt.Column-1:]), "rnig: 18s"), p.Excerpt)
}

func TestWhatMayBeASecretIsQuotedNowhere(t *testing.T) {
	t.Parallel()
	const site = "name: essai\nledger: memory\nasterisk:\n  a1: {url: %q, username: guichet, password: %s}\n%s"
	url := "http://127.0.0.1:8088/ari"
	for name, c := range map[string]struct{ file, text string }{
		"a password":                  {"site.yaml", fmt.Sprintf(site, url, "hunter2", "")},
		"a password below its name":   {"site.yaml", fmt.Sprintf(site, url, "\n    hunter2", "")},
		"a list of passwords":         {"site.yaml", "name: essai\nledger: memory\nasterisk:\n  a1:\n    url: x\n    username: u\n    password:\n      - hunter2\n"},
		"another mistake on its line": {"site.yaml", fmt.Sprintf(site, url, "hunter2, pasword: x", "")},
		"the key of the site":         {"site.yaml", fmt.Sprintf(site, url, "{env: X}", "key: hunter2, x\nledgr: x\n")},
		"an address with a password":  {"site.yaml", fmt.Sprintf(site, "http://u:hunter2@x:1", "{env: X}, x: y", "")},
		"a code of an agent":          {"agents.yaml", "agents:\n  a1001: {pin: hunter2, center: cis_ouest, phone: PJSIP/a1001, skills: {topic: 2}}\n"},
		"a header":                    {"queues.yaml", "queues:\n  particuliers: {x: {Authorization: hunter2}}\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, p := range problemsWith(t, c.file, c.text) {
				assert.NotContains(t, p.Excerpt.Text, "hunter2", p)
			}
		})
	}
	quoted := problemsWith(t, "site.yaml", "name: essai\nledger: memry\nasterisk:\n  a1: {url: x, username: u, password: {env: X}}\n")
	assert.Equal(t, "ledger: memry", quoted[0].Excerpt.Text, "the rest of site.yaml is")
}
