package node_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
	"github.com/guichet/guichet/internal/ledger/memory"
	"github.com/guichet/guichet/internal/status"
)

// neighbour is the controller of another node, of which nothing is here but what it writes.
type neighbour struct {
	b     *bench
	log   ledger.Log
	epoch ledger.ID
	seqs  map[contact.ID]uint64
}

const otherNode = "b1"

func (b *bench) neighbour() *neighbour {
	b.Helper()
	n := &neighbour{b: b, log: memory.NewLog(b.store), seqs: map[contact.ID]uint64{}}
	n.append(ledger.Entry{Kind: ledger.KindBeat, Subject: "c9", Role: ledger.RoleController}, ledger.Beat{Format: fold.Understands, Process: "p"})
	n.epoch = n.append(ledger.Entry{Kind: ledger.KindTake, Subject: otherNode, Role: ledger.RoleController}, ledger.Take{Process: "p"})
	b.until("the neighbour to be known", func() (known bool) {
		b.c.View(func(s *fold.State) { known = s.Protocol.Nodes[otherNode].Holder == "c9" })
		return known
	})
	return n
}

func (n *neighbour) append(e ledger.Entry, data any) ledger.ID {
	n.b.Helper()
	head, err := n.log.Open(context.Background())
	require.NoError(n.b, err)
	e.Format, e.Writer, e.At = 1, "c9", n.b.c.Now()
	e.Data, err = ledger.Canonical(data)
	require.NoError(n.b, err)
	done, err := n.log.Append(context.Background(), head.Gen, []ledger.Entry{e})
	require.NoError(n.b, err)
	return done.Positions[0].ID
}

// tells writes of a contact at the other node, and waits until it was folded here.
func (n *neighbour) tells(id contact.ID, facts ...fact.Fact) {
	n.b.Helper()
	for _, f := range facts {
		n.seqs[id]++
		n.append(ledger.Entry{
			Kind: string(f.Kind()), Subject: string(id), Role: ledger.Owner(otherNode), Epoch: n.epoch, Seq: n.seqs[id],
		}, f)
	}
	n.b.until("the neighbour to be heard", func() (heard bool) {
		n.b.c.View(func(s *fold.State) { heard = s.Protocol.Seq(string(id)) == n.seqs[id] })
		return heard
	})
}

// seesTalking tells of a caller of his who talks with an agent: a failover has lost how
// that began.
func (n *neighbour) seesTalking(id contact.ID, agent contact.Agent) (end func()) {
	const o fact.OfferID = "7-0/lost"
	nobody := []contact.Step{{Centers: []contact.Center{"elsewhere"}}}
	n.tells(id,
		fact.Arrived{Medium: contact.Voice, Entry: "2014", Node: otherNode, Line: "l", Rank: 1},
		fact.Queued{Queue: "particuliers", Rank: 1, Steps: nobody, Policies: contact.DefaultPolicies()},
		fact.Connected{Offer: o, ServedBy: "elsewhere", Bond: fact.Bond{Agent: agent, Center: "elsewhere", Queue: "particuliers"}})
	return func() {
		n.tells(id, fact.LegEnded{Offer: o, By: "agent"}, fact.Closed{Outcome: contact.Answered})
	}
}

func asBefore(c *conversation) {
	c.until("the two to talk as before", func() bool { return c.record(c.caller).Conversation() == engine.Together })
	c.hear(true, c.agent)
}

// Somebody is called into a conversation who is in another one, as is seen only now: that
// one holds, his phone stops ringing, and nobody else is harmed.
func TestWhoIsCalledAndSeenInAnotherConversationIsCalledNoMore(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		do   engine.Deed
		then func(*conversation)
	}{
		"to be consulted": {engine.Consult, asBefore},
		"to join":         {engine.Conference, asBefore},
		"to have the call": {engine.SendTo, func(c *conversation) {
			c.until("the caller to wait at his rank", func() bool { return c.record(c.caller).Standing() == "waiting" })
			c.hear(false)
			c.command("a1001", fact.Resumed{Agent: "a1001"})
			c.untilTalking(c.caller, "a1001")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := talking(t, aritest.Rings())
			n := c.neighbour()
			c.done("a1001", tc.do, colleague)
			c.until("the colleague's phone to ring", c.second.Ringing)
			ends := n.seesTalking("elsewhere-1", "a1003")
			c.until("his phone to ring no more", func() bool { return len(c.second.Legs()) == 0 })
			c.c.View(func(s *fold.State) {
				assert.Equal(c, "talking", s.Contacts["elsewhere-1"].Standing())
				assert.EqualValues(c, "7-0/lost", s.Floor.Agents["a1003"].Offer)
			})
			tc.then(c)
			assert.Equal(t, acd.Talking, c.bench.agent("a1003"))
			ends()
			c.agent.Hangup()
			c.until("everybody's line to be free", func() bool { return len(c.agent.Legs()) == 0 && c.caller.Channel().Gone })
			c.untilQuiet()
			assert.Equal(c, map[string]uint64{"answered": 2}, c.outcomes(), "each counted once")
			assert.EqualValues(t, 1, c.live().Repairs["uncalled"])
		})
	}
}

// After a failover nobody is called of whom the ledger may not know that he talks.
func TestNobodyIsCalledBeforeTheOwnersHaveCaughtUp(t *testing.T) {
	t.Parallel()
	c := talking(t, aritest.Rings())
	c.neighbour()
	before := c.mark()
	c.away()
	c.store.Lose()
	require.NoError(t, memory.NewLog(c.store).SaveSnapshot(context.Background(), before))
	_, err := memory.NewLog(c.store).Open(context.Background())
	require.NoError(t, err)
	c.back()
	c.until("the neighbour alone to be behind", func() (behind bool) {
		c.c.View(func(s *fold.State) { w := s.Protocol.WaitingFor(); behind = len(w) == 1 && w[0] == otherNode })
		return behind
	})
	for _, do := range []engine.Deed{engine.Consult, engine.SendTo, engine.Conference} {
		err := c.wish("a1001", do, colleague)
		c.refusedAs(status.CatchingUp, err)
		assert.ErrorContains(t, err, "node "+otherNode+" has not caught up")
	}
	c.refusedAs(status.CatchingUp, c.wish("a1001", engine.Supervise, func(w *status.Wish) { w.By, w.Role = "a1003", fact.Listening }))
	c.done("a1001", engine.Hold)
	c.hear(false, c.agent)
	assert.Empty(t, c.facts(fact.KindInvited))
	assert.Zero(t, c.second.Calls())
	c.caller.Hangup()
	c.over()
}
