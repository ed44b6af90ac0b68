package fold_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

func atEntry(name contact.Entry) fact.Place { return fact.Place{Entry: name} }

// saidAt is an announcement at a place until a time.
func saidAt(at fact.Place, prompt string, until int64) fact.Announced {
	return fact.Announced{Place: at, Prompt: prompt, Until: until, Sounds: map[string][]string{"fr": {"sound:guichet/" + prompt}}}
}

// announces writes it at its place.
func (c *chain) announces(at int64, f fact.Announced) string { return c.command(at, f.Subject(), f) }

func TestTheLatestAnnouncementOfAPlaceHoldsUntilItsEnd(t *testing.T) {
	t.Parallel()
	c, entry, queue := newChain(t), atEntry("2014"), fact.Place{Queue: "particuliers"}
	assert.Nil(t, c.state.Announced(entry, second))
	require.Empty(t, c.announces(second, saidAt(entry, "panne", 10*second)))
	require.Empty(t, c.announces(2*second, saidAt(queue, "attente", 60*second)))
	assert.Equal(t, "panne", c.state.Announced(entry, 3*second).Prompt)
	assert.Equal(t, "attente", c.state.Announced(queue, 3*second).Prompt)
	assert.Nil(t, c.state.Announced(atEntry("relais"), 3*second))

	require.Empty(t, c.announces(4*second, saidAt(entry, "grave", 6*second)))
	assert.Equal(t, "grave", c.state.Announced(entry, 6*second-1).Prompt)
	assert.Nil(t, c.state.Announced(entry, 6*second), "the one before does not come back")

	require.Empty(t, c.command(7*second, queue.Subject(), fact.AnnouncementCleared{Place: queue, By: "marie"}))
	assert.Nil(t, c.state.Announced(queue, 7*second))
	assert.Len(t, c.state.Announcements, 1, "what has ended is kept until something else is announced")
	require.Empty(t, c.announces(8*second, saidAt(queue, "attente", 60*second)))
	assert.Len(t, c.state.Announcements, 1)
	assert.Equal(t, "attente", readBack(t, c.state).Announced(queue, 9*second).Prompt, "it is in the snapshot")
}

func TestAnAnnouncementThatCannotBeIsVoidAndLeavesNoTrace(t *testing.T) {
	t.Parallel()
	entry := atEntry("2014")
	good := saidAt(entry, "panne", 10*second)
	with := func(change func(*fact.Announced)) func(*chain) string {
		return func(c *chain) string {
			f := good
			change(&f)
			return c.command(5*second, entry.Subject(), f)
		}
	}
	for why, say := range map[string]func(*chain) string{
		"its end has passed":       with(func(f *fact.Announced) { f.Until = 5 * second }),
		"there is nothing to hear": with(func(f *fact.Announced) { f.Sounds = map[string][]string{"fr": {"sound:x"}, "de": nil} }),
		"only an entry can be closed": func(c *chain) string {
			f := saidAt(fact.Place{Queue: "particuliers"}, "panne", 10*second)
			f.HangUp = true
			return c.announces(5*second, f)
		},
		"an announcement is for one entry or one queue": with(func(f *fact.Announced) { f.Queue = "particuliers" }),
		"nothing is announced there": func(c *chain) string {
			return c.command(5*second, entry.Subject(), fact.AnnouncementCleared{Place: entry})
		},
	} {
		c := newChain(t)
		require.Empty(t, c.announces(second, saidAt(entry, "old", 3*second)))
		before := asJSON(t, c.state.Announcements)
		assert.Equal(t, why, say(c))
		assert.Equal(t, before, asJSON(t, c.state.Announcements), why)
	}
	c := newChain(t)
	assert.Equal(t, "an announcement is for one entry or one queue", c.command(second, "entry:relais", good))
	assert.Equal(t, "an announcement is for one entry or one queue", c.command(second, "entry:", saidAt(fact.Place{}, "x", 9*second)))
}

func TestThePlacesOfAnnouncementsAreBounded(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	for i := range 256 {
		require.Empty(t, c.announces(second, saidAt(atEntry(contact.Entry(fmt.Sprint(i))), "panne", 10*second)))
	}
	assert.Equal(t, "something is announced at too many places", c.announces(2*second, saidAt(atEntry("x"), "panne", 10*second)))
	assert.Empty(t, c.announces(2*second, saidAt(atEntry("7"), "grave", 10*second)), "in the place of another")
	assert.Empty(t, c.announces(10*second, saidAt(atEntry("x"), "panne", 20*second)), "all others have ended")
	assert.Len(t, c.state.Announcements, 1)
}
