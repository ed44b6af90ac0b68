package node

import (
	"context"
	"time"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/backend"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/ivr"
)

// asking is the request of a session to a back-end that is under way.
type asking struct {
	// backends are those of the version by which the contact goes.
	backends map[string]config.Backend
	id       int
	cancel   context.CancelFunc
}

// newBackends is what asks the servers of the site.
func (c *Controller) newBackends() *backend.Client {
	return backend.New(backend.Options{
		Log: c.log,
		OnRequest: func(name, result string, took time.Duration) {
			if c.observer.OnBackend != nil {
				c.observer.OnBackend(name, result, took)
			}
		},
		OnMessage: c.countMessage,
	})
}

// carryOut does what the core commands: what is asked of back-ends here, the rest on
// the telephone line.
func (s *session) carryOut(c engine.Command) {
	switch c := c.(type) {
	case engine.Fetch:
		s.ask(c.Fetch)
	case engine.CancelFetch:
		s.stopAsking(c.ID)
	case engine.CallBack:
		if c.Number = (numbers{sealer: s.c.sealer, site: s.c.Site()}).open(s.id, c.Number); c.Number == "" {
			s.c.unpromised(engine.DialRefused)
		} else if relay := s.c.Site().Entries[s.state.Record.Entry].Relay; relay != "" {
			c.Number = string(relay)
		}
		s.follow(s.line.Do(c))
	case engine.CallParty:
		c.Number = s.c.outside().open(s.id, c.Number)
		if c.Number == "" {
			s.c.barred(reasonBarred)
		}
		s.follow(s.line.Do(c))
	case engine.TellPhone:
		if c.News == engine.TransferDone || c.News == engine.TransferUnreached {
			s.c.byKey(string(c.News))
		}
		s.follow(s.line.Do(c))
	default:
		s.follow(s.line.Do(c))
	}
}

// ask sends a request beside the session, which waits for nothing; what comes of it
// comes through the mailbox.
func (s *session) ask(f ivr.Fetch) {
	s.stopAsking(s.asking.id)
	ctx, cancel := context.WithCancel(s.ctx)
	s.asking.id, s.asking.cancel = f.ID, cancel
	asked := s.asking.backends[f.Backend]
	s.requests.Go(func() {
		defer cancel()
		a := s.c.backends.Ask(ctx, asked, f)
		if ctx.Err() == nil {
			s.box.put(engineEvent{engine.Fetched{Fetched: a}})
		}
	})
}

func (s *session) stopAsking(id int) {
	if s.asking.cancel != nil && s.asking.id == id {
		s.asking.cancel()
		s.asking.cancel = nil
	}
}
