package node

import (
	"sync"

	"github.com/guichet/guichet/ari"
)

// mailbox is an ordered, unbounded queue of events for one goroutine. Putting
// never waits and never drops: the reader of the ARI socket must not be held
// up, and the event that is dropped is always the hang-up.
type mailbox struct {
	mu      sync.Mutex
	arrived *sync.Cond
	waiting []any
	next    func(any) // takes everything, once the reader has gone

	ids  []string      // whose events come here; guarded by the link's mu
	ears *ari.Listener // one identity for all ids: an event naming two comes once
}

func newMailbox() *mailbox {
	b := &mailbox{}
	b.arrived = sync.NewCond(&b.mu)
	b.ears = ari.NewListener(func(e ari.Event) { b.put(e) })
	return b
}

func (b *mailbox) put(m any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next != nil {
		b.next(m)
		return
	}
	b.waiting = append(b.waiting, m)
	b.arrived.Signal()
}

// passOn gives what waits, and what still comes, to next, in order: the reader
// has gone, and the event that nobody reads is always a leg's.
func (b *mailbox) passOn(next func(any)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range b.waiting {
		next(m)
	}
	b.waiting, b.next = nil, next
}

// listener hands events of Asterisk to this mailbox.
func (b *mailbox) listener() *ari.Listener { return b.ears }

// take waits for at least one event and returns all that wait, in order.
func (b *mailbox) take() []any {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.waiting) == 0 {
		b.arrived.Wait()
	}
	taken := b.waiting
	b.waiting = nil
	return taken
}
