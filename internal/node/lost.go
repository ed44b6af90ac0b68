package node

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/channel/voice"
	"github.com/guichet/guichet/internal/fold"
)

// An Asterisk that was killed tells nobody. Whoever is back is known by the time at
// which it started; one that stays away is known by its machine, which refuses every
// connection where it listened. Nothing else is such a sign: a network that is cut keeps
// silent, and what is stuck or overloaded lets one in. Its calls are over by physics
// then, and their agents are needed elsewhere (docs/decisions/0013). Of a machine that is
// off people know: declared.go.

const (
	knockEvery = 100 * time.Millisecond
	// knockPause is the longest between two refusals of one series: after more, nobody
	// knows what was in between. This process itself may have been frozen.
	knockPause = time.Second
	// lostHold is how long a lost node is kept by who gets no answer from it, for there may
	// be offers to refuse. Then others may try whether they reach it.
	lostHold = time.Minute
)

// refusals is what is known of an Asterisk that refuses connections; the zero value is
// nothing.
type refusals struct {
	since, last time.Time // of an unbroken series
	lost        bool      // it has lasted so long that the calls of the node are taken for lost
	told        bool      // and so it was said
}

// givenUp are the calls of a lost node that were closed.
type givenUp struct {
	calls int          // how many callers were on the line
	by    *declaration // who said that it is lost; nil if it refused every connection
}

// add takes a further refusal; other is when anything else last came of a try to reach
// Asterisk. It returns whether the node is lost, after so long.
func (r *refusals) add(now, other time.Time, after time.Duration) bool {
	if r.since.IsZero() || now.Sub(r.last) > knockPause || !other.Before(r.since) {
		*r = refusals{since: now}
	}
	r.last = now
	r.lost = r.lost || now.Sub(r.since) >= after
	return r.lost
}

// knock tries whether anything listens where Asterisk should, and reports whether the node
// is lost.
func (l *link) knock(ctx context.Context) bool {
	if l.conf.LostAfter <= 0 {
		return false
	}
	client := l.current()
	err := client.Knock(ctx)
	if ctx.Err() != nil {
		return l.lost()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if !errors.Is(err, ari.ErrRefused) {
		l.refusals = refusals{}
		return false
	}
	return l.refusals.add(time.Now(), client.Unrefused(), l.conf.LostAfter)
}

// lost reports whether the calls of the node are taken for lost.
func (l *link) lost() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.refusals.lost || l.declared != nil
}

// watchLoss knocks while nothing can be commanded, unless somebody declared the node lost,
// and closes the calls of one that is. Once that Asterisk answers again, anew begins the hold
// afresh: its client has long been trying at the longest pauses.
func (l *link) watchLoss(ctx context.Context, anew context.CancelFunc) {
	tick := time.NewTicker(knockEvery)
	defer tick.Stop()
	session := uint64(0) // when the calls were closed
	for closed := false; ; {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		declared := l.isDeclared()
		switch now := l.current().Session(); { // before the knock: what connects after it is another Asterisk
		case l.current().Commandable():
			closed = false
		case (declared || l.knock(ctx)) && (!closed || l.owesClosing()):
			session = now
			closed = l.loseCalls(session)
		case closed && (declared || !l.lost()) && l.isBack(ctx) && l.current().Session() == session: // the client has not found it itself
			anew()
			return
		}
	}
}

// isBack reports whether Asterisk can be asked.
func (l *link) isBack(ctx context.Context) bool {
	_, err := l.current().Info(ctx)
	return err == nil
}

// loseCalls tells the session of each contact of the node that its channels are gone, as
// a listing after a restart would. It returns false, and does nothing, if the client has
// connected since that websocket session: then a listing tells what is there. Between the
// refusal and this a whole boot may have passed, if this process was frozen.
func (l *link) loseCalls(session uint64) bool {
	if !l.isSilentSince(session) {
		return false
	}
	l.adoptContacts()
	calls := l.callsHere()
	for _, s := range l.c.livesAt(l.name) {
		s.box.put(nodeLost{session: session})
	}
	l.noteGivenUp(calls)
	return true
}

// noteGivenUp notes that so many calls are given up, unless Asterisk answered meanwhile, and
// tells it once of a series: a node may be taken again, for an offer that came. A
// declaration was told when it was made.
func (l *link) noteGivenUp(calls int) {
	l.mu.Lock()
	declared, r := l.declared, l.refusals
	if declared == nil && !r.lost {
		l.mu.Unlock()
		return
	}
	if l.gaveUp == nil {
		l.gaveUp = &givenUp{}
	}
	l.gaveUp.calls = max(l.gaveUp.calls, calls)
	news := !r.told
	if l.refusals.told = true; declared != nil {
		news, declared.closed = !declared.closed, true
		if calls > 0 || l.gaveUp.calls == 0 {
			l.gaveUp.by = declared
		}
	}
	l.mu.Unlock()
	switch {
	case !news:
	case declared != nil:
		l.c.live.repaired("node_declared_lost")
	default:
		l.c.live.repaired("node_lost")
		l.c.log.Error("asterisk refuses every connection: its process is gone. Its calls are lost, and are closed as failed; start it again",
			zap.String("node", string(l.name)), zap.Duration("for", time.Since(r.since).Round(time.Millisecond)), zap.Int("calls", calls))
	}
}

// isSilentSince notes that the link is down, unless the client has connected since that
// websocket session, or since somebody declared the node lost: that is over then.
func (l *link) isSilentSince(session uint64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.declared != nil && l.declared.before.connectedSince(l.client) {
		l.declared = nil
		return false
	}
	if l.client.Session() != session || l.declared == nil && !l.refusals.lost {
		return false
	}
	l.upSince = 0
	return true
}

// callsHere counts the contacts whose caller is on a line of this node.
func (l *link) callsHere() (n int) {
	l.c.View(func(s *fold.State) {
		for _, rec := range s.Contacts {
			if rec.Node == l.name && rec.ClosedAt == 0 && voice.CallerOf(rec) != "" {
				n++
			}
		}
	})
	return n
}

// answered ends the loss of an Asterisk that answers again. One that never died was
// behind something that refused in its place, or its machine was not off.
func (l *link) answered(sameAsBefore bool) {
	l.mu.Lock()
	gaveUp, declared := l.gaveUp, l.declared // the refusals may have been ended by a knock before
	l.refusals, l.gaveUp, l.declared = refusals{}, nil, nil
	l.mu.Unlock()
	if declared != nil {
		l.c.log.Info("asterisk answers again, and is not declared lost any more", zap.String("node", string(l.name)))
	}
	if gaveUp != nil && sameAsBefore {
		if gaveUp.calls > 0 {
			l.c.violation("I1 asterisk " + string(l.name) + " was taken for dead, and lives: callers on the line were given up")
		}
		l.c.log.Error(gaveUp.inVain(), zap.String("node", string(l.name)))
	}
}

// inVain says what was wrong with giving up the calls of an Asterisk that lives.
func (g *givenUp) inVain() string {
	if g.by != nil {
		return "asterisk answers again and was never gone: " + g.by.author + " declared it lost while it was only cut off, or held still, and its calls were closed; " +
			"what is left of them is hung up. Declare lost only what is off for sure"
	}
	return "asterisk answers again and was never gone: something refused in its place, and its calls were closed; what is left of them is hung up. " +
		"Set lost_after: never for this node, or a longer time"
}

// needed reports whether a lost node has contacts still: each has to be closed, or its
// offers refused, by somebody who holds the node.
func (l *link) needed(s *fold.State) bool {
	if !l.lost() {
		return false
	}
	for _, rec := range s.Contacts {
		if rec.Node == l.name {
			return true
		}
	}
	return false
}

// lostInWords says of a node that it is lost, "" if it is not.
func (l *link) lostInWords() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	text := ""
	switch {
	case l.declared != nil:
		text = l.declared.inWords()
	case l.refusals.lost:
		text = "it refuses every connection since " + l.refusals.since.Format(time.TimeOnly) + ": its process is gone"
	default:
		return ""
	}
	if l.gaveUp != nil && l.gaveUp.calls > 0 {
		text += fmt.Sprintf(", and its %d calls were closed (guichet report --cut-off)", l.gaveUp.calls)
	}
	return text + "; start it again"
}

// lostNodes says which nodes are lost while others serve.
func (c *Controller) lostNodes() (why []string) {
	if !slices.ContainsFunc(c.nodeNames(), c.serves) {
		return nil // that is why it is not ready
	}
	for _, name := range c.nodeNames() {
		if text := c.links[name].lostInWords(); text != "" {
			why = append(why, "asterisk "+string(name)+": "+text)
		}
	}
	return why
}

// nodeLost tells a session that nothing of its contact is in Asterisk any more, which was so
// after that websocket session. If there has been another one since, its listing counts.
type nodeLost struct{ session uint64 }

// loseLine closes what went through the line. What the contact begins before the next
// listing is lost likewise, such as the leg of an offer to somebody who waits to be
// called back: he keeps his place, and the agent is asked for nothing.
func (s *session) loseLine() {
	s.pause()
	s.follow(s.line.Lost())
	s.dropRequests()
}
