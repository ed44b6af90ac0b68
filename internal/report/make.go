package report

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

// Source is the controller, as far as a report needs it.
type Source interface {
	// View calls read with the fold under a read lock.
	View(read func(*fold.State))
	Site() *config.Site
	// Replay refolds the ledger, as far back as it goes, and shows each entry.
	Replay(ctx context.Context, visit func(fold.Applied)) error
}

// Report is what became of the contacts that arrived in a period.
type Report struct {
	Site string    `json:"site"`
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	// Zone is the name of the site's zone, in which all times are.
	Zone string `json:"zone"`

	Summary       Summary `json:"summary"`
	Entries       []Group `json:"by_entry"`
	Queues        []Group `json:"by_queue"`
	Centers       []Group `json:"by_center"`
	Organisations []Group `json:"by_organisation"`
	// Mailboxes are those for which somebody left a message, or wanted to.
	Mailboxes []Mailbox `json:"mailboxes"`
	// Satisfaction is what those answered who were asked after the call.
	Satisfaction Satisfaction `json:"satisfaction"`
	// Occupancy is that of the agents within the period, mails included.
	Occupancy Occupancy `json:"occupancy"`

	Checks Checks `json:"checks"`
	// Contacts are in the order of their arrival.
	Contacts []Contact `json:"contacts"`

	lives    []*life // of which By makes its rows
	byCenter map[contact.Center]*Occupancy
}

// Checks says whether the figures can be believed. They concern the whole
// ledger, whatever the period.
type Checks struct {
	// Entries is how many entries of the ledger were read, up to Position.
	Entries  uint64    `json:"entries"`
	Position ledger.ID `json:"position"`
	// Since is how far the ledger goes back, if its oldest entries are gone, trimmed
	// or lost: contacts that arrived before are in no figure.
	Since *time.Time `json:"since,omitempty"`
	// Conservation: offered = outcomes + still here, as the fold counted.
	Offered   uint64 `json:"offered"`
	Outcomes  uint64 `json:"outcomes"`
	StillHere uint64 `json:"still_here"`
	// Compared reports whether fold and recount were compared at one place of
	// the ledger; Differences are the counters in which they disagree.
	Compared    bool     `json:"compared"`
	Differences []string `json:"differences"`
	// Violations are broken invariants, in the order of the ledger.
	Violations []Violation `json:"violations"`
}

// OK reports whether everything was compared and nothing was found. Counters of
// the whole time cannot be recounted from a part of the ledger.
func (c Checks) OK() bool {
	return c.Conserved() && (c.Compared || c.Since != nil) && len(c.Differences) == 0 && len(c.Violations) == 0
}

// Conserved reports whether each contact has an outcome or is still here.
func (c Checks) Conserved() bool { return c.Offered == c.Outcomes+c.StillHere }

// Found counts the violations of one invariant.
func (c Checks) Found(invariant string) int {
	n := 0
	for _, v := range c.Violations {
		if v.Invariant == invariant {
			n++
		}
	}
	return n
}

// Make reads the ledger and reports on the period. It takes a second for about
// half a million facts.
func Make(ctx context.Context, s Source, p Period) (*Report, error) {
	folded, zone := look(s), s.Site().Zone
	r := newRecount()
	var entries uint64
	var recounted numbers
	err := s.Replay(ctx, func(a fold.Applied) {
		r.take(a)
		entries++
		if a.Entry.Self == folded.position {
			recounted = maps.Clone(r.numbers)
			maps.Copy(recounted, r.windows(r.lastAt, zone))
			maps.Copy(folded.numbers, folded.windowed.numbers(r.lastAt, zone))
		}
	})
	if err != nil {
		return nil, fmt.Errorf("read the ledger for a report: %w", err)
	}
	r.stuck()
	rep := r.report(s.Site(), p)
	if r.since != 0 {
		recounted = nil
	}
	rep.Checks = folded.compare(recounted)
	rep.Checks.Since = r.goesBackTo(s.Site().Zone)
	rep.Checks.Entries, rep.Checks.Position = entries, r.last
	rep.Checks.Violations = append([]Violation{}, r.violations...)
	return rep, nil
}

func (r *recount) report(site *config.Site, p Period) *Report {
	var lives []*life
	rows := []Contact{}
	for _, l := range r.arrived {
		if p.Holds(l.arrived) {
			lives = append(lives, l)
			rows = append(rows, l.row(site.Zone))
		}
	}
	findShared(r.arrived)
	occupancy, byCenter := r.occupancy(p)
	return &Report{
		lives: lives, Occupancy: occupancy, byCenter: byCenter,
		Site: site.Name, From: p.From.In(site.Zone), To: p.To.In(site.Zone), Zone: site.Zone.String(),
		Summary:       summarise(lives),
		Entries:       groups(lives, func(l *life) string { return string(l.entry) }),
		Queues:        groups(lives, func(l *life) string { return string(l.queue) }),
		Centers:       groups(lives, func(l *life) string { return string(l.center) }),
		Organisations: groups(lives, func(l *life) string { return string(l.organisation) }),
		Mailboxes:     mailboxesOf(lives),
		Satisfaction:  satisfactionOf(lives),
		Contacts:      rows,
	}
}

// folded is what the fold says at one place of the ledger.
type folded struct {
	position ledger.Position
	numbers  numbers
	windowed windowed
	checks   Checks
}

// look copies the counters of the live fold, the ones that people are shown.
func look(s Source) folded {
	var f folded
	s.View(func(state *fold.State) {
		f.position = state.Protocol.Last
		f.numbers, f.windowed = numbersOf(state.Tally), windowedOf(state.Tally)
		f.numbers.mailboxes(state.Mailboxes)
		f.checks.Offered = state.Tally.Offered.Total()
		f.checks.Outcomes = state.Tally.Outcomes.Total()
		for _, rec := range state.Contacts {
			if rec.Outcome == contact.StillHere {
				f.checks.StillHere++
			}
		}
	})
	return f
}

// compare sets the fold beside the recount at the same entry; recounted is nil
// if the ledger that was read does not hold that entry.
func (f folded) compare(recounted numbers) Checks {
	c := f.checks
	c.Differences = []string{}
	empty := f.position.IsZero() && len(f.numbers) == 0
	if c.Compared = recounted != nil || empty; c.Compared {
		c.Differences = append(c.Differences, differences(f.numbers, recounted)...)
	}
	return c
}
