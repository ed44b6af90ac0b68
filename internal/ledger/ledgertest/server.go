package ledgertest

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// RedisServer is a real redis-server on a free port of the loopback, with an
// append-only file in a folder of its own. It ends with the test.
type RedisServer struct {
	Address string // host:port

	args    []string
	process *exec.Cmd
	exited  chan struct{} // closed when process is gone
	output  *bytes.Buffer // to be read after exited
}

// StartRedis starts a redis-server with an append-only file and these further
// options ("--maxmemory", "10mb"). Without a redis-server on the PATH the test
// is skipped, or failed if GUICHET_LAB=1 says that the real parts must run.
func StartRedis(t testing.TB, options ...string) *RedisServer {
	t.Helper()
	dir := t.TempDir()
	return serve(t, func(port string) []string {
		return append([]string{
			"--bind", "127.0.0.1", "--port", port, "--dir", dir,
			"--save", "", "--appendonly", "yes", "--appendfsync", "everysec",
		}, options...)
	})
}

// StartSentinel starts a sentinel that watches primary under this name and fails
// over on its own judgement after half a second of silence. Replicas are to be
// connected before: a sentinel looks for them once, then every ten seconds.
func StartSentinel(t testing.TB, name string, primary *RedisServer) *RedisServer {
	t.Helper()
	host, watched, err := net.SplitHostPort(primary.Address)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "sentinel.conf")
	return serve(t, func(port string) []string {
		config := fmt.Sprintf("bind 127.0.0.1\nport %[1]s\nsentinel monitor %[2]s %[3]s %[4]s 1\n"+
			"sentinel down-after-milliseconds %[2]s 500\nsentinel failover-timeout %[2]s 3000\n", port, name, host, watched)
		require.NoError(t, os.WriteFile(file, []byte(config), 0o600))
		return []string{file, "--sentinel"}
	})
}

// serve starts redis-server on a free port with the arguments made for it.
func serve(t testing.TB, arguments func(port string) []string) *RedisServer {
	t.Helper()
	program, err := exec.LookPath("redis-server")
	if err != nil {
		if os.Getenv("GUICHET_LAB") == "1" {
			require.NoError(t, err, "GUICHET_LAB=1 wants a real redis-server")
		}
		t.Skip("no redis-server on the PATH")
	}
	for range 5 { // between choosing a free port and using it, another may take it
		port := FreePort(t)
		s := &RedisServer{Address: net.JoinHostPort("127.0.0.1", port), args: append([]string{program}, arguments(port)...)}
		if s.start(t) {
			t.Cleanup(func() { s.Kill(t) })
			return s
		}
		t.Logf("redis-server on %s: %s", s.Address, s.output)
	}
	require.Fail(t, "redis-server does not start")
	return nil
}

// FreePort is a port of the loopback that nobody used a moment ago.
func FreePort(t testing.TB) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	require.NoError(t, err)
	return port
}

// start reports whether the server came to answer.
func (s *RedisServer) start(t testing.TB) bool {
	s.output, s.exited = &bytes.Buffer{}, make(chan struct{})
	s.process = exec.Command(s.args[0], s.args[1:]...)
	s.process.Stdout, s.process.Stderr = s.output, s.output
	require.NoError(t, s.process.Start())
	go func(process *exec.Cmd, exited chan struct{}) {
		defer close(exited)
		_ = process.Wait()
	}(s.process, s.exited)
	for begun := time.Now(); time.Since(begun) < patience; {
		select {
		case <-s.exited:
			return false
		case <-time.After(5 * time.Millisecond):
			if s.answers() {
				return true
			}
		}
	}
	s.Kill(t)
	return false
}

func (s *RedisServer) answers() bool {
	conn, err := net.DialTimeout("tcp", s.Address, time.Second)
	if err != nil {
		return false
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(time.Second))
	if _, err := fmt.Fprint(conn, "PING\r\n"); err != nil {
		return false
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	return err == nil && strings.HasPrefix(line, "+PONG")
}

// Kill ends the process as kill -9 does, and waits for its end.
func (s *RedisServer) Kill(t testing.TB) {
	t.Helper()
	_ = s.process.Process.Kill() // gone already is what we want
	<-s.exited
}

// Restart starts the server again on its address, with its append-only file.
func (s *RedisServer) Restart(t testing.TB) {
	t.Helper()
	<-s.exited
	require.True(t, s.start(t), "redis-server restarts on %s", s.Address)
}

// Freeze stops the process without closing its connections.
func (s *RedisServer) Freeze(t testing.TB) {
	t.Helper()
	require.NoError(t, s.process.Process.Signal(syscall.SIGSTOP))
}

// Thaw lets a frozen process go on.
func (s *RedisServer) Thaw(t testing.TB) {
	t.Helper()
	require.NoError(t, s.process.Process.Signal(syscall.SIGCONT))
}
