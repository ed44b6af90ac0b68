package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
)

// fakeNumbers may call whoever is a subscriber.
type fakeNumbers struct{}

func (fakeNumbers) Dialable(keyed string) (string, bool) {
	n, ok := contact.ParseNumber(keyed)
	return string(n), ok && n.Subscriber()
}

func (f fakeNumbers) Callable(keyed string) (string, bool) {
	number, ok := f.Dialable(keyed)
	return contact.Number(number).National(), ok
}

func (fakeNumbers) Seal(_ contact.ID, number string) (sealed, hash string) {
	return "sealed" + strings.Repeat("*", len(number)), "hash"
}

// callbackPolicy calls twice, a minute apart, for ten minutes, until second 3000 of the
// day.
func callbackPolicy(contact.Queue) engine.CallbackPolicy {
	return engine.CallbackPolicy{
		Attempts: 2, RetryAfter: time.Minute, Ring: 20 * time.Second, MaxOpen: 2, ExpiresAfter: 10 * time.Minute,
		Hours: func(time.Time) []contact.Window { return []contact.Window{{From: 0, Until: 3000e6}} },
	}
}

// promised is a story in which somebody was promised a call and has hung up.
func promised(t *testing.T) *story {
	s := newStory(t)
	for _, line := range []string{"0 arrived", "1 key 6", "2 key 1", "2 promise-accepted", "3 caller-left"} {
		s.line(line)
	}
	require.Equal(t, engine.Waiting, s.session.Phase)
	require.True(t, s.session.Record.Away())
	return s
}

func TestAPromiseWithoutAnExpiryLastsToTheEndOfTheNextDayOfService(t *testing.T) {
	t.Parallel()
	day := int64(24 * time.Hour / time.Microsecond)
	for name, c := range map[string]struct {
		hours   []contact.Window
		expires int64
	}{
		"tomorrow":           {[]contact.Window{{From: 0, Until: day / 2}, {From: day + 8, Until: day + 10}, {From: day + 11, Until: day + 12}, {From: 2 * day, Until: 3 * day}}, day + 12},
		"after the weekend":  {[]contact.Window{{From: 0, Until: day / 2}, {From: 3*day + 8, Until: 3*day + 10}}, 3*day + 10},
		"today is the last":  {[]contact.Window{{From: 0, Until: day / 2}}, day},
		"not even today yet": {[]contact.Window{{From: day + 5, Until: day + 9}}, day + 9},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStory(t)
			s.rules.Callbacks = func(q contact.Queue) engine.CallbackPolicy {
				p := callbackPolicy(q)
				p.ExpiresAfter, p.Hours = 0, func(time.Time) []contact.Window { return c.hours }
				return p
			}
			for _, line := range []string{"0 arrived", "0 key 6", "0 key 1"} {
				s.line(line)
			}
			require.NotNil(t, s.session.Record.Callback)
			assert.Equal(t, c.expires, s.session.Record.Callback.ExpiresAt)
		})
	}
}

func TestNobodyIsPromisedACallThatNobodyWouldMake(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*engine.Rules){
		"nobody serves before it is too late": func(r *engine.Rules) {
			r.Callbacks = func(q contact.Queue) engine.CallbackPolicy {
				p := callbackPolicy(q)
				p.Hours = func(time.Time) []contact.Window { return []contact.Window{{From: 2000e6, Until: 3000e6}} }
				return p
			}
		},
		"the site has no key": func(r *engine.Rules) { r.Numbers = keyless{} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStory(t)
			spoil(&s.rules)
			for _, line := range []string{"0 arrived", "0 key 6", "0 key 1"} {
				s.line(line)
			}
			assert.Nil(t, s.session.Record.Callback)
			assert.Equal(t, engine.Waiting, s.session.Phase, "on_error leads to the queue")
		})
	}
}

type keyless struct{ fakeNumbers }

func (keyless) Seal(contact.ID, string) (sealed, hash string) { return "", "" }

// A person is not called at night: an offer that is answered a moment after the hours
// end calls nobody, and costs the agent nothing.
func TestNobodyIsCalledOutsideTheHours(t *testing.T) {
	t.Parallel()
	s := promised(t)
	s.session.Record.Callback.ExpiresAt = 4000e6
	s.ledger = s.session.Record
	s.line("2990 offered o1")
	s.line("2991 rings o1")
	told := s.line("3000 answers o1")
	assert.Contains(t, told, "DropLeg{Offer:o1}")
	assert.NotContains(t, told, "calling_back")
	assert.Contains(t, s.line("3001 agent-left o1 refused"), "leg_ended", "the agent is as ready as before")
}

func TestAPoisonedCallbackIsGivenUpAndNobodyIsCalled(t *testing.T) {
	t.Parallel()
	s := promised(t)
	next, effects := engine.Step(s.rules, s.session, 5e6, engine.Poisoned{})
	require.Equal(t, engine.Leaving, next.Phase)
	assert.Contains(t, effects.Commands, engine.Release{Cause: 34})
	next, effects = engine.Step(s.rules, next, 5e6, engine.CallerLeft{})
	require.Len(t, effects.Facts, 1)
	assert.Equal(t, contact.Failed, effects.Facts[0].(fact.Closed).Outcome)
	assert.True(t, next.Over())
}

// Calls that we lose cost the person no attempt while they are few, and the others
// bound how long we go on.
func TestCallsThatWeLoseAreExcusedWhileTheyAreFewInARow(t *testing.T) {
	t.Parallel()
	const lost, busy = contact.Lost, contact.Busy
	for _, c := range []struct {
		results []contact.RingResult
		made    int
	}{
		{[]contact.RingResult{lost, lost}, 0},
		{[]contact.RingResult{lost, lost, lost}, 1},
		{[]contact.RingResult{lost, lost, lost, lost}, 2},
		{[]contact.RingResult{lost, lost, busy, lost, lost}, 1},
	} {
		rec := promised(t).session.Record
		for _, result := range c.results {
			rec.Apply(5e6, "", fact.CallingBack{Call: "back-c1-x.0", Offer: "o1"})
			rec.Apply(6e6, "", fact.CallbackFailed{Call: "back-c1-x.0", Result: result})
		}
		assert.Equal(t, c.made, rec.Callback.Made, "%v", c.results)
	}
}

// A process may take a contact up again behind its own facts, which are on their way.
func TestAPromiseThatIsNotWrittenYetIsNotTold(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.line("0 arrived")
	s.line("1 key 6")
	before := s.session.Record
	s.line("2 key 1")
	require.Equal(t, engine.Promising, s.session.Phase)

	s.resume()
	s.session.Unwritten(before)
	told := s.line("3 restarted")
	assert.NotContains(t, told, "promis]")
	assert.Contains(t, told, "Arm{Timer:ring", "it is taken back if the ledger does not accept it in time")
	assert.Contains(t, s.line("4 promise-accepted"), "promis]")

	s.resume()
	s.session.Unwritten(s.ledger)
	assert.Contains(t, s.line("5 restarted"), "promis]", "the ledger has it")
}

// Whoever has other people's phones ring is stopped by a bound of his own number, and
// each refusal is told.
func TestWhoGetsNoPromiseIsTold(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		floor engine.FloorView
		why   engine.Unpromised
		hears string
	}{
		"as many as one may today": {engine.FloorView{AskedToday: 5}, engine.Limited, "trop_de_rappels"},
		"too many open":            {engine.FloorView{Callbacks: 2}, engine.TooManyOpen, "trop_de_rappels"},
		"promised already":         {engine.FloorView{Promised: true, AskedToday: 9}, engine.AlreadyOpen, "deja_promis"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStory(t)
			s.floor = c.floor
			s.rules.Callbacks = func(q contact.Queue) engine.CallbackPolicy {
				p := callbackPolicy(q)
				p.PerCaller = 5
				return p
			}
			var refused []engine.Unpromised
			s.rules.Refused = func(why engine.Unpromised) { refused = append(refused, why) }
			s.line("0 arrived")
			s.line("1 key 6")
			assert.Contains(t, s.line("2 key 1"), c.hears)
			assert.Equal(t, []engine.Unpromised{c.why}, refused)
		})
	}
}
