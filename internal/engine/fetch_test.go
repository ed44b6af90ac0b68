package engine_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/ivr"
)

// asking asks a back-end at once, sends a link by what it says, and ends.
func asking(t *testing.T, method string) *ivr.Tree {
	t.Helper()
	text := func(s string) *ivr.Template {
		parsed, flaw := ivr.ParseTemplate(s, ivr.LinkNames...)
		require.Nil(t, flaw)
		return parsed
	}
	inquiry := func(backend, method string) ivr.Inquiry {
		return ivr.Inquiry{Backend: backend, Method: method, Path: text("/x"), Timeout: time.Second, MaxAnswer: 10}
	}
	link := inquiry("sms", "POST")
	link.Body = &ivr.Body{Form: []ivr.FormField{{Name: "to", Value: text("{to}")}}}
	tree, faults := ivr.New(ivr.Tree{
		ID: "t", Start: "etat", Languages: []string{"fr"}, Failure: ivr.Exit{Goto: ivr.End},
		Nodes: map[ivr.NodeID]ivr.Node{
			"etat": &ivr.HTTP{Inquiry: inquiry("dossier", method), OnSuccess: ivr.Exit{Goto: "lien"}, OnError: ivr.Exit{Prompts: []ivr.Prompt{"plus_tard"}, Goto: ivr.End}},
			"lien": &ivr.Link{
				Common: ivr.Common{Serves: true}, Inquiry: link, Channel: ivr.SMS, To: text("{caller}"), Text: text("x"), PerDay: 1,
				Sent: ivr.Exit{Prompts: []ivr.Prompt{"envoye"}, Goto: ivr.End}, Refused: ivr.Exit{Goto: ivr.End}, Error: ivr.Exit{Goto: ivr.End},
			},
		},
	})
	require.Empty(t, faults)
	return tree
}

// begins is a call that asks its first question.
func begins(t *testing.T, method string) (engine.Rules, engine.Session, engine.Effects) {
	t.Helper()
	s := newStory(t)
	s.rules.Tree, s.rules.Caller = asking(t, method), "+33612345678"
	s.rules.Person = func(address string) string { return fmt.Sprintf("hash of %d", len(address)+1) }
	session, effects := engine.Step(s.rules, engine.Session{}, 0, engine.Arrived{ID: "c", Fact: fact.Arrived{Medium: contact.Voice, Entry: "2014", Node: "a1"}})
	return s.rules, session, effects
}

func commands[T engine.Command](e engine.Effects) []T {
	var all []T
	for _, c := range e.Commands {
		if c, is := c.(T); is {
			all = append(all, c)
		}
	}
	return all
}

func TestALinkThatWasSentServesItsCallerAndNoFactSaysToWhom(t *testing.T) {
	t.Parallel()
	rules, session, effects := begins(t, "GET")
	fetches := commands[engine.Fetch](effects)
	require.Len(t, fetches, 1)
	waits := effects.Facts[1].(fact.Waiting)
	assert.Equal(t, "GET /x of dossier", waits.Asks)
	facts := effects.Facts

	session, effects = engine.Step(rules, session, 1, engine.Fetched{Fetched: ivr.Fetched{ID: fetches[0].ID, Status: 200, Took: 20 * time.Millisecond}})
	require.Empty(t, commands[engine.Fetch](effects), "nothing is sent that the ledger does not count")
	assert.Equal(t, fact.LinkClaimed{N: fetches[0].ID + 1, Channel: "sms", To: "hash of 13", PerDay: 1, Since: 0}, effects.Facts[1])
	waiting := effects
	session, effects = engine.Step(rules, session, 1, engine.LinkAccepted{N: fetches[0].ID + 1})
	fetches = commands[engine.Fetch](effects)
	require.Len(t, fetches, 1)
	effects.Facts = append(waiting.Facts, effects.Facts...)
	assert.Equal(t, &ivr.Message{Channel: ivr.SMS, To: "+33612345678", PerDay: 1}, fetches[0].Message)
	assert.Equal(t, []fact.Decided{{Node: "etat", Case: "on_success", Asked: "GET /x of dossier", Answer: "200", Took: 20}}, effects.Facts[0].(fact.Waiting).Decided)
	facts = append(facts, effects.Facts...)

	session, effects = engine.Step(rules, session, 2, engine.Fetched{Fetched: ivr.Fetched{ID: fetches[0].ID, Status: 202}})
	require.Len(t, commands[engine.Play](effects), 1)
	_, effects = engine.Step(rules, session, 3, engine.CallerLeft{})
	closed := effects.Facts[0].(fact.Closed)
	assert.Equal(t, contact.SelfServed, closed.Outcome, "he hung up while he was told so")
	assert.Equal(t, "sent", closed.Decided[0].Case)
	text, err := json.Marshal(append(facts, effects.Facts...))
	require.NoError(t, err)
	assert.NotContains(t, string(text), "612345678")
}

func TestAHangUpGivesUpWhatIsAsked(t *testing.T) {
	t.Parallel()
	rules, session, effects := begins(t, "GET")
	asked := commands[engine.Fetch](effects)[0].ID
	session, effects = engine.Step(rules, session, 1, engine.CallerLeft{})
	assert.Equal(t, []engine.CancelFetch{{ID: asked}}, commands[engine.CancelFetch](effects))
	_, effects = engine.Step(rules, session, 2, engine.Fetched{Fetched: ivr.Fetched{ID: asked, Status: 200}})
	assert.Empty(t, effects)
}

func TestWhatTheMenuGaveUpByItselfIsCancelled(t *testing.T) {
	t.Parallel()
	rules, session, effects := begins(t, "GET")
	asked := commands[engine.Fetch](effects)[0].ID
	_, effects = engine.Step(rules, session, 1, engine.Fired{Timer: engine.MenuTimer, N: session.Timers[engine.MenuTimer]})
	assert.Equal(t, []engine.CancelFetch{{ID: asked}}, commands[engine.CancelFetch](effects))
	assert.Len(t, commands[engine.Play](effects), 1)
}

// A link to Asterisk that comes back is no reason to ask twice; another process asks
// again only what does no harm.
func TestOnlyALostProcessAsksAgainAndOnlyWhatMayBeRepeated(t *testing.T) {
	t.Parallel()
	for method, again := range map[string]int{"GET": 1, "POST": 0} {
		rules, session, effects := begins(t, method)
		asked := commands[engine.Fetch](effects)[0].ID
		same, effects := engine.Step(rules, session, 1, engine.Restarted{})
		assert.Empty(t, commands[engine.Fetch](effects), method)
		_, effects = engine.Step(rules, same, 2, engine.Fetched{Fetched: ivr.Fetched{ID: asked, Status: 500}})
		assert.Len(t, commands[engine.Play](effects), 1, method)

		rec := session.Record
		taken, effects := engine.Step(rules, engine.Resume(rec), 3, engine.Restarted{})
		fetches := commands[engine.Fetch](effects)
		assert.Len(t, fetches, again, method)
		if again == 0 {
			assert.Len(t, commands[engine.Play](effects), 1, "on_error is told")
			assert.Equal(t, "lost", taken.Menu.Decisions[0].Answer)
			continue
		}
		assert.NotEqual(t, asked, fetches[0].ID)
		assert.Equal(t, fetches[0].ID, taken.Fetching)
	}
}

// What the ledger does not count is not sent, and what was claimed in vain is given back.
func TestALinkIsSentWhenTheLedgerCountsItAndNotOtherwise(t *testing.T) {
	t.Parallel()
	waits := func(t *testing.T) (engine.Rules, engine.Session, int) {
		rules, session, effects := begins(t, "GET")
		asked := commands[engine.Fetch](effects)[0].ID
		session, _ = engine.Step(rules, session, 1, engine.Fetched{Fetched: ivr.Fetched{ID: asked, Status: 200}})
		return rules, session, asked + 1
	}
	released := func(e engine.Effects) (all []fact.LinkReleased) {
		for _, f := range e.Facts {
			if f, is := f.(fact.LinkReleased); is {
				all = append(all, f)
			}
		}
		return all
	}
	given := func(n int) []fact.LinkReleased { return []fact.LinkReleased{{N: n}} }

	for name, refused := range map[string]struct {
		limited bool
		answer  string
		exit    string
	}{
		"as many as anybody may": {true, "limited", "refused"}, "for another reason": {false, "unclaimed", "on_error"},
	} {
		rules, session, n := waits(t)
		_, effects := engine.Step(rules, session, 2, engine.LinkRefused{N: n - 1, Limited: true})
		assert.Empty(t, effects, "another one")
		session, effects = engine.Step(rules, session, 2, engine.LinkRefused{N: n, Limited: refused.limited})
		assert.Empty(t, commands[engine.Fetch](effects), name)
		assert.Empty(t, released(effects), name)
		last := session.Ending.Decided[len(session.Ending.Decided)-1]
		assert.Equal(t, [2]string{refused.exit, refused.answer}, [2]string{last.Case, last.Answer}, name)
		_, effects = engine.Step(rules, session, 3, engine.LinkAccepted{N: n})
		assert.Empty(t, commands[engine.Fetch](effects), "it is too late")
	}

	for name, c := range map[string]struct {
		answer ivr.Fetched
		back   bool
	}{
		"sent": {ivr.Fetched{Status: 202}, false}, "refused": {ivr.Fetched{Status: 400}, true}, "failed": {ivr.Fetched{Status: 503}, true},
		"not there": {ivr.Fetched{Failure: ivr.Unreachable}, true}, "busy": {ivr.Fetched{Failure: ivr.Busy}, true}, "resting": {ivr.Fetched{Failure: ivr.Resting}, true},
		"no answer in time": {ivr.Fetched{Failure: ivr.TimedOutThere}, false}, "a long answer": {ivr.Fetched{Failure: ivr.TooLarge}, false},
	} {
		rules, session, n := waits(t)
		session, effects := engine.Step(rules, session, 2, engine.LinkAccepted{N: n})
		require.Len(t, commands[engine.Fetch](effects), 1)
		again, effects := engine.Step(rules, session, 2, engine.LinkAccepted{N: n})
		assert.Empty(t, commands[engine.Fetch](effects), "a ledger read anew tells it again")
		assert.Equal(t, session, again)
		c.answer.ID = n
		session, effects = engine.Step(rules, session, 3, engine.Fetched{Fetched: c.answer})
		if c.back {
			assert.Equal(t, given(n), released(effects), name)
		} else {
			assert.Empty(t, released(effects), name)
		}
		_, effects = engine.Step(rules, session, 4, engine.CallerLeft{})
		assert.Empty(t, released(effects), name)
	}

	t.Run("a hang-up before it is counted", func(t *testing.T) {
		rules, session, n := waits(t)
		session, effects := engine.Step(rules, session, 2, engine.CallerLeft{})
		assert.Equal(t, given(n), released(effects))
		assert.Equal(t, fact.KindClosed, effects.Facts[len(effects.Facts)-1].Kind())
		assert.Empty(t, commands[engine.CancelFetch](effects), "nothing was asked")
		_, effects = engine.Step(rules, session, 3, engine.LinkAccepted{N: n})
		assert.Empty(t, effects)
	})
	t.Run("a hang-up while it is sent", func(t *testing.T) {
		rules, session, n := waits(t)
		session, _ = engine.Step(rules, session, 2, engine.LinkAccepted{N: n})
		_, effects := engine.Step(rules, session, 3, engine.CallerLeft{})
		assert.Empty(t, released(effects), "it may have arrived")
		assert.Len(t, commands[engine.CancelFetch](effects), 1)
	})
	t.Run("a ledger that is away", func(t *testing.T) {
		rules, session, n := waits(t)
		session, effects := engine.Step(rules, session, 2, engine.Fired{Timer: engine.MenuTimer, N: session.Timers[engine.MenuTimer]})
		assert.Equal(t, given(n), released(effects))
		assert.Equal(t, "on_error", session.Ending.Decided[len(session.Ending.Decided)-1].Case)
		_, effects = engine.Step(rules, session, 3, engine.LinkAccepted{N: n})
		assert.Empty(t, commands[engine.Fetch](effects))
	})
	t.Run("a controller beside that does not know it", func(t *testing.T) {
		rules, session, effects := begins(t, "GET")
		rules.MayWrite = func(k fact.Kind) bool { return k != fact.KindLinkClaimed }
		session, _ = engine.Step(rules, session, 1, engine.Fetched{Fetched: ivr.Fetched{ID: commands[engine.Fetch](effects)[0].ID, Status: 200}})
		last := session.Ending.Decided[len(session.Ending.Decided)-1]
		assert.Equal(t, [2]string{"on_error", "unclaimed"}, [2]string{last.Case, last.Answer})
	})
	t.Run("a process that is lost", func(t *testing.T) {
		rules, session, n := waits(t)
		taken, effects := engine.Step(rules, engine.Resume(session.Record), 2, engine.Restarted{})
		assert.Empty(t, commands[engine.Fetch](effects))
		assert.Empty(t, released(effects), "it may have been sent")
		_, effects = engine.Step(rules, taken, 3, engine.LinkAccepted{N: n})
		assert.Empty(t, commands[engine.Fetch](effects))
		text, err := json.Marshal(session)
		require.NoError(t, err)
		assert.NotContains(t, string(text), "612345678")
	})
}
