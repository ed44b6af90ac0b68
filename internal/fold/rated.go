package fold

import (
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
)

// Unrated is the key under which those are counted who were asked and gave no answer.
const Unrated = "none"

// ratedFact judges what an owner writes of the question after a call: once, of who was
// answered and is on the line with nobody.
func ratedFact(rec *engine.Record, f fact.Rated) string {
	switch {
	case rec.ClosedAt != 0 || !rec.Connected() || !rec.Medium.Interactive():
		return "contact was not answered, or is closed"
	case talks(rec):
		return "contact is in a conversation"
	case rec.RatedAt != 0:
		return "rated already"
	case !f.Answers() || f.Queue == "" || f.Center == "":
		return "an answer is one key, given in a queue and of a center"
	}
	return ""
}

// rated counts it.
func (t *Tally) rated(rec *engine.Record, f fact.Rated) {
	key := f.Key
	if key == "" {
		key = Unrated
	}
	t.Ratings.add(1, string(f.Queue), string(f.Center), string(rec.Organisation), key)
}
