package config

import (
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/calendar"
	"github.com/guichet/guichet/ivr"
)

// seasons is the good site with two campaigns: of one nothing but a prompt changes.
func seasons(t *testing.T) *Site {
	t.Helper()
	files := goodSite(t)
	write := func(name, text string) { files[name] = &fstest.MapFile{Data: []byte(text)} }
	write("calendars.yaml", `calendars:
  bureau: {hours: {mon-fri: 08:30-19:00}, holidays: france}
  samedi: {hours: {mon-sat: 08:30-19:00}, holidays: france}
campaigns:
  avis: {label: Avis, from: 2027-08-23T08:30, until: 2027-10-29}
  relance: {from: 2027-11-02, until: 2027-11-05T12:00}
`)
	write("entries.yaml", `entries:
  "2014": {tree: accueil, calendar: bureau, numbers: ["0199002014"], during: {avis: {tree: saison, calendar: samedi}}}
`)
	write("prompts/prompts.yaml", `prompts:
  menu:
    text: Pour un paiement, tapez 1.
    during:
      avis: Pour votre avis, tapez 1.
      relance: {file: "sound:queue-youarenext"}
`)
	write("ivr/saison.yaml", `start: motif
nodes:
  motif: {type: menu, prompt: menu, choices: {"1": {goto: juge, set: {topic: paiement}}}, on_failure: juge}
  juge: {type: branch, cases: [{when: campaign("avis") and not campaign("relance"), label: la saison, goto: conseiller}], else: adieu}
  conseiller: {type: queue}
  adieu: {type: hangup}
`)
	site, problems := load(".", files, func(string) (string, bool) { return "", false })
	require.Empty(t, problems)
	return site
}

func TestACampaignHasOtherTreesCalendarsAndPrompts(t *testing.T) {
	t.Parallel()
	site := seasons(t)
	ordinary, saturday := site.Trees["accueil"], time.Date(2027, 9, 4, 10, 0, 0, 0, site.Zone)
	for at, want := range map[string]struct {
		campaign string
		tree     *ivr.Tree
		media    string
	}{
		"2027-08-23T08:29": {"", ordinary, "sound:guichet/menu"},
		"2027-08-23T08:30": {"avis", site.Trees["saison"], "sound:guichet/menu-avis"},
		"2027-10-29T23:59": {"avis", site.Trees["saison"], "sound:guichet/menu-avis"},
		"2027-10-30T00:00": {"", ordinary, "sound:guichet/menu"},
		"2027-11-02T00:00": {"relance", ordinary, "sound:queue-youarenext"},
		"2027-11-05T11:59": {"relance", ordinary, "sound:queue-youarenext"},
		"2027-11-05T12:00": {"", ordinary, "sound:guichet/menu"},
	} {
		moment, err := time.ParseInLocation(instantForm, at, site.Zone)
		require.NoError(t, err)
		view := site.At(moment.UTC())
		assert.Equal(t, want.campaign, view.Campaign, at)
		assert.Same(t, want.tree, site.TreeAt("2014", moment), at)
		assert.Equal(t, []string{want.media}, view.PromptMedia("menu", "fr"), at)
		e, known := view.Entry("0199002014")
		require.True(t, known, "by every number")
		assert.Same(t, want.tree, e.Tree)
	}
	assert.Equal(t, calendar.Closed, site.Hours("2014")("", saturday))
	assert.Equal(t, calendar.Open, site.At(saturday).Hours("2014")("", saturday))
	assert.Equal(t, []*ivr.Tree{ordinary, site.Trees["saison"]}, site.TreesOf("2014"))
	assert.Same(t, site, site.At(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)), "outside of all it is itself")
}

func TestAConditionAsksForTheCampaignInWhichTheCallBegan(t *testing.T) {
	t.Parallel()
	tree := seasons(t).Trees["saison"]
	for campaign, want := range map[string]ivr.NodeID{"avis": "conseiller", "relance": "adieu", "": "adieu"} {
		in := ivr.Input{Campaign: campaign}
		s, _ := ivr.Start(tree, in)
		s, actions := ivr.Step(tree, s, ivr.Digit{Key: '1'}, in)
		assert.Equal(t, want, s.Node, campaign)
		if asked, is := actions[len(actions)-1].(ivr.Ask); is {
			assert.Equal(t, []ivr.Decision{{Node: "juge", Case: "la saison", Read: map[string]string{
				`campaign("avis")`: "true", `campaign("relance")`: "false",
			}}}, asked.Decisions)
		}
	}
}

func TestTheSoundsOfCampaignsAreAmongThoseOfThePrompt(t *testing.T) {
	t.Parallel()
	var files []string
	for sound := range seasons(t).Recordings() {
		if sound.Name != "menu" {
			continue
		}
		files = append(files, sound.File)
	}
	assert.Equal(t, []string{"prompts/menu.wav", "prompts/menu-avis.wav", ""}, files, "set-up makes drafts of them too")
}

func TestCampaignsAreSeenAhead(t *testing.T) {
	t.Parallel()
	site := seasons(t)
	ahead := site.Ahead(time.Date(2027, 11, 1, 12, 0, 0, 0, time.UTC))
	require.Len(t, ahead, 2)
	assert.Equal(t, Over, ahead[0].Standing)
	assert.Equal(t, "Avis", ahead[0].Label)
	assert.EqualValues(t, []string{"2014"}, []string{string(ahead[0].Entries[0])})
	assert.Equal(t, 5, ahead[0].Place.Line)
	assert.Equal(t, Coming, ahead[1].Standing)
	assert.Equal(t, []ivr.Prompt{"menu"}, ahead[1].Prompts)
	assert.Empty(t, ahead[1].Entries)
	assert.Equal(t, Running, site.Ahead(time.Date(2027, 11, 3, 12, 0, 0, 0, time.UTC))[1].Standing)
}

func TestACampaignWithoutADifferenceIsAWarning(t *testing.T) {
	t.Parallel()
	files := goodSite(t)
	files["calendars.yaml"] = &fstest.MapFile{Data: []byte(`calendars:
  bureau: {hours: {mon-fri: 08:30-19:00}, holidays: france}
campaigns: {avis: {from: 2027-08-23, until: 2027-10-29}}
`)}
	site, problems := load(".", files, func(string) (string, bool) { return "", false })
	require.Empty(t, problems)
	require.Len(t, site.Warnings, 1)
	assert.Equal(t, `calendars.yaml:3:13: nothing is different during the campaign "avis"; name it under during, at an entry or a prompt, or delete it`,
		site.Warnings[0].String())
}

func TestAnotherTreeInACampaignIsADifferenceBetweenVersions(t *testing.T) {
	t.Parallel()
	before, after := seasons(t), seasons(t)
	e := after.Entries["2014"]
	e.During = map[string]During{"avis": {Tree: "accueil"}}
	after.Entries["2014"] = e
	assert.Contains(t, Compare(before, after), "entry changed: 2014")
}
