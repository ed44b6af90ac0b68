package rehearsal_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/rehearsal"
	"github.com/guichet/guichet/ivr"
)

// sample is a call to the unique number of the sample site on a Monday morning.
func sample(t testing.TB) rehearsal.Scene {
	t.Helper()
	site, problems := config.Load("../../examples/dgfip")
	require.Empty(t, problems)
	return site.Rehearsal("2014", nil, time.Date(2026, 11, 23, 10, 0, 0, 0, site.Zone))
}

// goes plays steps, all of which must hold.
func goes(t *testing.T, c *rehearsal.Call, steps ...rehearsal.Step) {
	t.Helper()
	for i, s := range steps {
		miss := s.Run(c)
		require.Nilf(t, miss, "step %d: %+v", i, miss)
	}
}

func TestATimeOutWithinAWaitIsAtItsOwnTime(t *testing.T) {
	t.Parallel()
	c := rehearsal.Begin(sample(t))
	began := c.Now()
	goes(t, c, rehearsal.Hears{Prompts: []ivr.Prompt{"menu_motif"}}, rehearsal.Wait{For: 5 * time.Second})
	assert.Equal(t, ivr.NodeID("motif"), c.Node())
	left, running := c.Patience()
	assert.True(t, running)
	assert.Equal(t, time.Second, left)
	goes(t, c, rehearsal.Silence{}, rehearsal.Hears{Prompts: []ivr.Prompt{"pas_de_choix", "menu_motif"}})
	assert.Equal(t, 6*time.Second, c.Now().Sub(began), "the words took no time")
	goes(t, c, rehearsal.Wait{For: 30 * time.Second}, rehearsal.Arrives{Queue: "particuliers"})
	assert.Equal(t, 36*time.Second, c.Now().Sub(began))
}

func TestTheStoryTellsARefusalBeforeTheExitItLeadsTo(t *testing.T) {
	t.Parallel()
	scene, can := sample(t).Refusing("particuliers", contact.Full)
	require.True(t, can)
	c := rehearsal.Begin(scene)
	goes(t, c, rehearsal.Press{Keys: "5"}, rehearsal.IsRefused{Why: contact.Full}, rehearsal.Ends{As: contact.Dissuaded})
	story := c.Story()
	for i, m := range story {
		if r, refused := m.(rehearsal.Refused); refused {
			assert.Equal(t, contact.Queue("particuliers"), r.Queue)
			assert.Equal(t, rehearsal.Took{Node: "sans_motif", Exit: "on_full"}, story[i+1])
			assert.Equal(t, rehearsal.Heard{Prompt: "attente_saturee", Language: "fr"}, story[i+2])
			return
		}
	}
	t.Fatal("the story tells no refusal")
}

func TestAQueueWithoutALimitIsNeverFull(t *testing.T) {
	t.Parallel()
	s := sample(t)
	s.Limit = nil
	_, can := s.Refusing("particuliers", contact.Full)
	assert.False(t, can)
	_, can = s.Refusing("particuliers", "strange")
	assert.False(t, can)
}

func TestACallBeginsWhereItIsToldWithWhatItIsGiven(t *testing.T) {
	t.Parallel()
	s := sample(t)
	s.From, s.Given = "departement", ivr.Vars{"topic": "avis"}
	c := rehearsal.Begin(s)
	goes(t, c, rehearsal.Press{Keys: "44"}, rehearsal.Has{Vars: ivr.Vars{"topic": "avis"}},
		rehearsal.Arrives{Queue: "particuliers"}, rehearsal.Path{Nodes: []ivr.NodeID{"departement", "conseiller"}})
	assert.Equal(t, ivr.NodeID("ouverture"), s.Tree.Start, "the tree is what it was")
}

func TestALocalServiceThatDoesNotAnswerLeadsToAnAgent(t *testing.T) {
	t.Parallel()
	for name, noAnswer := range map[string]rehearsal.Step{"at once": rehearsal.NotReached{}, "after a minute": rehearsal.Wait{For: time.Minute}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := rehearsal.Begin(sample(t))
			goes(t, c, rehearsal.Press{Keys: "4235400"}, rehearsal.Arrives{Service: "SIP de Saint-Malo"})
			assert.Contains(t, c.Stands(), "SIP de Saint-Malo")
			goes(t, c, noAnswer, rehearsal.Arrives{Queue: "particuliers"})
		})
	}
}

func TestAWaitThatIsGivenUpGoesOnInTheMenu(t *testing.T) {
	t.Parallel()
	c := rehearsal.Begin(sample(t))
	goes(t, c, rehearsal.Press{Keys: "5"}, rehearsal.GivenUp{Why: contact.Closed},
		rehearsal.Hears{Prompts: []ivr.Prompt{"ferme"}}, rehearsal.Ends{As: contact.Failed})
	assert.NotNil(t, rehearsal.HangsUp{}.Run(c), "nobody is left")
	assert.Contains(t, c.Stands(), "failed")
}

// What somebody lets a queue do is done where the queue took the call, whatever was
// tried in the queue since.
func TestARefusalGoesBackToTheQueue(t *testing.T) {
	t.Parallel()
	w := rehearsal.NewWalk(sample(t))
	assert.False(t, w.Refuse(contact.Full), "the call is in no queue")
	require.Nil(t, w.Do(rehearsal.Press{Keys: "5"}))
	require.Nil(t, w.Do(rehearsal.Wait{For: time.Minute}))
	assert.NotNil(t, w.Do(rehearsal.Press{Keys: "1"}), "nobody listens to keys in the queue")
	require.True(t, w.Call().Waits())
	require.True(t, w.Refuse(contact.NoAgent))
	assert.Equal(t, contact.NoAgent, w.Call().Refused())
	assert.True(t, w.Call().Over())
	c := rehearsal.Begin(w.Scene)
	goes(t, c, w.Steps()...)
	require.True(t, w.Undo(), "the refusal, and not the minute before it")
	assert.True(t, w.Call().Waits())
	assert.Empty(t, w.Call().Refused())
	assert.Equal(t, w.Scene.At.Add(time.Minute), w.Call().Now())
}

// Keys of which the last one finds nobody are none of them pressed.
func TestAnActThatCannotHappenChangesNothing(t *testing.T) {
	t.Parallel()
	w := rehearsal.NewWalk(sample(t))
	require.NotNil(t, w.Do(rehearsal.Press{Keys: "51"}))
	assert.Equal(t, ivr.NodeID("motif"), w.Call().Node())
	assert.True(t, w.Call().Asks())
}
