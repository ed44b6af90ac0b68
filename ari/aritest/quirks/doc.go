// Package quirks holds what surprises in Asterisk's REST interface as tests that
// run on the fake of aritest and on a real Asterisk alike: what only the fake
// shows, or only the real one, is a failure. So the fake cannot drift from what
// it stands for, and a newer Asterisk tells what it does differently.
//
// The tests speak to the interface in its own terms, without package ari, whose
// care would hide what they look for. Read Run first.
package quirks

import (
	"testing"
	"time"
)

// Asterisk is what the quirks are looked for in. Each test has it to itself
// but for those that run beside others, and leaves nothing behind.
type Asterisk interface {
	// URL is the base of the interface, http://HOST:PORT/ari.
	URL() string
	User() string
	Password() string
	// Application is the one to which the dialplan hands callers.
	Application() string
	// Call dials an entry.
	Call(t *testing.T) Caller
	// Endpoint is a phone that does as it is told with each call.
	Endpoint(Behaviour) string
	// Settings are those of its configuration.
	Settings() Settings
	// Restart ends the process and starts it anew.
	Restart(t *testing.T)
}

// Caller is somebody who calls.
type Caller interface {
	Hangup()
	// PressInHaste presses keys of 100 ms, one every 120 ms.
	PressInHaste(keys string)
	// TriesAgain is the dialplan that presents a caller again whom nobody took; a real
	// one does so by itself.
	TriesAgain()
}

// Behaviour is what a phone does with a call.
type Behaviour string

// The phones of a test.
const (
	Rings        Behaviour = "rings"        // for ever
	Silent       Behaviour = "silent"       // answers nothing, not even 100
	Busy         Behaviour = "busy"         // 486
	Unregistered Behaviour = "unregistered" // nobody knows where it is
)

// Settings are what the behaviour of the HTTP server depends on.
type Settings struct {
	Sessions     int           // sessionlimit of http.conf
	KeepAlive    time.Duration // session_keep_alive of http.conf
	WriteTimeout time.Duration // websocket_write_timeout of ari.conf
	// Endless is a medium that plays until it is stopped.
	Endless string
}

// Run looks for every quirk in an Asterisk.
func Run(t *testing.T, a Asterisk) {
	for _, quirk := range []struct {
		name string
		test func(*testing.T, *wire)
	}{
		{"what happens while nobody listens is never told", gap},
		{"nobody listens: Stasis fails, and nothing can be asked of the caller until the dialplan tries again", nobodyListens},
		{"a second client silences the first", replaced},
		{"a channel that is moved takes its bridge along unheard", moved},
		{"a filter lives as long as its application", filterLives},
		{"subscriptions are counted and keep an application", subscriptions},
		{"subscribeAll does not survive its socket", subscribeAll},
		{"a filter of events swallows answers on the websocket", swallowed},
		{"a stuck channel stops every request on the websocket", stuck},
		{"a repeated id is refused, but not for playbacks", repeated},
		{"what is gone is not found, what is not up is refused", states},
		{"a second dial before the phone rings kills the leg", dialledTwice},
		{"why a leg ended tells its cause alone", busy},
		{"a bridge waits behind prompts", bridgeWaits},
		{"a key pressed in haste is told twice", toldTwice},
		{"a key in a bridge of two is told to nobody, unless it has dtmf_events", joinedNatively},
		{"a recording is kept when the caller hangs up", recordingKept},
		{"a recording ends by its longest time, and prompts wait behind it", recordingEnds},
		{"an empty bridge can be recorded", bridgeRecorded},
		{"a repeated id of a snoop is refused as if it had failed, and a snoop ends with what it hears", snooped},
		{"an unreachable phone is refused as a repeated id", falseConflict},
		{"too many connections are closed without a word", tooMany},
		{"an idle connection is closed under the client", idle},
		{"a client that does not read is cut off", slowReader},
		{"clients that replace each other in a storm are heard in the end", storm},
		{"a restart forgets everything and has a new start-up time", restart},
	} {
		t.Run(quirk.name, func(t *testing.T) { quirk.test(t, newWire(t, a)) })
	}
}
