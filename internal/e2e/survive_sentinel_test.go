package e2e

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/lab"
	"github.com/guichet/guichet/internal/ledger/ledgertest"
	"github.com/guichet/guichet/internal/phone"
	"github.com/guichet/guichet/internal/stage"
)

// primaryName is what the sentinel calls the Redis of the site.
const primaryName = "guichet"

// pair is a primary with a replica, and a sentinel that watches both.
type pair struct{ primary, replica, sentinel *ledgertest.RedisServer }

// raiseWatched puts a stage up whose ledger is found by Sentinel.
func raiseWatched(t *testing.T, change func(site string)) (*theatre, pair) {
	t.Helper()
	var w pair
	th := raiseAs(t, phone.Options{}, func(site string) {
		change(site)
		rewrite(t, filepath.Join(site, "site.yaml"), map[string]string{
			`redis: \{.*\}`: `redis: {sentinel: {primary: ` + primaryName + `, addresses: ["$${GUICHET_SENTINEL:-127.0.0.1:26379}"]}}`,
		})
	}, stage.Options{Detour: func(*lab.Lab) ([]string, error) {
		w.primary = ledgertest.StartRedis(t)
		w.replica = w.primary.Replica(t)
		w.sentinel = ledgertest.StartSentinel(t, primaryName, w.primary)
		return []string{"GUICHET_SENTINEL=" + w.sentinel.Address}, nil
	}})
	return th, w
}

// elected waits until the replica is a primary, and until Sentinel says so: nobody can
// know where to go before.
func (th *theatre) elected(w pair) (promoted, named time.Time) {
	th.t.Helper()
	require.Eventually(th.t, w.replica.Leads, patience, 2*time.Millisecond, "the replica is promoted")
	promoted = time.Now()
	require.Eventually(th.t, func() bool { return w.sentinel.Names(th.t, primaryName, w.replica) }, patience, 2*time.Millisecond)
	return promoted, time.Now()
}

// Case 25 of facts/faults.md: the primary dies, and what Sentinel elects lacks the last
// second: somebody who called and one who came to wait, a phone that was answered, a
// pause that was acknowledged. Music and talk go on, ranks are kept, nobody is lost or
// counted twice, and routing resumes within a second of the election: an agent who became
// free during the outage is rung.
func TestAFailoverBySentinelThatLosesTheLastSecond(t *testing.T) {
	t.Parallel()
	th, redis := raiseWatched(t, func(site string) {
		rewrite(t, filepath.Join(site, "queues.yaml"), map[string]string{`ring: \w+`: "ring: 60s", `wrap_up: \w+`: "wrap_up: 0s"})
		rewrite(t, filepath.Join(site, "ivr", "accueil.yaml"), map[string]string{`no_input_timeout: \w+`: "no_input_timeout: 60s"})
	})
	th.watchAt(redis.sentinel.Address, primaryName)
	agents := agentIDs(t, th, 3, "cis_ouest")
	waits := func(n int) {
		t.Helper()
		th.until("callers to wait", func() bool { return th.count("guichet_queue_waiting") == n })
	}
	talker := th.login(phone.RingsForEver(), agents[0])[0]
	talking := th.someone("1" + paris)
	talks := th.talk(talking, talker)
	free := th.login(phone.RingsForEver(), agents[1])[0]
	leaving := th.someone("1" + paris)
	leaves := th.talk(leaving, free)
	answered, rings, ringing := th.ring(agents[2])
	first := th.someone("1" + paris)
	waits(2) // the one whose agent's phone rings is one of them
	menu := th.someone("")

	redis.primary.CutOff(t, redis.replica)
	require.NoError(t, ringing.Answer(th.ctx))
	th.until("the phone that rang to be heard", func() bool { return answered.Heard(ringing.Signature()) > 5 })
	second := th.someone("1" + paris)
	waits(2)
	late := th.someone("")
	th.guichet("agents", "pause", agents[2], "--reason", "dejeuner")

	over := th.watcher.Outage()
	heard, music := talking.Heard(talks.Signature()), first.PacketsReceived()
	redis.sentinel.MayFailOver(t, primaryName)
	redis.primary.Kill(t)
	require.NoError(t, leaves.Hangup(th.ctx))
	assert.Equal(t, phone.Remote, th.ended(leaving).By)
	require.NoError(t, menu.Press(th.ctx, "1"+paris))
	promoted, named := th.elected(redis)
	leg := th.next(free)
	resumed := leg.Times().Invited
	t.Logf("case 25: %d ms from the election, as Sentinel names it, until routing works; %d ms from the promotion",
		resumed.Sub(named).Milliseconds(), resumed.Sub(promoted).Milliseconds())
	assert.LessOrEqual(t, resumed.Sub(named), time.Second)
	assert.Greater(t, talking.Heard(talks.Signature()), heard+25, "the conversation goes on")
	assert.Greater(t, first.PacketsReceived(), music+25, "the music goes on")
	waits(3)
	over()

	require.NoError(t, late.Hangup(th.ctx))
	for i, next := range []*phone.Call{first, menu, second} { // as they arrived
		require.NoError(t, leg.Answer(th.ctx))
		th.until("whose turn it is to be heard", func() bool { return next.Heard(leg.Signature()) > 5 })
		require.NoError(t, next.Hangup(th.ctx))
		th.ended(leg)
		if i < 2 {
			leg = th.next(free)
		}
	}
	assert.True(t, answered.Talking())
	assert.Equal(t, 1, rings.Received(), "a conversation is not offered again")
	require.NoError(t, answered.Hangup(th.ctx))
	th.until("the pause that was acknowledged", func() bool { return th.agent(agents[2]) == "paused" })
	require.NoError(t, talking.Hangup(th.ctx))
	th.conserved(7)
	assert.Equal(t, 6, th.outcome("answered"))
	assert.Equal(t, 1, th.outcome("abandoned"))
	th.counted()
	assert.Contains(t, th.guichet("report"), "0 differences")
}
