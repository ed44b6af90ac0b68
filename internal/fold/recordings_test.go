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

func begun(id fact.RecordingID) fact.RecordingBegun {
	return fact.RecordingBegun{Recording: id, Queue: "particuliers", Purpose: "accueil", Retention: time.Hour}
}

// The retention is judged by the time of the entry: a leader whose clock is wrong, or who is
// impatient, deletes nothing early, and the ledger says when it could.
func TestARecordingIsKeptForItsRetentionAndDeletedThen(t *testing.T) {
	t.Parallel()
	c, o := talking(t)
	require.Empty(t, c.own(7*second, "c1", begun("c1.r1")))
	deletes := func(at int64) string {
		return c.lead(at, "recording:c1.r1", fact.RecordingDeleted{Recording: "c1.r1"})
	}
	assert.Equal(t, "it is being recorded", deletes(1000*hour))
	assert.Empty(t, c.state.Overdue(1000*hour), "it goes on")
	require.Empty(t, c.own(20*second, "c1", fact.RecordingEnded{Recording: "c1.r1"}))
	assert.Equal(t, &fold.Recording{
		ID: "c1.r1", Contact: "c1", Node: node, Queue: "particuliers", Agent: "a1", Purpose: "accueil", At: 7 * second, EndedAt: 20 * second,
		Retention: time.Hour,
	}, readBack(t, c.state).Recordings["c1.r1"])
	require.Empty(t, c.own(30*second, "c1", fact.LegEnded{Offer: o, By: "agent"}))
	require.Empty(t, c.own(31*second, "c1", fact.Closed{Outcome: contact.Answered}))

	for at := 20 * second; at < 20*second+hour; at += hour / 7 { // an hour passes
		assert.Empty(t, c.state.Overdue(at))
		assert.Equal(t, "it is to be kept", deletes(at))
	}
	assert.Empty(t, c.state.Overdue(20*second+hour-1))
	due := c.state.Overdue(20*second + hour)
	require.Len(t, due, 1)
	assert.Equal(t, "there is no such recording", c.lead(30*hour, "recording:c1.r2", fact.RecordingDeleted{Recording: "c1.r1"}), "of another")
	require.Empty(t, deletes(20*second+hour))
	assert.Equal(t, "there is no such recording", deletes(30*hour))
	assert.Empty(t, c.state.Recordings)
	assert.Empty(t, c.state.Overdue(1000*hour))
}

func TestSomebodyDeletesARecordingEarlyAndIsNamed(t *testing.T) {
	t.Parallel()
	c, _ := talking(t)
	require.Empty(t, c.own(7*second, "c1", begun("c1.r1")))
	erase := func(by string) string {
		return c.command(9*second, "recording:c1.r1", fact.RecordingDeleted{Recording: "c1.r1", By: by})
	}
	assert.Equal(t, "it is being recorded", erase("marie"))
	require.Empty(t, c.own(8*second, "c1", fact.RecordingEnded{Recording: "c1.r1"}))
	assert.Equal(t, "it is to be kept", erase(""), "by nobody")
	require.Empty(t, erase("marie"))
	assert.Empty(t, c.state.Recordings)
}

func TestARecordingIsOfOneConversationAndPausedOnce(t *testing.T) {
	t.Parallel()
	c := waiting(t)
	assert.Equal(t, "contact is in no conversation", c.own(4*second, "c1", begun("c1.r1")))
	c, o := talking(t)
	for _, f := range []fact.Fact{
		fact.RecordingPaused{Recording: "c1.r1"}, fact.RecordingResumed{Recording: "c1.r1"}, fact.RecordingEnded{Recording: "c1.r1"},
		fact.RecordingBegun{Recording: "c1.r1", Retention: time.Hour}, fact.RecordingBegun{Recording: "c1.r1", Purpose: "accueil"},
		fact.RecordingBegun{Purpose: "accueil", Retention: time.Hour},
	} {
		assert.NotEmpty(t, c.own(7*second, "c1", f), "%+v", f)
	}
	require.Empty(t, c.own(7*second, "c1", begun("c1.r1")))
	assert.Equal(t, "it is being recorded already", c.own(8*second, "c1", begun("c1.r2")))
	keys, agent := fact.RecordingPaused{Recording: "c1.r1", Keys: true}, fact.RecordingPaused{Recording: "c1.r1", By: "a1"}
	require.Empty(t, c.own(9*second, "c1", keys))
	assert.NotEmpty(t, c.own(9*second, "c1", keys))
	require.Empty(t, c.own(9*second, "c1", agent), "the agent's wish outlasts the keys")
	assert.NotEmpty(t, c.own(9*second, "c1", agent))
	assert.NotEmpty(t, c.own(9*second, "c1", keys))
	assert.True(t, c.state.Contacts["c1"].Tape.Paused && !c.state.Contacts["c1"].Tape.Keys)
	require.Empty(t, c.own(10*second, "c1", fact.RecordingResumed{Recording: "c1.r1", By: "a1"}))

	// Whoever closes the contact has ended it.
	require.Empty(t, c.own(11*second, "c1", fact.Closed{Outcome: contact.Answered}))
	assert.Equal(t, 11*second, c.state.Recordings["c1.r1"].EndedAt)
	require.Empty(t, c.own(12*second, "c1", fact.LegEnded{Offer: o, By: "caller"}))
	assert.Empty(t, c.state.Contacts)
	assert.Len(t, readBack(t, c.state).Recordings, 1, "its file is kept beyond it")
}
