package cli

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/contact"
)

func TestResumeConcernsWhomItMakesReadyForMore(t *testing.T) {
	t.Parallel()
	kept := []api.Aside{{Medium: contact.Email, Until: time.Now().Add(time.Minute), Why: "returned"}}
	for _, c := range []struct {
		agent api.Agent
		want  bool
	}{
		{api.Agent{State: acd.Paused}, true}, {api.Agent{State: acd.SetAside}, true}, {api.Agent{State: acd.WrapUp}, true},
		{api.Agent{State: acd.Ready}, false}, {api.Agent{State: acd.Ready, Asides: kept}, true},
		{api.Agent{State: acd.Talking, Asides: kept}, false}, {api.Agent{State: acd.LoggedOut}, false},
	} {
		assert.Equal(t, c.want, concerns("resume", c.agent), "%s, %v", c.agent.State, c.agent.Asides)
	}
}

func TestWhatIsKeptFromAnAgentIsInHisLine(t *testing.T) {
	t.Parallel()
	now := time.Now()
	a := api.Agent{State: acd.Ready, Asides: []api.Aside{{Medium: contact.Email, Until: now.Add(45 * time.Second), Why: "no_answer"}}}
	assert.Equal(t, "no email for 0:45, no answer", remark(a, now))
}
