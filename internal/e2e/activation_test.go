package e2e

import (
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/phone"
)

// Fifty calls are on the line: ten talk, twenty wait, twenty are in the menu. A
// new version of the folder becomes active, a bad one is refused, and none of them
// notices: who talks talks, who waits keeps his place, who is in the menu is asked
// what he would have been asked. Who calls afterwards goes by the new one.
func TestAReloadUnderFiftyCallsDisturbsNone(t *testing.T) {
	t.Parallel()
	var site string
	th := raiseWith(t, phone.Options{}, func(dir string) {
		site = dir
		rewrite(t, filepath.Join(dir, "ivr", "accueil.yaml"), map[string]string{`no_input_timeout: \w+`: "no_input_timeout: 60s"})
	})
	var ids []string
	for _, n := range []string{"01", "02", "03", "04", "05", "06", "07", "08", "09", "10"} {
		ids = append(ids, "a12"+n)
	}
	agents := th.login(phone.Answers(0), ids...)
	talking := th.many(len(agents), "0611111111", "1"+paris)
	th.until("ten to talk", func() bool { return th.outcome("answered") == len(agents) })
	waiting := th.many(20, "0622222222", "1"+paris)
	inMenu := th.many(20, "0633333333", "")
	th.until("twenty to wait", func() bool { return th.count("guichet_queue_waiting") == 20 })

	queues := filepath.Join(site, "queues.yaml")
	rewrite(t, queues, map[string]string{`strategy: longest_ready`: "strategy: nearest"})
	out, err := th.Guichet(th.ctx, "activate").CombinedOutput()
	require.Error(t, err, "a bad folder is refused")
	assert.Contains(t, string(out), "queues.yaml:")
	rewrite(t, queues, map[string]string{`strategy: nearest`: "strategy: longest_ready"})
	rewrite(t, filepath.Join(site, "ivr", "accueil.yaml"), map[string]string{`set: \{topic: declaration\}`: "set: {topic: avis}"})
	th.guichet("activate")
	assert.Equal(t, 2, strings.Count(th.guichet("versions", "--json"), `"hash"`))

	for _, c := range append(append(talking, waiting...), inMenu...) {
		assert.True(t, c.Talking(), "%s was disturbed", c)
	}
	assert.Equal(t, 20, th.count("guichet_queue_waiting"))
	var pressing sync.WaitGroup
	for _, c := range inMenu {
		pressing.Go(func() { assert.NoError(t, c.Press(th.ctx, "1"+paris)) })
	}
	pressing.Wait()
	th.until("forty to wait", func() bool { return th.count("guichet_queue_waiting") == 40 })
	after := th.call("0644444444", "1"+paris)
	th.until("one more to wait", func() bool { return th.count("guichet_queue_waiting") == 41 })
	topics := map[string]int{}
	var calls []struct{ Topic string }
	th.get("/api/v1/calls", &calls)
	for _, c := range calls {
		topics[c.Topic]++
	}
	assert.Equal(t, map[string]int{"declaration": 50, "avis": 1}, topics, "each by the version it began with")

	for _, c := range append(append(append(talking, waiting...), inMenu...), after) {
		require.NoError(t, c.Hangup(th.ctx))
	}
	th.conserved(51)
}

// Nobody on the floor knows enough about direct debits; the lead of the CIS gives
// the skill to one, and the caller who waits is offered to him at once.
func TestASkillChangedByTheAPIActsAtOnce(t *testing.T) {
	t.Parallel()
	th := raise(t)
	agent := th.login(phone.RingsForEver(), "a1005")[0]
	th.guichet("agents", "skill", "a1005", "declaration=0")
	th.login(phone.RingsForEver(), "a1006")
	th.guichet("agents", "pause", "a1006")
	caller := th.call("0612345678", "1"+paris)
	th.until("the caller to wait", func() bool { return th.count("guichet_queue_waiting") == 1 })
	assert.Zero(t, agent.Received())

	th.guichet("agents", "skill", "a1005", "declaration=3")
	th.talk(caller, agent)
	require.NoError(t, caller.Hangup(th.ctx))
	th.conserved(1)
}
