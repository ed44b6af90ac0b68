package e2e

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/observer"
	"github.com/guichet/guichet/internal/phone"
)

// watch lets the independent observer judge everything from now on; what it finds
// fails the test. Its limits leave room for a machine with two cores on which
// several Asterisks and controllers with the race detector run.
func (th *theatre) watch() *observer.Observer { return th.watchAt(th.Lab.Redis.Addr(), "") }

// watchAt has it ask a sentinel for the ledger, if the primary has a name.
func (th *theatre) watchAt(redis, primary string) *observer.Observer {
	w := observer.Watch(observer.Options{
		Redis: redis, Primary: primary, Site: "dgfip",
		ARI: th.Lab.Asterisk.ARIURL(), User: th.Lab.Asterisk.ARIUser(), Password: th.Lab.Asterisk.ARIPassword(),
		Limits: observer.Limits{Unoffered: 3 * time.Second, Overdue: 3 * time.Second},
	})
	th.watcher = w
	th.t.Cleanup(func() {
		for _, b := range w.Breaches() {
			assert.Fail(th.t, "the observer found: "+b.String())
		}
		assert.NoError(th.t, w.Close())
	})
	return w
}

// readAll waits until the observer has read all that is in the ledger.
func (th *theatre) readAll() {
	th.t.Helper()
	client := goredis.NewClient(&goredis.Options{Addr: th.Lab.Redis.Addr(), PoolSize: 1})
	defer client.Close()
	th.until("the observer to have read all", func() bool {
		last, err := client.XRevRangeN(th.ctx, "guichet:{dgfip}:ledger", "+", "-", 1).Result()
		return err == nil && len(last) == 1 && last[0].ID == th.watcher.Last()
	})
}

// counted compares what the controller counts with the observer's own recount.
func (th *theatre) counted() {
	th.t.Helper()
	metrics := func() observer.Totals {
		t := observer.Totals{Offered: th.count("guichet_contacts_offered_total"), Outcomes: map[string]int{}}
		for _, o := range []string{"answered", "abandoned", "dissuaded", "self_served", "callback", "transferred_out", "message", "failed"} {
			if n := th.outcome(o); n > 0 {
				t.Outcomes[o] = n
			}
		}
		return t
	}
	assert.Eventually(th.t, func() bool { return th.watcher.Recount().Equal(metrics()) }, patience, 50*time.Millisecond)
	th.watcher.Compare(metrics())
}

// patientSite rings for ever, waits long for keys, and has a wrap-up that is over
// before any of the faults is.
func patientSite(t *testing.T) func(site string) {
	return func(site string) {
		rewrite(t, filepath.Join(site, "queues.yaml"), map[string]string{`ring: \w+`: "ring: 60s", `wrap_up: \w+`: "wrap_up: " + wrapUp.String()})
		rewrite(t, filepath.Join(site, "ivr", "accueil.yaml"), map[string]string{`no_input_timeout: \w+`: "no_input_timeout: 60s"})
	}
}

const wrapUp = 1500 * time.Millisecond

// scene is a conversation that must go on, and a caller who waits for an agent
// in wrap-up: as soon as routing works, that agent's phone rings for him.
type scene struct {
	th               *theatre
	talking, waiting *phone.Call
	talks            *phone.Call // the agent's side of the conversation
	talker, free     *phone.Phone
	freeAt           time.Time // when the wrap-up is over
	before           int       // packets of the conversation before the fault
}

// someone calls with a number of his own.
func (th *theatre) someone(keys string) *phone.Call {
	th.people++
	return th.call(fmt.Sprintf("06000000%02d", th.people), keys)
}

// set lets two agents who are not on the floor yet play a scene.
func (th *theatre) set(talker, free string) *scene {
	th.t.Helper()
	s := &scene{th: th, talker: th.login(phone.RingsForEver(), talker)[0]}
	s.talking = th.someone("1" + paris)
	s.talks = th.talk(s.talking, s.talker)
	s.free = th.login(phone.RingsForEver(), free)[0]
	served := th.someone("1" + paris)
	leg := th.talk(served, s.free)
	waiting := th.count("guichet_queue_waiting")
	s.waiting = th.someone("1" + paris)
	th.until("one more to wait", func() bool { return th.count("guichet_queue_waiting") == waiting+1 })
	require.NoError(th.t, served.Hangup(th.ctx))
	th.ended(leg)
	// Not "the wrap-up": whoever is held up for longer than it lasts does not see it.
	th.until("the talk to be over", func() bool { return !slices.Contains([]string{"", "talking"}, th.agent(free)) })
	s.freeAt = time.Now().Add(wrapUp)
	s.before = s.talking.Heard(s.talks.Signature())
	return s
}

// ring lets somebody call an agent who does not answer yet.
func (th *theatre) ring(agent string) (caller *phone.Call, rings *phone.Phone, leg *phone.Call) {
	th.t.Helper()
	rings = th.login(phone.RingsForEver(), agent)[0]
	caller = th.someone("1" + paris)
	return caller, rings, th.next(rings)
}

// outlast waits until the wrap-up is over, and d has passed since then.
func (s *scene) outlast(since time.Time, d time.Duration) {
	s.th.until("the fault to last", func() bool { return time.Now().After(s.freeAt) && time.Since(since) > d })
}

// resumes waits until the waiting caller is offered, and tells how long that took
// from a moment on.
func (s *scene) resumes(what string, from time.Time, limit time.Duration) *phone.Call {
	s.th.t.Helper()
	leg := s.th.next(s.free)
	took := leg.Times().Invited.Sub(from)
	s.th.t.Logf("%s: %d ms until routing works", what, took.Milliseconds())
	assert.LessOrEqual(s.th.t, took, limit, what)
	assert.True(s.th.t, s.talking.Talking(), "the conversation goes on")
	assert.Greater(s.th.t, s.talking.Heard(s.talks.Signature()), s.before, "and is heard")
	return leg
}

// plays waits until the caller and the agent hear each other.
func (s *scene) plays(leg *phone.Call) {
	s.th.t.Helper()
	require.NoError(s.th.t, leg.Answer(s.th.ctx))
	s.th.until("the one who waited to be heard", func() bool { return s.waiting.Heard(leg.Signature()) > 5 })
}

// ends lets everybody hang up and the agents go.
func (s *scene) ends() {
	s.th.t.Helper()
	require.NoError(s.th.t, s.talking.Hangup(s.th.ctx))
	require.NoError(s.th.t, s.waiting.Hangup(s.th.ctx))
	s.th.gone(s.talker.User(), s.free.User())
}
