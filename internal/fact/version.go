package fact

// Source is what made somebody activate a version of the site folder.
type Source string

// The sources of activations.
const (
	// AtStart: a controller started alone with this folder.
	AtStart Source = "start"
	// BySignal: SIGHUP.
	BySignal Source = "sighup"
	// ByAPI: somebody asked over HTTP, as guichet activate does.
	ByAPI Source = "api"
	// ByFile: the files of the folder changed.
	ByFile Source = "file"
	// ByRollback: somebody went back to an earlier version.
	ByRollback Source = "rollback"
)

// Cause says who wants a version to be active, and how.
type Cause struct {
	By     string `json:"by,omitempty"`
	Source Source `json:"source,omitempty"`
	// Summary says in a line what the version changes, for people.
	Summary string `json:"summary,omitempty"`
}

// ConfigProposed asks the leader to activate a checked version, whose content is
// kept in the ledger. Written by the controller that was asked; void while
// another proposal is open.
type ConfigProposed struct {
	Hash string `json:"hash"`
	// From is the version that was active when this one was compared with it;
	// void if another one is now.
	From string `json:"from,omitempty"`
	Cause
}

// ConfigActivated makes a checked version of the site folder the current one,
// for contacts that arrive from now on.
type ConfigActivated struct {
	Hash string `json:"hash"`
	Cause
	// Op is the operation of the proposal, empty at a start.
	Op string `json:"op,omitempty"`
}

// ConfigRefused ends a proposal that the leader cannot follow.
type ConfigRefused struct {
	Op     string `json:"op"`
	Reason string `json:"reason"`
}

// AgentRenewed gives an agent who is on the floor the card of a new version.
// Written by the leader; void unless the agent's version is still the one it
// was decided on, so that nobody who has just logged out is brought back.
type AgentRenewed struct {
	Card    LoggedIn `json:"card"`
	Version uint64   `json:"version"`
}

// Kind implementations, one per struct.
func (ConfigProposed) Kind() Kind  { return KindConfigProposed }
func (ConfigActivated) Kind() Kind { return KindConfigActivated }
func (ConfigRefused) Kind() Kind   { return KindConfigRefused }
func (AgentRenewed) Kind() Kind    { return KindRenewed }
