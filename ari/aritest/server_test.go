package aritest_test

import (
	"context"
	"encoding/base64"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	v5 "github.com/CyCoreSystems/ari/v5"
	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/ari/aritest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	patience = 30 * time.Second
	tick     = time.Millisecond
)

// story is every event heard, as its type and what matters of it.
type story struct {
	mu    sync.Mutex
	lines []string
}

func (s *story) take(e ari.Event) {
	line := e.Type
	switch v := e.Value.(type) {
	case *v5.Dial:
		line += " " + v.Dialstatus
	case *v5.ChannelStateChange:
		line += " " + v.Channel.State
	case *v5.ChannelDestroyed:
		line += " " + v.CauseTxt
	case *v5.PlaybackStarted:
		line += " " + v.Playback.MediaURI
	case *v5.PlaybackFinished:
		line += " " + v.Playback.ID + " " + v.Playback.State
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, line)
}

func (s *story) all() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.lines...)
}

func (s *story) waitFor(t *testing.T, want ...string) {
	t.Helper()
	assert.EventuallyWithT(t, func(c *assert.CollectT) { assert.Equal(c, want, s.all()) }, patience, tick)
}

// listen runs a client and returns the story after its link is up.
func listen(t *testing.T, s *aritest.Server) (*ari.Client, *story) {
	t.Helper()
	o := s.Options()
	o.ProbeEvery, o.ProbeDeadline = 20*time.Millisecond, time.Minute // though the machine stands still
	o.ReconnectMin, o.ReconnectMax = time.Millisecond, 5*time.Millisecond
	c, err := ari.New(o)
	require.NoError(t, err)
	told := &story{}
	up := make(chan struct{}, 100)
	c.Default(func(e ari.Event) {
		switch e.Type {
		case ari.TypeLinkUp:
			up <- struct{}{}
		case ari.TypeLinkDown:
		default:
			told.take(e)
		}
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	t.Cleanup(func() { cancel(); assert.NoError(t, <-ended) })
	<-up
	return c, told
}

// ring creates a leg to the endpoint and dials it.
func ring(t *testing.T, c *ari.Client, id ari.ChannelID, endpoint string, timeout time.Duration) {
	t.Helper()
	require.NoError(t, c.Create(t.Context(), ari.CreateChannel{ID: id, Endpoint: endpoint}))
	require.NoError(t, c.Dial(t.Context(), id, "", timeout))
}

func TestEachBehaviourOfAPhoneTellsItsOwnStory(t *testing.T) {
	t.Parallel()
	begun := []string{"StasisStart", "Dial "}
	rung := append(begun[:2:2], "ChannelStateChange Ringing", "Dial RINGING")
	const second, long = 5 * time.Millisecond, 24 * time.Hour
	for name, row := range map[string]struct {
		does  aritest.Behaviour
		rings time.Duration
		want  []string
	}{
		"answers":       {aritest.Answers(0), long, append(rung[:4:4], "ChannelStateChange Up", "Dial ANSWER")},
		"answers later": {aritest.Answers(5 * time.Millisecond), long, append(rung[:4:4], "ChannelStateChange Up", "Dial ANSWER")},
		"busy":          {aritest.Busy(), long, append(begun[:2:2], "ChannelHangupRequest", "StasisEnd", "ChannelDestroyed User busy")},
		"refuses":       {aritest.Refuses(), long, append(rung[:4:4], "ChannelHangupRequest", "StasisEnd", "ChannelDestroyed Call Rejected")},
		"rings out":     {aritest.Rings(), 20 * time.Second, append(rung[:4:4], "ChannelHangupRequest", "StasisEnd", "ChannelDestroyed User alerting, no answer")},
		"silent":        {aritest.Silent(), 20 * time.Second, append(begun[:2:2], "ChannelHangupRequest", "StasisEnd", "ChannelDestroyed User alerting, no answer")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := aritest.NewWith(t, aritest.Config{Second: second})
			phone := s.Phone("PJSIP/1001", row.does)
			c, told := listen(t, s)
			ring(t, c, "leg", "PJSIP/1001", row.rings)
			told.waitFor(t, row.want...)
			assert.Equal(t, 1, phone.Calls())
			assert.Equal(t, 1, phone.Peak())
		})
	}
}

func TestTheTimeoutOfADialDoesNotEndAnAnsweredCall(t *testing.T) {
	t.Parallel()
	s := aritest.NewWith(t, aritest.Config{Second: time.Millisecond})
	phone := s.Phone("PJSIP/1001", aritest.Answers(0))
	silent := s.Phone("PJSIP/1002", aritest.Rings())
	c, _ := listen(t, s)
	ring(t, c, "answered", "PJSIP/1001", time.Second)
	ring(t, c, "rings", "PJSIP/1002", 2*time.Second)
	require.Eventually(t, func() bool { return silent.Last().Gone }, patience, tick)
	assert.True(t, phone.Talking())
	phone.Hangup()
	assert.False(t, phone.Talking())
	assert.Equal(t, 16, phone.Last().Cause)
}

func TestASecondDialBeforeThePhoneRingsKillsTheLeg(t *testing.T) {
	t.Parallel()
	s := aritest.New(t)
	s.Phone("PJSIP/1001", aritest.Silent())
	c, _ := listen(t, s)
	ring(t, c, "leg", "PJSIP/1001", time.Minute)
	require.NoError(t, c.Dial(t.Context(), "leg", "", time.Minute))
	_, alive := s.Channel("leg")
	assert.False(t, alive)
}

func TestACallersChannelEndsWithStasisEndAndNoMore(t *testing.T) {
	t.Parallel()
	s := aritest.New(t)
	c, told := listen(t, s)
	caller := s.Call("0199001234", "2014", "x")
	assert.Equal(t, "app,x", caller.Channel().AppArgs)
	require.NoError(t, c.Answer(t.Context(), caller.ID()))
	caller.Hangup()
	caller.Hangup()
	caller.Press("1")
	told.waitFor(t, "StasisStart", "ChannelStateChange Up", "ChannelHangupRequest", "StasisEnd")
	assert.True(t, caller.Channel().Gone)
	assert.Empty(t, s.Channels())
}

func TestAPlaybackRunsThroughItsMediaAndARepeatedIdPlaysTwice(t *testing.T) {
	t.Parallel()
	s := aritest.New(t)
	s.SetMediaLength(func(string) time.Duration { return time.Millisecond })
	c, told := listen(t, s)
	caller := s.Call("1", "2014")
	for range 2 {
		require.NoError(t, c.Play(t.Context(), caller.ID(), "p", []string{"sound:a", "sound:b"}, ""))
	}
	once := []string{"PlaybackStarted sound:a", "PlaybackContinuing", "PlaybackStarted sound:b", "PlaybackFinished p done"}
	told.waitFor(t, append(append([]string{"StasisStart"}, once...), once...)...)
}

func TestABridgeWaitsForThePromptsOfAChannelAndAHangUpEndsThemAsFailed(t *testing.T) {
	t.Parallel()
	s := aritest.New(t)
	s.SetMediaLength(func(string) time.Duration { return aritest.Forever })
	c, told := listen(t, s)
	caller := s.Call("1", "2014")
	ctx := t.Context()
	require.NoError(t, c.Play(ctx, caller.ID(), "p1", []string{"sound:a"}, ""))
	require.NoError(t, c.Play(ctx, caller.ID(), "p2", []string{"sound:b"}, ""))
	require.NoError(t, c.CreateBridge(ctx, "b", "", ""))
	added := make(chan error, 1)
	go func() { added <- c.AddToBridge(ctx, "b", caller.ID()) }()
	require.Eventually(t, func() bool { return caller.Channel().HeldBehind == 2 }, patience, tick)
	assert.Equal(t, "sound:a", caller.Channel().Playing)
	caller.Hangup()
	require.NoError(t, <-added)
	told.waitFor(t, "StasisStart", "PlaybackStarted sound:a", "ChannelHangupRequest", "PlaybackFinished p1 failed",
		"PlaybackStarted sound:b", "PlaybackFinished p2 failed", "ChannelEnteredBridge", "ChannelLeftBridge", "StasisEnd")
}

func TestWithoutAClientStasisFailsAndTheDialplanTriesAgain(t *testing.T) {
	t.Parallel()
	s := aritest.New(t)
	caller := s.Call("1", "2014")
	assert.False(t, caller.Channel().InStasis)
	assert.False(t, caller.Retry())
	_, told := listen(t, s)
	assert.True(t, caller.Retry("again"))
	assert.False(t, caller.Retry("again"), "it is there already")
	told.waitFor(t, "StasisStart")
}

func TestWhatHappensWhileTheClientIsAwayIsNeverTold(t *testing.T) {
	t.Parallel()
	s := aritest.New(t)
	c, told := listen(t, s)
	stays, leaves := s.Call("1", "2014"), s.Call("2", "2014")
	told.waitFor(t, "StasisStart", "StasisStart")
	s.SetSessionLimit(0) // it cannot come back before
	s.Cut()
	leaves.Hangup()
	s.SetSessionLimit(1000)
	require.Eventually(t, func() bool { return c.Session() > 1 && c.Commandable() }, patience, tick)
	stays.Press("1")
	told.waitFor(t, "StasisStart", "StasisStart", "ChannelDtmfReceived")
	list, err := c.ListChannels(t.Context())
	require.NoError(t, err)
	require.Len(t, list, 1)
	assert.True(t, list[0].InApplication("app"))
}

func TestTheApplicationLivesAsLongAsItsChannels(t *testing.T) {
	t.Parallel()
	s := aritest.New(t)
	conn := dial(t, s)
	outsider, err := ari.New(s.Options())
	require.NoError(t, err)
	known := func() bool {
		_, err := outsider.GetApplication(t.Context())
		return err == nil
	}
	require.Eventually(t, known, patience, tick)
	caller := s.Call("1", "2014")
	require.NoError(t, conn.CloseNow())
	require.Eventually(t, func() bool { return s.Connections() <= 1 }, patience, tick)
	assert.True(t, known())
	caller.Hangup()
	require.Eventually(t, func() bool { return !known() }, patience, tick)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.NoError(t, outsider.Run(ended)) // closes its idle connections
}

func TestAClientThatDoesNotReadIsCutOff(t *testing.T) {
	t.Parallel()
	s := aritest.NewWith(t, aritest.Config{WriteTimeout: 20 * time.Millisecond})
	dial(t, s)
	require.Eventually(t, func() bool { return s.Connections() == 1 }, patience, tick)
	big := `{"type":"` + strings.Repeat("x", 1<<20) + `"}`
	require.Eventually(t, func() bool {
		s.SendRaw(big)
		return s.Connections() == 0
	}, patience, tick)
}

// dial opens an event socket that nobody reads.
func dial(t *testing.T, s *aritest.Server) *websocket.Conn {
	t.Helper()
	o := s.Options()
	conn, _, err := websocket.Dial(t.Context(), s.URL()+"/events?app="+o.Application, &websocket.DialOptions{
		HTTPClient: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
		HTTPHeader: http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte(o.Username+":"+o.Password))}},
	})
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.CloseNow() })
	return conn
}

func TestARebootForgetsEverythingWithoutAWord(t *testing.T) {
	t.Parallel()
	s := aritest.New(t)
	phone := s.Phone("PJSIP/1001", aritest.Rings())
	c, told := listen(t, s)
	caller := s.Call("1", "2014")
	told.waitFor(t, "StasisStart")
	s.Reboot()
	require.Eventually(t, func() bool { return c.Session() > 1 && c.Commandable() }, patience, tick)
	assert.Empty(t, s.Channels())
	require.ErrorIs(t, c.Answer(t.Context(), caller.ID()), ari.ErrNotFound)
	told.waitFor(t, "StasisStart")
	ring(t, c, "leg", "PJSIP/1001", time.Minute)
	assert.True(t, phone.Ringing(), "phones outlive it")
}

func TestRequestsAreKeptWithTheirParametersAndAnswers(t *testing.T) {
	t.Parallel()
	s := aritest.New(t)
	s.Phone("PJSIP/1001", aritest.Rings())
	c, _ := listen(t, s)
	require.NoError(t, c.Create(t.Context(), ari.CreateChannel{ID: "leg", Endpoint: "PJSIP/1001", Variables: map[string]string{"A": "b"}}))
	require.Error(t, c.Answer(t.Context(), "leg"))
	list := s.Requests()
	require.Len(t, list, 2)
	assert.Equal(t, "/channels/create", list[0].Path)
	assert.Equal(t, "leg", list[0].Params["channelId"])
	assert.Equal(t, http.StatusPreconditionFailed, list[1].Status)
	assert.Equal(t, 1, s.Count("POST /channels/*/answer"))
	leg, alive := s.Channel("leg")
	assert.True(t, alive)
	assert.Equal(t, "b", leg.Variables["A"])
}
