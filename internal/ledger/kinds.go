package ledger

// Site is the virtual node whose holder is the leader.
const Site = "site"

// The kinds of the protocol itself. The domain registers its own beside them.
const (
	// KindGenesis begins a log: written by append when the log is missing. Its
	// Prev is the snapshot it continues, zero for a new site.
	KindGenesis = "genesis"
	// KindHistory says that another Redis process serves the log, so that facts
	// may be missing: written by append, raises the generation.
	KindHistory = "history"
	// KindBeat says that a controller lives and what it understands.
	KindBeat = "beat"
	// KindTake claims a node; the place of an accepted take is the epoch.
	KindTake = "take"
	// KindYield gives a node back at once.
	KindYield = "yield"
	// KindCaughtUp says that the owner's backlog and observations are in the
	// log again after a history. The leader writes it for a node nobody reaches.
	KindCaughtUp = "caught_up"
	// KindFormatRaised allows the kinds and formats of a newer version.
	KindFormatRaised = "format_raised"
	// KindHistoryGap says that entries were trimmed before history read them.
	KindHistoryGap = "history_gap"
)

// By is a set of roles that may write a kind.
type By uint8

// The roles of By. A fact of the domain written by an owner is numbered by its
// Seq, unless its kind is Unnumbered.
const (
	ByOwner By = 1 << iota
	ByLeader
	ByAPI
	ByController
	byLedger
)

// Kind is what the protocol must know about a kind of fact.
type Kind struct {
	Format int // newest format of its data that this program understands, from 1
	By     By  // who may write it
	// Unnumbered facts of owners carry no seq. It is for subjects about which
	// several owners speak, such as an agent whose phone is seen on two nodes; a
	// repetition must then be harmless by its content.
	Unnumbered bool
	// Since is the format of the ledger from which on it may be written: kinds of 0 and 1
	// are as old as the ledger. A program that does not know a kind must never meet it.
	Since int
}

// Kinds are the registered kinds by name.
type Kinds map[string]Kind

var protocolKinds = Kinds{
	KindGenesis:      {Format: 1, By: byLedger},
	KindHistory:      {Format: 1, By: byLedger},
	KindBeat:         {Format: 1, By: ByController},
	KindTake:         {Format: 1, By: ByController},
	KindYield:        {Format: 1, By: ByController},
	KindCaughtUp:     {Format: 1, By: ByOwner | ByLeader},
	KindFormatRaised: {Format: 1, By: ByLeader},
	KindHistoryGap:   {Format: 1, By: ByLeader},
}

// IsProtocol reports whether the fold of the protocol handles this kind alone:
// the domain has nothing to apply.
func IsProtocol(kind string) bool {
	_, ok := protocolKinds[kind]
	return ok
}

// writtenBy is the role of an entry as a set of one, and the node it must hold:
// empty if it speaks as nobody's holder.
func writtenBy(role string) (by By, node string) {
	switch role {
	case RoleLeader:
		return ByLeader, Site
	case RoleAPI:
		return ByAPI, ""
	case RoleController:
		return ByController, ""
	case RoleLedger:
		return byLedger, ""
	}
	if node, ok := OwnedNode(role); ok && node != "" && node != Site {
		return ByOwner, node
	}
	return 0, ""
}

// Began is the data of genesis and history.
type Began struct {
	Run string `json:"run"` // run id of the Redis process that serves the log
}

// Beat is the data of a beat; subject and writer are the controller.
type Beat struct {
	Format  int    `json:"format"`  // newest format this controller understands
	Process string `json:"process"` // names the process, a restart gives another
}

// Take is the data of a take; the subject is the node.
type Take struct {
	Holder  string `json:"holder"`  // who holds the node as the writer saw it, "" for nobody
	Beat    ID     `json:"beat"`    // that holder's last beat as the writer saw it
	Process string `json:"process"` // the process that takes
}

// FormatRaised is the data of format_raised.
type FormatRaised struct {
	Format int `json:"format"`
}

// HistoryGap is the data of history_gap: entries From to To were trimmed.
type HistoryGap struct {
	From ID `json:"from"`
	To   ID `json:"to"`
}
