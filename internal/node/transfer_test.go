package node_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/calendar"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/ivr"
	"github.com/guichet/guichet/routing"
)

// The topic of key 1 leads to the tax office of Rennes, through the trunk.
const (
	office = "PJSIP/+33299000001@trunk"
	number = "+33299000001"
)

func localService(s *config.Site) {
	s.Asterisk[0].Trunk = "PJSIP/{number}@trunk"
	plan := *s.Plan
	plan.Always = append(slices.Clone(plan.Always), routing.Rule{
		Name: "always 9", Match: routing.Match{Topics: []contact.Topic{"declaration"}}, ToService: true,
	})
	plan.Services = func(contact.Topic, string) (routing.LocalService, bool) {
		return routing.LocalService{Name: "SIP Rennes", Number: number}, true
	}
	s.Plan = &plan
}

// told gives the queue node an exit of its own for a service not reached.
func told(s *config.Site) {
	s.Entries["2014"].Tree.Nodes["conseiller"].(*ivr.Queue).Unreachable = ivr.Exit{Prompts: []ivr.Prompt{"attente_saturee"}}
}

func (b *bench) office(does aritest.Behaviour) *aritest.Phone { return b.asterisk.Phone(office, does) }

// transferred asks, and waits until the office and the caller talk.
func (b *bench) transferred(phone *aritest.Phone) *aritest.Caller {
	b.Helper()
	caller := b.ask()
	b.untilTransferred(caller, phone)
	return caller
}

func (b *bench) untilTransferred(caller *aritest.Caller, phone *aritest.Phone) {
	b.Helper()
	b.until("the caller to talk to the office", func() bool { return b.standingOf(caller) == "transferred" && b.talks(caller, phone) })
}

func TestACallerIsSentToTheLocalServiceAndEitherSideMayHangUp(t *testing.T) {
	t.Parallel()
	b := newBench(t, localService)
	phone := b.office(aritest.Answers(0))
	caller := b.transferred(phone)
	assert.Empty(t, caller.Channel().Music)
	assert.Equal(t, map[string]string{"CONNECTEDLINE(all,i)": "<0612345678>", "CONNECTEDLINE(pres,i)": "allowed"}, phone.Legs()[0].Variables,
		"the caller's own number, and nothing of ours")
	phone.Hangup()
	b.untilQuiet()
	assert.True(t, caller.Channel().Gone)

	second := b.transferred(phone)
	second.Hangup()
	b.untilQuiet()
	b.sameAfterReplay()
	assert.Equal(t, map[string]uint64{"transferred_out": 2}, b.outcomes())
	b.c.View(func(s *fold.State) { assert.Empty(t, s.Tally.Asked, "a local service is no agent") })
	assert.Empty(t, b.offers())
}

func TestAWithheldNumberStaysWithheldOutside(t *testing.T) {
	t.Parallel()
	b := newBench(t, localService)
	phone := b.office(aritest.Answers(0))
	for _, c := range []struct{ number, shown string }{{"0612345678", "<0612345678>"}, {"", "<anonymous>"}} {
		caller := b.asterisk.Call(c.number, "2014", "entry", "2014", "", "prohib_passed_screen")
		caller.Press("1")
		b.untilTransferred(caller, phone)
		assert.Equal(t, map[string]string{"CONNECTEDLINE(all,i)": c.shown, "CONNECTEDLINE(pres,i)": "prohib"}, phone.Legs()[0].Variables)
		assert.True(t, b.record(caller).Withheld)
		assert.Empty(t, b.record(caller).CallerHash, "and is recognised by nothing")
		caller.Hangup()
		b.until("the end", func() bool { return len(phone.Legs()) == 0 })
	}
	b.untilQuiet()
}

func TestNothingRingsOutsideBeforeTheLedgerHasAccepted(t *testing.T) {
	t.Parallel()
	b := newBench(t, localService)
	phone := b.office(aritest.Rings())
	thaw := b.ledger.freeze()
	defer thaw()
	caller := b.ask()
	b.until("music for who waits", func() bool { return caller.Channel().Music == "default" })
	assert.Zero(t, b.asterisk.Count("POST /channels/create"))
	thaw()
	b.until("the office to ring", phone.Ringing)
	b.until("the claim to be told", func() bool { return b.standingOf(caller) == "transferring" })
	assert.Equal(t, "default", caller.Channel().Music, "while it rings")
	caller.Hangup()
	b.untilQuiet()
	assert.Equal(t, map[string]uint64{"ring": 1}, b.abandoned())
	assert.Equal(t, 1, phone.Calls())
}

func TestACallerWhoLeavesBeforeTheClaimIsAcceptedIsNeverCalledFor(t *testing.T) {
	t.Parallel()
	b := newBench(t, localService)
	phone := b.office(aritest.Answers(0))
	thaw := b.ledger.freeze()
	defer thaw()
	caller := b.ask()
	b.until("music for who waits", func() bool { return caller.Channel().Music == "default" })
	caller.Hangup()
	b.until("the caller to be gone", func() bool { return caller.Channel().Gone })
	b.until("the hang-up to be written down", func() bool { return b.c.Live().Journal > 0 })
	thaw()
	b.untilQuiet()
	assert.Zero(t, phone.Calls())
	assert.Len(t, b.facts(fact.KindTransferEnded), 1)
}

func TestAServiceThatIsNotReachedLeadsToTheExitOfTheTree(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		does   aritest.Behaviour
		result contact.RingResult
	}{
		"busy":        {aritest.Busy(), contact.Busy},
		"refused":     {aritest.Refuses(), contact.Refused},
		"congestion":  {aritest.Fails(34, 503), contact.Unreachable},
		"no such":     {aritest.Fails(1, 404), contact.Unreachable},
		"unreachable": {aritest.Unreachable(), contact.Unreachable},
		"no answer":   {aritest.Rings(), contact.NoAnswer},
		"silent":      {aritest.Silent(), contact.NoAnswer},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBenchWith(t, fast, localService, told)
			phone := b.office(c.does)
			caller := b.ask()
			b.until("the caller to be told", func() bool { return b.played(caller, "attente_saturee") == 1 })
			b.untilQuiet()
			failed := b.facts(fact.KindTransferFailed)
			require.Len(t, failed, 1)
			assert.Equal(t, c.result, failed[0].Fact.(fact.TransferFailed).Result)
			assert.Equal(t, map[string]uint64{"failed": 1}, b.outcomes())
			b.c.View(func(s *fold.State) { assert.Empty(t, s.Tally.Asked, "nobody asked for an agent") })
			assert.LessOrEqual(t, phone.Calls(), 1)
		})
	}
}

func TestWithoutAnExitTheCallerGoesToAnAgentAndHasAsked(t *testing.T) {
	t.Parallel()
	b := newBench(t, localService)
	phone := b.office(aritest.Busy())
	b.phone("a1001", aritest.Answers(0))
	b.login("a1001")
	caller := b.ask()
	b.untilTalking(caller, "a1001")
	caller.Hangup()
	b.untilQuiet()
	assert.Equal(t, 1, phone.Calls(), "not called again")
	assert.Equal(t, map[string]uint64{"answered": 1}, b.outcomes())
	b.c.View(func(s *fold.State) { assert.EqualValues(t, 1, s.Tally.Asked.Total()) })
}

func TestAClosedServiceIsToldAndCountedBeside(t *testing.T) {
	t.Parallel()
	b := newBench(t, localService, func(s *config.Site) {
		never, err := calendar.New("never", calendar.Rules{Zone: time.UTC})
		require.NoError(t, err)
		s.Plan.Services = func(contact.Topic, string) (routing.LocalService, bool) {
			return routing.LocalService{Name: "SIP Rennes", Number: number, Calendar: never}, true
		}
	})
	phone := b.office(aritest.Answers(0))
	caller := b.ask()
	b.untilQuiet()
	assert.Equal(t, 1, b.played(caller, "ferme"))
	assert.Equal(t, map[string]uint64{"closed": 1}, b.dissuaded())
	assert.Zero(t, phone.Calls())
}

// Whatever stands in the table: only a number is ever dialled, and only with a
// trunk.
func TestWhatIsNoNumberIsNeverDialled(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*config.Site){
		"an emergency service": service("112"),
		"a second endpoint":    service("0299000001@trunk&PJSIP/a1001"),
		"no trunk":             func(s *config.Site) { s.Asterisk[0].Trunk = "" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, localService, change, told)
			b.ask()
			b.untilQuiet()
			assert.Zero(t, b.asterisk.Count("POST /channels/create"))
			assert.Equal(t, map[string]uint64{"failed": 1}, b.outcomes())
		})
	}
}

func service(number string) func(*config.Site) {
	return func(s *config.Site) {
		s.Plan.Services = func(contact.Topic, string) (routing.LocalService, bool) {
			return routing.LocalService{Name: "SIP Rennes", Number: number}, true
		}
	}
}

// One caller talks to the office and one is being called for; the controller
// ends, and the next one finds both. Nobody notices, nothing rings twice.
func TestTheNextControllerTakesTransfersUp(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		end  func(*bench)
		next string
	}{
		"stopped":                    {(*bench).stop, "c1"},
		"killed":                     {(*bench).kill, "c1"},
		"killed, another takes over": {(*bench).kill, "c2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, localService)
			phone := b.office(aritest.Answers(0))
			talking := b.transferred(phone)
			b.office(aritest.Rings())
			ringing := b.ask()
			b.until("the second call to ring", phone.Ringing)
			b.until("the claim to be told", func() bool { return b.standingOf(ringing) == "transferring" })
			c.end(b)
			b.launch(c.next)
			b.until("the link to be up", b.ready)
			b.until("both to be taken up", func() bool { return b.c.Live().Repairs["adopted"] == 2 })
			b.whileUntil("the second to be answered", func() bool { return b.talks(talking, phone) },
				func() bool { phone.Answer(); return b.standingOf(ringing) == "transferred" })
			assert.Equal(t, 2, phone.Calls(), "nothing rings twice")
			assert.Equal(t, 2, phone.Peak())
			phone.Hangup()
			b.untilQuiet()
			b.sameAfterReplay()
			assert.Equal(t, map[string]uint64{"transferred_out": 2}, b.outcomes())
		})
	}
}

func TestWhatHappenedToATransferBetweenTwoControllersIsFoundOut(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		happens  func(*aritest.Caller, *aritest.Phone)
		outcomes map[string]uint64
	}{
		"it answered":     {func(_ *aritest.Caller, p *aritest.Phone) { p.Answer() }, map[string]uint64{"transferred_out": 1}},
		"it refused":      {func(_ *aritest.Caller, p *aritest.Phone) { p.Refuse() }, map[string]uint64{"failed": 1}},
		"the caller left": {func(c *aritest.Caller, _ *aritest.Phone) { c.Hangup() }, map[string]uint64{"abandoned": 1}},
		"both left": {func(c *aritest.Caller, p *aritest.Phone) { c.Hangup(); p.Refuse() },
			map[string]uint64{"abandoned": 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, localService, told)
			phone := b.office(aritest.Rings())
			caller := b.ask()
			b.until("the office to ring", phone.Ringing)
			b.until("the claim to be told", func() bool { return b.standingOf(caller) == "transferring" })
			b.kill()
			c.happens(caller, phone)
			b.start()
			if slices.Contains(slices.Collect(maps.Keys(c.outcomes)), "transferred_out") {
				b.untilTransferred(caller, phone)
				caller.Hangup()
			}
			b.untilQuiet()
			b.sameAfterReplay()
			assert.Equal(t, c.outcomes, b.outcomes())
			assert.Equal(t, 1, phone.Calls())
		})
	}
}

// The claim was accepted, and its controller died before it created the leg.
func TestAClaimWhoseLegWasNeverMadeIsNotReached(t *testing.T) {
	t.Parallel()
	b := newBench(t, localService, told)
	phone := b.office(aritest.Answers(0))
	clear := b.asterisk.Inject(0, "POST /channels/create", aritest.LoseRequest())
	caller := b.ask()
	b.until("the claim to be told", func() bool { return b.standingOf(caller) == "transferring" })
	b.kill()
	clear()
	b.start()
	b.until("the caller to be told", func() bool { return b.played(caller, "attente_saturee") > 0 })
	b.untilQuiet()
	assert.Zero(t, phone.Calls())
	assert.Equal(t, map[string]uint64{"failed": 1}, b.outcomes())
}

func TestATransferGoesOnWhenTheSocketBreaks(t *testing.T) {
	t.Parallel()
	b := newBench(t, localService)
	phone := b.office(aritest.Rings())
	caller := b.ask()
	b.until("the office to ring", phone.Ringing)
	before := b.upSince()
	b.asterisk.Cut()
	phone.Answer()
	b.untilBack(before)
	b.untilTransferred(caller, phone)
	before = b.upSince()
	b.asterisk.Cut()
	b.untilBack(before)
	assert.True(t, b.talks(caller, phone))
	caller.Hangup()
	b.untilQuiet()
	assert.Equal(t, 1, phone.Calls())
	assert.Equal(t, map[string]uint64{"transferred_out": 1}, b.outcomes())
}

// A failover of Redis loses the claim, or the answer too: the owner writes them
// again, and the call is not disturbed.
func TestATransferSurvivesAFailoverThatLostIt(t *testing.T) {
	t.Parallel()
	for name, answered := range map[string]bool{"while it rings": false, "while they talk": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, localService)
			phone := b.office(aritest.Rings())
			caller := b.call()
			b.until("the menu", func() bool { return b.standingOf(caller) == "menu" })
			before := b.mark()
			caller.Press("1")
			b.until("the office to ring", phone.Ringing)
			b.until("the claim to be told", func() bool { return b.standingOf(caller) == "transferring" })
			if answered {
				phone.Answer()
				b.untilTransferred(caller, phone)
			}
			b.failOver(before)
			if !answered {
				b.until("the claim to be written again", func() bool { return b.standingOf(caller) == "transferring" })
				phone.Answer()
			}
			b.untilTransferred(caller, phone)
			assert.Equal(t, 1, phone.Calls())
			phone.Hangup()
			b.until("all to be counted", func() bool { return b.contacts() == 0 && b.c.Live().Contacts == 0 })
			assert.Equal(t, map[string]uint64{"transferred_out": 1}, b.outcomes())
			assert.Empty(t, b.c.Live().Violations)
		})
	}
}

func TestAnAgentIsNotConcernedByATransfer(t *testing.T) {
	t.Parallel()
	b := newBench(t, localService)
	phone := b.office(aritest.Answers(0))
	b.phone("a1001", aritest.Answers(0))
	b.login("a1001")
	caller := b.transferred(phone)
	assert.Equal(t, acd.Ready, b.agent("a1001"))
	caller.Hangup()
	b.untilQuiet()
	assert.Equal(t, acd.Ready, b.agent("a1001"))
}
