package lab

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// stopTimeout is how long a process may take to end by itself.
const stopTimeout = 5 * time.Second

// process is a program of ours that may be ended and run again. It is embedded
// in Redis and Asterisk, and its exported methods are theirs.
type process struct {
	name string

	mu    sync.Mutex
	child *child // the last one that was started
}

// run starts cmd and waits until ready says nil. Its output goes to the file out.
// A child that does not become ready is killed.
func (p *process) run(ctx context.Context, cmd *exec.Cmd, out string, ready func(context.Context, int) error) error {
	started, err := begin(cmd, out)
	if err != nil {
		return fmt.Errorf("start %s: %w", p.name, err)
	}
	if err := started.waitReady(ctx, ready); err != nil {
		started.kill()
		return fmt.Errorf("start %s: %w", p.name, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.child = started
	return nil
}

func (p *process) current() *child {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.child
}

// PID is the process id of the program itself.
func (p *process) PID() int { return p.current().cmd.Process.Pid }

// Stop ends the program in good order, or after five seconds by force, and waits
// for its end. It may be called again.
func (p *process) Stop() { p.current().stop() }

// Kill ends the program at once, as a power cut would, and waits for its end.
func (p *process) Kill() { p.current().kill() }

// Pause freezes the program: connections stay open and nothing answers.
func (p *process) Pause() { p.current().signal(syscall.SIGSTOP) }

// Resume lets a frozen program go on.
func (p *process) Resume() { p.current().signal(syscall.SIGCONT) }

// Ended is closed once the program has ended, for whatever reason. A restart
// gives another channel.
func (p *process) Ended() <-chan struct{} { return p.current().ended }

// child is one process. It never outlives us: the kernel kills it when the
// thread that started it ends, and so when this process is killed.
type child struct {
	cmd   *exec.Cmd
	ended chan struct{} // closed once it was waited for
}

func begin(cmd *exec.Cmd, out string) (*child, error) {
	log, err := os.OpenFile(out, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, err
	}
	defer log.Close() // the child has its own copy
	cmd.Stdout, cmd.Stderr = log, log
	// A process group of its own: Ctrl-C on the terminal is for us, who stop the
	// parts in the right order.
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Pdeathsig, cmd.SysProcAttr.Setpgid = syscall.SIGKILL, true

	c := &child{cmd: cmd, ended: make(chan struct{})}
	started := make(chan error)
	go c.watch(started)
	return c, <-started
}

// watch lives on one thread for as long as the child: a death signal is tied to
// the thread that started the child, not to the whole process (golang/go#27505).
func (c *child) watch(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := c.cmd.Start(); err != nil {
		started <- err
		return
	}
	started <- nil
	_ = c.cmd.Wait() // how it ended stays in ProcessState
	close(c.ended)
}

// waitReady asks ready, giving it the child's id, every few milliseconds until it
// says nil, the child ends, or the context does.
func (c *child) waitReady(ctx context.Context, ready func(context.Context, int) error) error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		// Somebody else may answer where a program that has ended would have.
		select {
		case <-c.ended:
			return fmt.Errorf("it ended at once: %s", c.cmd.ProcessState)
		default:
		}
		err := ready(ctx, c.cmd.Process.Pid)
		if err == nil {
			return nil
		}
		select {
		case <-c.ended:
			return fmt.Errorf("it ended at once: %s", c.cmd.ProcessState)
		case <-ctx.Done():
			return fmt.Errorf("not ready in time: %w", errors.Join(ctx.Err(), err))
		case <-tick.C:
		}
	}
}

func (c *child) stop() {
	c.signal(syscall.SIGTERM)
	c.signal(syscall.SIGCONT) // a frozen one acts on it too
	timer := time.NewTimer(stopTimeout)
	defer timer.Stop()
	select {
	case <-c.ended:
	case <-timer.C:
		c.kill()
	}
}

func (c *child) kill() {
	c.signal(syscall.SIGKILL)
	<-c.ended
}

// signal goes through os.Process, which knows whether the child was waited for,
// so that a process id given to somebody else since is never hit.
func (c *child) signal(s os.Signal) { _ = c.cmd.Process.Signal(s) }
