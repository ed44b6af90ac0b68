package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/guichet/guichet/internal/phone"
)

// lot is what is to become of a call.
type lot int

const (
	served    lot = iota // talks, and is over
	impatient            // hangs up while waiting, or while a phone rings
	handed               // sent on to a colleague
	requeued             // sent on to a queue
	consulted            // a colleague is consulted, who gets the call
	given                // a colleague is consulted in vain
	promised             // called back, and reached
	missed               // called back, and busy
)

// everything is how many of a hundred calls have each lot; the others are served.
var everything = map[lot]int{impatient: 10, handed: 12, requeued: 8, consulted: 8, given: 4, promised: 6, missed: 2}

// floor is a busy floor, on which all happens at once. What happens is drawn from a seed;
// when, depends on the machine.
type floor struct {
	*theatre
	agents []string
	// then are what happens at a call, and quiet before one, when all before it are over.
	then, quiet map[int]func()
	// cards are those that are followed, page the one in a browser.
	cards []*followed
	page  *browser
	// faulty: guichet may not answer, or refuse what it would do otherwise; deaf: nobody
	// listens to Asterisk just now.
	faulty, deaf atomic.Bool
	// serving are agents with a call, or with what they do after it: more may come of them.
	serving atomic.Int32

	mu     sync.Mutex
	random *rand.Rand
	lots   []lot
	begun  map[int]bool // calls whose lot has begun: it happens once
	done   map[lot]int
	phones []*phone.Phone
	// unanswered are rings that agents missed, unheard those who hung up while nobody
	// listened: whether they had been seen before is not known.
	unanswered, unheard int
	legs                map[string][]*phone.Call // of each contact, once answered
}

// 40 agents and 400 calls, some of which are transferred, consulted about, given up and
// called back, while agents pause, meet and miss calls: nobody is overtaken, nobody is lost, and
// all who count count the same, the cards of some of them too: half-way, when it is quiet, and
// at the end.
func TestFourHundredCallsOverFortyAgentsWithAllThatHappens(t *testing.T) {
	const calls = 400
	f := newFloor(t, calls, everything, 34, 6)
	f.then = map[int]func(){calls / 3: f.meets, 2 * calls / 3: f.meets}
	f.quiet = map[int]func(){calls / 2: f.cardsAgree}
	f.followCards()
	heard := f.rush(calls, 5)
	f.accountedAs(heard)
	f.cardsAgree()
	for l := range everything {
		assert.Positive(t, f.done[l], "of lot %d", l)
	}
	f.everybodyIsFree()
}

// newFloor has agents of two teams on it, and draws what becomes of so many calls.
func newFloor(t *testing.T, calls int, shares map[lot]int, generalists, recovery int) *floor {
	t.Helper()
	f := &floor{begun: map[int]bool{}, done: map[lot]int{}, legs: map[string][]*phone.Call{}}
	f.theatre = raiseWith(t, phone.Options{FrameEvery: 200 * time.Millisecond}, busySite(t))
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	f.random = rand.New(rand.NewPCG(seed, seed))
	f.lots = f.draw(calls, shares)
	f.watch()
	f.agents = append(agentIDs(t, f.theatre, generalists, "cis_ouest", "cis_sud"), agentIDs(t, f.theatre, recovery, "cps_lyon")...)
	f.phones = f.login(phone.RingsForEver(), f.agents...)
	for _, p := range f.phones {
		p.SetBehaviour(f.next())
	}
	return f
}

// accountedAs asks everybody who counts, once all have their outcome.
func (f *floor) accountedAs(heard int) {
	f.t.Helper()
	offered := len(f.lots)
	if f.unheard > 0 {
		offered = f.count("guichet_contacts_offered_total")
		require.LessOrEqual(f.t, len(f.lots)-offered, f.unheard, "of those who hung up while nobody listened")
	}
	f.conserved(offered)
	f.readAll()
	f.counted()
	f.t.Logf("done: %v; rings missed: %d", f.done, f.unanswered)
	f.sameFigures(heard)
}

// busySite promises calls to those who come by the second entry, and tries each person
// once; many agents may serve there.
func busySite(t *testing.T) func(dir string) {
	return func(dir string) {
		cards(t)(dir)
		require.NoError(t, os.WriteFile(filepath.Join(dir, "ivr", "relais.yaml"), []byte(callbackTree), 0o644))
		rewrite(t, filepath.Join(dir, "queues.yaml"), map[string]string{
			`redial: \w+`: "redial: 5m\n  callback: {max_attempts: 1, ring: 10s}", `set_aside: \{no_answer: \w+`: "set_aside: {no_answer: 1s",
		})
		rewrite(t, filepath.Join(dir, "routing.yaml"), map[string]string{`need: relais >= 1`: "need: topic >= 1"})
		require.NoError(t, os.RemoveAll(filepath.Join(dir, "tests"))) // they are about who serves the relay
	}
}

// draw gives each call its lot.
func (f *floor) draw(calls int, shares map[lot]int) []lot {
	lots := make([]lot, calls)
	i := 0
	for l := impatient; l <= missed; l++ {
		for range calls * shares[l] / 100 {
			lots[i], i = l, i+1
		}
	}
	f.random.Shuffle(calls, func(a, b int) { lots[a], lots[b] = lots[b], lots[a] })
	return lots
}

// between draws a time.
func (f *floor) between(from, to time.Duration) time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	return from + time.Duration(f.random.Int64N(int64(to-from)))
}

func (f *floor) oneIn(n int) bool { return f.between(0, time.Duration(n)) == 0 }

// rush lets people call at a steady pace, until each is gone, and returns how many of
// those who were not called back heard an agent.
func (f *floor) rush(calls int, perSecond rate.Limit) (heard int) {
	pace := rate.NewLimiter(perSecond, 1)
	var all sync.WaitGroup
	for i := range calls {
		if quiet := f.quiet[i]; quiet != nil {
			all.Wait()
			quiet()
		}
		require.NoError(f.t, pace.Wait(f.ctx))
		if then := f.then[i]; then != nil {
			all.Go(then)
		}
		all.Go(func() {
			if f.calls(i) {
				f.mu.Lock()
				defer f.mu.Unlock()
				heard++
			}
		})
	}
	all.Wait()
	return heard
}

// meets has most agents in a meeting for a while, so that people have to wait, and all of
// them back at once.
func (f *floor) meets() {
	away := f.agents[:len(f.agents)-2]
	for _, a := range away {
		f.command(a, "pause", map[string]string{"reason": "reunion"})
	}
	f.passes(5*time.Second, nil)
	for _, a := range away {
		f.command(a, "resume", nil)
	}
}

// number is that of a caller, to whom it can be rung too.
func number(i int) string { return fmt.Sprintf("0299%06d", i) }

// caller is whom a leg is about; ok is false for a leg that is about none.
func callerOf(leg *phone.Call) (i int, ok bool) {
	digits, is := strings.CutPrefix(leg.From().Number, "+33299")
	i, err := strconv.Atoi(digits)
	return i, is && err == nil
}

// calls is one call, from the dial to the end; it reports whether an agent was heard.
func (f *floor) calls(i int) (heard bool) {
	l := f.lots[i]
	to, keys := "2014", "1"+paris
	switch {
	case l == promised || l == missed:
		to, keys = relay, "1" // the own number is right
		f.isAt(i, l)
	case i%4 == 0:
		keys = "22" + paris // the other queue
	}
	c, err := f.callers.Call(f.ctx, phone.Caller{Number: number(i)}, to)
	if !assert.NoError(f.t, err) || !assert.NoError(f.t, c.WaitAnswered(f.ctx)) {
		return false
	}
	f.watcher.Follow([]*phone.Call{c})
	_ = c.Press(f.ctx, keys)
	if l == impatient {
		if f.passes(f.between(0, 1500*time.Millisecond), c.Done()) {
			_ = c.Hangup(f.ctx)
			if f.deaf.Load() {
				f.mu.Lock()
				f.unheard++
				f.mu.Unlock()
			}
		}
		f.was(impatient)
	}
	end, err := c.WaitEnded(f.ctx)
	assert.NoError(f.t, err)
	heard = len(c.HeardAny()) > 0
	if l != impatient {
		assert.Equal(f.t, phone.Remote, end.By, "caller %d is let go", i)
		assert.Equal(f.t, l != promised && l != missed, heard, "caller %d hears an agent", i)
	}
	return heard && l != impatient
}

// isAt has somebody at home when he is called back, or on the phone.
func (f *floor) isAt(i int, l lot) {
	b := phone.Answers(300 * time.Millisecond).TalksFor(f.between(time.Second, 2*time.Second)).Then(func(*phone.Call) { f.was(promised) })
	if l == missed {
		b = phone.Refuses(486, 100*time.Millisecond).Then(func(*phone.Call) { f.was(missed) })
	}
	_, err := f.outside.Plug(phone.Account{User: "+33" + number(i)[1:]}, b)
	assert.NoError(f.t, err)
}

func (f *floor) was(l lot) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.done[l]++
}

// passes waits, unless what it is for is over before; false then.
func (f *floor) passes(d time.Duration, over <-chan struct{}) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-over:
	case <-f.ctx.Done():
	}
	return false
}

// next is what an agent does with the next call: answers it, or now and then lets it ring.
func (f *floor) next() phone.Behaviour {
	if f.oneIn(25) {
		return phone.RingsForEver().Then(f.serves)
	}
	return phone.Answers(f.between(100*time.Millisecond, 600*time.Millisecond)).Then(f.serves)
}

// serves is an agent with a call, and what he does afterwards.
func (f *floor) serves(leg *phone.Call) {
	f.serving.Add(1)
	defer f.serving.Add(-1)
	agent := leg.Phone().User()
	defer func() { leg.Phone().SetBehaviour(f.next()) }()
	if leg.WaitAnswered(f.ctx) != nil {
		f.mu.Lock()
		f.unanswered++
		f.mu.Unlock()
		return
	}
	id := leg.Header("X-Guichet-Contact")
	f.mu.Lock()
	f.legs[id] = append(f.legs[id], leg)
	f.mu.Unlock()
	switch {
	case strings.Contains(leg.From().Name, "rappel"):
		f.passes(20*time.Second, leg.Done()) // the person hangs up
	case f.passes(f.between(time.Second, 3*time.Second), leg.Done()):
		f.deals(agent, id, leg)
	}
	_ = leg.Hangup(f.ctx)
	if f.oneIn(10) && f.command(agent, "pause", map[string]string{"reason": "dossier"}) {
		f.passes(f.between(500*time.Millisecond, 2*time.Second), nil)
		f.command(agent, "resume", nil)
	}
}

// deals is what the lot of a call wants of the agent who has it first.
func (f *floor) deals(agent, id string, leg *phone.Call) {
	name := leg.From().Name
	i, known := callerOf(leg)
	if !known || strings.HasPrefix(name, "transfert") || strings.HasPrefix(name, "consultation") || !f.begins(i) {
		return
	}
	switch l := f.lots[i]; l {
	case handed:
		if f.reaches(agent, "transfer") != "" {
			f.was(l)
			f.passes(patience, leg.Done())
		}
	case requeued:
		if f.command(agent, "transfer", map[string]string{"queue": "particuliers"}) {
			f.was(l)
			f.passes(patience, leg.Done())
		}
	case consulted, given:
		colleague := f.reaches(agent, "consult")
		if colleague == "" {
			return
		}
		if !f.joins(colleague, id, leg) || l == given {
			if f.command(agent, "cancel", nil) && l == given {
				f.was(l)
			}
			f.passes(300*time.Millisecond, leg.Done())
			return
		}
		if f.command(agent, "complete", nil) {
			f.was(l)
			f.passes(patience, leg.Done())
		}
	}
}

func (f *floor) begins(i int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	first := !f.begun[i]
	f.begun[i] = true
	return first
}

// reaches has a colleague called who is ready; empty if nobody could be.
func (f *floor) reaches(agent, verb string) string {
	var all []struct{ ID, State string }
	f.get("/api/v1/agents", &all)
	f.mu.Lock()
	f.random.Shuffle(len(all), func(a, b int) { all[a], all[b] = all[b], all[a] })
	f.mu.Unlock()
	for _, other := range all {
		if other.State == "ready" && other.ID != agent && f.command(agent, verb, map[string]string{"agent": other.ID}) {
			return other.ID
		}
	}
	return ""
}

// joins waits for a colleague to answer; false if he does not.
func (f *floor) joins(colleague, id string, leg *phone.Call) bool {
	for range 200 {
		f.mu.Lock()
		for _, other := range f.legs[id] {
			if other.Phone().User() == colleague && other.Talking() {
				f.mu.Unlock()
				return f.passes(300*time.Millisecond, leg.Done())
			}
		}
		f.mu.Unlock()
		if !f.passes(20*time.Millisecond, leg.Done()) {
			return false
		}
	}
	return false
}

// command tells guichet what an agent wishes; false if it is refused, as what comes too
// late is.
func (f *floor) command(agent, verb string, body map[string]string) bool {
	text, err := json.Marshal(body)
	assert.NoError(f.t, err)
	answer, err := http.Post(f.URL+"/api/v1/agents/"+agent+"/"+verb, "application/json", bytes.NewReader(text))
	if err != nil {
		assert.True(f.t, f.faulty.Load(), "%s %s: %v", verb, agent, err)
		return false
	}
	defer answer.Body.Close()
	if !f.faulty.Load() {
		assert.Contains(f.t, []int{http.StatusOK, http.StatusConflict, http.StatusNotFound}, answer.StatusCode, "%s %s", verb, agent)
	}
	return answer.StatusCode == http.StatusOK
}
