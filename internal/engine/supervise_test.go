package engine_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/ivr"
)

// scene is a caller who talks with agent a1, and a supervisor s1, perhaps beside a
// colleague a2. It keeps the legs as a medium would: what is dropped is told of once.
type scene struct {
	t       *testing.T
	session engine.Session
	at      int64
	dropped []fact.OfferID
	wrote   []fact.Fact
	arr     engine.Arrange
	// parties by agent.
	parties map[contact.Agent]fact.OfferID
	// told is what phones were told of the transfers that they asked for.
	told []engine.TellPhone
	// whispered are the legs that were told something.
	whispered []fact.OfferID
}

const host = fact.OfferID("host")

func newScene(t *testing.T) *scene {
	return &scene{
		t: t, at: 100e6, parties: map[contact.Agent]fact.OfferID{}, arr: engine.Arrange{Caller: true, Legs: []fact.OfferID{host}},
		session: engine.Resume(engine.Record{
			ID: "c1", Medium: contact.Voice, Entry: "2014", Node: "n1", ArrivedAt: 1e6, AnsweredAt: 50e6, Outcome: contact.Answered,
			Queue: "particuliers", Offer: host, OfferedAt: 40e6, RungAt: 41e6, Agent: "a1", Center: "cis_ouest", Queueings: 1, Rank: 1,
		}),
	}
}

func (s *scene) step(e engine.Event) *engine.NotDone {
	s.at += 1e6
	rules := engine.Rules{
		Tree: menuTree(s.t), Plan: plan(), Floor: func(engine.FloorQuery) engine.FloorView { return engine.FloorView{Able: 1} },
		Limit: func(contact.Queue) engine.Limit { return engine.Limit{} },
		Colleague: func(a contact.Agent) engine.Colleague {
			return engine.Colleague{Known: a != "nobody", Ready: a != "busy", State: "talking", Center: "cis_ouest"}
		},
		Dialled: func(text string) engine.Whom {
			switch {
			case text == "81":
				return engine.Whom{Queue: "particuliers"}
			case len(text) == 1:
				return engine.Whom{Agent: contact.Agent("a" + text)}
			}
			return engine.Whom{Agent: contact.Agent(text)}
		},
		KeyCodes: keyCodes, KeyRefused: []ivr.Prompt{"impossible"},
	}
	next, out := engine.Step(rules, s.session, s.at, e)
	s.session = next
	s.wrote = append(s.wrote, out.Facts...)
	for _, f := range out.Facts {
		if f, is := f.(fact.Invited); is {
			s.parties[f.Agent] = f.Party
		}
	}
	for _, c := range out.Commands {
		switch c := c.(type) {
		case engine.DropLeg:
			s.dropped = append(s.dropped, c.Offer)
		case engine.Arrange:
			s.arr = c
		case engine.WhisperTo:
			assert.Equal(s.t, []ivr.Prompt{"impossible"}, c.Prompts)
			s.whispered = append(s.whispered, c.Offer)
		case engine.TellPhone:
			s.told = append(s.told, c)
		}
	}
	return out.Refused
}

// called has somebody called into the conversation, and accepted by the ledger.
func (s *scene) called(d engine.Direct) {
	s.t.Helper()
	require.Nil(s.t, s.step(d))
	who := d.Agent
	if d.Do == engine.Supervise {
		who = d.By
	}
	s.step(engine.PartyAccepted{Party: s.parties[who], Phone: "PJSIP/" + string(who)})
}

func (s *scene) supervise(mode fact.Role) {
	s.t.Helper()
	s.called(engine.Direct{Do: engine.Supervise, By: "s1", Of: "a1", Role: mode})
}

func (s *scene) answers(a contact.Agent) { s.step(engine.AgentAnswered{Offer: s.parties[a]}) }

// ends is a leg that is gone.
func (s *scene) ends(o fact.OfferID) { s.step(engine.AgentLeft{Offer: o}) }

// settle tells of the end of every leg that was hung up, until nothing more is.
func (s *scene) settle() {
	for len(s.dropped) > 0 {
		o := s.dropped[0]
		s.dropped = slices.DeleteFunc(s.dropped, func(other fact.OfferID) bool { return other == o })
		if s.session.Record.Leg() == o || s.session.Record.Party(o) != nil {
			s.ends(o)
		}
	}
}

// Whoever leaves, at whatever point of a supervision: a supervisor whom the caller does
// not hear is there for the agent, and goes with him; whom everybody hears stays with
// the caller; and when the caller goes, everybody does.
func TestAnySupervisionEndsWhoeverLeavesIt(t *testing.T) {
	t.Parallel()
	answered := func(mode fact.Role) func(*scene) {
		return func(s *scene) { s.supervise(mode); s.answers("s1") }
	}
	then := func(first func(*scene), d ...engine.Direct) func(*scene) {
		return func(s *scene) {
			first(s)
			for _, d := range d {
				require.Nil(s.t, s.step(d))
			}
		}
	}
	hold := engine.Direct{Do: engine.Hold, By: "a1"}
	as := func(mode fact.Role) engine.Direct {
		return engine.Direct{Do: engine.Supervise, By: "s1", Of: "a1", Role: mode}
	}
	consulting := func(first func(*scene), colleagueAnswers bool) func(*scene) {
		return func(s *scene) {
			first(s)
			s.called(engine.Direct{Do: engine.Consult, By: "a1", Agent: "a2"})
			if colleagueAnswers {
				s.answers("a2")
			}
		}
	}
	asked := func(mode fact.Role) func(*scene) { return func(s *scene) { require.Nil(s.t, s.step(as(mode))) } }

	// What is left of the call: who has it, and who else is in it.
	const over = "over"
	for name, state := range map[string]struct {
		begin func(*scene)
		// spies is what the arrangement then holds of the supervisor.
		spies, speaks, barges, caller bool
		// has the call after the agent, the supervisor, has left: over, or an agent.
		agentLeft, supervisorLeft, colleagueLeft string
	}{
		"not accepted, to listen": {begin: asked(fact.Listening), caller: true, agentLeft: over, supervisorLeft: "a1"},
		"not accepted, to barge":  {begin: asked(fact.Barging), caller: true, agentLeft: "", supervisorLeft: "a1"},
		"rings, to listen":        {begin: func(s *scene) { s.supervise(fact.Listening) }, caller: true, agentLeft: over, supervisorLeft: "a1"},
		"rings, to whisper":       {begin: func(s *scene) { s.supervise(fact.Whispers) }, caller: true, agentLeft: over, supervisorLeft: "a1"},
		"rings, to barge":         {begin: func(s *scene) { s.supervise(fact.Barging) }, caller: true, agentLeft: "", supervisorLeft: "a1"},
		"listens":                 {begin: answered(fact.Listening), spies: true, caller: true, agentLeft: over, supervisorLeft: "a1"},
		"whispers":                {begin: answered(fact.Whispers), spies: true, speaks: true, caller: true, agentLeft: over, supervisorLeft: "a1"},
		"barges":                  {begin: answered(fact.Barging), barges: true, caller: true, agentLeft: "s1", supervisorLeft: "a1"},
		"whispers after listening": {
			begin: then(answered(fact.Listening), as(fact.Whispers)), spies: true, speaks: true, caller: true, agentLeft: over, supervisorLeft: "a1",
		},
		"barges after whispering": {
			begin: then(answered(fact.Whispers), as(fact.Barging)), barges: true, caller: true, agentLeft: "s1", supervisorLeft: "a1",
		},
		"listens after barging": {
			begin: then(answered(fact.Barging), as(fact.Listening)), spies: true, caller: true, agentLeft: over, supervisorLeft: "a1",
		},
		"listens, the caller on hold":  {begin: then(answered(fact.Listening), hold), spies: true, agentLeft: over, supervisorLeft: "a1"},
		"whispers, the caller on hold": {begin: then(answered(fact.Whispers), hold), spies: true, speaks: true, agentLeft: over, supervisorLeft: "a1"},
		"listens, a colleague rings": {
			begin: consulting(answered(fact.Listening), false), spies: true, agentLeft: "", supervisorLeft: "a1", colleagueLeft: "a1",
		},
		"listens, a colleague is consulted": {
			begin: consulting(answered(fact.Listening), true), spies: true, agentLeft: "a2", supervisorLeft: "a1", colleagueLeft: "a1",
		},
		"listens to a conference": {
			begin: then(consulting(answered(fact.Listening), true), engine.Direct{Do: engine.Conference, By: "a1"}),
			spies: true, caller: true, agentLeft: "a2", supervisorLeft: "a1", colleagueLeft: "a1",
		},
		"has taken over": {
			begin:  then(answered(fact.Listening), engine.Direct{Do: engine.TakeOver, By: "s1", Of: "a1"}),
			caller: true, agentLeft: "s1", supervisorLeft: over,
		},
	} {
		for _, leaves := range []string{"caller", "agent", "supervisor", "colleague"} {
			want := map[string]string{"caller": over, "agent": state.agentLeft, "supervisor": state.supervisorLeft, "colleague": state.colleagueLeft}[leaves]
			if leaves == "colleague" && want == "" {
				continue
			}
			t.Run(name+", "+leaves+" leaves", func(t *testing.T) {
				t.Parallel()
				s := newScene(t)
				state.begin(s)
				party, leg := s.parties["s1"], s.session.Record.Leg()
				var spies []engine.Spy
				if state.spies {
					spies = []engine.Spy{{Party: party, On: host, Speaks: state.speaks}}
				}
				assert.Equal(t, spies, s.arr.Spies)
				assert.Equal(t, state.barges, slices.Contains(s.arr.Barging, party) && slices.Contains(s.arr.Legs, party))
				assert.Equal(t, state.spies, !slices.Contains(s.arr.Legs, party) && len(s.arr.Spies) == 1, "in one place only")
				assert.Equal(t, state.caller, s.arr.Caller)
				assert.Equal(t, s.session.Record.Spies(), s.arr.Spies, "whoever takes it up derives the same")

				switch leaves {
				case "caller":
					s.step(engine.CallerLeft{Cause: 16})
				case "agent":
					s.ends(host)
				case "supervisor":
					if leg == party {
						s.ends(leg)
					} else {
						require.Nil(t, s.step(engine.Direct{Do: engine.End, By: "s1"}))
					}
				case "colleague":
					s.ends(s.parties["a2"])
				}
				s.settle()
				rec := &s.session.Record
				switch want {
				case over:
					s.step(engine.CallerLeft{Cause: 16})
					s.settle()
					assert.True(t, rec.ClosedAt != 0 || s.session.Record.ClosedAt != 0)
					assert.Empty(t, s.session.Record.Legs(), "nobody's leg is left")
				case "": // the caller waits for whom he was sent to
					assert.Equal(t, engine.Sending, rec.Conversation())
					assert.Empty(t, rec.Spies())
				default:
					assert.Equal(t, contact.Agent(want), rec.Agent)
					assert.NotEmpty(t, rec.Leg())
				}
				if leaves == "agent" {
					silent := slices.ContainsFunc(s.session.Record.Parties, func(p engine.Party) bool { return p.Role == fact.Listening || p.Role == fact.Whispers })
					assert.False(t, silent, "who was there for the agent goes with him")
				}
				if leaves == "colleague" && state.spies {
					assert.Len(t, s.session.Record.Spies(), 1, "the supervisor goes on hearing the agent")
				}
				s.once()
			})
		}
	}
}

// once: each leg that was claimed has ended once, or is there still.
func (s *scene) once() {
	s.t.Helper()
	ended := map[fact.OfferID]int{}
	for _, f := range s.wrote {
		switch f := f.(type) {
		case fact.PartyLeft:
			ended[f.Party]++
		case fact.LegEnded:
			ended[f.Offer]++
		}
	}
	there := s.session.Record.Legs()
	for _, o := range append([]fact.OfferID{host}, s.parties["s1"], s.parties["a2"]) {
		if o == "" {
			continue
		}
		if slices.Contains(there, o) {
			assert.Zero(s.t, ended[o], "the end of %s", o)
		} else {
			assert.Equal(s.t, 1, ended[o], "the end of %s", o)
		}
	}
}

func TestASupervisionIsRefusedAndNothingChanges(t *testing.T) {
	t.Parallel()
	as := func(by contact.Agent, mode fact.Role) engine.Direct {
		return engine.Direct{Do: engine.Supervise, By: by, Of: "a1", Role: mode}
	}
	listens := func(s *scene) { s.supervise(fact.Listening); s.answers("s1") }
	for name, tc := range map[string]struct {
		begin func(*scene)
		wish  engine.Direct
		why   engine.WhyNot
	}{
		"oneself":                 {nil, as("a1", fact.Listening), engine.ToOneself},
		"who is not logged in":    {nil, as("nobody", fact.Listening), engine.NowhereToGo},
		"who is busy":             {nil, as("busy", fact.Listening), engine.NotReady},
		"in no mode of those":     {nil, as("s1", fact.Member), engine.NowhereToGo},
		"of who is in no call":    {nil, engine.Direct{Do: engine.Supervise, By: "s1", Of: "a9", Role: fact.Listening}, engine.NotYours},
		"of a supervisor":         {listens, engine.Direct{Do: engine.Supervise, By: "s2", Of: "s1", Role: fact.Listening}, engine.NotYours},
		"twice in one mode":       {listens, as("s1", fact.Listening), engine.OthersCalled},
		"while his phone rings":   {func(s *scene) { s.supervise(fact.Listening) }, as("s1", fact.Barging), engine.OthersCalled},
		"while another is called": {func(s *scene) { s.supervise(fact.Listening) }, as("s2", fact.Listening), engine.OthersCalled},
		"by a colleague in it": {func(s *scene) {
			s.called(engine.Direct{Do: engine.Conference, By: "a1", Agent: "a2"})
			s.answers("a2")
		}, as("a2", fact.Listening), engine.ToOneself},
		"taken over by nobody's supervisor": {nil, engine.Direct{Do: engine.TakeOver, By: "s1", Of: "a1"}, engine.NotYours},
		"taken over before he answers":      {func(s *scene) { s.supervise(fact.Listening) }, engine.Direct{Do: engine.TakeOver, By: "s1", Of: "a1"}, engine.NotYours},
		"removed by the agent":              {listens, engine.Direct{Do: engine.Remove, By: "a1", Party: "?"}, engine.NobodyCalled},
		"who commands the agent's call":     {listens, engine.Direct{Do: engine.Hold, By: "s1"}, engine.NotYours},
		"of a call that is over":            {func(s *scene) { s.step(engine.CallerLeft{Cause: 16}) }, as("s1", fact.Listening), engine.NoConversation},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			if tc.begin != nil {
				tc.begin(s)
			}
			if tc.wish.Party == "?" {
				tc.wish.Party = s.parties["s1"]
			}
			before, wrote, dropped := s.session, len(s.wrote), len(s.dropped)
			refused := s.step(tc.wish)
			require.NotNil(t, refused)
			assert.Equal(t, tc.why, refused.Why, refused.Text)
			assert.Equal(t, before, s.session)
			assert.Len(t, s.wrote, wrote)
			assert.Len(t, s.dropped, dropped)
		})
	}
}
