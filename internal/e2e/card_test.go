package e2e

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/lab"
	"github.com/guichet/guichet/internal/phone"
)

const annesPassword = "quatre mots pour Anne"

// withAccounts lets Anne, agent a1001, and a supervisor sign in, and has each contact of
// individuals noted.
func withAccounts(t *testing.T) func(site string) {
	return func(site string) {
		command := exec.CommandContext(t.Context(), program, "agents", "password")
		command.Stdin = strings.NewReader(annesPassword + "\n")
		hash, err := command.Output()
		require.NoError(t, err)
		accounts := "accounts:\n  a1001: {password: \"" + strings.TrimSpace(string(hash)) + "\"}\n" +
			"  a1002: {password: \"" + strings.TrimSpace(string(hash)) + "\"}\n" +
			"  cheffe: {role: supervisor, password: \"" + strings.TrimSpace(string(hash)) + "\"}\n"
		require.NoError(t, os.WriteFile(filepath.Join(site, "accounts.yaml"), []byte(accounts), 0o600))
		rewrite(t, filepath.Join(site, "queues.yaml"), map[string]string{
			`ring: \w+`: "ring: 60s", `label: Particuliers`: "label: Particuliers\n    code: required",
			`treatment:\n`: "treatment:\n  file_page: \"https://dossiers.example/?contact={contact}\"\n",
		})
	}
}

// The agent works at the card from sign-in to the end of the wrap-up, with a real call
// on a desk phone, and reloads the page at the worst moments.
func TestAnAgentWorksAtTheCardDuringARealCall(t *testing.T) {
	t.Parallel()
	th := raiseWith(t, phone.Options{}, withAccounts(t))
	desk, err := th.agents.Register(th.ctx, th.Account("a1001"), phone.RingsForEver())
	require.NoError(t, err)
	earlier := th.call("0612345678", "")
	th.until("the menu", func() bool { return th.count("guichet_contacts_offered_total") == 1 })
	require.NoError(t, earlier.Hangup(th.ctx))
	th.until("the abandon in the menu", func() bool { return th.outcome("abandoned") == 1 })

	b := th.browse()
	b.do(act{Do: "go", URL: th.URL + "/agent"})
	b.clean("1-sign-in")
	b.fill("#login", "a1001")
	b.fill("#password", "something else")
	b.press("Enter")
	b.see("[role=alert]", "incorrect")
	b.clean("2-wrong-password")
	b.fill("#password", annesPassword)
	b.press("Enter")
	b.see(".state", "Hors service")
	assert.Equal(t, `""`, b.do(act{Do: "cookies"}), "no script sees the session")
	b.clean("3-off-duty")

	b.press("b")
	b.see("dialog", "Nom du poste")
	b.clean("3-another-phone")
	b.fill("#phone", "trunk")
	b.press("Enter")
	b.see("[role=alert]", "vérifiez son nom")
	b.press("d")
	b.see(".state", "Disponible")
	th.until("the agent to be ready", func() bool { return th.agent("a1001") == "ready" })
	b.clean("4-ready")
	b.press("p")
	b.see("dialog", "Motif de la pause")
	b.clean("5-pause")
	b.do(act{Do: "choose", At: "#reason", Text: "formation"})
	b.click("text=Mettre en pause")
	b.see(".state", "Formation")
	th.until("the pause", func() bool { return th.agent("a1001") == "paused" })
	b.press("d")
	b.see(".state", "Disponible")

	caller := th.call("0612345678", "1"+paris)
	leg := th.next(desk)
	b.see(".state", "sonne")
	b.see(".caller", "Declaration")
	b.see(".caller", "06 12 34 56 78")
	b.see(".earlier", "abandonné")
	b.clean("6-ringing")
	require.NoError(t, leg.Answer(th.ctx))
	b.see(".state", "En conversation")
	th.until("the caller to hear the agent", func() bool { return caller.Heard(leg.Signature()) > 10 })
	b.see(".treatment", "obligatoire")
	id := leg.Header("X-Guichet-Contact")
	assert.Contains(t, b.do(act{Do: "read", At: "body"}), "75")
	b.fill("#treated-note", "Demande un délai, rappeler lundi.")
	b.click("text=Délai de paiement")
	b.see(".saved", "à enregistrer")
	th.until("the draft to be kept", func() bool { return strings.Contains(th.card(b), "rappeler lundi") })
	b.do(act{Do: "reload"})
	b.see(".state", "En conversation")
	b.see(".treatment", "Modifié, à enregistrer")
	assert.Equal(t, "Demande un délai, rappeler lundi.", b.do(act{Do: "value", At: "#treated-note"}), "a reload loses nothing")
	b.clean("7-talking")

	require.NoError(t, caller.Hangup(th.ctx))
	th.ended(leg)
	b.see(".state", "Post-appel")
	b.see(".caller", "Dernier contact")
	b.press("d") // it is required first
	b.see("[role=alert]", "motif traité")
	assert.Equal(t, "wrap_up", th.agent("a1001"), "not by the agent, and not by the second that it lasts")
	b.clean("8-wrap-up")
	b.click("text=Répondu")
	b.click("button:has-text('Enregistrer')")
	b.see(".state", "Disponible")
	th.until("the agent to be ready", func() bool { return th.agent("a1001") == "ready" })

	story := th.guichet("call", "show", id)
	assert.Contains(t, story, "agent a1001 noted")
	assert.Contains(t, story, "delai")
	assert.NotContains(t, story, "rappeler lundi", "a note is for who treats the person")

	again := th.call("0612345678", "1"+paris)
	leg = th.next(desk)
	b.see(".earlier", "rappeler lundi")
	b.clean("9-calls-again")
	require.NoError(t, again.Hangup(th.ctx))
	th.ended(leg)
	b.click("text=Se déconnecter")
	b.see("h1", "Fiche agent")
	assert.Empty(t, b.do(act{Do: "complaints"}), "of the browser: policy, scripts")
	th.conserved(3)
}

// signIn has somebody sign in with the browser, and be ready by the card.
func (b *browser) signIn(url, login string) {
	b.t.Helper()
	b.do(act{Do: "go", URL: url + "/agent"})
	b.fill("#login", login)
	b.fill("#password", annesPassword)
	b.press("Enter")
	b.see(".state", "Hors service")
	b.press("d")
	b.see(".state", "Disponible")
}

// Everything that can be done with a call is done by the keys of the card, and judged by
// who hears whom.
func TestACallIsHeldConsultedJoinedSentOnAndEndedByTheKeysOfTheCard(t *testing.T) {
	t.Parallel()
	th := raiseWith(t, phone.Options{FrameEvery: phone.NoAudio}, withAccounts(t))
	desk, err := th.agents.Register(th.ctx, th.Account("a1001"), phone.RingsForEver())
	require.NoError(t, err)
	b, other := th.browse(), th.browse()
	b.signIn(th.URL, "a1001")
	caller := th.call("0612345678", "1"+paris)
	leg := th.next(desk)
	require.NoError(t, leg.Answer(th.ctx))
	b.see(".state", "En conversation")
	th.hears(caller, leg)

	b.press("a")
	b.see(".caller", "en attente")
	b.see("#key-unhold", "Reprendre")
	th.music(caller, leg)
	b.clean("10-held")
	b.press("a")
	b.see("#key-hold", "Attente")
	th.hears(caller, leg)
	th.hears(leg, caller)

	second, err := th.agents.Register(th.ctx, th.Account("a1002"), phone.RingsForEver())
	require.NoError(t, err)
	other.signIn(th.URL, "a1002")
	other.see(".nobody", "Personne en ligne")
	b.press("c")
	b.see("dialog", "Collègue")
	b.see("#target", "Disponible")
	b.clean("11-consult")
	b.do(act{Do: "choose", At: "#target", Text: "a1002"})
	b.click("dialog button.main")
	colleague := th.next(second)
	b.see(".parties", "sonne")
	other.see(".caller", "consulte")
	th.music(caller, leg)
	require.NoError(t, colleague.Answer(th.ctx))
	b.see(".parties", "consulté")
	th.hears(leg, colleague)
	th.hears(colleague, leg)
	th.deaf(caller, leg, colleague)
	other.see(".caller", "06 12 34 56 78")
	other.see("#key-hangup:enabled", "Quitter")
	other.see("#key-hold:disabled", "Attente") // he decides nothing else
	other.see("#key-transfer:disabled", "Transférer")
	other.clean("12-consulted")
	b.clean("13-consults")

	b.press("f")
	b.see(".parties", "en conférence")
	for _, speaker := range []*phone.Call{caller, leg, colleague} {
		for _, listener := range []*phone.Call{caller, leg, colleague} {
			if speaker != listener {
				th.hears(listener, speaker)
			}
		}
	}
	b.click("text=Retirer")
	th.ended(colleague)
	other.see(".state", "Post-appel")
	other.see(".treatment", "obligatoire") // he talked with the caller too
	th.hears(caller, leg)

	b.see("#key-transfer:enabled", "Transférer")
	b.press("t")
	b.see("dialog", "Transférer")
	b.clean("14-transfer")
	b.do(act{Do: "choose", At: "#target", Text: "particuliers"})
	b.click("dialog button.main")
	th.ended(leg)
	th.music(caller)
	b.see(".state", "Post-appel")
	b.press("p") // a pause that is wanted lasts beyond the end of the wrap-up
	b.do(act{Do: "choose", At: "#reason", Text: "formation"})
	b.click("dialog button.main")
	b.see(".state", "ensuite")
	b.click("text=Transmis au service")
	b.click("button:has-text('Enregistrer')")
	b.see(".state .now", "Formation") // the wrap-up was over but for that; until then it follows
	b.press("d")
	leg = th.next(desk)
	require.NoError(t, leg.Answer(th.ctx))
	th.hears(caller, leg)
	b.see("#key-hangup:enabled", "Raccrocher")
	b.press("r")
	th.ended(leg)
	th.ended(caller)
	b.see(".state", "Post-appel")
	for _, page := range []*browser{b, other} {
		assert.Empty(t, page.do(act{Do: "complaints"}), "of the browser: policy, scripts")
	}
	th.conserved(1)
	assert.Equal(t, 1, th.outcome("answered"))
}

// A recorded conversation is shown as such, and paused by a key.
func TestTheCardSaysThatTheConversationIsRecordedAndPausesIt(t *testing.T) {
	t.Parallel()
	th := raiseWith(t, phone.Options{}, func(site string) {
		records(t, "2099-12-31")(site)
		withAccounts(t)(site)
	})
	desk, err := th.agents.Register(th.ctx, th.Account("a1001"), phone.RingsForEver())
	require.NoError(t, err)
	b := th.browse()
	b.signIn(th.URL, "a1001")
	w := th.tape(desk)
	b.see(".recorded", "Conversation enregistrée")
	b.clean("15-recorded")
	b.press("s")
	b.see(".recorded", "suspendu")
	w.live("paused")
	b.clean("16-suspended")
	b.press("a")
	b.see(".caller", "en attente")
	b.press("s") // his own pause is over; that of the hold is not
	b.see(".recorded", "interrompu")
	b.press("a")
	b.see(".recorded", "Conversation enregistrée")
	w.live("recording")
	require.NoError(t, w.caller.Hangup(th.ctx))
	b.see(".caller", "Dernier contact")
	b.see("body:not(:has(.recorded.on))", "Post-appel")
	assert.Empty(t, b.do(act{Do: "complaints"}), "of the browser: policy, scripts")
	th.conserved(1)
}

// card is what the controller says to the page that is signed in.
func (th *theatre) card(b *browser) string {
	return b.do(act{Do: "card", URL: th.URL + "/api/v1/card"})
}

func TestTheCommittedCardIsWhatItsSourcesMake(t *testing.T) {
	t.Parallel()
	if os.Getenv("GUICHET_LAB") != "1" {
		t.Skip("needs npm packages: run `make test`, which sets GUICHET_LAB=1")
	}
	sources, out := filepath.Join("..", "api", "card"), filepath.Join(t.TempDir(), "dist")
	require.NoError(t, lab.BuildCard(t.Context(), lab.Steps(io.Discard), sources, out))
	for _, name := range []string{"index.html", "card.js", "card.css"} {
		committed, err := os.ReadFile(filepath.Join(sources, "dist", name))
		require.NoError(t, err)
		made, err := os.ReadFile(filepath.Join(out, name))
		require.NoError(t, err)
		assert.True(t, string(committed) == string(made), "%s is not what its sources make: run make card", name)
	}
}
