package bench

import (
	"context"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// upTo are 1 ms, 2 ms and so on.
func upTo(n int) sample {
	var s sample
	for i := range n {
		s = append(s, time.Duration(n-i)*time.Millisecond)
	}
	return s
}

func TestAShareOfASampleDoesNotExceedItsQuantile(t *testing.T) {
	t.Parallel()
	assert.Equal(t, 50*time.Millisecond, upTo(100).at(0.5))
	assert.Equal(t, 99*time.Millisecond, upTo(100).at(0.99))
	assert.Equal(t, 10*time.Millisecond, upTo(10).at(0.99), "of few, the worst")
	assert.Zero(t, sample(nil).at(0.5))
}

func measured(figures sample) result {
	r := result{part: "a", title: "agents", settings: strings.Repeat("a caller calls ", 20)}
	r.tables = []table{{title: "an agent's BYE → its next INVITE", floor: createName, rows: []row{{guichetName, figures}, {createName, upTo(50)}}}}
	r.gate("BYE → INVITE", figures, 9*time.Millisecond, 15*time.Millisecond)
	return r
}

func TestAFigureAboveItsTargetIsNamedWithBoth(t *testing.T) {
	t.Parallel()
	kept := measured(upTo(15))
	assert.Empty(t, kept.missed())
	broken := measured(upTo(17))
	assert.Equal(t, []string{"(a) BYE → INVITE: p99 is 17.0 ms, the target is 15.0 ms"}, broken.missed())
	nothing := measured(nil)
	assert.Equal(t, []string{"(a) BYE → INVITE was not measured once"}, nothing.missed())
}

func TestANoisyMachineIsBlamed(t *testing.T) {
	t.Parallel()
	r := measured(upTo(17))
	r.rest = pulse{options: upTo(3), timer: upTo(3)}
	assert.NotContains(t, r.missed()[0], "not quiet")
	r.rest.timer = upTo(4)
	assert.Contains(t, r.missed()[0], "not quiet: at rest, an OPTIONS took 3.0 ms and a timer of 1 ms was 4.0 ms late")
}

func TestTablesFitEightyColumns(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	r := measured(upTo(1000))
	r.write(&out)
	assert.Contains(t, out.String(), "20.0\n", "guichet's median is twenty times the floor's")
	for line := range strings.Lines(out.String()) {
		assert.LessOrEqual(t, utf8.RuneCountInString(strings.TrimRight(line, "\n")), 80, line)
	}
}

func TestTheLedgerTellsWhenEachRingWasRouted(t *testing.T) {
	t.Parallel()
	l := openLedger("127.0.0.1:0")
	t.Cleanup(l.close)
	for _, e := range [][2]string{
		{"1-0", `{"at":100,"kind":"queued","subject":"c1","data":{"queue":"bench"}}`},
		{"2-0", `{"at":101,"kind":"offered","data":{"contact":"c1","agent":"b0001"}}`},
		{"3-0", `{"at":102,"kind":"ringing","subject":"c1","data":{"offer":"2-0/digest"}}`},
		{"4-0", `{"at":200,"kind":"queued","subject":"c2","data":{"queue":"bench"}}`},
		{"5-0", `{"at":300,"kind":"leg_ended","subject":"c1","data":{"offer":"2-0/digest"}}`},
		{"6-0", `{"at":301,"kind":"offered","data":{"contact":"c2","agent":"b0001"}}`},
		{"7-0", `{"at":302,"kind":"ringing","subject":"c2","data":{"offer":"6-0/digest"}}`},
	} {
		require.NoError(t, l.take(e[0], []byte(e[1])))
	}
	assert.Equal(t, []offer{
		{agent: "b0001", routed: 100, chosen: 101, sent: 102},
		{agent: "b0001", routed: 200, released: 300, chosen: 301, sent: 302},
	}, l.rung["b0001"])
	_, found := l.lastRing(call{agent: "b0001", rung: time.UnixMicro(90)})
	assert.False(t, found, "nothing was offered yet")
	o, found := l.lastRing(call{agent: "b0001", rung: time.UnixMicro(310)})
	assert.True(t, found)
	assert.Equal(t, int64(302), o.sent, "the first offer never reached the phone")
	assert.Empty(t, l.rung["b0001"])
}

func TestAppQueueLetsThePhoneShowWhenACallerWasRouted(t *testing.T) {
	t.Parallel()
	calls := []call{{shown: "1795687200123456"}}
	require.NoError(t, shownByPhone(context.Background(), calls))
	assert.Equal(t, int64(1795687200123456), calls[0].routed)
	assert.ErrorContains(t, shownByPhone(context.Background(), []call{{agent: "b0001", shown: "Marie"}}), `shows "Marie"`)
}

func TestACallerLetGoWithoutAnAgentHasFailed(t *testing.T) {
	t.Parallel()
	w := newCrowd(nil)
	w.let = []string{"00000001", "00000002"}
	w.blame([]call{{number: "+33600000001"}})
	require.Len(t, w.failed, 1)
	assert.ErrorContains(t, w.failed[0], "…00000002 was let go without an agent")
}

func TestCallsThatCameWhileAllHungUpDoNotCount(t *testing.T) {
	t.Parallel()
	began := time.Now()
	at := func(s int) call { return call{rung: began.Add(time.Duration(s) * time.Second)} }
	w := crowd{over: began.Add(4 * time.Second)}
	assert.Equal(t, []call{at(1), at(2), at(3), at(4)}, w.meanwhile([]call{at(1), at(2), at(3), at(4), at(5)}))
	w = crowd{}
	assert.Len(t, w.meanwhile([]call{at(1), at(9)}), 2, "a stream has no such bounds")
}
