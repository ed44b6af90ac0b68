package terminal

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestColumnsAlignByTheirWidestCell(t *testing.T) {
	t.Parallel()
	table := NewTable("QUEUE", ">WAITING", "")
	table.Row("particuliers", 7, "full")
	table.Row("été", 120)
	assert.Equal(t, "QUEUE         WAITING\nparticuliers        7  full\nété               120\n", table.String())
}

func TestDurationsHaveThePrecisionAPersonCanUse(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0:                        "0 s",
		230 * time.Microsecond:   "0.2 ms",
		8300 * time.Microsecond:  "8.3 ms",
		45 * time.Millisecond:    "45 ms",
		999 * time.Millisecond:   "999 ms",
		1200 * time.Millisecond:  "1.2 s",
		59900 * time.Millisecond: "59.9 s",
		59999 * time.Millisecond: "1:00",
		83 * time.Second:         "1:23",
		3723 * time.Second:       "1:02:03",
		-2 * time.Second:         "-2.0 s",
	} {
		assert.Equal(t, want, Duration(d))
	}
	assert.Equal(t, "0:00", Clock(-time.Second))
}

func TestARateShowsWhatItWasMadeOf(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "51/58 = 87.9 %", Rate(51, 58))
	assert.Equal(t, "9999/10000 = 99.9 %", Rate(9999, 10000), "only all is 100 %")
	assert.Equal(t, "5/5 = 100.0 %", Rate(5, 5))
	assert.Equal(t, "0/0", Rate(0, 0), "a rate over nothing is no rate")
}

func TestAScreenIsDrawnInPlaceAndCut(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	screen, err := Open(&out)
	require.NoError(t, err)
	require.NoError(t, screen.Draw("one\ntwo\n"))
	require.NoError(t, screen.Close())
	assert.Equal(t, enterScreen+home+"one"+endOfLine+"\r\ntwo"+endOfLine+endOfScreen+leaveScreen, out.String())
	assert.Equal(t, "éte"+endOfLine+"\r\nb"+endOfLine, fit("éternel\nb\nc\n", 3, 2))
	_, _, isTerminal := Size(&out)
	assert.False(t, isTerminal)
}

func TestPlainTextCannotSteerATerminal(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "red[31m café", Plain("red\x1b[31m café\r\n\u009b\u2028"))
}

func TestLongLinesAreFoldedBetweenWords(t *testing.T) {
	t.Parallel()
	assert.Equal(t, []string{"  été à la", "      mer, à", "      la plage"}, Fold("  été à la mer, à la plage", 14))
	assert.Equal(t, []string{"a", "    incompréhensible"}, Fold("a incompréhensible", 8), "no word is broken")
	assert.Equal(t, []string{"as it is"}, Fold("as it is", 8))
	assert.Equal(t, []string{"no limit at all"}, Fold("no limit at all", 0))
}
