package node

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/channel/voice"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
	"github.com/guichet/guichet/internal/status"
)

// An agent has the person called who left the message that he has. The contact of that call
// begins here and not with a channel: its arrival claims the agent, and his phone rings once the
// ledger has accepted it (internal/engine/callsback.go).

// ownContact is such a contact on its way to the goroutine of its node, which begins sessions.
type ownContact struct{ *session }

// CallBackFor has an agent call back who left a message, and returns the contact of the call when
// the ledger has it; his phone rings after. It is empty for a repetition whose call is over. A
// *status.Refused says why nobody is called.
func (c *Controller) CallBackFor(ctx context.Context, w status.CallsBack) (contact.ID, error) {
	ctx, cancel := context.WithTimeout(ctx, commandPatience)
	defer cancel()
	if w.Op == "" {
		w.Op = rand.Text()
	}
	op := c.wishNamed("call back", string(w.Message), string(w.Agent), w.Op)
	answer, known := c.answer(op)
	if !known && c.journal.answers(op) { // sent again, while it is being written
		if !c.await(ctx, op, true) {
			return "", unclear(ctx.Err())
		}
		answer, known = c.answer(op)
	}
	if known {
		return c.calledBy(op), c.calledBack(answer.Void)
	}
	id := contact.ID(strconv.FormatInt(c.clock.now()/1000, 36) + c.tailOf(op))
	s, err := c.callFor(w, id)
	if err != nil {
		return "", err
	}
	s.firstOp = op
	if !s.link.begins(s) {
		s.cancel()
		return "", notHeld()
	}
	if err := c.awaitSeq(ctx, id, 1); err != nil {
		return "", err
	}
	if answer, known = c.answer(op); !known {
		return "", unclear(errors.New("another controller wrote about the contact meanwhile"))
	}
	return c.calledBy(op), c.calledBack(answer.Void) // of two at once only one has begun it
}

// tailOf ends the name of the contact that an operation begins: a repetition finds it.
func (c *Controller) tailOf(op string) string {
	return "-" + strings.ToLower(base32.HexEncoding.EncodeToString(c.sealer.hash("contact " + op)[:5]))
}

func (c *Controller) calledBy(op string) (found contact.ID) {
	tail := c.tailOf(op)
	c.View(func(s *fold.State) {
		for id := range s.Contacts {
			if strings.HasSuffix(string(id), tail) {
				found = id
			}
		}
	})
	return found
}

// calledBack is what the ledger said of the arrival.
func (c *Controller) calledBack(void string) error {
	switch void {
	case "":
		return nil
	case fold.AlreadyPromised:
		return status.Refuse(status.CalledAlready, "see /api/v1/callbacks for who is to be called back", "%s", void)
	case fold.TooManyByAgent, fold.TooManyInAll:
		c.barred(reasonCapped)
		return status.Refuse(status.TooManyCalls, "the site folder says how many, under outside", "%s", void)
	}
	return status.Refuse(status.NotFree, whatAgentDoes, "%s", void)
}

// callFor makes the session of a call, which has not begun, or says why there is none.
func (c *Controller) callFor(w status.CallsBack, id contact.ID) (*session, error) {
	if !c.sealer.lasting {
		return nil, status.Refuse(status.NoKey, "give site.yaml a key", "the site has no key to keep numbers with, so nobody is called back")
	}
	if !c.formatUnderstood(fact.FormatCallsBack) {
		return nil, status.Refuse(status.OlderBeside, "replace that one, or try again when it has been away for a minute",
			"a controller of an older version is beside this one and could not read it")
	}
	message, center, home, err := c.messageWith(w)
	if err != nil {
		return nil, err
	}
	l, trunk := c.linkFor(home)
	switch {
	case !trunk:
		return nil, status.Refuse(status.NoTrunk, "give an Asterisk of site.yaml a trunk", "no Asterisk of this controller has a trunk by which people are called")
	case l == nil:
		return nil, notHeld()
	}
	now := c.clock.now()
	site := c.Site().At(time.UnixMicro(now))
	number, err := c.callable(site, message)
	if err != nil {
		return nil, err
	}
	policy := site.CallbackPolicy(message.Queue)
	hours := site.CallsFrom(center, message.Queue, time.UnixMicro(now))
	if !slices.ContainsFunc(hours, func(w contact.Window) bool { return w.From <= now && now < w.Until }) {
		return nil, status.Refuse(status.OutsideHours, "see callback of the queue in queues.yaml, and the hours of the center", "people of queue %s are not called from center %s at this hour", message.Queue, center)
	}
	sealed, hash := c.numbersOf(site).Seal(id, number)
	byAgent, all := c.outside().Caps()
	begins := fact.CallsBack{
		Message: message.ID, Agent: w.Agent, Center: center, Offer: fact.OfferID("for-" + string(id)), Number: sealed, NumberHash: hash,
		Queue: message.Queue, Topic: message.Topic, Department: message.Department, Organisation: message.Organisation,
		Policies: policiesOf(site, message.Queue), Ring: policy.Ring, Hours: hours, ByAgent: byAgent, InAll: all,
	}
	return l.callingSession(id, site, message, begins), nil
}

func notHeld() error {
	return status.Refuse(status.NotHolder, "send it again in a few seconds, or to the controller that holds a node", "no Asterisk is held here, or none answers")
}

// messageWith is the message that the agent has, his center, and where the recording lies.
func (c *Controller) messageWith(w status.CallsBack) (message engine.Record, center contact.Center, home contact.Node, err error) {
	c.View(func(s *fold.State) {
		rec, a := s.Contacts[w.Message], s.Floor.Agents[w.Agent]
		switch {
		case rec == nil || rec.Voicemail == nil || rec.Outcome != contact.StillHere || rec.Agent != w.Agent || a == nil:
			err = status.Refuse(status.NoEffect, whatAgentDoes, "agent %s has no such message", w.Agent)
		case rec.TakenAt == 0:
			err = status.Refuse(status.NoEffect, "take the message first", "agent %s has not taken the message", w.Agent)
		case a.State != acd.Ready && a.Offer != rec.Offer:
			err = status.Refuse(status.NotFree, whatAgentDoes, "agent %s is not free: %s", w.Agent, strings.ReplaceAll(string(a.State), "_", " "))
		case a.Trouble != "":
			err = status.Refuse(status.NotFree, "the call rings there", "the phone of agent %s cannot ring: %s", w.Agent, a.Trouble)
		case len(s.Protocol.WaitingFor()) > 0:
			err = status.Refuse(status.CatchingUp, "send it again in a few seconds", "the ledger has just gone on, and node %s has not caught up", s.Protocol.WaitingFor()[0])
		default:
			message, center = *rec, a.Center
			if m := s.Messages[rec.Voicemail.Message]; m != nil {
				home = m.Node
			}
		}
	})
	return message, center, home, err
}

// callable is the number of who left the message, in the one form in which it is dialled.
func (c *Controller) callable(site *config.Site, message engine.Record) (string, error) {
	written := c.sealer.open(message.Caller)
	if written == "" || message.Withheld {
		return "", status.Refuse(status.NoNumber, "nobody can be called back who withholds his number", "the message has no number to call")
	}
	number, ok := c.numbersOf(site).Dialable(written)
	if !ok {
		c.unpromised(engine.NumberRefused)
		return "", status.Refuse(status.NumberRefused, "only numbers of subscribers of the country are called back", "the number of who left the message may not be called")
	}
	return number, nil
}

// policiesOf are those of a call of a queue; the queue may have left the site.
func policiesOf(site *config.Site, q contact.Queue) contact.Policies {
	if queue, there := site.Queues[q]; there {
		return queue.Policies
	}
	return contact.DefaultPolicies()
}

// linkFor is a link by which people can be called now: that of a node, or else the first. trunk is
// false if Asterisks are commanded here, and none has a trunk.
func (c *Controller) linkFor(home contact.Node) (found *link, trunk bool) {
	trunk = len(c.links) == 0
	names := slices.Sorted(maps.Keys(c.links))
	if i := slices.Index(names, home); i > 0 {
		names[0], names[i] = names[i], names[0]
	}
	for _, name := range names {
		l := c.links[name]
		if l.conf.Trunk == "" {
			continue
		}
		trunk = true
		if c.holds(name) && l.connectedFor(0) {
			return l, true
		}
	}
	return nil, trunk
}

// callingSession is the session of a call that begins with its agent.
func (l *link) callingSession(id contact.ID, site *config.Site, message engine.Record, begins fact.CallsBack) *session {
	entry := entryOf(site, message.Entry)
	call := voice.Call{Born: bornAt(id), Number: l.c.sealer.open(message.Caller)}
	s := l.newSession(id, site, entry, call, newMailbox(), "")
	s.first = &engine.Arrived{ID: id, Fact: fact.Arrived{
		Medium: contact.Voice, Entry: message.Entry, Node: l.name, Caller: message.Caller, CallerHash: message.CallerHash,
		Config: site.Hash, Rank: message.Rank, CallsBack: &begins,
	}}
	return s
}

// begins hands a session to the goroutine of the node; false if the node is not held any more.
func (l *link) begins(s *session) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.box == nil {
		return false
	}
	l.box.put(ownContact{s})
	return true
}

// tooLateToBegin lets go of a session whose node is not held any more: nobody runs it.
func tooLateToBegin(m any) {
	if own, is := m.(ownContact); is {
		own.cancel()
	}
}

// callBegins begins it. What happened before cannot concern it.
func (l *link) callBegins(s *session) {
	s.born = l.current().Session()
	l.c.log.Info("an agent calls back who left a message", zap.String("contact", string(s.id)), zap.String("agent", string(s.first.Fact.CallsBack.Agent)))
	l.c.welcome(s)
}

// callsBackVoid tells the session of a call that the ledger did not accept it, or that another
// of the same operation was first.
func (v *life) callsBackVoid(a fold.Applied) {
	void := a.Void != "" || a.Verdict.Reason == ledger.KnownOperation
	if f, is := a.Fact.(fact.Arrived); is && f.CallsBack != nil && void && a.Entry.Writer == v.c.instance {
		v.box.put(engineEvent{engine.CallsBackRefused{}})
	}
}
