package lab_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/ari/aritest/quirks"
	"github.com/guichet/guichet/internal/lab"
	"github.com/guichet/guichet/internal/phone"
)

// real is the Asterisk that the quirks were found in.
type real struct {
	*lab.Asterisk
	trunk *phone.Exchange
}

// TestTheQuirksOfARealAsterisk: what the fake is believed to share.
func TestTheQuirksOfARealAsterisk(t *testing.T) {
	t.Parallel()
	behaviours := []struct {
		account quirks.Behaviour
		does    phone.Behaviour
	}{
		{quirks.Rings, phone.RingsForEver()}, {quirks.Silent, phone.Silent()}, {quirks.Busy, phone.Refuses(486, 0)},
	}
	accounts := []lab.Account{{User: string(quirks.Unregistered), Password: "secret"}}
	for _, b := range behaviours {
		accounts = append(accounts, lab.Account{User: string(b.account), Password: "secret"})
	}
	a := real{Asterisk: startAsterisk(t, lab.AsteriskOptions{Agents: accounts, ConfigDir: tight(t)})}
	var err error
	a.trunk, err = phone.Open(t.Context(), phone.Options{
		LocalIP: lab.DefaultTrunk, Server: a.SIPAddr(), DigitTone: 100 * time.Millisecond, DigitPause: 20 * time.Millisecond,
	})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, a.trunk.Close()) })
	agents := exchange(t, a.Asterisk, "127.0.0.3")
	for _, b := range behaviours {
		_, err := agents.Register(soon(t, 10*time.Second), phone.Account{User: string(b.account), Password: "secret"}, b.does)
		require.NoError(t, err)
	}
	quirks.Run(t, a)
}

func (a real) URL() string                        { return a.ARIURL() }
func (a real) User() string                       { return a.ARIUser() }
func (a real) Password() string                   { return a.ARIPassword() }
func (a real) Application() string                { return "guichet" }
func (a real) Endpoint(b quirks.Behaviour) string { return fmt.Sprintf("PJSIP/%s", b) }
func (a real) Restart(t *testing.T)               { a.Kill(); require.NoError(t, a.Asterisk.Restart(t.Context())) }

func (a real) Settings() quirks.Settings {
	return quirks.Settings{Sessions: 20, KeepAlive: 2 * time.Second, WriteTimeout: 200 * time.Millisecond, Endless: "tone:busy"}
}

// tight is deploy/asterisk with limits that a test reaches soon.
func tight(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS(filepath.Join("..", "..", "deploy", "asterisk"))))
	for file, settings := range map[string]map[string]string{
		"http.conf": {"sessionlimit = 500": "sessionlimit = 20", "session_keep_alive = 15000": "session_keep_alive = 2000"},
		"ari.conf":  {"websocket_write_timeout = 2000": "websocket_write_timeout = 200"},
	} {
		path := filepath.Join(dir, file)
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		for was, is := range settings {
			require.Contains(t, string(text), was)
			text = bytes.ReplaceAll(text, []byte(was), []byte(is))
		}
		require.NoError(t, os.WriteFile(path, text, 0o600))
	}
	return dir
}

func (a real) Call(t *testing.T) quirks.Caller {
	t.Helper()
	return caller{t, dial(t, a.trunk, "0612345678", "2014")}
}

type caller struct {
	t    *testing.T
	call *phone.Call
}

func (c caller) Hangup() { assert.NoError(c.t, c.call.Hangup(c.t.Context())) }

func (c caller) TriesAgain() {} // the dialplan does

func (c caller) PressInHaste(keys string) {
	c.t.Helper()
	require.NoError(c.t, c.call.WaitAnswered(c.t.Context()))
	require.NoError(c.t, c.call.Press(c.t.Context(), keys))
}
