package ari

import (
	"time"

	v5 "github.com/CyCoreSystems/ari/v5"
)

// Keys tells the keys that were pressed on one channel from their echoes. The zero
// value has heard nothing.
//
// Asterisk (main/channel.c, seen in 22.10.1) holds a key back that ends while it is
// busy: it still plays the one before, or did so less than 45 ms ago. Late packets and
// telephones that dial fast are enough. It tells ChannelDtmfReceived when such a key
// comes and once more when it takes the key up, before it reads anything else of the
// channel. Both look alike, so that a number keyed in gains a digit. Keys reckons by the
// times of the events when Asterisk is busy, and takes for an echo what repeats a key
// that came then.
type Keys struct {
	last keyEvent
	busy time.Time // until when; before the first key the zero time
	// echoBy is when the echo of the last key comes at the latest; zero if it was not
	// held back, or its echo came.
	echoBy time.Time
}

// keyEvent is one event of Asterisk that tells a key.
type keyEvent struct {
	digit  string
	length time.Duration // of the key, by the telephone
	at     time.Time     // when it ended, by Asterisk's clock
}

const (
	shortestKey = 80 * time.Millisecond // AST_MIN_DTMF_DURATION: a shorter one is played as long as that
	keyGap      = 45 * time.Millisecond // AST_MIN_DTMF_GAP
	// keyFrame is how often Asterisk looks whether it is still busy.
	keyFrame = 20 * time.Millisecond
	// An echo comes with the second frame after that, later on a loaded machine. Of a
	// key that may as well not have been held back it is not waited for so long that
	// the same key could be pressed again.
	echoOfMaybe, echoOfSure = 100 * time.Millisecond, 150 * time.Millisecond
)

// Pressed returns the key that an event tells and whether it was pressed: not if the
// event is an echo of the one before, or tells no key. Give it every event, in order;
// at is Event.At.
func (k *Keys) Pressed(v *v5.ChannelDtmfReceived, at time.Time) (key byte, pressed bool) {
	if len(v.Digit) != 1 {
		return 0, false
	}
	now := keyEvent{digit: v.Digit, length: time.Duration(v.DurationMs) * time.Millisecond, at: at}
	if k.isEcho(now) {
		k.last, k.echoBy, k.busy = keyEvent{}, time.Time{}, now.played()
		return v.Digit[0], false
	}
	if !k.echoBy.IsZero() { // no echo came: the last was not held back, but played
		k.busy = k.last.played()
	}
	k.last, k.echoBy = now, time.Time{}
	switch began := at.Add(-now.length); {
	case at.Before(k.busy.Add(-keyFrame)):
		k.echoBy = k.busy.Add(echoOfSure)
	case at.Before(k.busy.Add(keyFrame)):
		k.echoBy = k.busy.Add(echoOfMaybe)
	case began.Before(k.busy): // Asterisk missed how it began, and plays it now
		k.busy = now.played()
	default: // it was heard as it was pressed
		k.busy = at.Add(max(0, shortestKey-now.length) + keyGap)
	}
	return v.Digit[0], true
}

// isEcho: the same key can also not be pressed again in less time than it was held.
func (k *Keys) isEcho(now keyEvent) bool {
	return now.digit == k.last.digit && now.length == k.last.length &&
		(now.at.Before(k.echoBy) || now.at.Before(k.last.at.Add(now.length)))
}

// played is when Asterisk is done with a key that it begins to play when it has ended.
func (e keyEvent) played() time.Time { return e.at.Add(max(e.length, shortestKey) + keyGap) }
