package e2e

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/phone"
)

// toTreasury is what a caller keys who is to be sent to the treasury of Nantes:
// enforced collection, and a postal code of 44 that no other treasury has.
const (
	toTreasury = "2444000"
	treasury   = "+33261914401"
)

// office is the phone of a local service at the operator's side.
func (th *theatre) office(number string, b phone.Behaviour) *phone.Phone {
	th.t.Helper()
	p, err := th.outside.Plug(phone.Account{User: number}, b)
	require.NoError(th.t, err)
	return p
}

func TestACallerIsSentToTheLocalServiceAndKeepsHisNumber(t *testing.T) {
	t.Parallel()
	th := raise(t)
	office := th.office(treasury, phone.RingsForEver())
	caller := th.call("0612345678", toTreasury)

	leg := th.talk(caller, office)
	assert.Equal(t, "+33612345678", leg.From().Number)
	th.until("the office to hear the caller", func() bool { return leg.Heard(caller.Signature()) > 5 })
	th.until("the outcome", func() bool { return th.outcome("transferred_out") == 1 })
	require.NoError(t, caller.Hangup(th.ctx))
	th.ended(leg)

	// The office may be the first to hang up, too.
	caller = th.call("0612345678", toTreasury)
	leg = th.talk(caller, office)
	require.NoError(t, leg.Hangup(th.ctx))
	th.ended(caller)

	th.conserved(2)
	assert.Equal(t, 2, th.outcome("transferred_out"))
	assert.Zero(t, max(0, th.count("guichet_contacts_asked_total")), "nobody asked for an agent of ours")
}

func TestAWithheldNumberStaysWithheldOutside(t *testing.T) {
	t.Parallel()
	th := raise(t)
	office := th.office(treasury, phone.RingsForEver())
	caller := th.call("", toTreasury)
	leg := th.talk(caller, office)
	assert.Contains(t, []string{"", "anonymous"}, leg.From().Number)
	require.NoError(t, caller.Hangup(th.ctx))
	th.ended(leg)
	th.conserved(1)
}

func TestAnOfficeThatIsBusyLeavesTheCallerWithAnAgent(t *testing.T) {
	t.Parallel()
	th := raise(t)
	th.office(treasury, phone.Refuses(486, 0))
	agent := th.login(phone.RingsForEver(), "a1001")[0]
	caller := th.call("0612345678", toTreasury)
	leg := th.talk(caller, agent)
	require.NoError(t, caller.Hangup(th.ctx))
	th.ended(leg)
	th.conserved(1)
	assert.Equal(t, 1, th.outcome("answered"))
}

func TestACallerWhoLeavesEndsTheRingingOfTheOffice(t *testing.T) {
	t.Parallel()
	th := raise(t)
	office := th.office(treasury, phone.RingsForEver())
	caller := th.call("0612345678", toTreasury)
	leg := th.next(office)
	require.NoError(t, caller.Hangup(th.ctx))
	assert.Equal(t, phone.Remote, th.ended(leg).By)
	th.conserved(1)
	assert.Zero(t, max(0, th.outcome("transferred_out")))
}

// kill -9 of the controller while one caller talks to the office and the phone of
// another office rings: the talk goes on, nothing rings twice, each is counted once.
func TestATransferSurvivesTheDeathOfTheController(t *testing.T) {
	t.Parallel()
	th := raise(t)
	office := th.office(treasury, phone.RingsForEver())
	other := th.office("+33261913501", phone.RingsForEver())
	talking := th.call("0612345678", toTreasury)
	leg := th.talk(talking, office)
	ringing := th.call("0622222222", "2435000")
	second := th.next(other)

	th.Controller.Kill()
	heard := talking.Heard(leg.Signature())
	th.until("the talk to go on without a controller", func() bool { return talking.Heard(leg.Signature()) > heard+25 })
	require.NoError(t, th.Controller.Restart(th.ctx))
	require.NoError(t, second.Answer(th.ctx))
	th.until("the other office to be heard", func() bool { return ringing.Heard(second.Signature()) > 5 })
	assert.True(t, talking.Talking())
	assert.Equal(t, 1, office.Received())
	assert.Equal(t, 1, other.Received())

	require.NoError(t, talking.Hangup(th.ctx))
	require.NoError(t, second.Hangup(th.ctx))
	th.ended(leg)
	th.ended(ringing)
	th.conserved(2)
	assert.Equal(t, 2, th.outcome("transferred_out"))
}
