package model

import (
	"maps"
	"slices"
	"time"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/channel/voice"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
)

// entry is the number that everybody calls.
const entryNumber = "2014"

// contactOf derives a contact's id from its channel, so that whoever finds the
// channel gives it the same id.
func contactOf(id ari.ChannelID) contact.ID { return contact.ID("of-" + string(id)) }

// listUntilDone lists what the node has and takes it up.
func (l *link) listUntilDone(t *task, session uint64) {
	for l.held() && l.client.session == session {
		var s voice.Snapshot
		err := l.call(t, func() error {
			s.Channels = l.a.snapshot().Channels
			return nil
		})
		if err == nil {
			err = l.call(t, func() error {
				s.Bridges = l.a.snapshot().Bridges
				return nil
			})
		}
		if err == nil {
			l.answered()
			l.adopt(s, session)
			return
		}
		t.sleep(askEvery)
	}
}

func (l *link) adopt(s voice.Snapshot, session uint64) {
	for _, id := range slices.Sorted(maps.Keys(s.Channels)) {
		l.adoptCaller(s.Channels[id])
	}
	for _, id := range l.c.liveIDs() {
		if v := l.c.lives[id]; v.node == l.name {
			v.put(resync{snapshot: s, session: session})
		}
	}
	l.endOrphans(s)
}

// adoptContacts makes a session for each contact of the node that has none.
func (l *link) adoptContacts() {
	for _, id := range slices.Sorted(maps.Keys(l.c.state.Contacts)) {
		if rec := l.c.state.Contacts[id]; rec.Node == l.name && l.c.lives[id] == nil {
			l.takeUp(*rec)
		}
	}
	for _, id := range l.c.journal.begun(l.name) {
		if l.c.lives[id] == nil && !l.c.w.breaks(UnsentForgotten) {
			l.takeUp(engine.Record{ID: id})
		}
	}
}

// takeUp makes the session of a record.
func (l *link) takeUp(known engine.Record) {
	rec, seq := l.c.ours(known)
	call := voice.Call{Channel: voice.CallerOf(&rec), Met: rec.Met() || rec.AgentWaits()}
	if rec.Away() && !rec.Met() {
		call.Channel, call.Calling = "", rec.Callback.Call
	}
	call.Parties = map[fact.OfferID]bool{}
	for _, p := range rec.Parties {
		call.Parties[p.ID] = p.Joined()
	}
	s := l.newSession(rec.ID, call, rec.Leg())
	s.state, s.seq = engine.Resume(rec), seq
	s.state.Unwritten(known)
	s.paused = true // until the listing is compared
	for _, heard := range s.line.IDs() {
		l.listen(heard, s)
	}
	l.c.lives[rec.ID] = s
	l.c.w.trace(l.c.name, "%s taken up, %s", rec.ID, rec.Standing())
}

// adoptCaller gives a contact to a caller who came while nobody listened.
func (l *link) adoptCaller(ch ari.Channel) {
	if !ch.InApplication("guichet") || voice.IsLeg(ch.ID) || l.heard[string(ch.ID)] != nil {
		return
	}
	if l.c.isOver(contactOf(ch.ID)) {
		l.refuse(ch.ID)
		return
	}
	s := l.newSession(contactOf(ch.ID), voice.Call{Channel: ch.ID}, "")
	l.listen(string(ch.ID), s)
	l.welcome(s, time.Time(ch.Created).UnixMicro(), l.client.session)
}

func (l *link) arrive(m newCall) {
	rank := l.c.w.now
	if len(m.start.Args) > 2 && m.start.Args[2] != "" {
		rank = l.a.channelBorn(ari.ChannelID(m.start.Channel.ID), rank)
	}
	l.welcome(m.s, rank, m.session)
}

// welcome begins the session of a newcomer. A contact that has a session already
// keeps the first.
func (l *link) welcome(s *session, rank int64, born uint64) {
	if l.c.lives[s.id] != nil || l.c.state.Contacts[s.id] != nil {
		l.forget(s)
		return
	}
	s.born = born
	l.c.lives[s.id] = s
	s.begin(engine.Arrived{ID: s.id, Fact: fact.Arrived{
		Medium: contact.Voice, Entry: entryNumber, Node: l.name, Line: string(s.channel), Rank: rank,
	}})
}

// endOrphans hangs up every leg that is not the live leg of an accepted offer,
// and destroys bridges of contacts that are over.
func (l *link) endOrphans(s voice.Snapshot) {
	legs, bridges := map[ari.ChannelID]bool{}, map[ari.BridgeID]bool{}
	for id, rec := range l.c.state.Contacts {
		bridges[voice.BridgeID(id)], legs[voice.CallerOf(rec)] = true, true
		for _, leg := range rec.Legs() {
			legs[voice.LegID(leg)] = true
		}
	}
	for id, v := range l.c.lives {
		if v.node == l.name {
			bridges[voice.BridgeID(id)] = true
		}
	}
	for _, id := range slices.Sorted(maps.Keys(s.Channels)) {
		if voice.IsLeg(id) && !legs[id] {
			l.refuse(id)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(s.Bridges)) {
		if voice.IsBridge(id) && !bridges[id] {
			l.endBridge(id)
		}
	}
}

func (l *link) endBridge(id ari.BridgeID) {
	l.insist(func() error { return l.a.destroyBridge(id) })
}

// watchPhones looks after agents set aside as unreachable until their phone is
// registered again.
func (l *link) watchPhones(t *task, k *client) {
	for ; !k.closed; t.sleep(2 * time.Second) {
		for _, a := range l.c.state.Floor.Roll() {
			waits := a.Node == l.name && a.State == acd.SetAside && a.Why == string(contact.Unreachable) && a.Until == 0
			if !waits || l.c.w.now-a.Since < 10e6 || l.c.journal.waits(string(a.ID)) {
				continue
			}
			who := l.c.w.agentAt(a.Phone)
			if l.call(t, func() error { return nil }) == nil && !who.unreachable && !k.closed {
				l.c.journal.write(l.name, string(a.ID), l.c.state.Protocol.Seq(string(a.ID))+1, l.c.w.now,
					[]fact.Fact{fact.Reachable{Agent: a.ID, Version: a.Version}})
			}
		}
	}
}
