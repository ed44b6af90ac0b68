package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/lab"
	"github.com/guichet/guichet/internal/phone"
)

// Case 1 of facts/faults.md in small: kill -9 with callers in menu, queue,
// ringing, talking and wrap-up. Restarted under the same name, the controller has
// everything again, and nothing is counted twice.
func TestKillNineWithACallerInEachPlace(t *testing.T) {
	t.Parallel()
	th := raiseWith(t, phone.Options{}, patientSite(t))
	watcher := th.watch()
	caller, rings, ringing := th.ring("a1003")
	menu := th.someone("")
	s := th.set("a1001", "a1002")

	over := watcher.Outage()
	killed := time.Now()
	th.Controller.Kill()
	s.outlast(killed, time.Second)
	began := time.Now()
	require.NoError(t, th.Controller.Restart(th.ctx))
	leg := s.resumes("case 1, from the start of the process", began, 3*time.Second)
	over()
	s.plays(leg)
	require.NoError(t, ringing.Answer(th.ctx))
	th.until("the phone that rang on to be joined", func() bool { return caller.Heard(ringing.Signature()) > 5 })
	assert.Equal(t, 1, rings.Received(), "it rang once")
	require.NoError(t, menu.Press(th.ctx, "1"+paris))
	th.until("the one in the menu to wait", func() bool { return th.count("guichet_queue_waiting") == 1 })
	require.NoError(t, s.talks.Hangup(th.ctx))
	assert.Equal(t, phone.Remote, th.ended(s.talking).By)
	th.talk(menu, s.talker)
	for _, c := range []*phone.Call{menu, s.waiting} {
		require.NoError(t, c.Hangup(th.ctx))
	}
	require.NoError(t, ringing.Hangup(th.ctx))
	th.conserved(5) // and the one in wrap-up
	assert.Equal(t, 5, th.outcome("answered"))
	th.counted()
}

// frozenFor is how long a controller is frozen: longer than any bound of the protocol.
const frozenFor = 30 * time.Second

// Cases 1 and 2 of facts/faults.md: the second of two controllers takes over from
// the first, which is killed; then the first from the second, which is frozen,
// wakes up, and changes nothing.
func TestTheSecondControllerTakesOverFromTheFirst(t *testing.T) {
	t.Parallel()
	th := raiseWith(t, phone.Options{}, patientSite(t))
	watcher := th.watch()
	way := startDetour(t, hostOf(th.Lab))
	second, url, err := th.Another(th.ctx, "second", "GUICHET_ARI_URL=http://"+way.address+"/ari")
	require.NoError(t, err)
	defer second.Stop()
	first := th.URL

	s := th.set("a1001", "a1002")
	over := watcher.Outage()
	killed := time.Now()
	th.Controller.Kill()
	th.URL = url
	leg := s.resumes("case 1, the second takes over from the killed first", killed, 3*time.Second)
	over()
	s.plays(leg)
	s.ends()
	require.NoError(t, th.Controller.Restart(th.ctx))

	caller, rings, ringing := th.ring("a1003")
	s = th.set("a1004", "a1101")
	over = watcher.Outage()
	second.Pause()
	frozen := time.Now()
	th.readAll() // what it had written before it was frozen
	last := watcher.Last()
	th.URL = first
	leg = s.resumes("case 2, the first takes over from the frozen second", frozen, 3*time.Second)
	over()
	s.plays(leg)
	require.NoError(t, ringing.Answer(th.ctx))
	th.until("the phone that rang on to be joined", func() bool { return caller.Heard(ringing.Signature()) > 5 })
	s.outlast(frozen, frozenFor)
	fresh := th.someone("1" + paris) // something the woken one might decide about
	woken := time.Now()              // whatever it had sent before it was frozen has long arrived
	second.Resume()
	s.outlast(woken, 3*time.Second)
	assert.Empty(t, watcher.Accepted("second", last), "the ledger accepts nothing from who was frozen")
	assert.Empty(t, way.executed(woken), "and Asterisk did nothing for it")
	assert.True(t, s.talking.Talking() && s.waiting.Talking() && caller.Talking() && fresh.Talking())
	require.NoError(t, caller.Hangup(th.ctx))
	th.talk(fresh, rings)
	require.NoError(t, fresh.Hangup(th.ctx))
	s.ends()
	th.conserved(8)
	assert.Equal(t, 8, th.outcome("answered"))
	th.counted()
}

// hostOf is the address of Asterisk's REST interface.
func hostOf(l *lab.Lab) string {
	url := l.Asterisk.ARIURL()
	return url[len("http://") : len(url)-len("/ari")]
}
