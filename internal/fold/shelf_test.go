package fold_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
)

// overdueByWalk is Overdue by a look at everything that is kept.
func overdueByWalk(s *fold.State, at int64) (due []fold.Overdue) {
	for _, m := range s.Messages {
		if m.Due(at) {
			due = append(due, fold.Overdue{Node: m.Node, Since: m.DoneAt + m.Retention.Microseconds(), Message: m.ID})
		}
	}
	for _, r := range s.Recordings {
		if r.Due(at) {
			due = append(due, fold.Overdue{Node: r.Node, Since: r.EndedAt + r.Retention.Microseconds(), Recording: r.ID})
		}
	}
	slices.SortFunc(due, func(a, b fold.Overdue) int {
		return cmp.Or(cmp.Compare(a.Since, b.Since), cmp.Compare(a.Subject(), b.Subject()))
	})
	return due
}

// waitingMessages are the messages that nobody has dealt with, as the state says and by a look at all.
func waitingMessages(s *fold.State) (said, walked []fact.MessageID) {
	for m := range s.Waiting() {
		said = append(said, m.ID)
	}
	for id, m := range s.Messages {
		if m.DoneAt == 0 {
			walked = append(walked, id)
		}
	}
	return slices.Sorted(slices.Values(said)), slices.Sorted(slices.Values(walked))
}

// shelved asserts that what the state has in order is what a look at everything finds.
func (tr *trial) shelved() {
	for _, at := range []int64{tr.now, tr.now + hour/2, 1 << 60} {
		said, walked := tr.state.Overdue(at), overdueByWalk(tr.state, at)
		tr.holds(slices.Equal(said, walked), "what is overdue is known", "%v, and is %v", said, walked)
	}
	said, walked := waitingMessages(tr.state)
	tr.holds(slices.Equal(said, walked), "which messages wait is known", "%v, and are %v", said, walked)
}

// Messages are left, done and deleted, conversations recorded and their files deleted, late or by hand,
// and controllers start again, in any order.
func TestWhatIsOverdueIsWhatALookAtEverythingFinds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c, now := newChain(t), second
		pick := func(of []string) string { return rapid.SampledFrom(append(of, "nobody")).Draw(t, "which") }
		messages, recordings := []string{}, []string{}
		for i := range rapid.IntRange(1, 25).Draw(t, "steps") {
			now += rapid.Int64Range(0, hour/4).Draw(t, "passes")
			switch rapid.IntRange(0, 5).Draw(t, "step") {
			case 0:
				id := contact.ID(fmt.Sprintf("k%d", i))
				f := messageLeft(fact.MessageID(id + ".1"))
				f.Retention = time.Duration(rapid.IntRange(0, 90).Draw(t, "minutes")) * time.Minute
				require.Empty(t, c.own(now, string(id), arrived))
				require.Empty(t, c.own(now, string(id), f))
				messages = append(messages, string(f.Message))
			case 1:
				id := fact.MessageID(pick(messages))
				c.command(now, id.Subject(), fact.MessageDone{Message: id, By: "marie"})
			case 2:
				id := fact.MessageID(pick(messages))
				c.lead(now, id.Subject(), fact.MessageDeleted{Message: id})
			case 3:
				id := fact.RecordingID(fmt.Sprintf("r%d", i))
				if c.state.Recordings == nil {
					c.state.Recordings = map[fact.RecordingID]*fold.Recording{}
				}
				c.state.Recordings[id] = &fold.Recording{ID: id, Node: node, At: now, EndedAt: now, Retention: time.Hour}
				c.restart()
				recordings = append(recordings, string(id))
			case 4:
				id := fact.RecordingID(pick(recordings))
				c.command(now, id.Subject(), fact.RecordingDeleted{Recording: id, By: "marie"})
			case 5:
				c.restart()
			}
			for _, at := range []int64{now, now + hour/2, 1 << 60} {
				require.Equal(t, overdueByWalk(c.state, at), c.state.Overdue(at))
			}
			said, walked := waitingMessages(c.state)
			require.Equal(t, walked, said)
		}
	})
}

// It is asked at each scrape, with the state locked: a year of recordings must not be looked at.
func TestWhatIsOverdueIsFoundWithoutALookAtEverything(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	const kept = 20_000
	c.state.Recordings = make(map[fact.RecordingID]*fold.Recording, kept)
	for i := range kept {
		id := fact.RecordingID(fmt.Sprintf("c%d.r1", i))
		c.state.Recordings[id] = &fold.Recording{ID: id, Node: node, At: 1, EndedAt: int64(i + 1), Retention: time.Hour}
	}
	c.state.Salvage()
	quickest := func(ask func() int, finds int) (least time.Duration) {
		for range 5 {
			began := time.Now()
			assert.Equal(t, finds, ask())
			if took := time.Since(began); least == 0 || took < least {
				least = took
			}
		}
		return least
	}
	asked := quickest(func() int { return len(c.state.Overdue(hour + 3)) }, 3)
	walked := quickest(func() int { return len(overdueByWalk(c.state, hour+3)) }, 3)
	t.Logf("%v; a look at all takes %v", asked, walked)
	assert.Less(t, asked, walked/10)
}
