package ledgertest

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Program is a redis-server, or one that says it is as good as one.
type Program struct {
	Name string // with its version
	path string
}

// Another names the variable that holds the path of a further server, such as a
// Valkey or a newer Redis: the same tests run on it.
const Another = "GUICHET_REDIS_SERVER"

// Programs are the servers of this machine: the redis-server on the PATH, and the
// one that the environment names. Without a redis-server on the PATH the test is
// skipped, or failed if GUICHET_LAB=1 says that the real parts must run.
func Programs(t testing.TB) []Program {
	t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		if os.Getenv("GUICHET_LAB") == "1" {
			require.NoError(t, err, "GUICHET_LAB=1 wants a real redis-server")
		}
		t.Skip("no redis-server on the PATH")
	}
	programs := []Program{program(t, path)}
	if another := os.Getenv(Another); another != "" {
		programs = append(programs, program(t, another))
	}
	return programs
}

var version = regexp.MustCompile(`v=([0-9.]+)`)

// program asks a server who it is: "Redis server v=7.0.15 sha=…".
func program(t testing.TB, path string) Program {
	t.Helper()
	said, err := exec.Command(path, "--version").Output()
	require.NoError(t, err, "%s --version; see %s", path, Another)
	name, _, _ := strings.Cut(string(said), " ")
	found := version.FindStringSubmatch(string(said))
	require.NotNil(t, found, "%s says %q", path, said)
	return Program{Name: name + " " + found[1], path: path}
}

// RedisServer is a real server on a free port of the loopback, with an append-only
// file in a folder of its own. It ends with the test.
type RedisServer struct {
	Address string // host:port

	program Program
	dir     string
	args    []string
	process *exec.Cmd
	exited  chan struct{} // closed when process is gone
	output  *bytes.Buffer // to be read after exited
}

// StartRedis starts the redis-server on the PATH; see Program.Start.
func StartRedis(t testing.TB, options ...string) *RedisServer {
	t.Helper()
	return Programs(t)[0].Start(t, options...)
}

// Start starts a server with an append-only file and these further options
// ("--maxmemory", "10mb").
func (p Program) Start(t testing.TB, options ...string) *RedisServer {
	t.Helper()
	dir := t.TempDir()
	return p.serve(t, dir, func(port string) []string {
		return append([]string{
			"--bind", "127.0.0.1", "--port", port, "--dir", dir,
			"--save", "", "--appendonly", "yes", "--appendfsync", "everysec",
		}, options...)
	})
}

// Replica starts a server that follows s and waits until it has caught up.
func (s *RedisServer) Replica(t testing.TB) *RedisServer {
	t.Helper()
	host, port, err := net.SplitHostPort(s.Address)
	require.NoError(t, err)
	r := s.program.Start(t, "--replicaof", host, port, "--repl-diskless-sync-delay", "0")
	require.Eventually(t, func() bool { return follows(r, "up") },
		2*patience, 10*time.Millisecond, "the replica follows")
	return r
}

func follows(replica *RedisServer, link string) bool {
	answer, _ := replica.tryToAsk("INFO replication")
	return strings.Contains(answer, "master_link_status:"+link)
}

// CutOff parts a replica from the server it follows, for good: it stays as old as
// it is. Both go on; whoever asks them finds no fault but the broken link.
func (s *RedisServer) CutOff(t testing.TB, replica *RedisServer) {
	t.Helper()
	// A password that its primary does not know of: it will not be let in again.
	require.Contains(t, replica.ask(t, "CONFIG SET masterauth nobody-knows"), "+OK")
	s.ask(t, "CLIENT KILL TYPE replica")
	require.Eventually(t, func() bool { return follows(replica, "down") },
		patience, 10*time.Millisecond, "the replica is cut off")
}

// Leads reports whether s is a primary.
func (s *RedisServer) Leads() bool {
	answer, _ := s.tryToAsk("INFO replication")
	return strings.Contains(answer, "role:master")
}

// StartSentinel starts a sentinel that watches primary under this name, and fails over on
// its own judgement once it MayFailOver. Replicas are to be connected before: a sentinel
// looks for them once, then every ten seconds.
func StartSentinel(t testing.TB, name string, primary *RedisServer) *RedisServer {
	t.Helper()
	host, watched, err := net.SplitHostPort(primary.Address)
	require.NoError(t, err)
	dir := t.TempDir()
	file := filepath.Join(dir, "sentinel.conf")
	return primary.program.serve(t, dir, func(port string) []string {
		config := fmt.Sprintf("bind 127.0.0.1\nport %[1]s\nsentinel monitor %[2]s %[3]s %[4]s 1\n"+
			"sentinel down-after-milliseconds %[2]s 600000\nsentinel failover-timeout %[2]s 3000\n", port, name, host, watched)
		require.NoError(t, os.WriteFile(file, []byte(config), 0o600))
		return []string{file, "--sentinel"}
	})
}

// MayFailOver has a sentinel do so after half a second of silence. Before, a machine that
// stands still for so long would have it take a primary that lives for dead.
func (s *RedisServer) MayFailOver(t testing.TB, name string) {
	t.Helper()
	require.Contains(t, s.ask(t, "SENTINEL SET "+name+" down-after-milliseconds 500"), "+OK")
}

// Names reports whether s is what a sentinel calls the primary of that name.
func (s *RedisServer) Names(t testing.TB, name string, primary *RedisServer) bool {
	t.Helper()
	_, port, err := net.SplitHostPort(primary.Address)
	require.NoError(t, err)
	answer, _ := s.tryToAsk("SENTINEL get-master-addr-by-name " + name)
	return strings.Contains(answer, "\r\n"+port+"\r\n")
}

// serve starts the program on a free port with the arguments made for it.
func (p Program) serve(t testing.TB, dir string, arguments func(port string) []string) *RedisServer {
	t.Helper()
	for range 5 { // between choosing a free port and using it, another may take it
		port := FreePort(t)
		s := &RedisServer{program: p, dir: dir, Address: net.JoinHostPort("127.0.0.1", port), args: arguments(port)}
		if s.start(t) {
			t.Cleanup(func() { s.Kill(t) })
			return s
		}
		t.Logf("%s on %s: %s", p.path, s.Address, s.output)
	}
	require.Fail(t, p.path+" does not start")
	return nil
}

// given are the ports that this process was given.
var given sync.Map

// FreePort is a port of the loopback that nobody uses. It is none of those that the kernel
// gives to whoever connects: a server that is started later, or again, would find it taken.
func FreePort(t testing.TB) string {
	t.Helper()
	const first, ephemeral = 12000, 32768
	for range 1000 {
		port := strconv.Itoa(first + rand.IntN(ephemeral-first))
		if _, used := given.LoadOrStore(port, true); used {
			continue
		}
		if listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", port)); err == nil {
			require.NoError(t, listener.Close())
			return port
		}
	}
	require.Fail(t, "no port of the loopback is free")
	return ""
}

// start reports whether the server came to answer.
func (s *RedisServer) start(t testing.TB) bool {
	s.output, s.exited = &bytes.Buffer{}, make(chan struct{})
	s.process = exec.Command(s.program.path, s.args...)
	s.process.Stdout, s.process.Stderr = s.output, s.output
	s.process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	started := make(chan error, 1)
	go watch(s.process, started, s.exited)
	require.NoError(t, <-started)
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

// watch starts a process that ends with ours, however that ends: a server must not
// outlive the tests that were cut short. The kernel counts by thread, which is kept
// for it.
func watch(process *exec.Cmd, started chan<- error, exited chan<- struct{}) {
	defer close(exited)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := process.Start()
	started <- err
	if err == nil {
		_ = process.Wait()
	}
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

// ask sends one command, as a person would type it, and returns the answer as it
// comes.
func (s *RedisServer) ask(t testing.TB, command string) string {
	t.Helper()
	answer, err := s.tryToAsk(command)
	require.NoError(t, err)
	return answer
}

// tryToAsk is ask of a server that may just be doing something else.
func (s *RedisServer) tryToAsk(command string) (string, error) {
	conn, err := net.DialTimeout("tcp", s.Address, time.Second)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patience))
	if _, err := fmt.Fprintf(conn, "%s\r\n", command); err != nil {
		return "", err
	}
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil { // a sentinel knows no QUIT
		return "", err
	}
	answer, err := io.ReadAll(conn)
	return string(answer), err
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

// Empty removes the files of a server that was killed.
func (s *RedisServer) Empty(t testing.TB) {
	t.Helper()
	<-s.exited
	require.NoError(t, os.RemoveAll(filepath.Join(s.dir, "appendonlydir")))
}

// Tear cuts the last bytes off the append-only file of a server that was killed,
// as a machine does whose power failed while it wrote.
func (s *RedisServer) Tear(t testing.TB, bytes int64) {
	t.Helper()
	<-s.exited
	files, err := filepath.Glob(filepath.Join(s.dir, "appendonlydir", "*.incr.aof"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	file, err := os.Stat(files[0])
	require.NoError(t, err)
	require.NoError(t, os.Truncate(files[0], file.Size()-bytes))
}
