package engine_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/ivr"
)

// whoIsIt are the questions by which agents have callers say who they are.
func whoIsIt(t require.TestingT) *ivr.Tree {
	end := ivr.Exit{Goto: ivr.End}
	tree, faults := ivr.New(ivr.Tree{
		ID: "identification", Start: "numero", Languages: []string{"fr"}, Failure: end,
		Nodes: map[ivr.NodeID]ivr.Node{"numero": &ivr.Identify{
			Prompts: []ivr.Prompt{"tapez"}, Reprompt: []ivr.Prompt{"encore"}, Variable: "fiscal_number", FinishKey: '#',
			Identified: ivr.Exit{Prompts: []ivr.Prompt{"merci"}, Goto: ivr.End}, NotIdentified: end,
			Tries: ivr.Tries{Interruptible: true, NoInputTimeout: 5 * time.Second, InterDigitTimeout: 2 * time.Second, MaxAttempts: 2, Failure: end},
		}},
	})
	require.Empty(t, faults)
	return tree
}

// fiscalNumber satisfies its key: what is before the last three digits, modulo 511.
const fiscalNumber = "3023217600053"

// asked is a recorded conversation whose caller is being asked who he is.
func asked(t *testing.T) *tabled {
	t.Helper()
	c := newTabled(t, state{name: "recorded", reach: func(c *tabled) { c.taped() }}, newSeen())
	c.facts, c.commands = nil, nil
	c.wish("identify the caller")
	return c
}

func (c *tabled) keys(keys string) {
	for _, k := range []byte(keys) {
		c.on(engine.Key{Key: k})
	}
}

// kinds are those of the facts that were written.
func (c *tabled) kinds() (kinds []fact.Kind) {
	for _, f := range c.facts {
		kinds = append(kinds, f.Kind())
	}
	return kinds
}

// What is recorded stops before the caller hears the first question, and goes on when he
// hears the agent again; what he keys in is nowhere.
func TestACallerSaysWhoHeIsInTheMiddleOfACall(t *testing.T) {
	t.Parallel()
	c := asked(t)
	assert.Equal(t, []fact.Kind{fact.KindIdentifying}, c.kinds())
	require.Len(t, c.commands, 3)
	assert.Equal(t, engine.RunTape{Tape: "c1.r1"}, c.commands[0])
	assert.Equal(t, engine.Arrange{Legs: []fact.OfferID{"o1"}, Quiet: true}, c.commands[1])
	assert.Equal(t, []ivr.Prompt{"tapez"}, c.commands[2].(engine.Play).Prompts)
	assert.Equal(t, engine.TapeInterrupted, c.session.Record.TapeState())

	c.facts = nil
	c.keys(fiscalNumber)
	assert.Empty(t, c.facts, "no key is in a fact")
	c.commands = nil
	c.on(engine.Played{N: c.session.Playing}) // merci
	require.Len(t, c.facts, 1)
	assert.Equal(t, fact.Identified{Authentication: ivr.NumberPlausible}, c.facts[0])
	assert.Equal(t, ivr.NumberPlausible, c.session.Record.Authentication)
	assert.Nil(t, c.session.Identification)
	assert.Equal(t, []engine.Command{
		engine.Arrange{Caller: true, Legs: []fact.OfferID{"o1"}}, engine.RunTape{Tape: "c1.r1", Runs: true},
	}, withoutTimers(c.commands))
}

func withoutTimers(all []engine.Command) (rest []engine.Command) {
	for _, c := range all {
		switch c.(type) {
		case engine.Arm, engine.Disarm:
		default:
			rest = append(rest, c)
		}
	}
	return rest
}

func TestWhoDoesNotSayWhoHeIsIsWithTheAgentAgain(t *testing.T) {
	t.Parallel()
	for name, does := range map[string]func(c *tabled){
		"he has no number":  func(c *tabled) { c.keys("#") },
		"he says nothing":   func(c *tabled) { c.silent(); c.silent() },
		"a wrong number":    func(c *tabled) { c.keys("3023217600054"); c.keys("3023217600055") },
		"first right later": func(c *tabled) { c.keys("12"); c.silent(); c.keys("#") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := asked(t)
			c.facts = nil
			does(c)
			assert.Equal(t, []fact.Fact{fact.Identified{}, fact.RecordingPaused{Recording: "c1.r1", Keys: true}}, c.facts, "he may be keying in something yet")
			assert.Zero(t, c.session.Record.Authentication)
			assert.True(t, c.session.Arranged.Caller)
		})
	}
}

// silent is a caller who presses no key until the time is over.
func (c *tabled) silent() {
	if c.session.Playing != 0 {
		c.on(engine.Played{N: c.session.Playing})
	}
	c.on(engine.Fired{Timer: engine.MenuTimer, N: c.session.Timers[engine.MenuTimer]})
}

func TestTheAgentTakesBackACallerWhoIsBeingAsked(t *testing.T) {
	t.Parallel()
	c := asked(t)
	c.keys("30232")
	c.facts, c.commands = nil, nil
	c.wish("unhold")
	assert.Equal(t, []fact.Kind{fact.KindRetrieved, fact.KindRecordingPaused}, c.kinds(), "he may be keying on")
	assert.Nil(t, c.session.Identification)
	assert.True(t, c.session.Arranged.Caller)
	c.facts = nil
	c.on(engine.Fired{Timer: engine.MenuTimer, N: c.session.Timers[engine.MenuTimer]})
	assert.Equal(t, []fact.Kind{fact.KindRecordingResumed}, c.kinds(), "when he has pressed no key for a while")
	assert.True(t, c.session.TapeRuns)
}

// Another process asks from the beginning, and nothing is recorded meanwhile.
func TestWhoeverTakesTheCallUpAsksAgain(t *testing.T) {
	t.Parallel()
	c := asked(t)
	c.keys("30232176000")
	c.facts, c.commands = nil, nil
	c.adopted()
	assert.Empty(t, c.facts)
	assert.Contains(t, c.commands, engine.Command(engine.RunTape{Tape: "c1.r1"}))
	assert.Equal(t, []ivr.Prompt{"tapez"}, c.commands[len(c.commands)-1].(engine.Play).Prompts)
	assert.True(t, c.session.Arranged.Quiet)
	c.keys("53")
	assert.Empty(t, c.facts, "what was keyed in before is forgotten")
	c.silent() // a number that is too short
	c.keys(fiscalNumber)
	c.on(engine.Played{N: c.session.Playing})
	assert.Equal(t, []fact.Fact{fact.Identified{Authentication: ivr.NumberPlausible}}, c.facts)
}

func TestNobodyIsAskedWhoHeIsWhereThatCannotBe(t *testing.T) {
	t.Parallel()
	for name, of := range map[string]struct {
		spoil func(c *tabled)
		why   engine.WhyNot
	}{
		"the site has no questions": {func(c *tabled) { c.rules.Identification = nil }, engine.NoIdentification},
		"asked already":             {func(c *tabled) { c.wish("identify the caller") }, engine.BeingIdentified},
		"held":                      {func(c *tabled) { c.wish("hold") }, engine.HeldAlready},
		"somebody is consulted":     {func(c *tabled) { c.reaches("consult the colleague") }, engine.HeldAlready},
		"an older controller":       {func(c *tabled) { c.rules.MayWrite = func(k fact.Kind) bool { return k != fact.KindIdentifying } }, engine.OlderBeside},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newTabled(t, state{name: "talking", reach: func(*tabled) {}}, newSeen())
			of.spoil(c)
			c.on(engine.Direct{Do: engine.Identify, By: "a1"})
			require.NotNil(t, c.refused)
			assert.Equal(t, of.why, c.refused.Why)
		})
	}
}

// Whoever is asked is sent nowhere before he is back.
func TestACallerWhoIsBeingAskedIsSentNowhere(t *testing.T) {
	t.Parallel()
	c := asked(t)
	for _, d := range []engine.Direct{
		{Do: engine.SendTo, By: "a1", Agent: "a2"}, {Do: engine.Consult, By: "a1", Agent: "a2"}, {Do: engine.Hold, By: "a1"},
	} {
		c.on(d)
		require.NotNil(t, c.refused, d.Do)
		assert.Equal(t, engine.BeingIdentified, c.refused.Why)
		c.refused = nil
	}
	// His phone may have held him, and not because of this.
	c.on(engine.PhoneHolds{Offer: "o1"})
	assert.True(t, c.session.Record.Identifying)
	// His agent hangs up: no key of the number is an answer to the question after the call.
	c.rules.Satisfaction = func(contact.Queue) engine.Satisfaction { return asksOf(100) }
	c.commands = nil
	c.ends(agent)
	assert.Equal(t, engine.Leaving, c.session.Phase)
	assert.Nil(t, c.session.Identification)
	assert.IsType(t, engine.StopPlay{}, withoutTimers(c.commands)[0])
}

// What an agent does to the recording meanwhile leaves the caller his questions.
func TestTheRecordingDoesNotStopTheQuestions(t *testing.T) {
	t.Parallel()
	for name, does := range map[string]func(c *tabled){
		"resumed":  func(c *tabled) { c.wish("resume the recording") },
		"paused":   func(c *tabled) { c.wish("pause the recording") },
		"lost":     func(c *tabled) { c.on(engine.TapeLost{Tape: "c1.r1"}) },
		"last day": func(c *tabled) { c.on(engine.Fired{Timer: engine.TapeTimer, N: c.session.Timers[engine.TapeTimer]}) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newTabled(t, state{name: "recorded", reach: func(c *tabled) { c.taped(); c.on(engine.Key{Key: '4'}) }}, newSeen())
			c.wish("identify the caller")
			c.on(engine.Played{N: c.session.Playing})
			does(c)
			c.commands = nil
			c.on(engine.Fired{Timer: engine.MenuTimer, N: c.session.Timers[engine.MenuTimer]})
			require.NotEmpty(t, withoutTimers(c.commands))
			assert.Equal(t, []ivr.Prompt{"encore"}, withoutTimers(c.commands)[0].(engine.Play).Prompts)
		})
	}
}

// Whoever serves him next knows it, and so does routing.
func TestWhoIsIdentifiedStaysSoInTheNextQueue(t *testing.T) {
	t.Parallel()
	for _, adopted := range []bool{false, true} {
		c := asked(t)
		c.keys(fiscalNumber)
		c.on(engine.Played{N: c.session.Playing})
		if adopted {
			c.adopted()
		}
		c.facts = nil
		c.wish("transfer to a queue")
		require.Equal(t, engine.Waiting, c.session.Phase)
		assert.Equal(t, ivr.NumberPlausible, c.session.Record.Authentication, "adopted: %v", adopted)
	}
}
