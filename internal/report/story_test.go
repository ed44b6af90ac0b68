package report_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/report"
	"github.com/guichet/guichet/internal/report/reporttest"
)

func tell(t *testing.T, l *reporttest.Ledger, prefix string) (*report.Story, error) {
	t.Helper()
	return report.Tell(t.Context(), reporttest.NewController(l, reporttest.Site()), prefix)
}

func TestAStoryTellsEachFactInWords(t *testing.T) {
	t.Parallel()
	l := reporttest.Afternoon(reporttest.Site())
	for _, id := range []string{"c01", "c04", "c09", "c10"} {
		s, err := tell(t, l, id)
		require.NoError(t, err)
		var text bytes.Buffer
		require.NoError(t, s.WriteText(&text))
		golden(t, "story-"+id+".txt", text.String())
	}
}

func TestAPrefixThatNoOtherHasIsEnough(t *testing.T) {
	t.Parallel()
	l := floor()
	l.Arrive("ab-1")
	l.Arrive("ab-12")
	l.Arrive("cd-1")
	s, err := tell(t, l, "c")
	require.NoError(t, err)
	assert.Equal(t, contact.ID("cd-1"), s.Contact.ID)
	s, err = tell(t, l, "ab-1")
	require.NoError(t, err, "a whole id is meant, although another begins with it")
	assert.Equal(t, contact.ID("ab-1"), s.Contact.ID)

	_, err = tell(t, l, "ab")
	var ambiguous *report.Ambiguous
	require.ErrorAs(t, err, &ambiguous)
	assert.Equal(t, []contact.ID{"ab-1", "ab-12"}, ambiguous.Matches)
	for _, none := range []string{"x", ""} {
		_, err = tell(t, l, none)
		assert.ErrorIs(t, err, report.ErrUnknown)
	}
}

func TestAFactWithoutEffectIsToldWithItsReason(t *testing.T) {
	t.Parallel()
	l := floor()
	l.Arrive("c")
	l.Own("c", fact.Connected{Offer: "none", ServedBy: "cis_ouest"})
	s, err := tell(t, l, "c")
	require.NoError(t, err)
	require.Len(t, s.Lines, 2)
	assert.Equal(t, "not the live offer of the contact", s.Lines[1].Void)
	assert.Equal(t, contact.StillHere, s.Contact.Outcome)
}

func TestControlCharactersNeverReachATerminal(t *testing.T) {
	t.Parallel()
	l := floor()
	l.Arrive("c")
	l.Own("c", fact.Waiting{Node: "motif\x1b[2J", Menu: []byte(`{}`)})
	s, err := tell(t, l, "c")
	require.NoError(t, err)
	assert.Equal(t, "the menu waits at motif[2J", s.Lines[1].Text)
}
