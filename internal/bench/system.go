package bench

import (
	"context"
	"fmt"

	"github.com/guichet/guichet/internal/lab"
	"github.com/guichet/guichet/internal/phone"
)

// system is one way of bringing callers to agents: an Asterisk with whatever
// drives it, the phones of its agents and a trunk for its callers.
type system struct {
	name     string
	asterisk *lab.Asterisk
	trunk    *phone.Exchange
	desks    *phone.Exchange
	account  func(user string) phone.Account
	// clockIn brings the agents to the floor once their phones are registered.
	clockIn func(ctx context.Context, users []string) error
	// retrace adds to the calls of a block what the system itself knows of them.
	retrace func(ctx context.Context, calls []call) error
	// controller is the process whose processor time is counted; nil for none.
	controller func() int
	// wire is what its commands pass, where somebody listens there; nil for nobody.
	wire *wire
	stop []func()
}

// The names of the systems, as tables show them.
const (
	guichetName   = "guichet"
	queueName     = "app_queue"
	createName    = "bare ARI, create + dial"
	originateName = "bare ARI, originate"
)

// unique is the number that callers dial.
const unique = "2014"

// Phones are told apart from the operator by their address.
const (
	trunkIP = lab.DefaultTrunk
	deskIP  = "127.0.0.3"
)

// silent phones say one frame at the beginning of a call: two cores carry
// everything, and voice is not what is measured.
var silentPhones = phone.Options{FrameEvery: phone.NoAudio}

// user is the SIP account of the i-th agent.
func user(i int) string { return fmt.Sprintf("b%04d", i+1) }

func users(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = user(i)
	}
	return all
}

// lower ends everything, the last started first.
func (s *system) lower() {
	for i := len(s.stop) - 1; i >= 0; i-- {
		s.stop[i]()
	}
}

func (s *system) onLower(f func()) { s.stop = append(s.stop, f) }

// openPhones opens both sides of a system whose Asterisk serves.
func (s *system) openPhones(ctx context.Context) (err error) {
	if s.trunk, err = s.exchange(ctx, trunkIP); err != nil {
		return err
	}
	s.desks, err = s.exchange(ctx, deskIP)
	return err
}

func (s *system) exchange(ctx context.Context, ip string) (*phone.Exchange, error) {
	o := silentPhones
	o.LocalIP, o.Server = ip, s.asterisk.SIPAddr()
	x, err := phone.Open(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("open the phones of %s: %w", s.name, err)
	}
	s.onLower(func() { _ = x.Close() }) // what still talks is cut: nothing is measured any more
	return x, nil
}

// raising makes one system; lowered again when it fails.
type raising func(ctx context.Context, w world, agents int) (*system, error)

// raiseAll puts up several systems side by side, each with that many agents.
func raiseAll(ctx context.Context, w world, agents int, each ...raising) (_ []*system, err error) {
	var all []*system
	defer func() {
		if err != nil {
			lowerAll(all)
		}
	}()
	for _, raise := range each {
		s, err := raise(ctx, w, agents)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

func lowerAll(all []*system) {
	for i := len(all) - 1; i >= 0; i-- {
		all[i].lower()
	}
}

// ready is called when a system's parts run: phones, then whatever is left to do.
func (s *system) ready(ctx context.Context, err error) (*system, error) {
	if err == nil {
		err = s.openPhones(ctx)
	}
	if err != nil {
		s.lower()
		return nil, err
	}
	return s, nil
}
