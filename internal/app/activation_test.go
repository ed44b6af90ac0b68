package app

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/drafts"
	"github.com/guichet/guichet/internal/ledger/ledgertest"
)

const patience = 60 * time.Second

// siteFolder is the sample site on a fake Asterisk, in memory.
func siteFolder(t *testing.T, asterisk *aritest.Server, http string) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS(filepath.Join("..", "..", "examples", "dgfip"))))
	require.NoError(t, os.RemoveAll(filepath.Join(dir, "ivr", "tests"))) // they are about the hours of the sample
	o := asterisk.Options()
	put(t, filepath.Join(dir, "secrets", "password"), o.Password)
	put(t, filepath.Join(dir, "secrets", "key"), strings.Repeat("5a", 32))
	put(t, filepath.Join(dir, "site.yaml"), `name: essai
calendar: demo
asterisk: {a1: {url: "`+o.URL+`", application: `+o.Application+`, username: `+o.Username+`, password: {file: secrets/password}, trunk: "PJSIP/{number}@trunk"}}
ledger: memory
http: {listen: "`+http+`"}
log: {level: error}
key: {file: secrets/key}
`)
	speak(t, dir)
	return dir
}

// speak has silence said for every prompt.
func speak(t *testing.T, dir string) {
	t.Helper()
	site, problems := config.Load(dir)
	require.Empty(t, problems)
	for r := range site.Recordings() {
		if r.File != "" {
			name := strings.TrimSuffix(r.File, filepath.Ext(r.File))
			_, err := drafts.Make(t.Context(), dir, "", []drafts.Draft{{Name: name, Silence: time.Millisecond}})
			require.NoError(t, err)
		}
	}
}

func put(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
}

func replace(t *testing.T, path, before, after string) {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Contains(t, string(text), before)
	// As editors do: another file takes the place of the old one.
	put(t, path+".new", strings.ReplaceAll(string(text), before, after))
	require.NoError(t, os.Rename(path+".new", path))
}

// running is a whole guichet in this process.
type running struct {
	*testing.T
	dir, url string
}

func start(t *testing.T, watch bool) *running {
	t.Helper()
	return startOn(t, aritest.New(t), watch, func(string) {})
}

// startOn starts one on an Asterisk, with a site that was changed.
func startOn(t *testing.T, asterisk *aritest.Server, watch bool, change func(dir string)) *running {
	t.Helper()
	address := net.JoinHostPort("127.0.0.1", ledgertest.FreePort(t))
	r := &running{T: t, url: "http://" + address, dir: siteFolder(t, asterisk, address)}
	change(r.dir)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- Run(ctx, Options{SiteDir: r.dir, Instance: "c1", LockFile: filepath.Join(t.TempDir(), "lock"), Watch: watch})
	}()
	t.Cleanup(func() {
		stop()
		assert.NoError(t, <-ended)
		http.DefaultClient.CloseIdleConnections()
	})
	r.until("the version of the start", func() bool { return len(r.versions().Versions) == 1 })
	return r
}

func (r *running) until(what string, holds func() bool) {
	r.Helper()
	require.Eventually(r, holds, patience, 10*time.Millisecond, "waiting for %s", what)
}

func (r *running) versions() (v api.Versions) {
	answer, err := http.Get(r.url + "/api/v1/versions")
	if err != nil {
		return v
	}
	defer answer.Body.Close()
	_ = json.NewDecoder(answer.Body).Decode(&v)
	return v
}

func (r *running) sources() (sources []string) {
	for _, v := range r.versions().Versions {
		sources = append(sources, string(v.Source))
	}
	return sources
}

// Not parallel: a signal is for the whole process.
func TestAHangupSignalActivatesTheFolderAndABadOneChangesNothing(t *testing.T) {
	r := start(t, false)
	first := r.versions().Active
	queues := filepath.Join(r.dir, "queues.yaml")
	replace(t, queues, "label: Particuliers", "label: 7: {")
	require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGHUP))
	r.until("the refusal", func() bool { return strings.Contains(r.metrics(), "guichet_config_last_reload_successful 0") })
	assert.Equal(t, first, r.versions().Active)

	replace(t, queues, "label: 7: {", "label: Public")
	require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGHUP))
	r.until("the new version", func() bool { return r.versions().Active != first })
	assert.Equal(t, []string{"sighup", "start"}, r.sources())
	// The fold switches the version before whoever asked for it is told.
	r.until("the success", func() bool { return strings.Contains(r.metrics(), "guichet_config_last_reload_successful 1") })
	assert.Contains(t, r.metrics(), `guichet_config_info{version="`+r.versions().Active[:12]+`"} 1`)
}

func (r *running) metrics() string {
	answer, err := http.Get(r.url + "/metrics")
	if err != nil {
		return ""
	}
	defer answer.Body.Close()
	var text strings.Builder
	_ = answer.Write(&text)
	return text.String()
}

func TestAChangedFileIsActivatedAndATouchedOneIsNot(t *testing.T) {
	t.Parallel()
	r := start(t, true)
	now := time.Now()
	require.NoError(t, os.Chtimes(filepath.Join(r.dir, "queues.yaml"), now, now))
	replace(t, filepath.Join(r.dir, "queues.yaml"), "label: Particuliers", "label: Public")
	r.until("the new version", func() bool { return len(r.versions().Versions) == 2 })
	put(t, filepath.Join(r.dir, "agents", "nouveau.yaml"), "agents:\n  a900: {center: cis_sud, phone: PJSIP/a900, skills: {topic: 1}}\n")
	r.until("the next version", func() bool { return len(r.versions().Versions) == 3 })
	assert.Equal(t, []string{"file", "file", "start"}, r.sources())
}

// watched is what a watcher reports of a folder.
func watched(t *testing.T, dir string, poll time.Duration) chan struct{} {
	t.Helper()
	changed := make(chan struct{}, 100)
	w := watchEvery(dir, changed, zap.NewNop(), poll)
	t.Cleanup(w.stop)
	return changed
}

func TestManyWritesAreOneChange(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put(t, filepath.Join(dir, "a.yaml"), "1")
	changed := watched(t, dir, time.Hour)
	for range 50 {
		put(t, filepath.Join(dir, "a.yaml"), time.Now().String())
		put(t, filepath.Join(dir, "ivr", "b.yaml"), time.Now().String())
	}
	<-changed
	put(t, filepath.Join(dir, "ivr", "b.yaml"), "in a folder that is new")
	<-changed
	assert.Less(t, len(changed), 10)
}

func TestWhatNoEventTellsIsFoundByLooking(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put(t, filepath.Join(dir, "a.yaml"), "1")
	changed := make(chan struct{}, 1)
	w := watchEvery(dir, changed, zap.NewNop(), 20*time.Millisecond)
	t.Cleanup(w.stop)
	require.NoError(t, w.events.Close()) // as on a network file system
	put(t, filepath.Join(dir, "a.yaml"), "2")
	<-changed
}

func TestSoundsAndHiddenFilesAreNoChange(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put(t, filepath.Join(dir, "a.yaml"), "1")
	changed := watched(t, dir, time.Hour)
	put(t, filepath.Join(dir, "prompts", "x.wav"), "RIFF")
	put(t, filepath.Join(dir, ".a.yaml.swp"), "editor")
	put(t, filepath.Join(dir, ".git", "x.yaml"), "git")
	put(t, filepath.Join(dir, "a.yaml"), "1")
	put(t, filepath.Join(dir, "b.csv"), "2") // a change, behind all of these
	<-changed
	assert.Empty(t, changed)
}
