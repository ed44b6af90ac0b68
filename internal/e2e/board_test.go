package e2e

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/phone"
)

// A supervisor who is signed in listens, whispers, barges in, takes the call and ends it, all
// by the keyboard and from the board, and each time those hear each other who should. Who is
// not signed in sees no conversation.
func TestASupervisorSupervisesFromTheBoardByTheKeyboard(t *testing.T) {
	t.Parallel()
	th := raiseWith(t, phone.Options{}, withAccounts(t))
	agent := th.login(phone.RingsForEver(), "a1001")[0]
	w := &watched{theatre: th, caller: th.call("0612345678", "1"+paris)}
	w.agent = th.talk(w.caller, agent)
	th.hushes(w.caller, w.agent)
	desk := th.login(phone.RingsForEver(), "a1002")[0]

	b := th.browse()
	b.do(act{Do: "go", URL: th.URL + "/"})
	b.see("#signin", "se connecter")
	b.clean("20-board-of-anybody")
	b.click("text=se connecter")
	b.fill("#login", "cheffe")
	b.fill("#password", annesPassword)
	b.press("Enter")
	b.click("text=le tableau de bord")
	b.see("#conversations tr", "declaration")
	b.see("#queues tr", "Particuliers")
	b.see("#centers tr", "CIS")
	b.clean("21-board-of-a-supervisor")

	pressed := func(name string) { b.see("#conversations button[aria-pressed=true]", name) }
	onward := func() {
		b.press("Tab")
		b.press("Enter")
	}
	b.do(act{Do: "focus", At: "#post"})
	onward() // to Écouter, without a phone
	b.see("#said", "Choisissez d’abord votre poste")
	assert.Equal(t, "post", b.do(act{Do: "focused"}))
	b.do(act{Do: "choose", At: "#post", Text: "a1002"})
	b.see("#conversations button[aria-disabled=false]", "Écouter")
	onward()
	w.supervisor = th.next(desk)
	b.see("#conversations tr", "sonne")
	b.clean("22-rings")
	require.NoError(t, w.supervisor.Answer(th.ctx))
	pressed("Écouter")
	b.see("#said", "Écouter : fait")
	th.until("the supervisor to talk", func() bool { return th.agent("a1002") == "talking" })
	th.hushes(w.supervisor)
	w.speaks(w.caller, w.agent, w.supervisor)
	w.speaks(w.supervisor)
	b.clean("23-listening")
	onward()
	pressed("Souffler")
	w.speaks(w.supervisor, w.agent)
	onward()
	pressed("Intervenir")
	w.speaks(w.supervisor, w.agent, w.caller)
	onward()
	th.ended(w.agent)
	b.see("#conversations button[aria-disabled=false]", "Terminer")
	th.until("the call to be the supervisor's", func() bool { return th.agent("a1001") == "wrap_up" })
	w.speaks(w.supervisor, w.caller)
	b.clean("24-taken-over")
	onward()
	th.ended(w.supervisor)
	th.ended(w.caller)
	b.see("#none", "Personne")
	assert.Empty(t, b.do(act{Do: "complaints"}), "of the browser: policy, scripts")
	th.conserved(1)
	assert.Equal(t, 1, th.outcome("answered"))
}
