// Package status holds what a running controller says about itself: its links
// to Asterisk and its own counters, as plain values.
//
// It is vocabulary between the controller (node), which fills it in, and those
// who show it (metrics, api). It measures nothing. What is true of the whole
// site is not here: that is the fold. Read Link and Live.
package status

import (
	"time"

	"github.com/guichet/guichet/internal/contact"
)

// Link is this controller's link to one Asterisk.
type Link struct {
	Node contact.Node
	// URL is the base of its ARI, without credentials.
	URL string
	// Connected: the event socket is up. Commandable: a probe echoed lately, so
	// that commands may be sent. Held: this controller owns the node.
	Connected, Commandable, Held bool
	// Lag is how long the last probe took from its request to its event.
	Lag time.Duration
	// Since is when Connected last changed, in µs of site time.
	Since int64
	// Version is Asterisk's own, such as 22.10.1; empty while unknown.
	Version string
	// Counters are what the link counted, such as unknown or oversized events,
	// by a closed set of names.
	Counters map[string]uint64
}

// Live is what this process counts by itself; the ledger does not know it.
type Live struct {
	// Repairs are differences found after a gap and mended, by kind.
	Repairs map[string]uint64
	// Violations are broken invariants, by name ("I1" to "I6"): must stay empty.
	Violations map[string]uint64
	// Stray are events and calls that belong to nothing, by kind.
	Stray map[string]uint64
	// Contacts is the number of live sessions of this controller.
	Contacts int
	// Journal is the number of facts that wait to be written.
	Journal int
	// Version is how the controller stands to the versions of the site.
	Version Version
	// LedgerOK reports whether the ledger answered lately.
	LedgerOK bool
	// LedgerPercent is how full the ledger's memory was when the leader looked last;
	// 0 if it did not, or the memory has no limit.
	LedgerPercent int64
	// LedgerTrims is how often this controller removed the ledger's oldest entries.
	LedgerTrims uint64
}
