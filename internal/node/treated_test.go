package node_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/status"
)

// Where the queue requires a note, neither the time nor a phone code ends the wrap-up.
func TestAWrapUpThatIsOwedANoteGoesOnUntilItIsNoted(t *testing.T) {
	t.Parallel()
	b := newBench(t, withCodes(t), policies(func(p *contact.Policies) { p.WrapUp = 300 * time.Millisecond }), func(s *config.Site) {
		for name, q := range s.Queues {
			q.CodeRequired = true
			s.Queues[name] = q
		}
	})
	b.phone("a1003", aritest.Answers(0))
	b.code("PJSIP/a1003", "*50", "1001#4711#")
	b.agentIs("a1001", acd.Ready)
	caller := b.ask()
	b.untilTalking(caller, "a1001")
	caller.Hangup()
	b.agentIs("a1001", acd.WrapUp)
	id := contact.ID(b.facts(fact.KindConnected)[0].Entry.Subject)
	b.until("its time to be over", func() (over bool) {
		b.c.View(func(s *fold.State) { over = b.c.Now() > s.Floor.Agents["a1001"].Until+time.Second.Microseconds() })
		return over
	})
	b.code("PJSIP/a1003", "*53", "")
	b.agentIs("a1001", acd.WrapUp)
	assert.Empty(t, b.facts(fact.KindExpired))
	assert.Empty(t, b.facts(fact.KindResumed))

	answer, err := b.c.Treat(t.Context(), "a1001", status.Treatment{Contact: id, Topic: "declaration", Note: "rappeler"}, "op-1")
	require.NoError(t, err)
	require.Empty(t, answer.Void)
	noted := b.facts(fact.KindTreated)[0].Fact.(fact.Treated)
	assert.NotEmpty(t, noted.Note)
	assert.NotContains(t, noted.Note, "rappeler", "the ledger has it encrypted")
	b.agentIs("a1001", acd.Ready)
	b.untilQuiet()
}
