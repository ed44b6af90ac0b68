package fold_test

import (
	"fmt"
	"maps"
	"slices"

	"pgregory.net/rapid"

	"github.com/guichet/guichet/internal/contact"
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
	case fact.Taken:
		return f.Offer
	case fact.OfferFailed:
		return f.Offer
	case fact.Connected:
		return f.Offer
	case fact.LegEnded:
		return f.Offer
	case fact.PartyLeft:
		return f.Party
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
	if tr.fold.messages && tr.oneIn(6, "a message") {
		tr.speakOfAMessage(c)
		return
	}
	if tr.fold.leaning != nil && tr.pick(3, "leaning") > 0 {
		tr.fold.leaning(tr, c)
		return
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
		Kind: string(f.Kind()), Format: fact.EntryFormat(f), Subject: subject, Writer: c.name, At: tr.now, Data: tr.canonical(f),
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
			s.entry.Epoch = node.Epoch
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
