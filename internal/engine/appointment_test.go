package engine_test

import (
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/ivr"
)

var firstSlot, secondSlot = contact.Window{From: 1200e6, Until: 1500e6}, contact.Window{From: 1800e6, Until: 2100e6}

// choosing is a story at the question for a slot: cis_ouest calls two people at each of two
// times.
func choosing(t *testing.T, booked ...contact.Window) *story {
	t.Helper()
	s := newStory(t)
	s.rules.Tree = appointing(t)
	s.rules.Appointments = func(c contact.Center, from time.Time) engine.Appointments {
		all := engine.Appointments{PerSlot: 2}
		for _, slot := range []contact.Window{firstSlot, secondSlot} {
			if c == "cis_ouest" && slot.From >= from.UnixMicro() {
				all.Slots = append(all.Slots, slot)
			}
		}
		return all
	}
	s.rules.Booked = func(contact.Center) []contact.Window { return booked }
	s.line("0 arrived")
	return s
}

// appointing is menuTree with a call back at a time that the caller chooses.
func appointing(t require.TestingT) *ivr.Tree {
	tree := *menuTree(t)
	n := *tree.Nodes["rappel"].(*ivr.CallbackNode)
	n.Appointment = &ivr.Appointment{Slot: []ivr.Prompt{"date:var.slot_date", "time:var.slot_time", "number:var.slot_key"}}
	tree.Nodes = maps.Clone(tree.Nodes)
	tree.Nodes["rappel"] = &n
	built, faults := ivr.New(tree)
	require.Empty(t, faults)
	return built
}

func TestAPromiseForASlotIsOneOfThatCenterInThatTime(t *testing.T) {
	t.Parallel()
	s := choosing(t, firstSlot)
	assert.Contains(t, s.line("1 key 6"), "Prompts:[date:1970-01-01 time:00:20 number:1 date:1970-01-01 time:00:30 number:2]")
	s.line("2 key 1")
	s.line("3 key 1")
	cb := s.session.Record.Callback
	require.NotNil(t, cb)
	assert.Equal(t, engine.Promising, s.session.Phase)
	slot := []contact.Window{{From: 1200e6, Until: 1500e6}}
	assert.Equal(t, &fact.Appointment{Center: "cis_ouest", From: 1200e6, Until: 1500e6, PerSlot: 2}, cb.Appointment)
	assert.Equal(t, slot, cb.Hours)
	assert.EqualValues(t, 1500e6, cb.ExpiresAt)
	assert.Equal(t, []contact.Step{{Centers: []contact.Center{"cis_ouest"}}}, cb.Place.Steps)
	assert.Equal(t, contact.Hours{"cis_ouest": slot}, cb.Place.Hours)
	s.line("4 promise-accepted")
	s.line("5 caller-left")
	assert.Equal(t, engine.Waiting, s.session.Phase)
	assert.Contains(t, s.line("1210 offered o1"), "Display:rendez-vous · paiement · 10s")
}

// A time is said until a quarter of an hour before, and may be taken until it begins.
func TestWhoHasHeardATimeMayTakeItUntilItBegins(t *testing.T) {
	t.Parallel()
	s := choosing(t)
	assert.Contains(t, s.line("300 key 6"), "time:00:20 number:1")
	s.line("1199 key 1")
	s.line("1199 key 1")
	require.NotNil(t, s.session.Record.Callback)
	assert.EqualValues(t, 1200e6, s.session.Record.Callback.Appointment.From)
	s = choosing(t)
	assert.Contains(t, s.line("301 key 6"), "Prompts:[date:1970-01-01 time:00:30 number:1]")
}

func TestASlotThatIsTakenIsNotOffered(t *testing.T) {
	t.Parallel()
	s := choosing(t, firstSlot, firstSlot)
	assert.Contains(t, s.line("1 key 6"), "Prompts:[date:1970-01-01 time:00:30 number:1]")
	s = choosing(t, firstSlot, secondSlot, firstSlot, secondSlot)
	assert.Contains(t, s.line("1 key 6"), "trop_de_rappels")
}

// Somebody may be called longer or sooner than a slot lasts now: the site has changed that since
// he was promised it. Who is called in a part of a slot takes a place of it.
func TestASlotIsTakenByWhoIsCalledInAPartOfIt(t *testing.T) {
	t.Parallel()
	const both, late = "Prompts:[date:1970-01-01 time:00:20 number:1 date:1970-01-01 time:00:30 number:2]", "Prompts:[date:1970-01-01 time:00:30 number:1]"
	for name, c := range map[string]struct {
		booked []contact.Window
		offers string
	}{
		"its beginning and its end": {[]contact.Window{{From: 900e6, Until: 1201e6}, {From: 1499e6, Until: 1700e6}}, late},
		"all of it, and in it":      {[]contact.Window{{From: 600e6, Until: 1800e6}, {From: 1300e6, Until: 1310e6}}, late},
		"one place is left":         {[]contact.Window{{From: 900e6, Until: 2000e6}}, both},
		"before it and after it":    {[]contact.Window{{From: 900e6, Until: 1200e6}, {From: 600e6, Until: 1200e6}, {From: 1500e6, Until: 1800e6}, {From: 1500e6, Until: 1800e6}}, both},
	} {
		s := choosing(t, c.booked...)
		assert.Contains(t, s.line("1 key 6"), c.offers, name)
	}
	s := choosing(t)
	assert.Contains(t, s.line("1 key 6"), both)
	s.line("2 key 1")
	part := contact.Window{From: 1400e6, Until: 1700e6}
	s.rules.Booked = func(contact.Center) []contact.Window { return []contact.Window{part, part} }
	assert.Contains(t, s.line("3 key 1"), "trop_de_rappels", "others were promised it meanwhile, by another version of the site")
	assert.Nil(t, s.session.Record.Callback)
}

func TestNoSlotIsPromisedThatNobodyKeeps(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(*story)
		lines []string // the last of which says so
	}{
		"the ledger gave it to somebody else": {nil, []string{"1 key 6", "2 key 1", "3 key 1", "4 promise-void full"}},
		"the caller thinks for long":          {nil, []string{"1 key 6", "2 key 1", "1201 key 1"}},
		"people may not be called then": {func(s *story) {
			s.rules.Callbacks = func(q contact.Queue) engine.CallbackPolicy {
				p := callbackPolicy(q)
				p.Hours = func(time.Time) []contact.Window { return []contact.Window{{From: 0, Until: 1300e6}} }
				return p
			}
		}, []string{"1 key 6"}},
		"an older controller would stop at it": {func(s *story) {
			s.rules.Understood = func(format int) bool { return format < fact.FormatAppointment }
		}, []string{"1 key 6"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := choosing(t)
			if c.spoil != nil {
				c.spoil(s)
			}
			said := ""
			for _, l := range c.lines {
				said = s.line(l)
			}
			assert.Contains(t, said, "trop_de_rappels")
			assert.Nil(t, s.session.Record.Callback)
		})
	}
}
