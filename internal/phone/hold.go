package phone

import (
	"context"
	"errors"
	"fmt"

	"github.com/emiago/sipgo/sip"
)

// Hold puts the call on hold as the phone's own key does, or takes it back: by a re-INVITE
// that says who may speak. It returns when the other side has agreed.
func (c *Call) Hold(ctx context.Context, held bool) error {
	d := bothWays
	if held {
		d = sendOnly
	}
	if err := c.renew(ctx, d); err != nil {
		return fmt.Errorf("hold %s (%t): %w", c, held, err)
	}
	return nil
}

// renew offers the session anew.
func (c *Call) renew(ctx context.Context, d direction) error {
	if !c.Talking() {
		return errors.New("not answered")
	}
	req := c.within(sip.INVITE)
	req.AppendHeader(c.x.contact(c.ownUser()))
	req.AppendHeader(sip.NewHeader("Allow", allowed))
	withSDP(req, c.description(c.events(), d))
	tx, err := c.x.wire.request(ctx, req)
	if err != nil {
		return fmt.Errorf("send INVITE: %w", err)
	}
	for {
		select {
		case res := <-tx.Responses():
			switch {
			case res.IsProvisional():
				continue
			case !res.IsSuccess():
				return fmt.Errorf("the other side answers %d %s", res.StatusCode, res.Reason)
			}
			return c.agree(tx, req, res)
		case <-tx.Done():
			return tx.Err()
		case <-c.ends:
			tx.Terminate()
			return c.endedError()
		case <-ctx.Done():
			tx.Terminate()
			return ctx.Err()
		}
	}
}

// agree acknowledges what the other side answered to an offer, and speaks as it says.
func (c *Call) agree(tx *sip.ClientTx, req *sip.Request, res *sip.Response) error {
	c.mu.Lock()
	c.dialog.aimAt(res.Contact(), res.Source())
	e := c.envelope(sip.ACK, req.CSeq().SeqNo)
	c.mu.Unlock()
	ack := c.x.compose(e)
	tx.OnRetransmission(func(*sip.Response) { _ = c.x.wire.write(ack) }) // our ACK was lost
	if err := c.x.wire.write(ack); err != nil {
		return fmt.Errorf("send ACK: %w", err)
	}
	remote, err := parseDescription(res.Body())
	if err != nil {
		return err
	}
	c.stream().aim(remote)
	return nil
}

// events is the type of digits that the other side was told to send.
func (c *Call) events() uint8 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.incoming.offered {
		return c.incoming.offer.events
	}
	return payloadEvent
}
