package node

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/channel/voice"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
)

// session gives one contact its life: events of its telephone line, its timers
// and the ledger come through one mailbox and are handled in order by one
// goroutine. It waits for nothing else.
type session struct {
	life
	link    *link
	channel ari.ChannelID // of the caller
	line    *voice.Line
	lanes   map[voice.Lane]*lane
	// born is the websocket session whose events this session has seen from
	// its beginning; a listing taken before is none of its business.
	born uint64
	// paused: the link is down; commands wait for the next listing.
	paused bool
	// gone: the node's Asterisk is gone, and with it all channels, until the next listing.
	gone        bool
	bridgeEnded bool
	late        []engine.Fired // timers that ran out while paused
	asking      asking

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
	// ledgerKnows tells which offer the ledger has after it lost facts, and which parties
	// after the contact's fact of that number, and by what it is queued then; whether it
	// has closed the contact, or knows nothing of it.
	ledgerKnows struct {
		offer    fact.OfferID
		parties  []engine.Party
		queueing engine.QueueingVoid
		seq      uint64
		closed   bool
		unknown  bool
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
		s.guarded(func() { s.happen(*s.first, s.firstOp, s.carryOut) }, s.step, s.endBlindly)
	}
	for {
		for _, m := range s.box.take() {
			if _, end := m.(stop); end {
				return
			}
			s.guarded(func() { s.handle(m) }, s.step, s.endBlindly)
			if s.ended || s.over() {
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
	return s.known()
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
	if s.take(m); s.gone {
		s.loseLine()
	}
}

func (s *session) take(m any) {
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
	case direction:
		s.direct(m)
	case ownCall:
		s.line.BeginEar(ari.ChannelID(m.Call))
		s.step(m.OwnCall)
	case poison:
		s.giveUp(s.step, s.endBlindly)
	case linkDown:
		s.pause()
	case resync:
		s.resync(m)
	case nodeLost:
		s.gone = s.gone || m.session == s.link.current().Session()
	case callerLost, legLost, snoopLost:
		s.lost(m)
	case ledgerKnows:
		if gone, lost := s.lostOffer(m); lost {
			s.step(gone)
		}
		for _, gone := range s.lostParties(m) {
			s.step(gone)
		}
	}
}

// step runs the core and sends the line what it commands.
func (s *session) step(e engine.Event) {
	if no := s.happen(e, "", s.carryOut); no != nil {
		s.refusedAtPhone(e, no)
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
	s.requests.Add(1)
	s.c.couriers.carry(func() {
		defer s.requests.Done()
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
	s.paused, s.gone = false, false
	s.dropRequests()
	s.follow(s.line.Resync(r.snapshot))
	late := s.late
	s.late = nil
	for _, f := range late {
		s.step(f)
	}
}

func (s *session) cleanUp() {
	s.c.log.Debug("contact let go", zap.String("contact", string(s.id)),
		zap.String("outcome", string(s.state.Record.Outcome)))
	s.cancel()
	s.disarmAll()
	s.requests.Wait()
	s.link.forget(s.box)
	s.box.passOn(s.link.tooLate)
	s.c.forget(&s.life)
}

// closeSessions ends all sessions without touching their calls.
func (c *Controller) closeSessions() {
	c.mu.RLock()
	for _, s := range c.lives {
		s.box.put(stop{})
	}
	c.mu.RUnlock()
	for _, l := range c.links {
		l.running.Wait()
	}
	c.mail.running.Wait()
}
