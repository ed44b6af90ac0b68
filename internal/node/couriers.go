package node

import "sync"

// maxIdleCouriers bounds the goroutines that wait for work.
const maxIdleCouriers = 16

// couriers carry requests to Asterisk, each in a goroutine. Some that have nothing to
// carry wait for the next: the stack of a new one has to grow in steps, each a copy, on
// the way through net/http, and that while a caller waits for a phone to ring.
type couriers struct {
	work  chan func()   // unbuffered: who takes it is idle
	idle  chan struct{} // holds a token for each that waits
	ended chan struct{}
	all   sync.WaitGroup
}

func newCouriers() *couriers {
	return &couriers{work: make(chan func()), idle: make(chan struct{}, maxIdleCouriers), ended: make(chan struct{})}
}

// carry has something done, and never waits for it.
func (p *couriers) carry(do func()) {
	select {
	case p.work <- do:
	default:
		p.all.Go(func() { p.serve(do) })
	}
}

// serve does one thing after the other, until there is none and enough others wait.
func (p *couriers) serve(do func()) {
	for {
		do()
		select {
		case p.idle <- struct{}{}:
		default:
			return
		}
		select {
		case do = <-p.work:
			<-p.idle
		case <-p.ended:
			return
		}
	}
}

// end waits for all, once nobody gives them anything any more.
func (p *couriers) end() {
	close(p.ended)
	p.all.Wait()
}
