package observer

import "slices"

// link is the message with a link that a contact claimed last.
type link struct {
	n  int
	to string
	at int64
}

// linkFact is what an owner says of a message with a link.
func (f *floor) linkFact(e entry, p *person, d facts) string {
	if e.Kind == "link_released" {
		if p.link.n != d.N || d.N == 0 {
			return "no such link"
		}
		times := f.links[p.link.to]
		if i := slices.Index(times, p.link.at); i >= 0 {
			f.links[p.link.to] = slices.Delete(times, i, i+1)
		}
		p.link.n = 0
		return ""
	}
	today := 0
	for _, at := range f.links[d.To] {
		if at >= d.Since {
			today++
		}
	}
	switch {
	case p.closed || p.connected || p.transfer != "" || p.away:
		return "past its menu"
	case d.N <= p.claimed || d.To == "" || d.PerDay < 1 || d.PerDay > 50:
		return "no new link"
	case today >= d.PerDay:
		return "as many links as anybody may get"
	}
	p.link, p.claimed = link{d.N, d.To, e.At}, d.N
	f.links[d.To] = append(f.links[d.To], e.At)
	return ""
}
