package node_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/config"
)

// A campaign ends while a caller is in its menu, and the controller is replaced: he
// stays in the tree he was in, with its prompts; who calls next meets the ordinary one.
func TestACallKeepsTheTreeOfTheCampaignInWhichItBegan(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(s *config.Site) {
		s.Calendars["bureau"] = s.Calendars["demo"]
		s.Campaigns[0].From, s.Campaigns[0].Until = time.Now().Add(-time.Hour), time.Now().Add(24*time.Hour)
	})
	caller := b.call()
	assert.Equal(t, "sound:guichet/bienvenue-avis", b.hears(caller, "menu_avis"))

	b.stop()
	b.site.Campaigns[0].Until = time.Now()
	b.start()
	played := len(caller.Channel().Played)
	caller.Press("8") // no choice: the menu is said again
	b.until("the menu", func() bool { return len(caller.Channel().Played) > played+1 })
	assert.NotContains(t, caller.Channel().Played, "sound:guichet/menu_motif")
	next := b.call()
	assert.Equal(t, "sound:guichet/bienvenue", b.hears(next, "menu_motif"))
	assert.NotContains(t, next.Channel().Played, "sound:guichet/menu_avis")

	// His key is one of the tree that he is in.
	caller.Press("175")
	b.until("the caller to have asked", func() bool { rec := b.record(caller); return rec == nil || rec.Topic == "avis" })
	next.Hangup()
	caller.Hangup()
	b.untilQuiet()
}
