package rehearsal_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/rehearsal"
	"github.com/guichet/guichet/ivr"
)

// FuzzCall lets anything happen to a call, in any order. It never panics, never
// goes on after its end, and its story stays bounded.
func FuzzCall(f *testing.F) {
	scene := sample(f)
	for _, acts := range []string{"3k44", "555", "5wwwg", "42335400n", "sssss", "2k9kh", "rk5", "42335400b", "5Rk", "lplplp", "5aLh", "aiI5aa"} {
		f.Add(acts, uint16(600))
	}
	f.Fuzz(func(t *testing.T, acts string, minute uint16) {
		s := scene
		s.At = s.At.Add(time.Duration(minute) * time.Minute)
		c := rehearsal.Begin(s)
		for i, act := range []byte(acts[:min(len(acts), 200)]) {
			was, nodes := c.Over(), len(c.Path())
			stepFor(act).Run(c)
			require.Falsef(t, was && (!c.Over() || len(c.Path()) > nodes), "act %d after the end", i)
			require.NotEmpty(t, c.Stands())
		}
		require.Less(t, len(c.Story()), 5000)
		if end, over := c.Ending(); over {
			require.True(t, end.Outcome.Valid(), "%q", end.Outcome)
		}
	})
}

// stepFor makes a step of a byte: a key, or one of the others.
func stepFor(act byte) rehearsal.Step {
	switch act {
	case 's':
		return rehearsal.Silence{}
	case 'w':
		return rehearsal.Wait{For: 10 * time.Minute}
	case 'h':
		return rehearsal.HangsUp{}
	case 'n':
		return rehearsal.NotReached{}
	case 'b':
		return rehearsal.NotReached{Why: contact.Busy}
	case 'g':
		return rehearsal.GivenUp{Why: contact.NoAgent}
	case 'l':
		return rehearsal.Hears{Prompts: []ivr.Prompt{"menu_motif"}}
	case 'L':
		return rehearsal.Hears{}
	case 'p':
		return rehearsal.Path{}
	case 'r':
		return rehearsal.IsRefused{}
	case 'q':
		return rehearsal.Arrives{Service: "x"}
	case 'e':
		return rehearsal.Ends{}
	case 'i':
		return rehearsal.Identifies{Level: 1}
	case 'I':
		return rehearsal.IsIdentified{Level: 1}
	case 'a':
		return rehearsal.Announce{Announcement: rehearsal.Announcement{Place: rehearsal.Place{Queue: "particuliers"}, Prompt: "panne", For: time.Hour}}
	case 'v':
		return rehearsal.Has{Vars: ivr.Vars{"topic": "avis"}}
	}
	return rehearsal.Press{Keys: string([]byte{act})}
}
