package status

import (
	"fmt"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// Ask says who wants a version of the site folder to be active, and how.
type Ask struct {
	By     string
	Source fact.Source
	// DryRun checks and compares only.
	DryRun bool
}

// Activated is what an activation changed.
type Activated struct {
	// Hash is the version that is active now, or would be, From the one before.
	Hash, From string
	// Changes say in words what the version changes; empty if it was active
	// already.
	Changes []string
	// Differences say in words what is different for those who call.
	Differences []string
	// Drift is what was changed by hand over what the site says, and stays.
	Drift []Drift
}

// Drift is one agent of whom something else holds than the site says.
type Drift struct {
	Agent contact.Agent
	// Words name each difference: "topic 3 instead of 2".
	Words []string
	// At is when it was changed last, in µs of site time, and By who did it.
	At int64
	By string
}

// Why something was refused, for programs: a closed list, of which mail.go has
// the rest.
type Why string

// The reasons.
const (
	// BadSite: the folder has problems.
	BadSite Why = "site_problems"
	// NeedsRestart: it changes what is fixed when a controller starts.
	NeedsRestart Why = "needs_restart"
	// Overtaken: another version was activated meanwhile, or just is.
	Overtaken Why = "overtaken"
	// LeaderRefused: the leader cannot use it.
	LeaderRefused Why = "leader_refused"
	// NoLeader: nobody leads, so nobody activates.
	NoLeader Why = "no_leader"
	// LedgerAway: it could not be written down.
	LedgerAway Why = "ledger_unavailable"
	// UnknownVersion: there is no such version to go back to.
	UnknownVersion Why = "not_found"
)

// Refused is the error of an activation, or of something about a mail, that
// changed nothing.
type Refused struct {
	Why Why
	// Message says what is wrong, Hint what to do about it.
	Message, Hint string
	// Problems are those of the folder, for BadSite.
	Problems []config.Problem
}

// Error is the message with the hint.
func (r *Refused) Error() string {
	if r.Hint == "" {
		return r.Message
	}
	return r.Message + "; " + r.Hint
}

// Refuse makes the error of what changes nothing.
func Refuse(why Why, hint, format string, args ...any) *Refused {
	return &Refused{Why: why, Hint: hint, Message: fmt.Sprintf(format, args...)}
}

// Version is how a controller stands to the versions of the site.
type Version struct {
	// Folder is the hash of the controller's own folder when it was read last.
	Folder string
	// Drift is what was changed by hand over what the active version says.
	Drift []Drift
	// Missing says why the active version could not be loaded; empty if it was.
	Missing string
	// ReloadedAt is when an activation was tried last, in µs of site time, and
	// ReloadOK whether it was not refused.
	ReloadedAt int64
	ReloadOK   bool
}
