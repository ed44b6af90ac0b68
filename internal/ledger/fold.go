package ledger

import (
	"fmt"
	"slices"
)

// Fold is the state of the protocol after the entries folded so far: who lives,
// who holds what, and what was seen before. It is pure: the same entries give
// the same Fold, and Canonical(fold) the same bytes, on every controller. The
// zero value is the state before the first entry and knows no domain kind; see
// Know. It is not safe for concurrent use.
type Fold struct {
	// Gen is the generation of the last entry.
	Gen uint64
	// Last is the position of the last entry.
	Last Position
	// Format is the highest format that may be written; see KindFormatRaised.
	Format int
	// Controllers are those that ever beat, by name; the longest silent are
	// forgotten beyond maxControllers.
	Controllers map[string]Controller
	// Nodes are the nodes that were ever taken, by name; Site is among them.
	Nodes map[string]Node
	// Voids counts the void entries by kind, those of the domain included.
	Voids map[string]uint64

	kinds    Kinds
	seqs     map[string]uint64 // last seq of owners' facts, by subject
	released recent            // subjects whose seq is forgotten in this order
	answers  map[string]Answer // to operations, by id
	asked    recent            // operation ids, forgotten in this order
}

// Controller is what its last beat said.
type Controller struct {
	Beat    ID     `json:"beat"` // place of the last beat
	Format  int    `json:"format"`
	Process string `json:"process"`
}

// Node says who commands a node.
type Node struct {
	Holder string `json:"holder,omitempty"` // "" for nobody
	Epoch  ID     `json:"epoch,omitzero"`   // place of the holder's take
	// Waiting: a history came, and neither did the owner catch up since, nor
	// the leader give up waiting. No offer is valid meanwhile.
	Waiting bool `json:"waiting,omitempty"`
}

// Bounds of what is remembered. They are part of the protocol: with other
// bounds, other entries are void.
const (
	maxControllers = 64
	maxAnswers     = 4096
	maxReleased    = 16384
)

// Know registers the kinds of the domain, beside those of the protocol. It is
// called once, before the first Accept; a Fold read from a snapshot has none.
func (f *Fold) Know(kinds Kinds) { f.kinds = kinds }

// MayWrite reports whether everybody who lives understands a kind: facts of it may be
// written. One that is in the log is folded, whatever this says.
func (f *Fold) MayWrite(kind string) bool { return f.kinds[kind].Since <= max(f.Format, 1) }

// Accept judges e by the protocol and folds what concerns the protocol. It is
// total: any entry gets a verdict. After Stop the fold is unchanged; after Void
// and Accepted, e is its last entry. Only an accepted entry goes to the domain,
// which calls Settle with what it found.
func (f *Fold) Accept(e Entry) Verdict {
	if v := f.follows(e); v.Stops() {
		return v
	}
	kind, v := f.known(e)
	if v.Stops() {
		return v
	}
	v = f.judge(e, kind)
	f.Gen, f.Last = e.Gen, e.Self
	if !v.Accepted() {
		f.count(e.Kind)
	}
	return v
}

// Settle records what the domain found about an accepted entry: void is empty
// if the entry had its effect. It counts voids and is the answer that a
// repetition of the same operation will get.
func (f *Fold) Settle(e Entry, void string) {
	if void == "" {
		return
	}
	f.count(e.Kind)
	if answer, asked := f.answers[e.Op]; asked && answer.At == e.Self.ID {
		f.answers[e.Op] = Answer{At: answer.At, Void: void}
	}
}

// Release says that no further owner's fact about subject is expected. Its seq
// is kept for the next maxReleased released subjects, so that a late duplicate
// is still known as one. The domain calls it once per subject, while it applies
// an entry.
func (f *Fold) Release(subject string) {
	if forgotten, full := f.released.push(subject, maxReleased); full {
		delete(f.seqs, forgotten)
	}
}

// Seq is the last seq used by owners' facts about subject; the next fact has
// one more.
func (f *Fold) Seq(subject string) uint64 { return f.seqs[subject] }

// Answer is what became of the command with this operation id, if it is still
// remembered.
func (f *Fold) Answer(op string) (Answer, bool) {
	answer, known := f.answers[op]
	return answer, known
}

// WaitingFor are the nodes, sorted, whose owner has not caught up since the
// last history. While there is one, no offer is valid.
func (f *Fold) WaitingFor() []string {
	var waiting []string
	for name, node := range f.Nodes {
		if node.Waiting {
			waiting = append(waiting, name)
		}
	}
	slices.Sort(waiting)
	return waiting
}

// follows checks the chain: e continues exactly what was folded.
func (f *Fold) follows(e Entry) Verdict {
	if e.Prev != f.Last {
		return stop(BrokenChain, fmt.Sprintf("entry %s follows %s, the last folded is %s", e.Self, e.Prev, f.Last))
	}
	switch {
	case e.Gen == f.Gen && f.Gen > 0:
	case e.Kind == KindGenesis && e.Gen > f.Gen:
	case e.Kind == KindHistory && f.Gen > 0 && e.Gen > f.Gen:
	default:
		return stop(BrokenChain, fmt.Sprintf("%s %s is of generation %d, the last folded of %d", e.Kind, e.Self, e.Gen, f.Gen))
	}
	return accepted()
}

func (f *Fold) known(e Entry) (Kind, Verdict) {
	kind, known := protocolKinds[e.Kind]
	if !known {
		kind, known = f.kinds[e.Kind]
	}
	switch {
	case !known:
		return kind, stop(UnknownKind, fmt.Sprintf("entry %s is a %q", e.Self, e.Kind))
	case e.Format < 1 || e.Format > kind.Format:
		return kind, stop(UnknownFormat, fmt.Sprintf("%s %s has format %d, known up to %d", e.Kind, e.Self, e.Format, kind.Format))
	}
	return kind, accepted()
}

// judge decides between Accepted and Void. The holder is checked before the
// seq: a stranger's fact uses up no seq.
func (f *Fold) judge(e Entry, kind Kind) Verdict {
	by, node := writtenBy(e.Role)
	if by&kind.By == 0 {
		return void(WrongRole, fmt.Sprintf("%s by role %q", e.Kind, e.Role))
	}
	if node != "" && !f.holds(e.Writer, node, e.Epoch) {
		return void(NotHolder, f.describeHolder(e, node))
	}
	if IsProtocol(e.Kind) {
		return f.judgeProtocol(e)
	}
	if by == ByOwner && !kind.Unnumbered {
		if v := f.judgeSeq(e); !v.Accepted() {
			return v
		}
	}
	return f.judgeOperation(e, by)
}

// judgeSeq uses up the seq of an owner's fact, whatever the domain will say
// about its content: otherwise the owner's next fact would be a hole.
func (f *Fold) judgeSeq(e Entry) Verdict {
	last := f.seqs[e.Subject]
	switch {
	case e.Subject == "" || e.Seq == 0:
		return void(Malformed, e.Kind+" by an owner without subject or seq")
	case e.Seq <= last:
		return void(Duplicate, fmt.Sprintf("seq %d of %s, the last is %d", e.Seq, e.Subject, last))
	case e.Seq > last+1:
		return void(Hole, fmt.Sprintf("seq %d of %s, the last is %d", e.Seq, e.Subject, last))
	}
	if f.seqs == nil {
		f.seqs = map[string]uint64{}
	}
	f.seqs[e.Subject] = e.Seq
	return accepted()
}

// judgeOperation lets a command through once. A repetition gets the answer of
// the first.
func (f *Fold) judgeOperation(e Entry, by By) Verdict {
	if e.Op == "" {
		if by == ByAPI {
			return void(Malformed, e.Kind+" by the API without operation id")
		}
		return accepted()
	}
	if answer, known := f.answers[e.Op]; known {
		return Verdict{Outcome: Void, Reason: KnownOperation, Detail: "answered at " + answer.At.String(), Answer: answer}
	}
	if f.answers == nil {
		f.answers = map[string]Answer{}
	}
	f.answers[e.Op] = Answer{At: e.Self.ID}
	if forgotten, full := f.asked.push(e.Op, maxAnswers); full {
		delete(f.answers, forgotten)
	}
	return accepted()
}

func (f *Fold) count(kind string) {
	if f.Voids == nil {
		f.Voids = map[string]uint64{}
	}
	f.Voids[kind]++
}
