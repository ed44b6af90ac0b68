package lab

import (
	"context"
	_ "embed"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

//go:embed docker.sh
var dockerScript string

// Docker is a container engine of ours, for a machine where none runs. It lives
// in namespaces of its own: when it ends, however it ends, its containers and
// mounts are gone. It makes no bridge and no firewall rule, so containers use the
// network of the machine.
type Docker struct {
	*process
	dir    string // socket and running state
	unlock func()
}

// EnsureDocker installs Debian's Docker and Compose when the machine lacks them.
func EnsureDocker(ctx context.Context, progress Progress) error {
	for program, debianPackage := range map[string]string{"docker": "docker.io", "dockerd": "docker.io", "docker-compose": "docker-compose"} {
		if _, err := ensureProgram(ctx, progress, program, debianPackage); err != nil {
			return err
		}
	}
	return nil
}

// StartDocker starts an engine that keeps its images in the user's cache.
func StartDocker(ctx context.Context, progress Progress) (*Docker, error) {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, fmt.Errorf("find a cache folder for images: %w; set HOME or XDG_CACHE_HOME", err)
	}
	images := filepath.Join(cache, "guichet", "docker")
	if err := os.MkdirAll(images, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of images: %w; set XDG_CACHE_HOME to a writable folder", err)
	}
	d := &Docker{process: &process{name: "Docker"}}
	if d.unlock, err = lock(ctx, progress, images+".lock"); err != nil {
		return nil, err
	}
	// A short path: sockets have at most 107 letters.
	if d.dir, err = os.MkdirTemp("", "guichet-docker-"); err != nil {
		d.unlock()
		return nil, fmt.Errorf("make a folder for Docker: %w", err)
	}
	if err := d.run(ctx, d.command(images), d.log(), d.answers); err != nil {
		err = fmt.Errorf("%w; it says: %s", err, lastLine(d.log()))
		d.forget()
		return nil, err
	}
	return d, nil
}

// Host is the value of DOCKER_HOST that leads to it.
func (d *Docker) Host() string { return "unix://" + d.socket() }

// Stop ends the engine and everything that it runs.
func (d *Docker) Stop() {
	d.process.Stop()
	d.forget()
}

func (d *Docker) socket() string { return filepath.Join(d.dir, "docker.sock") }
func (d *Docker) log() string    { return filepath.Join(d.dir, "dockerd.log") }

// group is the control group of everything that it runs.
func (d *Docker) group() string { return filepath.Base(d.dir) }

func (d *Docker) command(images string) *exec.Cmd {
	cmd := exec.Command("sh", "-eu", "-c", dockerScript, "docker",
		"--host", d.Host(), "--data-root", images, "--exec-root", filepath.Join(d.dir, "run"),
		"--pidfile", filepath.Join(d.dir, "pid"), "--cgroup-parent", "/"+d.group(),
		"--exec-opt", "native.cgroupdriver=cgroupfs",
		"--bridge", "none", "--iptables=false", "--ip6tables=false", "--ip-forward=false", "--ip-masq=false")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWPID}
	return cmd
}

func (d *Docker) answers(ctx context.Context, _ int) error {
	client := http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", d.socket())
		},
	}}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://docker/_ping", nil)
	if err != nil {
		return err
	}
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	return answer.Body.Close()
}

// forget removes what it leaves: its folder, and empty control groups.
func (d *Docker) forget() {
	_ = os.RemoveAll(d.dir)
	roots, _ := filepath.Glob("/sys/fs/cgroup/*/" + d.group())
	for _, root := range append(roots, "/sys/fs/cgroup/"+d.group()) {
		var groups []string
		_ = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && entry.IsDir() {
				groups = append(groups, path)
			}
			return nil
		})
		for _, group := range slices.Backward(groups) {
			_ = syscall.Rmdir(group)
		}
	}
	d.unlock()
}

// ImportDebian makes a minimal Debian and hands it, as a tar, to the command
// `docker import`.
func ImportDebian(ctx context.Context, progress Progress, suite string, docker *exec.Cmd) error {
	mmdebstrap, err := ensureProgram(ctx, progress, "mmdebstrap", "mmdebstrap")
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "guichet-debian-")
	if err != nil {
		return fmt.Errorf("make a folder for Debian: %w", err)
	}
	defer os.RemoveAll(folder)
	tar := filepath.Join(folder, "root.tar")
	if err := debootstrap(ctx, mmdebstrap, suite, nil, tar); err != nil {
		return fmt.Errorf("build Debian %s: %w", suite, err)
	}
	if docker.Stdin, err = os.Open(tar); err != nil {
		return fmt.Errorf("import Debian: %w", err)
	}
	if said, err := docker.CombinedOutput(); err != nil {
		return fmt.Errorf("import Debian: %w: %s", err, strings.TrimSpace(string(said)))
	}
	return nil
}
