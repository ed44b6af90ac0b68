package phone

import (
	"context"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// limit bounds every wait of a test; nothing waits for it to pass.
const limit = time.Minute

func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	t.Cleanup(cancel)
	return ctx
}

func open(t *testing.T, options Options) *Exchange {
	t.Helper()
	x, err := Open(within(t), options)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, x.Close()) })
	return x
}

// line is a caller's exchange and a phone on another, reached by its address.
type line struct {
	t       *testing.T
	ctx     context.Context
	callers *Exchange
	agents  *Exchange
	phone   *Phone
}

func newLine(t *testing.T, b Behaviour) *line {
	t.Helper()
	t.Parallel()
	l := &line{t: t, ctx: within(t)}
	l.callers = open(t, Options{LocalIP: "127.0.0.2"})
	l.agents = open(t, Options{LocalIP: "127.0.0.3"})
	var err error
	l.phone, err = l.agents.Plug(Account{User: "1001"}, b)
	require.NoError(t, err)
	return l
}

func (l *line) call() *Call {
	l.t.Helper()
	c, err := l.callers.Call(l.ctx, Caller{Number: "0612345678", Name: "Jeanne"}, "sip:1001@"+l.agents.Addr())
	require.NoError(l.t, err)
	return c
}

func (l *line) arriving() *Call {
	l.t.Helper()
	c, err := l.phone.NextCall(l.ctx)
	require.NoError(l.t, err)
	return c
}

// talking is both ends of an answered call.
func (l *line) talking() (caller, agent *Call) {
	l.t.Helper()
	caller = l.call()
	agent = l.arriving()
	require.NoError(l.t, caller.WaitAnswered(l.ctx))
	require.NoError(l.t, agent.WaitAnswered(l.ctx))
	return caller, agent
}

func (l *line) end(c *Call) End {
	l.t.Helper()
	end, err := c.WaitEnded(l.ctx)
	require.NoError(l.t, err)
	return end
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	require.Eventually(t, ok, limit, 5*time.Millisecond, what)
}

func TestPhoneRingsThenAnswersAndBothHearEachOther(t *testing.T) {
	l := newLine(t, Answers(50*time.Millisecond))
	caller, agent := l.talking()

	eventually(t, "the agent hears the caller", func() bool { return agent.Heard(caller.Signature()) > 3 })
	eventually(t, "the caller hears the agent", func() bool { return caller.Heard(agent.Signature()) > 3 })
	assert.NotEqual(t, caller.Signature(), agent.Signature())
	assert.Zero(t, agent.Heard(agent.Signature()), "nobody hears himself")

	require.NoError(t, agent.Hangup(l.ctx))
	assert.Equal(t, End{By: Remote, Status: 200}, l.end(caller))
	assert.Equal(t, End{By: Local, Status: 200}, l.end(agent))

	seen := agent.Times()
	assert.GreaterOrEqual(t, seen.Answered.Sub(seen.Invited), 50*time.Millisecond, "it rings for the time it was told")
	assert.False(t, seen.Ringing.IsZero())
	assert.False(t, caller.Times().Ringing.IsZero())
	assert.Positive(t, caller.PacketsSent())
	assert.False(t, caller.LastReceived().IsZero())
}

func TestAgentSeesWhoCallsAndTheHeadersOfTheInvite(t *testing.T) {
	l := newLine(t, RingsForEver())
	name := `Impôts "2014" | \ é`
	caller, err := l.callers.Call(l.ctx, Caller{
		Number: "0612345678", Name: name, Headers: [][2]string{{"X-Guichet-Contact", "c-17"}},
	}, "sip:1001@"+l.agents.Addr())
	require.NoError(t, err)

	agent := l.arriving()
	assert.Equal(t, Party{Name: name, Number: "0612345678"}, agent.From())
	assert.Equal(t, Party{Number: "1001"}, agent.To())
	assert.Equal(t, "c-17", agent.Header("X-Guichet-Contact"))
	assert.Empty(t, agent.Header("X-Nothing"))
	assert.Equal(t, caller.ID(), agent.ID(), "both ends of one leg share its Call-ID")
	assert.Same(t, l.phone, agent.Phone())
}

func TestPhoneRefusesWithTheStatusItWasTold(t *testing.T) {
	for _, status := range []int{404, 486, 603} {
		t.Run(reasonPhrase(status), func(t *testing.T) {
			l := newLine(t, Refuses(status, 0))
			caller := l.call()
			assert.Equal(t, End{By: Remote, Status: status}, l.end(caller))
			assert.Equal(t, End{By: Local, Status: status}, l.end(l.arriving()))
			assert.True(t, caller.Times().Ringing.IsZero(), "it refuses without ringing")
			assert.ErrorIs(t, caller.WaitAnswered(l.ctx), ErrEnded)
		})
	}
}

func TestPhoneRingsBeforeItRefuses(t *testing.T) {
	l := newLine(t, Refuses(486, 30*time.Millisecond))
	caller := l.call()
	assert.Equal(t, 486, l.end(caller).Status)
	assert.False(t, caller.Times().Ringing.IsZero())
}

func TestCallerWhoHangsUpWhileItRingsCancels(t *testing.T) {
	l := newLine(t, RingsForEver())
	caller := l.call()
	agent := l.arriving()
	require.NoError(t, caller.WaitRinging(l.ctx))
	require.NoError(t, caller.Hangup(l.ctx))

	assert.Equal(t, End{By: Local, Status: 487}, l.end(caller))
	assert.Equal(t, End{By: Remote, Status: 487}, l.end(agent))
	assert.False(t, agent.Times().Cancelled.IsZero())
	assert.ErrorIs(t, agent.Answer(l.ctx), ErrEnded)
	assert.NoError(t, caller.Hangup(l.ctx), "hanging up twice is no error")
}

func TestCallerWhoHangsUpBeforeAnyResponseWaitsWithTheCancel(t *testing.T) {
	l := newLine(t, RingsForEver())
	caller := l.call()
	require.NoError(t, caller.Hangup(l.ctx))
	assert.Equal(t, End{By: Local, Status: 487}, l.end(caller))
	assert.Equal(t, 487, l.end(l.arriving()).Status)
}

func TestSilentPhoneSaysNothingAtAll(t *testing.T) {
	l := newLine(t, Silent())
	caller := l.call()
	agent := l.arriving()
	short, cancel := context.WithTimeout(l.ctx, 700*time.Millisecond) // past 100 Trying at 200 ms and one repetition
	defer cancel()
	assert.ErrorIs(t, caller.Hangup(short), context.DeadlineExceeded, "no provisional response, so no CANCEL to answer")
	assert.True(t, caller.Times().Ringing.IsZero())
	assert.Equal(t, 1, l.phone.Received(), "repetitions of the INVITE are one call")
	assert.Error(t, agent.Answer(l.ctx))
}

func TestManualAgentAnswersWhenTold(t *testing.T) {
	l := newLine(t, RingsForEver())
	caller := l.call()
	agent := l.arriving()
	require.NoError(t, caller.WaitRinging(l.ctx))
	assert.False(t, caller.Talking())
	require.NoError(t, agent.Answer(l.ctx))
	require.NoError(t, caller.WaitAnswered(l.ctx))
	assert.ErrorIs(t, agent.Answer(l.ctx), errAnswered)
	assert.ErrorIs(t, agent.Refuse(486), errAnswered)
	require.NoError(t, caller.Hangup(l.ctx))
	assert.Equal(t, Remote, l.end(agent).By)
}

func TestManualAgentRefusesWhenTold(t *testing.T) {
	l := newLine(t, RingsForEver())
	caller := l.call()
	agent := l.arriving()
	assert.ErrorContains(t, agent.Refuse(200), "300 to 699")
	require.NoError(t, agent.Refuse(480))
	assert.Equal(t, 480, l.end(caller).Status)
}

func TestHangingUpARingingPhoneDeclines(t *testing.T) {
	l := newLine(t, RingsForEver())
	caller := l.call()
	require.NoError(t, l.arriving().Hangup(l.ctx))
	assert.Equal(t, End{By: Remote, Status: 603}, l.end(caller))
}

func TestPhoneHangsUpAfterItsTalkTime(t *testing.T) {
	l := newLine(t, Answers(0).TalksFor(60*time.Millisecond))
	caller, agent := l.talking()
	assert.Equal(t, Remote, l.end(caller).By)
	assert.Equal(t, Local, l.end(agent).By)
	seen := agent.Times()
	assert.GreaterOrEqual(t, seen.Ended.Sub(seen.Answered), 60*time.Millisecond)
}

func TestBehaviourChangesBetweenCalls(t *testing.T) {
	l := newLine(t, Refuses(486, 0))
	assert.Equal(t, 486, l.end(l.call()).Status)
	l.phone.SetBehaviour(Answers(0))
	require.NoError(t, l.call().WaitAnswered(l.ctx))
}

func TestHookHoldsTheCall(t *testing.T) {
	l := newLine(t, RingsForEver())
	l.phone.SetBehaviour(RingsForEver().Then(func(c *Call) {
		_ = c.Answer(l.ctx)
		_ = c.Press(l.ctx, "7")
		_ = c.Hangup(l.ctx)
	}))
	caller := l.call()
	assert.Equal(t, Remote, l.end(caller).By)
	assert.Equal(t, "7", caller.Digits())
}

func TestPhoneThatTakesOneCallAtATimeIsBusyForTheSecond(t *testing.T) {
	l := newLine(t, Answers(0).OneAtATime())
	l.talking()
	assert.Equal(t, 486, l.end(l.call()).Status)
	// The caller may know of the refusal before the phone has put it away.
	require.Eventually(t, func() bool { return l.phone.Live() == 1 }, limit, time.Millisecond)
	assert.Equal(t, 2, l.phone.Received())
}

func TestPhoneCountsTheCallsItHasAtOnce(t *testing.T) {
	l := newLine(t, Answers(0))
	first, _ := l.talking()
	second, _ := l.talking()
	assert.Equal(t, 2, l.phone.Peak())
	require.NoError(t, first.Hangup(l.ctx))
	require.NoError(t, second.Hangup(l.ctx))
	eventually(t, "both calls are let go", func() bool { return l.phone.Live() == 0 })
	assert.Equal(t, 2, l.phone.Peak())
}

func TestWaitingForTheRingEndsWithAnAnswerWithoutOne(t *testing.T) {
	l := newLine(t, Answers(0))
	caller, _ := l.talking()
	require.NoError(t, caller.WaitRinging(l.ctx))
	assert.True(t, caller.Times().Ringing.IsZero())
}

func TestUnknownUserIsNotFound(t *testing.T) {
	l := newLine(t, Answers(0))
	c, err := l.callers.Call(l.ctx, Caller{Number: "1"}, "sip:9999@"+l.agents.Addr())
	require.NoError(t, err)
	assert.Equal(t, 404, l.end(c).Status)
}

func TestUnpluggedPhoneIsNotFound(t *testing.T) {
	l := newLine(t, Answers(0))
	l.phone.Unplug()
	assert.Equal(t, 404, l.end(l.call()).Status)
	_, err := l.agents.Plug(Account{User: "1001"}, Answers(0))
	assert.NoError(t, err, "its name is free again")
}

func TestBothEndsOfACallMayLiveOnOneExchange(t *testing.T) {
	l := newLine(t, Answers(0))
	caller, err := l.agents.Call(l.ctx, Caller{Number: "1002"}, "sip:1001@"+l.agents.Addr())
	require.NoError(t, err)
	require.NoError(t, caller.WaitAnswered(l.ctx))
	require.NoError(t, caller.Hangup(l.ctx))
	assert.Equal(t, Remote, l.end(l.arriving()).By)
}

func TestDigitsArriveAsPressedInBothDirections(t *testing.T) {
	l := newLine(t, Answers(0))
	caller, agent := l.talking()
	pressed := make(chan error, 1)
	go func() { pressed <- agent.Press(l.ctx, "9#") }()
	require.NoError(t, caller.Press(l.ctx, "2014*#AABbd11"))
	require.NoError(t, <-pressed)
	eventually(t, "all digits are heard", func() bool { return agent.Digits() == "2014*#AABBD11" })
	eventually(t, "and the other way", func() bool { return caller.Digits() == "9#" })
	eventually(t, "audio goes on after them", func() bool {
		before := agent.Heard(caller.Signature())
		return before > 0 && caller.PacketsSent() > before
	})
}

func TestPressRefusesWhatNoKeyHas(t *testing.T) {
	l := newLine(t, Answers(0))
	caller, _ := l.talking()
	assert.ErrorContains(t, caller.Press(l.ctx, "12x"), `'X' at place 3`)
	require.NoError(t, caller.Hangup(l.ctx))
	assert.ErrorContains(t, caller.Press(l.ctx, "1"), "not answered")
}

func TestPressEndsWithTheCall(t *testing.T) {
	l := newLine(t, Answers(0))
	caller, agent := l.talking()
	pressed := make(chan error, 1)
	go func() { pressed <- caller.Press(l.ctx, "12345678901234567890") }()
	eventually(t, "the first digit is heard", func() bool { return agent.Digits() != "" })
	require.NoError(t, agent.Hangup(l.ctx))
	assert.ErrorIs(t, <-pressed, ErrEnded)
}

func TestQuietPhonesSpeakOnceAndThenOnDemand(t *testing.T) {
	t.Parallel()
	l := &line{t: t, ctx: within(t)}
	l.callers = open(t, Options{LocalIP: "127.0.0.2", FrameEvery: NoAudio})
	l.agents = open(t, Options{LocalIP: "127.0.0.3", FrameEvery: NoAudio})
	var err error
	l.phone, err = l.agents.Plug(Account{User: "1001"}, Answers(0))
	require.NoError(t, err)
	caller, agent := l.talking()

	eventually(t, "the first frame arrives", func() bool { return agent.Heard(caller.Signature()) == 1 })
	require.NoError(t, caller.Press(l.ctx, "5"))
	assert.Equal(t, 1, agent.Heard(caller.Signature()), "no audio around the digit")
	require.NoError(t, caller.Speak(4))
	eventually(t, "what was asked for arrives", func() bool { return agent.Heard(caller.Signature()) == 5 })
	assert.Equal(t, "5", agent.Digits())
}

func TestCallerWithALineBreakInTheNameIsRefused(t *testing.T) {
	l := newLine(t, Answers(0))
	_, err := l.callers.Call(l.ctx, Caller{Number: "1", Name: "a\r\nVia: x"}, "sip:1001@"+l.agents.Addr())
	assert.ErrorContains(t, err, "line break")
	assert.Zero(t, l.callers.Calls())
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	_, err := Open(within(t), Options{LocalIP: "localhost"})
	assert.ErrorContains(t, err, `"localhost" is not an IPv4 address`)
	_, err = Open(within(t), Options{LocalIP: "127.0.0.2", Server: "nowhere"})
	assert.ErrorContains(t, err, `"nowhere" is not host:port`)

	taken := open(t, Options{LocalIP: "127.0.0.2"})
	port := netip.MustParseAddrPort(taken.Addr()).Port()
	_, err = Open(within(t), Options{LocalIP: "127.0.0.2", Port: int(port)})
	var inUse *net.OpError
	assert.ErrorAs(t, err, &inUse)

	_, err = taken.Call(within(t), Caller{Number: "1"}, "2014")
	assert.ErrorContains(t, err, "set Options.Server")
}

func TestCloseEndsCallsAndRefusesNewOnes(t *testing.T) {
	l := newLine(t, Answers(0))
	caller, agent := l.talking()
	l.phone.SetBehaviour(RingsForEver())
	ringing := l.call()
	require.NoError(t, ringing.WaitRinging(l.ctx))

	require.NoError(t, l.callers.Close())
	assert.Equal(t, Local, l.end(caller).By)
	assert.Equal(t, Remote, l.end(agent).By)
	assert.Equal(t, Local, l.end(ringing).By)
	eventually(t, "the ringing phone is told", func() bool { return l.phone.Live() == 0 })
	_, err := l.callers.Call(l.ctx, Caller{Number: "1"}, "sip:1001@"+l.agents.Addr())
	assert.ErrorIs(t, err, ErrClosed)
	_, err = l.callers.Plug(Account{User: "x"}, Answers(0))
	assert.ErrorIs(t, err, ErrClosed)
	assert.NoError(t, l.callers.Close(), "closing twice is no error")
}

func TestWhoFallsSilentIsHeardNoMoreUntilHeSpeaksAgain(t *testing.T) {
	l := newLine(t, Answers(0))
	caller, agent := l.talking()
	eventually(t, "the agent hears the caller", func() bool { return agent.Heard(caller.Signature()) > 3 })

	require.NoError(t, caller.Hush(true))
	sent := caller.PacketsSent()
	eventually(t, "packets of silence", func() bool { return agent.PacketsReceived() > sent+10 })
	assert.LessOrEqual(t, agent.Heard(caller.Signature()), sent, "what was said before")

	require.NoError(t, caller.Mute())
	sent = caller.PacketsSent()
	require.NoError(t, caller.Press(l.ctx, "5"))
	digit := caller.PacketsSent() - sent
	require.NoError(t, caller.Press(l.ctx, "5"))
	assert.Equal(t, sent+2*digit, caller.PacketsSent(), "no audio between the digits")

	heard := agent.Heard(caller.Signature())
	require.NoError(t, caller.Hush(false))
	eventually(t, "the agent hears him again", func() bool { return agent.Heard(caller.Signature()) > heard+3 })
	require.NoError(t, caller.Hangup(l.ctx))
	l.end(caller)
	assert.Error(t, caller.Hush(true))
	assert.Error(t, caller.Mute())
}
