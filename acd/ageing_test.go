package acd

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// tenMinutes a level, and a day for being on the line.
var tenMinutes = contact.Ageing{Level: 10 * time.Minute, Mail: 24 * time.Hour}

func aged(rank int64, priority int) fact.Queued {
	q := queued(rank)
	q.Priority, q.Ageing = priority, tenMinutes
	return q
}

func TestWhoHasWaitedLongEnoughGoesBeforeAHigherPriority(t *testing.T) {
	t.Parallel()
	f := floor(t, 4)
	accepted(t, f.Enqueue(1*minute, "patient", contact.Voice, aged(1*minute, 0)))
	accepted(t, f.Enqueue(10*minute, "sooner", contact.Voice, aged(10*minute, 1)))
	accepted(t, f.Enqueue(12*minute, "later", contact.Voice, aged(12*minute, 1)))
	accepted(t, f.Enqueue(20*minute, "urgent", contact.Voice, aged(20*minute, 2)))
	assert.Equal(t, []string{"sooner→a1", "urgent→a2", "patient→a3", "later→a4"}, pairs(f.Propose(21*minute, 10)),
		"as if they had come at 0, 0, 1 and 2 minutes; of equals the first arrival")

	e := explained(f, 21*minute, f.Tickets["later"]).Place
	assert.Equal(t, 10*time.Minute, e.HeadStart)
	assert.Equal(t, 1, e.ByPriority)
	var first []string
	for _, a := range e.First {
		first = append(first, string(a.Contact)+" "+a.Why)
	}
	assert.Equal(t, []string{"sooner arrival", "urgent priority", "patient ageing"}, first)
}

func TestAMailThatHasWaitedLongEnoughGoesBeforeWhoCalls(t *testing.T) {
	t.Parallel()
	day := 24 * 60 * minute
	letter := func(rank int64) fact.Queued {
		q := mail35(rank)
		q.Ageing = tenMinutes
		return q
	}
	f := New()
	accepted(t, f.Login(1, writes("a1")))
	accepted(t, f.Enqueue(day, "mail of yesterday", contact.Email, letter(1*minute)))
	accepted(t, f.Enqueue(day, "mail of today", contact.Email, letter(2*minute+day)))
	accepted(t, f.Enqueue(day, "caller", contact.Voice, aged(2*minute+day, 0)))
	var order []contact.ID
	var why []string
	line := slices.Collect(maps.Values(f.Tickets))
	Line(line)
	for i, t := range line {
		order = append(order, t.Contact)
		if i > 0 {
			why = append(why, t.behind(line[i-1]))
		}
	}
	assert.Equal(t, []contact.ID{"mail of yesterday", "caller", "mail of today"}, order)
	assert.Equal(t, []string{"ageing", "line"}, why)
	assert.Equal(t, -24*time.Hour, explained(f, day, f.Tickets["mail of today"]).Place.HeadStart)
}

// A mail that waits from before priorities aged goes behind those that came since, and is
// told why.
func TestWhoWasQueuedBeforePrioritiesAgedIsToldSo(t *testing.T) {
	t.Parallel()
	f := New()
	accepted(t, f.Login(1, writes("a1")))
	accepted(t, f.Enqueue(1*minute, "from before", contact.Email, mail35(1*minute)))
	young := mail35(50 * minute)
	young.Ageing = tenMinutes
	accepted(t, f.Enqueue(50*minute, "since", contact.Email, young))
	first := explained(f, 51*minute, f.Tickets["from before"]).Place.First
	assert.Equal(t, "version", first[0].Why)
}

// Contacts that were queued under different versions of the site stand in one line: no
// circle of three, each before the next.
func TestContactsOfDifferentAgeingsHaveOneOrder(t *testing.T) {
	t.Parallel()
	any := rapid.Custom(func(t *rapid.T) *Ticket {
		return &Ticket{
			Contact: contact.ID(rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "id")),
			Medium:  pick(t, someMedia, "medium"), Priority: rapid.IntRange(0, 2).Draw(t, "priority"),
			Rank: rapid.Int64Range(0, 4).Draw(t, "rank") * 5 * minute, Ageing: pick(t, someAgeings, "ageing"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := any.Draw(t, "a"), any.Draw(t, "b"), any.Draw(t, "c")
		assert.Equal(t, a.before(b), -b.before(a))
		if a.before(b) <= 0 && b.before(c) <= 0 {
			assert.LessOrEqual(t, a.before(c), 0, "%+v\n%+v\n%+v", a, b, c)
		}
	})
}

// Who is spared some waiting by his priority foretells less of it by the head of the line.
func TestTheHeadOfALineWhosePrioritiesAgeAllowsForTheHeadStart(t *testing.T) {
	t.Parallel()
	f := New()
	accepted(t, f.Enqueue(30*minute, "head", contact.Voice, aged(30*minute, 0)))
	at := 50 * minute
	assert.Equal(t, 30*minute, f.WouldNext("particuliers", at).Head)
	assert.Equal(t, 40*minute, f.Would("particuliers", "x", 1, tenMinutes, at, at).Head, "ten minutes less to wait")
	assert.Equal(t, 2, f.Would("particuliers", "x", 1, tenMinutes, at, at).Position)
	assert.Equal(t, 1, f.Would("particuliers", "x", 3, tenMinutes, at, at).Position)
	accepted(t, f.Enqueue(55*minute, "urgent", contact.Voice, aged(55*minute, 5)))
	f.Leave("head")
	assert.Equal(t, 5*minute, f.WouldNext("particuliers", 60*minute).Head, "who came at 55 goes by 5")
}
