package fact

import (
	"time"

	"github.com/guichet/guichet/internal/contact"
)

// CallbackRequested is a promise: the person may hang up, keeps the place, and is
// called back. Everything that was decided for it is resolved: what the site says
// later changes nothing.
type CallbackRequested struct {
	// Number is where to call, encrypted with the site key, and NumberHash its keyed
	// hash: it recognises who has asked already.
	Number     string `json:"number"`
	NumberHash string `json:"number_hash"`
	// Attempts is how often the person is called at most, RetryAfter the pause after
	// one who was not reached, Ring how long the phone rings.
	Attempts   int           `json:"attempts"`
	RetryAfter time.Duration `json:"retry_after"`
	Ring       time.Duration `json:"ring"`
	// Hours are when people may be called, ExpiresAt until when, in µs.
	Hours     []contact.Window `json:"permitted,omitempty"`
	ExpiresAt int64            `json:"expires_at"`
	// Once makes the promise void if another one is open to the same number about the
	// same topic: who asked first in the ledger is called.
	Once bool `json:"once,omitempty"`
	// AskedBy is under which number, as its keyed hash, the request counts today: that
	// of the caller, or the one to call if the caller's is not known.
	AskedBy string `json:"asked_by,omitempty"`
	// Appointment is when the person chose to be called; nil is when it would have been his
	// turn.
	Appointment *Appointment `json:"appointment,omitempty"`
	// Place is what is written of the contact as soon as the caller's leg is gone.
	Place Queued `json:"place"`
}

// Appointment is a time at which somebody is called by a center, from From until Until, in
// µs. PerSlot is how many the center calls at that time: one more is void.
type Appointment struct {
	Center  contact.Center `json:"center"`
	From    int64          `json:"from"`
	Until   int64          `json:"until"`
	PerSlot int            `json:"per_slot"`
}

// CallbackWithdrawn takes a promise back that the caller was not told of yet.
type CallbackWithdrawn struct {
	Reason string `json:"reason"`
}

// CallingBack claims the leg to the person: it is dialled only after this fact was
// accepted. The agent of the offer is on the line already. As with a transfer, the
// owner names the call.
type CallingBack struct {
	Call  OfferID `json:"call"`
	Offer OfferID `json:"offer"`
}

// CallbackFailed says that the person is not on the line, or not any more. The
// contact keeps its place, and is not offered before NotBefore, in µs.
type CallbackFailed struct {
	Call   OfferID            `json:"call"`
	Result contact.RingResult `json:"result"`
	// Cause is the medium's own code (for voice, Q.850).
	Cause     int   `json:"cause,omitempty"`
	NotBefore int64 `json:"not_before,omitempty"`
}

// Cancelled is who cancelled a call back that was promised, and why: free text of people, at
// most 128 characters each.
type Cancelled struct {
	By     string `json:"by"`
	Reason string `json:"reason"`
}

// Kind implementations, one per struct.
func (CallbackRequested) Kind() Kind { return KindCallbackRequested }
func (CallbackWithdrawn) Kind() Kind { return KindCallbackWithdrawn }
func (CallingBack) Kind() Kind       { return KindCallingBack }
func (CallbackFailed) Kind() Kind    { return KindCallbackFailed }
