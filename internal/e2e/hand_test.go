package e2e

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/phone"
)

// An agent with two mails at hand is called and answers the call; meanwhile he answers one of
// them, a third waits, and all four are counted.
func TestAnAgentWithTwoMailsAtHandAnswersACall(t *testing.T) {
	t.Parallel()
	th := raiseWith(t, phone.Options{}, func(dir string) {
		rewrite(t, filepath.Join(dir, "agents", "cis_ouest.yaml"), map[string]string{
			`phone: PJSIP/a1001, media: \[voice, email\],`: `phone: PJSIP/a1001, media: [voice, email], capacity: {email: 2},`,
		})
	})
	type agent struct {
		State    string
		Capacity map[string]int
		AtHand   []struct {
			Contact string
			Taken   bool
		} `json:"at_hand"`
	}
	look := func() (a agent) {
		th.get("/api/v1/agents/a1001", &a)
		return a
	}
	phones := th.login(phone.Answers(0), "a1001")
	th.until("his capacity", func() bool { return look().Capacity["email"] == 2 })
	var mails []string
	for n := range 3 {
		var accepted struct{ Contact string }
		th.until("a mail to be taken in", func() bool {
			code := th.send("/api/v1/contacts", map[string]string{
				"medium": "email", "entry": "2014", "topic": "declaration", "department": "35", "from": "camille@exemple.fr",
				"subject": "Ma déclaration", "body": fmt.Sprintf("Question %d", n), "reference": fmt.Sprintf("courriel-%d", n),
			}, &accepted)
			return code == http.StatusCreated || code == http.StatusOK
		})
		mails = append(mails, accepted.Contact)
	}
	th.until("two to be at hand", func() bool { return len(look().AtHand) == 2 })
	deed := func(n int, act, text string) int {
		body := map[string]string{"agent": "a1001"}
		if text != "" {
			body["text"] = text
		}
		return th.send("/api/v1/contacts/"+mails[n]+"/"+act, body, nil)
	}
	assert.Equal(t, http.StatusOK, deed(0, "accept", ""))
	assert.Equal(t, "ready", look().State)
	explained := strings.Join(strings.Fields(th.guichet("explain", mails[2])), " ")
	assert.Contains(t, explained, "no spare capacity")

	caller := th.call("0612345678", "1"+paris)
	leg := th.next(phones[0])
	th.until("both to talk", func() bool { return look().State == "talking" })
	assert.Len(t, look().AtHand, 2)
	assert.Equal(t, http.StatusOK, deed(0, "answer", "Pendant l'appel."))
	th.until("one to be left", func() bool { return len(look().AtHand) == 1 })
	assert.Equal(t, "talking", look().State)
	require.NoError(t, caller.Hangup(th.ctx))
	th.ended(leg)
	th.until("the third to be at hand", func() bool { return len(look().AtHand) == 2 })
	for _, n := range []int{1, 2} {
		assert.Equal(t, http.StatusOK, deed(n, "answer", "Voici."))
	}
	th.conserved(4)
	assert.Equal(t, 3, th.count("guichet_contacts_outcome_total", "outcome=answered", "medium=email"))
	assert.Equal(t, 1, th.count("guichet_contacts_outcome_total", "outcome=answered", "medium=voice"))
	var report struct {
		Checks struct {
			Compared    bool
			Differences []string
			Violations  []any
		}
	}
	th.get("/api/v1/report", &report)
	assert.True(t, report.Checks.Compared)
	assert.Empty(t, report.Checks.Differences, "the counters are those of a recount")
	assert.Empty(t, report.Checks.Violations)
}
