package node_test

import (
	"context"
	"errors"
	"slices"
	"testing"

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

// conversation is a caller who talks with a1001, with a colleague beside.
type conversation struct {
	*bench
	caller        *aritest.Caller
	agent, second *aritest.Phone
}

func talking(t *testing.T, colleague aritest.Behaviour, change ...func(*config.Site)) *conversation {
	t.Helper()
	b := newBench(t, change...)
	c := &conversation{bench: b, agent: b.phone("a1001", aritest.Answers(0)), second: b.phone("a1003", colleague)}
	b.login("a1001")
	c.caller = b.ask()
	b.untilTalking(c.caller, "a1001")
	b.login("a1003")
	return c
}

func (c *conversation) wish(of contact.Agent, do engine.Deed, change ...func(*status.Wish)) error {
	w := status.Wish{Of: of, By: of, Do: string(do)}
	for _, f := range change {
		f(&w)
	}
	return c.c.Direct(context.Background(), w)
}

func (c *conversation) done(of contact.Agent, do engine.Deed, change ...func(*status.Wish)) {
	c.Helper()
	op := nextOperation()
	change = append([]func(*status.Wish){func(w *status.Wish) { w.Op = op }}, change...)
	// A contact that was heard of a moment ago may not have its session yet, and on a machine
	// that stands still a wish may not be answered in time: sent again, it takes effect once.
	c.until("the call to be taken up", func() bool {
		err := c.wish(of, do, change...)
		var refused *status.Refused
		if errors.As(err, &refused) && (refused.Why == status.NotHolder || refused.Why == status.LedgerAway) {
			return false
		}
		require.NoError(c, err)
		return true
	})
}

func colleague(w *status.Wish) { w.Agent = "a1003" }

// hear waits until exactly these are in the bridge of the call, and the caller hears music
// if he is not among them.
func (c *conversation) hear(caller bool, phones ...*aritest.Phone) {
	c.Helper()
	c.until("them to hear each other", func() bool {
		ch := c.caller.Channel()
		if (ch.Bridge != "") != caller || (ch.Music != "") == caller {
			return false
		}
		for _, p := range []*aritest.Phone{c.agent, c.second} {
			in := slices.ContainsFunc(p.Legs(), func(leg aritest.Channel) bool { return leg.Bridge != "" })
			if in != slices.Contains(phones, p) {
				return false
			}
		}
		return true
	})
}

func (c *conversation) stands(as engine.Conversation) {
	c.Helper()
	c.until("the conversation to be "+string(as), func() bool { rec := c.only(); return rec != nil && rec.Conversation() == as })
}

// again kills the controller; the next one takes the call up.
func (c *conversation) again() {
	c.Helper()
	c.kill()
	c.start()
}

// over waits until nothing is left: one answered contact, nobody bound.
func (c *conversation) over() {
	c.Helper()
	c.until("everybody's line to be free", func() bool { return len(c.agent.Legs())+len(c.second.Legs()) == 0 && c.caller.Channel().Gone })
	c.untilQuiet()
	assert.Equal(c, map[string]uint64{"answered": 1}, c.outcomes(), "counted once")
	c.c.View(func(s *fold.State) {
		assert.Empty(c, s.Floor.Offers)
		assert.Empty(c, s.Floor.Errands)
		assert.Empty(c, s.Offers)
	})
	assert.LessOrEqual(c, c.agent.Peak(), 1)
	assert.LessOrEqual(c, c.second.Peak(), 1)
}

func TestACallerOnHoldHearsMusicThenTheAgentAgain(t *testing.T) {
	t.Parallel()
	c := talking(t, aritest.Rings())
	c.done("a1001", engine.Hold)
	c.hear(false, c.agent)
	c.stands(engine.OnHold)
	c.refusedAs(status.HeldAlready, c.wish("a1001", engine.Hold))
	c.done("a1001", engine.Unhold)
	c.hear(true, c.agent)
	c.refusedAs(status.NotHeld, c.wish("a1001", engine.Unhold))
	c.refusedAs(status.NoConversation, c.wish("a1003", engine.Hold))
	assert.Len(t, c.facts(fact.KindHeld), 1)

	c.done("a1001", engine.Hold)
	c.again()
	c.hear(false, c.agent)
	c.done("a1001", engine.Unhold)
	c.hear(true, c.agent)
	c.agent.Hangup()
	c.over()
	c.agentIs("a1001", acd.WrapUp)
}

func TestACallerOnHoldMayHangUpAndSoMayTheAgent(t *testing.T) {
	t.Parallel()
	c := talking(t, aritest.Rings())
	c.done("a1001", engine.Hold)
	c.hear(false, c.agent)
	c.caller.Hangup()
	c.over()

	c = talking(t, aritest.Rings())
	c.done("a1001", engine.Hold)
	c.done("a1001", engine.End)
	c.over()
}

func TestAConsultationIsCompletedAndTheFirstAgentWrapsUp(t *testing.T) {
	t.Parallel()
	c := talking(t, aritest.Rings())
	c.done("a1001", engine.Consult, colleague)
	c.stands(engine.Asking)
	c.until("the colleague's phone to ring", c.second.Ringing)
	c.hear(false, c.agent)
	c.second.Answer()
	c.stands(engine.Consulting)
	c.hear(false, c.agent, c.second)
	c.done("a1001", engine.Complete)
	c.hear(true, c.second)
	c.agentIs("a1001", acd.WrapUp)
	c.agentIs("a1003", acd.Talking)
	c.until("the colleague to have the call", func() bool { rec := c.only(); return rec.Agent == "a1003" && rec.Standing() == "talking" })
	c.second.Hangup()
	c.over()
	c.agentIs("a1003", acd.WrapUp)
	assert.Len(t, c.facts(fact.KindConnected), 1)
}

func TestAConsultationEndsWheneverAnybodyHangsUp(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]struct {
		answered bool
		does     func(*conversation)
		then     func(*conversation)
	}{
		"cancelled while it rings":   {false, func(c *conversation) { c.done("a1001", engine.Cancel) }, backToTheAgent},
		"cancelled":                  {true, func(c *conversation) { c.done("a1001", engine.Cancel) }, backToTheAgent},
		"refused":                    {false, func(c *conversation) { c.second.Refuse() }, backToTheAgent},
		"the colleague hangs up":     {true, func(c *conversation) { c.second.Hangup() }, backToTheAgent},
		"the caller hangs up":        {true, func(c *conversation) { c.caller.Hangup() }, (*conversation).over},
		"the caller, while it rings": {false, func(c *conversation) { c.caller.Hangup() }, (*conversation).over},
		"the agent hangs up":         {true, func(c *conversation) { c.agent.Hangup() }, withTheColleague},
		"the agent, while it rings": {false, func(c *conversation) { c.agent.Hangup() }, func(c *conversation) {
			c.stands(engine.Sending)
			c.second.Answer()
			withTheColleague(c)
		}},
		"all at once": {true, func(c *conversation) { c.agent.Hangup(); c.second.Hangup(); c.caller.Hangup() }, (*conversation).over},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := talking(t, aritest.Rings())
			c.done("a1001", engine.Consult, colleague)
			c.until("the colleague's phone to ring", c.second.Ringing)
			if end.answered {
				c.second.Answer()
				c.stands(engine.Consulting)
			}
			end.does(c)
			end.then(c)
		})
	}
}

func backToTheAgent(c *conversation) {
	c.stands(engine.Together)
	c.hear(true, c.agent)
	c.caller.Hangup()
	c.over()
}

func withTheColleague(c *conversation) {
	c.hear(true, c.second)
	c.agentIs("a1001", acd.WrapUp)
	c.second.Hangup()
	c.over()
}

func operation(op string) func(*status.Wish) { return func(w *status.Wish) { w.Op = op } }

// What names an agent must not do to his next call what it did to the last one.
func TestARepeatedHangUpSparesTheNextCaller(t *testing.T) {
	t.Parallel()
	c := talking(t, aritest.Rings())
	c.done("a1001", engine.End, operation("once"))
	c.until("the first call to be over", func() bool { return c.caller.Channel().Gone })
	c.agentIs("a1001", acd.WrapUp)
	require.NoError(t, c.wish("a1001", engine.End, operation("once")), "a repetition gets the answer of the first")

	c.command("a1003", fact.LoggedOut{Agent: "a1003"})
	c.command("a1001", fact.Resumed{Agent: "a1001"})
	c.caller = c.ask()
	c.untilTalking(c.caller, "a1001")
	c.done("a1001", engine.End, operation("once"))
	// A later wish is done by the same session after it: had the repetition ended the call,
	// nobody would be put on hold.
	c.done("a1001", engine.Hold)
	c.hear(false, c.agent)

	c.done("a1001", engine.End, operation("another"))
	c.until("the second call to be over", func() bool { return c.caller.Channel().Gone })
}

func TestARepeatedCancelSparesTheNextConsultation(t *testing.T) {
	t.Parallel()
	c := talking(t, aritest.Rings())
	consult := func() {
		c.done("a1001", engine.Consult, colleague)
		c.until("the colleague's phone to ring", c.second.Ringing)
	}
	consult()
	c.done("a1001", engine.Cancel, operation("once"))
	c.stands(engine.Together)
	c.until("the colleague's line to be free", func() bool { return len(c.second.Legs()) == 0 })
	c.agentIs("a1003", acd.Ready) // though his phone rang and he did not answer
	consult()
	c.done("a1001", engine.Cancel, operation("once"))
	c.second.Answer()
	c.stands(engine.Consulting)
	c.hear(false, c.agent, c.second)

	c.done("a1001", engine.Cancel, operation("another"))
	backToTheAgent(c)
}

func TestACallerIsSentToAColleague(t *testing.T) {
	t.Parallel()
	c := talking(t, aritest.Rings())
	c.done("a1001", engine.SendTo, colleague)
	c.until("the colleague's phone to ring", c.second.Ringing)
	c.agentIs("a1001", acd.WrapUp)
	c.hear(false)
	c.second.Answer()
	withTheColleague(c)
}

func TestACallerSentToWhoDoesNotAnswerWaitsAtHisRank(t *testing.T) {
	t.Parallel()
	c := talking(t, aritest.Rings())
	rank := c.only().Rank
	c.done("a1001", engine.SendTo, colleague)
	c.until("the colleague's phone to ring", c.second.Ringing)
	c.agentIs("a1001", acd.WrapUp)
	c.second.Refuse()
	c.until("the caller to wait", func() bool { return c.only().Standing() == "waiting" })
	assert.Equal(t, rank, c.only().Rank)
	c.hear(false)
	c.command("a1001", fact.Resumed{Agent: "a1001"})
	c.untilTalking(c.caller, "a1001")
	c.hear(true, c.agent)
	c.agent.Hangup()
	c.over()
	assert.Len(t, c.facts(fact.KindConnected), 2)
	assert.Equal(t, c.facts(fact.KindConnected)[0].Entry.At, c.facts(fact.KindClosed)[0].Record.AnsweredAt)
}

func TestACallerIsSentToAnotherQueueWithHisRank(t *testing.T) {
	t.Parallel()
	c := talking(t, aritest.Answers(0))
	other := c.phone("a2002", aritest.Answers(0))
	rank := c.only().Rank
	to := func(q contact.Queue) func(*status.Wish) { return func(w *status.Wish) { w.Queue = q } }
	c.refusedAs(status.Nowhere, c.wish("a1001", engine.SendTo, to("nowhere")))
	c.refusedAs(status.QueueRefused, c.wish("a1001", engine.SendTo, to("recouvrement")))
	c.refusedAs(status.Nowhere, c.wish("a1001", engine.SendTo))
	c.hear(true, c.agent)
	c.login("a2002")
	c.done("a1001", engine.SendTo, to("recouvrement"))
	c.agentIs("a1001", acd.WrapUp)
	c.untilTalking(c.caller, "a2002")
	assert.Equal(t, rank, c.only().Rank)
	assert.EqualValues(t, "recouvrement", c.only().Queue)
	other.Hangup()
	c.over()
	assert.Len(t, c.facts(fact.KindRequeued), 1)
}

func TestThreeTalkInAConference(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*conversation){
		"the agent leaves first":     func(c *conversation) { c.done("a1001", engine.End); withTheColleague(c) },
		"the colleague leaves first": func(c *conversation) { c.done("a1003", engine.End); backToTheAgent(c) },
		"the colleague is let go": func(c *conversation) {
			c.done("a1001", engine.Remove, func(w *status.Wish) { w.Party = c.only().Parties[0].ID })
			backToTheAgent(c)
		},
		"the caller leaves first": func(c *conversation) { c.caller.Hangup(); c.over() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := talking(t, aritest.Answers(0))
			c.done("a1001", engine.Conference, colleague)
			c.stands(engine.Several)
			c.hear(true, c.agent, c.second)
			end(c)
		})
	}
	c := talking(t, aritest.Answers(0))
	c.done("a1001", engine.Consult, colleague)
	c.stands(engine.Consulting)
	c.done("a1001", engine.Conference)
	c.hear(true, c.agent, c.second)
	c.caller.Hangup()
	c.over()
	c.agentIs("a1003", acd.WrapUp)
}

// An agent who sends a call on out of a conference leaves the caller with whoever else is
// in it, should nobody answer there.
func TestWhoIsInAConferenceHasTheCallerWhoWasSentOnInVain(t *testing.T) {
	t.Parallel()
	c := talking(t, aritest.Answers(0))
	third := c.phone("a1002", aritest.Rings())
	c.login("a1002")
	c.done("a1001", engine.Conference, colleague)
	c.hear(true, c.agent, c.second)
	c.done("a1001", engine.SendTo, func(w *status.Wish) { w.Agent = "a1002" })
	c.until("the third phone to ring", third.Ringing)
	c.until("the agent to be let go", func() bool { return len(c.agent.Legs()) == 0 })
	third.Refuse()
	c.stands(engine.Together)
	c.hear(true, c.second)
	assert.Equal(t, contact.Agent("a1003"), c.only().Agent)
	c.second.Hangup()
	c.over()
	c.agentIs("a1003", acd.WrapUp)
}

func TestNobodyIsSentToHimselfOrToWhoIsNotThere(t *testing.T) {
	t.Parallel()
	c := talking(t, aritest.Answers(0))
	to := func(a contact.Agent) func(*status.Wish) { return func(w *status.Wish) { w.Agent = a } }
	number := func(n string) func(*status.Wish) { return func(w *status.Wish) { w.Number = n } }
	for _, do := range []engine.Deed{engine.SendTo, engine.Consult, engine.Conference} {
		c.refusedAs(status.Oneself, c.wish("a1001", do, to("a1001")))
		c.refusedAs(status.Nowhere, c.wish("a1001", do, to("nobody")))
		c.refusedAs(status.Nowhere, c.wish("a1001", do, to("a1003"), number("0299000001")))
		c.refusedAs(status.NumberRefused, c.wish("a1001", do, number("+44 20 7946 0958")))
		c.refusedAs(status.NumberRefused, c.wish("a1001", do, number("0899 12 34 56")))
		c.refusedAs(status.NumberRefused, c.wish("a1001", do, number("17")))
	}
	c.refusedAs(status.NobodyCalled, c.wish("a1001", engine.Complete))
	c.refusedAs(status.NobodyCalled, c.wish("a1001", engine.Cancel))
	c.command("a1003", fact.Paused{Agent: "a1003"})
	c.refusedAs(status.NotReady, c.wish("a1001", engine.Consult, colleague))
	c.hear(true, c.agent)
	assert.Empty(t, c.facts(fact.KindInvited))
	c.caller.Hangup()
	c.over()
}

// A controller is killed in every state of a conversation; the next one takes it up.
func TestEveryStateOfAConversationIsTakenUp(t *testing.T) {
	t.Parallel()
	asked := func(c *conversation) {
		c.done("a1001", engine.Consult, colleague)
		c.until("the colleague's phone to ring", c.second.Ringing)
	}
	for name, state := range map[string]struct {
		begin, then func(*conversation)
	}{
		"asking": {asked, func(c *conversation) {
			c.second.Answer()
			c.hear(false, c.agent, c.second)
			c.done("a1001", engine.Complete)
			withTheColleague(c)
		}},
		"consulting": {func(c *conversation) { asked(c); c.second.Answer(); c.stands(engine.Consulting) }, func(c *conversation) {
			c.hear(false, c.agent, c.second)
			c.done("a1001", engine.Complete)
			withTheColleague(c)
		}},
		"sending": {func(c *conversation) {
			c.done("a1001", engine.SendTo, colleague)
			c.until("the colleague's phone to ring", c.second.Ringing)
			c.agentIs("a1001", acd.WrapUp)
		}, func(c *conversation) { c.hear(false); c.second.Answer(); withTheColleague(c) }},
		"conference": {func(c *conversation) {
			asked(c)
			c.second.Answer()
			c.stands(engine.Consulting)
			c.done("a1001", engine.Conference)
			c.hear(true, c.agent, c.second)
		}, func(c *conversation) {
			c.hear(true, c.agent, c.second)
			c.done("a1001", engine.End)
			withTheColleague(c)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := talking(t, aritest.Rings())
			state.begin(c)
			c.again()
			state.then(c)
		})
	}
}
