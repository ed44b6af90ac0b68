package model_test

import (
	"cmp"
	"flag"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/guichet/guichet/internal/model"
)

var (
	seeds   = flag.Int("seeds", 1, "how many seeds each kind of day plays")
	seed    = flag.Uint64("seed", 0, "the first seed")
	profile = flag.String("profile", "", "the only kind of day to play, such as failover")
	about   = flag.String("about", "", "with -story, the lines that name this instead; . for all")
	trace   = flag.Bool("story", false, "print what happened to the subject of a violation")
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// replay is the command that plays a seed again.
const replay = "go test ./internal/model -run TestModel -v -profile '%s' -seed %d -seeds 1 -story"

func TestModel(t *testing.T) {
	t.Parallel()
	for _, p := range slices.Concat(model.Profiles, model.Revealing) {
		if *profile != "" && p.Name != *profile {
			continue
		}
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			days(t, p)
		})
	}
}

// days plays the seeds of one kind of day and says what came of them.
func days(t *testing.T, p model.Profile) {
	var sum model.Result
	broken, begun := 0, time.Now()
	for s := *seed; s < *seed+uint64(*seeds); s++ {
		r := model.Run(model.Options{Seed: s, Profile: p, Trace: *trace})
		sum.Add(r)
		if len(r.Violations) == 0 {
			if *trace && *about != "" {
				t.Log("\n" + strings.Join(r.Trace(strings.Trim(*about, ".")), "\n"))
			}
			continue
		}
		broken++
		v := r.Violations[0]
		t.Errorf("%s\nplay it again: "+replay, v, p.Name, s)
		if *trace {
			t.Log("\n" + strings.Join(r.Trace(strings.Trim(cmp.Or(*about, v.Subject), ".")), "\n"))
		}
	}
	t.Logf("%d seeds, %d broken; %s in %s", *seeds, broken, sum, time.Since(begun).Round(time.Millisecond))
	if broken == 0 {
		assert.Positive(t, sum.Answered, "a day without an answer proves little")
	}
}

// played are days of a kind, from a seed on: nothing is broken on them.
func played(t *testing.T, kind string, first, count uint64) (sum model.Result) {
	t.Helper()
	p, err := model.ProfileOf(kind)
	require.NoError(t, err)
	for seed := first; seed < first+count; seed++ {
		r := model.Run(model.Options{Seed: seed, Profile: p})
		assert.Empty(t, r.Violations)
		sum.Add(r)
	}
	return sum
}

// Decision 0008: a leader that was stopped right before it wrote an offer it foresaw,
// while the world went on, changes nothing when it writes.
func TestAFrozenLeaderWritesWhatItForesawInVain(t *testing.T) {
	t.Parallel()
	sum := played(t, "frozen in foresight", 100, 6)
	assert.Greater(t, sum.FrozenWriting, 3)
	t.Log(sum)
}

// Days on which an Asterisk stays dead are such: it is taken for dead, and whoever waits to
// be called back is called when it is back.
func TestADeadAsteriskIsTakenForDead(t *testing.T) {
	t.Parallel()
	sum := played(t, "asterisk dead", 0, 6)
	assert.Greater(t, sum.Deaths, 5)
	assert.Greater(t, sum.Reached, 3)
	t.Log(sum)
}

// Days of conversations are such: agents call each other, and colleagues get calls.
func TestAgentsCallEachOtherIntoConversations(t *testing.T) {
	t.Parallel()
	sum := played(t, "conversations failed over", 0, 24)
	assert.Greater(t, sum.Called, 10)
	assert.Greater(t, sum.HandedOver, 3)
	t.Log(sum)
}

// Days on which calls move are such: callers go back to the queue, supervisors take over.
func TestCallsAreSentBackAndTakenOver(t *testing.T) {
	t.Parallel()
	sum := played(t, "calls moved, failed over", 0, 6)
	assert.Greater(t, sum.Requeued, 10)
	assert.Greater(t, sum.Supervised, 5)
	assert.Positive(t, sum.HandedOver)
	t.Log(sum)
}

// Days of letters are such: agents have some at hand when they get a call, answer them, leave
// them and go home, and somebody hears messages in the mailbox.
func TestMailsAndMessagesAreDealtWithBesideCalls(t *testing.T) {
	t.Parallel()
	sum := played(t, "letters", 0, 4)
	assert.Greater(t, sum.Dealt, 50)
	assert.Greater(t, sum.Heard, 3)
	assert.Positive(t, sum.AtHand)
	assert.Positive(t, sum.TakenBack)
	t.Log(sum)
}

func TestASeedReplaysExactly(t *testing.T) {
	t.Parallel()
	p, err := model.ProfileOf("everything")
	require.NoError(t, err)
	var told [2]string
	for i := range told {
		told[i] = strings.Join(model.Run(model.Options{Seed: 7, Profile: p, Trace: true}).Trace(""), "\n")
	}
	assert.Equal(t, told[0], told[1])
	assert.Greater(t, len(told[0]), 100_000)
}
