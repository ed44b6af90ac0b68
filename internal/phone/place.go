package phone

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
	"github.com/google/uuid"
)

// Caller is who calls: what the operator's trunk would tell of the person.
type Caller struct {
	Number string // user of the From URI
	Name   string // display name, any text without control characters

	// Account answers a challenge of the server; the zero value does not, and
	// the call then ends with the challenge's status.
	Account Account

	// Headers are added to the INVITE as they are, for example
	// {"P-Asserted-Identity", "<sip:+33123456789@operator.invalid>"}.
	Headers [][2]string
}

func (c Caller) check() error {
	texts := []string{c.Number, c.Name}
	for _, h := range c.Headers {
		texts = append(texts, h[0], h[1])
	}
	for _, t := range texts {
		if strings.ContainsAny(t, "\r\n\x00") {
			return fmt.Errorf("caller %q: a line break would end the SIP header", t)
		}
	}
	return nil
}

// Call sends an INVITE to a number of the server ("2014") or to a whole
// address ("sip:1001@127.0.0.3:5062", past any server) and returns at once:
// WaitRinging, WaitAnswered and WaitEnded follow the call. ctx bounds the
// sending only.
func (x *Exchange) Call(ctx context.Context, caller Caller, to string) (*Call, error) {
	return x.place(ctx, nil, caller, to)
}

func (x *Exchange) place(ctx context.Context, phone *Phone, caller Caller, to string) (*Call, error) {
	if err := caller.check(); err != nil {
		return nil, fmt.Errorf("call %s: %w", to, err)
	}
	target, peer, err := x.resolve(to)
	if err != nil {
		return nil, fmt.Errorf("call %s: %w", to, err)
	}
	c := x.newCall(phone, Party{Name: caller.Name, Number: caller.Number}, Party{Number: target.User})
	c.placed = true
	c.dialog = x.newDialog(caller, target, peer)
	tag, _ := c.dialog.local.Params.Get("tag")
	c.key = dialogKey{callID: uuid.NewString(), tag: tag}
	if !x.remember(c) {
		return nil, fmt.Errorf("call %s: %w", to, ErrClosed)
	}
	if err := c.send(ctx, caller); err != nil {
		c.finish(End{By: Local})
		return nil, fmt.Errorf("call %s: %w", to, err)
	}
	return c, nil
}

func (x *Exchange) newDialog(caller Caller, target sip.Uri, peer string) dialog {
	d := dialog{target: target, peer: peer, sequence: 1}
	d.local.DisplayName = quoted(caller.Name)
	d.local.Address = sip.Uri{Scheme: "sip", User: caller.Number, Host: x.ip.String(), Port: x.port}
	d.local.Params.Add("tag", sip.GenerateTagN(12))
	d.remote.Address = *target.Clone()
	return d
}

func (c *Call) send(ctx context.Context, caller Caller) error {
	if _, err := c.openMedia(); err != nil {
		return err
	}
	c.mu.Lock()
	req := c.x.compose(c.envelope(sip.INVITE, c.dialog.sequence))
	c.mu.Unlock()
	req.AppendHeader(c.x.contact(caller.Number))
	req.AppendHeader(sip.NewHeader("Allow", allowed))
	for _, h := range caller.Headers {
		req.AppendHeader(sip.NewHeader(h[0], h[1]))
	}
	withSDP(req, c.description(payloadEvent, bothWays))

	c.mu.Lock()
	c.times.Invited = time.Now()
	c.mu.Unlock()
	attempt, err := c.attempt(ctx, req)
	if err != nil {
		return err
	}
	c.x.peers.expect(c.peer())
	if !c.x.spawn(func() { c.follow(attempt, caller.Account) }) {
		attempt.tx.Terminate()
		return ErrClosed
	}
	return nil
}

// attempt is one INVITE transaction; a challenge leads to a second.
type attempt struct {
	req *sip.Request
	tx  *sip.ClientTx
}

func (c *Call) attempt(ctx context.Context, req *sip.Request) (attempt, error) {
	tx, err := c.x.wire.request(ctx, req)
	if err != nil {
		return attempt{}, fmt.Errorf("send INVITE: %w", err)
	}
	return attempt{req, tx}, nil
}

// follow reads the responses of the INVITE until the last one matters; the
// library holds a response until it is read, so somebody must.
func (c *Call) follow(a attempt, account Account) {
	provisional, cancelSent := false, false
	cancels := c.cancels
	var giveUp <-chan time.Time
	for {
		select {
		case res := <-a.tx.Responses():
			if isChallenge(res) && account != (Account{}) && !c.isCancelled() {
				next, err := c.retry(a, res, account)
				account = Account{} // once: a second challenge is a refusal
				if err == nil {
					a = next
					continue
				}
			}
			if !res.IsProvisional() {
				c.final(a, res)
				return
			}
			provisional = true
			c.progress(res)
		case <-cancels:
			cancels = nil
		case <-a.tx.Done():
			c.finish(unanswered(a.tx.Err()))
			return
		case <-giveUp:
			a.tx.Terminate()
			c.finish(End{By: Local})
			return
		case <-c.ends: // hung up by force, by Close, or because the peer is dead
			a.tx.Terminate()
			return
		}
		// RFC 3261 9.1: no CANCEL before the first provisional response.
		if c.isCancelled() && provisional && !cancelSent {
			cancelSent = true
			giveUp = time.After(patience)
			c.sendCancel(a.req)
		}
	}
}

func (c *Call) retry(a attempt, res *sip.Response, account Account) (attempt, error) {
	req, err := c.x.authorised(a.req, res, account)
	if err != nil {
		return attempt{}, err
	}
	c.mu.Lock()
	c.dialog.sequence = req.CSeq().SeqNo
	c.mu.Unlock()
	return c.attempt(c.x.ctx, req)
}

func (c *Call) progress(res *sip.Response) {
	if res.StatusCode <= sip.StatusTrying {
		return
	}
	c.once.ring.Do(func() {
		c.mu.Lock()
		c.times.Ringing = time.Now()
		c.mu.Unlock()
		close(c.rings)
	})
}

// final takes the last response: a refusal, or an answer, which may have
// crossed our CANCEL on the way.
func (c *Call) final(a attempt, res *sip.Response) {
	reason, cause := reasonOf(res)
	if !res.IsSuccess() {
		by := Remote
		if c.isCancelled() && res.StatusCode == sip.StatusRequestTerminated {
			by = Local
		}
		c.finish(End{By: by, Status: res.StatusCode, Cause: cause, Reason: reason})
		return
	}
	ack := c.established(res, a.req.CSeq().SeqNo)
	a.tx.OnRetransmission(func(*sip.Response) { _ = c.x.wire.write(ack) }) // our ACK was lost
	_ = c.x.wire.write(ack)
	c.confirm()
	remote, err := parseDescription(res.Body())
	if c.isCancelled() || err != nil {
		c.byeInBackground()
		return
	}
	c.stream().aim(remote)
	c.startTalk()
	c.once.ring.Do(func() { close(c.rings) }) // who waits for ringing is past it
	if !c.open() {
		c.byeInBackground() // cancelled in this very instant
	}
}

// established fixes the dialog as the 200 has it and returns its ACK.
func (c *Call) established(res *sip.Response, sequence uint32) *sip.Request {
	c.mu.Lock()
	c.times.Answered = time.Now()
	if to := res.To(); to != nil {
		c.dialog.remote = sip.ToHeader{Address: *to.Address.Clone(), Params: to.Params.Clone()}
	}
	c.dialog.aimAt(res.Contact(), res.Source())
	e := c.envelope(sip.ACK, sequence)
	c.mu.Unlock()
	c.x.peers.expect(e.peer)
	return c.x.compose(e)
}

// open lets both sides talk, unless the call has ended or is to be cancelled.
// Together with wishCancel it decides which of both came first.
func (c *Call) open() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.times.Ended.IsZero() || !c.times.Cancelled.IsZero() {
		return false
	}
	if !c.talking {
		c.talking = true
		close(c.answers)
	}
	return true
}

func (c *Call) byeInBackground() {
	c.x.spawn(func() {
		ctx, stop := context.WithTimeout(c.x.ctx, patience)
		defer stop()
		_ = c.bye(ctx) // nobody waits for it, and the call has ended either way
	})
}

func unanswered(err error) End {
	if errors.Is(err, sip.ErrTransactionTimeout) {
		return End{By: Network, Status: sip.StatusRequestTimeout}
	}
	return End{By: Network}
}

// cancel asks follow for a CANCEL and waits for the end; a call that was opened
// meanwhile is ended by BYE. Past ctx the call is ended here whatever the other
// side does.
func (c *Call) cancel(ctx context.Context) error {
	if !c.wishCancel() {
		return c.bye(ctx)
	}
	select {
	case <-c.ends:
		return nil
	case <-ctx.Done():
		if c.finish(End{By: Local}) {
			return fmt.Errorf("cancel %s: no final answer: %w", c, ctx.Err())
		}
		return nil
	}
}

// wishCancel asks follow for a CANCEL; false: the call talks, it is too late.
func (c *Call) wishCancel() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.talking {
		return false
	}
	if c.times.Cancelled.IsZero() {
		c.times.Cancelled = time.Now()
		close(c.cancels)
	}
	return true
}

func (c *Call) isCancelled() bool {
	select {
	case <-c.cancels:
		return true
	default:
		return false
	}
}

// sendCancel sends the CANCEL of this INVITE: same branch, same sequence.
func (c *Call) sendCancel(invite *sip.Request) {
	req := sip.NewRequest(sip.CANCEL, *invite.Recipient.Clone())
	forwards := sip.MaxForwardsHeader(70)
	req.AppendHeader(invite.Via().Clone())
	req.AppendHeader(&forwards)
	req.AppendHeader(sip.HeaderClone(invite.From()))
	req.AppendHeader(sip.HeaderClone(invite.To()))
	req.AppendHeader(sip.HeaderClone(invite.CallID()))
	req.AppendHeader(&sip.CSeqHeader{SeqNo: invite.CSeq().SeqNo, MethodName: sip.CANCEL})
	req.SetTransport("UDP")
	req.SetDestination(invite.Destination())
	req.SetBody(nil)
	c.x.spawn(func() {
		ctx, stop := context.WithTimeout(c.x.ctx, patience)
		defer stop()
		_, _ = c.x.wire.do(ctx, req) // the final response of the INVITE is what counts
	})
}

// resolve turns what was dialled into a request URI and the address to send to.
func (x *Exchange) resolve(to string) (target sip.Uri, peer string, err error) {
	if !strings.HasPrefix(to, "sip:") {
		target, err = x.serverURI()
		target.User = to
		return target, x.options.Server, err
	}
	if err := sip.ParseUri(to, &target); err != nil {
		return sip.Uri{}, "", fmt.Errorf("read address: %w", err)
	}
	port := target.Port
	if port == 0 {
		port = sip.DefaultUdpPort
	}
	return target, net.JoinHostPort(target.Host, strconv.Itoa(port)), nil
}

func (x *Exchange) serverURI() (sip.Uri, error) {
	host, port, err := net.SplitHostPort(x.options.Server)
	if err != nil {
		return sip.Uri{}, fmt.Errorf("the exchange knows no server: %w; set Options.Server", err)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		return sip.Uri{}, fmt.Errorf("port of server %s: %w", x.options.Server, err)
	}
	return sip.Uri{Scheme: "sip", Host: host, Port: number}, nil
}

// quoted escapes a display name; the library writes the quotes around it and
// nothing else.
func quoted(name string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name)
}

func unquoted(name string) string {
	var b strings.Builder
	escaped := false
	for _, r := range name {
		if r == '\\' && !escaped {
			escaped = true
			continue
		}
		escaped = false
		b.WriteRune(r)
	}
	return b.String()
}
