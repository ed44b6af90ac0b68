package model

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/guichet/guichet/internal/channel/voice"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/ivr"
	"github.com/guichet/guichet/routing"
)

// Options choose a run.
type Options struct {
	Seed    uint64
	Profile Profile
	Broken  Rule // left out of the protocol
	Trace   bool
}

// Result is what a run came to.
type Result struct {
	Steps      int
	Violations []Violation
	Callers    int
	Answered   int
	// Foreseen are offers written together with what made them possible.
	Foreseen int
	// FrozenWriting are those of them before which their leader was stopped.
	FrozenWriting int
	// Promised are callers who hung up on a promise, Reached those of them who talked to
	// an agent, Messages what callers left, Announced how often something was.
	Promised, Reached, Messages, Announced int
	// Called are agents who were called into a conversation, HandedOver conversations that
	// another agent got, Uncalled calls that gave way to what was seen elsewhere.
	// Supervised are supervisors among them, Requeued callers whom agents sent back to a queue.
	Called, HandedOver, Uncalled, Supervised, Requeued int
	// Dealt are mails and messages of which an agent was told that he has dealt with them, Heard
	// messages of which somebody was told so in the mailbox, AtHand offers that were at hand when
	// their agent got a call, TakenBack those of who had gone home. Again are those that were
	// answered again after a failover, Lost mails that one lost.
	Dealt, Heard, AtHand, TakenBack, Again, Lost int
	// Unkept are promises that a failover lost, with the owner who would have written them
	// again.
	Unkept int
	// Unheard are callers who left a message, of whose call the ledger knows nothing, or not
	// that they spoke.
	Unheard int
	// Misjudged are callers who talked to an agent and are not counted as answered.
	Misjudged int
	// GaveUp counts controllers that ended because another one beside them did not
	// give way.
	GaveUp int
	// Deaths is how often an Asterisk was taken for dead, by one controller or another.
	Deaths int
	// BridgesLeft are empty bridges that a late request made.
	BridgesLeft int
	// Ownerless is the longest that a caller had no owner though somebody could be it.
	Ownerless time.Duration

	world *World
}

// Add sums runs up.
func (r *Result) Add(o Result) {
	r.Steps += o.Steps
	r.Callers += o.Callers
	r.Answered += o.Answered
	r.Foreseen += o.Foreseen
	r.Promised += o.Promised
	r.Called += o.Called
	r.HandedOver += o.HandedOver
	r.Supervised += o.Supervised
	r.Requeued += o.Requeued
	r.Uncalled += o.Uncalled
	r.Dealt += o.Dealt
	r.Heard += o.Heard
	r.AtHand += o.AtHand
	r.TakenBack += o.TakenBack
	r.Again += o.Again
	r.Lost += o.Lost
	r.Unheard += o.Unheard
	r.Unkept += o.Unkept
	r.Reached += o.Reached
	r.Messages += o.Messages
	r.Announced += o.Announced
	r.FrozenWriting += o.FrozenWriting
	r.Misjudged += o.Misjudged
	r.GaveUp += o.GaveUp
	r.BridgesLeft += o.BridgesLeft
	r.Deaths += o.Deaths
	r.Ownerless = max(r.Ownerless, o.Ownerless)
}

// String tells it in a line.
func (r Result) String() string {
	return fmt.Sprintf("%d steps, %d callers, %d answered, %d promised a call (%d reached, %d promises lost), %d messages and %d of which nothing is known, %d announcements, %d offers foreseen (%d written late by a frozen leader), %d called into a conversation (%d of them supervisors, %d got it, %d gave way), %d sent back to the queue, %d mails and messages dealt with (and %d in the mailbox, %d again after a failover, %d mails lost, %d at hand in a call, %d taken back), %d misjudged, %d controllers gave up, %d times an asterisk was taken for dead, %d bridges left, at most %s without an owner",
		r.Steps, r.Callers, r.Answered, r.Promised, r.Reached, r.Unkept, r.Messages, r.Unheard, r.Announced, r.Foreseen, r.FrozenWriting, r.Called, r.Supervised, r.HandedOver, r.Uncalled, r.Requeued, r.Dealt, r.Heard, r.Again, r.Lost, r.AtHand, r.TakenBack, r.Misjudged, r.GaveUp, r.Deaths, r.BridgesLeft, r.Ownerless)
}

// Trace is what happened, a line each; with a subject, only the lines that name it.
func (r Result) Trace(subject string) []string { return r.world.tell(subject) }

// The course of a run.
const (
	troubleFor = 60 * time.Second
	openFor    = 95 * time.Second
	drainFor   = 100 * time.Second

	someCallers = 24
)

// Run plays one seed.
func Run(o Options) Result {
	w := newWorld(o)
	defer w.stop()
	for end := begin + openFor.Microseconds(); w.now < begin+(openFor+drainFor).Microseconds(); end += 10e6 {
		done := w.closing && w.observer.everybodyDone()
		w.run(end) // a little longer than needed: what is left shows
		if done || len(w.observer.found) > 0 {
			break
		}
	}
	if len(w.observer.found) == 0 {
		w.observer.atTheEnd()
	}
	r := Result{
		Steps: w.Steps, Violations: w.observer.found, Callers: len(w.callers), Misjudged: w.misjudged, Called: w.conversed.called, HandedOver: w.conversed.handedOver, Supervised: w.conversed.supervised, Requeued: w.conversed.requeued, Uncalled: w.conversed.uncalled, Foreseen: w.foreseen, FrozenWriting: w.frozenWriting, Unheard: w.unheard, Unkept: w.unkept, GaveUp: w.gaveUps, BridgesLeft: w.bridgesLeft, Deaths: w.deaths,
		Ownerless: time.Duration(w.observer.longest) * time.Microsecond, world: w,
	}
	for _, p := range w.callers {
		if w.observer.books.outcomes[p.id] == contact.Answered {
			r.Answered++
		}
		if p.told {
			r.Promised++
			if p.met {
				r.Reached++
			}
		}
	}
	r.Dealt, r.Heard, r.Again, r.Lost = len(w.written.dealt), len(w.written.heard), w.written.again, w.written.lost
	r.AtHand, r.TakenBack = w.written.atHand, w.written.takenBack
	r.Messages = len(w.observer.state.Messages)
	for _, h := range w.heralds {
		r.Announced += len(h.told)
	}
	return r
}

func newWorld(o Options) *World {
	w := &World{
		random: rand.New(rand.NewPCG(o.Seed, 4)), now: begin, broken: o.Broken, profile: o.Profile, tracing: o.Trace,
		nodes: map[contact.Node]*asterisk{}, faults: faults{kinds: map[string]bool{}}, rules: siteRules(),
	}
	if w.profile.asks() {
		w.rules.Satisfaction = afterTheCall
	}
	w.observer = newObserver(w)
	w.redis = newRedis(w)
	for i := range 2 + w.random.IntN(2) {
		w.controllers = append(w.controllers, newController(w, fmt.Sprintf("ctl%d", i+1)))
	}
	for i := range 1 + w.random.IntN(2) {
		a := newAsterisk(w, contact.Node(fmt.Sprintf("ast%d", i+1)))
		for _, c := range w.controllers {
			a.paths[c.name] = &path{}
		}
		w.nodes[a.name] = a
	}
	for _, c := range w.controllers {
		c.boot()
	}
	for i := range 3 + w.random.IntN(4) {
		a := &agent{w: w, id: contact.Agent(fmt.Sprintf("agent%d", i+1)), legs: map[*channel]struct{}{}, told: map[string]bool{}}
		w.agents = append(w.agents, a)
		w.nature(w.between(time.Second, 3*time.Second), func() { a.command(a.login()) })
		w.nature(w.between(10*time.Second, 40*time.Second), a.whim)
	}
	for i := range someCallers + w.random.IntN(someCallers) {
		w.nature(w.between(4*time.Second, openFor), func() { w.call(i) })
	}
	for _, place := range []fact.Place{{Entry: entryNumber}, {Queue: "tous"}} {
		h := &herald{w: w, place: place, told: map[string]bool{}}
		w.heralds = append(w.heralds, h)
		w.nature(w.between(8*time.Second, 20*time.Second), h.announce)
	}
	w.letters()
	w.nature(lookEvery, w.observer.look)
	w.trouble(begin + troubleFor.Microseconds())
	w.nature(openFor, w.evening)
	return w
}

// evening: nobody comes any more, and every agent serves until all are gone.
func (w *World) evening() {
	w.closing = true
	for _, a := range w.agents {
		if w.profile.Letters { // he may have gone home
			a.command(a.login())
			w.nature(time.Second, a.whim)
			continue
		}
		a.whim()
	}
}

// stop ends the coroutines.
func (w *World) stop() {
	for _, c := range w.controllers {
		if !c.dead {
			c.kill()
		}
	}
}

// someController is one that a person can reach.
func (w *World) someController() *controller {
	var fit []*controller
	for _, c := range w.controllers {
		if !c.dead && !c.frozen && c.claiming != nil {
			fit = append(fit, c)
		}
	}
	if len(fit) == 0 {
		return nil
	}
	return fit[w.random.IntN(len(fit))]
}

// gaveUp ends a controller that was replaced again at once; its supervisor starts
// it anew.
func (w *World) gaveUp(c *controller) {
	w.gaveUps++
	w.struck("killed")
	w.nature(0, func() {
		if !c.dead {
			c.crash()
			w.nature(2*time.Second, c.boot)
		}
	})
}

// rings: a phone begins to ring for a leg.
func (w *World) rings(ch *channel) {
	if !w.observer.claims[string(ch.id)] {
		w.observer.report("I4", string(ch.agent.id), "the phone rings for %s, of which the ledger has accepted nothing", ch.id)
	}
	for other := range ch.agent.legs {
		w.observer.report("I4", string(ch.agent.id), "the phone rings for %s, and %s is there (%s)", ch.id, other.id, other.state)
	}
}

// released: a controller hung a caller up. It may after a conversation, and when
// it has turned him away because it knows of no agent at all.
func (w *World) released(p *caller) {
	turnedAway := slices.ContainsFunc(w.controllers, func(c *controller) bool {
		s := c.lives[p.id]
		return s != nil && s.state.Refused != nil && s.turnedAway
	})
	p.told = p.told || p.promised()
	served := p.told || p.excused || w.endedWell(p) || w.observer.claims["given up "+string(p.id)]
	if !p.met && !p.done && !turnedAway && !served {
		w.observer.report("I1", string(p.id), "is hung up, and has met nobody")
	}
	p.done = true
}

// endedWell: he left a message, or was told that the entry is closed.
func (w *World) endedWell(p *caller) bool {
	return slices.ContainsFunc(w.controllers, func(c *controller) bool {
		s := c.lives[p.id]
		if s == nil || s.state.Ending == nil {
			return false
		}
		return s.state.Ending.Outcome == contact.Message || s.state.Ending.Reason == "announcement"
	})
}

// commanded: a session sends a request.
func (w *World) commanded(s *session, r voice.Request) {
	if i := slices.IndexFunc(w.callers, func(p *caller) bool { return p.id == s.id }); r.Op == voice.OpRelease && i >= 0 {
		p := w.callers[i] // it may land when the session is another's
		p.excused = p.excused || w.endedWell(p)
	}
	if (r.Op == voice.OpDial || r.Op == voice.OpJoin) && s.dropped[r.Offer] {
		w.observer.report("I4", string(s.id), "%s of a leg whose hang-up was decided", r.Op)
	}
}

// registered: a controller has registered the application of a node.
func (w *World) registered(k *client) {
	node := w.observer.state.Protocol.Nodes[string(k.l.name)]
	if k.again && node.Holder != k.p.name && node.Holder != "" {
		w.observer.report("I2", string(k.l.name), "%s takes the application back, and %s holds the node", k.p.name, node.Holder)
	}
}

// siteRules are what the site says: one menu whose ways lead to one queue, to a call
// back, or to a recorded message.
func siteRules() engine.Rules {
	tree, problems := ivr.New(ivr.Tree{ID: "t", Start: "menu", Failure: ivr.Exit{Goto: "conseiller"}, Nodes: map[ivr.NodeID]ivr.Node{
		"menu": &ivr.Menu{
			Prompts: []ivr.Prompt{"bienvenue"},
			Choices: []ivr.Choice{
				{Keys: "1", Goto: "conseiller", Set: ivr.Vars{ivr.VarTopic: "paiement"}},
				{Keys: "2", Goto: "conseiller", Set: ivr.Vars{ivr.VarTopic: "avis"}},
				{Keys: "4", Goto: "rappel", Set: ivr.Vars{ivr.VarTopic: "avis"}},
				{Keys: "5", Goto: "message"},
				{Keys: "6", Goto: "rendezvous", Set: ivr.Vars{ivr.VarTopic: "avis"}},
			},
			Tries: ivr.Tries{Interruptible: true, NoInputTimeout: 3 * time.Second, InterDigitTimeout: time.Second, MaxAttempts: 2},
		},
		"conseiller": &ivr.Queue{},
		"rappel": &ivr.CallbackNode{
			Number: ivr.Own, Accepted: ivr.Exit{Goto: "promis"}, Refused: ivr.Exit{Goto: "conseiller"}, Full: ivr.Exit{Goto: "conseiller"},
			Already: ivr.Exit{Goto: "promis"}, Failed: ivr.Exit{Goto: "conseiller"},
		},
		"rendezvous": appointing,
		"promis":     &ivr.Hangup{Prompts: []ivr.Prompt{"nous vous rappelons"}},
		"message": &ivr.Voicemail{
			Mailbox: "boite", Prompts: []ivr.Prompt{"parlez"}, MaxDuration: 10 * time.Second, MaxSilence: 2 * time.Second, MinDuration: minSpoken,
			FinishKey: '#', Next: "merci", Empty: ivr.Exit{Goto: "conseiller"}, Full: ivr.Exit{Goto: "conseiller"}, Error: ivr.Exit{Goto: "conseiller"},
		},
		"merci": &ivr.Hangup{Prompts: []ivr.Prompt{"merci"}},
	}})
	if len(problems) > 0 {
		panic(fmt.Sprint("model: ", problems))
	}
	policies := contact.Policies{
		Ring: 8 * time.Second, WrapUp: 2 * time.Second, NoAnswer: 6 * time.Second, Busy: 3 * time.Second, Refused: 4 * time.Second,
	}
	return engine.Rules{
		Identification: whoIsIt(),
		Tree:           tree,
		Plan: &routing.Plan{
			Organisations: map[contact.Organisation][]routing.Rule{"": {
				{Name: "tous", Queue: "tous", Steps: []routing.Step{{Centers: []contact.Center{"ouest"}}}},
			}},
			Queues: map[contact.Queue]routing.QueueTerms{"tous": {Policies: policies, Strategy: contact.LongestReady}},
		},
		Limit:     func(contact.Queue) engine.Limit { return engine.Limit{} },
		Callbacks: callbackPolicy, Numbers: numbers{},
	}
}
