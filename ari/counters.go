package ari

import (
	"sync"
	"sync/atomic"

	"go.uber.org/zap"
)

// Counters are what the link has seen since New. They never decrease.
type Counters struct {
	Received      uint64 // frames read, whatever they held
	Delivered     uint64 // events handed to a sink
	Ignored       uint64 // events Asterisk documents that nobody here needs
	Unknown       uint64 // events of a type we have never heard of
	Malformed     uint64 // frames that are no event: broken JSON, wrong types, null where a value must be
	Oversized     uint64 // frames longer than MaxFrame, skipped
	Echoes        uint64 // probes that came back
	ProbesLost    uint64 // silences: no echo in time and nothing else; each closed its link
	Sessions      uint64 // websocket connections opened
	DialsFailed   uint64 // attempts to open one that failed
	Replaced      uint64 // times another client took our application
	Requests      uint64 // requests sent or tried
	RequestErrors uint64 // requests that failed or were refused
	Ambiguous     uint64 // of these, the ones that may have been executed
}

type counters struct {
	received, delivered, ignored, unknown, malformed, oversized atomic.Uint64
	echoes, probesLost, sessions, dialsFailed, replaced         atomic.Uint64
	requests, requestErrors, ambiguous                          atomic.Uint64
}

// Counters returns a snapshot; fields are read one after the other.
func (c *Client) Counters() Counters {
	n := &c.counts
	return Counters{
		Received:      n.received.Load(),
		Delivered:     n.delivered.Load(),
		Ignored:       n.ignored.Load(),
		Unknown:       n.unknown.Load(),
		Malformed:     n.malformed.Load(),
		Oversized:     n.oversized.Load(),
		Echoes:        n.echoes.Load(),
		ProbesLost:    n.probesLost.Load(),
		Sessions:      n.sessions.Load(),
		DialsFailed:   n.dialsFailed.Load(),
		Replaced:      n.replaced.Load(),
		Requests:      n.requests.Load(),
		RequestErrors: n.requestErrors.Load(),
		Ambiguous:     n.ambiguous.Load(),
	}
}

// onceLog warns once per kind of oddity, so that a flood of bad frames fills a
// counter and not a disk. Kinds come from the wire, hence the bound.
type onceLog struct {
	log *zap.Logger

	mu   sync.Mutex
	seen map[string]bool
}

const maxLoggedKinds = 100

func (o *onceLog) warn(kind, message string, fields ...zap.Field) {
	o.mu.Lock()
	known := o.seen[kind] || len(o.seen) >= maxLoggedKinds
	if !known {
		if o.seen == nil {
			o.seen = make(map[string]bool)
		}
		o.seen[kind] = true
	}
	o.mu.Unlock()
	if !known {
		o.log.Warn(message+"; counted, not logged again", fields...)
	}
}
