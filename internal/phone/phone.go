package phone

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"
	"github.com/google/uuid"
	"go.uber.org/zap"
)

// Account is how a phone proves who it is.
type Account struct{ User, Password string }

// Phone is one agent's phone. It takes any number of calls at once unless its
// behaviour says otherwise, so that a call too many is seen and counted.
type Phone struct {
	x       *Exchange
	account Account

	arrivals chan struct{} // has room for one: something was added to waiting

	mu         sync.Mutex
	behaviour  Behaviour
	waiting    []*Call // arrived, not yet taken by NextCall
	live       map[*Call]struct{}
	peak       int
	received   int
	renewal    *time.Timer
	registerID string // one Call-ID and a growing sequence for all registrations, as RFC 3261 10.2 wants
	sequence   uint32
}

// Register plugs in a phone and registers it with the server.
func (x *Exchange) Register(ctx context.Context, account Account, behaviour Behaviour) (*Phone, error) {
	p, err := x.Plug(account, behaviour)
	if err != nil {
		return nil, err
	}
	if err := p.Register(ctx); err != nil {
		p.Unplug()
		return nil, err
	}
	return p, nil
}

// Plug adds a phone that nobody is told of: it is reached by its address,
// "sip:USER@" + Addr(), until Register makes it known.
func (x *Exchange) Plug(account Account, behaviour Behaviour) (*Phone, error) {
	p := &Phone{
		x: x, account: account, behaviour: behaviour,
		arrivals: make(chan struct{}, 1), live: make(map[*Call]struct{}), registerID: uuid.NewString(),
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	switch {
	case x.closing:
		return nil, fmt.Errorf("plug phone %s: %w", account.User, ErrClosed)
	case x.phones[account.User] != nil:
		return nil, fmt.Errorf("plug phone %s: this exchange has one of that name", account.User)
	}
	x.phones[account.User] = p
	return p, nil
}

// Unplug takes the phone away without a word to the server: calls then find
// nobody (404) where it was. Live calls go on.
func (p *Phone) Unplug() {
	p.stopRenewing()
	p.x.mu.Lock()
	defer p.x.mu.Unlock()
	delete(p.x.phones, p.account.User)
}

// User is the name of the account.
func (p *Phone) User() string { return p.account.User }

// SetBehaviour is in force from the next call on.
func (p *Phone) SetBehaviour(b Behaviour) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.behaviour = b
}

// NextCall waits for the next call that reached this phone. Each is returned
// once, in the order of arrival, also when it has ended meanwhile.
func (p *Phone) NextCall(ctx context.Context) (*Call, error) {
	for {
		if c := p.takeWaiting(); c != nil {
			return c, nil
		}
		select {
		case <-p.arrivals:
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for a call at phone %s: %w", p.account.User, ctx.Err())
		case <-p.x.ctx.Done():
			return nil, fmt.Errorf("wait for a call at phone %s: %w", p.account.User, ErrClosed)
		}
	}
}

// present gives the call, now fit to be answered, to NextCall.
func (p *Phone) present(c *Call) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting = append(p.waiting, c)
	p.announce()
}

func (p *Phone) takeWaiting() *Call {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.waiting) == 0 {
		return nil
	}
	c := p.waiting[0]
	p.waiting = p.waiting[1:]
	if len(p.waiting) > 0 {
		p.announce() // another waiter may be there
	}
	return c
}

func (p *Phone) announce() {
	select {
	case p.arrivals <- struct{}{}:
	default:
	}
}

// Live returns how many calls ring or talk here now.
func (p *Phone) Live() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.live)
}

// Peak returns the most calls that were ever live here at once: above one, an
// agent was given two callers.
func (p *Phone) Peak() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.peak
}

// Received returns how many calls ever reached this phone.
func (p *Phone) Received() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.received
}

// admit counts a received call in and returns what to do with it and how many
// others are live.
func (p *Phone) admit(c *Call) (b Behaviour, others int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	others = len(p.live)
	p.received++
	p.live[c] = struct{}{}
	p.peak = max(p.peak, len(p.live))
	return p.behaviour, others
}

func (p *Phone) released(c *Call) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.live, c)
}

// Register tells the server where the phone is and keeps it told. The error
// names the status of a refusal.
func (p *Phone) Register(ctx context.Context) error {
	if err := p.bind(ctx, p.x.options.Expires); err != nil {
		return fmt.Errorf("register phone %s: %w", p.account.User, err)
	}
	p.renewAfter(p.x.options.Expires * 4 / 5)
	return nil
}

// Unregister tells the server that the phone is gone. It stays plugged in: what
// the server sent before still reaches it.
func (p *Phone) Unregister(ctx context.Context) error {
	p.stopRenewing()
	if err := p.bind(ctx, 0); err != nil {
		return fmt.Errorf("unregister phone %s: %w", p.account.User, err)
	}
	return nil
}

// Call places a call from this phone; a challenge is answered with its account.
func (p *Phone) Call(ctx context.Context, to string) (*Call, error) {
	caller := Caller{Number: p.account.User, Account: p.account}
	return p.x.place(ctx, p, caller, to)
}

func (p *Phone) bind(ctx context.Context, expires time.Duration) error {
	if p.x.isClosing() {
		return ErrClosed
	}
	req, err := p.registration(expires)
	if err != nil {
		return err
	}
	res, err := p.x.wire.do(ctx, req)
	if err != nil {
		return err
	}
	if isChallenge(res) {
		again, err := p.x.authorised(req, res, p.account)
		if err != nil {
			return err
		}
		p.claimSequence()
		if res, err = p.x.wire.do(ctx, again); err != nil {
			return err
		}
	}
	if !res.IsSuccess() {
		return fmt.Errorf("server answers %d %s", res.StatusCode, res.Reason)
	}
	return nil
}

func (p *Phone) registration(expires time.Duration) (*sip.Request, error) {
	server, err := p.x.serverURI()
	if err != nil {
		return nil, err
	}
	self := server
	self.User = p.account.User
	e := envelope{
		method: sip.REGISTER, target: server, peer: p.x.options.Server,
		from: sip.FromHeader{Address: self}, to: sip.ToHeader{Address: self},
		callID: p.registerID, sequence: p.claimSequence(),
	}
	e.from.Params.Add("tag", sip.GenerateTagN(12))
	req := p.x.compose(e)
	seconds := sip.ExpiresHeader(expires / time.Second)
	req.AppendHeader(p.x.contact(p.account.User))
	req.AppendHeader(&seconds)
	return req, nil
}

func (p *Phone) claimSequence() uint32 {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sequence++
	return p.sequence
}

func (p *Phone) renewAfter(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.renewal != nil {
		p.renewal.Stop()
	}
	p.renewal = p.x.after(d, p.renew)
}

func (p *Phone) renew() {
	ctx, cancel := context.WithTimeout(p.x.ctx, p.x.options.Expires/5)
	defer cancel()
	err := p.bind(ctx, p.x.options.Expires)
	if p.x.ctx.Err() != nil {
		return
	}
	if err != nil {
		p.x.log.Warn("phone could not renew its registration", zap.String("phone", p.account.User), zap.Error(err))
		p.renewAfter(p.x.options.Expires / 10)
		return
	}
	p.renewAfter(p.x.options.Expires * 4 / 5)
}

func (p *Phone) stopRenewing() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.renewal != nil {
		p.renewal.Stop()
		p.renewal = nil
	}
}
