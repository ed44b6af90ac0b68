package model

import (
	"errors"
	"slices"
	"strings"
	"time"

	v5 "github.com/CyCoreSystems/ari/v5"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/channel/voice"
	"github.com/guichet/guichet/internal/contact"
)

// link is one Asterisk node as one controller commands it.
type link struct {
	c    *controller
	a    *asterisk
	name contact.Node
	task *task

	client   *client // of the present hold; nil while there is none
	since    int64   // begin of the present hold
	again    int64   // when we registered again after a replacement
	restOK   bool
	upSince  int64
	refusals refusals
	gaveUp   bool // its calls were closed, and it has not answered since
	box      []any
	heard    map[string]*session
}

// What a link's mailbox carries, besides events of Asterisk.
type (
	linkUp       struct{ session uint64 }
	linkDown     struct{}
	linkReplaced struct{}
	newCall      struct {
		start   *v5.StasisStart
		session uint64
		s       *session
	}
)

const (
	askEvery = 250 * time.Millisecond
	holdPoll = 50 * time.Millisecond
	aloneFor = 10 * time.Second
)

func (l *link) put(m any) {
	l.box = append(l.box, m)
	l.task.signal()
}

// run asks until Asterisk answers, and commands the node while it is held.
func (l *link) run(t *task) {
	for {
		if l.ask(t); !l.restOK {
			l.knock(t)
		}
		for asked := l.c.w.now; l.c.w.now-asked < askEvery.Microseconds(); t.sleep(holdPoll) {
			if l.c.holds(string(l.name)) {
				l.hold(t)
				break
			}
		}
	}
}

// call is one request of the link itself.
func (l *link) call(t *task, do func() error) (err error) {
	t.exchange(func(done func()) {
		l.a.rest(l.c.process, nil, do, func(e error) {
			err = e
			done()
		})
	})
	return err
}

func (l *link) ask(t *task) {
	if l.restOK = l.call(t, func() error { return nil }) == nil; l.restOK {
		l.answered()
	}
}

// deaf: the node is held and its probe has not echoed for so long that it should
// be given back.
func (l *link) deaf(limit time.Duration) bool {
	now := l.c.w.now
	if l.gaveUp {
		limit = lostHold
	}
	return l.client != nil && now-l.since >= limit.Microseconds() && now-l.client.lastEcho > limit.Microseconds()
}

// hold registers the application and serves its events until the node is lost.
func (l *link) hold(t *task) {
	l.since, l.heard, l.box = l.c.w.now, map[string]*session{}, nil
	l.client = newClient(l)
	for until := l.since + 2e6; l.c.journal.pending(l.name) > 0 && l.c.w.now < until; {
		t.sleep(5 * time.Millisecond)
	}
	k := l.client
	k.task = l.c.start(k.run)
	l.c.start(func(t *task) { l.watch(t, k) })
	l.c.start(func(t *task) { l.watchPhones(t, k) })
	l.c.start(func(t *task) { l.watchLoss(t, k) })
	for l.held() {
		for len(l.box) > 0 && l.held() {
			m := l.box[0]
			l.box = l.box[1:]
			l.handle(t, m)
		}
		if l.held() {
			t.wait(holdPoll)
		}
	}
	l.end()
}

// held: the present hold goes on.
func (l *link) held() bool { return !l.client.closed && l.c.holds(string(l.name)) }

// watch closes the socket as soon as the node is lost.
func (l *link) watch(t *task, k *client) {
	for !k.closed {
		if !l.c.holds(string(l.name)) {
			k.close()
			l.task.signal()
		}
		t.sleep(holdPoll)
	}
}

// end stops the sessions of this node; their calls stay in Asterisk.
func (l *link) end() {
	l.client.close()
	for _, id := range l.c.liveIDs() {
		if s := l.c.lives[id]; s.node == l.name {
			s.stop()
		}
	}
	l.client, l.restOK, l.upSince = nil, false, 0
}

// drop is the end of the process: the kernel closes the socket.
func (l *link) drop() {
	if l.client != nil {
		l.client.disconnect()
	}
}

func (l *link) handle(t *task, m any) {
	switch m := m.(type) {
	case newCall:
		l.arrive(m)
	case linkUp:
		l.upSince = l.c.w.now
		l.adoptContacts()
		l.listUntilDone(t, m.session)
	case linkDown:
		l.goSilent()
	case linkReplaced:
		l.goSilent()
		l.wasReplaced(t)
	case *v5.StasisStart:
		l.refuse(ari.ChannelID(m.Channel.ID))
	}
}

func (l *link) goSilent() {
	l.upSince = 0
	for _, id := range l.c.liveIDs() {
		if s := l.c.lives[id]; s.node == l.name {
			s.put(linkDown{})
		}
	}
}

// wasReplaced stays silent until a beat of ours that was appended since comes
// back; if the node is still ours, the application is taken back.
func (l *link) wasReplaced(t *task) {
	if !l.c.w.breaks(NoSilence) && !l.awaitOwnBeat(t) || !l.held() && !l.c.w.breaks(NoSilence) {
		return
	}
	if l.again != 0 && l.c.w.now-l.again < aloneFor.Microseconds() {
		l.c.w.trace(l.c.name, "gives up: replaced again at once at %s", l.name)
		l.c.w.gaveUp(l.c)
		return
	}
	l.again = l.c.w.now
	l.client.reregister = true
	l.client.task.signal()
}

// awaitOwnBeat waits for the second beat of ours: the first may have been on its
// way already.
func (l *link) awaitOwnBeat(t *task) bool {
	beat := func() any { return l.c.state.Protocol.Controllers[l.c.name].Beat }
	from, beats := beat(), 0
	for l.held() {
		t.sleep(holdPoll)
		if b := beat(); b != from {
			if from, beats = b, beats+1; beats == 2 {
				return true
			}
		}
	}
	return false
}

// deliver routes an event to the session that listens, or to the link.
func (l *link) deliver(v any, session uint64) {
	ids := about(v)
	found := false
	for i, id := range ids {
		s := l.heard[id]
		if s == nil || slices.ContainsFunc(ids[:i], func(other string) bool { return l.heard[other] == s }) {
			continue
		}
		found = true
		s.put(asteriskSaid{v})
	}
	if found {
		return
	}
	if start, is := v.(*v5.StasisStart); is && !voice.IsLeg(ari.ChannelID(start.Channel.ID)) && start.Args[0] == "entry" {
		s := l.newSession(contactOf(ari.ChannelID(start.Channel.ID)), voice.Call{Channel: ari.ChannelID(start.Channel.ID)}, "")
		s.waitsToBegin = true
		l.listen(start.Channel.ID, s)
		l.put(newCall{start: start, session: session, s: s})
		return
	}
	l.put(v)
}

// about are the channels and the bridge that an event names.
func about(v any) []string {
	switch v := v.(type) {
	case *v5.StasisStart:
		return []string{v.Channel.ID}
	case *v5.StasisEnd:
		return []string{v.Channel.ID}
	case *v5.ChannelStateChange:
		return []string{v.Channel.ID}
	case *v5.ChannelDtmfReceived:
		return []string{v.Channel.ID}
	case *v5.ChannelHangupRequest:
		return []string{v.Channel.ID}
	case *v5.ChannelDestroyed:
		return []string{v.Channel.ID}
	case *v5.PlaybackFinished:
		return []string{strings.TrimPrefix(v.Playback.TargetURI, "channel:")}
	case *v5.RecordingStarted:
		return []string{strings.TrimPrefix(v.Recording.TargetURI, "channel:")}
	case *v5.RecordingFinished:
		return []string{strings.TrimPrefix(v.Recording.TargetURI, "channel:")}
	case *v5.ChannelEnteredBridge:
		return []string{v.Channel.ID, v.Bridge.ID}
	case *v5.ChannelLeftBridge:
		return []string{v.Channel.ID, v.Bridge.ID}
	}
	return nil
}

func (l *link) listen(id string, s *session) {
	if l.heard[id] != s {
		s.ids = append(s.ids, id)
	}
	l.heard[id] = s
}

// forget ends the routing to a session.
func (l *link) forget(s *session) {
	for _, id := range s.ids {
		if l.heard[id] == s {
			delete(l.heard, id)
		}
	}
	s.ids = nil
}

// refuse ends a channel that nobody expects.
func (l *link) refuse(id ari.ChannelID) {
	if !l.c.w.breaks(OrphansKept) {
		l.insist(func() error { return l.a.hangUp(id) })
	}
}

// insist sends a request that ends something, until it is done.
func (l *link) insist(end func() error) {
	k := l.client
	l.c.start(func(t *task) {
		for wait := 50 * time.Millisecond; !k.closed; wait = min(2*wait, 2*time.Second) {
			if err := l.call(t, end); err == nil || errors.Is(err, ari.ErrNotFound) {
				return
			}
			t.sleep(wait)
		}
	})
}
