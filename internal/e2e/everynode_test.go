package e2e

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/phone"
)

// realCalls says for each type of node of the language which node of everyTree two
// callers come to on a real Asterisk; of a type that needs a stage of its own, the
// test that has it.
var realCalls = map[string]string{
	"hours": "horaires", "play": "annonce", "language": "langue", "set": "motif", "collect": "numero", "menu": "choix",
	"subflow": "rang", "branch": "rang/juge", "return": "rang/grand", "http": "etat", "lookup": "bureau", "link": "lien",
	"identify": "qui", "queue": "conseiller", "hangup": "adieu", "callback": "TestACallerIsCalledBackAtTheNumberGiven",
	"transfer": "TestAMenuSendsCallersOutside",
	"message":  "TestMessagesAreLeftHeardAndDone",
}

const everyTree = `
languages: [fr, en]
defaults: {no_input_timeout: 20s}
start: horaires
on_failure: adieu
nodes:
  horaires: {type: hours, open: accueil, closed: adieu}
  accueil: {type: play, prompt: accueil, goto: annonce}
  annonce: {type: play, prompt: annonce, interruptible: false, goto: langue}
  langue: {type: language, prompt: langue, choices: {"1": fr, "2": en}, goto: motif}
  motif: {type: set, values: {topic: autre}, goto: numero}
  numero: {type: collect, prompt: numero, variable: rang, max_digits: 2, confirm: {prompt: juste}, goto: valeurs}
  valeurs:
    type: play
    prompt: ["number:var.rang", "number:71", "number:80", "number:81", "number:1999", "amount:12,50", "time:11:30", "date:2026-12-01", "wait:120"]
    goto: choix
  choix: {type: menu, prompt: choix, choices: {"1": rang, "2": adieu}}
  rang: {type: subflow, flow: rang, results: {petit: adieu, grand: etat}}
  etat:
    type: http
    backend: dossier
    path: /dossiers/1?rang={var.rang}
    save: {lieu: /lieux/0}
    on_success: bureau
    on_error: adieu
  bureau: {type: lookup, table: tables/bureaux.csv, key: lieu, save: {bureau: nom}, found: lien, not_found: adieu}
  lien:
    type: link
    backend: dossier
    path: /messages
    channel: sms
    text: "{var.bureau} : https://impots.example"
    prompt: offre
    sent: qui
    refused: adieu
    on_error: adieu
  qui: {type: identify, prompt: fiscal, identified: secret, not_identified: adieu}
  secret: {type: collect, prompt: secret, variable: code, sensitive: true, min_digits: 4, max_digits: 4, goto: remise}
  remise:
    type: http
    backend: dossier
    path: /messages
    body: {code: "{var.code}"}
    on_success: sourd
    on_error: adieu
  sourd: {type: play, prompt: sourd, interruptible: false, flush_input: true, goto: encore}
  encore: {type: menu, prompt: encore, choices: {"1": conseiller}}
  conseiller: {type: queue}
  adieu: {type: hangup, prompt: adieu}
`

const everyFlow = `
start: juge
nodes:
  juge: {type: branch, cases: [{when: int(var.rang) > 20, goto: grand}], else: petit}
  grand: {type: return, result: grand}
  petit: {type: return, result: petit}
`

// How long the prompts of everyTree last, in seconds; each has a signature of its own. Those
// during which a key is pressed last for long enough that it is, however busy the machine.
var everyPrompt = map[string]int{
	"accueil": 20, "annonce": 5, "langue": 1, "numero": 1, "juste": 20, "choix": 1, "offre": 1, "fiscal": 1, "secret": 1, "sourd": 5, "encore": 1, "adieu": 1,
}

func everySignature(prompt string) phone.Signature {
	names := slices.Sorted(maps.Keys(everyPrompt))
	return phone.Signature(0x1c0001 + 0x101*slices.Index(names, prompt))
}

// Whoever adds a type of node to the language brings it to a real call.
func TestEveryTypeOfNodeHasARealCall(t *testing.T) {
	t.Parallel()
	sources := ""
	files, err := filepath.Glob("*_test.go")
	require.NoError(t, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		sources += string(text)
	}
	for _, kind := range config.NodeTypes() {
		switch where := realCalls[kind]; {
		case strings.HasPrefix(where, "Test"):
			assert.Contains(t, sources, "func "+where+"(t *testing.T)", kind)
			assert.Regexp(t, `type: `+kind+`\b`, sources)
		case where == "":
			assert.Fail(t, "no real call", "add a node of type %q to everyTree and realCalls, or name the test that calls one", kind)
		default:
			_, node, inFlow := strings.Cut(where, "/")
			tree := everyFlow
			if !inFlow {
				tree, node = everyTree, where
			}
			assert.Regexp(t, `(?m)^  `+node+`:\s+\{?type: `+kind+`\b`, tree)
		}
	}
}

// furnishEvery writes the tree of all types. Words of values are recordings of a
// twentieth of a second: who reads numbers is Asterisk's list, not the ear.
func furnishEvery(t *testing.T) (o *office, furnish func(dir string)) {
	o = newOffice(t)
	o.tree = everyTree
	ask := o.furnish(t)
	return o, func(dir string) {
		t.Helper()
		ask(dir)
		write := func(name string, content []byte) {
			path := filepath.Join(dir, name)
			require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
			require.NoError(t, os.WriteFile(path, content, 0o644))
		}
		asksNobody(t, dir)
		write("flows/rang.yaml", []byte(everyFlow))
		manifest, err := os.ReadFile(filepath.Join(dir, "prompts", "prompts.yaml"))
		require.NoError(t, err)
		kept := strings.Builder{}
		for line := range strings.Lines(string(manifest)) {
			if name, _, _ := strings.Cut(strings.TrimSpace(line), ":"); everyPrompt[name] == 0 {
				kept.WriteString(line)
			}
		}
		for name, seconds := range everyPrompt {
			fmt.Fprintf(&kept, "  %s: {in: {all: {text: Un mot., file: %s.alaw}}}\n", name, name)
			write("prompts/"+name+".alaw", spoken(everySignature(name), seconds))
		}
		write("prompts/prompts.yaml", []byte(kept.String()))
		site, problems := config.Load(dir)
		require.Empty(t, problems)
		for r := range site.Recordings() {
			if r.Word != "" {
				write(strings.TrimSuffix(r.File, ".wav")+".alaw", spoken(everySignature("adieu")+0x3000, 1)[:400])
			}
		}
	}
}

// Two callers come to every type of node. The first types ahead of the welcome, which
// ends it, and through a language and a number without hearing a word; only a key that
// may answer ends the question whether the number is right; he hears values read out
// in French, as Asterisk itself tells; what he types into a prompt that drops keys
// answers nothing. The second types all he has to say in English, and is let go. The
// stories of both tell each node.
func TestTwoCallersComeToEveryTypeOfNode(t *testing.T) {
	t.Parallel()
	o, furnish := furnishEvery(t)
	th := raiseWith(t, phone.Options{}, furnish)
	played := th.listen()
	agent := th.login(phone.RingsForEver(), "a1105")[0]
	caller, err := th.callers.Call(th.ctx, phone.Caller{Number: "0612345678"}, relay)
	require.NoError(t, err)
	require.NoError(t, caller.WaitAnswered(th.ctx))
	heard := func(prompt string) int { return caller.Heard(everySignature(prompt)) }
	hears := func(prompt string, packets int) {
		t.Helper()
		th.until("the caller to hear "+prompt, func() bool { return heard(prompt) > packets })
	}
	press := func(keys string) { t.Helper(); require.NoError(t, caller.Press(th.ctx, keys)) }

	hears("accueil", 5)
	press("1") // French
	hears("annonce", 0)
	press("21") // the number
	hears("juste", 5)
	for _, prompt := range []string{"langue", "numero"} {
		assert.Zero(t, heard(prompt), "%s was answered before", prompt)
	}
	press("8*") // no keys of this question
	hears("juste", heard("juste")+40)
	press("1")
	hears("choix", 0)
	second := 50 // packets
	assert.Less(t, heard("accueil"), 10*second, "a key ended it")
	assert.Less(t, heard("juste"), 10*second, "the key that answers ended it")
	press("1")
	hears("offre", 0)
	press("1")
	hears("fiscal", 0)
	press(firstCanary)
	hears("secret", 0)
	press("9876")
	hears("sourd", 0)
	press("1") // is dropped
	hears("encore", 40)
	press("1")
	leg := th.talk(caller, agent)
	first := leg.Header("X-Guichet-Contact")
	require.NoError(t, caller.Hangup(th.ctx))
	th.ended(leg)
	assert.Greater(t, heard("sourd"), 4*second, "no key ended it")
	assert.Equal(t, []string{
		"GET /dossiers/1?rang=21 Bearer abc ", `POST /messages Bearer abc {"to":"+33612345678","text":"Nantes : https://impots.example"}`,
		`POST /messages Bearer abc {"code":"9876"}`,
	}, o.requests())

	sounds := strings.ReplaceAll(strings.Join(played.sounds(), " "), "sound:guichet/", "")
	assert.Contains(t, sounds, "accueil annonce word-fr-deux word-fr-un juste "+
		"word-fr-vingt_v word-fr-et word-fr-un "+
		"word-fr-soixante word-fr-et word-fr-onze word-fr-quatre-vingt word-fr-quatre-vingt word-fr-un "+
		"word-fr-mille word-fr-neuf word-fr-cent word-fr-quatre-vingt word-fr-dix-neuf "+
		"word-fr-douze word-fr-euro word-fr-et word-fr-cinquante word-fr-centime word-fr-onze word-fr-heure word-fr-trente "+
		"word-fr-premier word-fr-decembre word-fr-deux word-fr-mille word-fr-vingt_v word-fr-six word-fr-deux word-fr-minute choix")
	assert.NotContains(t, sounds, "word-en-", "no English in the middle of French")

	brief, err := th.callers.Call(th.ctx, phone.Caller{Number: "0299000001"}, relay)
	require.NoError(t, err)
	require.NoError(t, brief.WaitAnswered(th.ctx))
	var calls []api.Call
	th.until("the second call to be listed", func() bool { th.get("/api/v1/calls", &calls); return len(calls) == 1 })
	require.NoError(t, brief.Press(th.ctx, "24412")) // English, 44, yes, and good-bye
	assert.Equal(t, phone.Remote, th.ended(brief).By)
	assert.Positive(t, brief.Heard(everySignature("adieu")))
	th.conserved(2)

	told := strings.Join(strings.Fields(th.guichet("call", "show", first)+th.guichet("call", "show", string(calls[0].ID))), " ")
	for kind, node := range realCalls {
		if !strings.HasPrefix(node, "Test") && kind != "hangup" { // after which nothing more is told
			assert.Regexp(t, `[ →]`+node+`\b`, told, "a node of type %s", kind)
		}
	}
	for _, part := range []string{
		"the menu waits at numero, after horaires → accueil → annonce → langue → motif", "at rang/juge: int(var.rang) > 20, since var.rang is 21",
		"at etat: on_success, since GET /dossiers/1?rang={var.rang} of dossier answered 200", "at bureau: found, since var.lieu is 44000",
		"at lien/send: sent", "authentication 1",
	} {
		assert.Contains(t, told, part)
	}
	for _, secret := range []string{"9876", firstCanary[:10], "612345678"} {
		assert.NotContains(t, told, secret)
	}
}

// ear is another application that hears all events of Asterisk.
type ear struct {
	mu     sync.Mutex
	played []string
	began  map[string]time.Time
	onto   []playback
}

// playback is one sound on a channel or a bridge, and when Asterisk says that it began.
type playback struct {
	target, sound string
	at            time.Time
}

// sounds are those that were played until now.
func (e *ear) sounds() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.played
}

// first waits for a sound, and tells when it was played for the first time.
func (th *theatre) first(e *ear, sound string) (began time.Time) {
	th.until(sound+" to be played", func() bool {
		e.mu.Lock()
		defer e.mu.Unlock()
		began = e.began[sound]
		return !began.IsZero()
	})
	return began
}

// listen has an ear hear what is played.
func (th *theatre) listen() *ear {
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
	heard := &ear{began: map[string]time.Time{}}
	var reading sync.WaitGroup
	reading.Go(func() {
		for {
			_, text, err := conn.Read(th.ctx)
			if err != nil {
				return
			}
			var e struct {
				Type      string
				Timestamp string
				Playback  struct {
					Media  string `json:"media_uri"`
					Target string `json:"target_uri"`
				}
			}
			if json.Unmarshal(text, &e) == nil && e.Type == "PlaybackStarted" { // one for each sound of a list: 22.10.1
				at, err := time.Parse("2006-01-02T15:04:05.000-0700", e.Timestamp)
				assert.NoError(t, err)
				heard.hear(e.Playback.Media, e.Playback.Target, at)
			}
		}
	})
	t.Cleanup(func() {
		_ = conn.CloseNow()
		reading.Wait()
	})
	return heard
}

// on is what was played on a channel, in order.
func (e *ear) on(channel string) (all []playback) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, p := range e.onto {
		if p.target == "channel:"+channel {
			all = append(all, p)
		}
	}
	return all
}

func (e *ear) hear(sound, target string, at time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.onto = append(e.onto, playback{target: target, sound: sound, at: at})
	e.played = append(e.played, sound)
	if _, known := e.began[sound]; !known {
		e.began[sound] = at
	}
}
