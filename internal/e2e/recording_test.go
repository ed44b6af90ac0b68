package e2e

import (
	"encoding/binary"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/phone"
)

// announced is how the words sound that tell both that they are recorded.
const announced phone.Signature = 0x0e4f50

// records is a site that records the conversations of its queue until a day.
func records(t *testing.T, until string) func(dir string) {
	return func(dir string) {
		rewrite(t, filepath.Join(dir, "queues.yaml"), map[string]string{
			`label: Particuliers\n`: "label: Particuliers\n" +
				`    recording: {purpose: Qualité de l'accueil, until: ` + until + `, announcement: enregistre, retention_days: 30}` + "\n",
			`ring: \w+`: "ring: 60s",
		})
		manifest, err := os.OpenFile(filepath.Join(dir, "prompts", "prompts.yaml"), os.O_APPEND|os.O_WRONLY, 0)
		require.NoError(t, err)
		_, err = manifest.WriteString("  enregistre: {text: Cette conversation est enregistrée., file: enregistre.alaw}\n")
		require.NoError(t, err)
		require.NoError(t, manifest.Close())
		require.NoError(t, os.WriteFile(filepath.Join(dir, "prompts", "enregistre.alaw"), spoken(announced, 2), 0o644))
	}
}

// taped is a conversation that is recorded; both are silent.
type taped struct {
	*theatre
	caller, agent *phone.Call
	// spoken is for how long they spoke since it was set to nothing: on a busy machine a bit
	// longer than they were to.
	spoken time.Duration
}

func (th *theatre) tape(agent *phone.Phone) *taped {
	th.t.Helper()
	w := &taped{theatre: th, caller: th.call("0612345678", "1"+paris)}
	th.hushes(w.caller)
	w.agent = th.next(agent)
	require.NoError(th.t, w.agent.Answer(th.ctx))
	th.hushes(w.agent)
	th.until("both to be told", func() bool { return w.caller.Heard(announced) > 25 && w.agent.Heard(announced) > 25 })
	th.until("the recording", func() bool { return w.state() == "on" })
	w.live("recording")
	return w
}

// state is what is told of the recording of the agent's conversation.
func (w *taped) state() string {
	var has api.Assigned
	w.get("/api/v1/agents/a1001/contact", &has)
	if has.Contact.Conversation == nil {
		return ""
	}
	return string(has.Contact.Conversation.Recording)
}

// live waits until Asterisk says that of the recording.
func (w *taped) live(state string) {
	w.t.Helper()
	id := w.all()[0].ID
	w.until("it to be "+state, func() bool {
		return strings.Contains(w.ariGet("/recordings/live/guichet-call-"+string(id)), `"state":"`+state+`"`)
	})
}

// ariGet asks Asterisk itself; empty if it has nothing of the kind.
func (th *theatre) ariGet(path string) string {
	password, err := os.ReadFile(filepath.Join(th.Dir(), "secrets", "ari-password"))
	if err != nil {
		return ""
	}
	r, err := http.NewRequestWithContext(th.ctx, http.MethodGet, th.Lab.Asterisk.ARIURL()+path, nil)
	if err != nil {
		return ""
	}
	r.SetBasicAuth(th.Lab.Asterisk.ARIUser(), strings.TrimSpace(string(password)))
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return ""
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		return ""
	}
	return strings.ReplaceAll(string(body), `": "`, `":"`)
}

func (th *theatre) all() (kept []api.Recording) {
	th.t.Helper()
	require.NoError(th.t, json.Unmarshal([]byte(th.guichet("recordings", "list", "--json")), &kept))
	return kept
}

// says has one of both speak for about so many frames of 20 ms, and be silent again.
func (w *taped) says(who *phone.Call, frames int) {
	w.t.Helper()
	require.NoError(w.t, who.Hush(false))
	sent := who.PacketsSent()
	w.until("some speech", func() bool { return who.PacketsSent() >= sent+frames })
	require.NoError(w.t, who.Hush(true))
	w.spoken += time.Duration(who.PacketsSent()-sent) * 20 * time.Millisecond
	sent = who.PacketsSent()
	w.until("silence", func() bool { return who.PacketsSent() >= sent+25 })
}

// file is the recording, and how much of it is not silent.
func (th *theatre) file(id string) (lasts, loud time.Duration) {
	th.t.Helper()
	into := filepath.Join(th.t.TempDir(), "appel.wav")
	th.guichet("recordings", "get", id, "--output", into)
	info, err := os.Stat(into)
	require.NoError(th.t, err)
	assert.Equal(th.t, os.FileMode(0o600), info.Mode().Perm(), "for nobody else to read")
	wav, err := os.ReadFile(into)
	require.NoError(th.t, err)
	samples := wav[44:]
	lasts = time.Duration(len(samples)/2) * time.Second / 8000
	for ; len(samples) >= 320; samples = samples[320:] {
		sum := 0
		for i := range 160 {
			n := int(int16(binary.LittleEndian.Uint16(samples[2*i:])))
			sum += max(n, -n)
		}
		if sum/160 > 256 {
			loud += 20 * time.Millisecond
		}
	}
	th.t.Logf("a file of %v, %v of it not silent", lasts, loud)
	return lasts, loud
}

// What both say is in the file, and nothing of what is said while it is paused: by the
// agent at the API, by two stars on his phone, by a key that the caller presses, and while
// the caller is on hold.
func TestARecordingHoldsTheConversationAndNothingOfItsPauses(t *testing.T) {
	t.Parallel()
	th := raiseWith(t, phone.Options{}, records(t, "2099-12-31"))
	th.watch()
	w := th.tape(th.login(phone.RingsForEver(), "a1001")[0])
	w.says(w.caller, 50)
	w.says(w.agent, 50)
	recorded := w.spoken

	th.guichet("agents", "pause-recording", "a1001")
	w.live("paused")
	w.says(w.caller, 100)
	w.says(w.agent, 100)
	assert.Equal(t, "paused", w.state())
	th.guichet("agents", "resume-recording", "a1001")
	w.live("recording")

	require.NoError(t, w.agent.Press(th.ctx, "**"))
	w.live("paused")
	w.says(w.caller, 100)
	require.NoError(t, w.agent.Press(th.ctx, "**"))
	w.live("recording")

	th.guichet("agents", "hold", "a1001")
	w.live("paused")
	w.says(w.agent, 100)
	th.guichet("agents", "unhold", "a1001")
	w.live("recording")

	require.NoError(t, w.caller.Press(th.ctx, "4"))
	w.live("paused")
	w.says(w.caller, 100)
	w.live("recording") // he has pressed none for a while
	w.spoken = 0
	w.says(w.caller, 25)
	recorded += w.spoken

	kept := th.all()
	require.Len(t, kept, 1)
	id := string(kept[0].ID)
	out, err := th.Guichet(th.ctx, "recordings", "delete", id).CombinedOutput()
	require.Error(t, err, "it is going on: %s", out)
	call := string(kept[0].Contact)
	require.NoError(t, w.caller.Hangup(th.ctx))
	th.ended(w.agent)
	th.conserved(1)
	th.until("it to be over", func() bool { return th.all()[0].Ended != nil })
	kept = th.all()
	assert.False(t, kept[0].Failed)
	assert.Equal(t, "Qualité de l'accueil", kept[0].Purpose)
	assert.Equal(t, 30*24*time.Hour, kept[0].Until.Sub(*kept[0].Ended))
	lasts, loud := th.file(id)
	assert.InDelta(t, recorded.Seconds(), loud.Seconds(), 0.5, "a second of each, and half a second at the end; of ten seconds of pauses nothing")
	assert.Greater(t, lasts, loud)

	story := strings.Join(strings.Fields(th.guichet("call", "show", call)), " ")
	for _, told := range []string{
		"both were told, and are recorded from now on as " + id, "for: Qualité de l'accueil; kept for 30 days", "the recording is paused, by Anne Le Goff (a1001)",
		"the recording goes on", "while the caller keys something in", "the recording is over",
	} {
		assert.Contains(t, story, told)
	}
	assert.Contains(t, th.guichet("recordings", "delete", id), "is deleted")
	assert.Empty(t, th.all())
	assert.NotContains(t, th.ariGet("/recordings/stored"), id, "and its file is gone")
	th.readAll()
	th.counted()
}

// A controller is killed: the recording goes on, and is closed when the caller has gone
// meanwhile.
func TestARecordingGoesOnWhenTheControllerIsKilled(t *testing.T) {
	t.Parallel()
	th := raiseWith(t, phone.Options{}, records(t, "2099-12-31"))
	agent := th.login(phone.RingsForEver(), "a1001")[0]
	w := th.tape(agent)
	th.Controller.Kill()
	w.says(w.caller, 50) // it does not need us
	require.NoError(t, th.Controller.Restart(th.ctx))
	th.until("the call to be taken up", func() bool { return th.count("guichet_repairs_total", "kind=adopted") == 1 })
	th.until("it to go on", func() bool { return w.state() == "on" })
	w.says(w.agent, 50)
	recorded := w.spoken
	th.guichet("agents", "pause-recording", "a1001")
	w.live("paused")
	th.Controller.Kill()
	w.says(w.caller, 50)
	require.NoError(t, th.Controller.Restart(th.ctx))
	th.until("the pause to go on", func() bool { return w.state() == "paused" })
	w.live("paused")
	w.says(w.caller, 50)
	assert.Less(t, w.caller.Heard(announced), 125, "nobody is told again")

	th.Controller.Kill()
	require.NoError(t, w.caller.Hangup(th.ctx))
	require.NoError(t, th.Controller.Restart(th.ctx))
	th.ended(w.agent)
	th.conserved(1)
	th.until("it to be over", func() bool { kept := th.all(); return len(kept) == 1 && kept[0].Ended != nil })
	_, loud := th.file(string(th.all()[0].ID))
	assert.InDelta(t, recorded.Seconds(), loud.Seconds(), 0.5)
}

// After the last day nobody is told, and nothing is recorded.
func TestNothingIsRecordedAfterTheLastDay(t *testing.T) {
	t.Parallel()
	th := raiseWith(t, phone.Options{}, records(t, "2020-12-31"))
	agent := th.login(phone.RingsForEver(), "a1001")[0]
	caller := th.call("0612345678", "1"+paris)
	leg := th.talk(caller, agent)
	th.bothHeard(caller, leg)
	before := caller.Heard(leg.Signature())
	th.until("some talk", func() bool { return caller.Heard(leg.Signature()) > before+100 })
	assert.Zero(t, caller.Heard(announced))
	assert.Empty(t, th.all())
	out, err := th.Guichet(th.ctx, "agents", "pause-recording", "a1001").CombinedOutput()
	require.Error(t, err)
	assert.Contains(t, string(out), "is not recorded")
	require.NoError(t, caller.Hangup(th.ctx))
	th.conserved(1)
}
