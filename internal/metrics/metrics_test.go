package metrics_test

import (
	"errors"
	"io"
	"maps"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/metrics"
	"github.com/guichet/guichet/internal/report"
	"github.com/guichet/guichet/internal/report/reporttest"
	"github.com/guichet/guichet/internal/status"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// scraped is the value of every series, by name and labels in order of labels;
// of a histogram its count and sum.
type scraped map[string]float64

func scrape(t *testing.T, r *prometheus.Registry) scraped {
	t.Helper()
	families, err := r.Gather()
	require.NoError(t, err)
	found := scraped{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			var labels []string
			for _, l := range m.GetLabel() {
				labels = append(labels, l.GetName()+"="+l.GetValue())
			}
			name := strings.TrimPrefix(f.GetName(), "guichet_") + "{" + strings.Join(labels, ",") + "}"
			switch {
			case m.GetCounter() != nil:
				found[name] = m.GetCounter().GetValue()
			case m.GetGauge() != nil:
				found[name] = m.GetGauge().GetValue()
			case m.GetHistogram() != nil:
				found[name] = float64(m.GetHistogram().GetSampleCount())
				found["sum of "+name] = m.GetHistogram().GetSampleSum()
			}
		}
	}
	return found
}

func afternoon() *reporttest.Controller {
	site := reporttest.Site()
	return reporttest.NewController(reporttest.Afternoon(site), site)
}

func TestNamesFollowTheConventionsOfPrometheus(t *testing.T) {
	t.Parallel()
	o := metrics.NewObserver()
	o.OnLedger("append", time.Millisecond)
	o.OnARIRequest("channel.play", time.Millisecond, errors.New("refused"))
	o.OnEventLag("ast1", time.Millisecond)
	o.OnBackend("dossier", "2xx", time.Millisecond)
	o.OnMessage("sms", "sent")
	o.OnUnpromised("limit")
	o.OnBarred("number")
	o.OnCircling("transferred_too_often")
	problems, err := testutil.GatherAndLint(metrics.New(afternoon(), o))
	require.NoError(t, err)
	assert.Empty(t, problems)
}

// contract are the names of the design with their labels.
var contract = map[string]string{
	"contacts_offered_total": "entry,medium", "contacts_asked_total": "entry,medium,organisation,queue",
	"contacts_outcome_total":   "center,medium,outcome,queue",
	"contacts_abandoned_total": "entry,queue,short,stage", "contacts_dissuaded_total": "queue,reason",
	"queue_waiting": "queue", "queue_oldest_wait_seconds": "queue", "wait_seconds": "outcome,queue", "queue_estimated_wait_seconds": "queue",
	"talk_seconds": "", "wrapup_seconds": "", "offer_latency_seconds": "",
	"answered_ratio": "queue,window", "answered_window": "queue,window", "asked_window": "queue,window",
	"agents": "center,state", "offers_total": "result", "ledger_seconds": "op", "ari_connected": "node",
	"ari_event_lag_seconds": "node", "ari_request_seconds": "op", "repairs_total": "kind", "void_total": "kind",
	"invariant_violations_total": "invariant",
}

func TestEveryNameOfTheContractIsServedWithItsLabels(t *testing.T) {
	t.Parallel()
	o := metrics.NewObserver()
	o.OnLedger("append", time.Millisecond)
	o.OnARIRequest("channel.play", time.Millisecond, nil)
	o.OnEventLag("ast1", time.Millisecond)
	c := afternoon()
	c.Change(func(l *reporttest.Ledger) { l.Expire("a1") }) // void: a1 talks
	families, err := metrics.New(c, o).Gather()
	require.NoError(t, err)
	served := map[string]string{}
	for _, f := range families {
		name, ours := strings.CutPrefix(f.GetName(), "guichet_")
		if !ours {
			continue
		}
		labels := map[string]bool{}
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				labels[l.GetName()] = true
			}
		}
		served[name] = strings.Join(slices.Sorted(maps.Keys(labels)), ",")
	}
	for name, labels := range contract {
		got, ok := served[name]
		assert.True(t, ok, "guichet_%s is not served", name)
		assert.Equal(t, labels, got, "labels of guichet_%s", name)
	}
}

func TestCountersEqualARecountOfTheLedger(t *testing.T) {
	t.Parallel()
	c := afternoon()
	got := scrape(t, metrics.New(c, metrics.NewObserver()))
	r, err := report.Make(t.Context(), c, report.Period{From: time.Unix(0, 0), To: time.Unix(1<<40, 0)})
	require.NoError(t, err)

	// The rows are the recount: nothing of the fold's counters is in them.
	want := scraped{}
	for _, row := range r.Contacts {
		want["contacts_offered_total{entry="+string(row.Entry)+",medium=voice}"]++
		if row.Outcome == contact.StillHere {
			want["contacts_still_here{}"]++
			continue
		}
		want["contacts_outcome_total{center="+string(row.ServedBy)+",medium=voice,outcome="+string(row.Outcome)+",queue="+string(row.Queue)+"}"]++
		if row.Asked {
			want["contacts_asked_total{entry=2014,medium=voice,organisation="+string(row.Organisation)+",queue="+string(row.Queue)+"}"]++
		}
		if row.Outcome == contact.Abandoned {
			short := "no"
			if row.Short {
				short = "yes"
			}
			want["contacts_abandoned_total{entry=2014,queue="+string(row.Queue)+",short="+short+",stage="+string(row.Stage)+"}"]++
		}
		if row.Outcome == contact.Dissuaded {
			want["contacts_dissuaded_total{queue="+string(row.Queue)+",reason="+string(row.Refusal)+"}"]++
		}
		if !row.Queued.IsZero() {
			name := "wait_seconds{outcome=" + string(row.Outcome) + ",queue=" + string(row.Queue) + "}"
			want[name]++
			want["sum of "+name] += row.Wait.Duration().Seconds()
		}
		want["sum of talk_seconds{}"] += row.Talk.Duration().Seconds()
		want["sum of wrapup_seconds{}"] += row.WrapUp.Duration().Seconds()
	}
	want["offer_latency_seconds{}"] = float64(r.Summary.OfferLatency.Count)
	want["sum of offer_latency_seconds{}"] = .040 // five rings, 8 ms each
	for name, value := range want {
		assert.InDelta(t, value, got[name], 1e-9, name)
	}
	for name, value := range got {
		if strings.HasPrefix(name, "contacts_") && !strings.HasPrefix(name, "contacts_live") && value != 0 {
			assert.Contains(t, want, name, "counted, but not in the recount")
		}
	}
}

func TestTheFloorIsShownAsItIsNow(t *testing.T) {
	t.Parallel()
	got := scrape(t, metrics.New(afternoon(), metrics.NewObserver()))
	for name, want := range map[string]float64{
		"queue_waiting{queue=particuliers}":              1,
		"queue_oldest_wait_seconds{queue=particuliers}":  14,
		"queue_waiting{queue=recouvrement}":              0,
		"queue_oldest_wait_seconds{queue=recouvrement}":  0,
		"agents{center=cis_ouest,state=talking}":         1,
		"agents{center=cis_ouest,state=set_aside}":       1,
		"agents{center=cis_ouest,state=ready}":           0,
		"agents{center=cps_lyon,state=paused}":           1,
		"agents{center=cps_lyon,state=logged_out}":       1, // a4 never logged in
		"answered_window{queue=particuliers,window=15m}": 3, "asked_window{queue=particuliers,window=15m}": 5,
		"answered_ratio{queue=particuliers,window=15m}":  .6,
		"answered_window{queue=recouvrement,window=day}": 0, "asked_window{queue=recouvrement,window=day}": 2,
		"abandoned_window{queue=particuliers,window=15m}": 1, "abandoned_window{queue=recouvrement,window=1h}": 1,
		"entry_answered_window{entry=2014,window=15m}": 3, "entry_asked_window{entry=2014,window=day}": 7,
		"organisation_answered_window{organisation=existant,window=1h}": 3, "organisation_asked_window{organisation=existant,window=1h}": 7,
		"center_answered_window{center=cis_ouest,window=15m}": 2, "center_asked_window{center=cis_ouest,window=15m}": 6,
		"center_answered_window{center=cps_lyon,window=15m}": 1, "center_asked_window{center=cps_lyon,window=15m}": 6, // not c06: full
		"queue_waiting_while_ready{queue=particuliers}": 0, "center_open{center=cps_lyon}": 1,
		"offers_total{result=no_answer}": 1, "offers_total{result=caller_left}": 1, "offers_total{result=connected}": 3, "offers_total{result=lost}": 0,
		"ari_connected{node=ast1}": 1, "ari_held{node=ast1}": 1, "ari_link_total{kind=unknown,node=ast1}": 2,
		"repairs_total{kind=orphan_leg}": 1, "ledger_up{}": 1, "invariant_violations_total{invariant=I4}": 0,
	} {
		value, served := got[name]
		assert.True(t, served, name)
		assert.InDelta(t, want, value, 1e-9, name)
	}
}

func TestSeriesExistBeforeTheyAreFirstCountedAndRatesOnlyWithADenominator(t *testing.T) {
	t.Parallel()
	site := reporttest.Site()
	got := scrape(t, metrics.New(reporttest.NewController(reporttest.Floor(site), site), metrics.NewObserver()))
	for _, name := range []string{
		"contacts_offered_total{entry=2014,medium=voice}", "contacts_dissuaded_total{queue=recouvrement,reason=no_agent}",
		"entry_asked_window{entry=2014,window=1h}", "organisation_asked_window{organisation=existant,window=day}",
		"center_answered_window{center=cis_ouest,window=15m}", "abandoned_window{queue=particuliers,window=15m}", "queue_waiting_while_ready{queue=recouvrement}",
		"offers_total{result=busy}", "talk_seconds{}", "asked_window{queue=particuliers,window=1h}", "invariant_violations_total{invariant=I1}",
	} {
		value, served := got[name]
		assert.True(t, served, name)
		assert.Zero(t, value, name)
	}
	for name := range got {
		assert.NotContains(t, name, "answered_ratio", "a rate over nothing is no rate")
	}
}

func TestWhoWaitsWhileAnAgentIsReadyIsShownAfterASecond(t *testing.T) {
	t.Parallel()
	site := reporttest.Site()
	l := reporttest.Floor(site, "a1")
	l.Arrive("c01")
	l.Enqueue("c01", "particuliers")
	l.Pass(1500 * time.Millisecond)
	got := scrape(t, metrics.New(reporttest.NewController(l, site), metrics.NewObserver()))
	assert.InDelta(t, 1, got["queue_waiting_while_ready{queue=particuliers}"], 0)
}

func TestTotalsAreNotShownBeforeTheLedgerIsRead(t *testing.T) {
	t.Parallel()
	site := reporttest.Site()
	l := reporttest.Floor(site)
	l.State = fold.New()
	got := scrape(t, metrics.New(reporttest.NewController(l, site), metrics.NewObserver()))
	for name := range got {
		assert.NotContains(t, name, "contacts_offered_total", "a total of 0 would look like a fall")
	}
	assert.Contains(t, got, "ledger_up{}")
}

func TestNothingPersonalIsALabel(t *testing.T) {
	t.Parallel()
	c := afternoon()
	c.LiveNow = status.Live{Stray: map[string]uint64{"channel": 3}, Contacts: 4, Journal: 5}
	rec := httptest.NewRecorder()
	metrics.Handler(metrics.New(c, metrics.NewObserver())).ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), "GET", "/metrics", nil))
	body, err := io.ReadAll(rec.Body)
	require.NoError(t, err)
	require.Equal(t, 200, rec.Code)
	text := string(body)
	assert.Contains(t, text, "guichet_stray_total{kind=\"channel\"} 3")
	assert.Contains(t, text, "guichet_journal_facts 5")
	assert.Contains(t, text, "go_goroutines")
	for _, personal := range []string{"0612345678", "c01", "Camille", "\"a1\""} {
		assert.NotContains(t, text, personal)
	}
}
