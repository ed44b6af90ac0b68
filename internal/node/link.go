package node

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	v5 "github.com/CyCoreSystems/ari/v5"
	"go.uber.org/zap"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/channel/voice"
	"github.com/guichet/guichet/internal/contact"
)

// link is one Asterisk node as this controller commands it. Its application is
// registered only while the node is held in the ledger: the registration is
// what silences an earlier owner.
type link struct {
	c    *Controller
	name contact.Node
	conf config.Asterisk
	opts ari.Options

	running sync.WaitGroup // sessions of this node
	turns   turns

	// life is the context of the present hold; only its goroutines read it.
	life context.Context

	mu          sync.Mutex
	client      *ari.Client // of the present hold, or for asking whether REST answers
	box         *mailbox    // of the present hold
	since       time.Time   // begin of the present hold
	again       time.Time   // when we registered again after a replacement
	restOK      bool
	upSince     int64 // site time of the last LinkUp; 0 while down
	info        ari.Info
	trouble     error               // why it could not be commanded last
	refusals    refusals            // of connections, by an Asterisk that is gone
	declared    *declaration        // that it is lost, by somebody who can be sure; nil for none
	gaveUp      *givenUp            // its calls were closed for either, and it has not answered since
	stopLooking context.CancelFunc  // ends what is waited for while the node is not held
	heard       map[string]*mailbox // of sessions, by the ids they listen to
}

func newLink(c *Controller, conf config.Asterisk) (*link, error) {
	user, err := conf.Username.Read()
	if err != nil {
		return nil, fmt.Errorf("read the user name: %w", err)
	}
	password, err := conf.Password.Read()
	if err != nil {
		return nil, fmt.Errorf("read the password: %w", err)
	}
	l := &link{c: c, name: conf.Node, conf: conf, heard: map[string]*mailbox{}, turns: newTurns()}
	l.opts = ari.Options{
		URL: conf.URL, Application: conf.Application, Username: user, Password: password,
		Log: c.log.With(zap.String("node", string(conf.Node))),
		Observer: ari.Observer{
			OnRequest: c.observer.OnRequest,
			OnEventLag: func(lag time.Duration) {
				if c.observer.OnEventLag != nil {
					c.observer.OnEventLag(conf.Node, lag)
				}
			},
		},
	}
	return l, l.renewClient()
}

func (l *link) renewClient() error {
	client, err := ari.New(l.opts)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.client = client
	return nil
}

// run asks until Asterisk answers, and commands the node while it is held.
func (l *link) run(ctx context.Context) error {
	for ctx.Err() == nil {
		if !l.look(ctx) {
			continue
		}
		if err := l.hold(ctx); err != nil {
			return err
		}
		if err := l.renewClient(); err != nil {
			return err
		}
	}
	return nil
}

func (l *link) current() *ari.Client {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.client
}

// deaf reports whether the node is held and its probe has not echoed for so
// long that it should be given back.
func (l *link) deaf(limit time.Duration) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.gaveUp != nil || l.declared != nil:
		limit = lostHold
	case l.conf.LostAfter < limit && l.refusals.last.After(time.Now().Add(-knockPause)):
		limit += l.conf.LostAfter // given back right before it is known to be lost, it would be closed by who takes it again
	}
	if l.box == nil || time.Since(l.since) < limit {
		return false
	}
	return time.Since(l.client.LastEcho()) > limit
}

// hold registers the application and serves its events until the node is lost
// or ctx ends. The sessions end with it; their calls stay in Asterisk.
func (l *link) hold(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	box := newMailbox()
	l.life = ctx
	l.begin(box)
	defer l.end()
	l.settleJournal(ctx)

	client := l.current()
	client.Default(l.sink(box))
	var served sync.WaitGroup
	served.Go(func() { _ = client.Run(ctx) })
	served.Go(func() { l.watchHold(ctx, cancel) })
	served.Go(func() { l.watchPhones(ctx) })
	served.Go(func() { l.keepComparing(ctx) })
	served.Go(func() { l.watchLoss(ctx, cancel) })
	defer served.Wait()
	defer cancel()
	defer context.AfterFunc(ctx, func() { box.put(stop{}) })()
	defer box.passOn(tooLateToBegin)
	return l.serve(ctx, box)
}

// settleJournal lets the facts of an earlier hold come first, for sessions are
// numbered behind them. A ledger that is away does not keep callers waiting.
func (l *link) settleJournal(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	l.c.journal.drain(ctx, l.name)
}

func (l *link) begin(box *mailbox) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.box, l.since = box, time.Now()
}

// end stops the sessions of this node and waits for them.
func (l *link) end() {
	for _, s := range l.c.livesAt(l.name) {
		s.box.put(stop{})
	}
	l.running.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.box, l.restOK, l.upSince = nil, false, 0
	l.heard = map[string]*mailbox{}
}

// watchHold ends the hold when the ledger says that the node is not ours.
func (l *link) watchHold(ctx context.Context, lost context.CancelFunc) {
	tick := time.NewTicker(holdPoll)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if !l.c.holds(l.name) {
				lost()
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

func (l *link) serve(ctx context.Context, box *mailbox) error {
	for {
		taken := box.take()
		for i, m := range taken {
			switch m := m.(type) {
			case stop:
				for _, late := range taken[i+1:] {
					tooLateToBegin(late)
				}
				return nil
			case newCall:
				l.arrive(m)
			case ownContact:
				l.callBegins(m.session)
			case ari.Event:
				if err := l.linkEvent(ctx, m); err != nil {
					return err
				}
			}
		}
	}
}

func (l *link) linkEvent(ctx context.Context, e ari.Event) error {
	switch v := e.Value.(type) {
	case ari.LinkUp:
		l.setUp(l.c.clock.now())
		l.c.log.Info("asterisk link up", zap.String("node", string(l.name)), zap.Uint64("session", v.Session))
		l.c.versions.fetchNeeded(ctx)
		l.adoptContacts() // they listen before the listing is taken
		if l.listUntilDone(ctx, v.Session) {
			l.running.Go(func() { l.leaveOutChatter(ctx) })
		}
	case ari.LinkDown:
		l.c.log.Warn("asterisk link down", zap.String("node", string(l.name)), zap.Error(v.Err))
		l.c.live.repaired("link_down")
		l.mu.Lock()
		l.trouble = v.Err
		l.mu.Unlock()
		l.goSilent()
	case ari.LinkReplaced:
		l.goSilent()
		return l.wasReplaced(ctx)
	case *v5.StasisStart:
		if e.Channel() == "" {
			break
		}
		if deed, reason, is := l.dialled(v.Args); is {
			l.serveKeys(ari.ChannelID(v.Channel.ID), v.Channel.Name, deed, reason)
			break
		}
		if !l.consults(v) {
			l.stray(ctx, e.Channel(), v)
		}
	}
	return nil
}

// leaveOutChatter has Asterisk keep to itself what no session reads. Nothing depends on it.
func (l *link) leaveOutChatter(ctx context.Context) {
	if err := l.current().SetEventFilter(ctx, ari.Chatter()...); err != nil && ctx.Err() == nil {
		l.c.log.Warn("asterisk goes on sending events that nobody reads", zap.String("node", string(l.name)), zap.Error(err))
	}
}

// goSilent stops the commands of all sessions until the next listing.
func (l *link) goSilent() {
	l.setUp(0)
	for _, s := range l.c.livesAt(l.name) {
		s.box.put(linkDown{})
	}
}

func (l *link) setUp(since int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.upSince = since
}

// connectedFor reports whether the link has been up for at least d.
func (l *link) connectedFor(d time.Duration) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.upSince != 0 && l.c.clock.now()-l.upSince > d.Microseconds()
}

// aloneFor is how long after we registered again a further replacement comes
// from somebody who does not give way: without a common ledger he never would.
const aloneFor = 10 * time.Second

// wasReplaced: another client registered our application. With a common ledger
// it took the node first, and the hold ends by itself. If a beat of ours that
// was appended since comes back and the node is still ours, it was an owner of
// before who came late: the application is taken back. We stay silent until
// then. Whoever is replaced again at once has somebody beside him who has no
// common ledger; both would go on for ever.
func (l *link) wasReplaced(ctx context.Context) error {
	if err := l.awaitOwnBeat(ctx); err != nil || !l.c.holds(l.name) {
		return nil // ctx is over, or the node is somebody else's
	}
	if !l.again.IsZero() && time.Since(l.again) < aloneFor {
		return fmt.Errorf("asterisk node %s: %w %q; give each controller of one Asterisk the same ledger, or another application name",
			l.name, ErrReplaced, l.conf.Application)
	}
	l.again = time.Now()
	l.c.live.repaired("registered_again")
	l.c.log.Warn("another client registered our application, though the ledger says that the node is ours; taking it back",
		zap.String("node", string(l.name)))
	l.current().Reregister()
	return nil
}

// awaitOwnBeat waits until a beat that this process appended from now on has
// been folded: then everything that was appended before is folded, too.
func (l *link) awaitOwnBeat(ctx context.Context) error {
	changed, done := l.c.Watch()
	defer done()
	from := l.c.ownBeat()
	for beats := 0; ; {
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
		if beat := l.c.ownBeat(); beat != from {
			from = beat
			// The first may have been on its way already.
			if beats++; beats == 2 {
				return nil
			}
		}
	}
}

// listen routes the events about an id to the mailbox of a session.
func (l *link) listen(id string, box *mailbox) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.route(id, box)
}

// claim is listen for a caller who has just been found. It is false if a
// session listens already: an event and a listing may tell of the same caller.
func (l *link) claim(id ari.ChannelID, box *mailbox) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.heard[string(id)] != nil {
		return false
	}
	l.route(string(id), box)
	return true
}

func (l *link) route(id string, box *mailbox) {
	if l.heard[id] != box {
		box.ids = append(box.ids, id)
	}
	l.heard[id] = box
	l.client.Listen(id, box.listener())
}

// forget ends the routing of everything that came to a mailbox.
func (l *link) forget(box *mailbox) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, id := range box.ids {
		if l.heard[id] == box {
			delete(l.heard, id)
			l.client.Forget(id)
		}
	}
	box.ids = nil
}

// errSilent says that commands wait for the probe to echo.
var errSilent = errors.New("asterisk does not echo; commands wait")

// send carries one request out when its turn has come, only while the probe echoes.
func (l *link) send(ctx context.Context, r voice.Request) error {
	if err := l.turns.take(ctx); err != nil {
		return &ari.Error{Op: string(r.Op), Err: err}
	}
	defer l.turns.give()
	client := l.current()
	if !client.Commandable() {
		return &ari.Error{Op: string(r.Op), Err: errSilent}
	}
	return r.Send(ctx, client)
}
