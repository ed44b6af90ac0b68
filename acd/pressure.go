package acd

import (
	"fmt"
	"strings"
	"time"
)

// A step may open before its time, by what the line is like: its step says so (EstimatedWait,
// PerAgent), and the reason of the fact that opens it carries the figures. Who waits on the line
// only: a mail has time, and whoever is to be called back hears no music.

// Estimate says how long a contact that waits on the line has still to wait, and whose word
// that is; false if nobody can say.
type Estimate func(t *Ticket, at int64) (wait time.Duration, by string, known bool)

// looksAgain is how often the line is looked at for those who wait and for whom a step may
// open before its time: an estimate changes with time alone.
const looksAgain = time.Second

// pressable reports whether a step to come may open before its time.
func (t *Ticket) pressable() bool {
	if !t.interactive() || t.Callback {
		return false
	}
	for _, s := range t.Steps[t.Step+1:] {
		if s.Pressed() {
			return true
		}
	}
	return false
}

// pressure says why a step should open before its time; empty if it should not.
func (f *Floor) pressure(t *Ticket, step int, at int64) string {
	s := t.Steps[step]
	if !s.Pressed() || !t.interactive() || t.Callback {
		return ""
	}
	if s.PerAgent > 0 {
		onLine, here := f.OnLine(t.Queue), f.hereFor(t.circle)
		if onLine > s.PerAgent*here {
			return fmt.Sprintf("%d on the line for %d agents, more than %d for each", onLine, here, s.PerAgent)
		}
	}
	if s.EstimatedWait > 0 && f.Estimate != nil {
		wait, by, known := f.Estimate(t, at)
		if known && wait > s.EstimatedWait {
			return fmt.Sprintf("%s still to wait by estimate (%s), more than %s",
				wait.Round(time.Second), strings.ReplaceAll(by, "_", " "), s.EstimatedWait)
		}
	}
	return ""
}

// hereFor counts the agents who are logged in and may serve a circle.
func (f *Floor) hereFor(c *circle) int {
	n := 0
	for _, w := range f.crews {
		if c.verdicts[w.at].why == 0 {
			n += w.here
		}
	}
	return n
}
