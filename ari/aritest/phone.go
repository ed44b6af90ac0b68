package aritest

import (
	"slices"
	"strings"
	"time"

	"github.com/guichet/guichet/ari"
)

// Behaviour is what a phone does with a call.
type Behaviour struct {
	answers     bool
	after       time.Duration // until it answers or refuses
	cause       int           // of its refusal, 0 for none
	sip         int           // status of its refusal
	rings       bool          // answers 180
	unreachable bool
}

// Answers rings and answers after d, 0 for at once.
func Answers(d time.Duration) Behaviour { return Behaviour{answers: true, after: d, rings: true} }

// Rings rings until the dial times out, unless Phone.Answer or Phone.Refuse is
// called.
func Rings() Behaviour { return Behaviour{rings: true} }

// Silent gives no sign of life: not even a 180, so the leg stays Down.
func Silent() Behaviour { return Behaviour{} }

// Busy answers 486.
func Busy() Behaviour { return Fails(17, 486) }

// Refuses rings and answers 603.
func Refuses() Behaviour { return Behaviour{rings: true, cause: 21, sip: 603} }

// Fails ends each call with a Q.850 cause and a SIP status.
func Fails(cause, sip int) Behaviour { return Behaviour{cause: cause, sip: sip} }

// Unreachable has no registered contact: no leg can even be created.
func Unreachable() Behaviour { return Behaviour{unreachable: true} }

// Phone is an endpoint that takes calls.
type Phone struct {
	s        *Server
	endpoint string

	behaviour Behaviour
	legs      []*channel
	calls     int
	peak      int
	last      Channel
	own       []string // channels of calls that are none of ours
	told      []ari.TransferState
	settings  map[string]string
}

// Busies has the phone in a call that none of its legs is, or in none any more.
func (p *Phone) Busies(with ...string) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	p.own = with
}

// Configure sets the lines of pjsip.conf that Asterisk shows of the endpoint.
func (p *Phone) Configure(settings map[string]string) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	p.settings = settings
}

// Phone sets up the endpoint, such as PJSIP/1001, or changes its behaviour for
// the calls to come.
func (s *Server) Phone(endpoint string, b Behaviour) *Phone {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.phones[endpoint]
	if p == nil {
		p = &Phone{s: s, endpoint: endpoint}
		s.phones[endpoint] = p
	}
	p.behaviour = b
	return p
}

// HasPhone reports whether the endpoint was set up.
func (s *Server) HasPhone(endpoint string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.phones[endpoint] != nil
}

// ring is an INVITE that reaches the phone.
func (p *Phone) ring(ch *channel) {
	p.calls++
	p.legs = append(p.legs, ch)
	p.peak = max(p.peak, len(p.legs))
	b := p.behaviour
	if b.rings {
		ch.setState("Ringing")
		ch.emitDial("RINGING")
	}
	switch {
	case b.cause != 0:
		p.s.after(b.after, func() { ch.refuse(b.cause, b.sip) })
	case b.answers:
		p.s.after(b.after, func() { ch.answer() })
	}
}

func (p *Phone) drop(ch *channel) {
	p.legs = slices.DeleteFunc(p.legs, func(leg *channel) bool { return leg == ch })
	p.last = ch.snapshot()
}

func (ch *channel) answer() {
	if ch.gone || ch.state == "Up" {
		return
	}
	ch.setState("Up")
	ch.emitDial("ANSWER")
}

// refuse ends a leg by the phone's will. Asterisk 22.10.1 sends no Dial with
// BUSY or the like for a leg dialled by ARI: the cause is all there is.
func (ch *channel) refuse(cause, sip int) {
	if ch.state != "Up" {
		ch.hangup(cause, fields{"cause": cause, "tech_cause": sip})
	}
}

func (ch *channel) emitDial(status string) {
	ch.emit("Dial", fields{"dialstatus": status, "forward": "", "dialstring": "", "peer": ch.json()})
}

// Answer picks up whatever rings.
func (p *Phone) Answer() { p.each(func(ch *channel) { ch.answer() }) }

// Refuse declines whatever rings (603).
func (p *Phone) Refuse() { p.each(func(ch *channel) { ch.refuse(21, 603) }) }

// Hangup ends every call of the phone, from its side.
func (p *Phone) Hangup() {
	p.each(func(ch *channel) {
		if ch.state == "Up" {
			ch.hangup(16, fields{})
		} else {
			ch.refuse(21, 603)
		}
	})
}

// Press sends digits on every call of the phone.
func (p *Phone) Press(digits string) { p.each(func(ch *channel) { ch.press(digits) }) }

// Hold presses the phone's hold key on every call that it has answered, or takes them back.
func (p *Phone) Hold(held bool) {
	p.each(func(ch *channel) {
		switch {
		case ch.state != "Up":
		case held:
			ch.emit("ChannelHold", fields{"channel": ch.json(), "musicclass": "N/A"})
		default:
			ch.emit("ChannelUnhold", fields{"channel": ch.json()})
		}
	})
}

func (p *Phone) each(do func(*channel)) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	for _, ch := range slices.Clone(p.legs) {
		do(ch)
	}
}

// Legs returns the calls that ring the phone or are answered by it.
func (p *Phone) Legs() []Channel {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	legs := make([]Channel, 0, len(p.legs))
	for _, ch := range p.legs {
		legs = append(legs, ch.snapshot())
	}
	return legs
}

// Ringing reports whether the phone rings.
func (p *Phone) Ringing() bool { return p.any("Ringing") }

// Talking reports whether the phone has answered a call that lasts.
func (p *Phone) Talking() bool { return p.any("Up") }

func (p *Phone) any(state string) bool {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	return slices.ContainsFunc(p.legs, func(ch *channel) bool { return ch.state == state })
}

// Calls returns how many INVITEs the phone has had.
func (p *Phone) Calls() int {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	return p.calls
}

// Peak returns the most calls the phone ever had at once. More than one is a
// double assignment.
func (p *Phone) Peak() int {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	return p.peak
}

// Last returns the call that ended last at this phone.
func (p *Phone) Last() Channel {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	return p.last
}

// Endpoint returns the name of the phone, such as PJSIP/1001.
func (p *Phone) Endpoint() string { return p.endpoint }

// dial is POST /channels/ID/dial on a leg that is Down. Asterisk answers
// before it acts; a second dial that comes before the phone's 180 is accepted
// too, and kills the leg.
func (ch *channel) dial(timeout time.Duration) {
	if ch.dialled {
		ch.hangup(16, fields{})
		return
	}
	ch.dialled = true
	ch.emit("Dial", fields{"dialstatus": "", "forward": "", "dialstring": ch.phone.resource(), "peer": ch.json()})
	ch.phone.ring(ch)
	if timeout > 0 {
		ch.s.after(timeout, func() {
			if ch.state != "Up" {
				ch.hangup(19, bySoft())
			}
		})
	}
}

func (p *Phone) resource() string {
	_, resource, _ := strings.Cut(p.endpoint, "/")
	return resource
}
