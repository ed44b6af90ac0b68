package model

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/guichet/guichet/internal/channel/voice"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

// Violation is a rule found broken.
type Violation struct {
	Invariant string // I1 to I6, or live: what must happen did not
	Subject   string
	What      string
	At        int64 // µs since the run began
}

// String tells it in a line.
func (v Violation) String() string {
	return fmt.Sprintf("%s at %.3f s, %s: %s", v.Invariant, float64(v.At)/1e6, v.Subject, v.What)
}

// observer sees everything at once: the log as it is on the server, Asterisk and
// the people. It judges, and changes nothing.
type observer struct {
	w     *World
	state *fold.State
	times []int64 // when each entry of the log was appended
	books books
	beats map[string]int64 // when a controller last beat
	found []Violation

	waits map[contact.ID]int64    // since when somebody could be offered and is not
	stuck map[contact.Agent]int64 // since when an agent should be free
	since map[contact.ID]int64    // since when a caller has no owner
	// Longest is the longest a caller had no owner though somebody could be it.
	longest int64
	fit     int64 // since when the ledger answers and somebody can lead
	lossy   bool  // entries were lost, and the ledger has not said so yet

	// accepted are the operations of agents that any history of the log ever had, and
	// wishes the last of each agent, in the order in which they came to it first.
	accepted map[string]bool
	wishes   map[contact.Agent]wish
	places   map[string]proclaimed
	// claims are the promises, by contact, the calls back, and the legs of offers and
	// parties that any history accepted.
	claims map[string]bool
	// records are those of whom the ledger has it that they were to speak to a machine.
	records map[contact.ID]bool
}

// wish is what an agent last commanded, as the log has it.
type wish struct {
	op string
	is fact.Fact
}

func newObserver(w *World) *observer {
	return &observer{
		w: w, state: fold.New(), books: newBooks(nil), beats: map[string]int64{},
		accepted: map[string]bool{}, wishes: map[contact.Agent]wish{}, places: map[string]proclaimed{}, claims: map[string]bool{}, records: map[contact.ID]bool{},
		waits: map[contact.ID]int64{}, stuck: map[contact.Agent]int64{}, since: map[contact.ID]int64{},
	}
}

// report notes a violation; the run ends with the first.
func (o *observer) report(invariant, subject, format string, args ...any) {
	v := Violation{Invariant: invariant, Subject: subject, What: fmt.Sprintf(format, args...), At: o.w.now - begin}
	o.found = append(o.found, v)
	o.w.trace(subject, "VIOLATION %s", v)
}

func (o *observer) appendedAt(i int) int64 { return o.times[i] }

// began: a new log, which continues the state that is kept or begins with nothing.
func (o *observer) began(base *ledger.Snapshot) {
	if len(o.times) > 0 {
		o.report("fold", "redis", "a log is begun in the place of one that was there, with %d entries", len(o.times))
	}
	o.times, o.lossy = nil, false
	o.state = restored(base)
	o.books = newBooks(o.state)
}

func restored(base *ledger.Snapshot) *fold.State {
	if base == nil {
		return fold.New()
	}
	s, err := fold.Restore(*base)
	if err != nil {
		panic("model: " + err.Error())
	}
	return s
}

// emptied: the server has lost the log.
func (o *observer) emptied() { o.times, o.lossy = nil, false }

// rewound: what was appended behind the first n entries is lost.
func (o *observer) rewound(n int) {
	o.lossy = o.lossy || n < len(o.times)
	o.times = o.times[:n]
	o.state = restored(o.w.redis.base)
	o.books = newBooks(o.state)
	clear(o.beats) // those that are lost never were
	clear(o.records)
	for i, e := range o.w.redis.log[:n] {
		a := o.w.apply(o.state, e)
		o.spokenTo(a)
		o.books.add(e, a)
		if e.Kind == ledger.KindBeat {
			o.beats[e.Writer] = o.times[i]
		}
	}
}

// appended is the next entry of the log.
func (o *observer) appended(e ledger.Entry) {
	o.times = append(o.times, o.w.now)
	holder := o.state.Protocol.Nodes[e.Subject].Holder
	if o.lossy && e.Kind != ledger.KindHistory {
		o.report("fold", "redis", "the ledger lost entries, and goes on as if nothing had been")
	}
	o.lossy = false
	before, stale := o.overtaken(e), o.stale(e)
	a := o.w.apply(o.state, e)
	o.wished(a)
	o.roomFor(a)
	o.spokenTo(a)
	o.conversed(a)
	o.announced(a)
	if wrong := o.books.add(e, a); wrong != "" {
		o.report(wrong[:2], e.Subject, "%s", wrong[3:])
	}
	if e.Kind != ledger.KindBeat {
		o.w.trace("ledger", "%s gen %d %s of %s by %s %s %s seq %d: %s %s", e.Self.ID, e.Gen, e.Kind, e.Subject, e.Writer, e.Role, e.Op, e.Seq, a.Verdict, a.Void)
	}
	switch {
	case a.Verdict.Stops():
		o.report("fold", e.Subject, "the server's own log cannot be folded: %s", a.Verdict)
	case e.Kind == ledger.KindBeat:
		o.beats[e.Writer] = o.w.now
	case e.Kind == ledger.KindTake && a.Verdict.Accepted():
		last, beaten := o.beats[holder]
		if holder != "" && holder != e.Writer && beaten && o.w.now-last < 1e6 {
			o.report("I2", e.Subject, "%s takes it from %s, who has just beaten", e.Writer, holder)
		}
	case stale == basedOnOld && a.Effective():
		o.report("I6", e.Subject, "is offered by a decision on what is not so any more")
	case stale == decidedTwice && !a.Effective() && o.w.calmFor() > settlesIn && o.w.now-begin > settlesIn.Microseconds():
		o.report("I4", e.Subject, "is offered by a leader who does not know its own last batch")
	case a.Effective() && before != "":
		o.report("I6", string(before), "%s is offered first", e.Subject)
	}
}

// conversed counts what became of those who were called into conversations.
func (o *observer) conversed(a fold.Applied) {
	n := &o.w.conversed
	if a.Uncalled != nil {
		n.uncalled++
	}
	if !a.Effective() {
		return
	}
	switch f := a.Fact.(type) {
	case fact.Offered:
		o.claims[string(voice.LegID(fact.OfferID(a.Entry.Self.String())))] = true
	case fact.Invited:
		o.claims[string(voice.LegID(f.Party))] = true
		n.called++
		if f.Role.Supervises() {
			n.supervised++
		}
	case fact.Requeued:
		n.requeued++
	case fact.HandedOver:
		n.handedOver++
	}
}

// wished notes a command that had its effect. What is said again is no new wish.
func (o *observer) wished(a fold.Applied) {
	op, _, again := strings.Cut(a.Entry.Op, "~")
	if !a.Effective() || again || o.accepted[op] {
		return
	}
	switch f := a.Fact.(type) {
	case fact.Paused:
		o.accepted[op], o.wishes[f.Agent] = true, wish{op, f}
	case fact.Resumed:
		o.accepted[op], o.wishes[f.Agent] = true, wish{op, f}
	case fact.LoggedOut:
		o.accepted[op], o.wishes[f.Agent] = true, wish{}
	case fact.LoggedIn:
		if o.state.Floor.Agents[f.Agent].Since == a.Entry.At { // he comes, and begins anew
			o.accepted[op], o.wishes[f.Agent] = true, wish{}
		}
	}
}

// overtaken names who waits before the contact of an offer for the same agents.
func (o *observer) overtaken(e ledger.Entry) contact.ID {
	if e.Kind != string(fact.KindOffered) {
		return ""
	}
	mine := o.state.Floor.Tickets[contact.ID(e.Subject)]
	if mine == nil {
		return ""
	}
	for _, t := range o.state.Floor.Tickets {
		same := t != mine && t.Medium == mine.Medium && t.Priority == mine.Priority && t.Queue == mine.Queue && t.Step == mine.Step && slices.Equal(t.Centers, mine.Centers) && t.Offer == ""
		if same && t.Rank < mine.Rank && t.NotBefore <= e.At && !o.timeOver(t.Contact, e.At) {
			return t.Contact
		}
	}
	return ""
}

// What can be wrong with an offer before it is folded.
type staleness int

const (
	upToNow staleness = iota
	basedOnOld
	decidedTwice // its own writer has bound one of both already
)

// stale compares an offer with what is so at its place in the log.
func (o *observer) stale(e ledger.Entry) staleness {
	f, err := fact.Decode(e.Kind, e.Data)
	offered, is := f.(fact.Offered)
	if err != nil || !is {
		return upToNow
	}
	t, a := o.state.Floor.Tickets[offered.Contact], o.state.Floor.Agents[offered.Agent]
	if t == nil || a == nil {
		return upToNow
	}
	for _, id := range []fact.OfferID{t.Offer, a.Offer} {
		if p, err := ledger.ParsePosition(string(id)); err == nil {
			if bound, found := o.w.redis.at(p.ID); found && bound.Epoch == e.Epoch && bound.Kind == e.Kind {
				return decidedTwice
			}
		}
	}
	if t.Version != offered.ContactVersion || a.Version != offered.AgentVersion || o.state.Floor.QueueVersions[t.Queue] != offered.QueueVersion {
		return basedOnOld
	}
	return upToNow
}

// agree compares the folds that are at the same place, when nothing is wrong.
func (o *observer) agree() {
	if o.w.calmFor() < settlesIn {
		return // one that has not noticed yet that the ledger is another
	}
	var mine []byte
	for _, c := range o.w.controllers {
		if c.dead || c.state == nil || c.state.Protocol.Last.ID != o.state.Protocol.Last.ID {
			continue
		}
		if mine == nil {
			mine = bytesOf(o.state)
		}
		if !bytes.Equal(mine, bytesOf(c.state)) {
			o.report("fold", c.name, "holds another state than the ledger at %s", o.state.Protocol.Last.ID)
		}
	}
}

func bytesOf(s *fold.State) []byte {
	snap, err := s.Snapshot()
	if err != nil {
		panic("model: " + err.Error())
	}
	return snap.Data
}
