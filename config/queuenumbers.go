package config

import (
	"maps"
	"path"
	"regexp"
	"slices"

	"github.com/guichet/guichet/internal/contact"
)

// A queue may have a number, which agents key on their phones to send a caller on to it.

var queueNumber = regexp.MustCompile(`^[0-9]{1,6}$`)

// queueNumbers checks that whoever keys a number of a queue means that, and nobody else.
func (b *builder) queueNumbers(f queuesFile) {
	of := map[string]string{}
	for _, r := range f.Queues {
		n := r.v.Number
		if !n.set {
			continue
		}
		other, taken := of[n.v]
		agent := b.agentKeyed(n.v)
		switch {
		case !queueNumber.MatchString(n.v):
			b.add(n.at, "write one to six digits, in quotes", "%q is no number of a queue", n.v)
		case taken:
			b.add(n.at, "give each a number of its own", "the number %s is that of the queue %q already", n.v, other)
		case agent != "":
			b.add(n.at, "choose one that nobody has", "the number %s is that of agent %s", n.v, agent)
		case b.seatKeyed(n.v):
			b.add(n.at, "choose one that nobody has", "the number %s is that of a phone of floor.yaml, at which anybody may sit", n.v)
		}
		of[n.v] = r.key.v
	}
}

// agentKeyed is the agent whom somebody calls who keys a number: by the digits of his id, or
// the name of his phone; empty for none.
func (b *builder) agentKeyed(number string) contact.Agent {
	for _, id := range slices.Sorted(maps.Keys(b.site.Agents)) {
		if digitsOf(string(id)) == number || b.site.Agents[id].Phone == "PJSIP/"+number {
			return id
		}
	}
	return ""
}

// seatKeyed reports whether whoever sits at one of the seats is called by a number.
func (b *builder) seatKeyed(number string) bool {
	return slices.ContainsFunc(b.site.Floor.Seats, func(seat string) bool {
		is, err := path.Match(seat, "PJSIP/"+number)
		return is && err == nil
	})
}

// QueueOf is the queue whose number somebody keys.
func (s *Site) QueueOf(number string) (found contact.Queue, known bool) {
	for name, q := range s.Queues {
		if q.Number == number && number != "" {
			return name, true
		}
	}
	return "", false
}
