package model

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/channel/email"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/orders"
)

// On some days people write too, and the mailbox in which callers speak is one of a queue:
// agents have mails and messages at hand beside their calls, take them, answer them, give
// them back, go home; somebody hears messages in the mailbox.

// Some writers there are, and how soon a message is to be heard.
const (
	someWriters  = 12
	messageWaits = 24 * time.Second
)

// mail is what somebody wrote once, and sends until he is told that it was taken in.
type mail struct {
	w        *World
	id       contact.ID
	accepted bool
}

// correspondence is what people did with mails and messages, and were told.
type correspondence struct {
	mails []*mail
	// dealt are those of which an agent was told that they are answered or done; heard the
	// messages of which somebody was told so in the mailbox.
	dealt map[contact.ID]contact.Agent
	heard map[fact.MessageID]bool
	deeds int
	// again are those that were answered again, lost those that nobody knows any more, both
	// after a failover.
	again, lost int
	// atHand are offers at hand when their agent got a call, takenBack those of who had left.
	atHand, takenBack int
	// unheld is since when what waits in the mailroom has nobody, owed since when a
	// message has no contact.
	unheld int64
	owed   map[fact.MessageID]int64
}

// letters begins them, on a day that has them.
func (w *World) letters() {
	w.written = correspondence{
		dealt: map[contact.ID]contact.Agent{}, heard: map[fact.MessageID]bool{}, owed: map[fact.MessageID]int64{},
	}
	if !w.profile.Letters {
		return
	}
	w.rules.MailboxQueue = func(string) (contact.Queue, time.Duration) { return "tous", messageWaits }
	for name, terms := range w.rules.Plan.Queues {
		terms.MailTake, terms.MailHandle = 6*time.Second, 9*time.Second
		w.rules.Plan.Queues[name] = terms
	}
	for i := range someWriters + w.random.IntN(someWriters) {
		m := &mail{w: w, id: contact.ID(fmt.Sprintf("mail%03d", i))}
		w.nature(w.between(4*time.Second, openFor), func() {
			w.written.mails = append(w.written.mails, m)
			m.send()
		})
	}
	for _, a := range w.agents {
		a.atDesk()
	}
	w.nature(5*time.Second, w.hears)
}

// send gives it to whoever keeps the mails, again and again.
func (m *mail) send() {
	if m.accepted {
		return
	}
	if c := m.w.mailroom(); c != nil {
		c.start(func(t *task) {
			if c.room.post(t, m.id, fact.Mail{Topic: "avis", Content: "sealed", Digest: string(m.id)}) {
				m.accepted = true
			}
		})
	}
	m.w.nature(m.w.between(500*time.Millisecond, 4*time.Second), m.send)
}

// keepsRoom reports whether it believes to keep the mails, and can be spoken to.
func (c *controller) keepsRoom() bool {
	return !c.dead && !c.frozen && c.room != nil && c.room.open
}

// mailroom is a controller that believes to keep the mails, nil if none does.
func (w *World) mailroom() *controller {
	var fit []*controller
	for _, c := range w.controllers {
		if c.keepsRoom() {
			fit = append(fit, c)
		}
	}
	if len(fit) == 0 {
		return nil
	}
	return fit[w.random.IntN(len(fit))]
}

// mayHave is how many of a medium an agent has at hand beside his calls: some none, so that
// one is all he does.
func (a *agent) mayHave() map[contact.Medium]int {
	capacity := map[contact.Medium]int{}
	n := int(a.id[len(a.id)-1] - '0')
	if n%4 != 0 {
		capacity[contact.Email] = n%4 + 1
	}
	if n%3 != 0 {
		capacity[contact.Voicemail] = n % 3
	}
	return capacity
}

// atDesk is an agent who looks at his screen now and then.
func (a *agent) atDesk() {
	a.w.nature(a.w.between(300*time.Millisecond, 3*time.Second), func() {
		a.works()
		a.atDesk()
	})
}

// works does something with one of the things that lie there.
func (a *agent) works() {
	c := a.w.mailroom()
	if c == nil {
		return
	}
	if at := c.state.Floor.Agents[a.id]; at == nil || at.State == acd.LoggedOut {
		return // he has gone home
	}
	var mine []*acd.Offer
	for _, id := range slices.Sorted(maps.Keys(c.state.Floor.Offers)) {
		o := c.state.Floor.Offers[id]
		if rec := c.state.Contacts[o.Contact]; o.Agent == a.id && rec != nil && rec.Node == contact.Mailroom && c.room.letters[rec.ID] != nil {
			mine = append(mine, o)
		}
	}
	if len(mine) == 0 {
		return
	}
	o := mine[a.w.random.IntN(len(mine))]
	ends := email.Answer
	if c.state.Contacts[o.Contact].Medium == contact.Voicemail {
		ends = email.Done
	}
	do := ends
	if chance := a.w.random.IntN(10); !a.w.closing {
		switch {
		case chance == 0:
			if a.w.chance(60) {
				a.command(fact.LoggedOut{Agent: a.id}) // leaves it there, and goes home
			}
			return
		case chance == 1:
			do = email.Return
		case o.TakenAt == 0 || chance < 4:
			do = email.Accept
		}
	}
	a.does(c, o.Contact, email.Deed{Act: do, Agent: a.id, Reply: "sealed"}, do == ends)
}

// does has a deed done; he is told once the ledger has it.
func (a *agent) does(c *controller, id contact.ID, d email.Deed, ends bool) {
	w := a.w
	w.written.deeds++
	op := fmt.Sprintf("%s-%s-%d", id, a.id, w.written.deeds)
	c.room.put(id, act{Deed: d, op: op, done: func(refusal string) {
		if refusal != "" || !ends {
			return
		}
		c.start(func(t *task) {
			for until := w.now + answerIn.Microseconds(); w.now < until; t.sleep(tailRetry / 10) {
				answer, known := c.state.Protocol.Answer(op)
				if !known {
					continue
				}
				if answer.Void == "" {
					w.trace(string(a.id), "was told: %s of %s done", d.Act, id)
					w.dealtWith(id, a.id)
				}
				return
			}
		})
	}})
}

// dealtWith: an agent is told that a mail is answered, or a message done, once: no other was.
func (w *World) dealtWith(id contact.ID, a contact.Agent) {
	if by := w.written.dealt[id]; by != "" {
		w.twice(id, "is answered by %s, and was by %s", a, by)
	}
	w.written.dealt[id] = a
}

// shown: something lies on an agent's screen, and nobody was told that it is dealt with. Whoever
// does not know yet that the room is another's shows nothing to anybody for long.
func (w *World) shown(l *letter, a contact.Agent) {
	by, holder := w.written.dealt[l.id], w.observer.state.Protocol.Nodes[string(contact.Mailroom)].Holder
	if by != "" && holder == l.m.c.name {
		w.twice(l.id, "lies on the screen of %s, and %s was told that it is answered", a, by)
	}
}

// twice: unless a failover took away what its owner cannot write again.
func (w *World) twice(id contact.ID, format string, args ...any) {
	if lost := w.faults.kinds; lost["failover"] || lost["emptied"] {
		w.written.again++
		return
	}
	w.observer.report("I4", string(id), format, args...)
}

// hears is somebody who looks into the mailbox now and then, and says what he has heard,
// born already or not.
func (w *World) hears() {
	c := w.someController()
	w.nature(w.between(2*time.Second, 14*time.Second), w.hears)
	if c == nil {
		return
	}
	all := slices.Sorted(maps.Keys(c.state.Messages))
	all = slices.DeleteFunc(all, func(id fact.MessageID) bool { return c.state.Messages[id].DoneAt != 0 })
	if len(all) == 0 {
		return
	}
	id := all[w.random.IntN(len(all))]
	w.written.deeds++
	c.say(orders.Order{Subject: id.Subject(), Fact: fact.MessageDone{Message: id, By: "marie"}, Op: fmt.Sprint("heard-", w.written.deeds)}, func(void string) {
		if void == "" {
			w.written.heard[id] = true
			w.trace(string(id), "marie was told: done")
		}
	})
}

// lettersHold judges what is so of them now.
func (o *observer) lettersHold() {
	if !o.w.profile.Letters {
		return
	}
	o.roomIsKept()
	o.messagesAreBorn()
	o.handsMove()
	o.heardHolds()
}

// roomIsKept (I2): what is in the mailroom has somebody who keeps it.
func (o *observer) roomIsKept() {
	w := o.w
	waits := slices.ContainsFunc(slices.Collect(maps.Values(o.state.Contacts)), func(r *engine.Record) bool { return r.Node == contact.Mailroom })
	kept := slices.ContainsFunc(w.controllers, (*controller).keepsRoom)
	if !waits || kept || !w.somebodyLeads() {
		w.written.unheld = 0
		return
	}
	if w.written.unheld == 0 {
		w.written.unheld = w.now
	}
	if unheld := w.now - w.written.unheld; unheld > takenOverIn.Microseconds() {
		o.report("I2", string(contact.Mailroom), "nobody keeps the mails for %.1f s", float64(unheld)/1e6)
	}
}

// messagesAreBorn (live): a message of a queue has its contact, soon after the last fault.
func (o *observer) messagesAreBorn() {
	owed := o.w.written.owed
	unborn := func(m *fold.Message) bool { return m != nil && m.Unborn() }
	maps.DeleteFunc(owed, func(id fact.MessageID, _ int64) bool { return !unborn(o.state.Messages[id]) })
	for _, id := range slices.Sorted(maps.Keys(o.state.Messages)) {
		if !unborn(o.state.Messages[id]) {
			continue
		}
		if _, known := owed[id]; !known {
			owed[id] = o.w.now
		}
		since := max(owed[id], o.fit, o.w.faults.until+settlesIn.Microseconds())
		if o.w.now-since > offeredIn.Microseconds() {
			o.report("live", string(id), "has no contact, for %.1f s", float64(o.w.now-owed[id])/1e6)
		}
	}
}

// handsMove (I3): nothing lies on a screen, or in anybody's hands, beyond its time, nor for
// long with who has gone home.
func (o *observer) handsMove() {
	for _, id := range slices.Sorted(maps.Keys(o.state.Floor.Offers)) {
		f := o.state.Floor.Offers[id]
		if !o.onScreen(id) {
			continue
		}
		by := max(f.At, f.RungAt) + (f.Policies.Ring + engine.RingGrace).Microseconds()
		if f.TakenAt != 0 {
			by = f.TakenAt + (f.Policies.Handle + engine.RingGrace).Microseconds()
		}
		if o.state.Floor.Agents[f.Agent].State == acd.LoggedOut && f.Beside {
			by = min(by, o.state.Floor.Agents[f.Agent].Since+2*adoptEvery.Microseconds())
		}
		since := max(by, o.fit, o.w.faults.until+settlesIn.Microseconds())
		if o.w.now-since > overdue.Microseconds() {
			o.report("I3", string(f.Contact), "is with %s for %.1f s too long", f.Agent, float64(o.w.now-by)/1e6)
		}
	}
}

// onScreen reports whether an offer is of a mail or a message: no phone is off the hook for it.
func (o *observer) onScreen(id fact.OfferID) bool {
	f := o.state.Floor.Offers[id]
	return f != nil && o.state.Contacts[f.Contact] != nil && o.state.Contacts[f.Contact].Node == contact.Mailroom
}

// heardHolds: as commandsHold, for a message that somebody has heard in the mailbox.
func (o *observer) heardHolds() {
	if !o.w.wordsHold() {
		return
	}
	for _, id := range slices.Sorted(maps.Keys(o.w.written.heard)) {
		if m := o.state.Messages[id]; m == nil || m.DoneAt == 0 {
			o.report("live", string(id), "somebody was told that it is done, and it is not")
		}
	}
}

// roomFor (I4): an offer that came to the log leaves its agent with no more at hand than his
// card says.
func (o *observer) roomFor(a fold.Applied) {
	f, is := a.Fact.(fact.Offered)
	if !is || !a.Effective() {
		if c, talks := a.Fact.(fact.Connected); talks && a.Effective() && !o.state.Floor.Offers[c.Offer].Beside {
			o.w.written.atHand += len(o.state.Floor.AtHand(a.Record.Agent))
		}
		return
	}
	offer := o.state.Floor.Offers[fact.OfferID(a.Entry.Self.String())]
	if offer == nil || !offer.Beside {
		return
	}
	agent := o.state.Floor.Agents[f.Agent]
	if has, may := len(agent.Hands[offer.Medium].Offers), agent.Capacity[offer.Medium]; has > may {
		o.report("I4", string(f.Agent), "has %d at hand of %s, and may have %d", has, offer.Medium, may)
	}
}

// owesAnswer reports whether a message waits that was left for a queue.
func owesAnswer(m *fold.Message) bool { return m.For != nil && m.DoneAt == 0 }

// lettersDone reports whether everything that was written or said is dealt with.
func (o *observer) lettersDone() bool {
	for _, m := range o.w.written.mails {
		if !m.accepted {
			return false
		}
	}
	for _, m := range o.state.Messages {
		if owesAnswer(m) {
			return false
		}
	}
	return true
}

// lettersAnswered (at the end): every mail that was taken in is answered, every message of a
// queue is done, and what somebody was told is so.
func (o *observer) lettersAnswered() {
	lost := o.w.faults.kinds
	for _, m := range o.w.written.mails {
		switch outcome, known := o.books.outcomes[m.id]; {
		case !m.accepted:
			o.report("live", string(m.id), "is never taken in")
		case !known && lost["emptied"]: // the log begins with those who are here
		case !known && lost["failover"]:
			o.w.written.lost++ // the residue in docs/ledger.md
			o.w.trace(string(m.id), "LOST: was taken in, and nothing is known of it")
		case outcome != contact.Answered:
			o.report("live", string(m.id), "was taken in, and counts as %q", outcome)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(o.state.Messages)) {
		m := o.state.Messages[id]
		if owesAnswer(m) {
			o.report("live", string(id), "was left for a queue, and nobody has dealt with it")
		}
	}
}
