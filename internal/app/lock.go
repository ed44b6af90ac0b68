package app

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// lock proves that this process is the only one of its instance on this host,
// so that a restarted one may take its nodes back without waiting.
type lock struct{ file *os.File }

func defaultLockFile(site, instance string) string {
	return filepath.Join(os.TempDir(), fmt.Sprintf("guichet-%s-%s.lock", site, instance))
}

// acquire takes the lock. The kernel gives it back when the process ends,
// however it ends.
func acquire(path, instance string) (*lock, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the lock file of instance %s: %w; give --lock-file", instance, err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = file.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("another controller named %s runs on this host (it holds %s); stop it, or give --instance another name", instance, path)
		}
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return &lock{file: file}, nil
}

// release gives the lock back; the file stays, for removing it would race with
// the next process.
func (l *lock) release() { _ = l.file.Close() }
