package node

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"slices"
	"strings"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/status"
)

// direction is somebody's wish on its way to the session. Told is buffered: the session
// does not wait.
type direction struct {
	event engine.Event
	op    string
	told  chan<- directed
}

// directed says what became of a wish: it is in the ledger with the fact of that number,
// nothing had to be written, or it was refused.
type directed struct {
	refused *engine.NotDone
	wrote   bool
	seq     uint64
	gone    bool
}

// Direct has done what somebody wants of a conversation. What is about the caller's own
// leg is done at once, and this returns when the ledger has it; calling somebody is done
// after. A *status.Refused says why nothing was changed.
func (c *Controller) Direct(ctx context.Context, w status.Wish) error {
	d := engine.Direct{
		Do: engine.Deed(w.Do), By: w.By, Queue: w.Queue, Topic: w.Topic, Agent: w.Agent, Number: w.Number, Party: w.Party, Role: w.Role,
		Of: w.Of,
	}
	return c.wish(ctx, c.wishing(w), d, noConversation(w.Of), func(s *fold.State) *engine.Record {
		id := s.Floor.ContactOf(w.Of)
		if w.Contact != "" && w.Contact != id {
			return nil // he has another call by now
		}
		return s.Contacts[id]
	})
}

// wish has the session of a contact do what somebody wants of it, and returns when the ledger
// has it. gone is the answer if there is no such contact, or not any more.
func (c *Controller) wish(ctx context.Context, op string, e engine.Event, gone error, of func(*fold.State) *engine.Record) error {
	ctx, cancel := context.WithTimeout(ctx, commandPatience)
	defer cancel()
	if answer, known := c.answer(op); known {
		return became(answer.Void)
	}
	told := make(chan directed, 1)
	id, err := c.direct(of, gone, direction{op: op, told: told, event: e})
	if err != nil {
		return err
	}
	var done directed
	select {
	case done = <-told:
	case <-ctx.Done():
		return unclear(ctx.Err())
	}
	switch {
	case done.gone:
		return gone
	case done.refused != nil:
		return c.notDone(ctx, op, done.refused)
	case !done.wrote:
		return nil
	}
	if err := c.awaitSeq(ctx, id, done.seq); err != nil {
		return err
	}
	answer, known := c.answer(op)
	if !known {
		return unclear(errors.New("another controller wrote about the contact meanwhile"))
	}
	return became(answer.Void)
}

// direct puts a wish in the mailbox of the session that it is about.
func (c *Controller) direct(of func(*fold.State) *engine.Record, gone error, d direction) (contact.ID, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	rec := of(c.state)
	if rec == nil || !rec.Medium.Interactive() {
		return "", gone
	}
	if v := c.lives[rec.ID]; v != nil {
		v.box.put(d)
		return rec.ID, nil
	}
	holder := c.state.Protocol.Nodes[string(rec.Node)].Holder
	if holder == "" || holder == c.instance {
		return rec.ID, status.Refuse(status.NotHolder, "send it again in a few seconds", "the call is just being taken up")
	}
	return rec.ID, status.Refuse(status.NotHolder, "send it to "+holder, "the call is with controller %s", holder)
}

const whatAgentDoes = "see /api/v1/agents/{id}/contact for the agent's conversation"

func noConversation(agent contact.Agent) error {
	return status.Refuse(status.NoConversation, whatAgentDoes, "agent %s talks with nobody", agent)
}

// notDone is the answer to a wish that cannot be done, unless it is a repetition of one
// that has just been written.
func (c *Controller) notDone(ctx context.Context, op string, no *engine.NotDone) error {
	if answer, known := c.answer(op); known || c.journal.answers(op) && c.await(ctx, op, true) {
		if !known {
			answer, _ = c.answer(op)
		}
		return became(answer.Void)
	}
	c.refusedDeed(no)
	remedy := whatAgentDoes
	switch no.Why {
	case engine.CatchingUp:
		remedy = "send it again in a few seconds"
	case engine.NoCallbackOpen, engine.OnTheLine, engine.BeingCalled:
		remedy = whoIsToBeCalled
	}
	return status.Refuse(status.Why(no.Why), remedy, "%s", no.Text)
}

func became(void string) error {
	switch void {
	case "":
		return nil
	case fold.TooManyByAgent, fold.TooManyInAll:
		return status.Refuse(status.NumberRefused, "the site folder says how many, under outside", "%s", void)
	}
	return status.Refuse(status.NotReady, whatAgentDoes, "%s", void)
}

// wishing names a wish in the ledger: the same operation about something else is another.
func (c *Controller) wishing(w status.Wish) string {
	if w.Op == "" {
		w.Op = rand.Text()
	}
	return c.wishNamed(string(w.Of), string(w.By), w.Do, string(w.Queue), string(w.Topic), string(w.Agent), w.Number, string(w.Party), string(w.Role), w.Op)
}

func (c *Controller) wishNamed(parts ...string) string {
	return "call-" + strings.ToLower(base32.HexEncoding.EncodeToString(c.sealer.hash("wish " + strings.Join(parts, "\x00"))[:15]))
}

// direct does what somebody wishes and tells him.
func (s *session) direct(d direction) {
	answer := directed{gone: true} // should it panic
	defer func() { d.told <- answer }()
	if slices.Contains(s.owed, d.op) {
		answer = directed{} // and nothing is written yet
		return
	}
	if _, known := s.c.answer(d.op); known || s.c.journal.answers(d.op) {
		answer = directed{wrote: true, seq: s.seq} // or will be: perhaps by the end of an earlier call of the agent
		return
	}
	before := s.seq
	refused := s.happen(d.event, d.op, s.carryOut)
	answer = directed{refused: refused, wrote: s.seq > before, seq: s.seq}
}

// tooLateToDirect answers a wish that nobody will do any more.
func tooLateToDirect(m any) bool {
	d, is := m.(direction)
	if is {
		d.told <- directed{gone: true}
	}
	return is
}

// partyVoid tells the session of a party that the ledger did not accept.
func (v *life) partyVoid(a fold.Applied) {
	f, is := a.Fact.(fact.Invited)
	if !is || a.Void == "" || a.Entry.Writer != v.c.instance {
		return
	}
	if a.Void == fold.TooManyByAgent || a.Void == fold.TooManyInAll {
		v.c.barred(reasonCapped)
	}
	v.box.put(engineEvent{engine.PartyRefused{Party: f.Party}})
}

// uncalled tells the session of a party that it gave way to a conversation of its agent
// which the ledger had lost. Called with the lock held.
func (c *Controller) uncalled(e *acd.Errand) {
	if v := c.lives[e.Contact]; v != nil {
		c.live.repaired("uncalled")
		v.box.put(engineEvent{engine.PartyRefused{Party: e.ID}})
	}
}

// toldOfParties tells again which parties were accepted behind the session's back.
func (c *Controller) toldOfParties(v *life, rec *engine.Record) {
	for _, p := range rec.Parties {
		if !p.Joined() {
			v.box.put(engineEvent{engine.PartyAccepted{Party: p.ID, Phone: c.phoneOf(p.Agent)}})
		}
	}
}

// colleague is what the floor knows of an agent.
func (c *Controller) colleague(id contact.Agent) (known engine.Colleague) {
	c.View(func(s *fold.State) {
		a := s.Floor.Agents[id]
		if a == nil || a.State == acd.LoggedOut {
			return
		}
		known = engine.Colleague{
			Known: true, Center: a.Center, State: strings.ReplaceAll(string(a.State), "_", " "), Ready: a.State == acd.Ready, Paused: a.State == acd.Paused,
		}
		if behind := s.Protocol.WaitingFor(); len(behind) > 0 {
			known.Behind = contact.Node(behind[0])
		}
	})
	return known
}

// The reasons for which a number that an agent wants to be called is not: a closed set.
const (
	reasonBarred = "number"
	reasonCapped = "cap"
)

// refusedDeed counts a deed that was refused and that the site has a bound for, whoever
// wished it by whatever means.
func (c *Controller) refusedDeed(no *engine.NotDone) {
	switch no.Why {
	case engine.NumberBarred:
		c.barred(reasonBarred)
	case engine.MovedTooOften, engine.PassedTooOften:
		if c.observer.OnCircling != nil {
			c.observer.OnCircling(string(no.Why))
		}
	}
}

// barred counts a number that was not called.
func (c *Controller) barred(why string) {
	if c.observer.OnBarred != nil {
		c.observer.OnBarred(why)
	}
}
