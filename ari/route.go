package ari

import "sync"

// Sink takes events, in order, on the goroutine that reads the socket. It must
// not block and should only put the event in a mailbox: while it runs, nothing
// is read, and Asterisk closes a socket it cannot write to.
type Sink func(Event)

// Listener is the identity of one sink. One listener may be registered for
// many ids, and an event that names several of them reaches it once.
type Listener struct{ sink Sink }

// NewListener returns a listener that hands its events to sink.
func NewListener(sink Sink) *Listener { return &Listener{sink: sink} }

// router finds the listeners of an event in constant time per id.
//
// The rule: an event is delivered once to each distinct listener registered
// for a channel, bridge or playback it is about (Event.Channels, Bridges and
// Playback), in that order; a playback is also about the channel or bridge it
// plays on. Channels merely listed as members of a bridge hear nothing. If no
// id has a listener, and for link events, it goes to the default sink.
type router struct {
	mu        sync.RWMutex
	listeners map[string]*Listener
	fallback  Sink
}

// Listen routes the events about a channel, bridge or playback id to l, in
// place of any earlier listener of that id. Register an id before the request
// that creates it, or its first event goes to the default sink.
func (c *Client) Listen(id string, l *Listener) {
	c.router.mu.Lock()
	defer c.router.mu.Unlock()
	if c.router.listeners == nil {
		c.router.listeners = make(map[string]*Listener)
	}
	c.router.listeners[id] = l
}

// Forget ends the routing of an id. An event being delivered at that moment
// may still arrive.
func (c *Client) Forget(id string) {
	c.router.mu.Lock()
	defer c.router.mu.Unlock()
	delete(c.router.listeners, id)
}

// Default sets the sink of link events and of events that nobody listens to,
// such as the StasisStart of a new call. Set it before Run.
func (c *Client) Default(s Sink) {
	c.router.mu.Lock()
	defer c.router.mu.Unlock()
	c.router.fallback = s
}

// deliver calls the sinks without the lock, so that they may listen and forget.
func (r *router) deliver(e Event) {
	var found [maxListeners]*Listener
	n, fallback := r.find(&e.about, &found)
	for _, l := range found[:n] {
		l.sink(e)
	}
	if n == 0 && fallback != nil {
		fallback(e)
	}
}

const maxListeners = 6 + 2 + 1 // one per id of subjects

func (r *router) find(about *subjects, found *[maxListeners]*Listener) (int, Sink) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	n := 0
	for _, id := range about.channels {
		n = r.add(string(id), found, n)
	}
	for _, id := range about.bridges {
		n = r.add(string(id), found, n)
	}
	return r.add(string(about.playback), found, n), r.fallback
}

func (r *router) add(id string, found *[maxListeners]*Listener, n int) int {
	if id == "" {
		return n
	}
	l := r.listeners[id]
	if l == nil {
		return n
	}
	for _, known := range found[:n] {
		if known == l {
			return n
		}
	}
	found[n] = l
	return n + 1
}
