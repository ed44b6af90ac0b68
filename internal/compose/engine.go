package compose

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/guichet/guichet/internal/lab"
)

// engine is a Docker and how to speak to it.
type engine struct {
	docker  string
	compose string   // docker-compose, or empty when docker itself has Compose
	files   []string // that Compose reads
	env     []string
	own     *lab.Docker
}

// findEngine takes the machine's own, or starts one.
func findEngine(ctx context.Context, progress lab.Progress) (*engine, error) {
	if e, err := client(ctx); err == nil && e.answers(ctx) {
		return e, nil
	}
	if os.Geteuid() != 0 {
		return nil, errors.New("no Docker engine answers; start yours, or run this as root, which starts one for the test")
	}
	if err := lab.EnsureDocker(ctx, progress); err != nil {
		return nil, err
	}
	e, err := client(ctx)
	if err != nil {
		return nil, err
	}
	done := progress.Step("start a Docker engine for this test")
	e.own, err = lab.StartDocker(ctx, progress)
	done(err)
	if err != nil {
		return nil, err
	}
	e.env = append(e.env, "DOCKER_HOST="+e.own.Host())
	e.files = append(e.files, "deploy/docker/host-build.yml")
	return e, nil
}

// client finds a docker that can build with BuildKit, and its Compose. The first
// in PATH may lack the plugin for it while Debian's, which has it built in, is
// there too.
func client(ctx context.Context) (*engine, error) {
	e := &engine{files: []string{"docker-compose.yml"}, env: append(os.Environ(),
		"DOCKER_BUILDKIT=1", "COMPOSE_DOCKER_CLI_BUILD=1", "COMPOSE_PROJECT_NAME="+project, "COMPOSE_INTERACTIVE_NO_CLI=1")}
	for _, name := range []string{"docker", "/usr/bin/docker"} {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		e.docker = path
		if text, err := said(ctx, e.command(ctx, "build", "--help")); err != nil || strings.Contains(text, "buildx component is missing") {
			continue
		}
		if _, err := said(ctx, e.command(ctx, "compose", "version")); err == nil {
			return e, nil
		}
		if e.compose, err = exec.LookPath("docker-compose"); err != nil {
			continue
		}
		// Compose of version 1 calls the first docker in PATH.
		e.env = append(e.env, "PATH="+filepath.Dir(path)+string(os.PathListSeparator)+os.Getenv("PATH"))
		return e, nil
	}
	return nil, errors.New("no docker with BuildKit and Compose; install docker.io and docker-compose, or Docker's own packages")
}

func (e *engine) answers(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	_, err := said(ctx, e.command(ctx, "version", "--format", "{{.Server.Version}}"))
	return err == nil
}

func (e *engine) close() {
	if e.own != nil {
		e.own.Stop()
	}
}

func (e *engine) command(ctx context.Context, args ...string) *exec.Cmd {
	return e.with(exec.CommandContext(ctx, e.docker, args...))
}

func (e *engine) composeCommand(ctx context.Context, args ...string) *exec.Cmd {
	var all []string
	for _, file := range e.files {
		all = append(all, "-f", file)
	}
	all = append(all, args...)
	if e.compose != "" {
		return e.with(exec.CommandContext(ctx, e.compose, all...))
	}
	return e.command(ctx, append([]string{"compose"}, all...)...)
}

func (e *engine) with(cmd *exec.Cmd) *exec.Cmd {
	cmd.Env = e.env
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// said runs a command and returns what it printed; the error ends with its last
// complaints.
func said(ctx context.Context, cmd *exec.Cmd) (string, error) {
	var complaints strings.Builder
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err == nil {
		return string(out), nil
	}
	text := strings.TrimSpace(complaints.String() + "\n" + string(out))
	lines := strings.Split(text, "\n")
	tail := strings.Join(lines[max(0, len(lines)-15):], "\n")
	return text, fmt.Errorf("%s: %w: %s", filepath.Base(cmd.Path), errors.Join(ctx.Err(), err), tail)
}
