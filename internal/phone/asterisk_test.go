package phone

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/lab"
)

// dialplan rings the agent whose number follows the 3; Dial bridges the two
// legs and passes digits on, which is all these phones need of a server.
const dialplan = `
[from-trunk](+)
exten => _3XXXX,1,Dial(PJSIP/${EXTEN:1},30,b(mark^s^1))
 same => n,Hangup()
[mark]
exten => s,1,Set(PJSIP_HEADER(add,X-Guichet-Contact)=c-17)
 same => n,Return()
`

const realAgents = 60

// realLine is callers and agents on both sides of a real Asterisk, configured
// as deploy/asterisk has it but for the dialplan above.
type realLine struct {
	ctx      context.Context
	asterisk *lab.Asterisk
	callers  *Exchange
	agents   *Exchange
	phones   []*Phone
}

func startRealLine(t *testing.T) *realLine {
	t.Helper()
	if os.Getenv("GUICHET_LAB") != "1" {
		t.Skip("needs root and a real Asterisk; set GUICHET_LAB=1 (make test does)")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	t.Cleanup(cancel)
	parts, err := lab.Prepare(ctx, lab.Silent)
	require.NoError(t, err)
	options := lab.AsteriskOptions{Dir: t.TempDir(), ConfigDir: t.TempDir()}
	copyWithDialplan(t, "../../deploy/asterisk", options.ConfigDir)
	for i := range realAgents {
		options.Agents = append(options.Agents, lab.Account{User: fmt.Sprint(1000 + i), Password: "secret"})
	}
	l := &realLine{ctx: ctx}
	l.asterisk, err = parts.StartAsterisk(ctx, options)
	require.NoError(t, err)
	t.Cleanup(l.asterisk.Stop)

	l.callers = open(t, Options{LocalIP: "127.0.0.2", Server: l.asterisk.SIPAddr(), ServerTimeout: 2 * time.Second})
	l.agents = open(t, Options{LocalIP: "127.0.0.3", Server: l.asterisk.SIPAddr(), ServerTimeout: 2 * time.Second})
	for _, agent := range options.Agents {
		p, err := l.agents.Register(ctx, Account{User: agent.User, Password: agent.Password}, RingsForEver())
		require.NoError(t, err)
		l.phones = append(l.phones, p)
	}
	return l
}

func copyWithDialplan(t *testing.T, from, to string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(from, "*.conf"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		if filepath.Base(file) == "extensions.conf" {
			content = append(content, dialplan...)
		}
		require.NoError(t, os.WriteFile(filepath.Join(to, filepath.Base(file)), content, 0o600))
	}
}

// dial calls phone i and returns both ends.
func (l *realLine) dial(t *testing.T, i int) (caller, agent *Call) {
	t.Helper()
	caller, err := l.callers.Call(l.ctx, Caller{Number: "0612345678", Name: "Jeanne"}, fmt.Sprint(31000+i))
	require.NoError(t, err)
	agent, err = l.phones[i].NextCall(l.ctx)
	require.NoError(t, err)
	return caller, agent
}

func (l *realLine) ends(t *testing.T, c *Call) End {
	t.Helper()
	end, err := c.WaitEnded(l.ctx)
	require.NoError(t, err)
	return end
}

// The steps share one Asterisk and its last one kills it, so they are in order.
func TestPhonesThroughARealAsterisk(t *testing.T) {
	l := startRealLine(t)

	t.Run("both hear each other and the digits", func(t *testing.T) {
		caller, agent := l.dial(t, 0)
		assert.Equal(t, "c-17", agent.Header("X-Guichet-Contact"))
		assert.Equal(t, "Jeanne", agent.From().Name)
		require.NoError(t, agent.Answer(l.ctx))
		require.NoError(t, caller.WaitAnswered(l.ctx))
		eventually(t, "the agent hears the caller", func() bool { return agent.Heard(caller.Signature()) > 5 })
		eventually(t, "the caller hears the agent", func() bool { return caller.Heard(agent.Signature()) > 5 })
		require.NoError(t, caller.Press(l.ctx, "12345*#0"))
		eventually(t, "the digits pass", func() bool { return agent.Digits() == "12345*#0" })
		require.NoError(t, agent.Hangup(l.ctx))
		assert.Equal(t, Remote, l.ends(t, caller).By)
	})

	t.Run("a caller who cancels stops the ringing", func(t *testing.T) {
		caller, agent := l.dial(t, 1)
		require.NoError(t, caller.WaitRinging(l.ctx))
		require.NoError(t, caller.Hangup(l.ctx))
		assert.Equal(t, 487, l.ends(t, caller).Status)
		assert.Equal(t, 487, l.ends(t, agent).Status)
		assert.False(t, agent.Times().Cancelled.IsZero())
	})

	t.Run("a refusal reaches the caller", func(t *testing.T) {
		caller, agent := l.dial(t, 2)
		require.NoError(t, agent.Refuse(486))
		end := l.ends(t, caller)
		assert.Equal(t, 486, end.Status)
		assert.Equal(t, 17, end.Cause, "Q.850 user busy")
	})

	t.Run("an agent's own call answers the challenge", func(t *testing.T) {
		c, err := l.phones[3].Call(l.ctx, "2014")
		require.NoError(t, err)
		end := l.ends(t, c)
		assert.NotContains(t, []int{401, 403, 407, 404}, end.Status, "past the challenge, then refused since no controller is there")
		assert.Equal(t, 34, end.Cause)
	})

	t.Run("an unregistered phone is not rung", func(t *testing.T) {
		require.NoError(t, l.phones[4].Unregister(l.ctx))
		caller, err := l.callers.Call(l.ctx, Caller{Number: "0612345678"}, "31004")
		require.NoError(t, err)
		assert.GreaterOrEqual(t, l.ends(t, caller).Status, 400)
		assert.Zero(t, l.phones[4].Received())
		require.NoError(t, l.phones[4].Register(l.ctx))
	})

	t.Run("a silent phone leaves the caller waiting", func(t *testing.T) {
		l.phones[5].SetBehaviour(Silent())
		caller, agent := l.dial(t, 5)
		require.NoError(t, caller.Hangup(l.ctx))
		assert.Equal(t, 487, l.ends(t, caller).Status)
		assert.True(t, agent.Times().Ringing.IsZero())
	})

	t.Run("answer and hang-up in the same instant", func(t *testing.T) {
		for range 20 {
			caller, agent := l.dial(t, 6)
			require.NoError(t, caller.WaitRinging(l.ctx))
			var both sync.WaitGroup
			both.Go(func() { _ = agent.Answer(l.ctx) })
			both.Go(func() { assert.NoError(t, caller.Hangup(l.ctx)) })
			both.Wait()
			l.ends(t, caller)
			l.ends(t, agent)
		}
		assert.Equal(t, 1, l.phones[6].Peak())
	})

	t.Run("sixty at once, each hearing only its own", l.sixtyAtOnce)

	t.Run("all end when Asterisk is killed", func(t *testing.T) {
		caller, agent := l.dial(t, 0)
		require.NoError(t, agent.Answer(l.ctx))
		require.NoError(t, caller.WaitAnswered(l.ctx))
		l.asterisk.Kill()
		assert.Equal(t, Network, l.ends(t, caller).By)
		assert.Equal(t, Network, l.ends(t, agent).By)
	})
}

func (l *realLine) sixtyAtOnce(t *testing.T) {
	var all sync.WaitGroup
	for i, p := range l.phones {
		p.SetBehaviour(Answers(20 * time.Millisecond))
		all.Go(func() {
			caller, err := l.callers.Call(l.ctx, Caller{Number: "0612345678"}, fmt.Sprint(31000+i))
			if !assert.NoError(t, err) || !assert.NoError(t, caller.WaitAnswered(l.ctx)) {
				return
			}
			agent, err := p.NextCall(l.ctx)
			if !assert.NoError(t, err) || !assert.NoError(t, agent.WaitAnswered(l.ctx)) {
				return
			}
			assert.Eventually(t, func() bool {
				return agent.Heard(caller.Signature()) > 10 && caller.Heard(agent.Signature()) > 10
			}, limit, 10*time.Millisecond)
			assert.Len(t, agent.HeardAny(), 1)
			assert.Len(t, caller.HeardAny(), 1)
			assert.NoError(t, caller.Hangup(l.ctx))
			l.ends(t, agent)
		})
	}
	all.Wait()
	for _, p := range l.phones {
		p.SetBehaviour(RingsForEver())
	}
}
