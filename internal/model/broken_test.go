package model_test

import (
	"flag"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/model"
)

// brokenProtocols leave out one rule each: the kind of day on which it is missed,
// and a seed from which on it soon shows. After a change of the model another
// seed may be needed: -from-zero tries all from the first, and plays the day on
// which a rule was missed again with all of them.
var brokenProtocols = []struct {
	rule model.Rule
	day  string
	from uint64
}{
	{model.DigestUnchecked, "failover", 33},
	{model.RunUnchecked, "failover", 0},
	{model.EpochUnchecked, "slow redis", 0},
	{model.VersionsUnchecked, "slow redis", 5},
	{model.SeqUnchecked, "frozen redis", 1},
	{model.OffersWhileWaiting, "failover", 36},
	{model.TwoBatches, "none", 6},
	{model.OrphansKept, "rest blocked", 15},
	{model.WaitForEver, "node away", 2},
	{model.TakeUnchecked, "none", 1},
	{model.OffersUnanswered, "slow redis", 1},
	{model.DroppedLegsCommanded, "slow legs", 1},
	{model.NoSilence, "frozen controller", 0},
	{model.CommandsNotRestated, "failover", 20},
	{model.OldCommandsRestated, "failover", 5051},
	{model.FactsNotRestated, "failover", 0},
	{model.NeverYield, "half-open link", 0},
	{model.UnsentForgotten, "slow redis", 624},
}

// within is how many seeds may pass before somebody notices.
const within = 60

var fromZero = flag.Bool("from-zero", false, "look for broken protocols from the first seed on")

func TestEachBrokenProtocolIsCaught(t *testing.T) {
	t.Parallel()
	for _, b := range brokenProtocols {
		t.Run(string(b.rule), func(t *testing.T) {
			t.Parallel()
			p, err := model.ProfileOf(b.day)
			require.NoError(t, err)
			from := b.from
			if *fromZero {
				b.from = 0
			}
			for seed, end := b.from, max(b.from, from)+within; seed < end; seed++ {
				r := model.Run(model.Options{Seed: seed, Profile: p, Broken: b.rule})
				if len(r.Violations) > 0 {
					t.Logf("seed %d: %s", seed, r.Violations[0])
					if *fromZero {
						whole := model.Run(model.Options{Seed: seed, Profile: p})
						assert.Empty(t, whole.Violations, "the same day with all rules")
					}
					return
				}
			}
			assert.Fail(t, "nobody noticed")
		})
	}
}
