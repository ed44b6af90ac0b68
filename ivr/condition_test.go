package ivr

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/guichet/guichet/internal/contact"
)

// when compiles a condition that is right.
func when(text string) *Condition {
	c, flaw := Compile(text)
	if flaw != nil {
		panic(fmt.Sprintf("%s: %+v", text, flaw))
	}
	return c
}

// lookedAt is a caller at five past ten on a Tuesday, and a busy queue.
func lookedAt() *view {
	return &view{
		in: &Input{
			At:     time.Date(2026, 11, 24, 10, 5, 0, 0, time.UTC),
			Caller: "+33612345678", Dialled: "2014",
			CallsToday: func() int { return 3 },
			Queue: func(name contact.Queue, _ Vars, _ int) QueueView {
				if name == "ir" {
					return QueueView{Waiting: 12, Agents: 3, Ready: 0, EstimatedWait: 7 * time.Minute, Open: true}
				}
				return QueueView{}
			},
		},
		vars: Vars{"postal_code": "44000", "numero": "12"},
	}
}

func TestConditionsSeeTheCallerTheTimeAndTheQueues(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		`caller startsWith "+336"`:                                    true,
		`calls_today > 2 and calls_today in 3..4`:                     true,
		`caller == "" or withheld`:                                    false,
		`dialled in ["2014", "0199002014"]`:                           true,
		`now.weekday in ["sat", "sun"]`:                               false,
		`now.weekday == "tue" and now.hour in 8..17`:                  true,
		`now.date >= "2026-12-01"`:                                    false,
		`now.time < "10:06" and now.minute == 5`:                      true,
		`now.day == 24 and now.month == 11 and now.year == 2026`:      true,
		`var.postal_code matches "^44"`:                               true,
		`var.topic == ""`:                                             true,
		`int(var.numero) > 11 and len(var.numero) == 2`:               true,
		`queue("ir").estimated_wait > 300`:                            true,
		`queue("ir").waiting >= 10 and not (queue("ir").ready > 0)`:   true,
		`queue("ir").open ? queue("tf").open : true`:                  false,
		`not (now.hour in 12..13) and queue("tf").waiting == 0`:       true,
		`(now.hour + 1) * 2 == 22 and var.postal_code endsWith "000"`: true,
	} {
		got, err := when(text).holds(lookedAt())
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
}

func TestFlawsOfConditionsAreSaidWithTheirPlace(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`caler == ""`:                            `0: there is no "caler" caler`,
		`now.weekdy == "mon"`:                    `4: now has no "weekdy" weekdy`,
		`queue("ir").wait > 3`:                   `12: a queue has no "wait" wait`,
		`now.hour > "8"`:                         `9: invalid operation: > (mismatched types int and string)`,
		`caller`:                                 `0: expected bool, but got string`,
		`now > 3`:                                `0: now as a whole cannot be compared`,
		`queue("ir")`:                            `0: a queue is neither true nor false`,
		`queue(caller).open`:                     `0: the name of the queue must be written out`,
		`filter([1], # > 0) == []`:               `0: filter is not part of this language`,
		`caller matches dialled`:                 `7: a pattern cannot come from somewhere else`,
		`now.hour in 1..900000`:                  `13: a range has two numbers, at most 1000 apart`,
		`let x = 1; x > 0`:                       `4: this is not part of the language of conditions`,
		`now.hour >`:                             `9: the condition stops too early`,
		`var[caller] == ""`:                      `3: this is not part of the language of conditions`,
		`caller matches "("`:                     `7: error parsing regexp: missing closing ): ` + "`(`",
		strings.Repeat("true and ", 60) + "true": `0: the expression has 544 bytes`,
	} {
		_, flaw := Compile(text)
		if assert.NotNil(t, flaw, text) {
			assert.Equal(t, want, strings.TrimSpace(fmt.Sprintf("%d: %s %s", flaw.Offset, flaw.Problem, flaw.Unknown)), text)
		}
	}
}

func TestADecisionRemembersWhatItReadAndNobodysNumber(t *testing.T) {
	t.Parallel()
	branch := &Branch{
		Cases: []Case{
			{When: when(`int(caller) > 5 and now.hour > 9`), Goto: "a"},
			{When: when(`queue("ir").ready > 0`), Goto: "a"},
		},
		Else: Exit{Goto: "b"},
	}
	w := walk{in: *lookedAt().in}
	w.in.Caller = "anonymous"
	assert.Equal(t, Exit{Goto: "b"}, w.decide(branch), "an expression that fails takes else")
	assert.Equal(t, []Decision{{
		Case: "else", Failed: `int(caller) > 5 and now.hour > 9`, Read: map[string]string{"caller": "a number", "now.hour": "10"},
	}}, w.state.Decisions)
	assert.NotContains(t, fmt.Sprint(w.state), "anonymous")
}

func TestACaseThatNamesANumberIsToldByItsPlace(t *testing.T) {
	t.Parallel()
	branch := &Branch{Cases: []Case{{When: when(`withheld`), Goto: "a"}, {When: when(`caller == "+33612345678"`), Goto: "a"}}}
	w := walk{in: *lookedAt().in}
	assert.Equal(t, Exit{Goto: "a"}, w.decide(branch))
	assert.Equal(t, "cases.2", w.state.Decisions[0].Case)
	assert.NotContains(t, fmt.Sprint(w.state), "612345678")
}

// Nothing that an author writes may stop calls: compile anything, run what compiles.
func FuzzCondition(f *testing.F) {
	f.Add(`queue("ir").waiting > 3 and var.topic in ["a", "b"]`)
	f.Add(`int(caller[2:]) % 0 == 1 ? true : now.hour in 1..3`)
	f.Fuzz(func(t *testing.T, text string) {
		c, flaw := Compile(text)
		require.Equal(t, c == nil, flaw != nil)
		if c != nil {
			_, _ = c.holds(lookedAt())
		} else {
			require.NotEmpty(t, flaw.Problem)
		}
	})
}

func TestAnyExpressionOfTheWordsOfTheLanguageCompilesOrIsFlawed(t *testing.T) {
	t.Parallel()
	words := []string{`caller`, `now.hour`, `var.x`, `queue("ir").waiting`, `queue("ir").open`, `1`, `"a"`, `==`, `>`, `and`, `or`, `not`, `in`, `(`, `)`, `[`, `]`, `..`, `matches`, `+`, `/`, `?`, `:`, `int(`, `len(`, `withheld`}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 1, 9).Draw(t, "words"), " ")
		c, flaw := Compile(text)
		require.Equal(t, c == nil, flaw != nil)
		if c != nil {
			_, _ = c.holds(lookedAt())
		}
	})
}
