package report

import (
	"cmp"
	"slices"

	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

// silence is the time without a sign of life after which a holder counts as
// away: that after which it may be replaced.
const silence = ledger.SilentFor

// absence knows when leader and owners were away: nobody can meet a deadline
// then. It reads their signs of life in the ledger.
type absence struct {
	nodes map[string]*presence
	// since is where a ledger begins that was trimmed: who held what before the
	// first take in it is not known, and is excused.
	since int64
}

// presence is the holder of one node, and when nobody held it or gave a sign.
type presence struct {
	holder string
	last   int64
	gaps   []gap
}

type gap struct{ from, to int64 }

func (s *absence) take(a fold.Applied) {
	if !a.Verdict.Accepted() {
		return
	}
	e := a.Entry
	switch e.Kind {
	case ledger.KindTake:
		p := s.nodes[e.Subject]
		if p == nil {
			p = &presence{last: cmp.Or(s.since, e.At)}
			s.nodes[e.Subject] = p
		}
		p.holder = e.Writer
		p.sign(landed(e))
	case ledger.KindYield:
		if p := s.nodes[e.Subject]; p != nil {
			p.holder, p.last = "", e.At
		}
	case ledger.KindBeat:
		for _, p := range s.nodes {
			if p.holder == e.Writer {
				p.sign(landed(e))
			}
		}
	}
}

// landed is when a sign of life came into the log, by the clock of the server, from
// which controllers take theirs. A Redis that was frozen executes afterwards what it
// was sent meanwhile: beats with times at which nothing could be written.
func landed(e ledger.Entry) int64 {
	return max(e.At, int64(e.Self.ID.Ms)*1000)
}

func (p *presence) sign(at int64) {
	if at-p.last > silence.Microseconds() {
		p.gaps = append(p.gaps, gap{p.last, at})
	}
	p.last = max(p.last, at)
}

// excuse moves a deadline behind the absences of the leader and of the node's
// owner that kept it from being met before at. Who has just come back may have
// done what was due before giving a sign.
func (s *absence) excuse(deadline, at int64, node string) int64 {
	due := deadline
	for _, name := range []string{node, ledger.Site, node} {
		p := s.nodes[name]
		if p == nil {
			continue
		}
		gaps := p.gaps
		if at-p.last > silence.Microseconds() {
			gaps = append(slices.Clone(gaps), gap{p.last, at})
		}
		for _, g := range gaps {
			if g.from <= due+lateBy.Microseconds() && g.to > due {
				due = g.to
			}
		}
	}
	return due
}
