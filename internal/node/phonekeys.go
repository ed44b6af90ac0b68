package node

import (
	"errors"

	v5 "github.com/CyCoreSystems/ari/v5"
	"go.uber.org/zap"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fold"
)

// What agents do with the call they have by the keys of their own phones.

// ownCall is a call of an agent's phone on its way to the session of his conversation.
type ownCall struct{ engine.OwnCall }

// consults gives a call that an agent's phone makes, while he has a caller, to the session
// of that: he wants to speak with whom he has dialled. It is false if there is none.
func (l *link) consults(v *v5.StasisStart) bool {
	if len(v.Args) < 2 || v.Args[0] != "agent" {
		return false
	}
	var agent contact.Agent
	var session *life
	l.c.View(func(s *fold.State) {
		if a := s.Floor.At(phoneOf(v.Channel.Name)); a != nil {
			agent, session = a.ID, l.c.lives[s.Floor.ContactOf(a.ID)]
		}
	})
	if session == nil || session.node != l.name || !l.claim(ari.ChannelID(v.Channel.ID), session.box) {
		return false
	}
	session.box.put(ownCall{engine.OwnCall{Call: v.Channel.ID, By: agent, To: v.Args[1]}})
	return true
}

// tooLateToConsult ends a call whose conversation is over.
func (l *link) tooLateToConsult(m any) bool {
	own, is := m.(ownCall)
	if is {
		l.refuse(ari.ChannelID(own.Call), newMailbox(), "agent_call", errors.New("the conversation is over"))
	}
	return is
}

// refusedAtPhone counts what a key of a phone asked for and was refused, and tells that
// phone, which hears no more than that.
func (s *session) refusedAtPhone(e engine.Event, no *engine.NotDone) {
	what := "the Transfer key of a phone was refused"
	switch asked := e.(type) {
	case engine.PhoneTransfers:
		s.c.byKey(string(no.Why))
		s.follow(s.line.Do(engine.TellPhone{Offer: asked.Offer, News: engine.TransferRefused}))
	case engine.OwnCall:
		what = "a call of an agent's phone was refused"
		s.follow(s.line.Do(engine.EndEar{Call: asked.Call}))
	}
	s.notByKey(what, no)
}

// notByKey notes that what an agent wished by the keys of his phone was refused, and why.
func (v *life) notByKey(what string, no *engine.NotDone) {
	v.c.refusedDeed(no)
	v.c.log.Info(what, zap.String("contact", string(v.id)),
		zap.String("agent", string(v.state.Record.Agent)), zap.String("reason", string(no.Why)), zap.String("why", no.Text))
}

// byKey counts what came of a transfer by the key of a phone.
func (c *Controller) byKey(result string) {
	if c.observer.OnTransferKey != nil {
		c.observer.OnTransferKey(result)
	}
}

// dialled is whom an agent means who dials on his phone: a colleague by his number, or by
// the phone at which he is logged in; a queue by its number; or else a number outside.
func (c *Controller) dialled(text string) (to engine.Whom) {
	if a, known := c.Site().AgentOf(text); known {
		return engine.Whom{Agent: a}
	}
	c.View(func(s *fold.State) {
		if a := s.Floor.At("PJSIP/" + text); a != nil {
			to.Agent = a.ID
		}
	})
	if to.Agent != "" {
		return to
	}
	if q, known := c.Site().QueueOf(text); known {
		return engine.Whom{Queue: q}
	}
	return engine.Whom{Number: text}
}
