package e2e

import (
	"net/http"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/phone"
)

// An agent has a message, and then a mail, on the card: it shows what and of whom, the message is
// heard there, and each is taken, done or given back by a key.
func TestAMessageAndAMailAreDealtWithAtTheCard(t *testing.T) {
	t.Parallel()
	th := raiseWith(t, phone.Options{}, func(dir string) {
		withAccounts(t)(dir)
		furnishVoicemail(t)(dir)
	})
	_, err := th.agents.Register(th.ctx, th.Account("a1001"), phone.RingsForEver())
	require.NoError(t, err)
	b := th.browse()
	b.signIn(th.URL, "a1001")
	th.leaves("0612345678")
	b.see(".state", "À prendre")
	b.see(".caller", "Message vocal · proposé")
	b.see(".caller", "06 12 34 56 78")
	b.see(".caller", "À traiter avant")
	b.clean("10-message")
	log := func() string {
		text, err := os.ReadFile(th.Controller.LogFile())
		require.NoError(t, err)
		return string(text)
	}
	assert.NotContains(t, log(), "recording fetched", "nobody has listened")
	b.press("l")
	lasts, err := strconv.ParseFloat(b.do(act{Do: "heard", At: "#sound"}), 64)
	require.NoError(t, err)
	assert.InDelta(t, th.given("a1001").Seconds, lasts, 0.2)
	assert.Contains(t, log(), "recording fetched")
	b.press("o")
	b.see(".state", "En traitement")
	b.see(".caller", "Message vocal · en traitement")
	b.clean("11-message-taken")
	b.press("t")
	b.see(".state", "Post-appel")
	b.do(act{Do: "choose", At: "#treated-topic", Text: "declaration"})
	b.click("text=Répondu")
	b.click("button:has-text('Enregistrer')")
	b.see(".state", "Disponible")
	assert.Equal(t, 1, th.count("guichet_contacts_outcome_total", "outcome=answered", "medium=voicemail", "center=cis_ouest"))
	assert.Zero(t, th.count("guichet_recorded_messages_waiting", "mailbox=accueil"))

	mail := map[string]string{
		"medium": "email", "entry": "2014", "topic": "declaration", "department": "35", "from": "camille@exemple.fr",
		"subject": "Ma déclaration", "body": "Comment la corriger ?", "reference": "courriel-1",
	}
	require.Equal(t, http.StatusCreated, th.send("/api/v1/contacts", mail, nil))
	b.see(".caller", "Courriel · proposé")
	b.see(".caller", "Comment la corriger ?")
	b.clean("12-mail")
	b.press("o")
	b.see(".state", "En traitement")
	b.press("t")
	b.fill("#text", "En ligne.")
	b.click("dialog button.main")
	b.see(".state", "Post-appel")
	assert.Empty(t, b.do(act{Do: "complaints"}), "of the browser: policy, scripts")
	th.conserved(3)
}
