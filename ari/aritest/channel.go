package aritest

import (
	"maps"
	"slices"
	"time"

	"github.com/guichet/guichet/ari"
)

// channel is a call leg inside the fake. Fields are guarded by Server.mu.
type channel struct {
	s     *Server
	id    string
	name  string
	state string
	from  party
	to    party // connected line
	exten string
	app   *application
	args  string // of Stasis, "" while it is not there
	born  time.Time
	vars  map[string]string
	lang  string
	phone *Phone   // nil for an incoming call
	on    *channel // that it hears, of a snoop channel
	// spy and whisper say which side of that it hears, and which one hears it.
	spy, whisper string
	bridge       *bridge
	told         *application // of the bridge: the one that it was in when it entered

	inStasis bool
	dialled  bool
	gone     bool
	cause    int
	music    string // class of the music on hold, "" for none
	ringing  bool   // it hears the ringing tone
	played   []string
	playing  *playback
	// recording is the one that runs.
	recording *recording
	queue     []command
	keyed     time.Time // when its last key ended
	// transfers are those that its phone has asked for, and nobody has answered.
	transfers []transfer
	referred  []ari.TransferState // what it was told of them
}

type party struct {
	Name   string `json:"name"`
	Number string `json:"number"`
}

// command is what waits for the thread of a channel.
type command struct {
	run  func()
	done chan struct{}
}

func (s *Server) addChannel(ch *channel) {
	ch.s = s
	ch.born = s.now()
	ch.lang = "fr"
	if ch.vars == nil {
		ch.vars = make(map[string]string)
	}
	s.channels[ch.id] = ch
	s.order = append(s.order, ch)
}

// enter is the start of Stasis() on a channel.
func (ch *channel) enter(app *application, args []string) {
	ch.app, ch.inStasis = app, true
	ch.args = app.name
	for _, a := range args {
		ch.args += "," + a
	}
	ch.emit("StasisStart", fields{"args": args, "channel": ch.json()})
}

// move leaves one application for another, in the same bridge. What it entered Stasis
// with stays what is shown.
func (ch *channel) move(app *application, args []string) {
	before := ch.app
	ch.leaveStasis()
	ch.app, ch.inStasis = app, true
	ch.emit("StasisStart", fields{"args": args, "channel": ch.json()})
	before.collect()
}

// do runs f on the channel's thread: now, or when the playbacks before it have
// ended. Asterisk 22 does the same: adding a channel to a bridge, answering it
// and setting a variable all wait for its queued prompts.
func (ch *channel) do(f func()) (done <-chan struct{}) {
	c := command{run: f, done: make(chan struct{})}
	ch.queue = append(ch.queue, c)
	ch.pump()
	return c.done
}

func (ch *channel) pump() {
	for ch.playing == nil && ch.recording == nil && len(ch.queue) > 0 {
		next := ch.queue[0]
		ch.queue = ch.queue[1:]
		next.run()
		close(next.done)
	}
}

func (ch *channel) setState(state string) {
	if ch.state == state || ch.gone {
		return
	}
	ch.state = state
	ch.emit("ChannelStateChange", fields{"channel": ch.json()})
}

// hangup ends a channel as Asterisk 22.10.1 does: the request, the end of its
// prompts, its way out of bridge and application, and, for a leg we created,
// its destruction. request holds the fields of ChannelHangupRequest.
func (ch *channel) hangup(cause int, request fields) {
	if ch.gone {
		return
	}
	ch.gone, ch.cause = true, cause
	request["channel"] = ch.json()
	ch.emit("ChannelHangupRequest", request)
	for ch.playing != nil {
		ch.playing.finish("failed")
	}
	if ch.recording != nil {
		ch.recording.finish()
	}
	ch.end()
}

// end takes a channel out of everything it is in.
func (ch *channel) end() {
	ch.gone = true
	ch.leaveBridge()
	ch.leaveStasis()
	ch.endTransfers()
	if ch.phone != nil {
		ch.emit("ChannelDestroyed", fields{"cause": ch.cause, "cause_txt": causeText[ch.cause], "channel": ch.json()})
		ch.phone.drop(ch)
	}
	delete(ch.s.channels, ch.id)
	ch.s.order = slices.DeleteFunc(ch.s.order, func(other *channel) bool { return other == ch })
	ch.app.collect()
	ch.endSnoops()
}

// bySoft is the request made by ARI and by a dial's timeout. Its cause is not
// one of Q.850 but a flag of Asterisk, 32.
func bySoft() fields { return fields{"cause": 32, "soft": true} }

func (ch *channel) leaveStasis() {
	if ch.inStasis {
		ch.inStasis = false
		// It goes to who has the name now, even if that is another application
		// than the one that the channel entered.
		if app := ch.s.apps[ch.app.name]; app != nil {
			ch.s.emit(app, "StasisEnd", fields{"channel": ch.json()})
		}
	}
}

var causeText = map[int]string{
	1: "Unallocated (unassigned) number", 16: "Normal Clearing", 17: "User busy", 18: "No user responding",
	19: "User alerting, no answer", 20: "Subscriber absent", 21: "Call Rejected", 26: "Answered elsewhere",
	31: "Normal, unspecified", 34: "Circuit/channel congestion", 38: "Network out of order",
}

func (ch *channel) emit(typ string, f fields) { ch.s.emit(ch.app, typ, f) }

func (ch *channel) json() fields {
	app := ""
	if ch.inStasis {
		app = "Stasis"
	}
	f := fields{
		"id": ch.id, "name": ch.name, "state": ch.state, "protocol_id": "", "caller": ch.from, "connected": ch.to,
		"accountcode": "", "creationtime": stamp(ch.born), "language": ch.lang,
		"dialplan": fields{"context": "default", "exten": ch.exten, "priority": 1, "app_name": app, "app_data": ch.args},
	}
	return f
}

// Channel is a channel at one moment, for assertions.
type Channel struct {
	ID       ari.ChannelID
	State    string // Down, Ring, Ringing, Up
	Number   string // caller id
	Name     string
	Endpoint string // of a leg to a phone, "" for a caller
	// Snoops is the channel that it hears, "" if it is no snoop channel; Spy and Whisper
	// are which side of that it hears, and which one hears it.
	Snoops       ari.ChannelID
	Spy, Whisper string
	AppArgs      string // application and arguments, separated by commas
	InStasis     bool
	Bridge       ari.BridgeID // "" for none
	Music        string       // class of the music it hears, "" for none
	Ringing      bool         // it hears the ringing tone
	Playing      string       // medium it hears, "" for none
	Played       []string     // media started, in order
	Variables    map[string]string
	Gone         bool
	Cause        int // Q.850 cause of its end
	BridgedTo    []ari.ChannelID
	HeldBehind   int // commands that wait behind its playbacks
}

func (ch *channel) snapshot() Channel {
	c := Channel{
		ID: ari.ChannelID(ch.id), State: ch.state, Number: ch.from.Number, Name: ch.from.Name, AppArgs: ch.args,
		InStasis: ch.inStasis, Music: ch.music, Ringing: ch.ringing, Played: slices.Clone(ch.played), Variables: maps.Clone(ch.vars),
		Gone: ch.gone, Cause: ch.cause, HeldBehind: len(ch.queue),
	}
	if ch.phone != nil {
		c.Endpoint = ch.phone.endpoint
	}
	if ch.on != nil {
		c.Snoops, c.Spy, c.Whisper = ari.ChannelID(ch.on.id), ch.spy, ch.whisper
	}
	if ch.playing != nil {
		c.Playing = ch.playing.media[ch.playing.next-1]
	}
	if ch.bridge != nil {
		c.Bridge = ari.BridgeID(ch.bridge.id)
		for _, other := range ch.bridge.members {
			if other != ch {
				c.BridgedTo = append(c.BridgedTo, ari.ChannelID(other.id))
			}
		}
	}
	return c
}

// Channels returns the channels alive, in order of creation.
func (s *Server) Channels() []Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]Channel, 0, len(s.order))
	for _, ch := range s.order {
		list = append(list, ch.snapshot())
	}
	return list
}

// Channel returns a channel that is alive.
func (s *Server) Channel(id ari.ChannelID) (Channel, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.channels[string(id)]
	if ch == nil {
		return Channel{}, false
	}
	return ch.snapshot(), true
}
