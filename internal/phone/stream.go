package phone

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/pion/rtp"
)

const frameTime = 20 * time.Millisecond

// cadence is how a stream speaks, in frames of 20 ms.
type cadence struct {
	every int // one frame of audio out of so many; 0: only when asked
	tone  int // length of a digit
	pause int // silence of keys after it
}

// stream is the RTP of one call: one UDP port, what is said into it and what
// is heard from it. The metronome calls tick; read runs on a goroutine of its
// own until close.
type stream struct {
	conn    *net.UDPConn
	cadence cadence
	frame   [frameBytes]byte
	closing sync.Once

	out struct {
		sync.Mutex
		remote    netip.AddrPort // invalid: say nothing
		events    uint8          // payload type of digits, as the other side wants it
		header    rtp.Header
		tick      int
		owed      int // frames to say whatever the cadence
		keys      []*keystroke
		packets   int
		speaking  bool // false: the next audio packet begins a talkspurt
		hushed    bool // what is said is silence
		muted     bool // nothing is said at all
		packetBuf [frameBytes + 32]byte
	}
	in struct {
		sync.Mutex
		events  uint8
		packets int
		heard   map[Signature]int
		last    time.Time
		ear     digitEar
	}
}

// openStream binds an even port, as RTP wants it, so that no RTCP sent to the
// port above the one of another call is taken for that call's audio.
func openStream(ip netip.Addr, signature Signature, cadence cadence) (*stream, error) {
	const attempts = 32
	for range attempts {
		conn, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(ip, 0)))
		if err != nil {
			return nil, fmt.Errorf("open RTP port on %s: %w", ip, err)
		}
		if conn.LocalAddr().(*net.UDPAddr).Port%2 == 0 {
			return newStream(conn, signature, cadence), nil
		}
		_ = conn.Close()
	}
	return nil, fmt.Errorf("open RTP port on %s: no even port in %d attempts", ip, attempts)
}

func newStream(conn *net.UDPConn, signature Signature, cadence cadence) *stream {
	s := &stream{conn: conn, cadence: cadence, frame: signature.frame()}
	s.out.header = rtp.Header{
		Version:        2,
		SSRC:           rand.Uint32(),
		SequenceNumber: uint16(rand.Uint32()),
		Timestamp:      rand.Uint32(),
	}
	s.in.heard = make(map[Signature]int)
	s.in.events = payloadEvent
	return s
}

func (s *stream) local() netip.AddrPort {
	return s.conn.LocalAddr().(*net.UDPAddr).AddrPort()
}

// aim points the stream at what the other side described; nothing is sent
// before, nor while the other side is on hold.
func (s *stream) aim(remote description) {
	s.out.Lock()
	defer s.out.Unlock()
	first := !s.out.remote.IsValid()
	s.out.events = remote.events
	if remote.silent() {
		s.out.remote = netip.AddrPort{}
		return
	}
	s.out.remote = remote.address
	if first && s.out.owed == 0 {
		s.out.owed = 1 // also a quiet phone says something: Asterisk's Answer() waits 500 ms for media
	}
}

// hear tells the stream under which payload type digits will come.
func (s *stream) hear(events uint8) {
	s.in.Lock()
	defer s.in.Unlock()
	s.in.events = events
}

func (s *stream) say(frames int) {
	s.out.Lock()
	defer s.out.Unlock()
	s.out.owed += frames
}

// press queues keys; the returned channel closes when the last has been sent.
func (s *stream) press(keys []*keystroke) (<-chan struct{}, error) {
	sent := make(chan struct{})
	if len(keys) == 0 {
		close(sent)
		return sent, nil
	}
	s.out.Lock()
	defer s.out.Unlock()
	if s.out.events == 0 {
		return nil, fmt.Errorf("the other side takes no telephone-event")
	}
	keys[len(keys)-1].sent = sent
	s.out.keys = append(s.out.keys, keys...)
	return sent, nil
}

// tick is one frame of time: a digit's packet, a frame of audio or nothing. No digit is
// hurried by a frame that is made up for: Asterisk measures digits and the pauses between
// them by its own clock, too, stretches what is shorter than 80 ms and holds back what follows
// within 45.
func (s *stream) tick(madeUp bool) {
	s.out.Lock()
	defer s.out.Unlock()
	s.out.tick++
	s.out.header.Timestamp += frameBytes
	if !s.out.remote.IsValid() {
		s.out.speaking = false
		return
	}
	if len(s.out.keys) > 0 && (madeUp || s.typeKey()) {
		return
	}
	s.speak()
}

// typeKey sends this tick's part of the first key and reports whether the key
// took the tick; in the pause after a key it does not, and audio goes on.
func (s *stream) typeKey() bool {
	key := s.out.keys[0]
	if key.ticks == 0 {
		key.started = s.out.header.Timestamp
	}
	key.ticks++
	switch {
	case key.ticks < s.cadence.tone:
		s.sendKey(key, false)
		return true
	case key.ticks == s.cadence.tone:
		for range 3 { // RFC 4733, 2.5.1.4: the end is said three times
			s.sendKey(key, true)
		}
		s.out.speaking = false
		return true
	case key.ticks >= s.cadence.tone+s.cadence.pause:
		s.out.keys = s.out.keys[1:]
		if key.sent != nil {
			close(key.sent)
		}
	}
	return false
}

func (s *stream) sendKey(key *keystroke, end bool) {
	h := s.out.header
	h.PayloadType = s.out.events
	h.Timestamp = key.started
	h.Marker = key.ticks == 1
	s.send(h, eventPayload(key.event, end, key.ticks*frameBytes))
}

func (s *stream) speak() {
	due := s.cadence.every > 0 && s.out.tick%s.cadence.every == 0
	if s.out.owed > 0 {
		s.out.owed--
		due = true
	}
	if !due || s.out.muted {
		return
	}
	h := s.out.header
	h.PayloadType = payloadPCMA
	h.Marker = !s.out.speaking
	s.out.speaking = true
	if s.out.hushed {
		s.send(h, silence[:])
		return
	}
	s.send(h, s.frame[:])
}

// silence is a frame in which there is nothing to hear.
var silence = func() (frame [frameBytes]byte) {
	for i := range frame {
		frame[i] = 0xd5 // A-law, the quietest positive sample
	}
	return frame
}()

func (s *stream) fallSilent(hushed, muted bool) {
	s.out.Lock()
	defer s.out.Unlock()
	s.out.hushed, s.out.muted, s.out.speaking = hushed, muted, s.out.speaking && !muted
}

func (s *stream) send(h rtp.Header, payload []byte) {
	n, err := rtp.MarshalPacketTo(s.out.packetBuf[:], &h, payload)
	if err != nil {
		return
	}
	s.out.header.SequenceNumber++
	// A full socket buffer loses the packet as a network would; a closed
	// socket means that the call has just ended.
	if _, err := s.conn.WriteToUDPAddrPort(s.out.packetBuf[:n], s.out.remote); err == nil {
		s.out.packets++
	}
}

// read receives until the port is closed.
func (s *stream) read() {
	buf := make([]byte, 2048)
	for {
		n, _, err := s.conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		s.packet(buf[:n])
	}
}

func (s *stream) packet(data []byte) {
	if len(data) > 1 && data[1] >= 200 && data[1] <= 207 {
		return // RTCP sent to the RTP port
	}
	var h rtp.Header
	n, err := h.Unmarshal(data)
	if err != nil || h.Version != 2 {
		return
	}
	s.in.Lock()
	defer s.in.Unlock()
	s.in.packets++
	s.in.last = time.Now()
	switch h.PayloadType {
	case payloadPCMA:
		if signature := signatureOf(data[n:]); signature != 0 {
			s.in.heard[signature]++
		}
	case s.in.events:
		s.in.ear.packet(h.Timestamp, data[n:])
	}
}

func (s *stream) close() {
	s.closing.Do(func() { _ = s.conn.Close() })
}
