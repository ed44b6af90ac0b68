package phone

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"strconv"
	"time"

	"github.com/emiago/sipgo/sip"
)

var errAnswered = errors.New("already answered")

// incoming is what a received call has more than a placed one.
type incoming struct {
	tx             *sip.ServerTx // nil until served, and for ever at a silent phone
	silent         bool
	decided        bool // answered or refused; the transaction may still say: too late
	talk           time.Duration
	offer          description
	offered        bool // false: the INVITE has no offer, ours goes out with the 200
	unacknowledged unacknowledged
}

// localTag is the tag of our side of a call that was offered to us. It depends
// on the INVITE only, so that a repetition, a CANCEL and the library's own
// answers carry the same.
func localTag(callID, remoteTag string) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(callID + "\x00" + remoteTag))
	return strconv.FormatUint(h.Sum64(), 36)
}

// meet makes the call of a first INVITE as soon as it is read from the socket,
// before the library forks: what follows the INVITE on the wire finds it.
func (x *Exchange) meet(req *sip.Request, now time.Time) {
	from, to, id := req.From(), req.To(), req.CallID()
	if to.Params.Has("tag") {
		return
	}
	x.mu.Lock()
	phone := x.phones[req.Recipient.User]
	x.mu.Unlock()
	if phone == nil {
		return
	}
	remoteTag, _ := from.Params.Get("tag")
	key := dialogKey{callID: id.Value(), tag: localTag(id.Value(), remoteTag)}
	to.Params.Add("tag", key.tag)
	if x.find(key) != nil {
		return
	}
	c := x.newCall(phone, Party{Name: unquoted(from.DisplayName), Number: from.Address.User}, Party{Number: req.Recipient.User})
	c.key, c.invite, c.times.Invited = key, req, now
	c.dialog = dialog{
		local:  sip.FromHeader{Address: *to.Address.Clone(), Params: to.Params.Clone()},
		remote: sip.ToHeader{DisplayName: from.DisplayName, Address: *from.Address.Clone(), Params: from.Params.Clone()},
		target: *from.Address.Clone(), sequence: 1,
	}
	c.dialog.aimAt(req.Contact(), req.Source())
	x.remember(c)
}

// begin serves the first INVITE of a call.
func (c *Call) begin(req *sip.Request, tx *sip.ServerTx) {
	behaviour, others := c.phone.admit(c)
	if behaviour.reaction == ignoreIt {
		c.ignore(tx)
		c.phone.present(c)
		return
	}
	err := c.take(req, tx, behaviour.talk)
	c.x.peers.expect(c.peer())
	if !tx.OnCancel(func(cancel *sip.Request) { c.cancelled(cancel, tx) }) {
		c.cancelled(req, tx)
	}
	if err != nil {
		_ = c.refuse(sip.StatusNotAcceptableHere) // unless it was cancelled in the meantime
		c.phone.present(c)
		return
	}
	behaviour.react(c, others)
}

// take reads the offer and makes the call one that can be answered or refused.
func (c *Call) take(req *sip.Request, tx *sip.ServerTx, talk time.Duration) (err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.incoming.tx, c.incoming.talk = tx, talk
	if c.incoming.offered = len(req.Body()) > 0; c.incoming.offered {
		c.incoming.offer, err = parseDescription(req.Body())
	}
	return err
}

// ignore ends the transaction without a word. The library would else send 100
// Trying after 200 ms; now each repetition of the INVITE comes back to us.
func (c *Call) ignore(tx *sip.ServerTx) {
	c.mu.Lock()
	c.incoming.silent = true
	c.mu.Unlock()
	tx.Terminate()
	c.later(patience, func() { c.finish(End{By: Network, Status: sip.StatusRequestTimeout}) })
}

// cancelled runs within the library's lock, which then sends the 487.
func (c *Call) cancelled(cancel *sip.Request, tx *sip.ServerTx) {
	c.markCancelled()
	reason, cause := reasonOf(cancel)
	c.finish(End{By: Remote, Status: sip.StatusRequestTerminated, Cause: cause, Reason: reason})
	if tx != nil {
		c.x.awaitACK(tx)
	}
}

func (c *Call) markCancelled() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.times.Cancelled = time.Now()
}

func (c *Call) ring() {
	if c.respond(sip.StatusRinging, "Ringing") == nil {
		c.mu.Lock()
		c.times.Ringing = time.Now()
		c.mu.Unlock()
	}
}

func (c *Call) respond(status int, reason string) error {
	res := sip.NewResponseFromRequest(c.invite, status, reason, nil)
	res.AppendHeader(c.x.contact(c.to.Number))
	return c.transaction().Respond(res)
}

func (c *Call) transaction() *sip.ServerTx {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.incoming.tx
}

// decide lets one of several that answer or refuse through.
func (c *Call) decide() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case !c.times.Ended.IsZero():
		return ErrEnded
	case c.incoming.tx == nil:
		return errors.New("it was not received by a phone that listens")
	case c.incoming.decided:
		return errAnswered
	}
	c.incoming.decided = true
	return nil
}

// Answer answers a received call and waits for the ACK, which is when both
// sides agree that they talk. It fails when a CANCEL was faster.
func (c *Call) Answer(ctx context.Context) error {
	if err := c.accept(); err != nil {
		return fmt.Errorf("answer %s: %w", c, err)
	}
	select {
	case <-c.confirms:
		return nil
	case <-c.ends:
		return fmt.Errorf("answer %s: %w", c, c.endedError())
	case <-ctx.Done():
		return fmt.Errorf("answer %s: no ACK: %w", c, ctx.Err())
	}
}

// accept sends the 200. The library's transaction is the judge between it and
// a CANCEL: it refuses a 200 after its 487, and ignores a CANCEL after a 200.
func (c *Call) accept() error {
	if err := c.decide(); err != nil {
		return err
	}
	media, err := c.openMedia()
	if err != nil {
		_ = c.reject(sip.StatusServiceUnavailable)
		return err
	}
	events := c.incoming.offer.events
	if c.incoming.offered {
		media.hear(events)
		media.aim(c.incoming.offer)
	} else {
		events = payloadEvent
	}
	tx := c.transaction()
	res := c.success(c.invite, events, c.incoming.offer.direction.answer())
	c.mu.Lock()
	c.times.Answered = time.Now()
	c.mu.Unlock()
	c.incoming.unacknowledged.repeat(c.x, tx, res, c.byeInBackground)
	if err := tx.Respond(res); err != nil {
		c.mu.Lock()
		c.times.Answered = time.Time{}
		c.mu.Unlock()
		c.incoming.unacknowledged.stop()
		c.finish(End{By: Network}) // a cancelled call has its end already
		return err
	}
	c.startTalk()
	c.open()
	if c.incoming.talk > 0 {
		c.later(c.incoming.talk, c.byeInBackground)
	}
	return nil
}

// success is a 200 with our side of the session.
func (c *Call) success(req *sip.Request, events uint8, d direction) *sip.Response {
	if d == "" {
		d = bothWays
	}
	res := sip.NewResponseFromRequest(req, sip.StatusOK, "OK", nil)
	res.AppendHeader(c.x.contact(c.ownUser()))
	res.AppendHeader(sip.NewHeader("Allow", allowed))
	withSDP(res, c.description(events, d))
	return res
}

func (c *Call) ownUser() string {
	if c.placed {
		return c.from.Number
	}
	return c.to.Number
}

// Refuse refuses a received call that still rings with a status from 300 to
// 699.
func (c *Call) Refuse(status int) error {
	if status < 300 || status > 699 {
		return fmt.Errorf("refuse %s: %d is no refusal; use 300 to 699", c, status)
	}
	if err := c.refuse(status); err != nil {
		return fmt.Errorf("refuse %s: %w", c, err)
	}
	return nil
}

func (c *Call) refuse(status int) error {
	if err := c.decide(); err != nil {
		return err
	}
	return c.reject(status)
}

func (c *Call) reject(status int) error {
	if err := c.respond(status, reasonPhrase(status)); err != nil {
		c.finish(End{By: Network}) // a cancelled call has its end already
		return err
	}
	c.finish(End{By: Local, Status: status})
	c.x.awaitACK(c.transaction())
	return nil
}

// awaitACK reads the ACK of a refusal: unread, it would keep a goroutine of
// the library for five seconds after every refused call.
func (x *Exchange) awaitACK(tx *sip.ServerTx) {
	x.spawn(func() {
		select {
		case <-tx.Acks():
			tx.Terminate()
		case <-tx.Done():
		}
	})
}

func reasonPhrase(status int) string {
	phrases := map[int]string{
		404: "Not Found", 480: "Temporarily Unavailable", 486: "Busy Here", 487: "Request Terminated",
		488: "Not Acceptable Here", 503: "Service Unavailable", 600: "Busy Everywhere", 603: "Decline",
	}
	if p, ok := phrases[status]; ok {
		return p
	}
	return "Refused"
}

// acknowledge takes the ACK of a 200; it may carry the answer to our offer.
func (c *Call) acknowledge(ack *sip.Request) {
	c.incoming.unacknowledged.acknowledged(ack.CSeq().SeqNo)
	if remote, err := parseDescription(ack.Body()); err == nil {
		if media := c.stream(); media != nil {
			media.aim(remote)
		}
	}
	c.confirm()
}

func (c *Call) confirm() {
	c.once.confirm.Do(func() {
		c.mu.Lock()
		c.times.Confirmed = time.Now()
		c.mu.Unlock()
		close(c.confirms)
	})
}
