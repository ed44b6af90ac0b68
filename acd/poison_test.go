package acd

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// rush has three agents and five contacts, of whom the even ones wait in another line.
func rush(t *testing.T) *Floor {
	t.Helper()
	f := floor(t, 3)
	for i := range int64(5) {
		q := queued(10*second + i)
		if i%2 == 0 {
			q.Strategy = contact.BestLevel
		}
		accepted(t, f.Enqueue(10*second+i, contact.ID(fmt.Sprintf("c%d", i)), contact.Voice, q))
	}
	return f
}

// chokesOn is something that panics on a contact, an agent, or where both meet.
func chokesOn(c contact.ID, a contact.Agent) func(*Floor) {
	return func(f *Floor) {
		if (c == "" || f.Tickets[c] != nil) && (a == "" || f.Agents[a] != nil) && len(f.Propose(20*second, 1)) > 0 {
			panic("bad")
		}
	}
}

func TestWhoMakesSomethingPanicIsFound(t *testing.T) {
	t.Parallel()
	f := rush(t)
	before := encoded(t, f)
	for _, c := range f.Tickets {
		got, found := f.Culprit(Aside{}, chokesOn(c.Contact, ""))
		assert.True(t, found)
		assert.Equal(t, Culprit{Contact: c.Contact}, got)
	}
	for id := range f.Agents {
		got, found := f.Culprit(Aside{}, chokesOn("", id))
		assert.True(t, found)
		assert.Equal(t, Culprit{Agent: id}, got)
	}
	got, found := f.Culprit(Aside{}, chokesOn("c3", "a2"))
	assert.True(t, found)
	assert.Equal(t, Culprit{Contact: "c3", Agent: "a2"}, got, "it cannot be told which")

	_, found = f.Culprit(Aside{Contacts: map[contact.ID]bool{"c3": true}}, chokesOn("c3", ""))
	assert.False(t, found, "known already")
	_, found = f.Culprit(Aside{}, func(*Floor) {})
	assert.False(t, found)
	assert.Equal(t, before, encoded(t, f))
	assert.Equal(t, []string{"c0→a1", "c1→a2", "c2→a3"}, pairs(f.Propose(20*second, 9)))
}

func TestSeveralWhoMakeSomethingPanicAreFoundOneAfterTheOther(t *testing.T) {
	t.Parallel()
	f := rush(t)
	bad := func(f *Floor) {
		chokesOn("c1", "")(f)
		chokesOn("c4", "")(f)
		chokesOn("", "a3")(f)
	}
	aside := Aside{Contacts: map[contact.ID]bool{}, Agents: map[contact.Agent]bool{}}
	for range 3 {
		c, found := f.Culprit(aside, bad)
		require.True(t, found)
		if c.Contact != "" {
			aside.Contacts[c.Contact] = true
		} else {
			aside.Agents[c.Agent] = true
		}
	}
	assert.Equal(t, Aside{
		Contacts: map[contact.ID]bool{"c1": true, "c4": true}, Agents: map[contact.Agent]bool{"a3": true},
	}, aside)
	assert.True(t, f.Survives(aside, bad))
}

// Whoever is behind a poison in its line would be offered before it, and that is void.
func TestAFloorWithoutAPoisonServesOtherLines(t *testing.T) {
	t.Parallel()
	f := rush(t)
	got := f.Without(Aside{Contacts: map[contact.ID]bool{"c1": true}}).Propose(20*second, 9)
	assert.Equal(t, []string{"c0→a1", "c2→a2", "c4→a3"}, pairs(got))
	for _, o := range got {
		accepted(t, f.Offer(20*second, fact.OfferID(o.Contact), o))
	}
	accepted(t, f.Login(21*second, login("a4")))
	f.Leave("c1")
	assert.Equal(t, []string{"c3→a4"}, pairs(f.Propose(21*second, 9)))
}

// A panic may leave the lines half changed.
func TestAFloorInUseIsMadeAnew(t *testing.T) {
	t.Parallel()
	f := rush(t)
	offered(t, f, 20*second, "o")
	want := pairs(f.Propose(20*second, 9))
	f.Reindex()
	assert.Equal(t, want, pairs(f.Propose(20*second, 9)))
	assert.Equal(t, 5, f.InQueue("particuliers"))
	accepted(t, f.Logout(21*second, "a2"))
	f.Leave("c1")
	assert.Equal(t, []string{"c2→a3"}, pairs(f.Propose(21*second, 9)))
}

func TestWhoCannotBePutInAnyLineIsLeftOut(t *testing.T) {
	t.Parallel()
	f := rush(t)
	f.Tickets["c1"].Step = 7
	f.Tickets["c2"] = nil
	f.Agents["a1"] = nil
	assert.Equal(t, Aside{
		Contacts: map[contact.ID]bool{"c1": true, "c2": true}, Agents: map[contact.Agent]bool{"a1": true},
	}, f.Salvage())
	assert.Equal(t, []string{"c0→a2", "c3→a3"}, pairs(f.Propose(20*second, 9)))
}

// What a decision is tried on may be changed by it: nothing of the floor goes with it.
func TestACopyOfTheFloorIsWholeAndSharesNothingThatChanges(t *testing.T) {
	t.Parallel()
	f := rush(t)
	f.Offers["o1"] = &Offer{ID: "o1"}
	f.Errands = map[fact.OfferID]*Errand{"p1": {ID: "p1", Joined: true}}
	f.Overlays = map[contact.Agent]*Overlay{"a1": {Skills: map[contact.Skill]int{"payment": 1}}}
	f.Seats, f.Left = map[string]contact.Agent{"PJSIP/desk": "a1"}, map[contact.ID]uint64{"c9": 3}
	before := encoded(t, f)
	c := f.Copy()
	require.Equal(t, before, encoded(t, c))
	floors, copies := reflect.ValueOf(*f), reflect.ValueOf(*c)
	for i := range floors.NumField() {
		name, has, got := floors.Type().Field(i), floors.Field(i), copies.Field(i)
		if !name.IsExported() || has.Kind() != reflect.Map {
			continue
		}
		require.NotZero(t, has.Len(), "%s: this test proves nothing of it", name.Name)
		assert.NotEqual(t, has.Pointer(), got.Pointer(), name.Name)
		for entries := has.MapRange(); entries.Next(); {
			if entries.Value().Kind() == reflect.Pointer {
				assert.NotEqual(t, entries.Value().Pointer(), got.MapIndex(entries.Key()).Pointer(), "%s of %v", name.Name, entries.Key())
			}
		}
	}
	c.Overlays["a1"].Skills["payment"] = 3
	assert.Equal(t, before, encoded(t, f))
}
