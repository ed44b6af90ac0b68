package node

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
	"github.com/guichet/guichet/internal/status"
)

// An Asterisk whose machine is off keeps silent, as one behind a broken network does. Who
// knows which of the two it is says so, to one controller: that one closes the calls, as
// those of an Asterisk that refuses every connection. What is closed is in the ledger; that
// it was declared lost is not, for it would have to be taken back by whoever reaches it.

// declaration is that of one controller, until that Asterisk answers, another controller
// has the node, or this one ends. The lock of the link guards closed and overtaken.
type declaration struct {
	author, reason string
	at             int64     // site time
	epoch, beat    ledger.ID // the last take of the node before, and the last beat of its holder
	before         lastHeard
	calls          int  // that many callers were on the line
	closed         bool // they were told
	overtaken      bool // it is over, for another controller has had the node since
}

// lastHeard is a websocket session of a client, 0 before the first.
type lastHeard struct {
	client  *ari.Client
	session uint64
}

// connectedSince reports whether the client, or the one after it, has connected since.
func (h lastHeard) connectedSince(now *ari.Client) bool {
	if now != h.client {
		return now.Session() != 0
	}
	return now.Session() != h.session
}

// inWords says who declared it and when.
func (d *declaration) inWords() string {
	return fmt.Sprintf("declared lost by %s at %s, its machine is off (%s)", d.author, time.UnixMicro(d.at).Format(time.TimeOnly), d.reason)
}

// isDeclared reports whether somebody declared the node lost.
func (l *link) isDeclared() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.declared != nil
}

// owesClosing reports whether somebody did, and the calls are not closed yet.
func (l *link) owesClosing() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.declared != nil && !l.declared.closed
}

// DeclareLost closes the calls of an Asterisk whose machine is off, as somebody says who
// can be sure, and returns when the ledger has it. A *status.Refused says why nothing was
// changed: there is no such node, it answers, another controller has it, or nobody said
// that its machine is off, and then what it would change. Said again it changes nothing,
// and the first answer is repeated.
func (c *Controller) DeclareLost(ctx context.Context, loss status.Loss) (status.DeclaredLost, error) {
	l, known := c.links[loss.Node]
	if !known {
		return status.DeclaredLost{}, status.Refuse(status.UnknownNode, "the site has "+joined(c.nodeNames()), "there is no Asterisk %q", loss.Node)
	}
	if loss.MachineIsOff {
		if err := l.isInTouch(ctx); err != nil {
			return status.DeclaredLost{}, err
		}
	}
	before := l.heardLast()
	if err := l.answersNow(ctx); err != nil { // last: nothing but this tells that it has just come back
		return status.DeclaredLost{}, err
	}
	if !loss.MachineIsOff {
		return status.DeclaredLost{}, l.unconfirmed()
	}
	ctx, cancel := context.WithTimeout(ctx, commandPatience)
	defer cancel()
	d, err := l.declare(ctx, loss, before)
	if err != nil {
		return status.DeclaredLost{}, err
	}
	l.awaitClosed(ctx, d)
	if err := l.cameToNothing(d); err != nil {
		return status.DeclaredLost{}, err
	}
	return status.DeclaredLost{By: d.author, Reason: d.reason, At: d.at, Calls: d.calls, Open: l.callsHere()}, nil
}

func joined(nodes []contact.Node) string {
	var names []string
	for _, n := range nodes {
		names = append(names, string(n))
	}
	return strings.Join(names, ", ")
}

func (l *link) heardLast() lastHeard {
	client := l.current()
	return lastHeard{client, client.Session()}
}

// answersNow asks Asterisk once more, and refuses if it gives any answer at all.
func (l *link) answersNow(ctx context.Context) error {
	_, err := l.current().Info(ctx)
	switch {
	case isAnswer(err):
		return l.itAnswers()
	case ctx.Err() != nil:
		return fmt.Errorf("ask asterisk %s whether it answers: %w", l.name, ctx.Err())
	}
	return nil
}

// isAnswer reports whether a request was answered, whatever Asterisk said.
func isAnswer(err error) bool {
	var told *ari.Error
	return err == nil || errors.As(err, &told) && told.Status != 0
}

func (l *link) itAnswers() *status.Refused {
	return status.Refuse(status.NodeAnswers, "see /api/v1/status for what keeps it from being commanded, if anything does; its calls are then looked for by themselves",
		"asterisk %s answers, so its machine is not off", l.name)
}

// unconfirmed says what a declaration would change.
func (l *link) unconfirmed() *status.Refused {
	calls := l.callsHere()
	return status.Refuse(status.NotConfirmed, `who is sure that it is off sends {"machine_is_off": true} and a reason`,
		"nothing is changed yet: %d calls on asterisk %s would be closed for good, as failed or answered, and their agents freed; if it is only cut off, those who talk on it will be hung up when it is back", calls, l.name)
}

// isInTouch refuses without the ledger: who is cut off from it may take himself for the
// holder for ever. A beat that comes back shows all that was written before it.
func (l *link) isInTouch(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, commandPatience)
	defer cancel()
	if l.awaitOwnBeat(ctx) != nil {
		return l.ledgerAway()
	}
	return nil
}

// declare tries, for as long as ctx lasts, to note that the node is lost: another
// controller that holds it may be about to give it back, and the link to be known as down.
func (l *link) declare(ctx context.Context, loss status.Loss, before lastHeard) (*declaration, error) {
	for {
		d, err := l.tryToDeclare(ctx, loss, before)
		if err == nil {
			return d, nil
		}
		if pause(ctx, claimTick); ctx.Err() != nil {
			return nil, err
		}
	}
}

func (l *link) tryToDeclare(ctx context.Context, loss status.Loss, before lastHeard) (*declaration, error) {
	d := &declaration{author: loss.By, reason: loss.Reason, at: l.c.clock.now(), before: before}
	l.c.View(func(s *fold.State) { // before the next: who has it later is later
		node := s.Protocol.Nodes[string(l.name)]
		d.epoch, d.beat = node.Epoch, s.Protocol.Controllers[node.Holder].Beat
	})
	if l.isHeard(before) {
		return nil, l.itAnswers()
	}
	if err := l.isOurs(ctx); err != nil {
		return nil, err
	}
	d.calls = l.callsHere()
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.hears(before):
		return nil, l.itAnswers()
	case l.declared != nil:
		return l.declared, nil
	}
	l.declared = d
	l.c.log.Error("asterisk is declared lost, its machine is off. Its calls are closed as failed, or answered if they had been; start it again",
		zap.String("node", string(l.name)), zap.String("by", d.author), zap.String("reason", d.reason), zap.Int("calls", d.calls))
	return d, nil
}

func (l *link) isHeard(before lastHeard) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.hears(before)
}

// hears reports whether Asterisk has given a sign of life, as far as is known here. Called
// with the lock held.
func (l *link) hears(before lastHeard) bool {
	return l.upSince != 0 || l.box == nil && l.restOK || before.connectedSince(l.client)
}

// isOurs refuses while another controller has the node, unless that one is dead. A rest
// after we gave it back ends: it left the node to whoever reaches it, and nobody does.
func (l *link) isOurs(ctx context.Context) error {
	if l.c.holds(l.name) {
		return nil
	}
	holder, free := "", false
	_, err := l.c.append(ctx, "declare", func(s *fold.State) []ledger.Entry { // nothing: it is the turn of who may ask
		holder, free = s.Protocol.Nodes[string(l.name)].Holder, l.c.candidate.Free(s.Protocol, string(l.name), monotonic())
		return nil
	})
	if err != nil || !l.c.live.ledgerAnswers() {
		return l.ledgerAway()
	}
	if free || l.c.holds(l.name) {
		return nil
	}
	return l.notOurs(holder)
}

func (l *link) ledgerAway() *status.Refused {
	return status.Refuse(status.LedgerAway, "try again when Redis answers", "the calls of asterisk %s cannot be closed: the ledger cannot be written", l.name)
}

// notOurs says why the node cannot be taken from its holder, "" for nobody.
func (l *link) notOurs(holder string) *status.Refused {
	if holder == "" || holder == l.c.instance {
		return status.Refuse(status.NotHolder, "try again in a few seconds", "asterisk %s cannot be taken yet: this controller has just begun, or its ledger is slow", l.name)
	}
	return status.Refuse(status.HeldElsewhere, "if its machine is off, say so to that controller: guichet asterisk lost, with its --url; if that one is dead, try again in a few seconds",
		"controller %s has asterisk %s: it reaches it, or has closed its calls already", holder, l.name)
}

// awaitClosed waits, for as long as ctx lasts, until the calls are closed. Once the node is
// ours, nothing else need be waited for.
func (l *link) awaitClosed(ctx context.Context, d *declaration) {
	for !l.isClosed(d) && ctx.Err() == nil {
		if l.owesClosing() && l.c.holds(l.name) {
			l.mu.Lock()
			stop := l.stopLooking
			l.mu.Unlock()
			if stop != nil {
				stop()
			}
		}
		pause(ctx, claimTick)
	}
}

// cameToNothing refuses what was over before anything was closed by it: that Asterisk
// answered, or another controller had the node after all.
func (l *link) cameToNothing(d *declaration) error {
	l.mu.Lock()
	over, overtaken := l.declared != d && !d.closed, d.overtaken
	l.mu.Unlock()
	switch {
	case !over:
		return nil
	case overtaken:
		holder := ""
		l.c.View(func(s *fold.State) { holder = s.Protocol.Nodes[string(l.name)].Holder })
		return l.notOurs(holder)
	}
	return l.itAnswers()
}

// isClosed reports whether nothing is left to be closed by a declaration, or it is over.
func (l *link) isClosed(d *declaration) bool {
	l.mu.Lock()
	over, told := l.declared != d, d.closed
	l.mu.Unlock()
	if over {
		return true
	}
	left := false
	l.c.View(func(s *fold.State) { left = l.needed(s) })
	return !left || told && l.callsHere() == 0
}

// endDeclarations ends those of nodes that another controller has: it took the node since,
// or it beats, who was taken for dead. Called with the state locked for reading.
func (c *Controller) endDeclarations(s *fold.State) {
	for name, l := range c.links {
		node := s.Protocol.Nodes[string(name)]
		if node.Holder == "" || node.Holder == c.instance {
			continue
		}
		l.endOvertaken(func(d *declaration) bool {
			return node.Epoch != d.epoch || s.Protocol.Controllers[node.Holder].Beat != d.beat
		})
	}
}

// noteTaken ends the declaration of a node that another controller takes, and may give back
// at once: it reaches that Asterisk, or closes its calls itself. Should the declaration end later,
// those whom that one serves would be given up for what was so before.
func (c *Controller) noteTaken(e ledger.Entry, v ledger.Verdict) {
	if l := c.links[contact.Node(e.Subject)]; l != nil && e.Kind == ledger.KindTake && v.Accepted() && e.Writer != c.instance {
		l.endOvertaken(func(*declaration) bool { return true })
	}
}

// endUnheld ends those of nodes that we do not hold, after the ledger was read anew: what
// others did meanwhile was not seen one by one. Called with the state locked.
func (c *Controller) endUnheld() {
	for name, l := range c.links {
		if _, holds := c.epoch(c.state, string(name)); !holds {
			l.endOvertaken(func(*declaration) bool { return true })
		}
	}
}

func (l *link) endOvertaken(is func(*declaration) bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if d := l.declared; d != nil && is(d) {
		l.declared, d.overtaken = nil, true
		l.c.log.Info("asterisk is not declared lost here any more: another controller has it, or had it", zap.String("node", string(l.name)))
	}
}
