package engine

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/ivr"
	"github.com/guichet/guichet/routing"
)

func (st *step) input() ivr.Input {
	rec := &st.s.Record
	in := ivr.Input{
		At: time.UnixMicro(st.at).In(cmp.Or(st.rules.Zone, time.UTC)), Hours: st.rules.Hours, Why: st.rules.Why, Campaign: st.rules.Campaign,
		Withheld: rec.Withheld, Dialled: string(rec.Entry), Queue: st.queue, CallsToday: st.callsToday,
		Messages:    func() bool { return st.mayWrite(fact.KindMessageLeft) },
		Links:       func() bool { return st.mayWrite(fact.KindLinkClaimed) },
		MailboxFull: st.rules.MailboxFull, Watch: st.rules.Watch, Slots: st.slots,
	}
	if !rec.Withheld {
		in.Caller = st.rules.Caller
	}
	if st.rules.Numbers != nil {
		in.Callable = st.rules.Numbers.Callable
	}
	return in
}

// callsToday counts the calls from this number since midnight, where the site is.
func (st *step) callsToday() int {
	if st.rules.Called == nil {
		return 0
	}
	return st.rules.Called(st.s.Record.CallerHash, st.midnight())
}

// midnight is when the day began, where the site is, in µs.
func (st *step) midnight() int64 {
	now := time.UnixMicro(st.at).In(cmp.Or(st.rules.Zone, time.UTC))
	return time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location()).UnixMicro()
}

// queue is what a branch sees of a queue: as this contact would find it, with
// what the menu has gathered so far.
func (st *step) queue(name contact.Queue, gathered ivr.Vars, authentication int) ivr.QueueView {
	rec, topic := &st.s.Record, contact.Topic(gathered[ivr.VarTopic])
	d := st.rules.Plan.Toward(name, st.attributesAt(topic, gathered, authentication), time.UnixMicro(st.at))
	floor := st.rules.Floor(FloorQuery{
		Contact: rec.ID, Medium: rec.Medium, CallerHash: rec.CallerHash, Topic: topic, At: st.at, Rank: rec.Rank, Decision: d,
	})
	return ivr.QueueView{
		Waiting: floor.InQueue, Agents: floor.Able, Ready: floor.Ready, EstimatedWait: floor.Wait, Open: d.Refused == "" && !floor.Shut,
	}
}

func (st *step) startMenu() {
	menu, actions := ivr.Start(st.rules.Tree, st.input())
	st.walked(menu, actions)
}

// resumeMenu says the present node again. What an earlier prompt or timer of
// this process still has to tell is of no interest any more.
func (st *step) resumeMenu() {
	if st.s.Fetching != 0 {
		return // asked by this process, which will be answered
	}
	st.stopPlay()
	st.disarm(MenuTimer)
	menu, actions := ivr.Resume(st.rules.Tree, st.s.Menu, st.input())
	st.walked(menu, actions)
}

func (st *step) key(e Key) {
	switch {
	case st.s.Phase == Waiting || st.s.Phase == Trying || st.s.Phase == Joining:
		st.wayOut(e.Key)
	case st.s.Phase == Talking && st.asking():
		st.question(ivr.Digit{Key: e.Key})
	case st.s.Phase == Talking:
		st.callerKeys()
	case st.s.Phase == Rating:
		st.ratingKey(e.Key)
	case st.s.Phase != InMenu:
	case st.s.Greeting == nil:
		st.walk(ivr.Digit{Key: e.Key})
	case len(st.s.ahead) < maxAhead:
		st.s.ahead += string(e.Key)
	}
}

func (st *step) played(e Played) {
	if e.N == 0 || e.N != st.s.Playing {
		return
	}
	st.s.Playing = 0
	switch {
	case st.s.Phase == Rating:
		st.ratingHeard()
	case st.s.Phase == Talking && st.asking():
		st.question(ivr.PromptEnded{})
	case st.s.Phase != InMenu:
		st.heard()
	case st.s.Greeting != nil:
		st.greeted()
	default:
		st.walk(ivr.PromptEnded{})
	}
}

func (st *step) menuTimedOut() { st.walk(ivr.TimedOut{}) }

func (st *step) walk(e ivr.Event) {
	menu, actions := ivr.Step(st.rules.Tree, st.s.Menu, e, st.input())
	st.walked(menu, actions)
}

// walked carries out what the menu asked for.
func (st *step) walked(menu ivr.State, actions []ivr.Action) {
	st.s.Menu = menu
	st.cancelFetch(wanted(menu))
	for _, a := range actions {
		switch a := a.(type) {
		case ivr.Say:
			st.say(a)
		case ivr.StopPlay:
			st.stopPlay()
		case ivr.Arm:
			st.arm(MenuTimer, a.After)
		case ivr.Disarm:
			st.disarm(MenuTimer)
		case ivr.Wait:
			st.waits(a)
		case ivr.Fetch:
			st.fetch(a)
		case ivr.Record:
			st.record(a)
		case ivr.FindRecording:
			st.find(a.N)
		case ivr.Keep:
			st.keep(a)
		case ivr.Discard:
			st.discard(a.N)
		case ivr.Asked:
			st.asks(a)
		case ivr.Ask:
			st.ask(a)
		case ivr.Callback:
			st.promise(a)
		case ivr.SendOut:
			st.sendOut(a)
		case ivr.HangUp:
			st.hangUp(a)
		}
	}
}

func (st *step) say(a ivr.Say) {
	st.s.Played++
	st.s.Playing = st.s.Played
	st.do(Play{N: st.s.Playing, Prompts: a.Prompts, Language: a.Language})
}

func (st *step) stopPlay() {
	if st.s.Playing != 0 {
		st.do(StopPlay{N: st.s.Playing})
		st.s.Playing = 0
	}
}

// menu is the state from which the menu can be resumed.
func (st *step) menu() json.RawMessage {
	menu, err := json.Marshal(st.s.Menu)
	if err != nil {
		panic(fmt.Sprintf("engine: menu state of %s is not JSON: %v", st.s.Record.ID, err))
	}
	return menu
}

// waits writes down from where the menu can be resumed.
func (st *step) waits(a ivr.Wait) {
	f := fact.Waiting{Node: string(a.Node), Crossed: names(a.Crossed), Decided: st.decided(a.Decisions), Vars: a.Vars, Menu: st.menu(), Asks: a.Asks, Records: a.Records, Authentication: st.s.Menu.Authentication}
	if st.s.Record.Asked {
		f.Asked = st.s.Record.Topic
	}
	st.write(f)
}

// asks notes that the caller has asked for an agent, unless the topic leads to a
// local service: then he has if he is sent to an agent all the same.
func (st *step) asks(a ivr.Asked) {
	out := st.rules.Plan.LeadsOut(st.attributes(a.Topic, st.s.Menu.Vars), time.UnixMicro(st.at))
	st.s.Record.Asked, st.s.Record.Topic = st.s.Record.Asked || !out, a.Topic
}

// attributes are what routing knows of the contact, as the menu has it by now.
func (st *step) attributes(topic contact.Topic, vars ivr.Vars) routing.Attributes {
	return st.attributesAt(topic, vars, st.s.Menu.Authentication)
}

func (st *step) attributesAt(topic contact.Topic, vars ivr.Vars, authentication int) routing.Attributes {
	rec := &st.s.Record
	return routing.Attributes{
		Entry: rec.Entry, Medium: rec.Medium, Topic: topic,
		Department: contact.Department(vars[ivr.VarDepartment]), PostalCode: vars[ivr.VarPostalCode],
		Language: vars[ivr.VarLanguage], Authentication: authentication, Organisation: rec.Organisation, Tried: rec.Tried,
	}
}

// ask routes the contact and queues it, or calls its local service, or lets the
// menu say why not.
func (st *step) ask(a ivr.Ask) {
	d := st.rules.Plan.Route(st.attributes(a.Topic, a.Vars), time.UnixMicro(st.at))
	st.s.Record.Topic = a.Topic
	if d.Service != nil && d.Refused == "" {
		st.transfer(a, d)
		return
	}
	st.s.Record.Asked = st.s.Record.Asked || d.Service == nil
	floor := st.rules.Floor(FloorQuery{
		Contact: st.s.Record.ID, Medium: st.s.Record.Medium, CallerHash: st.s.Record.CallerHash,
		Topic: a.Topic, At: st.at, Rank: st.s.Record.Rank, Decision: d,
	})
	if why := st.admit(d, floor); why != "" {
		st.s.Refused = &Refusal{Reason: why, Queue: d.Queue, Organisation: st.organisation(d)}
		away := ivr.TurnedAway{Reason: why}
		if why == contact.Full {
			away.Read = st.rules.Limit(d.Queue).Reached(floor)
		}
		st.walk(away)
		return
	}
	st.s.Refused = nil
	hears := st.announced(fact.Place{Queue: d.Queue})
	if hears != nil {
		st.note(hears)
	}
	queued := st.queuedBy(d, a.Topic, a.Language)
	queued.Crossed, queued.Decided, queued.Menu = names(a.Crossed), st.decided(a.Decisions), st.menu()
	if kept := floor.Kept; kept != nil && kept.Rank < queued.Rank {
		queued.Rank, queued.Redial = kept.Rank, kept.Contact
	}
	st.write(queued)
	st.disarm(MenuTimer)
	st.stopPlay()
	st.s.Phase, st.s.WantsOut = Waiting, ""
	st.listen(hears)
	st.armComfort(first)
}

// queuedBy puts the contact where a decision says, at its own rank.
func (st *step) queuedBy(d routing.Decision, t contact.Topic, language string) fact.Queued {
	return fact.Queued{
		Queue: d.Queue, Topic: t, Department: d.Department, Language: language,
		Priority: d.Priority, Ageing: st.ageing(d), Rank: st.s.Record.Rank, Steps: st.legible(d.Steps), Policies: st.policies(d),
		Organisation: st.organisation(d), Strategy: d.Strategy, Hours: d.Hours, Closing: d.Closing,
		Rule: d.Rule, Authentication: st.s.Menu.Authentication,
	}
}

// legible are steps as everybody can read them: beside an older controller they open at
// their time.
func (st *step) legible(steps []contact.Step) []contact.Step {
	if !slices.ContainsFunc(steps, contact.Step.Pressed) || st.understands(fact.FormatPressure) {
		return steps
	}
	plain := slices.Clone(steps)
	for i := range plain {
		plain[i].EstimatedWait, plain[i].PerAgent = 0, 0
	}
	return plain
}

// ageing is what everybody can read: beside an older controller priorities are strict.
func (st *step) ageing(d routing.Decision) contact.Ageing {
	if d.Ageing.Ages() && st.rules.Understood != nil && !st.rules.Understood(fact.FormatAgeing) {
		return contact.Ageing{}
	}
	return d.Ageing
}

// policies are what everybody can read: beside an older controller an agent who cannot be
// reached is set aside until his phone registers.
func (st *step) policies(d routing.Decision) contact.Policies {
	p := d.Policies
	if p.Unreachable != 0 && !st.understands(fact.FormatUnreachable) {
		p.Unreachable = 0
	}
	return p
}

// organisation is the one the contact was first sent somewhere by, for good, even
// if the rules of a later version know it no more.
func (st *step) organisation(d routing.Decision) contact.Organisation {
	return cmp.Or(st.s.Record.Organisation, d.Organisation)
}

func (st *step) music() StartMusic {
	if st.rules.Music == nil {
		return StartMusic{}
	}
	return StartMusic{Class: st.rules.Music(st.s.Record.Queue)}
}

func (st *step) admit(d routing.Decision, floor FloorView) contact.Refusal {
	return TurnsAway(d, st.rules.Limit(d.Queue), floor)
}

// TurnsAway says why a queue turns a contact away, before it is accepted.
func TurnsAway(d routing.Decision, limit Limit, floor FloorView) contact.Refusal {
	switch {
	case d.Refused != "":
		return d.Refused
	case floor.Shut:
		return contact.Closed
	case floor.Able == 0:
		return contact.NoAgent
	case limit.Exceeded(floor) != "":
		return contact.Full
	}
	return ""
}

// givenUp lets the menu say that nobody will come, and what can be done.
// Whoever is to be called back hears no menu: the ledger gives no such contact up.
func (st *step) givenUp(e GivenUp) {
	if st.s.Phase != Waiting || !st.interactive() || st.s.Record.Away() || e.Queueing != st.s.Record.Queueings {
		return
	}
	st.s.Record.Apply(st.at, "", fact.GivenUp{Reason: e.Reason})
	st.s.Phase = InMenu
	st.disarmComfort()
	st.silence()
	st.walk(ivr.TurnedAway{Reason: e.Reason})
}

// unserved is the closing fact of a contact that was accepted and given up.
func (st *step) unserved() fact.Closed {
	rec := &st.s.Record
	return fact.Closed{
		Outcome: st.ever(contact.Failed), Queue: rec.Queue, Organisation: rec.Organisation, Asked: true, Topic: rec.Topic,
		Reason: "nobody came: " + string(rec.GivenUp),
	}
}

// ever is the outcome of a contact that ends so, unless its first bridge has fixed it.
func (st *step) ever(o contact.Outcome) contact.Outcome {
	switch rec := &st.s.Record; {
	case rec.Answered():
		return contact.Answered
	case rec.TransferredAt != 0:
		return contact.TransferredOut
	}
	return o
}

// hangUp ends the contact where the tree ends.
func (st *step) hangUp(a ivr.HangUp) {
	rec := &st.s.Record
	if rec.GivenUp != "" && a.Reason != ivr.MessageLeft {
		c := st.unserved()
		c.Decided = st.decided(a.Decisions)
		st.leave(&c, a.Cause)
		return
	}
	outcome, refusal := a.Reason.Outcome()
	if (outcome == contact.Dissuaded || outcome == contact.SelfServed) && st.s.Refused == nil && st.s.Menu.Unreached && rec.Queueings > 0 {
		// Accepted, given up, and sent outside in vain: not refused at a queue's door, and
		// not served by a menu.
		outcome, refusal, a.Reason = contact.Failed, "", ivr.NoService
	}
	outcome = st.ever(outcome)
	c := fact.Closed{
		Outcome: outcome, Refusal: refusal, Asked: rec.Asked, Topic: rec.Topic, Reason: string(a.Reason),
		Decided: st.decided(a.Decisions),
	}
	if outcome == contact.Abandoned {
		c.Stage = contact.InMenu
	}
	if left := rec.SteppedOut != "" && st.s.Refused == nil; left && (outcome == contact.Abandoned || outcome == contact.SelfServed || outcome == contact.Dissuaded) {
		c = st.gaveUpWaiting(c)
	}
	if r := st.s.Refused; r != nil && outcome == contact.Dissuaded {
		c.Queue, c.Organisation = r.Queue, r.Organisation
	}
	st.leave(&c, a.Cause)
}

// dissuaded is the closing fact of a caller who left while being told why the
// queue did not accept him: the refusal had been decided.
func (st *step) dissuaded() fact.Closed {
	r := st.s.Refused
	return fact.Closed{
		Outcome: contact.Dissuaded, Refusal: r.Reason, Queue: r.Queue, Organisation: r.Organisation,
		Asked: st.s.Record.Asked, Topic: st.s.Record.Topic, Reason: string(r.Reason),
	}
}

func names(nodes []ivr.NodeID) []string {
	var out []string
	for _, n := range nodes {
		out = append(out, string(n))
	}
	return out
}

func decided(branches []ivr.Decision) []fact.Decided {
	var out []fact.Decided
	for _, d := range branches {
		out = append(out, fact.Decided{
			Node: string(d.Node), Case: d.Case, Read: d.Read, Failed: d.Failed, Asked: d.Asked, Answer: d.Answer, Took: d.Took,
			Mailbox: d.Mailbox,
		})
	}
	return out
}
