package node

import (
	"context"
	"fmt"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
	"github.com/guichet/guichet/internal/status"
)

// Treat writes what an agent notes of a contact; the answer is as for Command. A
// *status.Refused says that a note could not be kept so that nobody else reads it.
func (c *Controller) Treat(ctx context.Context, agent contact.Agent, t status.Treatment, op string) (ledger.Answer, error) {
	f := fact.Treated{Agent: agent, Topic: t.Topic, Acts: t.Acts, Result: t.Result}
	if t.Note != "" {
		if !c.sealer.lasting {
			return ledger.Answer{}, status.Refuse(status.NoKey, "give site.yaml a key, or leave the note out", "the site has no key to encrypt notes with, so it keeps none")
		}
		f.Note, _ = c.sealer.seal(t.Note)
	}
	answer, err := c.say(ctx, string(t.Contact), f, op)
	if err != nil {
		return ledger.Answer{}, fmt.Errorf("write what agent %s notes of contact %s: %w", agent, t.Contact, err)
	}
	return answer, nil
}

// codePatience is for how long a wrap-up lasts beyond its end while the contact is not
// noted although the queue requires it: nobody is kept from callers for good by a page
// that was left open.
const codePatience = 10 * time.Minute

// owesCode reports whether an agent's wrap-up goes on for that, at a time.
func (c *Controller) owesCode(s *fold.State, id contact.Agent, now int64) bool {
	queue, unnoted := s.Unnoted(id)
	return unnoted && c.Site().Queues[queue].CodeRequired && now < s.Floor.Agents[id].Until+codePatience.Microseconds()
}
