package engine_test

import (
	"encoding/json"
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
	fetches = commands[engine.Fetch](effects)
	require.Len(t, fetches, 1)
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
