package phone

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// Referral is what the Transfer key of a phone asks for: that the other side of the call
// be sent to somebody else (REFER, RFC 3515).
type Referral struct {
	// To is whom, as the person dials it.
	To string
	// Replaces is the phone's own other call with him, whose place the other side is to
	// take (RFC 3891); nil sends the other side off without a word.
	Replaces *Call
	// Subscription is the Refer-Sub header (RFC 4488), by which a phone may want to hear
	// nothing of what becomes of it; nil sends none.
	Subscription *string
}

// referral is what a call was told of the last transfer that it asked for.
type referral struct {
	news  chan struct{} // closed when there is some
	last  int           // status of the transfer that was told last
	final bool
}

func newReferral() referral { return referral{news: make(chan struct{})} }

// Refer asks for a transfer, and returns the status of the answer: 202 if it was taken,
// 603 if it was refused. What becomes of one that was taken is told by WaitReferred.
func (c *Call) Refer(ctx context.Context, r Referral) (status int, err error) {
	if !c.Talking() {
		return 0, fmt.Errorf("transfer %s to %s: not answered", c, r.To)
	}
	c.mu.Lock()
	c.referral = newReferral()
	host := c.dialog.peer
	c.mu.Unlock()
	req := c.within("REFER")
	req.AppendHeader(c.x.contact(c.ownUser()))
	req.AppendHeader(sip.NewHeader("Refer-To", r.uri(host)))
	req.AppendHeader(sip.NewHeader("Referred-By", "<sip:"+c.ownUser()+"@"+c.x.ip.String()+">"))
	if r.Subscription != nil {
		req.AppendHeader(sip.NewHeader("Refer-Sub", *r.Subscription))
	}
	res, err := c.x.wire.do(ctx, req)
	if err != nil {
		return 0, fmt.Errorf("transfer %s to %s: %w", c, r.To, err)
	}
	return res.StatusCode, nil
}

// uri is the address of whom the other side is sent to.
func (r Referral) uri(host string) string {
	address := "<sip:" + r.To + "@" + host
	if r.Replaces != nil {
		address += "?Replaces=" + url.QueryEscape(r.Replaces.replaced())
	}
	return address + ">"
}

// replaced names the call to who has its other end: the tags are as he sees them.
func (c *Call) replaced() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	own, _ := c.dialog.local.Params.Get("tag")
	other, _ := c.dialog.remote.Params.Get("tag")
	return c.key.callID + ";to-tag=" + other + ";from-tag=" + own
}

// WaitReferred waits until the other side has told how the transfer ended, and returns
// its status: 200 if it was done.
func (c *Call) WaitReferred(ctx context.Context) (status int, err error) {
	for {
		c.mu.Lock()
		r := c.referral
		c.mu.Unlock()
		switch {
		case r.final:
			return r.last, nil
		case r.news == nil:
			return 0, fmt.Errorf("wait for the end of the transfer of %s: none was asked for", c)
		}
		select {
		case <-r.news:
		case <-c.ends:
			return r.last, fmt.Errorf("wait for the end of the transfer of %s: %w", c, c.endedError())
		case <-ctx.Done():
			return r.last, fmt.Errorf("wait for the end of the transfer of %s: %w", c, ctx.Err())
		}
	}
}

// Referred is the status of the transfer that was told last, 0 if nothing was, and
// whether it was the last word.
func (c *Call) Referred() (status int, final bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.referral.last, c.referral.final
}

// notified takes what is told of a transfer in its place on the wire: the BYE of a
// transfer that was done may follow it at once.
func (x *Exchange) notified(notify *sip.Request) {
	c := x.callOf(notify)
	status, is := fragment(notify.Body())
	if c == nil || !is {
		return
	}
	state := ""
	if h := notify.GetHeader("Subscription-State"); h != nil {
		state = h.Value()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.referral.news == nil || c.referral.final {
		return
	}
	c.referral.last, c.referral.final = status, strings.HasPrefix(state, "terminated")
	close(c.referral.news)
	c.referral.news = make(chan struct{})
}

// fragment reads the status line that a NOTIFY carries, such as SIP/2.0 200 OK.
func fragment(body []byte) (status int, is bool) {
	fields := strings.Fields(string(body))
	if len(fields) < 2 || fields[0] != "SIP/2.0" {
		return 0, false
	}
	status, err := strconv.Atoi(fields[1])
	return status, err == nil
}
