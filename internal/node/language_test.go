package node_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/ivr"
)

// bilingual asks which language to speak, then a question in it, forever.
func bilingual(t *testing.T) func(*config.Site) {
	return func(s *config.Site) {
		tries := ivr.Tries{Interruptible: true, MaxAttempts: 9, NoInputTimeout: time.Minute, InterDigitTimeout: time.Minute}
		tree, faults := ivr.New(ivr.Tree{
			ID: "bilingue", Start: "langue", Languages: []string{"fr", "en"}, Failure: ivr.Exit{Goto: ivr.End},
			Nodes: map[ivr.NodeID]ivr.Node{
				"langue": &ivr.Menu{Prompts: []ivr.Prompt{"langue"}, Tries: tries, Choices: []ivr.Choice{
					{Keys: "1", Goto: "question", Set: ivr.Vars{ivr.VarLanguage: "fr"}},
					{Keys: "2", Goto: "question", Set: ivr.Vars{ivr.VarLanguage: "en"}},
				}},
				"question": &ivr.Menu{Prompts: []ivr.Prompt{"question"}, Tries: tries, Choices: []ivr.Choice{{Keys: "0", Goto: ivr.Home}}},
			},
		})
		require.Empty(t, faults)
		e := s.Entries["2014"]
		e.Tree = tree
		s.Entries["2014"] = e
		s.Prompts["langue"] = config.Prompt{Name: "langue", In: map[string]config.Sound{
			config.AllLanguages: {Media: []string{"sound:guichet/langue-all"}},
		}}
		s.Prompts["question"] = config.Prompt{Name: "question", In: map[string]config.Sound{
			"fr": {Media: []string{"sound:guichet/question-fr"}}, "en": {Media: []string{"sound:guichet/question-en"}},
		}}
	}
}

func TestAsteriskPlaysThePromptsOfTheLanguageChosen(t *testing.T) {
	t.Parallel()
	b := newBench(t, bilingual(t))
	caller := b.call()
	hears := func(media ...string) {
		t.Helper()
		b.until("the prompt", func() bool { return slices.Equal(caller.Channel().Played, media) })
	}
	hears("sound:guichet/langue-all")
	caller.Press("2")
	hears("sound:guichet/langue-all", "sound:guichet/question-en")
	caller.Press("0")
	hears("sound:guichet/langue-all", "sound:guichet/question-en", "sound:guichet/langue-all")
	caller.Press("1")
	hears("sound:guichet/langue-all", "sound:guichet/question-en", "sound:guichet/langue-all", "sound:guichet/question-fr")
	caller.Hangup()
	b.untilQuiet()
}
