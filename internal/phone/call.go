package phone

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"
)

// ErrEnded is wrapped by whatever waited for, or was asked of, a call that has
// ended; the error's text says how it ended.
var ErrEnded = errors.New("call has ended")

// Party is one side of a call as the other sees it.
type Party struct{ Name, Number string }

// Side says who ended a call.
type Side int

// The sides. Network means that nobody did: the peer fell silent.
const (
	Local Side = iota + 1
	Remote
	Network
)

func (s Side) String() string {
	switch s {
	case Local:
		return "local"
	case Remote:
		return "remote"
	case Network:
		return "network"
	default:
		return "nobody"
	}
}

// Times are the moments of one call, each with a wall and a monotonic reading
// (so that Sub is exact); zero: has not happened. A call received here is
// Invited when its INVITE was read from the socket, Answered when 200 was
// sent, Confirmed when the ACK came. A call placed here is Invited when the
// INVITE was sent, Answered when 200 was handled.
type Times struct {
	Invited, Ringing, Answered, Confirmed, Cancelled, Ended time.Time
}

// End is how a call ended. When both sides hang up in the same instant, each
// reports Local. Answered together with a Cancelled time is a CANCEL that
// crossed the 200.
type End struct {
	By     Side
	Status int    // final status of the INVITE: 200, 486, 487…; 0 when there was none
	Cause  int    // Q.850 cause of the Reason header; 0 when there was none
	Reason string // the Reason header as it came
}

func (e End) String() string {
	s := fmt.Sprintf("by %s, status %d", e.By, e.Status)
	if e.Reason != "" {
		s += ", " + e.Reason
	}
	return s
}

// Call is one call, placed or received. Every method may be called at any
// time, from any goroutine.
type Call struct {
	x         *Exchange
	phone     *Phone // nil: placed by Exchange.Call
	placed    bool
	from, to  Party
	key       dialogKey
	signature Signature
	invite    *sip.Request // as received; nil for a placed call

	rings    chan struct{} // closed at the first 180 or 183 received
	answers  chan struct{} // closed when both sides may talk
	confirms chan struct{} // received calls: closed by the ACK
	cancels  chan struct{} // placed calls: closed to ask for a CANCEL
	ends     chan struct{}

	mu       sync.Mutex
	times    Times
	end      End
	talking  bool
	hangsUp  bool // our BYE is under way: stay findable until it is answered
	dialog   dialog
	media    *stream
	version  int // of our session description
	incoming incoming
	referral referral
	timers   []*time.Timer // stopped at the end
	once     struct{ confirm, ring sync.Once }
}

func (x *Exchange) newCall(phone *Phone, from, to Party) *Call {
	return &Call{
		x: x, phone: phone, from: from, to: to, signature: newSignature(),
		rings: make(chan struct{}), answers: make(chan struct{}), confirms: make(chan struct{}),
		cancels: make(chan struct{}), ends: make(chan struct{}),
	}
}

// ID is the SIP Call-ID of this leg.
func (c *Call) ID() string { return c.key.callID }

// Phone is the phone that received or placed the call; nil for a caller.
func (c *Call) Phone() *Phone { return c.phone }

// From is who calls, as the called side is told.
func (c *Call) From() Party { return c.from }

// To is who was called: the user of the request URI.
func (c *Call) To() Party { return c.to }

// Header returns the first value of a header of the received INVITE, "" when
// it has none or the call was placed here.
func (c *Call) Header(name string) string {
	if c.invite == nil {
		return ""
	}
	if h := c.invite.GetHeader(name); h != nil {
		return h.Value()
	}
	return ""
}

// Times returns what has happened so far.
func (c *Call) Times() Times {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.times
}

// End returns how the call ended and whether it has.
func (c *Call) End() (End, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.end, !c.times.Ended.IsZero()
}

// Done is closed at the end of the call.
func (c *Call) Done() <-chan struct{} { return c.ends }

// Talking tells that the call is answered and has not ended.
func (c *Call) Talking() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.talking && c.times.Ended.IsZero()
}

// WaitRinging waits for the other side of a placed call to ring (180 or 183),
// or to answer without.
func (c *Call) WaitRinging(ctx context.Context) error {
	return c.wait(ctx, c.rings, "ring")
}

// WaitAnswered waits until both sides may talk.
func (c *Call) WaitAnswered(ctx context.Context) error {
	return c.wait(ctx, c.answers, "be answered")
}

// WaitEnded waits for the end and returns it.
func (c *Call) WaitEnded(ctx context.Context) (End, error) {
	select {
	case <-c.ends:
		end, _ := c.End()
		return end, nil
	case <-ctx.Done():
		return End{}, fmt.Errorf("wait for %s to end: %w", c, ctx.Err())
	}
}

func (c *Call) wait(ctx context.Context, happened <-chan struct{}, what string) error {
	select { // what has happened counts also when more has happened since
	case <-happened:
		return nil
	default:
	}
	select {
	case <-happened:
		return nil
	case <-c.ends:
		return fmt.Errorf("wait for %s to %s: %w", c, what, c.endedError())
	case <-ctx.Done():
		return fmt.Errorf("wait for %s to %s: %w", c, what, ctx.Err())
	}
}

func (c *Call) endedError() error {
	end, _ := c.End()
	return fmt.Errorf("%w (%s)", ErrEnded, end)
}

func (c *Call) String() string {
	return fmt.Sprintf("call %s → %s", c.from.Number, c.to.Number)
}

func (c *Call) isEnded() bool {
	select {
	case <-c.ends:
		return true
	default:
		return false
	}
}

// finish records the first end and lets go of port, timers and phone, all
// before Done tells of it. It is called from within locks of the library, so
// it must neither wait nor send.
func (c *Call) finish(end End) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.times.Ended.IsZero() {
		return false
	}
	c.times.Ended = time.Now()
	c.end = end
	for _, t := range c.timers {
		t.Stop()
	}
	c.incoming.unacknowledged.stop()
	if c.media != nil {
		c.x.beat.remove(c.media)
		c.media.close()
	}
	if c.phone != nil {
		c.phone.released(c)
	}
	if !c.hangsUp {
		c.x.forget(c)
	}
	close(c.ends)
	return true
}

// later runs f after d unless the call has ended by then.
func (c *Call) later(d time.Duration, f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.times.Ended.IsZero() {
		c.timers = append(c.timers, c.x.after(d, f))
	}
}

// reasonOf reads the Reason header of RFC 3326, for example
// `Q.850;cause=17;text="User busy"`.
func reasonOf(m interface{ GetHeader(string) sip.Header }) (reason string, cause int) {
	h := m.GetHeader("Reason")
	if h == nil {
		return "", 0
	}
	protocol, parameters, _ := strings.Cut(h.Value(), ";")
	if strings.EqualFold(strings.TrimSpace(protocol), "Q.850") {
		for p := range strings.SplitSeq(parameters, ";") {
			if value, ok := strings.CutPrefix(strings.TrimSpace(p), "cause="); ok {
				cause, _ = strconv.Atoi(value)
			}
		}
	}
	return h.Value(), cause
}
