package config

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/calendar"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/ivr"
)

// sample loads examples/dgfip with the given environment.
func sample(t *testing.T, env map[string]string) *Site {
	t.Helper()
	site, problems := load("../examples/dgfip", os.DirFS("../examples/dgfip"), func(name string) (string, bool) { v, ok := env[name]; return v, ok })
	require.Empty(t, problems)
	return site
}

func TestTheSampleSiteHasItsParts(t *testing.T) {
	t.Parallel()
	site := sample(t, nil)
	assert.Equal(t, "dgfip", site.Name)
	assert.Equal(t, "Europe/Paris", site.Zone.String())
	assert.Len(t, site.Agents, 120)
	assert.Len(t, site.Centers, 5)
	assert.Len(t, site.Trees, 4)
	assert.Equal(t, "redis", site.Ledger.Backend)
	assert.Equal(t, "127.0.0.1:6379", site.Ledger.Redis.Address)
	assert.Equal(t, "127.0.0.1:8080", site.HTTP.Listen)
	assert.Equal(t, 45*time.Second, site.Queues["recouvrement"].Policies.WrapUp)
	assert.Equal(t, 18*time.Second, site.Queues["recouvrement"].Policies.Ring)
	assert.Equal(t, 60, site.Queues["recouvrement"].Full)
	assert.Equal(t, 15*time.Minute, site.Queues["particuliers"].FullWait)
	assert.Equal(t, contact.BestLevel, site.Queues["recouvrement"].Strategy)
	assert.Equal(t, contact.Closing{ServeWaiting: 20 * time.Minute, NobodyLeft: 2 * time.Minute}, site.Queues["recouvrement"].Closing)
	assert.Equal(t, Target{Answered: 85, Within: time.Minute}, site.Queues["particuliers"].Target)
	assert.Equal(t, 5*time.Minute, site.Queues["particuliers"].Redial)
	assert.Equal(t, []contact.Topic{
		"autre", "avis", "controle_fiscal", "declaration", "paiement", "prelevement", "reclamation", "recouvrement_amiable", "recouvrement_force",
	}, site.Topics)
}

func TestBothFormsOfANumberAreOneEntry(t *testing.T) {
	t.Parallel()
	site := sample(t, nil)
	short, ok := site.Entry("2014")
	require.True(t, ok)
	long, ok := site.Entry("0199002014")
	require.True(t, ok)
	assert.Equal(t, short, long)
	assert.Equal(t, []string{"0199002014"}, short.Aliases)
	assert.Equal(t, "accueil", short.Tree.ID)
	relay, ok := site.Entry("0199002015")
	require.True(t, ok)
	assert.Equal(t, contact.Entry("relais"), relay.Name)
	for _, unknown := range []string{"", "relais", "2015"} {
		_, ok = site.Entry(unknown)
		assert.False(t, ok, unknown)
	}
}

func TestTheEnvironmentOpensTheSampleDayAndNight(t *testing.T) {
	t.Parallel()
	night := time.Date(2026, 12, 25, 3, 0, 0, 0, time.UTC)
	assert.Equal(t, calendar.Holiday, sample(t, nil).Hours("2014")("", night))
	demo := sample(t, map[string]string{
		"GUICHET_CALENDAR": "demo", "GUICHET_REDIS": "127.0.0.1:7777", "GUICHET_LEDGER": "memory", "GUICHET_HTTP": "127.0.0.1:0",
		"GUICHET_ARI_URL": "http://127.0.0.1:9999/ari", "GUICHET_SECRETS": "/run/secrets",
	})
	assert.Equal(t, calendar.Open, demo.Hours("2014")("", night))
	assert.Equal(t, calendar.Open, demo.Hours("2014")("bureau", night), "it stands in for every other")
	for name, c := range demo.Centers {
		assert.Equal(t, calendar.Open, c.Calendar.At(night), name)
	}
	office, found := demo.LocalServices.Find("controle_fiscal", "35400")
	assert.True(t, found)
	assert.Equal(t, calendar.Open, office.Calendar.At(night))
	assert.Equal(t, "127.0.0.1:7777", demo.Ledger.Redis.Address)
	assert.Equal(t, "http://127.0.0.1:9999/ari", demo.Asterisk[0].URL)
	assert.Equal(t, "/run/secrets/ari-password", demo.Asterisk[0].Password.File)
	assert.Equal(t, sample(t, nil).Hash, demo.Hash, "the environment is not part of the version")
}

func TestTheGeneralLevelIsSpreadOverTopics(t *testing.T) {
	t.Parallel()
	site := sample(t, nil)
	a := site.Agents["a1003"]
	assert.Equal(t, "Sophie Moreau", a.Name)
	assert.Equal(t, 4, a.Skills["reclamation"], "an own level stays")
	assert.Equal(t, 2, a.Skills["avis"])
	assert.Equal(t, 2, a.Skills["topic"])
	assert.Zero(t, a.Skills["recouvrement"], "a skill that is no topic is not general")
	assert.Equal(t, Files{Departments: []contact.Department{"35"}}, a.Files, "files are those of the center")
	assert.Equal(t, Files{Departments: []contact.Department{"85"}}, site.Agents["a3008"].Files, "unless the agent has own ones")
	assert.Equal(t, []contact.Medium{contact.Voice, contact.Email}, site.Agents["a1001"].Media)
	assert.Empty(t, a.Media)
	assert.True(t, site.Agents["a2203"].Files.Allow("44"))
	assert.Equal(t, "PJSIP/a2220", site.Agents["a2220"].Phone)
	assert.Equal(t, "Gestion Lyon 20", site.Agents["a2220"].Name)
}

func TestPromptsBecomeMedia(t *testing.T) {
	t.Parallel()
	site := sample(t, nil)
	assert.Equal(t, []string{"sound:guichet/bienvenue"}, site.PromptMedia("bienvenue", "fr"))
	assert.Equal(t, "prompts/bienvenue.wav", site.Prompts["bienvenue"].File)
	assert.Equal(t, []string{"sound:beep"}, site.PromptMedia("sound:beep", "fr"))
	assert.Empty(t, site.PromptMedia("unknown", "fr"))
	assert.Empty(t, site.PromptMedia("http://127.0.0.1/x.wav", "fr"))
}

// Whatever goes wrong in the sample's menu, the caller ends at an agent.
func TestTheSampleNeverCutsOffACallerWhoDoesNothing(t *testing.T) {
	t.Parallel()
	tree := sample(t, nil).Trees["accueil"]
	for _, key := range []byte{0, '7'} {
		s, _ := ivr.Start(tree, ivr.Input{})
		for range 40 {
			switch {
			case s.Phase == ivr.AtRouting:
			case key != 0 && s.Phase == ivr.Listening:
				s, _ = ivr.Step(tree, s, ivr.Digit{Key: key}, ivr.Input{})
			case s.Phase == ivr.Listening:
				s, _ = ivr.Step(tree, s, ivr.TimedOut{}, ivr.Input{})
			default:
				s, _ = ivr.Step(tree, s, ivr.PromptEnded{}, ivr.Input{})
			}
		}
		assert.Equal(t, ivr.AtRouting, s.Phase)
		assert.Equal(t, contact.Topic("autre"), s.Topic())
	}
}

func TestMenusOfTheSampleAreShort(t *testing.T) {
	t.Parallel()
	for _, tree := range sample(t, nil).Trees {
		for id, node := range tree.Nodes {
			if menu, ok := node.(*ivr.Menu); ok {
				assert.LessOrEqual(t, len(menu.Choices), 5, "%s in %s", id, tree.ID)
			}
		}
	}
}
