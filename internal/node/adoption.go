package node

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	v5 "github.com/CyCoreSystems/ari/v5"
	"go.uber.org/zap"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/channel/voice"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/keypad"
	"github.com/guichet/guichet/ivr"
)

// listUntilDone lists what the node has and takes it up; it repeats until it
// succeeds, for nothing may be commanded before.
func (l *link) listUntilDone(ctx context.Context, session uint64) (done bool) {
	for ctx.Err() == nil && l.current().Session() == session {
		snapshot, err := l.list(ctx)
		if err == nil {
			l.adopt(snapshot, session)
			return true
		}
		l.c.log.Warn("cannot list the node's channels", zap.String("node", string(l.name)), zap.Error(err))
		pause(ctx, askEvery)
	}
	return false
}

func (l *link) list(ctx context.Context) (voice.Snapshot, error) {
	client := l.current()
	info, err := client.Info(ctx)
	if err != nil {
		return voice.Snapshot{}, fmt.Errorf("ask when it started: %w", err)
	}
	l.noteBoot(info)
	channels, err := client.ListChannels(ctx)
	if err != nil {
		return voice.Snapshot{}, fmt.Errorf("list channels: %w", err)
	}
	bridges, err := client.ListBridges(ctx)
	if err != nil {
		return voice.Snapshot{}, fmt.Errorf("list bridges: %w", err)
	}
	s := voice.Snapshot{Booted: info.Started, Channels: map[ari.ChannelID]ari.Channel{}, Bridges: map[ari.BridgeID]v5.BridgeData{}}
	for _, ch := range channels {
		s.Channels[ch.ID] = ch
	}
	for _, b := range bridges {
		s.Bridges[ari.BridgeID(b.ID)] = b
	}
	return s, nil
}

// noteBoot tells of an Asterisk that has restarted since it was asked before: no
// channel that was known is alive.
func (l *link) noteBoot(info ari.Info) {
	l.mu.Lock()
	before := l.info.Started
	l.info = info
	l.mu.Unlock()
	restarted := !before.IsZero() && info.Started.After(before)
	l.answered(!restarted && !before.IsZero())
	if restarted {
		l.c.live.repaired("node_restarted")
		l.c.log.Warn("asterisk has restarted; its calls are lost, and are closed as failed", zap.String("node", string(l.name)))
	}
}

// adopt compares the ledger's contacts with the node's channels: their sessions
// resynchronise, callers without a contact get one, codes that nobody serves are
// served, and legs and bridges that belong to nobody are ended.
func (l *link) adopt(snapshot voice.Snapshot, session uint64) {
	for _, ch := range snapshot.Channels {
		l.adoptCaller(ch)
		l.adoptKeys(ch)
	}
	for _, s := range l.c.livesAt(l.name) {
		s.box.put(resync{snapshot: snapshot, session: session})
	}
	l.endOrphans(snapshot)
}

// adoptContacts makes a session for each contact of the node that has none.
// Record and registration are one step, so that no fact falls between.
func (l *link) adoptContacts() {
	l.c.mu.Lock()
	defer l.c.mu.Unlock()
	for id, rec := range l.c.state.Contacts {
		if rec.Node == l.name && l.c.lives[id] == nil {
			l.c.takeUp(l, *rec)
		}
	}
	for _, id := range l.c.journal.begun(l.name, l.c.state) {
		if l.c.lives[id] == nil {
			l.c.takeUp(l, engine.Record{ID: id})
		}
	}
}

// takeUp makes and starts the session of a record. Called with the lock held.
func (c *Controller) takeUp(l *link, known engine.Record) {
	rec, seq := c.ours(known)
	c.log.Info("contact taken up", zap.String("contact", string(rec.ID)), zap.String("standing", rec.Standing()))
	c.live.repaired("adopted")
	site := c.versions.of(rec.Config).At(time.UnixMicro(rec.ArrivedAt))
	entry := entryOf(site, rec.Entry)
	box := newMailbox()
	call := voice.Call{Channel: voice.CallerOf(&rec), Born: bornAt(rec.ID), Number: c.sealer.open(rec.Caller), Withheld: rec.Withheld, Met: rec.Met() || rec.AgentWaits()}
	if rec.Away() && !rec.Met() {
		call.Channel, call.Calling = "", rec.Callback.Call
	}
	call.Parties = map[fact.OfferID]bool{}
	for _, p := range rec.Parties {
		call.Parties[p.ID] = p.Joined()
	}
	s := l.newSession(rec.ID, site, entry, call, box, rec.Leg())
	s.state = engine.Resume(rec)
	s.state.Unwritten(known)
	s.seq = seq
	s.paused = true // until the listing is compared
	for _, id := range s.line.IDs() {
		l.listen(id, box)
	}
	c.lives[rec.ID] = &s.life
	l.running.Go(s.run)
}

// entryOf is an entry of a version of the site. If the version with which the contact began is lost,
// and the entry has left the site, any menu is better than a cut call.
func entryOf(site *config.Site, name contact.Entry) config.Entry {
	entry, there := site.Entries[name]
	if names := slices.Sorted(maps.Keys(site.Entries)); !there && len(names) > 0 {
		return site.Entries[names[0]]
	}
	return entry
}

// adoptCaller gives a contact to a caller who is in our application without
// one: he came while nobody listened.
func (l *link) adoptCaller(ch ari.Channel) {
	if !l.isCaller(ch) {
		return
	}
	args := append(strings.Split(ch.Dialplan.AppData, ","), "", "")
	box := newMailbox()
	if !l.claim(ch.ID, box) {
		return
	}
	created := time.Time(ch.Created)
	if l.c.isOver(contactID(l.name, ch.ID, created)) {
		l.c.live.repaired(orphanCaller)
		l.refuse(ch.ID, box, orphanCaller, errOver)
		return
	}
	first := args[3]
	if first == "" {
		first = fmt.Sprint(created.UnixMilli())
	}
	s, err := l.open(newcomer{
		channel: ch.ID, created: created, number: ch.Caller.Number, dialled: args[2], first: first,
		withheld: withheld(args[4]), born: l.current().Session(), box: box,
	})
	if err != nil {
		l.refuse(ch.ID, box, "unknown_entry", err)
		return
	}
	l.c.live.repaired("unknown_caller")
	l.c.welcome(s)
}

// isCaller reports whether a channel came to our application by an entry.
func (l *link) isCaller(ch ari.Channel) bool {
	args := strings.Split(ch.Dialplan.AppData, ",")
	return ch.InApplication(l.conf.Application) && !voice.IsLeg(ch.ID) && len(args) >= 3 && args[1] == "entry"
}

// welcome registers and starts the session of a newcomer. A contact that has a
// session already (told by an event and by a listing) keeps the first.
func (c *Controller) welcome(s *session) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.lives[s.id] != nil || c.state.Contacts[s.id] != nil {
		s.cancel()
		s.link.forget(s.box)
		return
	}
	c.lives[s.id] = &s.life
	s.link.running.Go(s.run)
}

// livesAt are the contacts of a node that live here.
func (c *Controller) livesAt(node contact.Node) []*life {
	c.mu.RLock()
	defer c.mu.RUnlock()
	var at []*life
	for _, v := range c.lives {
		if v.node == node {
			at = append(at, v)
		}
	}
	return at
}

// rules are what a version of the site says to a contact of this entry.
func (c *Controller) rules(site *config.Site, entry config.Entry) engine.Rules {
	return engine.Rules{
		Tree: entry.Tree, Hours: site.Hours(entry.Name), Why: site.Why(entry.Name), Campaign: site.Campaign, Zone: site.Zone, Plan: site.Plan,
		Floor: func(q engine.FloorQuery) (v engine.FloorView) {
			c.View(func(s *fold.State) { v = s.View(q) })
			return v
		},
		Announced: func(at fact.Place, now int64) (a *fact.Announced) {
			c.View(func(s *fold.State) { a = s.Announced(at, now) })
			return a
		},
		Called: func(callerHash string, since int64) (n int) {
			c.View(func(s *fold.State) { n = s.CalledSince(callerHash, since) })
			return n
		},
		Person:       c.person,
		Limit:        site.Limit,
		Retention:    func(mailbox string) time.Duration { return site.Mailboxes[mailbox].Retention },
		MailboxQueue: site.MailboxQueue,
		MailboxFull: func(mailbox string) (full bool) {
			most := site.Mailboxes[mailbox].MaxWaiting
			c.View(func(s *fold.State) { full = most > 0 && s.MessagesWaiting(mailbox) >= most })
			return full
		},
		Comfort: site.Comfort, Whisper: site.Whisper, Recording: site.Recorded, Satisfaction: site.Satisfaction,
		Identification: site.Floor.Identification,
		Standing: func(id contact.ID, at int64) (in engine.Standing, waits bool) {
			c.View(func(s *fold.State) { in, waits = s.Standing(id, at) })
			return in, waits
		},
		Appointments: site.Appointments,
		Booked: func(center contact.Center) (booked []contact.Window) {
			c.View(func(s *fold.State) { booked = s.Booked(center) })
			return booked
		},
		Music:     func(q contact.Queue) string { return site.Queues[q].Music },
		Callbacks: site.CallbackPolicy, Numbers: c.numbersOf(site), Refused: c.unpromised, MayWrite: c.mayWrite, Understood: c.formatUnderstood,
		Colleague: c.colleague, Queue: func(q contact.Queue) bool { _, there := site.Queues[q]; return there },
		Outside: c.outside(), Dialled: c.dialled, KeyCodes: keyCodes(site.Floor), KeyRefused: []ivr.Prompt{ivr.Prompt(keypad.NoEffect)}, MaxMoves: site.MaxMoves, MaxTransfers: site.MaxTransfers,
	}
}
