package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/guichet/guichet/internal/phone"
)

// call is one caller at one agent's phone. Times are of this process: when a
// message was read from a phone's socket, or handed to it.
type call struct {
	agent  string
	number string // the caller's
	shown  string // the caller's name on the agent's phone

	dialled time.Time // the caller's INVITE was sent
	freed   time.Time // the agent's BYE of the call before; zero if it was ended otherwise
	rung    time.Time // the INVITE came to the agent's phone

	// What the system says of it, in µs since 1970, zero for what it does not say:
	// the caller was routed; the agent's leg before was known to be gone; the agent
	// was chosen, and it is in the ledger; the ring was sent.
	routed, released, chosen, sent int64
}

// crew are the agents of a system. Each answers after 200 ms and hangs up after a
// random talk; the talk times of an agent are the same in every system.
type crew struct {
	desks []*desk

	mu    sync.Mutex
	calls []call
}

const answerAfter = 200 * time.Millisecond

// talk bounds how long agents talk.
type talk struct{ least, most time.Duration }

var shortTalk = talk{2 * time.Second, 4 * time.Second}

// hire registers the phones of n agents and brings them to the floor.
func hire(ctx context.Context, s *system, n int, t talk) (*crew, error) {
	c := &crew{}
	for i, u := range users(n) {
		d := &desk{crew: c, talk: t, chance: rand.New(rand.NewPCG(uint64(i), 2014))}
		c.desks = append(c.desks, d)
		if _, err := s.desks.Register(ctx, s.account(u), d.next()); err != nil {
			return nil, fmt.Errorf("hire the agents of %s: %w", s.name, err)
		}
	}
	if err := s.clockIn(ctx, users(n)); err != nil {
		return nil, fmt.Errorf("hire the agents of %s: %w", s.name, err)
	}
	return c, nil
}

// desk is one agent. Its calls come one after the other.
type desk struct {
	crew     *crew
	talk     talk
	chance   *rand.Rand
	previous *phone.Call
}

// next is what the agent does with the next call.
func (d *desk) next() phone.Behaviour {
	talks := d.talk.least + time.Duration(d.chance.Int64N(int64(d.talk.most-d.talk.least)))
	return phone.Answers(answerAfter).TalksFor(talks).Then(d.take)
}

func (d *desk) take(c *phone.Call) {
	d.crew.mu.Lock()
	defer d.crew.mu.Unlock()
	d.crew.calls = append(d.crew.calls, call{
		agent: c.Phone().User(), number: c.From().Number, shown: c.From().Name,
		rung: c.Times().Invited, freed: byeOf(d.previous),
	})
	d.previous = c
	c.Phone().SetBehaviour(d.next())
}

// byeOf is when the agent's phone sent its BYE.
func byeOf(c *phone.Call) time.Time {
	if c == nil {
		return time.Time{}
	}
	if end, over := c.End(); !over || end.By != phone.Local || c.Times().Answered.IsZero() {
		return time.Time{}
	}
	return c.Times().Ended
}

// taken returns the calls of a block that is over, in the order in which phones rang,
// and forgets them: the pause that follows is no agent's.
func (c *crew) taken() []call {
	c.mu.Lock()
	defer c.mu.Unlock()
	calls := c.calls
	c.calls = nil
	for _, d := range c.desks {
		d.previous = nil
	}
	slices.SortFunc(calls, func(a, b call) int { return a.rung.Compare(b.rung) })
	return calls
}

// The moments of a call, in µs since 1970; zero for what is not known.

func (c call) freedAt() int64 {
	if c.freed.IsZero() {
		return 0
	}
	return c.freed.UnixMicro()
}

func (c call) rungAt() int64 { return c.rung.UnixMicro() }
