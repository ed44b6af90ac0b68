package node

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/ari"
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

func TestADeclarationIsOverOnceAnotherControllerHasTakenTheNode(t *testing.T) {
	t.Parallel()
	then, since := ledger.ID{Ms: 5}, ledger.ID{Ms: 6}
	for name, tc := range map[string]struct {
		node ledger.Node
		over bool
	}{
		"nobody has it":             {ledger.Node{}, false},
		"we took it":                {ledger.Node{Holder: "c1", Epoch: since}, false},
		"one who died has it still": {ledger.Node{Holder: "c2", Epoch: then}, false},
		"another one took it":       {ledger.Node{Holder: "c2", Epoch: since}, true},
		"it was given back since":   {ledger.Node{Epoch: since}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &link{declared: &declaration{epoch: then}}
			assert.Equal(t, tc.over, l.overtaken("c1", tc.node))
			assert.Equal(t, !tc.over, l.isDeclared())
		})
	}
}
