package model

import (
	"fmt"
	"strings"
	"time"

	v5 "github.com/CyCoreSystems/ari/v5"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/orders"
)

// caller is a person who calls once.
type caller struct {
	w    *World
	id   contact.ID
	ch   *channel
	came int64 // his first try

	number  string
	keys    string   // those that he likes
	back    *channel // by which he was called back last
	excused bool     // he left a message, or was told that the entry is closed
	told    bool     // he was promised a call, and hung up on that

	met      bool // he was bridged with an agent
	talked   int64
	done     bool // his line is over
	rebooted bool // because his node died
	unowned  int64
}

// call is a caller's arrival. The dialplan tries again if nobody serves it.
func (w *World) call(n int) {
	if w.closing {
		return
	}
	w.callAt(w.nodes[w.nodeNames()[w.random.IntN(len(w.nodes))]], n)
}

// callAt is a caller's arrival at this node.
func (w *World) callAt(a *asterisk, n int) {
	if a.down {
		return
	}
	id := ari.ChannelID(fmt.Sprintf("caller%03d", n))
	p := &caller{w: w, id: contactOf(id), came: w.now, number: numberOf(n), keys: "11123"}
	if w.chance(w.profile.Others) {
		p.keys = []string{"4", "5"}[w.random.IntN(2)]
	}
	p.ch = &channel{a: a, id: id, caller: p, state: "Ring", born: w.now}
	w.callers = append(w.callers, p)
	a.channels[id] = p.ch
	w.trace(string(id), "calls at %s", a.name)
	p.try("")
	w.nature(w.between(3*time.Second, 70*time.Second), func() {
		if !p.met {
			p.hangUp("lost patience")
		}
	})
	if w.profile.Slots > 0 && w.chance(w.profile.Slots) {
		p.chooses()
		return
	}
	for in := time.Second; in < 8*time.Second; in += w.between(time.Second, 3*time.Second) {
		w.nature(in, func() { p.press(p.keys[w.random.IntN(len(p.keys))]) })
	}
}

func (p *caller) try(first string) {
	switch {
	case p.done:
	case p.ch.a.app != nil:
		p.ch.enter("entry", entryNumber, first)
	default:
		p.w.nature(2*time.Second, func() { p.try("again") })
	}
}

func (p *caller) press(key byte) {
	if !p.done && p.ch.stasis {
		p.ch.a.emit(&v5.ChannelDtmfReceived{EventData: v5.EventData{Timestamp: v5.DateTime(time.UnixMicro(p.w.now))}, Digit: string(key), Channel: p.ch.data()})
	}
}

func (p *caller) hangUp(why string) {
	if !p.done {
		p.w.trace(string(p.id), "%s", why)
		p.done, p.told = true, p.told || p.promised()
		p.ch.hangUp(16, false)
	}
}

// cutOff is the end of his node.
func (p *caller) cutOff() { p.done, p.rebooted = true, true }

// agent is a person with a phone, and what he has been told of his commands.
type agent struct {
	w           *World
	id          contact.Agent
	legs        map[*channel]struct{}
	unreachable bool

	wish int             // counts his commands
	told map[string]bool // the operations that he was told are done
	last fact.Fact       // the last of them
}

func (w *World) agentAt(phone string) *agent {
	for _, a := range w.agents {
		if strings.HasSuffix(phone, "/"+string(a.id)) {
			return a
		}
	}
	return nil
}

func (a *agent) login() fact.LoggedIn {
	nodes := a.w.nodeNames()
	in := fact.LoggedIn{
		Agent: a.id, Center: "ouest", Node: nodes[len(a.id)%len(nodes)], Phone: "PJSIP/" + string(a.id),
	}
	if a.w.profile.Letters {
		in.Media, in.Capacity = []contact.Medium{contact.Voice, contact.Email, contact.Voicemail}, a.mayHave()
	}
	return in
}

// whim is what an agent commands now and then, through any controller that lives.
func (a *agent) whim() {
	var f fact.Fact = a.login()
	switch a.w.random.IntN(5) {
	case 0:
		f = fact.Paused{Agent: a.id, Reason: "repas"}
	case 1, 2:
		f = fact.Resumed{Agent: a.id}
	case 3:
		a.unreachable = a.w.chance(20)
	}
	if a.w.profile.Letters && a.w.chance(15) {
		f = fact.LoggedOut{Agent: a.id}
	}
	if a.w.closing {
		a.unreachable = false
		f = fact.Resumed{Agent: a.id}
	}
	if !a.w.profile.Steady || a.w.closing {
		a.command(f)
	}
	if !a.w.closing {
		a.w.nature(a.w.between(3*time.Second, 30*time.Second), a.whim)
	}
}

func (a *agent) command(f fact.Fact) {
	if c := a.w.someController(); c != nil {
		a.commandAt(c, f)
	}
}

// commandAt is a command through this controller, if it lives.
func (a *agent) commandAt(c *controller, f fact.Fact) {
	if c.dead {
		return
	}
	a.wish++
	o := orders.Order{Subject: string(a.id), Fact: f, Op: fmt.Sprintf("%s-%d", a.id, a.wish)}
	c.say(o, func(void string) {
		if void != "" {
			return
		}
		a.told[o.Op] = true
		if _, login := f.(fact.LoggedIn); !login {
			a.last = f
		}
		a.w.trace(string(a.id), "was told: %T done", f)
	})
}

// ring is a leg's phone ringing, and what its agent does.
func (ch *channel) ring() {
	if ch.gone {
		return
	}
	w, who := ch.a.w, ch.agent
	if who == nil {
		ch.ringPerson()
		return
	}
	w.rings(ch)
	who.legs[ch] = struct{}{}
	ch.rings = true
	ch.setState("Ringing")
	after := w.between(100*time.Millisecond, 8*time.Second)
	switch w.random.IntN(12) {
	case 0:
		w.nature(after, func() { ch.declines(21) })
	case 1:
		w.nature(20*time.Millisecond, func() { ch.declines(17) })
	case 2: // nobody there
	default:
		w.nature(after, func() { ch.answers() })
	}
}

func (ch *channel) declines(cause int) {
	if ch.state == "Ringing" {
		ch.hangUp(cause, false)
	}
}

// answers is the agent picking up; if nobody comes he hangs up again.
func (ch *channel) answers() {
	if ch.gone {
		return
	}
	ch.setState("Up")
	ch.a.w.nature(20*time.Second, func() {
		if ch.bridge == nil {
			ch.hangUp(16, false)
		}
	})
}

// met looks at a bridge somebody has just entered.
func (w *World) met(b *bridge) {
	var legs []*channel
	var p *caller
	var line *channel // his
	for _, m := range b.members {
		if m.agent != nil {
			legs = append(legs, m)
		} else {
			p, line = m.caller, m
		}
	}
	if len(legs) > 1 && !w.together(legs) {
		w.observer.report("I4", string(b.id), "two agents, %s and %s, are bridged", legs[0].agent.id, legs[1].agent.id)
	}
	if p == nil || len(legs) == 0 {
		return
	}
	leg := legs[0]
	w.trace(string(p.id), "talks with %s", leg.agent.id)
	p.met = true
	if p.talked == 0 {
		p.talked = w.now
	}
	if w.chance(w.profile.Talks) {
		leg.agent.wishes(p.id, leg, 3)
	}
	if moves := w.profile.Moves; moves > 0 && w.chance(moves) {
		leg.agent.moves(p.id, leg, w.someColleague(), 5)
	}
	for _, leg := range legs {
		w.nature(w.between(500*time.Millisecond, 12*time.Second), func() {
			switch his := w.chance(50); {
			case leg.bridge != b || line.gone:
			case his && line == p.ch:
				p.hangUp("has said everything")
			case his:
				line.hangUp(16, false)
			default:
				w.trace(string(leg.id), "%s has said everything", leg.agent.id)
				leg.hangUp(16, false)
				if w.profile.asks() {
					line.answersOrNot()
				}
			}
		})
	}
}
