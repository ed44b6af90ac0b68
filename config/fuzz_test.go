package config

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// FuzzLoad puts any files, in the form of the fixtures, in place of those of the
// smallest good site. Whatever they are, the answer is a site or problems with a
// place, in bounded time, and never a panic. The site is small because every
// execution loads all of it: with the sample site it would be one for thirty.
func FuzzLoad(f *testing.F) {
	good := goodSite(f)
	seedFixtures(f)
	seedSample(f)
	nothing := func(string) (string, bool) { return "", false }
	f.Fuzz(func(t *testing.T, fixture []byte) {
		files := fstest.MapFS{}
		for name, file := range good {
			files[name] = file
		}
		for name, content := range sections(fixture) {
			if fs.ValidPath(name) && name != "." {
				files[name] = &fstest.MapFile{Data: content}
			}
		}
		for name := range files {
			for dir := filepath.Dir(name); dir != "."; dir = filepath.Dir(dir) {
				delete(files, dir) // a file is no folder
			}
		}
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

// seedFixtures adds what the fixtures put in place of the good site's files.
func seedFixtures(f *testing.F) {
	for _, kind := range []string{"mistakes", "warnings"} {
		fixtures, err := filepath.Glob("testdata/" + kind + "/*.txt")
		require.NoError(f, err)
		require.NotEmpty(f, fixtures)
		for _, fixture := range fixtures {
			content, err := os.ReadFile(fixture)
			require.NoError(f, err)
			above, _, _ := bytes.Cut(content, []byte(section+"want --\n"))
			_, files, _ := bytes.Cut(append([]byte("\n"), above...), []byte("\n"+section))
			f.Add(append([]byte(section), files...))
		}
	}
}

// seedSample adds the files of the sample site that are short enough to be mutated
// often.
func seedSample(f *testing.F) {
	for name, file := range readSite(f, "../examples/dgfip") {
		if len(file.Data) > 12<<10 || strings.HasSuffix(name, ".md") {
			continue
		}
		f.Add(fmt.Appendf(nil, "%s%s --\n%s\n", section, name, file.Data))
	}
}
