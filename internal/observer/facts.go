package observer

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// facts is the union of what the kinds say, as far as the judge needs it.
type facts struct {
	Authentication                                  int
	Medium, Node, Line, Queue, Department, Strategy string
	Rank                                            int64
	Priority                                        int
	Ageing                                          ageing
	Steps                                           []step
	Hours                                           map[string][]window
	Policies                                        policies
	Step                                            int
	Centers                                         []string
	ContactVersion                                  uint64 `json:"contact_version"`
	QueueVersion                                    uint64 `json:"queue_version"`
	Contact, Agent, Center                          string
	Offer, Transfer                                 string
	Result, By, Outcome, Reason, Stage              string
	Skills                                          map[string]int
	Reset, Callback, Once                           bool
	Call                                            string
	NumberHash                                      string `json:"number_hash"`
	Place                                           struct{ Topic string }
	Appointment                                     *appointment
	NotBefore                                       int64 `json:"not_before"`
	Card                                            card
	Message, Mailbox                                string
	For                                             *struct{ Queue string }
	Voicemail                                       *struct{ Message string }
	CallsBack                                       *callsBack `json:"calls_back"`
	Hands                                           bool
	Party, Role, Number                             string
	ByAgent                                         int `json:"by_agent"`
	InAll                                           int `json:"in_all"`
	Retention                                       int64
	N                                               int
	To                                              string
	PerDay                                          int `json:"per_day"`
	Phone, Trouble                                  string
	OnCall                                          bool `json:"on_call"`
	Since, Extend, Longest                          int64
	Key                                             string
	Position                                        int
	Until                                           int64
	Acts                                            []string
	Entry                                           string
	HangUp                                          bool `json:"hang_up"`
	Sounds                                          map[string][]string
	Note, Topic                                     string
	Recording, Purpose                              string
	Keys                                            bool
	Cancelled                                       *struct{ By, Reason string }
}

// apply judges the content of an entry that the protocol accepted. It returns
// the reason when the entry has no effect, and the invariant that is broken if
// that is so by this entry.
func (f *floor) apply(e entry, waiting bool) (void string, broken []string) {
	var d facts
	if err := json.Unmarshal(e.Data, &d); err != nil && len(e.Data) > 0 {
		return err.Error(), nil
	}
	if strings.HasPrefix(e.Kind, "agent_") || e.Kind == "expired" {
		return f.agentFact(e, d), nil
	}
	if strings.HasPrefix(e.Kind, "config_") {
		return "", nil
	}
	if e.Kind == "message_done" || e.Kind == "message_deleted" {
		return f.messageFact(e, d), nil
	}
	if e.Kind == "recording_deleted" {
		return f.recordingDeleted(e, d), nil
	}
	if e.Kind == "announced" || e.Kind == "announcement_cleared" {
		return f.announces(e, d), nil
	}
	if e.Kind == "treated" {
		return f.treated(e, d), nil
	}
	p := f.contacts[e.Subject]
	if e.Kind == "arrived" {
		return f.arrived(e, d, p)
	}
	if p == nil || p.closed && p.offer == "" && p.transfer == "" && len(p.parties) == 0 {
		return "contact is unknown or over", nil
	}
	switch e.Kind {
	case "waiting":
		return unless(p.queue != "" && p.place || p.connected || p.closed || p.away, "past its menu"), nil
	case "message_left":
		return f.left(p, d), nil
	case "queued":
		return f.queued(e.At, p, d)
	case "foretold", "stepped_out":
		return f.waitFact(e, p, d), nil
	case "circle":
		return f.circled(e.At, p, d), nil
	case "given_up":
		if !p.place || p.offer != "" || p.version != d.ContactVersion || p.away {
			return "contact has changed", nil
		}
		p.place, p.givenUp = false, true
	case "offered":
		return f.offered(e, p, d, waiting), nil
	case "ringing", "connected", "taken":
		return f.progress(e, p, d)
	case "held", "retrieved", "identifying", "identified", "invited", "party_joined", "party_moved", "party_left", "handed_over", "requeued":
		return f.conversationFact(e, p, d)
	case "rated":
		return p.rates(d), nil
	case "recording_begun", "recording_paused", "recording_resumed", "recording_ended":
		return f.recordingFact(e, p, d), nil
	case "offer_void", "offer_failed", "leg_ended":
		if f.wasLetGo(e, p, d.Offer) {
			p.endedBy = d.By
			return "", nil
		}
		return f.offerOver(e, p, d), nil
	case "closed":
		if p.closed {
			return "closed already", nil
		}
		if c := d.Cancelled; c != nil && (d.Outcome != "failed" || c.By == "" || c.Reason == "") {
			return "cancelled by nobody, or for no reason", nil
		}
		f.closed(e.At, p, d)
	case "callback_requested", "callback_withdrawn", "calling_back", "callback_failed":
		return f.callbackFact(e, p, d), nil
	case "link_claimed", "link_released":
		return f.linkFact(e, p, d), nil
	default:
		if f.wasLetGo(e, p, d.Transfer) {
			return "", nil
		}
		return f.transferFact(e, p, d), nil
	}
	return "", nil
}

func unless(refused bool, why string) string {
	if refused {
		return why
	}
	return ""
}

func (f *floor) arrived(e entry, d facts, known *person) (string, []string) {
	if known != nil {
		return "contact is known already", nil
	}
	if why := f.mayBeBorn(e.Subject, d); why != "" {
		return why, nil
	}
	if why := f.mayCallBack(e.At, d); why != "" {
		return why, nil
	}
	var broken []string
	for _, other := range f.contacts {
		if other.line == d.Line && d.Line != "" && other.node == d.Node && d.Medium == "voice" {
			broken = append(broken, fmt.Sprintf("I2 channel %s has two contacts, %s and %s", d.Line, other.id, e.Subject))
		}
	}
	f.contacts[e.Subject] = &person{id: e.Subject, node: d.Node, line: d.Line, medium: d.Medium, rank: d.Rank, arrivedAt: e.At}
	f.born(e.Subject, d)
	if d.CallsBack != nil {
		f.callsBack(e.At, f.contacts[e.Subject], *d.CallsBack)
	}
	return "", broken
}

func (f *floor) queued(at int64, p *person, d facts) (string, []string) {
	switch {
	case p.connected || p.closed || p.transfer != "":
		return "past queueing", nil
	case p.offer != "":
		return "an offer is being tried", nil
	case d.Queue == "" || len(d.Steps) == 0:
		return "queued without a queue or a step", nil
	case d.Callback && !p.promised:
		return "no callback was asked for", nil
	case !d.Callback && p.away:
		return "nobody is on the line", nil
	}
	p.promised, p.away = d.Callback, d.Callback
	var broken []string
	if d.Rank > p.rank {
		broken = append(broken, fmt.Sprintf("I6 contact %s lost its rank: %d, was %d", p.id, d.Rank, p.rank))
	}
	p.queue, p.steps, p.hours, p.policies, p.strategy = d.Queue, d.Steps, d.Hours, d.Policies, d.Strategy
	p.department, p.priority, p.ageing, p.rank = d.Department, d.Priority, d.Ageing, d.Rank
	p.place, p.givenUp, p.stepped, p.notBefore, p.lost = true, false, false, 0, 0
	p.begin(at)
	f.back(p, at)
	return "", broken
}

func (f *floor) circled(at int64, p *person, d facts) string {
	if !p.place || p.offer != "" || p.version != d.ContactVersion || d.Step < p.step || d.Step >= len(p.steps) {
		return "contact has changed"
	}
	for _, c := range d.Centers {
		if !slices.Contains(p.steps[d.Step].Centers, c) {
			return "a center outside the step"
		}
	}
	p.step, p.centers, p.since = d.Step, d.Centers, at
	p.version++
	return ""
}

// offered makes an offer live, or remembers why it is void: who acts on it all
// the same breaks an invariant.
func (f *floor) offered(e entry, p *person, d facts, waiting bool) string {
	a := f.agents[d.Agent]
	void, invariant := "", ""
	switch {
	case d.Contact != p.id:
		void = "offer of another contact"
	case waiting:
		void, invariant = "a node has not caught up", "I4"
	case !p.place || p.closed || p.offer != "" || p.queue != d.Queue:
		void, invariant = "contact does not wait", "I4"
	case a == nil || a.state != "ready":
		void, invariant = "agent is not ready", "I4"
	case a.beside(p) && !f.room(a, p.medium):
		void, invariant = "agent has no spare capacity", "I4"
	case p.version != d.ContactVersion || f.queues[p.queue] != d.QueueVersion:
		void = "contact or queue has changed"
	case f.first(p, e.At) != p:
		void, invariant = "somebody waits before: "+f.first(p, e.At).id, "I6"
	}
	if void != "" {
		f.refused[e.position()] = strings.TrimSpace(invariant + " " + void)
		return void
	}
	f.bind(&offer{name: e.position(), contact: p.id, agent: a.id, at: e.At})
	return ""
}

// first is who may be offered first in the circle of p.
func (f *floor) first(p *person, at int64) *person {
	circle, first := p.circle(), p
	for _, o := range f.contacts {
		if o.inLine(at) && o.before(first) && o.circle() == circle {
			first = o
		}
	}
	return first
}

// progress is what an owner says of an offer that goes well. About one that is
// not live it is an observation, which a failover may have made necessary; but
// an offer that is in the log, and void there, should never have been acted on.
func (f *floor) progress(e entry, p *person, d facts) (void string, broken []string) {
	if why := f.refused[d.Offer]; strings.HasPrefix(why, "I") {
		invariant, text, _ := strings.Cut(why, " ")
		broken = append(broken, fmt.Sprintf("%s %s of a void offer to contact %s: %s", invariant, e.Kind, p.id, text))
	}
	if p.closed && e.Kind == "connected" {
		return "contact is closed", broken
	}
	o := f.offers[d.Offer]
	if o == nil || p.offer != d.Offer {
		if d.Agent == "" || p.closed || p.connected || e.Kind == "taken" {
			return "not the live offer", broken
		}
		if why := f.restore(e, p, d); why != "" {
			return why, broken
		}
		o = f.offers[d.Offer]
	}
	a := f.agents[o.agent]
	switch {
	case o.connected || e.Kind == "ringing" && (o.rungAt != 0 || o.takenAt != 0) || e.Kind == "taken" && o.takenAt != 0:
		return "told before", broken
	case e.Kind == "ringing":
		o.rungAt = e.At
	case e.Kind == "taken":
		o.takenAt = e.At
	case e.Kind == "connected":
		o.connected, p.connected, p.place = true, true, false
		if !o.beside || !a.atWork() {
			f.serves(a.id, p)
		}
		f.heard(e.At, p)
		if p.outcome == "" {
			p.outcome = "answered"
		}
	}
	if !o.beside {
		a.since = e.At
	}
	return "", broken
}

// restore makes an offer anew that a failover lost.
func (f *floor) restore(e entry, p *person, d facts) string {
	a := f.agents[d.Agent]
	if a == nil || !p.place {
		return "agent unknown or contact does not wait"
	}
	if a.beside(p) {
		if o := f.offers[p.offer]; o != nil {
			f.endOffer(o, e.At).release(e.At)
		}
		f.bind(&offer{name: d.Offer, contact: p.id, agent: a.id, at: e.At, restored: true})
		return ""
	}
	if o := f.offers[a.offer]; o != nil {
		if o.connected {
			return "agent is in another conversation"
		}
		f.endOffer(o, e.At)
	}
	if called := f.errands[a.offer]; called != nil {
		other := f.contacts[called.contact]
		if other.parties[called.name].joined {
			return "agent is in another conversation"
		}
		delete(f.errands, called.name)
		delete(other.parties, called.name)
	}
	a.pauses = a.pauses || a.state == "paused"
	a.leaves = a.leaves || a.state == "out"
	if o := f.offers[p.offer]; o != nil {
		f.endOffer(o, e.At).release(e.At)
	}
	f.bind(&offer{name: d.Offer, contact: p.id, agent: a.id, at: e.At, restored: true})
	return ""
}

// heldBack is the second for which a contact is not offered after an offer that
// came to nothing.
const heldBack = 1_000_000

func (f *floor) offerOver(e entry, p *person, d facts) string {
	o := f.offers[d.Offer]
	switch {
	case o == nil || p.offer != d.Offer && o.contact != p.id:
		return "not the live offer"
	case e.Kind == "offer_void" && (o.rungAt != 0 || o.takenAt != 0 || o.connected):
		return "the phone was dialled"
	case e.Kind == "offer_failed" && o.connected:
		return "the offer was connected"
	}
	if e.Kind == "offer_void" {
		p.notBefore = e.At + heldBack
	}
	if e.Kind == "offer_failed" {
		if p.lost++; d.Result != "lost" {
			p.lost = 0
		}
		if p.lost > 1 {
			p.notBefore = e.At + heldBack
		}
	}
	a := f.endOffer(o, e.At)
	switch {
	case o.beside && e.Kind == "offer_failed":
		f.agents[o.agent].isRidOf(e.At, o, p, d.Result)
	case o.beside:
	case e.Kind == "offer_failed":
		a.aside(e.At, d.Result, o.policies)
	case e.Kind == "leg_ended" && o.connected:
		p.endedBy = d.By
		a.worksOn(e.At, o.policies)
	default:
		a.release(e.At)
	}
	return ""
}

// aside keeps an agent from offers as the policy says.
func (a *agent) aside(at int64, result string, p policies) {
	outside := !strings.HasPrefix(a.phone(), "PJSIP/")
	pauses := map[string]int64{"no_answer": p.NoAnswer, "busy": p.Busy, "refused": p.Refused, "returned": p.Refused}
	length, known := pauses[result]
	switch {
	case result != "unreachable":
	case p.Unreachable != 0:
		length, known = p.Unreachable, true
	case outside:
		length, known = p.NoAnswer, true
	}
	switch {
	case a.leaves || a.pauses || !known && result != "unreachable":
		a.release(at)
	case known:
		a.enter("aside", at, at+length/1000)
	default:
		a.enter("aside", at, 0)
		a.why = "unreachable"
	}
}

func (f *floor) closed(at int64, p *person, d facts) {
	p.closed, p.closedAt, p.place = true, at, false
	f.recordingOver(at, p)
	if o := f.offers[p.offer]; o != nil {
		o.gone = true
	}
	if p.outcome == "" {
		p.outcome = d.Outcome
	}
}

func (f *floor) transferFact(e entry, p *person, d facts) string {
	switch {
	case e.Kind == "transferring" && (p.connected || p.closed || p.transfer != "" || p.offer != "" || p.away):
		return "past transferring"
	case e.Kind == "transferring":
		p.transfer, p.place, p.promised = d.Transfer, false, false
	case p.transfer != d.Transfer:
		return "not the live transfer"
	case e.Kind == "transferred" && p.outcome == "":
		p.outcome, p.transferred = "transferred_out", true
	default:
		p.transfer = ""
	}
	return ""
}
