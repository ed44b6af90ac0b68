package fact

// Foretold says what somebody on the line was told of the wait. Later words are never
// worse: so they are remembered, whoever speaks them.
type Foretold struct {
	// Position is that in the queue, counted from 1; 0 if nothing was said of it.
	Position int `json:"position,omitempty"`
	// Until is by when an agent would be there, in µs, as it was said; 0 if nothing was
	// said of that. By is the estimator whose word it was.
	Until int64  `json:"until,omitempty"`
	By    string `json:"by,omitempty"`
}

// SteppedOut says that somebody who waited on the line has left the queue by a key. The
// menu goes on from there; the rank is kept for whoever queues again.
type SteppedOut struct {
	// Key is the way out of the queue node by which he came to wait.
	Key string `json:"key"`
}

// Kind implementations, one per struct.
func (Foretold) Kind() Kind   { return KindForetold }
func (SteppedOut) Kind() Kind { return KindSteppedOut }
