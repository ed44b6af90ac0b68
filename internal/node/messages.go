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
