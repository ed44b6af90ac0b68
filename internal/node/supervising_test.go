package node_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/keypad"
	"github.com/guichet/guichet/internal/status"
)

// What a supervisor keys after his code, to listen to a1001.
const listensTo1001 = "1003#4711#1001#"

// dialling is a1001's conversation, with codes, and with a1003, who may listen, logged in.
func dialling(t *testing.T) *conversation {
	t.Helper()
	return talking(t, aritest.Answers(0), withCodes(t))
}

// supervisions are who was called to supervise, in order.
func (c *conversation) supervisions() (all []fact.Invited) {
	c.Helper()
	for _, a := range c.facts(fact.KindInvited) {
		all = append(all, a.Fact.(fact.Invited))
	}
	return all
}

func TestASupervisorListensByACodeOfHisPhone(t *testing.T) {
	t.Parallel()
	c := dialling(t)
	assert.EqualValues(t, keypad.WillRing, c.code("PJSIP/a1003", "*56", listensTo1001))
	c.hearsAs(fact.Listening)
	asked := c.supervisions()
	require.Len(t, asked, 1)
	assert.Equal(t, []any{contact.Agent("a1003"), contact.Agent("a1003"), fact.Listening}, []any{asked[0].By, asked[0].Agent, asked[0].Role})
	c.second.Press("*71")
	c.hearsAs(fact.Whispers)
	assert.EqualValues(t, keypad.NoEffect, c.code("PJSIP/a1003", "*56", listensTo1001), "he has a call")
	c.hearsAs(fact.Whispers)
	c.second.Hangup()
	c.undisturbed() // and he is ready, as before
	assert.Len(t, c.supervisions(), 1)
	c.caller.Hangup()
	c.nothing()
}

// Many a phone is busy while it is in a call.
func TestASupervisorIsNotRungBeforeHisOwnCallIsOver(t *testing.T) {
	t.Parallel()
	c := dialling(t)
	call := c.begun("PJSIP/a1003", "*56")
	c.asterisk.Inject(0, "DELETE /channels/"+string(call.ID()), aritest.Slow(300*time.Millisecond))
	call.Press(listensTo1001)
	over := func() bool { return call.Channel().Gone }
	c.whileUntil("his call goes on, and nothing rings", func() bool { return c.second.Calls() == 0 || over() }, over)
	c.hearsAs(fact.Listening)
	c.caller.Hangup()
	c.nothing()
}

// Nobody is at that phone: he is logged in there, and in a pause, so that no caller reaches
// him between what he listens to.
func TestASupervisorListensFromAnyPhoneThatIsFree(t *testing.T) {
	t.Parallel()
	c := dialling(t)
	own := c.second
	c.command("a1003", fact.LoggedOut{Agent: "a1003"})
	c.second = c.phone("a1004", aritest.Answers(0))
	for range 2 {
		assert.EqualValues(t, keypad.WillRing, c.code("PJSIP/a1004", "*56", listensTo1001))
		c.hearsAs(fact.Listening)
		c.second.Hangup()
		c.agentIs("a1003", acd.Paused)
	}
	c.c.View(func(s *fold.State) { assert.Equal(t, "PJSIP/a1004", s.Floor.Agents["a1003"].Phone) })
	assert.Zero(t, own.Calls())
	assert.Len(t, c.facts(fact.KindSeated), 1)
	assert.Len(t, c.supervisions(), 2)
	c.caller.Hangup()
	c.nothing()
}

// His own call has set him aside by then, as the phones are looked at: he is rung all the
// same, and ready afterwards.
func TestASupervisorWhoseOwnCallWasSeenListensAllTheSame(t *testing.T) {
	t.Parallel()
	c := dialling(t)
	call := c.begun("PJSIP/a1003", "*56")
	c.second.Busies(string(call.ID()))
	c.agentIs("a1003", acd.SetAside)
	call.Press(listensTo1001)
	c.hearsAs(fact.Listening)
	c.second.Busies()
	c.second.Hangup()
	c.undisturbed()
	c.caller.Hangup()
	c.nothing()
}

// Whatever is refused is heard, and changes nothing.
func TestASupervisionByPhoneThatCannotBeIsRefusedAloud(t *testing.T) {
	t.Parallel()
	thrice := func(keys string) string { return keys + keys + keys }
	loggedOut := func(c *conversation) { c.command("a1003", fact.LoggedOut{Agent: "a1003"}) }
	for name, refused := range map[string]struct {
		before      func(*conversation)
		phone, keys string
		heard       keypad.Prompt
	}{
		"a wrong PIN":              {phone: "a1003", keys: thrice("1003#0815#"), heard: keypad.Wrong},
		"nobody's number":          {phone: "a1003", keys: thrice("77#4711#"), heard: keypad.Wrong},
		"who is no supervisor":     {phone: "a1004", keys: "1004#4711#1001#", heard: keypad.NoSupervisor},
		"there is no such agent":   {phone: "a1003", keys: "1003#4711#" + thrice("77#"), heard: keypad.NotTalking},
		"he talks with nobody":     {phone: "a1003", keys: "1003#4711#" + thrice("1004#"), heard: keypad.NotTalking},
		"himself":                  {phone: "a1003", keys: "1003#4711#" + thrice("1003#"), heard: keypad.NotTalking},
		"he sits elsewhere":        {phone: "a1004", keys: listensTo1001, heard: keypad.Elsewhere},
		"nobody may sit there":     {before: loggedOut, phone: "trunk", keys: listensTo1001, heard: keypad.NoEffect},
		"it is somebody's phone":   {before: loggedOut, phone: "a1001", keys: listensTo1001, heard: keypad.Taken},
		"the agent is consulting":  {before: rings, phone: "a1003", keys: listensTo1001, heard: keypad.NoEffect},
		"the agent is only called": {before: rings, phone: "a1003", keys: "1003#4711#" + thrice("1004#"), heard: keypad.NotTalking},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := dialling(t)
			if refused.before != nil {
				refused.before(c)
			}
			state, written := c.agent1003(), len(c.facts(fact.KindInvited, fact.KindSeated, fact.KindPaused))
			calls := c.second.Calls()
			assert.EqualValues(t, refused.heard, c.code("PJSIP/"+refused.phone, "*56", refused.keys))
			assert.Len(t, c.facts(fact.KindInvited, fact.KindSeated, fact.KindPaused), written)
			assert.Equal(t, state, c.agent1003())
			assert.Equal(t, calls, c.second.Calls())
			c.hear(!c.onHold(), c.agent)
			c.caller.Hangup()
			c.nothing()
		})
	}
}

// rings has the agent consult a colleague, who does not answer.
func rings(c *conversation) {
	other := c.phone("a1004", aritest.Rings())
	c.login("a1004")
	c.done("a1001", engine.Consult, func(w *status.Wish) { w.Agent = "a1004" })
	c.until("the colleague's phone to ring", other.Ringing)
}

func (c *conversation) onHold() bool { return c.only().Conversation() != engine.Together }

func (c *conversation) agent1003() acd.State { return c.bench.agent("a1003") }

func TestWrongPINsOfASupervisorLock(t *testing.T) {
	t.Parallel()
	c := dialling(t)
	c.code("PJSIP/a1003", "*56", "1003#0#1003#1#1003#2#")
	assert.EqualValues(t, keypad.Locked, c.code("PJSIP/a1003", "*56", "1003#3#1003#4#"+listensTo1001))
	assert.EqualValues(t, keypad.Locked, c.code("PJSIP/a1004", "*56", listensTo1001), "nor from another phone")
	assert.EqualValues(t, keypad.Locked, c.code("PJSIP/a1003", "*50", "1003#4711#"), "nor to log in")
	assert.Empty(t, c.supervisions())
	c.undisturbed()
	c.caller.Hangup()
	c.nothing()
}

// Whoever hangs up before he has keyed everything has asked for nothing; after, he is rung.
func TestASupervisorWhoHangsUpWhileHeKeysHasAskedForNothing(t *testing.T) {
	t.Parallel()
	c := dialling(t)
	for keyed := range len(listensTo1001) + 1 {
		call := c.begun("PJSIP/a1003", "*56")
		call.Press(listensTo1001[:keyed])
		call.Hangup()
		c.until("the controller to have let go of it", func() bool { return c.asterisk.Count("DELETE /channels/"+string(call.ID())) > 0 })
		if keyed < len(listensTo1001) {
			require.Empty(t, c.supervisions(), "%q", listensTo1001[:keyed])
			require.Empty(t, c.facts(fact.KindPaused))
		}
	}
	c.hearsAs(fact.Listening)
	c.second.Hangup()
	c.undisturbed()
	assert.Equal(t, 1, c.second.Calls())
	c.caller.Hangup()
	c.nothing()
}

// promisedToRing is the call of a supervisor who has keyed everything, and hears for ever that his
// phone will ring.
func (c *conversation) promisedToRing() *aritest.Caller {
	c.Helper()
	c.asterisk.SetMediaLength(func(media string) time.Duration {
		if media == "sound:guichet/"+string(keypad.WillRing) {
			return aritest.Forever
		}
		return 0
	})
	call := c.begun("PJSIP/a1003", "*56")
	call.Press(listensTo1001)
	c.hearsNow(call, "sound:guichet/"+string(keypad.WillRing))
	c.agentIs("a1003", acd.Paused)
	return call
}

// What he wanted to hear is over before his phone is free: it does not ring, and he is ready
// again.
func TestASupervisorWhoseConversationIsOverByThenIsReadyAgain(t *testing.T) {
	t.Parallel()
	c := dialling(t)
	call := c.promisedToRing()
	c.caller.Hangup()
	c.agentIs("a1001", acd.WrapUp)
	c.until("the contact to be closed", func() bool { return c.contacts() == 0 })
	call.Hangup()
	c.agentIs("a1003", acd.Ready)
	assert.Equal(t, 1, c.logs.FilterMessage("a supervision by phone was refused").Len())
	assert.Zero(t, c.second.Calls())
	assert.Empty(t, c.supervisions())
	c.nothing()
}

// A controller that is stopped between his call and the ring rings nobody, and leaves nobody in
// the pause that was only meant for that moment.
func TestASupervisorWhoseControllerIsStoppedIsReadyAgain(t *testing.T) {
	t.Parallel()
	c := dialling(t)
	c.promisedToRing()
	c.stop()
	c.launch("c2")
	c.until("the link to be up", c.ready)
	c.agentIs("a1003", acd.Ready)
	assert.Zero(t, c.second.Calls())
	c.caller.Hangup()
	c.nothing()
}
