package aritest

import (
	"fmt"
	"net"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/guichet/guichet/ari"
)

// Config describes a fake Asterisk. Zero values take the defaults in the
// comments.
type Config struct {
	Application string // the dialplan sends callers to it; "app"
	Username    string // "user"
	Password    string // "secret"
	EntityID    string // "00:00:00:00:00:01"
	Version     string // "22.10.1"

	// Second is how long a second of a dial's timeout lasts, so that tests of
	// ringing out need not wait; 1 s.
	Second time.Duration
	// WriteTimeout closes a socket whose client does not read, as
	// websocket_write_timeout does; 5 s here, 100 ms in Asterisk.
	WriteTimeout time.Duration
	// KeepAlive closes an HTTP connection that is idle; 15 s.
	KeepAlive time.Duration
	// Tap is put around each connection, to see what passes; nothing by default.
	Tap func(net.Conn) net.Conn
}

func (c *Config) fillDefaults() {
	for field, value := range map[*string]string{
		&c.Application: "app", &c.Username: "user", &c.Password: "secret",
		&c.EntityID: "00:00:00:00:00:01", &c.Version: "22.10.1",
	} {
		if *field == "" {
			*field = value
		}
	}
	if c.Second == 0 {
		c.Second = time.Second
	}
	if c.WriteTimeout == 0 {
		c.WriteTimeout = 5 * time.Second
	}
	if c.KeepAlive == 0 {
		c.KeepAlive = 15 * time.Second
	}
}

// Server is a fake Asterisk. Its methods may be called from any goroutine.
type Server struct {
	config Config
	http   *httptest.Server
	closed chan struct{}
	gate   gate
	work   sync.WaitGroup // socket writers and timers

	mu          sync.Mutex // guards everything below, and all state of channels, bridges, playbacks and phones
	started     time.Time
	generation  int // raised by Reboot: timers of an earlier life do nothing
	serial      int
	apps        map[string]*application
	channels    map[string]*channel
	order       []*channel // every channel still here, in order of creation
	bridges     map[string]*bridge
	playbacks   map[string]*playback
	recordings  map[string]*recording // that wait or run
	files       map[string][]byte     // of those that are over; a reboot leaves them
	noSpool     bool                  // nothing can be written
	phones      map[string]*Phone
	mediaLength func(media string) time.Duration
	held        *[]Frame
	muted       bool
	deafenNext  bool
	forgetNext  bool
	outbound    bool
	skew        time.Duration
	faults      faults
	requests    []Request
}

// New starts a fake Asterisk with default settings, and stops it when the test
// ends.
func New(t testing.TB) *Server { return NewWith(t, Config{}) }

// NewWith is New with settings.
func NewWith(t testing.TB, c Config) *Server {
	s := Start(c)
	t.Cleanup(s.Close)
	return s
}

// Start starts a fake Asterisk outside tests; end it with Close.
func Start(c Config) *Server {
	c.fillDefaults()
	s := &Server{config: c, closed: make(chan struct{}), mediaLength: func(string) time.Duration { return 0 }}
	s.gate.init()
	s.phones = make(map[string]*Phone)
	s.files = make(map[string][]byte)
	s.forget()
	s.http = httptest.NewUnstartedServer(s.routes())
	if c.Tap != nil {
		s.http.Listener = tapped{s.http.Listener, c.Tap}
	}
	s.http.Config.ConnState = s.gate.watch
	s.http.Config.ConnContext = rememberConnection
	s.http.Config.IdleTimeout = c.KeepAlive
	s.http.Start()
	return s
}

// tapped is a listener whose connections pass through a tap.
type tapped struct {
	net.Listener
	tap func(net.Conn) net.Conn
}

func (l tapped) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return l.tap(conn), nil
}

// forget puts the state of a freshly booted Asterisk in place.
func (s *Server) forget() {
	s.generation++
	s.started = time.Now().Truncate(time.Millisecond)
	s.apps = make(map[string]*application)
	s.channels = make(map[string]*channel)
	s.order = nil
	s.bridges = make(map[string]*bridge)
	s.playbacks = make(map[string]*playback)
	s.recordings = make(map[string]*recording)
	for _, p := range s.phones {
		p.legs = nil
	}
}

// Close ends the server and everything it started.
func (s *Server) Close() {
	s.mu.Lock()
	select {
	case <-s.closed:
		s.mu.Unlock()
		return
	default:
	}
	close(s.closed)
	s.generation++
	s.cutAll()
	s.mu.Unlock()
	s.http.CloseClientConnections()
	s.http.Close()
	s.work.Wait()
}

// URL returns the base of the interface, as ari.Options wants it.
func (s *Server) URL() string { return s.http.URL + "/ari" }

// Options returns what a client needs to reach this server; the caller may
// change the rest.
func (s *Server) Options() ari.Options {
	return ari.Options{URL: s.URL(), Application: s.config.Application, Username: s.config.Username, Password: s.config.Password}
}

// Reboot is a restart of Asterisk: sockets break, every channel and bridge is
// gone without an event, and the start-up time is new.
func (s *Server) Reboot() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cutAll()
	before := s.started
	s.forget()
	if !s.started.After(before) {
		s.started = before.Add(time.Second)
	}
}

// SkewClock shifts the times this Asterisk reports.
func (s *Server) SkewClock(by time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.skew = by
}

// SetMediaLength says how long each medium of a playback lasts; 0, the default
// for all, ends it in the moment it starts, and Forever lasts until stopped.
func (s *Server) SetMediaLength(of func(media string) time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mediaLength = of
}

// Forever is the length of a medium that only a stop or a hang-up ends.
const Forever = time.Duration(1<<63 - 1)

// after runs f under the lock: at once when d is 0, else when d has passed
// unless the server rebooted or closed meanwhile.
func (s *Server) after(d time.Duration, f func()) {
	if d <= 0 {
		f()
		return
	}
	if d == Forever {
		return
	}
	born := s.generation
	s.work.Add(1)
	go func() {
		defer s.work.Done()
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-s.closed:
			return
		case <-timer.C:
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.generation == born {
			f()
		}
	}()
}

func (s *Server) now() time.Time { return time.Now().Add(s.skew) }

func (s *Server) nextID() (id string, serial int) {
	s.serial++
	return fmt.Sprintf("%d.%d", s.started.Unix(), s.serial), s.serial
}
