package node

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/channel/voice"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

// Conversation opens the recording of a conversation at its node; nil if it is not there
// any more. Whoever reads it closes it.
func (c *Controller) Conversation(ctx context.Context, at contact.Node, id fact.RecordingID) (io.ReadCloser, error) {
	return c.file(ctx, at, voice.TapeName(id))
}

// EraseRecording deletes the file of a recording before its retention is over, and then
// writes by whom; the answer is as for Command.
func (c *Controller) EraseRecording(ctx context.Context, at contact.Node, id fact.RecordingID, by, op string) (ledger.Answer, error) {
	if err := c.erase(ctx, at, voice.TapeName(id)); err != nil {
		return ledger.Answer{}, fmt.Errorf("delete recording %s: %w", id, err)
	}
	answer, err := c.say(ctx, id.Subject(), fact.RecordingDeleted{Recording: id, By: by}, op)
	if err != nil {
		return ledger.Answer{}, fmt.Errorf("write that recording %s is deleted: %w", id, err)
	}
	return answer, nil
}

// erase removes a file from the spool of a node; one that is not there is gone.
func (c *Controller) erase(ctx context.Context, at contact.Node, name ari.RecordingName) error {
	l := c.links[at]
	if l == nil {
		return fmt.Errorf("there is no node %s", at)
	}
	if err := l.current().DeleteRecording(ctx, name); err != nil && !errors.Is(err, ari.ErrNotFound) {
		return fmt.Errorf("at %s: %w", at, err)
	}
	return nil
}

// leads is a fact of the leader, if this controller still leads and it is still so.
func (c *Controller) leads(s *fold.State, subject string, f fact.Fact, at int64, still bool) []ledger.Entry {
	epoch, leads := c.epoch(s, ledger.Site)
	if !leads || !still {
		return nil
	}
	e := c.entry(f, subject, at)
	e.Role, e.Epoch = ledger.RoleLeader, epoch
	return []ledger.Entry{e}
}
