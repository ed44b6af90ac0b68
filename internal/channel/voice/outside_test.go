package voice

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
)

const outside = fact.OfferID("out-c1-x.0")

func outsideDesk(t *testing.T, c Call) *desk {
	c.Contact, c.Channel, c.Salt = "c1", caller, "s"
	return &desk{t: t, line: New(c, sounds, "")}
}

func (d *desk) callOut(number string) []string {
	return d.do(engine.CallOut{Transfer: outside, Number: number, Timeout: 30 * time.Second})
}

func TestALocalServiceIsCalledThroughTheTrunk(t *testing.T) {
	t.Parallel()
	d := outsideDesk(t, Call{Number: "+33612345678", Trunk: "PJSIP/{number}@trunk"})
	leg := LegID(outside)
	assert.Equal(t, []string{"listen " + string(leg), "create"}, d.callOut("02 99 00 00 01"))
	assert.Empty(t, d.done(OpCreate, nil), "nothing rings yet")
	assert.Equal(t, []string{"dial"}, d.see(enters(leg)))
	g := d.line.legs[outside]
	assert.Equal(t, "PJSIP/+33299000001@trunk", g.to.endpoint)
	assert.Equal(t, 30*time.Second, g.to.timeout)
}

func TestTheCallersOwnIdentityIsShownOutside(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		call         Call
		number, pres string
	}{
		"shown":    {Call{Number: "+33612345678"}, "<+33612345678>", "allowed"},
		"withheld": {Call{Number: "+33612345678", Withheld: true}, "<+33612345678>", "prohib"},
		"unknown":  {Call{}, "<anonymous>", "prohib"},
	} {
		c.call.Trunk = "PJSIP/{number}@trunk"
		d := outsideDesk(t, c.call)
		d.callOut("+33299000001")
		assert.Equal(t, map[string]string{"CONNECTEDLINE(all,i)": c.number, "CONNECTEDLINE(pres,i)": c.pres},
			d.line.legs[outside].to.variables, name)
	}
}

func TestATrunkDialsNumbersAndNothingElse(t *testing.T) {
	t.Parallel()
	for trunk, want := range map[Trunk]string{
		"PJSIP/{number}@op":   "PJSIP/+33299000001@op",
		"PJSIP/{national}@op": "PJSIP/0299000001@op",
	} {
		got, ok := trunk.endpoint("0299000001")
		assert.True(t, ok)
		assert.Equal(t, want, got)
	}
	for _, c := range []struct {
		trunk  Trunk
		number string
	}{{"", "0299000001"}, {"PJSIP/{number}@op", "112"}, {"PJSIP/{number}@op", "1@op&PJSIP/a1"}, {"PJSIP/{number}@op", ""}} {
		d := outsideDesk(t, Call{Trunk: c.trunk})
		gone := "AgentLeft{Offer:" + string(outside) + " Result:" + string(contact.Unreachable) + " Cause:0}"
		assert.Equal(t, []string{gone}, d.callOut(c.number), "%s %s", c.trunk, c.number)
	}
}
