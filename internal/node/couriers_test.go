package node

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestCouriersCarryAtOnceAndFewWaitForMore(t *testing.T) {
	t.Parallel()
	p := newCouriers()
	const many = 3 * maxIdleCouriers
	released, under, done := make(chan struct{}), make(chan struct{}, many), atomic.Int32{}
	for range many {
		p.carry(func() {
			under <- struct{}{}
			<-released
			done.Add(1)
		})
	}
	for range many {
		<-under // all at the same time: nobody waits for another one's end
	}
	close(released)
	require.Eventually(t, func() bool { return done.Load() == many && len(p.idle) == maxIdleCouriers },
		10*time.Second, time.Millisecond)
	for range many { // those who are idle carry too
		p.carry(func() { done.Add(1) })
	}
	p.end()
	require.EqualValues(t, 2*many, done.Load(), "the end waits for what is under way")
}
