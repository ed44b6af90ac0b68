package node_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/ivr"
)

const satisfied, thanks = "sound:satisfait", "sound:merci"

// asksAfterCalls has every queue ask who was served.
func asksAfterCalls(s *config.Site) {
	for name, q := range s.Queues {
		q.Satisfaction = config.Satisfaction{
			Question: []ivr.Prompt{satisfied}, Keys: "12345", Thanks: []ivr.Prompt{thanks}, Share: 100, Timeout: time.Minute,
		}
		s.Queues[name] = q
	}
}

// wordsLast has what is asked and said after a call last until it is stopped.
func (b *bench) wordsLast() {
	b.asterisk.SetMediaLength(func(media string) time.Duration {
		if media == satisfied || media == thanks {
			return aritest.Forever
		}
		return 0
	})
}

func (b *bench) hearsNow(caller *aritest.Caller, media string) {
	b.Helper()
	b.until("the caller to hear "+media, func() bool { return caller.Channel().Playing == media })
}

// listens lets the caller hear something of the question: no key counts before.
func (b *bench) listens() {
	b.Helper()
	asked := time.Now()
	b.until("something of the question to be heard", func() bool { return time.Since(asked) > time.Second })
}

// ratings are what was answered, by key.
func (b *bench) ratings() map[string]uint64 {
	all := map[string]uint64{}
	b.c.View(func(s *fold.State) {
		for labels, n := range s.Tally.Ratings {
			all[labels.Values()[3]] += n
		}
	})
	return all
}

func TestTheCallerIsAskedAfterTheCallWhileTheAgentTakesTheNextOne(t *testing.T) {
	t.Parallel()
	b := newBench(t, asksAfterCalls, noWrapUp)
	b.wordsLast()
	phone := b.phone("a1001", aritest.Answers(0))
	b.login("a1001")
	first := b.ask()
	b.untilTalking(first, "a1001")
	second := b.waits()
	phone.Hangup()
	b.hearsNow(first, satisfied)
	b.untilTalking(second, "a1001")
	assert.Equal(t, satisfied, first.Channel().Playing, "he is being asked still")
	assert.Empty(t, first.Channel().Bridge)
	assert.Empty(t, first.Channel().Music)
	b.listens()
	first.Press("4")
	b.hearsNow(first, thanks)
	b.until("the answer to be counted", func() bool { return b.ratings()["4"] == 1 })
	first.Press("1")
	assert.False(t, first.Channel().Gone)
	first.Hangup()
	second.Hangup()
	b.untilQuiet()
	assert.Equal(t, map[string]uint64{"4": 1}, b.ratings(), "the one who hung up first was not asked")
	assert.Equal(t, map[string]uint64{"answered": 2}, b.outcomes())
	ended, rated := b.facts(fact.KindLegEnded)[0], b.facts(fact.KindRated)[0]
	assert.Less(t, ended.Entry.At, rated.Entry.At, "the agent was free before")
	assert.Equal(t, acd.Ready, b.agent("a1001"))
}

func TestAQuestionThatIsHeardToItsEndIsThankedForAndEndsTheCall(t *testing.T) {
	t.Parallel()
	b := newBench(t, asksAfterCalls)
	phone := b.phone("a1001", aritest.Answers(0))
	b.login("a1001")
	caller := b.ask()
	b.untilTalking(caller, "a1001")
	phone.Hangup()
	b.until("the question", func() bool { return b.played(caller, satisfied) == 1 })
	b.agentIs("a1001", acd.WrapUp)
	b.listens()
	caller.Press("9")
	b.until("the question once more", func() bool { return b.played(caller, satisfied) == 2 })
	caller.Press("5")
	b.untilQuiet()
	assert.Equal(t, map[string]uint64{"5": 1}, b.ratings())
	assert.Equal(t, []string{satisfied, satisfied, thanks}, caller.Channel().Played[len(caller.Channel().Played)-3:])
}

// Who was on hold hears no music under the question.
func TestTheCallerIsAskedInSilenceAlsoWhenHeWasOnHold(t *testing.T) {
	t.Parallel()
	b := newBench(t, asksAfterCalls)
	b.wordsLast()
	c := &conversation{bench: b, agent: b.phone("a1001", aritest.Answers(0)), second: b.phone("a1003", aritest.Answers(0))}
	b.login("a1001")
	c.caller = b.ask()
	b.untilTalking(c.caller, "a1001")
	c.done("a1001", engine.Hold)
	c.hear(false, c.agent)
	c.agent.Hangup()
	b.hearsNow(c.caller, satisfied)
	b.until("the music to end", func() bool { return c.caller.Channel().Music == "" })
	c.caller.Hangup()
	c.over()
	assert.Empty(t, b.ratings(), "he parted with the agent")
}

// The controller is killed at each point of the question: its successor lets the caller go,
// and counts nothing anew.
func TestWhoeverIsAskedWhenTheControllerIsKilledIsLetGo(t *testing.T) {
	t.Parallel()
	for name, answers := range map[string]bool{"while being asked": false, "while being thanked": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, asksAfterCalls, noWrapUp)
			b.wordsLast()
			phone := b.phone("a1001", aritest.Answers(0))
			b.login("a1001")
			caller := b.ask()
			b.untilTalking(caller, "a1001")
			phone.Hangup()
			b.hearsNow(caller, satisfied)
			b.agentIs("a1001", acd.Ready)
			want := map[string]uint64{}
			if answers {
				want["3"] = 1
				b.listens()
				caller.Press("3")
				b.hearsNow(caller, thanks)
				b.until("the answer to be in the ledger", func() bool { return b.ratings()["3"] == 1 })
			}
			b.kill()
			b.start()
			b.until("the caller to be let go", func() bool { return caller.Channel().Gone })
			b.untilQuiet()
			assert.Equal(t, want, b.ratings())
			assert.Equal(t, map[string]uint64{"answered": 1}, b.outcomes())
			b.sameAfterReplay()
		})
	}
}

// A gap of the link has the question asked again.
func TestTheQuestionIsAskedAgainAfterAGap(t *testing.T) {
	t.Parallel()
	b := newBench(t, asksAfterCalls)
	b.wordsLast()
	phone := b.phone("a1001", aritest.Answers(0))
	b.login("a1001")
	caller := b.ask()
	b.untilTalking(caller, "a1001")
	phone.Hangup()
	b.hearsNow(caller, satisfied)
	before := b.upSince()
	b.asterisk.Cut()
	b.untilBack(before)
	b.until("the question again", func() bool { return b.played(caller, satisfied) == 2 })
	b.listens()
	caller.Press("2")
	b.hearsNow(caller, thanks)
	caller.Hangup()
	b.untilQuiet()
	assert.Equal(t, map[string]uint64{"2": 1}, b.ratings())
}
