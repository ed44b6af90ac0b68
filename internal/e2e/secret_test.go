package e2e

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/phone"
)

// secretTree asks for a number that nobody may see, and sends it when a key says so.
const secretTree = `
defaults: {no_input_timeout: 60s}
start: numero
on_failure: adieu
nodes:
  numero: {type: collect, prompt: numero, variable: numero, sensitive: true, min_digits: 13, max_digits: 13, check: fiscal_number, goto: suite}
  suite: {type: menu, prompt: offre, choices: {"1": envoi}}
  envoi:
    type: http
    backend: dossier
    path: /messages
    form: {numero: "{var.numero}"}
    on_success: encore
    on_error: adieu
  encore: {type: menu, prompt: trouve, choices: {"1": qui}}
  qui: {type: identify, prompt: patience, birth_date: {prompt: tard}, identified: selon, not_identified: adieu}
  selon: {type: branch, cases: [{when: authentication >= 2, goto: confirme}], else: adieu}
  confirme: {type: menu, prompt: envoye, choices: {"1": renvoi}}
  renvoi:
    type: http
    backend: dossier
    path: /messages
    body: {numero: "{var.fiscal_number}", ne: "{var.birth_date}"}
    on_success: fin
    on_error: adieu
  fin: {type: menu, prompt: inconnu, choices: {"1": conseiller}}
  conseiller: {type: queue, set: {topic: autre}}
  adieu: {type: hangup, prompt: adieu}
`

// Numbers that are plausible and nobody's: whoever finds one where it must not be
// has found a leak.
const (
	firstCanary  = "1482937561231"
	birthCanary  = "29021956"
	secondCanary = "2739184650321"
)

// A caller keys in a number; the controller dies, and its successor, which cannot
// know the number, asks for it again and sends it on. Then he says who he is, which is
// carried with the contact as a level. Nothing else ever shows what he keyed in.
func TestANumberThatIsKeyedInSecretlyShowsNowhere(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.tree = secretTree
	th := raiseWith(t, phone.Options{}, o.furnish(t))
	// More than any node logs, but for the level of keys, which deploy/asterisk leaves out.
	for _, command := range []string{"core set verbose 5", "logger add channel bavard notice,warning,error,verbose"} {
		_, err := th.Lab.Asterisk.Exec(th.ctx, command)
		require.NoError(t, err)
	}
	agent := th.login(phone.RingsForEver(), "a1105")[0]
	c, err := th.callers.Call(th.ctx, phone.Caller{Number: "0612345678"}, relay)
	require.NoError(t, err)
	require.NoError(t, c.WaitAnswered(th.ctx))
	hears := func(prompt string, does func()) {
		t.Helper()
		before := c.Heard(wordsAsked[prompt])
		does()
		th.until("the caller to hear "+prompt, func() bool { return c.Heard(wordsAsked[prompt]) > before })
	}
	press := func(keys string) func() { return func() { t.Helper(); require.NoError(t, c.Press(th.ctx, keys)) } }
	hears("numero", func() {})
	var calls []api.Call
	th.until("the call to be listed", func() bool { th.get("/api/v1/calls", &calls); return len(calls) == 1 })
	hears("offre", press(firstCanary))
	th.hides(string(calls[0].ID), firstCanary)
	th.Controller.Kill()
	hears("offre", func() { require.NoError(t, th.Controller.Restart(th.ctx)) })
	hears("numero", press("1"))
	hears("offre", press(secondCanary))
	hears("trouve", press("1"))
	assert.Equal(t, []string{"POST /messages Bearer abc numero=" + secondCanary}, o.requests())
	th.hides(string(calls[0].ID), firstCanary, secondCanary)
	hears("patience", press("1"))
	hears("tard", press(firstCanary))
	hears("envoye", press(birthCanary))
	hears("inconnu", press("1"))
	require.Len(t, o.requests(), 2)
	assert.Equal(t, `POST /messages Bearer abc {"numero":"`+firstCanary+`","ne":"`+birthCanary+`"}`, o.requests()[1])
	var live api.CallStory
	th.get("/api/v1/calls/"+string(calls[0].ID), &live)
	require.NotNil(t, live.Live)
	assert.Equal(t, 2, live.Live.Authentication)
	th.hides(string(calls[0].ID), firstCanary, secondCanary, birthCanary)
	press("1")()
	leg := th.talk(c, agent)
	assert.Contains(t, leg.From().Name, "autre · ident. 2 · ", "the agent reads how far the caller has said who he is")
	require.NoError(t, c.Hangup(th.ctx))
	th.ended(leg)
	th.conserved(1)
	th.hides(string(calls[0].ID), firstCanary, secondCanary, birthCanary)
	assert.Contains(t, th.guichet("call", "show", string(calls[0].ID)), "authentication 2")
	assert.Equal(t, 2, th.story(string(calls[0].ID)).Authentication)
	log, err := os.ReadFile(th.Controller.LogFile())
	require.NoError(t, err)
	assert.Contains(t, string(log), string(calls[0].ID), "the log is one of all levels, which tells of the call")
}

// hides looks for secrets wherever the call has left something, and finds none.
func (th *theatre) hides(call string, secrets ...string) {
	th.t.Helper()
	places := map[string]string{"the log": "", "the keys of Redis": th.redisKeys(), "the files of Redis": th.redisFiles()}
	log, err := os.ReadFile(th.Controller.LogFile())
	require.NoError(th.t, err)
	places["the log"] = string(log)
	logs := filepath.Dir(th.Lab.Asterisk.LogFile())
	places["the logs of Asterisk"] = filesBelow(th.t, logs)
	console, err := os.ReadFile(filepath.Join(logs, "..", "..", "..", "asterisk.out"))
	require.NoError(th.t, err)
	places["the console of Asterisk"] = string(console)
	require.Contains(th.t, places["the logs of Asterisk"], "[C-0000000", "the channel is told of in a log")
	require.NoDirExists(th.t, filepath.Join(logs, "cdr-csv"), "Asterisk keeps no records of calls")
	for _, path := range []string{"/metrics", "/api/v1/calls", "/api/v1/calls/" + call, "/api/v1/top", "/api/v1/status"} {
		places[path] = string(th.fetch(path))
		require.NotEmpty(th.t, places[path], "%s", path)
	}
	for _, command := range [][]string{{"call", "show", call}, {"report"}} {
		places["guichet "+command[0]] = th.guichet(command...)
	}
	for _, place := range []string{"the keys of Redis", "the files of Redis", "/api/v1/calls/" + call} {
		require.Contains(th.t, places[place], call, "what is written of the call is found in %s", place)
	}
	for place, text := range places {
		for _, secret := range secrets {
			require.False(th.t, strings.Contains(text, secret[:min(10, len(secret))]), "%s shows the number", place)
		}
	}
}

// redisKeys is everything that is in Redis.
func (th *theatre) redisKeys() string {
	client := goredis.NewClient(&goredis.Options{Addr: th.Lab.Redis.Addr(), PoolSize: 1})
	defer client.Close()
	var all strings.Builder
	keys, err := client.Keys(th.ctx, "*").Result()
	require.NoError(th.t, err)
	for _, key := range keys {
		kind, err := client.Type(th.ctx, key).Result()
		require.NoError(th.t, err)
		var content any
		switch kind {
		case "string":
			content, err = client.Get(th.ctx, key).Result()
		case "hash":
			content, err = client.HGetAll(th.ctx, key).Result()
		case "stream":
			content, err = client.XRange(th.ctx, key, "-", "+").Result()
		case "zset":
			content, err = client.ZRangeWithScores(th.ctx, key, 0, -1).Result()
		case "set":
			content, err = client.SMembers(th.ctx, key).Result()
		case "list":
			content, err = client.LRange(th.ctx, key, 0, -1).Result()
		default:
			require.Fail(th.t, "a key of a type that is not looked into", "%s is a %s", key, kind)
		}
		require.NoError(th.t, err)
		fmt.Fprintln(&all, key, content)
	}
	return all.String()
}

// redisFiles is what Redis has written down, what was deleted since included.
func (th *theatre) redisFiles() string { return filesBelow(th.t, th.appended()) }

// filesBelow is the content of all files of a folder.
func filesBelow(t *testing.T, folder string) string {
	t.Helper()
	var all strings.Builder
	require.NoError(t, filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		all.Write(content)
		return err
	}))
	return all.String()
}
