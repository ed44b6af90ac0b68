package lab_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/lab"
)

func startAsterisk(t *testing.T, options lab.AsteriskOptions) *lab.Asterisk {
	t.Helper()
	if options.Dir == "" {
		options.Dir = t.TempDir()
	}
	a, err := parts(t).StartAsterisk(soon(t, time.Minute), options)
	require.NoError(t, err)
	t.Cleanup(a.Stop)
	return a
}

// ask runs a command on Asterisk's command line.
func ask(t *testing.T, a *lab.Asterisk, cli string) string {
	t.Helper()
	said, err := a.Exec(soon(t, time.Minute), cli)
	require.NoError(t, err)
	return said
}

func TestAsteriskStartsWithoutAComplaint(t *testing.T) {
	t.Parallel()
	a := startAsterisk(t, lab.AsteriskOptions{Agents: []lab.Account{{User: "1001", Password: "secret"}}})

	assert.Contains(t, ask(t, a, "core waitfullybooted"), "fully booted")
	assert.Contains(t, ask(t, a, "pjsip show endpoints"), "1001")

	log, err := os.ReadFile(a.LogFile())
	require.NoError(t, err)
	require.Contains(t, string(log), "NOTICE", "the log is written")
	assert.NotRegexp(t, `WARNING|ERROR`, string(log))
}

// TestTheDialplanUsesOnlyWhatIsLoaded: an application that modules.conf does not
// load ends the call of whoever reaches that line, perhaps years later.
func TestTheDialplanUsesOnlyWhatIsLoaded(t *testing.T) {
	t.Parallel()
	a := startAsterisk(t, lab.AsteriskOptions{})
	text, err := os.ReadFile("../../deploy/asterisk/extensions.conf")
	require.NoError(t, err)

	applications := regexp.MustCompile(`(?m)^ ?(?:exten =>.*?,1|same => n(?:\(\w+\))?),(\w+)\(`).FindAllStringSubmatch(string(text), -1)
	functions := regexp.MustCompile(`[{ (]([A-Z][A-Z_]+)\(`).FindAllStringSubmatch(string(text), -1)
	require.Greater(t, len(applications), 10)
	require.Greater(t, len(functions), 5)
	for _, found := range applications {
		assert.NotContains(t, ask(t, a, "core show application "+found[1]), "Your application(s)", found[1])
	}
	for _, found := range functions {
		assert.NotContains(t, ask(t, a, "core show function "+found[1]), "No function", found[1])
	}
}

func TestTwoAsterisksRunSideBySide(t *testing.T) {
	t.Parallel()
	one := startAsterisk(t, lab.AsteriskOptions{Name: "one"})
	two := startAsterisk(t, lab.AsteriskOptions{Name: "two"})

	assert.NotEqual(t, one.SIPAddr(), two.SIPAddr())
	assert.NotEqual(t, one.ARIURL(), two.ARIURL())
	assert.NotEqual(t, one.ARIPassword(), two.ARIPassword())
	assert.Contains(t, ask(t, one, "core show settings"), "one")
	assert.Contains(t, ask(t, two, "core show settings"), "two")
}

func TestPromptsAreSeenByAsteriskAndCannotBeChangedByIt(t *testing.T) {
	t.Parallel()
	prompts := t.TempDir()
	a := startAsterisk(t, lab.AsteriskOptions{Prompts: prompts})

	// Added after the start, as an admin does.
	require.NoError(t, os.WriteFile(filepath.Join(prompts, "accueil.wav"), []byte("a voice"), 0o644))

	seen := fmt.Sprintf("/proc/%d/root/usr/share/asterisk/sounds/guichet/", a.PID())
	assert.FileExists(t, seen+"accueil.wav")
	assert.ErrorContains(t, os.WriteFile(seen+"other.wav", nil, 0o644), "read-only")
}

func TestAKilledAsteriskStartsAgainAtTheSameAddress(t *testing.T) {
	t.Parallel()
	a := startAsterisk(t, lab.AsteriskOptions{})
	sip, ari, pid := a.SIPAddr(), a.ARIURL(), a.PID()

	a.Kill()
	require.NoError(t, a.Restart(soon(t, time.Minute)))

	assert.Equal(t, sip, a.SIPAddr())
	assert.Equal(t, ari, a.ARIURL())
	assert.NotEqual(t, pid, a.PID())
}

func TestATakenPortIsSaidInOneSentence(t *testing.T) {
	t.Parallel()
	p := parts(t)
	taken, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()

	_, err = p.StartAsterisk(soon(t, time.Minute), lab.AsteriskOptions{Dir: t.TempDir(), SIPAddr: taken.LocalAddr().String()})

	require.ErrorContains(t, err, "choose another port")
	assert.NotContains(t, err.Error(), "\n")
}

func TestABrokenConfigurationIsQuoted(t *testing.T) {
	t.Parallel()
	broken := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(broken, "asterisk.conf"), nil, 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(broken, "modules.conf"), []byte("[modules]\nautoload = no\nrequire = nothing.so\n"), 0o644))

	_, err := parts(t).StartAsterisk(soon(t, time.Minute), lab.AsteriskOptions{Dir: t.TempDir(), ConfigDir: broken})

	assert.ErrorContains(t, err, "nothing.so")
}

// holder names the variable that makes this test binary start both parts, print
// their process ids and wait to be killed.
const holder = "GUICHET_LAB_HOLDER"

func TestPartsEndWithAProcessThatIsKilled(t *testing.T) {
	if dir := os.Getenv(holder); dir != "" {
		l, err := lab.Start(t.Context(), lab.Options{Dir: dir})
		require.NoError(t, err)
		fmt.Printf("%d %d\n", l.Redis.PID(), l.Asterisk.PID())
		<-l.Asterisk.Ended()
		return
	}
	t.Parallel()
	parts(t)
	child := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v=false")
	child.Env = append(os.Environ(), holder+"="+t.TempDir())
	out, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	var redis, asterisk int
	_, err = fmt.Fscan(out, &redis, &asterisk)
	require.NoError(t, err)
	require.True(t, runs(redis) && runs(asterisk))

	require.NoError(t, child.Process.Kill())
	require.Error(t, child.Wait())

	require.Eventually(t, func() bool { return !runs(redis) && !runs(asterisk) }, 5*time.Second, 10*time.Millisecond)
	mounts, err := os.ReadFile("/proc/self/mounts")
	require.NoError(t, err)
	assert.NotContains(t, string(mounts), "asterisk", "no mount is left on the machine")
}

// runs reports whether a process lives; one that only waits to be collected by
// its parent does not.
func runs(pid int) bool {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(status), ") Z ")
}
