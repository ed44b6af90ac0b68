package fold_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/calendar"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/ivr"
	"github.com/guichet/guichet/routing"
)

// Agents wish, phones answer and hang up, the ledger is slow, controllers die: whatever
// the order, every fact that the core writes of its conversation has its effect, the fold
// holds the session's own record, and in the end nobody is bound and the contact was
// answered once.
func TestAConversationEndsWithEverybodyFreeWhateverHappens(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newTalk(t)
		for range rapid.IntRange(0, 60).Draw(t, "events") {
			w.anything()
		}
		w.finish()
	})
}

// talk is one contact that agents talk with: the core on one side, the fold on the other,
// and the phones between them.
type talk struct {
	t       *rapid.T
	c       *chain
	at      int64
	rules   engine.Rules
	session engine.Session
	line    bool // the caller is there
	legs    map[fact.OfferID]string
	// told are claims that the ledger accepted, and the session does not know of yet.
	told []engine.Event
	// seen are the contacts with whom owners saw agents who were called into the
	// conversation, by the parties that gave way.
	seen map[fact.OfferID]contact.ID
	// misled: the session has believed that such a party had the call, and who had it before
	// is forgotten there once it knows better.
	misled bool
	// arranged is who was asked last to hear whom.
	arranged engine.Arrange
}

const (
	down    = "down"
	rings   = "rings"
	up      = "up"
	hangsUp = "hangs up"
)

var talkers = []contact.Agent{"a1", "a2", "a3"}

func newTalk(t *rapid.T) *talk {
	w := &talk{t: t, c: newChain(t), at: second, line: true, legs: map[fact.OfferID]string{}, seen: map[fact.OfferID]contact.ID{}}
	tree, faults := ivr.New(ivr.Tree{
		ID: "m", Start: "q", Languages: []string{"fr"}, Failure: ivr.Exit{Goto: ivr.End}, Nodes: map[ivr.NodeID]ivr.Node{"q": &ivr.Queue{}},
	})
	require.Empty(t, faults)
	steps := []routing.Step{{Centers: []contact.Center{"ouest"}}}
	w.rules = engine.Rules{
		Tree: tree, Plan: &routing.Plan{Always: []routing.Rule{{Name: "1", Queue: "avis", Steps: steps}, {Name: "2", Queue: "autre", Steps: steps}}},
		Hours: func(string, time.Time) calendar.Status { return calendar.Open },
		Floor: func(engine.FloorQuery) engine.FloorView { return engine.FloorView{Able: 1} },
		Limit: func(contact.Queue) engine.Limit { return engine.Limit{} },
		Colleague: func(id contact.Agent) engine.Colleague {
			a := w.c.state.Floor.Agents[id]
			if a == nil {
				return engine.Colleague{}
			}
			return engine.Colleague{Known: true, Center: a.Center, Ready: a.State == acd.Ready, Paused: a.State == acd.Paused}
		},
		Outside: anyNumber{},
		Satisfaction: func(contact.Queue) engine.Satisfaction {
			return engine.Satisfaction{Question: []ivr.Prompt{"satisfait"}, Keys: "12", Thanks: []ivr.Prompt{"merci"}, Share: 100, Timeout: time.Second}
		},
	}
	for _, id := range talkers {
		require.Empty(t, w.c.command(w.at, string(id), login(id)))
	}
	w.step(engine.Arrived{ID: "c1", Fact: arrived})
	return w
}

// anyNumber lets everything be called, three times an hour by one agent.
type anyNumber struct{}

func (anyNumber) Target(written string) (string, string)      { return written, "" }
func (anyNumber) Seal(_ contact.ID, n string) (sealed string) { return "sealed " + n }
func (anyNumber) Caps() (agent, all int)                      { return 3, 5 }

func (w *talk) step(e engine.Event) *engine.NotDone {
	w.at += second / 10
	next, effects := engine.Step(w.rules, w.session, w.at, e)
	w.session = next
	refused, behind := false, w.behind()
	for _, f := range effects.Facts {
		void := w.c.own(w.at, "c1", f)
		invited, claims := f.(fact.Invited)
		switch {
		case claims && void != "":
			refused = true
			w.told = append(w.told, engine.PartyRefused{Party: invited.Party})
		case claims:
			w.told = append(w.told, engine.PartyAccepted{Party: invited.Party, Phone: "PJSIP/" + string(invited.Agent)})
		case behind: // it believes in a party that the ledger does not have
			w.misled = w.misled || void != "" && f.Kind() == fact.KindHandedOver
		default:
			require.Empty(w.t, void, "%T %+v after %T %+v", f, f, e, e)
		}
	}
	for _, c := range effects.Commands {
		w.do(c)
	}
	conserved(w.t, w.c.state)
	if !refused && !w.behind() {
		w.same()
	}
	return effects.Refused
}

// behind: the session has not heard yet of a party that the ledger does not have.
func (w *talk) behind() bool {
	return slices.ContainsFunc(w.told, func(e engine.Event) bool { _, is := e.(engine.PartyRefused); return is })
}

// elsewhere has an owner see somebody who is called into the conversation with another
// contact, of which a failover had lost the offer; or somebody is called.
func (w *talk) elsewhere() {
	for _, id := range slices.Sorted(maps.Keys(w.c.state.Floor.Errands)) {
		e := w.c.state.Floor.Errands[id]
		if e.Joined {
			continue
		}
		other := contact.ID("with-" + string(id))
		require.Empty(w.t, w.c.own(w.at, string(other), arrived))
		require.Empty(w.t, w.c.own(w.at, string(other), queued()))
		a := w.c.must(w.c.owner(w.at, string(other), fact.Connected{Offer: "lost-" + id, ServedBy: "ouest", Bond: bond(e.Agent)}), w.c.state.Protocol.Gen)
		require.Empty(w.t, a.Void)
		require.Equal(w.t, e, a.Uncalled)
		require.Equal(w.t, "lost-"+id, w.c.state.Floor.Agents[e.Agent].Offer)
		w.seen[id] = other
		w.told = append(w.told, engine.PartyRefused{Party: id})
		return
	}
	w.step(engine.Direct{
		Do: rapid.SampledFrom([]engine.Deed{engine.SendTo, engine.Consult, engine.Conference}).Draw(w.t, "called to"),
		By: w.session.Record.Agent, Agent: rapid.SampledFrom(talkers).Draw(w.t, "who is called"),
	})
}

// leaves ends what was seen.
func (w *talk) leaves() {
	for _, id := range slices.Sorted(maps.Keys(w.seen)) {
		require.Empty(w.t, w.c.own(w.at, string(w.seen[id]), fact.LegEnded{Offer: "lost-" + id, By: "agent"}))
		require.Empty(w.t, w.c.own(w.at, string(w.seen[id]), fact.Closed{Outcome: contact.Answered}))
	}
	clear(w.seen)
}

// same: the fold holds what the session thinks of itself.
func (w *talk) same() {
	rec := w.c.state.Contacts["c1"]
	if rec == nil {
		require.True(w.t, w.session.Over())
		return
	}
	mine, folded := w.session.Record, *rec
	for _, r := range []*engine.Record{&mine, &folded} {
		r.OfferedAt = 0 // the session learns of an offer a little later
		if w.misled && r.Offer == "" {
			r.Agent, r.Center = "", ""
		}
		r.Parties = slices.Clone(r.Parties)
		for i := range r.Parties {
			r.Parties[i].At = 0 // likewise, of who had the call by an offer
		}
	}
	require.JSONEq(w.t, asJSON(w.t, folded), asJSON(w.t, mine))
	for id, o := range w.c.state.Floor.Offers {
		if o.Contact == "c1" {
			require.Equal(w.t, id, rec.Offer, "%s is bound by an offer that is not the contact's", o.Agent)
		}
	}
	for id, e := range w.c.state.Floor.Errands {
		require.NotNil(w.t, rec.Party(id), "%s is bound to no party", e.Agent)
	}
}

func (w *talk) do(c engine.Command) {
	switch c := c.(type) {
	case engine.Ring:
		w.legs[c.Offer] = rings
	case engine.CallParty:
		w.legs[c.Party] = rings
	case engine.DropLeg:
		if w.legs[c.Offer] != "" {
			w.legs[c.Offer] = hangsUp
		}
	case engine.Arrange:
		w.arranged = c
		for _, o := range c.Legs {
			// One that hangs up by an agent's wish is not put in any more by the line.
			require.Contains(w.t, []string{up, hangsUp}, w.legs[o], "%s is to be heard, and is %s", o, w.legs[o])
		}
		require.True(w.t, !c.Caller || len(c.Legs) > 0, "the caller is alone")
	case engine.Release:
		if w.line {
			w.told = append(w.told, engine.CallerLeft{})
		}
	}
}

// anything is what may happen next.
func (w *talk) anything() {
	switch rapid.IntRange(0, 20).Draw(w.t, "what") {
	case 19, 20:
		w.answers()
	case 16, 17:
		w.elsewhere()
	case 18:
		w.leaves()
	case 0, 1, 2:
		w.tell()
	case 3, 4, 5, 6:
		w.phone()
	case 7:
		if w.line && rapid.IntRange(0, 5).Draw(w.t, "hangs up") == 0 {
			w.callerLeaves()
		}
	case 8:
		w.lead()
	case 9:
		w.dies()
	case 10:
		if w.line {
			w.step(engine.Fired{Timer: engine.RingTimer, N: w.session.Timers[engine.RingTimer]})
		}
	default:
		w.wish()
	}
}

// answers is what a caller does who is asked after the call, or who is not.
func (w *talk) answers() {
	if !w.line {
		return
	}
	w.step(rapid.SampledFrom([]engine.Event{
		engine.Key{Key: '1'}, engine.Key{Key: '9'}, engine.Played{N: w.session.Playing},
		engine.Fired{Timer: engine.MenuTimer, N: w.session.Timers[engine.MenuTimer]},
	}).Draw(w.t, "answer"))
}

func (w *talk) wish() {
	d := engine.Direct{
		Do: rapid.SampledFrom([]engine.Deed{
			engine.Hold, engine.Unhold, engine.SendTo, engine.Consult, engine.Complete, engine.Cancel, engine.Conference, engine.Remove,
			engine.End, engine.Supervise, engine.TakeOver,
		}).Draw(w.t, "deed"),
		By: rapid.SampledFrom(talkers).Draw(w.t, "by"),
	}
	switch rapid.IntRange(0, 3).Draw(w.t, "whom") {
	case 0:
		d.Agent = rapid.SampledFrom(talkers).Draw(w.t, "agent")
	case 1:
		d.Number = "0299000001"
	case 2:
		d.Queue = "autre"
	}
	if rec := &w.session.Record; len(rec.Parties) > 0 {
		d.Party = rec.Parties[0].ID
	}
	d.Role = rapid.SampledFrom(fact.Roles).Draw(w.t, "role")
	before := w.session
	facts := w.c.state.Protocol.Seq("c1")
	if w.step(d) != nil {
		require.Equal(w.t, before, w.session, "refused, and yet something changed")
		require.Equal(w.t, facts, w.c.state.Protocol.Seq("c1"))
	}
}

func (w *talk) tell() {
	if len(w.told) > 0 {
		e := w.told[0]
		w.told = w.told[1:]
		if _, left := e.(engine.CallerLeft); left {
			w.callerLeaves()
			return
		}
		w.step(e)
	}
}

func (w *talk) callerLeaves() {
	if w.line {
		w.line = false
		w.step(engine.CallerLeft{})
	}
}

// phone has one leg answer, or end.
func (w *talk) phone() {
	if len(w.legs) == 0 {
		return
	}
	id := rapid.SampledFrom(slices.Sorted(maps.Keys(w.legs))).Draw(w.t, "leg")
	switch {
	case w.legs[id] == rings && rapid.IntRange(0, 2).Draw(w.t, "answers") > 0:
		w.legs[id] = up
		w.step(engine.AgentAnswered{Offer: id})
		if w.session.Phase == engine.Joining && w.session.Record.Offer == id {
			w.step(engine.Bridged{Offer: id})
		}
	case w.legs[id] == up && rapid.IntRange(0, 2).Draw(w.t, "stays") > 0:
	default:
		w.gone(id)
	}
}

func (w *talk) gone(id fact.OfferID) {
	result := contact.NoAnswer
	if w.legs[id] == hangsUp {
		result = contact.Lost
	}
	delete(w.legs, id)
	w.step(engine.AgentLeft{Offer: id, Result: result})
}

// lead lets agents be ready again, and makes the offer that is due.
func (w *talk) lead() {
	w.at += 60 * second
	due, _ := w.c.state.Floor.Expiries(w.at)
	for _, e := range due {
		require.Empty(w.t, w.c.lead(w.at, string(e.Agent), e))
	}
	for _, o := range w.c.state.Floor.Propose(w.at, 1) {
		a := w.c.must(w.c.leader(w.at, string(o.Contact), o), w.c.state.Protocol.Gen)
		require.Empty(w.t, a.Void)
		w.step(engine.OfferAccepted{Offer: fact.OfferID(a.Entry.Self.String()), Fact: o, Phone: "PJSIP/" + string(o.Agent)})
	}
}

// dies lets another controller take the contact up from the fold and from what is there.
func (w *talk) dies() {
	rec := w.c.state.Contacts["c1"]
	if rec == nil {
		return
	}
	w.told = slices.DeleteFunc(w.told, func(e engine.Event) bool { _, left := e.(engine.CallerLeft); return !left })
	maps.DeleteFunc(w.legs, func(_ fact.OfferID, is string) bool { return is == hangsUp }) // gone meanwhile
	unsent := rec.Unsent && w.line
	w.session = engine.Resume(*rec)
	if !w.line {
		w.step(engine.CallerLeft{})
	}
	for _, id := range append(slices.Clone(rec.Legs()), slices.Sorted(maps.Keys(w.legs))...) {
		switch w.legs[id] {
		case "":
			w.step(engine.AgentLeft{Offer: id, Result: contact.Lost})
		case up:
			w.step(engine.AgentAnswered{Offer: id})
			if w.session.Phase == engine.Joining && w.session.Record.Offer == id {
				w.step(engine.Bridged{Offer: id})
			}
		}
	}
	if w.line {
		w.step(engine.Restarted{})
	}
	if unsent {
		require.Equal(w.t, engine.Waiting, w.session.Phase, "who was sent to somebody seen elsewhere is owed a place")
	}
}

// finish lets everybody hang up.
func (w *talk) finish() {
	for range 50 {
		w.tell()
		for _, id := range slices.Sorted(maps.Keys(w.legs)) {
			w.gone(id)
		}
	}
	w.callerLeaves()
	for range 50 {
		w.tell()
		for _, id := range slices.Sorted(maps.Keys(w.legs)) {
			w.gone(id)
		}
	}
	w.leaves()
	s := w.c.state
	require.Empty(w.t, s.Contacts, "%s: %+v", w.session.Phase, w.session.Record)
	require.Empty(w.t, s.Floor.Offers)
	require.Empty(w.t, s.Floor.Errands)
	require.Empty(w.t, s.Offers)
	for _, a := range s.Floor.Agents {
		require.NotContains(w.t, []acd.State{acd.Reserved, acd.Ringing, acd.Talking}, a.State, "%s is stuck", a.ID)
		require.Empty(w.t, a.Offer)
	}
	require.LessOrEqual(w.t, s.Tally.Outcomes[fold.Join("answered", "avis", "ouest", "voice")], uint64(1))
	w.c.restart()
}
