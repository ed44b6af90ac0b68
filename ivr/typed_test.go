package ivr

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestKeysThatWereUsedOrDroppedAreOverwritten(t *testing.T) {
	t.Parallel()
	var s State
	for _, key := range []byte("1482") {
		s.keepKey(key)
	}
	before := s
	place := s.keys.ahead.keys
	assert.Equal(t, byte('1'), s.takeKey())
	assert.Equal(t, "\x00482", string(place[:4]))
	s.dropKeys()
	assert.Equal(t, [maxAhead]byte{}, *place)
	assert.True(t, s.keys.ahead.empty())
	assert.True(t, before.keys.ahead.empty(), "an earlier state has no copy of its own")
}

func TestKeysOfOneStateDoNotComeIntoAnother(t *testing.T) {
	t.Parallel()
	var s State
	s.keepKey('1')
	one, other := s, s
	one.keepKey('2')
	other.keepKey('3')
	assert.Equal(t, []byte{'1', '2'}, []byte{one.takeKey(), one.takeKey()})
	assert.Equal(t, []byte{'1', '3'}, []byte{other.takeKey(), other.takeKey()})
	for range maxAhead + 3 {
		s.keepKey('7')
	}
	assert.Positive(t, s.Ignored)
	for range 10 * maxAhead { // the place is used again and again
		s.takeKey()
		s.keepKey('8')
	}
	assert.Equal(t, maxAhead, s.keys.ahead.length())
}

func TestASensitiveNumberTypedAheadLeavesNothing(t *testing.T) {
	t.Parallel()
	tree := identifying(t)
	s, _ := Start(tree, in2026)
	var places []*[maxAhead]byte
	for _, key := range []byte(plausible(1482937561) + "31121960") {
		s, _ = Step(tree, s, Digit{key}, in2026)
		if s.keys.ahead.keys != nil {
			places = append(places, s.keys.ahead.keys)
		}
	}
	for _, place := range places {
		assert.Equal(t, [maxAhead]byte{}, *place)
	}
}
