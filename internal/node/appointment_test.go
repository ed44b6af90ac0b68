package node_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/calendar"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/ivr"
)

// appoints has the queue node offer slots of every center: one person in each half hour, day
// and night, so that there are always some to come.
func appoints(s *config.Site) {
	callsBack(s)
	s.Entries["2014"].Tree.Nodes["conseiller"] = &ivr.CallbackNode{
		Number: ivr.Own, Appointment: &ivr.Appointment{Slot: []ivr.Prompt{"date:var.slot_date", "time:var.slot_time", "number:var.slot_key"}},
		Accepted: ivr.Exit{Prompts: []ivr.Prompt{"attente_saturee"}}, Refused: ivr.Exit{Goto: ivr.End},
		Full: ivr.Exit{Prompts: []ivr.Prompt{"aucun_conseiller"}}, Failed: ivr.Exit{Prompts: []ivr.Prompt{"ferme"}},
		FinishKey: '#', Tries: ivr.Tries{Interruptible: true, NoInputTimeout: time.Minute, InterDigitTimeout: time.Second, MaxAttempts: 2, Failure: ivr.Exit{Goto: ivr.End}},
	}
	for name, c := range s.Centers {
		c.Calendar = nil
		c.Appointments = config.Appointments{Slots: []calendar.Span{{To: 24 * time.Hour}}, Every: 30 * time.Minute, PerSlot: 1, DaysAhead: 3}
		s.Centers[name] = c
	}
}

// Both choose the same slot before either promise is in the ledger: it has one place, and who
// comes second is told so. The promise is there for the next controller too.
func TestOfTwoWhoChooseTheLastPlaceOneGetsIt(t *testing.T) {
	t.Parallel()
	b := newBench(t, afterNoon(), appoints)
	one, other := b.call(), b.asterisk.Call("0612345679", "2014", "entry", "2014")
	one.Press(forCIS)
	other.Press(forCIS)
	b.until("both to be asked", func() bool { return b.asking() == 2 })
	thaw := b.ledger.freeze()
	defer thaw()
	one.Press("1")
	other.Press("1")
	b.until("both promises to wait", func() bool { return b.c.OnTheirWay(fact.KindCallbackRequested) == 2 })
	assert.Zero(t, b.played(one, "attente_saturee")+b.played(other, "attente_saturee"), "nobody is told before the ledger has it")
	thaw()
	b.until("one to be promised it", func() bool { return b.played(one, "attente_saturee")+b.played(other, "attente_saturee") == 1 })
	b.until("the other to be told so", func() bool { return b.played(one, "aucun_conseiller")+b.played(other, "aucun_conseiller") == 1 })
	b.until("the other to be over", func() bool { return b.contacts() == 1 })
	b.onlyIs("callback")
	booked := b.only().Callback.Appointment
	require.NotNil(t, booked)
	assert.Equal(t, 1, booked.PerSlot)
	assert.Greater(t, booked.From, b.c.Now())
	promise := b.facts(fact.KindCallbackRequested)
	require.Len(t, promise, 1)
	assert.Equal(t, fact.EntryFormat(promise[0].Fact), promise[0].Entry.Format)
	b.kill()
	b.start()
	b.onlyIs("callback")
	b.c.View(func(s *fold.State) {
		assert.Equal(t, []contact.Window{{From: booked.From, Until: booked.Until}}, s.Booked(booked.Center))
	})
	b.login("a1001")
	third := b.asterisk.Call("0612345670", "2014", "entry", "2014")
	third.Press(forCIS)
	b.until("the third to be asked", func() bool { return b.asking() == 1 })
	third.Press("1")
	b.until("the third to have another slot", func() bool { return b.contacts() == 2 && b.played(third, "attente_saturee") == 1 })
	places := map[fact.Appointment]bool{}
	for _, a := range b.facts(fact.KindCallbackRequested) {
		places[*a.Fact.(fact.CallbackRequested).Appointment] = true
	}
	assert.Len(t, places, 2)
	assert.Empty(t, b.facts(fact.KindOffered), "an agent is ready, and nobody is called before his slot")
	b.sound()
}

// asking counts those who wait in the menu at the question for a slot.
func (b *bench) asking() (n int) {
	b.c.View(func(s *fold.State) {
		for _, rec := range s.Contacts {
			if rec.MenuNode == "conseiller" && rec.Callback == nil {
				n++
			}
		}
	})
	return n
}
