package lab

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// The root folder: a minimal Debian with Asterisk and its sounds. Debian 12
// itself has no Asterisk package. A change of anything here gives the folder
// another name, so a machine rebuilds it.
const suite = "forky"

var rootPackages = []string{
	"asterisk",
	"asterisk-core-sounds-fr",
	"asterisk-core-sounds-fr-wav",
	"asterisk-moh-opsound-wav",
}

// rootEdition counts the changes of finishRoot.
const rootEdition = 1

// roomNeeded is what a build takes at its peak, in bytes: 380 MB of files and
// the packages they came from.
const roomNeeded = 800 << 20

func rootName() string {
	recipe := fmt.Sprint(rootEdition, suite, rootPackages)
	return fmt.Sprintf("asterisk-%s-%.4x", suite, sha256.Sum256([]byte(recipe)))
}

// ensureRoot returns the root folder inside cache, building it when missing. A
// lock file lets one builder at a time work; the others wait for its result.
func ensureRoot(ctx context.Context, progress Progress, cache string) (string, error) {
	root := filepath.Join(cache, rootName())
	if exists(root) {
		return root, nil
	}
	mmdebstrap, err := ensureProgram(ctx, progress, "mmdebstrap", "mmdebstrap")
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return "", fmt.Errorf("make the cache folder of Asterisk: %w; set XDG_CACHE_HOME to a writable folder", err)
	}
	unlock, err := lock(ctx, progress, root+".lock")
	if err != nil {
		return "", err
	}
	defer unlock()
	if exists(root) {
		return root, nil
	}
	done := progress.Step("build a Debian root with Asterisk in " + root)
	err = buildRoot(ctx, mmdebstrap, root)
	done(err)
	return root, err
}

// buildRoot works under another name and renames at the end, so that a folder
// with the right name is always complete. The caller holds the lock.
func buildRoot(ctx context.Context, mmdebstrap, root string) (err error) {
	if err := checkRoom(filepath.Dir(root)); err != nil {
		return err
	}
	draft, err := newDraft(root)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.RemoveAll(draft)
		}
	}()
	if err := debootstrap(ctx, mmdebstrap, suite, rootPackages, draft); err != nil {
		return fmt.Errorf("build the Asterisk root: %w", err)
	}
	if err := finishRoot(ctx, draft); err != nil {
		return err
	}
	if err := os.Rename(draft, root); err != nil {
		return fmt.Errorf("keep the Asterisk root: %w", err)
	}
	return nil
}

// debootstrap fills draft, a folder or the name of a tar. It runs in namespaces of its own, so that when it is
// killed nothing of it remains: no process, and above all no mount of /proc or
// /dev in a folder that the next builder will remove.
func debootstrap(ctx context.Context, mmdebstrap, suite string, packages []string, draft string) error {
	args := []string{
		"--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "--mount-proc",
		mmdebstrap, "--variant=minbase",
		// The machine's clock may be far from the mirror's, as on one restored
		// from an image; the packages are signed all the same.
		`--aptopt=Acquire::Check-Valid-Until "false"`,
	}
	if len(packages) > 0 {
		args = append(args, "--include="+strings.Join(packages, ","))
	}
	cmd := exec.Command("unshare", append(args, suite, draft)...)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	out := draft + ".log"
	defer os.Remove(out)
	builder, err := begin(cmd, out)
	if err != nil {
		return err
	}
	select {
	case <-builder.ended:
	case <-ctx.Done():
		builder.kill()
		return ctx.Err()
	}
	if builder.cmd.ProcessState.Success() {
		return nil
	}
	said, err := os.ReadFile(out)
	return explain(ctx, errors.Join(err, errors.New(builder.cmd.ProcessState.String())), string(said))
}

// newDraft makes the folder to build in, after removing those of builders that
// were killed. The name is new each time: such a builder's tools may still run
// for a while, and must not write into ours.
func newDraft(root string) (string, error) {
	stale, err := filepath.Glob(root + ".building-*")
	if err != nil {
		return "", fmt.Errorf("look for unfinished Asterisk roots: %w", err)
	}
	for _, dir := range stale {
		if err := os.RemoveAll(dir); err != nil {
			return "", fmt.Errorf("clear an unfinished Asterisk root: %w; remove %s by hand", err, dir)
		}
	}
	draft, err := os.MkdirTemp(filepath.Dir(root), filepath.Base(root)+".building-*")
	if err != nil {
		return "", fmt.Errorf("make a folder to build Asterisk in: %w", err)
	}
	// It becomes the / of a user who is not root.
	return draft, os.Chmod(draft, 0o755)
}

// finishRoot adds the mount points that instances need and notes the version,
// so that a later look costs no program.
func finishRoot(ctx context.Context, root string) error {
	said, err := exec.CommandContext(ctx, "chroot", root, "asterisk", "-V").Output()
	if err != nil {
		return fmt.Errorf("run Asterisk in its new root: %w; remove %s and try again", err, root)
	}
	for _, dir := range []string{"run/asterisk", "usr/share/asterisk/sounds/guichet"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			return fmt.Errorf("complete the Asterisk root: %w", err)
		}
	}
	for name, content := range map[string]string{"etc/hosts": "", "etc/resolv.conf": "", versionFile: string(said)} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(content), 0o644); err != nil {
			return fmt.Errorf("complete the Asterisk root: %w", err)
		}
	}
	return nil
}

const versionFile = "etc/guichet-asterisk-version"

func versionOfRoot(root string) (Version, error) {
	said, err := os.ReadFile(filepath.Join(root, versionFile))
	if err != nil {
		return Version{}, fmt.Errorf("read the version of the Asterisk root: %w; remove %s and try again", err, root)
	}
	return parseVersion(string(said))
}

// checkRoom refuses a build that the disk cannot hold, before it filled it.
func checkRoom(dir string) error {
	var disk syscall.Statfs_t
	if err := syscall.Statfs(dir, &disk); err != nil {
		return fmt.Errorf("look for room in %s: %w", dir, err)
	}
	if free := disk.Bavail * uint64(disk.Bsize); free < roomNeeded {
		return fmt.Errorf("build the Asterisk root: %d MB free in %s, %d MB needed; free some, or set XDG_CACHE_HOME to another disk",
			free>>20, dir, roomNeeded>>20)
	}
	return nil
}

// lock takes an exclusive lock on path, waiting for another process that builds
// the same thing. The kernel gives it back when this process ends, however.
func lock(ctx context.Context, progress Progress, path string) (unlock func(), err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("open lock file: %w", err)
	}
	if err := tryLock(file); err == nil {
		return func() { file.Close() }, nil
	}
	done := progress.Step("wait for another process that builds Asterisk")
	err = waitLock(ctx, file)
	done(err)
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("wait for the lock %s: %w", path, err)
	}
	return func() { file.Close() }, nil
}

func tryLock(file *os.File) error {
	return syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}

func waitLock(ctx context.Context, file *os.File) error {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		err := tryLock(file)
		if err == nil || !errors.Is(err, syscall.EWOULDBLOCK) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
