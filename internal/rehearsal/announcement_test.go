package rehearsal_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/rehearsal"
	"github.com/guichet/guichet/ivr"
)

// outage is announced at an entry for an hour.
func outage(at rehearsal.Place) rehearsal.Announcement {
	return rehearsal.Announcement{Place: at, Prompt: "panne", For: time.Hour}
}

func hears(prompts ...ivr.Prompt) rehearsal.Step { return rehearsal.Hears{Prompts: prompts} }

func TestWhatIsAnnouncedAtTheEntryIsHeardBeforeTheMenu(t *testing.T) {
	t.Parallel()
	s := sample(t).Announcing(outage(rehearsal.Place{Entry: "2014"}))
	goes(t, rehearsal.Begin(s), hears("panne", "bienvenue", "menu_motif"))
	c := rehearsal.Begin(s)
	goes(t, c, rehearsal.Press{Keys: "5"}, hears("panne"), rehearsal.Arrives{Queue: "particuliers"})
	told, is := c.Story()[0].(rehearsal.Told)
	require.True(t, is, "%+v", c.Story())
	assert.Equal(t, s.At.Add(time.Hour), told.Until)

	s.From, s.Given, s.Authentication = "departement", ivr.Vars{"topic": "avis"}, ivr.BirthDatePlausible
	goes(t, rehearsal.Begin(s), hears("panne", "departement"), rehearsal.IsIdentified{Level: ivr.BirthDatePlausible},
		rehearsal.Has{Vars: ivr.Vars{"topic": "avis"}}, rehearsal.Path{Nodes: []ivr.NodeID{"departement"}})
}

func TestOnlyWhatIsAnnouncedHereAndStillLastsIsHeard(t *testing.T) {
	t.Parallel()
	here := rehearsal.Place{Entry: "2014"}
	s := sample(t)
	over := rehearsal.Announcement{Place: here, Prompt: "evacuation", Until: s.At}
	for name, scene := range map[string]rehearsal.Scene{
		"another entry":         s.Announcing(outage(rehearsal.Place{Entry: "relais"})),
		"a queue":               s.Announcing(outage(rehearsal.Place{Queue: "particuliers"})),
		"over":                  s.Announcing(over),
		"the latest word holds": s.Announcing(outage(here)).Announcing(over),
	} {
		c := rehearsal.Begin(scene)
		c.Listen()
		_, told := c.Story()[0].(rehearsal.Told)
		assert.False(t, told, name)
	}
	assert.Empty(t, s.Announced, "the scene is what it was")
}

func TestAnAnnouncementThatEndsTheCallIsItsOutcome(t *testing.T) {
	t.Parallel()
	a := outage(rehearsal.Place{Entry: "2014"})
	a.HangUp = true
	s := sample(t).Announcing(a)
	goes(t, rehearsal.Begin(s), hears("panne"), rehearsal.Ends{As: contact.Dissuaded})
	c := rehearsal.Begin(s)
	assert.Contains(t, c.Stands(), "the announcement of the entry 2014")
	goes(t, c, rehearsal.HangsUp{}, rehearsal.Ends{As: contact.Dissuaded})
}

func TestWhoWaitsHearsWhatIsAnnouncedAtTheQueueOnce(t *testing.T) {
	t.Parallel()
	at := rehearsal.Place{Queue: "particuliers"}
	c := rehearsal.Begin(sample(t).Announcing(outage(at)))
	goes(t, c, rehearsal.Press{Keys: "5"}, hears("panne"), rehearsal.Arrives{Queue: "particuliers"})
	later := outage(at)
	later.Prompt = "evacuation"
	goes(t, c, rehearsal.Wait{For: time.Minute}, rehearsal.Announce{Announcement: later}, hears("evacuation"))
	goes(t, c, rehearsal.Announce{Announcement: outage(rehearsal.Place{Queue: "recouvrement"})})
	miss := hears("panne").Run(c)
	require.NotNil(t, miss, "it is announced at another queue")
	assert.True(t, c.Waits())

	later.For, later.Until = 0, c.Now()
	miss = rehearsal.Announce{Announcement: later}.Run(c)
	require.NotNil(t, miss)
	assert.Contains(t, miss.Wanted, "to announce evacuation until 2026-11-23 10:01:00")
}

func TestAWalkIsBegunAnewWithWhatIsAnnouncedAtItsEntry(t *testing.T) {
	t.Parallel()
	w := rehearsal.NewWalk(sample(t))
	require.Nil(t, w.Do(rehearsal.Press{Keys: "5"}))
	w.Announce(outage(rehearsal.Place{Entry: "2014"}))
	require.Nil(t, w.Do(rehearsal.Press{Keys: "5"}))
	require.Nil(t, w.Do(rehearsal.Announce{Announcement: outage(rehearsal.Place{Queue: "particuliers"})}))
	assert.Equal(t, hears("panne", "bienvenue", "menu_motif"), w.Steps()[0])
	goes(t, rehearsal.Begin(w.Scene), w.Steps()...)
}
