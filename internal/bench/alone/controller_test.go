package alone_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
	"github.com/guichet/guichet/internal/node"
)

// asteriskNode is the Asterisk of the controllers that are measured.
const asteriskNode contact.Node = "a1"

var sampleSite = filepath.Join("..", "..", "..", "examples", "dgfip")

// site is the sample site, open day and night, with a staff of its own.
func site(t testing.TB, staff int, asterisk config.Asterisk) *config.Site {
	t.Helper()
	s, problems := config.Load(sampleSite)
	require.Empty(t, problems)
	s.Key = secret(t, "secret")
	for name, e := range s.Entries {
		e.Calendar = "demo"
		s.Entries[name] = e
	}
	for name, c := range s.Plan.Centers {
		c.Calendar = s.Calendars["demo"]
		s.Plan.Centers[name] = c
	}
	s.Asterisk = []config.Asterisk{asterisk}
	s.Agents = map[contact.Agent]config.Agent{}
	for i := range staff {
		a := agent(i)
		s.Agents[a.Agent] = config.Agent{
			ID: a.Agent, Name: a.Name, Center: a.Center, Phone: a.Phone, Media: a.Media, Skills: a.Skills,
			Files: config.Files{Departments: a.Files},
		}
	}
	return s
}

// unreachable is an Asterisk at which nobody listens.
func unreachable(t testing.TB) config.Asterisk {
	return connection(t, ari.Options{URL: "http://127.0.0.1:1/ari", Application: "app", Username: "user", Password: "secret"})
}

func connection(t testing.TB, o ari.Options) config.Asterisk {
	t.Helper()
	return config.Asterisk{
		Node: asteriskNode, URL: o.URL, Application: o.Application,
		Username: secret(t, o.Username), Password: secret(t, o.Password),
	}
}

func secret(t testing.TB, text string) config.Secret {
	file := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	return config.Secret{File: file}
}

// run is one life of a controller.
type run struct {
	*node.Controller
	end func() // as an operator ends it; once
}

// start runs a controller on a ledger; it leads when it has folded all.
func start(t testing.TB, s *config.Site, log ledger.Log) *run {
	t.Helper()
	c, err := node.New(node.Options{
		Site: s, Log: zap.NewNop(), Ledger: log, Instance: "c1", Locked: true,
		Load:    func() (*config.Site, []config.Problem) { return s, nil },
		Restore: func([]byte) (*config.Site, error) { return s, nil },
	})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()
	ended := false
	r := &run{Controller: c, end: func() {
		if cancel(); !ended {
			ended = true
			require.NoError(t, <-done)
		}
	}}
	t.Cleanup(r.end)
	return r
}

// patience is how long anything may take before a benchmark gives up.
const patience = 2 * time.Minute

// until waits for the state to be as it should. It holds the lock for reading while
// it asks: holds must not ask the controller for anything more.
func (r *run) until(t testing.TB, what string, holds func(*fold.State) bool) {
	t.Helper()
	changed, stop := r.Watch()
	defer stop()
	late := time.After(patience)
	for {
		is := false
		r.View(func(s *fold.State) { is = holds(s) })
		if is {
			return
		}
		select {
		case <-changed:
		case <-late:
			t.Fatal("in vain: waited for", what)
		}
	}
}

func leads(s *fold.State) bool {
	holder, _ := s.Protocol.Leader()
	return holder == "c1"
}
