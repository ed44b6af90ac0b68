package engine_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/routing"
)

// A controller of an older version would find a key that it does not know.
func TestAPlaceSaysWhatIsNewOnlyIfEverybodyCanReadIt(t *testing.T) {
	t.Parallel()
	for understood, says := range map[bool]assert.ComparisonAssertionFunc{
		true:  func(t assert.TestingT, told, what any, _ ...any) bool { return assert.Contains(t, told, what) },
		false: func(t assert.TestingT, told, what any, _ ...any) bool { return assert.NotContains(t, told, what) },
	} {
		s := newStory(t)
		p := plan()
		rule := &p.Organisations["existant"][1]
		rule.Steps = append(rule.Steps, routing.Step{
			After: time.Minute, Centers: []contact.Center{"cis_sud"}, EstimatedWait: 5 * time.Minute, PerAgent: 3,
		})
		s.rules.Plan = p
		p.Ageing = contact.Ageing{Level: time.Minute, Mail: time.Hour}
		p.Queues = map[contact.Queue]routing.QueueTerms{"particuliers": {Policies: contact.Policies{Unreachable: time.Minute}}}
		s.rules.Understood = func(format int) bool {
			assert.Contains(t, []int{fact.FormatPressure, fact.FormatAgeing, fact.FormatUnreachable}, format)
			return understood
		}
		told := ""
		for _, l := range []string{"1 arrived", "2 key 1", "3 key 3", "4 key 5"} {
			told = s.line(l)
		}
		assert.Contains(t, told, `"after":60000000000,"centers":["cis_sud"]`)
		says(t, told, `"estimated_wait":300000000000,"per_agent":3`)
		says(t, told, `"ageing":{"level":60000000000,"mail":3600000000000}`)
		says(t, told, `"unreachable":60000000000`)
		assert.Equal(t, 3, rule.Steps[1].PerAgent, "the plan is everybody's")
	}
}
