package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/terminal"
)

// view shows snapshots of the floor as they come.
type view interface {
	// show is called for each snapshot, with the site time it has by now.
	show(t api.Top, now time.Time) error
	// tick is called every second, with the last snapshot.
	tick(t api.Top, now time.Time) error
	// lost says that the controller does not answer any more.
	lost(err error) error
}

// look is what comes from the stream: a snapshot, or why there is none.
type look struct {
	top api.Top
	err error
}

const (
	// tickEvery is how often clocks in a view go on without a change.
	tickEvery = time.Second
	// silentAfter is when a stream without even a heartbeat counts as lost.
	silentAfter = 40 * time.Second
	// mostWaits are the lines of who waits longest, with gap and title.
	mostWaits = 7
	// longestEvent bounds one snapshot, in bytes.
	longestEvent = 16 << 20
)

// follow shows the floor until ctx ends. Once it was seen, a controller that
// goes away is waited for.
func (p *Program) follow(ctx context.Context, v view) error {
	ctx, stop := context.WithCancel(ctx)
	looks, ended := make(chan look), make(chan struct{})
	var unreachable error
	go func() {
		defer close(ended)
		unreachable = p.stream(ctx, looks)
	}()
	err := display(v, looks, ended)
	stop()
	<-ended
	if err != nil {
		return fmt.Errorf("show the floor: %w", err)
	}
	return unreachable
}

// display shows until the stream has ended or the view fails.
func display(v view, looks <-chan look, ended <-chan struct{}) error {
	tick := time.NewTicker(tickEvery)
	defer tick.Stop()
	var last api.Top
	var received time.Time
	for {
		var err error
		select {
		case l := <-looks:
			if l.err != nil {
				err = v.lost(l.err)
				break
			}
			last, received = l.top, time.Now()
			err = v.show(last, last.Now)
		case <-tick.C:
			if !received.IsZero() {
				err = v.tick(last, last.Now.Add(time.Since(received)))
			}
		case <-ended:
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// stream reads snapshots until ctx ends. It fails only if the controller could
// not be reached at the first attempt.
func (p *Program) stream(ctx context.Context, to chan<- look) error {
	seen := false
	for ctx.Err() == nil {
		err := p.streamOnce(ctx, func(t api.Top) {
			seen = true
			send(ctx, to, look{top: t})
		})
		if ctx.Err() != nil {
			break
		}
		if !seen {
			return err
		}
		send(ctx, to, look{err: err})
		pause(ctx, tickEvery)
	}
	return nil
}

func send(ctx context.Context, to chan<- look, l look) {
	select {
	case to <- l:
	case <-ctx.Done():
	}
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// streamOnce reads one connection to its end. A connection that is silent for
// too long is given up: its other side may be gone without a word.
func (p *Program) streamOnce(ctx context.Context, got func(api.Top)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	answer, err := p.ask(ctx, http.MethodGet, "/api/v1/events", nil)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	watchdog := time.AfterFunc(silentAfter, cancel)
	defer watchdog.Stop()
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, longestEvent)
	for lines.Scan() {
		watchdog.Reset(silentAfter)
		data, isData := bytes.CutPrefix(lines.Bytes(), []byte("data: "))
		if !isData {
			continue
		}
		var t api.Top
		if err := p.decode("/api/v1/events", data, &t); err != nil {
			return err
		}
		got(t)
	}
	return errors.Join(errors.New("the controller ended the live view"), lines.Err())
}

// screenView redraws a terminal.
type screenView struct {
	screen *terminal.Screen
	note   string
}

func (v *screenView) show(t api.Top, now time.Time) error {
	v.note = ""
	return v.tick(t, now)
}

func (v *screenView) tick(t api.Top, now time.Time) error {
	note := ""
	if v.note != "" {
		note = "! " + v.note + "\n"
	}
	gap := "\n"
	if strings.Count(note+floorTables(t, now, gap), "\n")+mostWaits > v.screen.Rows() {
		gap = "" // also while nobody waits, so that the tables stay where they are
	}
	return v.screen.Draw(note + floor(t, now, gap))
}

func (v *screenView) lost(error) error {
	v.note = "the controller does not answer; what you see is old"
	return nil
}

// plainView appends a block after a change, at most one per tick, and one per
// every.
type plainView struct {
	w       io.Writer
	every   time.Duration
	written time.Time
	begun   bool
	pending bool
	away    bool
}

func (v *plainView) show(t api.Top, now time.Time) error {
	v.pending, v.away = true, false
	if v.begun {
		return nil
	}
	v.begun = true
	return v.tick(t, now)
}

func (v *plainView) tick(t api.Top, now time.Time) error {
	if !v.pending || now.Sub(v.written) < v.every {
		return nil
	}
	v.pending, v.written = false, now
	_, err := fmt.Fprintln(v.w, floorTables(t, now, ""))
	return err
}

func (v *plainView) lost(err error) error {
	if v.away {
		return nil
	}
	v.away = true
	_, err = fmt.Fprintf(v.w, "! %v; trying again\n\n", err)
	return err
}

// jsonView prints each snapshot on a line.
type jsonView struct{ out *json.Encoder }

func (v *jsonView) show(t api.Top, _ time.Time) error { return v.out.Encode(t) }
func (v *jsonView) tick(api.Top, time.Time) error     { return nil }
func (v *jsonView) lost(error) error                  { return nil }
