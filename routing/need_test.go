package routing

import (
	"errors"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
)

func TestNeedsAreConjunctionsOfLevels(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]contact.Need{
		"topic >= 2":                        {{Skill: "topic", Level: 2}},
		"recouvrement>=1":                   {{Skill: "recouvrement", Level: 1}},
		"  recouvrement >= 2 and été >= 5 ": {{Skill: "recouvrement", Level: 2}, {Skill: "été", Level: 5}},
	} {
		assert.Equal(t, want, need(t, text), text)
	}
}

func TestAWrongNeedIsPlaced(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]NeedError{
		"":                        {Column: 1, Problem: "expected the name of a skill, found the end"},
		"topic":                   {Column: 6, Problem: `expected >= after "topic", found the end`},
		"topic > 2":               {Column: 7, Problem: `expected >= after "topic", found ">"`},
		"topic = 2":               {Column: 7, Problem: `expected >= after "topic", found "="`},
		"topic >= 0":              {Column: 10, Problem: `expected a level, found "0"`},
		"topic >= 12":             {Column: 10, Problem: `expected a level, found "12"`},
		"topic >= deux":           {Column: 10, Problem: `expected a level, found "deux"`},
		"2 >= topic":              {Column: 1, Problem: `expected the name of a skill, found "2"`},
		"été >= 2 ou avis >= 1":   {Column: 10, Problem: `expected "and" or the end, found "ou"`},
		"topic >= 2 or avis >= 1": {Column: 12, Problem: `"or" is not available in this version`},
		"(topic >= 2)":            {Column: 1, Problem: `expected the name of a skill, found "("`},
		"topic >= 2 and":          {Column: 15, Problem: "expected the name of a skill, found the end"},
		"a >= 1 and a >= 2":       {Column: 12, Problem: `the skill "a" is asked for twice`},
	} {
		_, err := ParseNeed(text)
		var wrong *NeedError
		require.True(t, errors.As(err, &wrong), text)
		assert.Equal(t, want.Problem, wrong.Problem, text)
		assert.Equal(t, want.Column, wrong.Column, text)
	}
}

func FuzzParseNeed(f *testing.F) {
	f.Add("topic >= 2 and anglais >= 1")
	f.Add("été>= 9 <<>>")
	f.Fuzz(func(t *testing.T, text string) {
		need, err := ParseNeed(text)
		var wrong *NeedError
		if errors.As(err, &wrong) {
			assert.LessOrEqual(t, wrong.Column, utf8.RuneCountInString(text)+1)
			assert.GreaterOrEqual(t, wrong.Column, 1)
			return
		}
		require.NoError(t, err)
		require.NotEmpty(t, need)
		for _, r := range need {
			require.True(t, IsName(string(r.Skill)))
			require.True(t, r.Level >= MinLevel && r.Level <= MaxLevel)
		}
	})
}
