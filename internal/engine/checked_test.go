package engine_test

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/ivr"
)

// Any tree that the loader lets pass leads any caller to an end, or waits for something
// that will come: whatever is pressed, answered, lost or told twice, and nothing at all.
// Trees are drawn as the files of a site folder and read as those of a site are.
func TestAnyTreeThatPassesTheCheckEndsOrWaits(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS("../../testdata/site")))
	drawn, passed, seen, ends := 0, 0, map[string]int{}, map[contact.Outcome]int{}
	entered := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		s := anySite(t)
		s.write(dir)
		drawn++
		read, problems := config.Load(dir)
		if len(problems) > 0 {
			return
		}
		passed++
		for kind := range s.used {
			seen[kind]++
		}
		l := &line{life: lifeIn(t, read), ending: map[fact.OfferID]bool{}}
		l.rules.Watch = func(node ivr.NodeID, exit string) {
			if exit == "" {
				entered[reflect.TypeOf(l.rules.Tree.Nodes[node]).Elem().Name()]++
			}
		}
		l.happens(l.arrival)
		for range rapid.IntRange(0, 50).Draw(t, "events") {
			l.happens(l.next())
		}
		l.silence()
		l.end()
		ends[l.session.Record.Outcome]++
	})
	assert.GreaterOrEqual(t, 5*passed, drawn, "too few trees pass for this to tell anything: %d of %d", passed, drawn)
	for _, kind := range nodeTypes {
		assert.Positive(t, seen[kind], "no tree that passes has a node of type %s", kind)
	}
	assert.GreaterOrEqual(t, len(entered), 12, "callers come to nodes of most types: %v", entered)
	assert.GreaterOrEqual(t, len(ends), 4, "calls end in different ways: %v", ends)
	t.Logf("%d of %d trees pass the check; with %v; nodes entered %v; calls end as %v", passed, drawn, seen, entered, ends)
}

// lifeIn is a call to a site, at some time.
func lifeIn(t *rapid.T, site *config.Site) *life {
	at := rapid.SampledFrom([]time.Time{
		time.Date(2026, 11, 26, 10, 0, 0, 0, site.Zone), time.Date(2026, 11, 26, 10, 0, 0, 0, site.Zone),
		time.Date(2026, 11, 26, 3, 0, 0, 0, site.Zone), time.Date(2026, 12, 25, 11, 0, 0, 0, site.Zone),
	}).Draw(t, "at")
	floor := engine.FloorView{Able: rapid.IntRange(0, 2).Draw(t, "able"), InQueue: rapid.IntRange(0, 3).Draw(t, "in queue")}
	full := rapid.IntRange(0, 3).Draw(t, "mailbox") == 0
	l := &life{t: t, answers: map[fact.OfferID]int{}, taken: map[fact.OfferID]bool{}, at: at.UnixMicro()}
	l.arrival = arrival
	l.arrival.Fact.Rank = l.at
	tree := site.Entries["2014"].Tree
	for _, n := range tree.Nodes {
		if out, is := n.(*ivr.Transfer); is {
			l.outside = append(l.outside, out.Number)
		}
	}
	l.rules = engine.Rules{
		Tree: tree, Plan: site.Plan, Zone: site.Zone, Hours: site.Hours("2014"),
		Caller: rapid.SampledFrom([]string{"", "+33612345678", "+33899000000"}).Draw(t, "caller"),
		Floor:  func(engine.FloorQuery) engine.FloorView { return floor },
		Limit:  site.Limit, Comfort: site.Comfort, Callbacks: site.CallbackPolicy, Numbers: fakeNumbers{},
		MailboxFull: func(string) bool { return full },
		Called:      func(string, int64) int { return 2 },
		Standing:    func(contact.ID, int64) (engine.Standing, bool) { return engine.Standing{Position: 2}, true },
	}
	return l
}

// line is a call with what its medium has under way: what it plays, records and asks, by
// number, and the timers that run.
type line struct {
	*life
	playing, recording, fetching, claimed int
	armed                                 [engine.TimerKinds]int
	// ending are the legs that are hung up, or asked about.
	ending map[fact.OfferID]bool
}

// happens lets something happen to the call, and holds what it has come to to what may be.
func (l *line) happens(e engine.Event) {
	l.over(e)
	l.step(e)
	require.LessOrEqual(l.t, len(l.did.Commands), 20, "one event is followed by few commands")
	require.LessOrEqual(l.t, len(l.did.Facts), 10, "and by few facts")
	for _, f := range l.did.Facts {
		if claimed, is := f.(fact.LinkClaimed); is {
			l.claimed = claimed.N
		}
	}
	for _, c := range l.did.Commands {
		l.carryOut(c)
	}
	l.waits()
	roundTrip(l.t, l.session)
}

// over notes what an event ends.
func (l *line) over(e engine.Event) {
	done := func(n *int, of int) {
		if *n == of {
			*n = 0
		}
	}
	switch e := e.(type) {
	case engine.Played:
		done(&l.playing, e.N)
	case engine.Fired:
		done(&l.armed[e.Timer], e.N)
	case engine.Fetched:
		done(&l.fetching, e.ID)
	case engine.Recorded:
		done(&l.recording, e.N)
	case engine.CallbackRefused: // by the ledger: no fact says so
		if cb := l.session.Record.Callback; cb != nil && (l.session.Phase == engine.Promising || cb.Place != nil) {
			l.promises--
		}
	case engine.LinkAccepted:
		done(&l.claimed, e.N)
	case engine.LinkRefused:
		done(&l.claimed, e.N)
	}
}

func (l *line) carryOut(c engine.Command) {
	switch c := c.(type) {
	case engine.Play:
		require.Zero(l.t, l.playing, "a prompt starts while another runs")
		l.playing = c.N
	case engine.StopPlay:
		l.playing = 0
	case engine.Arm:
		l.armed[c.Timer] = c.N
	case engine.Disarm:
		l.armed[c.Timer] = 0
	case engine.Fetch:
		l.fetching = c.ID
	case engine.CancelFetch:
		l.fetching = 0
	case engine.DropLeg:
		l.ending[c.Offer] = true
	case engine.AskLeg:
		l.ending[c.Offer] = true
	case engine.RecordCaller:
		l.recording = c.N
	case engine.FindRecording:
		l.recording = c.N
	}
}

// waits checks that something is under way that will come, unless the call has ended or
// it is for the ledger, an agent or whoever is called to go on.
func (l *line) waits() {
	s := &l.session
	asked := s.Fetching != 0 && (s.Fetching == l.fetching || s.Fetching == l.claimed)
	recorded := s.Menu.Recording != 0 && s.Menu.Recording == l.recording
	switch s.Phase {
	case engine.InMenu:
		require.True(l.t, l.playing != 0 || l.armed[engine.MenuTimer] != 0 || asked || recorded,
			"at %s (%s) nothing is under way that would go on", s.Menu.Node, s.Menu.Phase)
	case engine.Saving:
		require.NotZero(l.t, l.armed[engine.MenuTimer], "nobody asks what became of the message")
	case engine.Trying, engine.Joining, engine.Claiming:
		require.True(l.t, l.armed[engine.RingTimer] != 0 || l.ending[s.Record.Leg()], "a leg rings for ever")
	case engine.Gone:
		require.Zero(l.t, l.armed[engine.MenuTimer], "a timer is left running")
	}
}

// roundTrip checks that a session written as JSON and read again is the same one, but for
// the keys that were pressed ahead, which no ledger has.
func roundTrip(t require.TestingT, s engine.Session) {
	text, err := json.Marshal(s)
	require.NoError(t, err)
	require.LessOrEqual(t, len(text), 32<<10, "the session stays small")
	var again engine.Session
	require.NoError(t, json.Unmarshal(text, &again))
	written, err := json.Marshal(again)
	require.NoError(t, err)
	require.JSONEq(t, string(text), string(written))
	read, was := reflect.ValueOf(again), reflect.ValueOf(s)
	for i := range read.NumField() {
		if field := read.Type().Field(i); field.IsExported() && field.Name != "Menu" {
			require.Equal(t, was.Field(i).Interface(), read.Field(i).Interface(), field.Name)
		}
	}
}

// next is something that comes now: most often what is under way, or a key.
func (l *line) next() engine.Event {
	fits := []func() engine.Event{l.key, l.key, l.anyEvent}
	add := func(now bool, e func() engine.Event) {
		if now {
			fits = append(fits, e, e, e)
		}
	}
	s := &l.session
	add(l.playing != 0, func() engine.Event { return engine.Played{N: l.playing} })
	for kind, n := range l.armed {
		add(n != 0, func() engine.Event { return engine.Fired{Timer: engine.Timer(kind), N: n} })
	}
	add(l.fetching != 0, l.answer)
	add(l.claimed != 0, func() engine.Event {
		if rapid.Bool().Draw(l.t, "counted") {
			return engine.LinkAccepted{N: l.claimed}
		}
		return engine.LinkRefused{N: l.claimed, Limited: rapid.Bool().Draw(l.t, "limited")}
	})
	add(l.recording != 0, func() engine.Event {
		spoken := time.Duration(rapid.IntRange(0, 3).Draw(l.t, "spoken")) * time.Second
		return engine.Recorded{N: l.recording, Lasts: spoken + time.Second, Spoken: spoken, Failed: rapid.IntRange(0, 4).Draw(l.t, "failed") == 0}
	})
	add(s.Phase == engine.Claiming || s.Phase == engine.Promising || s.Phase == engine.Trying || s.Phase == engine.Waiting, l.goesOn)
	return rapid.SampledFrom(fits).Draw(l.t, "next")()
}

func (l *line) key() engine.Event {
	return engine.Key{Key: rapid.SampledFrom([]byte("1122390*#")).Draw(l.t, "pressed")}
}

func (l *line) answer() engine.Event {
	a := ivr.Fetched{ID: l.fetching, Took: time.Second}
	switch rapid.IntRange(0, 3).Draw(l.t, "answer") {
	case 0:
		a.Failure = rapid.SampledFrom([]ivr.Failure{ivr.TimedOutThere, ivr.Unreachable, ivr.TooLarge, ivr.Busy, ivr.Resting}).Draw(l.t, "failure")
	case 1:
		a.Status = rapid.SampledFrom([]int{404, 500, 302, 204}).Draw(l.t, "status")
	default:
		a.Status, a.Body = 200, []byte(rapid.SampledFrom([]string{`{"etat":"clos"}`, `{}`, `[`, `{"etat":"` + strings.Repeat("x", 500) + `"}`}).Draw(l.t, "body"))
	}
	return engine.Fetched{Fetched: a}
}

// goesOn is what others do about the call.
func (l *line) goesOn() engine.Event {
	rec := &l.session.Record
	switch l.session.Phase {
	case engine.Claiming:
		return engine.TransferAccepted{Transfer: rec.Leg()}
	case engine.Promising:
		if rapid.Bool().Draw(l.t, "promised") {
			return engine.CallbackAccepted{}
		}
		return engine.CallbackRefused{Why: rapid.SampledFrom([]ivr.NoCallback{ivr.CallbackFull, ivr.CallbackAlready, ivr.CallbackFailed}).Draw(l.t, "why")}
	case engine.Trying:
		if rapid.Bool().Draw(l.t, "answers") {
			return engine.AgentAnswered{Offer: rec.Leg()}
		}
		return engine.AgentLeft{Offer: rec.Leg(), Result: rapid.SampledFrom([]contact.RingResult{contact.NoAnswer, contact.Busy, contact.Unreachable}).Draw(l.t, "result")}
	}
	if rapid.Bool().Draw(l.t, "offered") {
		return l.anyOffer()
	}
	return engine.GivenUp{Reason: rapid.SampledFrom([]contact.Refusal{contact.Closed, contact.NoAgent}).Draw(l.t, "given up"), Queueing: rec.Queueings}
}

// patience is how much may happen to a caller who does nothing.
const patience = 5000

// silence lets happen what comes by itself to a caller who does nothing more, and of all
// that could be hoped for the worst: so too the call comes to an end.
func (l *line) silence() {
	l.waiting = true
	for range patience {
		switch e := l.byItself(); {
		case l.session.Phase == engine.Gone:
			return
		case e == nil:
			require.Failf(l.t, "nothing comes by itself", "%s at %s", l.session.Phase, l.session.Menu.Node)
		default:
			l.happens(e)
		}
	}
	require.Failf(l.t, "a silent caller is led on for ever", "%s at %s, away %t: %+v", l.session.Phase, l.session.Menu.Node, l.session.Record.Away(), l.session.Record.Callback)
}

func (l *line) byItself() engine.Event {
	s := &l.session
	rec := &s.Record
	switch {
	case s.Phase == engine.Leaving:
		return engine.CallerLeft{Cause: 16}
	case s.Phase == engine.Promising:
		return engine.CallbackRefused{Why: ivr.CallbackFull}
	case s.Phase == engine.Claiming:
		return engine.TransferAccepted{Transfer: rec.Leg()}
	case s.Phase == engine.Waiting && rec.Leg() != "": // it is being hung up
		return engine.AgentLeft{Offer: rec.Leg(), Result: contact.NoAnswer}
	case s.Phase == engine.Waiting && !rec.Away():
		return engine.GivenUp{Reason: contact.NoAgent, Queueing: rec.Queueings}
	case s.Phase == engine.Waiting: // to be called back, until the promise has expired
		l.at += 24 * time.Hour.Microseconds()
		return engine.Fired{Timer: engine.RouteTimer, N: s.Timers[engine.RouteTimer]}
	case rec.Callback != nil && rec.Callback.Call != "" && s.Phase == engine.Calling:
		return engine.AgentLeft{Offer: rec.Callback.Call, Result: contact.NoAnswer}
	case rec.Leg() != "":
		return engine.AgentLeft{Offer: rec.Leg(), Result: contact.NoAnswer}
	case s.Phase != engine.InMenu && s.Phase != engine.Saving:
		return engine.CallerLeft{Cause: 16}
	case l.playing != 0:
		return engine.Played{N: l.playing}
	case l.claimed != 0 && l.claimed == s.Fetching:
		return engine.LinkRefused{N: l.claimed}
	case l.fetching != 0:
		return engine.Fetched{Fetched: ivr.Fetched{ID: l.fetching, Failure: ivr.TimedOutThere, Took: time.Second}}
	case l.armed[engine.MenuTimer] != 0:
		return engine.Fired{Timer: engine.MenuTimer, N: l.armed[engine.MenuTimer]}
	case l.recording != 0:
		return engine.Recorded{N: l.recording, Never: true}
	}
	return nil
}
