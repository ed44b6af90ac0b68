package config

import (
	"bytes"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the expected messages of testdata/mistakes; review the difference")

// section begins a file within a fixture. What stands above the first section
// says what the mistake is; the section "want" holds the expected messages.
const section = "-- "

func TestEveryMistakeIsReportedWithPlaceAndRemedy(t *testing.T) {
	t.Parallel()
	eachFixture(t, "testdata/mistakes/*.txt", func(t *testing.T, files fstest.MapFS) []Problem {
		site, problems := load(".", files, func(string) (string, bool) { return "", false })
		assert.Nil(t, site)
		return problems
	})
}

func TestEveryWarningIsGivenWithPlaceAndRemedy(t *testing.T) {
	t.Parallel()
	eachFixture(t, "testdata/warnings/*.txt", func(t *testing.T, files fstest.MapFS) []Problem {
		site, problems := load(".", files, func(string) (string, bool) { return "", false })
		require.Empty(t, problems, "a warning refuses nothing")
		return site.Warnings
	})
}

// eachFixture compares what is said of the site of each fixture with what should be.
func eachFixture(t *testing.T, pattern string, said func(*testing.T, fstest.MapFS) []Problem) {
	t.Helper()
	fixtures, err := filepath.Glob(pattern)
	require.NoError(t, err)
	require.NotEmpty(t, fixtures)
	for _, fixture := range fixtures {
		t.Run(strings.TrimSuffix(filepath.Base(fixture), ".txt"), func(t *testing.T) {
			t.Parallel()
			content, err := os.ReadFile(fixture)
			require.NoError(t, err)
			above, want, _ := bytes.Cut(content, []byte(section+"want --\n"))
			problems := said(t, mistakenSite(t, above))
			var got bytes.Buffer
			for _, p := range problems {
				got.WriteString(p.String() + "\n")
			}
			if *update {
				written := append(append(bytes.Clone(above), section+"want --\n"...), got.Bytes()...)
				require.NoError(t, os.WriteFile(fixture, written, 0o644))
				return
			}
			assert.NotEmpty(t, problems)
			assert.Equal(t, string(want), got.String())
		})
	}
}

// mistakenSite is the good site with the files of a fixture in place of its own.
// An empty section removes a file.
func mistakenSite(t *testing.T, fixture []byte) fstest.MapFS {
	t.Helper()
	site := goodSite(t)
	for name, content := range sections(expanded(fixture)) {
		if len(bytes.TrimSpace(content)) == 0 {
			delete(site, name)
			continue
		}
		site[name] = &fstest.MapFile{Data: append(content, '\n')}
	}
	return site
}

// repeated is how a fixture writes what is absurdly long: ⟨3×- x№⏎⟩ is three times what
// stands behind the sign, with № for the number of each and ⏎ for the end of a line.
var repeated = regexp.MustCompile(`⟨(\d+)×([^⟨⟩]*)⟩`)

// expanded writes out what is repeated, from the inside to the outside.
func expanded(fixture []byte) []byte {
	for repeated.Match(fixture) {
		fixture = repeated.ReplaceAllFunc(fixture, func(found []byte) []byte {
			parts := repeated.FindSubmatch(found)
			times, _ := strconv.Atoi(string(parts[1]))
			text := strings.ReplaceAll(string(parts[2]), "⏎", "\n")
			var all strings.Builder
			for n := range times {
				all.WriteString(strings.ReplaceAll(text, "№", strconv.Itoa(n+1)))
			}
			return []byte(all.String())
		})
	}
	return fixture
}

// sections are the files of a fixture by name.
func sections(fixture []byte) map[string][]byte {
	files := map[string][]byte{}
	parts := bytes.Split(append([]byte("\n"), fixture...), []byte("\n"+section))
	for _, part := range parts[1:] {
		header, content, _ := bytes.Cut(part, []byte("\n"))
		files[strings.TrimSuffix(string(header), " --")] = content
	}
	return files
}

// goodSite is the site that mistakes are made in.
func goodSite(t testing.TB) fstest.MapFS {
	t.Helper()
	return readSite(t, "../testdata/site")
}

// readSite holds a site folder in memory.
func readSite(t testing.TB, dir string) fstest.MapFS {
	t.Helper()
	site, good := fstest.MapFS{}, os.DirFS(dir)
	require.NoError(t, fs.WalkDir(good, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(good, name)
		site[name] = &fstest.MapFile{Data: content}
		return err
	}))
	return site
}

func TestTheSiteThatMistakesAreMadeInIsGood(t *testing.T) {
	t.Parallel()
	site, problems := Load("../testdata/site")
	require.Empty(t, problems)
	require.NotNil(t, site)
}
