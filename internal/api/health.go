package api

import (
	"fmt"
	"net/http"
	"time"

	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/report"
)

// healthz says that the process answers; what it needs is readyz's business.
func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) error {
	return reply(w, http.StatusOK, map[string]string{"status": "alive"})
}

// Readiness is the answer of /readyz. A controller that is ready may still have
// reasons: what endangers service though calls are served.
type Readiness struct {
	Ready   bool     `json:"ready"`
	Reasons []string `json:"reasons"`
}

func (s *Server) readyz(w http.ResponseWriter, _ *http.Request) error {
	why, worse := s.Controller.NotReady(), s.Controller.Degraded()
	if len(why) > 0 {
		return reply(w, http.StatusServiceUnavailable, Readiness{Reasons: append(why, worse...)})
	}
	return reply(w, http.StatusOK, Readiness{Ready: true, Reasons: list(worse)})
}

func (s *Server) metrics(w http.ResponseWriter, r *http.Request) error {
	if s.Metrics == nil {
		return notFound("page", "/metrics", "this controller was started without metrics")
	}
	s.Metrics.ServeHTTP(w, r)
	return nil
}

func (s *Server) status(w http.ResponseWriter, _ *http.Request) error {
	site, live, why := s.Controller.Site(), s.Controller.Live(), list(s.Controller.NotReady())
	answer := Status{
		Site: site.Name, Version: s.Version, Config: site.Hash, Now: s.now(),
		Ready: len(why) == 0, NotReady: why, Degraded: list(s.Controller.Degraded()),
		Ledger:   LedgerState{OK: live.LedgerOK, Journal: live.Journal},
		Contacts: live.Contacts,
		Repairs:  named(live.Repairs), Violations: named(live.Violations), Stray: named(live.Stray),
		Voids: map[string]uint64{},
	}
	s.Controller.View(func(state *fold.State) {
		answer.Leader, _ = state.Protocol.Leader()
		answer.Ledger.Generation, answer.Ledger.Last = state.Protocol.Gen, state.Protocol.Last.ID
		for kind, n := range state.Protocol.Voids {
			answer.Voids[kind] = n
		}
	})
	answer.Nodes = s.links()
	s.look(func(l lens) { answer.Announcements = l.announcements() })
	return reply(w, http.StatusOK, answer)
}

func (s *Server) links() []Link {
	links := []Link{}
	for _, l := range s.Controller.Links() {
		links = append(links, Link{
			Node: l.Node, URL: l.URL, Connected: l.Connected, Commandable: l.Commandable, Held: l.Held,
			Lag: report.Span(l.Lag.Microseconds()), Since: timeIn(s.Controller.Site().Zone, l.Since), Version: l.Version, Counters: named(l.Counters),
		})
	}
	s.Controller.View(func(state *fold.State) {
		for i := range links {
			links[i].Holder = state.Protocol.Nodes[string(links[i].Node)].Holder
		}
	})
	return links
}

// now is the site time in the site's zone.
func (s *Server) now() time.Time { return timeIn(s.Controller.Site().Zone, s.Controller.Now()) }

// list and named make absence an empty value, never null.
func list[T any](of []T) []T {
	if of == nil {
		return []T{}
	}
	return of
}

func named(counts map[string]uint64) map[string]uint64 {
	if counts == nil {
		return map[string]uint64{}
	}
	return counts
}

// reading bounds what reads the whole ledger, and lets it take its time.
func (s *Server) reading(w http.ResponseWriter, read func() error) error {
	select {
	case s.replays <- struct{}{}:
		defer func() { <-s.replays }()
	default:
		return &Error{Status: http.StatusTooManyRequests, Code: "busy",
			Message: fmt.Sprintf("%d reports or stories are being made", maxReplays), Hint: "try again in a moment"}
	}
	// A writer that cannot extend its deadline keeps the one it has.
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(readPatience))
	return read()
}

// readPatience is how long reading the ledger and answering may take.
const readPatience = 2 * time.Minute
