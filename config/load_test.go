package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// goodFolder copies the good site to a folder of the test.
func goodFolder(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS("../testdata/site")))
	return dir
}

func write(t testing.TB, dir, name, content string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644))
}

func TestAFolderThatIsNotThereIsOneProblem(t *testing.T) {
	t.Parallel()
	_, problems := Load("testdata/nowhere")
	require.Len(t, problems, 1)
	assert.Equal(t, "testdata/nowhere: there is no such folder; name a folder that contains site.yaml", problems[0].String())
}

func TestAllProblemsOfAllFilesAreReportedAtOnceInOrder(t *testing.T) {
	t.Parallel()
	dir := goodFolder(t)
	write(t, dir, "queues.yaml", "queues:\n  particuliers: {ring: 1}\n  autre: {wrapup: 3s}\n")
	write(t, dir, "agents.yaml", "agents:\n  a: {center: nulle, phone: x}\n")
	write(t, dir, "centers.yaml", "centers: [\n")
	_, problems := Load(dir)
	var files []string
	for _, p := range problems {
		files = append(files, fmt.Sprintf("%s:%d", p.File, p.Line))
	}
	assert.Equal(t, []string{"agents.yaml:2", "centers.yaml:1", "queues.yaml:2", "queues.yaml:3", "queues.yaml:3"}, files)
}

func TestTheHashCoversEveryFileAndNothingElse(t *testing.T) {
	t.Parallel()
	dir := goodFolder(t)
	hash := func() string {
		site, problems := Load(dir)
		require.Empty(t, problems)
		return site.Hash
	}
	first := hash()
	require.Len(t, first, 64)
	assert.Equal(t, first, hash())
	write(t, dir, "README.md", "for people")
	write(t, dir, "prompts/menu.wav", "RIFF")
	assert.Equal(t, first, hash(), "drafts of prompts differ from machine to machine")
	write(t, dir, "agents/sud.yaml", "agents:\n  a2: {center: cis_ouest, phone: PJSIP/a2}\n")
	second := hash()
	assert.NotEqual(t, first, second)
	require.NoError(t, os.Rename(filepath.Join(dir, "agents/sud.yaml"), filepath.Join(dir, "agents/nord.yaml")))
	assert.NotEqual(t, second, hash(), "a name is content too")
}

func TestSecretsAreReadLateAndNeverPrinted(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "password", "hunter2\r\n")
	t.Setenv("GUICHET_TEST_SECRET", "hunter3")
	file, env := Secret{File: filepath.Join(dir, "password")}, Secret{Env: "GUICHET_TEST_SECRET"}
	for secret, want := range map[Secret]string{file: "hunter2", env: "hunter3", {plain: "guichet"}: "guichet", {}: ""} {
		got, err := secret.Read()
		require.NoError(t, err)
		assert.Equal(t, want, got)
		assert.NotContains(t, fmt.Sprintf("%v %+v %#v %s", secret, secret, []Secret{secret}, secret), "guichet")
	}
	assert.True(t, file.Given() && env.Given() && !Secret{}.Given())
	_, err := Secret{File: filepath.Join(dir, "absent")}.Read()
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = Secret{Env: "GUICHET_TEST_ABSENT"}.Read()
	require.EqualError(t, err, "read secret: the environment variable GUICHET_TEST_ABSENT is not set")
}

func TestRedisIsFoundBySentinel(t *testing.T) {
	t.Parallel()
	dir := goodFolder(t)
	write(t, dir, "site.yaml", `
name: s
asterisk: {a1: {url: http://127.0.0.1:8088/ari, username: u, password: {env: P}}}
ledger: redis
redis:
  sentinel: {primary: guichet-1, addresses: ["10.0.0.1:26379", "10.0.0.2:26379"], password: {file: sentinel}}
  password: {env: R}
`)
	loaded, problems := Load(dir)
	require.Empty(t, problems)
	r := loaded.Ledger.Redis
	assert.Empty(t, r.Address)
	assert.Equal(t, "guichet-1 by Sentinel at 10.0.0.1:26379, 10.0.0.2:26379", r.String())
	assert.Equal(t, filepath.Join(dir, "sentinel"), r.Sentinel.Password.File)
	assert.Equal(t, "R", r.Password.Env)
}

func TestRedisIsAHostAndPortOrTheSocketOfTheSameMachine(t *testing.T) {
	t.Parallel()
	dir := goodFolder(t)
	site := "name: s\nasterisk: {a1: {url: http://127.0.0.1:8088/ari, username: u, password: {env: P}}}\nledger: redis\nredis: {address: %s}\n"
	write(t, dir, "site.yaml", fmt.Sprintf(site, "/run/guichet/redis.sock"))
	loaded, problems := Load(dir)
	require.Empty(t, problems)
	assert.Equal(t, "/run/guichet/redis.sock", loaded.Ledger.Redis.Address)
	write(t, dir, "site.yaml", fmt.Sprintf(site, "run/redis.sock"))
	_, problems = Load(dir)
	require.Len(t, problems, 1)
	assert.Contains(t, problems[0].String(), `"run/redis.sock" is not a host and port`)
}

func TestAbsurdlyManyProblemsAreCut(t *testing.T) {
	t.Parallel()
	dir := goodFolder(t)
	var b strings.Builder
	b.WriteString("queues:\n  particuliers: {}\n")
	for i := range 2 * maxProblems {
		fmt.Fprintf(&b, "strange%d: 1\n", i)
	}
	write(t, dir, "queues.yaml", b.String())
	_, problems := Load(dir)
	require.Len(t, problems, maxProblems+1)
	assert.Equal(t, "queues.yaml: 500 more problems are not shown", problems[maxProblems].String())
}

// Mounted configuration is often a forest of symbolic links.
func TestSymbolicLinksAreFollowed(t *testing.T) {
	t.Parallel()
	real, dir := goodFolder(t), t.TempDir()
	entries, err := os.ReadDir(real)
	require.NoError(t, err)
	for _, e := range entries {
		require.NoError(t, os.Symlink(filepath.Join(real, e.Name()), filepath.Join(dir, e.Name())))
	}
	_, problems := Load(dir)
	require.Empty(t, problems)
}

func TestASiteOfThreeThousandAgentsLoads(t *testing.T) {
	t.Parallel()
	dir := goodFolder(t)
	for file := range 30 {
		var b strings.Builder
		b.WriteString("agents:\n")
		for n := range 100 {
			fmt.Fprintf(&b, "  b%d: {name: Agent %d, center: cis_ouest, phone: PJSIP/b%d, languages: [fr], skills: {topic: 2, anglais: 1}}\n",
				file*100+n, n, file*100+n)
		}
		write(t, dir, fmt.Sprintf("agents/c%02d.yaml", file), b.String())
	}
	begin := time.Now()
	site, problems := Load(dir)
	require.Empty(t, problems)
	assert.Len(t, site.Agents, 3001)
	t.Logf("loaded in %s", time.Since(begin).Round(time.Millisecond))
}

// Each of these would keep the YAML parser busy for minutes, or end the process.
func TestAbsurdFilesAreRefusedQuickly(t *testing.T) {
	t.Parallel()
	const size = 256 << 10
	repeat := func(s string) string { return strings.Repeat(s, size/len(s)) }
	for content, want := range map[string]string{
		repeat("a: b\n"):       "queues.yaml:6001:2: more than 6000 entries side by side; divide the file",
		repeat("-\n"):          "queues.yaml:6001:1: more than 6000 entries side by side; divide the file",
		"[" + repeat("a,\n"):   "queues.yaml:6001:2: more than 6000 entries side by side; divide the file",
		repeat("[]"):           "queues.yaml:1:2001: more than 2000 words and signs on one line; break the line",
		repeat("]"):            "queues.yaml:1:2001: more than 2000 words and signs on one line; break the line",
		repeat("[\n"):          "queues.yaml:41:1: nested more than 40 deep",
		repeat("{a: "):         "queues.yaml:1:161: nested more than 40 deep",
		repeat("? "):           "queues.yaml:1:81: nested more than 40 deep",
		repeat("x: &x [*x]\n"): "queues.yaml:1:4: anchors and aliases are not used in site files; write the value out; if * or & belongs to the text, put it in quotes",
	} {
		files := goodSite(t)
		files["queues.yaml"] = &fstest.MapFile{Data: []byte(content)}
		begin := time.Now()
		_, problems := load(".", files, os.LookupEnv)
		assert.Less(t, time.Since(begin), 20*time.Second, "%.20q", content)
		if assert.Len(t, problems, 1, "%.20q", content) {
			assert.Equal(t, want, problems[0].String())
		}
	}
}

// A file of several thousand agents in block style has many keys at the same
// indentation that do not stand side by side.
func TestALongFileOfShortBlocksIsNotAbsurd(t *testing.T) {
	t.Parallel()
	files := goodSite(t)
	var b strings.Builder
	b.WriteString("agents:\n")
	for n := range 2000 {
		fmt.Fprintf(&b, "  b%d:\n    name: Agent %d\n    center: cis_ouest\n    phone: PJSIP/b%d\n    skills:\n      topic: 1\n", n, n, n)
	}
	files["agents.yaml"] = &fstest.MapFile{Data: []byte(b.String())}
	site, problems := load(".", files, os.LookupEnv)
	require.Empty(t, problems)
	assert.Len(t, site.Agents, 2000)
}

func TestNearestNamesAreTypingErrorsAway(t *testing.T) {
	t.Parallel()
	known := []string{"particuliers", "recouvrement", "cis_ouest", "cis_sud"}
	for written, want := range map[string]guess{
		"particulier": "particuliers", "recuovrement": "recouvrement", "CIS_OUEST": "cis_ouest", "cis_sdu": "cis_sud",
		"cis": "", "autre": "", "": "",
	} {
		assert.Equal(t, want, nearest(written, known), written)
	}
}

func TestTheWayToRedisCanBeEncrypted(t *testing.T) {
	t.Parallel()
	dir := goodFolder(t)
	site := "name: s\nasterisk: {a1: {url: http://127.0.0.1:8088/ari, username: u, password: {env: P}}}\nledger: redis\nredis: {address: %s, tls: {%s}}\n"
	write(t, dir, "site.yaml", fmt.Sprintf(site, "redis.example:6379", "ca: ca.pem"))
	loaded, problems := Load(dir)
	require.Empty(t, problems)
	assert.True(t, loaded.Ledger.Redis.TLS)
	assert.Equal(t, filepath.Join(dir, "ca.pem"), loaded.Ledger.Redis.CA)
	write(t, dir, "site.yaml", fmt.Sprintf(site, "redis.example:6379", ""))
	loaded, problems = Load(dir)
	require.Empty(t, problems)
	assert.True(t, loaded.Ledger.Redis.TLS)
	assert.Empty(t, loaded.Ledger.Redis.CA)
	write(t, dir, "site.yaml", fmt.Sprintf(site, "/run/redis.sock", ""))
	_, problems = Load(dir)
	require.Len(t, problems, 1)
	assert.Contains(t, problems[0].String(), "a socket of the same machine has no TLS")
}

func TestAFileIsNotTakenForTheFolderItLiesIn(t *testing.T) {
	t.Parallel()
	_, problems := Load("load_test.go")
	require.Len(t, problems, 1)
	assert.Equal(t, "load_test.go: this is a file; name the folder that contains it: .", problems[0].String())
}
