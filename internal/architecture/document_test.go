package architecture_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var quoted = regexp.MustCompile("`([^`]+)`")

// TestTheDocumentNamesWhatExists follows ARCHITECTURE.md: each file it names
// exists, and each function named after a file is in that file.
func TestTheDocumentNamesWhatExists(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	text, err := os.ReadFile(filepath.Join(root, "ARCHITECTURE.md"))
	require.NoError(t, err)
	files := 0
	for line := range strings.Lines(string(text)) {
		current := ""
		for _, m := range quoted.FindAllStringSubmatch(line, -1) {
			name := m[1]
			switch {
			case strings.HasSuffix(name, ".go"), strings.HasSuffix(name, ".lua"), strings.HasSuffix(name, ".conf"), strings.HasSuffix(name, ".md"):
				source, err := os.ReadFile(filepath.Join(root, name))
				if assert.NoErrorf(t, err, "%s", line) {
					current = string(source)
					files++
				}
			case current != "" && regexp.MustCompile(`^[A-Za-z]+$`).MatchString(name):
				defined := regexp.MustCompile(`(?m)^func (\([^)]*\) )?` + name + `[\[(]`).MatchString(current)
				assert.Truef(t, defined, "no function %s in the file before it: %s", name, line)
			}
		}
	}
	assert.Greater(t, files, 30)
}

// TestEachComplaintHasItsProof follows docs/complaints.md: every row names a file that
// exists, and the test in it.
func TestEachComplaintHasItsProof(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	text, err := os.ReadFile(filepath.Join(root, "docs", "complaints.md"))
	require.NoError(t, err)
	rows := 0
	for line := range strings.Lines(string(text)) {
		if !strings.Contains(line, "#") || !strings.HasPrefix(line, "| ") {
			continue
		}
		rows++
		proofs, current := 0, ""
		for _, m := range quoted.FindAllStringSubmatch(line, -1) {
			if name := m[1]; strings.Contains(name, "/") {
				source, err := os.ReadFile(filepath.Join(root, name))
				if assert.NoErrorf(t, err, "%s", line) {
					current = string(source)
					proofs++
				}
			} else {
				assert.Containsf(t, current, "\nfunc "+name+"(", "no such test in the file before it: %s", line)
			}
		}
		assert.Positivef(t, proofs, "nothing proves it: %s", line)
	}
	assert.Greater(t, rows, 25)
}
