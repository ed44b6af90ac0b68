package observer

import (
	"cmp"
	"encoding/json"
	"slices"
)

// floor is what the facts say of contacts, agents and offers (docs/ledger.md,
// "Kinds of the domain"). Times are µs, lengths of time ns, as in the facts.
type floor struct {
	contacts map[string]*person // closed ones stay: the story is judged at the end
	agents   map[string]*agent
	offers   map[string]*offer // live ones, by name
	// errands bind agents who were called into a conversation, or are let go from it; outside
	// are the times of the numbers that agents had called.
	errands map[string]*offer
	outside map[string][]int64
	// refused are the offers in the log that are void, with the invariant that
	// acting on them would break.
	refused map[string]string
	queues  map[string]uint64 // versions
	cards   map[string]*overlay
	// messages are the recorded ones that are kept.
	messages map[string]*message
	// recordings are those of conversations whose files are kept.
	recordings map[string]*recording
	// links are when a person was sent a link, by keyed hash, in µs.
	links map[string][]int64
	// announced is until when something is, by its place, in µs.
	announced map[string]int64
	// served is the contact that each agent answered last.
	served map[string]string
}

type person struct {
	id, node, line, medium string
	rank                   int64
	priority               int
	ageing                 ageing
	queue, department      string
	strategy               string
	steps                  []step
	hours                  map[string][]window
	step                   int
	centers                []string
	policies               policies
	place                  bool // holds a place in a queue
	version                uint64
	notBefore, since       int64 // since: it waits under these terms
	lost                   int
	offer                  string
	connected, closed      bool
	givenUp, transferred   bool
	transfer               string
	stepped                bool   // left a queue by a key, and waits nowhere since
	promised, away         bool   // is to be called back; nobody is on the line
	number, topic          string // of the promise
	appointment            *appointment
	link                   link
	claimed                int    // the number of the latest link
	call                   string // to the person, that is tried or talked through
	outcome                string
	held, rated            bool
	identifying            bool   // is on hold to be asked who he is
	tape                   string // the recording that goes on
	tapePaused, tapeKeys   bool
	parties                map[string]*party
	endedBy                string // who ended the leg of who answered
	arrivedAt, closedAt    int64
}

type step struct {
	Centers []string
	Need    []struct {
		Skill string
		Level int
	}
	Files bool
}

type window struct{ From, Until int64 }

type policies struct {
	Ring     int64
	WrapUp   int64 `json:"wrap_up"`
	NoAnswer int64 `json:"no_answer"`
	Busy     int64
	Refused  int64
	Handle   int64
	// Unreachable is 0 until the phone registers.
	Unreachable int64
}

type agent struct {
	id     string
	card   card
	state  string // out, ready, bound, wrap_up, aside, paused
	since  int64  // of state and card
	began  int64  // of the state
	until  int64  // deadline; 0 is none
	why    string
	offer  string
	asides map[string]int64 // until when a medium is kept from him
	pauses bool             // wanted after the contact
	leaves bool
	// visits is the phone at which he sits, of one whose own it is not; trouble is why
	// the phone cannot ring.
	visits, trouble string
}

// phone is where he is rung.
func (a *agent) phone() string { return cmp.Or(a.visits, a.card.Phone) }

type card struct {
	Agent, Phone, Center string
	Skills               map[string]int
	Files                []string
	AllFiles             bool `json:"all_files"`
	Media                []string
	Capacity             map[string]int
	WrapUp               *int64 `json:"wrap_up"`
}

// overlay is what was changed of an agent's card by hand.
type overlay struct {
	center string
	skills map[string]int
}

type offer struct {
	name, contact, agent string
	at, rungAt, takenAt  int64
	connected            bool
	gone                 bool // the caller is
	beside               bool // at hand, beside the agent's calls
	laidDown             bool // at hand only because the agent calls for it
	policies             policies
	restored             bool
}

func newFloor() *floor {
	return &floor{
		contacts: map[string]*person{}, agents: map[string]*agent{}, offers: map[string]*offer{},
		refused: map[string]string{}, queues: map[string]uint64{}, cards: map[string]*overlay{},
		messages: map[string]*message{}, recordings: map[string]*recording{}, links: map[string][]int64{},
		errands: map[string]*offer{}, outside: map[string][]int64{},
		served: map[string]string{}, announced: map[string]int64{},
	}
}

// serving are the centers of a step that are open: one that is not listed always
// is.
func (p *person) serving(n int, at int64) (open []string) {
	for _, c := range p.steps[n].Centers {
		windows, listed := p.hours[c]
		if !listed || slices.ContainsFunc(windows, func(w window) bool { return w.From <= at && at < w.Until }) {
			open = append(open, c)
		}
	}
	return open
}

// begin opens the first step of which a center is open.
func (p *person) begin(at int64) {
	for n := range p.steps {
		if p.step, p.centers = n, p.serving(n, at); len(p.centers) > 0 {
			return
		}
	}
	p.step, p.centers = 0, p.serving(0, at)
}

// inLine reports whether the contact may be offered.
func (p *person) inLine(at int64) bool {
	return p.place && p.offer == "" && !p.closed && p.notBefore <= at
}

// circle is the same for contacts that the same agents may serve.
func (p *person) circle() string {
	s := p.steps[p.step]
	text, _ := json.Marshal([]any{p.strategy, p.medium, p.centers, s.Need, s.Files, s.Files && p.department != "", ifTrue(s.Files, p.department)})
	return string(text)
}

func ifTrue(is bool, text string) string {
	if is {
		return text
	}
	return ""
}

// ageing is what a level of priority, and being on the line instead of a mail, is worth
// of waiting.
type ageing struct{ Level, Mail int64 }

// before orders those who wait by keys of which the first that differs decides. Without
// ageing: priority, people on the line before mails, first arrival, id. With it the first
// two are moments on the scale of arrivals.
func (p *person) before(o *person) bool {
	return slices.Compare(p.turn(), o.turn()) < 0 || slices.Equal(p.turn(), o.turn()) && p.id < o.id
}

func (p *person) turn() []int64 {
	priority, letter := int64(p.priority), int64(mail(p.medium))
	if p.ageing.Level == 0 {
		return []int64{-priority, letter, p.rank, p.rank}
	}
	const us = 1000
	return []int64{0, 0, p.rank - priority*(p.ageing.Level/us) + letter*(p.ageing.Mail/us), p.rank}
}

func mail(medium string) int {
	if medium == "email" || medium == "voicemail" {
		return 1
	}
	return 0
}

// serves reports whether the agent may serve the contact now.
func (a *agent) serves(p *person) bool {
	s := p.steps[p.step]
	if !slices.Contains(p.centers, a.card.Center) {
		return false
	}
	media := a.card.Media
	if len(media) == 0 {
		media = []string{"voice"}
	}
	if !slices.Contains(media, p.medium) {
		return false
	}
	for _, n := range s.Need {
		if a.card.Skills[n.Skill] < n.Level {
			return false
		}
	}
	return !s.Files || a.card.AllFiles || slices.Contains(a.card.Files, p.department)
}

// back gives a contact its place again, under new versions.
func (f *floor) back(p *person, at int64) {
	p.offer, p.since = "", at
	p.version++
	f.queues[p.queue]++
}

// enter changes an agent's state; until is its deadline.
func (a *agent) enter(state string, at, until int64) {
	why := ""
	if state == "ready" && a.trouble != "" {
		state, why = "aside", a.trouble
	}
	a.state, a.since, a.began, a.until, a.why = state, at, at, until, why
	if state == "out" {
		a.leaves, a.pauses, a.visits, a.trouble = false, false, "", ""
		a.asides = nil
	}
	if state == "paused" {
		a.pauses = false
	}
}

// release lets an agent go on after a contact; nil is nobody who was bound by it.
func (a *agent) release(at int64) {
	switch {
	case a == nil:
	case a.leaves:
		a.enter("out", at, 0)
	case a.pauses:
		a.enter("paused", at, 0)
	default:
		a.enter("ready", at, 0)
	}
}

// endOffer forgets a live offer: the contact has its place again if it still
// waits, and the agent, nil of one that was at hand, is free of it.
func (f *floor) endOffer(o *offer, at int64) *agent {
	delete(f.offers, o.name)
	if p := f.contacts[o.contact]; p != nil && p.offer == o.name {
		if p.place && !p.closed && !p.connected {
			f.back(p, at)
		}
		p.offer = ""
	}
	a := f.agents[o.agent]
	if o.beside {
		return nil
	}
	a.offer = ""
	return a
}

// bind makes an offer live.
func (f *floor) bind(o *offer) {
	f.offers[o.name] = o
	p := f.contacts[o.contact]
	p.offer, p.notBefore = o.name, 0
	o.policies = p.policies
	a := f.agents[o.agent]
	if o.beside = a.beside(p); o.beside {
		return
	}
	a.enter("bound", o.at, 0)
	a.offer = o.name
}
