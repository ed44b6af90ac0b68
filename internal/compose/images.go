package compose

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"github.com/guichet/guichet/internal/lab"
)

// The images on which deploy/docker/Dockerfile builds.
const (
	debian = "debian:forky-slim"
	golang = "golang:1.26-trixie"
)

// madeOf labels an image that was made here with what it depends on.
const madeOf = "guichet.made-of"

// bases makes sure that the base images are there: from the registry, or else
// made here under the same name.
func (e *engine) bases(ctx context.Context, progress lab.Progress) error {
	modules, err := os.ReadFile("go.sum")
	if err != nil {
		return fmt.Errorf("look for the modules of this repository: %w; run this in its root", err)
	}
	sum := fmt.Sprintf("%x", sha256.Sum256(append(modules, runtime.Version()...)))
	for _, base := range []struct {
		image string
		sum   string
		make  func(context.Context, lab.Progress, string) error
	}{{debian, "debian", e.makeDebian}, {golang, sum, e.makeGolang}} {
		label, err := said(ctx, e.command(ctx, "image", "inspect", "--format", `{{index .Config.Labels "`+madeOf+`"}}`, base.image))
		if label = strings.TrimSpace(label); err == nil && (label == "" || label == base.sum) {
			continue
		}
		if _, err := said(ctx, e.command(ctx, "pull", "-q", base.image)); err == nil {
			continue
		}
		done := progress.Step("no registry answers: make " + base.image + " here")
		err = base.make(ctx, progress, base.sum)
		done(err)
		if err != nil {
			return err
		}
	}
	return nil
}

func (e *engine) makeDebian(ctx context.Context, progress lab.Progress, sum string) error {
	return lab.ImportDebian(ctx, progress, "forky", e.command(ctx, "import", "--change", "LABEL "+madeOf+"="+sum, "-", debian))
}

// makeGolang is Debian, the Go that is installed here, and the modules that it has
// downloaded: enough to build this repository.
func (e *engine) makeGolang(ctx context.Context, _ lab.Progress, sum string) error {
	layers := []struct{ folder, from, recipe string }{
		{"GOROOT", debian, "COPY . /usr/local/go\n" +
			"ENV PATH=/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin GOPATH=/go GOTOOLCHAIN=local\n"},
		{"GOMODCACHE", golang, "COPY cache/download /usr/local/modules\nENV GOPROXY=file:///usr/local/modules GOFLAGS=-modcacherw\n"},
	}
	for _, l := range layers {
		folder, err := exec.CommandContext(ctx, "go", "env", l.folder).Output()
		if err != nil {
			return fmt.Errorf("find the %s to put into %s: %w", l.folder, golang, err)
		}
		cmd := e.command(ctx, "build", "-t", golang, "--label", madeOf+"="+sum, "-f", "-", strings.TrimSpace(string(folder)))
		cmd.Stdin = strings.NewReader("FROM " + l.from + "\n" + l.recipe)
		if _, err := said(ctx, cmd); err != nil {
			return err
		}
	}
	return nil
}
