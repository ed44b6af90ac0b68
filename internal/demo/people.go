package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/guichet/guichet/internal/phone"
)

// person is one simulated caller: what he wants, and what he lives through.
type person struct {
	number   string
	keys     string
	patience time.Duration
	thinks   time.Duration
	hangsUp  bool // in the menu, without a choice
	hurries  bool // calls together with others

	err    error
	voice  phone.Signature // by which an agent's phone knows who spoke
	talked bool            // heard an agent's voice
	left   bool            // gave up
}

// wishes are the keys by which people say what they want, repeated by how common
// they are, and homes those of their department: both organisations, the control,
// and nothing, for who is not asked or does not say.
var (
	wishes = []string{"1", "1", "1", "2" + "1", "2" + "2", "2" + "3", "2" + "3", "3", "3", "4" + "1", other}
	homes  = []string{"35", "35", "35", "44", "44", "85", "75", "75", "75", ""}
)

// other questions go to an agent at once.
const other = "5"

func wish(chance *rand.Rand) string {
	topic, home := wishes[chance.IntN(len(wishes))], homes[chance.IntN(len(homes))]
	if topic == other {
		return topic
	}
	return topic + home
}

func newPerson(i int, chance *rand.Rand) *person {
	return &person{
		number:   fmt.Sprintf("06%08d", 12_000_000+i*7919),
		keys:     wish(chance),
		patience: 15*time.Second + time.Duration(chance.IntN(20))*time.Second,
		thinks:   time.Duration(300+chance.IntN(2500)) * time.Millisecond,
		hangsUp:  chance.IntN(20) == 0,
	}
}

// rush are the callers, by number, who all had a letter about their direct debit
// this morning: more than their queue takes.
var rush = struct{ first, callers int }{18, 6}

// plan takes from chance what a demo has to show: every tenth caller is sent to his
// local service, and the direct debits are asked about all at once.
func (p *person) plan(i int) {
	switch {
	case rush.first <= i && i < rush.first+rush.callers:
		p.keys, p.hangsUp, p.hurries = "22"+"75", false, true
	case i%10 == 6:
		p.keys, p.hangsUp = offices[i/10%len(offices)].keys, false
	}
}

// call lives through one call, from dialling to the end.
func (p *person) call(ctx context.Context, trunk *phone.Exchange) {
	c, err := trunk.Call(ctx, phone.Caller{Number: p.number}, "2014")
	if err != nil {
		p.err = err
		return
	}
	p.voice = c.Signature()
	if p.err = c.WaitAnswered(ctx); p.err != nil {
		return
	}
	if !sleep(ctx, c, p.thinks) {
		return
	}
	if p.hangsUp {
		p.left = true
		p.err = c.Hangup(ctx)
		return
	}
	if p.err = c.Press(ctx, p.keys); p.err != nil {
		return
	}
	p.waitForAgent(ctx, c)
}

func (p *person) waitForAgent(ctx context.Context, c *phone.Call) {
	giveUp := time.NewTimer(p.patience)
	defer giveUp.Stop()
	listen := time.NewTicker(50 * time.Millisecond)
	defer listen.Stop()
	for {
		select {
		case <-c.Done():
			p.talked = len(c.HeardAny()) > 0
			return
		case <-listen.C:
			if len(c.HeardAny()) > 0 {
				p.talked = true
				_, p.err = c.WaitEnded(ctx) // the agent ends the call
				return
			}
		case <-giveUp.C:
			p.err = c.Hangup(ctx)
			p.left = true // unless somebody spoke in this very instant
			p.talked = len(c.HeardAny()) > 0
			return
		}
	}
}

// sleep waits; it returns false if the call ended meanwhile.
func sleep(ctx context.Context, c *phone.Call, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-c.Done():
	case <-ctx.Done():
	}
	return false
}
