package phone

import (
	"context"
	"fmt"
	"net/netip"
	"time"
)

// Signature is what this call says on its RTP stream.
func (c *Call) Signature() Signature { return c.signature }

// Heard returns how many received packets carried that signature; it stays
// readable after the end.
func (c *Call) Heard(s Signature) int {
	m := c.stream()
	if m == nil {
		return 0
	}
	m.in.Lock()
	defer m.in.Unlock()
	return m.in.heard[s]
}

// HeardAny returns every signature heard so far with its count of packets: one
// that belongs to a third call is cross-talk.
func (c *Call) HeardAny() map[Signature]int {
	heard := make(map[Signature]int)
	if m := c.stream(); m != nil {
		m.in.Lock()
		defer m.in.Unlock()
		for s, n := range m.in.heard {
			heard[s] = n
		}
	}
	return heard
}

// Digits returns the RFC 4733 digits received so far.
func (c *Call) Digits() string {
	m := c.stream()
	if m == nil {
		return ""
	}
	m.in.Lock()
	defer m.in.Unlock()
	return m.in.ear.digits.String()
}

// PacketsReceived counts RTP packets of any kind.
func (c *Call) PacketsReceived() int {
	m := c.stream()
	if m == nil {
		return 0
	}
	m.in.Lock()
	defer m.in.Unlock()
	return m.in.packets
}

// PacketsSent counts RTP packets of any kind.
func (c *Call) PacketsSent() int {
	m := c.stream()
	if m == nil {
		return 0
	}
	m.out.Lock()
	defer m.out.Unlock()
	return m.out.packets
}

// LastReceived is when the latest RTP packet came, zero when none did.
func (c *Call) LastReceived() time.Time {
	m := c.stream()
	if m == nil {
		return time.Time{}
	}
	m.in.Lock()
	defer m.in.Unlock()
	return m.in.last
}

// Speak says so many frames of 20 ms beyond what Options.FrameEvery asks for:
// the audio of a call in a load test.
func (c *Call) Speak(frames int) error {
	if !c.Talking() {
		return fmt.Errorf("speak on %s: not answered", c)
	}
	c.stream().say(frames)
	return nil
}

// Hush has the person say nothing from now on, or go on speaking: the phone sends
// packets in which there is nothing to hear.
func (c *Call) Hush(hushed bool) error {
	if !c.Talking() {
		return fmt.Errorf("hush %s: not answered", c)
	}
	c.stream().fallSilent(hushed, false)
	return nil
}

// Mute has the phone send no audio at all from now on, as phones do that suppress
// silence; Hush(false) ends it. Digits are sent all the same.
func (c *Call) Mute() error {
	if !c.Talking() {
		return fmt.Errorf("mute %s: not answered", c)
	}
	c.stream().fallSilent(false, true)
	return nil
}

// Press sends digits (0-9 * # A-D) as RFC 4733 events and returns when the
// last has been sent with its pause. Digits of concurrent calls follow one
// another.
func (c *Call) Press(ctx context.Context, digits string) error {
	keys, err := keystrokes(digits)
	if err != nil {
		return fmt.Errorf("press on %s: %w", c, err)
	}
	if !c.Talking() {
		return fmt.Errorf("press on %s: not answered", c)
	}
	sent, err := c.stream().press(keys)
	if err != nil {
		return fmt.Errorf("press on %s: %w", c, err)
	}
	select {
	case <-sent:
		return nil
	case <-c.ends:
		return fmt.Errorf("press on %s: %w", c, c.endedError())
	case <-ctx.Done():
		return fmt.Errorf("press on %s: %w", c, ctx.Err())
	}
}

func (c *Call) stream() *stream {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.media
}

// openMedia binds the call's port and listens; speaking waits for startTalk.
func (c *Call) openMedia() (*stream, error) {
	media, err := openStream(c.x.ip, c.signature, c.x.options.cadence())
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	ended := !c.times.Ended.IsZero()
	if !ended {
		c.media = media
	}
	c.mu.Unlock()
	if ended || !c.x.spawn(media.read) {
		media.close()
		return nil, fmt.Errorf("open media of %s: %w", c, ErrEnded)
	}
	return media, nil
}

// startTalk lets the metronome speak for the call, unless it has just ended.
func (c *Call) startTalk() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.times.Ended.IsZero() {
		c.x.beat.add(c.media)
	}
}

// description is our side of the session; its version grows each time.
func (c *Call) description(events uint8, d direction) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.version++
	address := netip.AddrPortFrom(c.x.ip, c.media.local().Port())
	return description{address: address, events: events, direction: d}.body(c.version)
}
