package node_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
	"github.com/guichet/guichet/internal/ledger/memory"
	"github.com/guichet/guichet/ivr"
)

// older is a controller of the first format beside ours: it beats, and must be able to
// fold whatever is written.
type older struct {
	b    *bench
	log  ledger.Log
	fold *fold.State
}

func (b *bench) older() *older {
	b.Helper()
	o := &older{b: b, log: memory.NewLog(b.store), fold: fold.New()}
	o.fold.Protocol.Know(fold.KindsOf(1))
	o.beats(1)
	return o
}

func (o *older) beats(format int) {
	o.b.Helper()
	head, err := o.log.Open(context.Background())
	require.NoError(o.b, err)
	data, err := ledger.Canonical(ledger.Beat{Format: format, Process: "p"})
	require.NoError(o.b, err)
	_, err = o.log.Append(context.Background(), head.Gen, []ledger.Entry{{
		Kind: ledger.KindBeat, Format: 1, Subject: "c0", Writer: "c0", Role: ledger.RoleController, Data: data,
	}})
	require.NoError(o.b, err)
}

// reads folds all there is, and says where it had to stop.
func (o *older) reads() ledger.Verdict {
	o.b.Helper()
	entries, err := o.log.Read(context.Background(), o.fold.Protocol.Last.ID, 10_000, 0)
	require.NoError(o.b, err)
	for _, e := range entries {
		if v := o.fold.Apply(e).Verdict; v.Stops() {
			return v
		}
	}
	return ledger.Verdict{Outcome: ledger.Accepted}
}

// While a site is updated, a controller that does not know calls back, messages and
// announcements never meets them: callers take another exit, and people are told why.
func TestAnOlderControllerNeverMeetsWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	b := raise(t, aritest.Config{}, callsBack, func(s *config.Site) {
		nodes := s.Entries["2014"].Tree.Nodes
		nodes["conseiller"].(*ivr.CallbackNode).Failed = ivr.Exit{Goto: "message"}
		nodes["message"] = &ivr.Voicemail{Mailbox: "accueil", Error: ivr.Exit{Prompts: []ivr.Prompt{"ferme"}}}
	})
	old := b.older()
	b.launch("c1")
	b.until("the link to be up", func() bool { return len(b.c.NotReady()) == 0 && b.c.Links()[0].Held })
	asks := b.ask()
	b.until("the caller to be told that there is neither", func() bool { return b.played(asks, "ferme") == 1 })
	b.until("the caller to be gone", func() bool { return asks.Channel().Gone && b.contacts() == 0 })
	said := fact.Announced{Place: fact.Place{Entry: "2014"}, Sounds: map[string][]string{"fr": {"sound:panne"}}, Until: b.c.Now() + 3600e6}
	_, err := b.c.Announce(context.Background(), said.Place, said, "op-1")
	require.ErrorContains(t, err, "older version")
	assert.Equal(t, ledger.Accepted, old.reads().Outcome)
	b.c.View(func(s *fold.State) {
		assert.Equal(t, s.Protocol.Last, old.fold.Protocol.Last)
		assert.Equal(t, s.Protocol.Voids, old.fold.Protocol.Voids, "and judged all of it alike")
	})

	old.beats(2) // it was replaced
	b.until("the new kinds to be written", b.ready)
	_, err = b.c.Announce(context.Background(), said.Place, said, "op-2")
	require.NoError(t, err)
	b.ask()
	b.until("who comes now to be promised a call", func() bool { return len(b.facts(fact.KindCallbackRequested)) == 1 })
	assert.Equal(t, ledger.UnknownKind, old.reads().Reason, "the old program would stop, and say so")
}
