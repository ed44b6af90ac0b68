package e2e

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/phone"
)

// An Asterisk is stopped (SIGSTOP), with a caller in each place: it keeps silent and refuses
// nothing, as one whose machine is off. Nobody is given up for that, until an admin says that it
// is off: then each call is closed once and the agents are free, within 3 s. He was wrong: what
// is left of the calls is hung up when it goes on, and service returns by itself.
func TestAnAsteriskIsDeclaredLostAndComesBack(t *testing.T) {
	t.Parallel()
	th := raiseWith(t, phone.Options{}, patientSite(t))
	caller, rings, ringing := th.ring("a1003")
	menu := th.someone("")
	s := th.set("a1001", "a1002")

	stopped := time.Now()
	th.Lab.Asterisk.Pause()
	goOn := sync.OnceFunc(th.Lab.Asterisk.Resume)
	t.Cleanup(goOn)
	th.until("/readyz to say why", func() bool { return strings.Contains(th.whyNotReady(), "a1: ") })
	s.outlast(stopped, 7*time.Second)
	assert.Equal(t, []int{2, 0}, []int{th.count("guichet_contacts_outcome_total"), max(0, th.outcome("failed"))}, "silence is no death: two were answered before")
	assert.Contains(t, th.fails("asterisk", "lost", "a1"), "4 calls on asterisk a1 would be closed for good")
	assert.Equal(t, 2, th.count("guichet_contacts_outcome_total"))

	var done api.DeclaredLost
	require.NoError(t, json.Unmarshal([]byte(th.guichet("asterisk", "lost", "a1", "--machine-is-off", "--reason", "hyperviseur éteint", "--json")), &done))
	th.until("all five to be over", func() bool { return th.count("guichet_contacts_outcome_total") == 5 })
	freed := map[string]time.Duration{}
	for _, agent := range []string{"a1001", "a1002", "a1003"} {
		var a api.Agent
		th.until(agent+" to be freed", func() bool {
			th.get("/api/v1/agents/"+agent, &a)
			return slices.Contains([]acd.State{acd.Ready, acd.WrapUp}, a.State)
		})
		freed[agent] = a.Since.Sub(done.At).Round(time.Millisecond)
		assert.LessOrEqual(t, freed[agent], 3*time.Second)
	}
	closed := th.lastClosed().Sub(done.At)
	t.Logf("all closed %d ms after it was declared lost, agents freed: %v", closed.Milliseconds(), freed)
	assert.LessOrEqual(t, closed, 3*time.Second)
	assert.Equal(t, 4, done.Calls)
	assert.Equal(t, 2, th.outcome("answered"), "who had talked was answered")
	assert.Equal(t, 3, th.outcome("failed"), "nobody hung up")
	assert.Equal(t, 1, th.count("guichet_repairs_total", "kind=node_declared_lost"))
	assert.Regexp(t, `a1: declared lost by \S+ at \S+, its machine is off \(hyperviseur éteint\), and its 4 calls were closed \(guichet report --cut-off\); start it again`, th.whyNotReady())
	assert.Contains(t, th.guichet("report", "--from", "2h", "--cut-off"), "4 were cut off")
	assert.Zero(t, th.count("guichet_invariant_violations_total"))

	th.broken = 1 // he was wrong
	goOn()
	back := time.Now()
	th.until("guichet to be ready", func() bool { return th.fetch("/readyz") != nil })
	t.Logf("ready %d ms after it went on", time.Since(back).Milliseconds())
	for _, left := range []*phone.Call{caller, menu, s.talking, s.waiting, ringing, s.talks} {
		assert.Equal(t, phone.Remote, th.ended(left).By)
	}
	th.until("callers who lived to be counted", func() bool { return th.count("guichet_invariant_violations_total", "invariant=I1") == 1 })
	th.until("Asterisk to be empty", func() bool { return th.channels() == 0 })
	th.servesAgain(s.talker, s.free, rings)
	th.until("the next one to be counted", func() bool { return th.count("guichet_contacts_outcome_total") == 6 })
	assert.Equal(t, 6, th.count("guichet_contacts_offered_total"), "and nobody twice")
	assert.Equal(t, 1, th.count("guichet_invariant_violations_total"))
}
