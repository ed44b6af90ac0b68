package engine_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
)

// Each agent sends the caller on to a queue as soon as he has him, or to a colleague who does
// not answer, in any order: he is sent on as often as the site says, and then stays with whom
// he talks to, who still can send him to a person.
func TestAgentsSendACallOnAsOftenAsTheSiteSaysAndNoMore(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		most := rapid.IntRange(0, 4).Draw(r, "most")
		s := talking(t)
		s.rules.MaxMoves = most
		at, moved := int64(20e6), 0
		for n := range rapid.IntRange(1, 8).Draw(r, "times") {
			at += 60e6
			before := s.session.Record
			if rapid.Bool().Draw(r, "to a colleague who does not answer") {
				s.step(at, engine.Direct{Do: engine.SendTo, By: "a1", Agent: "a2"})
				target := s.session.Record.Parties[0].ID
				s.step(at+1e6, engine.PartyAccepted{Party: target, Phone: "PJSIP/2"})
				s.step(at+1e6, engine.AgentLeft{Offer: before.Offer})
				s.step(at+2e6, engine.AgentLeft{Offer: target, Result: contact.NoAnswer})
				again(s, at, n)
				require.Equal(r, moved, s.session.Record.Moves, "nobody has sent him to a queue")
				continue
			}
			_, out := engine.Step(s.rules, s.session, at, engine.Direct{Do: engine.SendTo, By: "a1", Queue: "particuliers"})
			if most > 0 && moved == most {
				require.NotNil(r, out.Refused)
				require.Equal(r, engine.MovedTooOften, out.Refused.Why)
				require.Contains(r, out.Refused.Text, fmt.Sprintf("%d times", most))
				require.Empty(r, out.Facts)
				require.Empty(r, out.Commands)
				require.Equal(r, before, s.session.Record)
				continue
			}
			require.Nil(r, out.Refused)
			require.Contains(r, s.step(at, engine.Direct{Do: engine.SendTo, By: "a1", Queue: "particuliers"}), "fact requeued")
			moved++
			s.step(at+1e6, engine.AgentLeft{Offer: before.Offer})
			again(s, at, n)
			require.Equal(r, engine.Talking, s.session.Phase)
			require.Equal(r, moved, s.session.Record.Moves)
			require.Equal(r, s.session.Record.Moves, s.ledger.Moves, "as the ledger counts")
		}
		assert.True(r, most == 0 || moved <= most)
	})
}

// Agents pass the caller on from one to the next, whom they send him to blindly, consult
// first, reach by the key of their phone or do not reach, in any order: as often as the site
// says, and then he stays with whom he talks to, who still can send him to a queue.
func TestAgentsPassACallOnAsOftenAsTheSiteSaysAndNoMore(t *testing.T) {
	t.Parallel()
	for understood := range map[bool]bool{true: true, false: true} {
		rapid.Check(t, func(r *rapid.T) {
			most := rapid.IntRange(0, 4).Draw(r, "most")
			s := talking(t)
			s.rules.MaxTransfers, s.rules.Understood = most, func(int) bool { return understood }
			at, passed := int64(20e6), 0
			for n := range rapid.IntRange(1, 8).Draw(r, "times") {
				at += 60e6
				before := s.session.Record
				by, to := before.Agent, contact.Agent(fmt.Sprint("a", n+5))
				how := rapid.SampledFrom([]string{"blindly", "in vain", "after a consultation", "while it rings", "by key"}).Draw(r, "how")
				wish := engine.Event(engine.Direct{Do: engine.SendTo, By: by, Agent: to})
				switch how {
				case "by key":
					s.rules.Dialled = func(text string) engine.Whom { return engine.Whom{Agent: contact.Agent(text)} }
					wish = engine.PhoneTransfers{Offer: before.Offer, To: string(to)}
				case "after a consultation", "while it rings":
					s.step(at, engine.Direct{Do: engine.Consult, By: by, Agent: to})
					s.accepts(at)
					if how == "after a consultation" {
						s.step(at, engine.AgentAnswered{Offer: s.session.Record.Parties[0].ID})
					}
					wish = engine.Direct{Do: engine.Complete, By: by}
				}
				standing := s.session.Record
				_, out := engine.Step(s.rules, s.session, at, wish)
				if understood && most > 0 && passed == most {
					require.NotNil(r, out.Refused)
					require.Equal(r, engine.PassedTooOften, out.Refused.Why)
					require.Contains(r, out.Refused.Text, fmt.Sprintf("%d times", most))
					require.Empty(r, out.Facts)
					require.Empty(r, out.Commands)
					require.Equal(r, standing, s.session.Record)
					if len(standing.Parties) > 0 {
						s.step(at, engine.Direct{Do: engine.Cancel, By: by})
						s.step(at, engine.AgentLeft{Offer: standing.Parties[0].ID})
					}
					continue
				}
				require.Nil(r, out.Refused)
				s.step(at, wish)
				passed++
				s.passes(at, before.Offer, how == "in vain")
				if how == "in vain" {
					again(s, at, n)
				}
				require.Equal(r, engine.Talking, s.session.Phase)
				if understood {
					require.Equal(r, passed, s.session.Record.Transfers, how)
				} else {
					require.Zero(r, s.session.Record.Transfers, "an older controller could not read it")
				}
				require.Equal(r, s.session.Record.Transfers, s.ledger.Transfers, "as the ledger counts")
			}
			require.Nil(r, refusal(s, at, engine.Direct{Do: engine.SendTo, By: s.session.Record.Agent, Queue: "particuliers"}))
		})
	}
}

func refusal(s *story, at int64, d engine.Direct) *engine.NotDone {
	_, out := engine.Step(s.rules, s.session, at, d)
	return out.Refused
}

// accepts has the ledger accept who is called.
func (s *story) accepts(at int64) {
	if id := s.session.Asked; id != "" {
		s.step(at, engine.PartyAccepted{Party: id, Phone: "PJSIP/2"})
	}
}

// passes has the call come to whom it is sent, or him not answer; who had it is gone.
func (s *story) passes(at int64, had fact.OfferID, inVain bool) {
	s.accepts(at)
	for _, p := range s.session.Record.Parties {
		switch {
		case p.ID == had || p.Joined():
		case inVain:
			s.step(at+1e6, engine.AgentLeft{Offer: p.ID, Result: contact.NoAnswer})
		default:
			s.step(at+1e6, engine.AgentAnswered{Offer: p.ID})
		}
	}
	s.step(at+2e6, engine.AgentLeft{Offer: had})
}

// again has the caller wait, and come to talk with an agent once more.
func again(s *story, at int64, n int) {
	offer := fact.OfferID(fmt.Sprint("again", n))
	for i, event := range []string{"offered %s", "rings %s", "answers %s", "bridged %s"} {
		s.line(fmt.Sprintf("%d "+event, at/1e6+3+int64(i), offer))
	}
}
