package phone

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

const (
	payloadPCMA  = 8   // static type of RFC 3551
	payloadEvent = 101 // what Asterisk and most operators use for telephone-event
)

// direction is who may speak on a medium, in the words of SDP and from the
// point of view of the side that wrote them.
type direction string

const (
	bothWays direction = "sendrecv"
	sendOnly direction = "sendonly"
	recvOnly direction = "recvonly"
	inactive direction = "inactive"
)

// answer is the direction that answers an offer of d.
func (d direction) answer() direction {
	switch d {
	case sendOnly:
		return recvOnly
	case recvOnly:
		return sendOnly
	default:
		return d
	}
}

// mayBeSentTo tells whether the side that wrote d wants to receive.
func (d direction) mayBeSentTo() bool { return d == bothWays || d == recvOnly }

// description is the part of an SDP body that a phone with one A-law stream
// needs. A zero events means that the side takes no RFC 4733 digits.
type description struct {
	address   netip.AddrPort
	events    uint8
	direction direction
}

func (d description) body(version int) []byte {
	var b strings.Builder
	ip := d.address.Addr()
	fmt.Fprintf(&b, "v=0\r\no=- %d %d IN IP4 %s\r\ns=guichet phone\r\nc=IN IP4 %s\r\nt=0 0\r\n", d.address.Port(), version, ip, ip)
	fmt.Fprintf(&b, "m=audio %d RTP/AVP %d", d.address.Port(), payloadPCMA)
	if d.events != 0 {
		fmt.Fprintf(&b, " %d", d.events)
	}
	fmt.Fprintf(&b, "\r\na=rtpmap:%d PCMA/8000\r\n", payloadPCMA)
	if d.events != 0 {
		fmt.Fprintf(&b, "a=rtpmap:%d telephone-event/8000\r\na=fmtp:%d 0-16\r\n", d.events, d.events)
	}
	fmt.Fprintf(&b, "a=ptime:20\r\na=%s\r\n", d.direction)
	return []byte(b.String())
}

var errNoCommonMedia = errors.New("no PCMA audio stream is offered")

// parseDescription reads an offer or an answer: the first audio stream, its
// address and the type of its digits. It refuses one without PCMA.
func parseDescription(body []byte) (description, error) {
	d := description{direction: bothWays}
	var session, media string // addresses: that of the stream wins over that of the session
	var port int
	var formats []string
	inAudio, seenMedia := false, false
	for line := range strings.Lines(string(body)) {
		kind, value, ok := strings.Cut(strings.TrimRight(line, "\r\n"), "=")
		if !ok {
			continue
		}
		switch {
		case kind == "m":
			inAudio = strings.HasPrefix(value, "audio ") && len(formats) == 0
			seenMedia = true
			if fields := strings.Fields(value); inAudio && len(fields) > 3 {
				port, _ = strconv.Atoi(fields[1])
				formats = fields[3:]
			}
		case kind == "c" && !seenMedia:
			session = lastField(value)
		case kind == "c" && inAudio:
			media = lastField(value)
		case kind == "a" && (inAudio || !seenMedia):
			d.attribute(value)
		}
	}
	if media == "" {
		media = session
	}
	ip, err := netip.ParseAddr(media)
	if err != nil {
		return description{}, fmt.Errorf("read session description: connection address %q: %w", media, err)
	}
	if !contains(formats, payloadPCMA) {
		return description{}, errNoCommonMedia
	}
	if !contains(formats, d.events) {
		d.events = 0
	}
	d.address = netip.AddrPortFrom(ip.Unmap(), uint16(port))
	return d, nil
}

func (d *description) attribute(value string) {
	switch direction(value) {
	case bothWays, sendOnly, recvOnly, inactive:
		d.direction = direction(value)
		return
	}
	mapping, ok := strings.CutPrefix(value, "rtpmap:")
	if !ok {
		return
	}
	number, name, _ := strings.Cut(mapping, " ")
	if strings.EqualFold(name, "telephone-event/8000") {
		if pt, err := strconv.ParseUint(number, 10, 7); err == nil {
			d.events = uint8(pt)
		}
	}
}

// silent tells that nothing may be sent there: the stream is refused, or the
// other side is on hold by either of the two ways there are to say so.
func (d description) silent() bool {
	return d.address.Port() == 0 || d.address.Addr().IsUnspecified() || !d.direction.mayBeSentTo()
}

func lastField(s string) string {
	fields := strings.Fields(s)
	if len(fields) == 0 {
		return ""
	}
	return fields[len(fields)-1]
}

func contains(formats []string, payload uint8) bool {
	for _, f := range formats {
		if f == strconv.Itoa(int(payload)) {
			return true
		}
	}
	return false
}
