package phone

import (
	"encoding/binary"
	"fmt"
	"strings"
)

const digitEvents = "0123456789*#ABCD" // the index is the event code of RFC 4733

// keystroke is one digit on its way out: a run of telephone-event packets that
// share the timestamp of the first, then a pause.
type keystroke struct {
	event uint8
	sent  chan<- struct{} // closed after the pause; nil but for the last of a Press

	started uint32 // RTP timestamp of the first packet
	ticks   int    // frames elapsed since, the pause included
}

func keystrokes(digits string) ([]*keystroke, error) {
	var keys []*keystroke
	for place, r := range strings.ToUpper(digits) {
		code := strings.IndexRune(digitEvents, r)
		if code < 0 {
			return nil, fmt.Errorf("%q at place %d is no telephone key", r, place+1)
		}
		keys = append(keys, &keystroke{event: uint8(code)})
	}
	return keys, nil
}

// eventPayload is the four bytes of RFC 4733: code, end bit with the volume
// (-10 dBm0), duration in samples.
func eventPayload(event uint8, end bool, samples int) []byte {
	p := []byte{event, 10, 0, 0}
	if end {
		p[1] |= 0x80
	}
	binary.BigEndian.PutUint16(p[2:], uint16(samples))
	return p
}

// digitEar turns received telephone-event packets into digits. A new timestamp
// is a new key; the packets of one key, its three ends and any loss among them
// count once.
type digitEar struct {
	digits  strings.Builder
	heard   bool
	current uint32
}

func (e *digitEar) packet(timestamp uint32, payload []byte) {
	if len(payload) < 4 || int(payload[0]) >= len(digitEvents) {
		return
	}
	if e.heard && timestamp == e.current {
		return
	}
	e.heard, e.current = true, timestamp
	e.digits.WriteByte(digitEvents[payload[0]])
}
