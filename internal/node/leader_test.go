package node

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

// paper is a ledger that shows what was to be appended and fails as told.
type paper struct {
	ledger.Log
	batches [][]ledger.Entry
	append  error
	read    error
}

func (p *paper) Append(_ context.Context, _ uint64, batch []ledger.Entry) (ledger.Appended, error) {
	p.batches = append(p.batches, batch)
	return ledger.Appended{}, p.append
}

func (p *paper) Read(context.Context, ledger.ID, int, time.Duration) ([]ledger.Entry, error) {
	return nil, p.read
}

// leading is the leader of a site in which a wrap-up is over; it holds these nodes too.
func leading(t *testing.T, nodes ...string) (*leader, *paper) {
	t.Helper()
	c := controllerOf(fold.New())
	holding(t, c, append([]string{ledger.Site}, nodes...)...)
	c.appending = make(chan struct{}, 1)
	log := &paper{}
	c.ledger, c.leader = log, newLeader(c)
	c.state.Floor.Agents["a1001"] = &acd.Agent{ID: "a1001", State: acd.WrapUp, Until: 1}
	c.state.Floor.Reindex()
	return c.leader, log
}

var errNoAnswer = errors.New("no answer")

func TestTheLeaderDecidesNothingUntilItsLastBatchIsFolded(t *testing.T) {
	t.Parallel()
	l, log := leading(t)
	log.append = errNoAnswer
	l.flight.landed([]ledger.Entry{{Self: ledger.Position{ID: ledger.ID{Ms: 7}}, Gen: 1}})
	l.decide(t.Context())
	assert.Empty(t, log.batches, "its last batch is on its way")

	l.c.state.Protocol.Last.ID = ledger.ID{Ms: 7}
	l.decide(t.Context())
	assert.Len(t, log.batches, 1)
}

func TestTheLeaderDecidesNothingAfterALostReplyUntilTheLogWasRead(t *testing.T) {
	t.Parallel()
	l, log := leading(t)
	log.append, log.read = errNoAnswer, errNoAnswer
	l.decide(t.Context())
	require.Len(t, log.batches, 1)
	l.decide(t.Context())
	require.Len(t, log.batches, 1, "the log does not say yet what became of it")
	log.read = nil
	l.decide(t.Context())
	assert.Len(t, log.batches, 2)
}

// A node waits for an owner that does not come back: the site's offers do not
// wait for ever with it.
func TestTheLeaderGivesUpANodeWhoseOwnerDoesNotCatchUp(t *testing.T) {
	t.Parallel()
	l, _ := leading(t)
	s := l.c.state
	s.Protocol.Controllers = map[string]ledger.Controller{"c2": {Beat: ledger.ID{Ms: 1}}, "c3": {Beat: ledger.ID{Ms: 1}}}
	s.Protocol.Nodes["nobodys"] = ledger.Node{Waiting: true}
	s.Protocol.Nodes["dead"] = ledger.Node{Waiting: true, Holder: "c2"}
	s.Protocol.Nodes["slow"] = ledger.Node{Waiting: true, Holder: "c3"}
	assert.Empty(t, l.givenUp(s, 1))
	for node, seen := range l.silent {
		seen.since = seen.since.Add(-abandonAfter)
		l.silent[node] = seen
	}
	s.Protocol.Controllers["c3"] = ledger.Controller{Beat: ledger.ID{Ms: 2}}
	var given []string
	for _, e := range l.givenUp(s, 1) {
		assert.Equal(t, ledger.KindCaughtUp, e.Kind)
		given = append(given, e.Subject)
	}
	assert.Equal(t, []string{"dead", "nobodys"}, given)

	s.Protocol.Nodes["dead"], s.Protocol.Nodes["nobodys"] = ledger.Node{Holder: "c2"}, ledger.Node{}
	assert.Empty(t, l.givenUp(s, 1))
	assert.Len(t, l.silent, 1, "what does not wait is forgotten")

	// Nor do they wait for another process of a dead owner's name, which beats and cannot reach it.
	seen := l.silent["slow"]
	seen.waited = seen.waited.Add(-abandonAnyway)
	l.silent["slow"] = seen
	s.Protocol.Controllers["c3"] = ledger.Controller{Beat: ledger.ID{Ms: 3}}
	assert.Len(t, l.givenUp(s, 1), 1)
}

// A panic of the match ends neither the process nor the rest of what is due: the
// next leader would meet the same state.
func TestALeaderDecidesTheRestWhenOnePartPanics(t *testing.T) {
	t.Parallel()
	l, _ := leading(t)
	s := l.c.state
	s.Protocol.Nodes["a1"] = ledger.Node{Waiting: true}
	l.silent["a1"] = silence{since: time.Now().Add(-time.Hour), waited: time.Now().Add(-time.Hour)}
	s.Floor = nil
	batch, _ := l.decisions(s)
	require.Len(t, batch, 1)
	assert.Equal(t, ledger.KindCaughtUp, batch[0].Kind)
	assert.Positive(t, l.c.live.repairs[panicked])
}
