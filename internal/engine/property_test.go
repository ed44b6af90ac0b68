package engine_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/guichet/guichet/internal/calendar"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/ivr"
)

// Whatever comes, twice, late or in the wrong order: one outcome, one answer to
// each offer, and nothing left behind.
func TestAContactEndsOnceWhateverHappens(t *testing.T) {
	t.Parallel()
	inTurn, atATime := menuTree(t), appointing(t)
	rapid.Check(t, func(t *rapid.T) {
		life := &life{t: t, answers: map[fact.OfferID]int{}, taken: map[fact.OfferID]bool{}, outside: []string{townHall}}
		floor := engine.FloorView{Able: rapid.IntRange(0, 1).Draw(t, "able"), InQueue: rapid.IntRange(0, 3).Draw(t, "in queue")}
		whispers, asks := rapid.Bool().Draw(t, "whispers"), asksOf(rapid.SampledFrom([]int{0, 100}).Draw(t, "asks"))
		tree := rapid.SampledFrom([]*ivr.Tree{inTurn, atATime}).Draw(t, "tree")
		places := rapid.IntRange(0, 2).Draw(t, "places")
		life.rules = engine.Rules{
			Appointments: func(contact.Center, time.Time) engine.Appointments {
				return engine.Appointments{PerSlot: 2, Slots: []contact.Window{{From: 20e6, Until: 60e6}, {From: 60e6, Until: 100e6}}}
			},
			Booked: func(contact.Center) []contact.Window {
				return slices.Repeat([]contact.Window{{From: 20e6, Until: 60e6}}, 2-places)
			},
			Tree: tree, Plan: plan(),
			Hours: func(string, time.Time) calendar.Status {
				if rapid.IntRange(0, 9).Draw(t, "hours") == 0 {
					return calendar.Closed
				}
				return calendar.Open
			},
			Floor:  func(engine.FloorQuery) engine.FloorView { return floor },
			Limit:  func(contact.Queue) engine.Limit { return engine.Limit{Waiting: 3} },
			Caller: "+33612345678", Numbers: fakeNumbers{}, Callbacks: callbackPolicy,
			Comfort: func(contact.Queue) engine.Comfort { return comfortOf(20) },
			Recording: func(contact.Queue) engine.Recording {
				return engine.Recording{Purpose: "accueil", Until: time.Unix(60, 0), Announcement: []ivr.Prompt{"enregistre"}, Retention: time.Hour}
			},
			Whisper: func(contact.Queue) engine.Whisper {
				if whispers {
					return whisperOf
				}
				return engine.Whisper{}
			},
			Satisfaction: func(contact.Queue) engine.Satisfaction { return asks },
			Standing: func(contact.ID, int64) (engine.Standing, bool) {
				return engine.Standing{
					Position: rapid.IntRange(0, 9).Draw(t, "position"), Wait: time.Duration(rapid.IntRange(0, 300).Draw(t, "wait")) * time.Second,
					By: "length", Known: rapid.Bool().Draw(t, "known"),
				}, rapid.IntRange(0, 4).Draw(t, "stands") > 0
			},
		}
		life.arrival = arrival
		if rapid.IntRange(0, 2).Draw(t, "medium") == 0 {
			life.arrival, life.rules.Tree = posted, nil // a mail never asks the menu
		}
		if rapid.IntRange(0, 9).Draw(t, "arrives") > 0 {
			life.step(life.arrival)
		}
		for _, key := range rapid.SampledFrom([]string{"", "135", "335000", "4", "61", "620699001122", "611", "5", "7"}).Draw(t, "hurries to") {
			life.step(engine.Key{Key: byte(key)})
		}
		for range rapid.IntRange(0, 60).Draw(t, "events") {
			life.step(life.anyEvent())
		}
		life.end()
	})
}

var arrival = engine.Arrived{ID: "c1", Fact: fact.Arrived{Medium: contact.Voice, Entry: "2014", Node: "n1", Rank: 1}}

var posted = engine.Arrived{ID: "c1", Fact: fact.Arrived{
	Medium: contact.Email, Entry: "2014", Node: contact.Mailroom, Rank: 1, Mail: &fact.Mail{Topic: "paiement", Department: "35"},
}}

// life counts what a session does.
type life struct {
	t       *rapid.T
	arrival engine.Arrived
	rules   engine.Rules
	session engine.Session
	at      int64
	past    []engine.Event
	// did is what the latest event had the session do.
	did engine.Effects
	// waiting says that time passes by itself: nobody draws how much.
	waiting bool
	// outside are the numbers that the menu sends people to.
	outside []string

	arrived, connected, transferred, closed int
	// transfers that were claimed, the one that is live, and the numbers called.
	claimed []fact.OfferID
	live    fact.OfferID
	called  []string
	// promises that stand, the call back that is live, and how many were dialled.
	promises int
	calling  fact.OfferID
	dialled  int
	told     fact.Foretold // the best of each
	// taping is the recording that goes on.
	taping fact.RecordingID
	// rated counts the answers to the question after the call.
	rated int
	// whispered are the offers of whose contact the agent was told.
	whispered []fact.OfferID
	offers    []fact.OfferID       // that were told to the session
	answers   map[fact.OfferID]int // facts that free the agent
	taken     map[fact.OfferID]bool
}

// anyEvent is one that fits, one that does not, or one that was told before.
func (l *life) anyEvent() engine.Event {
	if len(l.past) > 0 && rapid.IntRange(0, 5).Draw(l.t, "again") == 0 {
		return rapid.SampledFrom(l.past).Draw(l.t, "event")
	}
	live := l.session.Record.Leg()
	if live == "" || rapid.IntRange(0, 2).Draw(l.t, "of another offer") == 0 {
		live = fact.OfferID(fmt.Sprintf("o%d", rapid.IntRange(0, len(l.offers)).Draw(l.t, "offer")))
	}
	switch rapid.IntRange(0, 36).Draw(l.t, "kind") {
	case 34:
		return engine.BothTold{N: l.session.Telling, Failed: rapid.IntRange(0, 4).Draw(l.t, "failed") == 0}
	case 35:
		return engine.TapeLost{Tape: "c1.r1", Kept: rapid.Bool().Draw(l.t, "kept")}
	case 36:
		return engine.AgentKey{Offer: live, Key: rapid.SampledFrom([]byte("***123456#")).Draw(l.t, "agent key")}
	case 0:
		return l.arrival
	case 1, 2:
		return engine.Key{Key: rapid.SampledFrom([]byte("1235467*#x09")).Draw(l.t, "key")}
	case 3:
		return engine.Played{N: l.session.Playing}
	case 4:
		return engine.Fired{Timer: engine.MenuTimer, N: l.session.Timers[engine.MenuTimer]}
	case 5:
		return engine.Fired{Timer: engine.RingTimer, N: l.session.Timers[engine.RingTimer]}
	case 17:
		return engine.Fired{Timer: engine.RouteTimer, N: l.session.Timers[engine.RouteTimer]}
	case 6:
		return engine.CallerLeft{Cause: 16}
	case 7, 8:
		return l.anyOffer()
	case 9:
		return engine.OfferGone{Offer: live}
	case 10:
		return engine.AgentRings{Offer: live, Leg: "leg"}
	case 11, 12:
		return engine.AgentAnswered{Offer: live}
	case 13:
		if l.arrival.Fact.Medium == contact.Email {
			return engine.Replied{Offer: live, Reply: "sealed"}
		}
		return engine.Bridged{Offer: live}
	case 14:
		results := []contact.RingResult{contact.NoAnswer, contact.Busy, contact.Refused, contact.Unreachable, contact.Lost, ""}
		return engine.AgentLeft{Offer: live, Result: rapid.SampledFrom(results).Draw(l.t, "result")}
	case 15:
		reason := rapid.SampledFrom([]contact.Refusal{contact.Closed, contact.NoAgent}).Draw(l.t, "reason")
		return engine.GivenUp{Reason: reason, Queueing: rapid.IntRange(0, 2).Draw(l.t, "queueing")}
	case 19:
		return engine.Fetched{Fetched: ivr.Fetched{
			ID: l.session.Menu.Fetch - rapid.IntRange(0, 1).Draw(l.t, "late"), Status: rapid.SampledFrom([]int{200, 404}).Draw(l.t, "status"),
		}}
	case 16, 18:
		return engine.TransferAccepted{Transfer: live}
	case 20:
		return engine.CallbackAccepted{}
	case 21, 22, 23, 24, 25, 26:
		return l.ofACallback()
	case 32, 33:
		return engine.Whispered{Offer: live}
	case 28, 29:
		return engine.Fired{Timer: engine.ComfortTimer, N: l.session.Timers[engine.ComfortTimer]}
	case 30, 31:
		return engine.Key{Key: rapid.SampledFrom([]byte("89")).Draw(l.t, "way out")}
	}
	return engine.Restarted{}
}

// ofACallback is what goes on about the person who is to be called.
func (l *life) ofACallback() engine.Event {
	cb := l.session.Record.Callback
	if cb == nil {
		return engine.Restarted{}
	}
	call := cb.Call
	if rapid.IntRange(0, 3).Draw(l.t, "another call") == 0 {
		call = "back-c1-other.0"
	}
	switch rapid.IntRange(0, 8).Draw(l.t, "of a callback") {
	case 8:
		return engine.CancelCallback{By: "marie", Reason: "a rappelé"}
	case 0:
		return engine.CallbackAccepted{}
	case 7:
		return engine.CallbackRefused{Why: ivr.CallbackAlready}
	case 1, 2:
		return engine.TransferAccepted{Transfer: call}
	case 3, 4:
		return engine.AgentAnswered{Offer: call}
	case 5:
		return engine.AgentLeft{Offer: call, Result: rapid.SampledFrom([]contact.RingResult{contact.NoAnswer, contact.Lost, ""}).Draw(l.t, "result")}
	}
	return engine.CallerLeft{Cause: 16}
}

// anyOffer is what the ledger may accept: of a contact that was queued.
func (l *life) anyOffer() engine.Event {
	if l.session.Record.Queue == "" || len(l.offers) == len(l.session.Settled) {
		return engine.Restarted{}
	}
	id := fact.OfferID(fmt.Sprintf("o%d", len(l.offers)))
	return engine.OfferAccepted{Offer: id, Phone: "PJSIP/1001", Fact: fact.Offered{Contact: "c1", Agent: "a1", Center: "cis_ouest"}}
}

func (l *life) step(e engine.Event) {
	if l.waiting {
		l.at += 1_000_000
	} else {
		l.at += rapid.Int64Range(0, 2_000_000).Draw(l.t, "passed")
	}
	l.past = append(l.past, e)
	l.note(e)
	before := l.session
	next, effects := engine.Step(l.rules, l.session, l.at, e)
	require.Equal(l.t, before, l.session, "the session given was changed")
	l.session, l.did = next, effects
	wanted := 0
	if next.Phase == engine.InMenu && next.Menu.Phase == ivr.Fetching {
		wanted = next.Menu.Fetch
	}
	require.Equal(l.t, wanted, next.Fetching, "what the menu waits for is under way, and nothing else")
	for _, f := range effects.Facts {
		l.count(f)
	}
	if before.Phase == engine.Gone {
		for _, c := range effects.Commands {
			if _, releases := c.(engine.Release); releases && next.Record.Away() {
				continue // who was called back answers when it is over
			}
			require.IsType(l.t, engine.DropLeg{}, c, "the caller is gone")
		}
	}
	l.check(effects)
}

func (l *life) note(e engine.Event) {
	switch e := e.(type) {
	case engine.OfferAccepted:
		if !slices.Contains(l.offers, e.Offer) {
			l.offers = append(l.offers, e.Offer)
		}
	case engine.OfferGone:
		if e.Offer == l.session.Record.Offer && l.session.Record.RungAt == 0 && l.session.Phase != engine.Talking {
			l.taken[e.Offer] = true
		}
	}
}

func (l *life) count(f fact.Fact) {
	switch f := f.(type) {
	case fact.Arrived:
		l.arrived++
	case fact.Connected:
		l.connected++
		l.mine(f.Offer)
	case fact.Closed:
		l.closed++
		require.Empty(l.t, l.taping, "a recording outlasts the contact")
		require.True(l.t, f.Outcome.Valid())
		require.Equal(l.t, l.connected == 1, f.Outcome == contact.Answered, "answered is who was bridged")
		require.Equal(l.t, l.transferred == 1, f.Outcome == contact.TransferredOut, "transferred is who was bridged outside")
		if f.Cancelled != nil {
			require.Equal(l.t, 1, l.promises, "nobody is to be called")
			require.Empty(l.t, l.calling, "the person is being called")
			require.Empty(l.t, l.session.Record.Offer, "an agent's phone rings")
		}
	case fact.Ringing:
		l.mine(f.Offer)
	case fact.Taken:
		l.mine(f.Offer)
		require.Equal(l.t, contact.Email, l.session.Record.Medium)
	case fact.OfferVoid:
		l.answered(f.Offer)
	case fact.OfferFailed:
		l.answered(f.Offer)
		require.NotEmpty(l.t, f.Result)
	case fact.LegEnded:
		l.answered(f.Offer)
	case fact.Transferring:
		require.Empty(l.t, l.live, "two transfers at once")
		require.NotContains(l.t, l.claimed, f.Transfer, "a name is used once")
		l.claimed, l.live = append(l.claimed, f.Transfer), f.Transfer
	case fact.Transferred:
		l.transferred++
		require.Equal(l.t, l.live, f.Transfer)
	case fact.TransferFailed:
		l.transferOver(f.Transfer)
		require.NotEmpty(l.t, f.Result)
		require.Zero(l.t, l.transferred, "who was bridged was reached")
	case fact.TransferEnded:
		l.transferOver(f.Transfer)
	case fact.Foretold:
		require.Equal(l.t, engine.Waiting, l.session.Phase, "told to who waits")
		if f.Position != 0 {
			require.True(l.t, l.told.Position == 0 || f.Position <= l.told.Position, "a position never gets worse")
			l.told.Position = f.Position
		}
		if f.Until != 0 {
			require.True(l.t, l.told.Until == 0 || f.Until <= l.told.Until, "a wait never gets worse")
			l.told.Until = f.Until
		}
	case fact.RecordingBegun:
		require.Equal(l.t, engine.Talking, l.session.Phase)
		require.Empty(l.t, l.taping, "two recordings at once")
		require.Equal(l.t, contact.Voice, l.session.Record.Medium)
		require.Less(l.t, l.at, time.Unix(60, 0).UnixMicro(), "after the last day")
		l.taping = f.Recording
	case fact.RecordingPaused:
		require.Equal(l.t, l.taping, f.Recording)
	case fact.RecordingResumed:
		require.Equal(l.t, l.taping, f.Recording)
	case fact.RecordingEnded:
		require.Equal(l.t, l.taping, f.Recording)
		l.taping = ""
	case fact.Rated:
		l.rated++
		require.Equal(l.t, 1, l.connected, "asked is who was answered")
		require.Empty(l.t, l.live+l.session.Record.Offer, "somebody is on the line with him")
		require.Zero(l.t, l.closed)
	case fact.SteppedOut:
		require.Empty(l.t, l.session.Record.Offer, "whoever leaves the queue has no agent's leg")
	case fact.CallbackRequested:
		l.promises++
		require.NotContains(l.t, f.Number, "612345678", "a number in clear")
	case fact.CallbackWithdrawn:
		l.promises--
	case fact.Queued:
		require.True(l.t, !f.Callback || l.promises == 1, "a place for who was promised nothing")
	case fact.CallingBack:
		require.Empty(l.t, l.calling, "two calls at once")
		l.calling = f.Call
	case fact.CallbackFailed:
		require.Equal(l.t, l.calling, f.Call)
		l.calling = ""
	}
}

// transferOver: a transfer ends once, and no other than the live one.
func (l *life) transferOver(id fact.OfferID) {
	require.Equal(l.t, l.live, id)
	l.live = ""
}

func (l *life) answered(o fact.OfferID) {
	l.mine(o)
	l.answers[o]++
}

// mine: nothing is written about an offer that was not told, or that has its
// answer.
func (l *life) mine(o fact.OfferID) {
	require.Contains(l.t, l.offers, o)
	require.Zero(l.t, l.answers[o], "%s has its answer", o)
	require.False(l.t, l.taken[o], "%s was taken back by the ledger", o)
}

func (l *life) check(effects engine.Effects) {
	s := &l.session
	require.LessOrEqual(l.t, l.arrived, 1)
	require.LessOrEqual(l.t, l.connected+l.transferred, 1, "one outcome")
	require.LessOrEqual(l.t, l.closed, 1)
	require.LessOrEqual(l.t, l.rated, 1)
	require.Equal(l.t, l.closed == 1, s.Phase == engine.Gone, "closed and gone are one")
	switch s.Phase {
	case engine.Calling:
		require.NotEmpty(l.t, s.Record.Offer, "somebody is there to talk to")
		require.NotEmpty(l.t, l.calling)
	case engine.Trying, engine.Joining, engine.Talking:
		require.NotEmpty(l.t, s.Record.Leg())
		require.Equal(l.t, s.Phase == engine.Talking, s.Record.Met())
	case engine.Claiming:
		require.NotNil(l.t, s.Record.Transfer)
	case engine.Rating:
		require.Equal(l.t, s.Record.RatedAt == 0, l.rules.Satisfaction(s.Record.Queue).Asking(&s.Record), "who looks at the record finds him asked")
		require.Empty(l.t, s.Record.Leg())
		require.True(l.t, s.Record.Connected())
	case engine.Waiting, engine.InMenu, engine.Leaving, engine.New:
		// The agent's leg of a call back that came to nothing is being hung up.
		require.True(l.t, s.Record.Leg() == "" || s.Phase == engine.Waiting && s.Record.Away())
	}
	require.False(l.t, s.Record.Offer != "" && s.Record.Transfer != nil, "two legs beside the caller's")
	for _, c := range effects.Commands {
		switch c := c.(type) {
		case engine.Answer, engine.Play, engine.StopPlay, engine.StartMusic, engine.StopMusic:
			require.True(l.t, s.Record.Medium.Interactive(), "nobody is on a line")
		case engine.Join:
			require.True(l.t, s.Record.Medium.Interactive(), "nobody is on a line")
			require.Equal(l.t, s.Record.Leg(), c.Offer)
		case engine.TellBoth, engine.StartTape:
			require.Equal(l.t, engine.Talking, s.Phase)
			require.NotEmpty(l.t, s.Record.Offer, "an agent's conversation")
		case engine.WhisperTo:
			require.Equal(l.t, engine.Trying, s.Phase)
			require.Equal(l.t, s.Record.Offer, c.Offer)
			require.True(l.t, s.Record.Medium.Interactive(), "nobody is on a line")
			require.NotContains(l.t, l.whispered, c.Offer, "an agent is told once")
			l.whispered = append(l.whispered, c.Offer)
		case engine.CallBack:
			require.Equal(l.t, engine.Calling, s.Phase)
			require.Equal(l.t, l.calling, c.Call, "only what was claimed is dialled")
			l.dialled++
		case engine.CallOut:
			require.Equal(l.t, engine.Trying, s.Phase)
			require.Equal(l.t, l.live, c.Transfer, "only what was claimed is dialled")
			if !slices.Contains(l.outside, c.Number) {
				require.NotContains(l.t, l.called, c.Number, "routing dials no number twice for one person")
			}
			l.called = append(l.called, c.Number)
		case engine.Ring:
			require.Equal(l.t, engine.Trying, s.Phase)
			require.Equal(l.t, s.Record.Offer, c.Offer)
		case engine.Arm:
			require.Equal(l.t, s.Timers[c.Timer], c.N, "a timer that is stale at birth")
			require.GreaterOrEqual(l.t, c.After, time.Duration(0))
		}
	}
}

// end lets both sides leave, and looks at what remains.
func (l *life) end() {
	if l.session.Phase == engine.New {
		require.Zero(l.t, l.arrived+l.connected+l.transferred+l.closed, "nobody came")
		return
	}
	if offer := l.session.Record.Leg(); offer != "" && rapid.Bool().Draw(l.t, "agent first") {
		l.step(engine.AgentLeft{Offer: offer, Result: contact.NoAnswer})
	}
	l.step(engine.CallerLeft{})
	if l.session.Phase == engine.Saving {
		l.step(engine.Recorded{N: l.session.Menu.Recording, Never: true})
	}
	if l.session.Record.Away() && l.session.Phase != engine.Gone {
		l.expires()
	}
	if offer := l.session.Record.Leg(); offer != "" {
		l.step(engine.AgentLeft{Offer: offer, Result: contact.NoAnswer})
	}
	require.True(l.t, l.session.Over())
	require.Equal(l.t, 1, l.closed)
	require.NotEqual(l.t, contact.StillHere, l.session.Record.Outcome)
	require.Empty(l.t, l.live, "a transfer without an end")
	for _, o := range l.offers {
		if !l.taken[o] {
			require.Equal(l.t, 1, l.answers[o], "%s has no answer: its agent is stuck", o)
		}
	}
}

// expires lets the time run out in which somebody is to be called.
func (l *life) expires() {
	if offer := l.session.Record.Leg(); offer != "" {
		l.step(engine.AgentLeft{Offer: offer, Result: contact.NoAnswer})
	}
	if call := l.session.Record.Callback.Call; call != "" && l.session.Phase != engine.Gone {
		l.step(engine.AgentLeft{Offer: call, Result: contact.NoAnswer})
	}
	if l.session.Phase != engine.Gone {
		l.step(engine.Fired{Timer: engine.RouteTimer, N: l.session.Timers[engine.RouteTimer]})
	}
}
