package node

import (
	"maps"
	"strings"
	"sync"

	"go.uber.org/zap"

	"github.com/guichet/guichet/internal/ledger"
)

// liveCounts counts what is not a fact: repairs, and channels that no session
// expected.
type liveCounts struct {
	mu       sync.Mutex
	repairs  map[string]uint64
	strays   map[string]uint64
	broken   map[string]uint64
	ledgerOK bool
	room     ledger.Room // of the ledger, when last looked at
	evicts   string      // the policy by which its store would remove facts
	trims    uint64
}

func newLiveCounts() *liveCounts {
	return &liveCounts{repairs: map[string]uint64{}, strays: map[string]uint64{}, broken: map[string]uint64{}, ledgerOK: true}
}

// repaired counts and returns how many of the kind there were, this one included.
func (l *liveCounts) repaired(kind string) uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.repairs[kind]++
	return l.repairs[kind]
}

// strayed counts and returns how many of the kind there were, this one included.
func (l *liveCounts) strayed(kind string) uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.strays[kind]++
	return l.strays[kind]
}

func (l *liveCounts) copy() (repairs, strays map[string]uint64, ledgerOK bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.repairs), maps.Clone(l.strays), l.ledgerOK
}

func (l *liveCounts) ledgerAnswers() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ledgerOK
}

// violated copies the broken invariants by name, "I1" to "I6".
func (l *liveCounts) violated() map[string]uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.broken)
}

// violation counts and tells a broken invariant: its name, then what was found.
func (c *Controller) violation(what string) {
	name, found, _ := strings.Cut(what, " ")
	c.live.mu.Lock()
	c.live.broken[name]++
	c.live.mu.Unlock()
	c.log.Error("invariant broken", zap.String("invariant", name), zap.String("found", found))
}

func (l *liveCounts) setRoom(r ledger.Room) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.room = r
}

func (l *liveCounts) trimmed() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.trims++
}

// memory copies how full the ledger is, and how often it was trimmed.
func (l *liveCounts) memory() (room ledger.Room, trims uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.room, l.trims
}

// setLedger notes whether the ledger answers, and whether that is news.
func (l *liveCounts) setLedger(ok bool) (changed bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	changed = l.ledgerOK != ok
	l.ledgerOK = ok
	return changed
}

func (c *Controller) ledgerLost(err error) {
	if c.live.setLedger(false) {
		c.live.repaired("ledger_away")
		c.log.Warn("ledger away; callers keep line, rank and music, no new offers are made", zap.Error(err))
	}
}

func (c *Controller) ledgerFound() {
	if c.live.setLedger(true) {
		c.log.Info("ledger is back")
	}
}
