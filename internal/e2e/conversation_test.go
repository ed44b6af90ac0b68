package e2e

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/phone"
	"github.com/guichet/guichet/internal/stage"
)

// hears waits until a call hears another anew.
func (th *theatre) hears(listener, speaker *phone.Call) {
	th.t.Helper()
	before := listener.Heard(speaker.Signature())
	th.until("one to hear the other", func() bool {
		_ = speaker.Speak(5)
		return listener.Heard(speaker.Signature()) > before+3
	})
}

// deaf asserts that one does not hear the other, while a third, who does, hears as much.
func (th *theatre) deaf(listener, speaker, witness *phone.Call) {
	th.t.Helper()
	before := listener.Heard(speaker.Signature())
	th.hears(witness, speaker)
	assert.Equal(th.t, before, listener.Heard(speaker.Signature()), "nobody else hears that")
}

// music waits until a call hears something that is none of these.
func (th *theatre) music(listener *phone.Call, others ...*phone.Call) {
	th.t.Helper()
	// The sound changes a moment after the ledger has it: as long as one is heard it has not.
	heard := func() (frames int) {
		for _, o := range others {
			frames += listener.Heard(o.Signature())
		}
		return frames
	}
	packets, frames := listener.PacketsReceived(), heard()
	th.until("the music", func() bool {
		if now := heard(); now != frames {
			packets, frames = listener.PacketsReceived(), now
		}
		return listener.PacketsReceived() > packets+25
	})
	for _, o := range others {
		before := listener.Heard(o.Signature())
		_ = o.Speak(10)
		packets := listener.PacketsReceived()
		th.until("more music", func() bool { return listener.PacketsReceived() > packets+25 })
		assert.Equal(th.t, before, listener.Heard(o.Signature()), "who is on hold hears nobody")
	}
}

// talking is a caller who talks with the agent a1001, watched from outside.
func talking(t *testing.T) (th *theatre, agent *phone.Phone, caller, leg *phone.Call) {
	t.Helper()
	return talkingAs(t, stage.Options{})
}

func talkingAs(t *testing.T, o stage.Options) (th *theatre, agent *phone.Phone, caller, leg *phone.Call) {
	t.Helper()
	th = raiseAs(t, phone.Options{FrameEvery: phone.NoAudio}, nil, o)
	th.watch()
	agent = th.login(phone.RingsForEver(), "a1001")[0]
	caller = th.call("0612345678", "1"+paris)
	leg = th.next(agent)
	require.NoError(t, leg.Answer(th.ctx))
	th.hears(caller, leg)
	return th, agent, caller, leg
}

// accounted asks everybody who counts, when all contacts have their outcome: metrics,
// observer, and the report, which recounts the ledger.
func (th *theatre) accounted(offered int) {
	th.t.Helper()
	th.conserved(offered)
	th.counted()
	th.guichet("report") // fails if it finds a difference or a broken invariant
}

func TestACallerOnHoldHearsMusicThenTheAgent(t *testing.T) {
	t.Parallel()
	th, _, caller, leg := talking(t)
	assert.Contains(t, th.guichet("agents", "hold", "a1001"), "held")
	th.music(caller, leg)
	assert.Contains(t, th.guichet("agents", "unhold", "a1001"), "talking")
	th.hears(caller, leg)
	th.hears(leg, caller)
	require.NoError(t, leg.Hangup(th.ctx))
	th.ended(caller)
	th.accounted(1)
}

func TestAColleagueIsConsultedJoinsAndHasTheCall(t *testing.T) {
	t.Parallel()
	th, _, caller, leg := talking(t)
	colleague := th.login(phone.RingsForEver(), "a1002")[0]

	th.guichet("agents", "consult", "a1001", "--agent", "a1002")
	second := th.next(colleague)
	assert.Contains(t, second.From().Name, "consultation")
	th.music(caller)
	th.guichet("agents", "cancel", "a1001")
	th.ended(second)
	th.hears(caller, leg)
	th.until("the colleague to be ready again", func() bool { return th.agent("a1002") == "ready" })

	th.guichet("agents", "consult", "a1001", "--agent", "a1002")
	second = th.next(colleague)
	require.NoError(t, second.Answer(th.ctx))
	th.hears(leg, second)
	th.hears(second, leg)
	th.deaf(caller, leg, second)

	th.guichet("agents", "conference", "a1001")
	for _, speaker := range []*phone.Call{caller, leg, second} {
		for _, listener := range []*phone.Call{caller, leg, second} {
			if speaker != listener {
				th.hears(listener, speaker)
			}
		}
	}
	require.NoError(t, leg.Hangup(th.ctx)) // the colleague has the call
	th.until("wrap-up", func() bool { return th.agent("a1001") == "wrap_up" || th.agent("a1001") == "ready" })
	th.hears(caller, second)
	th.hears(second, caller)
	require.NoError(t, second.Hangup(th.ctx))
	th.ended(caller)
	th.until("wrap-up of the colleague", func() bool { return th.agent("a1002") == "wrap_up" || th.agent("a1002") == "ready" })
	th.accounted(1)
	assert.Equal(t, 1, th.outcome("answered"))
}

func TestACallerIsSentToAColleagueANumberAndAQueue(t *testing.T) {
	t.Parallel()
	th, agent, caller, leg := talking(t)
	colleague := th.login(phone.RingsForEver(), "a1002")[0]
	th.guichet("agents", "transfer", "a1001", "--agent", "a1002")
	second := th.next(colleague)
	th.ended(leg)
	th.music(caller)
	require.NoError(t, second.Answer(th.ctx))
	th.hears(caller, second)

	// To a queue, where the first agent, ready again, gets him.
	th.until("the first agent to be ready", func() bool { return th.agent("a1001") == "ready" })
	th.guichet("agents", "transfer", "a1002", "--queue", "particuliers")
	th.ended(second)
	leg = th.next(agent)
	require.NoError(t, leg.Answer(th.ctx))
	th.hears(caller, leg)

	// To a number that nobody answers, and then to one that somebody does.
	office := th.office("+33299000001", phone.Refuses(486, 0))
	_, err := th.Guichet(th.ctx, "agents", "transfer", "a1001", "--number", "+44 20 7946 0958").CombinedOutput()
	require.Error(t, err)
	th.hears(caller, leg)
	th.guichet("agents", "transfer", "a1001", "--number", "02 99 00 00 01")
	th.ended(leg)
	th.ended(th.next(office))
	leg = th.next(th.either(agent, colleague))
	require.NoError(t, leg.Answer(th.ctx))
	th.hears(caller, leg)
	office.SetBehaviour(phone.RingsForEver())
	who := leg.Phone().User()
	th.guichet("agents", "transfer", who, "--number", "02 99 00 00 01")
	outside := th.next(office)
	assert.Equal(t, "+33612345678", outside.From().Number, "who is sent on keeps his number")
	require.NoError(t, outside.Answer(th.ctx))
	th.hears(caller, outside)
	th.hears(outside, caller)
	require.NoError(t, outside.Hangup(th.ctx))
	th.ended(caller)
	th.accounted(1)
	assert.Equal(t, 1, th.outcome("answered"))
	assert.Equal(t, 1, th.count("guichet_outside_refused_total"))
}

// either is the phone that is called first.
func (th *theatre) either(phones ...*phone.Phone) *phone.Phone {
	th.t.Helper()
	var called *phone.Phone
	th.until("a phone to ring", func() bool {
		for _, p := range phones {
			if th.agent(p.User()) == "ringing" {
				called = p
			}
		}
		return called != nil
	})
	return called
}
