package phone

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"
	"go.uber.org/zap"
)

// ErrClosed is returned by everything asked of an exchange after Close.
var ErrClosed = errors.New("exchange is closed")

// NoAudio as Options.FrameEvery makes phones silent but for one frame at the
// start of each call and what Call.Speak and Call.Press ask for.
const NoAudio time.Duration = -1

// Options of an exchange. Only LocalIP is required; Server is, too, for
// Register and for calls to bare numbers.
type Options struct {
	LocalIP string // IPv4 address of SIP and RTP, for example "127.0.0.2"
	Port    int    // UDP port of SIP; 0: a free one
	Server  string // host:port of the Asterisk that registers phones and takes calls

	FrameEvery time.Duration // pace of the 20 ms audio frames: 0 means 20 ms, more is lighter, NoAudio is none
	DigitTone  time.Duration // length of a pressed digit; 0 means 100 ms. Asterisk stretches what is under 80 ms
	DigitPause time.Duration // between two digits; 0 means 60 ms

	Expires       time.Duration // of a registration, renewed after four fifths of it; 0 means 5 minutes
	ServerTimeout time.Duration // a peer with live calls that says nothing for so long is dead; 0 means 10 s

	Log *zap.Logger // nil: none
}

func (o Options) withDefaults() Options {
	if o.FrameEvery == 0 {
		o.FrameEvery = frameTime
	}
	if o.DigitTone == 0 {
		o.DigitTone = 100 * time.Millisecond
	}
	if o.DigitPause == 0 {
		o.DigitPause = 60 * time.Millisecond
	}
	if o.Expires == 0 {
		o.Expires = 5 * time.Minute
	}
	if o.ServerTimeout == 0 {
		o.ServerTimeout = 10 * time.Second
	}
	if o.Log == nil {
		o.Log = zap.NewNop()
	}
	return o
}

func (o Options) cadence() cadence {
	c := cadence{tone: max(1, int(o.DigitTone/frameTime)), pause: max(1, int(o.DigitPause/frameTime))}
	if o.FrameEvery > 0 {
		c.every = max(1, int(o.FrameEvery/frameTime))
	}
	return c
}

// Exchange is one SIP user agent on one local address that carries many phones
// and callers. It is safe for concurrent use.
type Exchange struct {
	options Options
	log     *zap.Logger
	ip      netip.Addr
	port    int

	wire  *wire
	beat  *metronome
	peers *peers

	ctx    context.Context // ends when Close has said its goodbyes
	cancel context.CancelFunc
	work   sync.WaitGroup // every goroutine and every running callback

	closeOnce sync.Once
	closeErr  error

	mu      sync.Mutex
	closing bool // no new calls or registrations
	closed  bool // no new work at all
	phones  map[string]*Phone
	calls   map[dialogKey]*Call
}

// Open binds the SIP port and starts to serve. ctx bounds the opening only;
// the exchange lives until Close.
func Open(ctx context.Context, options Options) (*Exchange, error) {
	ip, err := netip.ParseAddr(options.LocalIP)
	if err != nil || !ip.Is4() {
		return nil, fmt.Errorf("open exchange: local address %q is not an IPv4 address", options.LocalIP)
	}
	if options.Server != "" {
		if _, err := net.ResolveUDPAddr("udp4", options.Server); err != nil {
			return nil, fmt.Errorf("open exchange: server %q is not host:port: %w", options.Server, err)
		}
	}
	conn, err := (&net.ListenConfig{}).ListenPacket(ctx, "udp4", netip.AddrPortFrom(ip, uint16(options.Port)).String())
	if err != nil {
		return nil, fmt.Errorf("open exchange: %w", err)
	}
	return openOn(conn, ip, options), nil
}

// openOn is Open on a socket that the exchange then owns; tests hand in one
// that loses packets.
func openOn(conn net.PacketConn, ip netip.Addr, options Options) *Exchange {
	options = options.withDefaults()
	x := &Exchange{
		options: options,
		log:     options.Log,
		ip:      ip,
		port:    conn.LocalAddr().(*net.UDPAddr).Port,
		beat:    newMetronome(),
		peers:   newPeers(),
		phones:  make(map[string]*Phone),
		calls:   make(map[dialogKey]*Call),
	}
	x.ctx, x.cancel = context.WithCancel(context.Background())
	x.wire = newWire(conn, options.Log, x.arrived, x.serve)
	x.spawn(func() { x.beat.run(x.ctx) })
	x.spawn(func() { x.watchPeers(x.ctx) })
	return x
}

// Addr is the host:port of SIP, as a phone of this exchange is reached
// directly: "sip:1001@" + Addr().
func (x *Exchange) Addr() string { return netip.AddrPortFrom(x.ip, uint16(x.port)).String() }

// Calls returns how many calls are live, ringing ones included.
func (x *Exchange) Calls() int { return len(x.liveCalls()) }

// Close hangs up what still lives (for at most a second), stops and waits
// until no goroutine and no port is left. Registrations are left to expire.
func (x *Exchange) Close() error {
	x.closeOnce.Do(func() { x.closeErr = x.shut() })
	return x.closeErr
}

func (x *Exchange) shut() error {
	x.mu.Lock()
	x.closing = true
	x.mu.Unlock()
	x.sayGoodbye(time.Second)

	x.cancel()
	x.mu.Lock()
	x.closed = true
	x.mu.Unlock()
	for _, p := range x.allPhones() {
		p.stopRenewing()
	}
	x.wire.hush()
	x.work.Wait()
	return x.wire.close()
}

func (x *Exchange) sayGoodbye(atMost time.Duration) {
	ctx, cancel := context.WithTimeout(x.ctx, atMost)
	defer cancel()
	var all sync.WaitGroup
	for _, c := range x.liveCalls() {
		all.Go(func() {
			_ = c.Hangup(ctx) // a peer that is gone already needs no goodbye
			c.finish(End{By: Local})
		})
	}
	all.Wait()
}

// spawn runs f on a goroutine that Close waits for; false: closed, not run.
func (x *Exchange) spawn(f func()) bool {
	if !x.enter() {
		return false
	}
	go func() {
		defer x.work.Done()
		f()
	}()
	return true
}

// after runs f once after d unless the exchange is closed by then. Stop the
// timer when its reason is gone.
func (x *Exchange) after(d time.Duration, f func()) *time.Timer {
	return time.AfterFunc(d, func() {
		if x.enter() {
			defer x.work.Done()
			f()
		}
	})
}

// enter counts one more piece of work in, unless there must be no more.
func (x *Exchange) enter() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.closed {
		return false
	}
	x.work.Add(1)
	return true
}

func (x *Exchange) isClosing() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.closing
}

func (x *Exchange) liveCalls() []*Call {
	x.mu.Lock()
	defer x.mu.Unlock()
	live := make([]*Call, 0, len(x.calls))
	for _, c := range x.calls {
		if !c.isEnded() {
			live = append(live, c)
		}
	}
	return live
}

func (x *Exchange) allPhones() []*Phone {
	x.mu.Lock()
	defer x.mu.Unlock()
	all := make([]*Phone, 0, len(x.phones))
	for _, p := range x.phones {
		all = append(all, p)
	}
	return all
}

// dialogKey finds the call of a message: its Call-ID and the tag of our side.
// The tag keeps two calls apart when both ends of one live on this exchange.
type dialogKey struct{ callID, tag string }

func (x *Exchange) remember(c *Call) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.closing {
		return false
	}
	x.calls[c.key] = c
	return true
}

func (x *Exchange) forget(c *Call) {
	x.mu.Lock()
	defer x.mu.Unlock()
	delete(x.calls, c.key)
}

func (x *Exchange) find(key dialogKey) *Call {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.calls[key]
}

// contact is where requests for this user reach us.
func (x *Exchange) contact(user string) *sip.ContactHeader {
	return &sip.ContactHeader{Address: sip.Uri{Scheme: "sip", User: user, Host: x.ip.String(), Port: x.port}}
}
