package report

import (
	"fmt"
	"math"
	"time"

	"github.com/guichet/guichet/internal/contact"
)

// Attempts says how often people had to call until an agent answered. An attempt
// is somebody on the line who asked. Attempts of one number within 24 h of its
// first are one person's, until one is answered: who calls again after that
// comes for something else. A withheld number, and one that two people used at
// the same time, such as a company's, is no one person's: each of its attempts
// counts for a person. Only attempts of the period are seen.
type Attempts struct {
	// Persons who asked, and those of them who were answered in the end.
	Persons int `json:"persons"`
	Served  int `json:"served_persons"`
	// OfServed are the attempts of those who were served.
	OfServed int `json:"attempts_of_served"`
	// PerServed is OfServed / Served; nil if nobody was served.
	PerServed *float64 `json:"per_served_person"`
}

// String shows what it was made of: 18/15 = 1.20.
func (a Attempts) String() string {
	if a.Served == 0 {
		return fmt.Sprintf("%d/0", a.OfServed)
	}
	return fmt.Sprintf("%d/%d = %.2f", a.OfServed, a.Served, *a.PerServed)
}

// redialWithin merges the attempts of one number to a person's, in µs.
const redialWithin = int64(24 * time.Hour / time.Microsecond)

// attemptsOf expects lives in the order of their arrival.
func attemptsOf(lives []*life) Attempts {
	type series struct {
		began  int64
		number int
	}
	var a Attempts
	open := map[string]*series{}
	for _, l := range lives {
		if !l.onTheLine() || !l.countsAsAsked() {
			continue
		}
		known := l.hash != "" && !l.shared
		s := open[l.hash]
		if !known || s == nil || l.arrived-s.began > redialWithin {
			s = &series{began: l.arrived}
			a.Persons++
		}
		s.number++
		if l.outcome == contact.Answered {
			a.Served++
			a.OfServed += s.number
			s = nil
		}
		if known {
			open[l.hash] = s
		}
	}
	if a.Served > 0 {
		per := float64(a.OfServed) / float64(a.Served)
		a.PerServed = &per
	}
	return a
}

// findShared marks those whose number two people used at the same time. It
// expects all lives in the order of their arrival.
func findShared(lives []*life) {
	by, until, shared := map[string][]*life{}, map[string]int64{}, map[string]bool{}
	for _, l := range lives {
		if l.hash == "" || !l.onTheLine() {
			continue
		}
		if l.arrived < until[l.hash] {
			shared[l.hash] = true
		}
		gone := l.closed
		if gone == 0 {
			gone = math.MaxInt64 // here still
		}
		until[l.hash] = max(until[l.hash], gone)
		by[l.hash] = append(by[l.hash], l)
	}
	for hash := range shared {
		for _, l := range by[hash] {
			l.shared = true
		}
	}
}
