package ivr

import (
	"strconv"
	"time"
)

// Fetch asks a back-end for something, or to do something. Fetched with the same ID
// answers, within the time-out and its retries, unless the call ends before or
// another Fetch follows.
type Fetch struct {
	// ID tells the requests of one call apart.
	ID   int
	Node NodeID
	// Backend is a name of the site, Method one of Methods. Path, with its query,
	// follows the address of the back-end, and is escaped.
	Backend, Method, Path string
	Headers               []Header
	Body                  []byte
	// Timeout bounds each attempt; Retries is how many more may follow.
	Timeout time.Duration
	Retries int
	// MaxAnswer is how many bytes of an answer are read at most.
	MaxAnswer int
	// Message is who gets a message by it; nil for a request that sends nobody any.
	Message *Message
}

// Message is sent to a person by a gateway.
type Message struct {
	Channel Channel
	// To is a number or an address. It is in no log and no fact.
	To string
	// PerDay is how many one person may get in a day.
	PerDay int
}

func (Fetch) isAction() {}

// Fetched is what came of a Fetch: a status of HTTP, or why there is none.
type Fetched struct {
	ID     int
	Status int
	// Failure is empty for an answer.
	Failure Failure
	Body    []byte
	// Took is how long it took, retries included.
	Took time.Duration
}

func (Fetched) isEvent() {}

// Failure is why a back-end gave no usable answer.
type Failure string

// The failures of a Fetch.
const (
	// TimedOutThere: no answer in time.
	TimedOutThere Failure = "timeout"
	// Unreachable: no connection, or one that broke.
	Unreachable Failure = "unreachable"
	// Busy: as many requests as the back-end may have were under way.
	Busy Failure = "busy"
	// Resting: it failed several times in a row and is left alone for a moment.
	Resting Failure = "resting"
	// TooLarge: the answer was larger than the node reads.
	TooLarge Failure = "too_large"
	// Limited: this person got as many messages today as anybody may.
	Limited Failure = "limited"
	// Unclaimed: the ledger does not count it towards what the person may get.
	Unclaimed Failure = "unclaimed"
	// Unfit: the values of the call make another request of it than was written.
	Unfit Failure = "unfit"
	// Unread: the answer is not what the node reads.
	Unread Failure = "unreadable"
	// Forgotten: the process that asked was lost, and asking twice could do harm.
	Forgotten Failure = "lost"
)

// asker is a node that asks a back-end.
type asker interface {
	Node
	reader
	inquiry() *Inquiry
	// request is what this caller asks, if it can be asked.
	request(v values) (Fetch, Failure)
	// judge returns the way out for an answer, and what it gives to the contact.
	judge(a Fetched) verdict
}

// verdict is where an answer leads: by the name of the exit, with what is saved.
type verdict struct {
	name string
	exit Exit
	vars Vars
	// failure is why an answer that came was of no use.
	failure Failure
	// served says that the caller got what he came for.
	served bool
}

// The hold prompt begins when an answer is late, and again from time to time; whoever
// gets a quick one hears nothing.
const (
	holdAfter = 700 * time.Millisecond
	holdAgain = 5 * time.Second
	// answerGrace is for how long beyond its own time-outs an answer is awaited: only
	// a fault of ours exceeds it.
	answerGrace = 5 * time.Second
)

// inquire sends the request of a node. The caller's keys are kept meanwhile. Whoever
// keyed in something secret that is lost is asked for it again first.
func (w *walk) inquire(n asker, again bool) Target {
	s := &w.state
	if at, lost := s.lost(n); lost {
		return Target(at)
	}
	s.Turns++
	s.Fetch++
	s.Holding, s.Held = false, 0
	f, failure := n.request(values{in: &w.in, vars: s.Vars, secrets: s.secrets})
	if failure == "" && f.Message != nil && w.in.Links != nil && !w.in.Links() {
		failure = Unclaimed
	}
	if failure != "" {
		return w.judged(n, Fetched{Failure: failure})
	}
	s.Phase = Fetching
	f.ID, f.Node = s.Fetch, s.Node
	if !again {
		w.act(Wait{Node: s.Node, Crossed: s.Crossed, Decisions: s.Decisions, Vars: s.Vars, Asks: n.inquiry().String()})
		s.Crossed, s.Decisions = nil, nil
	}
	w.act(f)
	w.awaitAnswer(n.inquiry(), holdAfter)
	return ""
}

// awaitAnswer arms the timer: for the hold prompt, or else for giving up.
func (w *walk) awaitAnswer(q *Inquiry, hold time.Duration) {
	if w.mayHold(q) {
		w.act(Arm{After: hold})
		return
	}
	w.act(Arm{After: q.lasts() + answerGrace})
}

// mayHold tells whether the hold prompt may be said once more before the answer
// must be there.
func (w *walk) mayHold(q *Inquiry) bool {
	return len(q.Hold) > 0 && w.state.Held <= int(q.lasts()/holdAgain)
}

// answerIsLate says the hold prompt, or gives up.
func (w *walk) answerIsLate() {
	s := &w.state
	n, ok := w.tree.Nodes[s.Node].(asker)
	switch {
	case !ok || s.Holding:
	case w.mayHold(n.inquiry()):
		s.Held++
		s.Holding = true
		w.saying(n.inquiry().Hold, false)
	default:
		w.follow(w.judged(n, Fetched{Failure: TimedOutThere, Took: n.inquiry().lasts() + answerGrace}))
	}
}

// held goes on waiting after the hold prompt.
func (w *walk) held() {
	w.state.Holding = false
	if n, ok := w.tree.Nodes[w.state.Node].(asker); ok {
		w.awaitAnswer(n.inquiry(), holdAgain)
	}
}

// fetched takes the answer, if it is the one that is awaited.
func (w *walk) fetched(a Fetched) {
	s := &w.state
	n, ok := w.tree.Nodes[s.Node].(asker)
	if !ok || s.Phase != Fetching || a.ID != s.Fetch {
		return
	}
	if s.Holding {
		w.act(StopPlay{})
	}
	w.follow(w.judged(n, a))
}

// judged takes the way out for an answer and notes why.
func (w *walk) judged(n asker, a Fetched) Target {
	s := &w.state
	s.Holding, s.Held = false, 0
	v := n.judge(a)
	s.set(v.vars)
	s.Served = s.Served || v.served
	answer := string(a.Failure)
	if answer == "" {
		answer = strconv.Itoa(a.Status)
	}
	if v.failure != "" {
		answer += ", " + string(v.failure)
	}
	w.decided(Decision{
		Node: s.Node, Case: v.name, Asked: n.inquiry().String(), Answer: answer, Took: a.Took.Milliseconds(),
	})
	w.takes(v.name)
	return w.leave(v.exit)
}

// takeUp asks again after a loss of the process, unless that could do harm.
func (w *walk) takeUp(n asker) {
	if n.inquiry().repeatable() {
		w.follow(w.inquire(n, true))
		return
	}
	w.follow(w.judged(n, Fetched{Failure: Forgotten}))
}

// armed reports whether a timer runs in this state.
func (s *State) armed() bool {
	return s.Phase == Listening || s.Phase == Recording || s.Phase == Fetching && !s.Holding
}
