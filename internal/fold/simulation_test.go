package fold_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/contact"
)

const (
	someCallers = 150
	someAgents  = 12
	openFor     = int64(120e6)
)

// Callers, agents, sessions and leader around one ledger. At each entry:
// conservation, nobody bound twice, no phone that rings for two, order kept.
// At the end: everybody has an outcome, everybody is free, the books agree.
func TestADayAtTheSiteAddsUp(t *testing.T) {
	t.Parallel()
	for seed := range uint64(5) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, seed, someCallers, someAgents)
			w.day(seed%2 == 1)
			w.everybodyIsDone(someCallers)
			assert.Positive(t, w.foreseen)
			t.Logf("mails at hand after %d entries, beside a call after %d; %d taken back; %d offers foreseen, %d mails given back; %d messages, %d of them urgent, %d heard in the mailbox",
				w.atHand, w.beside, w.goneWith, w.foreseen, w.recount.returned, len(w.ledger.state.Messages), w.urgent, w.elsewhere)
		})
	}
}

func TestTheSameDayTwiceIsTheSameToTheByte(t *testing.T) {
	t.Parallel()
	var days [2]string
	for i := range days {
		w := newWorld(t, 42, someCallers, someAgents)
		w.day(true)
		days[i] = w.ledger.bytes()
	}
	assert.Equal(t, days[0], days[1])
}

// day opens, lets everybody finish, and looks into the books on the way. The
// controller may die a few times.
func (w *world) day(crashes bool) {
	w.nature(openFor, w.evening)
	for until := int64(10e6); until <= openFor+10*60e6; until += 10e6 {
		w.run(until)
		w.recount.equals(w.t, w.ledger.state.Tally)
		if until <= openFor {
			w.ledger.restart() // the fold read back is the fold
		}
		if crashes && until < openFor && w.chance(30) {
			w.crash()
		}
		if until > openFor+60e6 { // patience ends
			for _, id := range w.callers() {
				if p := w.people[id]; !p.mail {
					w.hangUp(p)
				}
			}
		}
	}
}

func (w *world) everybodyIsDone(callers int) {
	s := w.ledger.state
	require.Empty(w.t, s.Contacts, "somebody is still here")
	require.Empty(w.t, s.Presented, "a center waits for an outcome")
	require.Empty(w.t, s.Floor.Tickets)
	require.Empty(w.t, s.Floor.Offers)
	require.Empty(w.t, s.Floor.Left, "a place of nobody is remembered")
	require.Empty(w.t, w.phones, "a phone rings or talks for nobody")
	for _, id := range w.callers() {
		require.Empty(w.t, w.people[id].legs, "a local service rings or talks for nobody")
	}
	for _, a := range s.Floor.Roll() {
		require.Empty(w.t, w.ledger.state.Floor.AtHand(a.ID))
		rest := a.State == acd.Ready || a.State == acd.Paused || a.State == acd.LoggedOut
		require.True(w.t, rest, "%s is stuck: %s", a.ID, a.State)
	}
	// A caller who came and left between two lives of the controller is the
	// only one that nobody heard of.
	for _, id := range w.callers() {
		if w.people[id].begun && w.recount.done[id] == contact.StillHere {
			require.Zero(w.t, s.Protocol.Seq(string(id)), "%s has no outcome", id)
		}
	}
	require.Positive(w.t, w.recount.outcomes[contact.Answered], "a day without an answer proves little")
	require.Positive(w.t, w.recount.outcomes[contact.Abandoned])
	require.Positive(w.t, w.recount.outcomes[contact.TransferredOut])
	require.Positive(w.t, w.recount.failed)
	require.Positive(w.t, w.told, "nobody was told of the wait")
	require.Positive(w.t, w.out, "nobody left a queue by a key")
	require.Positive(w.t, s.Protocol.Voids["offered"], "no decision came too late: too easy a day")
	require.Positive(w.t, w.atHand, "no mail was at hand")
	require.LessOrEqual(w.t, w.recount.offered, callers+len(s.Messages))
	w.everyMailIsAnswered()
	w.everyMessageIsHeard()
}

// everyMailIsAnswered: nothing lost, nothing twice, and never to an agent without
// the right to the file.
func (w *world) everyMailIsAnswered() {
	mails := 0
	for _, id := range w.callers() {
		if w.people[id].mail {
			mails++
			require.Equal(w.t, contact.Answered, w.recount.done[id], "mail %s", id)
		}
	}
	answered := uint64(0)
	for labels, n := range w.ledger.state.Tally.Outcomes {
		if medium := contact.Medium(labels.Values()[3]); !medium.Interactive() {
			require.Equal(w.t, string(contact.Answered), labels.Values()[0])
			answered += n
		}
	}
	require.EqualValues(w.t, mails, answered)
	require.Greater(w.t, mails, 5, "too few mails to prove anything")
	require.Positive(w.t, w.recount.returned, "nobody gave a mail back")
	require.Zero(w.t, w.recount.talks-int(w.ledger.state.Tally.Talk.Count), "a mail is in no time")
}
