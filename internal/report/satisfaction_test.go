package report_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/report"
	"github.com/guichet/guichet/internal/report/reporttest"
)

// rates is a call that an agent of the organisation's center ends, and what the caller
// answers then.
func rates(l *reporttest.Ledger, id contact.ID, o contact.Organisation, agent contact.Agent, key string) {
	l.Call(id, string(id))
	l.EnqueueIn(id, o)
	offer := l.Ring(id, agent)
	l.Pass(5 * time.Second)
	center := l.State.Floor.Agents[agent].Center
	l.Own(id, fact.Connected{Offer: offer, Organisation: o, ServedBy: center})
	l.Pass(time.Minute)
	l.Own(id, fact.LegEnded{Offer: offer, By: "agent"})
	l.Pass(4 * time.Second)
	l.Own(id, fact.Rated{Key: key, Queue: "particuliers", Center: center})
	l.Pass(2 * time.Second)
	l.Close(id, contact.Answered, "")
	l.Pass(14 * time.Second)
	l.Expire(agent)
}

// What callers answer after the call is counted once more, by queue and by organisation, and
// a counter of the fold that differs is told.
func TestTheAnswersAfterTheCallAreRecounted(t *testing.T) {
	t.Parallel()
	l := reporttest.Floor(reporttest.Site(), "a1", "a3")
	rates(l, "s1", reporttest.Adossement, "a1", "5")
	rates(l, "s2", reporttest.Adossement, "a1", "2")
	rates(l, "s3", reporttest.Adossement, "a1", "")
	rates(l, "s4", reporttest.Plateau, "a3", "5")
	r := made(t, l)
	assert.True(t, r.Checks.OK(), "%v %v", r.Checks.Differences, r.Checks.Violations)
	assert.Equal(t, report.Satisfaction{
		Queues: []report.Rated{{Name: "particuliers", Asked: 4, Answered: report.RatioOf(3, 4), Keys: map[string]int{"2": 1, "5": 2}}},
		Organisations: []report.Rated{
			{Name: "adossement", Asked: 3, Answered: report.RatioOf(2, 3), Keys: map[string]int{"2": 1, "5": 1}},
			{Name: "plateau", Asked: 1, Answered: report.RatioOf(1, 1), Keys: map[string]int{"5": 1}},
		},
	}, r.Satisfaction)
	var text bytes.Buffer
	require.NoError(t, r.WriteText(&text))
	assert.Regexp(t, `SATISFACTION +asked +answered / asked +keys\nparticuliers +4 +3/4 = 75.0 % +2: 1, 5: 2\nadossement +3 +2/3 = 66.7 % +2: 1, 5: 1\nplateau +1 +1/1 = 100.0 % +5: 1\n`, text.String())

	ratings := map[contact.ID]string{}
	for _, c := range r.Contacts {
		ratings[c.ID] = c.Rating
	}
	assert.Equal(t, map[contact.ID]string{"s1": "5", "s2": "2", "s3": "none", "s4": "5"}, ratings)
	var csv bytes.Buffer
	require.NoError(t, r.WriteCSV(&csv, report.Dialect{}))
	assert.Regexp(t, `(?m)^contact,.*,rating\r\n(s\d,.*\r\n)+$`, csv.String())
	assert.Regexp(t, `(?m)^s3,.*,none\r$`, csv.String())

	for id, said := range map[string]string{
		"s2": "was asked after the call, by particuliers, and answered 2", "s3": "was asked after the call, by particuliers, and gave no answer",
	} {
		s, err := tell(t, l, id)
		require.NoError(t, err)
		assert.Equal(t, said, s.Lines[len(s.Lines)-2].Text)
	}

	l.State.Tally.Ratings[fold.Join("particuliers", "cps_lyon", "plateau", "5")]++
	assert.Equal(t, []string{"satisfaction{particuliers,cps_lyon,plateau,5}: the fold says 2, the recount 1"}, made(t, l).Checks.Differences)
}

func TestNothingIsSaidOfAQuestionThatNobodyWasAsked(t *testing.T) {
	t.Parallel()
	r := afternoon(t)
	assert.Equal(t, report.Satisfaction{Queues: []report.Rated{}, Organisations: []report.Rated{}}, r.Satisfaction)
	var text bytes.Buffer
	require.NoError(t, r.WriteText(&text))
	assert.NotContains(t, text.String(), "SATISFACTION")
}
