package engine_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/ivr"
	"github.com/guichet/guichet/routing"
)

// person is who has a leg, in the words of the table.
type person string

const (
	caller     person = "caller"
	agent      person = "agent"
	colleague  person = "colleague"
	outsider   person = "party outside"
	supervisor person = "supervisor"
	other      person = "other agent"
	service    person = "number of the menu"
	called     person = "person called back"
)

// stranger is a leg that the contact does not have, or not any more; thatParty stands for
// the party that is in the conversation.
const stranger, thatParty = fact.OfferID("stranger"), fact.OfferID("party")

// testingT is a test, or one run of a property.
type testingT interface {
	require.TestingT
	Helper()
	Fatalf(format string, args ...any)
}

// tabled is a call in a cell of the table: its session, the ledger's record, and the legs
// as a medium keeps them.
type tabled struct {
	t       testingT
	story   *story // for its words and its fold
	rules   engine.Rules
	session engine.Session
	ledger  engine.Record
	at      int64

	who map[fact.OfferID]person
	// dialled and up are legs, dropped those that are being hung up.
	dialled, up map[fact.OfferID]bool
	dropped     []fact.OfferID
	// hung are those that were hung up on since this process has the call, or its link came back.
	hung  map[fact.OfferID]bool
	armed [engine.TimerKinds]bool
	// ended counts what frees a leg, void are those that the ledger took back.
	ended  map[fact.OfferID]int
	void   map[fact.OfferID]bool
	closed int
	// offered counts the offers after the first.
	offered int
	// hears is for whose sake a silent supervisor is there.
	hears map[fact.OfferID]fact.OfferID

	seen *seen
	// of the cell
	facts    []fact.Fact
	commands []engine.Command
	refused  *engine.NotDone
}

// newTabled is a call in a state of the table.
func newTabled(t *testing.T, s state, seen *seen) *tabled {
	t.Helper()
	c := &tabled{
		t: t, story: newStory(t), at: 20e6, seen: seen, who: map[fact.OfferID]person{"o1": agent},
		dialled: map[fact.OfferID]bool{}, up: map[fact.OfferID]bool{}, ended: map[fact.OfferID]int{}, void: map[fact.OfferID]bool{},
		hears: map[fact.OfferID]fact.OfferID{}, hung: map[fact.OfferID]bool{},
	}
	c.rules = c.story.rules
	c.rules.Plan = tablePlan()
	c.rules.MaxMoves = 1
	c.rules.Understood = func(format int) bool { return c.story.rules.Understood == nil || c.story.rules.Understood(format) }
	c.rules.Identification = whoIsIt(t)
	c.rules.Whisper = func(contact.Queue) engine.Whisper { return c.story.whisper }
	c.rules.Floor = func(engine.FloorQuery) engine.FloorView { return engine.FloorView{Able: 1, InQueue: 1} }
	c.rules.Limit = func(q contact.Queue) engine.Limit {
		if q == "full" {
			return engine.Limit{Waiting: 1}
		}
		return engine.Limit{}
	}
	c.rules.Queue = func(q contact.Queue) bool { return q != "nowhere" }
	c.rules.Outside = tableNumbers{}
	c.rules.Colleague = func(a contact.Agent) engine.Colleague {
		behind := map[contact.Agent]contact.Node{"unsure": "n2"}[a]
		return engine.Colleague{Known: a != "nobody", Ready: a != "busy", State: "talking", Center: "cis_ouest", Behind: behind}
	}
	c.rules.Dialled = func(text string) engine.Whom {
		if text == "particuliers" {
			return engine.Whom{Queue: "particuliers"}
		}
		return engine.Whom{Agent: contact.Agent(text)}
	}
	early := s.early
	if s.reach != nil {
		early = answered
	}
	for _, line := range early {
		c.line(line)
	}
	if s.reach != nil {
		c.on(engine.Bridged{Offer: "o1"})
		s.reach(c)
	}
	require.False(t, t.Failed(), s.name)
	return c
}

// copied is the same call again, for another cell. What a session holds is never changed,
// but replaced.
func (c *tabled) copied() *tabled {
	next := *c
	next.who, next.dialled, next.up = maps.Clone(c.who), maps.Clone(c.dialled), maps.Clone(c.up)
	next.ended, next.void, next.dropped = maps.Clone(c.ended), maps.Clone(c.void), slices.Clone(c.dropped)
	next.hears, next.hung = maps.Clone(c.hears), maps.Clone(c.hung)
	next.facts, next.commands, next.refused = nil, nil, nil
	return &next
}

func tablePlan() *routing.Plan {
	p := plan()
	p.Organisations["existant"] = append(p.Organisations["existant"], routing.Rule{
		Name: "existant.2", Queue: "full", Steps: []routing.Step{{Centers: []contact.Center{"cis_ouest"}}},
	})
	return p
}

// tableNumbers may call the town hall, as any ordinary number, and none that costs extra.
type tableNumbers struct{}

func (tableNumbers) Target(written string) (number, why string) {
	if written != townHall {
		return "", "it costs extra"
	}
	return written, ""
}
func (tableNumbers) Seal(contact.ID, string) string { return "sealed" }
func (tableNumbers) Caps() (agent, all int)         { return 20, 200 }

// line is one of a story, see scenario_test.go.
func (c *tabled) line(line string) {
	c.story.session = c.session // numbers of timers are read from it
	words := strings.Fields(line)
	if words[0] == "site" {
		c.story.site(words[1], words[2])
		return
	}
	c.on(c.story.event(words[1:]))
}

// on steps, and keeps ledger and legs.
func (c *tabled) on(e engine.Event) {
	c.at += 100_000
	c.note(e)
	next, out := engine.Step(c.rules, c.session, c.at, e)
	c.session = next
	c.refused = out.Refused
	c.facts, c.commands = append(c.facts, out.Facts...), append(c.commands, out.Commands...)
	c.seen.step(e, &next, out)
	for _, f := range out.Facts {
		c.count(f)
		c.ledger.Apply(c.at, "", f)
	}
	for _, command := range out.Commands {
		c.obey(command)
	}
}

// note is what happens to the ledger and the legs before the session is told.
func (c *tabled) note(e engine.Event) {
	switch e := e.(type) {
	case engine.Arrived:
		c.ledger.ID = e.ID
	case engine.OfferAccepted:
		if at := c.ledger.Standing(); c.ledger.Offer == "" && (at == "waiting" || at == "callback" || at == "calling back") { // it accepts no other
			c.ledger.Apply(c.at, e.Offer, e.Fact)
		}
		c.ended[e.Offer] += 0
	case engine.CallsBackRefused:
		if o := c.ledger.Offer; c.session.Phase == engine.Promising && c.ledger.ForMessage() { // it knows nothing of it
			c.ledger.WithoutOffer(o)
			c.ledger.ClosedAt, c.void[o] = c.at, true
			c.closed++
		}
	case engine.OfferGone:
		if c.ledger.Offer == e.Offer && c.ledger.RungAt == 0 && !c.ledger.Connected() {
			c.ledger.Apply(c.at, "", fact.OfferVoid{Offer: e.Offer})
			c.void[e.Offer] = true
		}
	case engine.PartyRefused:
		if c.ledger.Party(e.Party) != nil {
			c.ledger.Uncalled(e.Party)
			c.void[e.Party] = true
		}
	case engine.CallbackRefused:
		c.ledger.Callback = nil
	case engine.AgentAnswered:
		c.up[e.Offer] = true
	}
}

// count is of the facts by which a leg is claimed and freed.
func (c *tabled) count(f fact.Fact) {
	switch f := f.(type) {
	case fact.Invited:
		c.hears[f.Party] = c.session.Record.Leg()
		c.claimed(f.Party, map[contact.Agent]person{"a2": colleague, "s1": supervisor, "": outsider}[f.Agent])
	case fact.PartyMoved:
		c.hears[f.Party] = c.session.Record.Leg()
	case fact.Transferring:
		c.story.transfer = f.Transfer
		c.claimed(f.Transfer, service)
	case fact.CallingBack:
		c.story.transfer = f.Call
		c.claimed(f.Call, called)
	case fact.LegEnded:
		c.ended[f.Offer]++
	case fact.OfferFailed:
		c.ended[f.Offer]++
	case fact.OfferVoid:
		c.ended[f.Offer]++
	case fact.PartyLeft:
		c.ended[f.Party]++
	case fact.TransferEnded:
		c.ended[f.Transfer]++
	case fact.TransferFailed:
		c.ended[f.Transfer]++
	case fact.CallbackFailed:
		c.ended[f.Call]++
	case fact.Closed:
		c.closed++
	}
}

func (c *tabled) claimed(id fact.OfferID, by person) { c.who[id], c.ended[id] = by, 0 }

func (c *tabled) obey(command engine.Command) {
	switch do := command.(type) {
	case engine.DropLeg:
		c.dropped = append(c.dropped, do.Offer)
		c.hung[do.Offer] = true
	case engine.Ring:
		c.dialled[do.Offer] = true
	case engine.CallParty:
		c.dialled[do.Party] = true
	case engine.CallOut:
		c.dialled[do.Transfer] = true
	case engine.CallBack:
		c.dialled[do.Call] = true
	case engine.Arm:
		c.armed[do.Timer] = true
	case engine.Disarm:
		c.armed[do.Timer] = false
	}
}

// legs are those beside the caller's own, and the one to a person who is called back.
func (c *tabled) legs() []fact.OfferID {
	legs := c.session.Record.Legs()
	if cb := c.session.Record.Callback; cb != nil && cb.Call != "" && !c.session.Record.Met() {
		legs = append(legs, cb.Call)
	}
	return legs
}

// leg is the live one of somebody, or a stranger's.
func (c *tabled) leg(p person) fact.OfferID {
	for _, o := range c.legs() {
		if c.who[o] == p {
			return o
		}
	}
	return stranger
}

// called is the leg that rings.
func (c *tabled) called() fact.OfferID {
	for _, o := range c.legs() {
		if c.dialled[o] && !c.up[o] {
			return o
		}
	}
	return stranger
}

// asked is the claim that the ledger has not accepted yet.
func (c *tabled) asked() fact.OfferID {
	switch rec := &c.session.Record; {
	case c.session.Asked != "":
		return c.session.Asked
	case c.session.Phase == engine.Claiming:
		return rec.Transfer.ID
	}
	return stranger
}

// party is the first in the conversation beside who has the call.
func (c *tabled) party() fact.OfferID {
	for _, p := range c.session.Record.Parties {
		if p.Role != fact.Leaving && p.ID != c.session.Asked {
			return p.ID
		}
	}
	return stranger
}

// wish directs.
func (c *tabled) wish(name string) {
	for _, w := range wishes {
		if w.name == name {
			d := w.wish
			if d.Party == thatParty {
				d.Party = c.party()
			}
			c.on(d)
			return
		}
	}
	c.t.Fatalf("who wishes to %s?", name)
}

// calls has somebody called, and the ledger accept it; reaches has him answer too.
func (c *tabled) calls(wish string) {
	c.wish(wish)
	require.Nil(c.t, c.refused, wish)
	c.on(engine.PartyAccepted{Party: c.session.Asked, Phone: "PJSIP/1"})
}

func (c *tabled) reaches(wish string) {
	c.calls(wish)
	c.on(engine.AgentAnswered{Offer: c.called()})
}

// ends is the leg of somebody that is gone.
func (c *tabled) ends(p person) { c.on(engine.AgentLeft{Offer: c.leg(p)}) }

// key presses the Transfer key of the phone of somebody who has answered, and dials, or has
// the caller take the place of the phone's other call.
func (c *tabled) key(p person, to string, attended bool) {
	if o := c.leg(p); c.up[o] {
		asked := engine.PhoneTransfers{Offer: o, To: to, Attended: attended}
		if attended {
			asked.Call = c.session.Ear.Call
		}
		c.on(asked)
	}
}

// offers brings an agent, in an offer of its own.
func (c *tabled) offers(to person) {
	c.offered++
	o := fact.OfferID(fmt.Sprintf("o%d", c.offered+1))
	c.who[o] = to
	c.on(engine.OfferAccepted{Offer: o, Phone: "PJSIP/1", Fact: fact.Offered{Contact: "c1", Agent: "a1", Queue: "particuliers", Center: "cis_ouest"}})
}

// again sends the caller to a queue, where the same agent gets him.
func (c *tabled) again(until string) {
	c.wish("transfer to a queue")
	c.settle()
	c.comesAgain(until)
}

// comesAgain brings the same agent to a caller who waits.
func (c *tabled) comesAgain(until string) {
	c.offers(agent)
	o := c.session.Record.Offer
	c.on(engine.AgentRings{Offer: o})
	if until == "rings" {
		return
	}
	c.on(engine.AgentAnswered{Offer: o})
	if until == "talks" {
		c.on(engine.Bridged{Offer: o})
	}
}

// asksAfter has the queue ask after the call.
func (c *tabled) asksAfter() {
	c.rules.Satisfaction = func(contact.Queue) engine.Satisfaction { return asksOf(100) }
}

// listens lets the caller hear something of the question: no key counts before.
func (c *tabled) listens() { c.at += 2_000_000 }

// announced is a call that is about to be recorded, taped one that is.
func (c *tabled) announced() {
	c.rules.Recording = func(contact.Queue) engine.Recording {
		return engine.Recording{Purpose: "accueil", Until: time.Unix(1000, 0), Announcement: []ivr.Prompt{"enregistre"}, Retention: time.Hour}
	}
	c.on(engine.Played{N: -1}) // any event has it said
}

func (c *tabled) taped() {
	c.announced()
	c.on(engine.BothTold{N: c.session.Telling})
}

// settle tells of the end of each leg that was hung up.
func (c *tabled) settle() {
	for len(c.dropped) > 0 {
		o := c.dropped[0]
		c.dropped = slices.DeleteFunc(c.dropped, func(other fact.OfferID) bool { return other == o })
		if slices.Contains(c.legs(), o) {
			c.on(engine.AgentLeft{Offer: o, Result: contact.Lost})
		}
	}
}

// comesBack is the link, after which the medium tells what it finds.
func (c *tabled) comesBack() {
	c.hung = map[fact.OfferID]bool{}
	for _, o := range c.legs() {
		p := c.session.Record.Party(o)
		switch {
		case p != nil && p.Role == fact.Leaving, o == c.session.Record.Leg() && c.session.Phase == engine.Talking, o == c.session.Asked:
		case c.up[o]:
			c.on(engine.AgentAnswered{Offer: o})
		case c.dialled[o]:
			c.on(engine.AgentRings{Offer: o})
		default: // claimed by a process that did not live to dial it
			c.on(engine.AgentLeft{Offer: o, Result: contact.Lost})
		}
	}
	c.on(engine.Restarted{})
}

// adopted is the call in the hands of another controller, which knows the ledger only.
func (c *tabled) adopted() {
	if c.session.Phase == engine.New {
		return
	}
	var rec engine.Record
	require.NoError(c.t, json.Unmarshal([]byte(asJSON(c.t, c.ledger)), &rec))
	c.session, c.armed = engine.Resume(rec), [engine.TimerKinds]bool{}
	c.comesBack()
}
