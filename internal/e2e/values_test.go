package e2e

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/phone"
)

const valuesTree = `
languages: [fr]
defaults: {no_input_timeout: 3s}
start: saisie
nodes:
  saisie: {type: collect, prompt: numero, variable: rang, max_digits: 2, goto: annonce, on_failure: annonce}
  annonce:
    type: play
    prompt: ["number:var.rang", "date:2026-12-01", "wait:120"]
    goto: conseiller
  conseiller: {type: queue, set: {topic: autre}}
`

// A number that was keyed, a date and a wait are read out in French: Asterisk itself
// tells which sounds it played, one after the other.
func TestACallerHearsValuesInWords(t *testing.T) {
	t.Parallel()
	th := raiseWith(t, phone.Options{}, func(dir string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "ivr", "relais.yaml"), []byte(valuesTree), 0o644))
		manifest, err := os.OpenFile(filepath.Join(dir, "prompts", "prompts.yaml"), os.O_APPEND|os.O_WRONLY, 0)
		require.NoError(t, err)
		_, err = manifest.WriteString("  numero: Votre numéro.\n")
		require.NoError(t, err)
		require.NoError(t, manifest.Close())
	})
	played := th.listenToPlaybacks()
	agent := th.login(phone.RingsForEver(), "a1105")[0]
	caller, err := th.callers.Call(th.ctx, phone.Caller{Number: "0612345678"}, relay)
	require.NoError(t, err)
	require.NoError(t, caller.WaitAnswered(th.ctx))
	require.NoError(t, caller.Press(th.ctx, "21"))
	leg := th.talk(caller, agent)
	id := leg.Header("X-Guichet-Contact")
	require.NoError(t, caller.Hangup(th.ctx))
	th.ended(leg)

	said := strings.Fields(strings.ReplaceAll(strings.Join(played(), " "), "sound:guichet/", ""))
	assert.Equal(t, "numero", said[0])
	assert.Equal(t, strings.Fields("word-fr-vingt_v word-fr-et word-fr-un "+
		"word-fr-premier word-fr-decembre word-fr-deux word-fr-mille word-fr-vingt_v word-fr-six "+
		"word-fr-deux word-fr-minute"), said[1:])
	for _, word := range said {
		assert.FileExists(t, filepath.Join(th.Dir(), "prompts", word+".wav"))
	}
	assert.Contains(t, th.guichet("call", "show", id), "the menu waits at saisie")
}

// listenToPlaybacks has another application hear all events of Asterisk. What it
// returns are the sounds that were played until now.
func (th *theatre) listenToPlaybacks() func() []string {
	t := th.t
	password, err := os.ReadFile(filepath.Join(th.Dir(), "secrets", "ari-password"))
	require.NoError(t, err)
	a := th.Lab.Asterisk
	credentials := base64.StdEncoding.EncodeToString([]byte(a.ARIUser() + ":" + strings.TrimSpace(string(password))))
	conn, _, err := websocket.Dial(th.ctx, "ws"+strings.TrimPrefix(a.ARIURL(), "http")+"/events?app=ear&subscribeAll=true",
		&websocket.DialOptions{
			HTTPClient: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
			HTTPHeader: http.Header{"Authorization": {"Basic " + credentials}},
		})
	require.NoError(t, err)
	var mu sync.Mutex
	var heard []string
	var reading sync.WaitGroup
	reading.Go(func() {
		for {
			_, text, err := conn.Read(th.ctx)
			if err != nil {
				return
			}
			var e struct {
				Type     string
				Playback struct {
					Media string `json:"media_uri"`
				}
			}
			if json.Unmarshal(text, &e) == nil && e.Type == "PlaybackStarted" { // one for each sound of a list: 22.10.1
				mu.Lock()
				heard = append(heard, e.Playback.Media)
				mu.Unlock()
			}
		}
	})
	t.Cleanup(func() {
		_ = conn.CloseNow()
		reading.Wait()
	})
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return heard
	}
}
