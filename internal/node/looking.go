package node

import (
	"context"
	"time"

	"go.uber.org/zap"
)

// While a node is not held, its link looks whether Asterisk answers: only who reaches it may
// take it. Whether nothing listens there any more is in lost.go, what people say of it in
// declared.go.

const (
	askEvery = 250 * time.Millisecond
	holdPoll = 50 * time.Millisecond
)

// look asks whether Asterisk answers, and reports whether the node is held. A node that
// is held because somebody declared it lost is held at once: it would not answer.
func (l *link) look(ctx context.Context) (held bool) {
	if l.owesClosing() && l.c.holds(l.name) {
		return true
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	l.mu.Lock()
	l.stopLooking = stop
	l.mu.Unlock()
	l.ask(ctx)
	if l.c.holds(l.name) {
		return true
	}
	if !l.answers() {
		l.knock(ctx)
	}
	pause(ctx, l.patience())
	return false
}

// patience is short while a take of ours may be on its way.
func (l *link) patience() time.Duration {
	if l.answers() {
		return holdPoll
	}
	return askEvery
}

// ask finds out whether the node's REST answers, which a take requires.
func (l *link) ask(ctx context.Context) {
	info, err := l.current().Info(ctx)
	if err != nil && ctx.Err() != nil {
		return
	}
	l.noteAnswer(err)
	if err == nil { // after that: whoever declares it lost meanwhile is told that it answers, or is overtaken by this
		l.noteBoot(info)
	}
}

func (l *link) noteAnswer(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil {
		if l.restOK {
			l.c.log.Warn("asterisk does not answer", zap.String("node", string(l.name)), zap.Error(err))
		}
		l.trouble = err
	}
	l.restOK = err == nil
	if l.declared != nil && isAnswer(err) {
		l.declared = nil
		l.c.log.Info("asterisk answers, and is not declared lost any more", zap.String("node", string(l.name)), zap.Error(err))
	}
}

// answers reports whether the node could be commanded at once.
func (l *link) answers() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.restOK
}
