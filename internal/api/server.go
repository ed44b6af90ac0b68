// Package api is a controller over HTTP: health, metrics, the floor as JSON,
// commands about agents, reports, and a stream of what changes.
//
// It shows and passes on; it decides nothing and keeps nothing. Every answer is
// read from the fold at that moment, a command is a fact that the ledger
// accepts or voids. Callers' numbers are masked. The description for machines
// is openapi.yaml, served with it and held to the routes by a test.
//
// Read Controller, Server and routes first; the shapes of the answers are in
// views.go and top.go.
package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
	"github.com/guichet/guichet/internal/password"
	"github.com/guichet/guichet/internal/status"
)

// Controller is the running controller, as far as people may see and steer it.
type Controller interface {
	// View calls read with the fold under a read lock; copy what you keep.
	View(read func(*fold.State))
	Site() *config.Site
	// Now is the site time in µs since 1970.
	Now() int64
	// Command writes what a person wants of an agent. op names the operation:
	// a repetition gets the first answer. The answer's Void says why it had no
	// effect.
	Command(ctx context.Context, agent contact.Agent, f fact.Fact, op string) (ledger.Answer, error)
	// Announce writes what is announced at a place, in the same way.
	Announce(ctx context.Context, at fact.Place, f fact.Fact, op string) (ledger.Answer, error)
	// Treat writes what an agent notes of a contact.
	Treat(ctx context.Context, agent contact.Agent, t status.Treatment, op string) (ledger.Answer, error)
	// MessageDone writes that somebody has dealt with a message, Recording opens one at
	// its node, nil if it is not there any more.
	MessageDone(ctx context.Context, id fact.MessageID, by, op string) (ledger.Answer, error)
	Recording(ctx context.Context, at contact.Node, id fact.MessageID) (io.ReadCloser, error)
	// Conversation opens a recorded conversation in the same way, EraseRecording deletes it
	// and writes by whom.
	Conversation(ctx context.Context, at contact.Node, id fact.RecordingID) (io.ReadCloser, error)
	EraseRecording(ctx context.Context, at contact.Node, id fact.RecordingID, by, op string) (ledger.Answer, error)
	// Card is the log-in fact of a configured agent.
	Card(agent contact.Agent) (fact.LoggedIn, bool)
	// Seat is the log-in fact of an agent at a phone of his choice, Prove compares a PIN;
	// a *status.Refused says why not.
	Seat(ctx context.Context, agent contact.Agent, phone string) (fact.AgentSeated, error)
	Prove(agent contact.Agent, pin, from string) error
	// Post takes a mail in, DoMail has done what an agent does with it. A
	// *status.Refused says why nothing was changed.
	Post(ctx context.Context, m status.Mail) (status.Posted, error)
	DoMail(ctx context.Context, id contact.ID, d status.Deed) error
	// Direct has done what somebody wants of a conversation; errors are those of DoMail.
	Direct(ctx context.Context, w status.Wish) error
	// CancelCallback has somebody not called back after all; errors are those of DoMail.
	CancelCallback(ctx context.Context, id contact.ID, w status.Cancelling) error
	CallBackFor(ctx context.Context, w status.CallsBack) (contact.ID, error)
	// DeclareLost closes the calls of an Asterisk whose machine is off, as somebody says;
	// errors are those of DoMail.
	DeclareLost(ctx context.Context, loss status.Loss) (status.DeclaredLost, error)
	Links() []status.Link
	// NotReady lists why calls cannot be served; empty means ready.
	NotReady() []string
	// Degraded lists what endangers service though calls are served.
	Degraded() []string
	// Replay refolds the ledger from its beginning.
	Replay(ctx context.Context, visit func(fold.Applied)) error
	// Refold does the same and shows the state before each entry, until visit
	// returns false.
	Refold(ctx context.Context, visit func(before *fold.State, e ledger.Entry) (goOn bool)) error
	// Watch signals, coalesced, that facts were folded.
	Watch() (changed <-chan struct{}, stop func())
	Live() status.Live
	// Activate makes the controller's site folder the active version, Rollback an
	// earlier one; a *status.Refused says why nothing was changed.
	Activate(ctx context.Context, ask status.Ask) (status.Activated, error)
	Rollback(ctx context.Context, hash string, ask status.Ask) (status.Activated, error)
	// Version tells how the controller stands to the versions of the site.
	Version() status.Version
}

// Options are what a server is made of.
type Options struct {
	Controller Controller
	// Metrics answers /metrics; without it there are none.
	Metrics http.Handler
	Log     *zap.Logger
	// Version of the program, shown by the status.
	Version string
	// Reveal opens the number of a caller, or a mail, as the ledger keeps it; ok is
	// false for one sealed under another key. Without it every number is hidden.
	// A number is masked here before anybody sees it, and a mail is for its agent.
	Reveal func(sealed string) (number string, ok bool)
	// RevealCallback opens the number at which somebody is to be called back likewise. It is
	// for the agent who has the contact, and for who looks at one call back.
	RevealCallback func(id contact.ID, sealed string) (number string, ok bool)
}

// Server answers for one controller. Create it with New.
type Server struct {
	Options
	handler http.Handler
	// replays bounds how many reports and stories are made at a time: each
	// reads the whole ledger.
	replays chan struct{}
	// streams bounds the live views.
	streams chan struct{}
	// cards bounds the live cards of agents.
	cards chan struct{}
	// views bounds both by account.
	views views
	// closing ends the live views when the server stops.
	closing   chan struct{}
	closeOnce sync.Once

	signedIn *sessions
	// comparing bounds how many sign-ins are judged at a time.
	comparing chan struct{}
	drafts    *drafts
	// attempts and attemptsFrom are wrong passwords by name, and by address.
	attempts, attemptsFrom *password.Attempts
}

const (
	maxReplays = 2
	maxStreams = 64
	maxCards   = 2000
	// maxViewsEach are the live views of one account, boards and cards.
	maxViewsEach = 8
	// maxComparing is as many as are hashed at a time.
	maxComparing = 2
	// stopPatience is how long answers under way may take when the server stops.
	stopPatience = 3 * time.Second
)

// New makes a server; Serve runs it.
func New(o Options) *Server {
	if o.Log == nil {
		o.Log = zap.NewNop()
	}
	s := &Server{
		Options: o,
		replays: make(chan struct{}, maxReplays),
		streams: make(chan struct{}, maxStreams),
		cards:   make(chan struct{}, maxCards),
		views:   views{by: map[string]int{}},
		closing: make(chan struct{}),

		signedIn: newSessions(), comparing: make(chan struct{}, maxComparing),
		drafts:   &drafts{of: map[contact.Agent]Noted{}},
		attempts: password.NewAttempts(maxAttempts, attemptsWithin), attemptsFrom: password.NewAttempts(maxAttemptsFrom, attemptsWithin),
	}
	s.handler = s.guarded(s.mux())
	return s
}

// Handler is the whole API, for tests and for embedding.
func (s *Server) Handler() http.Handler { return s.handler }

// Serve answers on the listener until ctx ends, then lets answers under way
// finish. It is called once.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	at := door{open: !config.IsLoopback(l.Addr().String())}
	return s.serve(ctx, l, s.forHere(l.Addr(), at.handle(s.handler)))
}

func (s *Server) serve(ctx context.Context, l net.Listener, handler http.Handler) error {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      30 * time.Second, // streams and reports extend their own
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          zap.NewStdLog(s.Log),
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	select {
	case err := <-served:
		return fmt.Errorf("serve http on %s: %w", l.Addr(), err)
	case <-ctx.Done():
	}
	s.closeOnce.Do(func() { close(s.closing) })
	err := s.stop(server)
	<-served
	return err
}

func (s *Server) stop(server *http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), stopPatience)
	defer cancel()
	err := server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		s.Log.Warn("http answers took too long and were cut off", zap.Duration("patience", stopPatience))
		return server.Close()
	}
	return err
}
