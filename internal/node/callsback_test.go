package node_test

import (
	"context"
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
	"github.com/guichet/guichet/internal/status"
)

// messagesAtHand gives an agent room for some messages beside his calls.
func messagesAtHand(n int) func(*config.Site) {
	return func(s *config.Site) {
		a := s.Agents[rennes]
		a.Capacity = map[contact.Medium]int{contact.Voicemail: n}
		s.Agents[rennes] = a
	}
}

// givenMessage is a bench whose agent has taken a message; he and who left it have phones.
func givenMessage(t *testing.T, change ...func(*config.Site)) (b *bench, message contact.ID, agent, person *aritest.Phone) {
	b = newBench(t, append([]func(*config.Site){noWrapUp, records(t), callsBack, forQueue(time.Hour)}, change...)...)
	agent, person = b.phone(rennes, aritest.Rings()), b.person(aritest.Rings())
	b.login(rennes)
	message = b.leaveMessage()
	b.until("it to be taken", func() bool { return b.deed(message, "accept", rennes, "") == nil })
	b.untilMail(message, "handling")
	return b, message, agent, person
}

func (b *bench) callsBack(message contact.ID, op string) (contact.ID, error) {
	return b.c.CallBackFor(context.Background(), status.CallsBack{Message: message, Agent: rennes, Op: op})
}

// conversations is how many were counted.
func (b *bench) conversations() (n uint64) {
	b.c.View(func(s *fold.State) { n = s.Tally.Talk.Count })
	return n
}

// The agent's phone rings first, then that of the person; both talk, once, and the message is at hand
// until he says that it is done.
func TestAnAgentCallsBackWhoLeftAMessage(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*config.Site){"one at a time": func(*config.Site) {}, "at hand": messagesAtHand(2)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, message, agent, person := givenMessage(t, change)
			id, err := b.callsBack(message, "op-1")
			require.NoError(t, err)
			b.until("the agent's phone to ring", agent.Ringing)
			assert.Zero(t, person.Calls(), "the agent first")
			again, err := b.callsBack(message, "op-1")
			require.NoError(t, err, "sent again, it takes effect once")
			assert.Equal(t, id, again)
			_, err = b.callsBack(message, "op-2")
			b.refusedAs(status.NotFree, err)
			agent.Answer()
			b.until("the person's phone to ring", person.Ringing)
			assert.Empty(t, person.Legs()[0].Variables, "the trunk's own identity, and nothing of ours")
			person.Answer()
			b.until("both to talk", func() bool { return together(agent, person) })
			b.until("the call to be told", func() bool { return b.mail(id).Standing() == "talking" })
			assert.Equal(t, message, b.mail(id).CallsFor)
			assert.Equal(t, acd.Talking, b.agent(rennes))
			assert.Equal(t, "handling", b.mail(message).Standing())
			agent.Hangup()
			b.until("the call to be over", func() bool { return b.mail(id).ID == "" })
			b.agentIs(rennes, acd.Ready)
			assert.Equal(t, "handling", b.mail(message).Standing(), "until he says that it is done")
			assert.EqualValues(t, 1, b.conversations())
			assert.Contains(t, b.agentDisplay(agent), "rappel")
			_, err = b.callsBack(message, "op-1")
			require.NoError(t, err, "known still")
			assert.Equal(t, 1, person.Calls())
			require.NoError(t, b.deed(message, "done", rennes, ""))
			b.untilQuiet()
			b.agentIs(rennes, acd.Ready)
			b.sameAfterReplay()
			assert.Equal(t, map[string]uint64{"message": 1, "answered": 2}, b.outcomes())
			assert.EqualValues(t, 1, b.conversations(), "counted once")
			assert.Equal(t, 1, agent.Calls())
			arrived := b.facts(fact.KindArrived)
			assert.Equal(t, 3, arrived[len(arrived)-1].Entry.Format)
			_, err = b.callsBack(message, "op-3")
			b.refusedAs(status.NoEffect, err)
		})
	}
}

// What comes to nothing is over, fails nobody's figures, and leaves the message where it was.
func TestACallForAMessageThatComesToNothingLeavesTheMessage(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		agent, person aritest.Behaviour
		then          func(b *bench, agent, person *aritest.Phone)
		state         acd.State
	}{
		"the person is busy":        {agent: aritest.Answers(0), person: aritest.Busy(), state: acd.Ready},
		"the person is unreachable": {agent: aritest.Answers(0), person: aritest.Unreachable(), state: acd.Ready},
		"the agent refuses":         {agent: aritest.Refuses(), person: aritest.Rings(), state: acd.SetAside},
		"the agent hangs up first": {agent: aritest.Answers(0), person: aritest.Rings(), state: acd.SetAside, then: func(b *bench, agent, person *aritest.Phone) {
			b.until("the person's phone to ring", person.Ringing)
			agent.Hangup()
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, message, _, _ := givenMessage(t, messagesAtHand(1))
			agent, person := b.phone(rennes, c.agent), b.person(c.person)
			id, err := b.callsBack(message, "op-1")
			require.NoError(t, err)
			if c.then != nil {
				c.then(b, agent, person)
			}
			b.until("the call to be over", func() bool { return b.mail(id).ID == "" && len(b.asterisk.Channels()) == 0 })
			b.until("the agent to be let go", func() bool { return b.agent(rennes) == acd.Ready || b.agent(rennes) == acd.SetAside })
			assert.Equal(t, map[string]uint64{"message": 1, "failed": 1}, b.outcomes())
			asked := b.count(func(t *fold.Tally) fold.Counter { return t.Asked })
			assert.Empty(t, asked, "nobody has asked for it")
			assert.Equal(t, "handling", b.mail(message).Standing())
			assert.Zero(t, b.conversations())
			b.sameAfterReplay()
			if b.agent(rennes) == acd.SetAside {
				b.command(rennes, fact.Resumed{Agent: rennes})
			}
			b.agentIs(rennes, acd.Ready)
			agent, person = b.phone(rennes, aritest.Answers(0)), b.person(aritest.Answers(0))
			_, err = b.callsBack(message, "op-2")
			require.NoError(t, err, "and he may try again")
			b.until("both to talk", func() bool { return together(agent, person) })
			person.Hangup()
			b.until("the call to be over", func() bool { return b.agent(rennes) == acd.Ready })
			require.NoError(t, b.deed(message, "done", rennes, ""))
			b.untilQuiet()
		})
	}
}

func TestWhyNobodyIsCalledForAMessage(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp, records(t), callsBack, forQueue(time.Hour), messagesAtHand(1))
	b.phone(rennes, aritest.Rings())
	person := b.person(aritest.Rings())
	b.login(rennes, nantes)
	_, err := b.callsBack("nobody", "op-0")
	b.refusedAs(status.NoEffect, err)
	message := b.leaveMessage()
	b.untilMail(message, "offered")
	_, err = b.callsBack(message, "op-1")
	b.refusedAs(status.NoEffect, err)
	require.NoError(t, b.deed(message, "accept", rennes, ""))
	_, err = b.c.CallBackFor(t.Context(), status.CallsBack{Message: message, Agent: nantes})
	b.refusedAs(status.NoEffect, err)
	b.command(rennes, fact.Paused{Agent: rennes})
	_, err = b.callsBack(message, "op-2")
	b.refusedAs(status.NotFree, err)
	b.command(rennes, fact.Resumed{Agent: rennes})
	b.agentIs(rennes, acd.Ready)
	assert.Zero(t, person.Calls())
	assert.Empty(t, b.facts(fact.KindCallingBack))
	require.NoError(t, b.deed(message, "done", rennes, ""))
	b.untilQuiet()
	assert.Equal(t, map[string]uint64{"message": 1, "answered": 1}, b.outcomes(), "no contact was begun in vain")
}

// The number goes through the same allow-list as whatever callers key in, and what is refused is counted.
func TestANumberThatMayNotBeCalledIsNotCalledForAMessage(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		number, presentation string
		why                  status.Why
		counted              int
	}{
		"extra charge": {"0899000000", "", status.NumberRefused, 1},
		"abroad":       {"+4420123456", "", status.NumberRefused, 1},
		"our own":      {"0199002014", "", status.NumberRefused, 1},
		"withheld":     {"0612345678", "prohib_not_screened", status.NoNumber, 0},
		"none":         {"", "", status.NoNumber, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, noWrapUp, records(t), callsBack, forQueue(time.Hour))
			agent := b.phone(rennes, aritest.Rings())
			b.login(rennes)
			caller := b.asterisk.Call(c.number, "0199002015", "entry", "0199002015", "", c.presentation)
			b.until("the recording", func() bool { return caller.Speak(0) })
			caller.Speak(2 * time.Second)
			caller.Hangup()
			b.until("the message", func() bool { return len(b.messages()) == 1 })
			message := b.messages()[0].ID.Contact()
			b.until("it to be taken", func() bool { return b.deed(message, "accept", rennes, "") == nil })
			_, err := b.callsBack(message, "op-1")
			b.refusedAs(c.why, err)
			assert.Equal(t, c.counted, b.unpromised.all()[string(engine.NumberRefused)])
			assert.Zero(t, agent.Calls())
			require.NoError(t, b.deed(message, "done", rennes, ""))
			b.untilQuiet()
		})
	}
}

// Without a trunk the agent's phone would ring for nobody.
func TestNobodyIsCalledForAMessageWithoutATrunk(t *testing.T) {
	t.Parallel()
	b, message, agent, _ := givenMessage(t, func(s *config.Site) { s.Asterisk[0].Trunk = "" })
	_, err := b.callsBack(message, "op-1")
	b.refusedAs(status.NoTrunk, err)
	assert.Zero(t, agent.Calls())
	require.NoError(t, b.deed(message, "done", rennes, ""))
	b.untilQuiet()
}

// Whoever presses twice at once is told of one contact.
func TestACallForAMessageAskedForTwiceAtOnceIsOne(t *testing.T) {
	t.Parallel()
	b, message, agent, _ := givenMessage(t, messagesAtHand(1))
	type told struct {
		id  contact.ID
		err error
	}
	answers := make(chan told, 4)
	for range cap(answers) {
		go func() {
			id, err := b.callsBack(message, "op-1")
			answers <- told{id, err}
		}()
	}
	ids := map[contact.ID]bool{}
	for range cap(answers) {
		a := <-answers
		require.NoError(t, a.err)
		ids[a.id] = true
	}
	b.until("the agent's phone to ring", agent.Ringing)
	require.Len(t, ids, 1)
	for id := range ids {
		assert.Equal(t, message, b.mail(id).CallsFor)
	}
	agent.Hangup()
	b.until("the agent to be let go", func() bool { return b.agent(rennes) == acd.Ready || b.agent(rennes) == acd.SetAside })
	b.until("the message to be done", func() bool { return b.deed(message, "done", rennes, "") == nil })
	b.untilQuiet()
	assert.Equal(t, 1, agent.Calls())
}

// The next controller takes the conversation up as any other.
func TestACallForAMessageOutlivesItsController(t *testing.T) {
	t.Parallel()
	b, message, agent, person := givenMessage(t, messagesAtHand(1))
	id, err := b.callsBack(message, "op-1")
	require.NoError(t, err)
	b.until("the agent's phone to ring", agent.Ringing)
	agent.Answer()
	b.until("the person's phone to ring", person.Ringing)
	person.Answer()
	b.until("both to talk", func() bool { return together(agent, person) })
	b.until("that to be told", func() bool { return b.mail(id).Standing() == "talking" })
	b.kill()
	b.launch("c2")
	b.until("the link to be up", b.ready)
	assert.True(t, together(agent, person))
	again, err := b.callsBack(message, "op-1")
	require.NoError(t, err, "the ledger knows it")
	assert.Equal(t, id, again)
	agent.Hangup()
	b.until("the call to be over", func() bool { return b.mail(id).ID == "" })
	b.until("the message to be done", func() bool { return b.deed(message, "done", rennes, "") == nil })
	b.untilQuiet()
	b.sameAfterReplay()
	assert.Equal(t, map[string]uint64{"message": 1, "answered": 2}, b.outcomes())
	assert.Equal(t, 1, agent.Peak())
	assert.Equal(t, 1, person.Peak())
}

// Whoever is killed while the agent's phone rings leaves a call that the next one goes on with, or
// ends; the message is at hand in either case, and nobody is bound.
func TestACallForAMessageThatHasJustBegunHoldsNobodyForEver(t *testing.T) {
	t.Parallel()
	b, message, agent, person := givenMessage(t, messagesAtHand(1))
	id, err := b.callsBack(message, "op-1")
	require.NoError(t, err)
	b.until("the agent's phone to ring", agent.Ringing)
	b.until("that to be told", func() bool { return b.agent(rennes) == acd.Ringing })
	b.kill()
	b.launch("c2")
	b.until("the link to be up", b.ready)
	agent.Answer()
	b.until("the person to be called, or the call to be over", func() bool { return person.Ringing() || b.mail(id).ID == "" })
	person.Answer()
	agent.Hangup()
	b.until("the call to be over", func() bool { return b.mail(id).ID == "" })
	b.until("the message to be done", func() bool { return b.deed(message, "done", rennes, "") == nil })
	b.untilQuiet()
	b.sameAfterReplay()
	assert.EqualValues(t, 3, b.outcomes()["message"]+b.outcomes()["answered"]+b.outcomes()["failed"])
}

// A phone on which the code for ready is keyed is, by that, in a call of its own; what keeps a
// medium from the agent is ended all the same.
func TestTheCodeForReadyEndsWhatKeepsAMediumFromTheAgent(t *testing.T) {
	t.Parallel()
	b, message, phone, _ := givenMessage(t, messagesAtHand(1), withCodes(t))
	require.NoError(t, b.deed(message, "return", rennes, ""))
	kept := func() (is bool) {
		b.c.View(func(s *fold.State) { is = s.Floor.Agents[rennes].Kept() })
		return is
	}
	require.True(t, kept())
	phone.Busies("1700000000.1")
	b.until("the own call to be seen", func() bool { return b.why(rennes) == string(contact.OnOwnCall) })
	b.code("PJSIP/"+string(rennes), "*53", "")
	assert.False(t, kept())
	phone.Busies()
	b.untilMail(message, "offered")
	require.NoError(t, b.deed(message, "done", rennes, ""))
	b.untilQuiet()
}
