package e2e

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/phone"
	"github.com/guichet/guichet/internal/report"
)

// An agent calls back who left a message by a key of the card: his own phone rings, then that of the
// person, both hear each other, and the message is at hand until he says that it is done.
func TestWhoLeftAMessageIsCalledBackByAKeyOfTheCard(t *testing.T) {
	t.Parallel()
	th := raiseWith(t, phone.Options{}, func(dir string) {
		withAccounts(t)(dir)
		furnishVoicemail(t)(dir)
	})
	th.watch()
	agent, err := th.agents.Register(th.ctx, th.Account("a1001"), phone.RingsForEver())
	require.NoError(t, err)
	person := th.office("+33612345678", phone.RingsForEver())
	b := th.browse()
	b.signIn(th.URL, "a1001")
	th.leaves("0612345678")
	b.see(".state", "À prendre")
	b.see("#key-call-back[disabled]", "Rappeler")
	b.press("o")
	b.see(".caller", "Message vocal · en traitement")
	b.press("a")
	leg := th.next(agent)
	b.see(".state", "Le téléphone sonne")
	b.see(".hand", "Message vocal, en traitement")
	assert.Contains(t, leg.From().Name, "rappel")
	assert.Zero(t, person.Received(), "the agent first")
	id := leg.Header("X-Guichet-Contact")
	require.NoError(t, leg.Answer(th.ctx))
	called := th.next(person)
	b.see(".caller", "la personne est appelée")
	b.clean("16-calling-back")
	require.NoError(t, called.Answer(th.ctx))
	th.until("both to hear each other", func() bool { return leg.Heard(called.Signature()) > 5 && called.Heard(leg.Signature()) > 5 })
	b.see(".caller", "en conversation")
	b.see(".caller", "06 12 34 56 78")
	require.NoError(t, leg.Hangup(th.ctx))
	assert.Equal(t, phone.Remote, th.ended(called).By)
	b.see(".state", "Post-appel")
	b.do(act{Do: "choose", At: "#treated-topic", Text: "declaration"})
	b.click("text=Répondu")
	b.click("button:has-text('Enregistrer')")
	b.see(".caller", "Message vocal · en traitement")
	assert.Equal(t, 1, th.count("guichet_recorded_messages_waiting", "mailbox=accueil"), "until he says that it is done")
	assert.Equal(t, 1, th.count("guichet_contacts_outcome_total", "outcome=answered", "medium=voice", "center=cis_ouest"))
	b.press("t")
	b.gone(".hand")
	assert.Zero(t, th.count("guichet_recorded_messages_waiting", "mailbox=accueil"))
	assert.Empty(t, b.do(act{Do: "complaints"}), "of the browser: policy, scripts")

	th.conserved(3) // the call that left the message, the message, and the call back
	assert.Contains(t, string(th.fetch("/metrics")), "\nguichet_talk_seconds_count 1\n", "counted once")
	story := strings.Join(strings.Fields(th.guichet("call", "show", id)), " ")
	for _, told := range []string{"calls back who left the message", "his phone is called first", "the person is called back", "closed: answered"} {
		assert.Contains(t, story, told)
	}
	assert.NotContains(t, story, "612345678")
	th.readAll()
	th.counted()
	var r report.Report
	require.NoError(t, json.Unmarshal([]byte(th.guichet("report", "--json")), &r))
	assert.True(t, r.Checks.OK(), "%v %v", r.Checks.Differences, r.Checks.Violations)
}
