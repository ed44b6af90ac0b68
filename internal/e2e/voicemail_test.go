package e2e

import (
	"encoding/binary"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/phone"
	"github.com/guichet/guichet/internal/report"
)

// furnishVoicemail has the messages of the mailbox served by a queue, and a1001 serve them.
func furnishVoicemail(t *testing.T) func(dir string) {
	return func(dir string) {
		furnishMessages(t, messageTree, "{retention_days: 1, within: 24h, queue: particuliers}")(dir)
		rewrite(t, filepath.Join(dir, "agents", "cis_ouest.yaml"), map[string]string{
			`(a1001: .*) media: \[voice, email\]`: "$1 media: [voice, email, voicemail]",
		})
	}
}

// leaves has a caller leave a message of some seconds, and returns what he said it with.
func (th *theatre) leaves(number string) phone.Signature {
	th.t.Helper()
	caller, err := th.callers.Call(th.ctx, phone.Caller{Number: number}, relay)
	require.NoError(th.t, err)
	require.NoError(th.t, caller.WaitAnswered(th.ctx))
	th.until("the invitation", func() bool { return caller.Heard(saysLeave) > 5 })
	th.speaksAfterTheTone(caller, 2*time.Second)
	require.NoError(th.t, caller.Press(th.ctx, "#"))
	th.until("thanks", func() bool { return caller.Heard(saysThanks) > 5 })
	th.ended(caller)
	return caller.Signature()
}

// given is the message that an agent has been offered; nil without one.
func (th *theatre) given(agent string) *api.GivenMessage {
	var a api.Assigned
	th.get("/api/v1/agents/"+agent+"/contact", &a)
	return a.Message
}

// A caller leaves a message, and is gone with the outcome message; an agent is offered it, sees the
// number, hears what this caller said, and says that it is done. A second one is given back and done by
// somebody else in the mailbox, a third is left right before the controller is killed and taken from the
// agent's screen when it is done.
func TestAMessageIsOfferedHeardAndDone(t *testing.T) {
	t.Parallel()
	th := raiseWith(t, phone.Options{}, furnishVoicemail(t))
	th.watch()
	th.login(phone.RingsForEver(), "a1001", "a1002")

	first := th.leaves("0612345678")
	th.until("the message to be offered", func() bool { return th.given("a1001") != nil })
	m := th.given("a1001")
	assert.Contains(t, m.Caller, "612345678")
	assert.Equal(t, m.At.Add(24*time.Hour), m.Due)
	assert.Equal(t, "offered", m.Standing)
	assert.Nil(t, th.given("a1002"), "who does not serve messages")
	assert.Contains(t, th.guichet("messages", "take", string(m.ID), "a1001"), "handling, agent a1001")
	assert.Equal(t, "talking", th.agent("a1001"))
	heard := th.fetch("/api/v1/agents/a1001/contact/recording")
	assert.InDelta(t, m.Seconds, float64(len(heard)-44)/16000, 0.2)

	second := th.leaves("0687654321")
	var waiting []api.Message
	th.until("the second to wait", func() bool {
		waiting = nil
		_ = json.Unmarshal(th.fetch("/api/v1/messages"), &waiting)
		return len(waiting) == 2 && waiting[1].Standing == "waiting"
	})
	assert.Greater(t, says(heard, first), 30, "frames of 20 ms")
	assert.Zero(t, says(heard, second))
	path := "/api/v1/contacts/" + string(m.ServedAs)
	assert.Equal(t, http.StatusConflict, th.send(path+"/answer", map[string]string{"agent": "a1001", "text": "Bonjour."}, nil))
	assert.Equal(t, http.StatusOK, th.send(path+"/done", map[string]string{"agent": "a1001"}, nil))
	assert.Equal(t, http.StatusConflict, th.send(path+"/done", map[string]string{"agent": "a1001"}, nil), "it is done")

	th.until("the second to be offered", func() bool { return th.given("a1001") != nil })
	assert.Equal(t, waiting[1].ID, th.given("a1001").ID)
	heard = th.fetch("/api/v1/agents/a1001/contact/recording")
	assert.Greater(t, says(heard, second), 30)
	assert.Zero(t, says(heard, first))
	th.guichet("messages", "return", string(waiting[1].ID), "a1001")
	th.until("it to wait again", func() bool { return th.given("a1001") == nil })
	assert.Contains(t, th.guichet("messages", "done", string(waiting[1].ID)), "done")

	third := th.leaves("0612345678")
	th.Controller.Kill()
	require.NoError(t, th.Controller.Restart(th.ctx))
	th.until("the agent to be commanded again", func() bool { return th.agent("a1001") != "" })
	th.until("him to be there again", func() bool {
		if th.agent("a1001") == "set_aside" {
			_, _ = th.Guichet(th.ctx, "agents", "resume", "a1001").CombinedOutput()
		}
		return th.given("a1001") != nil
	})
	last := th.given("a1001")
	into := filepath.Join(t.TempDir(), "message.wav")
	th.guichet("messages", "get", string(last.ID), "--output", into)
	file, err := os.ReadFile(into)
	require.NoError(t, err)
	assert.Greater(t, says(file, third), 30)
	assert.Equal(t, file, th.fetch("/api/v1/agents/a1001/contact/recording"))
	th.guichet("messages", "done", string(last.ID))
	th.until("his screen to be empty", func() bool { return th.given("a1001") == nil && th.agent("a1001") == "ready" })

	th.conserved(6)
	assert.Equal(t, 3, th.count("guichet_contacts_outcome_total", "outcome=message", "medium=voice"), "who left it keeps his outcome")
	assert.Equal(t, 3, th.count("guichet_contacts_outcome_total", "outcome=answered", "medium=voicemail"))
	assert.Equal(t, 1, th.count("guichet_contacts_outcome_total", "outcome=answered", "medium=voicemail", "center=cis_ouest"))
	assert.Equal(t, 3, th.count("guichet_recorded_messages_total", "mailbox=accueil"))
	assert.Zero(t, th.count("guichet_recorded_messages_waiting", "mailbox=accueil"))
	var r report.Report
	require.NoError(t, json.Unmarshal([]byte(th.guichet("report", "--from", "2h", "--json")), &r))
	assert.Equal(t, []report.Mailbox{{Name: "accueil", Left: 3, Done: 3}}, r.Mailboxes)
	assert.True(t, r.Checks.OK(), "%v %v", r.Checks.Differences, r.Checks.Violations)
	assert.Equal(t, 3, r.Summary.Outcomes[contact.Answered])
	assert.Contains(t, th.guichet("call", "show", string(m.ServedAs)), "done by Anne Le Goff")
	th.counted()
}

// says is how many frames of 20 ms of a recording carry what a call says, and nothing else.
func says(wav []byte, s phone.Signature) (frames int) {
	var pattern [4]int16
	for i, code := range spoken(s, 1)[:4] {
		pattern[i] = linear(code)
	}
	samples := wav[min(44, len(wav)):]
	at := func(n int) int16 { return int16(binary.LittleEndian.Uint16(samples[2*n:])) }
	const frame = 160
	for from := 0; 2*(from+frame) <= len(samples); from += frame {
		for shift := range 4 {
			n := 0
			for n < frame && at(from+n) == pattern[(n+shift)%4] {
				n++
			}
			if n == frame {
				frames++
			}
		}
	}
	return frames
}

// linear is a sample of A-law as Asterisk writes it into a file.
func linear(code byte) int16 {
	code ^= 0x55
	level := int16(code&0x0f)<<4 + 8
	if segment := code & 0x70 >> 4; segment > 0 {
		level = (level + 0x100) << (segment - 1)
	}
	if code&0x80 == 0 {
		return -level
	}
	return level
}
