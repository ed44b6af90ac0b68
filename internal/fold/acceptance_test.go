package fold_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

const second = int64(1_000_000)

var arrived = fact.Arrived{Medium: contact.Voice, Entry: "2014", Node: node, Line: "1", Config: "v1", Rank: 1 * second}

func queued() fact.Queued {
	return fact.Queued{
		Queue: "particuliers", Rank: 1 * second, Organisation: "existant", Policies: contact.DefaultPolicies(),
		Steps: []contact.Step{{Centers: []contact.Center{"ouest"}}},
	}
}

func login(id contact.Agent) fact.LoggedIn {
	return fact.LoggedIn{Agent: id, Center: "ouest", Node: node, Phone: "PJSIP/" + string(id)}
}

// waiting is a site with agent a1 ready and contact c1 queued.
func waiting(t *testing.T) *chain {
	t.Helper()
	c := newChain(t)
	require.Empty(t, c.command(1*second, "a1", login("a1")))
	require.Empty(t, c.own(2*second, "c1", arrived))
	require.Empty(t, c.own(3*second, "c1", queued()))
	return c
}

// offer makes the leader's proposal an accepted offer and gives its name.
func (c *chain) offer(at int64) fact.OfferID {
	proposals := c.state.Floor.Propose(at, 1)
	require.Len(c.t, proposals, 1)
	a := c.must(c.leader(at, string(proposals[0].Contact), proposals[0]), c.state.Protocol.Gen)
	require.Empty(c.t, a.Void)
	return fact.OfferID(a.Entry.Self.String())
}

// talking is waiting, with both in conversation since second 6.
func talking(t *testing.T) (*chain, fact.OfferID) {
	t.Helper()
	c := waiting(t)
	o := c.offer(4 * second)
	require.Empty(t, c.own(5*second, "c1", fact.Ringing{Offer: o}))
	require.Empty(t, c.own(6*second, "c1", fact.Connected{Offer: o, ServedBy: "ouest"}))
	return c, o
}

func TestAnAnsweredCallIsFoldedAndCounted(t *testing.T) {
	t.Parallel()
	c, o := talking(t)
	assert.Equal(t, contact.Answered, c.state.Contacts["c1"].Outcome, "fixed at the first bridge")
	assert.Equal(t, acd.Talking, c.state.Floor.Agents["a1"].State)
	require.Empty(t, c.own(66*second, "c1", fact.LegEnded{Offer: o, By: "agent"}))
	assert.Equal(t, acd.WrapUp, c.state.Floor.Agents["a1"].State)
	a := c.must(c.owner(67*second, "c1", fact.Closed{Outcome: contact.Answered}), 1)
	assert.Empty(t, c.state.Contacts, "over")
	require.NotNil(t, a.Record, "its last record is told")
	assert.Equal(t, 67*second, a.Record.ClosedAt)
	due, _ := c.state.Floor.Expiries(86 * second)
	require.Len(t, due, 1)
	require.Empty(t, c.lead(86*second, "a1", due[0]))

	tally := c.state.Tally
	assert.Equal(t, fold.Counter{fold.Join("2014", "voice"): 1}, tally.Offered)
	assert.Equal(t, fold.Counter{fold.Join("2014", "particuliers", "existant", "voice"): 1}, tally.Asked)
	assert.Equal(t, fold.Counter{fold.Join("answered", "particuliers", "ouest", "voice"): 1}, tally.Outcomes)
	assert.Equal(t, fold.Counter{fold.Join("connected"): 1}, tally.Offers)
	assert.Equal(t, 60*second, tally.Talk.Sum)
	assert.Equal(t, 20*second, tally.WrapUp.Sum)
	assert.Equal(t, 2*second, tally.Latency.Sum, "from both being there to the ring")
	assert.Equal(t, 3*second, tally.Waits[fold.Join("particuliers", "answered")].Sum)
	assert.Equal(t, fold.Share{Asked: 1, Answered: 1}, tally.Window(0).Centers["ouest"])
	assert.Empty(t, c.state.Presented)
	assert.Empty(t, c.state.Offers)
}

func TestAnOutcomeIsFixedOnce(t *testing.T) {
	t.Parallel()
	c, o := talking(t)
	require.Empty(t, c.own(7*second, "c1", fact.Closed{Outcome: contact.Abandoned, Stage: contact.InRing}))
	assert.Equal(t, contact.Answered, c.state.Contacts["c1"].Outcome, "the bridge was first")
	assert.Equal(t, acd.Talking, c.state.Floor.Agents["a1"].State, "closed does not free the agent")
	assert.Equal(t, "closed already", c.own(8*second, "c1", fact.Closed{Outcome: contact.Failed}))
	assert.Equal(t, "contact is past queueing", c.own(8*second, "c1", queued()))
	assert.Equal(t, "contact is past its menu", c.own(8*second, "c1", fact.Waiting{}))
	require.Empty(t, c.own(9*second, "c1", fact.LegEnded{Offer: o, By: "caller"}))
	assert.Equal(t, "contact is unknown or over", c.own(10*second, "c1", fact.LegEnded{Offer: o}))
	assert.EqualValues(t, 1, c.state.Tally.Outcomes.Total())
	assert.EqualValues(t, 4, c.state.Protocol.Voids["closed"]+c.state.Protocol.Voids["queued"]+
		c.state.Protocol.Voids["waiting"]+c.state.Protocol.Voids["leg_ended"], "each void is counted")
}

func TestACallerWhoLeavesDuringTheRingFreesNobodyUntilTheLegEnds(t *testing.T) {
	t.Parallel()
	c := waiting(t)
	o := c.offer(4 * second)
	require.Empty(t, c.own(5*second, "c1", fact.Ringing{Offer: o}))
	require.Empty(t, c.own(6*second, "c1", fact.Closed{Outcome: contact.Abandoned, Stage: contact.InRing}))
	assert.Equal(t, acd.Ringing, c.state.Floor.Agents["a1"].State)
	assert.Equal(t, "contact is closed", c.own(6*second, "c1", fact.Connected{Offer: o}))
	require.Empty(t, c.own(7*second, "c1", fact.LegEnded{Offer: o, By: "caller"}))
	assert.Equal(t, acd.Ready, c.state.Floor.Agents["a1"].State)
	assert.Equal(t, 1*second, c.state.Floor.Agents["a1"].ReadySince)
	assert.Empty(t, c.state.Contacts)
	assert.EqualValues(t, 1, c.state.Tally.Offers[fold.Join("caller_left")])
	assert.EqualValues(t, 1, c.state.Tally.Abandoned[fold.Join("2014", "particuliers", "ring", "yes")])
}

func TestAContentThatCannotBeIsVoidAndLeavesNoTrace(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		why string
		say func(c *chain) string
	}{
		"arrived twice":            {"contact is known already", func(c *chain) string { return c.own(9*second, "c1", arrived) }},
		"queued, nobody knows who": {"contact is unknown or over", func(c *chain) string { return c.own(9*second, "c2", queued()) }},
		"queued nowhere":           {"queued without a queue or a step", func(c *chain) string { return c.own(9*second, "c1", fact.Queued{}) }},
		"closed without outcome":   {`outcome "" is not of the list`, func(c *chain) string { return c.own(9*second, "c1", fact.Closed{}) }},
		"closed as something else": {`outcome "lost" is not of the list`, func(c *chain) string { return c.own(9*second, "c1", fact.Closed{Outcome: "lost"}) }},
		"a ring of no offer":       {"not the live offer of the contact", func(c *chain) string { return c.own(9*second, "c1", fact.Ringing{Offer: "9-9/x"}) }},
		"a ring without a name":    {"no such offer", func(c *chain) string { return c.own(9*second, "c1", fact.Ringing{}) }},
		"an offer of another": {"offer of another contact", func(c *chain) string {
			return c.lead(9*second, "c1", fact.Offered{Contact: "c2", Agent: "a1"})
		}},
		"an offer to nobody": {"agent is unknown", func(c *chain) string {
			return c.lead(9*second, "c1", fact.Offered{Contact: "c1", Agent: "a9"})
		}},
		"nobody's wrap-up": {"nothing of that version to expire", func(c *chain) string {
			return c.lead(9*second, "a1", fact.Expired{Agent: "a1", Version: 1})
		}},
		"a stranger's pause": {"agent is not logged in", func(c *chain) string { return c.command(9*second, "a9", fact.Paused{Agent: "a9"}) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := waiting(t)
			before := asJSON(t, c.state.Floor) + asJSON(t, c.state.Contacts) + asJSON(t, c.state.Tally) + asJSON(t, c.state.Offers)
			assert.Equal(t, tc.why, tc.say(c))
			assert.Equal(t, before, asJSON(t, c.state.Floor)+asJSON(t, c.state.Contacts)+asJSON(t, c.state.Tally)+asJSON(t, c.state.Offers))
		})
	}
}

func TestAnOfferIsVoidWhenItsVersionsAreNotThePresentOnes(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(c *chain) string{
		"agent":   func(c *chain) string { return c.command(4*second, "a1", login("a1")) },
		"contact": func(c *chain) string { return c.own(4*second, "c1", queued()) },
		"queue": func(c *chain) string {
			require.Empty(c.t, c.own(4*second, "c2", arrived))
			return c.own(4*second, "c2", queued())
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := waiting(t)
			late := c.state.Floor.Propose(4*second, 1)[0]
			require.Empty(t, change(c))
			assert.Equal(t, name+" has changed", c.lead(5*second, "c1", late))
			c.offer(6 * second)
		})
	}
}

func TestOnlyTheLiveOfferOfAContactIsHeardOf(t *testing.T) {
	t.Parallel()
	c := waiting(t)
	first := c.offer(4 * second)
	require.Empty(t, c.own(5*second, "c1", fact.OfferFailed{Offer: first, Result: contact.Lost}))
	second1 := c.offer(6 * second)
	require.NotEqual(t, first, second1)
	for _, f := range []fact.Fact{
		fact.Ringing{Offer: first}, fact.Connected{Offer: first}, fact.LegEnded{Offer: first},
		fact.OfferFailed{Offer: first}, fact.OfferVoid{Offer: first},
	} {
		assert.Equal(t, "not the live offer of the contact", c.own(7*second, "c1", f), f.Kind())
	}
	assert.Equal(t, second1, c.state.Floor.Agents["a1"].Offer)
}

func TestNoOfferIsValidWhileANodeHasNotCaughtUp(t *testing.T) {
	t.Parallel()
	c := waiting(t)
	history := ledger.Entry{Kind: ledger.KindHistory, Role: ledger.RoleLedger, Data: c.data(ledger.Began{Run: "r2"})}
	c.must(history, 2)
	proposal := c.state.Floor.Propose(4*second, 1)[0]
	assert.Equal(t, "node n1 has not caught up", c.lead(4*second, "c1", proposal))
	c.restart()
	assert.Equal(t, "node n1 has not caught up", c.lead(4*second, "c1", proposal), "that is state")
	c.must(ledger.Entry{
		Kind: ledger.KindCaughtUp, Subject: node, Writer: writer, Role: ledger.Owner(node), Epoch: c.epochs[node],
	}, 2)
	assert.Empty(t, c.lead(5*second, "c1", proposal))
}

func TestWhatTheProtocolRefusesNeverReachesTheDomain(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(e *ledger.Entry){
		"another epoch":  func(e *ledger.Entry) { e.Epoch.Ms++ },
		"another writer": func(e *ledger.Entry) { e.Writer = "other" },
		"another role":   func(e *ledger.Entry) { e.Role = ledger.RoleLeader },
		"said before":    func(e *ledger.Entry) { e.Seq-- },
		"a hole":         func(e *ledger.Entry) { e.Seq++ },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := waiting(t)
			e := c.owner(4*second, "c1", fact.Closed{Outcome: contact.Abandoned})
			spoil(&e)
			a := c.append(e, 1)
			assert.Equal(t, ledger.Void, a.Verdict.Outcome)
			assert.False(t, a.Effective())
			assert.Nil(t, a.Fact)
			assert.Contains(t, c.state.Contacts, contact.ID("c1"))
			assert.EqualValues(t, 1, c.state.Protocol.Voids["closed"])
		})
	}
}

func TestAVoidFactUsesUpItsSeqSoThatTheNextIsNoHole(t *testing.T) {
	t.Parallel()
	c := waiting(t)
	before := c.state.Protocol.Seq("c1")
	assert.NotEmpty(t, c.own(4*second, "c1", fact.Closed{}))
	assert.Equal(t, before+1, c.state.Protocol.Seq("c1"))
	assert.Empty(t, c.own(5*second, "c1", fact.Closed{Outcome: contact.Abandoned, Stage: contact.InQueue}))
}

func TestACommandGivenTwiceGetsTheFirstAnswer(t *testing.T) {
	t.Parallel()
	c := waiting(t)
	e := c.api(4*second, "a9", fact.Paused{Agent: "a9"})
	require.Equal(t, "agent is not logged in", c.must(e, 1).Void)
	again := c.append(e, 1)
	assert.Equal(t, ledger.KnownOperation, again.Verdict.Reason)
	assert.Equal(t, "agent is not logged in", again.Verdict.Answer.Void)
}

func TestAnEntryThatDoesNotFollowChangesNothing(t *testing.T) {
	t.Parallel()
	c := waiting(t)
	before := c.bytes()
	e := c.owner(4*second, "c1", fact.Closed{Outcome: contact.Abandoned})
	e.Gen = 1 // and neither Prev nor Self
	assert.True(t, c.state.Apply(e).Verdict.Stops())
	assert.Equal(t, before, c.bytes())
}

func TestAWrapUpIsCountedHoweverItEnds(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(c *chain) string{
		"by its deadline": func(c *chain) string { return c.lead(30*second, "a1", expired(c)) },
		"by the agent":    func(c *chain) string { return c.command(30*second, "a1", fact.Resumed{Agent: "a1"}) },
		"by a log-out":    func(c *chain) string { return c.command(30*second, "a1", fact.LoggedOut{Agent: "a1"}) },
		"pause, then time": func(c *chain) string {
			c.command(20*second, "a1", fact.Paused{Agent: "a1"})
			return c.lead(30*second, "a1", expired(c))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, o := talking(t)
			require.Empty(t, c.own(10*second, "c1", fact.LegEnded{Offer: o}))
			require.Empty(t, end(c))
			assert.EqualValues(t, 1, c.state.Tally.WrapUp.Count)
			assert.Equal(t, 20*second, c.state.Tally.WrapUp.Sum)
		})
	}
}

func expired(c *chain) fact.Expired {
	return fact.Expired{Agent: "a1", Version: c.state.Floor.Agents["a1"].Version}
}

func TestAnOldOfferIsNotTakenForTheNewContactOfTheSameAgent(t *testing.T) {
	t.Parallel()
	c, o := talking(t)
	require.Empty(t, c.own(7*second, "c1", fact.LegEnded{Offer: o}))
	require.Empty(t, c.command(8*second, "a1", fact.Resumed{Agent: "a1"}))
	require.Empty(t, c.own(8*second, "c2", arrived))
	require.Empty(t, c.own(8*second, "c2", queued()))
	next := c.offer(9 * second)
	assert.Equal(t, "not the live offer of the contact", c.own(9*second, "c1", fact.LegEnded{Offer: next}))
	assert.Equal(t, "not the live offer of the contact", c.own(9*second, "c2", fact.LegEnded{Offer: o}))
	assert.Equal(t, acd.Reserved, c.state.Floor.Agents["a1"].State)
}

func TestASnapshotOfAnotherFormatIsRefused(t *testing.T) {
	t.Parallel()
	snap, err := waiting(t).state.Snapshot()
	require.NoError(t, err)
	snap.Format++
	_, err = fold.Restore(snap)
	assert.ErrorContains(t, err, "format 8, this program knows 4 to 7")
	snap.Format, snap.Data = snap.Format-1, []byte("{")
	_, err = fold.Restore(snap)
	assert.ErrorContains(t, err, "read snapshot at")
}

func TestARestoredStateFoldsOnAsIfNothingHadHappened(t *testing.T) {
	t.Parallel()
	a, b := waiting(t), waiting(t)
	b.restart()
	for _, c := range []*chain{a, b} {
		o := c.offer(4 * second)
		require.Empty(t, c.own(5*second, "c1", fact.OfferFailed{Offer: o, Result: contact.NoAnswer}))
		require.Empty(t, c.own(6*second, "c1", fact.Closed{Outcome: contact.Abandoned, Stage: contact.InQueue}))
	}
	assert.Equal(t, a.bytes(), b.bytes())
	due, next := b.state.Floor.Expiries(10 * second)
	assert.Empty(t, due)
	assert.Equal(t, 295*time.Second, next, "deadlines are armed again from state")
}
