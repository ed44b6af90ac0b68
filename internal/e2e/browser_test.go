package e2e

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/lab"
)

// browser is a real Chromium, driven by browser/driver.cjs.
type browser struct {
	t     *testing.T
	in    io.Writer
	lines *bufio.Scanner
}

// act is one thing to do: what it needs depends on which.
type act struct {
	Do   string `json:"do"`
	At   string `json:"at,omitempty"`
	Text string `json:"text,omitempty"`
	URL  string `json:"url,omitempty"`
}

// browse opens a browser for the test. What is missing is installed.
func (th *theatre) browse() *browser {
	th.t.Helper()
	progress := lab.Steps(io.Discard)
	chromium, err := lab.Chromium(th.ctx, progress)
	require.NoError(th.t, err)
	modules, err := lab.Modules(th.ctx, progress, "browser")
	require.NoError(th.t, err)
	driver := exec.CommandContext(th.ctx, "node", filepath.Join("browser", "driver.cjs"), chromium)
	driver.Env = append(os.Environ(), "NODE_PATH="+filepath.Join(modules, "node_modules"))
	driver.Stderr = os.Stderr
	in, err := driver.StdinPipe()
	require.NoError(th.t, err)
	out, err := driver.StdoutPipe()
	require.NoError(th.t, err)
	require.NoError(th.t, driver.Start())
	th.t.Cleanup(func() {
		_ = in.Close()
		assert.NoError(th.t, driver.Wait())
	})
	b := &browser{t: th.t, in: in, lines: bufio.NewScanner(out)}
	b.lines.Buffer(nil, 1<<20)
	return b
}

// do has one thing done and returns what it said.
func (b *browser) do(a act) string {
	b.t.Helper()
	command, err := json.Marshal(a)
	require.NoError(b.t, err)
	_, err = b.in.Write(append(command, '\n'))
	require.NoError(b.t, err)
	require.True(b.t, b.lines.Scan(), "the browser has gone")
	var answer struct{ Said, Error string }
	require.NoError(b.t, json.Unmarshal(b.lines.Bytes(), &answer))
	require.Empty(b.t, answer.Error, "%+v", a)
	return answer.Said
}

func (b *browser) click(at string) { b.t.Helper(); b.do(act{Do: "click", At: at}) }
func (b *browser) press(key string) {
	b.t.Helper()
	b.do(act{Do: "press", Text: key})
}
func (b *browser) see(at, text string) { b.t.Helper(); b.do(act{Do: "see", At: at, Text: text}) }
func (b *browser) gone(at string)      { b.t.Helper(); b.do(act{Do: "gone", At: at}) }
func (b *browser) fill(at, text string) {
	b.t.Helper()
	b.do(act{Do: "fill", At: at, Text: text})
}

// clean asserts that axe finds nothing on the page as it is; with GUICHET_SHOTS, a
// folder, it is pictured there.
func (b *browser) clean(name string) {
	b.t.Helper()
	assert.Empty(b.t, b.do(act{Do: "axe"}), "axe, %s", name)
	if dir := os.Getenv("GUICHET_SHOTS"); dir != "" {
		b.do(act{Do: "shot", URL: filepath.Join(dir, name+".png")})
	}
}
