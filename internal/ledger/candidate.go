package ledger

import (
	"encoding/json"
	"time"
)

// The rhythm of ownership, in a controller's own monotonic time.
const (
	// BeatEvery is the time between two beats.
	BeatEvery = 500 * time.Millisecond
	// SilentFor is how long a holder must have been silent before a take.
	SilentFor = 1500 * time.Millisecond
	// BeatsBeforeTake is how many own beats must have been folded since the
	// holder was last heard. They prove that the silence is the holder's and
	// not that of my own link to the log.
	BeatsBeforeTake = 3
	// RestAfterYield is how long a controller leaves alone a node it yielded.
	RestAfterYield = 3 * time.Second

	// DepartedFor is how long a controller of an older version must have been silent
	// before what it does not understand is written: one that is only being restarted
	// comes back to a ledger that it can read.
	DepartedFor = time.Minute

	// takePatience is how long a take may stay unseen before it is decided
	// again. A second take is harmless: it expects what the first has changed.
	takePatience = time.Second
)

// Candidate decides when one controller beats and which nodes it takes. It is
// pure: time is the controller's own monotonic clock, as a duration since any
// moment before the first call, and is handed in. Nothing else is measured, so
// that no two clocks are ever compared. It is not safe for concurrent use.
type Candidate struct {
	name    string
	process string
	format  int
	locked  bool

	lastBeat time.Duration // when the last own beat was due
	beaten   bool          // a beat was due before
	ownBeats uint64        // own beats folded
	heard    map[string]sign
	takes    map[string]time.Duration // nodes with a take under way, since when
	rests    map[string]time.Duration // nodes yielded, until when
	raised   time.Duration            // when a format was raised last
	raises   int                      // the format that was
	epochs   map[string]ID            // of own accepted takes
}

// sign is the last sign of life of another process.
type sign struct {
	at       time.Duration
	ownBeats uint64 // own beats folded until then
}

// NewCandidate is the candidate of the instance name, whose present process is
// named process: any text that a restart changes. Format is the newest format
// this program understands. Locked says that the process holds the local lock
// file of the instance, so that a holder of the same name can only be its own
// dead predecessor.
func NewCandidate(name, process string, format int, locked bool) *Candidate {
	c := &Candidate{name: name, process: process, format: format, locked: locked}
	c.Reset()
	return c
}

// Reset forgets what was heard. It is called when the fold was dropped and is
// read again: who was silent in one history may have spoken in the other. The
// epochs of own takes and the rests stay.
func (c *Candidate) Reset() {
	c.ownBeats = 0
	c.heard, c.takes = map[string]sign{}, map[string]time.Duration{}
	if c.epochs == nil {
		c.epochs, c.rests = map[string]ID{}, map[string]time.Duration{}
	}
}

// Folded tells that e was folded with this verdict at now. It is called for
// every entry, old ones included: an old beat counts as heard now, which only
// makes the candidate more patient.
func (c *Candidate) Folded(e Entry, v Verdict, now time.Duration) {
	switch e.Kind {
	case KindBeat:
		var beat Beat
		if v.Accepted() && Decode(e.Data, &beat) == nil {
			c.foldedBeat(e.Writer, beat, now)
		}
	case KindTake:
		var take Take
		if Decode(e.Data, &take) == nil && c.isMine(e.Writer, take.Process) {
			delete(c.takes, e.Subject)
			if v.Accepted() {
				c.epochs[e.Subject] = e.Self.ID
			}
		}
	}
}

func (c *Candidate) isMine(writer, process string) bool {
	return writer == c.name && process == c.process
}

func (c *Candidate) foldedBeat(writer string, beat Beat, now time.Duration) {
	if c.isMine(writer, beat.Process) {
		c.ownBeats++
		return
	}
	c.heard[writer] = sign{at: now, ownBeats: c.ownBeats}
}

// Holds reports whether this very process holds the node, and since which
// epoch. A node held under the same name by an earlier process is not held: its
// commands, its websocket and its journal are gone.
func (c *Candidate) Holds(f *Fold, node string) (epoch ID, ok bool) {
	epoch, taken := c.epochs[node]
	return epoch, taken && f.holds(c.name, node, epoch)
}

// Due is what to append now: takes of those wanted nodes that may be taken, a format
// that may be raised, and a beat when it is time. Wanted are the nodes this controller could command at
// once (their REST answers), and Site if it may lead. Call it at every tick and
// after folding; At is left for the caller to fill, in site time.
func (c *Candidate) Due(f *Fold, wanted []string, now time.Duration) []Entry {
	var due []Entry
	for _, node := range wanted {
		if c.mayTake(f, node, now) {
			c.takes[node] = now
			due = append(due, c.take(f, node))
		}
	}
	if e, may := c.raise(f, now); may {
		due = append(due, e)
	}
	// Takes come first: one that expects my own name expects the last beat
	// folded, not the one that is just being written.
	if !c.beaten || now-c.lastBeat >= BeatEvery {
		c.beaten, c.lastBeat = true, now
		due = append(due, c.beat())
	}
	return due
}

// NextBeat is when Due wants to be called at the latest.
func (c *Candidate) NextBeat() time.Duration { return c.lastBeat + BeatEvery }

// Yield is the entry that gives the node back, if this process holds it. The
// node is left alone for RestAfterYield.
func (c *Candidate) Yield(f *Fold, node string, now time.Duration) (Entry, bool) {
	epoch, holds := c.Holds(f, node)
	if !holds {
		return Entry{}, false
	}
	c.rests[node] = now + RestAfterYield
	return Entry{
		Kind: KindYield, Format: 1, Subject: node,
		Writer: c.name, Role: RoleController, Epoch: epoch,
	}, true
}

// Free ends the rest of a node that this controller gave back, for somebody knows better
// than to leave it to others, and reports whether the node may be taken now; if not, it goes on
// resting. It is called where Due may be.
func (c *Candidate) Free(f *Fold, node string, now time.Duration) bool {
	until, rests := c.rests[node]
	delete(c.rests, node)
	if c.mayTake(f, node, now) {
		return true
	}
	if rests {
		c.rests[node] = until
	}
	return false
}

func (c *Candidate) mayTake(f *Fold, node string, now time.Duration) bool {
	if since, underWay := c.takes[node]; underWay && now-since < takePatience {
		return false
	}
	if until, rests := c.rests[node]; rests && now < until {
		return false
	}
	if _, holds := c.Holds(f, node); holds {
		return false
	}
	switch holder := f.Nodes[node].Holder; {
	case c.ownBeats == 0:
		return false // whether my appends count at all is not known yet
	case holder == "":
		return true
	case holder == c.name && c.locked:
		return true
	default:
		return c.silent(holder, now)
	}
}

// silent reports whether holder gave no sign for long enough. A holder that was
// never heard counts from the first time it is asked about.
func (c *Candidate) silent(holder string, now time.Duration) bool {
	last, heard := c.heard[holder]
	if !heard {
		c.heard[holder] = sign{at: now, ownBeats: c.ownBeats}
		return false
	}
	return now-last.at >= SilentFor && c.ownBeats-last.ownBeats >= BeatsBeforeTake
}

// raise is format_raised, if this candidate leads and everybody who lives understands
// more than may be written.
func (c *Candidate) raise(f *Fold, now time.Duration) (Entry, bool) {
	epoch, leads := c.Holds(f, Site)
	if !leads {
		return Entry{}, false
	}
	format := c.understood(f, now)
	underWay := c.raises == format && now-c.raised < takePatience
	if format <= max(f.Format, 1) || underWay {
		return Entry{}, false
	}
	c.raised, c.raises = now, format
	return Entry{
		Kind: KindFormatRaised, Format: 1, Writer: c.name, Role: RoleLeader, Epoch: epoch,
		Data: mustCanonical(FormatRaised{Format: format}),
	}, true
}

// understood is the newest format that everybody understands who lives or holds a node.
func (c *Candidate) understood(f *Fold, now time.Duration) int {
	holds := map[string]bool{}
	for _, node := range f.Nodes {
		holds[node.Holder] = true
	}
	format := c.format
	for name, other := range f.Controllers {
		if other.Format < format && (holds[name] || !c.departed(name, now)) {
			format = other.Format
		}
	}
	return format
}

func (c *Candidate) departed(name string, now time.Duration) bool {
	last, heard := c.heard[name]
	if !heard {
		c.heard[name] = sign{at: now, ownBeats: c.ownBeats}
		return false
	}
	return now-last.at >= DepartedFor && c.ownBeats-last.ownBeats >= BeatsBeforeTake
}

func (c *Candidate) take(f *Fold, node string) Entry {
	holder := f.Nodes[node].Holder
	data := Take{Holder: holder, Beat: f.Controllers[holder].Beat, Process: c.process}
	return c.speak(KindTake, node, data)
}

func (c *Candidate) beat() Entry {
	return c.speak(KindBeat, c.name, Beat{Format: c.format, Process: c.process})
}

func (c *Candidate) speak(kind, subject string, data any) Entry {
	return Entry{
		Kind: kind, Format: 1, Subject: subject,
		Writer: c.name, Role: RoleController, Data: mustCanonical(data),
	}
}

// mustCanonical encodes structs of this package, which hold nothing that can
// fail: strings and integers.
func mustCanonical(v any) json.RawMessage {
	data, err := Canonical(v)
	if err != nil {
		panic("ledger: a payload of the protocol is not canonical: " + err.Error())
	}
	return data
}
