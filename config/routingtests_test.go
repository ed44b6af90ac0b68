package config

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/geography"
)

func TestRoutingTestsThatPassAreCountedWithTheContactsTheyTried(t *testing.T) {
	t.Parallel()
	dir := goodFolder(t)
	write(t, dir, "tests/more.yaml", `tests:
  - {name: departments, entry: "2014", topic: [paiement, paiement], department: ["35", "44"], at: 2026-11-23T10:00, expect: {organisation: existant}}
  - {name: mails, entry: "2014", medium: email, postal_code: "35", at: 2026-11-22T10:00, expect: {queue: particuliers}}
`)
	site := loaded(t, dir)
	assert.Equal(t, RoutingTests{Passed: 3, Contacts: 4}, site.Tests, "one is in routing.yaml")
	assert.Contains(t, site.Content, "tests/more.yaml")
	packed, err := site.Content.Pack()
	require.NoError(t, err)
	restored, err := Restore(dir, packed)
	require.NoError(t, err)
	assert.Equal(t, site.Tests, restored.Tests, "the tests of a version are part of it")
}

func TestAWholeTestOfTheSampleFailsWithTheRuleThatItGuards(t *testing.T) {
	t.Parallel()
	files := readSite(t, "../examples/dgfip")
	routing := string(files["routing.yaml"].Data)
	files["routing.yaml"].Data = []byte(strings.Replace(routing, "from: 2026-10-01", "from: 2026-12-01", 1))
	site, problems := load(".", files, func(string) (string, bool) { return "", false })
	assert.Nil(t, site)
	require.NotEmpty(t, problems)
	for _, p := range problems {
		assert.Equal(t, "tests/organisations.yaml", p.File)
		assert.Contains(t, p.Message, "expected")
		assert.NotEmpty(t, p.Hint)
	}
}

func TestTheExampleOfTheReferencePasses(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../docs/site-folder.md")
	require.NoError(t, err)
	_, example, found := strings.Cut(string(text), "```yaml\ntests:\n")
	require.True(t, found)
	example, _, _ = strings.Cut(example, "```")
	files := readSite(t, "../examples/dgfip")
	files["tests/example.yaml"] = &fstest.MapFile{Data: []byte("tests:\n" + example)}
	_, problems := load(".", files, func(string) (string, bool) { return "", false })
	assert.Empty(t, problems)
}

// A try-out opens everything day and night; the tests are about the hours that
// are written.
func TestACalendarThatStandsInForAllFailsNoTest(t *testing.T) {
	t.Parallel()
	files := readSite(t, "../examples/dgfip")
	site, problems := load(".", files, func(name string) (string, bool) { return "demo", name == "GUICHET_CALENDAR" })
	require.Empty(t, problems)
	assert.GreaterOrEqual(t, site.Tests.Passed, 12)
	assert.Equal(t, "demo", site.Centers["cps_lyon"].Calendar.Name())
	assert.Equal(t, "demo", site.Plan.Centers["cps_lyon"].Calendar.Name())
	office, found := site.LocalServices.Find("controle_fiscal", "35400")
	require.True(t, found)
	assert.Equal(t, "demo", office.Calendar.Name())
}

func TestTestsThatTryAbsurdlyManyContactsAreRefused(t *testing.T) {
	t.Parallel()
	dir := goodFolder(t)
	var codes []string
	for _, d := range geography.Departments() {
		codes = append(codes, fmt.Sprintf("%q", d))
	}
	var text strings.Builder
	text.WriteString("tests:\n")
	for n := range maxTried/len(codes) + 1 {
		fmt.Fprintf(&text, "  - {name: t%d, entry: \"2014\", department: [%s], at: 2026-11-23T10:00, expect: {}}\n", n, strings.Join(codes, ", "))
	}
	write(t, dir, "tests/many.yaml", text.String())
	_, problems := Load(dir)
	require.Len(t, problems, 1)
	assert.Contains(t, problems[0].String(), "the tests try more than 20000 contacts; try fewer topics and departments")
}
