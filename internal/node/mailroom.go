package node

import (
	"context"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/guichet/guichet/internal/channel/email"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
)

// mailroom is the virtual node at which mails are born, and the contacts of recorded messages, as
// this controller keeps it. It is taken and given back like the leadership; while it is held, each
// of them has a letter here, mails are taken in (post.go), and messages get theirs (voicemail.go).
type mailroom struct {
	c       *Controller
	posting chan struct{}  // holds a token while a mail is taken in
	running sync.WaitGroup // letters

	since time.Time // begin of the present hold, zero while closed; guarded by c.mu

	refused map[fact.MessageID]time.Time // messages that no queue took, and when that was tried last
}

func newMailroom(c *Controller) *mailroom {
	return &mailroom{c: c, posting: make(chan struct{}, 1), refused: map[fact.MessageID]time.Time{}}
}

// run keeps the room open while it is held.
func (m *mailroom) run(ctx context.Context) error {
	for ctx.Err() == nil {
		if m.held(ctx) {
			m.hold(ctx)
		}
		pause(ctx, holdPoll)
	}
	return nil
}

func (m *mailroom) held(ctx context.Context) bool {
	return ctx.Err() == nil && m.c.holds(contact.Mailroom)
}

// adoptEvery is the pause between two looks for mails without a letter: one may
// have been written whose sender was told that nobody knows.
const adoptEvery = time.Second

// hold takes up every mail of the site, and new ones, until the room is lost or
// ctx ends. Facts of an earlier hold come first, for letters are numbered behind
// them; a mail can wait for that.
func (m *mailroom) hold(ctx context.Context) {
	for m.held(ctx) && m.c.journal.pending(contact.Mailroom) > 0 {
		pause(ctx, holdPoll)
	}
	m.c.versions.fetchNeeded(ctx)
	m.open()
	defer m.close()
	looked := time.Time{}
	for m.held(ctx) {
		if time.Since(looked) >= adoptEvery {
			looked = time.Now()
			m.adopt()
			m.bear(ctx)
			m.takeBack()
		}
		pause(ctx, holdPoll)
	}
}

func (m *mailroom) open() {
	m.c.mu.Lock()
	defer m.c.mu.Unlock()
	m.since = time.Now()
}

// close ends the letters; their mails stay in the ledger for whoever comes next.
func (m *mailroom) close() {
	m.c.mu.Lock()
	m.since = time.Time{}
	m.c.mu.Unlock()
	for _, v := range m.c.livesAt(contact.Mailroom) {
		v.box.put(stop{})
	}
	m.running.Wait()
}

// openFor reports whether the room has been open for at least d. Called with the
// lock held for reading.
func (m *mailroom) openFor(d time.Duration) bool {
	return !m.since.IsZero() && time.Since(m.since) > d
}

// adopt makes a letter for each mail that has none. Record and registration are
// one step, so that no fact falls between.
func (m *mailroom) adopt() {
	m.c.mu.Lock()
	defer m.c.mu.Unlock()
	for id, rec := range m.c.state.Contacts {
		if rec.Node == contact.Mailroom && m.c.lives[id] == nil {
			m.c.log.Info("mail taken up", zap.String("contact", string(id)), zap.String("standing", rec.Standing()))
			m.c.live.repaired("adopted")
			m.takeUp(rec)
		}
	}
}

// takeUp makes and starts the letter of a record, by the version of the site with
// which the mail began. Called with the lock held.
func (m *mailroom) takeUp(rec *engine.Record) {
	site := m.c.versions.of(rec.Config)
	l := m.newLetter(rec.ID, m.c.rules(site, site.Entries[rec.Entry]))
	l.state = engine.Resume(*rec)
	l.seq = m.c.state.Protocol.Seq(string(rec.ID))
	for _, e := range email.Found(rec) {
		l.box.put(engineEvent{e})
	}
	l.box.put(engineEvent{engine.Restarted{}})
	m.c.lives[rec.ID] = &l.life
	m.running.Go(l.run)
}
