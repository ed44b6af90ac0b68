package fold_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
)

const hour = 3600 * second

func messageLeft(id fact.MessageID) fact.MessageLeft {
	return fact.MessageLeft{Message: id, Mailbox: "accueil", Lasts: 8 * time.Second, Spoken: 6 * time.Second, Retention: time.Hour, Topic: "avis", Menu: []byte(`{"node":"m"}`)}
}

func TestAMessageIsKeptUntilItIsDoneAndItsTimeIsOver(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	require.Empty(t, c.own(second, "k1", arrived))
	require.Empty(t, c.own(2*second, "k1", messageLeft("k1.1")))
	require.Empty(t, c.own(3*second, "k1", fact.Closed{Outcome: contact.Message}))
	m := readBack(t, c.state).Messages["k1.1"]
	assert.Equal(t, &fold.Message{
		ID: "k1.1", Mailbox: "accueil", Contact: "k1", Node: node, Entry: "2014", Caller: m.Caller, Topic: "avis", At: 2 * second,
		Lasts: 8 * time.Second, Retention: time.Hour,
	}, m)
	assert.EqualValues(t, 1, c.state.Tally.Outcomes.Total())

	deletes := func(at int64) string { return c.lead(at, "message:k1.1", fact.MessageDeleted{Message: "k1.1"}) }
	done := func(at int64, by string) string {
		return c.command(at, "message:k1.1", fact.MessageDone{Message: "k1.1", By: by})
	}
	assert.Equal(t, "it is to be kept", deletes(1000*hour), "nobody has dealt with it")
	require.Empty(t, done(4*second, "marie"))
	assert.Equal(t, "it is done already", done(5*second, "paul"))
	assert.Equal(t, "marie", c.state.Messages["k1.1"].DoneBy)
	assert.Equal(t, "it is to be kept", deletes(4*second+hour-1))
	require.Empty(t, deletes(4*second+hour))
	assert.Equal(t, "there is no such message", deletes(5*hour))
	assert.Equal(t, "there is no such message", done(5*hour, "paul"))
	assert.Empty(t, c.state.Messages)
	assert.Equal(t, &fold.Mailbox{Left: 1, Done: 1, Deleted: 1}, readBack(t, c.state).Mailboxes["accueil"])
}

func TestAMessageIsOfAContactInItsMenuAndLeftOnce(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	assert.NotEmpty(t, c.own(second, "k0", messageLeft("k0.1")), "of nobody")
	require.Empty(t, c.own(second, "k1", arrived))
	require.Empty(t, c.own(2*second, "k1", messageLeft("k1.1")))
	assert.Equal(t, "message is known already", c.own(3*second, "k1", messageLeft("k1.1")))
	assert.Equal(t, "a message without a name or a mailbox", c.own(3*second, "k1", fact.MessageLeft{Message: "k1.2"}))
	require.Empty(t, c.own(4*second, "k1", messageLeft("k1.3")), "another one")
	require.Empty(t, c.own(5*second, "k1", fact.Closed{Outcome: contact.Message}))
	assert.Equal(t, "contact is unknown or over", c.own(6*second, "k1", messageLeft("k1.4")))
	assert.Len(t, c.state.Messages, 2)
}

func TestMessagesThatWaitAndThoseThatCouldNotBeLeftAreCountedByMailbox(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	assert.Zero(t, c.state.MessagesWaiting("accueil"))
	assert.Zero(t, c.state.OldestMessage("accueil"))
	require.Empty(t, c.own(second, "k1", arrived))
	require.Empty(t, c.own(2*second, "k1", messageLeft("k1.1")))
	require.Empty(t, c.own(3*second, "k1", messageLeft("k1.2")))
	assert.Equal(t, 2, c.state.MessagesWaiting("accueil"))
	assert.EqualValues(t, 2*second, c.state.OldestMessage("accueil"))
	require.Empty(t, c.command(4*second, "message:k1.1", fact.MessageDone{Message: "k1.1", By: "marie"}))
	assert.Equal(t, 1, c.state.MessagesWaiting("accueil"))
	assert.EqualValues(t, 3*second, c.state.OldestMessage("accueil"), "nobody has to deal with the first any more")
	assert.Zero(t, c.state.OldestMessage("autre"))

	full := []fact.Decided{{Node: "m", Case: fact.OnFull, Mailbox: "accueil"}, {Node: "choix", Case: "on_full"}}
	require.Empty(t, c.own(5*second, "k1", fact.Waiting{Node: "m", Menu: []byte(`{}`), Decided: full}))
	require.NotEmpty(t, c.command(6*second, "message:k1.1", fact.MessageDone{Message: "k1.1", By: "paul"}))
	require.Empty(t, c.own(7*second, "k1", fact.Closed{Outcome: contact.Abandoned, Decided: []fact.Decided{{Node: "m", Case: "on_error", Mailbox: "accueil"}}}))
	assert.NotEmpty(t, c.own(8*second, "k1", fact.Closed{Outcome: contact.Abandoned, Decided: full}), "void: it counts for nothing")
	assert.Equal(t, &fold.Mailbox{Left: 2, Done: 1, Failed: 1, Refused: 1}, readBack(t, c.state).Mailboxes["accueil"])
	assert.Len(t, c.state.Mailboxes, 1, "the label of a branch may be any word")
}
