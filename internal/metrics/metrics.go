// Package metrics shows a controller to Prometheus: the site's counters as the
// fold of the ledger holds them, the floor as it is now, and what this process
// measures itself.
//
// It counts nothing about contacts. At each scrape it reads the fold's Tally,
// so that all controllers of a site show equal totals which never decrease, and
// which equal a recount of the ledger; rules over several controllers use
// "max without(instance)". Labels come from closed sets only: never a caller, a
// contact or an agent. The names are a contract (docs/definitions.md).
//
// Read New, Source and Observer first.
package metrics

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/status"
)

// Source is the controller, as far as metrics need it.
type Source interface {
	// View calls read with the fold under a read lock.
	View(read func(*fold.State))
	Site() *config.Site
	// Now is the site time in µs since 1970.
	Now() int64
	Links() []status.Link
	Live() status.Live
}

// New returns the registry of one controller: its source, its observer, and the
// Go runtime and process. It is read at each scrape; nothing runs between.
func New(s Source, o *Observer) *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(
		&collector{source: s},
		o.ledger, o.requests, o.lag, o.backends, o.messages, o.unpromised, o.barred, o.circling, o.transferKey,
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		collectors.NewBuildInfoCollector(),
	)
	return r
}

// Handler serves the registry in the text format of Prometheus.
func Handler(r *prometheus.Registry) http.Handler {
	return promhttp.HandlerFor(r, promhttp.HandlerOpts{MaxRequestsInFlight: 4})
}

// collector reads a controller at each scrape.
type collector struct{ source Source }

// Describe names every family, so that a second registration is refused.
func (c *collector) Describe(ch chan<- *prometheus.Desc) {
	for _, f := range families {
		ch <- f.desc
	}
}

// Collect gathers under the read lock and sends afterwards: a slow reader must
// not keep the fold from going on.
func (c *collector) Collect(ch chan<- prometheus.Metric) {
	now, site := c.source.Now(), c.source.Site()
	var out sink
	c.source.View(func(s *fold.State) {
		if s.Protocol.Last.IsZero() {
			return // the ledger is not read yet: its totals must not seem to fall
		}
		out.tally(s, site)
		out.floor(s, site, now)
		out.mailboxes(s, site, now)
		out.retention(s, site, now)
		out.windows(s, site, now)
	})
	out.links(c.source.Links())
	out.live(c.source.Live())
	out.version(site, c.source.Live().Version)
	for _, m := range out {
		ch <- m
	}
}
