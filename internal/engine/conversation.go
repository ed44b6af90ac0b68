package engine

import (
	"cmp"
	"slices"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/routing"
)

// A conversation is what Talking is made of. Its state is derived from the record
// (Record.Conversation), and so is who is in the bridge and who hears music
// (Record.arrangement): whoever takes a call up derives both again.
//
//	            the caller    who has the call      the other
//	            leaves        leaves                leaves, or never comes
//	together    over          over                  –
//	held        over          over                  –
//	identifying over          over                  –
//	asking      over          → sending             → together
//	consulting  over          the other has it      → together
//	sending     over          (is gone)             a member has it, or → waiting, at the old rank
//	inviting    over          → sending             → together
//	conference  over          a member has it       → together, or still several
//
// Over means: everybody is let go, the caller after a question if the queue asks one
// (satisfaction.go). What agents wish (Direct) leads from together to held
// and back, to asking, to sending (a transfer), to inviting; from consulting to together
// with the other (complete), to conference (joined) and back (cancel). From together, held
// and conference a transfer to a queue leads to waiting. Calling somebody is a claim, accepted before
// anything is dialled; until then nothing changes for those who talk. A
// transfer by the key of a phone is sending, too, with who had the call still there
// (transferkey.go). To be identified is to be on hold, with questions in the place of music
// (identification.go).
//
// docs/conversations-table.md has every state and every event, and is made by the test
// that plays them.

// Deed is what somebody wishes of a conversation, from a closed list.
type Deed string

// The deeds. Those from Supervise on are a supervisor's.
const (
	Hold       Deed = "hold"
	Unhold     Deed = "unhold"
	SendTo     Deed = "transfer" // to an agent, a number or a queue
	Consult    Deed = "consult"
	Complete   Deed = "complete"
	Cancel     Deed = "cancel"
	Conference Deed = "conference" // with somebody more, or with whom is consulted
	Remove     Deed = "remove"
	End        Deed = "hangup"
	Supervise  Deed = "supervise"
	TakeOver   Deed = "take_over"
)

// Direct is a deed that somebody wishes. It is done, or refused with nothing changed.
type Direct struct {
	Do Deed
	// By is who wishes it.
	By contact.Agent
	// Queue, Agent or Number is whom the deed is about, Topic the one that the caller turns
	// out to have. Number is as somebody wrote it.
	Queue  contact.Queue
	Topic  contact.Topic
	Agent  contact.Agent
	Number string
	// Party is whom to remove.
	Party fact.OfferID
	// Role is how a supervisor takes part, Of the agent whose conversation it is.
	Role fact.Role
	Of   contact.Agent
}

// The events of a conversation, and its commands.
type (
	// PartyAccepted says that the ledger accepted the leg of a party: it may be dialled. Phone
	// is the agent's.
	PartyAccepted struct {
		Party fact.OfferID
		Phone string
	}
	// PartyRefused says that the ledger did not.
	PartyRefused struct{ Party fact.OfferID }
	// PhoneHolds says that the phone of a leg has put its call on hold, or taken it back.
	PhoneHolds struct {
		Offer fact.OfferID
		Holds bool
	}

	// CallParty creates and dials the leg to a number, which is encrypted. AsCaller shows
	// the caller's own number there.
	CallParty struct {
		Party    fact.OfferID
		Number   string
		Timeout  time.Duration
		AsCaller bool
	}
	// Arrange says who is to hear whom: it takes the place of what was before.
	Arrange struct {
		// Caller says that the caller is in the bridge; he hears music of that class otherwise,
		// or nothing if it is Quiet.
		Caller bool
		Class  string
		Quiet  bool
		// Legs are in the bridge. Barging are the supervisors among them: each may hear a
		// leg without being in there, the next time.
		Legs, Barging []fact.OfferID
		// Ear is a call of the agent's own phone that is in the bridge in the place of his leg;
		// empty for none.
		Ear string
		// Spies hear a leg without being heard, or are heard by it alone.
		Spies []Spy
	}
)

// Spy is a supervisor who hears a leg from outside the bridge.
type Spy struct {
	Party, On fact.OfferID
	// Speaks: the leg hears him, and nobody else does.
	Speaks bool
}

func (Direct) event()        {}
func (PartyAccepted) event() {}
func (PartyRefused) event()  {}
func (PhoneHolds) event()    {}
func (CallParty) command()   {}
func (Arrange) command()     {}

func (a Arrange) equal(o Arrange) bool {
	return a.Caller == o.Caller && a.Class == o.Class && a.Quiet == o.Quiet && a.Ear == o.Ear && slices.Equal(a.Legs, o.Legs) && slices.Equal(a.Barging, o.Barging) &&
		slices.Equal(a.Spies, o.Spies)
}

// arrangement is who is to hear whom; asked is a party that the ledger has not accepted.
func (r *Record) arrangement(asked fact.OfferID) Arrange {
	var a Arrange
	host := r.Leg()
	second := r.second()
	a.Caller = host != "" && r.HeldAt == 0 && (second == nil || second.ID == asked)
	a.Quiet = r.Identifying && !a.Caller
	if host != "" {
		a.Legs = append(a.Legs, host)
	}
	for i := range r.Parties {
		switch p := &r.Parties[i]; {
		case !p.Joined() || !p.heir():
		default:
			a.Legs = append(a.Legs, p.ID)
			if p.Role.Supervises() {
				a.Barging = append(a.Barging, p.ID)
			}
		}
	}
	a.Spies = r.Spies()
	return a
}

// Spies are the supervisors who hear who has the call from outside the bridge.
func (r *Record) Spies() (spies []Spy) {
	host := r.Leg()
	if host == "" || r.ClosedAt != 0 {
		return nil
	}
	for i := range r.Parties {
		if p := &r.Parties[i]; p.silent() && p.Joined() && !r.astray(p) {
			spies = append(spies, Spy{Party: p.ID, On: host, Speaks: p.Role == fact.Whispers})
		}
	}
	return spies
}

// arrange has the medium follow what has changed; anew, whatever it knows already.
func (st *step) arrange(anew bool) {
	if st.s.Phase != Talking {
		return
	}
	a := st.s.Record.arrangement(st.s.Asked)
	if !a.Caller && !a.Quiet {
		a.Class = st.music().Class
	}
	st.byEar(&a)
	if anew || !a.equal(st.s.Arranged) {
		st.s.Arranged = a
		st.do(a)
	}
}

// plain reports whether nobody is in the conversation but the caller and one other.
func (st *step) plain() bool {
	rec := &st.s.Record
	return rec.HeldAt == 0 && len(rec.Parties) == 0
}

// direct does what somebody wishes.
func (st *step) direct(d Direct) {
	if no := st.refuses(d); no != nil {
		st.out.Refused = no
		return
	}
	rec := &st.s.Record
	switch d.Do {
	case Hold:
		st.write(fact.Held{By: d.By})
	case Unhold:
		st.write(fact.Retrieved{By: d.By})
	case SendTo:
		if d.Queue != "" {
			st.requeue(d.Queue, d.Topic, d.By)
			return
		}
		st.invite(d, fact.Target)
	case Identify:
		st.identify(d)
	case Consult:
		st.invite(d, fact.Consulted)
	case Complete:
		st.complete(d)
	case Cancel:
		st.dropParty(rec.second(), "agent")
	case Conference:
		if p := rec.second(); p != nil {
			st.write(fact.PartyMoved{Party: p.ID, Role: fact.Member, By: d.By})
			return
		}
		st.invite(d, fact.Member)
	case Remove:
		st.dropParty(rec.Party(d.Party), "agent")
	case End:
		if p := st.partyOf(d.By); p != nil {
			st.callOff(*p, "party")
			return
		}
		st.do(DropLeg{Offer: rec.Offer})
	case Supervise:
		if p := st.partyOf(d.By); p != nil {
			st.write(fact.PartyMoved{Party: p.ID, Role: d.Role, By: d.By})
			return
		}
		d.Agent = d.By
		st.invite(d, d.Role)
	case PauseRecording, ResumeRecording:
		st.pauseTape(d.By, d.Do == PauseRecording)
	case TakeOver:
		id := st.partyOf(d.By).ID
		if p := rec.second(); p != nil && p.Role == fact.Target {
			st.dropParty(p, "agent") // the agent was sending the caller on
		}
		st.handOver(id)
	}
}

// means fills in whom somebody has dialled.
func (st *step) means(d *Direct, dialled string) {
	if st.rules.Dialled != nil {
		to := st.rules.Dialled(dialled)
		d.Queue, d.Agent, d.Number = to.Queue, to.Agent, to.Number
	}
}

// partyOf is the party of an agent who is not being let go.
func (st *step) partyOf(a contact.Agent) *Party { return st.s.Record.partyOf(a) }

func (r *Record) partyOf(a contact.Agent) *Party {
	return r.partyWhere(func(p *Party) bool { return p.Agent == a && a != "" && p.Role != fact.Leaving })
}

// letGo hangs up on who has the call; the call goes on without him.
func (st *step) letGo() {
	if leg := st.s.Record.Leg(); leg != "" {
		st.write(fact.PartyMoved{Party: leg, Role: fact.Leaving})
		st.do(DropLeg{Offer: leg})
		st.dropSilent()
	}
}

// dropSilent lets those supervisors go who hear an agent without being heard by all: they
// are there for him, and he does not have the call any more. Whoever has it next was
// never said to be listened to.
func (st *step) dropSilent() {
	for _, p := range slices.Clone(st.s.Record.Parties) {
		if p.silent() {
			st.dropParty(&p, "agent")
		}
	}
}

// handOver gives the call to a party that has answered, and lets go who had it.
func (st *step) handOver(to fact.OfferID) {
	had, f := st.s.Record.Leg(), fact.HandedOver{Party: to}
	if p := st.s.Record.Party(to); p != nil && p.Agent != "" {
		f.Transfers = st.passedOn()
	}
	st.write(f)
	st.tellDone(had, to)
	if had != "" {
		st.do(DropLeg{Offer: had})
	}
	st.dropSilent()
}

// passedOn is how often the caller was passed on from agent to agent, with this time; 0, by
// which nothing is counted, beside a controller that could not read it.
func (st *step) passedOn() int {
	if !st.understands(fact.FormatTransfers) {
		return 0
	}
	return st.s.Record.Transfers + 1
}

// complete gives the call to who is consulted: at once, or as soon as he answers.
func (st *step) complete(d Direct) {
	p := st.s.Record.second()
	if p.Joined() {
		st.handOver(p.ID)
		return
	}
	st.write(fact.PartyMoved{Party: p.ID, Role: fact.Target, By: d.By})
	if st.s.Asked != p.ID {
		st.letGo()
	}
}

// withNobody gives a caller whom nobody has back to who else is in a conference with him; if
// nobody is, he waits again.
func (st *step) withNobody() {
	if p := st.s.Record.partyWhere(func(p *Party) bool { return p.heir() && p.Joined() }); p != nil {
		st.handOver(p.ID)
		return
	}
	st.requeue(st.s.Record.Queue, "", "")
}

// hostLeft follows the end of the leg of the agent who had the call, which is written
// already. Without an heir the conversation is over; or the caller waits again, if it was
// the end of a phone that took the refusal of its Transfer key for a transfer.
func (st *step) hostLeft(leg fact.OfferID) {
	switch {
	case st.inherited():
	case st.s.KeyRefused == leg && st.at-st.s.KeyRefusedAt <= takenForDone.Microseconds():
		st.withNobody()
	default:
		st.conversationOver()
	}
}

// takenForDone is how soon a phone hangs up that does not wait to be told what became of its
// transfer: it is answered 202 before anybody has judged it.
const takenForDone = 3 * time.Second

// inherited reports whether an heir has the call, or will have it, now that nobody else has.
func (st *step) inherited() bool {
	rec := &st.s.Record
	if p := rec.partyWhere(func(p *Party) bool { return p.heir() && p.Joined() }); p != nil {
		st.handOver(p.ID)
		return true
	}
	if p := rec.partyWhere((*Party).heir); p != nil {
		st.dropSilent()
		if p.Role != fact.Target {
			st.write(fact.PartyMoved{Party: p.ID, Role: fact.Target})
		}
		return true
	}
	return false
}

// requeue gives the caller a place in a queue again, at the rank of his first arrival, and
// lets everybody else go.
func (st *step) requeue(q contact.Queue, topic contact.Topic, by contact.Agent) {
	rec := &st.s.Record
	d := st.toward(q, topic)
	if len(d.Steps) == 0 {
		st.leave(nil, normalClearing) // a rule that leads nowhere: no version of a site has one
		return
	}
	had := rec.Leg()
	st.endIdentification()
	st.endTape()
	st.dropParties()
	f := fact.Requeued{Queued: st.queuedBy(d, cmp.Or(topic, rec.Topic), st.s.Menu.Vars["language"]), By: by}
	if by == "" {
		f.Transfers = st.passedOn()
	}
	st.write(f)
	if had != "" {
		st.do(DropLeg{Offer: had})
	}
	st.disarm(RingTimer)
	st.s.Asked, st.s.Arranged, st.s.Refused = "", Arrange{}, nil
	st.s.Phase, st.s.WantsOut = Waiting, ""
	st.do(Arrange{Class: st.music().Class})
	st.armComfort(first)
}

func (st *step) toward(q contact.Queue, topic contact.Topic) routing.Decision {
	return st.rules.Plan.Toward(q, st.attributes(cmp.Or(topic, st.s.Record.Topic), st.s.Menu.Vars), time.UnixMicro(st.at))
}

// phoneHolds follows the hold key of the phone of who has the call.
func (st *step) phoneHolds(e PhoneHolds) {
	rec := &st.s.Record
	if st.s.Phase != Talking || e.Offer == "" || e.Offer != rec.Offer || !st.mayWrite(fact.KindHeld) {
		return
	}
	switch {
	case e.Holds && rec.HeldAt == 0 && rec.second() == nil:
		st.write(fact.Held{By: rec.Agent})
	case !e.Holds && rec.HeldAt != 0 && !rec.Identifying: // which no key of a phone has begun
		st.write(fact.Retrieved{By: rec.Agent})
	}
}

// conversationRestarted derives again what a gap may have lost.
func (st *step) conversationRestarted() {
	for _, p := range st.s.Record.Parties {
		if p.Role == fact.Leaving || st.s.Record.astray(&p) {
			st.do(DropLeg{Offer: p.ID})
		}
	}
	if st.s.Phase != Talking {
		st.dropParties() // a requeue wrote nothing of them, and may not have come to it
		return
	}
	if st.s.Record.Unsent {
		st.withNobody()
	}
	if st.s.Phase != Talking {
		return
	}
	st.tapeRestarted()
	switch {
	case st.s.Record.Identifying:
		st.identificationRestarted()
	case !st.plain():
		st.arrange(true)
	}
	if p := st.s.Record.invited(); p != nil {
		left := p.Ring + RingGrace - time.Duration(st.at-p.At)*time.Microsecond
		st.arm(RingTimer, max(left, 0))
	}
}
