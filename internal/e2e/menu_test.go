package e2e

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/phone"
)

func TestSilenceAndWrongKeysEndWithAnAgentNotWithACutCall(t *testing.T) {
	t.Parallel()
	th := raiseWith(t, phone.Options{}, func(site string) {
		rewrite(t, filepath.Join(site, "ivr", "accueil.yaml"), map[string]string{`no_input_timeout: \w+`: "no_input_timeout: 1s"})
	})
	agents := th.login(phone.RingsForEver(), "a1001", "a1002")
	silent := th.call("0611111111", "")
	wrong := th.call("0622222222", "888")
	legs := map[string]*phone.Call{} // who comes first is nobody's promise
	for _, agent := range agents {
		leg := th.next(agent)
		require.NoError(t, leg.Answer(th.ctx))
		legs[leg.From().Number] = leg
	}
	require.Contains(t, legs, "+33611111111")
	require.Contains(t, legs, "+33622222222")
	th.until("the silent caller to be heard", func() bool { return legs["+33611111111"].Heard(silent.Signature()) > 0 })
	th.until("the caller with the wrong keys to be heard", func() bool { return legs["+33622222222"].Heard(wrong.Signature()) > 0 })
	require.NoError(t, silent.Hangup(th.ctx))
	require.NoError(t, wrong.Hangup(th.ctx))
	th.conserved(2)
	assert.Equal(t, 2, th.outcome("answered"))
}

func TestClosedHoursAreToldAndCountedBesideTheAsked(t *testing.T) {
	t.Parallel()
	th := raiseWith(t, phone.Options{}, func(site string) {
		rewrite(t, filepath.Join(site, "calendars.yaml"), map[string]string{`mon-sun: 00:00-24:00`: `mon-sun: []`})
	})
	th.login(phone.RingsForEver(), "a1001")
	caller := th.call("0612345678", "")
	assert.Equal(t, phone.Remote, th.ended(caller).By)
	th.conserved(1)
	assert.Equal(t, 1, th.count("guichet_contacts_dissuaded_total", "reason=closed"))
	assert.Zero(t, th.count("guichet_contacts_asked_total"))
}

func TestACallerIsToldWhenNobodyWhoCouldServeIsLoggedIn(t *testing.T) {
	t.Parallel()
	th := raise(t)
	th.login(phone.RingsForEver(), "a2001") // serves recovery, not this topic
	caller := th.call("0612345678", "1"+paris)
	assert.Equal(t, phone.Remote, th.ended(caller).By)
	th.conserved(1)
	assert.Equal(t, 1, th.count("guichet_contacts_dissuaded_total", "reason=no_agent"))
	assert.Equal(t, 1, th.count("guichet_contacts_asked_total"))
}
