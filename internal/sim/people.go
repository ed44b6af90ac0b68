package sim

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/ivr"
)

// Call is somebody who dials an entry, under a name of the scenario's choice;
// an empty number is withheld.
func (w *World) Call(id contact.ID, dialled, number string) error {
	site := w.site.At(time.UnixMicro(w.now))
	entry, known := site.Entry(dialled)
	switch {
	case !known:
		return fmt.Errorf("%q is not an entry of the site", dialled)
	case w.calls[id] != nil:
		return fmt.Errorf("%s has called already", id)
	}
	c := &call{id: id, node: contact.Node(w.book.node), number: number, site: site, entry: entry, timers: map[engine.Timer]int{}}
	w.calls[id] = c
	arrived := fact.Arrived{
		Medium: contact.Voice, Entry: entry.Name, Node: contact.Node(w.book.node), Line: string(id),
		CallerHash: number, Config: w.site.Hash, Rank: w.now,
	}
	w.step(c, engine.Arrived{ID: id, Fact: arrived})
	return w.done()
}

// Press is a caller who presses keys.
func (w *World) Press(id contact.ID, keys string) error {
	c, err := w.call(id)
	if err != nil {
		return err
	}
	for _, k := range []byte(keys) {
		if r := c.recording; r != nil && k == r.FinishKey {
			w.endRecording(c)
			continue
		}
		w.step(c, engine.Key{Key: k})
	}
	return w.done()
}

// HangUp is a caller who leaves.
func (w *World) HangUp(id contact.ID) error {
	c, err := w.call(id)
	if err != nil {
		return err
	}
	w.left(c)
	return w.done()
}

// AgentAnswers, AgentDeclines and AgentHangsUp are what somebody does whose
// phone rings or talks; a local service and a person who is called back go by their
// number. Who was called back and has answered is the caller from then on.
func (w *World) AgentAnswers(a contact.Agent) error {
	l := w.legs[a]
	if l == nil || l.up {
		return fmt.Errorf("the phone of %s does not ring", a)
	}
	l.up = true
	if l.person {
		delete(w.legs, a)
		l.call.gone = false
	}
	w.step(l.call, engine.AgentAnswered{Offer: l.offer})
	return w.done()
}

// AgentDeclines is a phone that rings and ends with this result.
func (w *World) AgentDeclines(a contact.Agent, result contact.RingResult) error {
	l := w.legs[a]
	if l == nil || l.up {
		return fmt.Errorf("the phone of %s does not ring", a)
	}
	w.endLeg(l.call, l.offer, result)
	return w.done()
}

// AgentHangsUp ends a conversation.
func (w *World) AgentHangsUp(a contact.Agent) error {
	l := w.legs[a]
	if l == nil || !l.up {
		return fmt.Errorf("%s does not talk", a)
	}
	w.endLeg(l.call, l.offer, contact.Lost)
	return w.done()
}

// Login brings an agent of the site to the floor.
func (w *World) Login(id contact.Agent) error {
	a, known := w.site.Agents[id]
	if !known {
		return fmt.Errorf("the site has no agent %q", id)
	}
	return w.Command(fact.LoggedIn{
		Agent: id, Name: a.Name, Center: a.Center, Node: contact.Node(w.book.node), Phone: a.Phone,
		Skills: a.Skills, Files: a.Files.Departments, AllFiles: a.Files.All, Media: a.Media, Capacity: a.Capacity, WrapUp: a.WrapUp,
	}, id)
}

// Command writes what a person told the floor about an agent.
func (w *World) Command(f fact.Fact, id contact.Agent) error {
	a := w.book.command(w.now, string(id), f)
	w.fold(a)
	if a.Void != "" {
		return fmt.Errorf("%s of %s: %s", f.Kind(), id, a.Void)
	}
	return w.done()
}

// Restart loses the controller: every call is taken up again from the ledger,
// and the lines are as they were.
func (w *World) Restart() error {
	for _, id := range slices.Sorted(maps.Keys(w.calls)) {
		c := w.calls[id]
		rec := w.book.state.Contacts[id]
		if rec == nil {
			continue
		}
		c.session = engine.Resume(*rec)
		c.process++
		for timer := range c.timers {
			c.timers[timer] = -1
		}
		if c.letter() {
			w.takeUp(c, rec)
			continue
		}
		if c.gone && !rec.Away() {
			w.step(c, engine.CallerLeft{})
			continue
		}
		if cb := rec.Callback; !c.gone && cb != nil && cb.Call != "" && !rec.Met() {
			w.step(c, engine.AgentAnswered{Offer: cb.Call}) // the person is on the line and waits
		}
		w.step(c, engine.Restarted{})
		for _, l := range w.legs {
			if l.up && rec.Leg() == l.offer && !rec.Met() {
				w.step(c, engine.AgentAnswered{Offer: l.offer})
			}
		}
	}
	return w.done()
}

func (w *World) call(id contact.ID) (*call, error) {
	c := w.calls[id]
	if c == nil || c.gone || c.letter() {
		return nil, fmt.Errorf("%s is not on the line", id)
	}
	return c, nil
}

// done carries out what follows in the same instant.
func (w *World) done() error {
	w.settle()
	w.happen()
	return w.reread()
}

// The telephones. What is asked of them happens at once.

func (w *World) carryOut(c *call, command engine.Command) {
	switch command := command.(type) {
	case engine.Play:
		w.hears(c, len(command.Prompts), engine.Played{N: command.N})
	case engine.Arm:
		c.timers[command.Timer] = command.N
		w.after(command.After, func() {
			if c.timers[command.Timer] == command.N {
				w.step(c, engine.Fired{Timer: command.Timer, N: command.N})
			}
		})
	case engine.Disarm:
		c.timers[command.Timer] = -1
	case engine.Fetch: // there is nobody else in this world
		w.after(0, func() {
			w.tell(c, engine.Fetched{Fetched: ivr.Fetched{ID: command.ID, Failure: ivr.Unreachable}})
		})
	case engine.Ring:
		w.ring(c, command.Agent, &leg{offer: command.Offer}, command.Timeout)
	case engine.CallOut:
		w.ring(c, contact.Agent(command.Number), &leg{offer: command.Transfer}, command.Timeout)
	case engine.CallBack:
		w.ring(c, contact.Agent(command.Number), &leg{offer: command.Call, person: true}, command.Timeout)
	case engine.RecordCaller:
		w.record(c, command)
	case engine.FindRecording:
		w.find(c, command.N)
	case engine.DropLeg:
		w.after(0, func() { w.endLeg(c, command.Offer, contact.Lost) })
	case engine.AskLeg:
		w.after(0, func() { w.endLeg(c, command.Offer, contact.NoAnswer) })
	case engine.WhisperTo:
		w.hears(c, len(command.Prompts), engine.Whispered{Offer: command.Offer})
	case engine.TellBoth:
		w.hears(c, len(command.Prompts), engine.BothTold{N: command.N})
	case engine.StartTape:
		w.after(command.Longest, func() { w.tell(c, engine.TapeLost{Tape: command.Tape, Kept: true}) })
	case engine.Join:
		w.after(0, func() { w.tell(c, engine.Bridged{Offer: command.Offer}) })
	case engine.Release:
		w.after(0, func() { w.left(c) })
	}
}

// hears reports the end of prompts, to the process that had them played: no later one
// takes it for the end of what it plays itself.
func (w *World) hears(c *call, prompts int, end engine.Event) {
	process := c.process
	w.after(PromptTime*time.Duration(prompts), func() {
		if c.process == process {
			w.tell(c, end)
		}
	})
}

func (w *World) tell(c *call, e engine.Event) {
	if !c.gone {
		w.step(c, e)
	}
}

func (w *World) ring(c *call, whose contact.Agent, l *leg, timeout time.Duration) {
	l.call = c
	w.legs[whose] = l
	w.after(0, func() { w.step(c, engine.AgentRings{Offer: l.offer, Leg: string(whose)}) })
	w.after(timeout, func() {
		if w.legs[whose] == l && !l.up {
			w.endLeg(c, l.offer, contact.NoAnswer)
		}
	})
}

func (w *World) endLeg(c *call, o fact.OfferID, result contact.RingResult) {
	for a, l := range w.legs {
		if l.offer == o {
			delete(w.legs, a)
			w.step(c, engine.AgentLeft{Offer: o, Result: result})
			return
		}
	}
}

func (w *World) left(c *call) {
	if !c.gone {
		c.gone = true
		w.step(c, engine.CallerLeft{Cause: 16})
	}
}
