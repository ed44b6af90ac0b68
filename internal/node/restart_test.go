package node_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/internal/fold"
)

// A controller ends, in an orderly way or by kill -9, with a caller in each
// place of a call; the next one takes everything up.
func TestTheNextControllerTakesEveryCallUp(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		end  func(*bench)
		next string
	}{
		"stopped":                     {(*bench).stop, "c1"},
		"killed":                      {(*bench).kill, "c1"},
		"killed, another takes over":  {(*bench).kill, "c2"},
		"stopped, another takes over": {(*bench).stop, "c2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, noWrapUp)
			f := b.everywhere()
			c.end(b)
			b.launch(c.next)
			b.until("the link to be up", b.ready)
			b.until("the menu to begin again at its node", func() bool { return b.played(f.menu, "menu_motif") == 2 })
			assert.Equal(t, 1, b.played(f.menu, "bienvenue"))
			assert.Equal(t, []string{"talking", "ringing", "waiting", "menu"}, b.standings(f.talking, f.ringing, f.waiting, f.menu))
			assert.True(t, b.talks(f.talking, f.talks))
			assert.Equal(t, 1, f.rings.Calls(), "the phone rings on")
			f.menu.Press(forCIS)
			f.rings.Answer()
			b.untilTalking(f.ringing, "a1002")
			f.talks.Hangup()
			b.untilTalking(f.waiting, "a1001")
			f.talks.Hangup()
			b.untilTalking(f.menu, "a1001")
			f.menu.Hangup()
			f.ringing.Hangup()
			b.untilQuiet()
			b.sameAfterReplay()
			assert.Equal(t, map[string]uint64{"answered": 4}, b.outcomes())
			assert.Equal(t, 1, f.talks.Peak())
			assert.Equal(t, 1, f.rings.Peak())
			assert.EqualValues(t, 4, b.c.Live().Repairs["adopted"])
		})
	}
}

// Everything moves while no controller lives.
func TestWhatHappenedBetweenTwoControllersIsFoundOut(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp)
	f := b.everywhere()
	b.kill()
	f.talks.Hangup()
	f.waiting.Hangup()
	f.rings.Answer()
	f.ringing.Hangup() // the agent talks to nobody
	late := b.call()   // Stasis fails: the dialplan tries again later
	first := time.Now().Add(-30 * time.Second)
	b.start()
	b.until("the caller whose agent left to be released", func() bool { return f.talking.Channel().Gone })
	b.until("the orphan leg to be gone", func() bool { return len(f.rings.Legs()) == 0 })
	assert.True(t, late.Retry("entry", "2014", millis(first)))
	late.Press(forCIS)
	b.until("the late caller to be served", func() bool { return b.standingOf(late) == "talking" || b.standingOf(late) == "ringing" })
	assert.Equal(t, first.UnixMilli()*1000, b.record(late).Rank)
	late.Hangup()
	f.menu.Hangup()
	b.untilQuiet()
	b.agentIs("a1001", acd.Ready)
	b.agentIs("a1002", acd.Ready)
	b.sameAfterReplay()
	outcomes := b.outcomes()
	assert.EqualValues(t, 5, outcomes["answered"]+outcomes["abandoned"])
	assert.EqualValues(t, 1, b.abandoned()["queue"])
	assert.NotZero(t, b.abandoned()["ring"])
}

// The predecessor had created a leg and not dialled it, or nobody knows: it is
// in no accepted offer.
func TestALegOfNoOfferIsHungUpAndACallerWithoutAContactIsTakenUp(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	before := b.upSince()
	var unknown *aritest.Caller
	b.deafWhile(func() { // his StasisStart is lost
		unknown = b.call()
		b.until("the caller to be in the application", func() bool { return unknown.Channel().InStasis })
	})
	b.asterisk.Cut()
	b.untilBack(before)
	b.until("the caller to be a contact", func() bool { return b.record(unknown) != nil })
	created := b.record(unknown).Rank
	assert.WithinDuration(t, time.Now(), time.UnixMicro(created), patience)
	assert.EqualValues(t, 1, b.c.Live().Repairs["unknown_caller"])
	unknown.Hangup()
	b.untilQuiet()
}

// The bell of a restart may ring while callers come in: each becomes exactly
// one contact, whether the listing or the event told of it first.
func TestNobodyIsCountedTwiceWhenAListingAndAnEventTellOfTheSameCaller(t *testing.T) {
	t.Parallel()
	b := newBench(t, menusWait(2*time.Minute))
	var callers []*aritest.Caller
	for range 15 {
		before, up := b.sessions(), b.upSince()
		b.asterisk.Cut()
		for range 3 {
			callers = append(callers, b.call())
		}
		b.until("the new socket", func() bool { return b.sessions() > before })
		for range 3 {
			callers = append(callers, b.call())
		}
		b.untilBack(up)
		for _, caller := range callers {
			caller.Retry("entry", "2014")
		}
	}
	b.until("each to be a contact", func() bool { return b.contacts() == len(callers) })
	for _, caller := range callers {
		caller.Hangup()
	}
	b.untilQuiet()
	b.c.View(func(s *fold.State) { assert.EqualValues(t, len(callers), s.Tally.Offered.Total()) })
	assert.EqualValues(t, len(callers), b.outcomes()["abandoned"])
}

func TestAControllerStopsThoughNothingAnswers(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.everywhere()
	thaw := b.ledger.freeze()
	defer thaw()
	melt := b.asterisk.Freeze()
	defer melt()
	b.stop()
}
