package e2e

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/phone"
)

// Redis dies while one caller talks and one waits: nobody notices, a third finds
// the menu, and when Redis is back the waiting ones are served in their order.
func TestCallersNoticeNothingWhileRedisIsAway(t *testing.T) {
	t.Parallel()
	th := raise(t)
	agent := th.login(phone.RingsForEver(), "a1001")[0]
	talking := th.call("0611111111", "1"+paris)
	leg := th.talk(talking, agent)
	one := th.call("0622222222", "1"+paris)
	th.until("one to wait", func() bool { return th.count("guichet_queue_waiting") == 1 })

	th.Lab.Redis.Kill()
	heard := talking.Heard(leg.Signature())
	two := th.call("0633333333", "1"+paris)
	th.until("the talk to go on", func() bool { return talking.Heard(leg.Signature()) > heard+25 })
	assert.Equal(t, 2, th.count("guichet_contacts_offered_total"), "no fact is accepted meanwhile")
	require.NoError(t, leg.Hangup(th.ctx))
	assert.Equal(t, phone.Remote, th.ended(talking).By)
	require.NoError(t, th.Lab.Redis.Restart(th.ctx))

	next := th.talk(one, agent)
	require.NoError(t, next.Hangup(th.ctx))
	th.talk(two, agent)
	require.NoError(t, two.Hangup(th.ctx))
	th.conserved(3)
	assert.Equal(t, 3, th.outcome("answered"))
	assert.Contains(t, th.guichet("report"), "0 differences")
}

// Case 30 of the faults: somebody sets Redis so that it would remove facts. Calls go
// on, and /readyz says so until it is put right.
func TestAPolicyThatEvictsIsAReasonAndStopsNobody(t *testing.T) {
	t.Parallel()
	th := raise(t)
	agent := th.login(phone.RingsForEver(), "a1001")[0]
	set := func(policy string) {
		client := goredis.NewClient(&goredis.Options{Addr: th.Lab.Redis.Addr(), PoolSize: 1})
		defer client.Close()
		require.NoError(t, client.ConfigSet(th.ctx, "maxmemory-policy", policy).Err())
	}
	set("allkeys-lru")
	changed := time.Now()
	told := func() bool {
		return strings.Contains(string(th.fetch("/readyz")), "maxmemory-policy of the ledger's Redis is allkeys-lru")
	}
	th.until("/readyz to say so, and to be ready", told)
	t.Logf("case 30: a policy that evicts is told after %d ms", time.Since(changed).Milliseconds())
	th.until("it to be counted", func() bool { return th.count("guichet_repairs_total", "kind=ledger_evicts") == 1 })
	caller := th.call("0611111111", "1"+paris)
	th.talk(caller, agent)
	set("noeviction")
	th.until("no reason to be left", func() bool { return !told() })
	require.NoError(t, caller.Hangup(th.ctx))
	th.conserved(1)
}

// Asterisk dies: its calls are over by physics. Each is closed once, the agents
// are free, and the next call works.
func TestTheFloorRecoversFromTheDeathOfAsterisk(t *testing.T) {
	t.Parallel()
	th := raise(t)
	agent := th.login(phone.RingsForEver(), "a1001")[0]
	talking := th.call("0611111111", "1"+paris)
	th.talk(talking, agent)
	_ = th.call("0622222222", "1"+paris)
	th.until("one to wait", func() bool { return th.count("guichet_queue_waiting") == 1 })

	th.Lab.Asterisk.Kill()
	require.NoError(t, th.Lab.Asterisk.Restart(th.ctx))
	th.until("both contacts to be over", func() bool { return th.count("guichet_contacts_outcome_total") == 2 })
	assert.Equal(t, 1, th.outcome("answered"))
	assert.Equal(t, 1, th.outcome("failed"), "nobody hung up")
	th.until("the agent to be free", func() bool { return th.agent("a1001") == "ready" })

	again, err := th.agents.Register(th.ctx, th.Account("a1002"), phone.RingsForEver())
	require.NoError(t, err)
	th.guichet("agents", "logout", "a1001")
	th.guichet("agents", "login", "a1002")
	caller := th.call("0633333333", "1"+paris)
	th.talk(caller, again)
	require.NoError(t, caller.Hangup(th.ctx))
	th.conserved(3)
}

func TestABadSiteNeverStarts(t *testing.T) {
	t.Parallel()
	th := raise(t)
	site := quickSite(t)
	rewrite(t, filepath.Join(site, "routing.yaml"), map[string]string{`queue: recouvrement`: `queue: recouvrment`})
	rewrite(t, filepath.Join(site, "queues.yaml"), map[string]string{`ring: \w+`: "ring: sometimes"})
	for _, command := range []string{"check", "run"} {
		out, err := th.Guichet(th.ctx, command, "--site", site).CombinedOutput()
		var exit *exec.ExitError
		require.ErrorAs(t, err, &exit, "%s", out)
		assert.Equal(t, 2, exit.ExitCode())
		assert.Regexp(t, `routing\.yaml:\d+:\d+: .*recouvrment.*recouvrement`, string(out))
		assert.Regexp(t, `queues\.yaml:\d+:\d+: `, string(out), "all problems at once")
	}
}

// Two controllers on one Asterisk that do not share a ledger: the one that was
// replaced ends and says why.
func TestAControllerThatIsReplacedWithoutACommonLedgerEndsWithASentence(t *testing.T) {
	t.Parallel()
	th := raise(t)
	second := th.Guichet(th.ctx, "run", "--site", quickSite(t), "--sounds", filepath.Join(th.Dir(), "prompts"), "--instance", "second",
		"--lock-file", filepath.Join(t.TempDir(), "lock"))
	secrets := filepath.Join(th.Dir(), "secrets")
	second.Env = append(os.Environ(), "GUICHET_LEDGER=memory", "GUICHET_HTTP=127.0.0.1:0", "GUICHET_CALENDAR=demo",
		"GUICHET_ARI_URL="+th.Lab.Asterisk.ARIURL(), "GUICHET_ARI_USER="+th.Lab.Asterisk.ARIUser(), "GUICHET_SECRETS="+secrets)
	var said bytes.Buffer
	second.Stderr = &said
	require.NoError(t, second.Start())
	select {
	case <-th.Controller.Ended():
	case <-time.After(patience):
		_ = second.Process.Kill()
		_ = second.Wait()
		t.Fatalf("the first controller does not end; the second says: %s", &said)
	}
	log, err := os.ReadFile(th.Controller.LogFile())
	require.NoError(t, err)
	assert.Contains(t, string(log), "another controller registered our application")
	require.NoError(t, second.Process.Signal(os.Interrupt))
	assert.NoError(t, second.Wait())
}
