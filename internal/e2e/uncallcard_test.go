package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/phone"
)

// A caller was promised a call, and calls again before it is his turn: who serves him sees the
// promise on the card and cancels it by a key, after a question. Nobody calls him any more.
func TestACallBackOfTheCallerIsCancelledAtTheCard(t *testing.T) {
	t.Parallel()
	th := raiseWith(t, phone.Options{FrameEvery: phone.NoAudio}, func(dir string) {
		withAccounts(t)(dir)
		require.NoError(t, os.WriteFile(filepath.Join(dir, "ivr", "relais.yaml"), []byte(callbackTree), 0o644))
		rewrite(t, filepath.Join(dir, "agents", "cis_ouest.yaml"), map[string]string{`(a1001: .*)relais: 2, `: "$1"})
	})
	agent, err := th.agents.Register(th.ctx, th.Account("a1001"), phone.RingsForEver())
	require.NoError(t, err)
	asking, err := th.callers.Call(th.ctx, phone.Caller{Number: "0612345678"}, relay)
	require.NoError(t, err)
	require.NoError(t, asking.WaitAnswered(th.ctx))
	require.NoError(t, asking.Press(th.ctx, "1"))
	th.ended(asking)
	var promised []struct{ Contact, Standing string }
	th.until("the promise", func() bool {
		th.get("/api/v1/callbacks", &promised)
		return len(promised) == 1 && promised[0].Standing == "callback"
	})

	b := th.browse()
	b.signIn(th.URL, "a1001")
	caller := th.call("0612345678", "1"+paris)
	leg := th.next(agent)
	require.NoError(t, leg.Answer(th.ctx))
	b.see(".state", "En conversation")
	b.see(".caller", "Rappels prévus pour cette personne")
	b.see(".caller", "Autre · rappel demandé le")
	b.press("n")
	b.see("dialog", "Annuler ce rappel ?")
	b.clean("15-cancel-callback")
	b.press("Escape")
	b.gone("dialog")
	b.see(".caller", "Rappels prévus pour cette personne")
	b.press("n")
	b.click("dialog button.main")
	b.gone("#key-cancel-callback")
	th.until("the outcome", func() bool { return th.count("guichet_callbacks_cancelled_total") == 1 })
	assert.Equal(t, "[]", strings.TrimSpace(th.guichet("callbacks", "list", "--json")))
	story := strings.Join(strings.Fields(th.guichet("call", "show", promised[0].Contact)), " ")
	assert.Contains(t, story, "the call back was cancelled by Anne Le Goff (a1001)")
	require.NoError(t, caller.Hangup(th.ctx))
	th.ended(leg)
	assert.Empty(t, b.do(act{Do: "complaints"}), "of the browser: policy, scripts")
	th.conserved(2)
}
