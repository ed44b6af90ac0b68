package model_test

import (
	"cmp"
	"flag"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/model"
)

// brokenProtocols leave out one rule each: the kind of day on which it is missed
// often, in one of eight at the least. So somebody notices within a few days
// whatever the product makes of each of them: none depends on what one seed
// happens to play. -often counts on how many days it shows; where that becomes
// rare, the rule needs a day of its own (model.Revealing).
var brokenProtocols = []struct {
	rule model.Rule
	day  string
}{
	{model.DigestUnchecked, "same ids"},
	{model.RunUnchecked, "failover"},
	{model.EpochUnchecked, "slow redis"},
	{model.VersionsUnchecked, "slow redis"},
	{model.SeqUnchecked, "frozen redis"},
	{model.OffersWhileWaiting, "owner behind"},
	{model.CallsWhileWaiting, "called while behind"},
	{model.TwoBatches, "none"},
	{model.OrphansKept, "legs orphaned"},
	{model.WaitForEver, "node away"},
	{model.TakeUnchecked, "none"},
	{model.OffersUnanswered, "callers too quick"},
	{model.DroppedLegsCommanded, "slow legs"},
	{model.NoSilence, "frozen controller"},
	{model.CommandsNotRestated, "changed minds"},
	{model.OldCommandsRestated, "changed minds"},
	{model.OthersUnheard, "minds changed elsewhere"},
	{model.InversionsKept, "minds changed elsewhere"},
	{model.AnnouncementsNotRestated, "announced and lost"},
	{model.CallsUnclaimed, "slow redis"},
	{model.PlacesUncounted, "appointments, slow redis"},
	{model.PromisesToldEarly, "frozen redis"},
	{model.RecordingsUnsought, "none"},
	{model.FactsNotRestated, "failover"},
	{model.NeverYield, "half-open link"},
	{model.UnsentForgotten, "node given back"},
	{model.EpochUnchecked, "frozen in foresight"},
	{model.DroppedLegsJoined, "slow legs"},
	{model.TakenBackAtOnce, "events lost"},
	{model.FoldsPublished, "emptied and slow"},
	{model.NothingDerived, "rest blocked"},
	{model.OffersUnclaimed, "callers too quick"},
	{model.HandsKept, "letters"},
	{model.DeathsIgnored, "asterisk dead"},
	{model.SilenceIsDeath, "half-open link"},
}

// within is how many days may pass before somebody notices.
const within = 60

var often = flag.Int("often", 0, "play so many days of each broken protocol, and say on how many it shows")

func TestEachBrokenProtocolIsCaught(t *testing.T) {
	t.Parallel()
	for _, b := range brokenProtocols {
		t.Run(string(b.rule)+", "+b.day, func(t *testing.T) {
			t.Parallel()
			p, err := model.ProfileOf(b.day)
			require.NoError(t, err)
			shown, days := 0, cmp.Or(*often, within)
			for seed := range uint64(days) {
				r := model.Run(model.Options{Seed: seed, Profile: p, Broken: b.rule})
				if len(r.Violations) == 0 {
					continue
				}
				if shown++; shown == 1 {
					t.Logf("seed %d: %s", seed, r.Violations[0])
					whole := model.Run(model.Options{Seed: seed, Profile: p})
					assert.Empty(t, whole.Violations, "the same day with all rules")
				}
				if *often == 0 {
					return
				}
			}
			assert.Positive(t, shown, "nobody noticed")
			t.Logf("%s: shows on %d of %d days", b.day, shown, days)
		})
	}
}
