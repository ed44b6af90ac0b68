package node_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/ari/aritest"
	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/ivr"
)

// gateway is a server that menus ask, with what was asked of it.
type gateway struct {
	url   string
	asked atomic.Int64
	// pending are the requests that have not ended.
	pending atomic.Int64
	mu      sync.Mutex
	bodies  []string
}

// newGateway answers /status/N with N, and a megabyte of headers at /headers; it hangs at
// /hang until who asked goes away.
func newGateway(t *testing.T) *gateway {
	t.Helper()
	g := &gateway{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.asked.Add(1)
		g.pending.Add(1)
		defer g.pending.Add(-1)
		body, _ := io.ReadAll(r.Body)
		g.mu.Lock()
		g.bodies = append(g.bodies, string(body))
		g.mu.Unlock()
		if strings.HasPrefix(r.URL.Path, "/hang") {
			<-r.Context().Done()
			return
		}
		if r.URL.Path == "/headers" {
			for i := range 1000 {
				w.Header().Set(fmt.Sprint("X-", i), strings.Repeat("x", 1000))
			}
			return
		}
		var status int
		_, _ = fmt.Sscanf(r.URL.Path, "/status/%d", &status)
		w.WriteHeader(status)
	}))
	t.Cleanup(server.Close)
	g.url = server.URL
	return g
}

func text(t *testing.T, s string) *ivr.Template {
	t.Helper()
	parsed, flaw := ivr.ParseTemplate(s, ivr.LinkNames...)
	require.Nil(t, flaw)
	return parsed
}

// hangs is how long a request to a server that hangs is waited for: longer than a site may
// say, and than any test has patience.
const hangs = 10 * time.Minute

// asks gives the entry of the relay a tree that asks the gateway at a path, and then
// sends a link.
func asks(t *testing.T, g *gateway, method, path string) func(*config.Site) {
	return func(s *config.Site) {
		inquiry := ivr.Inquiry{Backend: "dossier", Method: method, Path: text(t, path), Timeout: time.Second, MaxAnswer: 100}
		link := inquiry
		link.Method, link.Path = "POST", text(t, "/status/202")
		link.Body = &ivr.Body{Form: []ivr.FormField{{Name: "to", Value: text(t, "{to}")}}}
		tree, faults := ivr.New(ivr.Tree{
			ID: "t", Start: "etat", Languages: []string{"fr"}, Failure: ivr.Exit{Goto: ivr.End},
			Nodes: map[ivr.NodeID]ivr.Node{
				"etat": &ivr.HTTP{
					Inquiry: inquiry, OnSuccess: ivr.Exit{Goto: "lien"}, OnError: ivr.Exit{Prompts: []ivr.Prompt{"ferme"}, Goto: ivr.End},
					OnStatus: []ivr.StatusExit{{Status: 404, Exit: ivr.Exit{Prompts: []ivr.Prompt{"pas_de_choix"}, Goto: ivr.End}}},
				},
				"lien": &ivr.Link{
					Common: ivr.Common{Serves: true}, Inquiry: link, Channel: ivr.SMS, To: text(t, "{caller}"), Text: text(t, "x"), PerDay: 1,
					Sent: ivr.Exit{Goto: ivr.End}, Refused: ivr.Exit{Prompts: []ivr.Prompt{"ferme"}, Goto: ivr.End}, Error: ivr.Exit{Goto: ivr.End},
				},
			},
		})
		require.Empty(t, faults)
		tree.Nodes["etat"].(*ivr.HTTP).Timeout, tree.Nodes["lien"].(*ivr.Link).Timeout = hangs, hangs
		e, known := s.Entry("0199002015")
		require.True(t, known)
		e.Tree = tree
		s.Entries[e.Name] = e
		s.Backends = map[string]config.Backend{"dossier": {Name: "dossier", URL: g.url, AtOnce: 100}}
	}
}

func (b *bench) callRelay() *aritest.Caller {
	return b.asterisk.Call("0612345678", "0199002015", "entry", "0199002015")
}

func TestAMenuAsksABackendAndSendsALinkOnceADay(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	b := newBench(t, asks(t, g, "GET", "/status/200"), afterNoon())
	b.callRelay()
	b.untilQuiet()
	assert.Equal(t, map[string]uint64{"self_served": 1}, b.outcomes())
	second := b.callRelay()
	b.untilQuiet()
	assert.Equal(t, 1, b.played(second, "ferme"), "one a day is enough")
	assert.Equal(t, []string{"", "to=%2B33612345678", ""}, g.bodies)
	assert.Zero(t, b.logs.FilterMessageSnippet("612345678").Len())
	for _, e := range b.logs.All() {
		require.NotContains(t, fmt.Sprint(e.ContextMap()), "612345678")
	}
	assert.Equal(t, map[string]int{"sms sent": 1, "sms limited": 1}, b.texts.all())

	b.kill()
	b.start()
	third := b.callRelay()
	b.untilQuiet()
	assert.Equal(t, 1, b.played(third, "ferme"), "a restart does not begin a new day")
	assert.Len(t, g.bodies, 4)
	claims := b.facts(fact.KindLinkClaimed)
	require.Len(t, claims, 1, "the others were void")
	text, err := json.Marshal(claims[0].Fact)
	require.NoError(t, err)
	assert.NotContains(t, string(text), "612345678", "who got it is told by a keyed hash")
}

// The gateway refuses; what it did not send does not count, and is tried again by the
// next call.
func TestALinkThatTheGatewayRefusesDoesNotCount(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	refuses := func(s *config.Site) {
		asks(t, g, "GET", "/status/200")(s)
		e, _ := s.Entry("0199002015")
		e.Tree.Nodes["lien"].(*ivr.Link).Path = text(t, "/status/503")
	}
	b := newBench(t, refuses)
	for n := range 2 {
		b.callRelay()
		b.untilQuiet()
		assert.Len(t, b.facts(fact.KindLinkClaimed), n+1)
		assert.Len(t, b.facts(fact.KindLinkReleased), n+1)
	}
	assert.Equal(t, map[string]int{"sms failed": 2}, b.texts.all())
}

func TestAStatusHasItsOwnExitAndNoBackendNeedsToBeThere(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	b := newBench(t, asks(t, g, "GET", "/status/404"))
	caller := b.callRelay()
	b.untilQuiet()
	assert.Equal(t, 1, b.played(caller, "pas_de_choix"))
	assert.Empty(t, b.c.NotReady())

	b = newBench(t, asks(t, &gateway{url: "http://127.0.0.1:1"}, "GET", "/"))
	caller = b.callRelay()
	b.untilQuiet()
	assert.Equal(t, 1, b.played(caller, "ferme"))
	assert.Empty(t, b.c.NotReady(), "a back-end is no reason not to answer calls")
}

func TestHeadersBeyondAllMeasureTakeTheErrorExitAtOnce(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	b := newBench(t, asks(t, g, "GET", "/headers"))
	begun := time.Now()
	caller := b.callRelay()
	b.untilQuiet()
	assert.Equal(t, 1, b.played(caller, "ferme"))
	assert.EqualValues(t, 1, g.asked.Load())
	assert.Less(t, time.Since(begun), hangs, "nobody waits for the time-out")
}

// Twenty callers wait for a server that hangs; twenty others are answered meanwhile,
// one after the other. If each of them waited for a single one of the first, or for a
// slot of theirs, the server would have been given up long before the last.
func TestABackendThatHangsDelaysNobodyElse(t *testing.T) {
	t.Parallel()
	const many = 20
	g := newGateway(t)
	b := newBench(t, asks(t, g, "GET", "/hang"), noWrapUp)
	b.phone("a1001", aritest.Answers(0))
	b.login("a1001")
	served := func() time.Duration {
		begun := time.Now()
		for range many {
			caller := b.ask()
			b.untilTalking(caller, "a1001")
			caller.Hangup()
			b.until("the caller to be gone", func() bool { return caller.Channel().Gone })
		}
		return time.Since(begun)
	}
	alone := served()
	var waiting []*aritest.Caller
	for range many {
		waiting = append(waiting, b.callRelay())
	}
	b.until("all to ask", func() bool { return g.pending.Load() == many })
	beside := served()
	assert.EqualValues(t, many, g.pending.Load(), "the server has answered nobody")
	t.Logf("%d calls: %s alone, %s beside a server that hangs", many, alone, beside)
	assert.Less(t, beside, hangs, "nobody waited for any of the others")
	for _, caller := range waiting {
		caller.Hangup()
	}
	b.until("nothing to be asked any more", func() bool { return g.pending.Load() == 0 })
	b.untilQuiet()
	assert.EqualValues(t, many, b.abandoned()["ivr"])
}

func TestTheEndOfTheControllerEndsWhatItAsks(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	b := newBench(t, asks(t, g, "GET", "/hang"))
	b.callRelay()
	b.until("the question", func() bool { return g.pending.Load() == 1 })
	b.stop()
	b.until("it to be given up", func() bool { return g.pending.Load() == 0 })
}

// The next controller asks again what only reads, and tells callers on_error where a
// request could have arrived.
func TestTheNextControllerAsksAgainOnlyWhatDoesNoHarm(t *testing.T) {
	t.Parallel()
	for method, again := range map[string]int64{"GET": 2, "POST": 1} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			g := newGateway(t)
			b := newBench(t, asks(t, g, method, "/hang"))
			caller := b.callRelay()
			b.until("the question", func() bool { return g.pending.Load() == 1 })
			b.until("its fact", func() bool {
				facts := b.facts(fact.KindWaiting)
				return len(facts) == 1 && facts[0].Fact.(fact.Waiting).Asks == method+" /hang of dossier"
			})
			b.kill()
			b.until("the dead not to ask any more", func() bool { return g.pending.Load() == 0 })
			b.start()
			if again == 1 {
				b.until("the caller to be told", func() bool { return b.played(caller, "ferme") == 1 })
			} else {
				b.until("the question again", func() bool { return g.pending.Load() == 1 })
				caller.Hangup()
			}
			b.untilQuiet()
			assert.Equal(t, again, g.asked.Load())
		})
	}
}
