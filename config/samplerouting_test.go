package config

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/geography"
	"github.com/guichet/guichet/ivr"
	"github.com/guichet/guichet/routing"
)

// monday is an ordinary one on which everything is open, in the organisations of
// that day.
func monday(t *testing.T, site *Site) time.Time {
	t.Helper()
	return time.Date(2026, 11, 23, 10, 0, 0, 0, site.Zone)
}

// circle is a step in few words: its delay, its centers, and whether files count.
type circle struct {
	after   time.Duration
	centers []contact.Center
	files   bool
}

func TestEachDepartmentOfTheSampleIsServedByItsOrganisation(t *testing.T) {
	t.Parallel()
	site := sample(t, nil)
	at := monday(t, site)
	for _, c := range []struct {
		keyed        string
		topic        contact.Topic
		organisation contact.Organisation
		queue        contact.Queue
		steps        []circle
	}{
		{"35", "declaration", "adossement_cis", "particuliers", []circle{
			{0, []contact.Center{"cis_ouest"}, true},
			{90 * time.Second, []contact.Center{"cis_ouest"}, true},
			{4 * time.Minute, []contact.Center{"cis_ouest", "cis_sud"}, false},
		}},
		{"35000", "recouvrement_amiable", "adossement_cis", "recouvrement", []circle{
			{0, []contact.Center{"cps_lyon"}, false},
			{time.Minute, []contact.Center{"cps_lyon", "cis_ouest"}, false},
		}},
		{"44", "prelevement", "plateau", "particuliers", []circle{
			{0, []contact.Center{"plateau_44"}, true},
			{3 * time.Minute, []contact.Center{"plateau_44", "cis_ouest"}, false},
		}},
		{"85", "avis", "plateau", "particuliers", []circle{
			{0, []contact.Center{"plateau_44"}, true},
			{3 * time.Minute, []contact.Center{"plateau_44", "cis_ouest"}, false},
		}},
		{"75", "prelevement", "existant", "recouvrement", []circle{{0, []contact.Center{"cps_lyon"}, false}}},
		{"75", "recouvrement_amiable", "existant", "particuliers", []circle{
			{0, []contact.Center{"cis_sud", "cis_ouest"}, false},
			{5 * time.Minute, []contact.Center{"cis_sud", "cis_ouest", "renfort"}, false},
		}},
		{"99", "paiement", "hors_comparaison", "particuliers", []circle{
			{0, []contact.Center{"cis_sud", "cis_ouest"}, false},
			{5 * time.Minute, []contact.Center{"cis_sud", "cis_ouest", "renfort"}, false},
		}},
		{"", "autre", "hors_comparaison", "particuliers", []circle{
			{0, []contact.Center{"cis_sud", "cis_ouest"}, false},
			{5 * time.Minute, []contact.Center{"cis_sud", "cis_ouest", "renfort"}, false},
		}},
		// Who has no local service is served like anybody else.
		{"13000", "controle_fiscal", "existant", "particuliers", []circle{
			{0, []contact.Center{"cis_sud", "cis_ouest"}, false},
			{5 * time.Minute, []contact.Center{"cis_sud", "cis_ouest", "renfort"}, false},
		}},
	} {
		d := site.Plan.Route(routing.Attributes{Entry: "2014", Medium: contact.Voice, Topic: c.topic, PostalCode: c.keyed}, at)
		assert.Equal(t, c.organisation, d.Organisation, "%s %s", c.keyed, c.topic)
		assert.Equal(t, c.queue, d.Queue, "%s %s", c.keyed, c.topic)
		assert.Empty(t, d.Refused, "%s %s", c.keyed, c.topic)
		var steps []circle
		for _, s := range d.Steps {
			steps = append(steps, circle{s.After, s.Centers, s.Files})
		}
		assert.Equal(t, c.steps, steps, "%s %s by %s", c.keyed, c.topic, d.Rule)
	}
}

func TestOrganisationsAndCentersOfTheSampleBeginAndEndOnTheirDays(t *testing.T) {
	t.Parallel()
	site := sample(t, nil)
	on := func(month time.Month, day int, department contact.Department) routing.Decision {
		return site.Plan.Route(routing.Attributes{Entry: "2014", Topic: "avis", Department: department},
			time.Date(2026, month, day, 10, 0, 0, 0, site.Zone))
	}
	assert.Equal(t, contact.Organisation("existant"), on(time.August, 31, "35").Organisation)
	assert.Equal(t, contact.Organisation("adossement_cis"), on(time.September, 1, "35").Organisation)
	assert.Equal(t, contact.Organisation("existant"), on(time.September, 30, "44").Organisation)
	assert.Equal(t, contact.Organisation("plateau"), on(time.October, 1, "44").Organisation)
	last := func(d routing.Decision) []contact.Center { return d.Steps[len(d.Steps)-1].Centers }
	assert.Contains(t, last(on(time.November, 30, "75")), contact.Center("renfort"))
	assert.NotContains(t, last(on(time.December, 1, "75")), contact.Center("renfort"))
}

func TestTheRelayOfTheSampleGoesBeforeAllOthersWhateverTheDepartment(t *testing.T) {
	t.Parallel()
	site := sample(t, nil)
	for _, department := range append(geography.Departments(), contact.Unknown, "") {
		d := site.Plan.Route(routing.Attributes{Entry: "relais", Topic: "autre", Department: department}, monday(t, site))
		assert.Equal(t, 9, d.Priority)
		assert.Equal(t, contact.Need{{Skill: "relais", Level: 1}}, d.Steps[0].Need)
	}
}

func TestLocalServicesOfTheSampleAreFoundByPostalCodeThenByDepartment(t *testing.T) {
	t.Parallel()
	site := sample(t, nil)
	for _, c := range []struct {
		topic  contact.Topic
		postal string
		number string // empty for none
	}{
		{"controle_fiscal", "35400", "0261913503"},
		{"controle_fiscal", "35000", "0261913500"},
		{"recouvrement_force", "44600", "0261914404"},
		{"controle_fiscal", "20000", "0465712000"},
		{"controle_fiscal", "20200", "0465712001"},
		{"controle_fiscal", "97400", "0261919740"},
		{"recouvrement_force", "97400", ""},
		{"controle_fiscal", "13000", ""},
		{"controle_fiscal", "", ""},
		{"declaration", "35400", ""},
	} {
		office, found := site.LocalServices.Find(c.topic, c.postal)
		assert.Equal(t, c.number != "", found, "%s %s", c.topic, c.postal)
		assert.Equal(t, c.number, office.Number)
	}
	at := monday(t, site)
	d := site.Plan.Route(routing.Attributes{Entry: "2014", Topic: "controle_fiscal", PostalCode: "35400"}, at)
	require.NotNil(t, d.Service)
	assert.Equal(t, "SIP de Saint-Malo", d.Service.Name)
	assert.Empty(t, d.Refused)
	noon := site.Plan.Route(routing.Attributes{Entry: "2014", Topic: "controle_fiscal", PostalCode: "35400"}, at.Add(150*time.Minute))
	assert.Equal(t, contact.Closed, noon.Refused, "an office has hours of its own")
}

// Whatever somebody asks for, from wherever, agents are there who could serve at
// the first step, and more at each further one.
func TestEveryTopicOfTheSampleHasAgentsWhoMayServe(t *testing.T) {
	t.Parallel()
	site := sample(t, nil)
	at := monday(t, site)
	for _, department := range append(geography.Departments(), geography.Corsica, contact.Unknown, "") {
		for _, entry := range []contact.Entry{"2014", "relais", "direct_44"} {
			for _, topic := range append(site.Topics, "") {
				d := site.Plan.Route(routing.Attributes{Entry: entry, Topic: topic, Department: department}, at)
				require.NotEmpty(t, d.Steps)
				before := 0
				for _, s := range d.Steps {
					able := 0
					for _, a := range site.Agents {
						if slices.Contains(s.Centers, a.Center) && s.Need.Met(a.Skills) && (!s.Files || a.Files.Allow(department)) {
							able++
						}
					}
					assert.GreaterOrEqual(t, able, max(2, before), "%s %s %s by %s", entry, topic, department, d.Rule)
					before = able
				}
			}
		}
	}
}

func TestTheDepartmentOfTheSampleIsWhatItsTableSays(t *testing.T) {
	t.Parallel()
	site := sample(t, nil)
	for keyed, want := range map[string]contact.Department{
		"98000": "06", "980": "06", "35": "35", "94390": "91", "20": geography.Corsica, "20000": "2A", "97133": "977", "99": contact.Unknown,
	} {
		assert.Equal(t, want, site.Plan.DepartmentOf(keyed), keyed)
	}
}

// Few questions before a human: two digits at most, and only once.
func TestTheSampleAsksFiveDigitsOnlyForWhatNoAgentOfOursTreats(t *testing.T) {
	t.Parallel()
	site := sample(t, nil)
	for id, n := range site.Trees["accueil"].Nodes {
		if most, tries, ok := collects(n); ok && id != "code_postal" {
			assert.Equal(t, 2, most, id)
			assert.Equal(t, 1, tries, id)
		}
	}
}

func collects(n ivr.Node) (most, tries int, ok bool) {
	c, ok := n.(*ivr.Collect)
	if !ok {
		return 0, 0, false
	}
	return c.MaxDigits, c.MaxAttempts, true
}

// What callers of Loire-Atlantique leave out of hours goes to those of its platform who serve it.
func TestTheMessagesOfTheSampleReachThePlatform(t *testing.T) {
	t.Parallel()
	site := sample(t, nil)
	box := site.Mailboxes["loire_atlantique"]
	require.EqualValues(t, "particuliers", box.Queue)
	set := site.Entries["direct_44"].Tree.Nodes["repondeur"].(*ivr.Voicemail).Set
	d := site.Plan.Toward(box.Queue, routing.Attributes{
		Entry: "direct_44", Medium: contact.Voicemail, Topic: contact.Topic(set[ivr.VarTopic]), Department: contact.Department(set[ivr.VarDepartment]), Language: "fr",
	}, time.Date(2026, 11, 22, 10, 0, 0, 0, site.Zone)) // a Sunday
	assert.Empty(t, d.Refused)
	require.NotEmpty(t, d.Steps)
	first := d.Steps[0]
	assert.Equal(t, []contact.Center{"plateau_44"}, first.Centers)
	serve := 0
	for _, a := range site.Agents {
		if slices.Contains(first.Centers, a.Center) && slices.Contains(a.Media, contact.Voicemail) && first.Need.Met(Spread(a.Skills, site.Topics)) {
			serve++
		}
	}
	assert.Equal(t, 2, serve)
}
