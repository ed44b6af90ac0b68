package cli

import (
	"io"
	"time"
	"unicode/utf8"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/terminal"
	"github.com/guichet/guichet/ivr"
)

// writeJourneys prints how long it takes at most from each entry to be handed to an
// agent.
func writeJourneys(w io.Writer, journeys []config.Journey, width int) error {
	if _, err := io.WriteString(w, "\nto ask for an agent, at most, without the wait for one\n"); err != nil {
		return err
	}
	t := terminal.NewTable("ENTRY", ">TIME", ">KEYS", "BY WAY OF")
	t.Indent = "  "
	room := width - len(t.Indent) - 2*3 - len("TIME ") - len("KEYS") - longestEntry(journeys)
	for _, j := range journeys {
		if !j.Reached {
			t.Row(entryOf(j), terminal.Nothing, terminal.Nothing, "nobody is reached")
			continue
		}
		t.Row(entryOf(j), terminal.Clock(time.Duration(j.Seconds)*time.Second), j.Keys, questions(j.Path, room))
	}
	return t.Write(w)
}

func longestEntry(journeys []config.Journey) int {
	longest := len("ENTRY")
	for _, j := range journeys {
		longest = max(longest, utf8.RuneCountInString(entryOf(j)))
	}
	return longest
}

// entryOf names the entry, and the campaign if it is about one.
func entryOf(j config.Journey) string {
	if j.Campaign == "" {
		return string(j.Entry)
	}
	return string(j.Entry) + ", " + j.Campaign
}

// questions names the last questions of a way that there is room for.
func questions(path []ivr.NodeID, room int) string {
	if len(path) == 0 {
		return "nothing is asked"
	}
	const arrow = " → "
	words := ""
	for i := len(path) - 1; i >= 0; i-- {
		more := string(path[i])
		if words != "" {
			more += arrow + words
		}
		cut := 0
		if i > 0 {
			cut = utf8.RuneCountInString("… → ")
		}
		if words != "" && utf8.RuneCountInString(more)+cut > room {
			return "… → " + words
		}
		words = more
	}
	return words
}
