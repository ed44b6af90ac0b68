package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/guichet/guichet/internal/fold"
)

// family is one metric name with its kind.
type family struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
}

// families are all that the collector sends, in order of definition.
var families []family

func define(kind prometheus.ValueType, name, help string, labels ...string) family {
	f := family{desc: prometheus.NewDesc("guichet_"+name, help, labels, nil), kind: kind}
	families = append(families, f)
	return f
}

func counter(name, help string, labels ...string) family {
	return define(prometheus.CounterValue, name, help, labels...)
}

func gauge(name, help string, labels ...string) family {
	return define(prometheus.GaugeValue, name, help, labels...)
}

// histogram has no value type of its own: see sink.histogram.
func histogram(name, help string, labels ...string) family {
	return define(prometheus.UntypedValue, name, help, labels...)
}

// The families. Site-wide, from the ledger:
var (
	offered    = counter("contacts_offered_total", "Contacts that reached us.", "entry", "medium")
	asked      = counter("contacts_asked_total", "Contacts with an outcome whose person asked for an agent while the service was open: the denominator of the answered rate.", "entry", "queue", "organisation", "medium")
	outcomes   = counter("contacts_outcome_total", "Contacts by outcome; each contact has exactly one.", "outcome", "queue", "center", "medium")
	abandoned  = counter("contacts_abandoned_total", "Abandoned contacts by how far they came; short is below 5 s from queueing.", "entry", "queue", "stage", "short")
	dissuaded  = counter("contacts_dissuaded_total", "Contacts refused before a queue accepted them; closed is never part of asked.", "queue", "reason")
	stillHere  = gauge("contacts_still_here", "Contacts without an outcome yet: offered = sum of outcomes + still here.")
	offers     = counter("offers_total", "Offers to agents by how they ended.", "result")
	recorded   = counter("recorded_messages_total", "Recorded messages that callers have left.", "mailbox")
	unkept     = counter("recorded_messages_failed_total", "Messages that could not be left: nothing was recorded, or the mailbox was full.", "mailbox", "reason")
	uncomputed = counter("conditions_failed_total", "Conditions of branches that could not be computed for a caller, who took else.", "entry", "node")
	promises   = counter("wait_promises_total", "Contacts who were told how long they would wait, by what came of the last time told: kept if an agent was there by then, broken if not, left if they went before.", "queue", "result")
	ratings    = counter("satisfaction_total", "Callers who were asked a question after the call, by the key they answered with; none if they gave no answer. The center is that of the agent who had the call last.", "queue", "center", "organisation", "key")
	cancelled  = counter("callbacks_cancelled_total", "Calls back that were promised and that somebody cancelled, part of the contacts that failed.", "queue")
	voids      = counter("void_total", "Ledger entries without effect, by kind.", "kind")

	waits   = histogram("wait_seconds", "Time from queueing to the outcome.", "queue", "outcome")
	talk    = histogram("talk_seconds", "Time from the bridge to the end of the agent's leg.")
	wrapUp  = histogram("wrapup_seconds", "Time of agents after a contact, until they are ready, paused or out.")
	latency = histogram("offer_latency_seconds", "Time from an agent being free with an eligible contact waiting to the ring being sent.")
)

// Site-wide, as it is now:
var (
	waiting        = gauge("queue_waiting", "People queued and not answered yet, those whose agent is being rung included; who has an appointment, from the beginning of its time on.", "queue")
	toCall         = gauge("callbacks_waiting", "Those of guichet_queue_waiting who are to be called back: nobody is on the line.", "queue")
	oldest         = gauge("queue_oldest_wait_seconds", "Longest time since queueing among those waiting; 0 if nobody waits.", "queue")
	estimated      = gauge("queue_estimated_wait_seconds", "How long whoever came now would wait in a queue in which somebody waits, by the estimator that erred least of late; 0 if nobody waits, absent if nobody can say.", "queue")
	erred          = gauge("wait_forecast_error_seconds", "Mean error of what an estimator said lately of waits, weighted towards the latest; absent before it was judged.", "queue", "estimator")
	overlooked     = gauge("queue_waiting_while_ready", "Contacts that have waited for more than a second while an agent was ready who may serve them; 0 while offers are made.", "queue")
	targetRatio    = gauge("queue_target_ratio", "Share of those who ask that should be answered, as the site says.", "queue")
	targetSeconds  = gauge("queue_target_seconds", "Time from queueing within which people should be answered, as the site says.", "queue")
	centerOpen     = gauge("center_open", "Whether people may be served at a center now: it and an entry are within their hours.", "center")
	announced      = gauge("announced", "Whether something is announced at an entry or a queue now, outside the menus; the other label is empty.", "entry", "queue")
	mailsWaiting   = gauge("mails_waiting", "Mails queued and not answered yet, those an agent works on included.", "queue")
	mailsOldest    = gauge("mails_oldest_wait_seconds", "Longest time since queueing among the mails not answered; 0 if there is none.", "queue")
	recordings     = gauge("recorded_messages_waiting", "Recorded messages that nobody has marked as done.", "mailbox")
	recordingsOld  = gauge("recorded_messages_oldest_wait_seconds", "Longest time since one of them was left; 0 if there is none.", "mailbox")
	recordingsDue  = gauge("recorded_messages_overdue", "Those of them for whom the time within which somebody was to deal with them is over, as the site says; absent for a mailbox without a deadline.", "mailbox")
	overdue        = gauge("recordings_overdue", "Files of recorded messages and conversations whose retention has been over for more than two minutes, and that are not deleted.", "node")
	recordingsMost = gauge("recorded_messages_limit", "How many may wait before callers are told that the mailbox is full, as the site says.", "mailbox")
	agents         = gauge("agents", "Agents by what they do.", "center", "state")
	answeredRatio  = gauge("answered_ratio", "Answered over asked in a live window, by the time of the outcome; absent if nobody asked.", "queue", "window")
	answeredWindow = gauge("answered_window", "Numerator of the answered ratio.", "queue", "window")
	askedWindow    = gauge("asked_window", "Denominator of the answered ratio.", "queue", "window")
	abandonWindow  = gauge("abandoned_window", "Those of the denominator who left before they were answered.", "queue", "window")
)

// The same by what else the contacts share; ratios are for the reader to make.
var (
	byEntry        = shared("entry", "contacts of an entry")
	byOrganisation = shared("organisation", "contacts of an organisation, fixed at their arrival")
	byCenter       = shared("center", "contacts that a center could serve; answered by it. A contact may be several centers', never sum them")
)

// share is numerator and denominator of a live window.
type share struct{ answered, asked family }

func shared(by, of string) share {
	return share{
		answered: gauge(by+"_answered_window", "Answered in a live window, by the time of the outcome: "+of+".", by, "window"),
		asked:    gauge(by+"_asked_window", "Asked in a live window, by the time of the outcome: "+of+".", by, "window"),
	}
}

// Of this controller:
var (
	ariConnected = gauge("ari_connected", "Whether the event socket of this Asterisk is up.", "node")
	ariHeld      = gauge("ari_held", "Whether this controller owns the node.", "node")
	linkCounts   = counter("ari_link_total", "What the link counted, such as events it could not read.", "node", "kind")
	repairs      = counter("repairs_total", "Differences between Asterisk and the ledger found after a gap and mended.", "kind")
	violations   = counter("invariant_violations_total", "Broken invariants; must stay 0.", "invariant")
	stray        = counter("stray_total", "Events and calls that belong to no contact.", "kind")
	sessions     = gauge("contacts_live", "Live sessions of this controller.")
	journal      = gauge("journal_facts", "Facts of this controller that wait to be written to the ledger.")
	configInfo   = gauge("config_info", "1, with the version of the site folder by which this controller serves new contacts, the first 12 digits of its hash.", "version")
	reloadOK     = gauge("config_last_reload_successful", "Whether the last activation tried at this controller was not refused.")
	reloadedAt   = gauge("config_last_reload_timestamp_seconds", "When an activation was tried last at this controller, its start included; seconds since 1970.")
	ledgerMemory = gauge("ledger_memory_ratio", "Part of the ledger's memory in use when the leader looked last, once a minute; absent elsewhere, and without a limit.")
	ledgerTrims  = counter("ledger_trims_total", "Times this controller removed the oldest entries of the ledger because its memory was over 60 % in use: history goes less far back.")
	ledgerOK     = gauge("ledger_up", "Whether the ledger answered lately.")
)

// sink gathers metrics before they are sent.
type sink []prometheus.Metric

func (s *sink) add(f family, value float64, labels ...string) {
	m, err := prometheus.NewConstMetric(f.desc, f.kind, value, labels...)
	if err != nil {
		m = prometheus.NewInvalidMetric(f.desc, err)
	}
	*s = append(*s, m)
}

// counts sends a counter of the tally; zeros are series that must exist before
// they are first counted.
func (s *sink) counts(f family, c fold.Counter, zeros ...[]string) {
	for _, labels := range zeros {
		if _, counted := c[fold.Join(labels...)]; !counted {
			s.add(f, 0, labels...)
		}
	}
	for labels, n := range c {
		s.add(f, float64(n), labels.Values()...)
	}
}

// byName sends a counter with one label; zeros as in counts.
func (s *sink) byName(f family, counts map[string]uint64, zeros ...string) {
	for _, name := range zeros {
		if _, counted := counts[name]; !counted {
			s.add(f, 0, name)
		}
	}
	for name, n := range counts {
		s.add(f, float64(n), name)
	}
}

// histogram sends a histogram of the tally, whose µs become seconds.
func (s *sink) histogram(f family, h fold.Histogram, labels ...string) {
	buckets := make(map[float64]uint64, len(fold.Bounds))
	var below uint64
	for i, bound := range fold.Bounds {
		if h.Counts != nil {
			below += h.Counts[i]
		}
		buckets[seconds(bound)] = below
	}
	m, err := prometheus.NewConstHistogram(f.desc, h.Count, seconds(h.Sum), buckets, labels...)
	if err != nil {
		m = prometheus.NewInvalidMetric(f.desc, err)
	}
	*s = append(*s, m)
}

func seconds(us int64) float64 { return float64(us) / 1e6 }
