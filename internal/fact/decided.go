package fact

// Decided is a branch of the menu that was passed before a fact, a table or a back-end
// that was asked, a queue that was full, or a mailbox that took nothing: what it looked
// at and what that decided, so that nobody has to ask a clock or the floor again.
type Decided struct {
	Node string `json:"node"`
	// Case is the label, expression or place of the case that held, or else.
	Case string `json:"case"`
	// Read holds what the conditions looked at, by name; never a caller's number.
	Read map[string]string `json:"read,omitempty"`
	// Failed is an expression that could not be computed.
	Failed string `json:"failed,omitempty"`
	// Asked is what a node asked a back-end, as the site wrote it, without any value
	// of the call; Answer is the status, or why there was none, after Took ms.
	Asked  string `json:"asked,omitempty"`
	Answer string `json:"answer,omitempty"`
	Took   int64  `json:"took_ms,omitempty"`
	// Mailbox is the one for which no message could be left: it was full, Case is
	// on_full, or nothing could be recorded, Case is on_error.
	Mailbox string `json:"mailbox,omitempty"`
}

// OnFull is the Case of a mailbox, or of a queue, that was full.
const OnFull = "on_full"

// What is read of a queue that is full, by name. FullBy is the limit that was reached, as
// the site calls it, and FullLimit its value; the others are what was found: counts, and
// seconds for the wait. A name is absent where it has decided nothing.
const (
	FullBy       = "full"
	FullLimit    = "limit"
	FullOnLine   = "waiting"
	FullAgents   = "agents"
	FullWait     = "estimated_wait"
	FullWaitBy   = "estimated_by"
	FullPerAgent = "per_agent" // the name of a limit only
)

// DecisionsOf are what was decided before a fact, of any kind that tells it.
func DecisionsOf(f Fact) []Decided {
	switch f := f.(type) {
	case Waiting:
		return f.Decided
	case Queued:
		return f.Decided
	case Transferring:
		return f.Decided
	case MessageLeft:
		return f.Decided
	case CallbackRequested:
		return f.Place.Decided
	case Closed:
		return f.Decided
	}
	return nil
}
