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

// again has the caller wait, and come to talk with an agent once more.
func again(s *story, at int64, n int) {
	offer := fact.OfferID(fmt.Sprint("again", n))
	for i, event := range []string{"offered %s", "rings %s", "answers %s", "bridged %s"} {
		s.line(fmt.Sprintf("%d "+event, at/1e6+3+int64(i), offer))
	}
}
