package config

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/routing"
)

func TestARuleToALocalServiceNeedsATrunk(t *testing.T) {
	t.Parallel()
	toService := []routing.Rule{{Queue: "q"}, {ToService: true}}
	for name, plan := range map[string]*routing.Plan{
		"always":             {Always: toService},
		"by an organisation": {Organisations: map[contact.Organisation][]routing.Rule{"a": toService}},
	} {
		for trunk, problems := range map[string]int{"": 1, "PJSIP/{number}@trunk": 0} {
			b := &builder{report: &report{}, site: &Site{Plan: plan}}
			row := row[asteriskYAML]{key: value[string]{v: "a1", set: true, at: place{file: "site.yaml", line: 3, column: 3}}}
			row.v.Trunk = value[string]{v: trunk, set: trunk != ""}
			b.trunkNeeded(siteFile{Asterisk: table[asteriskYAML]{row}})
			require.Len(t, b.problems, problems, name)
			if problems > 0 {
				assert.Contains(t, b.problems[0].String(), `site.yaml:3:3: rules send to local services, but "a1" has no trunk`, name)
			}
		}
	}
	b := &builder{report: &report{}, site: &Site{Plan: &routing.Plan{Always: []routing.Rule{{Queue: "q"}}}}}
	b.trunkNeeded(siteFile{Asterisk: table[asteriskYAML]{{}}})
	assert.Empty(t, b.problems, "nobody is sent outside")
}
