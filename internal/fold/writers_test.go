package fold_test

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/ledger"
)

var (
	trialAgents   = []contact.Agent{"a1", "a2", "a3"}
	trialCenters  = []contact.Center{"ouest", "sud"}
	trialQueues   = []contact.Queue{"paiement", "avis"}
	trialPolicies = contact.Policies{Ring: 18e9, WrapUp: 5e9, NoAnswer: 10e9, Busy: 5e9, Refused: 5e9}
	trialResults  = []contact.RingResult{contact.NoAnswer, contact.Busy, contact.Refused, contact.Unreachable, contact.Lost}
)

// owned are the nodes a controller believes to hold.
func (c *controller) owned() (nodes []string) {
	for _, node := range trialNodes {
		if c.state.Protocol.Nodes[node].Holder == c.name {
			nodes = append(nodes, node)
		}
	}
	return nodes
}

func (tr *trial) arrive(c *controller) {
	nodes := c.owned()
	if len(nodes) == 0 {
		return
	}
	node := nodes[tr.pick(len(nodes), "at")]
	tr.names++
	tr.say(c, tr.own(c, node, fmt.Sprintf("c%02d", tr.names), fact.Arrived{
		Medium: tr.mediumOf(tr.names), Entry: "2014", Node: contact.Node(node), Line: "1", Config: "v1", Rank: tr.now - int64(tr.pick(3, "waited before"))*second,
	}))
}

// whoever is the controller given, or the first other one for whom it makes more
// sense.
func (tr *trial) whoever(c *controller, fits func(*controller) bool) *controller {
	if i := slices.IndexFunc(tr.controllers, fits); !fits(c) && i >= 0 && !tr.oneIn(6, "no matter who") {
		return tr.controllers[i]
	}
	return c
}

// contacts are those of the nodes a controller believes to hold.
func (c *controller) contacts(which func(*engine.Record) bool) (mine []*engine.Record) {
	nodes := c.owned()
	for _, id := range slices.Sorted(maps.Keys(c.state.Contacts)) {
		if rec := c.state.Contacts[id]; slices.Contains(nodes, string(rec.Node)) && which(rec) {
			mine = append(mine, rec)
		}
	}
	return mine
}

func (tr *trial) contactOf(c *controller, which func(*engine.Record) bool) *engine.Record {
	mine := c.contacts(which)
	if len(mine) == 0 {
		return nil
	}
	return mine[tr.pick(len(mine), "contact")]
}

func (tr *trial) aboutAContact(c *controller) {
	c = tr.whoever(c, func(c *controller) bool { return len(c.contacts(anybody)) > 0 })
	rec := tr.contactOf(c, anybody)
	if rec == nil {
		return
	}
	tr.say(c, tr.own(c, string(rec.Node), string(rec.ID), tr.factAbout(c, rec)))
}

func anybody(*engine.Record) bool { return true }

func (tr *trial) factAbout(c *controller, rec *engine.Record) fact.Fact {
	transfer := fact.OfferID("out-" + string(rec.ID))
	switch tr.pick(21, "about a contact") {
	case 19, 20:
		return tr.aboutAConversation(rec)
	case 15, 16:
		return tr.aboutALink(rec)
	case 17:
		return fact.SteppedOut{Key: []string{"", "1"}[tr.pick(2, "way out")]}
	case 18:
		return fact.Foretold{Position: tr.pick(3, "position"), Until: int64(tr.pick(2, "until")) * (tr.now + 20*second), By: "length"}
	case 12, 13, 14:
		return tr.aboutACallback(rec)
	case 7:
		return fact.Waiting{Node: "menu", Menu: []byte(`{"x":1}`), Asked: "paiement"}
	case 8:
		outcomes := append([]contact.Outcome{"", "nonsense"}, contact.Outcomes...)
		return fact.Closed{
			Outcome: outcomes[tr.pick(len(outcomes), "outcome")], Stage: contact.InQueue, Asked: tr.oneIn(2, "asked"), Queue: "avis",
			Refusal: []contact.Refusal{contact.Full, contact.Closed}[tr.pick(2, "refusal")],
		}
	case 9:
		if rec.Away() {
			return fact.Closed{Outcome: contact.Failed, Asked: true, Cancelled: &fact.Cancelled{By: "marie", Reason: "a rappelé"}}
		}
		return fact.Closed{Outcome: contact.Abandoned, Stage: contact.InRing, Asked: true}
	case 10:
		return []fact.Fact{
			fact.Transferring{Transfer: transfer, Number: "+33299000001", Service: "SIP"}, fact.Transferred{Transfer: transfer},
			fact.TransferFailed{Transfer: transfer, Result: contact.Busy}, fact.TransferEnded{Transfer: transfer, By: "service"},
		}[tr.pick(4, "of a transfer")]
	case 11:
		if tr.oneIn(2, "what is seen of a phone") {
			return tr.phoneSeen(c)
		}
		return fact.Reachable{Agent: "a1", Version: tr.versionOf(c, "a1")}
	}
	return tr.queueing(rec)
}

// aboutACallback is what an owner tells of somebody who is to be called back, and what
// none should.
func (tr *trial) aboutACallback(rec *engine.Record) fact.Fact {
	call := fact.OfferID("back-" + string(rec.ID))
	place := tr.queueing(rec)
	place.Callback = !tr.oneIn(8, "no place of a callback")
	if rec.Callback != nil && tr.oneIn(2, "the place") {
		return place
	}
	var appointment *fact.Appointment
	if rec.ID[len(rec.ID)-1]%2 == 1 { // every other contact wants the same slot
		appointment = &fact.Appointment{Center: trialCenters[0], From: 500 * second, Until: 900 * second, PerSlot: 1}
	}
	return []fact.Fact{
		fact.CallbackRequested{
			Number: "sealed", NumberHash: "h", Attempts: 2, ExpiresAt: 1e15, Place: place, Once: tr.oneIn(2, "one at a time"), Appointment: appointment,
		},
		fact.CallingBack{Call: call, Offer: rec.Offer}, fact.CallingBack{Call: call, Offer: rec.Offer},
		fact.CallbackFailed{Call: call, Result: contact.Busy, NotBefore: int64(tr.pick(3, "held")) * 5 * second},
		fact.CallbackWithdrawn{Reason: "late"},
	}[tr.pick(5, "of a callback")]
}

// aboutALink is what an owner tells of a message with a link to one of two people, who
// get two each; time goes on, but the day does not end.
func (tr *trial) aboutALink(rec *engine.Record) fact.Fact {
	n := 1 + tr.pick(3, "which link")
	if rec.Link != nil && tr.oneIn(3, "not sent") {
		return fact.LinkReleased{N: n}
	}
	return fact.LinkClaimed{N: n, Channel: "sms", To: []string{"ann", "bob"}[tr.pick(2, "to whom")], PerDay: 2}
}

func (tr *trial) queueing(rec *engine.Record) fact.Queued {
	steps := []contact.Step{{Centers: trialCenters[:1]}, {After: 5_000_000_000, Centers: trialCenters}}
	if tr.oneIn(4, "only one step") {
		steps = steps[:1]
	}
	return fact.Queued{
		Queue: trialQueues[tr.pick(len(trialQueues), "queue")], Rank: rec.Rank, Steps: steps, Organisation: "existant",
		Priority: tr.pick(2, "priority"), Ageing: []contact.Ageing{{}, {Level: 2e9}}[tr.pick(2, "ageing")], Policies: trialPolicies, Closing: contact.Closing{NobodyLeft: 20e9},
	}
}

func (tr *trial) versionOf(c *controller, id contact.Agent) uint64 {
	if a := c.state.Floor.Agents[id]; a != nil {
		return a.Version
	}
	return 0
}

// aboutAnOffer is what an owner tells of a leg: of the live one, or of one that
// his log has lost or ended since.
func (tr *trial) aboutAnOffer(c *controller) {
	bound := func(r *engine.Record) bool { return r.Offer != "" }
	c = tr.whoever(c, func(c *controller) bool { return len(c.contacts(bound)) > 0 })
	rec := tr.contactOf(c, bound)
	if rec == nil || tr.pick(4, "of the live offer") == 3 {
		tr.ofNoLiveOffer(c)
		return
	}
	o := c.state.Floor.Offers[rec.Offer]
	var f fact.Fact
	bond := fact.Bond{Agent: o.Agent, Center: o.Center, Queue: o.Queue, Policies: o.Policies}
	switch tr.pick(8, "about an offer") {
	case 7:
		f = fact.OfferVoid{Offer: rec.Offer, Reason: "gone"}
	case 6:
		f = fact.Ringing{Offer: rec.Offer, Leg: "l", Bond: bond}
	case 5:
		f = fact.OfferFailed{Offer: rec.Offer, Result: trialResults[tr.pick(len(trialResults), "result")]}
	case 4:
		f = fact.Connected{Offer: rec.Offer, ServedBy: o.Center, Bond: bond}
	default:
		if f = tr.nextAtHand(o, nextOf(o)); o.Connected {
			f = fact.LegEnded{Offer: rec.Offer, By: "agent"}
		}
	}
	tr.ofLeg(c, rec, f, o.Agent)
}

func (tr *trial) ofLeg(c *controller, rec *engine.Record, f fact.Fact, agent contact.Agent) {
	s := tr.own(c, string(rec.Node), string(rec.ID), f)
	s.agent = agent
	switch f := f.(type) {
	case fact.Ringing:
		s.bond = f.Bond
	case fact.Connected:
		s.bond = f.Bond
	}
	tr.say(c, s)
}

// ofNoLiveOffer tells of a leg whose offer is not the live one any more: the log
// has lost it, or it has ended.
func (tr *trial) ofNoLiveOffer(c *controller) {
	var told []*said
	for _, rec := range c.contacts(anybody) {
		for _, s := range c.journal[string(rec.ID)] {
			if s.offer() != "" && s.offer() != rec.Offer {
				told = append(told, s)
			}
		}
	}
	if len(told) == 0 {
		return
	}
	s := told[tr.pick(len(told), "leg")]
	f := s.fact
	if tr.pick(3, "its end") == 2 {
		f = fact.LegEnded{Offer: s.offer(), By: "agent"}
	}
	tr.ofLeg(c, c.state.Contacts[contact.ID(s.entry.Subject)], f, s.agent)
}

// The leader.

// decide is a batch on the copy of whoever believes to lead; now and then of
// another one.
func (tr *trial) decide(c *controller) {
	c = tr.whoever(c, func(c *controller) bool { return c.state.Protocol.Nodes[ledger.Site].Holder == c.name })
	held := c.state.Protocol.Nodes[ledger.Site]
	var batch []*said
	decision := func(subject string, f fact.Fact) {
		s := tr.entry(c, subject, f)
		s.entry.Role, s.entry.Epoch = ledger.RoleLeader, held.Epoch
		b := basisOf(tr, c.state, s)
		s.decided = &b
		batch = append(batch, s)
	}
	due, _ := c.state.Floor.Expiries(tr.now)
	for _, e := range due {
		decision(string(e.Agent), e)
	}
	for _, o := range c.state.Floor.Propose(tr.now, 3) {
		decision(string(o.Contact), o)
	}
	for _, ch := range c.state.Floor.Changes(tr.now, 3) {
		decision(string(ch.Contact), ch.Fact)
	}
	// It may be void in part: the leader does not know when it writes it.
	if len(batch) > 1 && tr.oneIn(3, "not the first") {
		batch = batch[1:]
	}
	if gen := c.gen(); len(batch) > 0 && tr.pick(2, "a slow ledger") == 1 {
		tr.meanwhile()
		tr.appendTo(gen, batch...)
		return
	}
	tr.say(c, batch...)
}

// People.

func (tr *trial) login(id contact.Agent) fact.LoggedIn {
	in := fact.LoggedIn{Agent: id, Center: trialCenters[tr.pick(2, "center")], Node: "n1", Phone: "PJSIP/" + string(id)}
	tr.maySomeAtHand(&in)
	return in
}

func (tr *trial) command(c *controller, f fact.Fact) *said {
	tr.names++
	s := tr.entry(c, "", f)
	s.entry.Role, s.entry.Op = ledger.RoleAPI, fmt.Sprintf("op-%d", tr.names)
	c.commands = append(c.commands, s)
	return s
}

func (tr *trial) commandAny(c *controller) {
	agent := trialAgents[tr.pick(len(trialAgents), "agent")]
	if tr.oneIn(12, "a note") {
		tr.note(c, agent)
		return
	}
	var f fact.Fact
	switch tr.pick(8, "command") {
	case 7:
		f = fact.AgentSeated{Card: tr.login(agent), Phone: "PJSIP/" + string(trialAgents[tr.pick(len(trialAgents), "seat")]), OnCall: tr.oneIn(2, "on call")}
	case 6:
		f = tr.wrapUp(c, agent)
	case 5:
		f = fact.LoggedOut{Agent: agent}
	case 4:
		f = fact.Paused{Agent: agent, Reason: "repas"}
	case 2, 3:
		f = fact.Resumed{Agent: agent}
	case 1:
		f = fact.AgentChanged{Agent: agent, Center: trialCenters[tr.pick(2, "center")], Reset: tr.oneIn(4, "reset")}
	default:
		f = tr.login(agent)
	}
	tr.say(c, tr.command(c, f))
}

// wrapUp is what an agent wants of his wrap-up, perhaps of one that is over.
func (tr *trial) wrapUp(c *controller, agent contact.Agent) fact.AgentWrapUp {
	w := fact.AgentWrapUp{Agent: agent, Extend: time.Duration(tr.pick(3, "longer")) * time.Second, Longest: 5 * time.Second}
	if a := c.state.Floor.Agents[agent]; a != nil {
		w.Since = a.Since
	}
	if tr.oneIn(3, "an earlier one") {
		w.Since--
	}
	return w
}

// phoneSeen is what an owner tells of a phone, perhaps of one where nobody sits any more.
func (tr *trial) phoneSeen(c *controller) fact.AgentPhone {
	f := fact.AgentPhone{Agent: trialAgents[tr.pick(len(trialAgents), "agent")]}
	if a := c.state.Floor.Agents[f.Agent]; a != nil {
		f.Phone = a.Phone
	}
	f.Trouble = []contact.PhoneTrouble{"", contact.Unregistered, contact.OnOwnCall}[tr.pick(3, "trouble")]
	return f
}

// note writes what an agent notes of whom he answered last, as the controller that he
// asks believes; now and then of another's.
func (tr *trial) note(c *controller, agent contact.Agent) {
	of := agent
	if tr.oneIn(4, "another's") {
		of = trialAgents[tr.pick(len(trialAgents), "whose")]
	}
	served := c.state.Served[of]
	if served == nil {
		return
	}
	s := tr.command(c, fact.Treated{Agent: agent, Result: "answered"})
	s.entry.Subject = string(served.Contact)
	tr.say(c, s)
}

// commandAgain: the answer was lost, and somebody presses the button again.
func (tr *trial) commandAgain(c *controller) {
	if len(c.commands) > 0 {
		tr.append(c, c.commands[tr.pick(len(c.commands), "command")])
	}
}
