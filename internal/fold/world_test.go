package fold_test

import (
	"cmp"
	"container/heap"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
	"github.com/guichet/guichet/ivr"
	"github.com/guichet/guichet/routing"
)

// world is a site in virtual time: callers, agents, their phones, one
// controller's sessions and leader, and the ledger between them. Everything
// that takes time takes a random time of its own, so that facts and events
// cross each other on the way.
type world struct {
	t      *testing.T
	random *rand.Rand
	now    int64
	queue  agenda
	serial int

	ledger *chain
	rules  engine.Rules
	people map[contact.ID]*person
	agents []contact.Agent
	phones map[contact.Agent]fact.OfferID // whose leg is at the phone: I4 in the flesh
	// claimed are the transfers that the ledger accepted, rung those whose number
	// was dialled.
	claimed, rung map[fact.OfferID]bool
	// journal holds the owner's facts on their way to the ledger, in order.
	journal  []ledger.Entry
	seqs     map[contact.ID]uint64
	deciding bool // a batch of decisions is on its way
	life     int  // of the controller; what an earlier one had under way is lost

	foreseen int // offers, before the facts that made them possible were folded

	recount recount
	// told and out count those who were told of their wait, and who left a queue by a key.
	told, out int
	// atHand counts mails at hand after an entry, beside those of an agent who had a call then,
	// and goneWith those that were taken back from who had logged out.
	atHand, beside, goneWith int
	// urgent counts messages that became so while they waited, elsewhere those that somebody
	// had heard who saw them in the mailbox.
	urgent, elsewhere int
	closing           bool // nobody comes any more
}

// person is a caller with his session, and what is true at his end of the line.
type person struct {
	id   contact.ID
	mail bool // wrote instead of calling, see worldmail_test.go
	// message is the one for which the contact was born, said what the caller has said to a
	// machine, by the number of the recording; see worldmessage_test.go.
	message fact.MessageID
	said    map[int]bool
	session engine.Session
	begun   bool
	gone    bool
	legs    map[fact.OfferID]*leg
}

type leg struct {
	agent               contact.Agent // empty: a local service
	up, bridged, caller bool          // caller: he is in the bridge, too
}

type event struct {
	at     int64
	serial int
	life   int // 0: happens whoever controls
	run    func()
}

type agenda []event

func (a agenda) Len() int { return len(a) }
func (a agenda) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(a[i].at, a[j].at), cmp.Compare(a[i].serial, a[j].serial)) < 0
}
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(e any)   { *a = append(*a, e.(event)) }
func (a *agenda) Pop() any {
	last := (*a)[len(*a)-1]
	*a = (*a)[:len(*a)-1]
	return last
}

func newWorld(t *testing.T, seed uint64, callers, agents int) *world {
	w := &world{
		t: t, random: rand.New(rand.NewPCG(seed, 1)), now: 1_000_000, life: 1,
		ledger: newChain(t), people: map[contact.ID]*person{}, phones: map[contact.Agent]fact.OfferID{},
		seqs: map[contact.ID]uint64{}, recount: newRecount(),
		claimed: map[fact.OfferID]bool{}, rung: map[fact.OfferID]bool{},
	}
	w.rules = engine.Rules{
		Tree: tree(t), Plan: plan(),
		Floor: func(q engine.FloorQuery) engine.FloorView { return w.ledger.state.View(q) },
		Limit: func(contact.Queue) engine.Limit { return engine.Limit{Waiting: 30} },
		Comfort: func(contact.Queue) engine.Comfort {
			return engine.Comfort{
				First: 2 * time.Second, Every: 3 * time.Second, Prompts: []ivr.Prompt{"patientez"},
				Position: []ivr.Prompt{"number:var.position"}, Wait: []ivr.Prompt{"wait:var.wait"},
			}
		},
		Standing:     func(id contact.ID, at int64) (engine.Standing, bool) { return w.ledger.state.Standing(id, at) },
		MailboxQueue: func(string) (contact.Queue, time.Duration) { return "tous", urgentWithin },
	}
	for i := range agents {
		id := contact.Agent(fmt.Sprintf("a%02d", i))
		w.agents = append(w.agents, id)
		w.nature(w.between(0, 2_000_000), func() { w.command(id, w.loginOf(id)) })
		w.nature(w.between(5e6, 60e6), func() { w.whim(id) })
		w.deskWhims(id, rand.New(rand.NewPCG(seed, 7+uint64(len(w.agents)))))
	}
	for i := range callers {
		id := contact.ID(fmt.Sprintf("c%03d", i))
		if w.chance(30) {
			w.nature(w.between(0, openFor), func() { w.post(id) })
			continue
		}
		w.nature(w.between(0, openFor), func() { w.call(id) })
	}
	w.owned(50_000, w.look)
	return w
}

func tree(t *testing.T) *ivr.Tree {
	built, faults := ivr.New(ivr.Tree{ID: "t", Start: "menu", Failure: ivr.Exit{Goto: ivr.End}, Nodes: map[ivr.NodeID]ivr.Node{
		"menu": &ivr.Menu{
			Prompts: []ivr.Prompt{"bienvenue"},
			Choices: []ivr.Choice{
				{Keys: "1", Goto: "conseiller", Set: ivr.Vars{ivr.VarTopic: "paiement"}},
				{Keys: "2", Goto: "conseiller", Set: ivr.Vars{ivr.VarTopic: "avis"}},
				{Keys: "3", Goto: "info"},
				{Keys: "4", Goto: "conseiller", Set: ivr.Vars{ivr.VarTopic: "controle"}},
				{Keys: "5", Goto: "service", Set: ivr.Vars{ivr.VarTopic: "controle"}},
				{Keys: "6", Goto: "message"},
			},
			Tries: ivr.Tries{Interruptible: true, NoInputTimeout: 4 * time.Second, InterDigitTimeout: time.Second, MaxAttempts: 2},
		},
		"info":       &ivr.Hangup{Common: ivr.Common{Serves: true}, Prompts: []ivr.Prompt{"info"}},
		"conseiller": &ivr.Queue{WayOut: []ivr.WayOut{{Keys: "7", Goto: "menu"}, {Keys: "8", Goto: "info"}}, Full: ivr.Exit{Prompts: []ivr.Prompt{"plein"}}},
		"message":    toTheMachine,
		"service":    &ivr.Queue{Unreachable: ivr.Exit{Prompts: []ivr.Prompt{"injoignable"}, Goto: "menu"}},
	}})
	require.Empty(t, faults)
	return built
}

func plan() *routing.Plan {
	policies := contact.Policies{
		Ring: 10 * time.Second, WrapUp: 3 * time.Second, NoAnswer: 20 * time.Second, Busy: 5 * time.Second, Refused: 8 * time.Second,
	}
	near := routing.Step{Centers: []contact.Center{"ouest"}}
	wide := routing.Step{After: 8 * time.Second, Centers: []contact.Center{"ouest", "sud"}}
	skilled := routing.Step{Centers: []contact.Center{"ouest"}, Need: contact.Need{{Skill: "paiement", Level: 2}}}
	terms := routing.QueueTerms{Policies: policies, Strategy: contact.LongestReady, Closing: contact.Closing{NobodyLeft: 20 * time.Second}, Redial: time.Minute, MailTake: 10 * time.Second, MailHandle: 15 * time.Second}
	return &routing.Plan{
		Always: []routing.Rule{{Name: "service", Match: routing.Match{Topics: []contact.Topic{"controle"}}, ToService: true}},
		Services: func(contact.Topic, string) (routing.LocalService, bool) {
			return routing.LocalService{Name: "SIP", Number: "+33299000001"}, true
		},
		Organisations: map[contact.Organisation][]routing.Rule{"": {
			{Name: "paiement", Match: routing.Match{Topics: []contact.Topic{"paiement"}}, Queue: "paiement", Priority: 1, Steps: []routing.Step{skilled}},
			{Name: "tous", Queue: "tous", Steps: []routing.Step{near, wide}},
		}},
		Queues: map[contact.Queue]routing.QueueTerms{"paiement": terms, "tous": terms},
		Ageing: contact.Ageing{Level: 5 * time.Second, Mail: 20 * time.Second},
	}
}

func (w *world) between(from, to int64) int64 { return from + w.random.Int64N(to-from+1) }
func (w *world) chance(percent int) bool      { return w.random.IntN(100) < percent }

// nature happens whoever controls; owned is lost with its controller.
func (w *world) nature(in int64, run func()) { w.plan(in, 0, run) }
func (w *world) owned(in int64, run func())  { w.plan(in, w.life, run) }
func (w *world) plan(in int64, life int, run func()) {
	w.serial++
	heap.Push(&w.queue, event{at: w.now + in, serial: w.serial, life: life, run: run})
}

// run lets time pass until nothing is left to happen, or until then.
func (w *world) run(until int64) {
	for len(w.queue) > 0 && w.queue[0].at <= until {
		e := heap.Pop(&w.queue).(event)
		w.now = e.at
		if e.life == 0 || e.life == w.life {
			e.run()
		}
	}
	w.now = max(w.now, until)
}

// The people.

func (w *world) call(id contact.ID) {
	if w.closing {
		return
	}
	p := &person{id: id, legs: map[fact.OfferID]*leg{}}
	w.people[id] = p
	w.step(p, w.arrival(p))
	if other := rand.New(rand.NewPCG(uint64(w.serial), 3)); other.IntN(6) == 0 {
		w.nature(0, func() { w.tell(p, 0, engine.Key{Key: '6'}) })
	}
	for in := int64(0); in < 6e6; in += w.between(500_000, 3e6) {
		key := []byte("11222234454x")[w.random.IntN(12)]
		w.nature(in+1, func() { w.tell(p, 1000, engine.Key{Key: key}) })
	}
	if other := rand.New(rand.NewPCG(uint64(w.serial), 2)); other.IntN(10) < 3 { // tired of waiting
		key := []byte("78")[other.IntN(2)]
		w.nature(5e6+other.Int64N(35e6), func() { w.owned(1000, func() { w.step(p, engine.Key{Key: key}) }) })
	}
	if w.chance(60) {
		w.nature(w.between(0, 90e6), func() { w.hangUp(p) })
	}
}

func (w *world) arrival(p *person) engine.Event {
	p.begun = true
	switch {
	case p.message != "":
		return w.birth(p)
	case p.mail:
		return w.postage(p)
	}
	return engine.Arrived{ID: p.id, Fact: fact.Arrived{Medium: contact.Voice, Entry: "2014", Node: node, Line: string(p.id), Rank: w.now}}
}

func (w *world) hangUp(p *person) {
	if !p.gone {
		p.gone = true
		w.tell(p, 5_000, engine.CallerLeft{Cause: 16})
	}
}

// tell is an event on its way from the medium to the session.
func (w *world) tell(p *person, within int64, e engine.Event) {
	w.owned(w.between(0, within), func() { w.step(p, e) })
}

func (w *world) loginOf(id contact.Agent) fact.LoggedIn {
	in := fact.LoggedIn{Agent: id, Center: "ouest", Node: node, Phone: "PJSIP/" + string(id), Skills: map[contact.Skill]int{"paiement": w.random.IntN(4)}}
	if w.chance(30) {
		in.Center = "sud"
	}
	if w.chance(50) {
		in.Media, in.Files = []contact.Medium{contact.Voice, contact.Email, contact.Voicemail}, []contact.Department{"35"}
	}
	if len(in.Media) > 0 && id != "a00" {
		in.Capacity = map[contact.Medium]int{contact.Email: 1 + w.random.IntN(3)}
		in.Capacity[contact.Voicemail] = in.Capacity[contact.Email] - 1
	}
	if id < "a03" { // on busy lines nobody else ever comes to the mails
		in.Media, in.Files = []contact.Medium{contact.Email, contact.Voicemail}, []contact.Department{"35"}
	}
	return in
}

// whim is what an agent does with his state now and then.
func (w *world) whim(id contact.Agent) {
	if w.closing {
		return
	}
	switch w.random.IntN(6) {
	case 0:
		w.command(id, fact.LoggedOut{Agent: id})
	case 1:
		w.command(id, fact.Paused{Agent: id, Reason: "repas"})
	case 2, 3:
		w.command(id, fact.Resumed{Agent: id})
	default:
		w.command(id, w.loginOf(id))
	}
	w.nature(w.between(2e6, 40e6), func() { w.whim(id) })
}

// deskWhims are those of one who speaks on the phone, by chances of their own.
func (w *world) deskWhims(id contact.Agent, chances *rand.Rand) {
	w.nature(10e6+chances.Int64N(60e6), func() {
		if w.closing || id < "a03" { // these serve mails only
			return
		}
		w.deskWhim(id, chances)
		w.deskWhims(id, chances)
	})
}

func (w *world) deskWhim(id contact.Agent, chances *rand.Rand) {
	a := w.ledger.state.Floor.Agents[id]
	switch chances.IntN(3) {
	case 0: // the phone goes, or comes back
		if a != nil && a.State != acd.LoggedOut {
			trouble := contact.Unregistered
			if a.Trouble != "" {
				trouble = ""
			}
			w.land(w.ledger.owner(w.now, string(id), fact.AgentPhone{Agent: id, Phone: a.Phone, Trouble: trouble}))
		}
	case 1:
		if a != nil && a.State == acd.WrapUp {
			w.command(id, fact.AgentWrapUp{Agent: id, Since: a.Since, Extend: time.Duration(chances.IntN(3)) * time.Second, Longest: time.Minute})
		}
	case 2: // the phone of somebody who may be there
		card := fact.LoggedIn{Agent: id, Center: "ouest", Node: node, Phone: "PJSIP/" + string(id)}
		w.command(id, fact.AgentSeated{Card: card, Phone: fmt.Sprintf("PJSIP/a%02d", chances.IntN(12))})
	}
}

func (w *world) command(id contact.Agent, f fact.Fact) { w.land(w.ledger.api(w.now, string(id), f)) }

// The controller's sessions.

func (w *world) step(p *person, e engine.Event) {
	next, effects := engine.Step(w.rules, p.session, w.now, e)
	p.session = next
	for _, f := range effects.Facts {
		w.write(p.id, f)
	}
	for _, c := range effects.Commands {
		if p.mail {
			w.carryOutMail(p, c)
			continue
		}
		w.carryOut(p, c)
	}
}

// write puts a fact in the journal; it lands after those before it.
func (w *world) write(id contact.ID, f fact.Fact) {
	w.seqs[id]++
	e := w.ledger.owner(w.now, string(id), f)
	e.Seq = w.seqs[id]
	w.journal = append(w.journal, e)
	w.owned(w.between(0, 300_000), w.flush)
}

func (w *world) flush() {
	if n := len(w.journal); n > 0 {
		some := 1 + w.random.IntN(n)
		now := w.now
		next, known := w.ledger.state.Foresee(now, coming(w.t, w.journal[:some]))
		effective := true
		for _, e := range w.journal[:some] {
			effective = w.land(e) && effective
		}
		if known && effective {
			w.foreseen++
			require.Equal(w.t, []fact.Offered{next}, w.ledger.state.Floor.Propose(now, 1), "what was foreseen")
		}
		w.journal = slices.Clone(w.journal[some:])
		w.owned(w.between(0, 5_000), w.flush)
	}
}

// coming reads facts that are about to be written.
func coming(t *testing.T, entries []ledger.Entry) (facts []fold.Coming) {
	for _, e := range entries {
		f, err := fact.Decode(e.Kind, e.Data)
		require.NoError(t, err)
		facts = append(facts, fold.Coming{At: e.At, Subject: e.Subject, Fact: f})
	}
	return facts
}

func (w *world) carryOut(p *person, c engine.Command) {
	switch c := c.(type) {
	case engine.Play:
		w.tell(p, 2e6, engine.Played{N: c.N})
	case engine.Arm:
		w.owned(c.After.Microseconds(), func() { w.step(p, engine.Fired{Timer: c.Timer, N: c.N}) })
	case engine.Ring:
		w.owned(w.between(0, 10_000), func() { w.ring(p, c) })
	case engine.CallOut:
		w.callOut(p, c)
	case engine.WhisperTo:
		w.tell(p, 3e6, engine.Whispered{Offer: c.Offer})
	case engine.Join:
		w.owned(w.between(0, 20_000), func() { w.join(p, c.Offer) })
	case engine.DropLeg:
		w.owned(w.between(0, 10_000), func() { w.endLeg(p, c.Offer, contact.Lost) })
	case engine.AskLeg:
		w.owned(w.between(0, 10_000), func() {
			if l := p.legs[c.Offer]; l == nil || !l.bridged {
				w.endLeg(p, c.Offer, contact.NoAnswer)
			}
		})
	case engine.RecordCaller:
		w.record(p, c.N)
	case engine.FindRecording:
		w.find(p, c.N)
	case engine.Release:
		w.owned(w.between(0, 10_000), func() { w.hangUp(p) })
	}
}

// ring is the agent's phone, and what its owner does with it.
func (w *world) ring(p *person, c engine.Ring) {
	if p.session.Record.Offer != c.Offer || p.gone {
		w.tell(p, 5_000, engine.AgentLeft{Offer: c.Offer, Result: contact.Lost}) // given up before it was made
		return
	}
	require.Empty(w.t, w.phones[c.Agent], "%s's phone rings for two", c.Agent)
	if w.chance(5) {
		w.tell(p, 5_000, engine.AgentLeft{Offer: c.Offer, Result: contact.Unreachable})
		return
	}
	w.phones[c.Agent] = c.Offer
	p.legs[c.Offer] = &leg{agent: c.Agent}
	w.tell(p, 10_000, engine.AgentRings{Offer: c.Offer, Leg: string(c.Offer)})
	after := w.between(0, c.Timeout.Microseconds()+100_000)
	switch w.random.IntN(10) {
	case 0:
		w.nature(after, func() { w.endLeg(p, c.Offer, contact.Refused) })
	case 1:
		w.nature(1000, func() { w.endLeg(p, c.Offer, contact.Busy) })
	case 2: // nobody there: the ring timer asks
	case 3:
		w.nature(c.Timeout.Microseconds(), func() { w.endLeg(p, c.Offer, contact.NoAnswer) })
	default:
		w.nature(after, func() { w.answers(p, c.Offer) })
	}
}

// callOut is the operator's network, and the office behind it.
func (w *world) callOut(p *person, c engine.CallOut) {
	require.True(w.t, w.claimed[c.Transfer], "dialled before it was accepted")
	require.False(w.t, w.rung[c.Transfer], "it rings twice")
	w.rung[c.Transfer] = true
	if p.gone || w.chance(10) {
		w.tell(p, 5_000, engine.AgentLeft{Offer: c.Transfer, Result: contact.Unreachable})
		return
	}
	p.legs[c.Transfer] = &leg{}
	w.tell(p, 10_000, engine.AgentRings{Offer: c.Transfer, Leg: string(c.Transfer)})
	after := w.between(0, c.Timeout.Microseconds()+100_000)
	switch w.random.IntN(4) {
	case 0:
		w.nature(after/20, func() { w.endLeg(p, c.Transfer, contact.Busy) })
	case 1: // nobody there: the ring timer asks
	default:
		w.nature(after, func() { w.answers(p, c.Transfer) })
	}
}

func (w *world) answers(p *person, o fact.OfferID) {
	if l := p.legs[o]; l != nil {
		l.up = true
		w.tell(p, 5_000, engine.AgentAnswered{Offer: o})
	}
}

func (w *world) join(p *person, o fact.OfferID) {
	l := p.legs[o]
	if l == nil || !l.up || p.gone {
		return
	}
	l.bridged = true
	w.tell(p, 5_000, engine.Bridged{Offer: o})
	w.nature(w.between(100_000, 20e6), func() {
		if w.chance(50) {
			w.hangUp(p)
		} else {
			w.endLeg(p, o, contact.Lost)
		}
	})
}

func (w *world) endLeg(p *person, o fact.OfferID, result contact.RingResult) {
	w.hungUp(p, o)
	w.tell(p, 5_000, engine.AgentLeft{Offer: o, Result: result})
}

func (w *world) hungUp(p *person, o fact.OfferID) {
	l := p.legs[o]
	if l == nil {
		return
	}
	delete(p.legs, o)
	if l.agent != "" {
		require.Equal(w.t, o, w.phones[l.agent])
		delete(w.phones, l.agent)
	}
}

// crash loses the controller with all that was under way, and takes every
// contact up again from the ledger, with what the medium has now.
func (w *world) crash() {
	w.life++
	w.journal, w.deciding = nil, false
	w.ledger.restart()
	w.seqs = map[contact.ID]uint64{}
	for _, id := range w.callers() {
		w.seqs[id] = w.ledger.state.Protocol.Seq(string(id))
		w.takeUp(w.people[id])
	}
	w.owned(50_000, w.look)
}

func (w *world) takeUp(p *person) {
	rec := w.ledger.state.Contacts[p.id]
	for _, o := range slices.Sorted(maps.Keys(p.legs)) { // a leg of no live offer is hung up
		if rec == nil || rec.Leg() != o {
			w.hungUp(p, o)
		}
	}
	switch {
	case rec == nil && w.seqs[p.id] == 0 && !p.gone:
		p.session = engine.Session{}
		w.step(p, w.arrival(p)) // his arrival was lost with the journal
		return
	case rec == nil:
		return
	}
	p.session = engine.Resume(*rec)
	if p.mail {
		w.takeUpMail(p, rec)
		return
	}
	if p.gone {
		w.step(p, engine.CallerLeft{})
	}
	if o := rec.Leg(); o != "" {
		w.step(p, found(o, p.legs[o]))
	}
	if !p.gone {
		w.step(p, engine.Restarted{})
	}
}

// found is what a listing tells of a leg.
func found(o fact.OfferID, l *leg) engine.Event {
	switch {
	case l == nil:
		return engine.AgentLeft{Offer: o, Result: contact.Lost}
	case l.bridged:
		return engine.Bridged{Offer: o}
	case l.up:
		return engine.AgentAnswered{Offer: o}
	}
	return engine.AgentRings{Offer: o, Leg: string(o)}
}

// The leader.

// look decides on the fold as it is; what it decides lands a little later.
func (w *world) look() {
	if due, _ := w.ledger.state.Floor.Expiries(w.now); len(due) > 0 {
		for _, e := range due {
			w.land(w.ledger.leader(w.now, string(e.Agent), e))
		}
	}
	w.phonesBack()
	w.mailsBack()
	w.bear()
	offers, changes := w.ledger.state.Floor.Propose(w.now, 8), w.ledger.state.Floor.Changes(w.now, 8)
	if len(offers)+len(changes) > 0 && !w.deciding {
		w.deciding = true
		at := w.now
		w.owned(w.between(0, 600_000), func() { // a slow ledger: much may have changed
			w.deciding = false
			for _, o := range offers {
				w.land(w.ledger.leader(at, string(o.Contact), o))
			}
			for _, c := range changes {
				w.land(w.ledger.leader(at, string(c.Contact), c.Fact))
			}
		})
	}
	w.owned(w.between(1_000, 100_000), w.look)
}

// phonesBack tells of phones that are registered again.
func (w *world) phonesBack() {
	for _, a := range w.ledger.state.Floor.Roll() {
		if a.State == acd.SetAside && a.Why == string(contact.Unreachable) && w.now-a.Since > 10e6 {
			w.land(w.ledger.owner(w.now, string(a.ID), fact.Reachable{Agent: a.ID, Version: a.Version}))
		}
		if w.closing && a.State != acd.LoggedOut && a.Trouble != "" {
			w.land(w.ledger.owner(w.now, string(a.ID), fact.AgentPhone{Agent: a.ID, Phone: a.Phone}))
		}
	}
}

// land is the next entry of the ledger.
func (w *world) land(e ledger.Entry) (effective bool) {
	overtaken := w.overtaken(e)
	a := w.ledger.must(e, w.ledger.state.Protocol.Gen)
	if a.Effective() {
		require.Empty(w.t, overtaken, "%s of %s took another's turn", e.Kind, e.Subject)
	}
	w.recount.add(a)
	conserved(w.t, w.ledger.state)
	w.boundOnce()
	if a.Effective() {
		switch a.Fact.(type) {
		case fact.Foretold:
			w.told++
		case fact.SteppedOut:
			w.out++
		}
		w.hear(a)
	}
	if f, ok := a.Fact.(fact.GivenUp); ok && a.Effective() {
		w.tell(w.people[a.Contact], 3_000, engine.GivenUp{Reason: f.Reason, Queueing: a.Record.Queueings})
	}
	if f, ok := a.Fact.(fact.Transferring); ok && a.Effective() {
		w.claimed[f.Transfer] = true
		told := engine.TransferAccepted{Transfer: f.Transfer}
		w.tell(w.people[a.Contact], 3_000, told)
		if w.chance(10) {
			w.tell(w.people[a.Contact], 30e6, told)
		}
	}
	if f, ok := a.Fact.(fact.Offered); ok && a.Effective() {
		told := engine.OfferAccepted{Offer: fact.OfferID(a.Entry.Self.String()), Fact: f, Phone: "PJSIP/" + string(f.Agent)}
		p := w.people[f.Contact]
		w.tell(p, 3_000, told)
		if w.chance(10) {
			w.tell(p, 30e6, told) // a ledger read anew tells it again
		}
	}
	return a.Effective()
}

// overtaken names who waits before the contact of an offer in its queue: an
// accepted offer has nobody (I6, judged at the decision's place in the log).
func (w *world) overtaken(e ledger.Entry) contact.ID {
	ticket := w.ledger.state.Floor.Tickets[contact.ID(e.Subject)]
	if e.Kind != string(fact.KindOffered) || ticket == nil {
		return ""
	}
	for _, other := range w.ledger.state.Floor.Tickets {
		if other.Medium != ticket.Medium || other.Department != ticket.Department {
			continue // people on the line come before mails; who may open the file decides
		}
		if other.Queue != ticket.Queue || other.Step != ticket.Step || other.Offer != "" {
			continue // it waits for other agents, or does not wait
		}
		if other.Priority != ticket.Priority || other.Ageing != ticket.Ageing {
			continue // a message that has become urgent goes first
		}
		if other.Contact != ticket.Contact && other.Rank < ticket.Rank && other.NotBefore <= e.At {
			return other.Contact
		}
	}
	return ""
}

// boundOnce is invariant I4 in the books.
func (w *world) boundOnce() {
	agents := map[contact.Agent]bool{}
	for id, o := range w.ledger.state.Floor.Offers {
		if a := w.ledger.state.Floor.Agents[o.Agent]; o.Beside {
			if w.atHand++; a.State == acd.Talking {
				w.beside++
			}
			require.Contains(w.t, a.Hands[o.Medium].Offers, id)
		} else {
			require.False(w.t, agents[o.Agent], "%s is bound twice", o.Agent)
			agents[o.Agent] = true
			require.Equal(w.t, id, a.Offer)
		}
		require.Equal(w.t, id, w.ledger.state.Contacts[o.Contact].Offer)
	}
	require.Equal(w.t, len(w.ledger.state.Floor.Offers), len(w.ledger.state.Offers), "a story without an offer")
}

func (w *world) callers() []contact.ID { return slices.Sorted(maps.Keys(w.people)) }
