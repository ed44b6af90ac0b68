package engine_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/internal/engine"
)

var cancels = engine.CancelCallback{By: "marie", Reason: "a rappelé"}

func TestACallBackIsCancelledAsLongAsNobodyIsTried(t *testing.T) {
	t.Parallel()
	s := promised(t)
	assert.Contains(t, s.line("5 cancelled"), `fact closed {"outcome":"failed","queue":"particuliers","organisation":"existant","asked":true,`+
		`"topic":"paiement","reason":"cancelled","cancelled":{"by":"marie","reason":"a rappelé"}}`)
	assert.True(t, s.session.Over())
	assert.NotContains(t, s.line("6 cancelled"), "fact", "once")
	assert.Contains(t, s.line("7 offered o1"), "offer_void", "an offer that was on its way rings nobody")
}

func TestAnAppointmentIsCancelledBeforeItsTime(t *testing.T) {
	t.Parallel()
	s := choosing(t)
	for _, line := range []string{"1 key 6", "2 key 1", "3 key 1", "4 promise-accepted", "5 caller-left"} {
		s.line(line)
	}
	s.line("60 cancelled")
	assert.True(t, s.session.Over())
}

// What a new process knows from the ledger is enough.
func TestACallBackIsCancelledAtWhoTookItUp(t *testing.T) {
	t.Parallel()
	s := promised(t)
	s.session = engine.Resume(s.session.Record)
	s.line("5 cancelled")
	assert.True(t, s.session.Over())
}
