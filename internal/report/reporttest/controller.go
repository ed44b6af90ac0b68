package reporttest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
	"github.com/guichet/guichet/internal/status"
)

// Controller is a running controller over a ledger, as far as people see it.
// It is safe for concurrent use; change the ledger by Change only.
type Controller struct {
	mu       sync.RWMutex
	book     *Ledger
	site     *config.Site
	watchers map[chan struct{}]bool

	// What it says of itself; set it before use.
	LinksNow []status.Link
	LiveNow  status.Live
	Why      []string
	WhyWorse []string
	// VersionNow is how it stands to the versions of the site, Next what becomes
	// of an activation.
	VersionNow status.Version
	Next       func() (status.Activated, error)
	// Posts are the mails that were handed in, Deeds what was done with mails, and
	// Recordings are those of messages.
	Recordings map[fact.MessageID][]byte
	// Refusal is what both are refused with.
	Posts []status.Mail
	Deeds []status.Deed
	// Wishes are those of conversations.
	Wishes []status.Wish
	// CalledBack are those whom agents called for messages, Cancelled the calls back that
	// were cancelled.
	CalledBack []status.CallsBack
	Cancelled  []status.Cancelling
	// Losses are those that were declared, each of three calls.
	Losses  []status.Loss
	Refusal *status.Refused
	// Away makes the ledger unreachable for commands, and every Asterisk.
	Away bool
}

// NewController shows a ledger for a site.
func NewController(l *Ledger, site *config.Site) *Controller {
	return &Controller{
		book: l, site: site, watchers: map[chan struct{}]bool{},
		LinksNow: []status.Link{{
			Node: Node, URL: "http://127.0.0.1:8088/ari", Connected: true, Commandable: true, Held: true,
			Lag: 1_200_000, Since: l.Now, Version: "22.10.1", Counters: map[string]uint64{"unknown": 2},
		}},
		LiveNow: status.Live{
			Repairs: map[string]uint64{"orphan_leg": 1}, Violations: map[string]uint64{}, Stray: map[string]uint64{},
			LedgerOK: true,
		},
	}
}

// Change writes to the ledger and tells the watchers.
func (c *Controller) Change(write func(*Ledger)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	write(c.book)
	for w := range c.watchers {
		select {
		case w <- struct{}{}:
		default:
		}
	}
}

// View shows the fold.
func (c *Controller) View(read func(*fold.State)) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	read(c.book.State)
}

// Site is the site it was made with.
func (c *Controller) Site() *config.Site { return c.site }

// Now is the time of the ledger's next entry.
func (c *Controller) Now() int64 {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.book.Now
}

// Command writes at once.
func (c *Controller) Command(_ context.Context, agent contact.Agent, f fact.Fact, op string) (ledger.Answer, error) {
	return c.say(string(agent), f, op)
}

// Announce writes at once.
func (c *Controller) Announce(_ context.Context, at fact.Place, f fact.Fact, op string) (ledger.Answer, error) {
	return c.say(at.Subject(), f, op)
}

func (c *Controller) say(subject string, f fact.Fact, op string) (answer ledger.Answer, err error) {
	if c.Away {
		return ledger.Answer{}, errors.New("redis does not answer")
	}
	c.Change(func(l *Ledger) {
		l.Wish(subject, op, f)
		answer, _ = l.State.Protocol.Answer(op)
	})
	return answer, nil
}

// Treat writes at once, a note as a test may read it.
func (c *Controller) Treat(_ context.Context, agent contact.Agent, t status.Treatment, op string) (ledger.Answer, error) {
	f := fact.Treated{Agent: agent, Topic: t.Topic, Acts: t.Acts, Result: t.Result}
	if t.Note != "" {
		f.Note = "sealed:" + t.Note
	}
	return c.say(string(t.Contact), f, op)
}

// MessageDone writes at once.
func (c *Controller) MessageDone(_ context.Context, id fact.MessageID, by, op string) (ledger.Answer, error) {
	return c.say(id.Subject(), fact.MessageDone{Message: id, By: by}, op)
}

// Recording is one of Recordings, unless Away.
func (c *Controller) Recording(_ context.Context, _ contact.Node, id fact.MessageID) (io.ReadCloser, error) {
	if c.Away {
		return nil, errors.New("asterisk does not answer")
	}
	file := c.Recordings[id]
	if file == nil {
		return nil, nil
	}
	return io.NopCloser(bytes.NewReader(file)), nil
}

// Conversation is one of Recordings, unless Away.
func (c *Controller) Conversation(ctx context.Context, at contact.Node, id fact.RecordingID) (io.ReadCloser, error) {
	return c.Recording(ctx, at, fact.MessageID(id))
}

// EraseRecording writes at once.
func (c *Controller) EraseRecording(_ context.Context, _ contact.Node, id fact.RecordingID, by, op string) (ledger.Answer, error) {
	answer, err := c.say(id.Subject(), fact.RecordingDeleted{Recording: id, By: by}, op)
	if err == nil && answer.Void == "" {
		delete(c.Recordings, fact.MessageID(id))
	}
	return answer, err
}

// Seat is at any phone of the site's agents.
func (c *Controller) Seat(_ context.Context, agent contact.Agent, phone string) (fact.AgentSeated, error) {
	card, _ := c.Card(agent)
	if !c.site.MaySit(phone) {
		return fact.AgentSeated{}, &status.Refused{Why: status.UnknownPhone, Message: "nobody may sit at " + phone}
	}
	return fact.AgentSeated{Card: card, Phone: phone}, nil
}

// Prove takes 1234 for everybody's PIN.
func (c *Controller) Prove(_ contact.Agent, pin, _ string) error {
	if pin != "1234" {
		return &status.Refused{Why: status.WrongPIN, Message: "that is not the PIN"}
	}
	return nil
}

// Card is made from the site.
func (c *Controller) Card(agent contact.Agent) (fact.LoggedIn, bool) {
	a, known := c.site.Agents[agent]
	if !known {
		return fact.LoggedIn{}, false
	}
	return fact.LoggedIn{Agent: a.ID, Name: a.Name, Center: a.Center, Node: Node, Phone: a.Phone, Skills: a.Skills, AllFiles: true}, true
}

// Post notes the mail; a reference that was there before is a repetition.
func (c *Controller) Post(_ context.Context, m status.Mail) (status.Posted, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.Refusal != nil {
		return status.Posted{}, c.Refusal
	}
	posted := status.Posted{Contact: contact.ID("m-" + m.Reference)}
	for _, p := range c.Posts {
		posted.Repeated = posted.Repeated || p.Reference == m.Reference
	}
	c.Posts = append(c.Posts, m)
	return posted, nil
}

// Direct notes the wish.
func (c *Controller) Direct(_ context.Context, w status.Wish) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.Refusal != nil {
		return c.Refusal
	}
	c.Wishes = append(c.Wishes, w)
	return nil
}

// CancelCallback closes who is to be called back, unless it is to be refused.
func (c *Controller) CancelCallback(_ context.Context, id contact.ID, w status.Cancelling) error {
	if c.Refusal != nil {
		return c.Refusal
	}
	c.Cancelled = append(c.Cancelled, w)
	c.Change(func(l *Ledger) {
		l.Own(id, fact.Closed{Outcome: contact.Failed, Asked: true, Reason: "cancelled", Cancelled: &fact.Cancelled{By: w.By, Reason: w.Reason}})
	})
	return nil
}

// DeclareLost notes it, once it is confirmed.
func (c *Controller) DeclareLost(_ context.Context, loss status.Loss) (status.DeclaredLost, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.Refusal != nil:
		return status.DeclaredLost{}, c.Refusal
	case !loss.MachineIsOff:
		return status.DeclaredLost{}, status.Refuse(status.NotConfirmed, `who is sure that it is off sends {"machine_is_off": true} and a reason`, "nothing is changed yet: 3 calls would be closed")
	}
	c.Losses = append(c.Losses, loss)
	return status.DeclaredLost{By: loss.By, Reason: loss.Reason, At: c.book.Now, Calls: 3}, nil
}

// CallBackFor notes who calls, by a contact of a name of its own.
func (c *Controller) CallBackFor(_ context.Context, w status.CallsBack) (contact.ID, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.Refusal != nil {
		return "", c.Refusal
	}
	c.CalledBack = append(c.CalledBack, w)
	return "call-of-" + w.Message, nil
}

// DoMail notes the deed.
func (c *Controller) DoMail(_ context.Context, _ contact.ID, d status.Deed) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.Refusal != nil {
		return c.Refusal
	}
	c.Deeds = append(c.Deeds, d)
	return nil
}

// Activate and Rollback answer what Next says.
func (c *Controller) Activate(context.Context, status.Ask) (status.Activated, error) {
	return c.Next()
}

// Rollback is Activate of another version.
func (c *Controller) Rollback(context.Context, string, status.Ask) (status.Activated, error) {
	return c.Next()
}

// Version is VersionNow.
func (c *Controller) Version() status.Version { return c.VersionNow }

// Links are LinksNow.
func (c *Controller) Links() []status.Link { return c.LinksNow }

// NotReady is Why.
func (c *Controller) NotReady() []string { return c.Why }

// Degraded is WhyWorse.
func (c *Controller) Degraded() []string { return c.WhyWorse }

// Live is LiveNow.
func (c *Controller) Live() status.Live { return c.LiveNow }

// Replay shows what was applied, as it was.
func (c *Controller) Replay(ctx context.Context, visit func(fold.Applied)) error {
	c.mu.RLock()
	applied := c.book.Applied
	c.mu.RUnlock()
	for _, a := range applied {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		visit(a)
	}
	return nil
}

// Refold folds what was written again, and shows the state before each entry.
func (c *Controller) Refold(ctx context.Context, visit func(before *fold.State, e ledger.Entry) (goOn bool)) error {
	c.mu.RLock()
	applied := c.book.Applied
	c.mu.RUnlock()
	state := fold.New()
	for _, a := range applied {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if !visit(state, a.Entry) {
			return nil
		}
		state.Apply(a.Entry)
	}
	return nil
}

// Watch signals after each Change.
func (c *Controller) Watch() (changed <-chan struct{}, stop func()) {
	w := make(chan struct{}, 1)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.watchers[w] = true
	return w, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.watchers, w)
	}
}
