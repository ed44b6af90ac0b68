package node

import (
	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/channel/email"
)

// takeBack has the mails back that are at hand of agents who have logged out: whoever goes
// home does not answer them, and somebody else may. It looks at the fold, so that it does
// not matter who held the room when they left, nor by which fact they did.
func (m *mailroom) takeBack() {
	m.c.mu.RLock()
	defer m.c.mu.RUnlock()
	for _, o := range m.c.state.Floor.Offers {
		if !o.Beside || o.Connected || m.c.state.Floor.Agents[o.Agent].State != acd.LoggedOut {
			continue
		}
		rec, v := m.c.state.Contacts[o.Contact], m.c.lives[o.Contact]
		if rec != nil && v != nil && rec.Offer == o.ID {
			v.box.put(engineEvent{email.Gone(rec)})
		}
	}
}
