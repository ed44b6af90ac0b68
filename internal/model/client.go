package model

import (
	"time"
)

// socket is one registration of the application, and the events that go there.
type socket struct {
	k    *client
	last int64 // when the latest event arrives
	gone bool
}

// What a socket brings besides events of Asterisk.
type (
	echo struct {
		of    *client
		probe int
	}
	replaced struct{}
	cut      struct{}
)

// send delivers in order. What a broken path holds up comes when it is mended, if
// the socket is still there.
func (s *socket) send(a *asterisk, v any) {
	p := s.k.l.c.process
	net := a.paths[p.name]
	switch {
	case s.gone:
		return
	case net.half || net.deaf: // TCP sends it again, if the socket lives so long
		net.held = append(net.held, func() { s.send(a, v) })
		return
	}
	at := max(s.last, a.w.now+a.w.between(100*time.Microsecond, 2*time.Millisecond).Microseconds())
	s.last = at
	k := s.k
	a.w.agenda.plan(at, k.p, func() { k.receive(s, v) })
}

// closed ends the socket from the side of Asterisk.
func (s *socket) closed(a *asterisk) {
	if a.app == s {
		a.app = nil
	}
	s.send(a, cut{})
	s.gone = true
}

// client is the connection of one hold, as package ari keeps it.
type client struct {
	l    *link
	p    *process
	task *task

	closed     bool
	socket     *socket
	session    uint64
	up         bool
	replaced   bool
	reregister bool
	again      bool // it registers after a replacement
	lastEcho   int64
	probes     int
	broken     bool
}

const (
	probeEvery    = time.Second
	probeDeadline = 2 * time.Second
	firstEcho     = 100 * time.Millisecond
)

func newClient(l *link) *client { return &client{l: l, p: l.c.process} }

// commandable: the link is up and a probe echoed lately.
func (k *client) commandable() bool {
	return k.up && !k.closed && k.p.w.now-k.lastEcho <= probeDeadline.Microseconds()
}

func (k *client) run(t *task) {
	pause := 50 * time.Millisecond
	for !k.closed {
		wasUp := k.connect(t) && k.serve(t)
		switch {
		case k.closed:
		case k.replaced:
			for !k.reregister && !k.closed {
				t.wait(time.Second)
			}
			k.replaced, k.reregister, k.again = false, false, true
			pause = 50 * time.Millisecond
		default:
			if wasUp {
				pause = 50 * time.Millisecond
			}
			t.sleep(k.p.w.between(pause/2, pause))
			pause = min(2*pause, 2*time.Second)
		}
	}
}

// connect registers the application: whoever had it is told, and hears no more.
func (k *client) connect(t *task) bool {
	var err error
	s := &socket{k: k}
	a := k.l.a
	k.socket, k.broken, k.up = s, false, false
	t.exchange(func(done func()) {
		a.request(k.p, nil, false, func() error {
			if old := a.app; old != nil {
				old.send(a, replaced{})
				old.gone = true
			}
			a.app = s
			a.w.trace(string(a.name), "%s registers", k.p.name)
			a.w.registered(k)
			return nil
		}, func(e error) {
			err = e
			done()
		})
	})
	if err != nil {
		k.disconnect()
		return false
	}
	k.session++
	k.again = false
	return true
}

// serve probes until the session ends; it reports whether it was up.
func (k *client) serve(t *task) (wasUp bool) {
	for !k.over() && k.probe(t) {
		wasUp = true
		for until := k.p.w.now + probeEvery.Microseconds(); k.p.w.now < until && !k.over(); {
			t.wait(time.Duration(until-k.p.w.now) * time.Microsecond)
		}
	}
	k.disconnect()
	if k.replaced {
		k.l.put(linkReplaced{})
	} else if wasUp {
		k.l.put(linkDown{})
	}
	return wasUp
}

func (k *client) over() bool { return k.closed || k.broken || k.replaced }

// probe sends probes until one echoes, or the deadline has passed.
func (k *client) probe(t *task) bool {
	deadline := k.p.w.now + probeDeadline.Microseconds()
	wait := probeDeadline
	if !k.up {
		wait = firstEcho
	}
	for ; k.p.w.now < deadline && !k.over(); wait *= 2 {
		k.probes++
		number, since := k.probes, k.lastEcho
		k.l.a.rest(k.p, nil, func() error {
			k.l.a.emit(echo{k, number})
			return nil
		}, func(error) {})
		for until := min(deadline, k.p.w.now+wait.Microseconds()); k.p.w.now < until && k.lastEcho == since && !k.over(); {
			t.wait(time.Duration(until-k.p.w.now) * time.Microsecond)
		}
		if k.lastEcho != since {
			return !k.over()
		}
	}
	return false
}

// disconnect closes the socket from our side; over a half-open path Asterisk
// does not hear of it.
func (k *client) disconnect() {
	k.up = false
	s, a := k.socket, k.l.a
	k.socket = nil
	if s == nil || a.paths[k.p.name].half {
		return
	}
	a.w.nature(time.Millisecond, func() {
		s.gone = true
		if a.app == s {
			a.app = nil
		}
	})
}

// close ends the client with its hold.
func (k *client) close() {
	k.closed = true
	k.disconnect()
	if k.task != nil {
		k.task.signal()
	}
}

func (k *client) receive(s *socket, v any) {
	if k.socket != s || k.closed {
		return
	}
	switch v := v.(type) {
	case echo:
		if v.of != k || v.probe != k.probes {
			return // an earlier one proves nothing about now
		}
		k.lastEcho = k.p.w.now
		if !k.up {
			k.up = true
			k.l.put(linkUp{session: k.session})
		}
		k.task.signal()
	case replaced:
		k.replaced = true
		k.task.signal()
	case cut:
		k.broken = true
		k.task.signal()
	default:
		k.l.deliver(v, k.session)
	}
}
