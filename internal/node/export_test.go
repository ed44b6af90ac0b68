package node

// Listening is how many ids some session listens to, over all links.
func (c *Controller) Listening() (n int) {
	for _, l := range c.links {
		l.mu.Lock()
		n += len(l.heard)
		l.mu.Unlock()
	}
	return n
}
