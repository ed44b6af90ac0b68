package e2e

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/phone"
)

// askingTree asks the back-end about a digit, looks for an office, and offers a link.
const askingTree = `
defaults: {no_input_timeout: 20s}
start: numero
on_failure: adieu
nodes:
  numero: {type: collect, prompt: numero, variable: numero, max_digits: 1, goto: etat}
  etat:
    type: http
    backend: dossier
    path: /dossiers/{var.numero}?de={caller}
    timeout: 5s
    hold_prompt: patience
    save: {lieu: /lieux/0}
    on_success: bureau
    on_status: {"404": {prompt: inconnu, goto: numero}}
    on_timeout: {prompt: tard, goto: numero}
    on_error: adieu
  bureau: {type: lookup, table: tables/bureaux.csv, key: lieu, save: {bureau: nom}, found: trouve, not_found: adieu}
  trouve: {type: play, prompt: trouve, goto: lien}
  lien:
    type: link
    backend: dossier
    path: /messages
    channel: sms
    text: "{var.bureau} : https://impots.example"
    prompt: offre
    serves: true
    sent: {prompt: envoye, goto: hangup}
    refused: adieu
    on_error: numero
  adieu: {type: hangup, prompt: adieu}
`

// The words of its prompts are signatures, far from those of calls.
var wordsAsked = map[string]phone.Signature{
	"numero": 0x1b0001, "patience": 0x1b0102, "inconnu": 0x1b0203, "tard": 0x1b0304, "trouve": 0x1b0405, "offre": 0x1b0506, "envoye": 0x1b0607, "adieu": 0x1b0708,
}

// office is the server that the menu asks: 1 is known, 9 is never answered, all
// others are unknown.
type office struct {
	url string
	// tree is that of the calls, askingTree by default.
	tree string
	mu   sync.Mutex
	got  []string
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{tree: askingTree}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		o.mu.Lock()
		o.got = append(o.got, r.Method+" "+r.RequestURI+" "+r.Header.Get("Authorization")+" "+string(body))
		o.mu.Unlock()
		switch r.URL.Path {
		case "/dossiers/1":
			_, _ = io.WriteString(w, `{"lieux":["44000"]}`)
		case "/dossiers/9":
			<-r.Context().Done()
		case "/messages":
			w.WriteHeader(http.StatusAccepted)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(server.Close)
	o.url = server.URL
	return o
}

func (o *office) requests() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.got
}

// furnish writes the tree, its table, its prompts and the back-end into a site.
func (o *office) furnish(t *testing.T) func(dir string) {
	return func(dir string) {
		token := filepath.Join(t.TempDir(), "token")
		require.NoError(t, os.WriteFile(token, []byte("Bearer abc\n"), 0o600))
		write := func(name string, text []byte) {
			t.Helper()
			path := filepath.Join(dir, name)
			require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
			file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
			require.NoError(t, err)
			_, err = file.Write(text)
			require.NoError(t, err)
			require.NoError(t, file.Close())
		}
		require.NoError(t, os.Remove(filepath.Join(dir, "ivr", "relais.yaml")))
		write("ivr/relais.yaml", []byte(o.tree))
		write("tables/bureaux.csv", []byte("code;nom\n44000;Nantes\n"))
		write("site.yaml", []byte("\nbackends:\n  dossier: {url: \""+o.url+"\", timeout: 20s, headers: {Authorization: {file: "+token+"}}}\n"))
		for name, s := range wordsAsked {
			write("prompts/prompts.yaml", []byte("  "+name+": {text: Un mot., file: "+name+".alaw}\n"))
			write("prompts/"+name+".alaw", spoken(s, 1))
		}
	}
}

// A caller asks about a number that nobody knows, about one that is never answered,
// and about one whose office is found; he wants the link, and is served. Another,
// whose telephone takes no SMS, is sent none.
func TestAMenuAsksABackendLooksUpAnOfficeAndSendsALink(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	th := raiseWith(t, phone.Options{}, o.furnish(t))
	// dial calls; press keys what a caller answers, and waits until he has heard each of some
	// prompts since, in their order: he may have heard the first before the last key is let go.
	dial := func(number string) (c *phone.Call, press func(keys string, prompts ...string)) {
		c, err := th.callers.Call(th.ctx, phone.Caller{Number: number}, relay)
		require.NoError(t, err)
		require.NoError(t, c.WaitAnswered(th.ctx))
		th.until("the caller to hear numero", func() bool { return c.Heard(wordsAsked["numero"]) > 0 })
		return c, func(keys string, prompts ...string) {
			t.Helper()
			before := c.Heard(wordsAsked[prompts[0]])
			require.NoError(t, c.Press(th.ctx, keys))
			for i, prompt := range prompts {
				next := prompts[min(i+1, len(prompts)-1)]
				th.until("the caller to hear "+prompt, func() bool {
					if c.Heard(wordsAsked[prompt]) == before {
						return false
					}
					before = c.Heard(wordsAsked[next])
					return true
				})
			}
		}
	}
	caller, press := dial("0612345678")
	var calls []api.Call
	th.until("the call to be listed", func() bool { th.get("/api/v1/calls", &calls); return len(calls) == 1 })
	press("4", "inconnu", "numero")
	press("9", "patience", "tard", "numero")
	press("1", "trouve", "offre")
	press("1", "envoye")
	assert.Equal(t, phone.Remote, th.ended(caller).By)
	assert.Zero(t, caller.Heard(wordsAsked["adieu"]))
	assert.Equal(t, []string{
		"GET /dossiers/4?de=%2B33612345678 Bearer abc ", "GET /dossiers/9?de=%2B33612345678 Bearer abc ", "GET /dossiers/1?de=%2B33612345678 Bearer abc ",
		`POST /messages Bearer abc {"to":"+33612345678","text":"Nantes : https://impots.example"}`,
	}, o.requests())

	fixed, press := dial("0299000001")
	press("11", "adieu") // the second key answers the offer
	assert.Equal(t, phone.Remote, th.ended(fixed).By)
	assert.Len(t, o.requests(), 5, "no message was sent")
	th.conserved(2)
	assert.Equal(t, 1, th.outcome("self_served"))
	assert.Equal(t, 1, th.count("guichet_messages_total", "channel=sms", "result=sent"))

	told := strings.Join(strings.Fields(th.guichet("call", "show", string(calls[0].ID))), " ")
	for _, part := range []string{
		"the menu asks at etat: GET /dossiers/{var.numero}?de={caller} of dossier",
		"at etat: on_status.404, since GET /dossiers/{var.numero}?de={caller} of dossier answered 404 after",
		"at etat: on_timeout, since GET /dossiers/{var.numero}?de={caller} of dossier gave no answer in 5", ": timeout",
		"at bureau: found, since var.lieu is 44000", "the menu asks at lien/send: POST /messages of dossier",
		"at lien/send: sent, since POST /messages of dossier answered 202 after", "self served",
	} {
		assert.Contains(t, told, part)
	}
	assert.Contains(t, strings.Join(strings.Fields(th.guichet("report", "--from", "2h")), " "), "self served 1 by a link 1, of 1 sent")
	log, err := os.ReadFile(th.Controller.LogFile())
	require.NoError(t, err)
	for _, secret := range []string{"612345678", "Bearer"} {
		assert.NotContains(t, told+string(log), secret)
	}
}
