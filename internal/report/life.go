package report

import (
	"encoding/json"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// life is one contact, rebuilt from its facts. Times are µs.
type life struct {
	id      contact.ID
	medium  contact.Medium
	entry   contact.Entry
	node    contact.Node
	caller  string // sealed
	hidden  bool   // he withholds his number
	hash    string // of the caller's number; empty when there is none
	shared  bool   // by two people at the same time, that number
	arrived int64
	asked   bool
	topic   contact.Topic

	department     contact.Department
	organisation   contact.Organisation
	authentication int
	queue          contact.Queue
	queued         int64 // first queueing
	policies       contact.Policies
	queueing       fact.Queued // the last one, at waited
	waited         int64
	circle         circle // who may serve it, and before the last change
	before         circle
	place          place // in the order of its queue, see order.go
	presented      []contact.Center
	home           []contact.Center // of the first step of the first queueing

	live    fact.OfferID // the live offer
	offer   fact.Offered // the last offer
	hand    *bound       // what the last offer binds of an agent who has the contact at hand
	offers  int
	lost    int    // offers lost one after the other
	held    int64  // not offered before then, after an offer that came to nothing
	rung    []Span // latency of each ring sent
	agent   contact.Agent
	center  contact.Center // that answered
	taken   int64          // when that agent took a mail, 0 if it was answered at once
	bridged int64
	// callback: the person is to be called, or was; calls came to nothing so often.
	callback bool
	// forMessage: an agent calls who left a message, so the contact is in no rate.
	forMessage bool
	calls      int
	// cancelled: it was called off by somebody.
	cancelled bool
	service   string // the local service called last
	told      int64  // by when an agent would be there, as he was told last
	quit      int64  // when he left the queue by a key after that, 0 if he did not
	// since is when the live offer's agent began to talk, 0 while he does not; talked is for
	// how long those did who gave the call away, and returned says that the contact waits
	// again after that. parties are the others.
	since    int64
	talked   Span
	returned bool
	parties  map[fact.OfferID]*party
	// supervisions are in the order in which they began; left is who went last.
	supervisions []*supervision
	left         departure
	legGone      int64
	rated        *fact.Rated // what he answered after the call, nil if he was not asked
	wrapUp       Span        // of the agent afterwards

	outcome contact.Outcome
	decided int64 // when the outcome was fixed
	stage   contact.Stage
	refusal contact.Refusal
	closed  int64
	cutOff  bool // his Asterisk died
	links   int  // messages with a link that were sent
	// mailboxes are those for which this contact left a message, or could not.
	mailboxes mailboxes
	// message is the one for which the contact was born.
	message fact.MessageID
}

// onTheLine reports whether somebody waits at the other end. A mail is counted by
// its medium, and in no time and no rate.
func (l *life) onTheLine() bool { return l.medium.Interactive() }

// countsAsAsked is the denominator of the answered rate, from its definition:
// answered, called back, abandoned or failed after asking, dissuaded because
// full or without an agent; never what was closed, nor the call of an agent for a message.
func (l *life) countsAsAsked() bool {
	if l.forMessage {
		return false
	}
	switch l.outcome {
	case contact.Answered, contact.Callback:
		return true
	case contact.Abandoned, contact.Failed:
		return l.asked
	case contact.Dissuaded:
		return l.refusal != contact.Closed && l.refusal != ""
	}
	return false
}

// shortBelow is the printed threshold of a short abandon, from queueing.
const shortBelow Span = 5_000_000

func (l *life) short() bool {
	return l.outcome == contact.Abandoned && l.queued != 0 && l.wait() < shortBelow
}

// wait is from queueing to the outcome; 0 for who was never queued.
func (l *life) wait() Span {
	if l.queued == 0 || l.decided == 0 {
		return 0
	}
	return Span(max(l.decided-l.queued, 0))
}

// talk is from the bridge to the end of the agent's leg, of all agents who had the call one
// after the other; of a mail, from the
// moment at which the agent took it.
func (l *life) talk() Span {
	if l.bridged == 0 || l.legGone == 0 {
		return 0
	}
	if l.taken != 0 {
		return Span(max(l.legGone-l.taken, 0))
	}
	return l.talked
}

func (l *life) enqueue(at int64, q fact.Queued) {
	l.asked, l.authentication = true, q.Authentication
	l.queue, l.policies, l.callback = q.Queue, q.Policies, q.Callback
	l.routed(q.Department, q.Organisation)
	if q.Topic != "" {
		l.topic = q.Topic
	}
	if l.queued == 0 {
		l.queued = at
		l.home = firstStep(q)
	}
	l.queueing, l.waited = q, at
	l.queueing.Hours, l.queueing.Menu, l.queueing.Crossed, l.queueing.Decided = nil, nil, nil, nil // large, and of no use here
}

// routed counts the contact in the first organisation it is sent anywhere by.
func (l *life) routed(d contact.Department, o contact.Organisation) {
	l.department = d
	if l.organisation == "" {
		l.organisation = o
	}
}

func (l *life) connect(at int64, f fact.Connected) {
	l.since, l.returned = at, false
	if l.bridged != 0 {
		return // by another agent, before
	}
	l.bridged, l.center, l.agent = at, f.ServedBy, l.offer.Agent
	l.decide(at, contact.Answered)
}

// transfer takes the contact out of the queue it may have been in.
func (l *life) transfer(f fact.Transferring) {
	l.queue, l.authentication, l.callback = "", f.Authentication, false
	l.routed(f.Department, f.Organisation)
	if f.Topic != "" {
		l.topic = f.Topic
	}
	l.service = f.Service
}

func (l *life) close(at int64, f fact.Closed) {
	l.closed, l.cutOff = at, f.Reason == fact.NodeDied
	l.asked = l.asked || f.Asked
	if f.Topic != "" {
		l.topic = f.Topic
	}
	if l.outcome != contact.StillHere {
		return
	}
	l.stage, l.refusal = f.Stage, f.Refusal
	if l.queue == "" {
		l.queue = f.Queue
	}
	if l.organisation == "" {
		l.organisation = f.Organisation
	}
	l.decide(at, f.Outcome)
}

// promise is what became of the time he was told: kept if an agent was there by then,
// broken if he was not, left if the caller went before, by hanging up or by a key, or chose
// to be called.
func (l *life) promiseOf() string {
	switch {
	case l.told == 0:
		return ""
	case l.callback:
		return "left"
	case l.quit != 0 && l.quit > l.told:
		return "broken"
	case l.quit != 0 || l.outcome != contact.Answered && l.decided <= l.told:
		return "left"
	case l.decided <= l.told:
		return "kept"
	}
	return "broken"
}

func (l *life) decide(at int64, o contact.Outcome) { l.outcome, l.decided = o, at }

// line names those who wait for the same people in the same order: equal medium,
// queue, steps, priority and open circle, and equal department where a step asks
// for file rights.
func (l *life) line() string {
	q := l.queueing
	same := struct {
		Medium     contact.Medium
		Queue      contact.Queue
		Steps      []contact.Step
		Priority   int
		Ageing     contact.Ageing
		Step       int
		Centers    []contact.Center
		Department contact.Department
	}{Medium: l.medium, Queue: q.Queue, Steps: q.Steps, Priority: q.Priority, Ageing: q.Ageing, Step: l.circle.step, Centers: l.circle.centers}
	for _, s := range q.Steps {
		if s.Files {
			same.Department = q.Department
		}
	}
	key, err := json.Marshal(same)
	if err != nil {
		panic("report: steps of a fact are not JSON: " + err.Error())
	}
	return string(key)
}
