package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/phone"
)

// whoIsIt is how the question sounds.
const whoIsIt phone.Signature = 0x0e1de7

// Who is recorded keys in who he is while his agent waits. Nothing of it is in the file: no
// key, nothing that is said meanwhile, nor the questions; and the number is nowhere. A
// controller that is killed in the middle asks again.
func TestNothingOfAnIdentificationIsRecorded(t *testing.T) {
	t.Parallel()
	record := records(t, "2099-12-31")
	th := raiseWith(t, phone.Options{}, func(dir string) {
		record(dir)
		prompts := filepath.Join(dir, "prompts")
		rewrite(t, filepath.Join(prompts, "prompts.yaml"), map[string]string{
			`numero_fiscal_en_appel: Bonjour\.\n`: "numero_fiscal_en_appel: {text: Tapez votre numéro fiscal., file: qui.alaw}\n",
		})
		require.NoError(t, os.WriteFile(filepath.Join(prompts, "qui.alaw"), spoken(whoIsIt, 3), 0o644))
	})
	for _, command := range []string{"core set verbose 5", "logger add channel bavard notice,warning,error,verbose"} {
		_, err := th.Lab.Asterisk.Exec(th.ctx, command)
		require.NoError(t, err)
	}
	th.watch()
	w := th.tape(th.login(phone.RingsForEver(), "a1001")[0])
	w.says(w.caller, 50)
	recorded := w.spoken
	call := string(th.all()[0].Contact)

	th.guichet("agents", "identify", "a1001")
	w.live("paused")
	require.True(t, w.contact().Conversation.Identifying)
	th.until("the caller to hear the question", func() bool { return w.caller.Heard(whoIsIt) > 25 })
	heard := w.agent.Heard(w.caller.Signature())
	require.NoError(t, w.caller.Press(th.ctx, firstCanary[:6]))
	w.says(w.caller, 50)
	assert.Equal(t, heard, w.agent.Heard(w.caller.Signature()), "the agent hears nothing of it")
	w.says(w.agent, 50)
	th.Controller.Kill()
	require.NoError(t, th.Controller.Restart(th.ctx))
	th.until("the call to be taken up", func() bool { return th.count("guichet_repairs_total", "kind=adopted") == 1 })
	before := w.caller.Heard(whoIsIt)
	th.until("the caller to hear it again", func() bool { return w.caller.Heard(whoIsIt) > before+25 })
	w.live("paused")
	require.NoError(t, w.caller.Press(th.ctx, firstCanary))
	th.until("the agent to see it", func() bool { return w.contact().Authentication == 1 })
	w.live("recording")
	w.spoken = 0
	w.says(w.caller, 50)
	recorded += w.spoken
	assert.Greater(t, w.agent.Heard(w.caller.Signature()), heard, "and they hear each other")
	assert.Zero(t, w.agent.Heard(whoIsIt))
	th.hides(call, firstCanary, firstCanary[:6], firstCanary[6:])

	require.NoError(t, w.caller.Hangup(th.ctx))
	th.ended(w.agent)
	th.conserved(1)
	th.until("it to be over", func() bool { return th.all()[0].Ended != nil })
	_, loud := th.file(string(th.all()[0].ID))
	assert.InDelta(t, recorded.Seconds(), loud.Seconds(), 0.5, "a second before it, and one after")
	th.hides(call, firstCanary)
	story := strings.Join(strings.Fields(th.guichet("call", "show", call)), " ")
	assert.Contains(t, story, "the caller is asked who he is; nobody hears him meanwhile, by Anne Le Goff (a1001)")
	assert.Contains(t, story, "he hears the agent again, authentication 1, by a plausible fiscal number")
	th.readAll()
	th.counted()
}

// contact is the call as its agent sees it.
func (w *taped) contact() *api.Call {
	w.t.Helper()
	var has api.Assigned
	w.get("/api/v1/agents/a1001/contact", &has)
	return &has.Contact
}

// asksNobody takes the questions out of a folder, whose callers speak other languages than they.
func asksNobody(t *testing.T, dir string) {
	t.Helper()
	rewrite(t, filepath.Join(dir, "floor.yaml"), map[string]string{`identify: identification\n`: ""})
	require.NoError(t, os.Remove(filepath.Join(dir, "flows", "identification.yaml")))
}
