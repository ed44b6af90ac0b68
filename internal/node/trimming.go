package node

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

// The ledger is kept whole while there is room for it. From trimFrom on its oldest
// part goes, as little as makes room again and never the last keepTail: whoever
// starts meanwhile reads a snapshot and then the tail.
const (
	trimFrom = 60 // percent of the memory
	keepTail = 15 * time.Minute
	// marksFrom is the percentage from which on marks are kept: long enough before
	// trimFrom that the ledger can be cut where it is marksFor old.
	marksFrom = 30
)

// trimmer makes room while this controller leads. The ledger can be cut only where
// the state is known, so it keeps marks: snapshots, packed, some tenths of what
// they are in Redis. A new leader has none yet, and may cut keepTail later.
type trimmer struct {
	c     *Controller
	tail  time.Duration
	marks marks
	full  bool // it was said that nothing more may be trimmed
}

func newTrimmer(c *Controller) *trimmer { return &trimmer{c: c, tail: keepTail} }

// look is called with each snapshot that was saved.
func (t *trimmer) look(ctx context.Context, snap ledger.Snapshot) error {
	room, err := t.room(ctx)
	if err != nil {
		return err
	}
	if room < marksFrom {
		t.marks = nil
		return nil
	}
	now, err := ledgerTime(ctx, t.c.ledger)
	if err != nil {
		return err
	}
	if err := t.marks.add(snap, t.tail); err != nil {
		return err
	}
	for room >= trimFrom {
		oldest, found := t.marks.take(now.Add(-t.tail))
		if !found {
			t.say(room)
			return nil
		}
		if err := t.trim(ctx, oldest); err != nil {
			return err
		}
		if room, err = t.room(ctx); err != nil {
			return err
		}
	}
	t.full = false
	return nil
}

func (t *trimmer) room(ctx context.Context) (percent int64, err error) {
	room, err := t.c.ledger.Room(ctx)
	if err != nil {
		return 0, fmt.Errorf("see how full the ledger is: %w", err)
	}
	t.c.live.setRoom(room)
	return room.Percent(), nil
}

// say tells once that memory runs short though nothing may be trimmed.
func (t *trimmer) say(percent int64) {
	if t.full {
		return
	}
	t.full = true
	t.c.log.Warn("the memory of the ledger runs short, and nothing may be trimmed yet; give Redis more (maxmemory)",
		zap.Int64("percent", percent), zap.Duration("kept", t.tail))
}

// trim cuts the ledger at a mark. That the entries go is said in the ledger first,
// and proves that this controller still leads. A mark of a history that a failover
// took away cuts nothing.
func (t *trimmer) trim(ctx context.Context, m mark) error {
	base, err := m.snapshot()
	if err != nil {
		return err
	}
	gap, err := t.announce(ctx, base.Position.ID)
	if err != nil {
		return fmt.Errorf("announce that the ledger is trimmed: %w", err)
	}
	err = t.c.ledger.Trim(ctx, base)
	switch {
	case errors.Is(err, ledger.ErrForeign):
		return nil
	case err != nil:
		return fmt.Errorf("trim the ledger to %s: %w", base.Position.ID, err)
	}
	t.c.live.trimmed()
	t.c.log.Info("ledger trimmed: history goes back to the end of the gap only",
		zap.Stringer("from", gap.From), zap.Stringer("to", gap.To))
	return nil
}

// errLeft says that this controller does not lead any more.
var errLeft = errors.New("another controller leads")

// announce appends the gap and waits until it is folded while we lead.
func (t *trimmer) announce(ctx context.Context, to ledger.ID) (ledger.HistoryGap, error) {
	first, err := t.c.ledger.Read(ctx, ledger.ID{}, 1, 0)
	if err != nil {
		return ledger.HistoryGap{}, err
	}
	gap := ledger.HistoryGap{To: to}
	if len(first) > 0 {
		gap.From = first[0].Self.ID
	}
	landed, err := t.c.append(ctx, "trim", func(s *fold.State) []ledger.Entry { return t.entry(s, gap) })
	if err != nil {
		t.c.settle(ctx, err)
		return gap, err
	}
	if len(landed) == 0 {
		return gap, errLeft
	}
	if err := t.c.catchUp(ctx); err != nil {
		return gap, err
	}
	// The same epoch before and after it: it was accepted.
	t.c.View(func(s *fold.State) {
		if epoch, leads := t.c.epoch(s, ledger.Site); !leads || epoch != landed[0].Epoch || s.Protocol.Gen != landed[0].Gen {
			err = errLeft
		}
	})
	return gap, err
}

func (t *trimmer) entry(s *fold.State, gap ledger.HistoryGap) []ledger.Entry {
	epoch, leads := t.c.epoch(s, ledger.Site)
	if !leads {
		return nil
	}
	data, err := ledger.Canonical(gap)
	if err != nil {
		panic("node: a gap is not canonical: " + err.Error())
	}
	return t.c.stamp([]ledger.Entry{{
		Kind: ledger.KindHistoryGap, Format: 1, Writer: t.c.instance, Role: ledger.RoleLeader, Epoch: epoch, Data: data,
	}})
}
