package ledger

// Outcome is what becomes of an entry in the fold.
type Outcome uint8

// The outcomes. The zero value is Stop, so that a forgotten verdict stops.
const (
	// Stop: the entry was not folded and nothing after it may be. Stop deciding;
	// see Reason for what to do.
	Stop Outcome = iota
	// Void: the entry is counted, otherwise without effect.
	Void
	// Accepted: the protocol lets the entry through to the domain.
	Accepted
)

// String gives the outcome in lower case.
func (o Outcome) String() string {
	return [...]string{"stop", "void", "accepted"}[min(o, Accepted)]
}

// Reason is why an entry was not accepted: a closed list.
type Reason string

// Reasons to stop.
const (
	// BrokenChain: generation or Prev are not those of my last entry. Drop the
	// fold, reload snapshot and tail.
	BrokenChain Reason = "broken_chain"
	// UnknownKind and UnknownFormat: written by a newer version. Yield all
	// nodes and stop folding; reloading would not help.
	UnknownKind   Reason = "unknown_kind"
	UnknownFormat Reason = "unknown_format"
)

// Reasons to void.
const (
	// WrongRole: this kind is not written in that role.
	WrongRole Reason = "wrong_role"
	// NotHolder: the writer does not hold the node at that epoch.
	NotHolder Reason = "not_holder"
	// Duplicate: the fact with this seq is already in the log.
	Duplicate Reason = "duplicate"
	// Hole: facts before this one are missing; the owner appends them again.
	Hole Reason = "hole"
	// TakenSince: holder or holder's last beat are not what a take expected.
	TakenSince Reason = "taken_since"
	// KnownOperation: the command was answered before; Verdict.Answer says how.
	KnownOperation Reason = "known_operation"
	// Malformed: a field is missing or the data of a protocol kind is not what
	// its kind says.
	Malformed Reason = "malformed"
	// NotSupported: a format was raised that a holder does not understand, or
	// that is not above the present one.
	NotSupported Reason = "not_supported"
)

// Verdict is what Fold.Accept decided about one entry.
type Verdict struct {
	Outcome Outcome
	Reason  Reason // empty if accepted
	Detail  string // for people: what was found and what was wanted
	Answer  Answer // the earlier answer, if Reason is KnownOperation
}

// Accepted reports whether the domain may apply the entry.
func (v Verdict) Accepted() bool { return v.Outcome == Accepted }

// Stops reports whether folding must stop before this entry.
func (v Verdict) Stops() bool { return v.Outcome == Stop }

// String is for logs and tests.
func (v Verdict) String() string {
	switch {
	case v.Accepted():
		return "accepted"
	case v.Detail == "":
		return v.Outcome.String() + ": " + string(v.Reason)
	}
	return v.Outcome.String() + ": " + string(v.Reason) + ": " + v.Detail
}

// Answer is what a person who gave a command is told.
type Answer struct {
	At   ID     `json:"at"`             // place of the fact that carried the command
	Void string `json:"void,omitempty"` // why it had no effect; empty if it had
}

func accepted() Verdict { return Verdict{Outcome: Accepted} }

func void(why Reason, detail string) Verdict {
	return Verdict{Outcome: Void, Reason: why, Detail: detail}
}

func stop(why Reason, detail string) Verdict {
	return Verdict{Outcome: Stop, Reason: why, Detail: detail}
}
