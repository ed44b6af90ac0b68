package observer

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Breach is one invariant found broken.
type Breach struct {
	At        time.Time
	Invariant string // I1 to I6
	What      string
}

func (b Breach) String() string {
	return b.At.Format("15:04:05.000") + " " + b.Invariant + " " + b.What
}

// Limits are how long what is wrong may last. Default: those of the design.
type Limits struct {
	// Unowned is for a caller without a contact, and for a contact or an agent's
	// conversation without a channel.
	Unowned time.Duration
	// Unoffered is for a waiting contact while an agent who may serve it is free.
	Unoffered time.Duration
	// Overdue is for a deadline.
	Overdue time.Duration
	// Moment is for what two listings may both see of one change.
	Moment time.Duration
}

func (l Limits) withDefaults() Limits {
	for _, d := range []struct {
		limit *time.Duration
		def   time.Duration
	}{
		{&l.Unowned, 3 * time.Second}, {&l.Unoffered, time.Second},
		{&l.Overdue, time.Second}, {&l.Moment, 500 * time.Millisecond},
	} {
		if *d.limit == 0 {
			*d.limit = d.def
		}
	}
	return l
}

// Judge holds the evidence so far. It has no clock: times come with what it is
// given, in µs since 1970.
type Judge struct {
	limits  Limits
	account *account
	floor   *floor
	read    []entry // the log so far, for one that is begun anew and continues it
	// effective are the entries that had an effect, by their place in read.
	effective []int

	listing  Listing
	callers  []Caller
	phones   []Phone
	reboots  []int64           // when another boot was first seen
	numbers  map[string]string // a caller's number, by channel
	excused  bool
	begun    map[string]int64 // since when a condition holds
	told     map[string]bool
	breaches []Breach
}

// NewJudge is a judge who has seen nothing.
func NewJudge(l Limits) *Judge {
	return &Judge{
		limits: l.withDefaults(), account: newAccount(), floor: newFloor(),
		numbers: map[string]string{}, begun: map[string]int64{}, told: map[string]bool{},
	}
}

// ErrGap says that a message does not continue what was read: the log was
// replaced or lost its end, and is to be read again from its beginning.
var ErrGap = errors.New("the message does not continue the log")

// Message takes the next message of the ledger.
func (j *Judge) Message(m Message) error {
	e, err := read(m)
	if err != nil {
		return err
	}
	if !j.account.follows(e) {
		return ErrGap
	}
	j.fold(e)
	return nil
}

// fold takes an entry that follows; what it breaks is told once, however often
// the log is read again.
func (j *Judge) fold(e entry) {
	j.read = append(j.read, e)
	if !j.account.accepts(e) {
		return
	}
	void, broken := "", []string(nil)
	if !isProtocol(e.Kind) {
		void, broken = j.floor.apply(e, j.account.waiting())
	}
	if void == "" {
		j.effective = append(j.effective, len(j.read)-1)
	}
	for _, what := range broken {
		j.breach(e.At, what)
	}
}

// AcceptedFrom names the entries of a writer that had an effect after an id,
// beats left out: they claim nothing.
func (j *Judge) AcceptedFrom(writer, after string) (what []string) {
	for _, i := range j.effective {
		if e := j.read[i]; e.Writer == writer && e.Kind != "beat" && compareIDs(e.id, after) > 0 {
			what = append(what, e.id+" "+e.Kind+" "+e.Subject)
		}
	}
	return what
}

// Again forgets what was read beyond the position that the first message of a
// log names, so that the log can be read from there: nothing of it when a log
// begins at zero, and what a snapshot covers when it continues one.
func (j *Judge) Again(first Message) error {
	e, err := read(first)
	if err != nil {
		return err
	}
	covered := 0
	if e.prev != newAccount().last {
		covered = 1 + slices.IndexFunc(j.read, func(k entry) bool { return k.position() == e.prev })
		if covered == 0 {
			return fmt.Errorf("entry %s continues %s, which was never read", e.id, e.prev)
		}
	}
	known := j.read[:covered]
	j.account, j.floor, j.read, j.effective = newAccount(), newFloor(), nil, nil
	for _, k := range known {
		j.fold(k)
	}
	return nil
}

// Last is the position read last.
func (j *Judge) Last() (id, position string) {
	if len(j.read) == 0 {
		return "", j.account.last
	}
	return j.read[len(j.read)-1].id, j.account.last
}

// Excuse says whether a declared outage is on. Nothing that takes time is judged
// meanwhile, and it is timed from the end of the outage on.
func (j *Judge) Excuse(on bool) { j.excused = on }

// Breaches are those found so far.
func (j *Judge) Breaches() []Breach { return slices.Clone(j.breaches) }

func (j *Judge) breach(at int64, what string) {
	if j.told[what] {
		return
	}
	j.told[what] = true
	j.breaches = append(j.breaches, Breach{At: time.UnixMicro(at), Invariant: what[:2], What: what[3:]})
}

// Overlook says that nobody looked for a while: what seemed to last meanwhile may have
// ended and begun again.
func (j *Judge) Overlook(while time.Duration) {
	for what := range j.begun {
		j.begun[what] += while.Microseconds()
	}
}

// Sweep judges everything that lasts.
func (j *Judge) Sweep(now int64) {
	held := map[string]time.Duration{}
	j.ledgerAlone(now, held)
	j.ledgerAndAsterisk(now, held)
	j.seen(held)
	for what := range j.begun {
		if _, holds := held[what]; !holds {
			delete(j.begun, what)
		}
	}
	for _, what := range slices.Sorted(maps.Keys(held)) {
		if _, running := j.begun[what]; !running || j.excused {
			j.begun[what] = now
		}
		if limit := held[what]; limit == 0 || !j.excused && now-j.begun[what] > limit.Microseconds() {
			j.breach(now, what)
		}
	}
}

// Totals are counters of contacts.
type Totals struct {
	Offered  int
	Outcomes map[string]int
}

// Recount counts the ledger.
func (j *Judge) Recount() Totals {
	t := Totals{Outcomes: map[string]int{}}
	for _, p := range j.floor.contacts {
		t.Offered++
		if p.outcome != "" {
			t.Outcomes[p.outcome]++
		}
	}
	return t
}

// Counted compares what the controller counts, once nothing moves any more.
func (j *Judge) Counted(now int64, c Totals) {
	if own := j.Recount(); !own.Equal(c) {
		j.breach(now, fmt.Sprintf("I5 counted %+v, a recount of the ledger gives %+v", c, own))
	}
}

// Equal reports whether both count the same.
func (t Totals) Equal(o Totals) bool {
	return t.Offered == o.Offered && maps.Equal(t.Outcomes, o.Outcomes)
}
