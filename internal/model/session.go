package model

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"time"

	v5 "github.com/CyCoreSystems/ari/v5"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/channel/voice"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
)

// session gives one contact its life, as in internal/node: the production engine
// and the production line, and between them a mailbox, timers and lanes.
type session struct {
	c       *controller
	link    *link
	node    contact.Node
	id      contact.ID
	channel ari.ChannelID
	line    *voice.Line
	rules   engine.Rules
	state   engine.Session
	seq     uint64

	box     []any
	planned bool // somebody will look into the box
	ids     []string
	lanes   map[voice.Lane]*lane
	timers  map[engine.Timer]int // number of the timer that runs
	born    uint64
	paused  bool
	gone    bool // the node's Asterisk is, until the next listing
	late    []engine.Fired
	unknown bool
	over    bool

	waitsToBegin bool // claimed, and not begun yet
	turnedAway   bool // when nobody was there
	bridgeEnded  bool
	dropped      map[fact.OfferID]bool // legs whose hang-up was sent
}

// lane sends its requests one after the other.
type lane struct {
	queue  []queued
	flying bool
	abort  func()
	stale  bool
}

type queued struct {
	voice.Request
	caught *request // only if the rule of looking again is broken
}

// What a mailbox carries, besides linkDown.
type (
	asteriskSaid struct{ event any }
	requestDone  struct {
		request queued
		lane    *lane
		err     error
	}
	resync struct {
		snapshot voice.Snapshot
		session  uint64
	}
	ledgerKnows struct {
		offer   fact.OfferID
		unknown bool
		parties []engine.Party
		seq     uint64
		// closed and queueing are for letters.
		closed   bool
		queueing engine.QueueingVoid
	}
	folded struct{}
)

// errSilent says that commands wait for the probe to echo.
var errSilent = errors.New("asterisk does not echo; commands wait")

const silentRetry = 100 * time.Millisecond

func (l *link) newSession(id contact.ID, call voice.Call, live fact.OfferID) *session {
	call.Contact, call.Trunk, call.Salt = id, trunk, strconv.FormatInt(l.c.w.now%1e9, 36)
	return &session{
		c: l.c, link: l, node: l.name, id: id, channel: call.Channel, rules: l.c.siteRules(id),
		line:  voice.New(call, func(prompt, _ string) []string { return []string{"sound:" + prompt} }, live),
		lanes: map[voice.Lane]*lane{}, timers: map[engine.Timer]int{}, dropped: map[fact.OfferID]bool{},
	}
}

func (s *session) begin(e engine.Event) {
	s.waitsToBegin = false
	s.step(e)
	s.plan()
}

// put is an event on its way into the mailbox; the session handles it a little
// later.
func (s *session) put(m any) {
	s.box = append(s.box, m)
	s.plan()
}

func (s *session) plan() {
	if s.planned || s.waitsToBegin || s.over || len(s.box) == 0 {
		return
	}
	s.planned = true
	s.c.after(s.c.w.between(0, time.Millisecond), func() {
		s.planned = false
		for len(s.box) > 0 && !s.over {
			m := s.box[0]
			s.box = s.box[1:]
			s.handle(m)
			if s.isOver() {
				s.stop()
			}
		}
	})
}

// foreign puts a fact that somebody else wrote in the mailbox.
func (s *session) foreign(a fold.Applied, o fact.OfferID) {
	if a.Entry.Writer != s.c.name {
		s.put(engine.OfferGone{Offer: o})
	}
}

// isOver: nothing is left to do, neither in Asterisk nor in the ledger.
func (s *session) isOver() bool {
	if !s.state.Over() || !s.quiet() {
		return false
	}
	if bridge, made := s.line.BridgeMade(); made && !s.bridgeEnded {
		s.bridgeEnded = true
		s.link.endBridge(bridge)
	}
	return s.unknown && s.c.neverKnows(s.id) || s.c.state.Contacts[s.id] == nil && s.c.state.Protocol.Seq(string(s.id)) >= s.seq
}

// neverKnows: the ledger knows nothing of the contact, and its first fact is not on its way.
func (c *controller) neverKnows(id contact.ID) bool {
	return c.state.Protocol.Seq(string(id)) == 0 && !c.journal.fills(string(id), 1)
}

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
	case asteriskSaid:
		e := ari.Event{Value: m.event}
		if key, is := m.event.(*v5.ChannelDtmfReceived); is {
			e.At = time.Time(key.Timestamp)
		}
		s.follow(s.line.Observe(e))
		s.joinDropped(m.event)
	case engine.Fired:
		if s.paused {
			s.late = append(s.late, m) // timers stop while we cannot command
			return
		}
		s.step(m)
	case engine.Event:
		s.step(m)
	case requestDone:
		s.requestIsDone(m)
	case linkDown:
		s.paused = true
		s.dropRequests()
	case resync:
		s.resync(m)
	case nodeLost:
		s.gone = true
	case ledgerKnows:
		s.unknown = m.unknown
		if mine := s.state.Record.Offer; mine != "" && mine != m.offer && !s.state.Record.Connected() {
			s.step(engine.OfferGone{Offer: mine})
		}
		s.lostParties(m)
	}
}

// step runs the core and carries out what it asks for: facts first.
func (s *session) step(e engine.Event) {
	if o, is := e.(engine.OfferAccepted); is && s.c.w.breaks(OffersUnanswered) && s.state.Phase != engine.Waiting && o.Offer != s.state.Record.Offer {
		return
	}
	at := s.c.w.now
	next, effects := engine.Step(s.rules, s.state, at, e)
	s.c.w.trace(s.c.name, "%s %T%+v: %s → %s", s.id, e, e, s.state.Phase, next.Phase)
	s.turnedAway = s.turnedAway || next.Refused != nil && s.c.nobodyIsThere()
	s.state = next
	s.c.journal.write(s.node, string(s.id), s.seq+1, at, effects.Facts)
	s.seq += uint64(len(effects.Facts))
	s.hasty(effects.Facts)
	for _, c := range effects.Commands {
		switch c := c.(type) {
		case engine.Arm:
			s.timers[c.Timer] = c.N
			s.c.after(c.After, func() {
				if s.timers[c.Timer] == c.N {
					s.put(engine.Fired{Timer: c.Timer, N: c.N})
				}
			})
		case engine.Disarm:
			delete(s.timers, c.Timer)
		default:
			s.follow(s.line.Do(c))
		}
	}
}

// hasty takes claims for accepted, if the run leaves out that they are waited for.
func (s *session) hasty(facts []fact.Fact) {
	for _, f := range facts {
		switch f := f.(type) {
		case fact.CallingBack:
			if s.c.w.breaks(CallsUnclaimed) {
				s.put(engine.TransferAccepted{Transfer: f.Call})
			}
		case fact.CallbackRequested:
			if s.c.w.breaks(PromisesToldEarly) {
				s.put(engine.CallbackAccepted{})
			}
		}
	}
}

// joinDropped bridges whoever answers though his hang-up was decided, if the run leaves
// out that he is not.
func (s *session) joinDropped(said any) {
	up, is := said.(*v5.ChannelStateChange)
	if !is || up.Channel.State != "Up" || !s.c.w.breaks(DroppedLegsJoined) {
		return
	}
	for leg := range s.dropped {
		if id := voice.LegID(leg); string(id) == up.Channel.ID {
			s.c.w.commanded(s, voice.Request{Op: voice.OpJoin, Offer: leg})
			s.link.a.rest(s.c.process, nil, func() error {
				return errors.Join(s.link.a.createBridge(voice.BridgeID(s.id)), s.link.a.addToBridge(voice.BridgeID(s.id), s.channel, id))
			}, func(error) {})
		}
	}
}

// follow sends the requests of a line and feeds its events to the core.
func (s *session) follow(out voice.Out) {
	for _, id := range out.Listen {
		s.link.listen(string(id), s)
	}
	for _, r := range out.Requests {
		s.send(r)
	}
	for _, e := range out.Events {
		s.step(e)
	}
}

func (s *session) send(r voice.Request) {
	if r.Op == voice.OpFindRecording && s.c.w.breaks(RecordingsUnsought) {
		return
	}
	l := s.lanes[r.Lane]
	if l == nil {
		l = &lane{}
		s.lanes[r.Lane] = l
	}
	q := queued{Request: r}
	if s.c.w.breaks(DroppedLegsCommanded) {
		q.caught, _ = catch(s.link.a, r)
	}
	if r.Op == voice.OpHangUpLeg {
		s.dropped[r.Offer] = true
	}
	l.queue = append(l.queue, q)
	s.advance(l)
}

// advance sends the next request of a lane, unless one is in flight.
func (s *session) advance(l *lane) {
	if l.flying || len(l.queue) == 0 || s.paused {
		return
	}
	q := l.queue[0]
	l.queue = l.queue[1:]
	l.flying = true
	done := func(err error) { s.put(requestDone{request: q, lane: l, err: err}) }
	aborted := false
	l.abort = func() {
		if !aborted {
			aborted = true
			done(errLost)
		}
	}
	s.c.after(q.After, func() {
		if !aborted {
			s.sendNow(q, l, done)
		}
	})
}

func (s *session) sendNow(q queued, l *lane, done func(error)) {
	if k := s.link.client; s.over || k == nil || !k.commandable() {
		done(&ari.Error{Err: errSilent})
		return
	}
	caught, err := q.caught, error(nil)
	if caught == nil {
		caught, err = catch(s.link.a, q.Request)
	}
	if err != nil {
		done(err)
		return
	}
	s.c.w.commanded(s, q.Request)
	s.c.w.trace(s.c.name, "%s sends %s %s", s.id, q.Op, caught.about)
	about := s.link.a.channels[caught.about]
	l.abort = s.link.a.rest(s.c.process, about, caught.do, done)
}

func (s *session) requestIsDone(d requestDone) {
	d.lane.flying = false
	switch {
	case d.lane.stale:
		d.lane.stale = false // of before a pause: the listing tells
	case errors.Is(d.err, errSilent):
		d.request.After = silentRetry
		d.lane.queue = append([]queued{d.request}, d.lane.queue...)
	default:
		s.c.w.trace(s.c.name, "%s had %s: %v", s.id, d.request.Op, d.err)
		s.follow(s.line.Done(d.request.Request, d.err))
	}
	s.advance(d.lane)
}

// dropRequests forgets what was not sent and breaks off what is under way.
func (s *session) dropRequests() {
	for _, name := range slices.Sorted(maps.Keys(s.lanes)) {
		l := s.lanes[name]
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
	s.born, s.paused, s.gone = r.session, false, false
	s.dropRequests()
	out := s.line.Resync(r.snapshot)
	if s.c.w.breaks(NothingDerived) {
		out.Requests = nil
		out.Events = slices.DeleteFunc(out.Events, func(e engine.Event) bool { _, is := e.(engine.Restarted); return is })
	}
	s.follow(out)
	late := s.late
	s.late = nil
	for _, f := range late {
		s.step(f)
	}
}

// stop lets the contact go; what still comes for it is the link's.
func (s *session) stop() {
	s.over = true
	s.timers = map[engine.Timer]int{}
	s.link.forget(s)
	for _, m := range s.box {
		if said, is := m.(asteriskSaid); is {
			if start, is := said.event.(*v5.StasisStart); is && voice.IsLeg(ari.ChannelID(start.Channel.ID)) {
				s.link.put(start)
			}
		}
	}
	if s.c.lives[s.id] == s {
		delete(s.c.lives, s.id)
	}
}
