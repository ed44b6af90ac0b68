package ivr

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/guichet/guichet/internal/calendar"
	"github.com/guichet/guichet/internal/contact"
)

// observer follows the actions of one call as a shell would, and knows what may
// never happen whatever the tree and the events.
type observer struct {
	playing, armed, ended bool
	asked                 int
	// numbers are those of the transfers of the tree.
	numbers map[string]bool
}

func (o *observer) see(t require.TestingT, s State, actions []Action) {
	require.LessOrEqual(t, len(actions), 10, "one step does few things")
	for _, a := range actions {
		require.False(t, o.ended, "nothing follows the end")
		o.seeOne(t, a)
	}
	text := toJSON(t, s)
	require.LessOrEqual(t, len(text), 8<<10, "the state stays small")
	var restored State
	require.NoError(t, json.Unmarshal(text, &restored))
	restored.keys, restored.secrets = s.keys, s.secrets
	require.Equal(t, s, restored)
	require.LessOrEqual(t, s.keys.ahead.length()+len(s.keys.entered), 2*maxAhead)
	o.settled(t, s)
}

func (o *observer) seeOne(t require.TestingT, a Action) {
	switch a := a.(type) {
	case Say:
		require.False(t, o.playing, "a prompt starts while another runs")
		require.NotEmpty(t, a.Prompts)
		o.playing = true
	case StopPlay:
		require.True(t, o.playing, "nothing is there to stop")
		o.playing = false
	case Arm:
		require.Positive(t, a.After)
		o.armed = true
	case Disarm:
		require.True(t, o.armed, "nothing is there to disarm")
		o.armed = false
	case Asked:
		o.asked++
		require.Equal(t, 1, o.asked, "a caller asks once")
	case Callback:
		_, callable := subscriber(a.Number)
		require.True(t, callable, "%q is not to be called", a.Number)
		require.Equal(t, 1, o.asked, "whoever wants to be called has asked")
	case Ask:
		require.Equal(t, 1, o.asked, "whoever is sent to an agent has asked")
	case SendOut:
		require.True(t, o.numbers[a.Number], "what is dialled stands in the tree: %q", a.Number)
		require.NotEmpty(t, a.Name)
	case HangUp:
		o.ended = true
	}
}

// watching is the observer of a call in the tree.
func watching(tree *Tree) observer {
	o := observer{numbers: map[string]bool{}}
	for _, node := range tree.Nodes {
		if n, is := node.(*Transfer); is {
			o.numbers[n.Number] = true
		}
	}
	return o
}

// settled checks that the state waits for something that will come.
func (o *observer) settled(t require.TestingT, s State) {
	switch s.Phase {
	case Fetching:
		require.NotEqual(t, o.armed, o.playing, "awaits an answer by the timer or beside a prompt")
	case Telling, Prompting:
		require.True(t, o.playing, "waits for the end of a prompt that does not run")
		require.False(t, o.armed, "a timer runs beside a prompt")
	case Listening:
		require.True(t, o.armed, "waits for keys without a timer")
		require.False(t, o.playing)
	case Recording:
		require.True(t, o.armed, "awaits the end of a recording without a timer")
		require.False(t, o.playing)
		require.NotZero(t, s.Recording)
	case AtRouting, Ended:
		require.False(t, o.playing || o.armed, "something is left running")
		require.Equal(t, s.Phase == Ended, o.ended)
	default:
		require.Fail(t, "unknown phase", "%q", s.Phase)
	}
}

// next draws an event that can happen now.
func (o *observer) next(t *rapid.T, s State) Event {
	events := []string{"key", "key", "other key"}
	if o.playing {
		events = append(events, "ended", "ended")
	}
	if o.armed {
		events = append(events, "timeout")
	}
	if s.Phase == AtRouting {
		events = append(events, "refused", "refused", "not reached", "promised", "not promised")
	}
	if s.Phase == Fetching {
		events = append(events, "answer", "answer", "late answer")
	}
	if s.Phase == Recording {
		events = append(events, "recorded", "recorded", "recorded earlier")
	}
	switch rapid.SampledFrom(events).Draw(t, "event") {
	case "ended":
		o.playing = false
		return PromptEnded{}
	case "timeout":
		o.armed = false
		return TimedOut{}
	case "refused":
		return TurnedAway{Reason: rapid.SampledFrom([]contact.Refusal{contact.Full, contact.Closed, contact.NoAgent, "strange"}).Draw(t, "refusal")}
	case "not reached":
		return anyUnreached(t)
	case "promised":
		return Promised{}
	case "not promised":
		return NotPromised{rapid.SampledFrom([]NoCallback{CallbackFull, CallbackAlready, CallbackFailed, "strange"}).Draw(t, "no callback")}
	case "answer":
		return anyAnswer(t, s.Fetch)
	case "recorded":
		return anyRecorded(t, s.Recording)
	case "recorded earlier":
		return anyRecorded(t, s.Recording-1)
	case "late answer":
		return anyAnswer(t, s.Fetch-1)
	case "other key":
		return Digit{rapid.Byte().Draw(t, "byte")}
	}
	return Digit{rapid.SampledFrom([]byte(allKeys)).Draw(t, "key")}
}

// anyUnreached says why a number outside was not reached.
func anyUnreached(t *rapid.T) NotReached {
	return NotReached{rapid.SampledFrom([]contact.RingResult{contact.Busy, contact.Refused, contact.NoAnswer, contact.Unreachable, contact.Lost, ""}).Draw(t, "why")}
}

// anyRecorded is what may become of a recording.
func anyRecorded(t *rapid.T, n int) Recorded {
	spoken := time.Duration(rapid.IntRange(0, 3000).Draw(t, "spoken")) * time.Millisecond
	return Recorded{N: n, Lasts: spoken + time.Second, Spoken: spoken, Failed: rapid.IntRange(0, 4).Draw(t, "failed") == 0, Never: rapid.IntRange(0, 4).Draw(t, "never") == 0}
}

// anyAnswer is what a back-end may send, or why it sends nothing.
func anyAnswer(t *rapid.T, id int) Fetched {
	return Fetched{
		ID: id, Status: rapid.SampledFrom([]int{0, 100, 200, 204, 301, 404, 418, 500, 503, 999}).Draw(t, "status"),
		Failure: rapid.SampledFrom([]Failure{"", "", TimedOutThere, Unreachable, Limited, "strange"}).Draw(t, "failure"),
		Body: rapid.SampledFrom([][]byte{
			nil, []byte(`{`), []byte(`{"dossier":{"etat":"ouvert"},"lieux":["44000"]}`), []byte(`{"dossier":{"etat":"` + strings.Repeat("x", 999) + `"}}`), []byte(`[[]]`),
		}).Draw(t, "body"),
		Took: time.Duration(rapid.IntRange(0, 9000).Draw(t, "took")) * time.Millisecond,
	}
}

func anyHours(t *rapid.T) Input {
	status := rapid.SampledFrom([]calendar.Status{calendar.Open, calendar.Open, calendar.Closed, calendar.Holiday, calendar.Exception, "strange"}).Draw(t, "hours")
	waiting := rapid.IntRange(0, 8).Draw(t, "waiting")
	full := rapid.IntRange(0, 3).Draw(t, "full") == 0
	slots := rapid.SampledFrom([][]Slot{nil, {{Center: "x", From: 1, Until: 2}}, {{From: 1, Until: 2}, {From: 2, Until: 3}, {From: 3, Until: 4}, {From: 4, Until: 5}}}).Draw(t, "slots")
	return Input{
		Slots:       func(contact.Topic, Vars, int) []Slot { return slots },
		MailboxFull: func(string) bool { return full },
		Caller:      rapid.SampledFrom([]string{"", "0612345678", "0899000000"}).Draw(t, "caller"), Callable: subscriber,
		Hours: func(string, time.Time) calendar.Status { return status },
		Queue: func(contact.Queue, Vars, int) QueueView { return QueueView{Waiting: waiting} },
	}
}

func walkAtRandom(t *rapid.T, tree *Tree) {
	in := anyHours(t)
	s, actions := Start(tree, in)
	o := watching(tree)
	o.see(t, s, actions)
	for range rapid.IntRange(0, 60).Draw(t, "length") {
		if rapid.IntRange(0, 15).Draw(t, "lost") == 0 {
			o = observer{asked: o.asked, numbers: o.numbers}
			if s.Phase == AtRouting && !sentOut(tree, s) {
				o.asked = 1
			}
			s, actions = Resume(tree, s, in)
		} else {
			s, actions = Step(tree, s, o.next(t, s), in)
		}
		o.see(t, s, actions)
	}
}

func TestNoSequenceOfEventsBreaksACall(t *testing.T) {
	t.Parallel()
	for name, tree := range testTrees {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checked, faults := New(tree)
			require.Empty(t, faults)
			rapid.Check(t, func(t *rapid.T) { walkAtRandom(t, checked) })
		})
	}
}

// anyConditions hold, fail or are missing, each at times.
var anyConditions = []string{"", `true`, `int(var.x) > 1`, `queue("q").waiting > 3`, `caller == ""`, `var.topic == "avis" and now.hour < 12`}

// anyTree draws a tree with no regard for what New would say of it: dangling
// targets, cycles without keys, menus without choices or attempts.
func anyTree(t *rapid.T) *Tree {
	ids := []Target{"a", "b", "c", "d", "e", "f"}
	target := rapid.SampledFrom(append(ids, Repeat, Back, Home, End, "", "nowhere"))
	exit := rapid.Custom(func(t *rapid.T) Exit {
		return Exit{Prompts: rapid.SampledFrom([][]Prompt{nil, nil, {"mot"}}).Draw(t, "prompts"), Goto: target.Draw(t, "goto")}
	})
	prompts := rapid.SampledFrom([][]Prompt{nil, {"un"}, {"un", "deux"}})
	tree := &Tree{ID: "any", Start: "a", Nodes: map[NodeID]Node{}, Failure: exit.Draw(t, "failure")}
	for _, id := range ids {
		tree.Nodes[NodeID(id)] = anyNode(t, target, exit, prompts)
	}
	return tree
}

func anyNode(t *rapid.T, target *rapid.Generator[Target], exit *rapid.Generator[Exit], prompts *rapid.Generator[[]Prompt]) Node {
	tries := Tries{
		Interruptible: rapid.Bool().Draw(t, "interruptible"), MaxAttempts: rapid.IntRange(0, 3).Draw(t, "attempts"),
		NoInputTimeout: time.Second, InterDigitTimeout: time.Second,
		NoInput: exit.Draw(t, "no input"), Invalid: exit.Draw(t, "invalid"), Failure: exit.Draw(t, "failure"),
	}
	common := Common{Serves: rapid.Bool().Draw(t, "serves"), Set: rapid.SampledFrom([]Vars{nil, {"topic": "avis"}}).Draw(t, "set")}
	switch rapid.IntRange(0, 14).Draw(t, "type") {
	case 12:
		return &CallbackNode{
			Appointment: rapid.SampledFrom([]*Appointment{nil, {}, {Prompts: []Prompt{"quand"}, Slot: []Prompt{"date:var.slot_date", "number:var.slot_key", "time:var.slot_time"}}}).Draw(t, "appointment"),
			Common:      common, Number: rapid.SampledFrom([]NumberSource{Confirmed, Own, Given, "strange"}).Draw(t, "number"),
			Prompts: prompts.Draw(t, "prompt"), Confirm: Confirm{Prompts: prompts.Draw(t, "confirm"), Yes: '1', No: '2'}, FinishKey: '#',
			Accepted: exit.Draw(t, "accepted"), Refused: exit.Draw(t, "refused"), Failed: exit.Draw(t, "error"), Tries: tries,
		}
	case 0:
		return &Play{Common: common, Prompts: prompts.Draw(t, "prompt"), Interruptible: tries.Interruptible, FlushInput: rapid.Bool().Draw(t, "flush"), Next: target.Draw(t, "next")}
	case 1:
		m := &Menu{Common: common, Prompts: prompts.Draw(t, "prompt"), Tries: tries}
		for _, keys := range rapid.SliceOfDistinct(rapid.StringOfN(rapid.RuneFrom([]rune("12*#")), 1, 3, -1), rapid.ID[string]).Draw(t, "choices") {
			m.Choices = append(m.Choices, Choice{Keys: keys, Goto: target.Draw(t, "choice")})
		}
		return m
	case 2:
		var confirm *Confirm
		if rapid.Bool().Draw(t, "confirmed") {
			confirm = &Confirm{Prompts: prompts.Draw(t, "confirm"), Yes: '1', No: '2'}
		}
		return &Collect{Confirm: confirm, Common: common, Prompts: prompts.Draw(t, "prompt"), Variable: "x", Sensitive: rapid.Bool().Draw(t, "sensitive"), MaxDigits: rapid.IntRange(0, 5).Draw(t, "max"), FinishKey: '#', Next: target.Draw(t, "next"), Tries: tries}
	case 11:
		n := &Identify{Common: common, Prompts: prompts.Draw(t, "prompt"), Variable: "x", FinishKey: '#', Identified: exit.Draw(t, "identified"), NotIdentified: exit.Draw(t, "not identified"), Tries: tries}
		if rapid.Bool().Draw(t, "birth date") {
			n.BirthDate = &BirthDate{Prompts: prompts.Draw(t, "date"), Variable: "y"}
		}
		return n
	case 13:
		return &Transfer{
			Common: common, Number: rapid.SampledFrom([]string{"0261910035", "0261914400"}).Draw(t, "number"), Ring: MinRing,
			Busy: exit.Draw(t, "busy"), NoAnswer: exit.Draw(t, "no answer"), Error: exit.Draw(t, "error"),
		}
	case 3:
		return &Hours{Common: common, Open: exit.Draw(t, "open"), Closed: exit.Draw(t, "closed"), Holiday: exit.Draw(t, "holiday")}
	case 4:
		return &Set{Common: Common{Set: rapid.SampledFrom([]Vars{{"language": "en"}, {"x": "1"}}).Draw(t, "values")}, Next: target.Draw(t, "next")}
	case 5:
		b := &Branch{Common: common, Else: exit.Draw(t, "else")}
		for _, text := range rapid.SliceOfN(rapid.SampledFrom(anyConditions), 0, 3).Draw(t, "cases") {
			c := Case{Goto: target.Draw(t, "case")}
			if text != "" {
				c.When = when(text)
			}
			b.Cases = append(b.Cases, c)
		}
		return b
	case 6, 7:
		return anyAsking(t, common, exit, prompts)
	case 8:
		return &Voicemail{
			Common: common, Mailbox: "accueil", Prompts: []Prompt{"laissez"}, MaxDuration: rapid.SampledFrom([]time.Duration{0, time.Minute}).Draw(t, "max"),
			MaxSilence: 4 * time.Second, MinDuration: time.Second, FinishKey: '#', Next: target.Draw(t, "next"), Empty: exit.Draw(t, "empty"), Full: exit.Draw(t, "full"), Error: exit.Draw(t, "error"),
		}
	case 9:
		return &Queue{Common: common, Full: exit.Draw(t, "full"), Closed: exit.Draw(t, "closed")}
	}
	return &Hangup{Common: common, Prompts: prompts.Draw(t, "prompt")}
}

// anyAsking draws a node that asks a back-end or a table.
func anyAsking(t *rapid.T, common Common, exit *rapid.Generator[Exit], prompts *rapid.Generator[[]Prompt]) Node {
	q := Inquiry{
		Backend: "b", Method: rapid.SampledFrom(append([]string{"", "TRACE"}, Methods...)).Draw(t, "method"),
		Path: template(rapid.SampledFrom([]string{"", "/x/{var.x}", "/{var.topic}?a={caller}", "no path"}).Draw(t, "path")),
		Hold: prompts.Draw(t, "hold"), Timeout: time.Second, Retries: rapid.IntRange(0, 3).Draw(t, "retries"), MaxAnswer: 1000,
	}
	switch rapid.IntRange(0, 2).Draw(t, "asks") {
	case 0:
		return &HTTP{
			Common: common, Inquiry: q, Save: []Saved{{"x", pointer("/dossier/etat"), 20}}, OnSuccess: exit.Draw(t, "success"), OnTimeout: exit.Draw(t, "timeout"),
			OnStatus: []StatusExit{{rapid.SampledFrom([]int{2, 4, 5, 404, 204}).Draw(t, "status"), exit.Draw(t, "on status")}}, OnError: exit.Draw(t, "error"),
		}
	case 1:
		q.Body = &Body{Form: []FormField{{"to", template("{to}")}}}
		return &Link{
			Common: common, Inquiry: q, Channel: rapid.SampledFrom([]Channel{SMS, Mail, "fax"}).Draw(t, "channel"), To: template(rapid.SampledFrom([]string{"{caller}", "{var.x}", ""}).Draw(t, "to")),
			Text: template("x"), PerDay: 1, Sent: exit.Draw(t, "sent"), Refused: exit.Draw(t, "refused"), Error: exit.Draw(t, "error"),
		}
	}
	table := NewTable("t.csv", []string{"key", "a"})
	table.Add("1", []string{"1", "one"})
	return &Lookup{Common: common, Table: table, Key: "x", Save: []Column{{"x", "a"}, {"y", "missing"}}, Found: exit.Draw(t, "found"), NotFound: exit.Draw(t, "not found")}
}

func TestNoTreeHoweverWrongLoopsOrPanics(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) { walkAtRandom(t, anyTree(t)) })
}

func TestNewAcceptsOnlyTreesWhoseFaultsItCanName(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tree, faults := New(*anyTree(t))
		require.Equal(t, tree == nil, len(faults) > 0)
		for _, f := range faults {
			require.NotEmpty(t, f.Problem, "%s", fmt.Sprint(f))
		}
	})
}

// sentOut tells that a number outside is being called.
func sentOut(tree *Tree, s State) bool {
	_, out := tree.Nodes[s.Node].(*Transfer)
	return out && s.Phase == AtRouting
}

// A silent caller and one who leans on a key are both led to an end by the
// bounds of the machine, in any tree.
func TestEveryCallComesToAnEnd(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tree, in := anyTree(t), anyHours(t)
		key := rapid.SampledFrom([]byte("1#0")).Draw(t, "key")
		leans := rapid.Bool().Draw(t, "leans on a key")
		s, _ := Start(tree, in)
		for range 5000 {
			switch {
			case s.Phase == Ended:
				return
			case sentOut(tree, s):
				s, _ = Step(tree, s, anyUnreached(t), in)
			case s.Phase == AtRouting:
				if _, calls := tree.Nodes[s.Node].(*CallbackNode); calls {
					s, _ = Step(tree, s, NotPromised{CallbackFull}, in)
					continue
				}
				s, _ = Step(tree, s, TurnedAway{Reason: contact.Full}, in)
			case s.Phase == Recording:
				s, _ = Step(tree, s, rapid.SampledFrom([]Event{TimedOut{}, Recorded{N: s.Recording, Never: true}, Recorded{N: s.Recording, Lasts: time.Second}}).Draw(t, "recorded"), in)
			case s.Phase == Fetching && s.Holding:
				s, _ = Step(tree, s, PromptEnded{}, in)
			case s.Phase == Fetching:
				s, _ = Step(tree, s, TimedOut{}, in)
			case leans && rapid.IntRange(0, 3).Draw(t, "now") > 0:
				s, _ = Step(tree, s, Digit{key}, in)
			case s.Phase == Listening:
				s, _ = Step(tree, s, TimedOut{}, in)
			default:
				s, _ = Step(tree, s, PromptEnded{}, in)
			}
		}
		t.Fatalf("still in %s at %s after 5000 events", s.Phase, s.Node)
	})
}

// fuzzedAnswers are what back-ends say in a fuzzed call, by the byte that stands for it.
var fuzzedAnswers = map[byte]Fetched{
	'S': {Status: 200, Body: []byte(`{"dossier":{"etat":"ouvert"},"lieux":["44000"]}`)}, 'U': {Status: 200, Body: []byte(`[`)},
	'N': {Status: 404}, 'E': {Status: 503}, 'T': {Failure: TimedOutThere}, 'L': {Failure: Limited},
}

// fuzzedRings are the ways in which nobody is reached outside, by the byte that stands
// for each.
var fuzzedRings = map[byte]contact.RingResult{'b': contact.Busy, 'a': contact.NoAnswer, 'x': contact.Unreachable}

// fuzzedEnds are what becomes of recordings and of promises, by the byte that stands for
// each.
var fuzzedEnds = map[byte]Event{
	'r': Recorded{Lasts: 5 * time.Second, Spoken: 3 * time.Second}, 'e': Recorded{Lasts: 4 * time.Second}, 'f': Recorded{Failed: true}, 'v': Recorded{Never: true},
	'P': Promised{}, 'Q': NotPromised{Why: CallbackFull}, 'R': NotPromised{Why: CallbackAlready},
}

func FuzzStep(f *testing.F) {
	trees := []*Tree{identifying(f), calling(f, Given), calling(f, Confirmed), recorder(f, Voicemail{Full: Exit{Prompts: []Prompt{"plein"}, Goto: "panne"}})}
	for _, t := range []Tree{accueil(), demarches(), dehors()} {
		built, faults := New(t)
		require.Empty(f, faults)
		trees = append(trees, built)
	}
	in := Input{Caller: "+33612345678", At: in2026.At, Callable: subscriber}
	number := plausible(1482937561)
	f.Add(byte(0), []byte(number+"31121960"))
	f.Add(byte(0), []byte("12*"+number+"##.!"))
	f.Add(byte(1), []byte("0612345678#1P."))
	f.Add(byte(1), []byte("06*0612345678#2!!0612345678#1Q.R"))
	f.Add(byte(2), []byte("1P.!"))
	f.Add(byte(3), []byte(".r."))
	f.Add(byte(3), []byte("1vf.er!"))
	f.Add(byte(4), []byte("..1"))
	f.Add(byte(4), []byte("227!9"))
	f.Add(byte(5), []byte(".12345SN.!!!"))
	f.Add(byte(5), []byte("12345T.!.S!L"))
	f.Add(byte(6), []byte("1b.2a..1x3~b"))
	f.Fuzz(func(t *testing.T, which byte, events []byte) {
		tree := trees[int(which)%len(trees)]
		s, actions := Start(tree, in)
		o := watching(tree)
		o.see(t, s, actions)
		for _, b := range events {
			var ev Event = Digit{Key: b}
			switch {
			case b == '.' && o.playing:
				o.playing, ev = false, PromptEnded{}
			case b == '!' && o.armed:
				o.armed, ev = false, TimedOut{}
			case b == '~':
				ev = TurnedAway{Reason: contact.NoAgent}
			case fuzzedRings[b] != "":
				ev = NotReached{fuzzedRings[b]}
			}
			if end, stands := fuzzedEnds[b]; stands {
				if r, is := end.(Recorded); is {
					r.N = s.Recording
					end = r
				}
				ev = end
			}
			if a, stands := fuzzedAnswers[b]; stands {
				a.ID = s.Fetch
				ev = a
			}
			s, actions = Step(tree, s, ev, in)
			o.see(t, s, actions)
		}
	})
}
