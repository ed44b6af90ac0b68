package rehearsal

import (
	"fmt"
	"slices"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/ivr"
	"github.com/guichet/guichet/routing"
)

// Call is one call being rehearsed.
type Call struct {
	scene   Scene
	rules   engine.Rules
	session engine.Session
	now     time.Time
	timers  map[engine.Timer]alarm
	saying  saying
	story   []Moment
	// heard is every prompt so far; the first demanded of them are behind a demand
	// or behind the caller's latest deed.
	heard    []ivr.Prompt
	demanded int
	path     []ivr.NodeID
	// pending are events that follow from what the session commanded.
	pending []engine.Event

	// asked is the latest request of a back-end, answer one that takes its time.
	asked  *ivr.Fetch
	answer *awaited

	// recording is the message that the caller leaves.
	recording *recording

	// opening is the tree as the call comes into it, announced what was announced.
	opening   *ivr.Tree
	announced []Announcement

	queued *fact.Queued
	sent   *fact.Transferring
	closed *fact.Closed
}

// alarm is a timer that runs.
type alarm struct {
	n  int
	at time.Time
}

// saying is what the caller hears; heard of the prompts are behind him.
type saying struct {
	n, heard int
	prompts  []ivr.Prompt
	language string
}

// Begin lets a call arrive.
func Begin(s Scene) *Call {
	c := &Call{scene: s, now: s.At, timers: map[engine.Timer]alarm{}}
	c.rules, c.opening = s.rules(c.watch), s.opening()
	c.rules.Announced, c.rules.Standing = c.announcedAt, c.standing
	for _, a := range s.Announced {
		c.announced = append(c.announced, a.from(s.At))
	}
	at := s.At.UnixMicro()
	c.do(engine.Arrived{ID: "rehearsal", Fact: fact.Arrived{
		Medium: contact.Voice, Entry: s.Entry, Withheld: s.Withheld, Rank: at,
	}})
	return c
}

// watch notes where the walk is.
func (c *Call) watch(node ivr.NodeID, exit string) {
	switch {
	case node == entrance:
	case exit == "":
		c.path = append(c.path, node)
		c.tell(Entered{Node: node})
	default:
		c.tell(Took{Node: node, Exit: exit})
	}
}

// do gives the session an event, and then what follows from that.
func (c *Call) do(e engine.Event) {
	c.pending = append(c.pending, e)
	for len(c.pending) > 0 {
		next := c.pending[0]
		c.pending = c.pending[1:]
		refused := c.session.Refused
		var effects engine.Effects
		c.rules.Tree = c.tree()
		c.session, effects = engine.Step(c.rules, c.session, c.now.UnixMicro(), next)
		if c.session.Menu.Node == entrance {
			c.session.Menu.Authentication = c.scene.Authentication
		}
		if r := c.session.Refused; r != nil && r != refused {
			c.refused(r)
		}
		for _, f := range effects.Facts {
			c.happened(f)
		}
		for _, command := range effects.Commands {
			c.carryOut(command)
		}
	}
}

// tree is the one that the call is in: from the menu's first wait on the ordinary one.
func (c *Call) tree() *ivr.Tree {
	if m := c.session.Menu; m.Phase == "" || m.Node == entrance {
		return c.opening
	}
	return c.scene.Tree
}

func (c *Call) happened(f fact.Fact) {
	switch f := f.(type) {
	case fact.CallbackRequested:
		c.tell(Promised{f})
		c.pending = append(c.pending, engine.CallbackAccepted{})
	case fact.LinkClaimed:
		c.pending = append(c.pending, engine.LinkAccepted{N: f.N})
	case fact.Queued:
		if f.Callback {
			c.hungUp(f)
			break
		}
		c.queued, c.sent = &f, nil
		c.tell(Queued{f})
	case fact.SteppedOut:
		c.queued = nil
	case fact.Transferring:
		c.queued, c.sent = nil, &f
		c.tell(SentOut{f})
		c.pending = append(c.pending, engine.TransferAccepted{Transfer: f.Transfer})
	case fact.TransferFailed:
		c.sent = nil
	case fact.MessageLeft:
		c.tell(MessageLeft{f})
	case fact.Closed:
		c.closed = &f
		c.tell(Closed{f})
	}
}

func (c *Call) carryOut(command engine.Command) {
	switch command := command.(type) {
	case engine.Play:
		c.saying = saying{n: command.N, prompts: command.Prompts, language: command.Language}
		c.told()
		if len(command.Prompts) == 0 { // values that nobody has set
			c.pending = append(c.pending, engine.Played{N: command.N})
		}
	case engine.StopPlay:
		c.saying = saying{}
	case engine.Arm:
		c.timers[command.Timer] = alarm{n: command.N, at: c.now.Add(command.After)}
	case engine.Disarm:
		delete(c.timers, command.Timer)
	case engine.Fetch:
		c.ask(command)
	case engine.CallOut:
		c.callOut(command)
	case engine.CancelFetch:
		c.answer = nil
	case engine.RecordCaller:
		c.record(command)
	case engine.FindRecording:
		c.find(command.N)
	case engine.AskLeg:
		c.pending = append(c.pending, engine.AgentLeft{Offer: command.Offer, Result: contact.NoAnswer})
	case engine.Release:
		c.pending = append(c.pending, engine.CallerLeft{Cause: command.Cause})
	}
}

// Hear listens to the next prompt to its end, if one is being said.
func (c *Call) Hear() (ivr.Prompt, bool) {
	s := &c.saying
	if s.heard >= len(s.prompts) || c.closed != nil {
		return "", false
	}
	p := s.prompts[s.heard]
	s.heard++
	c.heard = append(c.heard, p)
	c.tell(Heard{Prompt: p, Language: s.language})
	if s.heard == len(s.prompts) {
		n := s.n
		c.saying = saying{}
		c.do(engine.Played{N: n})
	}
	return p, true
}

// Listen hears everything, up to a silence.
func (c *Call) Listen() {
	for {
		if _, more := c.Hear(); !more {
			return
		}
	}
}

// Press presses a key, and reports whether a menu is there to take it.
func (c *Call) Press(key byte) bool {
	if c.session.Phase != engine.InMenu && !c.leavesBy(key) {
		return false
	}
	c.demanded = len(c.heard)
	c.do(engine.Key{Key: key})
	if r := c.recording; r != nil && r.FinishKey == key && r.began.Before(c.now) {
		c.endRecording()
	}
	return true
}

// leavesBy reports whether who waits may leave the queue by a key.
func (c *Call) leavesBy(key byte) bool {
	_, leads := ivr.Leaves(c.tree(), c.session.Menu, key)
	return c.Waits() && leads
}

// standing is where the caller stands: behind those who were before him, who wait as long
// as was said.
func (c *Call) standing(contact.ID, int64) (engine.Standing, bool) {
	found, rec := c.scene.Queue(c.Queue()), c.session.Record
	left := found.EstimatedWait - time.Duration(c.now.UnixMicro()-rec.QueuedAt)*time.Microsecond
	return engine.Standing{Position: found.Waiting + 1, Wait: max(left, 0), By: "scene", Known: left > 0}, true
}

// Wait listens, and then lets time pass in silence.
func (c *Call) Wait(d time.Duration) {
	until := c.now.Add(d)
	for c.Listen(); ; c.Listen() {
		at, running := c.next()
		if !running || at.After(until) {
			break
		}
		c.advance()
	}
	c.now = until
}

// Silence listens, and then lets time pass up to the next time-out. It reports
// whether there is one.
func (c *Call) Silence() bool {
	c.Listen()
	_, running := c.next()
	if running {
		c.advance()
	}
	return running
}

// next is when something comes by itself.
func (c *Call) next() (at time.Time, running bool) {
	_, at, running = c.nextAlarm()
	if c.answer != nil && c.closed == nil && (!running || c.answer.at.Before(at)) {
		return c.answer.at, true
	}
	if c.Records() && (!running || c.recording.ends().Before(at)) {
		return c.recording.ends(), true
	}
	return at, running
}

// advance lets time pass up to there.
func (c *Call) advance() {
	timer, at, running := c.nextAlarm()
	if c.Records() && (!running || c.recording.ends().Before(at)) {
		c.now = c.recording.ends()
		c.endRecording()
		return
	}
	if a := c.answer; a != nil && (!running || a.at.Before(at)) {
		c.answer, c.now = nil, a.at
		c.do(a.fetched)
		return
	}
	c.fire(timer)
}

// nextAlarm is the timer that runs out first.
func (c *Call) nextAlarm() (timer engine.Timer, at time.Time, running bool) {
	if c.closed != nil {
		return 0, at, false
	}
	for t, a := range c.timers {
		if !running || a.at.Before(at) || a.at.Equal(at) && t < timer {
			timer, at, running = t, a.at, true
		}
	}
	return timer, at, running
}

func (c *Call) fire(t engine.Timer) {
	a := c.timers[t]
	delete(c.timers, t)
	c.now = a.at
	c.do(engine.Fired{Timer: t, N: a.n})
}

// HangUp ends the call by the caller's will. It reports whether there was a call.
func (c *Call) HangUp() bool {
	if c.closed != nil {
		return false
	}
	c.demanded = len(c.heard)
	c.do(engine.CallerLeft{Cause: 16})
	c.saying = saying{}
	return true
}

// NotReached ends the try to reach a number outside, if that rings.
func (c *Call) NotReached(why contact.RingResult) bool {
	if c.sent == nil || c.closed != nil {
		return false
	}
	c.do(engine.AgentLeft{Offer: c.sent.Transfer, Result: why})
	return true
}

// GiveUp ends the wait in the queue, since nobody will come, if the call waits.
func (c *Call) GiveUp(why contact.Refusal) bool {
	if !c.Waits() {
		return false
	}
	c.do(engine.GivenUp{Reason: why, Queueing: c.session.Record.Queueings})
	return true
}

// Waits reports whether the call waits in a queue.
func (c *Call) Waits() bool { return c.closed == nil && c.session.Phase == engine.Waiting }

// Queue is where the call waits, or waited last.
func (c *Call) Queue() contact.Queue { return c.session.Record.Queue }

// Over reports whether the call has ended.
func (c *Call) Over() bool { return c.closed != nil }

// Node is where in the tree the call is, or was last.
func (c *Call) Node() ivr.NodeID { return c.session.Menu.Node }

// Asks reports whether the tree awaits a key at that node now.
func (c *Call) Asks() bool {
	return c.session.Phase == engine.InMenu && (c.session.Menu.Phase == ivr.Listening || c.session.Menu.Phase == ivr.Prompting)
}

// Patience is how long the call waits in silence before it goes on by itself.
func (c *Call) Patience() (time.Duration, bool) {
	at, running := c.next()
	return at.Sub(c.now), running && len(c.saying.prompts) == 0
}

// Now is the time of the call.
func (c *Call) Now() time.Time { return c.now }

// Vars are the attributes gathered so far.
func (c *Call) Vars() ivr.Vars { return c.session.Menu.Vars }

// Authentication is how far the menu has identified the caller.
func (c *Call) Authentication() int { return c.session.Menu.Authentication }

// Path holds the nodes entered, in order.
func (c *Call) Path() []ivr.NodeID { return slices.Clip(c.path) }

// Decision is where routing has sent the call, if it has.
func (c *Call) Decision() (routing.Decision, bool) {
	switch {
	case c.sent != nil:
		f := c.sent
		return routing.Decision{
			Service: &routing.LocalService{Name: f.Service, Number: f.Number}, Department: f.Department,
			Organisation: f.Organisation, Rule: f.Rule,
		}, true
	case c.queued != nil && c.session.Record.GivenUp == "":
		f := c.queued
		return routing.Decision{
			Queue: f.Queue, Priority: f.Priority, Steps: f.Steps, Organisation: f.Organisation, Department: f.Department,
			Policies: f.Policies, Strategy: f.Strategy, Hours: f.Hours, Closing: f.Closing, Rule: f.Rule,
		}, true
	}
	return routing.Decision{}, false
}

// Refused is why the call was turned away last, if it was and no queue has taken
// it since.
func (c *Call) Refused() contact.Refusal {
	switch {
	case c.session.Record.GivenUp != "":
		return c.session.Record.GivenUp
	case c.session.Refused != nil:
		return c.session.Refused.Reason
	}
	return ""
}

// Ending is what became of the call, if it is over.
func (c *Call) Ending() (fact.Closed, bool) {
	if c.closed == nil {
		return fact.Closed{}, false
	}
	return *c.closed, true
}

// Stands says in words where the call is: what somebody finds who looks.
func (c *Call) Stands() string {
	node := c.session.Menu.Node
	switch {
	case c.closed != nil:
		return "the call over: " + EndWords(*c.closed)
	case c.Waits():
		return fmt.Sprintf("the call waiting in the queue %s", c.Queue())
	case c.sent != nil:
		return fmt.Sprintf("%s being called", c.sent.Service)
	case c.session.Greeting != nil:
		return fmt.Sprintf("the announcement of the %s being heard", c.session.Greeting.Place)
	case len(c.saying.prompts) > 0:
		return fmt.Sprintf("%s being said at %s", c.saying.prompts[c.saying.heard], node)
	}
	if c.session.Menu.Phase == ivr.Fetching {
		return fmt.Sprintf("%s awaiting an answer of %s", node, c.asked.Backend)
	}
	if c.Records() {
		return fmt.Sprintf("%s recording a message", node)
	}
	return fmt.Sprintf("%s awaiting a key", node)
}

// EndWords says how a call ended: its outcome, and what makes it that.
func EndWords(f fact.Closed) string {
	text := string(f.Outcome)
	if detail := string(f.Refusal) + string(f.Stage); detail != "" {
		text += " (" + detail + ")"
	}
	return text
}
