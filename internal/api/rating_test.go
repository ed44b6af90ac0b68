package api_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/report/reporttest"
	"github.com/guichet/guichet/ivr"
)

// Whoever is asked after the call is shown as such, and without the agent, who is free.
func TestWhoIsAskedAfterTheCallIsNotShownWithTheAgentWhoIsFree(t *testing.T) {
	t.Parallel()
	for share, standing := range map[int]string{100: "rating", 0: "leaving"} {
		site := reporttest.Site()
		q := site.Queues["income"]
		q.Satisfaction = config.Satisfaction{Question: []ivr.Prompt{"content"}, Keys: "12", Share: share}
		site.Queues["income"] = q
		l := reporttest.Floor(site, "a1")
		l.Arrive("c51")
		l.Enqueue("c51", "income")
		offer := l.Answer("c51", "a1", time.Second)
		h := houseOf(reporttest.NewController(l, site))
		shown := func() api.Call {
			all := get[[]api.Call](t, h, "/api/v1/calls")
			require.Len(t, all, 1)
			return all[0]
		}
		assert.Equal(t, []any{"talking", contact.Agent("a1")}, []any{shown().Standing, shown().Agent})
		h.Change(func(l *reporttest.Ledger) { l.Own("c51", fact.LegEnded{Offer: offer, By: "agent"}) })
		assert.Equal(t, []any{standing, contact.Agent("")}, []any{shown().Standing, shown().Agent})
		assert.Equal(t, map[string]int{standing: 1}, get[api.Top](t, h, "/api/v1/top").Calls)
		if share > 0 {
			h.Change(func(l *reporttest.Ledger) { l.Own("c51", fact.Rated{Key: "2", Queue: "income", Center: "ouest"}) })
			assert.Equal(t, "leaving", shown().Standing, "he has answered")
		}
	}
}
