package engine_test

import (
	"cmp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/ivr"
)

// The table of conversations: a row for each state in which a call can be, a column for
// each thing that can happen. Every cell is played, written in words to
// docs/conversations-table.md, and judged by what holds in all of them (tabled.judge).

// state is a row. It begins with a call that was answered by the agent a1, unless it is
// from an earlier moment.
type state struct {
	name string
	// early: reached from the arrival, by lines of a story.
	early []string
	reach func(c *tabled)
}

// states are the rows. The first word of a state of several is who has the call.
var states = []state{
	{name: "nobody has called yet", early: []string{}},
	{name: "in the menu", early: []string{"1 arrived"}},
	{name: "sent to a number by the menu, not accepted yet", early: []string{"1 arrived", "2 key 5"}},
	{name: "sent to a number by the menu, it rings", early: []string{"1 arrived", "2 key 5", "3 accepted service"}},
	{name: "a call back asked for, not accepted yet", early: []string{"1 arrived", "2 key 6", "3 key 1"}},
	{name: "promised a call, still on the line", early: []string{"1 arrived", "2 key 6", "3 key 1", "3 promise-accepted"}},
	{name: "promised a call, nobody on the line", early: promisedACall},
	{name: "promised a call, a controller of an older version is beside", early: append([]string{"site format 15"}, promisedACall...)},
	{name: "promised a call, the agent's phone rings", early: append(promisedACall[:len(promisedACall):len(promisedACall)], "10 offered o1", "10 rings o1")},
	{name: "the person called back rings, the agent waits", early: []string{
		"1 arrived", "2 key 6", "3 key 1", "3 promise-accepted", "4 caller-left", "10 offered o1", "10 rings o1", "11 answers o1", "11 accepted person",
	}},
	{name: "an agent calls for a message, not accepted yet", early: callsForMessage[:1]},
	{name: "an agent calls for a message, his phone rings", early: callsForMessage[:3]},
	{name: "an agent calls for a message, the person rings", early: callsForMessage},
	{name: "waiting in the queue", early: queued},
	{name: "the agent's phone rings", early: ringing},
	{name: "the agent is told what it is about", early: append([]string{"site whisper all"}, answered...)},
	{name: "the agent has answered, not joined yet", early: answered},

	{name: "talking", reach: func(*tabled) {}},
	{name: "talking, a controller of an older version is beside", reach: func(c *tabled) { c.rules.MayWrite = func(fact.Kind) bool { return false } }},
	{name: "held", reach: func(c *tabled) { c.wish("hold") }},

	{name: "consultation of a colleague, not accepted yet", reach: func(c *tabled) { c.wish("consult the colleague") }},
	{name: "consultation, the colleague rings", reach: func(c *tabled) { c.calls("consult the colleague") }},
	{name: "consultation, the number outside rings", reach: func(c *tabled) { c.calls("consult the number") }},
	{name: "consultation of a colleague", reach: func(c *tabled) { c.reaches("consult the colleague") }},
	{name: "consultation of a number outside", reach: func(c *tabled) { c.reaches("consult the number") }},
	{name: "consultation of a colleague while on hold", reach: func(c *tabled) { c.wish("hold"); c.reaches("consult the colleague") }},

	{name: "consultation by a call of the agent's own, not accepted yet", reach: dialsColleague},
	{name: "consultation by a call of the agent's own, the colleague rings", reach: func(c *tabled) { dialsColleague(c); accepts(c) }},
	{name: "consultation by a call of the agent's own", reach: func(c *tabled) {
		dialsColleague(c)
		accepts(c)
		c.on(engine.AgentAnswered{Offer: c.called()})
	}},
	{name: "transfer to the other of two calls of the agent's phone, the colleague rings", reach: func(c *tabled) {
		dialsColleague(c)
		accepts(c)
		c.key(agent, "a2", true)
	}},

	{name: "transfer to a colleague, not accepted yet", reach: func(c *tabled) { c.wish("transfer to the colleague") }},
	{name: "transfer, the colleague rings, the agent's leg ends", reach: func(c *tabled) { c.calls("transfer to the colleague") }},
	{name: "transfer, the colleague rings", reach: func(c *tabled) { c.calls("transfer to the colleague"); c.settle() }},
	{name: "transfer, the number outside rings", reach: func(c *tabled) { c.calls("transfer to the number"); c.settle() }},
	{name: "transfer by the key of the phone, not accepted yet", reach: func(c *tabled) { c.key(agent, "a2", false) }},
	{name: "transfer by the key of the phone, the colleague rings", reach: func(c *tabled) { c.key(agent, "a2", false); accepts(c) }},
	{name: "transfer by the key of the phone while on hold, the colleague rings", reach: func(c *tabled) {
		c.wish("hold")
		c.key(agent, "a2", false)
		accepts(c)
	}},
	{name: "transferred to the colleague, the agent's leg ends", reach: func(c *tabled) { c.reaches("transfer to the colleague") }},
	{name: "the colleague has the call", reach: func(c *tabled) { c.reaches("transfer to the colleague"); c.settle() }},
	{name: "the number outside has the call", reach: func(c *tabled) { c.reaches("transfer to the number"); c.settle() }},
	{name: "transfer to a queue, the agent's leg ends", reach: func(c *tabled) { c.wish("transfer to a queue") }},
	{name: "transfer to a queue, waiting again", reach: func(c *tabled) { c.wish("transfer to a queue"); c.settle() }},
	{name: "transfer to a queue, the next agent's phone rings", reach: func(c *tabled) { c.again("rings") }},
	{name: "transfer to a queue, the next agent not joined yet", reach: func(c *tabled) { c.again("answers") }},
	{name: "sent on to a queue as often as may be, talking again", reach: func(c *tabled) { c.again("talks") }},

	{name: "passed on as often as may be, talking again", reach: passedOn},
	{name: "passed on as often as may be, a colleague is consulted", reach: func(c *tabled) { passedOn(c); c.reaches("consult the colleague") }},

	{name: "conference, the colleague rings", reach: func(c *tabled) { c.calls("conference with the colleague") }},
	{name: "conference with a colleague", reach: func(c *tabled) { c.reaches("conference with the colleague") }},
	{name: "conference with a number outside", reach: func(c *tabled) { c.reaches("conference with the number") }},
	{name: "conference of four", reach: func(c *tabled) {
		c.reaches("conference with the colleague")
		c.reaches("conference with the number")
	}},
	{name: "conference while on hold", reach: func(c *tabled) { c.reaches("conference with the colleague"); c.wish("hold") }},
	{name: "conference, the agent's leg has ended", reach: func(c *tabled) { c.reaches("conference with the colleague"); c.ends(agent) }},
	{name: "conference, a number outside is consulted", reach: func(c *tabled) {
		c.reaches("conference with the colleague")
		c.reaches("consult the number")
	}},

	{name: "conference, transfer to a number, which rings", reach: func(c *tabled) {
		c.reaches("conference with the colleague")
		c.calls("transfer to the number")
		c.settle()
	}},

	{name: "supervisor called to listen", reach: func(c *tabled) { c.calls("listen") }},
	{name: "supervisor called to barge in", reach: func(c *tabled) { c.calls("barge in") }},
	{name: "supervisor listening", reach: func(c *tabled) { c.reaches("listen") }},
	{name: "supervisor whispering", reach: func(c *tabled) { c.reaches("whisper") }},
	{name: "supervisor barging in", reach: func(c *tabled) { c.reaches("barge in") }},
	{name: "supervisor listening to a consultation", reach: func(c *tabled) { c.reaches("listen"); c.reaches("consult the colleague") }},
	{name: "supervisor listening while a colleague rings", reach: func(c *tabled) { c.reaches("listen"); c.calls("consult the colleague") }},
	{name: "supervisor barging in during a consultation", reach: func(c *tabled) { c.reaches("barge in"); c.reaches("consult the colleague") }},
	{name: "supervisor listening to a transfer, not accepted yet", reach: func(c *tabled) { c.reaches("listen"); c.wish("transfer to the colleague") }},
	{name: "the agent has left a consultation, the supervisor is let go", reach: func(c *tabled) {
		c.reaches("listen")
		c.reaches("consult the colleague")
		c.ends(agent)
	}},
	{name: "taken over, the agent's leg ends", reach: func(c *tabled) { c.reaches("listen"); c.wish("take over") }},
	{name: "taken over", reach: func(c *tabled) { c.reaches("listen"); c.wish("take over"); c.settle() }},

	{name: "recording being announced", reach: func(c *tabled) { c.announced() }},
	{name: "recorded", reach: func(c *tabled) { c.taped() }},
	{name: "recorded, paused by the agent", reach: func(c *tabled) { c.taped(); c.wish("pause the recording") }},
	{name: "recorded, paused by the caller's keys", reach: func(c *tabled) { c.taped(); c.on(engine.Key{Key: '4'}) }},
	{name: "recorded, held", reach: func(c *tabled) { c.taped(); c.wish("hold") }},
	{name: "recorded, a colleague is consulted", reach: func(c *tabled) { c.taped(); c.reaches("consult the colleague") }},
	{name: "recorded, a colleague is in the conference", reach: func(c *tabled) { c.taped(); c.reaches("conference with the colleague") }},
	{name: "recorded, a number outside is in the conference", reach: func(c *tabled) { c.taped(); c.reaches("conference with the number") }},

	{name: "talking, where the site asks nobody who he is", reach: func(c *tabled) { c.rules.Identification = nil }},
	{name: "the caller is asked who he is", reach: func(c *tabled) { c.wish("identify the caller") }},
	{name: "the caller has begun to key in who he is", reach: func(c *tabled) { c.wish("identify the caller"); c.on(engine.Key{Key: '1'}) }},
	{name: "recorded, the caller is asked who he is", reach: func(c *tabled) { c.taped(); c.wish("identify the caller") }},
	{name: "conference, the caller is asked who he is", reach: func(c *tabled) { c.reaches("conference with the colleague"); c.wish("identify the caller") }},

	{name: "the agent has hung up, the caller is asked", reach: func(c *tabled) { c.asksAfter(); c.ends(agent); c.listens() }},
	{name: "the caller has answered, and is thanked", reach: func(c *tabled) { c.asksAfter(); c.ends(agent); c.listens(); c.on(engine.Key{Key: '4'}) }},
	{name: "the number outside has the call, in a queue that asks", reach: func(c *tabled) {
		c.asksAfter()
		c.reaches("transfer to the number")
		c.settle()
	}},
	{name: "the agent has hung up, the caller is let go", reach: func(c *tabled) { c.ends(agent) }},
	{name: "the caller has hung up, the agent's leg ends", reach: func(c *tabled) { c.on(engine.CallerLeft{Cause: 16}) }},
	{name: "the caller has hung up, who was consulted is let go too", reach: func(c *tabled) {
		c.reaches("consult the colleague")
		c.on(engine.CallerLeft{Cause: 16})
	}},
	{name: "over; the agent is in his wrap-up", reach: func(c *tabled) { c.on(engine.CallerLeft{Cause: 16}); c.settle() }},
}

var (
	promisedACall = []string{"1 arrived", "2 key 6", "3 key 1", "3 promise-accepted", "4 caller-left"}
	// an agent who has a message: the ledger accepts it, his phone rings, he answers, and the person is called
	callsForMessage = []string{"10 calls-back", "10 calls-accepted", "10 rings o1", "14 answers o1", "14 accepted person"}

	queued   = []string{"1 arrived", "2 key 1", "3 key 3", "4 key 5"}
	ringing  = append(queued[:len(queued):len(queued)], "10 offered o1", "10.1 rings o1")
	answered = append(ringing[:len(ringing):len(ringing)], "14 answers o1")
)

// happening is a column.
type happening struct {
	name string
	does func(c *tabled)
}

// happenings are the columns: who leaves, what becomes of who is called, what ledger and
// machines do, keys and the recording, and after them what people wish.
var happenings = append([]happening{
	{"the caller hangs up", sends(engine.CallerLeft{Cause: 16})},
	{"the agent hangs up", leaves(agent)},
	{"the colleague hangs up", leaves(colleague)},
	{"the party outside hangs up", leaves(outsider)},
	{"the supervisor hangs up", leaves(supervisor)},

	{"who is called answers", func(c *tabled) { c.on(engine.AgentAnswered{Offer: c.called()}) }},
	{"who is called does not answer", fails(contact.NoAnswer)},
	{"who is called refuses", fails(contact.Refused)},
	{"who is called is busy", fails(contact.Busy)},
	{"who is called is unreachable", fails(contact.Unreachable)},
	{"the request to call fails", fails(contact.Lost)},
	{"who is called has rung too long", fires(engine.RingTimer)},
	{"both are in the bridge", func(c *tabled) { c.on(engine.Bridged{Offer: c.session.Record.Leg()}) }},

	{"the ledger accepts the claim", accepts},
	{"the ledger refuses the claim", refuses},
	{"a failover of the ledger loses the party", func(c *tabled) { c.on(engine.PartyRefused{Party: c.party()}) }},
	{"another agent is offered", func(c *tabled) { c.offers(other) }},
	{"the ledger takes the agent's offer back", func(c *tabled) { c.on(engine.OfferGone{Offer: c.leg(agent)}) }},
	{"the program panics again and again", sends(engine.Poisoned{})},
	{"the link is lost and comes back", func(c *tabled) { c.comesBack() }},
	{"the controller is killed, another one adopts", func(c *tabled) { c.adopted() }},
	{"the node dies", sends(engine.NodeDied{})},

	{"the caller presses a key", sends(engine.Key{Key: '4'})},
	{"the caller presses the key that leaves the queue", sends(engine.Key{Key: '9'})},
	{"the caller has pressed no key for a while", fires(engine.MenuTimer)},
	{"what the caller is told is over", func(c *tabled) { c.on(engine.Played{N: c.session.Playing}) }},
	{"the agent's phone puts him on hold", func(c *tabled) { c.on(engine.PhoneHolds{Offer: c.leg(agent), Holds: true}) }},
	{"the agent's phone takes him back", func(c *tabled) { c.on(engine.PhoneHolds{Offer: c.leg(agent)}) }},
	{"the agent's phone transfers to the colleague", func(c *tabled) { c.key(agent, "a2", false) }},
	{"the agent's phone transfers to a queue", func(c *tabled) { c.key(agent, "particuliers", false) }},
	{"the agent's phone transfers to a call of its own", func(c *tabled) { c.key(agent, "a2", true) }},
	{"the colleague's phone transfers to the agent", func(c *tabled) { c.key(colleague, "a1", false) }},
	{"the agent's phone calls the colleague", dialsColleague},
	{"the agent ends that call", func(c *tabled) { c.on(engine.OwnCallEnded{Call: cmp.Or(c.session.Ear.Call, "another")}) }},
	{"the agent presses two stars", func(c *tabled) {
		c.on(engine.AgentKey{Offer: c.leg(agent), Key: '*'})
		c.on(engine.AgentKey{Offer: c.leg(agent), Key: '*'})
	}},
	{"both were told", func(c *tabled) { c.on(engine.BothTold{N: c.session.Telling}) }},
	{"both could not be told", func(c *tabled) { c.on(engine.BothTold{N: c.session.Telling, Failed: true}) }},
	{"the recording is lost", sends(engine.TapeLost{Tape: "c1.r1"})},
	{"the recording has its last day", fires(engine.TapeTimer)},
	{"the agent was told what it is about", func(c *tabled) { c.on(engine.Whispered{Offer: c.session.Whispering}) }},
	{"a late word of the menu or the queue", lateWords},
	{"the call back is cancelled", sends(engine.CancelCallback{By: "marie", Reason: "a rappelé"})},
}, deeds()...)

// wishes are the deeds of people, by what each is called in the table.
var wishes = []struct {
	name string
	wish engine.Direct
}{
	{"hold", engine.Direct{Do: engine.Hold, By: "a1"}},
	{"unhold", engine.Direct{Do: engine.Unhold, By: "a1"}},
	{"transfer to the colleague", engine.Direct{Do: engine.SendTo, By: "a1", Agent: "a2"}},
	{"transfer to the number", engine.Direct{Do: engine.SendTo, By: "a1", Number: townHall}},
	{"transfer to a queue", engine.Direct{Do: engine.SendTo, By: "a1", Queue: "particuliers"}},
	{"transfer to himself", engine.Direct{Do: engine.SendTo, By: "a1", Agent: "a1"}},
	{"transfer to nowhere", engine.Direct{Do: engine.SendTo, By: "a1"}},
	{"transfer to no agent of the site", engine.Direct{Do: engine.SendTo, By: "a1", Agent: "nobody"}},
	{"transfer to who is busy", engine.Direct{Do: engine.SendTo, By: "a1", Agent: "busy"}},
	{"transfer to who may not be free after a failover", engine.Direct{Do: engine.SendTo, By: "a1", Agent: "unsure"}},
	{"transfer to no queue of the site", engine.Direct{Do: engine.SendTo, By: "a1", Queue: "nowhere"}},
	{"transfer to a queue that is full", engine.Direct{Do: engine.SendTo, By: "a1", Queue: "full"}},
	{"transfer to a barred number", engine.Direct{Do: engine.SendTo, By: "a1", Number: "0899000000"}},
	{"consult the colleague", engine.Direct{Do: engine.Consult, By: "a1", Agent: "a2"}},
	{"consult the number", engine.Direct{Do: engine.Consult, By: "a1", Number: townHall}},
	{"complete", engine.Direct{Do: engine.Complete, By: "a1"}},
	{"cancel", engine.Direct{Do: engine.Cancel, By: "a1"}},
	{"conference with who is consulted", engine.Direct{Do: engine.Conference, By: "a1"}},
	{"conference with the colleague", engine.Direct{Do: engine.Conference, By: "a1", Agent: "a2"}},
	{"conference with the number", engine.Direct{Do: engine.Conference, By: "a1", Number: townHall}},
	{"remove the party", engine.Direct{Do: engine.Remove, By: "a1", Party: thatParty}},
	{"hang up", engine.Direct{Do: engine.End, By: "a1"}},
	{"pause the recording", engine.Direct{Do: engine.PauseRecording, By: "a1"}},
	{"resume the recording", engine.Direct{Do: engine.ResumeRecording, By: "a1"}},
	{"identify the caller", engine.Direct{Do: engine.Identify, By: "a1"}},
	{"hold, by the colleague", engine.Direct{Do: engine.Hold, By: "a2"}},
	{"hang up, by the colleague", engine.Direct{Do: engine.End, By: "a2"}},
	{"hold, by a stranger", engine.Direct{Do: engine.Hold, By: "a9"}},
	{"listen", engine.Direct{Do: engine.Supervise, By: "s1", Of: "a1", Role: fact.Listening}},
	{"whisper", engine.Direct{Do: engine.Supervise, By: "s1", Of: "a1", Role: fact.Whispers}},
	{"barge in", engine.Direct{Do: engine.Supervise, By: "s1", Of: "a1", Role: fact.Barging}},
	{"take over", engine.Direct{Do: engine.TakeOver, By: "s1", Of: "a1"}},
	{"hang up, by the supervisor", engine.Direct{Do: engine.End, By: "s1"}},
}

// Every cell of the table is what the documentation says, and holds what all cells must.
// Whatever has happened, everybody can leave in any order, and nothing is left.
func TestEveryConversationIsDefinedWhateverHappens(t *testing.T) {
	t.Parallel()
	var text tableText
	text.events(happenings)
	all := newSeen()
	for _, s := range states {
		base := newTabled(t, s, all)
		text.begin(s.name, base)
		for _, h := range happenings {
			c := base.copied()
			h.does(c)
			text.cell(h.name, c.cell(base))
			c.judge(base.session)
			require.False(t, t.Failed(), "%s: %s", s.name, h.name)
			for _, first := range []person{caller, agent, colleague, outsider, supervisor} {
				ended := c.copied()
				ended.everybodyLeaves(first)
				require.False(t, t.Failed(), "%s: %s, then everybody leaves, the %s first", s.name, h.name, first)
			}
		}
	}
	all.complete(t)
	text.compare(t, "../../docs/conversations-table.md")
}

// The same holds after whatever has happened, one thing after the other.
func TestEveryConversationHoldsWhateverHappensInAnyOrder(t *testing.T) {
	t.Parallel()
	bases := make([]*tabled, len(states))
	for i, s := range states {
		bases[i] = newTabled(t, s, newSeen())
	}
	rapid.Check(t, func(r *rapid.T) {
		i := rapid.IntRange(0, len(states)-1).Draw(r, "state")
		c := bases[i].copied()
		c.t = r
		r.Logf("in: %s", states[i].name)
		for range rapid.IntRange(1, 12).Draw(r, "how much") {
			h := rapid.SampledFrom(happenings).Draw(r, "happens")
			before := c.session
			c.facts, c.commands, c.refused = nil, nil, nil
			h.does(c)
			r.Logf("%s: %s", h.name, c.where())
			c.judge(before)
			if rapid.IntRange(0, 2).Draw(r, "legs end") == 0 {
				c.settle()
			}
		}
		c.everybodyLeaves(rapid.SampledFrom([]person{caller, agent, colleague, outsider, supervisor}).Draw(r, "first"))
	})
}

// Whoever takes a conversation up goes on with the same one.
func TestEveryConversationIsTheSameForWhoTakesItUp(t *testing.T) {
	t.Parallel()
	for _, s := range states {
		base := newTabled(t, s, newSeen())
		if base.session.Phase != engine.Talking || base.session.Asked != "" {
			continue // a claim that nobody has dialled is given up, as the table has it
		}
		c := base.copied()
		c.adopted()
		if base.session.Ear.Call != "" {
			continue // the ledger knows no call of the agent's own: he goes on by his leg
		}
		assert.Equal(t, base.where(), c.where(), s.name)
		assert.Equal(t, base.session.Arranged, c.session.Arranged, s.name)
	}
}

// passedOn is a call that was sent to a colleague who did not answer, which is as often as
// the site says, and came back by the queue.
func passedOn(c *tabled) {
	c.rules.MaxTransfers = 1
	c.calls("transfer to the colleague")
	c.settle()
	fails(contact.NoAnswer)(c)
	c.comesAgain("talks")
}

// dialsColleague is a call that the agent's phone makes while he has a caller.
func dialsColleague(c *tabled) {
	if c.up[c.leg(agent)] {
		c.on(engine.OwnCall{Call: "own", By: "a1", To: "a2"})
	}
}

func sends(e engine.Event) func(*tabled) { return func(c *tabled) { c.on(e) } }

func leaves(p person) func(*tabled) {
	return func(c *tabled) {
		o := c.leg(p)
		if !c.up[o] {
			o = stranger // who rings does not hang up
		}
		c.on(engine.AgentLeft{Offer: o})
	}
}

func fails(result contact.RingResult) func(*tabled) {
	return func(c *tabled) { c.on(engine.AgentLeft{Offer: c.called(), Result: result}) }
}

func fires(timer engine.Timer) func(*tabled) {
	return func(c *tabled) {
		if !c.armed[timer] {
			return
		}
		c.on(engine.Fired{Timer: timer, N: c.session.Timers[timer]})
	}
}

// accepts and refuses are the ledger's.
func accepts(c *tabled) {
	if c.session.Phase == engine.Promising && c.session.Record.ForMessage() {
		c.on(engine.CallsBackAccepted{Phone: "PJSIP/1"})
		return
	}
	if c.session.Phase == engine.Promising {
		c.on(engine.CallbackAccepted{})
		return
	}
	c.on(engine.PartyAccepted{Party: c.asked(), Phone: "PJSIP/1"})
	c.on(engine.TransferAccepted{Transfer: c.asked()})
}

func refuses(c *tabled) {
	if c.session.Phase == engine.Promising && c.session.Record.ForMessage() {
		c.on(engine.CallsBackRefused{})
		return
	}
	if c.session.Phase == engine.Promising {
		c.on(engine.CallbackRefused{Why: ivr.CallbackFull})
		return
	}
	o := c.session.Asked
	if o == "" {
		o = stranger // of what the menu claims, the ledger's silence tells
	}
	c.on(engine.PartyRefused{Party: o})
}

// lateWords are of what the menu and the queue wanted before, and of legs that are gone.
func lateWords(c *tabled) {
	for _, e := range []engine.Event{
		arrival, engine.Played{N: 99}, engine.Fetched{}, engine.LinkAccepted{N: 99}, engine.LinkRefused{N: 99}, engine.Recorded{N: 99},
		engine.GivenUp{Queueing: 99}, engine.Announced{Queue: "another"}, engine.Replied{Offer: stranger}, engine.AgentRings{Offer: stranger},
		engine.Bridged{Offer: stranger}, engine.Whispered{Offer: stranger}, engine.MessageDone{}, engine.QueueingVoid{},
	} {
		if _, first := e.(engine.Arrived); !first || c.session.Phase != engine.New {
			c.on(e)
		}
	}
	if c.session.Phase != engine.Promising {
		c.on(engine.CallsBackAccepted{})
		c.on(engine.CallsBackRefused{})
	}
}

// deeds are the columns of what people wish.
func deeds() (all []happening) {
	for _, w := range wishes {
		all = append(all, happening{w.name, func(c *tabled) { c.wish(w.name) }})
	}
	return all
}
