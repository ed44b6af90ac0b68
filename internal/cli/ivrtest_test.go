package cli

import (
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheTestsOfASitePass(t *testing.T) {
	t.Parallel()
	d := &desk{}
	out := d.prints(t, "ivr", "test", "--site", "../../examples/dgfip")
	assert.Regexp(t, `^\d+ tests passed, \d+ steps, in \d+ ms\n`, out)
	assert.Regexp(t, `accueil: \d+ of \d+ exits taken; --coverage names the others\n`, out)
	assert.Contains(t, d.prints(t, "check", "--brief", "--texts-only", "--site", "../../examples/dgfip"), "tests of menu trees passed, of ")
}

func TestOneFileIsTestedByItsNameInTheFolderOrFromHere(t *testing.T) {
	t.Parallel()
	d := &desk{}
	whole := d.prints(t, "ivr", "test", "--site", "../../examples/dgfip", "--coverage")
	assert.Contains(t, whole, "direct_44: ")
	for _, file := range []string{"ivr/tests/accueil.yaml", "../../examples/dgfip/ivr/tests/accueil.yaml"} {
		out := d.prints(t, "ivr", "test", "--site", "../../examples/dgfip", "--coverage", file)
		assert.NotContains(t, out, "direct_44: ")
		assert.Regexp(t, `\n  conseiller on_full +→ hangup\n`, out)
	}
	code, _, errs := d.types(t, "ivr", "test", "--site", "../../examples/dgfip", "ivr/relais.yaml")
	assert.Equal(t, exitWrong, code)
	assert.Contains(t, errs, `there are no tests of menu trees in "ivr/relais.yaml"; they are in ivr/tests/accueil.yaml, ivr/tests/campagne.yaml, ivr/tests/numeros.yaml`)
}

func TestATestThatFailsIsShownWithItsLineAndInTheResultsForABuildServer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS("../../testdata/site")))
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "ivr", "tests"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "ivr", "tests", "a.yaml"), []byte(`tests:
  - name: good & short
    tree: accueil
    at: 2026-11-23T10:00
    steps: [press: "1", queued: particuliers]
  - name: bad
    tree: accueil
    at: 2026-11-23T10:00
    steps:
      - hears: menu
      - queued: particuliers
`), 0o644))
	d := &desk{}
	results := filepath.Join(dir, "results.xml")
	code, out, errs := d.types(t, "ivr", "test", "--site", dir, "--junit", results)
	assert.Equal(t, exitFailed, code)
	assert.Empty(t, errs)
	assert.Contains(t, out, `ivr/tests/a.yaml:11:9: the test "bad" expected the queue particuliers, found motif awaiting a key; look at the tree, or correct the test
          - queued: particuliers
            ^
1 of 2 tests failed
`)
	text, err := os.ReadFile(results)
	require.NoError(t, err)
	var read junitSuites
	require.NoError(t, xml.Unmarshal(text, &read))
	assert.Equal(t, 2, read.Tests)
	assert.Equal(t, 1, read.Failures)
	require.Len(t, read.Suites, 1)
	require.Len(t, read.Suites[0].Cases, 2)
	assert.Equal(t, "good & short", read.Suites[0].Cases[0].Name)
	assert.Nil(t, read.Suites[0].Cases[0].Failure)
	assert.True(t, strings.HasPrefix(read.Suites[0].Cases[1].Failure.Text, "ivr/tests/a.yaml:11:9: "))

	code, out, _ = d.types(t, "check", "--site", dir)
	assert.Equal(t, exitWrong, code, "check runs them too")
	assert.Contains(t, out, `the test "bad" expected`)

	require.NoError(t, os.WriteFile(filepath.Join(dir, "queues.yaml"), []byte("queues: 3\n"), 0o644))
	code, _, errs = d.types(t, "ivr", "test", "--site", dir)
	assert.Equal(t, exitWrong, code)
	assert.Contains(t, errs, "queues.yaml:1:9")
}
