package node_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/ledger"
	"github.com/guichet/guichet/internal/password"
	"github.com/guichet/guichet/internal/status"
)

// Each way in which an agent does not take a call: counted by its own name, the
// agent set aside, and the caller offered to the next one at his own rank,
// before somebody who came later.
func TestAnOfferThatFailsGoesToTheNextAgentAtTheCallersRank(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		phone  aritest.Behaviour
		result contact.RingResult
		calls  int
	}{
		"no answer":          {aritest.Rings(), contact.NoAnswer, 1},
		"no sign of life":    {aritest.Silent(), contact.NoAnswer, 1},
		"busy":               {aritest.Busy(), contact.Busy, 1},
		"refuses":            {aritest.Refuses(), contact.Refused, 1},
		"phone not there":    {aritest.Unreachable(), contact.Unreachable, 0},
		"server error (503)": {aritest.Fails(34, 503), contact.Unreachable, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBenchWith(t, fast, noWrapUp)
			b.looksAtNoPhone()
			bad, good := b.phone("a1001", c.phone), b.phone("a1002", aritest.Answers(0))
			b.login("a1001")
			first := b.ask()
			b.until("the offer", func() bool { return len(b.facts(fact.KindOffered)) == 1 })
			second := b.ask()
			b.agentIs("a1001", acd.SetAside)
			assert.Equal(t, string(c.result), b.why("a1001"))
			assert.Equal(t, c.calls, bad.Calls())
			assert.Empty(t, bad.Legs(), "nobody's phone keeps ringing")
			b.until("both to wait", func() bool {
				s := b.standings(first, second)
				return s[0] == "waiting" && s[1] == "waiting"
			})
			b.login("a1002")
			b.untilTalking(first, "a1002")
			assert.Equal(t, "waiting", b.standingOf(second))
			assert.EqualValues(t, 1, b.offers()[string(c.result)])
			first.Hangup()
			b.untilTalking(second, "a1002")
			second.Hangup()
			b.untilQuiet()
			assert.Equal(t, 1, good.Peak())
		})
	}
}

// looksAtNoPhone keeps the controller from seeing that a phone is not there before anybody is
// offered to its agent.
func (b *bench) looksAtNoPhone() (end func()) {
	return b.asterisk.Inject(0, "GET /endpoints/PJSIP", aritest.Refuse(500, "Internal Server Error"))
}

func TestAnAnswerInTheVeryMomentOfTheDeadlineIsOneThingOrTheOther(t *testing.T) {
	t.Parallel()
	b := newBenchWith(t, aritest.Config{Second: time.Millisecond}, policies(func(p *contact.Policies) {
		p.Ring, p.WrapUp, p.NoAnswer, p.Refused = 15*time.Second, 0, time.Millisecond, time.Millisecond
	}))
	phone := b.phone("a1001", aritest.Answers(15*time.Millisecond))
	b.login("a1001")
	for range 25 {
		caller := b.ask()
		b.until("the caller to talk, or another ring", func() bool {
			return len(caller.Channel().BridgedTo) == 1 || phone.Calls() > 20
		})
		caller.Hangup()
		b.until("all to be over", func() bool { return caller.Channel().Gone && len(phone.Legs()) == 0 })
	}
	b.until("all to be counted", func() bool {
		return b.outcomes()["answered"]+b.outcomes()["abandoned"] == 25
	})
	b.agentIs("a1001", acd.Ready)
	b.untilQuiet()
	assert.Equal(t, 1, phone.Peak())
	ended := uint64(0)
	for _, n := range b.offers() {
		ended += n
	}
	assert.EqualValues(t, len(b.facts(fact.KindOffered)), ended, "each offer has one result")
}

func TestAnAgentSetAsideAsUnreachableComesBackWithThePhone(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	looks := b.looksAtNoPhone()
	b.phone("a1001", aritest.Unreachable())
	b.login("a1001")
	caller := b.ask()
	b.agentIs("a1001", acd.SetAside)
	b.phone("a1001", aritest.Answers(0))
	looks()
	b.untilTalking(caller, "a1001")
	facts := b.facts(fact.KindOfferFailed, fact.KindReachable)
	require.Len(t, facts, 2)
	assert.Greater(t, facts[1].Entry.At-facts[0].Entry.At, (10 * time.Second).Microseconds(),
		"a phone that registers but cannot be reached is not tried every other second")
	caller.Hangup()
	b.untilQuiet()
}

func TestAQueueSaysForHowLongAPhoneThatCannotBeReachedIsLeftAlone(t *testing.T) {
	t.Parallel()
	b := newBench(t, policies(func(p *contact.Policies) { p.Unreachable = 300 * time.Millisecond }))
	b.looksAtNoPhone()
	b.phone("a1001", aritest.Unreachable())
	b.login("a1001")
	caller := b.ask()
	b.agentIs("a1001", acd.SetAside)
	b.phone("a1001", aritest.Answers(0))
	b.untilTalking(caller, "a1001")
	assert.Empty(t, b.facts(fact.KindReachable), "its deadline ended it, and not its registration")
	for _, f := range b.facts(fact.KindQueued, fact.KindRinging, fact.KindConnected) {
		assert.Equal(t, fact.EntryFormat(f.Fact), f.Entry.Format, "an older controller stops at %s", f.Entry.Kind)
		assert.Greater(t, f.Entry.Format, 1, "an older controller stops at %s", f.Entry.Kind)
	}
	caller.Hangup()
	b.untilQuiet()
}

func TestASetAsideEndsByItsDeadline(t *testing.T) {
	t.Parallel()
	const aside = 200 * time.Millisecond
	b := newBench(t, policies(func(p *contact.Policies) { p.Busy = aside }))
	phone := b.phone("a1001", aritest.Busy())
	b.ledger.look(func(batch []ledger.Entry) {
		if slices.ContainsFunc(batch, func(e ledger.Entry) bool { return e.Kind == string(fact.KindOfferFailed) }) {
			b.phone("a1001", aritest.Answers(0)) // before he is set aside
		}
	})
	b.login("a1001")
	caller := b.ask()
	b.untilTalking(caller, "a1001")
	assert.Equal(t, 2, phone.Calls())
	failed, offered := b.facts(fact.KindOfferFailed)[0], b.facts(fact.KindOffered)[1]
	assert.Equal(t, contact.Busy, failed.Fact.(fact.OfferFailed).Result)
	assert.GreaterOrEqual(t, offered.Entry.At-failed.Entry.At, aside.Microseconds())
	caller.Hangup()
	b.untilQuiet()
}

func TestManyWaitingCallersGoRoundAPhoneThatFails(t *testing.T) {
	t.Parallel()
	b := newBenchWith(t, fast, noWrapUp, policies(func(p *contact.Policies) { p.Busy = time.Hour }))
	phones := map[contact.Agent]*aritest.Phone{
		"a1001": b.phone("a1001", aritest.Busy()),
		"a1002": b.phone("a1002", aritest.Rings()),
		"a1003": b.phone("a1003", aritest.Answers(0)),
	}
	b.login("a1001", "a1002", "a1003")
	var callers []*aritest.Caller
	for range 6 {
		callers = append(callers, b.ask())
	}
	for i := range callers {
		b.until("somebody to talk", func() bool { return b.outcomes()["answered"] == uint64(i+1) })
		phones["a1003"].Hangup()
	}
	b.untilQuiet()
	assert.Equal(t, 1, phones["a1001"].Calls(), "who is set aside is left alone")
	for a, phone := range phones {
		assert.LessOrEqual(t, phone.Peak(), 1, a)
	}
}

// Nothing rings at a phone that is not registered, or in a call of its own: its agent is
// not ready, and is again when that is over. What he does meanwhile is nobody's matter.
func TestAnAgentWhosePhoneCannotRingIsNotReady(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	phone := b.phone("a1001", aritest.Answers(0))
	b.login("a1001")
	b.phone("a1001", aritest.Unreachable())
	b.agentIs("a1001", acd.SetAside)
	assert.Equal(t, string(contact.Unregistered), b.why("a1001"))
	caller := b.ask()
	b.until("him to wait", func() bool { return b.standingOf(caller) == "waiting" })
	assert.Zero(t, phone.Calls(), "no call is even tried")
	phone.Busies("1700000000.1")
	b.phone("a1001", aritest.Answers(0))
	b.until("the own call to be seen", func() bool { return b.why("a1001") == string(contact.OnOwnCall) })
	assert.Empty(t, b.facts(fact.KindOffered))
	phone.Busies()
	b.untilTalking(caller, "a1001")
	phone.Busies("1700000000.2") // a second line: what is under way goes on
	caller.Hangup()
	phone.Busies()
	b.untilQuiet()
	assert.GreaterOrEqual(t, len(b.facts(fact.KindPhone)), 3)
}

// A PIN is right, wrong or not tried at all; what it is stands nowhere.
func TestAPINIsProvedAndAttemptsAreLimited(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "pins")
	hash, err := password.Make("4711")
	require.NoError(t, err)
	other, err := password.Make("4712")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, []byte("# of the west\na1001:"+hash.String()+"\na1003:"+other.String()+"\n"), 0o600))
	b := newBench(t, func(s *config.Site) { s.Floor.PINs = config.Secret{File: file} })
	why := func(err error) status.Why {
		var refused *status.Refused
		require.ErrorAs(t, err, &refused)
		assert.NotContains(t, refused.Error(), "4711")
		return refused.Why
	}
	require.NoError(t, b.c.Prove("a1001", "4711", "192.0.2.1"))
	assert.Equal(t, status.NoPIN, why(b.c.Prove("a1002", "4711", "192.0.2.1")))
	for range 5 {
		assert.Equal(t, status.WrongPIN, why(b.c.Prove("a1003", "0000", "192.0.2.1")))
	}
	assert.Equal(t, status.PINLocked, why(b.c.Prove("a1003", "4712", "192.0.2.2")), "the right one, too late")
	require.NoError(t, b.c.Prove("a1001", "4711", "192.0.2.1"), "who is behind the same address is not concerned")
	for i := range 44 { // with six that failed above
		assert.Equal(t, status.NoPIN, why(b.c.Prove(contact.Agent(fmt.Sprint("z", i)), "0000", "192.0.2.1")))
	}
	assert.Equal(t, status.PINLocked, why(b.c.Prove("a1001", "4711", "192.0.2.1")), "but there is an end to it")
	require.NoError(t, b.c.Prove("a1001", "4711", "192.0.2.2"))
	require.NoError(t, os.WriteFile(file, []byte("a1001:4711\n"), 0o600))
	for range 6 {
		assert.Equal(t, status.NoPIN, why(b.c.Prove("a1005", "4711", "192.0.2.5")), "a PIN in clear is none, is not told, and counts as nobody's mistake")
	}
}

// At a phone nothing tells which numbers there are: not what is answered, nor how often,
// nor after how long.
func TestANumberThatIsNobodysIsRefusedAsAWrongPIN(t *testing.T) {
	t.Parallel()
	b := newBench(t, withCodes(t))
	for _, number := range []string{"1001", "1002", "9999"} { // with a PIN, without one, nobody's
		for i := range 5 {
			took := time.Now()
			_, err := b.c.ProveByKeys(number, "0000", fmt.Sprint("PJSIP/", number, i))
			var refused *status.Refused
			require.ErrorAs(t, err, &refused)
			assert.NotEqual(t, status.PINLocked, refused.Why, "%s %d", number, i)
			assert.Greater(t, time.Since(took), time.Millisecond, "%s: as if it had not been compared", number)
		}
		_, err := b.c.ProveByKeys(number, "0000", "PJSIP/other")
		var refused *status.Refused
		require.ErrorAs(t, err, &refused)
		assert.Equal(t, status.PINLocked, refused.Why, number)
	}
	_, err := b.c.ProveByKeys("8888", "0000", "PJSIP/other")
	var refused *status.Refused
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, status.NoPIN, refused.Why, "another number of nobody is not locked with it")
}

// Whoever logs in himself in between guesses no more than anybody.
func TestAnOwnPINForgivesNoGuessesAtAPhone(t *testing.T) {
	t.Parallel()
	b := newBench(t, withCodes(t))
	var refused *status.Refused
	for _, number := range []string{"1002", "1003", "1004", "1005", "1006"} {
		_, err := b.c.ProveByKeys("1001", "4711", "PJSIP/a1001")
		require.NoError(t, err)
		_, err = b.c.ProveByKeys(number, "0000", "PJSIP/a1001")
		require.ErrorAs(t, err, &refused)
	}
	_, err := b.c.ProveByKeys("1001", "4711", "PJSIP/a1001")
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, status.PINLocked, refused.Why)
	agent, err := b.c.ProveByKeys("1001", "4711", "PJSIP/a1002")
	require.NoError(t, err)
	assert.Equal(t, contact.Agent("a1001"), agent)
}
