package observer

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// dawn is when every story here begins, in µs.
const dawn = 1_800_000_000_000_000

// scribe writes a ledger by hand and shows it to a judge.
type scribe struct {
	t     *testing.T
	judge *Judge
	n     int
	at    int64
	prev  string
	seqs  map[string]int
	epoch map[string]string // by role
}

// story begins a site with one controller, a, which holds site and node a1, and
// one agent who is ready.
func story(t *testing.T) *scribe {
	s := &scribe{
		t: t, judge: NewJudge(Limits{}), at: dawn, prev: "0-0/" + noDigest,
		seqs: map[string]int{}, epoch: map[string]string{},
	}
	s.write("genesis", "ledger", "", `{"run":"r"}`)
	beat := s.write("beat", "controller", "a", `{"format":1,"process":"p"}`)
	for _, node := range []string{"site", "a1"} {
		take := s.write("take", "controller", node, `{"beat":"0-0","holder":"","process":"p"}`)
		s.epoch[map[string]string{"site": "leader", "a1": "owner:a1"}[node]] = id(take)
	}
	require.NotEmpty(t, beat)
	s.login("alice")
	return s
}

func id(position string) string { return position[:len(position)-len(noDigest)-1] }

// write appends an entry and returns its position.
func (s *scribe) write(kind, role, subject, data string) string {
	s.n++
	s.at += 1000
	body := map[string]any{"at": s.at, "kind": kind, "role": role, "format": 1, "gen": 1, "writer": "a"}
	if subject != "" {
		body["subject"] = subject
	}
	if data != "" {
		body["data"] = json.RawMessage(data)
	}
	if s.epoch[role] != "" {
		body["epoch"] = s.epoch[role]
	}
	switch role {
	case "api":
		body["op"] = fmt.Sprint("op", s.n)
	case "owner:a1":
		s.seqs[subject]++
		body["seq"] = s.seqs[subject]
	}
	text, err := json.Marshal(body)
	require.NoError(s.t, err)
	m := Message{ID: fmt.Sprintf("%d-0", s.n), Body: string(text), Prev: s.prev}
	require.NoError(s.t, s.judge.Message(m))
	e, err := read(m)
	require.NoError(s.t, err)
	s.prev = e.position()
	return s.prev
}

func (s *scribe) login(agent string) {
	s.write("agent_logged_in", "api", agent, fmt.Sprintf(`{"agent":%q,"center":"north","phone":"PJSIP/%s"}`, agent, agent))
}

func (s *scribe) owner(kind, contact, data string) string {
	return s.write(kind, "owner:a1", contact, data)
}

// arrives brings a caller to the queue, by a channel of the contact's name.
func (s *scribe) arrives(contact string) {
	rank := s.at
	s.owner("arrived", contact, fmt.Sprintf(`{"medium":"voice","node":"a1","line":"line-%s","rank":%d}`, contact, rank))
	s.queues(contact, rank)
}

func (s *scribe) queues(contact string, rank int64) {
	s.owner("queued", contact, fmt.Sprintf(
		`{"queue":"q","rank":%d,"steps":[{"after":0,"centers":["north"]}],"policies":{"ring":3000000000,"wrap_up":1000000000}}`, rank))
}

// offers writes an offer on what the log says now, void or not.
func (s *scribe) offers(contact, agent string) string {
	p := s.judge.floor.contacts[contact]
	return s.write("offered", "leader", contact, fmt.Sprintf(
		`{"contact":%q,"agent":%q,"queue":"q","contact_version":%d,"queue_version":%d,"agent_version":1}`,
		contact, agent, p.version, s.judge.floor.queues["q"]))
}

func (s *scribe) about(kind, contact, offer string) {
	s.owner(kind, contact, fmt.Sprintf(`{"offer":%q,"agent":"alice","by":"caller"}`, offer))
}

// talks makes an agent and a contact talk.
func (s *scribe) talks(contact, agent string) (offer string) {
	offer = s.offers(contact, agent)
	s.about("ringing", contact, offer)
	s.about("connected", contact, offer)
	return offer
}

// listing is what Asterisk has when everything is in order.
func (s *scribe) listing() Listing {
	l := Listing{At: s.at, Boot: "b"}
	for _, p := range s.judge.floor.contacts {
		if !p.closed {
			l.Channels = append(l.Channels, caller(p.line, "0600000001"))
		}
	}
	for name, o := range s.judge.floor.offers {
		l.Channels = append(l.Channels, Channel{ID: legOf(name), Name: "PJSIP/" + o.agent + "-01", State: "Up"})
	}
	return l
}

func caller(line, number string) Channel {
	return Channel{ID: line, Name: "PJSIP/trunk-01", State: "Up", Number: number, Application: "Stasis", Arguments: "guichet,entry,2014"}
}

// lasts shows the same evidence for some time.
func (s *scribe) lasts(d time.Duration, l Listing) {
	for end := s.at + d.Microseconds(); s.at < end; s.at += 100_000 {
		l.At = s.at
		s.judge.Listed(l)
		s.judge.Sweep(s.at)
	}
}

func (s *scribe) found(invariant, what string) {
	s.t.Helper()
	breaches := s.judge.Breaches()
	require.NotEmpty(s.t, breaches)
	for _, b := range breaches {
		assert.Equal(s.t, invariant, b.Invariant, b.String())
	}
	assert.Contains(s.t, breaches[0].What, what)
}

func TestAGoodDayBreaksNothing(t *testing.T) {
	t.Parallel()
	s := story(t)
	s.arrives("c1")
	offer := s.talks("c1", "alice")
	s.lasts(10*time.Second, s.listing())
	s.about("leg_ended", "c1", offer)
	s.owner("closed", "c1", `{"outcome":"answered"}`)
	s.write("expired", "leader", "alice", `{"agent":"alice","version":9}`)
	s.lasts(900*time.Millisecond, s.listing())
	s.judge.Counted(s.at, Totals{Offered: 1, Outcomes: map[string]int{"answered": 1}})
	assert.Empty(t, s.judge.Breaches())
}

func TestI1ACallerWhoIsCutOff(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(s *scribe){
		"while waiting": func(s *scribe) { s.owner("closed", "c1", `{"outcome":"abandoned"}`) },
		"while talking": func(s *scribe) {
			offer := s.talks("c1", "alice")
			s.about("leg_ended", "c1", offer) // "by":"caller", says the engine
			s.owner("closed", "c1", `{"outcome":"answered"}`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := story(t)
			s.write("agent_paused", "api", "alice", `{"agent":"alice","reason":"x"}`)
			s.arrives("c1")
			s.judge.Listed(Listing{At: s.at, Channels: []Channel{caller("line-c1", "+33600000001")}})
			s.write("agent_resumed", "api", "alice", `{"agent":"alice"}`)
			end(s)
			s.judge.Saw([]Caller{{Number: "0600000001", Over: true, At: s.at}}, nil)
			s.judge.Sweep(s.at)
			s.at += 3_100_000
			s.judge.Sweep(s.at)
			require.NotEmpty(t, s.judge.Breaches())
			assert.Equal(t, "I1", s.judge.Breaches()[0].Invariant)
		})
	}
}

func TestI1TheDeathOfAsteriskCutsNobodyOff(t *testing.T) {
	t.Parallel()
	s := story(t)
	s.write("agent_paused", "api", "alice", `{"agent":"alice","reason":"x"}`)
	s.arrives("c1")
	s.judge.Listed(s.listing())
	s.judge.Saw([]Caller{{Number: "0600000001", Over: true, At: s.at}}, nil)
	s.owner("closed", "c1", `{"outcome":"failed"}`)
	s.judge.Listed(Listing{At: s.at, Boot: "another"})
	s.judge.Sweep(s.at)
	assert.Empty(t, s.judge.Breaches())
}

func TestI2ForgottenCallers(t *testing.T) {
	t.Parallel()
	t.Run("a channel without a contact", func(t *testing.T) {
		t.Parallel()
		s := story(t)
		s.lasts(3200*time.Millisecond, Listing{Channels: []Channel{caller("line-x", "1")}})
		s.found("I2", "line-x has no contact")
	})
	t.Run("a contact without a channel", func(t *testing.T) {
		t.Parallel()
		s := story(t)
		s.write("agent_paused", "api", "alice", `{"agent":"alice","reason":"x"}`)
		s.arrives("c1")
		s.lasts(3200*time.Millisecond, Listing{})
		s.found("I2", "c1 is open, and its channel line-c1 is gone")
	})
	t.Run("a free agent and a waiting contact", func(t *testing.T) {
		t.Parallel()
		s := story(t)
		s.arrives("c1")
		s.lasts(900*time.Millisecond, s.listing())
		assert.Empty(t, s.judge.Breaches())
		s.lasts(300*time.Millisecond, s.listing())
		s.found("I2", "c1 waits though agent alice is free")
	})
	t.Run("not during a declared outage", func(t *testing.T) {
		t.Parallel()
		s := story(t)
		s.arrives("c1")
		s.judge.Excuse(true)
		s.lasts(10*time.Second, s.listing())
		s.judge.Excuse(false)
		s.lasts(900*time.Millisecond, s.listing())
		assert.Empty(t, s.judge.Breaches())
		s.lasts(300*time.Millisecond, s.listing())
		s.found("I2", "c1 waits")
	})
	t.Run("not for a time in which nobody looked", func(t *testing.T) {
		t.Parallel()
		s := story(t)
		s.arrives("c1")
		s.lasts(900*time.Millisecond, s.listing())
		s.at += 10_000_000
		s.judge.Overlook(10 * time.Second)
		s.lasts(100*time.Millisecond, s.listing())
		assert.Empty(t, s.judge.Breaches())
		s.lasts(200*time.Millisecond, s.listing())
		s.found("I2", "c1 waits")
	})
	t.Run("one channel, two contacts", func(t *testing.T) {
		t.Parallel()
		s := story(t)
		s.owner("arrived", "c1", `{"medium":"voice","node":"a1","line":"line-1","rank":1}`)
		s.owner("arrived", "c2", `{"medium":"voice","node":"a1","line":"line-1","rank":1}`)
		s.found("I2", "line-1 has two contacts")
	})
}

func TestI3AgentsWhoAreStuck(t *testing.T) {
	t.Parallel()
	t.Run("reserved for ever", func(t *testing.T) {
		t.Parallel()
		s := story(t)
		s.arrives("c1")
		s.offers("c1", "alice")
		s.lasts(10*time.Second, s.listing())
		assert.Empty(t, s.judge.Breaches(), "ring time and grace")
		s.lasts(1300*time.Millisecond, s.listing())
		s.found("I3", "alice is past the ring time")
	})
	t.Run("in wrap-up for ever", func(t *testing.T) {
		t.Parallel()
		s := story(t)
		s.arrives("c1")
		s.about("leg_ended", "c1", s.talks("c1", "alice"))
		s.owner("closed", "c1", `{"outcome":"answered"}`)
		s.lasts(1900*time.Millisecond, s.listing())
		assert.Empty(t, s.judge.Breaches())
		s.lasts(500*time.Millisecond, s.listing())
		s.found("I3", "alice is past the deadline of wrap_up")
	})
	t.Run("talking without a leg", func(t *testing.T) {
		t.Parallel()
		s := story(t)
		s.arrives("c1")
		s.talks("c1", "alice")
		s.lasts(3200*time.Millisecond, Listing{Channels: []Channel{caller("line-c1", "1")}})
		s.found("I3", "whose leg is gone")
	})
	t.Run("a leg of no live offer", func(t *testing.T) {
		t.Parallel()
		s := story(t)
		s.lasts(3200*time.Millisecond, Listing{Channels: []Channel{{ID: "guichet-leg-9-0-abc", Name: "PJSIP/alice-1"}}})
		s.found("I3", "is of no live offer")
	})
}

// Whoever has an ear on a leg is a supervisor who listens, or whispers, to who has the call.
func TestI3AnEarOfNobody(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		joined, found bool
		role, ear     string
	}{
		"listens":                 {true, false, "listening", "guichet-spy-c1~p1~listens~LEG"},
		"whispers":                {true, false, "whispering", "guichet-spy-c1~p1~whispers~LEG"},
		"is heard and should not": {true, true, "listening", "guichet-spy-c1~p1~whispers~LEG"},
		"barges in":               {true, true, "barging", "guichet-spy-c1~p1~listens~LEG"},
		"has not answered":        {false, true, "listening", "guichet-spy-c1~p1~listens~LEG"},
		"hears another leg":       {true, true, "listening", "guichet-spy-c1~p1~listens~1-0-abc"},
		"is nobody":               {true, true, "listening", "guichet-spy-c1~p2~listens~LEG"},
		"is strange":              {true, true, "listening", "guichet-spy-c1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := story(t)
			s.arrives("c1")
			leg := legOf(s.talks("c1", "alice"))
			s.login("bob")
			s.owner("invited", "c1", fmt.Sprintf(`{"party":"p1","role":%q,"agent":"bob","by":"bob","ring":30000000000}`, tc.role))
			if tc.joined {
				s.owner("party_joined", "c1", `{"party":"p1"}`)
			}
			s.lasts(3200*time.Millisecond, Listing{Channels: []Channel{
				caller("line-c1", "1"), {ID: leg, Name: "PJSIP/alice-1"}, {ID: legOf("p1"), Name: "PJSIP/bob-1"},
				{ID: strings.Replace(tc.ear, "LEG", strings.TrimPrefix(leg, legPrefix), 1), Name: "Snoop/" + leg + "-1"},
			}})
			if tc.found {
				s.found("I3", "and none is to")
				return
			}
			assert.Empty(t, s.judge.Breaches())
		})
	}
}

// Who is called into a conversation is believed to talk elsewhere, if he has not answered.
func TestWhoIsCalledAndTalksElsewhere(t *testing.T) {
	t.Parallel()
	for name, joined := range map[string]bool{"called": false, "has answered": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := story(t)
			s.arrives("c1")
			s.talks("c1", "alice")
			s.arrives("c2")
			s.login("bob")
			s.owner("invited", "c1", `{"party":"p1","role":"consulted","agent":"bob","by":"alice","ring":30000000000}`)
			if joined {
				s.owner("party_joined", "c1", `{"party":"p1"}`)
			}
			s.owner("connected", "c2", `{"offer":"7-0/lost","agent":"bob","center":"c","queue":"avis","served_by":"c"}`)
			f := s.judge.floor
			assert.Equal(t, !joined, f.contacts["c2"].connected)
			assert.Equal(t, joined, f.errands["p1"] != nil)
			assert.Equal(t, joined, f.contacts["c1"].parties["p1"] != nil)
			assert.Empty(t, s.judge.Breaches())
		})
	}
}

func TestI4DoubleAssignments(t *testing.T) {
	t.Parallel()
	t.Run("an offer of a busy agent is acted on", func(t *testing.T) {
		t.Parallel()
		s := story(t)
		s.arrives("c1")
		s.arrives("c2")
		s.offers("c1", "alice")
		s.about("ringing", "c2", s.offers("c2", "alice"))
		s.found("I4", "ringing of a void offer to contact c2: agent is not ready")
	})
	t.Run("an offer before catching up is acted on", func(t *testing.T) {
		t.Parallel()
		s := story(t)
		s.arrives("c1")
		s.judge.account.nodes["a1"] = holding{holder: "a", epoch: s.epoch["owner:a1"], waiting: true}
		s.about("ringing", "c1", s.offers("c1", "alice"))
		s.found("I4", "has not caught up")
	})
	for what, l := range map[string]Listing{
		"called twice": {Channels: []Channel{{ID: "guichet-leg-1", Name: "PJSIP/alice-1"}, {ID: "guichet-leg-2", Name: "PJSIP/alice-2"}}},
		"two agents talk": {
			Channels: []Channel{{ID: "guichet-leg-1", Name: "PJSIP/alice-1"}, {ID: "guichet-leg-2", Name: "PJSIP/bob-2"}},
			Bridges:  []Bridge{{ID: "b", Channels: []string{"guichet-leg-1", "guichet-leg-2"}}},
		},
		"is in two bridges": {Bridges: []Bridge{{ID: "b", Channels: []string{"x"}}, {ID: "d", Channels: []string{"x"}}}},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s := story(t)
			s.lasts(800*time.Millisecond, l)
			s.found("I4", what)
		})
	}
	t.Run("a phone with two calls", func(t *testing.T) {
		t.Parallel()
		s := story(t)
		s.judge.Saw(nil, []Phone{{User: "alice", Live: 2}})
		s.lasts(800*time.Millisecond, Listing{})
		s.found("I4", "alice has two calls")
	})
}

func TestI5AWrongCount(t *testing.T) {
	t.Parallel()
	s := story(t)
	s.arrives("c1")
	s.owner("closed", "c1", `{"outcome":"abandoned"}`)
	s.owner("closed", "c1", `{"outcome":"failed"}`) // void: it has one
	s.judge.Counted(s.at, Totals{Offered: 1, Outcomes: map[string]int{"abandoned": 1, "failed": 1}})
	s.found("I5", "a recount of the ledger gives")
}

func TestI6AnOrderThatIsNotKept(t *testing.T) {
	t.Parallel()
	t.Run("the second is offered first, and acted on", func(t *testing.T) {
		t.Parallel()
		s := story(t)
		s.arrives("c1")
		s.arrives("c2")
		offer := s.offers("c2", "alice")
		assert.Empty(t, s.judge.Breaches(), "void, so far")
		s.about("ringing", "c2", offer)
		s.found("I6", "somebody waits before: c1")
	})
	t.Run("a wait that makes up for the priority, or does not", func(t *testing.T) {
		t.Parallel()
		for level, first := range map[time.Duration]string{time.Second: "c1", 4 * time.Second: "c2"} {
			s := story(t)
			for id, place := range map[string][2]int64{"c1": {s.at, 0}, "c2": {s.at + 2_000_000, 1}} {
				s.arrives(id)
				s.owner("queued", id, fmt.Sprintf(
					`{"queue":"q","rank":%d,"priority":%d,"ageing":{"level":%d},"steps":[{"after":0,"centers":["north"]}],"policies":{"ring":3000000000}}`,
					place[0], place[1], level))
			}
			second := map[string]string{"c1": "c2", "c2": "c1"}[first]
			s.judge.breaches = nil // of the ranks
			s.about("ringing", second, s.offers(second, "alice"))
			s.found("I6", "somebody waits before: "+first)
		}
	})
	t.Run("a rank is lost", func(t *testing.T) {
		t.Parallel()
		s := story(t)
		s.arrives("c1")
		s.queues("c1", s.at+1)
		s.found("I6", "c1 lost its rank")
	})
}

// What the protocol calls void changes nothing: a stranger's facts, a repetition,
// a stale offer.
func TestVoidEntriesChangeNothing(t *testing.T) {
	t.Parallel()
	s := story(t)
	s.arrives("c1")
	s.seqs["c1"]-- // said again
	s.owner("closed", "c1", `{"outcome":"abandoned"}`)
	s.epoch["leader"] = "1-0" // of before
	s.offers("c1", "alice")
	assert.Empty(t, s.judge.floor.offers)
	assert.Equal(t, Totals{Offered: 1, Outcomes: map[string]int{}}, s.judge.Recount())
	assert.Empty(t, s.judge.AcceptedFrom("b", ""))
	assert.Len(t, s.judge.AcceptedFrom("a", s.judge.read[0].id), 5, "two takes, a log-in, an arrival, a place in a queue")
}

// A log that lost its end is read again; one that continues a snapshot keeps
// what was read before it.
func TestALogThatBeginsAnew(t *testing.T) {
	t.Parallel()
	s := story(t)
	s.arrives("c1")
	covered := s.prev
	s.owner("closed", "c1", `{"outcome":"abandoned"}`)
	genesis := Message{ID: "99-0", Prev: covered, Body: `{"at":1,"data":{"run":"s"},"format":1,"gen":2,"kind":"genesis","role":"ledger"}`}
	require.ErrorIs(t, s.judge.Message(genesis), ErrGap)
	require.NoError(t, s.judge.Again(genesis))
	require.NoError(t, s.judge.Message(genesis))
	assert.Equal(t, Totals{Offered: 1, Outcomes: map[string]int{}}, s.judge.Recount(), "the closing fact was lost")
	assert.Error(t, s.judge.Again(Message{ID: "1-0", Prev: "77-0/" + noDigest, Body: `{}`}))
}

// An agent who may have two mails at hand is free for calls meanwhile, and not for a third mail.
func TestMailsAtHandLeaveAnAgentFreeForCalls(t *testing.T) {
	t.Parallel()
	s := story(t)
	s.write("agent_logged_in", "api", "bob", `{"agent":"bob","phone":"PJSIP/bob","name":"bob","center":"ouest","node":"a1","media":["voice","email"],"capacity":{"email":1}}`)
	s.write("agent_logged_out", "api", "alice", `{"agent":"alice"}`)
	for _, m := range []string{"m1", "m2"} {
		s.write("arrived", "owner:a1", m, `{"entry":"2014","line":"`+m+`","medium":"email","node":"a1","rank":1}`)
		s.write("queued", "owner:a1", m, `{"policies":{"busy":0,"no_answer":60000000000,"refused":60000000000,"ring":1000000000,"wrap_up":0},"queue":"q","rank":1,"steps":[{"after":0,"centers":["ouest"]}]}`)
	}
	bob, p := s.judge.floor.agents["bob"], s.judge.floor.contacts["m1"]
	require.True(t, bob.beside(p))
	offer := s.write("offered", "leader", "m1", fmt.Sprintf(`{"agent":"bob","agent_version":1,"center":"ouest","contact":"m1","contact_version":1,"possible_since":1,"queue":"q","queue_version":%d,"rule":"longest_ready"}`, s.judge.floor.queues["q"]))
	require.Equal(t, offer, p.offer)
	assert.Equal(t, "ready", bob.state)
	assert.False(t, s.judge.floor.room(bob, "email"))
	s.judge.Sweep(s.at + 10_000_000)
	s.judge.Sweep(s.at + 20_000_000)
	require.Len(t, s.judge.Breaches(), 1, "m2 waits for whoever has room; m1 lies there for too long")
	assert.Equal(t, "I3", s.judge.Breaches()[0].Invariant)
	s.write("offered", "leader", "m2", fmt.Sprintf(`{"agent":"bob","agent_version":2,"center":"ouest","contact":"m2","contact_version":1,"possible_since":1,"queue":"q","queue_version":%d,"rule":"longest_ready"}`, s.judge.floor.queues["q"]))
	assert.Empty(t, s.judge.floor.contacts["m2"].offer, "more than he may have")
	s.write("offer_failed", "owner:a1", "m1", `{"offer":"`+offer+`","result":"refused"}`)
	assert.Equal(t, "ready", bob.state)
	assert.False(t, s.judge.floor.room(bob, "email"), "one given back keeps others away")
	s.write("agent_resumed", "api", "bob", `{"agent":"bob"}`)
	assert.True(t, s.judge.floor.room(bob, "email"))
}
