package node_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/status"
)

// mailsAtHand gives an agent of the site so many mails at hand beside his calls.
func mailsAtHand(agent contact.Agent, mails int) func(*config.Site) {
	return func(s *config.Site) {
		a := s.Agents[agent]
		a.Capacity = map[contact.Medium]int{contact.Email: mails}
		s.Agents[agent] = a
	}
}

// ofRennes is a mail that only the CIS of the West may open.
func ofRennes(reference string) status.Mail {
	m := letterOf(reference)
	m.Department = "35"
	return m
}

// atHand are the mails that an agent has.
func (b *bench) atHand(agent contact.Agent) (ids []contact.ID) {
	b.c.View(func(s *fold.State) {
		for _, o := range s.Floor.AtHand(agent) {
			ids = append(ids, o.Contact)
		}
	})
	return ids
}

// untilMayHave waits until an agent's card says so: the format is raised a moment after the
// first controller has begun, and cards are renewed then.
func (b *bench) untilMayHave(agent contact.Agent, mails int) {
	b.Helper()
	b.until("a card with a capacity", func() (has bool) {
		b.c.View(func(s *fold.State) { has = s.Floor.Agents[agent].Capacity[contact.Email] == mails })
		return has
	})
}

func TestAnAgentWithMailsAtHandAnswersACall(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp, mailsAtHand(rennes, 2))
	phone := b.phone(rennes, aritest.Answers(0))
	b.login(rennes)
	b.untilMayHave(rennes, 2)
	first, second := b.post(ofRennes("r-1")), b.post(ofRennes("r-2"))
	b.until("both to lie on his screen", func() bool { return len(b.atHand(rennes)) == 2 })
	third := b.post(ofRennes("r-3"))
	require.NoError(t, b.deed(first, "accept", rennes, ""))
	assert.Equal(t, acd.Ready, b.agent(rennes), "neither keeps him off the phone")
	caller := b.ask()
	b.untilTalking(caller, rennes)
	assert.Equal(t, []contact.ID{first, second}, b.atHand(rennes))
	require.NoError(t, b.deed(first, "answer", rennes, "Pendant l'appel."))
	b.until("the first to be over", func() bool { return b.outcomes()["answered"] == 2 })
	assert.Equal(t, acd.Talking, b.agent(rennes))
	assert.Equal(t, "waiting", b.mail(third).Standing(), "no mail is offered during a call")
	caller.Hangup()
	b.untilMail(third, "offered")
	assert.Equal(t, acd.Ready, b.agent(rennes))
	require.NoError(t, b.deed(second, "answer", rennes, "Voici."))
	require.NoError(t, b.deed(third, "answer", rennes, "Voici."))
	b.untilQuiet()
	assert.Equal(t, map[string]uint64{"answered": 4}, b.outcomes())
	assert.Equal(t, map[string]uint64{"connected": 4}, b.offers())
	assert.Equal(t, 1, phone.Calls())
	b.agentIs(rennes, acd.Ready)
}

func TestAMailThatIsNotTakenLeavesAnAgentOnThePhone(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp, mailsAtHand(rennes, 1), policies(func(p *contact.Policies) { p.NoAnswer = time.Hour }), func(s *config.Site) {
		for q, terms := range s.Plan.Queues {
			terms.MailTake = 50 * time.Millisecond
			s.Plan.Queues[q] = terms
		}
	})
	b.phone(rennes, aritest.Answers(0))
	b.login(rennes)
	b.untilMayHave(rennes, 1)
	id := b.post(ofRennes("r-1"))
	b.until("it to be taken away", func() bool { return b.offers()["no_answer"] == 1 })
	b.untilMail(id, "waiting")
	assert.Equal(t, acd.Ready, b.agent(rennes))
	caller := b.ask()
	b.untilTalking(caller, rennes)
	caller.Hangup()
	b.agentIs(rennes, acd.Ready)
	assert.Equal(t, "waiting", b.mail(id).Standing(), "mails are kept from him")
	b.command(rennes, fact.Resumed{Agent: rennes})
	b.untilMail(id, "offered")
	require.NoError(t, b.deed(id, "answer", rennes, "Voici."))
	b.untilQuiet()
}

func TestWhoLogsOutHasGivenHisMailsBack(t *testing.T) {
	t.Parallel()
	for name, restart := range map[string]bool{"the same controller": false, "the next one": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, noWrapUp, mailsAtHand(rennes, 2))
			b.login(rennes)
			b.untilMayHave(rennes, 2)
			first, second := b.post(ofRennes("r-1")), b.post(ofRennes("r-2"))
			b.until("both to lie on his screen", func() bool { return len(b.atHand(rennes)) == 2 })
			require.NoError(t, b.deed(second, "accept", rennes, ""))
			b.command(rennes, fact.LoggedOut{Agent: rennes})
			assert.Equal(t, acd.LoggedOut, b.agent(rennes), "at once")
			if restart {
				b.stop()
				b.start()
			}
			b.until("both to wait again", func() bool {
				return b.mail(first).Standing() == "waiting" && b.mail(second).Standing() == "waiting"
			})
			assert.Equal(t, map[string]uint64{"refused": 1, "returned": 1}, b.offers())
			b.login("a1002")
			for _, id := range []contact.ID{first, second} {
				b.untilMail(id, "offered")
				require.NoError(t, b.deed(id, "answer", "a1002", "Voici."))
			}
			b.untilQuiet()
		})
	}
}

func TestTheNextControllerTakesUpWhatIsAtHand(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp, mailsAtHand(rennes, 2))
	b.phone(rennes, aritest.Answers(0))
	b.login(rennes)
	b.untilMayHave(rennes, 2)
	first, second := b.post(ofRennes("r-1")), b.post(ofRennes("r-2"))
	b.until("both to lie on his screen", func() bool { return len(b.atHand(rennes)) == 2 })
	require.NoError(t, b.deed(first, "accept", rennes, ""))
	b.kill()
	b.launch("c2")
	b.until("the link to be up", b.ready)
	b.untilMailroom()
	b.until("all to be taken up", func() bool { return b.live().Contacts == 2 })
	assert.Equal(t, []contact.ID{first, second}, b.atHand(rennes))
	caller := b.ask()
	b.untilTalking(caller, rennes)
	require.NoError(t, b.deed(first, "answer", rennes, "Voici."))
	require.NoError(t, b.deed(second, "answer", rennes, "Voici."))
	caller.Hangup()
	b.until("nothing to be left", func() bool { return b.contacts() == 0 && b.live().Contacts == 0 })
	b.sound()
	assert.Equal(t, map[string]uint64{"answered": 3}, b.outcomes())
}

func TestMailsAtHandAreThereAfterAFailoverThatLostThem(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp, mailsAtHand(rennes, 2))
	b.login(rennes)
	b.untilMayHave(rennes, 2)
	before := b.mark()
	first, second := b.post(ofRennes("r-1")), b.post(ofRennes("r-2"))
	b.until("both to lie on his screen", func() bool { return len(b.atHand(rennes)) == 2 })
	require.NoError(t, b.deed(first, "accept", rennes, ""))
	b.failOver(before)
	b.until("them to be with him again", func() bool { return len(b.atHand(rennes)) == 2 })
	assert.Equal(t, acd.Ready, b.agent(rennes))
	b.until("both to be answered", func() bool {
		return b.deed(first, "answer", rennes, "Voici.") == nil || b.mail(first).Standing() != "handling"
	})
	b.until("the other to be answered", func() bool {
		return b.deed(second, "answer", rennes, "Voici.") == nil || b.outcomes()["answered"] == 2
	})
	b.until("nothing to be left", func() bool { return b.contacts() == 0 && b.live().Contacts == 0 })
	assert.Equal(t, map[string]uint64{"answered": 2}, b.outcomes())
	assert.Empty(t, b.live().Violations)
}
