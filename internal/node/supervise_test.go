package node_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/status"
)

// by has the second phone supervise in a mode.
func by(mode fact.Role) func(*status.Wish) {
	return func(w *status.Wish) { w.By, w.Role = "a1003", mode }
}

// supervised is a1001's conversation with a1003 in it, in that mode.
func supervised(t *testing.T, mode fact.Role) *conversation {
	t.Helper()
	c := talking(t, aritest.Answers(0))
	c.done("a1001", engine.Supervise, by(mode))
	c.hearsAs(mode)
	return c
}

func (c *conversation) snoops() (all []aritest.Channel) {
	for _, ch := range c.asterisk.Channels() {
		if ch.Snoops != "" {
			all = append(all, ch)
		}
	}
	return all
}

// hearsAs waits until the supervisor hears, and is heard, as the mode says: barging, he is
// in the bridge of the call; else he is in one of his own, with an ear on the agent's
// channel through which the agent hears him, or nobody.
func (c *conversation) hearsAs(mode fact.Role) {
	c.Helper()
	c.until("the supervisor to be "+string(mode), func() bool { return c.isHeardAs(mode) })
}

func (c *conversation) isHeardAs(mode fact.Role) bool {
	snoops, legs, bridges := c.snoops(), c.second.Legs(), c.asterisk.Bridges()
	caller, agents := c.caller.Channel(), c.agent.Legs()
	if len(legs) != 1 || len(agents) != 1 || caller.Bridge == "" || agents[0].Bridge != caller.Bridge || caller.Music != "" {
		return false
	}
	if mode == fact.Barging {
		// He keeps a bridge of his own, if he ever had one.
		return len(snoops) == 0 && len(bridges) <= 2 && len(caller.BridgedTo) == 2 && legs[0].Bridge == caller.Bridge
	}
	whisper := map[fact.Role]string{fact.Listening: "none", fact.Whispers: "out"}[mode]
	return len(snoops) == 1 && len(bridges) == 2 && len(caller.BridgedTo) == 1 &&
		snoops[0].Snoops == agents[0].ID && snoops[0].Spy == "both" && snoops[0].Whisper == whisper &&
		legs[0].Bridge != "" && slices.Equal(legs[0].BridgedTo, []ari.ChannelID{snoops[0].ID})
}

// undisturbed reports that caller and agent talk, and that nobody supervises.
func (c *conversation) undisturbed() {
	c.Helper()
	c.until("nothing to be left of the supervisor", func() bool {
		return len(c.second.Legs()) == 0 && len(c.snoops()) == 0 && len(c.asterisk.Bridges()) == 1
	})
	c.hear(true, c.agent)
	c.stands(engine.Together)
	c.agentIs("a1001", acd.Talking)
	c.agentIs("a1003", acd.Ready)
}

// nothing waits until Asterisk has nothing of ours.
func (c *conversation) nothing() {
	c.Helper()
	c.over()
	assert.Empty(c, c.asterisk.Channels())
	assert.Empty(c, c.asterisk.Bridges())
}

var modes = []fact.Role{fact.Listening, fact.Whispers, fact.Barging}

func TestASupervisorListensWhispersBargesInAndTakesOver(t *testing.T) {
	t.Parallel()
	c := supervised(t, fact.Listening)
	c.agentIs("a1003", acd.Talking)
	for _, mode := range []fact.Role{fact.Whispers, fact.Barging, fact.Listening, fact.Barging, fact.Whispers, fact.Listening} {
		c.done("a1001", engine.Supervise, by(mode))
		c.hearsAs(mode)
	}
	for keys, mode := range map[string]fact.Role{"*71": fact.Whispers, "*72": fact.Barging, "*70": fact.Listening} {
		c.second.Press(keys)
		c.hearsAs(mode)
	}
	assert.Equal(t, 1, c.second.Calls(), "his phone rings once")
	c.second.Press("*79")
	c.until("the supervisor to have the call", func() bool {
		rec := c.only()
		return rec != nil && rec.Agent == "a1003" && len(c.snoops()) == 0
	})
	c.hear(true, c.second)
	c.agentIs("a1001", acd.WrapUp)
	c.second.Hangup()
	c.agentIs("a1003", acd.WrapUp)
	c.nothing()
	assert.Len(t, c.facts(fact.KindConnected), 1)
}

// Whoever hangs up, in whatever mode: what was made for the supervisor goes, and those who
// are left are as they were.
func TestASupervisedConversationEndsWheneverAnybodyHangsUp(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*conversation, fact.Role){
		"the caller": func(c *conversation, _ fact.Role) { c.caller.Hangup() },
		"the agent": func(c *conversation, mode fact.Role) {
			c.agent.Hangup()
			if mode == fact.Barging { // who was heard by all has the call
				c.hear(true, c.second)
				c.agentIs("a1001", acd.WrapUp)
				c.second.Hangup()
			}
		},
		"the supervisor": func(c *conversation, mode fact.Role) {
			c.second.Hangup()
			if mode == fact.Barging {
				c.until("the supervisor to be gone", func() bool { return len(c.second.Legs()) == 0 })
			} else {
				c.undisturbed()
			}
			c.hear(true, c.agent)
			c.agent.Hangup()
		},
		"the supervisor, by command": func(c *conversation, mode fact.Role) {
			c.done("a1003", engine.End)
			c.until("the supervisor to be gone", func() bool { return len(c.second.Legs()) == 0 })
			c.hear(true, c.agent)
			c.caller.Hangup()
		},
		"all at once": func(c *conversation, _ fact.Role) { c.agent.Hangup(); c.second.Hangup(); c.caller.Hangup() },
		"the agent, who sends the caller on": func(c *conversation, mode fact.Role) {
			other := c.phone("a1004", aritest.Answers(0))
			c.login("a1004")
			c.done("a1001", engine.SendTo, func(w *status.Wish) { w.Agent = "a1004" })
			c.until("the other to have the call", func() bool {
				ch := c.caller.Channel()
				return len(other.Legs()) == 1 && ch.Bridge != "" && other.Legs()[0].Bridge == ch.Bridge
			})
			if mode != fact.Barging { // he was there for the agent
				c.until("the supervisor to be gone", func() bool { return len(c.second.Legs()) == 0 && len(c.snoops()) == 0 })
				c.agentIs("a1003", acd.Ready)
			}
			other.Hangup()
			c.second.Hangup()
		},
		"the caller, while nobody controls": func(c *conversation, _ fact.Role) { c.kill(); c.caller.Hangup(); c.start() },
		"the agent, while nobody controls": func(c *conversation, mode fact.Role) {
			c.kill()
			c.agent.Hangup()
			c.start()
			if mode == fact.Barging {
				c.hear(true, c.second)
				c.second.Hangup()
			}
		},
		"the supervisor, while nobody controls": func(c *conversation, _ fact.Role) {
			c.kill()
			c.second.Hangup()
			c.start()
			c.undisturbed()
			c.caller.Hangup()
		},
	} {
		for _, mode := range modes {
			t.Run(string(mode)+", "+name, func(t *testing.T) {
				t.Parallel()
				c := supervised(t, mode)
				end(c, mode)
				c.nothing()
			})
		}
	}
}

// The next controller finds what the one before has made, and makes nothing twice.
func TestASupervisorIsTakenUpAsHeListens(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			c := supervised(t, mode)
			before := c.snoops()
			asked, left := c.asterisk.Count("POST /channels/*/snoop/*"), c.asterisk.Count("POST /bridges/*/removeChannel")
			c.again()
			c.until("the call to be taken up", func() bool { return c.live().Repairs["adopted"] > 0 && c.c.Listening() > 0 })
			c.c.Compare(context.Background(), 0)
			require.True(t, c.isHeardAs(mode))
			for i, ch := range c.snoops() {
				assert.Equal(t, before[i].ID, ch.ID)
			}
			assert.Equal(t, asked, c.asterisk.Count("POST /channels/*/snoop/*"), "asked for again")
			assert.Equal(t, left, c.asterisk.Count("POST /bridges/*/removeChannel"))
			for _, kind := range []string{"orphan_snoop", "lost_snoop", "orphan_bridge", "orphan_leg"} {
				assert.Zero(t, c.live().Repairs[kind], kind)
			}
			for _, next := range modes { // and it is under control
				if next != mode {
					c.done("a1001", engine.Supervise, by(next))
					c.hearsAs(next)
				}
			}
			c.caller.Hangup()
			c.nothing()
		})
	}
}

// A snoop that is gone without a word is made again; one of nobody is ended.
func TestWhatASupervisorHearsByIsMended(t *testing.T) {
	t.Parallel()
	c := supervised(t, fact.Listening)
	client, err := ari.New(c.asterisk.Options())
	require.NoError(t, err)
	ctx := context.Background()
	made := c.asterisk.Count("POST /channels/*/snoop/*")
	require.NoError(t, client.Hangup(ctx, c.snoops()[0].ID, ""))
	c.until("another to be made", func() bool { return c.asterisk.Count("POST /channels/*/snoop/*") > made })
	c.hearsAs(fact.Listening)

	c.deafWhile(func() { require.NoError(t, client.Hangup(ctx, c.snoops()[0].ID, "")) })
	c.compared("lost_snoop")
	c.hearsAs(fact.Listening)

	agent := c.agent.Legs()[0].ID
	c.deafWhile(func() {
		require.NoError(t, client.Snoop(ctx, agent, ari.Snoop{ID: "guichet-spy-nobody~p~listens~x", Spy: ari.Both, Whisper: ari.Neither}))
	})
	require.Len(t, c.snoops(), 2)
	c.compared("orphan_snoop")
	c.hearsAs(fact.Listening)
	c.undisturbedAfter(c.second.Hangup)

	require.NoError(t, client.CreateBridge(ctx, "guichet-spies-nobody~p", "mixing", "nobody"))
	c.compared("orphan_bridge")
	c.caller.Hangup()
	c.nothing()
}

func (c *conversation) undisturbedAfter(does func()) {
	c.Helper()
	does()
	c.undisturbed()
}

// What a controller that died in the middle of a change has left is put right.
func TestWhatAnUnfinishedChangeHasLeftIsEnded(t *testing.T) {
	t.Parallel()
	c := supervised(t, fact.Listening)
	client, err := ari.New(c.asterisk.Options())
	require.NoError(t, err)
	ctx, agent, snoop := context.Background(), c.agent.Legs()[0].ID, c.snoops()[0].ID
	c.kill()
	other := ari.ChannelID(strings.Replace(string(snoop), "listens", "whispers", 1))
	require.NotEqual(t, snoop, other)
	require.NoError(t, client.Snoop(ctx, agent, ari.Snoop{ID: other, Spy: ari.Both, Whisper: ari.Outward}))
	c.start()
	c.hearsAs(fact.Listening)
	assert.Equal(t, snoop, c.snoops()[0].ID)

	c.done("a1001", engine.Supervise, by(fact.Barging))
	c.hearsAs(fact.Barging)
	c.kill()
	require.NoError(t, client.Snoop(ctx, agent, ari.Snoop{ID: snoop, Spy: ari.Both, Whisper: ari.Neither}))
	c.start()
	c.hearsAs(fact.Barging)
	c.caller.Hangup()
	c.nothing()
}

// Answers of Asterisk that are lost, or that it refuses for a while, change nothing.
func TestASupervisorHearsThoughAnswersAreLost(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]struct {
		pattern string
		does    aritest.Fault
	}{
		"the snoop was made":     {"POST /channels/*/snoop/*", aritest.LoseAnswer()},
		"the snoop was not":      {"POST /channels/*/snoop/*", aritest.LoseRequest()},
		"the snoop is refused":   {"POST /channels/*/snoop/*", aritest.Refuse(500, "Snoop channel could not be created")},
		"the bridge was made":    {"POST /bridges/*", aritest.LoseAnswer()},
		"the bridge was not":     {"POST /bridges/*", aritest.LoseRequest()},
		"they are in the bridge": {"POST /bridges/*/addChannel", aritest.LoseAnswer()},
		"they are not":           {"POST /bridges/*/addChannel", aritest.LoseRequest()},
		"the snoop does not end": {"DELETE /channels/*", aritest.LoseRequest()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := talking(t, aritest.Answers(0))
			for _, mode := range []fact.Role{fact.Whispers, fact.Listening, fact.Barging, fact.Whispers} {
				c.asterisk.Inject(2, fault.pattern, fault.does)
				c.done("a1001", engine.Supervise, by(mode))
				c.hearsAs(mode)
			}
			c.caller.Hangup()
			c.nothing()
		})
	}
	c := talking(t, aritest.Answers(0))
	clear := c.asterisk.Inject(0, "POST /channels/*/snoop/*", aritest.Refuse(500, "Snoop channel could not be created"))
	c.done("a1001", engine.Supervise, by(fact.Listening))
	c.until("his phone to be called", func() bool { return c.second.Calls() == 1 })
	c.undisturbed() // rather than a supervisor who hears nothing
	clear()
	c.caller.Hangup()
	c.nothing()
}

// A page may be older than the call that it shows.
func TestNobodyListensToAnotherCallThanTheOneThatHeMeant(t *testing.T) {
	t.Parallel()
	c := talking(t, aritest.Answers(0))
	another := func(w *status.Wish) { w.By, w.Role, w.Contact = "a1003", fact.Listening, "another" }
	c.refusedAs(status.NoConversation, c.wish("a1001", engine.Supervise, another))
	c.done("a1001", engine.Supervise, func(w *status.Wish) {
		another(w)
		w.Contact = c.only().ID
	})
	c.hearsAs(fact.Listening)
}

func TestASupervisionThatCannotBeChangesNothing(t *testing.T) {
	t.Parallel()
	c := talking(t, aritest.Answers(0))
	wish := func(of, supervisor contact.Agent, mode fact.Role) error {
		return c.wish(of, engine.Supervise, func(w *status.Wish) { w.By, w.Role = supervisor, mode })
	}
	c.refusedAs(status.Oneself, wish("a1001", "a1001", fact.Listening))
	c.refusedAs(status.NoConversation, wish("a1003", "a1001", fact.Listening))
	c.refusedAs(status.NoConversation, wish("nobody", "a1003", fact.Listening))
	c.refusedAs(status.Nowhere, wish("a1001", "nobody", fact.Listening))
	c.refusedAs(status.Nowhere, wish("a1001", "a1003", fact.Member))
	c.refusedAs(status.NotYours, c.wish("a1001", engine.TakeOver, by("")))
	assert.Empty(t, c.facts(fact.KindInvited))

	// A supervisor who has a call of his own.
	c.phone("a1004", aritest.Answers(0))
	c.login("a1004")
	c.command("a1003", fact.Paused{Agent: "a1003"})
	own := c.ask()
	c.untilTalking(own, "a1004")
	c.refusedAs(status.NotReady, wish("a1001", "a1004", fact.Listening))
	assert.Empty(t, c.facts(fact.KindInvited))
	assert.Empty(t, c.snoops())
	own.Hangup()
	c.agentIs("a1004", acd.WrapUp)
	c.refusedAs(status.NotReady, wish("a1001", "a1004", fact.Listening))

	// Out of his pause he may call himself, and nobody listens to who listens.
	require.NoError(t, wish("a1001", "a1003", fact.Listening))
	c.hearsAs(fact.Listening)
	c.command("a1004", fact.Resumed{Agent: "a1004"})
	c.agentIs("a1004", acd.Ready)
	c.refusedAs(status.NotYours, wish("a1003", "a1004", fact.Listening))
	c.refusedAs(status.OthersCalled, wish("a1001", "a1003", fact.Listening))
	c.refusedAs(status.NotYours, c.wish("a1003", engine.Hold))
	c.refusedAs(status.NobodyCalled, c.wish("a1001", engine.Remove, func(w *status.Wish) { w.Party = c.only().Parties[0].ID }))
	assert.Len(t, c.facts(fact.KindInvited), 1)
	c.second.Hangup()
	c.agentIs("a1003", acd.Paused)
	c.hear(true, c.agent)
	c.caller.Hangup()
	c.untilQuiet()
}

// Who listens to an agent does not hear the colleague to whom the agent hands the call, not
// even until his own leg is gone; nor does a successor of a controller that is killed
// before that.
func TestASupervisorNeverHearsTheColleagueWhoHasTheCallNext(t *testing.T) {
	t.Parallel()
	for name, killed := range map[string]bool{"the controller lives": false, "the controller is killed": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := supervised(t, fact.Listening)
			next := c.phone("a1002", aritest.Answers(0))
			c.login("a1002")
			c.done("a1001", engine.Consult, func(w *status.Wish) { w.Agent = "a1002" })
			c.stands(engine.Consulting)
			supervisor := c.second.Legs()[0].ID
			clear := c.asterisk.Inject(0, "DELETE /channels/"+string(supervisor), aritest.LoseRequest())
			c.agent.Hangup()
			c.until("the colleague to have the call", func() bool { rec := c.only(); return rec != nil && rec.Agent == "a1002" })
			c.until("the supervisor to be hung up on", func() bool { return c.asterisk.Count("DELETE /channels/"+string(supervisor)) > 0 })
			assert.Len(t, c.second.Legs(), 1, "in vain")
			if killed {
				c.kill()
				clear()
				c.start()
			} else {
				clear()
			}
			c.until("the supervisor to be gone", func() bool { return len(c.second.Legs())+len(c.snoops()) == 0 })
			assert.Zero(t, c.asterisk.Count("POST /channels/"+string(next.Legs()[0].ID)+"/snoop/*"), "nobody listens to the colleague")
			c.caller.Hangup()
			c.until("the colleague to be let go", func() bool { return len(next.Legs()) == 0 })
			c.over()
		})
	}
}
