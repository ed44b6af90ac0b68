package fold_test

import (
	"fmt"
	"maps"
	"slices"

	"pgregory.net/rapid"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

// controller is one process: what it has folded, which may not be the log of
// today any more, and what it wrote.
type controller struct {
	name  string
	state *fold.State
	// journal holds its facts about each subject, in the order of their seq.
	journal map[string][]*said
	// held is a batch that was decided and is written later: it stands still.
	held     []*said
	heldFor  uint64
	commands []*said // of people
}

// said is what somebody wants to write, and what he had in mind.
type said struct {
	entry ledger.Entry
	fact  fact.Fact
	node  string        // of an owner's fact
	agent contact.Agent // whose leg it is about
	bond  fact.Bond     // of an observation
	// decided is what a decision of the leader rests on.
	decided *basis
}

// offer is the offer a fact is about.
func (s *said) offer() fact.OfferID {
	switch f := s.fact.(type) {
	case fact.OfferVoid:
		return f.Offer
	case fact.Ringing:
		return f.Offer
	case fact.OfferFailed:
		return f.Offer
	case fact.Connected:
		return f.Offer
	case fact.LegEnded:
		return f.Offer
	}
	return ""
}

var trialNodes = []string{"n1", "n2"}

// open begins a log: two nodes and the site are held, some agents are there, and
// somebody waits.
func (tr *trial) open(controllers int) {
	tr.gen = 1
	tr.land(&said{entry: ledger.Entry{Kind: ledger.KindGenesis, Role: ledger.RoleLedger, Format: 1, Data: tr.canonical(ledger.Began{Run: "r"})}})
	for i := range controllers {
		c := &controller{name: fmt.Sprintf("ctl%d", i), state: fold.New(), journal: map[string][]*said{}}
		tr.controllers = append(tr.controllers, c)
		tr.beat(c)
	}
	for i, node := range append(slices.Clone(trialNodes), ledger.Site) {
		tr.take(tr.controllers[i%2], node)
	}
	for _, c := range tr.controllers {
		tr.catchUp(c)
	}
	for _, agent := range trialAgents {
		tr.say(tr.controllers[0], tr.command(tr.controllers[0], tr.login(agent)))
	}
	for _, c := range tr.controllers[:2] {
		tr.catchUp(c)
		tr.arrive(c)
		tr.catchUp(c)
		tr.aboutAContact(c)
	}
}

// something happens, somewhere.
func (tr *trial) something() {
	tr.now += rapid.SampledFrom([]int64{0, 1, second / 2, 5 * second, 30 * second}).Draw(tr.T, "passed")
	c := tr.controllers[tr.pick(len(tr.controllers), "controller")]
	if tr.pick(4, "freshness") < 3 {
		tr.catchUp(c)
	}
	deeds := [][]func(*controller){
		{tr.catchUp, tr.catchUp, tr.readSome, tr.readAnew, tr.snapshot},
		{tr.decide},
		{tr.aboutAContact, tr.arrive},
		{tr.aboutAnOffer},
		{tr.restate, tr.caughtUp, tr.repeat, tr.writeHeld},
		{tr.commandAny, tr.commandAgain},
		{tr.takeAny, tr.beat, tr.yield, tr.outOfTurn},
		{tr.failOver, tr.foreign, tr.loseLog},
	}
	kind := deeds[tr.pick(len(deeds), "kind of deed")]
	kind[tr.pick(len(kind), "deed")](c)
}

// meanwhile others do something, before a fact that is on its way has landed.
func (tr *trial) meanwhile() {
	if tr.depth > 2 {
		return
	}
	tr.depth++
	for range 1 + tr.pick(3, "meanwhile") {
		tr.something()
	}
	tr.depth--
}

// Reading.

// catchUp reads to the end. What was folded may be gone: then it is read anew.
func (tr *trial) catchUp(c *controller) {
	if !tr.has(c.state.Protocol.Last) {
		c.state = tr.load()
	}
	tr.read(c, len(tr.log))
}

// readSome reads only what follows, and does not look whether what was folded is
// still there: only the chain of digests tells.
func (tr *trial) readSome(c *controller) { tr.read(c, 1+tr.pick(5, "entries")) }

func (tr *trial) read(c *controller, n int) {
	entries := tr.after(c.state.Protocol.Last.ID)
	for _, r := range entries[:min(n, len(entries))] {
		was := ""
		if r.entry.Prev != c.state.Protocol.Last {
			was = bytesOf(tr, c.state)
		}
		a := tr.fold.apply(c.state, r.entry)
		if a.Verdict.Stops() {
			tr.holds(was == bytesOf(tr, c.state), "a stop changes nothing", "%s", a.Verdict)
			tr.holds(a.Verdict.Reason == ledger.BrokenChain, "a stop changes nothing", "%s", a.Verdict)
			c.state = tr.load()
			break
		}
	}
	if c.state.Protocol.Last == tr.head() && len(entries) > 0 && tr.pick(8, "compared") == 7 {
		tr.sameAs(c.state, c.name)
	}
}

// gen is the generation of what it folded.
func (c *controller) gen() uint64 { return max(c.state.Protocol.Gen, 1) }

// readAnew is a restart.
func (tr *trial) readAnew(c *controller) {
	c.state = tr.load()
	tr.sameAs(c.state, c.name+", read anew,")
}

func (tr *trial) snapshot(*controller) { tr.save() }

// Writing.

// say sends facts: now, a little late, with the answer lost so that the writer
// does not know, to nowhere, or much later.
func (tr *trial) say(c *controller, batch ...*said) {
	if len(batch) == 0 {
		return
	}
	gen := c.gen()
	switch tr.pick(10, "sent") {
	default:
		tr.appendTo(gen, batch...)
	case 4, 5, 6:
		tr.meanwhile()
		tr.appendTo(gen, batch...)
	case 7:
		tr.appendTo(gen, batch...)
		tr.appendTo(gen, batch...) // the answer was lost; some client sent it again
	case 8: // it never came
	case 9:
		if len(c.held) == 0 {
			c.held, c.heldFor = batch, gen
		}
	}
}

// writeHeld is a controller that wakes after a long time and goes on.
func (tr *trial) writeHeld(c *controller) {
	if len(c.held) == 0 {
		return
	}
	tr.appendTo(c.heldFor, c.held...)
	c.held = nil
}

func (tr *trial) canonical(v any) []byte {
	data, err := ledger.Canonical(v)
	tr.holds(err == nil, "encoding", "%v", err)
	return data
}

func (tr *trial) entry(c *controller, subject string, f fact.Fact) *said {
	return &said{fact: f, entry: ledger.Entry{
		Kind: string(f.Kind()), Format: 1, Subject: subject, Writer: c.name, At: tr.now, Data: tr.canonical(f),
	}}
}

// own is an owner's next fact about a subject, as far as he knows.
func (tr *trial) own(c *controller, node, subject string, f fact.Fact) *said {
	s := tr.entry(c, subject, f)
	s.node = node
	s.entry.Role, s.entry.Epoch = ledger.Owner(node), c.state.Protocol.Nodes[node].Epoch
	s.entry.Seq = c.state.Protocol.Seq(subject) + 1
	if mine := c.journal[subject]; len(mine) > 0 {
		s.entry.Seq = max(s.entry.Seq, mine[len(mine)-1].entry.Seq+1)
	}
	c.journal[subject] = append(c.journal[subject], s)
	return s
}

// restate writes again what the log lacks, under the epoch of today: facts whose
// answer was lost, that never came, or that a failover took away.
func (tr *trial) restate(c *controller) {
	for _, subject := range slices.Sorted(maps.Keys(c.journal)) {
		for _, s := range c.journal[subject] {
			node := c.state.Protocol.Nodes[s.node]
			if s.entry.Seq <= c.state.Protocol.Seq(subject) || node.Holder != c.name {
				continue
			}
			again := *s
			again.entry.Epoch = node.Epoch
			*s = again
			tr.append(c, s)
		}
	}
}

// repeat writes some fact once more just as it was.
func (tr *trial) repeat(c *controller) {
	if s := tr.someFact(c); s != nil {
		tr.append(c, s)
	}
}

func (tr *trial) someFact(c *controller) *said {
	subjects := slices.Sorted(maps.Keys(c.journal))
	if len(subjects) == 0 {
		return nil
	}
	facts := c.journal[subjects[tr.pick(len(subjects), "subject")]]
	return facts[tr.pick(len(facts), "fact")]
}

// outOfTurn says some fact in a quality or under a name that is not the writer's.
func (tr *trial) outOfTurn(c *controller) {
	s := tr.someFact(c)
	if s == nil {
		return
	}
	other := *s
	roles := []string{ledger.RoleLeader, ledger.RoleAPI, ledger.Owner("n1"), ledger.Owner("n2"), ledger.Owner(ledger.Site)}
	other.entry.Role = roles[tr.pick(len(roles), "role")]
	other.entry.Writer = tr.controllers[tr.pick(len(tr.controllers), "writer")].name
	other.entry.Seq = tr.state.Protocol.Seq(s.entry.Subject) + 1
	tr.appendTo(tr.gen, &other)
}

// Claims.

func (tr *trial) beat(c *controller) {
	tr.append(c, &said{entry: ledger.Entry{
		Kind: ledger.KindBeat, Format: 1, Subject: c.name, Writer: c.name, Role: ledger.RoleController, At: tr.now,
		Data: tr.canonical(ledger.Beat{Format: 1, Process: "p"}),
	}})
}

func (tr *trial) take(c *controller, node string) {
	p := c.state.Protocol
	holder := p.Nodes[node].Holder
	tr.append(c, &said{entry: ledger.Entry{
		Kind: ledger.KindTake, Format: 1, Subject: node, Writer: c.name, Role: ledger.RoleController, At: tr.now,
		Data: tr.canonical(ledger.Take{Holder: holder, Beat: p.Controllers[holder].Beat, Process: "p"}),
	}})
}

func (tr *trial) anyNode() string {
	return append(slices.Clone(trialNodes), ledger.Site)[tr.pick(3, "node")]
}

// takeAny takes what nobody holds; now and then what somebody does.
func (tr *trial) takeAny(c *controller) {
	node := tr.anyNode()
	for _, free := range append(slices.Clone(trialNodes), ledger.Site) {
		if c.state.Protocol.Nodes[free].Holder == "" && tr.pick(8, "what is free") < 7 {
			node = free
		}
	}
	tr.take(c, node)
}

func (tr *trial) yield(c *controller) {
	node := tr.anyNode()
	tr.append(c, &said{entry: ledger.Entry{
		Kind: ledger.KindYield, Format: 1, Subject: node, Writer: c.name, Role: ledger.RoleController, At: tr.now,
		Epoch: c.state.Protocol.Nodes[node].Epoch,
	}})
}

// caughtUp says that a node's facts are in the log again; by its owner, or by the
// leader who gave it up.
func (tr *trial) caughtUp(c *controller) {
	for _, node := range trialNodes {
		held := c.state.Protocol.Nodes[node]
		leads := c.state.Protocol.Nodes[ledger.Site].Holder == c.name
		if (!held.Waiting || held.Holder != c.name && !leads) && tr.pick(8, "though there is no need") < 7 {
			continue
		}
		s := &said{entry: ledger.Entry{
			Kind: ledger.KindCaughtUp, Format: 1, Subject: node, Writer: c.name, Role: ledger.Owner(node), Epoch: held.Epoch, At: tr.now,
		}}
		if held.Holder != c.name {
			s.entry.Role, s.entry.Epoch = ledger.RoleLeader, c.state.Protocol.Nodes[ledger.Site].Epoch
		}
		tr.append(c, s)
	}
}

// Owners.

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
		Medium: contact.Voice, Entry: "2014", Node: contact.Node(node), Line: "1", Config: "v1", Rank: tr.now - int64(tr.pick(3, "waited before"))*second,
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
	switch tr.pick(12, "about a contact") {
	case 7:
		return fact.Waiting{Node: "menu", Menu: []byte(`{"x":1}`), Asked: "paiement"}
	case 8:
		outcomes := append([]contact.Outcome{"", "nonsense"}, contact.Outcomes...)
		return fact.Closed{
			Outcome: outcomes[tr.pick(len(outcomes), "outcome")], Stage: contact.InQueue, Asked: tr.oneIn(2, "asked"), Queue: "avis",
			Refusal: []contact.Refusal{contact.Full, contact.Closed}[tr.pick(2, "refusal")],
		}
	case 9:
		return fact.Closed{Outcome: contact.Abandoned, Stage: contact.InRing, Asked: true}
	case 10:
		return []fact.Fact{
			fact.Transferring{Transfer: transfer, Number: "+33299000001", Service: "SIP"}, fact.Transferred{Transfer: transfer},
			fact.TransferFailed{Transfer: transfer, Result: contact.Busy}, fact.TransferEnded{Transfer: transfer, By: "service"},
		}[tr.pick(4, "of a transfer")]
	case 11:
		return fact.Reachable{Agent: "a1", Version: tr.versionOf(c, "a1")}
	}
	return tr.queueing(rec)
}

func (tr *trial) queueing(rec *engine.Record) fact.Queued {
	steps := []contact.Step{{Centers: trialCenters[:1]}, {After: 5_000_000_000, Centers: trialCenters}}
	if tr.oneIn(4, "only one step") {
		steps = steps[:1]
	}
	return fact.Queued{
		Queue: trialQueues[tr.pick(len(trialQueues), "queue")], Rank: rec.Rank, Steps: steps, Organisation: "existant",
		Priority: tr.pick(2, "priority"), Policies: trialPolicies, Closing: contact.Closing{NobodyLeft: 20e9},
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
	default: // what comes next
		switch {
		case o.Connected:
			f = fact.LegEnded{Offer: rec.Offer, By: "agent"}
		case o.RungAt != 0:
			f = fact.Connected{Offer: rec.Offer, ServedBy: o.Center, Bond: bond}
		default:
			f = fact.Ringing{Offer: rec.Offer, Leg: "l", Bond: bond}
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
	return fact.LoggedIn{Agent: id, Center: trialCenters[tr.pick(2, "center")], Node: "n1", Phone: "PJSIP/" + string(id)}
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
	var f fact.Fact
	switch tr.pick(6, "command") {
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

// commandAgain: the answer was lost, and somebody presses the button again.
func (tr *trial) commandAgain(c *controller) {
	if len(c.commands) > 0 {
		tr.append(c, c.commands[tr.pick(len(c.commands), "command")])
	}
}

// Faults.

// failOver is a new primary that lacks the last entries. Whoever folded them has
// folded what never was.
func (tr *trial) failOver(*controller) {
	keep := len(tr.log) - tr.pick(min(12, len(tr.log)-tr.readable), "lost entries")
	if tr.pick(3, "to one that never heard of the last failover") == 2 {
		for i := len(tr.log) - 1; i > tr.readable; i-- {
			if tr.log[i].entry.Kind == ledger.KindHistory {
				keep = i
				break
			}
		}
	}
	tr.cut(keep)
	tr.begin(ledger.KindHistory)
	tr.recover()
}

// recover is what controllers do after a failover, most of the time at once: read
// anew, write what is missing, say so.
func (tr *trial) recover() {
	for _, c := range tr.controllers {
		if tr.pick(4, "recovers later") == 3 {
			continue
		}
		tr.catchUp(c)
		if tr.pick(4, "restates later") < 3 {
			tr.restate(c)
		}
		tr.caughtUp(c)
	}
}

// loseLog is an empty Redis: the first controller with a fold goes on from it.
func (tr *trial) loseLog(c *controller) {
	if !tr.has(c.state.Protocol.Last) || c.state.Protocol.Last.IsZero() || !tr.oneIn(3, "all is lost") {
		return
	}
	keep := 1 + slices.IndexFunc(tr.log, func(r *record) bool { return r.entry.Self == c.state.Protocol.Last })
	if keep < tr.readable {
		return
	}
	tr.cut(keep)
	tr.save()
	tr.readable = keep
	tr.begin(ledger.KindGenesis)
	tr.recover()
}

func (tr *trial) begin(kind string) {
	tr.gen = tr.nextGen()
	tr.land(&said{entry: ledger.Entry{Kind: kind, Format: 1, Role: ledger.RoleLedger, At: tr.now, Data: tr.canonical(ledger.Began{Run: "r"})}})
}

// cut forgets what is behind an entry, and everything that is known of it.
func (tr *trial) cut(keep int) {
	for _, r := range tr.log[keep:] {
		if r.entry.Kind == "offered" && r.applied.Effective() {
			tr.lost = append(tr.lost, r.entry.Self.ID)
		}
	}
	tr.log = tr.log[:keep]
	maps.DeleteFunc(tr.snaps, func(n int, _ ledger.Snapshot) bool { return n > keep })
	tr.referee, tr.books, tr.gen = newReferee(), newBooks(), tr.log[keep-1].entry.Gen
	for _, r := range tr.log {
		tr.referee.judge(r)
		tr.books.add(r.applied)
	}
	tr.state = tr.load()
	tr.text, tr.bytes = domain(tr, tr.state), ""
	tr.addsUp()
}

// foreign is an entry that is not the next of this log, or that only a newer
// version can read: whoever meets it stops, and nothing has changed.
func (tr *trial) foreign(*controller) {
	e := tr.log[tr.pick(len(tr.log), "like")].entry
	e.Prev, e.Gen = tr.state.Protocol.Last, tr.state.Protocol.Gen
	switch tr.pick(6, "foreign") {
	case 0:
		e.Prev.Digest[3]++
	case 1:
		e.Prev.ID.Ms++
	case 2:
		e.Gen += 2
	case 3:
		e.Gen--
	case 4:
		e.Kind = "from_next_year"
	case 5:
		e.Format = 2
	}
	e.Self = e.Prev.Next(ledger.ID{Ms: e.Prev.ID.Ms + 1}, []byte("foreign"))
	want, was := tr.referee.stops(e), bytesOf(tr, tr.state)
	if want == "" {
		return // a genesis may raise the generation by more than one
	}
	a := tr.fold.apply(tr.state, e)
	tr.holds(string(a.Verdict.Reason) == want && a.Verdict.Stops(), "acceptance table", "a foreign %s: %s, the table says %q", e.Kind, a.Verdict, want)
	tr.holds(was == bytesOf(tr, tr.state), "a stop changes nothing", "%s", a.Verdict)
}
