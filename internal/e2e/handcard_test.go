package e2e

import (
	"fmt"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/phone"
)

// An agent has two mails at hand beside his calls. The card lists both, and he deals with the
// one that he picks; a call comes in between, and he finds the other where it was. The one that he
// gives back is followed by no other before he says that he is there for them.
func TestWhatIsAtHandIsDealtWithAtTheCard(t *testing.T) {
	t.Parallel()
	th := raiseWith(t, phone.Options{}, func(dir string) {
		withAccounts(t)(dir)
		rewrite(t, filepath.Join(dir, "agents", "cis_ouest.yaml"), map[string]string{
			`phone: PJSIP/a1001, media: \[voice, email\],`: `phone: PJSIP/a1001, media: [voice, email], capacity: {email: 2},`,
		})
	})
	agent, err := th.agents.Register(th.ctx, th.Account("a1001"), phone.RingsForEver())
	require.NoError(t, err)
	b := th.browse()
	b.signIn(th.URL, "a1001")
	for n := range 2 {
		th.until("a mail to be taken in", func() bool {
			code := th.send("/api/v1/contacts", map[string]string{
				"medium": "email", "entry": "2014", "topic": "declaration", "department": "35", "from": "camille@exemple.fr",
				"subject": fmt.Sprintf("Question %d", n), "body": fmt.Sprintf("Le texte %d", n), "reference": fmt.Sprintf("courriel-%d", n),
			}, nil)
			return code == http.StatusCreated || code == http.StatusOK
		})
		b.see(".hand", fmt.Sprintf("« Question %d »", n))
	}
	b.see(".state", "Disponible")
	b.click("button:has-text('Question 1')")
	b.see(".caller", "Le texte 1")
	b.press("o")
	b.see(".caller", "Courriel · en traitement")
	b.clean("13-at-hand")

	caller := th.call("0612345678", "1"+paris)
	b.see(".state", "Le téléphone sonne")
	leg := th.next(agent)
	require.NoError(t, leg.Answer(th.ctx))
	b.see(".caller", "en conversation")
	b.see(".hand", "« Question 1 », en traitement")
	require.NoError(t, caller.Hangup(th.ctx))
	th.ended(leg)
	b.see(".state", "Post-appel")
	b.do(act{Do: "choose", At: "#treated-topic", Text: "declaration"})
	b.click("text=Répondu")
	b.click("button:has-text('Enregistrer')")
	b.see(".caller", "Le texte 1")
	b.press("t")
	b.fill("#text", "En ligne.")
	b.click("dialog button.main")
	b.see(".caller", "Le texte 0")
	assert.Equal(t, 1, th.count("guichet_contacts_outcome_total", "outcome=answered", "medium=email"))
	b.press("o")
	b.see(".caller", "Courriel · en traitement")
	b.press("r")
	b.see(".state", "Disponible")
	b.see(".state", "Plus de courriels – vous avez rendu le dernier")
	b.clean("14-no-more-mails")
	b.press("d")
	b.see(".caller", "Courriel · proposé")
	b.see(".caller", "Le texte 0")
	assert.Empty(t, b.do(act{Do: "complaints"}), "of the browser: policy, scripts")
}
