package lab

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Debian 12 has no Valkey but in its backports, which a machine need not use: two
// packages are unpacked beside, in the user's cache. Newer ones install it.
const (
	valkeySuite = "bookworm-backports"
	valkeyFor   = "VERSION_CODENAME=bookworm"
)

// Valkey returns the path of a valkey-server, for the tests that run on another
// server than Debian's Redis. It is fetched once for every clone.
func Valkey(ctx context.Context, progress Progress) (string, error) {
	if path, err := exec.LookPath("valkey-server"); err == nil {
		return path, nil
	}
	release, err := os.ReadFile("/etc/os-release")
	if err != nil || !strings.Contains(string(release), valkeyFor) {
		return ensureProgram(ctx, progress, "valkey-server", "valkey-server")
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find a cache folder for Valkey: %w; set HOME or XDG_CACHE_HOME", err)
	}
	root := filepath.Join(cache, "guichet", "valkey-"+valkeySuite)
	program := filepath.Join(root, "usr", "bin", "valkey-server")
	if exists(program) {
		return program, nil
	}
	if err := os.MkdirAll(filepath.Dir(root), 0o755); err != nil {
		return "", fmt.Errorf("make the cache folder of Valkey: %w", err)
	}
	unlock, err := lock(ctx, progress, root+".lock")
	if err != nil {
		return "", err
	}
	defer unlock()
	if exists(program) {
		return program, nil
	}
	done := progress.Step("fetch Valkey of " + valkeySuite + " into " + root)
	err = unpackValkey(ctx, root)
	done(err)
	return program, err
}

// unpackValkey works under another name and renames at the end, so that a folder
// with the right name is always complete.
func unpackValkey(ctx context.Context, root string) error {
	draft, err := newDraft(root)
	if err != nil {
		return err
	}
	defer os.RemoveAll(draft)
	into := filepath.Join(draft, "root")
	if err := fetchPackages(ctx, draft, valkeySuite, "valkey-server", "valkey-tools"); err != nil {
		return fmt.Errorf("fetch Valkey: %w", err)
	}
	packages, err := filepath.Glob(filepath.Join(draft, "*.deb"))
	if err != nil {
		return err
	}
	for _, file := range packages {
		if said, err := exec.CommandContext(ctx, "dpkg-deb", "-x", file, into).CombinedOutput(); err != nil {
			return fmt.Errorf("unpack %s: %w", filepath.Base(file), explain(ctx, err, string(said)))
		}
	}
	if _, err := versionOf(ctx, filepath.Join(into, "usr", "bin", "valkey-server"), "--version"); err != nil {
		return err
	}
	if err := os.Rename(into, root); err != nil {
		return fmt.Errorf("keep Valkey: %w", err)
	}
	return nil
}

// fetchPackages downloads packages of a suite into dir, from the mirror of this
// machine and with lists of their own: the machine's stay as they are.
func fetchPackages(ctx context.Context, dir, suite string, names ...string) error {
	mirror, err := mirrorOf(ctx)
	if err != nil {
		return err
	}
	sources := filepath.Join(dir, "suite.sources")
	text := "Types: deb\nURIs: " + mirror + "\nSuites: " + suite +
		"\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n"
	if err := os.WriteFile(sources, []byte(text), 0o644); err != nil {
		return err
	}
	for _, private := range []string{"lists/partial", "cache/archives/partial"} {
		if err := os.MkdirAll(filepath.Join(dir, private), 0o755); err != nil {
			return err
		}
	}
	for _, args := range [][]string{{"update"}, append([]string{"download"}, names...)} {
		cmd := exec.CommandContext(ctx, "apt-get", append([]string{
			"-q", "-o", "Dir::Etc::sourcelist=" + sources, "-o", "Dir::Etc::sourceparts=/dev/null",
			"-o", "Dir::State::lists=" + filepath.Join(dir, "lists"), "-o", "Dir::Cache=" + filepath.Join(dir, "cache"),
			"-o", "APT::Sandbox::User=root", "-o", `Acquire::Check-Valid-Until=false`,
		}, args...)...)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "LC_ALL=C")
		if said, err := cmd.CombinedOutput(); err != nil {
			return explain(ctx, err, string(said))
		}
	}
	return nil
}

// mirrorOf is where this machine gets its own packages from, whether it has read
// their lists yet or not.
func mirrorOf(ctx context.Context) (string, error) {
	said, err := exec.CommandContext(ctx, "apt-get", "update", "--print-uris").Output()
	if err != nil {
		return "", fmt.Errorf("ask apt for the mirror of this machine: %w", err)
	}
	mirror, _, found := strings.Cut(string(said), "/dists/bookworm/InRelease'")
	if !found {
		return "", errors.New("apt knows no mirror of bookworm: see /etc/apt/sources.list")
	}
	return mirror[strings.LastIndex(mirror, "'")+1:], nil
}
