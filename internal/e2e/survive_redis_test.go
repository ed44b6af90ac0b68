package e2e

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/phone"
)

// Cases 27, 28 and 29 of facts/faults.md, one after the other, and case 25 without a
// replica (TestAFailoverBySentinelThatLosesTheLastSecond has one): Redis stopped, frozen,
// restarted empty while a controller lives, and restarted without its last second. Music and talk go on, ranks are kept, and routing
// resumes within a second.
func TestARedisThatFailsInEveryWay(t *testing.T) {
	t.Parallel()
	th := raiseWith(t, phone.Options{}, patientSite(t))
	th.watch()
	agents := agentIDs(t, th, 12, "cis_ouest")
	redis, all := th.Lab.Redis, 0
	th.within("a restart that loses the last second", func(th *theatre) {
		waits := th.login(phone.RingsForEver(), agents[6])[0]
		kept := filepath.Join(t.TempDir(), "kept")
		// What follows is in the log that is lost: an arrival, an offer, a
		// conversation, the end of another, and a pause that was acknowledged.
		first := th.someone("")
		th.until("the copy to be made", func() bool {
			return os.RemoveAll(kept) == nil && os.CopyFS(kept, os.DirFS(th.appended())) == nil // anew, if a file changed its name meanwhile
		})
		require.NoError(th.t, first.Press(th.ctx, "1"+paris))
		talks := th.talk(first, waits)
		second := th.someone("1" + paris)
		third := th.someone("1" + paris)
		th.until("two to wait", func() bool { return th.count("guichet_queue_waiting") == 2 })
		over := th.watcher.Outage()
		redis.Kill()
		require.NoError(th.t, os.RemoveAll(th.appended()))
		require.NoError(th.t, os.CopyFS(th.appended(), os.DirFS(kept)))
		require.NoError(th.t, redis.Restart(th.ctx))
		back := time.Now()
		th.until("two to wait again", func() bool { return th.count("guichet_queue_waiting") == 2 })
		free := th.login(phone.RingsForEver(), agents[7])[0]
		leg := th.next(free)
		th.t.Logf("a restart that loses the last second: %d ms until routing works, a log-in in between", leg.Times().Invited.Sub(back).Milliseconds())
		over()
		require.NoError(th.t, leg.Answer(th.ctx))
		th.until("the one who came first to be heard", func() bool { return second.Heard(leg.Signature()) > 5 })
		assert.True(th.t, first.Talking())
		assert.Equal(th.t, 1, waits.Received(), "a conversation is not offered again")
		require.NoError(th.t, leg.Hangup(th.ctx))
		leg = th.talk(third, free)
		for _, c := range []*phone.Call{first, third} {
			require.NoError(th.t, c.Hangup(th.ctx))
		}
		th.ended(talks)
		th.ended(leg)
		th.gone(agents[6], agents[7])
		all += 3
	})
	for i, fault := range []struct {
		name   string
		breaks func()
		lasts  time.Duration
		mends  func() error
	}{
		{"case 28, Redis is away for 10 s", redis.Kill, 10 * time.Second, func() error { return redis.Restart(th.ctx) }},
		{"case 27, Redis is frozen for 5 s", redis.Pause, 5 * time.Second, func() error { redis.Resume(); return nil }},
		{"case 29, Redis comes back empty", th.killRead, 2 * time.Second, func() error {
			require.NoError(th.t, os.RemoveAll(th.appended()))
			return redis.Restart(th.ctx)
		}},
	} {
		if i == 2 { // what the log has lost cannot be recounted any more
			assert.Contains(t, th.guichet("report"), "0 differences")
		}
		th.within(fault.name, func(th *theatre) {
			s := th.set(agents[2*i], agents[2*i+1])
			over := th.watcher.Outage()
			broken, music := time.Now(), s.waiting.PacketsReceived()
			fault.breaks()
			s.outlast(broken, fault.lasts)
			assert.Greater(th.t, s.waiting.PacketsReceived(), music+25, "the music goes on")
			require.NoError(th.t, fault.mends())
			leg := s.resumes(fault.name, time.Now(), time.Second)
			over()
			s.plays(leg)
			s.ends()
			all += 3
		})
	}
	th.conserved(all)
	assert.Equal(t, all, th.outcome("answered"))
	th.counted()
}

// killRead kills Redis when the observer has read all that the controller has: it
// could not judge otherwise what a controller knows and the log has lost.
func (th *theatre) killRead() {
	th.Controller.Pause()
	defer th.Controller.Resume()
	th.readAll()
	th.Lab.Redis.Kill()
}

// appended is where Redis keeps its log.
func (th *theatre) appended() string { return filepath.Join(th.Dir(), "redis", "appendonlydir") }
