package node_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/ivr"
)

// person is the phone of the caller of these tests, as the trunk reaches it.
const person = "PJSIP/+33612345678@trunk"

// callsBack has the queue node promise calls instead, twice at most, one second apart.
func callsBack(s *config.Site) {
	s.Asterisk[0].Trunk = "PJSIP/{number}@trunk"
	s.Entries["2014"].Tree.Nodes["conseiller"] = &ivr.CallbackNode{
		Number: ivr.Own, Accepted: ivr.Exit{Prompts: []ivr.Prompt{"attente_saturee"}}, Refused: ivr.Exit{Goto: ivr.End},
		Failed: ivr.Exit{Prompts: []ivr.Prompt{"ferme"}},
	}
	for name, q := range s.Queues {
		q.Callbacks = config.Callbacks{MaxAttempts: 2, RetryAfter: time.Second, Ring: 20 * time.Second, MaxOpen: 10}
		s.Queues[name] = q
	}
}

func (b *bench) person(does aritest.Behaviour) *aritest.Phone { return b.asterisk.Phone(person, does) }

// only is the record of the one contact that is here, nil if there is none.
func (b *bench) only() (rec *engine.Record) {
	b.c.View(func(s *fold.State) {
		for _, r := range s.Contacts {
			copied := *r
			rec = &copied
		}
	})
	return rec
}

func (b *bench) onlyIs(standing string) {
	b.Helper()
	b.until("the contact to be "+standing, func() bool { rec := b.only(); return rec != nil && rec.Standing() == standing })
}

// promised is a caller who was promised a call and is gone.
func (b *bench) promised() {
	b.Helper()
	caller := b.ask()
	b.until("the promise to be told", func() bool { return b.played(caller, "attente_saturee") == 1 })
	b.until("the caller to be gone", func() bool { return caller.Channel().Gone })
	b.onlyIs("callback")
}

// together reports whether two phones hear each other.
func together(one, other *aritest.Phone) bool {
	for _, leg := range one.Legs() {
		for _, there := range other.Legs() {
			if len(leg.BridgedTo) == 1 && leg.BridgedTo[0] == there.ID {
				return true
			}
		}
	}
	return false
}

func TestWhoWasPromisedACallIsCalledWhenAnAgentIsThere(t *testing.T) {
	t.Parallel()
	b := newBench(t, callsBack, noWrapUp)
	agent, called := b.phone("a1001", aritest.Rings()), b.person(aritest.Rings())
	b.promised()
	assert.Empty(t, b.asterisk.Channels(), "nobody holds a line")
	rec := b.only()
	b.c.View(func(s *fold.State) {
		assert.Equal(t, rec.Rank, s.Floor.Tickets[rec.ID].Rank)
		assert.Equal(t, 1, s.Floor.InQueue(rec.Queue))
	})
	b.login("a1001")
	b.until("the agent's phone to ring", agent.Ringing)
	assert.Zero(t, called.Calls(), "the agent first")
	agent.Answer()
	b.until("the person's phone to ring", called.Ringing)
	assert.Empty(t, called.Legs()[0].Variables, "the trunk's own identity, and nothing of ours")
	b.until("the agent to hear that", func() bool { return agent.Legs()[0].Ringing })
	called.Answer()
	b.until("both to talk", func() bool { return together(agent, called) })
	assert.False(t, agent.Legs()[0].Ringing, "it has ended before they are joined")
	b.onlyIs("talking")
	agent.Hangup()
	b.untilQuiet()
	b.sameAfterReplay()
	assert.Equal(t, map[string]uint64{"answered": 1}, b.outcomes())
	assert.Equal(t, 1, called.Calls())
	assert.Contains(t, b.agentDisplay(agent), "rappel")
	require.NoError(t, b.c.Replay(context.Background(), func(a fold.Applied) {
		text, err := json.Marshal(a.Entry)
		require.NoError(t, err)
		assert.NotContains(t, string(text)+string(a.Entry.Data), "612345678", "a number in clear")
	}))
}

// Who came by the entry of the relay is called through it; the agent sees for whom.
func TestWhoUsesARelayIsCalledBackThroughIt(t *testing.T) {
	t.Parallel()
	b := newBench(t, callsBack, noWrapUp, func(s *config.Site) {
		e := s.Entries["2014"]
		e.Relay = "+33800112114"
		s.Entries["2014"] = e
	})
	agent, person, relay := b.phone("a1001", aritest.Rings()), b.person(aritest.Rings()), b.asterisk.Phone("PJSIP/+33800112114@trunk", aritest.Rings())
	b.promised()
	b.login("a1001")
	b.until("the agent's phone to ring", agent.Ringing)
	agent.Answer()
	b.until("the relay's phone to ring", relay.Ringing)
	relay.Answer()
	b.until("both to talk", func() bool { return together(agent, relay) })
	assert.Zero(t, person.Calls())
	rec := b.only()
	number, ok := b.c.RevealCallback(rec.ID, rec.Callback.Number)
	assert.True(t, ok)
	assert.Equal(t, "+33612345678", number, "to be given to the interpreter")
	relay.Hangup()
	b.untilQuiet()
	assert.Equal(t, map[string]uint64{"answered": 1}, b.outcomes())
}

// agentDisplay is what the phone showed of the last call.
func (b *bench) agentDisplay(p *aritest.Phone) string {
	return p.Last().Variables["CONNECTEDLINE(all,i)"]
}

func TestThePersonIsNotCalledBeforeTheLedgerHasAccepted(t *testing.T) {
	t.Parallel()
	b := newBench(t, callsBack, noWrapUp)
	agent, called := b.phone("a1001", aritest.Rings()), b.person(aritest.Answers(0))
	b.promised()
	b.login("a1001")
	b.until("the agent's phone to ring", agent.Ringing)
	b.until("that to be told", func() bool { return b.agent("a1001") == acd.Ringing })
	thaw := b.ledger.freeze()
	defer thaw()
	agent.Answer()
	b.until("the claim to wait", func() bool { return b.c.Live().Journal > 0 })
	assert.Zero(t, called.Calls())
	thaw()
	b.until("both to talk", func() bool { return together(agent, called) })
	called.Hangup()
	b.untilQuiet()
	assert.Equal(t, map[string]uint64{"answered": 1}, b.outcomes())
}

func TestAPersonWhoIsNotReachedIsCalledAgainAndThenGivenUp(t *testing.T) {
	t.Parallel()
	for name, does := range map[string]aritest.Behaviour{
		"busy": aritest.Busy(), "refuses": aritest.Refuses(), "does not answer": aritest.Rings(), "unreachable": aritest.Unreachable(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBenchWith(t, fast, callsBack, noWrapUp)
			agent, called := b.phone("a1001", aritest.Answers(0)), b.person(does)
			b.promised()
			b.login("a1001")
			b.untilQuiet()
			assert.Equal(t, map[string]uint64{"failed": 1}, b.outcomes())
			failed := b.facts(fact.KindCallbackFailed)
			require.Len(t, failed, 2)
			retried := b.facts(fact.KindCallingBack)[1].Entry.At
			assert.GreaterOrEqual(t, retried, failed[0].Fact.(fact.CallbackFailed).NotBefore, "not before the pause is over")
			assert.Equal(t, 2, agent.Calls())
			assert.Equal(t, acd.Ready, b.agent("a1001"), "the agent owes nothing")
			if name != "unreachable" {
				assert.Equal(t, 2, called.Calls())
			}
			b.sameAfterReplay()
		})
	}
}

func TestAnAgentWhoHangsUpFirstLeavesNobodysPhoneRinging(t *testing.T) {
	t.Parallel()
	b := newBench(t, callsBack, noWrapUp)
	agent, called := b.phone("a1001", aritest.Answers(0)), b.person(aritest.Rings())
	b.promised()
	b.login("a1001")
	b.until("the person's phone to ring", called.Ringing)
	agent.Hangup()
	b.until("nothing to ring", func() bool { return len(b.asterisk.Channels()) == 0 })
	b.onlyIs("callback")
	b.agentIs("a1001", acd.SetAside)
	b.phone("a1002", aritest.Answers(0))
	b.person(aritest.Answers(0))
	b.login("a1002")
	b.until("another agent to talk", func() bool { return together(b.phone("a1002", aritest.Answers(0)), called) })
	called.Hangup()
	b.untilQuiet()
	assert.Equal(t, map[string]uint64{"answered": 1}, b.outcomes())
}

func TestACallbackSurvivesItsController(t *testing.T) {
	t.Parallel()
	for name, next := range map[string]string{"the same": "c1", "another": "c2"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, callsBack, noWrapUp)
			agent, called := b.phone("a1001", aritest.Rings()), b.person(aritest.Rings())
			restart := func() {
				b.kill()
				b.launch(next)
				b.until("the link to be up", b.ready)
			}
			b.promised()
			restart() // between the request and the call
			b.onlyIs("callback")
			b.login("a1001")
			b.until("the agent's phone to ring", agent.Ringing)
			b.onlyIs("ringing")
			restart() // while the agent's phone rings
			// Answered before the listing is compared, the call is tried again.
			b.phone("a1001", aritest.Answers(0))
			agent.Answer()
			b.until("the person's phone to ring", called.Ringing)
			b.onlyIs("calling back")
			heard := b.asterisk.Count("POST /channels/*/ring")
			restart() // while the person's phone rings
			assert.True(t, called.Ringing(), "it rings on")
			b.until("the agent to hear it", func() bool { return b.asterisk.Count("POST /channels/*/ring") > heard })
			called.Answer()
			b.until("both to talk", func() bool { return together(agent, called) })
			assert.False(t, agent.Legs()[0].Ringing)
			b.onlyIs("talking")
			restart() // while they talk
			assert.True(t, together(agent, called), "nobody is cut off")
			called.Hangup()
			b.untilQuiet()
			b.sameAfterReplay()
			assert.Equal(t, map[string]uint64{"answered": 1}, b.outcomes())
			assert.Equal(t, 1, called.Calls())
			assert.Equal(t, 1, agent.Peak())
		})
	}
}

// What happened to the two legs while nobody looked.
func TestWhatHappensToACallbackWhileNobodyLooksIsFoundOut(t *testing.T) {
	t.Parallel()
	for name, does := range map[string]func(agent, called *aritest.Phone){
		"the person has hung up": func(_, called *aritest.Phone) { called.Hangup() },
		"the agent has hung up":  func(agent, _ *aritest.Phone) { agent.Hangup() },
		"both have":              func(agent, called *aritest.Phone) { agent.Hangup(); called.Hangup() },
		"the person has answered": func(_, called *aritest.Phone) {
			called.Answer()
		},
		"the agent has hung up and the person has answered": func(agent, called *aritest.Phone) { agent.Hangup(); called.Answer() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, callsBack, noWrapUp)
			agent, called := b.phone("a1001", aritest.Answers(0)), b.person(aritest.Rings())
			b.promised()
			b.login("a1001")
			b.until("the person's phone to ring", called.Ringing)
			b.onlyIs("calling back")
			b.kill()
			does(agent, called)
			b.person(aritest.Answers(0))
			b.launch("c2")
			b.until("both to talk in the end", func() bool { return together(agent, called) })
			assert.Len(t, called.Legs(), 1, "nobody is left on a dead line")
			called.Hangup()
			b.untilQuiet()
			b.sameAfterReplay()
			assert.Equal(t, map[string]uint64{"answered": 1}, b.outcomes())
		})
	}
}

func TestAPromiseIsToldOnlyWhenTheLedgerHasIt(t *testing.T) {
	t.Parallel()
	b := newBench(t, callsBack, noWrapUp)
	caller := b.call()
	b.until("the menu", func() bool { return b.played(caller, "bienvenue") == 1 })
	thaw := b.ledger.freeze()
	defer thaw()
	caller.Press(forCIS)
	b.until("the promise to wait", func() bool { return b.c.OnTheirWay(fact.KindCallbackRequested) == 1 })
	assert.Zero(t, b.played(caller, "attente_saturee"))
	thaw()
	b.until("the promise to be told", func() bool { return b.played(caller, "attente_saturee") == 1 })
	caller.Hangup()
	b.onlyIs("callback")
	b.c.View(func(s *fold.State) { assert.Empty(t, s.Tally.Outcomes, "still here") })
	b.phone("a1001", aritest.Answers(0))
	called := b.person(aritest.Answers(0))
	b.login("a1001")
	b.until("both to talk", func() bool { return called.Calls() == 1 && b.only() != nil && b.only().Standing() == "talking" })
	called.Hangup()
	b.untilQuiet()
}

// A node was given back and taken again by the same process while the ledger was slow:
// the promise is on its way there still, and is told no sooner than ever.
func TestAPromiseOnItsWayIsNotToldByTheNextSession(t *testing.T) {
	t.Parallel()
	b := newBench(t, callsBack, noWrapUp)
	caller := b.call()
	b.until("the menu", func() bool { return b.played(caller, "bienvenue") == 1 })
	b.until("the caller to be known", func() bool { return b.only() != nil })
	id := b.only().ID
	thaw := b.ledger.freeze()
	defer thaw()
	caller.Press(forCIS)
	b.until("the promise to wait", func() bool { return b.c.OnTheirWay(fact.KindCallbackRequested) == 1 })
	b.c.Neglect(id)
	b.until("the contact to have no session", func() bool { return b.c.Neglected(id) })
	require.NoError(t, b.c.Adopt(context.Background()))
	b.whileUntil("the next session to begin", func() bool { return b.played(caller, "attente_saturee") == 0 },
		func() bool { return !b.c.Neglected(id) })
	b.c.Compare(context.Background(), 0) // it has looked at what there is
	assert.Zero(t, b.played(caller, "attente_saturee"))
	thaw()
	b.until("the promise to be told", func() bool { return b.played(caller, "attente_saturee") == 1 })
	b.until("the caller to be gone", func() bool { return caller.Channel().Gone })
	b.onlyIs("callback")
}

func TestNobodyIsPromisedTwoCallsAboutOneTopic(t *testing.T) {
	t.Parallel()
	b := newBench(t, callsBack, func(s *config.Site) {
		s.Entries["2014"].Tree.Nodes["conseiller"].(*ivr.CallbackNode).Already = ivr.Exit{Prompts: []ivr.Prompt{"aucun_conseiller"}}
	})
	b.promised()
	again := b.ask()
	b.until("to be told so", func() bool { return b.played(again, "aucun_conseiller") == 1 })
	b.until("the second to be over", func() bool { return b.contacts() == 1 })
	b.onlyIs("callback")
}

// Both ask before either promise is in the ledger: nothing is found when they do.
func TestOfTwoPromisesAtOnceTheLedgerKeepsOne(t *testing.T) {
	t.Parallel()
	b := newBench(t, callsBack, func(s *config.Site) {
		s.Entries["2014"].Tree.Nodes["conseiller"].(*ivr.CallbackNode).Already = ivr.Exit{Prompts: []ivr.Prompt{"aucun_conseiller"}}
	})
	one, other := b.call(), b.call()
	b.until("both menus", func() bool { return b.played(one, "bienvenue")+b.played(other, "bienvenue") == 2 })
	thaw := b.ledger.freeze()
	defer thaw()
	one.Press(forCIS)
	other.Press(forCIS)
	b.until("both promises to wait", func() bool { return b.c.OnTheirWay(fact.KindCallbackRequested) == 2 })
	thaw()
	b.until("one to be promised it", func() bool { return b.played(one, "attente_saturee")+b.played(other, "attente_saturee") == 1 })
	b.until("the other to be told so", func() bool { return b.played(one, "aucun_conseiller")+b.played(other, "aucun_conseiller") == 1 })
	b.until("the other to be over", func() bool { return b.contacts() == 1 })
	b.onlyIs("callback")
	b.sameAfterReplay()
}

func TestSomebodyWithoutANumberThatMayBeCalledIsPromisedNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t, callsBack)
	numbers := []string{"", "0899000001", "+15551234567", "3939", "2014", "0262000001"}
	for _, number := range numbers {
		caller := b.asterisk.Call(number, "2014", "entry", "2014")
		caller.Press(forCIS)
		b.until("the end of the call of "+number, func() bool { return caller.Channel().Gone })
	}
	b.untilQuiet()
	assert.Empty(t, b.facts(fact.KindCallbackRequested))
	assert.Equal(t, map[string]int{"number": len(numbers) - 1}, b.unpromised.all(), "a caller without a number has none to refuse")
}

// One number cannot have the phones of many people ring, whoever they are; a restart
// forgets nothing.
func TestACallerIsPromisedSoManyCallsADay(t *testing.T) {
	t.Parallel()
	b := newBench(t, callsBack, noWrapUp, afterNoon(), func(s *config.Site) {
		s.Entries["2014"].Tree.Nodes["conseiller"].(*ivr.CallbackNode).Full = ivr.Exit{Prompts: []ivr.Prompt{"aucun_conseiller"}}
		for name, q := range s.Queues {
			q.Callbacks.MaxPerCaller = 1
			s.Queues[name] = q
		}
	})
	b.phone("a1001", aritest.Answers(0))
	called := b.person(aritest.Answers(0))
	b.promised()
	b.login("a1001")
	b.until("both to talk", func() bool { return called.Calls() == 1 && b.only() != nil && b.only().Standing() == "talking" })
	called.Hangup()
	b.untilQuiet()
	b.kill()
	b.launch("c1")
	b.until("the link to be up", b.ready)
	again := b.ask()
	b.until("to be told so", func() bool { return b.played(again, "aucun_conseiller") == 1 })
	b.untilQuiet()
	assert.Equal(t, map[string]int{"limit": 1}, b.unpromised.all())
	assert.Equal(t, 1, called.Calls())
	b.sameAfterReplay()
}

// What is in the ledger is not what was promised, as far as our key can tell.
func TestANumberThatMayNotBeCalledIsNotDialled(t *testing.T) {
	t.Parallel()
	b := newBenchWith(t, fast, callsBack, noWrapUp)
	b.phone("a1001", aritest.Answers(0))
	called := b.person(aritest.Answers(0))
	b.promised()
	b.kill()
	b.key.File = filepath.Join(t.TempDir(), "key")
	require.NoError(t, os.WriteFile(b.key.File, []byte("another"), 0o600))
	b.site = b.loadSite()
	b.launch("c1")
	b.until("the link to be up", b.ready)
	b.login("a1001")
	b.untilQuiet()
	assert.Zero(t, called.Calls())
	assert.Equal(t, map[string]uint64{"failed": 1}, b.outcomes())
	assert.Equal(t, map[string]int{"dial": 2}, b.unpromised.all())
}

// A comparison finds nothing wrong with somebody who has no channel, and finds a call
// that is gone without a word.
func TestAComparisonKnowsWhoIsToBeCalled(t *testing.T) {
	t.Parallel()
	b := newBench(t, callsBack, noWrapUp)
	agent, called := b.phone("a1001", aritest.Answers(0)), b.person(aritest.Rings())
	b.promised()
	// Long enough for events that are on their way.
	const confirm = 300 * time.Millisecond
	b.c.Compare(context.Background(), confirm)
	assert.Empty(t, b.c.Live().Repairs)
	b.login("a1001")
	b.until("the person's phone to ring", called.Ringing)
	b.onlyIs("calling back")
	b.c.Compare(context.Background(), confirm)
	assert.Empty(t, b.c.Live().Repairs)
	b.person(aritest.Answers(0))
	called.Answer()
	b.until("both to talk", func() bool { return together(agent, called) })
	b.onlyIs("talking")
	b.c.Compare(context.Background(), confirm)
	assert.Empty(t, b.c.Live().Repairs)
	called.Hangup()
	b.untilQuiet()
}

func TestACallbackThatExpiresIsCountedAsFailedAfterAsking(t *testing.T) {
	t.Parallel()
	b := newBench(t, callsBack, func(s *config.Site) {
		for name, q := range s.Queues {
			q.Callbacks.ExpiresAfter = 2 * time.Second
			s.Queues[name] = q
		}
	})
	caller := b.ask()
	b.until("the promise to be told", func() bool { return b.played(caller, "attente_saturee") == 1 })
	b.untilQuiet()
	assert.Equal(t, map[string]uint64{"failed": 1}, b.outcomes())
	b.c.View(func(s *fold.State) {
		assert.EqualValues(t, 1, s.Tally.Asked.Total(), "in the denominator of the rate")
	})
	closed := b.facts(fact.KindClosed)[0].Fact.(fact.Closed)
	assert.Equal(t, contact.Failed, closed.Outcome)
	assert.Equal(t, "not called back in time", closed.Reason)
}

// An agent outside has pressed the key before the person is called: the next controller
// knows it from the ledger.
func TestAnAgentOutsideOwesNoKeyAgainWhileThePersonIsCalled(t *testing.T) {
	t.Parallel()
	b, agent := atHome(t, aritest.Config{}, aritest.Answers(0), callsBack)
	called := b.person(aritest.Rings())
	b.promised()
	b.login("a1001")
	b.asked(agent)
	agent.Press("1")
	b.until("the person's phone to ring", called.Ringing)
	b.onlyIs("calling back")
	b.kill()
	b.launch("c2")
	b.until("the link to be up", b.ready)
	called.Answer()
	b.until("both to talk", func() bool { return together(agent, called) })
	called.Hangup()
	b.untilQuiet()
	b.sameAfterReplay()
	assert.Equal(t, map[string]uint64{"answered": 1}, b.outcomes())
}

// The person waits with music, and the next agent's phone rings: the next controller
// does not take it for answered.
func TestNobodyIsJoinedToAPhoneThatRingsAfterARestart(t *testing.T) {
	t.Parallel()
	b := newBench(t, callsBack, noWrapUp, func(s *config.Site) {
		for name, q := range s.Queues {
			q.Callbacks.RetryAfter = time.Minute
			s.Queues[name] = q
		}
	})
	first, called := b.phone("a1001", aritest.Answers(0)), b.person(aritest.Rings())
	b.promised()
	b.login("a1001")
	b.until("the person's phone to ring", called.Ringing)
	b.onlyIs("calling back")
	b.kill()
	first.Hangup()
	next := b.phone("a1001", aritest.Rings())
	called.Answer()
	b.launch("c1")
	b.until("the phone to ring again", next.Ringing)
	b.until("that to be told", func() bool { return b.agent("a1001") == acd.Ringing })
	b.until("the person to hear music", func() bool { return called.Legs()[0].Music != "" })
	b.kill()
	music := b.asterisk.Count("POST /channels/*/moh")
	b.launch("c2")
	b.until("the link to be up", b.ready)
	b.until("music to be asked for again", func() bool { return b.asterisk.Count("POST /channels/*/moh") > music })
	assert.NotEmpty(t, called.Legs()[0].Music, "the person is not left in silence while the phone rings")
	assert.False(t, together(next, called))
	assert.Empty(t, b.outcomes(), "nobody has answered yet")
	assert.Equal(t, acd.Ringing, b.agent("a1001"))
	next.Answer()
	b.until("both to talk", func() bool { return together(next, called) })
	called.Hangup()
	b.untilQuiet()
	b.sameAfterReplay()
	assert.Equal(t, map[string]uint64{"answered": 1}, b.outcomes())
	assert.Equal(t, 1, called.Calls())
}

// Nobody is there any more for a person who has answered: the line is freed, and the
// person is called again when somebody is.
func TestAPersonForWhomThereIsNoAgentIsLetGo(t *testing.T) {
	t.Parallel()
	b := newBench(t, callsBack, noWrapUp)
	agent, called := b.phone("a1001", aritest.Answers(0)), b.person(aritest.Rings())
	b.promised()
	b.login("a1001")
	b.until("the person's phone to ring", called.Ringing)
	b.onlyIs("calling back")
	b.kill()
	agent.Hangup()
	agent = b.phone("a1001", aritest.Refuses())
	called.Answer()
	b.launch("c2")
	b.until("the person to hear music", func() bool { return called.Last().Music != "" })
	b.until("nobody to be on a line", func() bool { return len(b.asterisk.Channels()) == 0 })
	b.onlyIs("callback")
	b.phone("a1002", aritest.Answers(0))
	b.person(aritest.Answers(0))
	b.login("a1002")
	b.until("another agent to talk", func() bool { return together(b.phone("a1002", aritest.Answers(0)), called) })
	called.Hangup()
	b.untilQuiet()
	b.sameAfterReplay()
	assert.Equal(t, 2, agent.Calls(), "who refuses is set aside")
	assert.Equal(t, map[string]uint64{"answered": 1}, b.outcomes())
}
