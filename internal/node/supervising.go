package node

import (
	"context"
	"slices"
	"time"

	v5 "github.com/CyCoreSystems/ari/v5"
	"go.uber.org/zap"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/keypad"
	"github.com/guichet/guichet/internal/status"
)

// A supervisor who dials the code for it keys who he is and whom he will listen to. Then his
// call is ended and his phone rung, as when he asks by the API: from there on nothing knows
// that he has dialled.

// supervision is what a supervisor has asked for by phone.
type supervision struct {
	by, of  contact.Agent
	contact contact.ID
	// was is what he did before.
	was acd.State
}

// supervises does what a supervisor wishes, and returns why not. First he has to be one.
func (k *keyCall) supervises(ctx context.Context, w keypad.Wish) keypad.Prompt {
	if w.Whom == "" {
		return k.isSupervisor(w)
	}
	of, _ := k.l.c.Site().AgentOf(w.Whom) // who is nobody talks with nobody
	s := supervision{by: k.supervisor, of: of}
	var say keypad.Prompt
	var why string
	k.l.c.View(func(st *fold.State) { say, why = k.judges(st, &s) })
	if say != "" {
		return k.refuses(s.by, say, why)
	}
	if s.was == acd.LoggedOut {
		if say := k.seat(ctx, s.by); say != "" {
			return k.refuses(s.by, say, "he cannot be logged in at this phone")
		}
	}
	// In a pause nobody is offered to him before his phone rings for what he wants, and the
	// call that he is making does not keep him from it.
	if s.was != acd.Paused {
		if say := k.commandAs(ctx, s.by, fact.Paused{Agent: s.by}, k.operation()+"-pause"); say != "" {
			return k.refuses(s.by, say, "he cannot be paused")
		}
	}
	k.wanted = &s
	return ""
}

func (k *keyCall) isSupervisor(w keypad.Wish) (say keypad.Prompt) {
	agent, say := k.proves(w)
	switch {
	case say != "":
		return say
	case !slices.Contains(k.l.c.Site().Floor.Supervisors, agent):
		return k.refuses(agent, keypad.NoSupervisor, "he is none of the site's supervisors")
	}
	k.supervisor = agent
	var why string
	k.l.c.View(func(st *fold.State) { say, why = k.judgesWho(st, &supervision{by: agent}) })
	if say != "" {
		return k.refuses(agent, say, why)
	}
	return ""
}

// refuses notes what a supervisor was refused by phone.
func (k *keyCall) refuses(agent contact.Agent, say keypad.Prompt, why string) keypad.Prompt {
	k.l.c.log.Info("a supervision by phone was refused",
		zap.String("agent", string(agent)), zap.String("phone", k.phone), zap.String("reason", string(say)), zap.String("why", why))
	return say
}

// judges holds what is asked for against the floor and the conversation as they are, while
// there is somebody to tell. The last word has the session, when his phone is free.
func (k *keyCall) judges(st *fold.State, s *supervision) (say keypad.Prompt, why string) {
	if say, why := k.judgesWho(st, s); say != "" {
		return say, why
	}
	rec := st.Contacts[st.Floor.ContactOf(s.of)]
	if rec == nil || !rec.Medium.Interactive() || rec.Conversation() == engine.Apart {
		return keypad.NotTalking, "nobody of that number talks with a caller"
	}
	if k.l.c.lives[rec.ID] == nil {
		return keypad.NoEffect, "another controller has the call"
	}
	s.contact = rec.ID
	switch no := rec.RefusesSupervisor(s.by, s.of, fact.Listening); {
	case no == nil:
		return "", ""
	case no.Why == engine.NotYours:
		return keypad.NotTalking, no.Text
	default:
		return keypad.NoEffect, no.Text
	}
}

// judgesWho does so with who asks: he is logged in at this phone, and free, or nowhere.
func (k *keyCall) judgesWho(st *fold.State, s *supervision) (say keypad.Prompt, why string) {
	a := st.Floor.Agents[s.by]
	if s.was = acd.LoggedOut; a != nil {
		s.was = a.State
	}
	switch {
	case s.was == acd.LoggedOut:
		return "", ""
	case a.Phone != k.phone:
		return keypad.Elsewhere, "he is logged in at another phone"
	case s.was == acd.Ready, s.was == acd.Paused, s.was == acd.SetAside && a.Why == string(contact.OnOwnCall): // this one
		return "", ""
	}
	return keypad.NoEffect, "he is not free: " + string(s.was)
}

// freeWithin bounds how long the end of the call is waited for, should nothing tell of it.
const freeWithin = 5 * time.Second

// ringsBack has the supervisor's phone rung now that its own call is over. Whatever comes of
// it, who was ready before is so again when it is over, also if the node is given back meanwhile.
func (k *keyCall) ringsBack(ctx context.Context) {
	s := k.wanted
	if s == nil {
		return
	}
	if s.was == acd.Ready || s.was == acd.SetAside {
		defer func() {
			k.commandAs(context.WithoutCancel(ctx), s.by, fact.Resumed{Agent: s.by}, k.operation()+"-ready")
		}()
	}
	if ctx.Err() != nil {
		return
	}
	k.awaitEnd()
	err := k.l.c.Direct(ctx, status.Wish{
		Of: s.of, By: s.by, Do: string(engine.Supervise), Role: fact.Listening, Contact: s.contact, Op: k.operation(),
	})
	if err != nil {
		k.refuses(s.by, keypad.NoEffect, err.Error())
	}
}

// awaitEnd waits until Asterisk has told that the call is over: many a phone is busy before.
func (k *keyCall) awaitEnd() {
	late := time.AfterFunc(freeWithin, func() { k.box.put(timesOut{}) })
	defer late.Stop()
	for !k.gone {
		for _, m := range k.box.take() {
			switch m.(type) {
			case stop, timesOut:
				return
			}
			k.gone = k.gone || isDestroyed(m)
		}
	}
}

func isDestroyed(m any) bool {
	e, _ := m.(ari.Event)
	_, is := e.Value.(*v5.ChannelDestroyed)
	return is
}
