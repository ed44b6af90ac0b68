package node

import (
	"context"
	"time"

	v5 "github.com/CyCoreSystems/ari/v5"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/channel/voice"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
)

const phonesEvery = 2 * time.Second

// watchPhones sees whether agents' phones can ring: whoever's is not registered, or in a
// call of its own, is not ready; and looks after agents set aside as unreachable until
// their phone is registered again. A number outside never is, and has a deadline
// instead, as has everybody of a queue that says for how long. Asterisk's device-state events are avoided on purpose: a socket closed while
// one is delivered can deadlock ARI (asterisk#2170). Asking for all endpoints at once
// shows the same, up to two seconds later.
func (l *link) watchPhones(ctx context.Context) {
	tick := time.NewTicker(phonesEvery)
	defer tick.Stop()
	gone := map[contact.Agent]bool{}
	for {
		select {
		case <-tick.C:
			gone = l.lookAtPhones(ctx, gone)
		case <-ctx.Done():
			return
		}
	}
}

// rung is what the ledger says of an agent who may be rung at this node.
type rung struct {
	agent   contact.Agent
	phone   string
	version uint64
	seq     uint64
	trouble contact.PhoneTrouble
	// aside: he waits for the phone to be registered again.
	aside bool
	// calls tells whether he serves callers: the phone is nothing to who does not.
	calls bool
}

// lookAtPhones writes what has changed. A phone that was there a moment ago may only be
// registering anew: gone are those that were away at the look before, and it returns
// those that are now.
func (l *link) lookAtPhones(ctx context.Context, gone map[contact.Agent]bool) (away map[contact.Agent]bool) {
	agents := l.rung()
	if len(agents) == 0 {
		return nil
	}
	endpoints, err := l.current().ListEndpoints(ctx, "PJSIP")
	if err != nil {
		return gone // the link has its own watch
	}
	byPhone := make(map[string]v5.EndpointData, len(endpoints))
	for _, e := range endpoints {
		byPhone[e.Technology+"/"+e.Resource] = e
	}
	away = map[contact.Agent]bool{}
	for _, a := range agents {
		online, trouble := troubleOf(a, byPhone[a.phone])
		if trouble == contact.Unregistered {
			away[a.agent] = true
			if !gone[a.agent] {
				trouble = a.trouble // seen once only
			}
		}
		if f := a.change(online, trouble); f != nil && !l.c.journal.waits(string(a.agent)) && l.c.mayWrite(f.Kind()) {
			l.c.journal.write(l.name, string(a.agent), a.seq+1, l.c.clock.now(), nil, []fact.Fact{f})
		}
	}
	return away
}

// change is the fact that says what is new, nil if nothing is.
func (a rung) change(online bool, trouble contact.PhoneTrouble) fact.Fact {
	switch {
	case trouble != a.trouble:
		return fact.AgentPhone{Agent: a.agent, Phone: a.phone, Trouble: trouble}
	case a.aside && online:
		return fact.Reachable{Agent: a.agent, Version: a.version}
	}
	return nil
}

// troubleOf is what Asterisk shows of an agent's phone.
func troubleOf(a rung, e v5.EndpointData) (online bool, trouble contact.PhoneTrouble) {
	online = e.State == "online" || contact.IsOutside(a.phone)
	switch {
	case !a.calls || contact.IsOutside(a.phone):
		return online, ""
	case !online:
		return false, contact.Unregistered
	}
	for _, id := range e.ChannelIDs {
		if !voice.IsLeg(ari.ChannelID(id)) {
			return true, contact.OnOwnCall
		}
	}
	return true, ""
}

// rung lists the agents on the floor who are rung at this node.
func (l *link) rung() (all []rung) {
	long := l.c.clock.now() - contact.UnreachableAtLeast.Microseconds()
	l.c.View(func(s *fold.State) {
		for id, a := range s.Floor.Agents {
			if a.Node != l.name || a.State == acd.LoggedOut {
				continue
			}
			all = append(all, rung{
				agent: id, phone: a.Phone, version: a.Version, seq: s.Protocol.Seq(string(id)), trouble: a.Trouble, calls: a.Calls(),
				aside: a.State == acd.SetAside && a.Why == string(contact.Unreachable) && a.Until == 0 && a.Since < long,
			})
		}
	})
	return all
}
