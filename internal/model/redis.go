package model

import (
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/guichet/guichet/internal/ledger"
)

// redis is the one server of the ledger: the append script, reads, a snapshot,
// and what can happen to a server. It is one log, one head and one run id; a
// failover swaps them for older ones.
type redis struct {
	w   *World
	run string
	// writer is the run id in the head: of the process that wrote last.
	writer   string
	gen      uint64
	log      []ledger.Entry
	snapshot *ledger.Snapshot
	base     *ledger.Snapshot // what genesis continued
	runs     int

	away    bool  // refuses connections
	frozen  int64 // answers nothing before then
	slow    time.Duration
	losing  int           // percent of answers lost
	cut     string        // the controller that does not reach it
	offset  time.Duration // of its clock
	session uint64        // of the process: a restart breaks connections
	waiters []*read
}

// read is a blocking read that waits for an entry.
type read struct {
	after ledger.ID
	until int64
	done  func([]ledger.Entry)
}

// tick is the grain of the server's clock. It is coarse, so that a primary with
// a slower clock uses ids again.
const tick = 20 * time.Millisecond

func newRedis(w *World) *redis {
	r := &redis{w: w}
	r.restart()
	return r
}

// restart makes another process of it: a new run id, connections broken.
func (r *redis) restart() {
	r.runs++
	r.session++
	r.run = "run" + strconv.Itoa(r.runs)
	r.waiters = nil
}

// failover puts a replica in place that lacks the last entries, with a slower clock.
func (r *redis) failover(lag, slower time.Duration) {
	from := r.w.now - lag.Microseconds()
	keep := len(r.log)
	for keep > 1 && r.w.observer.appendedAt(keep-1) > from {
		keep--
	}
	r.keepFirst(keep, slower)
}

// keepFirst puts a replica in place that has the first entries alone.
func (r *redis) keepFirst(keep int, slower time.Duration) {
	r.w.trace("redis", "failover: %d entries lost, clock %s slower", len(r.log)-keep, slower)
	r.log = slices.Clone(r.log[:keep])
	r.gen = r.log[len(r.log)-1].Gen
	if r.snapshot != nil && !r.belongs(r.snapshot.Position) {
		r.snapshot = r.base // the replica has not got it yet, but what its log continues
	}
	r.offset -= slower
	r.restart()
	r.w.observer.rewound(keep)
}

// lose is a restart without data.
func (r *redis) lose() {
	r.w.trace("redis", "emptied")
	r.log, r.snapshot, r.base, r.gen, r.writer = nil, nil, nil, 0, ""
	r.restart()
	r.w.observer.emptied()
}

func (r *redis) last() ledger.Position {
	if len(r.log) == 0 {
		return ledger.Position{}
	}
	return r.log[len(r.log)-1].Self
}

func (r *redis) nextID(last ledger.ID) ledger.ID {
	now := r.w.now + r.offset.Microseconds()
	ms := uint64(now / tick.Microseconds() * tick.Milliseconds())
	if ms > last.Ms {
		return ledger.ID{Ms: ms}
	}
	return ledger.ID{Ms: last.Ms, Seq: last.Seq + 1}
}

// write appends one entry after prev.
func (r *redis) write(prev ledger.Position, e ledger.Entry) ledger.Position {
	e.Gen = r.gen
	body, err := e.Body()
	if err != nil {
		panic("model: " + err.Error())
	}
	read, err := ledger.ReadBody(r.nextID(prev.ID), prev, body)
	if err != nil {
		panic("model: " + err.Error())
	}
	r.log = append(r.log, read)
	r.w.observer.appended(read)
	return read.Self
}

// begin raises the generation above floor and writes the fact that says so.
func (r *redis) begin(kind string, floor uint64, prev ledger.Position) {
	data, err := ledger.Canonical(ledger.Began{Run: r.run})
	if err != nil {
		panic("model: " + err.Error())
	}
	r.gen, r.writer = r.above(floor), r.run
	r.write(prev, ledger.Entry{Kind: kind, Format: 1, Role: ledger.RoleLedger, At: r.w.now, Data: data})
	r.tell()
}

// above is a generation above floor that no other primary comes to: it ends in
// digits of this one's run id.
func (r *redis) above(floor uint64) uint64 {
	if floor == 0 {
		return 1
	}
	return (floor/1e6+1)*1e6 + uint64(r.runs)
}

func (r *redis) head() ledger.Head { return ledger.Head{Gen: r.gen, Run: r.run, Last: r.last()} }

// append is the script of internal/ledger/redis.
func (r *redis) append(gen uint64, batch []ledger.Entry) (ledger.Appended, error) {
	switch {
	case len(r.log) == 0:
		return ledger.Appended{}, &ledger.Refused{Reason: ledger.NoStream}
	case r.writer != r.run && !r.w.breaks(RunUnchecked):
		r.begin(ledger.KindHistory, r.gen, r.last())
		return ledger.Appended{}, &ledger.Refused{Reason: ledger.History, Head: r.head()}
	case gen != r.gen:
		return ledger.Appended{}, &ledger.Refused{Reason: ledger.OtherGeneration, Head: r.head()}
	}
	landed := ledger.Appended{Prev: r.last()}
	prev := landed.Prev
	for _, e := range batch {
		prev = r.write(prev, e)
		landed.Positions = append(landed.Positions, prev)
	}
	r.writer = r.run
	r.tell()
	return landed, nil
}

// open begins a log that is missing, after the snapshot that is kept.
func (r *redis) open(seen uint64) error {
	switch {
	case len(r.log) == 0:
		var prev ledger.Position
		if r.snapshot != nil {
			prev, seen = r.snapshot.Position, max(seen, r.snapshot.Gen)
		}
		r.base = r.snapshot
		r.w.observer.began(r.base)
		r.begin(ledger.KindGenesis, seen, prev)
	case r.writer != r.run && !r.w.breaks(RunUnchecked):
		r.begin(ledger.KindHistory, r.gen, r.last())
	}
	return nil
}

func (r *redis) keep(s ledger.Snapshot) error {
	if len(r.log) > 0 && !r.belongs(s.Position) {
		return ledger.ErrForeign
	}
	r.snapshot = &s
	return nil
}

// publish puts a fold in the place of whatever log is there: what nobody may do.
func (r *redis) publish(s ledger.Snapshot) {
	r.log, r.snapshot = nil, &s
	_ = r.open(s.Gen)
}

func (r *redis) belongs(p ledger.Position) bool {
	if e, found := r.at(p.ID); found {
		return e.Self == p
	}
	return len(r.log) > 0 && r.log[0].Prev == p
}

func (r *redis) at(id ledger.ID) (ledger.Entry, bool) {
	i, found := r.search(id)
	if !found {
		return ledger.Entry{}, false
	}
	return r.log[i], true
}

func (r *redis) after(id ledger.ID) []ledger.Entry {
	i, found := r.search(id)
	if found {
		i++
	}
	return r.log[i:min(len(r.log), i+512)]
}

func (r *redis) search(id ledger.ID) (int, bool) {
	return slices.BinarySearchFunc(r.log, id, func(e ledger.Entry, id ledger.ID) int { return e.Self.ID.Compare(id) })
}

// tell answers the reads that wait.
func (r *redis) tell() {
	waiting := r.waiters
	r.waiters = nil
	for _, q := range waiting {
		if entries := r.after(q.after); len(entries) > 0 {
			q.done(entries)
			continue
		}
		r.waiters = append(r.waiters, q)
	}
}

// read answers at once if there is something after the place, or waits.
func (r *redis) read(after ledger.ID, wait time.Duration, done func([]ledger.Entry)) {
	entries := r.after(after)
	if len(entries) > 0 || wait == 0 {
		done(entries)
		return
	}
	q := &read{after: after, done: done}
	r.waiters = append(r.waiters, q)
	r.w.nature(wait, func() {
		if i := slices.Index(r.waiters, q); i >= 0 {
			r.waiters = slices.Delete(r.waiters, i, i+1)
			done(nil)
		}
	})
}

var (
	errAway    = errors.New("the ledger refuses connections")
	errTimeout = errors.New("the ledger did not answer in time")
)

// patience is what the client of the product waits for an answer.
const patience = 2 * time.Second

// ask is one exchange with the server, as a client sees it that retries nothing:
// the answer, or an error that leaves open what was done.
func (r *redis) ask(t *task, wait time.Duration, serve func(answer func())) (err error) {
	p, session := t.p, r.session
	t.exchange(func(done func()) {
		over := false
		finish := func(e error) {
			if !over {
				over, err = true, e
				done()
			}
		}
		if r.away {
			p.after(time.Millisecond, func() { finish(errAway) })
			return
		}
		p.after(patience+wait, func() { finish(errTimeout) })
		if r.cut == p.name {
			return
		}
		answer := func() {
			if r.session != session || r.w.chance(r.losing) {
				return
			}
			r.w.nature(r.delay(), func() { p.after(0, func() { finish(nil) }) })
		}
		var arrive func()
		arrive = func() {
			switch {
			case r.away || r.session != session:
				p.after(time.Millisecond, func() { finish(errAway) })
			case r.frozen > r.w.now:
				r.w.nature(time.Duration(r.frozen-r.w.now)*time.Microsecond+r.delay(), arrive)
			default:
				serve(answer)
			}
		}
		r.w.nature(r.delay(), arrive)
	})
	return err
}

// delay is one way over the network.
func (r *redis) delay() time.Duration {
	d := r.w.between(50*time.Microsecond, 400*time.Microsecond)
	if r.slow > 0 {
		d += r.w.between(0, r.slow)
	}
	return d
}
