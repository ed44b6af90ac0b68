package metrics

import (
	"time"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fold"
)

// deletesWithin is how long the leader may take to delete what is over its retention: it
// looks every half minute.
const deletesWithin = 2 * time.Minute

// retention sends what is kept longer than it may be, with a series for each node of the
// site, and for each that an earlier version of it had.
func (s *sink) retention(state *fold.State, site *config.Site, now int64) {
	late := map[contact.Node]int{}
	for _, a := range site.Asterisk {
		late[a.Node] = 0
	}
	for _, o := range state.Overdue(now - deletesWithin.Microseconds()) {
		late[o.Node]++
	}
	for node, n := range late {
		s.add(overdue, float64(n), string(node))
	}
}
