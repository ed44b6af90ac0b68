package e2e

import (
	"encoding/binary"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/phone"
	"github.com/guichet/guichet/internal/report"
)

// messageTree has callers leave a message and says that it is kept.
const messageTree = `
start: repondeur
on_failure: hangup
nodes:
  repondeur: {type: message, mailbox: accueil, prompt: laissez, max_duration: 20s, goto: merci, on_empty: {prompt: rien, goto: hangup}, on_error: hangup}
  merci: {type: hangup, prompt: merci}
`

// hushTree ends a message after three seconds of silence; a full mailbox says so.
const hushTree = `
start: repondeur
on_failure: hangup
nodes:
  repondeur:
    type: message
    mailbox: accueil
    prompt: laissez
    max_silence: 3s
    max_duration: 20s
    goto: merci
    on_empty: {prompt: rien, goto: hangup}
    on_full: {prompt: plein, goto: hangup}
    on_error: {prompt: en_panne, goto: hangup}
  merci: {type: hangup, prompt: merci}
`

// What callers of these trees hear.
const (
	saysLeave phone.Signature = 0x1c0001 + iota*0x101
	saysEmpty
	saysThanks
	saysFull
	saysBroken
)

// furnishMessages gives the site a tree, a mailbox and the prompts.
func furnishMessages(t *testing.T, tree, mailbox string) func(dir string) {
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
		write("ivr/relais.yaml", []byte(tree))
		rewrite(t, filepath.Join(dir, "queues.yaml"), map[string]string{`(?m)^mailboxes:`: "mailboxes:\n  accueil: " + mailbox})
		for name, words := range map[string]phone.Signature{"laissez": saysLeave, "rien": saysEmpty, "merci": saysThanks, "plein": saysFull, "en_panne": saysBroken} {
			if !strings.Contains(tree, name) {
				continue // it would be a prompt that nobody says
			}
			write("prompts/prompts.yaml", []byte("  "+name+": {text: Un mot., file: "+name+".alaw}\n"))
			write("prompts/"+name+".alaw", spoken(words, 1))
		}
	}
}

// A caller leaves a message by key, another one hangs up while he speaks, and a third
// does so after the controller was killed: all are kept, and can be heard.
func TestMessagesAreLeftHeardAndDone(t *testing.T) {
	t.Parallel()
	th := raiseWith(t, phone.Options{}, furnishMessages(t, messageTree, "{retention_days: 1}"))
	th.watch()
	speaks := func() *phone.Call {
		caller, err := th.callers.Call(th.ctx, phone.Caller{Number: "0612345678"}, relay)
		require.NoError(t, err)
		require.NoError(t, caller.WaitAnswered(th.ctx))
		th.until("the invitation", func() bool { return caller.Heard(saysLeave) > 5 })
		th.speaksAfterTheTone(caller, 2*time.Second)
		return caller
	}
	first := speaks()
	require.NoError(t, first.Press(th.ctx, "#"))
	th.until("thanks", func() bool { return first.Heard(saysThanks) > 5 })
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

// Three seconds of silence end a message, whether the phone sends silence or nothing at
// all, and who says nothing leaves none.
func TestSilenceEndsAMessage(t *testing.T) {
	t.Parallel()
	th := raiseWith(t, phone.Options{}, furnishMessages(t, hushTree, "{retention_days: 1}"))
	th.watch()
	begins := func() *phone.Call {
		caller, err := th.callers.Call(th.ctx, phone.Caller{Number: "0612345678"}, relay)
		require.NoError(t, err)
		require.NoError(t, caller.WaitAnswered(th.ctx))
		th.until("the invitation", func() bool { return caller.Heard(saysLeave) > 5 })
		return caller
	}
	hears := func(caller *phone.Call, s phone.Signature) (after time.Duration) {
		since := time.Now()
		th.until("the next prompt", func() bool { return caller.Heard(s) > 5 })
		after = time.Since(since)
		th.ended(caller)
		return after
	}

	hushed := begins()
	th.speaksAfterTheTone(hushed, 2*time.Second)
	require.NoError(t, hushed.Hush(true))
	took := hears(hushed, saysThanks)
	t.Logf("who says no more is thanked %v after his last word", took.Round(time.Millisecond))
	assert.Greater(t, took, 3*time.Second)
	assert.Less(t, took, 8*time.Second, "three seconds, and the file")

	muted := begins()
	th.speaksAfterTheTone(muted, 2*time.Second)
	require.NoError(t, muted.Mute())
	took = hears(muted, saysThanks)
	t.Logf("whose phone sends no more is thanked %v after his last word", took.Round(time.Millisecond))
	assert.Less(t, took, 12*time.Second)

	nothing := begins()
	require.NoError(t, nothing.Hush(true))
	require.NoError(t, nothing.Press(th.ctx, "1"))
	took = hears(nothing, saysEmpty)
	t.Logf("who says nothing hears so %v after he could have begun", took.Round(time.Millisecond))
	assert.Less(t, took, 8*time.Second)

	th.conserved(3)
	assert.Equal(t, 2, th.outcome("message"))
	var all []api.Message
	require.NoError(t, json.Unmarshal([]byte(th.guichet("messages", "list", "--json")), &all))
	require.Len(t, all, 2)
	for _, m := range all {
		t.Logf("a message of %.2f s", m.Seconds)
		assert.Greater(t, m.Seconds, 1.0)
		assert.Less(t, m.Seconds, 8.0)
	}
	th.counted()
}

// A mailbox that holds one message says so to the next caller before he speaks, and takes
// one again when somebody has dealt with the first. What is measured, what the report
// counts once more and what is listed are the same.
func TestAMailboxThatIsFullSaysSo(t *testing.T) {
	t.Parallel()
	th := raiseWith(t, phone.Options{}, furnishMessages(t, hushTree, "{retention_days: 1, max_waiting: 1}"))
	th.watch()
	list := func() (waiting []api.Message) {
		require.NoError(t, json.Unmarshal([]byte(th.guichet("messages", "list", "--json")), &waiting))
		return waiting
	}
	// same compares the three ways to the figures of the mailbox.
	same := func(want report.Mailbox) {
		t.Helper()
		var r report.Report
		require.NoError(t, json.Unmarshal([]byte(th.guichet("report", "--from", "2h", "--json")), &r))
		assert.Equal(t, []report.Mailbox{want}, r.Mailboxes)
		assert.True(t, r.Checks.OK(), "%v %v", r.Checks.Differences, r.Checks.Violations)
		assert.Equal(t, want.Left, th.count("guichet_recorded_messages_total", "mailbox=accueil"))
		assert.Equal(t, want.Waiting, th.count("guichet_recorded_messages_waiting", "mailbox=accueil"))
		assert.Equal(t, want.Full, th.count("guichet_recorded_messages_failed_total", "mailbox=accueil", "reason=full"))
		assert.Equal(t, want.NotRecorded, th.count("guichet_recorded_messages_failed_total", "mailbox=accueil", "reason=not_recorded"))
		assert.Len(t, list(), want.Waiting)
	}

	th.leaves("0612345678")
	turned, err := th.callers.Call(th.ctx, phone.Caller{Number: "0612345678"}, relay)
	require.NoError(t, err)
	require.NoError(t, turned.WaitAnswered(th.ctx))
	th.until("him to hear that it is full", func() bool { return turned.Heard(saysFull) > 5 })
	th.ended(turned)
	assert.Zero(t, turned.Heard(saysLeave), "he is told before he is asked to speak")
	th.until("both to be counted", func() bool { return th.count("guichet_contacts_outcome_total") == 2 })
	same(report.Mailbox{Name: "accueil", Left: 1, Waiting: 1, Full: 1})

	th.guichet("messages", "done", string(list()[0].ID))
	th.leaves("0612345678")
	th.conserved(3)
	same(report.Mailbox{Name: "accueil", Left: 2, Done: 1, Waiting: 1, Full: 1})
	th.counted()
}

// speaksAfterTheTone has the only caller begin his message by a key, at once, and speak for so long once
// he is recorded: what is said before is lost.
func (th *theatre) speaksAfterTheTone(caller *phone.Call, d time.Duration) {
	th.t.Helper()
	require.NoError(th.t, caller.Press(th.ctx, "1"))
	th.until("the recording", func() bool {
		var calls []api.Call
		th.get("/api/v1/calls", &calls)
		return slices.ContainsFunc(calls, func(c api.Call) bool {
			return strings.Contains(th.ariGet("/recordings/live/guichet-message-"+string(c.ID)+".1"), `"state":"recording"`)
		})
	})
	before := caller.PacketsSent()
	th.until("some seconds of speech", func() bool { return caller.PacketsSent() > before+int(d/(20*time.Millisecond)) })
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
