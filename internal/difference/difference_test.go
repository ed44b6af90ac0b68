package difference

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/ivr"
)

func content(files map[string]string) config.Content {
	c := config.Content{}
	for name, text := range files {
		c[name] = []byte(text)
	}
	return c
}

// was is a small folder; each test changes some of its files.
var wasFolder = map[string]string{
	"entries.yaml": "entries:\n  \"2014\": {label: Numéro unique, tree: accueil}\n  relais: {numbers: [\"0199002015\"], tree: relais}\n",
	"ivr/accueil.yaml": `start: principal
languages: [fr]
defaults: {max_attempts: 3, no_input_timeout: 60s}
on_failure: conseiller
nodes:
  principal:
    type: menu
    label: Motif
    prompt: menu
    choices:
      "1": {goto: conseiller, label: Déclaration, set: {topic: declaration}}
      "2": heures
      "3": autre
    on_no_input: {prompt: pas_de_choix, goto: repeat}
  heures: {type: hours, calendar: bureau, open: conseiller, closed: {prompt: ferme, goto: hangup}}
  regard:
    type: branch
    cases:
      - {when: now.hour < 12, goto: conseiller}
      - {when: 'var.x == "a"', goto: autre, label: a}
    else: autre
  dossier: {type: http, backend: gestion, path: /dossier, save: {etat: /etat}, on_success: autre, on_status: {"404": autre, 5xx: {prompt: ferme, goto: back}}, on_error: conseiller}
  bureau: {type: lookup, table: t.csv, column: x, key: x, save: {nom: nom}, found: autre, not_found: conseiller}
  lieu: {type: lookup, table: tables/bureaux.yaml, key: cp, save: {nom: nom}, found: conseiller, not_found: autre}
  autre: {type: play, prompt: [bonjour, menu], goto: conseiller}
  conseiller: {type: queue}
tests:
  - {name: du matin, at: 2026-11-23T10:00}
`,
	"flows/identite.yaml":    "start: numero\nnodes:\n  numero: {type: collect, prompt: numero, variable: numero, max_digits: 13, goto: fin}\n  fin: {type: return, result: fin}\n",
	"prompts/prompts.yaml":   "words: {fr: {vingt: {text: vingt, file: vingt.wav}}}\nprompts:\n  menu: Pour un paiement, tapez 1.\n  ferme: {text: Nous sommes fermés., file: ferme.wav}\n  langue: {in: {fr: Pour le français, en: {text: For English}}}\n  avis: {text: Ordinaire., during: {aout: En août., hiver: {in: {fr: En hiver.}}}}\n  vieux: Ancien.\n",
	"calendars.yaml":         "calendars:\n  bureau:\n    hours: {mon-fri: 08:30-19:00}\n    holidays: france\n    closed: [2026-12-24]\ncampaigns:\n  aout: {from: 2027-08-01, until: 2027-08-31}\n",
	"site.yaml":              "name: s\nbackends:\n  gestion: {url: \"https://g.example\", timeout: 2s, headers: {Authorization: {env: TOKEN}, X-Service: menus}}\n",
	"tables/bureaux.yaml":    "\"44000\": {nom: Nantes, tel: \"1\"}\n\"35000\": {nom: Rennes, tel: \"2\"}\n",
	"services.csv":           "postal_code;topic;name\n44000;amende;A\n44000;cadastre;B\n",
	"t.csv":                  "nom,x\nUn,1\nDeux,2\n",
	"routing.yaml":           "tests:\n  - {name: everybody, entry: \"2014\"}\n",
	"departements.csv":       "postal_code,department\n",
	"centers/cis_ouest.yaml": "centers: {cis_ouest: {kind: cis}}\n",
}

// changed is the folder with some texts in the place of others.
func changed(t *testing.T, file string, replace ...string) config.Content {
	t.Helper()
	files := map[string]string{}
	for name, text := range wasFolder {
		files[name] = text
	}
	for i := 0; i < len(replace); i += 2 {
		require.Equal(t, 1, strings.Count(files[file], replace[i]), replace[i])
	}
	files[file] = strings.NewReplacer(replace...).Replace(files[file])
	return content(files)
}

func TestChangesAreSaidAsAnAdminWould(t *testing.T) {
	t.Parallel()
	const tree = "ivr/accueil.yaml"
	for want, c := range map[string]struct {
		file    string
		replace []string
	}{
		"accueil, menu 'principal': key 3 now leads to 'paiement' (was 'autre')":                                           {tree, []string{`"3": autre`, `"3": paiement`}},
		"accueil, menu 'principal': key 3 is gone (led to 'autre')":                                                        {tree, []string{"      \"3\": autre\n", ""}},
		"accueil, menu 'principal': key 4 is new and leads to the start":                                                   {tree, []string{"      \"3\": autre\n", "      \"3\": autre\n      \"4\": {goto: start}\n"}},
		"accueil, menu 'principal': key 1 is now called “Revenus” (was “Déclaration”)":                                     {tree, []string{"label: Déclaration", "label: Revenus"}},
		"accueil, menu 'principal': key 1 now sets topic to 'avis' (was 'declaration')":                                    {tree, []string{"topic: declaration", "topic: avis"}},
		"accueil, menu 'principal': key 1 now sets langue to 'fr'":                                                         {tree, []string{"{topic: declaration}", "{topic: declaration, langue: fr}"}},
		"accueil, menu 'principal': key 1 no longer sets topic (was 'declaration')":                                        {tree, []string{", set: {topic: declaration}", ""}},
		"accueil, menu 'principal': it is now called “Sujet” (was “Motif”)":                                                {tree, []string{"label: Motif", "label: Sujet"}},
		"accueil, menu 'principal': callers now hear 'bonjour' then 'menu' (was 'menu')":                                   {tree, []string{"    prompt: menu\n", "    prompt: [bonjour, menu]\n"}},
		"accueil, menu 'principal': asked again, callers now hear 'encore'":                                                {tree, []string{"    prompt: menu\n", "    prompt: menu\n    reprompt: encore\n"}},
		"accueil, menu 'principal': when nothing is pressed, callers now go to 'conseiller' (was the same question again)": {tree, []string{"goto: repeat", "goto: conseiller"}},
		"accueil, menu 'principal': when nothing is pressed, callers now hear 'ferme' (was 'pas_de_choix')":                {tree, []string{"pas_de_choix", "ferme"}},
		"accueil, menu 'principal': after a wrong answer, callers now go to 'autre'":                                       {tree, []string{"    on_no_input", "    on_invalid: autre\n    on_no_input"}},
		"accueil, menu 'principal': when nothing is pressed, nothing is written any more (led to the same question again)": {tree, []string{"    on_no_input: {prompt: pas_de_choix, goto: repeat}\n", ""}},
		"accueil, menu 'principal': max_attempts is now 2":                                                                 {tree, []string{"    on_no_input", "    max_attempts: 2\n    on_no_input"}},
		"accueil, hours 'heures': calendar is now nuit (was bureau)":                                                       {tree, []string{"calendar: bureau", "calendar: nuit"}},
		"accueil, hours 'heures': when closed, callers now go to 'autre' (was the end of the call)":                        {tree, []string{"goto: hangup", "goto: autre"}},
		"accueil, branch 'regard': case “now.hour < 12” now leads to 'autre' (was 'conseiller')":                           {tree, []string{"now.hour < 12, goto: conseiller", "now.hour < 12, goto: autre"}},
		"accueil, branch 'regard': case “now.hour < 12” is gone (led to 'conseiller')":                                     {tree, []string{"      - {when: now.hour < 12, goto: conseiller}\n", ""}},
		"accueil, branch 'regard': case “withheld” is new and leads to 'autre'":                                            {tree, []string{"    else", "      - {when: withheld, goto: autre}\n    else"}},
		"accueil, branch 'regard': case “var.x == \"a\"” is now called “b” (was “a”)":                                      {tree, []string{"label: a}", "label: b}"}},
		"accueil, branch 'regard': otherwise callers now go to 'conseiller' (was 'autre')":                                 {tree, []string{"else: autre", "else: conseiller"}},
		"accueil, branch 'regard': its cases are tried in another order":                                                   {tree, []string{"      - {when: now.hour < 12, goto: conseiller}\n", "", "label: a}\n", "label: a}\n      - {when: now.hour < 12, goto: conseiller}\n"}},
		"accueil, play 'autre': callers now go to 'principal' (was 'conseiller')":                                          {tree, []string{"prompt: [bonjour, menu], goto: conseiller", "prompt: [bonjour, menu], goto: principal"}},
		"accueil, menu 'nouveau': is new; key 1 leads to 'autre'":                                                          {tree, []string{"  conseiller: {type", "  nouveau: {type: menu, choices: {\"1\": autre}}\n  conseiller: {type"}},
		"accueil, queue 'conseiller': is gone":                                                                             {tree, []string{"  conseiller: {type: queue}\n", ""}},
		"accueil, hangup 'conseiller': is now a hangup (was a queue)":                                                      {tree, []string{"{type: queue}", "{type: hangup}"}},
		"accueil: calls now begin at 'heures' (was 'principal')":                                                           {tree, []string{"start: principal", "start: heures"}},
		"accueil: when all attempts are used, callers now go to 'autre' (was 'conseiller')":                                {tree, []string{"on_failure: conseiller", "on_failure: autre"}},
		"accueil: defaults max_attempts is now 2 (was 3)":                                                                  {tree, []string{"max_attempts: 3", "max_attempts: 2"}},
		"accueil: languages now has also en":                                                                               {tree, []string{"[fr]", "[fr, en]"}},
		"accueil, http 'dossier': when the answer is 404, callers now go to 'conseiller' (was 'autre')":                    {tree, []string{`{"404": autre`, `{"404": conseiller`}},
		"accueil, http 'dossier': when the answer is 5xx, callers now hear 'bonjour' (was 'ferme')":                        {tree, []string{"5xx: {prompt: ferme", "5xx: {prompt: bonjour"}},
		"accueil, http 'dossier': when the answer is 409, callers now go to 'autre'":                                       {tree, []string{"5xx: {", "\"409\": autre, 5xx: {"}},
		"accueil, http 'dossier': when that fails, callers now go to 'autre' (was 'conseiller')":                           {tree, []string{"on_error: conseiller", "on_error: autre"}},
		"accueil, http 'dossier': save etat is now /state (was /etat)":                                                     {tree, []string{"etat: /etat", "etat: /state"}},
		"accueil, lookup 'bureau': when it is not found, callers now go to 'autre' (was 'conseiller')":                     {tree, []string{"not_found: conseiller", "not_found: autre"}},
		"flow 'identite', collect 'numero': max_digits is now 14 (was 13)":                                                 {"flows/identite.yaml", []string{"13", "14"}},
		"prompt 'menu': now says “Pour payer, tapez 1.” (was “Pour un paiement, tapez 1.”)":                                {"prompts/prompts.yaml", []string{"un paiement", "payer"}},
		"prompt 'ferme': now says “Fermé.” (was “Nous sommes fermés.”)":                                                    {"prompts/prompts.yaml", []string{"Nous sommes fermés.", "Fermé."}},
		"prompt 'ferme': file is now ferme2.wav (was ferme.wav)":                                                           {"prompts/prompts.yaml", []string{"ferme.wav", "ferme2.wav"}},
		"prompt 'langue': in fr, now says “En français” (was “Pour le français”)":                                          {"prompts/prompts.yaml", []string{"Pour le français", "En français"}},
		"prompt 'langue': in en, now says “In English” (was “For English”)":                                                {"prompts/prompts.yaml", []string{"For English", "In English"}},
		"prompt 'avis': during aout, now says “L'été.” (was “En août.”)":                                                   {"prompts/prompts.yaml", []string{"En août.", "L'été."}},
		"prompt 'avis': during hiver, in fr, now says “L'hiver.” (was “En hiver.”)":                                        {"prompts/prompts.yaml", []string{"En hiver.", "L'hiver."}},
		"words 'fr': vingt file is now v.wav (was vingt.wav)":                                                              {"prompts/prompts.yaml", []string{"vingt.wav", "v.wav"}},
		"campaign 'aout': until is now 2027-09-05 (was 2027-08-31)":                                                        {"calendars.yaml", []string{"2027-08-31", "2027-09-05"}},
		"entry 'relais': during aout tree is now accueil":                                                                  {"entries.yaml", []string{"tree: relais}", "tree: relais, during: {aout: {tree: accueil}}}"}},
		"prompt 'vieux': is gone":                                                                 {"prompts/prompts.yaml", []string{"  vieux: Ancien.\n", ""}},
		"prompt 'neuf': is new: “Tout neuf.”":                                                     {"prompts/prompts.yaml", []string{"  vieux", "  neuf: {text: Tout neuf.}\n  vieux"}},
		"calendar 'bureau': hours mon-fri is now 09:00-18:00 (was 08:30-19:00)":                   {"calendars.yaml", []string{"08:30-19:00", "09:00-18:00"}},
		"calendar 'bureau': closed now has also 2026-12-31":                                       {"calendars.yaml", []string{"[2026-12-24]", "[2026-12-24, 2026-12-31]"}},
		"calendar 'bureau': closed is no longer given (was 2026-12-24)":                           {"calendars.yaml", []string{"    closed: [2026-12-24]\n", ""}},
		"calendar 'bureau': holidays is now none (was france)":                                    {"calendars.yaml", []string{"france", "none"}},
		"back-end 'gestion': url is now https://h.example (was https://g.example)":                {"site.yaml", []string{"g.example", "h.example"}},
		"back-end 'gestion': timeout is now 3s (was 2s)":                                          {"site.yaml", []string{"2s", "3s"}},
		"back-end 'gestion': the header Authorization is another":                                 {"site.yaml", []string{"env: TOKEN", "file: token"}},
		"back-end 'gestion': the header X-Service is another":                                     {"site.yaml", []string{"menus", "SECRET"}},
		"back-end 'gestion': the header X-Service is not sent any more":                           {"site.yaml", []string{", X-Service: menus", ""}},
		"back-end 'sms': is new, at https://sms.example":                                          {"site.yaml", []string{"backends:\n", "backends:\n  sms: {url: \"https://sms.example\"}\n"}},
		"back-end 'gestion': is gone":                                                             {"site.yaml", []string{"\n  gestion: {url: \"https://g.example\", timeout: 2s, headers: {Authorization: {env: TOKEN}, X-Service: menus}}", " {}"}},
		"table 'tables/bureaux.yaml': in the line “44000” nom is now “Nantes Est” (was “Nantes”)": {"tables/bureaux.yaml", []string{"Nantes", "Nantes Est"}},
		"table 'tables/bureaux.yaml': the line “35000” is gone":                                   {"tables/bureaux.yaml", []string{"\"35000\": {nom: Rennes, tel: \"2\"}\n", ""}},
		"table 'services.csv': in the line “44000, cadastre” name is now “C” (was “B”)":           {"services.csv", []string{"cadastre;B", "cadastre;C"}},
		"table 'services.csv': the line “44000, paie” is new":                                     {"services.csv", []string{"cadastre;B\n", "cadastre;B\n44000;paie;C\n"}},
		"table 't.csv': in the line “2” nom is now “Trois” (was “Deux”)":                          {"t.csv", []string{"Deux", "Trois"}},
		"table 't.csv': the column tel is new":                                                    {"t.csv", []string{"nom,x\nUn,1\nDeux,2", "nom,x,tel\nUn,1,0\nDeux,2,0"}},
		"table 'departements.csv': the line “44000” is new":                                       {"departements.csv", []string{"department\n", "department\n44000,44\n"}},
		"entry '2014': tree is now relais (was accueil)":                                          {"entries.yaml", []string{"tree: accueil", "tree: relais"}},
		"entry 'relais': is gone":                                                                 {"entries.yaml", []string{"  relais: {numbers: [\"0199002015\"], tree: relais}\n", ""}},
		"test “du matin”: is changed":                                                             {tree, []string{"T10:00", "T11:00"}},
		"test “everybody”: is gone":                                                               {"routing.yaml", []string{"  - {name: everybody, entry: \"2014\"}\n", "  []\n"}},
		"test “nobody”: is new":                                                                   {"routing.yaml", []string{"tests:\n", "tests:\n  - {name: nobody, entry: \"2014\"}\n"}},
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, []string{want}, Lines(Of(content(wasFolder), changed(t, c.file, c.replace...))))
		})
	}
}

func TestHowSomethingIsWrittenIsNoChange(t *testing.T) {
	t.Parallel()
	const tree = "ivr/accueil.yaml"
	for name, c := range map[string]struct {
		file    string
		replace []string
	}{
		"a choice in its long form":    {tree, []string{`"2": heures`, `"2": {goto: heures}`}},
		"an exit in its long form":     {tree, []string{"else: autre", "else: {goto: autre}"}},
		"a list of one":                {tree, []string{"    prompt: menu\n", "    prompt: [menu]\n"}},
		"another form of a time":       {tree, []string{"60s", "1m"}},
		"a comment":                    {tree, []string{"start: principal", "start: principal # here"}},
		"a description":                {tree, []string{"    label: Motif\n", "    label: Motif\n    description: pour nous\n"}},
		"the order of keys":            {tree, []string{"goto: conseiller, label: Déclaration", "label: Déclaration, goto: conseiller"}},
		"a text in its long form":      {"prompts/prompts.yaml", []string{"menu: Pour un paiement, tapez 1.", "menu: {text: \"Pour un paiement, tapez 1.\"}"}},
		"a text on several lines":      {"prompts/prompts.yaml", []string{"menu: Pour un paiement, tapez 1.", "menu: >-\n    Pour un paiement,\n    tapez 1."}},
		"what concerns no caller":      {"centers/cis_ouest.yaml", []string{"kind: cis", "kind: cps"}},
		"the text of a language alone": {"prompts/prompts.yaml", []string{"en: {text: For English}", "en: For English"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Empty(t, Of(content(wasFolder), changed(t, c.file, c.replace...)))
		})
	}
}

func TestTreesAndFlowsComeAndGo(t *testing.T) {
	t.Parallel()
	less := content(wasFolder)
	delete(less, "ivr/accueil.yaml")
	delete(less, "flows/identite.yaml")
	assert.Equal(t, []string{"accueil: the tree is new, with 8 nodes", "flow 'identite': the flow is new, with 2 nodes", "test “du matin”: is new"},
		Lines(Of(less, content(wasFolder))))
	assert.Equal(t, []string{"accueil: the tree is gone", "flow 'identite': the flow is gone", "test “du matin”: is gone"},
		Lines(Of(content(wasFolder), less)))
	renamed := content(wasFolder)
	renamed["ivr/autre.yaml"] = append([]byte("id: accueil\n"), renamed["ivr/accueil.yaml"]...)
	delete(renamed, "ivr/accueil.yaml")
	assert.Empty(t, Of(content(wasFolder), renamed), "the tree is the same")
}

func TestASecretIsNotTold(t *testing.T) {
	t.Parallel()
	before, after := content(wasFolder), content(wasFolder)
	const node = "nodes:\n  a: {type: http, goto: b, url: u, headers: {Authorization: %}}\n"
	before["ivr/accueil.yaml"] = []byte("start: a\n" + strings.ReplaceAll(node, "%", "hunter1"))
	after["ivr/accueil.yaml"] = []byte("start: a\n" + strings.ReplaceAll(node, "%", "hunter2"))
	lines := Lines(Of(before, after))
	assert.Equal(t, []string{"accueil, http 'a': headers Authorization is changed"}, lines)
	without := content(map[string]string{"ivr/accueil.yaml": "start: a\nnodes:\n  a: {type: http, goto: b, url: u}\n"})
	assert.NotContains(t, strings.Join(Lines(Of(without, after)), "\n"), "hunter")
	assert.NotContains(t, strings.Join(Lines(Of(after, without)), "\n"), "hunter")
}

// Whatever single word of a menu of the sample is another, somebody reads about it,
// and reads about nothing in a folder that is the same.
func TestNoWordOfAMenuChangesUnnoticed(t *testing.T) {
	t.Parallel()
	site, problems := config.Load("../../examples/dgfip")
	require.Empty(t, problems)
	assert.Empty(t, Of(site.Content, site.Content))
	assert.NotEmpty(t, Of(nil, site.Content))
	word := regexp.MustCompile(`(?:prompt|goto|open|calendar|max_attempts|variable|topic|department|label|start|tree|on_failure): "?([A-Za-z0-9_]+)`)
	tried := 0
	for name, text := range site.Content {
		if name != "ivr/direct_44.yaml" && name != "ivr/relais.yaml" && name != "entries.yaml" {
			continue // the largest of the trees would only take longer
		}
		for _, at := range word.FindAllSubmatchIndex(text, -1) {
			other := config.Content{}
			for n, c := range site.Content {
				other[n] = c
			}
			other[name] = []byte(string(text[:at[2]]) + "zzz" + string(text[at[3]:]))
			changes := Of(site.Content, other)
			if assert.Len(t, changes, 1, "%s: %s", name, text[at[0]:at[1]]) {
				assert.Equal(t, Changed, changes[0].Kind)
				assert.Contains(t, changes[0].Text, "zzz")
				assert.Contains(t, changes[0].Text, "(was ")
			}
			tried++
		}
	}
	assert.Greater(t, tried, 40)
}

func TestAStrangeFolderIsNoReasonToStop(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "a", "[a, b]", "nodes: x", "nodes: {a: b}", "nodes: {a: {choices: x, cases: y, set: z, type: [a]}}", "entries: [a]", "prompts: {a: {in: x}}",
		"tests: x", "tests: [a, {name: [b]}]", "nodes: {a: {choices: {\"1\": [a]}, cases: {when: [a]}}}", ":", "start: {a: b}\nnodes: {a: null}",
	} {
		for _, file := range []string{"ivr/a.yaml", "entries.yaml", "prompts/prompts.yaml"} {
			strange := content(map[string]string{file: text})
			assert.Empty(t, Of(strange, strange), text)
			_ = Of(strange, content(wasFolder))
			_ = Of(content(wasFolder), strange)
		}
	}
}

func TestOfALargeTableEnoughIsSaid(t *testing.T) {
	t.Parallel()
	table := func(from, to int) config.Content {
		var text strings.Builder
		text.WriteString("code,nom\n")
		for i := from; i < to; i++ {
			fmt.Fprintf(&text, "%d,commune %d\n", i, i)
		}
		return content(map[string]string{"communes.csv": text.String()})
	}
	lines := Lines(Of(table(0, 40_000), table(15, 40_001)))
	assert.Len(t, lines, linesTold+1)
	assert.Equal(t, "table 'communes.csv': the line “40000” is new", lines[0])
	assert.Equal(t, "table 'communes.csv': and 6 more; it has 39986 lines now (was 40000 lines)", lines[linesTold])
	assert.Equal(t, []string{"table 'communes.csv': is new, with 1 line"}, Lines(Of(config.Content{}, table(0, 1))))
	assert.Equal(t, []string{"table 'communes.csv': is gone"}, Lines(Of(table(0, 1), config.Content{})))
}

func TestSoundsThatWereRecordedAreToldAndDraftsAreNot(t *testing.T) {
	t.Parallel()
	prompt := func(name, language, campaign string) config.Recording {
		return config.Recording{Name: ivr.Prompt(name), Language: language, Campaign: campaign}
	}
	word := config.Recording{Word: "vingt", Language: "fr"}
	print := func(r config.Recording, digest string, draft bool, lasts time.Duration) config.SoundPrint {
		return config.SoundPrint{Recording: r, Digest: digest, Draft: draft, Lasts: lasts}
	}
	for want, c := range map[string][2]config.SoundPrint{
		"prompt 'ferme': is recorded anew, 12.3s long (was 9s)":              {print(prompt("ferme", "", ""), "a", false, 9*time.Second), print(prompt("ferme", "", ""), "b", false, 12345*time.Millisecond)},
		"prompt 'ferme', in en: is recorded anew, 9s long":                   {print(prompt("ferme", "en", ""), "a", false, 9*time.Second), print(prompt("ferme", "en", ""), "b", false, 9*time.Second)},
		"prompt 'avis', during aout, in fr: is recorded now; it was a draft": {print(prompt("avis", "fr", "aout"), "a", true, 0), print(prompt("avis", "fr", "aout"), "b", false, 0)},
		"word 'vingt', in fr: is recorded now, 1s long; it had no sound":     {print(word, "", false, 0), print(word, "b", false, time.Second)},
		"word 'vingt', in fr: has no sound any more":                         {print(word, "a", false, 0), print(word, "", false, 0)},
		"word 'vingt', in fr: is a draft now; it was recorded":               {print(word, "a", false, 0), print(word, "b", true, 0)},
	} {
		changes := Sounds([]config.SoundPrint{c[0]}, []config.SoundPrint{c[1]})
		assert.Equal(t, []string{want}, Lines(changes))
		assert.Equal(t, "sound", changes[0].About)
	}
	for name, c := range map[string][2]config.SoundPrint{
		"another draft":  {print(word, "a", true, 0), print(word, "b", true, 0)},
		"a first draft":  {print(word, "", false, 0), print(word, "b", true, 0)},
		"the same":       {print(word, "a", false, 0), print(word, "a", false, 0)},
		"another sound":  {print(prompt("ferme", "", ""), "a", false, 0), print(word, "b", false, 0)},
		"no sound still": {print(word, "", false, 0), print(word, "", false, 0)},
	} {
		assert.Empty(t, Sounds([]config.SoundPrint{c[0]}, []config.SoundPrint{c[1]}), name)
	}
}
