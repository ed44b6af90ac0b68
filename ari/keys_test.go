package ari_test

import (
	"testing"
	"time"

	v5 "github.com/CyCoreSystems/ari/v5"
	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/ari"
)

// told is a key as Asterisk tells it: when, which, how long it was.
type told struct {
	at     int // ms
	digit  string
	length int // ms
}

func pressedOf(events []told) string {
	var keys ari.Keys
	var pressed []byte
	for _, e := range events {
		at := time.UnixMilli(1_795_000_000_000 + int64(e.at))
		if key, is := keys.Pressed(&v5.ChannelDtmfReceived{Digit: e.digit, DurationMs: e.length}, at); is {
			pressed = append(pressed, key)
		}
	}
	return string(pressed)
}

func TestAKeyThatAsteriskTellsTwiceIsPressedOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		events []told
		want   string
	}{
		"nothing":           {nil, ""},
		"no key":            {[]told{{0, "", 100}, {200, "12", 100}}, ""},
		"one after another": {[]told{{0, "1", 100}, {160, "2", 100}, {320, "3", 100}}, "123"},
		"the same, at a steady pace": {
			[]told{{0, "1", 100}, {160, "3", 100}, {320, "3", 100}, {480, "3", 100}}, "1333"},
		"the same, as fast as a telephone may dial": {
			[]told{{0, "3", 65}, {130, "3", 65}, {260, "3", 65}}, "333"},
		// Read off a loaded 22.10.1 with telephones that press for 100 ms every 160 ms.
		"held back by a millisecond": {
			[]told{{404, "5", 100}, {486, "0", 100}, {631, "3", 100}, {632, "3", 100}, {792, "2", 100}, {951, "1", 100}}, "50321"},
		// 100 ms every 120 ms: from the third key on each is held back.
		"in haste": {
			[]told{{0, "1", 100}, {120, "2", 100}, {240, "3", 100}, {275, "3", 100}, {360, "4", 100}, {430, "4", 100}, {480, "5", 100}, {585, "5", 100}}, "12345"},
		"in haste and the same": {
			[]told{{0, "3", 100}, {120, "3", 100}, {240, "3", 100}, {275, "3", 100}, {360, "3", 100}, {430, "3", 100}}, "3333"},
		// The same on a machine with eight busy loops: the last echo is 63 ms late.
		"in haste, and Asterisk is late": {
			[]told{{576, "1", 100}, {696, "4", 100}, {793, "8", 100}, {852, "8", 100}, {936, "2", 100}, {1012, "2", 100}, {1056, "9", 100}, {1188, "9", 100}, {1188, "3", 100}, {1356, "3", 100}, {1356, "7", 100}, {1532, "7", 100}, {1533, "5", 100}, {1688, "5", 100}, {1688, "6", 100}, {1841, "6", 100}, {1841, "1", 100}, {2004, "1", 100}, {2004, "2", 100}, {2160, "2", 100}, {2161, "3", 100}, {2324, "3", 100}, {2324, "1", 100}, {2532, "1", 100}}, "1482937561231"},
		"at the pace of Asterisk's playing, and the same": {
			[]told{{0, "1", 100}, {120, "3", 100}, {280, "3", 100}, {440, "3", 100}}, "1333"},
		"an echo is of the same length":   {[]told{{0, "1", 100}, {10, "2", 100}, {20, "2", 80}}, "122"},
		"another key is no echo":          {[]told{{0, "1", 100}, {10, "2", 100}, {20, "3", 100}}, "123"},
		"pressed again after the echo":    {[]told{{0, "1", 100}, {20, "2", 100}, {60, "2", 100}, {180, "2", 100}}, "122"},
		"a person who presses twice":      {[]told{{0, "1", 180}, {400, "4", 160}, {690, "4", 160}}, "144"},
		"long keys are played for long":   {[]told{{0, "1", 400}, {70, "2", 400}, {100, "3", 400}, {530, "3", 400}}, "123"},
		"no later than it can be held":    {[]told{{0, "1", 100}, {20, "2", 100}, {400, "2", 100}}, "122"},
		"short keys are played for 80 ms": {[]told{{0, "1", 40}, {30, "2", 40}, {140, "2", 40}}, "12"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, pressedOf(c.events))
		})
	}
}
