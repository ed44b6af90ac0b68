package e2e

import (
	"encoding/binary"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/phone"
)

// messageTree has callers leave a message and says that it is kept.
const messageTree = `
start: repondeur
on_failure: hangup
nodes:
  repondeur: {type: message, mailbox: accueil, prompt: laissez, max_duration: 20s, goto: merci, on_empty: {prompt: rien, goto: hangup}, on_error: hangup}
  merci: {type: hangup, prompt: merci}
`

// furnishMessages gives the site that tree, a mailbox and the prompts.
func furnishMessages(t *testing.T) func(dir string) {
	return func(dir string) {
		write := func(name string, text []byte) {
			t.Helper()
			file, err := os.OpenFile(filepath.Join(dir, name), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
			require.NoError(t, err)
			_, err = file.Write(text)
			require.NoError(t, err)
			require.NoError(t, file.Close())
		}
		require.NoError(t, os.Remove(filepath.Join(dir, "ivr", "relais.yaml")))
		write("ivr/relais.yaml", []byte(messageTree))
		write("queues.yaml", []byte("  accueil: {retention_days: 1}\n")) // mailboxes come last in the sample
		for name, words := range map[string]phone.Signature{"laissez": 0x1c0001, "rien": 0x1c0102, "merci": 0x1c0203} {
			write("prompts/prompts.yaml", []byte("  "+name+": {text: Un mot., file: "+name+".alaw}\n"))
			write("prompts/"+name+".alaw", spoken(words, 1))
		}
	}
}

// A caller leaves a message by key, another one hangs up while he speaks, and a third
// does so after the controller was killed: all are kept, and can be heard.
func TestMessagesAreLeftHeardAndDone(t *testing.T) {
	t.Parallel()
	th := raiseWith(t, phone.Options{}, furnishMessages(t))
	th.watch()
	speaks := func() *phone.Call {
		caller, err := th.callers.Call(th.ctx, phone.Caller{Number: "0612345678"}, relay)
		require.NoError(t, err)
		require.NoError(t, caller.WaitAnswered(th.ctx))
		before := caller.PacketsSent()
		th.until("the invitation", func() bool { return caller.Heard(0x1c0001) > 5 })
		require.NoError(t, caller.Press(th.ctx, "1")) // begins at once
		th.until("some seconds of speech", func() bool { return caller.PacketsSent() > before+120 })
		return caller
	}
	first := speaks()
	require.NoError(t, first.Press(th.ctx, "#"))
	th.until("thanks", func() bool { return first.Heard(0x1c0203) > 5 })
	th.ended(first)
	require.NoError(t, speaks().Hangup(th.ctx))
	third := speaks()
	th.Controller.Kill()
	require.NoError(t, third.Hangup(th.ctx))
	require.NoError(t, th.Controller.Restart(th.ctx))
	th.conserved(3)
	assert.Equal(t, 3, th.outcome("message"))

	var all []api.Message
	require.NoError(t, json.Unmarshal([]byte(th.guichet("messages", "list", "--json")), &all))
	require.Len(t, all, 3)
	for _, m := range all {
		assert.NotContains(t, m.Caller, "612345678", "masked in lists")
		into := filepath.Join(t.TempDir(), "message.wav")
		th.guichet("messages", "get", string(m.ID), "--output", into)
		file, err := os.ReadFile(into)
		require.NoError(t, err)
		assert.InDelta(t, m.Seconds, float64(len(file)-44)/16000, 0.2)
		assert.Greater(t, m.Seconds, 1.0)
		assert.Less(t, m.Seconds, 15.0)
		assert.Greater(t, loudness(file[44:]), 256, "it is not silent")
	}
	assert.Contains(t, th.guichet("messages", "show", string(all[0].ID)), "612345678", "whoever answers it calls back")
	assert.Contains(t, th.guichet("messages", "done", string(all[0].ID)), "done")
	assert.Contains(t, th.guichet("call", "show", string(all[0].Contact)), "left a message of 0:0")
	th.counted()
}

// loudness is the mean of samples, without their sign.
func loudness(samples []byte) int {
	sum := 0
	for at := 0; at+1 < len(samples); at += 2 {
		n := int(int16(binary.LittleEndian.Uint16(samples[at:])))
		sum += max(n, -n)
	}
	return sum / max(len(samples)/2, 1)
}
