package fact

import (
	"slices"

	"github.com/guichet/guichet/internal/contact"
)

// FormatPressure is the format of the ledger from which on the steps of a place may say that
// they open before their time, FormatAgeing that from which on its priority may age,
// FormatAppointment that from which on somebody may be called at a time that he chose,
// FormatVoicemail that from which on a recorded message may be a contact of a queue,
// FormatUnreachable that from which on policies may say for how long an agent is set aside
// who cannot be reached, FormatTransfers, the same, that from which on transfers between
// agents are counted, and FormatCancelled that from which on a call back may be cancelled:
// who is older stops at a key that he does not know.
const (
	FormatPressure    = 7
	FormatAgeing      = 9
	FormatAppointment = 11
	FormatVoicemail   = 13
	FormatUnreachable = 14
	FormatTransfers   = 14
	FormatCancelled   = 16
)

// Steps that may open before their time make an entry of the second format of its kind, a
// priority that ages one of the third, a time that somebody chose one of the fourth, and a
// policy for who cannot be reached, or a count of transfers, one of the seventh. A message
// for a queue, and the contact that is born for it, make one of the second of their kinds:
// who is older stops there, as at a kind that he does not know.
const (
	plainEntry       = 1
	pressureEntry    = 2
	ageingEntry      = 3
	appointmentEntry = 4
	unreachableEntry = 7
	voicemailEntry   = 2
	transfersEntry   = 7
)

// cancelledEntry is that of a closing fact by which a call back was cancelled.
const cancelledEntry = 2

// EntryFormat is the format of the entry that carries a fact.
func EntryFormat(f Fact) int {
	if saysCapacity(f) {
		return capacityEntry
	}
	if policiesOf(f).Unreachable != 0 {
		return unreachableEntry
	}
	if transfersOf(f) != 0 {
		return transfersEntry
	}
	var place Queued
	switch f := f.(type) {
	case Resumed:
		if f.Hands {
			return handsEntry
		}
	case MessageLeft:
		if f.For != nil {
			return voicemailEntry
		}
	case Arrived:
		switch {
		case f.CallsBack != nil:
			return callsBackEntry
		case f.Voicemail != nil:
			return voicemailEntry
		}
	case Queued:
		place = f
	case Requeued:
		place = f.Queued
	case Closed:
		if f.Cancelled != nil {
			return cancelledEntry
		}
	case CallbackRequested:
		if f.Appointment != nil {
			return appointmentEntry
		}
		place = f.Place
	}
	switch {
	case place.Ageing != contact.Ageing{}:
		return ageingEntry
	case slices.ContainsFunc(place.Steps, contact.Step.Pressed):
		return pressureEntry
	}
	return plainEntry
}

// policiesOf are those that a fact carries.
func policiesOf(f Fact) contact.Policies {
	switch f := f.(type) {
	case Queued:
		return f.Policies
	case Requeued:
		return f.Policies
	case CallbackRequested:
		return f.Place.Policies
	case Invited:
		return f.Policies
	case Ringing:
		return f.Policies
	case Connected:
		return f.Policies
	}
	return contact.Policies{}
}

// transfersOf is how many transfers a fact counts.
func transfersOf(f Fact) int {
	switch f := f.(type) {
	case HandedOver:
		return f.Transfers
	case Requeued:
		return f.Transfers
	}
	return 0
}

// NewestEntry is the newest format of the entries of a kind that a program knows who
// understands the ledger up to a format.
func NewestEntry(k Kind, understands int) int {
	if maySayCapacity(k, understands) {
		return capacityEntry
	}
	if understands >= FormatUnreachable {
		switch k {
		case KindQueued, KindRequeued, KindCallbackRequested, KindInvited, KindRinging, KindConnected:
			return unreachableEntry
		case KindHandedOver:
			return transfersEntry
		}
	}
	if k == KindCallbackRequested && understands >= FormatAppointment {
		return appointmentEntry
	}
	if k == KindClosed && understands >= FormatCancelled {
		return cancelledEntry
	}
	if understands >= FormatCallsBack {
		switch k {
		case KindArrived:
			return callsBackEntry
		case KindResumed:
			return handsEntry
		}
	}
	switch k {
	case KindArrived, KindMessageLeft:
		if understands >= FormatVoicemail {
			return voicemailEntry
		}
	case KindQueued, KindRequeued, KindCallbackRequested:
		switch {
		case understands >= FormatAgeing:
			return ageingEntry
		case understands >= FormatPressure:
			return pressureEntry
		}
	}
	return plainEntry
}
