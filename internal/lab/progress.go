package lab

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// Progress is told what is being done. Step announces a piece of work and
// returns the function to call once when it ended, with its error or nil.
type Progress interface {
	Step(what string) (done func(error))
}

// Silent tells nobody.
var Silent Progress = silent{}

type silent struct{}

func (silent) Step(string) func(error) { return func(error) {} }

// Steps writes each step and its duration to w: on a terminal as a line whose
// seconds count, elsewhere as one plain line when the step ended.
func Steps(w io.Writer) Progress {
	return &steps{w: w, live: isTerminal(w)}
}

type steps struct {
	w    io.Writer
	live bool
}

func (s *steps) Step(what string) func(error) {
	began := time.Now()
	stop := s.count(what, began)
	return func(err error) {
		stop()
		mark, end := "ok", ""
		if err != nil {
			mark = "failed"
		}
		if s.live {
			end = "\r\x1b[K"
		}
		fmt.Fprintf(s.w, "%s%-6s %s (%s)\n", end, mark, what, took(began))
	}
}

// count keeps the running seconds of a step on a terminal until it is stopped.
func (s *steps) count(what string, began time.Time) (stop func()) {
	if !s.live {
		return func() {}
	}
	quit, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for {
			fmt.Fprintf(s.w, "\r\x1b[K...    %s (%s)", what, took(began))
			select {
			case <-quit:
				return
			case <-tick.C:
			}
		}
	}()
	return sync.OnceFunc(func() { close(quit); <-ended })
}

func took(since time.Time) string {
	return fmt.Sprintf("%.1f s", time.Since(since).Seconds())
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("TERM") != "dumb"
}
