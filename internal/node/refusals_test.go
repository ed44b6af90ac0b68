package node

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

func TestOnlyAnUnbrokenSeriesOfRefusalsIsADeath(t *testing.T) {
	t.Parallel()
	begin := time.Now()
	at := func(ms int) time.Time { return begin.Add(time.Duration(ms) * time.Millisecond) }
	const after = 2 * time.Second
	for name, tc := range map[string]struct {
		refused []int // ms
		other   int   // ms at which something else came, 0 for never
		lost    bool
	}{
		"one":                            {refused: []int{10}},
		"long enough":                    {refused: []int{10, 900, 1500, 2010}, lost: true},
		"a little too short":             {refused: []int{10, 900, 1500, 2009}},
		"after a while unheard of":       {refused: []int{10, 1020, 2010}},
		"anew after that":                {refused: []int{10, 1020, 2000, 2900, 3020}, lost: true},
		"an answer in between":           {refused: []int{10, 900, 1800, 2500}, other: 1000},
		"an answer in between, and anew": {refused: []int{10, 900, 1800, 2500, 3400, 3800}, other: 1000, lost: true},
		"an answer before":               {refused: []int{10, 900, 1500, 2010}, other: 5, lost: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var r refusals
			lost := false
			for _, ms := range tc.refused {
				other := time.Time{}
				if tc.other != 0 && tc.other < ms {
					other = at(tc.other)
				}
				lost = r.add(at(ms), other, after)
			}
			assert.Equal(t, tc.lost, lost)
		})
	}
}

// Both begin to count at about the same time, and the calls of a node that is given back are
// closed only by who takes it again, seconds later.
func TestANodeThatIsAboutToBeKnownAsLostIsNotGivenBack(t *testing.T) {
	t.Parallel()
	client, err := ari.New(ari.Options{URL: "http://127.0.0.1:1/ari", Application: "guichet", Username: "guichet", Password: "secret"})
	require.NoError(t, err)
	ago := func(d time.Duration) time.Time { return time.Now().Add(-d) }
	for name, tc := range map[string]struct {
		held, refused time.Duration // for how long, and how long ago last; 0 for never
		lostAfter     time.Duration
		deaf          bool
	}{
		"silent":                       {held: 4 * time.Second, lostAfter: 2 * time.Second, deaf: true},
		"refused just now":             {held: 4 * time.Second, refused: time.Millisecond, lostAfter: 2 * time.Second},
		"refused, and not lost by it":  {held: 6 * time.Second, refused: time.Millisecond, lostAfter: 2 * time.Second, deaf: true},
		"refused some time ago":        {held: 4 * time.Second, refused: 2 * time.Second, lostAfter: 2 * time.Second, deaf: true},
		"lost later than given back":   {held: 4 * time.Second, refused: time.Millisecond, lostAfter: 10 * time.Second, deaf: true},
		"silent, but not for so long":  {held: time.Second, lostAfter: 2 * time.Second},
		"refused, and is never a loss": {held: 4 * time.Second, deaf: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &link{client: client, box: newMailbox(), since: ago(tc.held)}
			l.conf.LostAfter = tc.lostAfter
			if tc.refused != 0 {
				l.refusals = refusals{since: ago(time.Minute), last: ago(tc.refused)}
			}
			assert.Equal(t, tc.deaf, l.deaf(deafFor))
		})
	}
}

// Asterisk may be back between the word that it is lost and what follows from it.
func TestADeclarationIsOverOnceTheEventSocketHasConnected(t *testing.T) {
	t.Parallel()
	options := ari.Options{URL: "http://127.0.0.1:1/ari", Application: "guichet", Username: "guichet", Password: "secret"}
	client, err := ari.New(options) // has not connected
	require.NoError(t, err)
	earlier, err := ari.New(options)
	require.NoError(t, err)
	for name, tc := range map[string]struct {
		before lastHeard
		silent bool
	}{
		"not since":                 {lastHeard{client, 0}, true},
		"since":                     {lastHeard{client, 7}, false},
		"nor has the client of now": {lastHeard{earlier, 7}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &link{client: client, declared: &declaration{before: tc.before}}
			assert.Equal(t, tc.silent, l.isSilentSince(0))
			assert.Equal(t, tc.silent, l.isDeclared())
		})
	}
}

func TestADeclarationIsOverOnceAnotherControllerHasTheNode(t *testing.T) {
	t.Parallel()
	then, since := ledger.ID{Ms: 5}, ledger.ID{Ms: 6}
	take := func(writer string) ledger.Entry {
		return ledger.Entry{Kind: ledger.KindTake, Subject: "a1", Writer: writer}
	}
	for name, tc := range map[string]struct {
		node  ledger.Node
		beat  ledger.ID // of c2
		takes ledger.Entry
		void  ledger.Reason
		over  bool
	}{
		"nobody has it":                       {},
		"we took it":                          {node: ledger.Node{Holder: "c1", Epoch: since}, takes: take("c1")},
		"one who died has it still":           {node: ledger.Node{Holder: "c2", Epoch: then}, beat: then},
		"he was only frozen":                  {node: ledger.Node{Holder: "c2", Epoch: then}, beat: since, over: true},
		"another one took it":                 {node: ledger.Node{Holder: "c2", Epoch: since}, beat: then, over: true},
		"another one did, and gave it back":   {takes: take("c2"), over: true},
		"another one tried to":                {takes: take("c2"), void: ledger.NotHolder},
		"another one took another":            {takes: ledger.Entry{Kind: ledger.KindTake, Subject: "a2", Writer: "c2"}},
		"another one says something about it": {takes: ledger.Entry{Kind: ledger.KindYield, Subject: "a1", Writer: "c2"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			state := fold.New()
			state.Protocol.Nodes = map[string]ledger.Node{"a1": tc.node}
			state.Protocol.Controllers = map[string]ledger.Controller{"c2": {Beat: tc.beat}}
			c := controllerOf(state)
			l := &link{c: c, name: "a1", declared: &declaration{epoch: then, beat: then}}
			c.links = map[contact.Node]*link{"a1": l}
			verdict := ledger.Verdict{Outcome: ledger.Accepted}
			if tc.void != "" {
				verdict = ledger.Verdict{Outcome: ledger.Void, Reason: tc.void}
			}
			c.noteTaken(tc.takes, verdict)
			c.endDeclarations(state)
			assert.Equal(t, !tc.over, l.isDeclared())
		})
	}
}

// What is given up is told, and counted, once in each series of refusals; an answer in between
// leaves nothing to tell.
func TestCallsThatAreGivenUpAreToldOnceOfEachSeries(t *testing.T) {
	t.Parallel()
	c := controllerOf(fold.New())
	l := &link{c: c, name: "a1"}
	counted := func(kind string) uint64 {
		repairs, _, _ := c.live.copy()
		return repairs[kind]
	}
	told := func() uint64 { return counted("node_lost") }
	l.noteGivenUp(9)
	assert.Nil(t, l.gaveUp, "it answered meanwhile")

	now := time.Now()
	begins := func() { l.refusals = refusals{since: now, last: now, lost: true} }
	begins()
	l.noteGivenUp(0)
	l.noteGivenUp(3)
	assert.EqualValues(t, 1, told())
	assert.Equal(t, &givenUp{calls: 3}, l.gaveUp)
	begins() // broken by a time-out
	l.noteGivenUp(2)
	assert.EqualValues(t, 2, told())
	assert.Equal(t, 3, l.gaveUp.calls)

	d := &declaration{author: "marie"}
	l.declared = d
	l.noteGivenUp(0)
	assert.Nil(t, l.gaveUp.by, "the calls were not closed for her word")
	l.noteGivenUp(4)
	assert.Equal(t, &givenUp{calls: 4, by: d}, l.gaveUp)
	assert.Equal(t, []uint64{2, 1}, []uint64{told(), counted("node_declared_lost")})
}
