package fold

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestCallsOfANumberAreCountedForADay(t *testing.T) {
	t.Parallel()
	s := New()
	call := func(hash string, at int64) { s.Called.add(at*minute, hash) }
	call("ann", 10)
	call("ann", 700)
	call("bob", 700)
	call("", 700)
	call("ann", 690) // late, from a journal
	assert.Equal(t, 3, s.CalledSince("ann", 0))
	assert.Equal(t, 2, s.CalledSince("ann", 690*minute))
	assert.Equal(t, 1, s.CalledSince("bob", 0))
	assert.Zero(t, s.CalledSince("", 0), "nobody is told apart by having no number")
	assert.Zero(t, s.CalledSince("eve", 0))

	call("bob", 690+dayMinutes+1)
	assert.Equal(t, 1, s.CalledSince("ann", 0), "what is older than a day is forgotten")
	call("bob", 700+2*dayMinutes)
	assert.NotContains(t, s.Called.Times, "ann")

	for i := range int64(2 * maxCalled) {
		call("machine", 5000+i)
	}
	assert.Equal(t, maxCalled, s.CalledSince("machine", 0))
}
