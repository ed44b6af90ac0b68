package routing

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/internal/calendar"
	"github.com/guichet/guichet/internal/contact"
)

// outward is a plan by which the topic controle goes to the office of Rennes,
// or to the agents where there is none.
func outward(t *testing.T) *Plan {
	never, err := calendar.New("never", calendar.Rules{Zone: time.UTC})
	assert.NoError(t, err)
	offices := map[string]LocalService{
		"35000": {Name: "SIP Rennes", Number: "+33299000001"},
		"35400": {Name: "SIP Saint-Malo", Number: "+33299000002", Calendar: never},
	}
	p := plan(t)
	p.Always = append(p.Always, Rule{Name: "always 2", Match: Match{Topics: []contact.Topic{"controle"}}, ToService: true})
	p.Services = func(_ contact.Topic, postalCode string) (LocalService, bool) {
		s, found := offices[postalCode]
		return s, found
	}
	return p
}

func TestATopicOfALocalServiceGoesThereAndToAgentsWhereThereIsNone(t *testing.T) {
	t.Parallel()
	p := outward(t)
	at := day(time.September, 2)

	open := p.Route(Attributes{Topic: "controle", PostalCode: "35000"}, at)
	assert.Equal(t, &LocalService{Name: "SIP Rennes", Number: "+33299000001"}, open.Service)
	assert.Empty(t, open.Refused)
	assert.Empty(t, open.Queue)

	shut := p.Route(Attributes{Topic: "controle", PostalCode: "35400"}, at)
	assert.Equal(t, contact.Closed, shut.Refused)
	assert.Equal(t, "SIP Saint-Malo", shut.Service.Name)

	for name, a := range map[string]Attributes{
		"no service for that code": {Topic: "controle", PostalCode: "99999"},
		"tried in vain":            {Topic: "controle", PostalCode: "35000", Tried: []string{"+33299000001"}},
		"another topic":            {Topic: "avis", PostalCode: "35000"},
	} {
		d := p.Route(a, at)
		assert.Nil(t, d.Service, name)
		assert.Equal(t, contact.Queue("particuliers"), d.Queue, name)
	}
	other := p.Route(Attributes{Topic: "controle", PostalCode: "35000", Tried: []string{"+33299000002"}}, at)
	assert.NotNil(t, other.Service, "another one was tried")
}

func TestATopicLeadsOutUnlessItIsKnownThatThereIsNoService(t *testing.T) {
	t.Parallel()
	p := outward(t)
	at := day(time.September, 2)
	for _, c := range []struct {
		name string
		a    Attributes
		out  bool
	}{
		{"the postal code is still to come", Attributes{Topic: "controle"}, true},
		{"it has one", Attributes{Topic: "controle", PostalCode: "35000"}, true},
		{"it has none", Attributes{Topic: "controle", PostalCode: "99999"}, false},
		{"it was tried in vain", Attributes{Topic: "controle", PostalCode: "35000", Tried: []string{"+33299000001"}}, false},
		{"a topic of agents", Attributes{Topic: "avis"}, false},
		{"a rule before it", Attributes{Entry: "relais", Topic: "controle"}, false},
	} {
		assert.Equal(t, c.out, p.LeadsOut(c.a, at), c.name)
	}
	assert.False(t, plan(t).LeadsOut(Attributes{Topic: "controle"}, at), "a site without local services")
	assert.False(t, (&Plan{Services: p.Services}).LeadsOut(Attributes{}, at), "a plan without rules")
}
