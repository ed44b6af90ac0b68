package phone

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"
)

// Timers of RFC 3261. The library has them as variables of the whole process;
// what we time ourselves must not change when a test changes those.
const (
	t1         = 500 * time.Millisecond
	t2         = 4 * time.Second
	patience   = 64 * t1 // after which a transaction without an answer is over
	statusGone = 481     // call or transaction does not exist
)

// dialog is what a request within the call must say.
type dialog struct {
	local    sip.FromHeader
	remote   sip.ToHeader
	target   sip.Uri
	peer     string
	sequence uint32
}

// aimAt takes the other side's Contact as the address of later requests. Where
// it names no address, the source of the message serves.
func (d *dialog) aimAt(contact *sip.ContactHeader, source string) {
	if contact == nil {
		d.peer = source
		return
	}
	d.target = *contact.Address.Clone()
	d.peer = source
	if net.ParseIP(d.target.Host) != nil {
		port := d.target.Port
		if port == 0 {
			port = sip.DefaultUdpPort
		}
		d.peer = net.JoinHostPort(d.target.Host, strconv.Itoa(port))
	}
}

func (c *Call) peer() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.dialog.peer
}

// within composes the next request of the dialog.
func (c *Call) within(method sip.RequestMethod) *sip.Request {
	c.mu.Lock()
	c.dialog.sequence++
	e := c.envelope(method, c.dialog.sequence)
	c.mu.Unlock()
	return c.x.compose(e)
}

func (c *Call) envelope(method sip.RequestMethod, sequence uint32) envelope {
	d := &c.dialog
	return envelope{
		method: method, target: d.target, from: d.local, to: d.remote,
		callID: c.key.callID, sequence: sequence, peer: d.peer,
	}
}

// Hangup ends the call the way its state asks for: BYE when it talks, CANCEL
// when it was placed and still rings, 603 when it was received and rings. It
// returns when the call has ended here and the other side knows; nil for a
// call that has ended already, also by the other side in the same instant.
func (c *Call) Hangup(ctx context.Context) error {
	switch {
	case c.isEnded():
		return nil
	case c.Talking():
		return c.bye(ctx)
	case c.placed:
		return c.cancel(ctx)
	default:
		return c.declineOrBye(ctx)
	}
}

func (c *Call) declineOrBye(ctx context.Context) error {
	err := c.refuse(sip.StatusGlobalDecline)
	if errors.Is(err, errAnswered) { // by its behaviour, just now
		return c.bye(ctx)
	}
	return err
}

// bye ends an answered call. A call received here waits for its ACK first, as
// RFC 3261 15 demands.
func (c *Call) bye(ctx context.Context) error {
	select {
	case <-c.confirms:
	case <-c.ends:
		return nil
	case <-ctx.Done():
	}
	c.mu.Lock()
	first := c.times.Ended.IsZero() && !c.hangsUp
	c.hangsUp = true
	c.mu.Unlock()
	if !first {
		return nil
	}
	defer c.x.forget(c)
	req := c.within(sip.BYE)
	c.finish(End{By: Local, Status: sip.StatusOK})
	_, err := c.x.wire.do(ctx, req) // any final answer will do: 481 is a BYE that crossed ours
	if err != nil {
		return fmt.Errorf("hang up %s: %w", c, err)
	}
	return nil
}

// unacknowledged is a 200 to an INVITE that is said again until its ACK comes:
// the library leaves that to its user.
type unacknowledged struct {
	mu       sync.Mutex
	sequence uint32
	timer    *time.Timer
}

// repeat sends res again at T1, 2·T1… up to T2 apart; past 64·T1 it gives up.
func (u *unacknowledged) repeat(x *Exchange, tx *sip.ServerTx, res *sip.Response, giveUp func()) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.timer != nil {
		u.timer.Stop()
	}
	u.sequence = res.CSeq().SeqNo
	began, wait := time.Now(), t1
	var again func()
	again = func() {
		if time.Since(began) > patience {
			giveUp()
			return
		}
		_ = tx.Respond(res)
		u.mu.Lock()
		defer u.mu.Unlock()
		if u.timer != nil && u.sequence == res.CSeq().SeqNo {
			wait = min(2*wait, t2)
			u.timer = x.after(wait, again)
		}
	}
	u.timer = x.after(wait, again)
}

// acknowledged stops the repetition if the ACK is the one waited for.
func (u *unacknowledged) acknowledged(sequence uint32) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.timer != nil && sequence == u.sequence {
		u.timer.Stop()
		u.timer = nil
	}
}

func (u *unacknowledged) stop() {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.timer != nil {
		u.timer.Stop()
		u.timer = nil
	}
}
