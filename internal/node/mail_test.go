package node_test

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
	"github.com/guichet/guichet/internal/status"
)

// a3001 serves mails at the platform of Nantes, a1001 at the CIS of the West: both
// are of the sample site.
const nantes, rennes contact.Agent = "a3001", "a1001"

// letterOf is a mail from Nantes under this reference.
func letterOf(reference string) status.Mail {
	return status.Mail{
		Entry: "2014", Topic: "avis", Department: "44", Language: "fr", From: "camille@exemple.fr", Reference: reference,
		Letter: status.Letter{Subject: "Mon avis", Body: "Je ne le comprends pas."},
	}
}

// untilMailroom waits until mails are taken in here.
func (b *bench) untilMailroom() {
	b.Helper()
	b.until("mails to be taken in", func() bool { return b.c.MailroomOpen() })
}

func (b *bench) post(m status.Mail) contact.ID {
	b.Helper()
	b.untilMailroom()
	posted, err := b.c.Post(context.Background(), m)
	require.NoError(b, err)
	require.False(b, posted.Repeated)
	return posted.Contact
}

// deed does something with a mail under an operation of its own.
func (b *bench) deed(id contact.ID, act string, agent contact.Agent, text string) error {
	return b.c.DoMail(context.Background(), id, status.Deed{
		Act: act, Agent: agent, Text: text, Op: "deed-" + strconv.FormatInt(operations.Add(1), 10),
	})
}

func (b *bench) untilMail(id contact.ID, standing string) {
	b.Helper()
	b.until("the mail to be "+standing, func() bool { return b.mail(id).Standing() == standing })
}

// mail is what the ledger knows of a mail; an empty record if it is over.
func (b *bench) mail(id contact.ID) *engine.Record {
	var rec engine.Record
	b.c.View(func(s *fold.State) {
		if r := s.Contacts[id]; r != nil {
			rec = *r
		}
	})
	return &rec
}

// refusedAs asserts why something was refused.
func (b *bench) refusedAs(why status.Why, err error) {
	b.Helper()
	var refused *status.Refused
	require.ErrorAs(b, err, &refused)
	assert.Equal(b, why, refused.Why, refused.Message)
}

func TestAMailIsOfferedToWhoMayOpenTheFileAndAnswered(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp)
	phone := b.phone(nantes, aritest.Answers(0))
	b.login(nantes, rennes)
	id := b.post(letterOf("r-1"))
	b.untilMail(id, "offered")
	assert.Equal(t, nantes, b.mail(id).Agent, "who is of another department may not open the file")
	require.NoError(t, b.deed(id, "accept", nantes, ""))
	assert.Equal(t, acd.Talking, b.agent(nantes))
	assert.Equal(t, "handling", b.mail(id).Standing())
	require.NoError(t, b.deed(id, "answer", nantes, "Le voici expliqué."))
	b.untilQuiet()
	assert.Equal(t, map[string]uint64{"answered": 1}, b.outcomes())
	assert.Zero(t, phone.Calls(), "no phone rings for a mail")
	b.agentIs(nantes, acd.Ready)
	for _, a := range b.facts(fact.KindArrived, fact.KindConnected) {
		assert.NotContains(t, string(a.Entry.Data), "comprends")
		assert.NotContains(t, string(a.Entry.Data), "expliqué")
		assert.NotContains(t, string(a.Entry.Data), "exemple.fr")
	}
}

func TestAnAnswerIsGivenOnceHoweverOftenItIsSent(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp)
	b.login(nantes)
	id := b.post(letterOf("r-1"))
	b.untilMail(id, "offered")
	require.NoError(t, b.deed(id, "accept", nantes, ""))
	require.NoError(t, b.deed(id, "accept", nantes, ""), "it is taken already")
	answer := status.Deed{Act: "answer", Agent: nantes, Text: "Voici.", Op: "op-of-the-answer"}
	var together sync.WaitGroup
	for range 4 {
		together.Go(func() { assert.NoError(t, b.c.DoMail(context.Background(), id, answer)) })
	}
	together.Wait()
	other := answer
	other.Text = "Autre chose."
	b.refusedAs(status.NoEffect, b.c.DoMail(context.Background(), id, other))
	b.refusedAs(status.NoEffect, b.deed(id, "answer", nantes, "Encore."))
	b.untilQuiet()
	assert.Len(t, b.facts(fact.KindConnected), 1)
	b.stop()
	b.start()
	assert.NoError(t, b.c.DoMail(context.Background(), id, answer), "the ledger remembers the operation")
	b.refusedAs(status.NoEffect, b.deed(id, "answer", nantes, "Encore."))
}

func TestAMailThatIsGivenBackGoesToSomebodyElse(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp, policies(func(p *contact.Policies) { p.Refused = time.Hour }))
	b.login(nantes)
	id := b.post(letterOf("r-1"))
	b.untilMail(id, "offered")
	b.refusedAs(status.NoEffect, b.deed(id, "return", rennes, ""))
	require.NoError(t, b.deed(id, "return", nantes, ""))
	b.untilMail(id, "waiting")
	b.refusedAs(status.NoEffect, b.deed(id, "answer", nantes, "Trop tard."))
	b.login("a3002")
	b.untilMail(id, "offered")
	require.NoError(t, b.deed(id, "answer", "a3002", "Voici."))
	b.untilQuiet()
	assert.EqualValues(t, 1, b.offers()["refused"])
}

func TestAMailThatNobodyTakesOrAnswersGoesBackByItsDeadline(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp, policies(func(p *contact.Policies) { p.NoAnswer = time.Millisecond }), func(s *config.Site) {
		for q, terms := range s.Plan.Queues {
			terms.MailHandle = 50 * time.Millisecond
			s.Plan.Queues[q] = terms
		}
	})
	b.login(nantes)
	id := b.post(letterOf("r-1"))
	b.untilMail(id, "offered")
	require.NoError(t, b.deed(id, "accept", nantes, ""))
	b.until("it to be taken away", func() bool { return b.offers()["no_answer"] == 1 })
	b.until("it to be offered again", func() bool { return b.mail(id).Standing() == "offered" })
	require.NoError(t, b.deed(id, "answer", nantes, "Voici."))
	b.untilQuiet()
}

func TestTheSameReferenceIsTheSameMail(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp)
	id := b.post(letterOf("r-1"))
	again, err := b.c.Post(context.Background(), letterOf("r-1"))
	require.NoError(t, err)
	assert.Equal(t, status.Posted{Contact: id, Repeated: true}, again)
	other := letterOf("r-1")
	other.Body = "Autre chose."
	_, err = b.c.Post(context.Background(), other)
	b.refusedAs(status.ReferenceUsed, err)
	b.login(nantes)
	b.untilMail(id, "offered")
	require.NoError(t, b.deed(id, "answer", nantes, "Voici."))
	b.untilQuiet()
	again, err = b.c.Post(context.Background(), letterOf("r-1"))
	require.NoError(t, err)
	assert.Equal(t, status.Posted{Contact: id, Repeated: true}, again, "also when it is over")
	assert.Zero(t, b.contacts())
}

func TestAMailIsRefusedWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp)
	b.untilMailroom()
	nobodys := letterOf("r-1")
	nobodys.Topic = "controle_fiscal" // goes to a local service, which has no mail here
	nobodys.PostalCode, nobodys.Department = "44000", ""
	_, err := b.c.Post(context.Background(), nobodys)
	b.refusedAs(status.NoQueue, err)
	b.away()
	_, err = b.c.Post(context.Background(), letterOf("r-2"))
	b.refusedAs(status.LedgerAway, err)
	b.refusedAs(status.UnknownMail, b.deed("m1-1", "accept", nantes, ""))
	b.back()
	assert.Zero(t, b.contacts())
	id := b.post(letterOf("r-2"))
	call := b.call()
	b.until("the menu", func() bool { return b.standingOf(call) == "menu" })
	b.refusedAs(status.UnknownMail, b.deed(b.record(call).ID, "accept", nantes, ""))
	call.Hangup()
	b.login(nantes)
	b.untilMail(id, "offered")
	require.NoError(t, b.deed(id, "answer", nantes, "Voici."))
	b.untilQuiet()
}

func TestWithoutASiteKeyNoMailIsTakenIn(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(s *config.Site) { s.Key = config.Secret{} })
	b.untilMailroom()
	_, err := b.c.Post(context.Background(), letterOf("r-1"))
	b.refusedAs(status.NoKey, err)
	assert.Zero(t, b.contacts())
}

// The answer to the append is lost: the sender is told that nobody knows, or that
// it was accepted, and sends it again.
func TestAMailWhoseAcceptanceWasLostIsTheSameWhenItIsSentAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp)
	b.untilMailroom()
	var once sync.Once
	b.ledger.look(func(batch []ledger.Entry) {
		if batch[0].Kind == string(fact.KindArrived) {
			once.Do(func() { b.ledger.loseAnswers(1) })
		}
	})
	posted, err := b.c.Post(context.Background(), letterOf("r-1"))
	var refused *status.Refused
	if errors.As(err, &refused) {
		b.refusedAs(status.LedgerAway, err)
	} else {
		require.NoError(t, err)
	}
	again, err := b.c.Post(context.Background(), letterOf("r-1"))
	require.NoError(t, err)
	assert.True(t, again.Repeated)
	if refused == nil {
		assert.Equal(t, posted.Contact, again.Contact)
	}
	b.login(nantes)
	b.untilMail(again.Contact, "offered")
	b.until("its letter", func() bool { return b.deed(again.Contact, "answer", nantes, "Voici.") == nil })
	b.untilQuiet()
	assert.Len(t, b.facts(fact.KindArrived), 1)
}

// A controller ends with a mail in each place; the next one takes them up.
func TestTheNextControllerTakesEveryMailUp(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		end  func(*bench)
		next string
	}{
		"stopped":                     {(*bench).stop, "c1"},
		"killed":                      {(*bench).kill, "c1"},
		"killed, another takes over":  {(*bench).kill, "c2"},
		"stopped, another takes over": {(*bench).stop, "c2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, noWrapUp)
			b.login(nantes)
			handled := b.post(letterOf("handled"))
			b.untilMail(handled, "offered")
			require.NoError(t, b.deed(handled, "accept", nantes, ""))
			b.login("a3002")
			offered := b.post(letterOf("offered"))
			b.untilMail(offered, "offered")
			b.until("it to lie on the screen", func() bool { return b.agent("a3002") == acd.Ringing })
			waiting := b.post(letterOf("waiting"))
			b.untilMail(waiting, "waiting")
			c.end(b)
			b.launch(c.next)
			b.untilMailroom()
			b.until("all to be taken up", func() bool { return b.live().Contacts == 3 })
			assert.Equal(t, []string{"handling", "offered", "waiting"},
				[]string{b.mail(handled).Standing(), b.mail(offered).Standing(), b.mail(waiting).Standing()})
			require.NoError(t, b.deed(offered, "return", "a3002", ""))
			require.NoError(t, b.deed(handled, "answer", nantes, "Voici."))
			b.until("the agent to have the next", func() bool {
				b.command("a3002", fact.Resumed{Agent: "a3002"})
				return true
			})
			for _, id := range []contact.ID{offered, waiting} {
				b.until("it to be offered", func() bool { return b.mail(id).Agent != "" })
				require.NoError(t, b.deed(id, "answer", b.mail(id).Agent, "Voici."))
			}
			b.until("nothing to be left", func() bool { return b.contacts() == 0 && b.live().Contacts == 0 })
			b.sound()
			assert.Equal(t, map[string]uint64{"answered": 3}, b.outcomes())
			assert.EqualValues(t, 3, b.live().Repairs["adopted"])
		})
	}
}

// Two controllers live; the one that has the mails goes, and the other one leads
// and has them.
func TestTheMailsAreWithOneControllerAndGoToTheNext(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp)
	b.login(nantes)
	id := b.post(letterOf("r-1"))
	b.untilMail(id, "offered")
	require.NoError(t, b.deed(id, "accept", nantes, ""))
	first := b.run
	leave := b.cancel
	b.launch("c2")
	b.until("the other to know the mail", func() bool { return b.mail(id).Standing() == "handling" })
	_, err := b.c.Post(context.Background(), letterOf("r-2"))
	b.refusedAs(status.NotHolder, err)
	assert.ErrorContains(t, err, "controller c1")
	b.refusedAs(status.NotHolder, b.deed(id, "answer", nantes, "Voici."))
	leave()
	<-first.done
	next := b.post(letterOf("r-2"))
	b.until("the first to be taken up", func() bool { return b.deed(id, "answer", nantes, "Voici.") == nil })
	b.until("the next to be offered", func() bool { return b.mail(next).Standing() == "offered" })
	require.NoError(t, b.deed(next, "answer", nantes, "Voici."))
	b.until("nothing to be left", func() bool { return b.contacts() == 0 && b.live().Contacts == 0 })
	b.sound()
	assert.Equal(t, map[string]uint64{"answered": 2}, b.outcomes())
}

// Redis loses its last second: what was accepted by API is written again.
func TestAnAcceptedMailAndItsAnswerSurviveAFailoverThatLostThem(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp)
	b.login(nantes)
	answered := b.post(letterOf("answered"))
	b.untilMail(answered, "offered")
	before := b.mark()
	require.NoError(t, b.deed(answered, "accept", nantes, ""))
	require.NoError(t, b.deed(answered, "answer", nantes, "Voici."))
	waiting := b.post(letterOf("waiting"))
	b.failOver(before)
	b.until("the answer to be there again", func() bool { return b.outcomes()["answered"] == 1 })
	b.until("the other to be offered", func() bool { return b.mail(waiting).Standing() == "offered" })
	require.NoError(t, b.deed(waiting, "answer", nantes, "Voici."))
	b.until("nothing to be left", func() bool { return b.contacts() == 0 && b.live().Contacts == 0 })
	assert.Equal(t, map[string]uint64{"answered": 2}, b.outcomes())
	assert.Empty(t, b.live().Violations)
}

// Answers given while Redis is away are not acknowledged before it has them.
func TestADeedIsDoneWhenTheLedgerHasIt(t *testing.T) {
	t.Parallel()
	b := newBench(t, noWrapUp)
	b.login(nantes)
	id := b.post(letterOf("r-1"))
	b.untilMail(id, "offered")
	b.away()
	answer := status.Deed{Act: "answer", Agent: nantes, Text: "Voici.", Op: "op-of-an-answer-while-away"}
	b.refusedAs(status.LedgerAway, b.c.DoMail(context.Background(), id, answer))
	b.back()
	require.NoError(t, b.c.DoMail(context.Background(), id, answer))
	b.untilQuiet()
	assert.Equal(t, map[string]uint64{"answered": 1}, b.outcomes())
	assert.Len(t, b.facts(fact.KindConnected), 1)
}
