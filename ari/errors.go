package ari

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// What a failed request means. Test for them with errors.Is.
var (
	// ErrNotFound: the channel, bridge, playback, endpoint or application is
	// gone or never was. Asterisk says it with 404, but with 400 for a channel
	// named in addChannel and removeChannel.
	ErrNotFound = errors.New("not found")
	// ErrConflict: any 409: the id exists already (of a snoop channel Asterisk
	// says it with 500), the leg is not Down any more, the channel is not in the
	// application.
	ErrConflict = errors.New("conflict")
	// ErrNotInApplication: the channel or bridge exists but no Stasis
	// application holds it (409, or 422 for a channel named in addChannel).
	ErrNotInApplication = errors.New("not in a stasis application")
	// ErrInvalidState: the channel is Down, Reserved or Ringing and takes no
	// such command yet (412).
	ErrInvalidState = errors.New("invalid state")
	// ErrUnreachable: a leg cannot be created because its endpoint is unknown
	// or has no registered contact.
	ErrUnreachable = errors.New("unreachable")
	// ErrAmbiguous: the answer was lost after the request may have left. It
	// may have been executed: ask, or repeat only what is safe to repeat.
	ErrAmbiguous = errors.New("may have been executed")
)

// Error is a request that did not succeed: refused by Asterisk (Status and
// Message), or lost on the way (Err).
type Error struct {
	Op      string // what was attempted and on what, such as "channel.dial 17"
	Status  int    // HTTP status, 0 if no answer came
	Message string // Asterisk's own words
	Err     error  // cause, nil for a refusal

	ambiguous   bool
	unreachable bool // a conflict that was none, see Client.Create
	exists      bool // a conflict that Asterisk does not call one, see Client.Snoop
}

// Error says what was attempted and why it failed.
func (e *Error) Error() string {
	switch {
	case e.Status == 0 && e.ambiguous:
		return fmt.Sprintf("%s: %v (it may have been executed)", e.Op, e.Err)
	case e.Status == 0:
		return fmt.Sprintf("%s: %v", e.Op, e.Err)
	case e.Err != nil:
		return fmt.Sprintf("%s: asterisk answered %d: %v", e.Op, e.Status, e.Err)
	}
	return fmt.Sprintf("%s: asterisk answered %d %s", e.Op, e.Status, e.Message)
}

// Unwrap returns the cause, such as context.DeadlineExceeded.
func (e *Error) Unwrap() error { return e.Err }

// Is makes errors.Is work with the errors above.
func (e *Error) Is(target error) bool {
	switch target {
	case ErrNotFound:
		return e.Status == http.StatusNotFound ||
			e.Status == http.StatusBadRequest && e.says("channel not found")
	case ErrConflict:
		return e.Status == http.StatusConflict && !e.unreachable || e.exists
	case ErrUnreachable:
		return e.unreachable || e.Status == http.StatusInternalServerError && e.says("allocation failed")
	case ErrNotInApplication:
		return (e.Status == http.StatusConflict || e.Status == http.StatusUnprocessableEntity) &&
			e.says("not in stasis application")
	case ErrInvalidState:
		return e.Status == http.StatusPreconditionFailed
	case ErrAmbiguous:
		return e.ambiguous
	}
	return false
}

func (e *Error) says(words string) bool {
	return strings.Contains(strings.ToLower(e.Message), words)
}
