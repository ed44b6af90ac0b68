package app

import (
	"io/fs"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"
	"go.uber.org/zap"

	"github.com/guichet/guichet/config"
)

const (
	// settleFor is how long a folder must have been quiet: editors and tools
	// write a file in several steps, and several files one after the other.
	settleFor = 250 * time.Millisecond
	// pollEvery is the pause between two looks at the content itself, for network
	// file systems that tell of no change.
	pollEvery = 30 * time.Second
)

// watcher says when the content of a site folder has changed. It watches the
// folders and not the files: editors, git and Kubernetes replace files by a
// rename. A touched file whose content is the same is no change.
type watcher struct {
	dir     string
	changed chan<- struct{}
	log     *zap.Logger
	poll    time.Duration

	events *fsnotify.Watcher // nil where there are none: only the poll is left
	seen   string            // fingerprint of what was reported or started with
	ending chan struct{}
	ended  sync.WaitGroup
}

func newWatcher(dir string, changed chan<- struct{}, log *zap.Logger) *watcher {
	return watchEvery(dir, changed, log, pollEvery)
}

func watchEvery(dir string, changed chan<- struct{}, log *zap.Logger, poll time.Duration) *watcher {
	w := &watcher{dir: dir, changed: changed, log: log, poll: poll, ending: make(chan struct{})}
	events, err := fsnotify.NewWatcher()
	if err != nil {
		log.Warn("the site folder is only looked at now and then", zap.Duration("every", poll), zap.Error(err))
	} else {
		w.events = events
		w.watchFolders()
	}
	w.seen, _ = config.Fingerprint(dir) // one that cannot be read has changed when it can
	w.ended.Go(w.run)
	return w
}

func (w *watcher) stop() {
	close(w.ending)
	w.ended.Wait()
	if w.events != nil {
		_ = w.events.Close()
	}
}

func (w *watcher) run() {
	poll := time.NewTicker(w.poll)
	defer poll.Stop()
	quiet := time.NewTimer(w.poll)
	quiet.Stop()
	defer quiet.Stop()
	var events <-chan fsnotify.Event
	var errors <-chan error
	if w.events != nil {
		events, errors = w.events.Events, w.events.Errors
	}
	for {
		select {
		case _, open := <-events:
			if !open {
				events = nil // only the poll is left
				continue
			}
			quiet.Reset(settleFor)
		case err, open := <-errors:
			if !open {
				errors = nil
				continue
			}
			w.log.Debug("events of the site folder were lost", zap.Error(err))
			quiet.Reset(settleFor)
		case <-quiet.C:
			w.look()
		case <-poll.C:
			w.look()
		case <-w.ending:
			return
		}
	}
}

// look reports a change of content, once.
func (w *watcher) look() {
	if w.events != nil {
		w.watchFolders() // new ones; those watched already stay
	}
	now, err := config.Fingerprint(w.dir)
	if err != nil || now == w.seen {
		return // a folder that is just being replaced is looked at again
	}
	w.seen = now
	select {
	case w.changed <- struct{}{}:
	default: // one is waiting already, and reads the folder when it is served
	}
}

func (w *watcher) watchFolders() {
	_ = filepath.WalkDir(w.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return nil //nolint:nilerr // what cannot be read is left to the poll
		}
		if path != w.dir && strings.HasPrefix(d.Name(), ".") {
			return fs.SkipDir
		}
		if err := w.events.Add(path); err != nil {
			w.log.Debug("a folder of the site is not watched", zap.String("folder", path), zap.Error(err))
		}
		return nil
	})
}
