package report

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/guichet/guichet/internal/contact"
)

// Summary is what became of a set of contacts, by the definitions of the
// contract.
type Summary struct {
	Offered   int `json:"offered"`
	Asked     int `json:"asked"`
	StillHere int `json:"still_here"`
	// Outcomes has every outcome of the closed list, zeros included.
	Outcomes  map[contact.Outcome]int `json:"outcomes"`
	Abandoned map[contact.Stage]int   `json:"abandoned_by_stage"`
	// Short is part of the abandoned, never taken from them.
	Short     int                     `json:"abandoned_short"`
	Dissuaded map[contact.Refusal]int `json:"dissuaded_by_reason"`
	// Cancelled are those of the failed whose call back somebody cancelled.
	Cancelled int `json:"callbacks_cancelled"`

	// AnsweredRate is answered over asked of those who waited on the line;
	// Within20 and Within60 are those of them answered within 20 s and 60 s of
	// queueing, over asked. A mail is in no rate and in no time: it is never
	// abandoned.
	AnsweredRate Ratio `json:"answered_rate"`
	Within20     Ratio `json:"answered_within_20s"`
	Within60     Ratio `json:"answered_within_60s"`

	WaitAnswered  Spread `json:"wait_of_answered"`
	WaitAbandoned Spread `json:"wait_of_abandoned"`
	// OfferLatency has one time for each ring sent.
	OfferLatency Spread `json:"offer_latency"`
	Talk         Spread `json:"talk"`
	WrapUp       Spread `json:"wrap_up"`

	Attempts Attempts `json:"attempts"`
	Links    Links    `json:"links"`
}

// Group is a summary of those contacts that share a value.
type Group struct {
	Name string `json:"name"`
	Summary
}

// thresholds of the shares beside the rate, from queueing.
const (
	soon  = Span(20 * time.Second / time.Microsecond)
	later = Span(60 * time.Second / time.Microsecond)
)

func summarise(lives []*life) Summary {
	s := Summary{
		Offered:  len(lives),
		Outcomes: map[contact.Outcome]int{},
		Abandoned: map[contact.Stage]int{
			contact.InMenu: 0, contact.InQueue: 0, contact.InRing: 0,
		},
		Dissuaded: map[contact.Refusal]int{contact.Full: 0, contact.NoAgent: 0, contact.Closed: 0},
	}
	for _, o := range contact.Outcomes {
		s.Outcomes[o] = 0
	}
	var t times
	for _, l := range lives {
		s.count(l)
		s.Links.count(l)
		t.add(l)
	}
	s.Attempts = attemptsOf(lives)
	asked := t.asked
	s.AnsweredRate = RatioOf(uint64(len(t.answered)), asked)
	s.Within20, s.Within60 = RatioOf(t.within(soon), asked), RatioOf(t.within(later), asked)
	s.WaitAnswered, s.WaitAbandoned = SpreadOf(t.answered), SpreadOf(t.abandoned)
	s.OfferLatency, s.Talk, s.WrapUp = SpreadOf(t.latency), SpreadOf(t.talk), SpreadOf(t.wrapUp)
	return s
}

func (s *Summary) count(l *life) {
	if l.countsAsAsked() {
		s.Asked++
	}
	switch l.outcome {
	case contact.StillHere:
		s.StillHere++
		return
	case contact.Abandoned:
		s.Abandoned[l.stage]++
		if l.short() {
			s.Short++
		}
	case contact.Dissuaded:
		s.Dissuaded[l.refusal]++
	case contact.Failed:
		if l.cancelled {
			s.Cancelled++
		}
	}
	s.Outcomes[l.outcome]++
}

// times gathers what rates and percentiles are taken of.
type times struct {
	asked                                      uint64
	answered, abandoned, latency, talk, wrapUp []Span
}

func (t *times) add(l *life) {
	if !l.onTheLine() {
		if l.wrapUp != 0 {
			t.wrapUp = append(t.wrapUp, l.wrapUp)
		}
		return
	}
	if l.countsAsAsked() {
		t.asked++
	}
	t.latency = append(t.latency, l.rung...)
	switch {
	case l.outcome == contact.Answered:
		if l.countsAsAsked() { // not of who was called for a message: he waited for nothing
			t.answered = append(t.answered, l.wait())
		}
		if l.legGone != 0 {
			t.talk = append(t.talk, l.talk())
		}
		if l.wrapUp != 0 {
			t.wrapUp = append(t.wrapUp, l.wrapUp)
		}
	case l.outcome == contact.Abandoned && l.queued != 0:
		t.abandoned = append(t.abandoned, l.wait())
	}
}

func (t *times) within(limit Span) uint64 {
	var n uint64
	for _, wait := range t.answered {
		if wait <= limit {
			n++
		}
	}
	return n
}

// groups summarises by a value; contacts without one are left out, as those
// who never reached a queue are in no queue's figures.
func groups(lives []*life, value func(*life) string) []Group {
	by := map[string][]*life{}
	for _, l := range lives {
		if v := value(l); v != "" {
			by[v] = append(by[v], l)
		}
	}
	found := make([]Group, 0, len(by))
	for _, name := range slices.Sorted(maps.Keys(by)) {
		found = append(found, Group{Name: name, Summary: summarise(by[name])})
	}
	slices.SortStableFunc(found, func(a, b Group) int { return cmp.Compare(b.Offered, a.Offered) })
	return found
}
