package node

import (
	"context"
	"strings"
	"time"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
)

const (
	phonesEvery = 2 * time.Second
	// unreachableAtLeast keeps an agent whose phone says it is there, but could
	// not be reached, from being offered a call every other second.
	unreachableAtLeast = 10 * time.Second
)

// watchPhones looks after agents set aside as unreachable until their phone is
// registered again. One at a number outside has a deadline instead; if he has got
// the number since, in place of a phone, nothing is left to wait for. Asterisk's device-state events are avoided on purpose: a
// socket closed while one is delivered can deadlock ARI (asterisk#2170).
func (l *link) watchPhones(ctx context.Context) {
	tick := time.NewTicker(phonesEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			l.lookAfterPhones(ctx)
		case <-ctx.Done():
			return
		}
	}
}

func (l *link) lookAfterPhones(ctx context.Context) {
	type aside struct {
		agent   contact.Agent
		phone   string
		version uint64
		seq     uint64
	}
	var all []aside
	long := l.c.clock.now() - unreachableAtLeast.Microseconds()
	l.c.View(func(s *fold.State) {
		for _, a := range s.Floor.Roll() {
			if a.Node == l.name && a.State == acd.SetAside && a.Why == string(contact.Unreachable) && a.Until == 0 && a.Since < long {
				all = append(all, aside{a.ID, a.Phone, a.Version, s.Protocol.Seq(string(a.ID))})
			}
		}
	})
	for _, a := range all {
		if l.c.journal.waits(string(a.agent)) {
			continue // said already, while the ledger is away
		}
		if contact.IsOutside(a.phone) || l.online(ctx, a.phone) {
			l.c.journal.write(l.name, string(a.agent), a.seq+1, l.c.clock.now(), "",
				[]fact.Fact{fact.Reachable{Agent: a.agent, Version: a.version}})
		}
	}
}

func (l *link) online(ctx context.Context, phone string) bool {
	technology, resource, _ := strings.Cut(phone, "/")
	endpoint, err := l.current().GetEndpoint(ctx, technology, resource)
	return err == nil && endpoint.State == "online"
}
