package node

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/channel/voice"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
)

// session gives one contact its life: events of its telephone line, its timers
// and the ledger come through one mailbox and are handled in order by one
// goroutine. It waits for nothing else.
type session struct {
	c     *Controller
	link  *link
	id    contact.ID
	rules engine.Rules
	box   *mailbox

	state engine.Session
	seq   uint64       // of the last fact written
	first engine.Event // begins a new contact, before everything in the mailbox
	line  *voice.Line
	lanes map[voice.Lane]*lane
	// born is the websocket session whose events this session has seen from
	// its beginning; a listing taken before is none of its business.
	born uint64
	// paused: the link is down; commands wait for the next listing.
	paused bool
	// unknown: the ledger lost the contact for good.
	unknown     bool
	bridgeEnded bool
	timers      [2]*time.Timer
	late        []engine.Fired // timers that ran out while paused

	ctx      context.Context
	cancel   context.CancelFunc
	requests sync.WaitGroup
}

// What a mailbox carries, besides ari.Event.
type (
	engineEvent struct{ event engine.Event }
	requestDone struct {
		request voice.Request
		lane    *lane
		err     error
	}
	linkDown struct{}
	resync   struct {
		snapshot voice.Snapshot
		session  uint64
	}
	// ledgerKnows tells which offer the ledger has after it lost facts.
	ledgerKnows struct {
		offer   fact.OfferID
		unknown bool
	}
	// folded says that the ledger has closed the contact.
	folded struct{}
	stop   struct{}
)

// lane sends its requests one after the other.
type lane struct {
	queue  []voice.Request
	flying bool
	abort  context.CancelFunc // of the request under way
	stale  bool               // its result does not count any more
}

// run handles the mailbox until the contact is over or the controller stops.
func (s *session) run() {
	defer s.cleanUp()
	if s.first != nil {
		s.step(s.first)
	}
	for {
		for _, m := range s.box.take() {
			if _, end := m.(stop); end {
				return
			}
			s.handle(m)
			if s.over() {
				return
			}
		}
	}
}

// over reports whether nothing is left to do: neither in Asterisk nor in the
// ledger. A caller may leave just when an offer is on its way to the ledger; it
// lands before the closing fact, and somebody must answer it.
func (s *session) over() bool {
	if !s.state.Over() || !s.quiet() {
		return false
	}
	if bridge, made := s.line.BridgeMade(); made && !s.bridgeEnded {
		s.bridgeEnded = true
		s.link.endBridge(bridge)
	}
	return s.unknown || s.c.settled(s.id, s.seq)
}

// quiet reports whether no request is under way.
func (s *session) quiet() bool {
	for _, l := range s.lanes {
		if l.flying || len(l.queue) > 0 {
			return s.paused
		}
	}
	return true
}

func (s *session) handle(m any) {
	switch m := m.(type) {
	case ari.Event:
		s.follow(s.line.Observe(m))
	case engineEvent:
		if fired, is := m.event.(engine.Fired); is && s.paused {
			s.late = append(s.late, fired) // timers stop while we cannot command
			return
		}
		s.step(m.event)
	case requestDone:
		s.requestIsDone(m)
	case linkDown:
		s.pause()
	case resync:
		s.resync(m)
	case ledgerKnows:
		s.unknown = m.unknown
		if mine := s.state.Record.Offer; mine != "" && mine != m.offer && !s.state.Record.Connected() {
			s.c.live.repaired("lost_offer")
			s.step(engine.OfferGone{Offer: mine})
		}
	}
}

// step runs the core and carries out what it asks for: facts first.
func (s *session) step(e engine.Event) {
	at := s.c.clock.now()
	next, effects := engine.Step(s.rules, s.state, at, e)
	s.state = next
	s.c.journal.write(s.link.name, string(s.id), s.seq+1, at, effects.Facts)
	s.seq += uint64(len(effects.Facts))
	for _, command := range effects.Commands {
		switch command := command.(type) {
		case engine.Arm:
			s.arm(command)
		case engine.Disarm:
			s.disarm(command.Timer)
		default:
			s.follow(s.line.Do(command))
		}
	}
}

// follow sends the requests of a line and feeds its events to the core.
func (s *session) follow(out voice.Out) {
	for _, id := range out.Listen {
		s.link.listen(string(id), s.box)
	}
	for _, r := range out.Requests {
		s.send(r)
	}
	for _, e := range out.Events {
		s.step(e)
	}
}

func (s *session) send(r voice.Request) {
	l := s.lanes[r.Lane]
	if l == nil {
		l = &lane{}
		s.lanes[r.Lane] = l
	}
	l.queue = append(l.queue, r)
	s.advance(l)
}

// advance sends the next request of a lane, unless one is in flight.
func (s *session) advance(l *lane) {
	if l.flying || len(l.queue) == 0 || s.paused {
		return
	}
	r := l.queue[0]
	l.queue = l.queue[1:]
	l.flying = true
	ctx, abort := context.WithCancel(s.ctx)
	l.abort = abort
	s.requests.Go(func() {
		defer abort()
		if r.After > 0 {
			pause(ctx, r.After)
		}
		err := ctx.Err()
		if err == nil {
			err = s.link.send(ctx, r)
		}
		s.box.put(requestDone{request: r, lane: l, err: err})
	})
}

// silentRetry is the pause before a request is tried that could not be sent.
const silentRetry = 100 * time.Millisecond

func (s *session) requestIsDone(d requestDone) {
	d.lane.flying = false
	switch {
	case d.lane.stale:
		d.lane.stale = false // of before a pause: the listing tells what became of it
	case s.ctx.Err() != nil:
	case errors.Is(d.err, errSilent):
		// It was not sent: its turn is still to come.
		d.request.After = silentRetry
		d.lane.queue = append([]voice.Request{d.request}, d.lane.queue...)
	default:
		s.follow(s.line.Done(d.request, d.err))
	}
	s.advance(d.lane)
}

// pause stops commanding: the link is down. What was not sent is dropped, and
// derived again from the state after the next listing.
func (s *session) pause() {
	s.paused = true
	s.dropRequests()
}

// dropRequests forgets what was not sent and breaks off what is under way. What
// comes next in a lane waits until that has returned: one command at a time.
func (s *session) dropRequests() {
	for _, l := range s.lanes {
		l.queue = nil
		if l.flying {
			l.stale = true
			l.abort()
		}
	}
}

// resync takes up the line from a listing.
func (s *session) resync(r resync) {
	if r.session <= s.born {
		return
	}
	s.born = r.session
	s.paused = false
	s.dropRequests()
	s.follow(s.line.Resync(r.snapshot))
	late := s.late
	s.late = nil
	for _, f := range late {
		s.step(f)
	}
}

func (s *session) arm(a engine.Arm) {
	s.disarm(a.Timer)
	fired := engine.Fired{Timer: a.Timer, N: a.N}
	s.timers[a.Timer] = time.AfterFunc(a.After, func() { s.box.put(engineEvent{fired}) })
}

func (s *session) disarm(t engine.Timer) {
	if s.timers[t] != nil {
		s.timers[t].Stop()
		s.timers[t] = nil
	}
}

// offered puts an accepted offer in the mailbox. Called with the state locked.
func (s *session) offered(a fold.Applied, f fact.Offered, phone string) {
	s.box.put(engineEvent{engine.OfferAccepted{
		Offer: fact.OfferID(a.Entry.Self.String()), Fact: f, Phone: phone,
	}})
}

// foreign puts a fact that somebody else wrote in the mailbox.
func (s *session) foreign(a fold.Applied, e engine.Event) {
	if a.Entry.Writer != s.c.instance {
		s.box.put(engineEvent{e})
	}
}

func (s *session) cleanUp() {
	s.c.log.Debug("contact let go", zap.String("contact", string(s.id)),
		zap.String("outcome", string(s.state.Record.Outcome)))
	s.cancel()
	for t := range s.timers {
		s.disarm(engine.Timer(t))
	}
	s.requests.Wait()
	s.link.forget(s.box)
	s.box.passOn(s.link.tooLate)
	s.c.forget(s)
}

// closeSessions ends all sessions without touching their calls.
func (c *Controller) closeSessions() {
	c.mu.RLock()
	for _, s := range c.sessions {
		s.box.put(stop{})
	}
	c.mu.RUnlock()
	for _, l := range c.links {
		l.running.Wait()
	}
}

// settled reports whether the ledger knows all facts of a contact, up to seq,
// and has closed it.
func (c *Controller) settled(id contact.ID, seq uint64) bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.state.Contacts[id] == nil && c.state.Protocol.Seq(string(id)) >= seq
}

func (c *Controller) forget(s *session) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.sessions, s.id)
}
