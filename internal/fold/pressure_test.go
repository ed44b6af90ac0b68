package fold

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// Steps and priorities with what an older program does not know stop it, and are not void for it alone:
// it would go on without those who wait.
func TestWhatAPlaceSaysNewlyStopsWhoIsOlder(t *testing.T) {
	t.Parallel()
	steps := []contact.Step{{}, {After: time.Minute, PerAgent: 5}}
	queued := fact.Queued{Steps: steps}
	for _, f := range []fact.Fact{queued, fact.Requeued{Queued: queued}, fact.CallbackRequested{Place: queued}} {
		kind := string(f.Kind())
		assert.Greater(t, fact.EntryFormat(f), KindsOf(fact.FormatPressure - 1)[kind].Format, kind)
		assert.Equal(t, fact.EntryFormat(f), KindsOf(fact.FormatPressure)[kind].Format, kind)
	}
	queued.Ageing = contact.Ageing{Level: time.Minute}
	for _, f := range []fact.Fact{queued, fact.Requeued{Queued: queued}, fact.CallbackRequested{Place: queued}} {
		kind := string(f.Kind())
		assert.Greater(t, fact.EntryFormat(f), KindsOf(fact.FormatAgeing - 1)[kind].Format, kind)
		assert.Equal(t, fact.EntryFormat(f), KindsOf(fact.FormatAgeing)[kind].Format, kind)
	}
	appointed := fact.CallbackRequested{Place: queued, Appointment: &fact.Appointment{}}
	assert.Greater(t, fact.EntryFormat(appointed), KindsOf(fact.FormatAppointment - 1)["callback_requested"].Format)
	assert.Equal(t, fact.EntryFormat(appointed), KindsOf(fact.FormatAppointment)["callback_requested"].Format)
	reach := contact.Policies{Unreachable: time.Minute}
	queued.Policies = reach
	for _, f := range []fact.Fact{
		queued, fact.Requeued{Queued: queued}, fact.CallbackRequested{Place: queued, Appointment: &fact.Appointment{}},
		fact.Invited{Policies: reach}, fact.Ringing{Bond: fact.Bond{Policies: reach}}, fact.Connected{Bond: fact.Bond{Policies: reach}},
	} {
		kind := string(f.Kind())
		assert.Greater(t, fact.EntryFormat(f), KindsOf(fact.FormatUnreachable - 1)[kind].Format, kind)
		assert.Equal(t, fact.EntryFormat(f), KindsOf(fact.FormatUnreachable)[kind].Format, kind)
	}
	counted := fact.HandedOver{Transfers: 1}
	assert.Greater(t, fact.EntryFormat(counted), KindsOf(fact.FormatTransfers - 1)["handed_over"].Format)
	assert.Equal(t, fact.EntryFormat(counted), KindsOf(fact.FormatTransfers)["handed_over"].Format)
	assert.Greater(t, fact.EntryFormat(fact.Requeued{Transfers: 1}), KindsOf(fact.FormatTransfers - 1)["requeued"].Format)
	assert.Equal(t, 1, fact.EntryFormat(fact.HandedOver{}), "beside an older controller")
	assert.Equal(t, 1, fact.EntryFormat(fact.Ringing{Bond: fact.Bond{Policies: contact.DefaultPolicies()}}))
	for kind, f := range map[string]fact.Fact{
		"message_left": fact.MessageLeft{For: &fact.ForQueue{Queue: "particuliers"}}, "arrived": fact.Arrived{Voicemail: &fact.Voicemail{}},
	} {
		assert.Greater(t, fact.EntryFormat(f), KindsOf(fact.FormatVoicemail - 1)[kind].Format, kind)
		assert.Equal(t, fact.EntryFormat(f), KindsOf(fact.FormatVoicemail)[kind].Format, kind)
	}
	assert.Equal(t, KindsOf(1)["arrived"].Format, fact.EntryFormat(fact.Arrived{}))
	assert.Equal(t, KindsOf(1)["queued"].Format, fact.EntryFormat(fact.Queued{Steps: []contact.Step{{}, {After: time.Minute}}}))
	cancelled := fact.Closed{Cancelled: &fact.Cancelled{}}
	assert.Greater(t, fact.EntryFormat(cancelled), KindsOf(fact.FormatCancelled - 1)["closed"].Format)
	assert.Equal(t, fact.EntryFormat(cancelled), KindsOf(fact.FormatCancelled)["closed"].Format)
	assert.Equal(t, 1, fact.EntryFormat(fact.Closed{}))
	for kind, f := range map[string]fact.Fact{"arrived": fact.Arrived{CallsBack: &fact.CallsBack{}}, "agent_resumed": fact.Resumed{Hands: true}} {
		assert.Greater(t, fact.EntryFormat(f), KindsOf(fact.FormatCallsBack - 1)[kind].Format, kind)
		assert.Equal(t, fact.EntryFormat(f), KindsOf(fact.FormatHands)[kind].Format, kind)
	}
	assert.Equal(t, 1, fact.EntryFormat(fact.Resumed{}))
	assert.Equal(t, 1, KindsOf(Understands)["rated"].Format)
}
