package config

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/internal/contact"
)

func TestThePageOfAPersonHoldsWhatTheSiteSaysAndNothingElse(t *testing.T) {
	t.Parallel()
	page := Treatment{FilePage: "https://dossiers.example/{department}?c={contact}&n={number}"}
	assert.Equal(t, "https://dossiers.example/2A?c=c-1&n=%2B33612345678%26x%3D1",
		page.FilePageOf(map[string]string{"department": "2A", "contact": "c-1", "number": "+33612345678&x=1"}), "no value can say more than it is")
	assert.Equal(t, "https://dossiers.example/?c=&n=", page.FilePageOf(nil))
	assert.Empty(t, Treatment{}.FilePageOf(map[string]string{"contact": "c-1"}))
}

func TestACenterOffersItsOwnActsAndThoseOfNobody(t *testing.T) {
	t.Parallel()
	site := &Site{
		Treatment: Treatment{Acts: []Coded{{"adresse", "Adresse"}, {"delai", "Délai"}, {"information", "Information"}}},
		Centers: map[contact.Center]Center{
			"ouest": {Acts: Acts{Names: []string{"adresse"}}}, "lyon": {Acts: Acts{Names: []string{"delai"}}}, "nantes": {Acts: Acts{All: true}}, "sud": {},
		},
	}
	for center, want := range map[contact.Center][]string{"ouest": {"adresse", "information"}, "lyon": {"delai", "information"}, "nantes": {"adresse", "delai", "information"}, "sud": {"information"}} {
		var got []string
		for _, act := range site.ActsOf(site.Centers[center]) {
			got = append(got, act.Name)
		}
		assert.Equal(t, want, got, center)
	}
}
