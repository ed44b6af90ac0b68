package aritest

import (
	"fmt"
	"time"

	"github.com/guichet/guichet/ari"
)

// Caller is a person on the line.
type Caller struct {
	s  *Server
	ch *channel
}

// Call is an incoming call: the dialplan passes it to Stasis with the
// arguments. If no client has the application, Stasis fails, and the caller
// stays in the dialplan until Retry; of an Outbound Asterisk it does not.
func (s *Server) Call(from, to string, args ...string) *Caller {
	return s.CallBy("PJSIP/trunk", from, to, args...)
}

// CallBy is a call that comes from an endpoint, such as an agent's phone.
func (s *Server) CallBy(endpoint, from, to string, args ...string) *Caller {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, serial := s.nextID()
	ch := &channel{
		id: id, name: fmt.Sprintf("%s-%08x", endpoint, serial), state: "Ring",
		from: party{Name: from, Number: from}, exten: to,
	}
	s.addChannel(ch)
	c := &Caller{s: s, ch: ch}
	c.enter(args)
	return c
}

func (c *Caller) enter(args []string) bool {
	app := c.s.apps[c.s.config.Application]
	if app == nil || app.session == nil && !c.s.outbound {
		return false
	}
	if args == nil {
		args = []string{}
	}
	c.ch.enter(app, args)
	return true
}

// Retry sends a caller who is in the dialplan to Stasis again and reports
// whether an application took the call.
func (c *Caller) Retry(args ...string) bool {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	return !c.ch.gone && !c.ch.inStasis && c.enter(args)
}

// ID returns the channel of the caller.
func (c *Caller) ID() ari.ChannelID { return ari.ChannelID(c.ch.id) }

// Press sends digits, one ChannelDtmfReceived each, at once; by their times they were
// pressed one after another.
func (c *Caller) Press(digits string) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.ch.press(digits)
}

// PressInHaste sends digits so fast, each of 100 ms every 120 ms, that Asterisk holds
// back all but the first two and tells them twice.
func (c *Caller) PressInHaste(digits string) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	for i, digit := range digits {
		c.ch.key(string(digit), keyLength+20*time.Millisecond)
		if i > 1 {
			c.ch.key(string(digit), 50*time.Millisecond)
		}
	}
}

// Hangup ends the call from the caller's side.
func (c *Caller) Hangup() {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.ch.hangup(16, fields{})
}

// Channel returns the caller's channel as it is, or as it was when it ended.
func (c *Caller) Channel() Channel {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	return c.ch.snapshot()
}

func (ch *channel) press(digits string) {
	for _, digit := range digits {
		ch.key(string(digit), keyLength+60*time.Millisecond)
	}
}

const keyLength = 100 * time.Millisecond

// key tells a key that ends so long after the one before, or now if that is later.
func (ch *channel) key(digit string, after time.Duration) {
	if ch.gone || !ch.inStasis || ch.bridge.native() {
		return
	}
	ch.keyed = later(ch.s.now(), ch.keyed.Add(after))
	ch.emit("ChannelDtmfReceived", fields{
		"timestamp": stamp(ch.keyed), "digit": digit, "duration_ms": keyLength.Milliseconds(), "channel": ch.json(),
	})
	if r := ch.recording; r != nil && (r.terminateOn == digit || r.terminateOn == "any") {
		r.finish()
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
