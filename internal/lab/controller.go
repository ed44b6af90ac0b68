package lab

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// ControllerOptions describe one guichet.
type ControllerOptions struct {
	// Program is the guichet binary.
	Program string
	// Dir holds its log; created when missing.
	Dir string
	// Args follow the program's name, such as run --site DIR.
	Args []string
	// First follow Args at the first start only.
	First []string
	// Env is added to this process's environment.
	Env []string
	// URL is where its HTTP will answer; its /readyz tells when it serves.
	URL string
}

// Controller is a guichet process of ours.
type Controller struct {
	*process
	options ControllerOptions
}

// StartController starts a guichet and returns when it is ready for calls.
func StartController(ctx context.Context, options ControllerOptions) (*Controller, error) {
	if err := os.MkdirAll(options.Dir, 0o755); err != nil {
		return nil, fmt.Errorf("start guichet: make its folder: %w", err)
	}
	c := &Controller{process: &process{name: "guichet"}, options: options}
	return c, c.begin(ctx, options.First...)
}

// Restart starts again a controller that was stopped or killed.
func (c *Controller) Restart(ctx context.Context) error {
	c.Stop()
	return c.begin(ctx)
}

// LogFile is where the controller writes.
func (c *Controller) LogFile() string { return filepath.Join(c.options.Dir, "guichet.log") }

func (c *Controller) begin(ctx context.Context, first ...string) error {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	cmd := exec.Command(c.options.Program, slices.Concat(c.options.Args, first)...)
	cmd.Env = append(os.Environ(), c.options.Env...)
	if err := c.run(ctx, cmd, c.LogFile(), c.ready); err != nil {
		return fmt.Errorf("%w; its log is %s, and ends with: %s", err, c.LogFile(), lastLine(c.LogFile()))
	}
	return nil
}

// ready asks the controller itself, which says why it is not.
func (c *Controller) ready(ctx context.Context, _ int) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.options.URL+"/readyz", nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		why, _ := io.ReadAll(io.LimitReader(answer.Body, 1<<10))
		return fmt.Errorf("it answers %s: %s", answer.Status, strings.TrimSpace(string(why)))
	}
	return nil
}

func lastLine(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return lines[len(lines)-1]
}
