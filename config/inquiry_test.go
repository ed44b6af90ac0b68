package config

import (
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/ivr"
)

const askingTree = `
start: etat
nodes:
  etat:
    type: http
    backend: dossier
    path: /dossiers/{var.postal_code}?de={caller}
    headers: {X-Entree: "{entry}"}
    body: {n: 1, l: [true, null, "{dialled}"], t: "{{x}}"}
    timeout: 3s
    retries: 2
    idempotent: true
    hold_prompt: menu
    save: {etat: /etat, nom: {at: /a~1b, max: 10}}
    on_success: bureau
    on_status: {"404": conseiller, "5xx": {prompt: menu, goto: conseiller}}
    on_error: conseiller
  bureau: {type: lookup, table: tables/bureaux.csv, key: postal_code, save: {bureau: nom}, found: autre, not_found: autre}
  autre: {type: lookup, table: tables/bureaux.yaml, key: bureau, found: libre, not_found: libre}
  libre: {type: http, url: "HTTPS://Libre.example:8443?a={var.bureau}", on_success: lien, on_error: lien}
  lien:
    type: link
    backend: sms
    path: /messages
    channel: sms
    text: "Voir {var.bureau}"
    prompt: menu
    accept: "9"
    serves: true
    sent: conseiller
    refused: {prompt: menu, goto: conseiller}
    on_error: conseiller
  conseiller: {type: queue, set: {topic: paiement}}
`

const askedSite = `
name: essai
asterisk:
  a1: {url: "http://127.0.0.1:8088/ari", username: guichet, password: {env: GUICHET_ARI_PASSWORD}}
ledger: memory
backends:
  dossier: {url: "https://dossiers.example/api/", headers: {Authorization: {env: JETON}, Accept: application/json}, ca: secrets/ca.pem, at_once: 3}
  sms: {url: "http://127.0.0.1:9000", timeout: 5s, redirect_to: "https://Autre.example"}
`

func TestANodeThatAsksIsBuiltAsWritten(t *testing.T) {
	t.Parallel()
	files := goodSite(t)
	for name, text := range map[string]string{
		"site.yaml": askedSite, "ivr/accueil.yaml": askingTree,
		"tables/bureaux.csv": "# pour les menus\ncode;nom\n44000;Nantes\n", "tables/bureaux.yaml": `Nantes: {tel: "3939"}`,
	} {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	site, problems := load("/site", files, func(string) (string, bool) { return "", false })
	require.Empty(t, problems)
	assert.Contains(t, site.Content, "tables/bureaux.csv", "a table is part of the version")
	assert.Contains(t, site.Content, "tables/bureaux.yaml")
	assert.Equal(t, map[string]Backend{
		"dossier": {
			Name: "dossier", URL: "https://dossiers.example/api", CA: "/site/secrets/ca.pem", Timeout: 2 * time.Second, AtOnce: 3,
			Headers: []BackendHeader{{"Authorization", Secret{Env: "JETON"}}, {"Accept", Secret{plain: "application/json"}}},
		},
		"sms":                        {Name: "sms", URL: "http://127.0.0.1:9000", Timeout: 5 * time.Second, AtOnce: 20, RedirectTo: []string{"https://autre.example"}},
		"https://libre.example:8443": {Name: "https://libre.example:8443", URL: "https://libre.example:8443", Timeout: 2 * time.Second, AtOnce: 20},
	}, site.Backends)

	nodes := site.Trees["accueil"].Nodes
	etat := nodes["etat"].(*ivr.HTTP)
	assert.Equal(t, "POST /dossiers/{var.postal_code}?de={caller} of dossier", etat.Inquiry.String())
	assert.Equal(t, []any{3 * time.Second, 2, true, 65536, []ivr.Prompt{"menu"}},
		[]any{etat.Timeout, etat.Retries, etat.Idempotent, etat.MaxAnswer, etat.Hold})
	assert.Equal(t, []ivr.StatusExit{
		{Status: 404, Exit: ivr.Exit{Goto: "conseiller"}}, {Status: 5, Exit: ivr.Exit{Prompts: []ivr.Prompt{"menu"}, Goto: "conseiller"}},
	}, etat.OnStatus)
	require.Len(t, etat.Save, 2)
	assert.Equal(t, []any{"/etat", 100, "/a~1b", 10}, []any{etat.Save[0].From.String(), etat.Save[0].Max, etat.Save[1].From.String(), etat.Save[1].Max})
	assert.Equal(t, 1, nodes["bureau"].(*ivr.Lookup).Table.Len())
	assert.Equal(t, []string{"key", "tel"}, nodes["autre"].(*ivr.Lookup).Table.Columns())
	assert.Equal(t, "GET /?a={var.bureau} of https://libre.example:8443", nodes["libre"].(*ivr.HTTP).Inquiry.String())

	asks, sends := nodes["lien"].(*ivr.Menu), nodes["lien/send"].(*ivr.Link)
	assert.False(t, asks.Serves)
	assert.True(t, sends.Serves)
	assert.Equal(t, "9", asks.Choices[0].Keys)
	assert.Equal(t, ivr.Target("lien/send"), asks.Choices[0].Goto)
	assert.Equal(t, sends.Refused, asks.Invalid)
	assert.Equal(t, sends.Refused, asks.Failure)
	assert.Equal(t, "POST /messages of sms", sends.Inquiry.String())
	assert.Equal(t, 3, sends.PerDay)
	assert.NotNil(t, sends.Body)

	packed, err := site.Content.Pack()
	require.NoError(t, err)
	again, err := Restore("/site", packed)
	require.NoError(t, err)
	assert.Equal(t, site.Hash, again.Hash)
}

func TestTheExampleThatAsksIsGood(t *testing.T) {
	t.Parallel()
	site, problems := Load("../examples/demarches")
	require.Empty(t, problems)
	assert.Contains(t, site.Backends, "sms")
	assert.Equal(t, "GET /demarches/{var.numero} of dossier", site.Trees["demarches"].Nodes["etat"].(*ivr.HTTP).Inquiry.String())
	assert.Equal(t, 1500*time.Millisecond, site.Trees["demarches"].Nodes["etat"].(*ivr.HTTP).Timeout, "that of the back-end")
}
