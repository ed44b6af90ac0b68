package node

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/ledger"
)

// ready is a leader that owns a1, where somebody is about to be queued while an
// agent is ready whom others asked for before.
func ready(t *testing.T) (*leader, *paper) {
	t.Helper()
	l, log := leading(t, "a1")
	s := l.c.state
	require.Equal(t, acd.Accepted, s.Floor.Login(1, fact.LoggedIn{Agent: "a1002", Center: "ouest", Phone: "PJSIP/a1002"}))
	asked := fact.Queued{Queue: "particuliers", Rank: 1, Steps: []contact.Step{{Centers: []contact.Center{"ouest"}}}}
	require.Equal(t, acd.Accepted, s.Floor.Enqueue(1, "before", contact.Voice, asked))
	s.Floor.Leave("before")
	s.Contacts["x"] = &engine.Record{ID: "x", Medium: contact.Voice}
	asked.Rank = 2
	l.c.journal.write("a1", "x", 1, 2, nil, []fact.Fact{asked})
	return l, log
}

func kinds(batch []ledger.Entry) (all []string) {
	for _, e := range batch {
		all = append(all, e.Kind+" by "+e.Role)
	}
	return all
}

func TestTheOfferThatFollowsIsWrittenWithItsCause(t *testing.T) {
	t.Parallel()
	l, log := ready(t)
	log.append = errNoAnswer
	l.c.journal.flush(t.Context())
	require.NotEmpty(t, log.batches)
	require.Equal(t, []string{"queued by owner:a1", "offered by leader"}, kinds(log.batches[0]))
	o, err := fact.Decode(log.batches[0][1].Kind, log.batches[0][1].Data)
	require.NoError(t, err)
	assert.Equal(t, contact.Agent("a1002"), o.(fact.Offered).Agent)
	assert.Equal(t, uint64(1), o.(fact.Offered).ContactVersion)
	assert.Equal(t, uint64(2), o.(fact.Offered).QueueVersion)
}

func TestNothingIsForeseenUntilTheLastDecisionsAreKnown(t *testing.T) {
	t.Parallel()
	l, log := ready(t)
	log.append = errNoAnswer
	l.c.journal.flush(t.Context()) // its reply is lost
	l.c.journal.flush(t.Context())
	require.Len(t, log.batches, 2)
	assert.Equal(t, []string{"queued by owner:a1"}, kinds(log.batches[1]), "the first may have landed")
	assert.True(t, l.flight.isUnclear(), "the leader reads the log before it decides")
}

func TestWhoDoesNotLeadWritesTheCauseAlone(t *testing.T) {
	t.Parallel()
	l, log := ready(t)
	delete(l.c.state.Protocol.Nodes, ledger.Site)
	log.append = errNoAnswer
	l.c.journal.flush(t.Context())
	assert.Equal(t, []string{"queued by owner:a1"}, kinds(log.batches[0]))
	assert.False(t, l.flight.isUnclear())
}

func TestNothingIsForeseenBesideWhatGoesFirst(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]func(*leader){
		"cards are to be renewed": func(l *leader) { l.suspects.add("a1002") },
		"this controller leads no more": func(l *leader) {
			ended, cancel := context.WithCancel(t.Context())
			cancel()
			l.c.appending <- struct{}{} // it may look once more, and must not write
			_ = l.run(ended)
			<-l.c.appending
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, log := ready(t)
			log.append = errNoAnswer
			before(l)
			l.c.journal.flush(t.Context())
			require.NotEmpty(t, log.batches)
			assert.Equal(t, []string{"queued by owner:a1"}, kinds(log.batches[0]))
		})
	}
}

func TestAnOfferIsNotOlderThanItsCause(t *testing.T) {
	t.Parallel()
	l, log := ready(t)
	log.append = errNoAnswer
	ahead := l.c.clock.now() + 50_000
	l.c.journal.waiting[0].at = ahead // the clock was put back since
	l.c.journal.flush(t.Context())
	require.Len(t, log.batches[0], 2)
	assert.GreaterOrEqual(t, log.batches[0][1].At, ahead)
}
