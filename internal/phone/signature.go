package phone

import "sync/atomic"

// Signature is what a call says instead of words: its own number, spoken as a
// pattern of A-law bytes that no other call of this process speaks. A test
// that finds it on the other side knows whose audio arrived there.
//
// The pattern is four bytes long and repeats through the frame: the marker
// 0x55 (the quietest negative sample, its top bit clear), then 21 bits of the
// number, seven to a byte, each with the top bit set. So the number is found
// whatever the alignment, and it survives a mixing bridge of Asterisk, which
// decodes to linear samples and encodes again: for A-law that is the identity
// as long as one party speaks at a time.
type Signature uint32

const (
	signatureMarker = 0x55
	signatureLimit  = 1 << 21

	frameBytes = 160 // 20 ms of A-law at 8 kHz: one byte, one sample, one tick of the RTP clock
)

var signaturesGiven atomic.Uint32

// newSignature never returns zero, which means "no signature" everywhere.
func newSignature() Signature {
	return Signature(signaturesGiven.Add(1)%(signatureLimit-1) + 1)
}

func (s Signature) frame() [frameBytes]byte {
	pattern := [4]byte{signatureMarker, 0x80 | byte(s>>14)&0x7f, 0x80 | byte(s>>7)&0x7f, 0x80 | byte(s)&0x7f}
	var frame [frameBytes]byte
	for i := range frame {
		frame[i] = pattern[i%4]
	}
	return frame
}

// signatureOf returns the signature that fills the payload from end to end, or
// zero when there is none: silence, a prompt, music, two parties at once.
func signatureOf(payload []byte) Signature {
	if len(payload) < 8 {
		return 0
	}
	start := 0
	for start < 4 && payload[start] != signatureMarker {
		start++
	}
	if start == 4 {
		return 0
	}
	for i := 4; i < len(payload); i++ {
		if payload[i] != payload[i-4] {
			return 0
		}
	}
	high, middle, low := payload[start+1], payload[start+2], payload[start+3]
	if high&middle&low&0x80 == 0 {
		return 0
	}
	return Signature(high&0x7f)<<14 | Signature(middle&0x7f)<<7 | Signature(low&0x7f)
}
