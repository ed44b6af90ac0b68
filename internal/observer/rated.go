package observer

import "strings"

// rates is what somebody answered who was asked after the call, or that he did not.
func (p *person) rates(d facts) string {
	switch {
	case p.medium != "voice" || p.closed || !p.connected || p.talks():
		return "nobody has just left the contact"
	case p.rated:
		return "asked before"
	case len(d.Key) > 1 || strings.Trim(d.Key, "0123456789") != "" || d.Queue == "" || d.Center == "":
		return "no answer of one key"
	}
	p.rated = true
	return ""
}
