package metrics_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/metrics"
	"github.com/guichet/guichet/internal/report/reporttest"
)

func TestEachMailboxShowsWhatWaitsAndWhatCouldNotBeLeft(t *testing.T) {
	t.Parallel()
	site := reporttest.Site()
	site.Mailboxes = map[string]config.Mailbox{"accueil": {Name: "accueil", MaxWaiting: 200, Within: 15 * time.Second}, "vide": {Name: "vide", MaxWaiting: 5}}
	l := reporttest.Floor(site)
	l.Arrive("c01")
	for _, id := range []fact.MessageID{"c01.1", "c01.2"} {
		l.Own("c01", fact.MessageLeft{Message: id, Mailbox: "accueil", Lasts: 5 * time.Second, Menu: []byte(`{}`)})
		l.Pass(10 * time.Second)
	}
	l.Own("c01", fact.Closed{Outcome: contact.Message, Decided: []fact.Decided{
		{Node: "m", Case: fact.OnFull, Mailbox: "accueil"}, {Node: "m", Case: "on_error", Mailbox: "ancienne"},
	}})
	c := reporttest.NewController(l, site)
	for done, want := range []map[string]float64{
		{"waiting{mailbox=accueil}": 2, "oldest_wait_seconds{mailbox=accueil}": 20, "overdue{mailbox=accueil}": 1},
		{"waiting{mailbox=accueil}": 1, "oldest_wait_seconds{mailbox=accueil}": 10, "overdue{mailbox=accueil}": 0},
		{"waiting{mailbox=accueil}": 0, "oldest_wait_seconds{mailbox=accueil}": 0},
	} {
		got := scrape(t, metrics.New(c, metrics.NewObserver()))
		for name, value := range map[string]float64{
			"total{mailbox=accueil}": 2, "limit{mailbox=accueil}": 200, "failed_total{mailbox=accueil,reason=full}": 1, "failed_total{mailbox=accueil,reason=not_recorded}": 0,
			"total{mailbox=vide}": 0, "waiting{mailbox=vide}": 0, "failed_total{mailbox=vide,reason=full}": 0, "limit{mailbox=vide}": 5,
			"failed_total{mailbox=ancienne,reason=not_recorded}": 1,
		} {
			want[name] = value
		}
		assert.NotContains(t, got, "recorded_messages_overdue{mailbox=vide}", "it has no deadline")
		for name, value := range want {
			found, served := got["recorded_messages_"+name]
			assert.True(t, served, name)
			assert.InDelta(t, value, found, 1e-9, name)
		}
		if done < 2 {
			id := fact.MessageID([]string{"c01.1", "c01.2"}[done])
			c.Change(func(l *reporttest.Ledger) {
				l.Wish(id.Subject(), string(id), fact.MessageDone{Message: id, By: "marie"})
			})
		}
	}
}

func TestWhatIsKeptLongerThanItMayIsShownByNode(t *testing.T) {
	t.Parallel()
	site := reporttest.Site()
	l := reporttest.Floor(site)
	l.Arrive("c01")
	l.Own("c01", fact.MessageLeft{Message: "c01.1", Mailbox: "accueil", Lasts: time.Second, Retention: time.Hour, Menu: []byte(`{}`)})
	l.Own("c01", fact.Closed{Outcome: contact.Message})
	l.Wish("message:c01.1", "op", fact.MessageDone{Message: "c01.1", By: "marie"})
	for passed, want := range []float64{0, 0, 1} {
		got := scrape(t, metrics.New(reporttest.NewController(l, site), metrics.NewObserver()))
		assert.InDelta(t, want, got["recordings_overdue{node="+string(reporttest.Node)+"}"], 1e-9, "look %d", passed)
		l.Pass([]time.Duration{time.Hour, 2 * time.Minute, 0}[passed])
	}
}
