package ari_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/ari/aritest"
)

func TestALegIsCreatedDownThenDialledAndAnswers(t *testing.T) {
	t.Parallel()
	s := aritest.New(t)
	c, box := linked(t, quick(s.Options()))
	phone := s.Phone("PJSIP/1001", aritest.Rings())
	leg := ari.CreateChannel{
		ID: "leg-1", Endpoint: "PJSIP/1001", AppArgs: "leg,7",
		Variables: map[string]string{"CALLERID(num)": "0199", "CALLERID(name)": "Impôts | 2 min"},
	}
	require.NoError(t, c.Create(t.Context(), leg))
	box.wait(t, "StasisStart", 1)
	seen, err := c.GetChannel(t.Context(), "leg-1")
	require.NoError(t, err)
	assert.Equal(t, "Down", seen.State)
	assert.Equal(t, "Impôts | 2 min", seen.Caller.Name)
	assert.True(t, seen.InApplication("app"))
	assert.False(t, seen.InApplication("ap"))
	assert.False(t, phone.Ringing(), "nothing rings before the dial")

	require.NoError(t, c.Dial(t.Context(), "leg-1", "", 20*time.Second))
	require.Eventually(t, phone.Ringing, patience, tick)
	require.ErrorIs(t, c.Dial(t.Context(), "leg-1", "", time.Second), ari.ErrConflict)
	phone.Answer()
	assert.Equal(t, ari.ChannelID("leg-1"), box.wait(t, "Dial", 3).Channel())
	require.ErrorIs(t, c.Create(t.Context(), leg), ari.ErrConflict)
	require.NoError(t, c.Hangup(t.Context(), "leg-1", "normal"))
	require.ErrorIs(t, c.Hangup(t.Context(), "leg-1", ""), ari.ErrNotFound)
	require.ErrorIs(t, c.Dial(t.Context(), "leg-1", "", time.Second), ari.ErrNotFound)
}

func TestAnUnreachableEndpointIsToldFromARepeatedId(t *testing.T) {
	t.Parallel()
	s := aritest.New(t)
	c, _ := linked(t, quick(s.Options()))
	s.Phone("PJSIP/1001", aritest.Rings())
	s.Phone("PJSIP/1002", aritest.Unreachable())
	create := func(id ari.ChannelID, endpoint string) error {
		return c.Create(t.Context(), ari.CreateChannel{ID: id, Endpoint: endpoint})
	}
	require.ErrorIs(t, create("a", "PJSIP/1002"), ari.ErrUnreachable)
	require.NoError(t, create("a", "PJSIP/1001"))
	require.ErrorIs(t, create("a", "PJSIP/1001"), ari.ErrConflict)
	// Now Asterisk says 409 to whatever it cannot reach on that connection.
	for range 3 {
		err := create("b", "PJSIP/1002")
		require.ErrorIs(t, err, ari.ErrUnreachable)
		require.NotErrorIs(t, err, ari.ErrConflict)
	}
}

func TestRefusalsKeepTheirMeaning(t *testing.T) {
	t.Parallel()
	s := aritest.New(t)
	c, _ := linked(t, quick(s.Options()))
	s.Phone("PJSIP/1001", aritest.Rings())
	ctx := t.Context()
	caller := s.Call("1", "2014")
	require.NoError(t, c.Create(ctx, ari.CreateChannel{ID: "leg", Endpoint: "PJSIP/1001"}))
	require.ErrorIs(t, c.Answer(ctx, "leg"), ari.ErrInvalidState)
	require.ErrorIs(t, c.Answer(ctx, "nobody"), ari.ErrNotFound)
	require.NoError(t, c.CreateBridge(ctx, "b", "mixing", "name"))
	require.ErrorIs(t, c.CreateBridge(ctx, "b", "", ""), ari.ErrConflict)
	require.ErrorIs(t, c.AddToBridge(ctx, "b", caller.ID(), "nobody"), ari.ErrNotFound)
	require.ErrorIs(t, c.AddToBridge(ctx, "none", caller.ID()), ari.ErrNotFound)
	require.NoError(t, c.Continue(ctx, caller.ID(), "default", "s", 1))
	require.ErrorIs(t, c.AddToBridge(ctx, "b", caller.ID()), ari.ErrNotInApplication)
	err := c.StartMusic(ctx, caller.ID(), "")
	require.ErrorIs(t, err, ari.ErrNotInApplication)
	require.ErrorIs(t, err, ari.ErrConflict)

	var refused *ari.Error
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, http.StatusConflict, refused.Status)
	assert.Contains(t, err.Error(), "channel.start_music "+string(caller.ID()))
	assert.NotErrorIs(t, err, ari.ErrAmbiguous)
	assert.NotErrorIs(t, err, ari.ErrNotFound)
}

func TestABridgeCarriesTwoPartiesAndIsListed(t *testing.T) {
	t.Parallel()
	s := aritest.New(t)
	c, box := linked(t, quick(s.Options()))
	ctx := t.Context()
	a, b := s.Call("1", "2014"), s.Call("2", "2014")
	require.NoError(t, c.Answer(ctx, a.ID()))
	require.NoError(t, c.CreateBridge(ctx, "call-1", "mixing", "n"))
	require.NoError(t, c.AddToBridge(ctx, "call-1", a.ID(), b.ID()))
	entered := box.wait(t, "ChannelEnteredBridge", 2)
	assert.Equal(t, ari.BridgeID("call-1"), entered.Bridge())
	list, err := c.ListBridges(ctx)
	require.NoError(t, err)
	require.Len(t, list, 1)
	assert.Equal(t, []string{string(a.ID()), string(b.ID())}, list[0].ChannelIDs)
	assert.Equal(t, []ari.ChannelID{b.ID()}, a.Channel().BridgedTo)
	require.NoError(t, c.RemoveFromBridge(ctx, "call-1", b.ID()))
	one, err := c.GetBridge(ctx, "call-1")
	require.NoError(t, err)
	assert.Equal(t, []string{string(a.ID())}, one.ChannelIDs)
	require.NoError(t, c.DestroyBridge(ctx, "call-1"))
	require.ErrorIs(t, c.DestroyBridge(ctx, "call-1"), ari.ErrNotFound)
	channels, err := c.ListChannels(ctx)
	require.NoError(t, err)
	assert.Len(t, channels, 2)
}

func TestPromptsQueueUpAndAreStoppedById(t *testing.T) {
	t.Parallel()
	s := aritest.New(t)
	s.SetMediaLength(func(string) time.Duration { return aritest.Forever })
	c, box := linked(t, quick(s.Options()))
	ctx := t.Context()
	caller := s.Call("1", "2014")
	require.NoError(t, c.Answer(ctx, caller.ID()))
	require.NoError(t, c.Play(ctx, caller.ID(), "p1", []string{"sound:a", "sound:b"}, "fr"))
	require.NoError(t, c.Play(ctx, caller.ID(), "p2", []string{"sound:c"}, ""))
	started := box.wait(t, "PlaybackStarted", 1)
	assert.Equal(t, ari.PlaybackID("p1"), started.Playback())
	assert.Equal(t, caller.ID(), started.Channel())
	p, err := c.GetPlayback(ctx, "p2")
	require.NoError(t, err)
	assert.Equal(t, "queued", p.State)
	require.NoError(t, c.StopPlayback(ctx, "p2"))
	require.NoError(t, c.StopPlayback(ctx, "p1"))
	assert.Equal(t, ari.PlaybackID("p2"), box.wait(t, "PlaybackFinished", 2).Playback())
	require.ErrorIs(t, c.StopPlayback(ctx, "p1"), ari.ErrNotFound)
	assert.Equal(t, []string{"sound:a"}, caller.Channel().Played)
}

func TestVariablesMusicEndpointsAndTheApplicationCanBeReadAndSet(t *testing.T) {
	t.Parallel()
	s := aritest.New(t)
	c, box := linked(t, quick(s.Options()))
	ctx := t.Context()
	caller := s.Call("1", "2014")
	require.NoError(t, c.SetVariable(ctx, caller.ID(), "X", "a|b=c&d+e é"))
	value, err := c.GetVariable(ctx, caller.ID(), "X")
	require.NoError(t, err)
	assert.Equal(t, "a|b=c&d+e é", value)
	_, err = c.GetVariable(ctx, caller.ID(), "NOPE")
	require.ErrorIs(t, err, ari.ErrNotFound)

	require.NoError(t, c.StartMusic(ctx, caller.ID(), "jazz"))
	assert.Equal(t, "jazz", caller.Channel().Music)
	require.NoError(t, c.StopMusic(ctx, caller.ID()))
	assert.Empty(t, caller.Channel().Music)
	require.NoError(t, c.StartRinging(ctx, caller.ID()))
	assert.True(t, caller.Channel().Ringing)
	require.NoError(t, c.StopRinging(ctx, caller.ID()))
	assert.False(t, caller.Channel().Ringing)

	s.Phone("PJSIP/1001", aritest.Unreachable())
	e, err := c.GetEndpoint(ctx, "PJSIP", "1001")
	require.NoError(t, err)
	assert.Equal(t, "offline", e.State)

	app, err := c.GetApplication(ctx)
	require.NoError(t, err)
	assert.Equal(t, []string{string(caller.ID())}, app.ChannelIDs)
	require.NoError(t, c.SetEventFilter(ctx, "ChannelDtmfReceived"))
	caller.Press("1")
	caller.Hangup()
	box.wait(t, "StasisEnd", 1)
	assert.Empty(t, box.all("ChannelDtmfReceived"))
}

func TestAUserEventOfOurOwnComesBack(t *testing.T) {
	t.Parallel()
	s := aritest.New(t)
	c, box := linked(t, quick(s.Options()))
	require.NoError(t, c.SendUserEvent(t.Context(), "a+b c/d", map[string]string{"k": "v"}))
	e := box.wait(t, "ChannelUserevent", 1)
	assert.Contains(t, string(mustJSON(t, e.Value)), `"a+b c/d"`)
}

func TestALostAnswerIsAmbiguousAndTheWorkWasDone(t *testing.T) {
	t.Parallel()
	s := aritest.New(t)
	c, _ := linked(t, quick(s.Options()))
	s.Phone("PJSIP/1001", aritest.Rings())
	s.Inject(1, "POST /channels/create", aritest.LoseAnswer())
	err := c.Create(t.Context(), ari.CreateChannel{ID: "leg", Endpoint: "PJSIP/1001"})
	require.ErrorIs(t, err, ari.ErrAmbiguous)
	_, err = c.GetChannel(t.Context(), "leg")
	require.NoError(t, err, "ask by id: the leg is there")
	assert.Equal(t, uint64(1), c.Counters().Ambiguous)
}

func TestARequestWithoutAnswerEndsByItsDeadlineAndIsAmbiguous(t *testing.T) {
	t.Parallel()
	s := aritest.New(t)
	o := quick(s.Options())
	o.RequestTimeout = 50 * time.Millisecond
	c, _ := linked(t, o)
	caller := s.Call("1", "2014")
	const play = "POST /channels/*/play/*"
	defer s.Inject(0, play, aritest.Hang())()
	var err error
	require.Eventually(t, func() bool { // one that does not leave in time is not ambiguous
		err = c.Play(t.Context(), caller.ID(), "p", []string{"sound:a"}, "")
		return s.Count(play) > 0
	}, patience, tick)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.ErrorIs(t, err, ari.ErrAmbiguous)
}

func TestARequestThatCannotLeaveIsNotAmbiguous(t *testing.T) {
	t.Parallel()
	s := aritest.New(t)
	c, err := ari.New(s.Options())
	require.NoError(t, err)
	s.Close()
	err = c.Play(t.Context(), "x", "p", []string{"sound:a"}, "")
	require.Error(t, err)
	require.NotErrorIs(t, err, ari.ErrAmbiguous)

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	err = c.Play(ended, "x", "p", []string{"sound:a"}, "")
	require.ErrorIs(t, err, context.Canceled)
	require.NotErrorIs(t, err, ari.ErrAmbiguous)
}

// warm leaves exactly one kept connection, so that the next request uses it.
func warm(t *testing.T) (*aritest.Server, *ari.Client, *aritest.Caller) {
	t.Helper()
	s := aritest.New(t)
	first, box := linked(t, quick(s.Options()))
	caller := s.Call("1", "2014")
	box.wait(t, "StasisStart", 1)
	_ = first
	c, err := ari.New(s.Options())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Run(endedContext())) })
	_, err = c.Info(t.Context())
	require.NoError(t, err)
	return s, c, caller
}

func endedContext() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

func TestIdempotentRequestsSurviveAKeptConnectionClosedUnderThem(t *testing.T) {
	t.Parallel()
	s, c, caller := warm(t)
	for pattern, request := range map[string]func() error{
		"POST /channels/*/answer": func() error { return c.Answer(t.Context(), caller.ID()) },
		"POST /channels/*/moh":    func() error { return c.StartMusic(t.Context(), caller.ID(), "") },
		"DELETE /channels/*/moh":  func() error { return c.StopMusic(t.Context(), caller.ID()) },
		"POST /channels/*/ring":   func() error { return c.StartRinging(t.Context(), caller.ID()) },
		"DELETE /channels/*/ring": func() error { return c.StopRinging(t.Context(), caller.ID()) },
		"GET /channels/*":         func() error { _, err := c.GetChannel(t.Context(), caller.ID()); return err },
	} {
		_, err := c.Info(t.Context())
		require.NoError(t, err)
		s.Inject(1, pattern, aritest.LoseRequest())
		require.NoError(t, request(), pattern)
		assert.Equal(t, 2, s.Count(pattern), pattern)
	}
}

func TestAPlayIsNeverSentTwice(t *testing.T) {
	t.Parallel()
	s, c, caller := warm(t)
	s.Inject(1, "POST /channels/*/play/*", aritest.LoseRequest())
	err := c.Play(t.Context(), caller.ID(), "p", []string{"sound:a"}, "")
	require.ErrorIs(t, err, ari.ErrAmbiguous)
	assert.Equal(t, 1, s.Count("POST /channels/*/play/*"))
	assert.Empty(t, caller.Channel().Played)
}

func TestIdleConnectionsClosedByAsteriskHurtNobody(t *testing.T) {
	t.Parallel()
	s, c, caller := warm(t)
	for i := range 20 {
		s.DropIdle()
		err := c.Play(t.Context(), caller.ID(), ari.PlaybackID(rune('a'+i)), []string{"sound:a"}, "")
		if errors.Is(err, ari.ErrAmbiguous) {
			continue // the close crossed the request: said, not hidden
		}
		require.NoError(t, err)
	}
	assert.LessOrEqual(t, len(caller.Channel().Played), 20)
	assert.Equal(t, s.Count("POST /channels/*/play/*"), len(caller.Channel().Played), "nothing played that was not asked for")
}

func TestTheSessionLimitIsAFailureAndNotAHang(t *testing.T) {
	t.Parallel()
	s := aritest.New(t)
	c, err := ari.New(s.Options())
	require.NoError(t, err)
	s.SetSessionLimit(0)
	start := time.Now()
	_, err = c.Info(t.Context())
	require.Error(t, err)
	assert.Less(t, time.Since(start), patience)
	assert.Positive(t, s.TurnedAway())
}

func TestThePoolKeepsItsConnectionsAndItsBound(t *testing.T) {
	t.Parallel()
	s := aritest.New(t)
	o := s.Options()
	o.MaxConns = 8
	c, err := ari.New(o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Run(endedContext())) })
	for range 5 {
		var group sync.WaitGroup
		for range 40 {
			group.Go(func() {
				_, err := c.ListChannels(t.Context())
				assert.NoError(t, err)
			})
		}
		group.Wait()
		assert.LessOrEqual(t, s.Connections(), 8)
	}
	assert.Equal(t, uint64(200), c.Counters().Requests)
	assert.Zero(t, c.Counters().RequestErrors)
}

func TestTheObserverSeesEveryRequestByItsKind(t *testing.T) {
	t.Parallel()
	s := aritest.New(t)
	o := quick(s.Options())
	var mu sync.Mutex
	seen := map[string]error{}
	lags := 0
	o.Observer.OnRequest = func(op string, took time.Duration, err error) {
		mu.Lock()
		defer mu.Unlock()
		seen[op] = err
		assert.Positive(t, took)
	}
	o.Observer.OnEventLag = func(time.Duration) {
		mu.Lock()
		defer mu.Unlock()
		lags++
	}
	c, _ := linked(t, o)
	assert.Error(t, c.Answer(t.Context(), "a-channel-id"))
	require.Eventually(t, func() bool {
		mu.Lock()
		defer mu.Unlock()
		_, probed := seen["event.user"] // its echo may overtake its answer
		return probed && lags > 0
	}, patience, tick)
	mu.Lock()
	defer mu.Unlock()
	assert.ErrorIs(t, seen["channel.answer"], ari.ErrNotFound)
}

func TestAnAnswerThatIsNotWhatWasAskedForIsAnError(t *testing.T) {
	t.Parallel()
	s := aritest.New(t)
	c, err := ari.New(s.Options())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Run(endedContext())) })
	s.Inject(1, "GET /channels", aritest.Refuse(http.StatusOK, "an object, not a list"))
	_, err = c.ListChannels(t.Context())
	require.ErrorContains(t, err, "channel.list")
	s.Inject(1, "GET /channels", aritest.Refuse(http.StatusServiceUnavailable, "going down"))
	_, err = c.ListChannels(t.Context())
	require.ErrorContains(t, err, "503 going down")
}

func TestATransferThatAPhoneAsksForIsToldAndAnswered(t *testing.T) {
	t.Parallel()
	s := aritest.New(t)
	c, box := linked(t, quick(s.Options()))
	phone := s.Phone("PJSIP/1001", aritest.Answers(0))
	require.NoError(t, c.Create(t.Context(), ari.CreateChannel{ID: "leg-1", Endpoint: "PJSIP/1001"}))
	require.NoError(t, c.Dial(t.Context(), "leg-1", "", 0))
	require.Eventually(t, phone.Talking, patience, tick)
	phone.Refer("1002")
	e := box.wait(t, "ChannelTransfer", 1)
	asked := e.Value.(*ari.ChannelTransfer)
	assert.Equal(t, ari.ChannelID("leg-1"), e.Channel())
	assert.Empty(t, asked.State)
	assert.Equal(t, "1002", asked.ReferTo.RequestedDestination.Destination)
	assert.Empty(t, asked.ReferTo.RequestedDestination.ProtocolID)

	require.NoError(t, c.TransferProgress(t.Context(), "leg-1", ari.TransferBegun))
	require.NoError(t, c.TransferProgress(t.Context(), "leg-1", ari.TransferUnavailable))
	assert.Equal(t, "channel_declined", box.wait(t, "ChannelTransfer", 3).Value.(*ari.ChannelTransfer).State)
	require.NoError(t, c.TransferProgress(t.Context(), "leg-1", ari.TransferDone), "nothing is open any more")
	assert.Equal(t, []ari.TransferState{ari.TransferBegun, ari.TransferUnavailable}, phone.Told())
	require.Error(t, c.TransferProgress(t.Context(), "leg-1", "channel_lost"))

	phone.ReferToCall("1002", "leg-1")
	asked = box.wait(t, "ChannelTransfer", 4).Value.(*ari.ChannelTransfer)
	assert.Equal(t, "leg-1", asked.ReferTo.DestinationChannel.ID)
	assert.NotEmpty(t, asked.ReferTo.RequestedDestination.ProtocolID)
	phone.Hangup()
	require.ErrorIs(t, c.TransferProgress(t.Context(), "leg-1", ari.TransferDone), ari.ErrNotFound)
	assert.Equal(t, ari.TransferUnavailable, phone.Told()[2])
}
