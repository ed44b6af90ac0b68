package fold_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/routing"
)

// forQueue is messageLeft in a mailbox that the queue particuliers serves.
func forQueue(id fact.MessageID) fact.MessageLeft {
	m := messageLeft(id)
	m.For = &fact.ForQueue{Queue: "particuliers", Department: "35", Within: time.Hour}
	return m
}

// birth is the arrival of the contact of a message.
func birth(m *fold.Message) fact.Arrived {
	v := m.Voicemail()
	return fact.Arrived{
		Medium: contact.Voicemail, Entry: m.Entry, Node: contact.Mailroom, Line: string(m.ID), Caller: m.Caller, CallerHash: m.CallerHash,
		Config: "0123", Rank: m.At, Voicemail: &v,
	}
}

const (
	left    = fact.MessageID("k1.1")
	theirs  = contact.ID("vm-k1.1")
	subject = "message:k1.1"
)

// leftForQueue is a site with an agent who serves messages, and one whose caller is gone.
func leftForQueue(t *testing.T) *chain {
	c := newChain(t)
	in := login("a1")
	in.Media = []contact.Medium{contact.Voicemail}
	require.Empty(t, c.command(second, "a1", in))
	came := arrived
	came.CallerHash = "hash"
	require.Empty(t, c.own(second, "k1", came))
	require.Empty(t, c.own(2*second, "k1", forQueue(left)))
	require.Empty(t, c.own(3*second, "k1", fact.Closed{Outcome: contact.Message}))
	return c
}

// born is leftForQueue with the contact of the message in its queue.
func born(t *testing.T) *chain {
	c := leftForQueue(t)
	require.Empty(t, c.own(4*second, string(theirs), birth(c.state.Messages[left])))
	require.Empty(t, c.own(4*second, string(theirs), queued()))
	return c
}

func TestAMessageOfAQueueHasOneContact(t *testing.T) {
	t.Parallel()
	c := leftForQueue(t)
	m := c.state.Messages[left]
	assert.True(t, m.Unborn())
	assert.Equal(t, theirs, left.Contact())

	assert.Equal(t, "another contact is born for the message", c.own(4*second, "vm-other", birth(m)))
	alone := birth(m)
	alone.Voicemail = nil
	assert.Equal(t, "a message and its medium come together", c.own(4*second, string(theirs), alone))
	alone = birth(m)
	alone.Medium = contact.Email
	assert.Equal(t, "a message and its medium come together", c.own(4*second, string(theirs), alone))

	require.Empty(t, c.own(4*second, string(theirs), birth(m)))
	assert.False(t, m.Unborn())
	assert.Equal(t, "contact is known already", c.own(4*second, string(theirs), birth(m)))
	require.Empty(t, c.own(5*second, string(theirs), fact.Closed{Outcome: contact.Failed}), "whatever ends it")
	assert.Equal(t, "the message has its contact already", c.own(6*second, string(theirs), birth(m)), "it had one, for good")
	c.restart()
	assert.Equal(t, "the message has its contact already", c.own(6*second, string(theirs), birth(m)))
	assert.EqualValues(t, 1, c.state.CalledSince("hash", 0), "nobody called for its sake")
	assert.Equal(t, fold.Counter{fold.Join("2014", "voice"): 1, fold.Join("2014", "voicemail"): 1}, c.state.Tally.Offered)
}

func TestOnlyAMessageThatNeedsOneHasAContact(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	require.Empty(t, c.own(second, "k1", arrived))
	require.Empty(t, c.own(2*second, "k1", messageLeft(left)))
	plain := *c.state.Messages[left]
	plain.For = &fact.ForQueue{Queue: "particuliers"}
	assert.Equal(t, "there is no such message for a queue", c.own(3*second, string(theirs), birth(&plain)), "its mailbox names none")
	require.Empty(t, c.own(4*second, "k1", forQueue("k1.2")))
	require.Empty(t, c.command(5*second, "message:k1.2", fact.MessageDone{Message: "k1.2", By: "marie"}))
	assert.Equal(t, "the message is done already", c.own(6*second, "vm-k1.2", birth(c.state.Messages["k1.2"])))
	gone := *c.state.Messages["k1.2"]
	gone.ID = "k1.3"
	assert.Equal(t, "there is no such message for a queue", c.own(6*second, "vm-k1.3", birth(&gone)))
	assert.NotContains(t, c.bytes(), `"born"`)
}

func TestAMessageThatAnAgentHasHeardIsDoneByThat(t *testing.T) {
	t.Parallel()
	c := born(t)
	o := c.offer(5 * second)
	require.Empty(t, c.own(5*second, string(theirs), fact.Ringing{Offer: o}))
	require.Empty(t, c.own(6*second, string(theirs), fact.Taken{Offer: o}))
	assert.Zero(t, c.state.Messages[left].DoneAt)
	require.Empty(t, c.own(9*second, string(theirs), fact.Connected{Offer: o, ServedBy: "ouest", Organisation: "existant"}))
	m := c.state.Messages[left]
	assert.EqualValues(t, 9*second, m.DoneAt)
	assert.Equal(t, "a1", m.DoneBy)
	assert.Zero(t, c.state.MessagesWaiting("accueil"))
	assert.Equal(t, "it is done already", c.command(9*second, subject, fact.MessageDone{Message: left, By: "marie"}))
	require.Empty(t, c.own(9*second, string(theirs), fact.LegEnded{Offer: o, By: "agent"}))
	require.Empty(t, c.own(9*second, string(theirs), fact.Closed{Outcome: contact.Answered}))
	assert.Empty(t, c.state.Contacts)

	tally := c.state.Tally
	assert.Equal(t, fold.Counter{
		fold.Join("message", "", "", "voice"): 1, fold.Join("answered", "particuliers", "ouest", "voicemail"): 1,
	}, tally.Outcomes, "who left it keeps his own outcome")
	assert.Equal(t, fold.Counter{fold.Join("2014", "particuliers", "existant", "voicemail"): 1}, tally.Asked)
	assert.Zero(t, tally.Talk.Count+tally.Latency.Count)
	assert.Empty(t, tally.Waits)
	assert.Equal(t, tally.Offered.Total(), tally.Outcomes.Total())
}

// Done by somebody who saw it in the mailbox: message and contact in one act.
func TestAMessageThatIsMarkedAsDoneTakesItsContactAway(t *testing.T) {
	t.Parallel()
	done := func(by string) fact.MessageDone { return fact.MessageDone{Message: left, By: by} }
	t.Run("waiting", func(t *testing.T) {
		t.Parallel()
		c := born(t)
		require.Empty(t, c.command(5*second, subject, done("marie")))
		assert.Empty(t, c.state.Contacts)
		assert.Empty(t, c.state.Floor.Tickets)
		assert.EqualValues(t, 1, c.state.Tally.Outcomes[fold.Join("answered", "particuliers", "", "voicemail")])
		assert.NotEmpty(t, c.own(6*second, string(theirs), fact.Closed{Outcome: contact.Answered}))
	})
	t.Run("on a screen", func(t *testing.T) {
		t.Parallel()
		c := born(t)
		o := c.offer(5 * second)
		require.Empty(t, c.own(5*second, string(theirs), fact.Ringing{Offer: o}))
		require.Empty(t, c.own(6*second, string(theirs), fact.Taken{Offer: o}))
		require.Empty(t, c.command(7*second, subject, done("marie")))
		rec := c.state.Contacts[theirs]
		require.NotNil(t, rec, "the agent is not free yet")
		assert.Equal(t, contact.Answered, rec.Outcome)
		assert.Empty(t, rec.ServedBy, "it was somebody else")
		assert.Equal(t, acd.Talking, c.state.Floor.Agents["a1"].State)
		assert.Equal(t, "contact is closed", c.own(8*second, string(theirs), fact.Connected{Offer: o, ServedBy: "ouest"}), "he was too late")
		require.Empty(t, c.own(8*second, string(theirs), fact.LegEnded{Offer: o, By: "caller"}))
		assert.Equal(t, acd.Ready, c.state.Floor.Agents["a1"].State)
		assert.Empty(t, c.state.Contacts)
		assert.Equal(t, "marie", c.state.Messages[left].DoneBy)
		assert.EqualValues(t, 1, c.state.Mailboxes["accueil"].Done)
		assert.EqualValues(t, 2, c.state.Tally.Outcomes.Total())
		c.restart()
	})
	t.Run("by the agent who has it", func(t *testing.T) {
		t.Parallel()
		c := born(t)
		c.offer(5 * second)
		require.Empty(t, c.command(7*second, subject, done("a1")))
		assert.EqualValues(t, 1, c.state.Tally.Outcomes[fold.Join("answered", "particuliers", "ouest", "voicemail")])
	})
	t.Run("before it was born", func(t *testing.T) {
		t.Parallel()
		c := leftForQueue(t)
		require.Empty(t, c.command(4*second, subject, done("marie")))
		assert.False(t, c.state.Messages[left].Unborn())
		assert.EqualValues(t, 1, c.state.Tally.Outcomes.Total())
	})
}

func TestAMessageIsUrgentInTheLastQuarterOfItsTime(t *testing.T) {
	t.Parallel()
	v := fact.Voicemail{LeftAt: 10 * hour, For: fact.ForQueue{Within: 4 * time.Hour}}
	assert.EqualValues(t, 14*hour, v.Due())
	assert.False(t, v.Urgent(13*hour-1))
	assert.True(t, v.Urgent(13*hour))
	assert.True(t, v.Urgent(15*hour))
	v.For.Within = 0
	assert.Zero(t, v.Due())
	assert.False(t, v.Urgent(1000*hour), "it has no deadline")
}

// Who left a message, and hung up in a queue afterwards, finds his place kept: the message that waits
// is nobody else at his number.
func TestAMessageThatWaitsKeepsNobodyFromHisPlace(t *testing.T) {
	t.Parallel()
	c := born(t)
	came := arrived
	came.CallerHash = "hash"
	require.Empty(t, c.own(5*second, "k2", came))
	require.Empty(t, c.own(5*second, "k2", queued()))
	require.Empty(t, c.own(9*second, "k2", fact.Closed{Outcome: contact.Abandoned, Stage: contact.InQueue}))
	view := c.state.View(engine.FloorQuery{
		Contact: "k3", Medium: contact.Voice, CallerHash: "hash", Topic: queued().Topic, At: 10 * second, Decision: routing.Decision{Queue: "particuliers", Redial: time.Minute},
	})
	require.NotNil(t, view.Kept)
	assert.EqualValues(t, "k2", view.Kept.Contact)
}

func TestAMessageAtHandThatIsDoneElsewhereIsGone(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	in := login("a1")
	in.Media, in.Capacity = []contact.Medium{contact.Voice, contact.Voicemail}, map[contact.Medium]int{contact.Voicemail: 1}
	require.Empty(t, c.command(second, "a1", in))
	require.Empty(t, c.own(second, "k1", arrived))
	require.Empty(t, c.own(2*second, "k1", forQueue(left)))
	require.Empty(t, c.own(4*second, string(theirs), birth(c.state.Messages[left])))
	require.Empty(t, c.own(4*second, string(theirs), queued()))
	o := c.offer(5 * second)
	require.Empty(t, c.own(5*second, string(theirs), fact.Ringing{Offer: o}))
	require.Empty(t, c.own(6*second, string(theirs), fact.Taken{Offer: o}))
	assert.Equal(t, acd.Ready, c.state.Floor.Agents["a1"].State, "for calls")
	require.Empty(t, c.command(7*second, subject, fact.MessageDone{Message: left, By: "marie"}))
	require.Empty(t, c.own(8*second, string(theirs), fact.LegEnded{Offer: o, By: "caller"}))
	assert.Nil(t, c.state.Contacts[theirs])
	assert.Equal(t, acd.Ready, c.state.Floor.Agents["a1"].State)
	c.restart()
}
