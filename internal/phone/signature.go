package phone

import (
	"math/bits"
	"sync/atomic"
)

// Signature is what a call says instead of words: its own number, spoken as a
// pattern of A-law bytes that no other call of this process speaks. A test
// that finds it on the other side knows whose audio arrived there.
//
// The pattern is four bytes long and repeats through the frame: the marker
// 0x55 (the quietest negative sample, its top bit clear), then 21 bits of the
// number, seven to a byte, each with the top bit set. So the number is found
// whatever the alignment, and it survives a mixing bridge of Asterisk, which
// decodes to linear samples and encodes again. Each party hears the sum of all
// less what he said himself, which for A-law is what the other said as long as
// that sum fits into a sample, but for what silence adds: so no call speaks
// louder than half of it (newSignature), or two who speak at the same time would
// not be heard for as long as both do.
type Signature uint32

const (
	signatureMarker = 0x55
	signatureLimit  = 1 << 21

	frameBytes = 160 // 20 ms of A-law at 8 kHz: one byte, one sample, one tick of the RTP clock
)

var signaturesGiven atomic.Uint32

// loudest is the most that a call says: two such fit into a sample, and those who are
// silent beside them.
const loudest = (0x7fff - len(beside)*hushLevel) / 2

// newSignature never returns zero, which means "no signature" everywhere, none that is
// too loud, and none that is another beside those who are silent: where A-law is finest,
// two codes become one.
func newSignature() Signature {
	for {
		s := Signature(signaturesGiven.Add(1)%(signatureLimit-1) + 1)
		frame := s.frame()
		heard := true
		for _, code := range frame[:4] {
			heard = heard && decodeALaw(code) <= loudest
		}
		for n := range beside {
			mixed := frame
			for i := range mixed {
				mixed[i] = encodeALaw(decodeALaw(mixed[i]) + hushLevel*(n+1))
			}
			heard = heard && signatureOf(mixed[:]) == s
		}
		if heard {
			return s
		}
	}
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
// zero when there is none: silence, a prompt, music, two parties at once. Others
// who are silent beside the speaker do not count.
func signatureOf(payload []byte) Signature {
	if s := alone(payload); s != 0 || len(payload) > frameBytes {
		return s
	}
	var without [frameBytes]byte
	for n := range beside {
		for i, b := range payload {
			without[i] = beside[n][b]
		}
		if s := alone(without[:len(payload)]); s != 0 {
			return s
		}
	}
	return 0
}

// hushLevel is the silence of a phone: A-law has no zero.
const hushLevel = 8

// beside takes away those who are silent while somebody speaks, one to three, since a
// bridge adds what is there.
var beside = func() (tables [3][256]byte) {
	for n := range tables {
		for b := range 256 {
			tables[n][encodeALaw(decodeALaw(byte(b))+hushLevel*(n+1))] = byte(b)
		}
	}
	return tables
}()

// decodeALaw and encodeALaw are G.711 as Asterisk does it.
func decodeALaw(b byte) int {
	b ^= 0x55
	level := int(b&0x0f)<<4 + 8
	if segment := int(b&0x70) >> 4; segment > 0 {
		level = (level + 0x100) << (segment - 1)
	}
	if b&0x80 == 0 {
		return -level
	}
	return level
}

func encodeALaw(level int) byte {
	mask := byte(0xd5)
	if level < 0 {
		mask, level = 0x55, -level
	}
	level = min(level, 0x7fff)
	segment := max(0, bits.Len(uint(level))-8)
	return (byte(segment)<<4 | byte(level>>max(4, segment+3))&0x0f) ^ mask
}

func alone(payload []byte) Signature {
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
