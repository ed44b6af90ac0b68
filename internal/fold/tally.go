package fold

import (
	"slices"
	"strings"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
)

// Tally holds every number that is counted, by the definitions of the contract
// (docs/definitions.md). It is part of the state: nothing else counts, and all
// controllers hold the same numbers. Durations are µs.
//
// A mail is counted by its medium, and is in no time and no live rate: nobody
// waits on a line for it, it is never abandoned, and its hours would drown the
// callers' seconds. Nor are the hours of who is called back in any wait.
type Tally struct {
	Offered   Counter              `json:"offered"`   // entry, medium
	Asked     Counter              `json:"asked"`     // entry, queue, organisation, medium
	Outcomes  Counter              `json:"outcomes"`  // outcome, queue, center, medium
	Abandoned Counter              `json:"abandoned"` // entry, queue, stage, short
	Dissuaded Counter              `json:"dissuaded"` // queue, reason
	Offers    Counter              `json:"offers"`    // result
	Waits     map[Labels]Histogram `json:"waits"`     // queue, outcome
	Talk      Histogram            `json:"talk"`
	WrapUp    Histogram            `json:"wrap_up"`
	// Latency is from the moment at which an agent was free with an eligible
	// contact waiting to the ring being sent.
	Latency Histogram `json:"latency"`
	// Conditions are those of branches that could not be computed.
	Conditions Counter `json:"conditions,omitempty"` // entry, node
	// Promises are what became of those who were told how long it would take: kept who was
	// answered by then, broken who was not, left who went before.
	Promises Counter `json:"promises,omitempty"` // queue, result
	// Ratings are the answers to the question after a call.
	Ratings Counter `json:"ratings,omitempty"` // queue, center, organisation, key
	// Cancelled are the calls back that somebody cancelled: they have failed.
	Cancelled Counter `json:"cancelled,omitempty"` // queue
	// Recent is the last day for the live windows, by entry, queue and
	// organisation; RecentCenters by the centers a contact was presented to.
	Recent        map[Labels]Recent         `json:"recent"`
	RecentCenters map[contact.Center]Recent `json:"recent_centers"`
}

// Short is the threshold, from queueing, below which an abandon is shown as
// short; it is never removed from any figure. In µs.
const Short int64 = 5_000_000

func newTally() *Tally {
	return &Tally{
		Offered: Counter{}, Asked: Counter{}, Outcomes: Counter{}, Abandoned: Counter{},
		Dissuaded: Counter{}, Offers: Counter{}, Conditions: Counter{}, Promises: Counter{}, Ratings: Counter{}, Cancelled: Counter{}, Waits: map[Labels]Histogram{},
		Recent: map[Labels]Recent{}, RecentCenters: map[contact.Center]Recent{},
	}
}

// Labels are the label values of one series, in the order its comment gives.
type Labels string

const labelSeparator = "\x1f"

// Join makes the labels of a series.
func Join(values ...string) Labels { return Labels(strings.Join(values, labelSeparator)) }

// Values are the single label values.
func (l Labels) Values() []string { return strings.Split(string(l), labelSeparator) }

// Counter counts by labels.
type Counter map[Labels]uint64

func (c Counter) add(n uint64, values ...string) { c[Join(values...)] += n }

// Total is the sum over all labels.
func (c Counter) Total() uint64 {
	var n uint64
	for _, v := range c {
		n += v
	}
	return n
}

// Bounds are the upper bounds of the histograms' buckets, in µs.
var Bounds = []int64{
	1_000, 2_000, 5_000, 10_000, 15_000, 25_000, 50_000, 100_000, 250_000, 500_000,
	1e6, 2e6, 5e6, 10e6, 20e6, 30e6, 60e6, 120e6, 300e6, 600e6, 1200e6, 3600e6,
}

// Histogram counts durations by Bounds; the last bucket is above all of them.
type Histogram struct {
	Counts []uint64 `json:"counts,omitempty"`
	Sum    int64    `json:"sum,omitempty"` // µs
	Count  uint64   `json:"count,omitempty"`
}

func (h *Histogram) observe(us int64) {
	us = max(us, 0)
	if h.Counts == nil {
		h.Counts = make([]uint64, len(Bounds)+1)
	}
	i, _ := slices.BinarySearch(Bounds, us)
	h.Counts[i]++
	h.Sum += us
	h.Count++
}

// countFact counts what is not an outcome: offers, latency, talk.
func (s *State) countFact(a *Applied, rec *engine.Record) {
	at, t := a.Entry.At, s.Tally
	switch f := a.Fact.(type) {
	case fact.Offered:
		s.Offers[rec.Offer] = &OfferStory{Contact: rec.ID, PossibleSince: f.PossibleSince}
	case fact.Ringing:
		if o := s.Offers[f.Offer]; o != nil && o.PossibleSince != 0 && rec.Medium.Interactive() {
			t.Latency.observe(at - o.PossibleSince)
		}
	case fact.OfferVoid:
		t.Offers.add(1, "void")
		delete(s.Offers, f.Offer)
	case fact.OfferFailed:
		t.Offers.add(1, string(f.Result))
		delete(s.Offers, f.Offer)
	case fact.Connected:
		t.Offers.add(1, "connected")
		if o := s.Offers[f.Offer]; o != nil {
			o.ConnectedAt = at
		}
	case fact.LegEnded:
		since := s.talkedSince(rec, f.Offer)
		switch {
		case since == 0:
			t.Offers.add(1, "caller_left")
		case rec.Medium.Interactive():
			t.Talk.observe(at - since)
		}
		delete(s.Offers, f.Offer)
	case fact.Rated:
		t.rated(rec, f)
	}
}

// talkedSince is when the agent of an offer began to talk, 0 if he never did. A snapshot
// of before that was noted has it of the contact.
func (s *State) talkedSince(rec *engine.Record, o fact.OfferID) int64 {
	if story := s.Offers[o]; story != nil && story.ConnectedAt != 0 {
		return story.ConnectedAt
	}
	if rec.Connected() {
		return rec.AnsweredAt
	}
	return 0
}

// maxConditions bounds the nodes that are counted one by one: the fold knows no site,
// and versions come and go. What is beyond is counted together.
const maxConditions = 500

// conditions counts what could not be computed on the way of a contact.
func (t *Tally) conditions(rec *engine.Record, decided []fact.Decided) {
	for _, d := range decided {
		if d.Failed == "" {
			continue
		}
		entry, node := string(rec.Entry), d.Node
		if _, counted := t.Conditions[Join(entry, node)]; !counted && len(t.Conditions) >= maxConditions {
			entry, node = "other", "other"
		}
		t.Conditions.add(1, entry, node)
	}
}

// outcome counts a contact whose outcome has just been fixed, and which had been
// presented to these centers.
func (t *Tally) outcome(at int64, rec *engine.Record, presented []contact.Center) {
	medium, queue := string(rec.Medium), string(rec.Queue)
	t.Outcomes.add(1, string(rec.Outcome), queue, string(rec.ServedBy), medium)
	switch rec.Outcome {
	case contact.Abandoned:
		t.Abandoned.add(1, string(rec.Entry), queue, string(rec.Stage), yesNo(IsShort(at, rec)))
	case contact.Dissuaded:
		t.Dissuaded.add(1, queue, string(rec.Refusal))
	}
	if rec.QueuedAt != 0 && rec.Medium.Interactive() && rec.Callback == nil {
		key := Join(queue, string(rec.Outcome))
		h := t.Waits[key]
		h.observe(at - rec.QueuedAt)
		t.Waits[key] = h
	}
	if result := PromiseOf(at, rec); result != "" {
		t.Promises.add(1, queue, result)
	}
	if HasAsked(rec) {
		t.Asked.add(1, string(rec.Entry), queue, string(rec.Organisation), medium)
		if rec.Medium.Interactive() {
			t.decided(at, rec, presented)
		}
	}
}

// What became of what a caller was told last of the wait.
const (
	PromiseKept   = "kept"
	PromiseBroken = "broken"
	PromiseLeft   = "left"
)

// PromiseOf is what became of it for a contact whose outcome has just been fixed; empty if
// no time was told. Who chose to be called back, or left before, has taken it away; of who
// left by a key, that moment decides.
func PromiseOf(at int64, rec *engine.Record) string {
	switch {
	case rec.Told == nil || rec.Told.Until == 0:
		return ""
	case rec.Callback != nil || rec.Told.LeftAt != 0 && rec.Told.LeftAt <= rec.Told.Until:
		return PromiseLeft
	case rec.Told.LeftAt != 0:
		return PromiseBroken
	case at > rec.Told.Until:
		return PromiseBroken
	case rec.Outcome == contact.Answered:
		return PromiseKept
	}
	return PromiseLeft
}

// HasAsked reports whether a contact with an outcome counts as asked: the
// denominator of the answered rate. An agent's call for a message never does: those who are
// reached would be in the rate, and those who are not be missing; the message is what asked.
func HasAsked(rec *engine.Record) bool {
	if rec.CallsFor != "" {
		return false
	}
	switch rec.Outcome {
	case contact.Answered, contact.Callback:
		return true
	case contact.Abandoned, contact.Failed:
		return rec.Asked
	case contact.Dissuaded:
		return rec.Refusal == contact.Full || rec.Refusal == contact.NoAgent
	}
	return false
}

// IsShort reports whether an abandon came within Short of queueing.
func IsShort(at int64, rec *engine.Record) bool {
	return rec.Outcome == contact.Abandoned && rec.QueuedAt != 0 && at-rec.QueuedAt < Short
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
