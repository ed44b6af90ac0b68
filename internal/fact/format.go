package fact

import (
	"slices"

	"github.com/guichet/guichet/internal/contact"
)

// FormatPressure is the format of the ledger from which on the steps of a place may say that
// they open before their time, FormatAgeing that from which on its priority may age, and
// FormatAppointment that from which on somebody may be called at a time that he chose: who is
// older stops at a key that he does not know.
const (
	FormatPressure    = 7
	FormatAgeing      = 9
	FormatAppointment = 11
)

// Steps that may open before their time make an entry of the second format of its kind, a
// priority that ages one of the third, and a time that somebody chose one of the fourth: who
// is older stops there, as at a kind that he does not know.
const (
	plainEntry       = 1
	pressureEntry    = 2
	ageingEntry      = 3
	appointmentEntry = 4
)

// EntryFormat is the format of the entry that carries a fact.
func EntryFormat(f Fact) int {
	var place Queued
	switch f := f.(type) {
	case Queued:
		place = f
	case Requeued:
		place = f.Queued
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

// NewestEntry is the newest format of the entries of a kind that a program knows who
// understands the ledger up to a format.
func NewestEntry(k Kind, understands int) int {
	if k == KindCallbackRequested && understands >= FormatAppointment {
		return appointmentEntry
	}
	switch k {
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
