package model

import (
	"fmt"
	"iter"
	"runtime/debug"
	"time"
)

// process is one life of a controller's program: what it has under way is lost
// when it is killed, and waits while it is frozen.
type process struct {
	w      *World
	name   string
	dead   bool
	frozen bool
	late   []event // what came due while it was frozen, in order
	tasks  map[*task]struct{}
}

// after plans something that happens only if the process still lives then.
func (p *process) after(in time.Duration, run func()) {
	p.w.agenda.plan(p.w.now+in.Microseconds(), p, run)
}

// freeze stops the process as SIGSTOP does: its clock goes on.
func (p *process) freeze() { p.frozen = true }

// thaw lets it go on; what came due meanwhile happens now.
func (p *process) thaw() {
	p.frozen = false
	late := p.late
	p.late = nil
	for _, e := range late {
		p.w.agenda.plan(p.w.now, p, e.run)
	}
}

// kill ends the process and everything it has under way.
func (p *process) kill() {
	p.dead = true
	for t := range p.tasks {
		t.stop()
	}
	p.tasks = nil
}

// task is what a goroutine of the product is: straight code that waits. It is a
// coroutine, so that only one thing ever runs and a seed replays exactly.
type task struct {
	p    *process
	next func() (struct{}, bool)
	stop func()
	rest func(struct{}) bool

	waits     uint64 // number of the present wait, 0 for none
	count     uint64
	listens   bool // a signal ends the present wait
	signalled bool
}

// ended is what unwinds a task whose process was killed.
type ended struct{}

// start runs a task from now on.
func (p *process) start(run func(*task)) *task {
	t := &task{p: p}
	t.next, t.stop = iter.Pull(func(rest func(struct{}) bool) {
		defer func() {
			if e := recover(); e != nil && e != (ended{}) {
				panic(fmt.Sprintf("%v\n%s", e, debug.Stack()))
			}
		}()
		t.rest = rest
		run(t)
	})
	p.tasks[t] = struct{}{}
	p.after(0, t.resume)
	return t
}

func (t *task) resume() {
	if _, goesOn := t.next(); !goesOn {
		delete(t.p.tasks, t)
	}
}

// wait rests until a signal, or for so long; a signal that came before counts.
func (t *task) wait(atMost time.Duration) (signalled bool) {
	if !t.signalled {
		t.count++
		number := t.count
		t.waits, t.listens = number, true
		t.p.after(atMost, func() { t.wake(number) })
		t.park()
		t.listens = false
	}
	signalled = t.signalled
	t.signalled = false
	return signalled
}

// sleep rests for so long, signals or not.
func (t *task) sleep(d time.Duration) {
	t.exchange(func(done func()) { t.p.after(d, done) })
}

// exchange begins something and rests until it is done.
func (t *task) exchange(begin func(done func())) {
	t.count++
	number := t.count
	t.waits = number
	begin(func() { t.wake(number) })
	t.park()
}

func (t *task) park() {
	if !t.rest(struct{}{}) {
		panic(ended{})
	}
}

func (t *task) wake(number uint64) {
	if t.waits == number && !t.p.dead {
		t.waits = 0
		t.resume()
	}
}

// signal ends the present wait, or the next one.
func (t *task) signal() {
	if t.signalled {
		return
	}
	t.signalled = true
	if number := t.waits; number != 0 && t.listens {
		t.p.after(0, func() {
			if t.signalled {
				t.wake(number)
			}
		})
	}
}
