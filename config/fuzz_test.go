package config

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// FuzzLoad puts anything in place of any file. Whatever it is, the answer is a
// site or problems with a place, in bounded time, and never a panic.
func FuzzLoad(f *testing.F) {
	good := readSite(f, "../examples/dgfip")
	names := []string{
		"site.yaml", "entries.yaml", "ivr/accueil.yaml", "routing.yaml", "queues.yaml", "centers.yaml", "agents/cis_ouest.yaml",
		"calendars.yaml", "prompts/prompts.yaml", "departements.csv", "services_locaux.csv", "tests/organisations.yaml",
		"ivr/tests/numeros.yaml",
	}
	for i, name := range names {
		f.Add(i, good[name].Data)
	}
	seedMistakes(f, names)
	nothing := func(string) (string, bool) { return "", false }
	f.Fuzz(func(t *testing.T, which int, content []byte) {
		files := fstest.MapFS{}
		for name, file := range good {
			files[name] = file
		}
		files[names[uint(which)%uint(len(names))]] = &fstest.MapFile{Data: content}
		begin := time.Now()
		site, problems := load(".", files, nothing)
		require.Less(t, time.Since(begin), 5*time.Second)
		require.Equal(t, site == nil, len(problems) > 0)
		for _, p := range problems {
			require.NotEmpty(t, p.File)
			require.NotEmpty(t, p.Message)
			require.True(t, utf8.ValidString(p.String()))
		}
	})
}

// seedMistakes adds the files of every fixture, each in place of the one it is
// most like.
func seedMistakes(f *testing.F, names []string) {
	fixtures, err := filepath.Glob("testdata/mistakes/*.txt")
	require.NoError(f, err)
	for _, fixture := range fixtures {
		content, err := os.ReadFile(fixture)
		require.NoError(f, err)
		above, _, _ := bytes.Cut(content, []byte(section+"want --\n"))
		for name, text := range sections(above) {
			for i, like := range names {
				if filepath.Base(like) == filepath.Base(name) ||
					strings.HasPrefix(like, name[:min(len(name), 6)]) {
					f.Add(i, text)
				}
			}
		}
	}
}
