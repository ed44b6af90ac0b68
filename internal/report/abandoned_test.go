package report_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/report"
)

func masked(sealed string) string { return "••" + sealed[len(sealed)-2:] }

func TestThoseWhoLeftAreListedWithWhenAndAfterWhatWait(t *testing.T) {
	t.Parallel()
	list := afternoon(t).Abandoned(masked)
	require.Len(t, list.Left, 3)
	var stages []contact.Stage
	for _, l := range list.Left {
		stages = append(stages, l.Stage)
		assert.Equal(t, "••78", l.Caller)
		assert.False(t, l.Left.Before(l.Arrived))
	}
	assert.Equal(t, []contact.Stage{contact.InMenu, contact.InQueue, contact.InRing}, stages)
	assert.True(t, list.Left[1].Short)
	assert.False(t, list.Left[0].Asked, "in the menu, before asking")
	var text bytes.Buffer
	require.NoError(t, list.WriteText(&text))
	golden(t, "abandoned.txt", text.String())
	for _, line := range strings.Split(text.String(), "\n") {
		assert.LessOrEqual(t, len([]rune(line)), 100, line)
	}
}

func TestAFrenchExcelGetsSemicolonsAMarkAndDecimalCommas(t *testing.T) {
	t.Parallel()
	var plain, french bytes.Buffer
	list := afternoon(t).Abandoned(masked)
	require.NoError(t, list.WriteCSV(&plain, report.Dialect{}))
	require.NoError(t, list.WriteCSV(&french, report.Dialect{French: true}))
	lines := strings.Split(plain.String(), "\r\n")
	require.Len(t, lines, 5, "RFC 4180 ends lines by CRLF")
	assert.Contains(t, lines[2], ",payment,particuliers,3.000000,queue,true,true,••78")
	assert.True(t, strings.HasPrefix(french.String(), "\ufeffcontact;arrived;"))
	assert.Contains(t, french.String(), ";payment;particuliers;3,000000;queue;true;true;••78")
	assert.NotContains(t, french.String(), "+01:00")
}

func TestADayIsWholeAlsoWhenClocksChange(t *testing.T) {
	t.Parallel()
	paris, err := time.LoadLocation("Europe/Paris")
	require.NoError(t, err)
	now := time.Date(2027, 4, 1, 9, 0, 0, 0, paris)
	for day, hours := range map[string]time.Duration{"2026-10-25": 25, "2027-03-28": 23, "2026-11-26": 24, "yesterday": 24} {
		p, err := report.ParseDay(day, now)
		require.NoError(t, err)
		assert.Equal(t, hours*time.Hour, p.To.Sub(p.From), day)
		assert.True(t, p.Holds(p.From.UnixMicro()))
		assert.True(t, p.Holds(p.To.UnixMicro()-1))
		assert.False(t, p.Holds(p.To.UnixMicro()), "midnight is the next day's")
	}
	_, err = report.ParseDay("lundi", now)
	assert.ErrorContains(t, err, `"lundi" is no day; write 2026-11-23`)
}
