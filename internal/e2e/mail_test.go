package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/phone"
)

// send posts JSON as a program would, and decodes the answer.
func (th *theatre) send(path string, body map[string]string, into any) (code int) {
	th.t.Helper()
	text, err := json.Marshal(body)
	require.NoError(th.t, err)
	answer, err := http.Post(th.URL+path, "application/json", bytes.NewReader(text))
	require.NoError(th.t, err)
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	require.NoError(th.t, err)
	if into != nil {
		require.NoError(th.t, json.Unmarshal(said, into), string(said))
	}
	return answer.StatusCode
}

// A mail from Ille-et-Vilaine is routed by the rules of calls: who may not open the
// files of 35 does not get it, though he is free and knows the topic; who may gets
// it and answers it by API.
func TestAMailReachesAnAgentWhoMayOpenTheFileAndIsAnswered(t *testing.T) {
	t.Parallel()
	th := raiseWith(t, phone.Options{}, func(dir string) {
		rewrite(t, filepath.Join(dir, "agents", "cis_ouest.yaml"), map[string]string{
			`a1002: \{name: Yann Kermarrec, center: cis_ouest,`: `a1002: {name: Yann Kermarrec, center: cis_ouest, files: ["22"],`,
		})
	})
	phones := th.login(phone.RingsForEver(), "a1002", "a3001")
	mail := map[string]string{
		"medium": "email", "entry": "2014", "topic": "declaration", "department": "35", "from": "camille@exemple.fr",
		"subject": "Ma déclaration", "body": "Comment la corriger ?", "reference": "courriel-1",
	}
	var accepted struct{ Contact string }
	th.until("mails to be taken in", func() bool {
		code := th.send("/api/v1/contacts", mail, &accepted)
		return code == http.StatusCreated || code == http.StatusOK
	})
	assert.Equal(t, http.StatusOK, th.send("/api/v1/contacts", mail, &accepted), "sent again it is the same")
	th.until("it to wait", func() bool { return th.count("guichet_mails_waiting") == 1 })
	assert.Zero(t, th.count("guichet_queue_waiting"))
	caller := th.call("0612345678", "1"+paris) // whoever calls meanwhile is served before
	leg := th.next(phones[0])
	assert.Equal(t, "ready", th.agent("a3001"))
	require.NoError(t, caller.Hangup(th.ctx))
	th.ended(leg)
	th.until("the agent who may not to be free again", func() bool { return th.agent("a1002") == "ready" })

	th.login(phone.RingsForEver(), "a1001")
	has := func() (a struct {
		Contact struct{ ID, Standing string }
		Mail    struct{ From, Subject, Body string }
	}) {
		th.get("/api/v1/agents/a1001/contact", &a)
		return a
	}
	th.until("the mail to be with the agent who may", func() bool { return has().Contact.ID == accepted.Contact })
	assert.Equal(t, "Comment la corriger ?", has().Mail.Body)
	deeds := "/api/v1/contacts/" + accepted.Contact
	assert.Equal(t, http.StatusConflict, th.send(deeds+"/accept", map[string]string{"agent": "a1002"}, nil))
	assert.Equal(t, http.StatusOK, th.send(deeds+"/accept", map[string]string{"agent": "a1001"}, nil))
	assert.Equal(t, http.StatusOK, th.send(deeds+"/answer", map[string]string{"agent": "a1001", "text": "En ligne."}, nil))
	assert.Equal(t, http.StatusConflict, th.send(deeds+"/answer", map[string]string{"agent": "a1001", "text": "Encore."}, nil))

	th.conserved(2)
	assert.Equal(t, 1, th.count("guichet_contacts_outcome_total", "outcome=answered", "medium=email"))
	assert.Equal(t, 1, th.count("guichet_contacts_asked_total", "medium=email"))
	var report struct {
		Summary struct {
			Offered  int
			Outcomes map[string]int
		}
		Checks struct {
			Compared    bool
			Differences []string
			Violations  []any
		}
	}
	th.get("/api/v1/report?from=2h", &report)
	assert.Equal(t, 2, report.Summary.Offered)
	assert.Equal(t, map[string]int{"answered": 1, "abandoned": 1}, positive(report.Summary.Outcomes))
	assert.True(t, report.Checks.Compared)
	assert.Empty(t, report.Checks.Differences, "the counters are those of a recount")
	assert.Empty(t, report.Checks.Violations)
	story := th.guichet("call", "show", accepted.Contact)
	assert.Contains(t, story, "took the mail")
	assert.NotContains(t, story, "corriger")
}

func positive(counts map[string]int) map[string]int {
	for name, n := range counts {
		if n == 0 {
			delete(counts, name)
		}
	}
	return counts
}
