package node

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
	"github.com/guichet/guichet/internal/status"
)

// Links describes our links to Asterisk, by node.
func (c *Controller) Links() []status.Link {
	var links []status.Link
	for _, name := range c.nodeNames() {
		links = append(links, c.links[name].status())
	}
	return links
}

func (l *link) status() status.Link {
	l.mu.Lock()
	client, held, version := l.client, l.box != nil, l.info.Version
	since := l.upSince
	l.mu.Unlock()
	return status.Link{
		Node: l.name, URL: l.conf.URL, Held: held, Version: version, Since: since,
		Connected: since != 0, Commandable: client.Commandable(), Lag: client.Lag(),
		Counters: counted(client.Counters()),
	}
}

func counted(c ari.Counters) map[string]uint64 {
	return map[string]uint64{
		"received": c.Received, "unknown": c.Unknown, "malformed": c.Malformed,
		"oversized": c.Oversized, "sessions": c.Sessions, "probes_lost": c.ProbesLost, "ambiguous": c.Ambiguous,
	}
}

// Live is what this process counts by itself.
func (c *Controller) Live() status.Live {
	repairs, strays, ledgerOK := c.live.copy()
	room, trims := c.live.memory()
	c.mu.RLock()
	lives := len(c.lives)
	c.mu.RUnlock()
	return status.Live{
		Version: c.Version(),
		Repairs: repairs, Stray: strays, Violations: c.live.violated(),
		Contacts: lives, Journal: c.journal.depth(), LedgerOK: ledgerOK,
		LedgerPercent: room.Percent(), LedgerTrims: trims,
	}
}

// Reveal opens the number of a caller as the ledger keeps it; ok is false for a
// number that was sealed under another key. Whoever shows it masks it first.
func (c *Controller) Reveal(sealed string) (number string, ok bool) {
	number = c.sealer.open(sealed)
	return number, number != ""
}

// RevealCallback opens the number at which the person of a contact is to be called back; ok
// as for Reveal.
func (c *Controller) RevealCallback(id contact.ID, sealed string) (number string, ok bool) {
	number = c.sealer.openFor(id, sealed)
	return number, number != ""
}

// NotReady lists why this controller cannot serve calls; empty if it can.
func (c *Controller) NotReady() []string {
	var why []string
	if _, _, ok := c.live.copy(); !ok {
		why = append(why, "the ledger (Redis) does not answer")
	}
	if missing := c.Version().Missing; missing != "" {
		why = append(why, missing+"; activate a version that can be: guichet activate, or guichet rollback")
	}
	if !slices.ContainsFunc(c.nodeNames(), c.serves) {
		why = append(why, "no Asterisk can be commanded"+c.troubles())
	}
	return why
}

// serves reports whether a node can be commanded, or could be at once by us who
// stand by for its holder.
func (c *Controller) serves(node contact.Node) bool {
	l := c.links[node]
	if l.current().Commandable() {
		return true
	}
	holder := ""
	c.View(func(s *fold.State) { holder = s.Protocol.Nodes[string(node)].Holder })
	return holder != "" && holder != c.instance && l.answers()
}

// troubles says of each node why it cannot be commanded, as far as it is known.
func (c *Controller) troubles() string {
	var each []string
	for _, name := range c.nodeNames() {
		if why := c.links[name].whyNot(); why != "" {
			each = append(each, string(name)+": "+why)
		}
	}
	if each == nil {
		return ""
	}
	return " (" + strings.Join(each, "; ") + ")"
}

// whyNot is why a node cannot be commanded, as far as it is known.
func (l *link) whyNot() string {
	if text := l.lostInWords(); text != "" {
		return text
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.upSince != 0:
		return "no probe has come back since " + l.client.LastEcho().Format(time.TimeOnly)
	case l.trouble != nil:
		return l.trouble.Error()
	}
	return ""
}

const (
	watchEvery = time.Second
	// orderEvery is after how many looks it is found anew whose turn is first: with many
	// thousands waiting that takes some 20 ms, in which nothing is folded.
	orderEvery = 5
	// unownedFor is how long a contact may be without a session (I2).
	unownedFor = 3 * time.Second
	// overdue is how long a deadline may have passed (I3).
	overdue = time.Second
)

// watcher looks at the invariants of DESIGN.md section 10 on the live state. It
// reports each breach once, when it begins.
type watcher struct {
	c       *Controller
	unowned map[contact.ID]time.Time
	broken  map[string]bool
	// beat is our last one as it was folded, and steady for how many looks one
	// after the other a new one was there: the ledger took what we said.
	beat   ledger.ID
	steady int
	looked time.Time
	looks  int
}

func newWatcher(c *Controller) *watcher {
	return &watcher{c: c, unowned: map[contact.ID]time.Time{}, broken: map[string]bool{}}
}

func (w *watcher) look(now time.Time) {
	found := map[string]bool{}
	// One after the other: folding waits meanwhile, and with many contacts each
	// takes milliseconds.
	w.c.View(w.followLedger)
	if w.looks++; w.looks%orderEvery == 1 {
		w.c.View(func(s *fold.State) { w.c.order.front = s.Floor.Foremost() })
	}
	w.c.View(func(s *fold.State) { w.conservation(s, found) })
	w.c.View(func(s *fold.State) { w.stuckAgents(s, found) })
	w.c.View(func(s *fold.State) { w.stuckMails(s, found) })
	w.c.View(func(s *fold.State) { w.doubleOffers(s, found) })
	w.c.View(func(s *fold.State) { w.forgotten(s, now, found) })
	for _, what := range slices.SortedFunc(maps.Keys(found), cmp.Compare[string]) {
		if !w.broken[what] {
			w.c.violation(what)
		}
	}
	w.broken = found
}

// followLedger notes whether the ledger moves. One that is frozen is not known to
// be away before its time-outs, and a backlog takes a moment when it is back. A look
// that comes late, for something else asked the ledger in vain meanwhile, says nothing
// of the time since the one before.
func (w *watcher) followLedger(s *fold.State) {
	beat, late := s.Protocol.Controllers[w.c.instance].Beat, time.Since(w.looked) > 3*watchEvery/2
	if beat == w.beat || late {
		w.steady = 0
	} else {
		w.steady++
	}
	w.beat, w.looked = beat, time.Now()
}

// ledgerMoves reports whether deadlines can be judged: the ledger took our beats
// for as long as an overdue one is allowed.
func (w *watcher) ledgerMoves() bool {
	return w.c.live.ledgerAnswers() && time.Duration(w.steady-1)*watchEvery >= overdue
}

// conservation (I5): offered = sum of outcomes + still here.
func (w *watcher) conservation(s *fold.State, found map[string]bool) {
	here := uint64(0)
	for _, rec := range s.Contacts {
		if rec.Outcome == contact.StillHere {
			here++
		}
	}
	if s.Tally.Offered.Total() != s.Tally.Outcomes.Total()+here {
		found["I5 offered is not the sum of outcomes and contacts still here"] = true
	}
}

// stuckAgents (I3): every wrap-up and set-aside ends by its deadline while
// there is a leader, and nobody is reserved without a live offer, or for longer
// than a ring may take.
func (w *watcher) stuckAgents(s *fold.State, found map[string]bool) {
	_, leads := w.c.epoch(s, "site")
	late := w.c.clock.now() - overdue.Microseconds()
	for _, a := range s.Floor.Agents {
		switch a.State {
		case acd.Reserved, acd.Ringing, acd.Talking:
			o := s.Floor.Offers[a.Offer]
			if e := s.Floor.Errands[a.Offer]; e != nil {
				if late := late - (engine.ClaimTime + engine.PartyRing + engine.RingGrace + engine.JoinTime).Microseconds(); !e.Joined && e.At < late && w.ledgerMoves() {
					found["I3 agent "+string(a.ID)+" is past the ring time of a conversation"] = true
				}
			} else if o == nil {
				found["I3 agent "+string(a.ID)+" is bound to no live offer"] = true
			} else if (a.State != acd.Talking || o.TakenAt != 0 && !o.Connected) && w.unanswered(s, a, o) {
				found["I3 agent "+string(a.ID)+" is past the ring time"] = true
			}
		case acd.WrapUp, acd.SetAside:
			if leads && a.Until != 0 && a.Until < late && w.ledgerMoves() && !w.c.owesCode(s, a.ID, late) {
				found["I3 agent "+string(a.ID)+" is past the deadline"] = true
			}
		}
	}
}

// stuckMails (I3): nobody has a mail at hand for longer than he may.
func (w *watcher) stuckMails(s *fold.State, found map[string]bool) {
	for _, o := range s.Floor.Offers {
		if o.Beside && !o.Connected && w.unanswered(s, s.Floor.Agents[o.Agent], o) {
			found["I3 agent "+string(o.Agent)+" has contact "+string(o.Contact)+" at hand for too long"] = true
		}
	}
}

// unanswered: the owner's timers should have ended the offer, and it could have
// acted and said so all the time.
func (w *watcher) unanswered(s *fold.State, a *acd.Agent, o *acd.Offer) bool {
	node := a.Node
	if rec := s.Contacts[o.Contact]; rec != nil {
		node = rec.Node
	}
	limit := o.Policies.Ring + engine.RingGrace + engine.JoinTime + overdue
	if o.TakenAt != 0 {
		limit = o.Policies.Handle + overdue
	}
	return w.ledgerMoves() && w.commanded(node, limit) &&
		w.c.clock.now()-max(o.At, o.RungAt, o.TakenAt) > limit.Microseconds()
}

// doubleOffers (I4): no agent and no contact is in two live offers, but for what agents have
// at hand beside.
func (w *watcher) doubleOffers(s *fold.State, found map[string]bool) {
	agents, contacts := map[contact.Agent]bool{}, map[contact.ID]bool{}
	for _, o := range s.Floor.Offers {
		if agents[o.Agent] && !o.Beside {
			found["I4 agent "+string(o.Agent)+" is in two live offers"] = true
		}
		agents[o.Agent] = agents[o.Agent] || !o.Beside
		if o.CallerGone {
			continue
		}
		if contacts[o.Contact] {
			found["I4 contact "+string(o.Contact)+" is in two live offers"] = true
		}
		contacts[o.Contact] = true
	}
}

// commanded reports whether we could have acted at the node for that long.
func (w *watcher) commanded(node contact.Node, d time.Duration) bool {
	if node == contact.Mailroom {
		return w.c.mail.openFor(d)
	}
	l := w.c.links[node]
	return l != nil && l.connectedFor(d)
}

// forgotten (I2): each contact of a node we command has a session.
func (w *watcher) forgotten(s *fold.State, now time.Time, found map[string]bool) {
	for id := range w.unowned {
		if s.Contacts[id] == nil || w.c.lives[id] != nil {
			delete(w.unowned, id)
		}
	}
	commanded := map[contact.Node]bool{} // each node is asked once
	for id, rec := range s.Contacts {
		if w.c.lives[id] != nil {
			continue
		}
		if _, asked := commanded[rec.Node]; !asked {
			commanded[rec.Node] = w.commanded(rec.Node, unownedFor)
		}
		if !commanded[rec.Node] {
			continue
		}
		if since, seen := w.unowned[id]; !seen {
			w.unowned[id] = now
		} else if now.Sub(since) > unownedFor {
			found["I2 contact "+string(id)+" has no session"] = true
		}
	}
}
