package ari

import (
	"time"

	v5 "github.com/CyCoreSystems/ari/v5"
)

// ChannelID names a channel: chosen by us for the legs we create, by Asterisk
// for the others.
type ChannelID string

// BridgeID names a bridge.
type BridgeID string

// PlaybackID names a playback.
type PlaybackID string

// Event is one thing Asterisk said, or one change of the link itself.
type Event struct {
	// Type is Asterisk's name of the event, such as StasisStart, or LinkUp,
	// LinkDown, LinkReplaced.
	Type string
	// At is Asterisk's own time of the event (milliseconds); for a link event
	// it equals Received, and so it does should Asterisk omit it.
	At time.Time
	// Received is when the client had read the frame whole.
	Received time.Time
	// Session numbers the websocket connection it came by, from 1 upwards.
	Session uint64
	// Value is a pointer to the struct of ari/v5, or of this package, with the name
	// Type, or one of LinkUp, LinkDown and LinkReplaced (values, not pointers).
	Value any

	about subjects
}

// LinkUp says that the application is registered and that a probe came back:
// requests and events both work. Events of the session may precede it.
type LinkUp struct{ Session uint64 }

// LinkDown says that a session which was up has ended; the client reconnects
// by itself. What happens in Asterisk until the next LinkUp is never told.
type LinkDown struct {
	Session uint64
	Err     error // why: a broken socket, a probe without echo, the end of Run
}

// LinkReplaced says that another client registered our application. It ends
// the session in place of LinkDown, and the client stays away until
// Client.Reregister.
type LinkReplaced struct{ Session uint64 }

// The types of link events.
const (
	TypeLinkUp       = "LinkUp"
	TypeLinkDown     = "LinkDown"
	TypeLinkReplaced = "LinkReplaced"
)

// Channel returns the channel the event is chiefly about, "" if there is none:
// the dialled leg of a Dial, the target of a playback.
func (e Event) Channel() ChannelID { return e.about.channels[0] }

// Channels returns all channels the event names as a party, the chief one
// first. Channels that are only listed as members of a bridge are not among
// them.
func (e Event) Channels() []ChannelID { return present(e.about.channels[:]) }

// Bridge returns the bridge the event is about, "" if there is none.
func (e Event) Bridge() BridgeID { return e.about.bridges[0] }

// Bridges returns all bridges the event names; only merges and attended
// transfers name two.
func (e Event) Bridges() []BridgeID { return present(e.about.bridges[:]) }

// Playback returns the playback the event is about, "" if there is none.
func (e Event) Playback() PlaybackID { return e.about.playback }

// subjects are the ids an event is about. Arrays keep an event free of
// allocations; empty ids are skipped.
type subjects struct {
	channels [6]ChannelID
	bridges  [2]BridgeID
	playback PlaybackID
}

func channels(of ...v5.ChannelData) subjects {
	var s subjects
	next := 0
	for i := range of {
		if of[i].ID != "" {
			s.channels[next] = ChannelID(of[i].ID)
			next++
		}
	}
	return s
}

func (s subjects) in(of ...v5.BridgeData) subjects {
	next := 0
	for i := range of {
		if of[i].ID != "" {
			s.bridges[next] = BridgeID(of[i].ID)
			next++
		}
	}
	return s
}

func present[ID ~string](ids []ID) []ID {
	var found []ID
	for _, id := range ids {
		if id != "" {
			found = append(found, id)
		}
	}
	return found
}
