package acd

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

const second = int64(1_000_000)

var policies = contact.Policies{
	Ring: 18 * time.Second, WrapUp: 20 * time.Second,
	NoAnswer: 5 * time.Minute, Busy: 30 * time.Second, Refused: 60 * time.Second,
}

func anybody() []contact.Step { return []contact.Step{{Centers: []contact.Center{"ouest"}}} }

func asks(d contact.Department, steps ...contact.Step) []Ask {
	var all []Ask
	for _, s := range steps {
		all = append(all, AskOf(contact.Voice, d, s, s.Centers))
	}
	return all
}

func login(id contact.Agent) fact.LoggedIn {
	return fact.LoggedIn{Agent: id, Center: "ouest", Node: "n1", Phone: "PJSIP/" + string(id)}
}

func queued(rank int64) fact.Queued {
	return fact.Queued{Queue: "particuliers", Rank: rank, Steps: anybody(), Policies: policies}
}

// accepted fails the test unless the fact had its effect.
func accepted(t *testing.T, v Void) {
	t.Helper()
	require.Equal(t, Accepted, v)
}

// refused fails the test unless the fact was void and left no trace.
func refused(t *testing.T, f *Floor, why Void, fact func() Void) {
	t.Helper()
	before := encoded(t, f)
	assert.Equal(t, why, fact())
	assert.Equal(t, before, encoded(t, f), "a void fact changed something")
}

func encoded(t require.TestingT, f *Floor) string {
	text, err := json.Marshal(f)
	require.NoError(t, err)
	return string(text)
}

// floor has agents a1 to an, ready since second 1, 2, …, and no contact.
func floor(t *testing.T, agents int) *Floor {
	t.Helper()
	f := New()
	for i := 1; i <= agents; i++ {
		accepted(t, f.Login(int64(i)*second, login(contact.Agent(fmt.Sprintf("a%d", i)))))
	}
	return f
}

// offered makes the first proposal an offer.
func offered(t *testing.T, f *Floor, at int64, id fact.OfferID) fact.Offered {
	t.Helper()
	proposals := f.Propose(at, 1)
	require.Len(t, proposals, 1)
	accepted(t, f.Offer(at, id, proposals[0]))
	return proposals[0]
}

func pairs(offers []fact.Offered) []string {
	var text []string
	for _, o := range offers {
		text = append(text, string(o.Contact)+"→"+string(o.Agent))
	}
	return text
}

func TestContactsGoByPriorityThenArrivalThenIdToWhomIsReadyLongest(t *testing.T) {
	t.Parallel()
	f := floor(t, 3)
	late, urgent := queued(9*second), queued(8*second)
	urgent.Priority = 5
	accepted(t, f.Enqueue(10*second, "b-late", contact.Voice, late))
	accepted(t, f.Enqueue(11*second, "c-urgent", contact.Voice, urgent))
	accepted(t, f.Enqueue(12*second, "a-late", contact.Voice, late))
	accepted(t, f.Enqueue(13*second, "d-first", contact.Voice, queued(2*second)))

	assert.Equal(t, []string{"c-urgent→a1", "d-first→a2", "a-late→a3"}, pairs(f.Propose(100*second, 10)))
	assert.Equal(t, []string{"c-urgent→a1"}, pairs(f.Propose(100*second, 1)))
	assert.Empty(t, f.Propose(100*second, 0))
}

func TestAContactNobodyCanServeDoesNotBlockThoseBehindIt(t *testing.T) {
	t.Parallel()
	f := floor(t, 1)
	rare := queued(1 * second)
	rare.Steps = []contact.Step{{Centers: []contact.Center{"ouest"}, Need: contact.Need{{Skill: "anglais", Level: 3}}}}
	accepted(t, f.Enqueue(10*second, "rare", contact.Voice, rare))
	accepted(t, f.Enqueue(11*second, "plain", contact.Voice, queued(2*second)))

	offers := f.Propose(100*second, 10)
	assert.Equal(t, []string{"plain→a1"}, pairs(offers))
}

func TestAnOfferSaysWhyItsAgentWon(t *testing.T) {
	t.Parallel()
	f := floor(t, 8)
	other := login("z")
	other.Center = "sud"
	accepted(t, f.Login(0, other))
	accepted(t, f.Enqueue(20*second, "c", contact.Voice, queued(20*second)))

	o := f.Propose(100*second, 1)[0]
	assert.Equal(t, contact.Agent("a1"), o.Agent)
	assert.Equal(t, string(contact.LongestReady), o.Rule)
	assert.Equal(t, map[string]int{string(OtherCenter): 1}, o.Refusals)
	assert.Len(t, o.RunnersUp, maxRunnersUp)
	assert.Equal(t, fact.Candidate{Agent: "a2", ReadySince: 2 * second}, o.RunnersUp[0])
	assert.Equal(t, 20*second, o.PossibleSince, "the contact came last")
}

func TestFilesRequiredOfAnUnknownDepartmentIsNotTheSameAsFilesOptional(t *testing.T) {
	t.Parallel()
	f := floor(t, 1)
	required := queued(1 * second)
	required.Steps = []contact.Step{{Centers: []contact.Center{"ouest"}, Files: true}} // and nobody asked for a department
	accepted(t, f.Enqueue(10*second, "files", contact.Voice, required))
	accepted(t, f.Enqueue(11*second, "plain", contact.Voice, queued(2*second)))

	assert.Equal(t, []string{"plain→a1"}, pairs(f.Propose(100*second, 10)), "only who may open all files serves the first")
}

func TestNamesThatLookAlikeInPrintAreDifferentNeeds(t *testing.T) {
	t.Parallel()
	f := New()
	able := login("able")
	able.Skills = map[contact.Skill]int{"a 1} {b": 1}
	accepted(t, f.Login(second, able))
	two, one := queued(1*second), queued(2*second)
	two.Steps = []contact.Step{{Centers: []contact.Center{"ouest"}, Need: contact.Need{{Skill: "a", Level: 1}, {Skill: "b", Level: 1}}}}
	one.Steps = []contact.Step{{Centers: []contact.Center{"ouest"}, Need: contact.Need{{Skill: "a 1} {b", Level: 1}}}}
	accepted(t, f.Enqueue(3*second, "two", contact.Voice, two))
	accepted(t, f.Enqueue(3*second, "one", contact.Voice, one))

	assert.Equal(t, []string{"one→able"}, pairs(f.Propose(100*second, 10)))
}

func TestAnOfferIsVoidWhenAnythingItWasDecidedOnHasChanged(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		why    Void
		change func(f *Floor) Void
	}{
		"the agent paused":            {"agent has changed", func(f *Floor) Void { return f.Pause(20*second, fact.Paused{Agent: "a1"}) }},
		"the agent's skills changed":  {"agent has changed", func(f *Floor) Void { return f.Login(20*second, login("a1")) }},
		"the agent left":              {"agent has changed", func(f *Floor) Void { return f.Logout(20*second, "a1") }},
		"the contact left":            {"contact does not wait", func(f *Floor) Void { f.Leave("c"); return Accepted }},
		"the contact was requeued":    {"contact has changed", func(f *Floor) Void { return f.Enqueue(20*second, "c", contact.Voice, queued(9*second)) }},
		"a contact joined the queue":  {"queue has changed", func(f *Floor) Void { return f.Enqueue(20*second, "d", contact.Voice, queued(20*second)) }},
		"the name was used before":    {"offer without a name of its own", func(f *Floor) Void { return f.Offer(20*second, "o", f.Propose(100*second, 1)[0]) }},
		"the contact went to another": {"contact has changed", func(f *Floor) Void { return f.Offer(20*second, "p", f.Propose(100*second, 1)[0]) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := floor(t, 2)
			accepted(t, f.Enqueue(10*second, "c", contact.Voice, queued(10*second)))
			proposal := f.Propose(100*second, 1)[0]
			accepted(t, tc.change(f))
			refused(t, f, tc.why, func() Void { return f.Offer(21*second, "o", proposal) })
		})
	}
}

func TestAVoidOfferDoesNotLetTheNextContactGoFirst(t *testing.T) {
	t.Parallel()
	f := floor(t, 2)
	accepted(t, f.Enqueue(10*second, "first", contact.Voice, queued(1*second)))
	accepted(t, f.Enqueue(10*second, "second", contact.Voice, queued(2*second)))
	batch := f.Propose(100*second, 10)
	require.Equal(t, []string{"first→a1", "second→a2"}, pairs(batch))
	accepted(t, f.Pause(11*second, fact.Paused{Agent: "a1"})) // while the batch is on its way
	refused(t, f, "agent has changed", func() Void { return f.Offer(12*second, "o1", batch[0]) })
	refused(t, f, "somebody waits before", func() Void { return f.Offer(12*second, "o2", batch[1]) })
	assert.Equal(t, []string{"first→a2"}, pairs(f.Propose(100*second, 10)))
}

func TestAChangeInAnotherQueueDoesNotVoidAnOffer(t *testing.T) {
	t.Parallel()
	f := floor(t, 1)
	accepted(t, f.Enqueue(10*second, "c", contact.Voice, queued(10*second)))
	proposal := f.Propose(100*second, 1)[0]
	other := queued(11 * second)
	other.Queue = "recouvrement"
	accepted(t, f.Enqueue(11*second, "d", contact.Voice, other))
	accepted(t, f.Offer(12*second, "o", proposal))
}

func TestEachRingResultHasItsOwnPolicy(t *testing.T) {
	t.Parallel()
	for result, want := range map[contact.RingResult]struct {
		state State
		until int64
	}{
		contact.NoAnswer:    {SetAside, 12*second + 300*second},
		contact.Busy:        {SetAside, 12*second + 30*second},
		contact.Refused:     {SetAside, 12*second + 60*second},
		contact.Unreachable: {SetAside, 0},
		contact.Lost:        {Ready, 0},
	} {
		t.Run(string(result), func(t *testing.T) {
			t.Parallel()
			f := floor(t, 1)
			accepted(t, f.Enqueue(10*second, "c", contact.Voice, queued(3*second)))
			offered(t, f, 11*second, "o")
			accepted(t, f.Rings(11*second, "o"))
			accepted(t, f.FailOffer(12*second, fact.OfferFailed{Offer: "o", Result: result}))

			a := f.Agents["a1"]
			assert.Equal(t, want.state, a.State)
			assert.Equal(t, want.until, a.Until)
			ticket := f.Tickets["c"]
			assert.Equal(t, 3*second, ticket.Rank, "the rank is kept")
			assert.Equal(t, 12*second, ticket.WaitingSince)
			assert.Empty(t, ticket.Offer)
		})
	}
}

func TestAFailedOfferGivesTheContactItsOwnPlaceBack(t *testing.T) {
	t.Parallel()
	f := floor(t, 2)
	accepted(t, f.Enqueue(10*second, "first", contact.Voice, queued(1*second)))
	offered(t, f, 11*second, "o")
	accepted(t, f.Enqueue(12*second, "second", contact.Voice, queued(2*second)))
	accepted(t, f.FailOffer(13*second, fact.OfferFailed{Offer: "o", Result: contact.NoAnswer}))

	assert.Equal(t, []string{"first→a2"}, pairs(f.Propose(100*second, 10)), "and goes before who came later")
}

func TestAnAgentWhoseCallerLeftIsAsReadyAsBefore(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(f *Floor) Void{
		"the offer was taken back":     func(f *Floor) Void { return f.VoidOffer(12*second, "o") },
		"the leg ended before a word":  func(f *Floor) Void { return f.EndLeg(12*second, "o") },
		"the leg ended while ringing":  func(f *Floor) Void { f.Rings(11*second, "o"); return f.EndLeg(12*second, "o") },
		"the contact had left already": func(f *Floor) Void { f.Leave("c"); return f.EndLeg(12*second, "o") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := floor(t, 2)
			accepted(t, f.Enqueue(10*second, "c", contact.Voice, queued(10*second)))
			offered(t, f, 11*second, "o")
			accepted(t, end(f))

			a := f.Agents["a1"]
			assert.Equal(t, Ready, a.State)
			assert.Equal(t, 1*second, a.ReadySince)
			assert.Equal(t, 12*second, a.Since)
			require.Len(t, a.crew.ready, 2)
			assert.Same(t, a, a.crew.ready[0], "first among the ready again")
		})
	}
}

func TestADialledOfferIsNotTakenBack(t *testing.T) {
	t.Parallel()
	f := floor(t, 1)
	accepted(t, f.Enqueue(10*second, "c", contact.Voice, queued(10*second)))
	offered(t, f, 11*second, "o")
	accepted(t, f.Rings(11*second, "o"))
	refused(t, f, "the phone was dialled", func() Void { return f.VoidOffer(12*second, "o") })
}

func TestARingToldAfterTheAnswerDoesNotStopTheConversation(t *testing.T) {
	t.Parallel()
	f := floor(t, 1)
	accepted(t, f.Enqueue(10*second, "c", contact.Voice, queued(10*second)))
	offered(t, f, 11*second, "o")
	accepted(t, f.Connect(12*second, "o"))
	refused(t, f, "rings already", func() Void { return f.Rings(13*second, "o") })
	refused(t, f, "connected already", func() Void { return f.Connect(13*second, "o") })
	refused(t, f, "the offer was connected", func() Void {
		return f.FailOffer(13*second, fact.OfferFailed{Offer: "o", Result: contact.Busy})
	})
	assert.Equal(t, Talking, f.Agents["a1"].State)
}

// talking has a1 in conversation with c since second 12.
func talking(t *testing.T, wrapUp *time.Duration) *Floor {
	t.Helper()
	f := New()
	in := login("a1")
	in.WrapUp = wrapUp
	accepted(t, f.Login(1*second, in))
	accepted(t, f.Enqueue(10*second, "c", contact.Voice, queued(10*second)))
	offered(t, f, 11*second, "o")
	accepted(t, f.Rings(11*second, "o"))
	accepted(t, f.Connect(12*second, "o"))
	return f
}

func TestWrapUpBeginsWhenTheLegEndsAndEndsByItsDeadline(t *testing.T) {
	t.Parallel()
	f := talking(t, nil)
	accepted(t, f.EndLeg(30*second, "o"))
	a := f.Agents["a1"]
	require.Equal(t, WrapUp, a.State)
	require.Equal(t, 50*second, a.Until)

	due, next := f.Expiries(49 * second)
	assert.Empty(t, due)
	assert.Equal(t, time.Second, next)
	due, _ = f.Expiries(50 * second)
	require.Equal(t, []fact.Expired{{Agent: "a1", Version: a.Version}}, due)
	again, _ := f.Expiries(51 * second)
	assert.Equal(t, due, again, "told until its fact is folded")
	accepted(t, f.Expire(51*second, due[0]))
	assert.Equal(t, Ready, a.State)
	assert.Equal(t, 51*second, a.ReadySince)
	due, next = f.Expiries(52 * second)
	assert.Empty(t, due)
	assert.Zero(t, next)
}

func TestAnAgentsOwnWrapUpReplacesThatOfTheQueue(t *testing.T) {
	t.Parallel()
	long, none := time.Minute, time.Duration(0)
	f := talking(t, &long)
	accepted(t, f.EndLeg(30*second, "o"))
	assert.Equal(t, 90*second, f.Agents["a1"].Until)

	f = talking(t, &none)
	accepted(t, f.EndLeg(30*second, "o"))
	assert.Equal(t, Ready, f.Agents["a1"].State)
}

func TestWishesDuringAContactAreFulfilledAfterIt(t *testing.T) {
	t.Parallel()
	pause := func(f *Floor) Void { return f.Pause(20*second, fact.Paused{Agent: "a1", Reason: "repas"}) }
	logout := func(f *Floor) Void { return f.Logout(21*second, "a1") }
	resume := func(f *Floor) Void { return f.Resume(22*second, "a1") }
	loginAgain := func(f *Floor) Void { return f.Login(23*second, login("a1")) }
	for name, tc := range map[string]struct {
		wishes []func(*Floor) Void
		state  State
		why    string
	}{
		"pause":                     {[]func(*Floor) Void{pause}, Paused, "repas"},
		"log-out":                   {[]func(*Floor) Void{logout}, LoggedOut, ""},
		"pause, then log-out":       {[]func(*Floor) Void{pause, logout}, LoggedOut, ""},
		"log-out, then pause":       {[]func(*Floor) Void{logout, pause}, LoggedOut, ""},
		"pause taken back":          {[]func(*Floor) Void{pause, resume}, Ready, ""},
		"log-out taken back":        {[]func(*Floor) Void{logout, resume}, Ready, ""},
		"log-out, then log-in":      {[]func(*Floor) Void{logout, loginAgain}, Ready, ""},
		"a log-in renews no pause":  {[]func(*Floor) Void{pause, loginAgain}, Paused, "repas"},
		"nothing but a busy resume": {[]func(*Floor) Void{resume}, Ready, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := talking(t, nil)
			for _, wish := range tc.wishes {
				accepted(t, wish(f))
				assert.Equal(t, Talking, f.Agents["a1"].State, "the contact is finished first")
			}
			accepted(t, f.EndLeg(30*second, "o"))
			a := f.Agents["a1"]
			require.Equal(t, WrapUp, a.State, "and so is the wrap-up")
			accepted(t, f.Expire(50*second, fact.Expired{Agent: "a1", Version: a.Version}))
			assert.Equal(t, tc.state, a.State)
			assert.Equal(t, tc.why, a.Why)
			assert.Empty(t, a.PauseWanted)
			assert.False(t, a.LeaveWanted)
		})
	}
}

func TestAnAgentWhoEndsTheWrapUpHimselfIsReadyForGood(t *testing.T) {
	t.Parallel()
	f := talking(t, nil)
	accepted(t, f.Logout(20*second, "a1"))
	accepted(t, f.EndLeg(30*second, "o"))
	accepted(t, f.Resume(31*second, "a1"))
	assert.Equal(t, Ready, f.Agents["a1"].State)
	assert.False(t, f.Agents["a1"].LeaveWanted, "or he would be offered contacts and counted as absent")
	assert.Equal(t, 1, f.Able(asks("", anybody()...)...))
}

func TestAPauseDuringTheRingReplacesTheSetAside(t *testing.T) {
	t.Parallel()
	f := floor(t, 1)
	accepted(t, f.Enqueue(10*second, "c", contact.Voice, queued(10*second)))
	offered(t, f, 11*second, "o")
	accepted(t, f.Rings(11*second, "o"))
	accepted(t, f.Pause(12*second, fact.Paused{Agent: "a1"}))
	accepted(t, f.FailOffer(13*second, fact.OfferFailed{Offer: "o", Result: contact.NoAnswer}))
	assert.Equal(t, Paused, f.Agents["a1"].State)
	assert.Equal(t, "pause", f.Agents["a1"].Why)
	assert.Empty(t, f.Propose(100*second, 1))
}

func TestAPauseSaidAgainHasNotBegunAgain(t *testing.T) {
	t.Parallel()
	f := floor(t, 1)
	accepted(t, f.Pause(10*second, fact.Paused{Agent: "a1", Reason: "repas"}))
	accepted(t, f.Pause(40*second, fact.Paused{Agent: "a1", Reason: "réunion"}))
	assert.Equal(t, 10*second, f.Agents["a1"].Since)
	assert.Equal(t, "réunion", f.Agents["a1"].Why)
}

func TestAPauseInWrapUpDoesNotMoveItsDeadline(t *testing.T) {
	t.Parallel()
	f := talking(t, nil)
	accepted(t, f.EndLeg(30*second, "o"))
	due, _ := f.Expiries(50 * second)
	accepted(t, f.Pause(50*second, fact.Paused{Agent: "a1"}))
	refused(t, f, "nothing of that version to expire", func() Void { return f.Expire(50*second, due[0]) })
	due, _ = f.Expiries(50 * second)
	require.Len(t, due, 1, "and the leader tries again with the new version")
	accepted(t, f.Expire(51*second, due[0]))
	assert.Equal(t, Paused, f.Agents["a1"].State)
}

func TestASetAsideEndsByItsDeadlineAlthoughTheAgentLoggedInAgain(t *testing.T) {
	t.Parallel()
	f := floor(t, 1)
	accepted(t, f.Enqueue(10*second, "c", contact.Voice, queued(10*second)))
	offered(t, f, 11*second, "o")
	accepted(t, f.FailOffer(12*second, fact.OfferFailed{Offer: "o", Result: contact.Busy}))
	accepted(t, f.Login(20*second, login("a1")))
	assert.Equal(t, SetAside, f.Agents["a1"].State)
	due, _ := f.Expiries(42 * second)
	require.Len(t, due, 1)
	accepted(t, f.Expire(42*second, due[0]))
	assert.Equal(t, Ready, f.Agents["a1"].State)
}

func TestOnlyAnUnreachablePhoneBecomesReachable(t *testing.T) {
	t.Parallel()
	f := floor(t, 1)
	a := f.Agents["a1"]
	void := Void("agent is not set aside as unreachable any more")
	refused(t, f, void, func() Void { return f.Reachable(9*second, fact.Reachable{Agent: "a1", Version: a.Version}) })
	accepted(t, f.Enqueue(10*second, "c", contact.Voice, queued(10*second)))
	offered(t, f, 11*second, "o")
	accepted(t, f.FailOffer(12*second, fact.OfferFailed{Offer: "o", Result: contact.Unreachable}))
	due, next := f.Expiries(1 << 50)
	assert.Empty(t, due, "no deadline but the phone's own")
	assert.Zero(t, next)
	refused(t, f, void, func() Void { return f.Reachable(13*second, fact.Reachable{Agent: "a1", Version: a.Version - 1}) })
	accepted(t, f.Reachable(14*second, fact.Reachable{Agent: "a1", Version: a.Version}))
	assert.Equal(t, Ready, a.State)
}

func TestABusyContactIsNotQueuedElsewhere(t *testing.T) {
	t.Parallel()
	f := floor(t, 1)
	accepted(t, f.Enqueue(10*second, "c", contact.Voice, queued(10*second)))
	offered(t, f, 11*second, "o")
	refused(t, f, "an offer is being tried", func() Void { return f.Enqueue(12*second, "c", contact.Voice, queued(10*second)) })
}

func TestAMovedContactKeepsItsRankAndLeavesItsOldQueue(t *testing.T) {
	t.Parallel()
	f := floor(t, 0)
	accepted(t, f.Enqueue(10*second, "c", contact.Voice, queued(3*second)))
	moved := queued(3 * second)
	moved.Queue = "recouvrement"
	accepted(t, f.Enqueue(20*second, "c", contact.Voice, moved))
	assert.Zero(t, f.InQueue("particuliers"))
	assert.Equal(t, 1, f.InQueue("recouvrement"))
	assert.Equal(t, 3*second, f.Tickets["c"].Rank)
}

func TestAnOfferBeingTriedHoldsItsPlaceButDoesNotWait(t *testing.T) {
	t.Parallel()
	f := floor(t, 1)
	accepted(t, f.Enqueue(10*second, "c", contact.Voice, queued(10*second)))
	offered(t, f, 11*second, "o")
	assert.Equal(t, 1, f.InQueue("particuliers"))
	assert.Empty(t, f.Propose(11*second, 10))
	accepted(t, f.Connect(12*second, "o"))
	assert.Zero(t, f.InQueue("particuliers"))
}

func TestWhoIsAbleCountsThoseLoggedInWhateverTheyDo(t *testing.T) {
	t.Parallel()
	f := floor(t, 3)
	accepted(t, f.Pause(10*second, fact.Paused{Agent: "a1"}))
	accepted(t, f.Logout(10*second, "a2"))
	assert.Equal(t, 2, f.Able(asks("35", anybody()...)...))
	files := anybody()
	files[0].Files = true
	assert.Zero(t, f.Able(asks("35", files...)...), "nobody may open the files")
	assert.Zero(t, f.Able())
}

func TestFactsAboutNobodyAreVoid(t *testing.T) {
	t.Parallel()
	f := floor(t, 1)
	for name, tc := range map[string]func() Void{
		"log-in without id":    func() Void { return f.Login(0, fact.LoggedIn{Phone: "PJSIP/x"}) },
		"log-in without phone": func() Void { return f.Login(0, fact.LoggedIn{Agent: "x"}) },
		"log-out":              func() Void { return f.Logout(0, "x") },
		"pause":                func() Void { return f.Pause(0, fact.Paused{Agent: "x"}) },
		"resume":               func() Void { return f.Resume(0, "x") },
		"reachable":            func() Void { return f.Reachable(0, fact.Reachable{Agent: "x"}) },
		"expired":              func() Void { return f.Expire(0, fact.Expired{Agent: "x"}) },
		"expired though ready": func() Void { return f.Expire(0, fact.Expired{Agent: "a1", Version: f.Agents["a1"].Version}) },
		"offer":                func() Void { return f.Offer(0, "o", fact.Offered{Contact: "x", Agent: "a1"}) },
		"void":                 func() Void { return f.VoidOffer(0, "o") },
		"ring":                 func() Void { return f.Rings(0, "o") },
		"ring result":          func() Void { return f.FailOffer(0, fact.OfferFailed{Offer: "o"}) },
		"connected":            func() Void { return f.Connect(0, "o") },
		"leg ended":            func() Void { return f.EndLeg(0, "o") },
		"queued nowhere":       func() Void { return f.Enqueue(0, "c", contact.Voice, fact.Queued{Steps: anybody()}) },
		"queued without steps": func() Void { return f.Enqueue(0, "c", contact.Voice, fact.Queued{Queue: "q"}) },
		"left":                 func() Void { f.Leave("x"); return "nothing to leave" },
	} {
		before := encoded(t, f)
		assert.NotEqual(t, Accepted, tc(), name)
		assert.Equal(t, before, encoded(t, f), name)
	}
}

func TestAContactWhoseOfferCameToNothingLetsThoseBehindItGoFirstForASecond(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(f *Floor) Void{
		"taken back": func(f *Floor) Void { return f.VoidOffer(20*second, "o") },
		"lost again": func(f *Floor) Void { return f.FailOffer(20*second, fact.OfferFailed{Offer: "o", Result: contact.Lost}) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := floor(t, 1)
			accepted(t, f.Enqueue(10*second, "first", contact.Voice, queued(1*second)))
			offered(t, f, 10*second, "before")
			accepted(t, f.FailOffer(10*second, fact.OfferFailed{Offer: "before", Result: contact.Lost}))
			require.Len(t, f.Propose(10*second, 10), 1, "lost once, it keeps its turn")
			offered(t, f, 11*second, "o")
			accepted(t, end(f))
			assert.Empty(t, f.Propose(20*second, 10), "the same again at once would be a storm")
			due, next := f.Expiries(20*second + 400_000)
			assert.Empty(t, due)
			assert.Equal(t, 600*time.Millisecond, next, "somebody has to look again")

			accepted(t, f.Enqueue(20*second, "second", contact.Voice, queued(2*second)))
			behind := f.Propose(20*second, 10)
			require.Equal(t, []string{"second→a1"}, pairs(behind))
			back := f.Propose(21*second, 10)
			require.Equal(t, []string{"first→a1"}, pairs(back))
			assert.Equal(t, 21*second, back[0].PossibleSince, "before, it could not be offered")
			refused(t, f, "somebody waits before", func() Void { return f.Offer(21*second, "p", behind[0]) })
			accepted(t, f.Offer(20*second, "p", behind[0]))
		})
	}
}

func TestAContactThatIsQueuedElsewhereIsNotHeldBackAnyMore(t *testing.T) {
	t.Parallel()
	f := floor(t, 1)
	accepted(t, f.Enqueue(10*second, "c", contact.Voice, queued(1*second)))
	offered(t, f, 11*second, "o")
	accepted(t, f.VoidOffer(20*second, "o"))
	accepted(t, f.Enqueue(20*second, "c", contact.Voice, queued(1*second)))
	assert.Len(t, f.Propose(20*second, 1), 1)
	_, next := f.Expiries(20 * second)
	assert.Zero(t, next)
}

// No registration will ever tell that a number outside can be reached again.
func TestAnUnreachableNumberOutsideIsSetAsideForAWhile(t *testing.T) {
	t.Parallel()
	f := floor(t, 1)
	a := f.Agents["a1"]
	a.Phone = "+33612345678"
	accepted(t, f.Enqueue(10*second, "c", contact.Voice, queued(10*second)))
	offered(t, f, 11*second, "o")
	accepted(t, f.FailOffer(12*second, fact.OfferFailed{Offer: "o", Result: contact.Unreachable}))
	assert.Equal(t, SetAside, a.State)
	assert.Equal(t, string(contact.Unreachable), a.Why, "the reason stays what it is")
	assert.Equal(t, 12*second+300*second, a.Until)
	due, _ := f.Expiries(a.Until)
	require.Len(t, due, 1)
	accepted(t, f.Expire(a.Until, due[0]))
	assert.Equal(t, Ready, a.State)
}

// A queue may say for how long instead: of a phone of the house as of a number outside.
func TestAQueueSaysForHowLongWhoCannotBeReachedIsSetAside(t *testing.T) {
	t.Parallel()
	for _, phone := range []string{"PJSIP/a1", "+33612345678"} {
		f := floor(t, 1)
		a := f.Agents["a1"]
		a.Phone = phone
		place := queued(10 * second)
		place.Policies.Unreachable = 2 * time.Minute
		accepted(t, f.Enqueue(10*second, "c", contact.Voice, place))
		offered(t, f, 11*second, "o")
		accepted(t, f.FailOffer(12*second, fact.OfferFailed{Offer: "o", Result: contact.Unreachable}))
		assert.Equal(t, SetAside, a.State, phone)
		assert.Equal(t, string(contact.Unreachable), a.Why, phone)
		assert.Equal(t, 12*second+120*second, a.Until, phone)
	}
}

func TestTheFreeAreTheAbleWhoAreReady(t *testing.T) {
	t.Parallel()
	f := floor(t, 3)
	accepted(t, f.Pause(9*second, fact.Paused{Agent: "a2", Reason: "meal"}))
	assert.Equal(t, 3, f.Able(asks("", anybody()...)...))
	assert.Equal(t, 2, f.Free(asks("", append(anybody(), anybody()...)...)...), "nobody is counted twice")
	assert.Zero(t, f.Free(asks("", contact.Step{Centers: []contact.Center{"ailleurs"}})...))
}
