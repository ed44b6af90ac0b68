package node

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
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
