package aritest

import (
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/guichet/guichet/ari"
)

type bridge struct {
	id, kind, name string
	born           time.Time
	members        []*channel
	recorded       bool
}

// native reports whether two phones are joined so that they hear each other without
// Asterisk, which then tells no keys of theirs. A snoop channel is no phone.
func (b *bridge) native() bool {
	return b != nil && len(b.members) == 2 && !b.recorded && !strings.Contains(b.kind, "dtmf_events") &&
		!slices.ContainsFunc(b.members, func(ch *channel) bool { return ch.on != nil })
}

// add moves a channel in, out of any other bridge.
func (b *bridge) add(ch *channel) {
	if ch.bridge == b {
		return
	}
	ch.leaveBridge()
	ch.bridge, ch.told = b, ch.app
	b.members = append(b.members, ch)
	ch.music = ""
	ch.emit("ChannelEnteredBridge", fields{"bridge": b.json(), "channel": ch.json()})
}

func (ch *channel) leaveBridge() {
	b := ch.bridge
	if b == nil {
		return
	}
	ch.bridge = nil
	b.members = slices.DeleteFunc(b.members, func(other *channel) bool { return other == ch })
	ch.s.emit(ch.told, "ChannelLeftBridge", fields{"bridge": b.json(), "channel": ch.json()})
}

// destroy empties a bridge. Asterisk tells an application of the end of a
// bridge only if it happens to be subscribed still, so nobody may wait for
// BridgeDestroyed; the fake never sends it.
func (b *bridge) destroy(s *Server) {
	for len(b.members) > 0 {
		b.members[0].leaveBridge()
	}
	delete(s.bridges, b.id)
}

func (b *bridge) json() fields {
	members := make([]string, 0, len(b.members))
	for _, ch := range b.members {
		members = append(members, ch.id)
	}
	return fields{
		"id": b.id, "technology": "simple_bridge", "bridge_type": "mixing", "bridge_class": "stasis", "creator": "Stasis",
		"name": b.name, "channels": members, "creationtime": stamp(b.born), "video_mode": "talker",
	}
}

// Bridge is a bridge at one moment, for assertions.
type Bridge struct {
	ID      ari.BridgeID
	Name    string
	Members []ari.ChannelID // in order of entry
}

// Bridges returns the bridges alive, by id.
func (s *Server) Bridges() []Bridge {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]Bridge, 0, len(s.bridges))
	for _, b := range s.bridges {
		seen := Bridge{ID: ari.BridgeID(b.id), Name: b.name}
		for _, ch := range b.members {
			seen.Members = append(seen.Members, ari.ChannelID(ch.id))
		}
		list = append(list, seen)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].ID < list[j].ID })
	return list
}
