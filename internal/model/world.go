package model

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
)

// World is one run: a site with its controllers, Asterisk nodes, people and
// Redis, in virtual time.
type World struct {
	random *rand.Rand
	now    int64 // µs
	agenda agenda
	// Steps counts what happened.
	Steps int

	broken  Rule
	profile Profile
	rules   engine.Rules

	redis       *redis
	nodes       map[contact.Node]*asterisk
	controllers []*controller
	callers     []*caller
	agents      []*agent
	heralds     []*herald
	written     correspondence
	observer    *observer
	faults      faults

	told    []string // the trace
	tracing bool
	closing bool // nobody comes any more

	extra int // callers whom a strike brought

	conversed                                                                         struct{ called, supervised, requeued, handedOver, uncalled int }
	misjudged, gaveUps, bridgesLeft, foreseen, frozenWriting, unheard, unkept, deaths int
}

// begin is when a run starts, on the clock of its site.
const begin = int64(1_000_000_000)

// nature plans what happens whoever lives.
func (w *World) nature(in time.Duration, run func()) {
	w.agenda.plan(w.now+in.Microseconds(), nil, run)
}

// run lets time pass until then, or until a rule is found broken.
func (w *World) run(until int64) {
	for len(w.observer.found) == 0 {
		e, some := w.agenda.next(until)
		if !some {
			break
		}
		w.now = max(w.now, e.at)
		w.happen(e)
	}
	w.now = max(w.now, until)
}

func (w *World) happen(e event) {
	switch {
	case e.of != nil && e.of.dead:
		return
	case e.of != nil && e.of.frozen:
		e.of.late = append(e.of.late, e)
		return
	}
	w.Steps++
	e.run()
}

func (w *World) between(from, to time.Duration) time.Duration {
	return from + time.Duration(w.random.Int64N(int64(to-from)+1))
}

func (w *World) chance(percent int) bool { return percent > 0 && w.random.IntN(100) < percent }

// breaks reports whether this run leaves out a rule of the protocol.
func (w *World) breaks(r Rule) bool { return w.broken == r }

// trace notes what happened to a subject.
func (w *World) trace(subject, format string, args ...any) {
	if w.tracing {
		w.told = append(w.told, fmt.Sprintf("%10.3f %-14s ", float64(w.now-begin)/1e6, subject)+fmt.Sprintf(format, args...))
	}
}

// tell is the trace, a line each; those that name the subject, if there is one.
func (w *World) tell(subject string) []string {
	var lines []string
	for _, l := range w.told {
		if strings.Contains(l, subject) {
			lines = append(lines, l)
		}
	}
	return lines
}
