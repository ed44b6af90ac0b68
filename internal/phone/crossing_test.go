package phone

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAnswerThatCrossesTheCancelIsAcknowledgedAndEnded(t *testing.T) {
	// The 200 is lost until the CANCEL is sent, while the agent has answered.
	var cancelled atomic.Bool
	l := newLossyLine(t, RingsForEver(), func(sent []byte) bool {
		cancelled.Store(cancelled.Load() || bytes.HasPrefix(sent, []byte("CANCEL")))
		return false
	}, func(sent []byte) bool {
		return !cancelled.Load() && bytes.HasPrefix(sent, []byte("SIP/2.0 200")) && bytes.Contains(sent, []byte("CSeq: 1 INVITE"))
	})
	caller := l.call()
	agent := l.arriving()
	require.NoError(t, caller.WaitRinging(l.ctx))
	answered := make(chan error, 1)
	go func() { answered <- agent.Answer(l.ctx) }()
	eventually(t, "the agent has answered", func() bool { return !agent.Times().Answered.IsZero() })

	require.NoError(t, caller.Hangup(l.ctx))
	require.NoError(t, <-answered, "the ACK comes all the same")
	assert.Equal(t, End{By: Local, Status: 200}, l.end(caller))
	assert.Equal(t, End{By: Remote, Status: 200}, l.end(agent))
	seen := caller.Times()
	assert.False(t, seen.Cancelled.IsZero())
	assert.True(t, seen.Answered.After(seen.Cancelled), "that is what crossing means")
	assert.ErrorIs(t, caller.WaitAnswered(l.ctx), ErrEnded, "nobody could talk")
	assert.True(t, agent.Times().Cancelled.IsZero(), "a CANCEL after the 200 has no effect")
}

func TestAnswerAndCancelInTheSameInstantLeaveBothSidesAgreed(t *testing.T) {
	l := newLine(t, RingsForEver())
	for range 60 {
		caller := l.call()
		agent := l.arriving()
		require.NoError(t, caller.WaitRinging(l.ctx))
		var both sync.WaitGroup
		both.Go(func() { _ = agent.Answer(l.ctx) }) // either may win
		both.Go(func() { assert.NoError(t, caller.Hangup(l.ctx)) })
		both.Wait()

		mine, theirs := l.end(caller), l.end(agent)
		assert.Equal(t, mine.Status, theirs.Status)
		assert.Contains(t, []int{200, 487}, mine.Status)
		assert.Equal(t, Local, mine.By)
		assert.Equal(t, Remote, theirs.By)
	}
	assert.Zero(t, l.phone.Live())
	assert.Zero(t, l.callers.Calls())
}

// Hangup looks at the call's state and then acts on it. Here the answer comes
// between the two: the hang-up that meant to cancel must end the talk.
func TestHangUpDecidedJustBeforeTheAnswerEndsTheTalk(t *testing.T) {
	l := newLine(t, Answers(0))
	caller, agent := l.talking()
	ctx, stop := context.WithTimeout(l.ctx, 5*time.Second)
	defer stop()
	require.NoError(t, caller.cancel(ctx))
	assert.Equal(t, End{By: Local, Status: 200}, l.end(caller))
	assert.Equal(t, End{By: Remote, Status: 200}, l.end(agent))
	assert.True(t, caller.Times().Cancelled.IsZero(), "nothing was cancelled")
}

// The other order: the wish to cancel is there first, and the answer does not
// open the call any more.
func TestAnAnswerAfterTheWishToCancelOpensNothing(t *testing.T) {
	l := newLine(t, RingsForEver())
	caller := l.call()
	agent := l.arriving()
	require.NoError(t, caller.WaitRinging(l.ctx))
	require.True(t, caller.wishCancel())
	assert.False(t, caller.open())
	assert.False(t, caller.Talking())
	l.end(caller)
	assert.Equal(t, 487, l.end(agent).Status)
}

func TestBothHangUpInTheSameInstant(t *testing.T) {
	l := newLine(t, Answers(0))
	for range 40 {
		caller, agent := l.talking()
		var both sync.WaitGroup
		both.Go(func() { assert.NoError(t, caller.Hangup(l.ctx)) })
		both.Go(func() { assert.NoError(t, agent.Hangup(l.ctx)) })
		both.Wait()
		l.end(caller)
		l.end(agent)
	}
	eventually(t, "no call is left", func() bool { return l.callers.Calls()+l.agents.Calls() == 0 })
}

func TestAnswerAtTheEndOfTheRingTimeOut(t *testing.T) {
	const ring = 40 * time.Millisecond
	l := newLine(t, Answers(ring))
	for range 20 {
		caller := l.call()
		agent := l.arriving()
		timer := time.NewTimer(time.Until(caller.Times().Invited.Add(ring)))
		<-timer.C
		require.NoError(t, caller.Hangup(l.ctx))
		assert.Equal(t, l.end(caller).Status == 487, l.end(agent).Status == 487, "either both saw a cancel or neither")
	}
}

func TestLostMessagesAreRepeated(t *testing.T) {
	for name, lose := range map[string]struct{ caller, agent func([]byte) bool }{
		"INVITE": {caller: loseFirst("INVITE")},
		"answer": {agent: loseFirst("SIP/2.0 200", "CSeq: 1 INVITE")},
		"ACK":    {caller: loseFirst("ACK")},
		"BYE":    {caller: loseFirst("BYE")},
		"bye OK": {agent: loseFirst("SIP/2.0 200", "CSeq: 2 BYE")},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLossyLine(t, RingsForEver(), lose.caller, lose.agent)
			caller := l.call()
			agent := l.arriving()
			require.NoError(t, agent.Answer(l.ctx))
			require.NoError(t, caller.WaitAnswered(l.ctx))
			require.NoError(t, caller.Hangup(l.ctx))
			assert.Equal(t, End{By: Remote, Status: 200}, l.end(agent))
			assert.Equal(t, 1, l.phone.Received(), "a repetition is no second call")
		})
	}
}

func TestLostRefusalIsRepeated(t *testing.T) {
	l := newLossyLine(t, Refuses(486, 0), nil, loseFirst("SIP/2.0 486"))
	assert.Equal(t, 486, l.end(l.call()).Status)
}

func TestCallsEndWhenTheServerDies(t *testing.T) {
	t.Parallel()
	l := &line{t: t, ctx: within(t)}
	l.callers = open(t, Options{LocalIP: "127.0.0.2", ServerTimeout: 2 * time.Second})
	var network *badNetwork
	l.agents, network = openOnBadNetwork(t, "127.0.0.3", Options{}, nil)
	var err error
	l.phone, err = l.agents.Plug(Account{User: "1001"}, Answers(0))
	require.NoError(t, err)
	talking, _ := l.talking()
	l.phone.SetBehaviour(RingsForEver())
	ringing := l.call()
	require.NoError(t, ringing.WaitRinging(l.ctx))

	eventually(t, "a silent but living server is asked and answers", func() bool {
		return time.Since(ringing.Times().Ringing) > 4*time.Second // twice the time-out
	})
	assert.True(t, talking.Talking())
	network.cut()
	assert.Equal(t, End{By: Network}, l.end(talking))
	assert.Equal(t, End{By: Network}, l.end(ringing))
}

func TestForcedHangupEndsACallWhoseOtherSideIsGone(t *testing.T) {
	t.Parallel()
	l := &line{t: t, ctx: within(t)}
	l.callers = open(t, Options{LocalIP: "127.0.0.2"})
	var network *badNetwork
	l.agents, network = openOnBadNetwork(t, "127.0.0.3", Options{}, nil)
	var err error
	l.phone, err = l.agents.Plug(Account{User: "1001"}, Answers(0))
	require.NoError(t, err)
	caller, _ := l.talking()
	network.cut()

	short, cancel := context.WithTimeout(l.ctx, 50*time.Millisecond)
	defer cancel()
	assert.ErrorIs(t, caller.Hangup(short), context.DeadlineExceeded)
	assert.Equal(t, Local, l.end(caller).By, "it has ended here")
	assert.Zero(t, l.callers.Calls())
}

// Not parallel: it counts the goroutines of the process.
func TestTwoHundredCallsAtOnceLeaveNothingBehind(t *testing.T) {
	const calls = 200
	before := runtime.NumGoroutine()
	ctx := within(t)
	light := Options{LocalIP: "127.0.0.2", FrameEvery: 200 * time.Millisecond}
	callers, err := Open(ctx, light)
	require.NoError(t, err)
	light.LocalIP = "127.0.0.3"
	agents, err := Open(ctx, light)
	require.NoError(t, err)
	idle := runtime.NumGoroutine()

	pairs := make([]struct{ caller, agent *Call }, calls)
	var all sync.WaitGroup
	for i := range pairs {
		user := fmt.Sprintf("%04d", i)
		phone, err := agents.Plug(Account{User: user}, Answers(10*time.Millisecond).OneAtATime())
		require.NoError(t, err)
		all.Go(func() {
			caller, err := callers.Call(ctx, Caller{Number: user}, "sip:"+user+"@"+agents.Addr())
			if !assert.NoError(t, err) || !assert.NoError(t, caller.WaitAnswered(ctx)) {
				return
			}
			agent, err := phone.NextCall(ctx)
			assert.NoError(t, err)
			pairs[i].caller, pairs[i].agent = caller, agent
		})
	}
	all.Wait()
	require.False(t, t.Failed())
	assert.Equal(t, calls, callers.Calls())
	for _, p := range pairs {
		eventually(t, "each hears the other", func() bool {
			return p.agent.Heard(p.caller.Signature()) > 0 && p.caller.Heard(p.agent.Signature()) > 0
		})
		assert.Len(t, p.agent.HeardAny(), 1, "and nobody else")
		assert.Len(t, p.caller.HeardAny(), 1)
		all.Go(func() { assert.NoError(t, p.caller.Hangup(ctx)) })
	}
	all.Wait()
	const watcher = 1 // Eventually looks from a goroutine of its own
	eventually(t, "every goroutine of a call has ended with it", func() bool { return runtime.NumGoroutine() <= idle+watcher })
	assert.Zero(t, callers.Calls())

	require.NoError(t, callers.Close())
	require.NoError(t, agents.Close())
	eventually(t, "and those of the exchanges with Close", func() bool { return runtime.NumGoroutine() <= before+watcher })
}
