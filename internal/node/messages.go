package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"go.uber.org/zap"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/internal/channel/voice"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

// MessageDone writes that somebody has dealt with a message; the answer is as for
// Command.
func (c *Controller) MessageDone(ctx context.Context, id fact.MessageID, by, op string) (ledger.Answer, error) {
	answer, err := c.say(ctx, id.Subject(), fact.MessageDone{Message: id, By: by}, op)
	if err != nil {
		return ledger.Answer{}, fmt.Errorf("write that message %s is done: %w", id, err)
	}
	return answer, nil
}

// Recording opens the recording of a message at its node, which every controller
// reaches, whoever holds it; nil if it is not there any more. Whoever reads it closes it.
func (c *Controller) Recording(ctx context.Context, at contact.Node, id fact.MessageID) (io.ReadCloser, error) {
	return c.file(ctx, at, voice.RecordingName(id))
}

func (c *Controller) file(ctx context.Context, at contact.Node, name ari.RecordingName) (io.ReadCloser, error) {
	l := c.links[at]
	if l == nil {
		return nil, fmt.Errorf("read recording %s: there is no node %s", name, at)
	}
	file, err := l.current().OpenRecording(ctx, name)
	switch {
	case errors.Is(err, ari.ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read recording %s at %s: %w", name, at, err)
	}
	return file, nil
}

// messagesLook is how often the leader looks for recordings whose retention is over.
const messagesLook = 30 * time.Second

// keepMessages deletes recordings whose retention is over, while this controller leads.
func (c *Controller) keepMessages(ctx context.Context) error {
	look := time.NewTicker(messagesLook)
	defer look.Stop()
	for {
		c.deleteDue(ctx)
		c.deleteRecordings(ctx, c.clock.now())
		select {
		case <-look.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// deleteDue deletes first and writes it down then: what the ledger says is gone is gone.
// One that nobody reaches is tried again at the next look.
func (c *Controller) deleteDue(ctx context.Context) {
	for _, m := range c.dueMessages() {
		l := c.links[m.Node]
		if l == nil || ctx.Err() != nil {
			continue
		}
		err := l.current().DeleteRecording(ctx, voice.RecordingName(m.ID))
		if err != nil && !errors.Is(err, ari.ErrNotFound) {
			c.log.Warn("a recording is not deleted yet", zap.String("message", string(m.ID)), zap.String("node", string(m.Node)), zap.Error(err))
			continue
		}
		if _, err := c.append(ctx, "delete", func(s *fold.State) []ledger.Entry { return c.deletion(s, m.ID) }); err != nil {
			c.settle(ctx, err)
			return
		}
		c.log.Info("recording deleted after its retention", zap.String("message", string(m.ID)), zap.String("mailbox", m.Mailbox))
	}
}

// dueMessages are those whose recordings are to be deleted, if this controller leads.
func (c *Controller) dueMessages() (due []fold.Message) {
	now := c.clock.now()
	c.View(func(s *fold.State) {
		if _, leads := c.epoch(s, ledger.Site); !leads {
			return
		}
		for _, m := range s.Messages {
			if m.Due(now) {
				due = append(due, *m)
			}
		}
	})
	return due
}

// deletion is the fact, if this controller still leads and nobody has written it.
func (c *Controller) deletion(s *fold.State, id fact.MessageID) []ledger.Entry {
	return c.leads(s, id.Subject(), fact.MessageDeleted{Message: id}, c.clock.now(), s.Messages[id] != nil)
}
