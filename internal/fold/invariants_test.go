package fold_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

// before is what a trial notes just before an entry is folded.
type before struct {
	protocol  string // nodes and controllers
	voids     uint64
	overtaken contact.ID
	bound     map[fact.OfferID]contact.Agent
	// called are the agents among them who are called into a conversation and have not answered.
	called  map[fact.OfferID]contact.Agent
	dialled bool // the offer it is about
	holds   string
	basis   basis
	sight   sight
	queues  map[contact.Queue]uint64
	waited  map[contact.ID]contact.Queue
	// stance is what each agent does, and his turn for calls.
	stance map[contact.Agent]string
	// beside are the media of the offers at hand, hands what everybody has of each.
	beside map[fact.OfferID]contact.Medium
	hands  map[hand]acd.Hand
	// wraps is since when the agent of an agent_wrap_up is in one, 0 if he is not.
	wraps int64
}

func (tr *trial) look(r *record) before {
	s := tr.state
	b := before{
		protocol: asJSON(tr, s.Protocol.Nodes) + asJSON(tr, s.Protocol.Controllers), voids: s.Protocol.Voids[r.entry.Kind],
		bound: map[fact.OfferID]contact.Agent{}, called: map[fact.OfferID]contact.Agent{}, overtaken: overtaken(s, r.entry), sight: tr.sightOf(r),
	}
	b.stance, b.hands, b.beside = tr.stances(), tr.hands(), map[fact.OfferID]contact.Medium{}
	for id, o := range s.Floor.Offers {
		if b.bound[id] = o.Agent; o.Beside {
			b.beside[id] = o.Medium
		}
	}
	for id, e := range s.Floor.Errands {
		b.bound[id] = e.Agent
		if rec := s.Contacts[e.Contact]; rec != nil && rec.Party(id) != nil && !rec.Party(id).Joined() {
			b.called[id] = e.Agent
		}
	}
	b.queues, b.waited = maps.Clone(s.Floor.QueueVersions), waitingNow(s)
	if rec := s.Contacts[contact.ID(r.entry.Subject)]; rec != nil {
		b.holds = string(rec.Offer)
	}
	if o := s.Floor.Offers[r.said.offer()]; o != nil {
		b.dialled = o.RungAt != 0 || o.TakenAt != 0 || o.Connected
	}
	if w, is := r.said.fact.(fact.AgentWrapUp); is {
		if a := s.Floor.Agents[w.Agent]; a != nil && a.State == acd.WrapUp {
			b.wraps = a.Since
		}
	}
	if r.said.decided != nil {
		b.basis = basisOf(tr, s, r.said)
	}
	return b
}

// examine is everything that must hold after an entry was folded.
func (tr *trial) examine(r *record, b before) {
	tr.verdictIsTheTables(r)
	tr.voidLeavesNoTrace(r, b)
	r.atWork = tr.atWork(r)
	tr.books.add(r.applied, r.atWork)
	if r.applied.Effective() {
		tr.hasItsEffectOnce(r)
		tr.isTrueOfWhatItWasDecidedOn(r, b)
		tr.isOfTheLegItNames(r, b)
		tr.keepsOrder(r, b)
		tr.showsWhoCameToWait(b)
		tr.hasMailsBesideCalls(r, b)
		tr.movesOnlyTheHandItIsAbout(r, b)
		tr.knowsWhatIsUrgent(r)
		if w, is := r.said.fact.(fact.AgentWrapUp); is {
			tr.holds(w.Since == b.wraps, "the wrap-up that was meant", "of %d, and %s is in one since %d", w.Since, w.Agent, b.wraps)
		}
	}
	tr.freesOnlyWhoseLegEnded(r, b)
	tr.believesWhatIsSeen(r, b)
	tr.everybodyIsInOnePlace()
	tr.nobodyIsStuck()
	tr.phonesAreToldApart()
	tr.addsUp()
	tr.shelved()
}

// verdictIsTheTables: rows 1 to 11 of docs/ledger.md, judged by other code.
func (tr *trial) verdictIsTheTables(r *record) {
	v := r.applied.Verdict
	stops := tr.referee.stops(r.entry)
	tr.holds(stops == "" && !v.Stops(), "acceptance table", "%s of %s stops: %s, %s", r.entry.Kind, r.entry.Subject, stops, v)
	want := tr.referee.judge(r)
	tr.holds(string(v.Reason) == want, "acceptance table", "%s of %s by %s: %s, the table says %q", r.entry.Kind, r.entry.Subject, r.entry.Writer, v, want)
	if want == "known_operation" {
		first := tr.referee.answers[r.entry.Op]
		tr.holds(v.Answer == ledger.Answer{At: first.entry.Self.ID, Void: first.applied.Void}, "same answer", "%v to %s", v.Answer, r.entry.Op)
	}
	if r.entry.Kind == "offered" && r.applied.Effective() {
		tr.holds(len(tr.referee.waiting) == 0, "caught up first", "%s was offered while %v wait", r.entry.Subject, tr.referee.waiting)
	}
}

func (tr *trial) voidLeavesNoTrace(r *record, b before) {
	s, text := tr.state, tr.text
	tr.text = domain(tr, s)
	void := !r.applied.Verdict.Accepted() || r.applied.Void != ""
	if !void {
		return
	}
	tr.holds(text == tr.text, "void leaves no trace", "%s of %s (%s%s)\n%s\n%s", r.entry.Kind, r.entry.Subject, r.applied.Verdict, r.applied.Void, text, tr.text)
	protocol := asJSON(tr, s.Protocol.Nodes) + asJSON(tr, s.Protocol.Controllers)
	tr.holds(b.protocol == protocol, "void leaves no trace", "%s of %s: %s", r.entry.Kind, r.entry.Subject, protocol)
	tr.holds(s.Protocol.Voids[r.entry.Kind] == b.voids+1, "void is counted", "%s", r.entry.Kind)
	tr.holds(s.Protocol.Last == r.entry.Self, "void is folded", "%s", r.entry.Kind)
	tr.holds(!strings.HasPrefix(r.applied.Void, "panic"), "no panic", "%s of %s: %s", r.entry.Kind, r.entry.Subject, r.applied.Void)
}

// hasItsEffectOnce: whoever says a thing twice has said it once.
func (tr *trial) hasItsEffectOnce(r *record) {
	for _, earlier := range tr.log[:len(tr.log)-1] {
		again := earlier.said == r.said && earlier.applied.Effective()
		tr.holds(!again, "once", "%s of %s at %s and %s", r.entry.Kind, r.entry.Subject, earlier.entry.Self.ID, r.entry.Self.ID)
	}
}

// basis is what a decision of the leader rests on.
type basis struct {
	contact, agent string
	waiting        map[contact.ID]int64 // in its queue, since when
}

func basisOf(tr *trial, s *fold.State, said *said) basis {
	var b basis
	var agent contact.Agent
	switch f := said.fact.(type) {
	case fact.Offered:
		agent = f.Agent
		b.contact, b.waiting = placeOf(tr, s, f.Contact), map[contact.ID]int64{}
		for id, t := range s.Floor.Tickets {
			if t.Queue == f.Queue && t.Offer == "" {
				b.waiting[id] = t.WaitingSince
			}
		}
	case fact.Expired:
		agent = f.Agent
	default:
		b.contact = placeOf(tr, s, contact.ID(said.entry.Subject))
	}
	if a := s.Floor.Agents[agent]; a != nil {
		b.agent = asJSON(tr, a)
	}
	return b
}

func placeOf(tr *trial, s *fold.State, id contact.ID) string {
	t := s.Floor.Tickets[id]
	if t == nil {
		return ""
	}
	place := *t
	place.AloneSince = 0 // changes with the agents who come and go, not with the contact
	return asJSON(tr, place)
}

func (tr *trial) isTrueOfWhatItWasDecidedOn(r *record, b before) {
	then := r.said.decided
	if then == nil {
		return
	}
	tr.holds(then.contact == b.basis.contact, "decided on the contact as it is", "%s\n%s\n%s", r.entry.Kind, then.contact, b.basis.contact)
	tr.holds(then.agent == b.basis.agent, "decided on the agent as he is", "%s\n%s\n%s", r.entry.Kind, then.agent, b.basis.agent)
	for id, since := range b.basis.waiting {
		tr.holds(then.waiting[id] == since, "decided on the queue as it is", "%s came at %d, after it was decided to offer %s", id, since, r.entry.Subject)
	}
}

// isOfTheLegItNames: a leg's facts move the agent whose leg it is.
func (tr *trial) isOfTheLegItNames(r *record, b before) {
	o := r.said.offer()
	if o == "" || r.said.agent == "" {
		return
	}
	agent, live := b.bound[o]
	if !live { // an observation: it was bound by this very fact
		agent = r.said.agent
		if now := tr.state.Floor.Offers[o]; now != nil {
			agent = now.Agent
		}
	}
	tr.holds(agent == r.said.agent, "the leg of an agent", "%s of %s is about %s's leg and moves %s", r.entry.Kind, o, r.said.agent, agent)
	if r.entry.Kind == "offer_void" {
		tr.holds(!b.dialled, "no offer is taken back after the ring", "%s", o)
	}
}

// keepsOrder is invariant I6.
func (tr *trial) keepsOrder(r *record, b before) {
	if r.entry.Kind == "offered" {
		tr.holds(b.overtaken == "", "order", "%s was offered before %s", r.entry.Subject, b.overtaken)
	}
	for id, t := range tr.state.Floor.Tickets {
		came := tr.books.contacts[id].rank
		tr.holds(t.Rank == came, "rank kept", "%s came at %d, its rank is %d", id, came, t.Rank)
	}
}

// showsWhoCameToWait: an offer decided before somebody came into a queue, or back
// to it, must not fit that queue any more.
func (tr *trial) showsWhoCameToWait(b before) {
	for id, queue := range waitingNow(tr.state) {
		raised := tr.state.Floor.QueueVersions[queue] > b.queues[queue]
		tr.holds(raised || b.waited[id] == queue, "a queue shows who came", "%s waits in %s, still version %d", id, queue, b.queues[queue])
	}
}

func waitingNow(s *fold.State) map[contact.ID]contact.Queue {
	waiting := map[contact.ID]contact.Queue{}
	for id, t := range s.Floor.Tickets {
		if t.Offer == "" {
			waiting[id] = t.Queue
		}
	}
	return waiting
}

// overtaken is somebody whom an offer would overtake: who waits for the very
// same people, and whose turn is first.
func overtaken(s *fold.State, e ledger.Entry) contact.ID {
	mine := s.Floor.Tickets[contact.ID(e.Subject)]
	if e.Kind != "offered" || mine == nil {
		return ""
	}
	wants := func(t *acd.Ticket) string {
		step := t.Steps[t.Step]
		files := ""
		if step.Files {
			files = "files of " + string(t.Department)
		}
		return fmt.Sprintf("%q %q %v %q %q", t.Medium, t.Centers, step.Need, files, t.Strategy)
	}
	for _, other := range s.Floor.Tickets {
		if other == mine || other.Offer != "" || other.NotBefore > e.At || wants(other) != wants(mine) {
			continue
		}
		if cmp.Or(slices.Compare(turn(other), turn(mine)), cmp.Compare(other.Contact, mine.Contact)) < 0 {
			return other.Contact
		}
	}
	return ""
}

// turn is what decides whose turn is first, as docs/ledger.md has it: the lower goes first.
func turn(t *acd.Ticket) []int64 {
	letter := int64(0)
	if !t.Medium.Interactive() {
		letter = 1
	}
	if t.Ageing.Level == 0 {
		return []int64{-int64(t.Priority), letter, t.Rank, t.Rank}
	}
	aged := t.Rank - int64(t.Priority)*t.Ageing.Level.Microseconds() + letter*t.Ageing.Mail.Microseconds()
	return []int64{0, 0, aged, t.Rank}
}

// freesOnlyWhoseLegEnded: an offer ends by a fact that names it, or gives way to
// what was seen: so does the call of an agent into a conversation, if he has not answered
// it and it is he who was seen. Nothing else frees an agent, a closed contact least of all.
func (tr *trial) freesOnlyWhoseLegEnded(r *record, b before) {
	ends := slices.Contains([]string{"offer_void", "offer_failed", "leg_ended", "party_left"}, r.entry.Kind)
	for id, agent := range b.bound {
		if tr.state.Floor.Offers[id] != nil || tr.state.Floor.Errands[id] != nil {
			continue
		}
		displaced := false
		for _, o := range r.applied.Displaced {
			displaced = displaced || o == id
		}
		if called := r.applied.Uncalled; called != nil && called.ID == id {
			displaced = b.called[id] == agent && r.said.bond.Agent == agent && b.sight == "yes"
		}
		tr.holds(displaced || ends && r.said.offer() == id, "freed by the end of his leg", "%s was freed from %s by %s", agent, id, r.entry.Kind)
	}
}

// sight is what an owner sees in Asterisk: yes if it has to be believed although
// the ledger has lost the offer, no if it cannot be.
type sight string

// sightOf judges an observation by the sentence in docs/ledger.md.
func (tr *trial) sightOf(r *record) sight {
	bond, o := r.said.bond, r.said.offer()
	rec := tr.state.Contacts[contact.ID(r.entry.Subject)]
	if bond.Agent == "" || rec == nil || rec.Offer == o {
		return ""
	}
	ticket, a := tr.state.Floor.Tickets[rec.ID], tr.state.Floor.Agents[bond.Agent]
	if rec.ClosedAt != 0 || rec.Connected() || ticket == nil || a == nil || tr.state.Floor.Offers[o] != nil {
		return "no"
	}
	if ticket.Medium != contact.Voice && a.Capacity[ticket.Medium] > 0 {
		return "yes" // whatever else he does
	}
	if mine := tr.state.Floor.Offers[a.Offer]; mine != nil && mine.Connected {
		return "no"
	}
	for _, other := range tr.state.Contacts {
		if p := other.Party(a.Offer); p != nil && p.Joined() {
			return "no" // he has answered in another, or has not left it yet
		}
	}
	return "yes"
}

func (tr *trial) believesWhatIsSeen(r *record, b before) {
	if b.sight == "" || !r.applied.Verdict.Accepted() {
		return
	}
	believed := r.applied.Effective()
	tr.holds(believed == (b.sight == "yes"), "what is seen holds", "%s of %s, %s: believed %t (%s)", r.entry.Kind, r.entry.Subject, b.sight, believed, r.applied.Void)
	if believed {
		o := tr.state.Floor.Offers[r.said.offer()]
		tr.holds(o != nil && o.Agent == r.said.bond.Agent && tr.state.Contacts[o.Contact].Offer == o.ID, "what is seen holds", "%s of %s", r.entry.Kind, r.entry.Subject)
	}
}

// everybodyIsInOnePlace is I2 and I4: nobody who waits is forgotten, and nobody
// is bound twice.
func (tr *trial) everybodyIsInOnePlace() {
	s := tr.state
	agents, contacts := map[contact.Agent]fact.OfferID{}, map[contact.ID]fact.OfferID{}
	for id, o := range s.Floor.Offers {
		a, rec := s.Floor.Agents[o.Agent], s.Contacts[o.Contact]
		tr.holds(contacts[o.Contact] == "", "nobody bound twice", "%s by %s and %s", o.Contact, id, contacts[o.Contact])
		contacts[o.Contact] = id
		if !o.Beside {
			tr.holds(agents[o.Agent] == "", "nobody bound twice", "%s by %s and %s", o.Agent, id, agents[o.Agent])
			agents[o.Agent] = id
			tr.holds(a != nil && a.Offer == id, "nobody bound twice", "%s does not know of %s", o.Agent, id)
		} else {
			tr.holds(rec != nil && rec.Medium == o.Medium && o.Medium != contact.Voice, "nobody bound twice", "%s has a call at hand", o.Agent)
			tr.holds(slices.Contains(a.Hands[o.Medium].Offers, id), "nobody bound twice", "%s does not have %s at hand", o.Agent, id)
		}
		tr.holds(rec != nil && rec.Offer == id, "nobody bound twice", "%s does not know of %s", o.Contact, id)
		tr.holds(s.Offers[id] != nil, "nobody bound twice", "%s has no story", id)
	}
	for h, has := range tr.hands() {
		for _, id := range has.Offers {
			o := s.Floor.Offers[id]
			tr.holds(o != nil && o.Beside && o.Agent == h.agent && o.Medium == h.medium, "nobody bound twice", "%s has %s at hand, which is not his", h.agent, id)
		}
	}
	letGo := 0
	for id, e := range s.Floor.Errands {
		tr.holds(agents[e.Agent] == "", "nobody bound twice", "%s by %s and %s", e.Agent, id, agents[e.Agent])
		agents[e.Agent] = id
		a, rec := s.Floor.Agents[e.Agent], s.Contacts[e.Contact]
		tr.holds(a != nil && a.Offer == id, "nobody bound twice", "%s does not know of %s", e.Agent, id)
		tr.holds(rec != nil && rec.Party(id) != nil, "nobody bound twice", "%s does not know of %s", e.Contact, id)
		if rec.Party(id).Role == fact.Leaving {
			letGo++
		}
	}
	tr.holds(len(s.Offers) == len(s.Floor.Offers)+letGo, "nobody bound twice", "a story without an offer")
	for id, rec := range s.Contacts {
		t := s.Floor.Tickets[id]
		waits := rec.ClosedAt == 0 && !rec.Connected() && rec.Transfer == nil && rec.TransferredAt == 0 && rec.Queue != "" && rec.GivenUp == "" && rec.SteppedOut == ""
		tr.holds(waits == (t != nil), "nobody forgotten", "%s waits: %t, has a place: %t", id, waits, t != nil)
		tr.holds(t == nil || t.Offer == rec.Offer, "nobody forgotten", "%s does not wait as it is offered: %s", id, rec.Offer)
		tr.holds(rec.Offer == "" || contacts[id] == rec.Offer, "nobody forgotten", "%s is bound to %s, which is not alive", id, rec.Offer)
		for _, p := range rec.Parties {
			tr.holds(p.Agent == "" || agents[p.Agent] == p.ID, "nobody forgotten", "%s of %s is bound to %q", p.Agent, id, agents[p.Agent])
		}
	}
	for id := range s.Floor.Tickets {
		tr.holds(s.Contacts[id] != nil, "nobody forgotten", "%s waits and is nobody", id)
	}
}

// waitsForPhone are the reasons of a set-aside that the phone itself ends.
var waitsForPhone = map[string]bool{
	string(contact.Unreachable): true, string(contact.Unregistered): true, string(contact.OnOwnCall): true,
}

// phonesAreToldApart: nobody is logged in at two phones or beside another at one, since
// the phones of the site are, and who is ready can be rung.
func (tr *trial) phonesAreToldApart() {
	at, seats := map[string]contact.Agent{}, 0
	for id, a := range tr.state.Floor.Agents {
		if a.State == acd.LoggedOut {
			tr.holds(a.Home == "" && a.Trouble == "", "a phone for each", "%s is out, and sits at %s", id, a.Phone)
			continue
		}
		tr.holds(at[a.Phone] == "", "a phone for each", "%s and %s at %s", id, at[a.Phone], a.Phone)
		at[a.Phone] = id
		if a.Home != "" {
			seats++
			tr.holds(a.Home != a.Phone && tr.state.Floor.Seats[a.Phone] == id, "a phone for each", "%s sits at %s unknown", id, a.Phone)
		}
		tr.holds(a.State != acd.Ready || a.Trouble == "", "who is ready can be rung", "%s: %s", id, a.Trouble)
		tr.holds(a.State != acd.SetAside || a.Until != 0 || a.Why == string(contact.Unreachable) || a.Why == string(a.Trouble),
			"who is ready can be rung", "%s is set aside for %s, with %s", id, a.Why, a.Trouble)
	}
	tr.holds(seats == len(tr.state.Floor.Seats), "a phone for each", "%d sit elsewhere: %v", seats, tr.state.Floor.Seats)
}

// nobodyIsStuck is I3: whatever is not up to the agent himself ends by the end
// of a live offer or by a deadline, and the leader finds that deadline.
func (tr *trial) nobodyIsStuck() {
	next := map[contact.Agent]bool{}
	due, _ := tr.state.Floor.Expiries(1 << 60)
	for _, e := range due {
		next[e.Agent] = e.Medium == ""
	}
	for id, a := range tr.state.Floor.Agents {
		bound := a.State == acd.Reserved || a.State == acd.Ringing || a.State == acd.Talking
		tr.holds(bound == (tr.state.Floor.Offers[a.Offer] != nil || tr.state.Floor.Errands[a.Offer] != nil), "nobody stuck", "%s is %s, bound to %q", id, a.State, a.Offer)
		timed := a.State == acd.WrapUp || a.State == acd.SetAside && !waitsForPhone[a.Why]
		for medium, h := range a.Hands {
			_, found := next[id]
			tr.holds(h.Until == 0 || found && a.State != acd.LoggedOut, "nobody stuck", "%s is kept from %s for ever", medium, id)
		}
		tr.holds(timed == (a.Until != 0) && timed == next[id], "nobody stuck", "%s is %s until %d", id, a.State, a.Until)
	}
}

// addsUp is I5.
func (tr *trial) addsUp() {
	here := 0
	for _, rec := range tr.state.Contacts {
		if rec.Outcome == contact.StillHere {
			here++
		}
	}
	t := tr.state.Tally
	booked := 0
	for _, rec := range tr.state.Contacts {
		if cb := rec.Callback; cb != nil && cb.Appointment != nil && rec.AnsweredAt == 0 && rec.ClosedAt == 0 {
			booked++
		}
	}
	tr.holds(booked <= 1, "slots", "%d people are to be called at a time at which one can be", booked)
	tr.holds(t.Offered.Total() == t.Outcomes.Total()+uint64(here), "conservation", "%d offered, %d with an outcome, %d here", t.Offered.Total(), t.Outcomes.Total(), here)
	if figure := tr.books.differs(t); figure != "" {
		tr.holds(false, "recount", "%s: %s", figure, asJSON(tr, t))
	}
	for id, n := range tr.books.rated {
		tr.holds(n == 1, "answers", "%s was asked after the call %d times", id, n)
	}
	tr.messagesAddUp()
	tr.holds(tr.books.wronglyNoted == 0, "notes", "an agent noted a contact that he did not answer last")
	for agent, id := range tr.books.served {
		s := tr.state.Served[agent]
		tr.holds(s != nil && s.Contact == id, "notes", "%s answered %s last, not %v", agent, id, s)
		tr.holds((s.Treated != nil) == (tr.books.treated[agent] == id), "notes", "%s noted %s: %v", agent, id, s.Treated)
	}
	kept := 0
	for person, past := range tr.state.History.People {
		kept += len(past)
		tr.holds(len(past) > 0 && len(past) <= 5, "history", "%s has %d contacts", person, len(past))
	}
	tr.holds(kept == tr.state.History.Contacts, "history", "%d contacts, %d counted", kept, tr.state.History.Contacts)
	for person, n := range tr.books.links {
		tr.holds(n <= 2, "links", "%s got %d, and nobody may get more than two", person, n)
		tr.holds(n == tr.state.LinksSince(person, 0), "recount", "%d links to %s, %d counted", n, person, tr.state.LinksSince(person, 0))
	}
}
