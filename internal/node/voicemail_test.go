package node_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
	"github.com/guichet/guichet/internal/ledger/memory"
	"github.com/guichet/guichet/internal/status"
)

// forQueue has the messages of the mailbox served by a queue, within a time, by who serves the
// callers of the relay.
func forQueue(within time.Duration) func(*config.Site) {
	return func(s *config.Site) {
		s.Mailboxes = map[string]config.Mailbox{"accueil": {Name: "accueil", Retention: time.Hour, Queue: "particuliers", Within: within}}
		a := s.Agents[rennes]
		a.Media = []contact.Medium{contact.Voice, contact.Voicemail}
		s.Agents[rennes] = a
	}
}

// leaveMessage has somebody call and leave a message, and returns the contact that is born for it.
func (b *bench) leaveMessage() contact.ID {
	b.Helper()
	known := b.messages()
	caller := b.recorded()
	caller.Speak(2 * time.Second)
	caller.Hangup()
	var id contact.ID
	b.until("the message", func() bool {
		for _, m := range b.messages() {
			if !slices.ContainsFunc(known, func(k fold.Message) bool { return k.ID == m.ID }) {
				id = m.ID.Contact()
			}
		}
		return id != ""
	})
	return id
}

// births are the accepted arrivals of contacts of messages.
func (b *bench) births() (n int) {
	for _, a := range b.facts(fact.KindArrived) {
		if a.Fact.(fact.Arrived).Voicemail != nil {
			n++
		}
	}
	return n
}

func TestAMessageOfAQueueIsOfferedAndDone(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp, records(t), forQueue(time.Hour))
	phone := b.phone(rennes, aritest.Answers(0))
	b.login(rennes, nantes)
	id := b.leaveMessage()
	b.untilMail(id, "offered")
	rec := b.mail(id)
	assert.Equal(t, rennes, rec.Agent, "the other does not serve messages")
	assert.Equal(t, contact.Voicemail, rec.Medium)
	assert.EqualValues(t, "particuliers", rec.Queue)
	assert.Equal(t, b.messages()[0].At, rec.Rank)
	assert.Equal(t, 9, rec.Priority, "as a caller of that entry")
	b.refusedAs(status.NoEffect, b.deed(id, "answer", rennes, "Bonjour."))
	b.refusedAs(status.NoEffect, b.deed(id, "done", nantes, ""))
	require.NoError(t, b.deed(id, "accept", rennes, ""))
	assert.Equal(t, acd.Talking, b.agent(rennes))
	assert.Zero(t, b.messages()[0].DoneAt)
	require.NoError(t, b.deed(id, "done", rennes, ""))
	b.untilQuiet()
	assert.Equal(t, map[string]uint64{"message": 1, "answered": 1}, b.outcomes())
	assert.EqualValues(t, rennes, b.messages()[0].DoneBy)
	assert.Zero(t, phone.Calls(), "no phone rings for it")
	b.agentIs(rennes, acd.Ready)
	assert.Equal(t, 1, b.births())
	b.refusedAs(status.NoEffect, b.deed(id, "done", rennes, ""))
}

func TestAMailboxWithoutAQueueHasNoContacts(t *testing.T) {
	t.Parallel()
	b := newBench(t, records(t))
	b.untilMailroom()
	caller := b.recorded()
	caller.Speak(2 * time.Second)
	caller.Hangup()
	b.untilQuiet()
	m := b.messages()[0]
	assert.False(t, m.Unborn())
	left := b.facts(fact.KindMessageLeft)
	require.Len(t, left, 1)
	assert.Equal(t, 1, left[0].Entry.Format, "an older controller reads it")
	assert.NotContains(t, string(left[0].Entry.Data), `"for"`)
}

// Somebody deals with it who saw it in the mailbox, while it waits, is on a screen, or is taken.
func TestAMessageDoneElsewhereIsTakenFromTheScreen(t *testing.T) {
	t.Parallel()
	for _, standing := range []string{"waiting", "offered", "handling"} {
		t.Run(standing, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, noWrapUp, records(t), forQueue(time.Hour))
			if standing != "waiting" {
				b.login(rennes)
			}
			id := b.leaveMessage()
			b.until("it to be there", func() bool { return b.mail(id).Standing() == "waiting" || b.mail(id).Standing() == "offered" })
			if standing == "handling" {
				b.until("it to be taken", func() bool { return b.deed(id, "accept", rennes, "") == nil })
			}
			b.untilMail(id, standing)
			answer, err := b.c.MessageDone(t.Context(), b.messages()[0].ID, "marie", "op-1")
			require.NoError(t, err)
			require.Empty(t, answer.Void)
			b.untilQuiet()
			assert.Equal(t, map[string]uint64{"message": 1, "answered": 1}, b.outcomes())
			assert.Equal(t, "marie", b.messages()[0].DoneBy)
			if standing != "waiting" {
				b.agentIs(rennes, acd.Ready)
			}
			b.refusedAs(status.NoEffect, b.deed(id, "done", rennes, ""))
		})
	}
}

// Its turn comes after people on the line of the same priority, until less than a quarter of its
// time is left.
func TestAMessageWhoseTimeRunsOutGoesBeforeThoseOnTheLine(t *testing.T) {
	t.Parallel()
	const within = 16 * time.Second
	b := newBench(t, noWrapUp, records(t), forQueue(within))
	id := b.leaveMessage()
	b.until("its place", func() bool { return b.mail(id).Queueings == 1 })
	assert.False(t, b.mail(id).Urgent)
	b.until("it to be urgent", func() bool { return b.mail(id).Urgent })
	rec := b.mail(id)
	assert.Equal(t, 10, rec.Priority)
	assert.Equal(t, 2, rec.Queueings)
	queued := b.facts(fact.KindQueued)
	require.Len(t, queued, 2)
	assert.GreaterOrEqual(t, queued[1].Entry.At, rec.Voicemail.UrgentFrom())
	assert.Less(t, queued[1].Entry.At, rec.Voicemail.Due())
	assert.Equal(t, rec.Rank, queued[1].Fact.(fact.Queued).Rank, "it keeps its rank")
	b.kill()
	b.start()
	b.until("it to be taken up", func() bool { return b.live().Contacts == 1 })
	b.login(rennes)
	b.until("it to be done", func() bool { return b.deed(id, "done", rennes, "") == nil })
	b.untilQuiet()
	assert.Len(t, b.facts(fact.KindQueued), 2, "it was urgent already")
}

// The controller dies at the worst moments around the birth; the contact is born once.
func TestTheContactOfAMessageIsBornOnceWhoeverDies(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		lands bool
		next  string
	}{
		"before it": {false, "c1"}, "before it, taken over": {false, "c2"},
		"after it": {true, "c1"}, "after it, taken over": {true, "c2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, noWrapUp, records(t), forQueue(time.Hour))
			b.untilMailroom()
			dead := b.ledger.dieAt(birth, c.lands)
			id := b.leaveMessage()
			b.until("the birth", dead)
			b.kill()
			b.launch(c.next)
			b.untilMailroom()
			b.login(rennes)
			b.untilMail(id, "offered")
			b.until("it to be done", func() bool { return b.deed(id, "done", rennes, "") == nil })
			b.until("nothing to be left", func() bool { return b.contacts() == 0 && b.live().Contacts == 0 })
			b.sound()
			assert.Equal(t, map[string]uint64{"message": 1, "answered": 1}, b.outcomes())
			assert.Equal(t, 1, b.births())
		})
	}
}

func birth(batch []ledger.Entry) bool {
	return slices.ContainsFunc(batch, func(e ledger.Entry) bool {
		return e.Kind == string(fact.KindArrived) && e.Role == ledger.Owner(string(contact.Mailroom))
	})
}

// The answer to the append of the birth is lost: whoever looks next finds the contact, or that there
// is none.
func TestABirthWhoseAnswerWasLostIsNoSecondOne(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp, records(t), forQueue(time.Hour))
	b.untilMailroom()
	var once sync.Once
	b.ledger.look(func(batch []ledger.Entry) {
		if birth(batch) {
			once.Do(func() { b.ledger.loseAnswers(1) })
		}
	})
	b.login(rennes)
	id := b.leaveMessage()
	b.untilMail(id, "offered")
	b.until("it to be done", func() bool { return b.deed(id, "done", rennes, "") == nil })
	b.untilQuiet()
	assert.Equal(t, 1, b.births())
}

// The controller dies right after the agent has said that it is done, or somebody that it is: message
// and contact are both done, or both not.
func TestAMessageAndItsContactAreDoneTogetherWhoeverDies(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind  fact.Kind
		lands bool
	}{
		"by the agent, not written": {fact.KindConnected, false}, "by the agent, written": {fact.KindConnected, true},
		"in the mailbox, not written": {fact.KindMessageDone, false}, "in the mailbox, written": {fact.KindMessageDone, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, noWrapUp, records(t), forQueue(time.Hour))
			b.login(rennes)
			id := b.leaveMessage()
			b.untilMail(id, "offered")
			b.until("it to be taken", func() bool { return b.deed(id, "accept", rennes, "") == nil })
			b.ledger.dieAt(func(batch []ledger.Entry) bool {
				return slices.ContainsFunc(batch, func(e ledger.Entry) bool { return e.Kind == string(c.kind) })
			}, c.lands)
			if c.kind == fact.KindConnected {
				b.refusedAs(status.LedgerAway, b.deed(id, "done", rennes, ""))
			} else {
				_, err := b.c.MessageDone(t.Context(), b.messages()[0].ID, "marie", "op-1")
				require.Error(t, err)
			}
			b.kill()
			b.start()
			b.untilMailroom()
			assert.Equal(t, c.lands, b.messages()[0].DoneAt != 0)
			if !c.lands {
				b.untilMail(id, "handling")
				b.until("it to be done", func() bool { return b.deed(id, "done", rennes, "") == nil })
			}
			b.untilQuiet()
			assert.Equal(t, map[string]uint64{"message": 1, "answered": 1}, b.outcomes())
			assert.NotZero(t, b.messages()[0].DoneAt)
			b.agentIs(rennes, acd.Ready)
		})
	}
}

// Redis loses its last second: the message first, which its owner writes again, and with it the
// birth, of which it is not known what comes back first.
func TestTheContactOfAMessageSurvivesAFailoverThatLostBoth(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp, records(t), forQueue(time.Hour))
	b.untilMailroom()
	caller := b.recorded()
	b.until("the fact", func() bool { return len(b.facts(fact.KindWaiting)) == 1 })
	before := b.mark()
	caller.Speak(2 * time.Second)
	caller.Hangup()
	b.until("the birth", func() bool { return len(b.messages()) == 1 && b.messages()[0].Born != "" })
	b.failOver(before)
	b.login(rennes)
	id := b.messages()[0].ID.Contact()
	b.untilMail(id, "offered")
	b.until("it to be done", func() bool { return b.deed(id, "done", rennes, "") == nil })
	b.untilQuiet()
	assert.Equal(t, 1, b.births())
	assert.Equal(t, map[string]uint64{"message": 1, "answered": 1}, b.outcomes())
}

// offerFirst has an agent log in and be offered what waits for him, as the leader would have written
// it right before what comes next. On the goroutine of whoever appends that.
func (b *bench) offerFirst(agent contact.Agent) {
	log, state := memory.NewLog(b.store), fold.New()
	defer func() { assert.NoError(b, log.Close()) }()
	_, err := log.Open(context.Background())
	assert.NoError(b, err)
	entries, err := log.Read(context.Background(), ledger.ID{}, 10_000, 0)
	assert.NoError(b, err)
	for _, e := range entries {
		state.Apply(e)
	}
	write := func(e ledger.Entry) {
		batch := []ledger.Entry{e}
		landed, err := log.Append(context.Background(), state.Protocol.Gen, batch)
		assert.NoError(b, err)
		for _, e := range landed.Entries(state.Protocol.Gen, batch) {
			assert.True(b, state.Apply(e).Effective(), e.Kind)
		}
	}
	card, _ := b.c.Card(agent)
	write(b.saidElsewhere(string(agent), card))
	site := state.Protocol.Nodes[ledger.Site]
	for _, f := range state.Floor.Propose(b.c.Now(), 1) {
		e := b.saidElsewhere(string(f.Contact), f)
		e.Role, e.Writer, e.Epoch, e.Op = ledger.RoleLeader, site.Holder, site.Epoch, ""
		write(e)
	}
}

// An agent is offered the message a moment before it becomes urgent, and gives it back: it is urgent
// then, and not only for the next process.
func TestAMessageThatIsOfferedAsItBecomesUrgentIsUrgentAfterIt(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp, records(t), forQueue(8*time.Second))
	id := b.leaveMessage()
	b.until("its place", func() bool { return b.mail(id).Queueings == 1 })
	require.False(t, b.mail(id).Urgent)
	var once sync.Once
	b.ledger.look(func(batch []ledger.Entry) {
		if slices.ContainsFunc(batch, func(e ledger.Entry) bool { return e.Kind == string(fact.KindQueued) && e.Subject == string(id) }) {
			once.Do(func() { b.offerFirst(rennes) })
		}
	})
	b.untilMail(id, "offered")
	assert.False(t, b.mail(id).Urgent, "that came too late")
	require.NoError(t, b.deed(id, "return", rennes, ""))
	b.until("it to be urgent", func() bool { return b.mail(id).Urgent })
	assert.Equal(t, []any{10, 2}, []any{b.mail(id).Priority, b.mail(id).Queueings})
	b.command(rennes, fact.Resumed{Agent: rennes})
	b.until("it to be done", func() bool { return b.deed(id, "done", rennes, "") == nil })
	b.untilQuiet()
	assert.Len(t, b.facts(fact.KindQueued), 2)
}

// saidElsewhere is what a person had another controller write.
func (b *bench) saidElsewhere(subject string, f fact.Fact) ledger.Entry {
	b.Helper()
	data, err := ledger.Canonical(f)
	require.NoError(b, err)
	return ledger.Entry{
		Format: fact.EntryFormat(f), Kind: string(f.Kind()), Subject: subject, Writer: "c9", Role: ledger.RoleAPI, Op: "elsewhere",
		At: b.c.Now(), Data: data,
	}
}

// Somebody deals with it through another controller while ours is cut off from a Redis that fails
// over: ours reads that with all the rest, and the message is nobody's all the same.
func TestAMessageDoneDuringAFailoverIsTakenFromTheScreen(t *testing.T) {
	t.Parallel()
	for _, standing := range []string{"waiting", "offered", "handling"} {
		t.Run(standing, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, noWrapUp, records(t), forQueue(time.Hour))
			b.untilMailroom()
			if standing != "waiting" {
				b.login(rennes)
			}
			id := b.leaveMessage()
			b.until("it to be there", func() bool { return b.mail(id).Standing() == "waiting" || b.mail(id).Standing() == "offered" })
			if standing == "handling" {
				b.until("it to be taken", func() bool { return b.deed(id, "accept", rennes, "") == nil })
			}
			b.untilMail(id, standing)
			message := b.messages()[0].ID
			b.failOver(b.mark(), b.saidElsewhere(message.Subject(), fact.MessageDone{Message: message, By: "marie"}))
			assert.Equal(t, "marie", b.messages()[0].DoneBy)
			b.untilQuiet()
			assert.Equal(t, map[string]uint64{"message": 1, "answered": 1}, b.outcomes())
			if standing != "waiting" {
				b.agentIs(rennes, acd.Ready)
			}
		})
	}
}

// A birth that came back before its message is void, and has used up its numbers: the contact is born
// all the same, once the message is there.
func TestABirthThatCameBeforeItsMessageIsTriedAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp, records(t), forQueue(time.Hour))
	b.untilMailroom()
	caller := b.recorded()
	b.until("the fact", func() bool { return len(b.facts(fact.KindWaiting)) == 1 })
	rec := *b.record(caller)
	id := fact.MessageID(rec.ID + ".1")
	b.c.Births(t.Context(), id.Contact(), fact.Arrived{
		Medium: contact.Voicemail, Node: contact.Mailroom, Voicemail: &fact.Voicemail{Message: id, For: fact.ForQueue{Queue: "particuliers"}},
	})
	b.login(rennes)
	caller.Speak(2 * time.Second)
	caller.Hangup()
	b.untilMail(id.Contact(), "offered")
	b.until("it to be done", func() bool { return b.deed(id.Contact(), "done", rennes, "") == nil })
	b.untilQuiet()
	assert.Equal(t, 1, b.births())
}
