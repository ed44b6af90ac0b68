package phone

import (
	"time"

	"github.com/emiago/sipgo/sip"
	"go.uber.org/zap"
)

const allowed = "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO, NOTIFY"

// arrived sees every message in the order of arrival, on the goroutine that
// reads the socket.
func (x *Exchange) arrived(m sip.Message) {
	now := time.Now()
	switch m := m.(type) {
	case *sip.Request:
		x.peers.heard(m.Source(), now)
		switch {
		case !isWhole(m):
		case m.IsInvite():
			x.meet(m, now)
		case m.IsAck():
			x.acknowledged(m)
		case m.Method == sip.NOTIFY:
			x.notified(m)
		}
	case *sip.Response:
		x.peers.heard(m.Source(), now)
	}
}

// serve handles one request on a goroutine of the library. Every path either
// answers, or terminates the transaction, which would else stay.
func (x *Exchange) serve(req *sip.Request, tx *sip.ServerTx) {
	if !x.enter() {
		tx.Terminate()
		return
	}
	defer x.work.Done()
	if !isWhole(req) {
		x.reply(req, tx, sip.StatusBadRequest, "Bad Request")
		return
	}
	switch req.Method {
	case sip.INVITE:
		x.serveInvite(req, tx)
	case sip.ACK:
		tx.Terminate() // that of a 200 is a transaction to the library, and has no answer
	case sip.CANCEL:
		x.serveStrayCancel(req, tx)
	case sip.BYE:
		x.serveBye(req, tx)
	case sip.UPDATE:
		x.serveUpdate(req, tx)
	case sip.OPTIONS, sip.NOTIFY, sip.INFO:
		x.reply(req, tx, sip.StatusOK, "OK")
	default:
		x.reply(req, tx, sip.StatusMethodNotAllowed, "Method Not Allowed")
	}
}

func (x *Exchange) reply(req *sip.Request, tx *sip.ServerTx, status int, reason string) {
	res := sip.NewResponseFromRequest(req, status, reason, nil)
	res.AppendHeader(sip.NewHeader("Allow", allowed))
	if err := tx.Respond(res); err != nil {
		x.log.Debug("phone could not reply", zap.String("method", req.Method.String()), zap.Error(err))
		tx.Terminate()
	}
	if req.IsInvite() {
		x.awaitACK(tx)
	}
}

// acknowledged takes the ACK of a 200 in its place on the wire: a BYE may
// follow it at once, and the library would let that overtake.
func (x *Exchange) acknowledged(ack *sip.Request) {
	if c := x.callOf(ack); c != nil && c.isAnswered() {
		c.acknowledge(ack)
	}
}

func (c *Call) isAnswered() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.times.Answered.IsZero() && c.times.Ended.IsZero()
}

// isWhole tells whether the headers are there that every request must have.
func isWhole(req *sip.Request) bool {
	return req.From() != nil && req.To() != nil && req.CallID() != nil && req.CSeq() != nil
}

// callOf finds the call of a request within it.
func (x *Exchange) callOf(req *sip.Request) *Call {
	tag, _ := req.To().Params.Get("tag")
	return x.find(dialogKey{callID: req.CallID().Value(), tag: tag})
}

func (x *Exchange) serveInvite(req *sip.Request, tx *sip.ServerTx) {
	c := x.callOf(req)
	switch {
	case c == nil && req.To().Params.Has("tag"):
		x.reply(req, tx, statusGone, "Call Does Not Exist")
	case c == nil:
		x.reply(req, tx, sip.StatusNotFound, "Not Found")
	case c.invite == req:
		c.begin(req, tx)
	case c.ignoresAgain(req):
		tx.Terminate()
	default:
		x.serveReinvite(c, req, tx)
	}
}

// ignoresAgain recognises the INVITE that a silent phone has ignored before.
func (c *Call) ignoresAgain(req *sip.Request) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.invite != nil && !c.talking && req.CSeq().SeqNo == c.invite.CSeq().SeqNo
}

// serveReinvite answers a change of the session: hold, direct media, a moved
// port, a session timer.
func (x *Exchange) serveReinvite(c *Call, req *sip.Request, tx *sip.ServerTx) {
	if !c.Talking() {
		x.reply(req, tx, statusGone, "Call Does Not Exist")
		return
	}
	res, ok := c.renegotiate(req)
	if !ok {
		x.reply(req, tx, sip.StatusNotAcceptableHere, "Not Acceptable Here")
		return
	}
	c.incoming.unacknowledged.repeat(x, tx, res, c.byeInBackground)
	_ = tx.Respond(res) // what fails to go out now is repeated
}

func (x *Exchange) serveUpdate(req *sip.Request, tx *sip.ServerTx) {
	c := x.callOf(req)
	switch {
	case c == nil || c.isEnded():
		x.reply(req, tx, statusGone, "Call Does Not Exist")
	case len(req.Body()) == 0 || c.stream() == nil: // a session timer, or connected line before the answer
		x.reply(req, tx, sip.StatusOK, "OK")
	default:
		res, ok := c.renegotiate(req)
		if !ok {
			x.reply(req, tx, sip.StatusNotAcceptableHere, "Not Acceptable Here")
			return
		}
		_ = tx.Respond(res)
	}
}

// renegotiate takes a new offer, or makes one when there is none.
func (c *Call) renegotiate(req *sip.Request) (*sip.Response, bool) {
	c.mu.Lock()
	c.dialog.aimAt(req.Contact(), c.dialog.peer)
	c.mu.Unlock()
	if len(req.Body()) == 0 {
		return c.success(req, payloadEvent, bothWays), true
	}
	offer, err := parseDescription(req.Body())
	if err != nil {
		return nil, false
	}
	media := c.stream()
	media.hear(offer.events)
	media.aim(offer)
	return c.success(req, offer.events, offer.direction.answer()), true
}

// serveStrayCancel meets only a CANCEL whose INVITE has no transaction: that
// of a silent phone, or of a call long gone.
func (x *Exchange) serveStrayCancel(req *sip.Request, tx *sip.ServerTx) {
	remoteTag, _ := req.From().Params.Get("tag")
	callID := req.CallID().Value()
	c := x.find(dialogKey{callID: callID, tag: localTag(callID, remoteTag)})
	if c == nil {
		x.reply(req, tx, statusGone, "Call Does Not Exist")
		return
	}
	tx.Terminate()
	c.cancelled(req, nil)
}

func (x *Exchange) serveBye(req *sip.Request, tx *sip.ServerTx) {
	c := x.callOf(req)
	if c == nil {
		x.reply(req, tx, statusGone, "Call Does Not Exist")
		return
	}
	x.reply(req, tx, sip.StatusOK, "OK")
	reason, cause := reasonOf(req)
	c.finish(End{By: Remote, Status: sip.StatusOK, Cause: cause, Reason: reason})
}
