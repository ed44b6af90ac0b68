package node

import (
	"context"
	"errors"
	"fmt"
	"io"

	"go.uber.org/zap"

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

// deleteRecordings deletes those of conversations whose retention is over, and writes it
// down then, both at a time.
func (c *Controller) deleteRecordings(ctx context.Context, at int64) {
	for _, r := range c.dueRecordings(at) {
		if ctx.Err() != nil {
			return
		}
		if c.links[r.Node] == nil {
			continue // another controller may reach it when it leads
		}
		if err := c.erase(ctx, r.Node, voice.TapeName(r.ID)); err != nil {
			c.log.Warn("a recording is not deleted yet", zap.String("recording", string(r.ID)), zap.Error(err))
			continue
		}
		_, err := c.append(ctx, "delete", func(s *fold.State) []ledger.Entry {
			return c.leads(s, r.ID.Subject(), fact.RecordingDeleted{Recording: r.ID}, at, s.Recordings[r.ID] != nil)
		})
		if err != nil {
			c.settle(ctx, err)
			return
		}
		c.log.Info("recording deleted after its retention", zap.String("recording", string(r.ID)), zap.String("queue", string(r.Queue)))
	}
}

// dueRecordings are those whose files are to be deleted, if this controller leads.
func (c *Controller) dueRecordings(at int64) (due []fold.Recording) {
	c.View(func(s *fold.State) {
		if _, leads := c.epoch(s, ledger.Site); leads {
			due = s.DueRecordings(at)
		}
	})
	return due
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
