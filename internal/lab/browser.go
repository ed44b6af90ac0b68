package lab

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Chromium returns the path of Debian's browser, which is installed when the machine
// lacks it.
func Chromium(ctx context.Context, progress Progress) (string, error) {
	return ensureProgram(ctx, progress, "chromium", "chromium")
}

// Modules returns a folder of the user's cache that has the npm packages of the
// package.json and package-lock.json of dir, installed once for each lock. Nothing of
// them runs while they are installed.
func Modules(ctx context.Context, progress Progress, dir string) (string, error) {
	if _, err := ensureProgram(ctx, progress, "node", "nodejs"); err != nil {
		return "", err
	}
	if _, err := ensureProgram(ctx, progress, "npm", "npm"); err != nil {
		return "", err
	}
	lock, err := os.ReadFile(filepath.Join(dir, "package-lock.json"))
	if err != nil {
		return "", fmt.Errorf("install npm packages: %w", err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find a cache folder for npm packages: %w; set HOME or XDG_CACHE_HOME", err)
	}
	sum := sha256.Sum256(lock)
	home := filepath.Join(cache, "guichet", "npm-"+hex.EncodeToString(sum[:6]))
	whole := filepath.Join(home, "whole")
	if _, err := os.Stat(whole); err == nil {
		return home, nil
	}
	done := progress.Step("install the npm packages of " + filepath.Base(dir))
	err = installModules(ctx, dir, home)
	if err == nil {
		err = os.WriteFile(whole, nil, 0o644)
	}
	done(err)
	return home, err
}

func installModules(ctx context.Context, dir, home string) error {
	if err := os.MkdirAll(home, 0o755); err != nil {
		return fmt.Errorf("make a folder for npm packages: %w", err)
	}
	for _, name := range []string{"package.json", "package-lock.json"} {
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(home, name), content, 0o644)
		}
		if err != nil {
			return fmt.Errorf("copy %s: %w", name, err)
		}
	}
	npm := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	npm.Dir = home
	if said, err := npm.CombinedOutput(); err != nil {
		return fmt.Errorf("install npm packages: %w: %s; connect this machine to an npm registry", err, lastComplaint(string(said)))
	}
	return nil
}

// BuildCard makes the bundle of the agent card from its sources in dir, and puts it
// into out.
func BuildCard(ctx context.Context, progress Progress, dir, out string) error {
	modules, err := Modules(ctx, progress, dir)
	if err != nil {
		return err
	}
	// Its packages lie beside what is built, and not in the source folder: whatever
	// reads all of that, as `go ./...` does, would read them.
	work, err := os.MkdirTemp(modules, "build-")
	if err != nil {
		return fmt.Errorf("build the agent card: %w", err)
	}
	defer func() { _ = os.RemoveAll(work) }()
	if err := os.CopyFS(work, os.DirFS(dir)); err != nil {
		return fmt.Errorf("copy the sources of the agent card: %w", err)
	}
	for _, step := range [][]string{{"tsc", "--noEmit"}, {"vite", "build", "--logLevel", "warn"}} {
		c := exec.CommandContext(ctx, filepath.Join(modules, "node_modules", ".bin", step[0]), step[1:]...)
		c.Dir = work
		if said, err := c.CombinedOutput(); err != nil {
			return fmt.Errorf("build the agent card: %s: %w\n%s", step[0], err, said)
		}
	}
	if err := os.RemoveAll(out); err != nil {
		return fmt.Errorf("replace the bundle of the agent card: %w", err)
	}
	if err := os.CopyFS(out, os.DirFS(filepath.Join(work, "dist"))); err != nil {
		return fmt.Errorf("write the bundle of the agent card: %w", err)
	}
	return nil
}
