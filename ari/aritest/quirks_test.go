package aritest_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/ari/aritest/quirks"
)

// fake is the Asterisk of this package, to be held against the real one of
// internal/lab.
type fake struct {
	*aritest.Server
	options ari.Options
}

const endless = "tone:busy"

// TestTheQuirksOfTheFake: what is asked of a real Asterisk by the test of this
// name in internal/lab.
func TestTheQuirksOfTheFake(t *testing.T) {
	t.Parallel()
	s := aritest.NewWith(t, aritest.Config{WriteTimeout: time.Second, KeepAlive: time.Second})
	s.SetMediaLength(func(string) time.Duration { return aritest.Forever })
	s.SetSessionLimit(20)
	for name, does := range map[quirks.Behaviour]aritest.Behaviour{
		quirks.Rings: aritest.Rings(), quirks.Silent: aritest.Silent(), quirks.Busy: aritest.Busy(), quirks.Unregistered: aritest.Unreachable(),
	} {
		s.Phone("PJSIP/"+string(name), does)
	}
	quirks.Run(t, fake{Server: s, options: s.Options()})
}

func (f fake) User() string                       { return f.options.Username }
func (f fake) Password() string                   { return f.options.Password }
func (f fake) Application() string                { return f.options.Application }
func (f fake) Endpoint(b quirks.Behaviour) string { return "PJSIP/" + string(b) }
func (f fake) Restart(*testing.T)                 { f.Reboot() }

func (f fake) Call(*testing.T) quirks.Caller { return caller{f.Server.Call("0612345678", "2014")} }

type caller struct{ *aritest.Caller }

func (c caller) TriesAgain() { c.Retry("again") }

func (f fake) Settings() quirks.Settings {
	return quirks.Settings{Sessions: 20, KeepAlive: time.Second, WriteTimeout: time.Second, Endless: endless}
}

// The real one does so by the test of this name in internal/lab.
func TestAnAsteriskThatConnectsItselfTellsEverythingInABurst(t *testing.T) {
	t.Parallel()
	s := aritest.New(t)
	s.Outbound(true)
	_, told := listen(t, s)
	leaves := s.Call("1", "2014")
	told.waitFor(t, "StasisStart")
	s.Cut()
	leaves.Hangup()
	comes := s.Call("2", "2014")
	assert.True(t, comes.Channel().InStasis)
	told.waitFor(t, "StasisStart", "ChannelHangupRequest", "StasisEnd", "StasisStart")
}

func TestAClientWhoseRegistrationWasForgottenRegistersAgain(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]func(*aritest.Server){
		"registered nowhere": (*aritest.Server).ForgetNext, "registered on paper": (*aritest.Server).DeafenNext,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := aritest.New(t)
			o := s.Options()
			o.ProbeEvery, o.ProbeDeadline = 10*time.Millisecond, 100*time.Millisecond
			o.ReconnectMin, o.ReconnectMax = time.Millisecond, 5*time.Millisecond
			lose(s)
			c := run(t, o)
			require.Eventually(t, c.Commandable, patience, tick)
			assert.Greater(t, c.Session(), uint64(1))
		})
	}
}

// run lets a client serve until the test ends.
func run(t *testing.T, o ari.Options) *ari.Client {
	t.Helper()
	c, err := ari.New(o)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	t.Cleanup(func() { cancel(); assert.NoError(t, <-ended) })
	return c
}
