package engine_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
)

// presses has a phone send the caller to an agent.
func (s *scene) presses(phone fact.OfferID, to string) *engine.NotDone {
	return s.step(engine.PhoneTransfers{Offer: phone, To: to})
}

// heard is what the phone of who had the call was told, in order.
func (s *scene) heard() (news []engine.News) {
	for _, t := range s.told {
		assert.Equal(s.t, host, t.Offer)
		news = append(news, t.News)
	}
	return news
}

// Whoever leaves, or says no, at whatever point of a transfer by the key of a phone: who
// pressed it keeps the call until the other has it, and hears what became of it.
func TestATransferByTheKeyOfAPhoneEndsWhoeverLeavesIt(t *testing.T) {
	t.Parallel()
	pressed := func(s *scene) { require.Nil(s.t, s.presses(host, "a2")) }
	accepted := func(s *scene) {
		pressed(s)
		s.step(engine.PartyAccepted{Party: s.parties["a2"], Phone: "PJSIP/a2"})
	}
	answered := func(s *scene) { accepted(s); s.answers("a2") }
	held := func(s *scene) { s.step(engine.PhoneHolds{Offer: host, Holds: true}); accepted(s) }
	refused := func(s *scene) { s.step(engine.PartyRefused{Party: s.parties["a2"]}) }
	taken := func(s *scene) { // by a successor
		accepted(s)
		s.session = engine.Resume(s.session.Record)
		s.step(engine.Restarted{})
	}
	const (
		begun, done, unreached = engine.TransferBegun, engine.TransferDone, engine.TransferUnreached
		over, waits            = "over", "waits"
	)
	for name, c := range map[string]struct {
		begin, then func(*scene)
		has         string // who has the call then, over, or waits
		stands      engine.Conversation
		caller      bool // hears who has the call
		told        []engine.News
	}{
		"nothing yet":                     {pressed, nil, "a1", engine.Sending, true, nil},
		"the ledger says no":              {pressed, refused, "a1", engine.Together, true, []engine.News{unreached}},
		"the ledger is late":              {pressed, (*scene).late, "a1", engine.Together, true, []engine.News{unreached}},
		"the agent leaves before that":    {pressed, func(s *scene) { s.ends(host) }, "", engine.Sending, false, nil},
		"the caller leaves before that":   {pressed, callerLeaves, over, engine.Apart, false, nil},
		"it rings":                        {accepted, nil, "a1", engine.Sending, false, []engine.News{begun}},
		"nobody answers":                  {accepted, gone("a2"), "a1", engine.Together, true, []engine.News{begun, unreached}},
		"nobody answers who was held for": {held, gone("a2"), "a1", engine.OnHold, false, []engine.News{begun, unreached}},
		"the agent takes it back":         {accepted, does(engine.Direct{Do: engine.Cancel, By: "a1"}), "a1", engine.Together, true, []engine.News{begun, unreached}},
		"the agent hangs up":              {accepted, func(s *scene) { s.ends(host) }, "", engine.Sending, false, []engine.News{begun}},
		"the agent hangs up, and it is answered": {
			accepted, func(s *scene) { s.ends(host); s.answers("a2") }, "a2", engine.Together, true, []engine.News{begun},
		},
		"the agent hangs up, and nobody answers": {
			accepted, func(s *scene) { s.ends(host); s.ends(s.parties["a2"]) }, waits, engine.Apart, false, []engine.News{begun},
		},
		"the caller hangs up":           {accepted, callerLeaves, over, engine.Apart, false, []engine.News{begun}},
		"it is answered":                {answered, nil, "a2", engine.Together, true, []engine.News{begun, done}},
		"pressed again":                 {accepted, func(s *scene) { require.Nil(s.t, s.presses(host, "a3")) }, "a1", engine.Sending, false, []engine.News{begun}},
		"taken up, and it is answered":  {taken, func(s *scene) { s.answers("a2") }, "a2", engine.Together, true, []engine.News{begun, done}},
		"taken up, and nobody answers":  {taken, gone("a2"), "a1", engine.Together, true, []engine.News{begun, unreached}},
		"the ledger lost it meanwhile":  {accepted, refused, "a1", engine.Together, true, []engine.News{begun, unreached}},
		"answered, and he is gone soon": {answered, gone("a2"), over, engine.Apart, false, []engine.News{begun, done}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			c.begin(s)
			if c.then != nil {
				c.then(s)
			}
			s.settle()
			rec := &s.session.Record
			if c.has == over {
				s.step(engine.CallerLeft{Cause: 16})
				s.settle()
				assert.NotZero(t, s.session.Record.ClosedAt)
				assert.Empty(t, s.session.Record.Legs(), "nobody's leg is left")
				s.once()
			} else {
				assert.Equal(t, c.stands, rec.Conversation())
				assert.Equal(t, c.caller, s.arr.Caller)
			}
			switch c.has {
			case waits:
				assert.Equal(t, engine.Waiting, s.session.Phase)
			case "a1", "a2":
				assert.Equal(t, contact.Agent(c.has), rec.Agent)
			}
			assert.Equal(t, c.told, s.heard())
		})
	}
}

func callerLeaves(s *scene) { s.step(engine.CallerLeft{Cause: 16}) }

func gone(a contact.Agent) func(*scene) { return func(s *scene) { s.ends(s.parties[a]) } }

func does(d engine.Direct) func(*scene) {
	return func(s *scene) { require.Nil(s.t, s.step(d)); s.settle() }
}

// late is that the ledger does not answer in time.
func (s *scene) late() {
	s.step(engine.Fired{Timer: engine.RingTimer, N: s.session.Timers[engine.RingTimer]})
}

// What a key cannot do is refused and told, and the call goes on as it was.
func TestATransferByTheKeyOfAPhoneIsRefused(t *testing.T) {
	t.Parallel()
	consulting := func(s *scene) { s.called(engine.Direct{Do: engine.Consult, By: "a1", Agent: "a2"}); s.answers("a2") }
	for name, c := range map[string]struct {
		begin func(*scene)
		press func(*scene) engine.PhoneTransfers
		why   engine.WhyNot
	}{
		"to nobody":               {nil, at(host, ""), engine.NowhereToGo},
		"to who is not there":     {nil, at(host, "nobody"), engine.NowhereToGo},
		"to oneself":              {nil, at(host, "a1"), engine.ToOneself},
		"to who is not free":      {nil, at(host, "busy"), engine.NotReady},
		"while another is called": {consulting, at(host, "a3"), engine.OthersCalled},
		"by who does not have it": {consulting, func(s *scene) engine.PhoneTransfers {
			return engine.PhoneTransfers{Offer: s.parties["a2"], To: "a3"}
		}, engine.NotYours},
		"by a strange leg": {nil, at("strange", "a2"), engine.NoConversation},
		"to another call of the phone": {nil, func(*scene) engine.PhoneTransfers {
			return engine.PhoneTransfers{Offer: host, To: "a2", Attended: true}
		}, engine.ByOwnCall},
		"when the caller is gone": {callerLeaves, at(host, "a2"), engine.NoConversation},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			if c.begin != nil {
				c.begin(s)
			}
			wrote, arranged, press := len(s.wrote), s.arr, c.press(s)
			refused := s.step(press)
			require.NotNil(t, refused)
			assert.Equal(t, c.why, refused.Why)
			assert.Len(t, s.wrote, wrote, "nothing is written")
			assert.Equal(t, arranged, s.arr, "and everybody hears whom he heard")
		})
	}
}

func at(phone fact.OfferID, to string) func(*scene) engine.PhoneTransfers {
	return func(*scene) engine.PhoneTransfers { return engine.PhoneTransfers{Offer: phone, To: to} }
}

// Every REFER is answered 202 before anybody has judged it, and some phones hang up on that:
// the caller whom their agent meant to send on is not let go.
func TestAPhoneThatHangsUpOnTheRefusalOfItsKeyLeavesTheCallerWaiting(t *testing.T) {
	t.Parallel()
	for after, waits := range map[int64]bool{300_000: true, 5_000_000: false} {
		s := talking(t)
		s.step(20e6, engine.PhoneTransfers{Offer: "o1", To: "999"})
		told := s.step(20e6+after, engine.AgentLeft{Offer: "o1"})
		if waits {
			assert.Contains(t, told, "fact requeued")
		} else {
			assert.Contains(t, told, "do Release{Cause:16}", "he has hung up on the caller")
		}
	}
}
