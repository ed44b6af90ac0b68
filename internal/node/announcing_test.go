package node_test

import (
	"context"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
)

// announce says something at a place for a while.
func (b *bench) announce(at fact.Place, sound string, lasts time.Duration, hangUp bool) {
	b.Helper()
	b.announced(at, fact.Announced{
		Place: at, Prompt: sound, Sounds: map[string][]string{"fr": {"sound:guichet/" + sound}},
		Until: b.c.Now() + lasts.Microseconds(), HangUp: hangUp, By: "marie",
	})
}

// announced writes a fact about a place, which must be accepted.
func (b *bench) announced(at fact.Place, f fact.Fact) {
	b.Helper()
	answer, err := b.c.Announce(context.Background(), at, f, "op-"+strconv.FormatInt(operations.Add(1), 10))
	require.NoError(b, err)
	require.Empty(b, answer.Void)
}

// hears waits until a caller has heard a sound, and returns what he heard first.
func (b *bench) hears(caller *aritest.Caller, sound string) (first string) {
	b.Helper()
	b.until(sound, func() bool { return slices.Contains(caller.Channel().Played, "sound:guichet/"+sound) })
	return caller.Channel().Played[0]
}

var (
	unique  = fact.Place{Entry: "2014"}
	private = fact.Place{Queue: "particuliers"}
)

func TestTheNextCallerHearsWhatWasAnnouncedThroughAnotherController(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.login("a1001")
	b.command("a1001", fact.Paused{Agent: "a1001", Reason: "coffee"})
	waiting := b.waits()
	b.until("the music", func() bool { return waiting.Channel().Music == "default" })
	serving := *b
	b.launch("c2") // stands by
	b.until("the second to be ready", func() bool { return len(b.c.NotReady()) == 0 })
	require.False(t, b.ready())

	said := time.Now()
	b.announce(unique, "panne", time.Hour, false)
	b.announce(private, "attente_longue", time.Hour, false)
	serving.until("the first to know of both", func() (knows bool) {
		serving.c.View(func(s *fold.State) { knows = len(s.Announcements) == 2 })
		return knows
	})
	caller := serving.call()
	assert.Equal(t, "sound:guichet/panne", serving.hears(caller, "panne"))
	t.Logf("commanded at the one that stands by, asked of Asterisk by the other %v later", time.Since(said).Round(time.Millisecond))
	serving.hears(caller, "menu_motif")
	serving.hears(waiting, "attente_longue")
	b.until("the music to go on", func() bool { return waiting.Channel().Music == "default" })
	caller.Press(forCIS)
	serving.hears(caller, "attente_longue")

	// It survives the controller: whoever takes over has folded it too.
	serving.kill()
	b.until("the second to serve", b.ready)
	later := b.call()
	assert.Equal(t, "sound:guichet/panne", b.hears(later, "panne"))
	b.announced(unique, fact.AnnouncementCleared{Place: unique, By: "marie"})
	after := b.call()
	assert.NotEqual(t, "sound:guichet/panne", b.hears(after, "menu_motif"))
	for _, c := range []*aritest.Caller{waiting, caller, later, after} {
		c.Hangup()
	}
	b.untilQuiet()
	assert.Len(t, b.facts(fact.KindAnnounced, fact.KindAnnouncementCleared), 3)
}

func TestAnAnnouncementClosesTheEntryUntilItsEnd(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.announce(unique, "evacuation", time.Hour, true)
	caller := b.call()
	b.until("the end of the call", func() bool { return caller.Channel().Gone })
	assert.Equal(t, []string{"sound:guichet/evacuation"}, caller.Channel().Played)
	b.announce(unique, "evacuation", 50*time.Millisecond, true)
	b.until("its end", func() bool { return b.c.Now() > b.end(unique) })
	caller = b.call()
	assert.NotEqual(t, "sound:guichet/evacuation", b.hears(caller, "menu_motif"))
	caller.Hangup()
	b.untilQuiet()
	assert.Equal(t, map[string]uint64{"closed": 1}, b.dissuaded())
}

// end is when what is announced at a place ends.
func (b *bench) end(at fact.Place) (until int64) {
	for _, a := range b.facts(fact.KindAnnounced) {
		if f := a.Fact.(fact.Announced); f.Place == at {
			until = f.Until
		}
	}
	return until
}

func TestAnAnnouncementOutlivesTheControllerByItsSnapshot(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.announce(fact.Place{Entry: contact.Entry("2014")}, "panne", time.Hour, false)
	b.stop()
	b.start()
	caller := b.call()
	assert.Equal(t, "sound:guichet/panne", b.hears(caller, "panne"))
	caller.Hangup()
	b.untilQuiet()
}
