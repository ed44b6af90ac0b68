package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/status"
)

// Observer takes the measurements of this process that happen too often to be
// kept anywhere else. It is safe for concurrent use and never blocks. It comes
// before the controller, which reports to it; New joins both.
type Observer struct {
	ledger, requests, lag, backends *prometheus.HistogramVec
	messages, unpromised, barred    *prometheus.CounterVec
	transferKey, circling           *prometheus.CounterVec
}

// NewObserver returns an observer without measurements.
func NewObserver() *Observer {
	return &Observer{
		ledger:   durations("guichet_ledger_seconds", "Time of an exchange with the ledger.", "op"),
		requests: durations("guichet_ari_request_seconds", "Time of a request to Asterisk.", "op"),
		lag:      durations("guichet_ari_event_lag_seconds", "Time of an end-to-end probe: REST, Asterisk's application queue, event socket.", "node"),
		backends: durations("guichet_backend_request_seconds", "Time of a request of a menu to a back-end, retries included, by class of status or failure.", "backend", "result"),
		messages: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "guichet_messages_total", Help: "Messages with a link to callers: sent, failed, or limited since the person had as many as anybody may.",
		}, []string{"channel", "result"}),
		unpromised: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "guichet_callbacks_refused_total", Help: "Calls back that were asked for and not promised, or promised and not dialled, by reason.",
		}, []string{"reason"}),
		barred: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "guichet_outside_refused_total", Help: "Numbers that agents wanted to be called and that were not: not of the list (number), or too many within the hour (cap).",
		}, []string{"reason"}),
		circling: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "guichet_circling_refused_total", Help: "Calls that agents wanted to send on once more than agents may, and that stayed: to a queue (moved_too_often) or to a colleague (transferred_too_often).",
		}, []string{"reason"}),
		transferKey: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "guichet_transfer_key_total", Help: "Transfers by the Transfer key of agents' phones: done, unreached, or the reason for which one was refused.",
		}, []string{"result"}),
	}
}

// durations is a histogram with bounds around what is measured in tests: 0.1 ms
// for a local Redis to 5 s for an Asterisk in trouble.
func durations(name, help string, labels ...string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: name, Help: help,
		Buckets: []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5},
	}, labels)
}

// OnLedger reports an exchange with the ledger; op is of a closed set, such as
// "append" and "read".
func (o *Observer) OnLedger(op string, took time.Duration) {
	o.ledger.WithLabelValues(op).Observe(took.Seconds())
}

// OnARIRequest reports a request to Asterisk; op is of a closed set, such as
// "channel.play". A failed one counts too: its time is what a caller waited.
func (o *Observer) OnARIRequest(op string, took time.Duration, _ error) {
	o.requests.WithLabelValues(op).Observe(took.Seconds())
}

// OnEventLag reports the echo of a probe of that node.
func (o *Observer) OnEventLag(node contact.Node, lag time.Duration) {
	o.lag.WithLabelValues(string(node)).Observe(lag.Seconds())
}

// OnBackend reports a request to a back-end; its name is one of the site, the result
// of a closed set, such as "2xx" and "timeout".
func (o *Observer) OnBackend(name, result string, took time.Duration) {
	o.backends.WithLabelValues(name, result).Observe(took.Seconds())
}

// OnMessage reports a message to a person: "sent", "failed" or "limited".
func (o *Observer) OnMessage(channel, result string) {
	o.messages.WithLabelValues(channel, result).Inc()
}

// OnBarred reports a number that an agent wanted to be called and that was not; the
// reasons are number and cap.
func (o *Observer) OnBarred(reason string) { o.barred.WithLabelValues(reason).Inc() }

// OnCircling reports a call that an agent wanted to send on once more than agents may; the
// reasons are moved_too_often and transferred_too_often.
func (o *Observer) OnCircling(reason string) { o.circling.WithLabelValues(reason).Inc() }

// OnTransferKey reports what came of the Transfer key of a phone: done, unreached, or
// the reason for which it was refused, of a closed set.
func (o *Observer) OnTransferKey(result string) { o.transferKey.WithLabelValues(result).Inc() }

// OnUnpromised reports a call back that was not promised, or not dialled; the reasons
// are of a closed set, such as "number" and "limit".
func (o *Observer) OnUnpromised(reason string) { o.unpromised.WithLabelValues(reason).Inc() }

func (s *sink) links(links []status.Link) {
	for _, l := range links {
		s.add(ariConnected, truth(l.Connected), string(l.Node))
		s.add(ariHeld, truth(l.Held), string(l.Node))
		for kind, n := range l.Counters {
			s.add(linkCounts, float64(n), string(l.Node), kind)
		}
	}
}

func (s *sink) live(l status.Live) {
	s.byName(repairs, l.Repairs)
	s.byName(violations, l.Violations, "I1", "I2", "I3", "I4", "I5", "I6")
	s.byName(stray, l.Stray)
	s.add(sessions, float64(l.Contacts))
	s.add(journal, float64(l.Journal))
	s.add(ledgerOK, truth(l.LedgerOK))
	s.add(ledgerTrims, float64(l.LedgerTrims))
	if l.LedgerPercent > 0 {
		s.add(ledgerMemory, float64(l.LedgerPercent)/100)
	}
}

func (s *sink) version(site *config.Site, v status.Version) {
	s.add(configInfo, 1, site.Hash[:min(12, len(site.Hash))])
	s.add(reloadOK, truth(v.ReloadOK))
	s.add(reloadedAt, seconds(v.ReloadedAt))
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
