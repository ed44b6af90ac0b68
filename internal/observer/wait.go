package observer

// waitFact is what an owner says of somebody who waits on the line: what he was told, or
// that he has left the queue by a key. The offer that such a key overtook is taken back.
func (f *floor) waitFact(e entry, p *person, d facts) string {
	o := f.offers[p.offer]
	switch {
	case p.closed || p.connected || p.queue == "" || p.away || p.transfer != "" || p.medium != "voice" || o != nil && o.rungAt != 0:
		return "contact does not wait on the line"
	case e.Kind == "foretold":
		return unless(!p.place || d.Position == 0 && d.Until == 0, "nothing was told")
	case d.Key == "" || p.stepped:
		return "contact has left its queue"
	}
	p.place, p.stepped = false, true
	if o != nil {
		f.endOffer(o, e.At).release(e.At)
	}
	return ""
}
