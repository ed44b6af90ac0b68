// Package ledgertest holds what every ledger must do, as one suite: run it
// against each implementation of ledger.Log. It also starts real Redis servers
// for tests, here and in other packages; see StartRedis.
//
// Read Backend and Run first.
package ledgertest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/ledger"
)

// Backend is one empty site's log under test.
type Backend struct {
	// Log is a further view of the same log, as another controller or a
	// restarted one would get it. It is closed when the test ends.
	Log func(t testing.TB) ledger.Log
	// Lose removes the log but not the snapshot.
	Lose func(t testing.TB)
}

// Run holds a ledger to the conformance suite. Fresh makes a backend without a
// log, independent of all others.
func Run(t *testing.T, fresh func(t testing.TB) Backend) {
	suite := []struct {
		name string
		test func(*testing.T, Backend)
	}{
		{"the first Open begins the log, later ones find it", firstOpenBegins},
		{"controllers that open an empty site at once agree on one genesis", oneGenesis},
		{"entries come back as they were written, in order, chained by digest", orderAndChain},
		{"a batch of 256 facts is written as a whole, one of 257 is refused", batchBounds},
		{"a batch that cannot be stored is refused whole", invalidBatches},
		{"a batch of another generation is refused and says where the log stands", wrongGeneration},
		{"concurrent appenders keep one chain", concurrentAppenders},
		{"an append tells whether the writer may fold its own facts at once", appendTellsPrev},
		{"a waiting read returns as soon as something is written", tailWakes},
		{"a waiting read ends with nothing when its time is over", tailEnds},
		{"cancelling ends a waiting read at once", tailCancel},
		{"reading goes on after a given entry, in pieces", readInPieces},
		{"another handle reads the same log", readByAnother},
		{"the entry at a place is found with its digest, and only there", entryAt},
		{"data of 200 kB comes back", largeData},
		{"a snapshot of many chunks comes back, the latest wins", snapshotRoundTrip},
		{"over a log that survived no other fold is published", foreignSnapshot},
		{"a snapshot that comes late is not published over a log begun by another", snapshotOfLostLog},
		{"a lost log refuses appends and begins again one generation higher", lostLog},
		{"a log lost after a snapshot continues the snapshot", lostLogContinues},
		{"a log that continues a snapshot from a faster clock goes on behind it", lostLogSlowClock},
		{"of two controllers that continue a lost log one is first, and both can fold it", lostLogOfTwo},
		{"a log deleted under its reader and writer shows to both", lostUnderway},
		{"a log that continues a snapshot keeps it as its base", baseOfLostLog},
		{"a trimmed log is folded from its base and goes on", trimmedLog},
		{"trimming again moves the base and leaves the snapshot", trimmedAgain},
		{"a version comes back as it was kept, to anybody, until it is dropped", versionRoundTrip},
		{"a version that is kept is never changed", versionStays},
		{"versions survive the loss of the log", versionsSurvive},
		{"the time of the store is the time", storeTime},
		{"a closed or cancelled ledger says so", closedAndCancelled},
	}
	for _, s := range suite {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			s.test(t, fresh(t))
		})
	}
}

// patience bounds what must happen at once, on a slow machine.
const patience = 10 * time.Second

func within(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

// Fact is a domain fact for tests: kind "noted", by the API.
func Fact(op string, data any) ledger.Entry {
	canonical, err := ledger.Canonical(data)
	if err != nil {
		panic(err)
	}
	return ledger.Entry{
		Kind: "noted", Format: 1, Subject: "s-1", Writer: "ctl-1", Role: ledger.RoleAPI,
		At: 1_700_000_000_123_456, Op: op, Data: canonical,
	}
}

// Kinds are those of the facts that this package makes.
var Kinds = ledger.Kinds{"noted": {Format: 1, By: ledger.ByAPI | ledger.ByOwner | ledger.ByLeader}}

func facts(n int) []ledger.Entry {
	batch := make([]ledger.Entry, n)
	for i := range batch {
		batch[i] = Fact(fmt.Sprint("op-", i), map[string]any{"n": i})
	}
	return batch
}

func open(t testing.TB, l ledger.Log) ledger.Head {
	t.Helper()
	head, err := l.Open(within(t))
	require.NoError(t, err)
	return head
}

func appendAll(t testing.TB, l ledger.Log, gen uint64, batch []ledger.Entry) ledger.Appended {
	t.Helper()
	landed, err := l.Append(within(t), gen, batch)
	require.NoError(t, err)
	require.Len(t, landed.Positions, len(batch))
	return landed
}

// readAll reads the whole log and checks its chain as a fold would.
func readAll(t testing.TB, l ledger.Log) []ledger.Entry {
	t.Helper()
	var all []ledger.Entry
	var after ledger.ID
	for {
		entries, err := l.Read(within(t), after, 100, 0)
		require.NoError(t, err)
		if len(entries) == 0 {
			break
		}
		all = append(all, entries...)
		after = entries[len(entries)-1].Self.ID
	}
	requireChain(t, all)
	return all
}

func requireChain(t testing.TB, entries []ledger.Entry) {
	t.Helper()
	for i, e := range entries {
		body, err := e.Body()
		require.NoError(t, err)
		require.Equal(t, e.Prev.Next(e.Self.ID, body), e.Self, "digest of entry %d", i)
		if i == 0 {
			continue
		}
		require.Equal(t, entries[i-1].Self, e.Prev, "prev of entry %d", i)
		require.Positive(t, e.Self.ID.Compare(e.Prev.ID), "entry %d comes after the one before", i)
	}
}
